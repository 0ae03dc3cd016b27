// Our measures against other people's code on the same pairs (make-golden.py).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { measure, summarize } from '../../../models/eval/metrics/set.js';
import { drawn, SEEDS } from './maps.js';

const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8'));
/** As the engine's 8-bit mattes come. @param {Uint8Array} bytes */
const plane = (bytes) => Float64Array.from(bytes, (byte) => byte / 255);
const pictures = SEEDS.map((seed) => {
  const { w, h, alpha, mask } = drawn(seed);
  return measure(plane(alpha), plane(mask), w, h);
});

test('every measure agrees with PySODMetrics, OpenCV and SciPy on twenty pairs', () => {
  assert.deepEqual(
    golden.pairs.map((/** @type {any} */ pair) => pair.seed),
    SEEDS,
  );
  golden.pairs.forEach(
    (/** @type {{ seed: number, values: Record<string, number> }} */ { seed, values }, /** @type {number} */ i) => {
      assert.deepEqual(Object.keys(pictures[i].values).sort(), Object.keys(values).sort(), `seed ${seed}`);
      for (const [key, want] of Object.entries(values)) {
        const got = pictures[i].values[key];
        assert.ok(Math.abs(got - want) < 1e-11, `seed ${seed}, ${key}: ${got}, not ${want}`); // seen: 1e-14
      }
    },
  );
  assert.ok(
    golden.pairs.some((/** @type {any} */ pair) => 'gradient' in pair.values),
    'some masks are soft',
  );
});

test('a set averages curves before it looks for their greatest value', () => {
  const { values } = summarize(pictures);
  for (const [key, want] of Object.entries(golden.set)) {
    assert.ok(Math.abs(values[key] - /** @type {number} */ (want)) < 1e-11, `${key}: ${values[key]}, not ${want}`);
  }
  // averages of the pictures' own greatest values would be larger
  const own = pictures.reduce((sum, picture) => sum + picture.values.max_f, 0) / pictures.length;
  assert.ok(own > values.max_f_of_curves + 0.001);
});

test('f32 maps of bytes give what f64 maps give', () => {
  const { w, h, alpha, mask } = drawn(SEEDS[3]);
  const { values } = measure(Float32Array.from(plane(alpha)), Float32Array.from(plane(mask)), w, h);
  for (const [key, value] of Object.entries(pictures[3].values)) assert.ok(Math.abs(values[key] - value) < 1e-5, key);
});
