// Measures worked out by hand on tiny masks, and what must hold for any.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundaryIou } from '../../../models/eval/metrics/boundary.js';
import { nearestSet } from '../../../models/eval/metrics/distance.js';
import { gradientError, isMatte, mse, sad } from '../../../models/eval/metrics/matting.js';
import {
  adaptiveF,
  fMeasure,
  iou,
  mae,
  marked,
  precisionRecall,
  weightedF,
} from '../../../models/eval/metrics/region.js';
import { measure, MEASURES, summarize } from '../../../models/eval/metrics/set.js';
import { eCurve, sMeasure } from '../../../models/eval/metrics/structure.js';
import { drawn } from './maps.js';
import { random } from '../../../tools/random.js';

/** Rows of digits, each a ninth: "09" is 0, 1. @param {...string} rows */
const grid = (...rows) => Float32Array.from(rows.join(''), (digit) => Number(digit) / 9);
/** @param {number} got @param {number} want @param {string} [about] */
const close = (got, want, about = '') => assert.ok(Math.abs(got - want) < 1e-6, `${about} ${got}, not ${want}`);
const cut = (/** @type {Float32Array} */ plane) => plane.map((value) => (value >= 0.5 ? 1 : 0));

/** @param {number} seed */
function pair(seed) {
  const { w, h, alpha, mask } = drawn(seed);
  return { w, h, alpha: Float32Array.from(alpha, (v) => v / 255), mask: Float32Array.from(mask, (v) => v / 255) };
}
const seeds = Array.from({ length: 12 }, (_, i) => 7 + i);

test('MAE, IoU, SAD and MSE are the sums that they are', () => {
  // errors 0, 1/3, 1, 1/9: 13/9 in all; squares 1/9, 1, 1/81: 91/81
  const alpha = grid('96', '91'),
    mask = grid('99', '00');
  close(mae(alpha, mask), 13 / 36);
  close(sad(alpha, mask), 13 / 9000);
  close(mse(alpha, mask), 91 / 324);
  close(iou(alpha, mask), 2 / 3); // marked: three; subject: two of them
});

test('precision and recall by threshold', () => {
  // subject: 1 and 2/3; background: 2/3 and 0
  const { precision, recall } = precisionRecall(marked(grid('96', '60'), grid('99', '00')));
  assert.deepEqual([precision[0], recall[0]], [2 / 4, 1]); // everything is at least 0
  assert.deepEqual([precision[1], recall[1]], [2 / 3, 1]);
  assert.deepEqual([precision[170], recall[170]], [2 / 3, 1]); // 170 / 255 = 2/3 is still inside
  assert.deepEqual([precision[171], recall[171]], [1, 1 / 2]);
  assert.deepEqual([precision[255], recall[255]], [1, 1 / 2]);
});

test('every byte as f32 falls on its own threshold', () => {
  const alpha = Float32Array.from({ length: 256 }, (_, k) => k / 255);
  assert.deepEqual(
    [...marked(alpha, new Float32Array(256)).all],
    Array.from({ length: 256 }, (_, k) => 256 - k),
  );
});

test('F-measure weighs precision by 0.3', () => {
  close(fMeasure(1, 0.5), (1.3 * 0.5) / 0.8);
  close(fMeasure(0.5, 1), (1.3 * 0.5) / 1.15);
  assert.equal(fMeasure(0, 0), 0);
});

test('adaptive F cuts at twice the mean', () => {
  // mean 2/9: from 4/9 on. Marked: 1 of the subject, 1 of the background; subject: 2
  close(adaptiveF(grid('910', '500', '300'), grid('990', '000', '000')), fMeasure(1 / 2, 1 / 2));
  // mean 8/9: the threshold stays at 1, which only one value reaches
  close(adaptiveF(grid('98', '78'), grid('99', '00')), fMeasure(1, 1 / 2));
});

test('a set averages precision and recall first, then takes F', () => {
  // A hits half of its subject and nothing else: P 1, R 1/2. B marks twice its
  // subject: P 1/2, R 1. Means 3/4 and 3/4: F 3/4, where the pictures' own F
  // are .8125 and .5652.
  const a = measure(grid('90', '00'), grid('99', '00'), 2, 2),
    b = measure(grid('99', '00'), grid('90', '00'), 2, 2);
  const { values } = summarize([a, b]);
  close(values.max_f, 0.75);
  close(values.max_f_of_curves, ((1.3 * 0.5) / 0.8 + (1.3 * 0.5) / 1.15) / 2);
  close(values.iou, 0.5);
});

test('nearest pixel and distance are those of a search through all', () => {
  const next = random(5);
  for (let round = 0; round < 60; round++) {
    const w = 1 + Math.floor(next() * 14),
      h = 1 + Math.floor(next() * 14),
      share = next() ** 2;
    const set = Uint8Array.from({ length: w * h }, () => (next() < share ? 1 : 0));
    set[Math.floor(next() * set.length)] = 1;
    const { nearest, distance2 } = nearestSet(set, w, h);
    for (let i = 0; i < set.length; i++) {
      let best = Infinity,
        at = -1;
      for (let x = 0; x < w; x++) {
        // leftmost, then upper one
        for (let y = 0; y < h; y++) {
          const d = (x - (i % w)) ** 2 + (y - Math.floor(i / w)) ** 2;
          if (set[y * w + x] && d < best) [best, at] = [d, y * w + x];
        }
      }
      assert.deepEqual([nearest[i], distance2[i]], [at, best], `${w} x ${h}, pixel ${i}`);
    }
  }
});

test('weighted F of one pixel of the subject and one false one', () => {
  // subject: the left pixel of three, error 1/3; the right one, at distance 2, is 1.
  // Spread errors: outside, the nearest subject's error, so 1/3 in all three
  // pixels; 7x7 Gaussian over a 3x1 image: the middle row and taps 0, 1, 2.
  const row = [-3, -2, -1, 0, 1, 2, 3].map((t) => Math.exp((-t * t) / 50));
  const sum = row.reduce((x, y) => x + y);
  const spread = (((row[3] + row[4] + row[5]) / sum) * row[3]) / sum / 3; // < 1/3, so it counts
  const missed = spread,
    invented = 2 - 0.5 ** (2 / 5);
  const recall = 1 - missed,
    precision = (1 - missed) / (1 - missed + invented);
  close(weightedF(grid('609'), grid('900'), 3, 1), (2 * recall * precision) / (recall + precision));
});

test('weighted F forgives a false pixel near the border more than one far off', () => {
  const mask = grid('900000000');
  assert.ok(weightedF(grid('990000000'), mask, 9, 1) > weightedF(grid('900000009'), mask, 9, 1) + 0.05);
});

test('S-measure of a flat map', () => {
  // 4x4, subject: the upper left 2x2. Map 1/3 all over.
  // Object: no deviation, so 2x/(x^2+1): x = 1/3 inside: 0.6; x = 2/3 outside: 12/13.
  const object = 0.25 * 0.6 + (0.75 * 12) / 13;
  // Centroid 0.5, rounded up 1, so the rectangles split after column and row 2:
  // each is flat in both, which is 1 by definition.
  close(sMeasure(new Float32Array(16).fill(1 / 3), grid('9900', '9900', '0000', '0000'), 4, 4), (object + 1) / 2);
});

test('S-measure of a map that is wrong in one rectangle', () => {
  // 4x2, subject: columns 0 and 1, so the centroid is 0.5, 0.5: rounded up and
  // with its own pixel the first rectangle is columns 0 and 1, both rows. The
  // map: 1, 1, 1, 0 in both rows: three columns.
  const mask = grid('9900', '9900'),
    alpha = grid('9990', '9990');
  // Inside: x = 1, no deviation: 1. Outside: 1 - alpha = 0, 1, 0, 1: mean 1/2,
  // sample deviation sqrt(4/4/3).
  const object = 0.5 + 0.5 * ((2 * 0.5) / (0.25 + 1 + Math.sqrt(1 / 3)));
  // Left rectangle: flat in both: 1. Right one: mask flat 0, map not: 0.
  close(sMeasure(alpha, mask, 4, 2), (object + 0.5) / 2);
});

test('S-measure leaves out rectangles without pixels', () => {
  // centroid in the last column: the two right rectangles are empty; a perfect map is 1 all the same
  const mask = grid('009', '009', '000');
  close(sMeasure(mask, mask, 3, 3), 1);
});

test('E-measure of a map cut at one half', () => {
  // 4 pixels, subject 2, marked 1 of them: means 1/2 and 1/4. Alignment
  // 2ab/(a^2+b^2): hit .75, .5: .75/.8125; missed twice -.25, .5: no, once: the
  // subject's other pixel -.25, .5: -.25/.3125; background twice -.25, -.5:
  // .25/.3125. Enhanced: (1 + align)^2 / 4; sum over 4 - 1.
  const enhanced = (/** @type {number} */ align) => (1 + align) ** 2 / 4;
  const want = (enhanced(0.75 / 0.8125) + enhanced(-0.8) + 2 * enhanced(0.8)) / 3;
  const curve = eCurve(marked(grid('90', '00'), grid('99', '00')), 4);
  close(curve[128], want);
  close(curve[0], 4 / 4 / 3); // all marked: alignment 0 everywhere, a quarter each
});

test('boundary IoU compares bands of 2 % of the diagonal', () => {
  // 120 x 160: diagonal 200, d = 4. Mask: 40 x 40; map: the same without a hole
  // of 20 x 20 in the middle. Bands: of the mask 40^2 - 32^2 = 576; of the map
  // the same and the ring about the hole, 28^2 - 20^2 = 384 (the ring and the
  // band do not meet: 10 pixels between).
  const w = 160,
    h = 120;
  const mask = new Float32Array(w * h),
    alpha = new Float32Array(w * h);
  for (let y = 40; y < 80; y++) {
    for (let x = 40; x < 80; x++) {
      mask[y * w + x] = 1;
      alpha[y * w + x] = x >= 50 && x < 70 && y >= 50 && y < 70 ? 0 : 1;
    }
  }
  close(boundaryIou(alpha, mask, w, h), 576 / (576 + 384));
  // a subject cut off by the image has its border there, too: 40 x 40 in the corner
  const corner = new Float32Array(w * h),
    inner = new Float32Array(w * h);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 40; x++) {
      corner[y * w + x] = 1;
      inner[y * w + x] = x >= 4 && x < 36 && y >= 4 && y < 36 ? 1 : 0;
    }
  }
  // inner's own band lies inside of corner's, so that nothing is shared
  assert.equal(boundaryIou(inner, corner, w, h), 0);
});

test('the band is 2 % of the diagonal, rounded half to even, and at least a pixel', () => {
  // Diagonal 525: 10.5, so d = 10; 875: 17.5, so d = 18. A square of side 100 and
  // the same with a hole of 10 in the middle: bands 100^2 - (100 - 2d)^2, which
  // they share, and the ring (10 + 2d)^2 - 10^2.
  for (const [w, h, d] of [
    [420, 315, 10],
    [700, 525, 18],
  ]) {
    const mask = new Float32Array(w * h),
      alpha = new Float32Array(w * h);
    for (let y = 0; y < 100; y++) {
      for (let x = 0; x < 100; x++) {
        mask[(y + 90) * w + x + 90] = 1;
        alpha[(y + 90) * w + x + 90] = x >= 45 && x < 55 && y >= 45 && y < 55 ? 0 : 1;
      }
    }
    const shared = 100 ** 2 - (100 - 2 * d) ** 2,
      ring = (10 + 2 * d) ** 2 - 10 ** 2;
    close(boundaryIou(alpha, mask, w, h), shared / (shared + ring), `${w} x ${h}:`);
  }
  // 3 x 3 all subject, of which one is missed in the middle: 8 border pixels, all of them alpha's
  close(boundaryIou(grid('999', '909', '999'), grid('999', '999', '999'), 3, 3), 1);
  close(boundaryIou(grid('099', '999', '999'), grid('999', '999', '999'), 3, 3), 7 / 9);
});

test('gradient error of a step that is missing', () => {
  // A vertical step of 1 in 32 columns; flat truth. With Gaussian g of 9 taps
  // and slope s, of unit length each, the gradient at distance t from the step
  // is (sum of g) * |sum of s from t on|; all of a column is alike.
  const taps = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
  const g = taps.map((t) => Math.exp((-t * t) / (2 * 1.4 ** 2))),
    s = taps.map((t, i) => t * g[i]);
  const sumG = g.reduce((a, b) => a + b) / Math.hypot(...g);
  let squares = 0;
  for (let shift = 0; shift <= taps.length; shift++) {
    squares += ((sumG * s.slice(shift).reduce((a, b) => a + b, 0)) / Math.hypot(...s)) ** 2;
  }
  const w = 32,
    h = 10,
    step = Float32Array.from({ length: w * h }, (_, i) => (i % w < 16 ? 0 : 1));
  close(gradientError(step, new Float32Array(w * h), w, h), (h * squares) / 1000);
  close(
    gradientError(step, new Float32Array(w * h).fill(0.3), w, h),
    (h * squares) / 1000,
    'flat is flat up to the border',
  );
});

test('a matte has values between 0 and 1', () => {
  assert.equal(isMatte(grid('0990')), false);
  assert.equal(isMatte(grid('0980')), true);
  assert.ok(!('sad' in measure(grid('0980'), grid('0990'), 2, 2).values));
  assert.ok('sad' in measure(grid('0990'), grid('0980'), 2, 2).values);
});

test('a perfect map scores 1 and errs by 0', () => {
  for (const seed of seeds) {
    const { w, h, mask } = pair(seed);
    const hard = cut(mask);
    const { values } = measure(hard, hard, w, h);
    assert.equal(values.mae, 0);
    for (const key of ['max_f', 'adaptive_f', 'weighted_f', 's_measure', 'iou', 'boundary_iou'])
      close(values[key], 1, `seed ${seed}, ${key}:`);
    close(values.max_e, (w * h) / (w * h - 1), 'max E:');
    const soft = measure(mask, mask, w, h).values;
    if (isMatte(mask)) assert.deepEqual([soft.mae, soft.sad, soft.mse, soft.gradient], [0, 0, 0, 0]);
  }
});

test('an inverted map is as bad as can be', () => {
  for (const seed of seeds) {
    const { w, h, mask } = pair(seed);
    const hard = cut(mask);
    const { values } = measure(
      hard.map((value) => 1 - value),
      hard,
      w,
      h,
    );
    assert.equal(values.mae, 1);
    assert.equal(values.iou, 0);
    assert.equal(values.adaptive_f, 0);
    assert.equal(values.boundary_iou, 0);
    assert.ok(values.s_measure < 0.2, `seed ${seed}: S ${values.s_measure}`);
    // not 0: at the image's border the Gaussian meets zeros, which forgives
    assert.ok(values.weighted_f < 0.2, `seed ${seed}: weighted F ${values.weighted_f}`);
  }
});

test('empty and full masks, empty and full maps give numbers', () => {
  const [w, h] = [9, 7];
  const none = new Float32Array(w * h),
    all = new Float32Array(w * h).fill(1),
    some = pair(3);
  const of = (/** @type {Float32Array} */ alpha, /** @type {Float32Array} */ mask) => measure(alpha, mask, w, h).values;
  for (const alpha of [none, all, new Float32Array(w * h).fill(0.4)]) {
    for (const mask of [none, all])
      for (const value of Object.values(of(alpha, mask))) assert.ok(Number.isFinite(value));
  }
  for (const alpha of [some.mask.map(() => 0), some.mask.map(() => 1)]) {
    for (const value of Object.values(measure(alpha, some.mask, some.w, some.h).values))
      assert.ok(Number.isFinite(value));
  }
  // nothing marked where nothing is: right in all but what speaks of the subject alone
  const right = of(none, none);
  assert.deepEqual(
    [right.mae, right.iou, right.boundary_iou, right.s_measure, right.weighted_f, right.max_f],
    [0, 1, 1, 1, 0, 0],
  );
  close(right.max_e, 63 / 62);
  assert.deepEqual([of(all, none).s_measure, of(all, all).s_measure, of(none, all).s_measure], [0, 1, 0]);
});

test('a mirrored pair scores the same, but for the centroid of S', () => {
  for (const seed of seeds) {
    const { w, h, alpha, mask } = pair(seed);
    for (const turn of [
      (/** @type {number} */ x, /** @type {number} */ y) => y * w + w - 1 - x,
      (/** @type {number} */ x, /** @type {number} */ y) => (h - 1 - y) * w + x,
    ]) {
      const mirrored = (/** @type {Float32Array} */ plane) =>
        plane.map((_, i) => plane[turn(i % w, Math.floor(i / w))]);
      const [before, after] = [
        measure(alpha, mask, w, h).values,
        measure(mirrored(alpha), mirrored(mask), w, h).values,
      ];
      for (const [key, value] of Object.entries(before)) {
        // weighted F: equally near pixels, of which the left one counts
        const tolerance = key === 's_measure' ? 0.06 : key === 'weighted_f' ? 0.002 : 1e-6;
        assert.ok(Math.abs(after[key] - value) <= tolerance, `seed ${seed}, ${key}: ${value} and ${after[key]}`);
      }
    }
  }
});

test('a better map scores better in every measure', () => {
  for (const seed of seeds) {
    const { w, h, alpha, mask } = pair(seed);
    const half = alpha.map((value, i) => 0.3 * value + 0.7 * cut(mask)[i]);
    const [worse, better] = [measure(alpha, mask, w, h).values, measure(half, mask, w, h).values];
    for (const key of ['weighted_f', 's_measure', 'max_f', 'max_e', 'iou', 'boundary_iou']) {
      assert.ok(better[key] >= worse[key] - 1e-9, `seed ${seed}, ${key}: ${worse[key]} to ${better[key]}`);
    }
    assert.ok(better.mae < worse.mae);
  }
});

test('a set of nothing has no values, and every value has a name', () => {
  assert.deepEqual(summarize([]), { values: {}, soft: 0 });
  const { w, h, alpha, mask } = pair(1001);
  const known = new Set(MEASURES.map(({ key }) => key));
  for (const key of Object.keys(measure(alpha, mask, w, h).values)) assert.ok(known.has(key), key);
  assert.throws(() => measure(alpha, mask, w, h + 1), RangeError);
});
