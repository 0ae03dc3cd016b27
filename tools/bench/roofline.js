// What bounds each layer of a model in engine c, on one thread of this machine
// in Node: its products by the dot ceiling, its results by what scaling,
// rounding and clamping cost, its maps and weights by the bytes that move.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CEngine } from '../../web/engine/backends/c.js';
import { loadCore } from '../../web/engine/core/core.js';
import { compile, root } from '../build.js';
import { table } from './browser.js';
import { measureCeilings } from './engines.js';

/**
 * @typedef {{ op: string, kernel: string, shape: number[], macs: number, reads?: number, bytes: number,
 *   type: string, ms: number, before?: Step }} Step of the plan; macs: with those of `before`
 * @typedef {{ layer: string, macs: number, moved: number, ms: number, products: number, results: number, memory: number,
 *   bound: string, reached: number }} Row ms: measured; products, results, memory: ms that they need at least
 */

/** Vector operations that a result of eight channels costs, as products of one: 12 of them, and 8 products take 2. */
const resultAsProducts = (12 * 4) / 8;

/** A step and those fused into it, the first to run in front, each with its own products. @param {Step} step @returns {Step[]} */
function parts(step) {
  if (!step.before) return [step];
  return [...parts(step.before), { ...step, macs: step.macs - step.before.macs }];
}

/** @param {Step} step */
const name = (step) =>
  parts(step)
    .map(({ kernel, shape }) => `${kernel.replace(/ (i16|f32)$/, '')} ${shape.join('x')}`)
    .join(' > ');

/** @param {Step} step @param {import('./engines.js').Ceilings} ceilings @returns {Row} */
function rowOf(step, ceilings) {
  const all = parts(step);
  const peak = 1e6 * (step.type === 'i16' ? ceilings.dot : ceilings.f32);
  const element = step.type === 'i16' ? 2 : 4;
  let [results, weights] = [0, 0];
  for (const { shape, macs } of all) {
    results += shape[0] * shape[1] * shape[2];
    weights += (macs / (shape[1] * shape[2])) * element;
  }
  const moved = (step.reads ?? 0) + step.bytes + weights;
  const needs = {
    products: step.macs / peak,
    results: (results * resultAsProducts) / peak,
    memory: moved / 1e6 / ceilings.copy,
  };
  const compute = needs.products + needs.results;
  return {
    layer: name(step),
    macs: step.macs,
    moved,
    ms: step.ms,
    ...needs,
    bound: needs.memory > compute ? 'memory' : needs.results > needs.products ? 'results' : 'products',
    reached: Math.max(compute, needs.memory) / step.ms,
  };
}

/** @param {string} model a folder of models/ */
async function profile(model) {
  const wasm = await WebAssembly.compile(await readFile(join(root, 'build/wasm/cutaway.wasm')));
  const engine = new CEngine({ newCore: async () => loadCore(wasm) });
  const manifest = JSON.parse(await readFile(join(root, 'models', model, 'manifest.json'), 'utf8'));
  await engine.load(new Uint8Array(await readFile(join(root, 'models', model, manifest.file))), manifest);
  const [width, height] = manifest.input.size;
  const channels = manifest.input.channels === 'RGB' ? 3 : manifest.input.channels.length;
  const data = Float32Array.from({ length: channels * width * height }, (_, i) => Math.sin(i / 100));
  const { steps } = engine.profile({ data, width, height }, 150);
  engine.dispose();
  return /** @type {Step[]} */ (steps);
}

/** @param {{ models?: string[] }} [options] folders of models/ */
export async function benchRoofline({ models = ['base'] } = {}) {
  compile('wasm', 'cutaway', 'bench_dot');
  const ceilings = await measureCeilings([...(await readFile(join(root, 'build/wasm/bench_dot.wasm')))]);
  /** @type {Record<string, Row[]>} */
  const results = {};
  let text = `ceilings: ${ceilings.dot.toFixed(1)} GMAC/s by dot, ${ceilings.f32.toFixed(1)} by f32, ${ceilings.copy.toFixed(1)} GB/s copied`;
  for (const model of models) {
    const rows = (await profile(model)).map((step) => rowOf(step, ceilings));
    results[model] = rows;
    /** @param {(row: Row) => number} of */
    const sum = (of) => rows.reduce((total, row) => total + of(row), 0);
    const least = sum(({ products, results, memory }) => Math.max(products + results, memory));
    text += `\n\n${model}: ${sum(({ ms }) => ms).toFixed(1)} ms, at least ${least.toFixed(1)}\n${table([
      ['layer', 'MMAC', 'kB', 'ms', 'GMAC/s', 'products', 'results', 'memory', 'bound by', 'reached'],
      ...rows
        .filter(({ ms }) => ms > sum((row) => row.ms) / 200)
        .map((row) => [
          row.layer,
          row.macs / 1e6,
          row.moved / 1e3,
          row.ms,
          row.macs / row.ms / 1e6,
          row.products,
          row.results,
          row.memory,
          row.bound,
          `${(100 * row.reached).toFixed(0)} %`,
        ]),
    ])}`;
  }
  return { result: { ceilings, models: results }, text };
}
