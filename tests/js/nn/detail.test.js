// models/detail/model.onnx in engine c, in f32 and in 16 bits, against ONNX Runtime.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { F32, I16, runNet, runOrt } from './run-net.js';
import { random } from '../../../tools/random.js';

const bytes = await readFile(new URL('../../../models/detail/model.onnx', import.meta.url));
const [w, h] = [64, 48]; // blocks of 2 x 2 pixels

/** A bright subject with a ragged outline before a dark ground, and its coarse alpha, as models/train/detail/network.py packs them. */
function blocks() {
  const next = random(5);
  const out = new Float32Array(16 * w * h),
    coarse = new Float32Array(4 * w * h);
  for (let p = 0; p < 4; p++) {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const [px, py] = [2 * x + (p & 1), 2 * y + (p >> 1)];
        const inside = px + 6 * Math.sin(py / 2) < w;
        const alpha = Math.min(1, Math.max(0, 0.5 + (w - px) / 24));
        for (let c = 0; c < 3; c++)
          out[((4 * p + c) * h + y) * w + x] = (inside ? 0.6 - 0.3 * c : -0.7) + 0.2 * (next() - 0.5);
        out[((4 * p + 3) * h + y) * w + x] = coarse[(p * h + y) * w + x] = alpha;
      }
    }
  }
  return { input: out, coarse };
}

/** Alpha of the logits that are added to the coarse alpha's. @param {Float32Array} logits @param {Float32Array} coarse */
const alphas = (logits, coarse) =>
  logits.map((z, i) => {
    const a = Math.min(0.99, Math.max(0.01, coarse[i]));
    return Math.min(1, Math.max(0, (1 / (1 + (Math.exp(-z) * (1 - a)) / a) - 0.01) / 0.98));
  });

const { input, coarse } = blocks();
const truth = await runOrt(bytes, input, [1, 16, h, w]);

test('is at most 400 kB', () => assert.ok(bytes.length <= 400_000, `${bytes.length} bytes`));

test('engine c in f32 says what ONNX Runtime says', async () => {
  const { dims, data, plan } = await runNet(bytes, input, { w, h, arithmetic: F32 });
  assert.deepEqual(dims, [1, 4, h, w]);
  assert.deepEqual(truth.dims, dims);
  assert.equal(plan.arithmetic, 'f32');
  data.forEach((value, i) =>
    assert.ok(
      Math.abs(value - truth.data[i]) < 2e-3 * (1 + Math.abs(truth.data[i])),
      `logit ${i}: ${value}, not ${truth.data[i]}`,
    ),
  );
});

test('engine c in 16 bits, by the ranges in the file, is near in alpha', async () => {
  const { data, plan } = await runNet(bytes, input, { w, h, arithmetic: I16 });
  assert.equal(plan.arithmetic, 'i16');
  const [mine, theirs] = [alphas(data, coarse), alphas(truth.data, coarse)];
  const gaps = mine.map((value, i) => Math.abs(value - theirs[i]));
  const mean = gaps.reduce((a, b) => a + b) / gaps.length;
  assert.ok(mean < 2e-3, `mean difference ${mean}`);
  assert.ok(
    gaps.every((gap) => gap < 0.1),
    `greatest difference ${Math.max(...gaps)}`,
  );
  const moved = theirs.reduce((sum, value, i) => sum + Math.abs(value - coarse[i]), 0) / theirs.length;
  assert.ok(moved > 5 * mean, `the network changes alpha by ${moved} only`);
});
