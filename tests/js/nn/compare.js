// A table of graphs, each run in the core and in ONNX Runtime on the same
// random input, and the distance between the two answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph } from './graph.js';
import { F32, I16, floats, runNet, runOrt } from './run-net.js';
import { random } from '../../../tools/random.js';

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {number[]} [dims] of the input, [1, 8, 13, 17] when absent
 * @property {number} [opset]
 * @property {string} [output] asked for; the first when absent
 * @property {(graph: Graph) => string | string[]} build names of the graph's outputs
 * @property {'f32' | 'i16'} [runs] the arithmetic that the plan has chosen, where it is not what was asked for
 * @property {boolean} [probe] i16: no ranges in the file
 * @property {'all' | 'basic'} [level] of ONNX Runtime's optimisations
 * @property {[number, number]} [range] of the input's values
 */

/** @typedef {{ max: number, mean: number }} Distance both relative to the output's largest magnitude (at least 1 for f32) */

/** f32: largest difference allowed, relative to max(1, max |y|); seen: 2.1e-6 (9 x 11, weights up to 1, inputs up to 8). */
const F32_MAX = 1e-5;
/** i16 with recorded ranges, relative to max |y|; seen: 2.8e-4 and 1.7e-4 (of one pixel). */
const I16_MAX = 6e-4,
  I16_MEAN = 3.5e-4;
/** i16 with the ranges of the synthetic picture, four times as wide; seen: 8.0e-4 and 1.6e-4. */
const PROBED = 3;

/** @param {Float32Array} got @param {Float32Array} want @param {number} least @returns {Distance} */
export function distance(got, want, least) {
  let most = least,
    max = 0,
    sum = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (!(difference <= Number.MAX_VALUE)) return { max: Infinity, mean: Infinity };
    max = Math.max(max, difference);
    sum += difference;
    most = Math.max(most, Math.abs(want[i]));
  }
  return { max: max / most, mean: sum / want.length / most };
}

/**
 * I16 takes its scales from a recorded f32 run over the same input.
 *
 * @param {Case} item
 * @param {number} arithmetic
 * @returns {Promise<Distance>}
 */
async function compare(
  { dims = [1, 8, 13, 17], opset, output, build, runs, probe, level, range = [-1, 1] },
  arithmetic,
) {
  const graph = new Graph(dims, { opset, int8: arithmetic === I16 });
  const outputs = build(graph);
  let bytes = graph.bytes(outputs);
  const input = floats(
    dims.reduce((product, size) => product * size, 1),
    random(dims[1] * 31 + dims[2]),
    ...range,
  );
  const want = await runOrt(bytes, input, dims, output, level);
  assert.ok(want.data.every(Number.isFinite), 'a test of no use: the answer is not finite');
  const options = { h: dims[2], w: dims[3], output };
  if (arithmetic === I16 && !probe) {
    const { ranges } = await runNet(bytes, input, { ...options, record: true });
    graph.metadata['cutaway.ranges'] = ranges;
    bytes = graph.bytes(outputs);
  }
  const got = await runNet(bytes, input, { ...options, arithmetic });
  assert.deepEqual(got.dims, want.dims);
  assert.equal(got.plan.arithmetic, runs ?? (arithmetic === I16 ? 'i16' : 'f32'));
  const found = distance(got.data, want.data, arithmetic === I16 ? 1e-6 : 1);
  const { max, mean } = found;
  const times = probe ? PROBED : 1;
  const good = arithmetic === I16 ? max <= I16_MAX * times && mean <= I16_MEAN * times : max <= F32_MAX;
  assert.ok(good, `max |diff| ${max.toPrecision(2)}, mean ${mean.toPrecision(2)}`);
  return found;
}

/**
 * One test of a table; it runs every row before it fails, and names those that did.
 *
 * @param {string} name
 * @param {Iterable<Case>} cases
 * @param {number} [arithmetic]
 */
export function agrees(name, cases, arithmetic = F32) {
  test(name, async (t) => {
    const worst = { max: 0, mean: 0 };
    const failures = [];
    let count = 0;
    for (const item of cases) {
      count++;
      try {
        const { max, mean } = await compare(item, arithmetic);
        worst.max = Math.max(worst.max, max);
        worst.mean = Math.max(worst.mean, mean);
      } catch (error) {
        const { message, detail } = /** @type {any} */ (error);
        failures.push(`${item.name}: ${detail || String(message).replace(/\s+/g, ' ')}`);
      }
    }
    t.diagnostic(`${count} graphs, max ${worst.max.toExponential(1)}, mean ${worst.mean.toExponential(1)}`);
    assert.ok(count > 0);
    assert.equal(failures.length, 0, `${failures.length} of ${count}:\n${failures.join('\n')}`);
  });
}
