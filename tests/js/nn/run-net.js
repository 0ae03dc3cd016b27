// Runs one model twice: in the core (cut_net_*) and in ONNX Runtime.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { loadCore } from '../../../web/engine/core/core.js';

/** @typedef {import('../../../web/engine/core/core.js').Core} Core */
/** @typedef {{ dims: number[], data: Float32Array }} Tensor */
/** @typedef {{ w: number, h: number, arithmetic?: number, output?: string, record?: boolean }} NetOptions */

export const AUTO = 0,
  F32 = 1,
  I16 = 2;

const root = new URL('../../../', import.meta.url);
const wasm = WebAssembly.compile(await readFile(new URL('build/wasm/cutaway.wasm', root)));
const ort = await import(new URL('node_modules/onnxruntime-web/dist/ort.wasm.min.mjs', root).href);
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** @returns {Promise<Core>} a fresh instance */
export const newCore = async () => loadCore(await wasm);

/** @type {Core | undefined} */
let shared;

/**
 * Loads the model, runs it with a budget of one million multiply-adds a step,
 * frees it and checks that nothing stayed allocated, also when it throws.
 *
 * @param {Uint8Array} bytes the ONNX file
 * @param {Float32Array} input [c][h][w]
 * @param {NetOptions & { core?: Core }} options
 * @returns {Promise<Tensor & { plan: any, steps: number, ranges: string }>} plan: cut_net_plan_json();
 *   steps: calls it took; ranges: what `record` recorded
 */
export async function runNet(bytes, input, options) {
  let core = options.core ?? shared;
  if (!core || core.crashed) core = shared = await newCore();
  const { exports } = core;
  assert.equal(core.liveBlocks, 0, 'blocks live before');
  const net = core.guard(() => exports.cut_net_new());
  assert.notEqual(net, 0, 'cut_net_new()');
  try {
    return run(core, net, bytes, input, options);
  } finally {
    if (!core.crashed) {
      core.guard(() => exports.cut_net_free(net));
      assert.equal(core.liveBlocks, 0, 'blocks live after');
    }
  }
}

/**
 * @param {Core} core
 * @param {number} net
 * @param {Uint8Array} bytes
 * @param {Float32Array} input
 * @param {NetOptions} options
 */
function run(core, net, bytes, input, { w, h, arithmetic = F32, output = '', record = false }) {
  const { exports } = core;
  /** @param {number} status @param {string} stage */
  const check = (status, stage) => {
    if (status === 0) return;
    throw core.error(core.statuses.get(status)?.code ?? 'internal', core.text(exports.cut_net_message(net)), stage);
  };
  if (record) exports.cut_net_record(net, 1);
  core.withBytes(bytes, (file, size) =>
    core.withBytes(new TextEncoder().encode(output), (name, length) =>
      check(
        core.guard(() => exports.cut_net_load(net, file, size, w, h, arithmetic, name, length)),
        'load',
      ),
    ),
  );
  const json = core.guard(() => exports.cut_net_plan_json(net));
  if (json === 0) throw core.error('out_of_memory', 'No memory for the plan.', 'load');
  const plan = JSON.parse(core.text(json));
  const raw = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  core.withBytes(raw, (values) =>
    check(
      core.guard(() => exports.cut_net_begin(net, values, input.length)),
      'infer',
    ),
  );
  let steps = 0;
  for (let before = 0; core.guard(() => exports.cut_net_progress(net)) < 1000; steps++) {
    assert.equal(
      core.guard(() => exports.cut_net_output(net)),
      0,
      'an output before the end',
    );
    check(
      core.guard(() => exports.cut_net_step(net, 1)),
      'infer',
    );
    const now = exports.cut_net_progress(net);
    assert.ok(now >= before && now <= 1000, `progress from ${before} to ${now}`);
    assert.ok(steps < 100_000, 'it never ends');
    before = now;
  }
  const dims = [0, 1, 2, 3].map((i) => exports.cut_net_dim(net, 1, i) >>> 0);
  assert.deepEqual(plan.output.shape, dims);
  const at = core.guard(() => exports.cut_net_output(net)) >>> 0;
  assert.notEqual(at, 0, 'no output at the end');
  const count = dims.reduce((product, size) => product * size, 1);
  return {
    dims,
    data: new Float32Array(exports.memory.buffer, at, count).slice(),
    plan,
    steps,
    ranges: record ? core.text(core.guard(() => exports.cut_net_ranges(net))) : '',
  };
}

/**
 * @param {Uint8Array} bytes the ONNX file
 * @param {Float32Array} input
 * @param {number[]} dims of the input, which is the model's first
 * @param {string} [outputName] the first when absent
 * @param {'all' | 'basic'} [level] of its optimisations
 * @returns {Promise<Tensor>}
 */
export async function runOrt(bytes, input, dims, outputName, level = 'all') {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: level, logSeverityLevel: 3 });
  try {
    const wanted = outputName ?? session.outputNames[0];
    const found = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, dims) });
    return { dims: [...found[wanted].dims], data: Float32Array.from(found[wanted].data) };
  } finally {
    await session.release();
  }
}

/** @param {number} count @param {() => number} next @param {number} [low] @param {number} [high] */
export const floats = (count, next, low = -1, high = 1) =>
  Float32Array.from({ length: count }, () => low + (high - low) * next());
