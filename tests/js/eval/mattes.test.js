// The measures of true mattes: worked out by hand, against SciPy
// (make-golden-mattes.py), and what must hold for any pair.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { colourErrors } from '../../../models/eval/metrics/colour.js';
import { connectivityErrors } from '../../../models/eval/metrics/connectivity.js';
import { MATTE_MEASURES, measureMatte, summarizeMattes } from '../../../models/eval/metrics/mattes.js';
import { bandAround, gradientError, gradientErrors, mse, sad } from '../../../models/eval/metrics/matting.js';
import { drawn, SEEDS } from './maps.js';
import { random } from '../../../tools/random.js';

/** Rows of digits, each a tenth, "a": 1. @param {...string} rows */
const grid = (...rows) => Float64Array.from(rows.join(''), (digit) => parseInt(digit, 11) / 10);
/** @param {number} got @param {number} want @param {string} [about] */
const close = (got, want, about = '') => assert.ok(Math.abs(got - want) < 1e-9, `${about} ${got}, not ${want}`);
/** @param {...string} rows of 0 and 1 */
const part = (...rows) => Uint8Array.from(rows.join(''), Number);

test('every measure agrees with SciPy and NumPy on twenty pairs', () => {
  const golden = JSON.parse(readFileSync(new URL('golden-mattes.json', import.meta.url), 'utf8'));
  assert.deepEqual(
    golden.map((/** @type {any} */ pair) => pair.seed),
    SEEDS,
  );
  for (const [index, { seed, values, band, near }] of golden.entries()) {
    const { w, h, alpha: map, mask: cut } = drawn(seed);
    const mask = Float64Array.from(map, (byte) => byte / 255);
    const alpha = Float64Array.from(mask, (_, i) => {
      // every third: the map moved right by one, around the edge
      if (index % 3 !== 2) return cut[i] / 255;
      return mask[i % w ? i - 1 : i + w - 1];
    });
    const colours = (/** @type {number[]} */ by, /** @type {number[]} */ plus) =>
      Uint8Array.from({ length: 4 * w * h }, (_, k) => (k % 4 === 3 ? 0 : by[k % 4] * (k >> 2) + plus[k % 4]));
    const got = measureMatte(
      { alpha, rgba: colours([7, 11, 13], [0, 3, 5]) },
      { alpha: mask, rgba: colours([5, 3, 17], [0, 0, 1]) },
      w,
      h,
    );
    for (const [key, want] of Object.entries(values)) {
      assert.ok(Math.abs(got[key] - Number(want)) < 1e-9, `seed ${seed}, ${key}: ${got[key]}, not ${want}`); // seen: 1.3e-13
    }
    assert.deepEqual(
      Object.keys(got).filter((key) => !(key in values)),
      ['boundary_iou'],
    ); // golden.test.js has that
    const count = (/** @type {Uint8Array} */ plane) => plane.reduce((sum, value) => sum + value, 0);
    assert.equal(count(bandAround(mask, w, h)), band);
    assert.equal(
      count(
        bandAround(
          mask.map((value) => (value > 0.2 && value < 0.4 ? 0.5 : 0)),
          w,
          h,
          3,
        ),
      ),
      near,
    );
  }
});

test('the band is a square around every soft pixel, cut at the border', () => {
  const mask = grid('00000', '0a000', '00000', '00050', '00000');
  assert.deepEqual(bandAround(mask, 5, 5, 0), part('00000', '00000', '00000', '00010', '00000'));
  assert.deepEqual(bandAround(mask, 5, 5, 1), part('00000', '00000', '00111', '00111', '00111'));
  assert.deepEqual(bandAround(mask, 5, 5, 2), part('00000', '01111', '01111', '01111', '01111'));
  assert.deepEqual(bandAround(grid('5000'), 4, 1, 1), part('1100'));
  assert.deepEqual(bandAround(grid('5', '0', '0', '1'), 1, 4, 1), part('1111'));
  assert.deepEqual(bandAround(grid('0aa0', '0aa0'), 4, 2), part('0000', '0000')); // nothing is soft
  const wide = new Float32Array(41 * 41); // the default is ten pixels
  wide[20 * 41 + 20] = 0.5;
  assert.equal(
    bandAround(wide, 41, 41).reduce((sum, value) => sum + value, 0),
    21 * 21,
  );
});

test('SAD, MSE and gradient error count in the part that is given', () => {
  const alpha = grid('05a', '05a'),
    mask = grid('00a', '0a0'); // errors 0, .5, 0; 0, .5, 1
  close(sad(alpha, mask, part('010', '001')), 1.5 / 1000);
  close(mse(alpha, mask, part('010', '001')), 1.25 / 2);
  close(mse(alpha, mask, part('100', '100')), 0);
  const next = random(5),
    w = 23,
    h = 17;
  const a = Float64Array.from({ length: w * h }, next),
    b = Float64Array.from({ length: w * h }, next);
  const left = Uint8Array.from(a, (_, i) => (i % w < 9 ? 1 : 0)),
    { whole, part: inLeft } = gradientErrors(a, b, w, h, left);
  close(whole, gradientError(a, b, w, h));
  close(
    inLeft +
      gradientErrors(
        a,
        b,
        w,
        h,
        left.map((value) => 1 - value),
      ).part,
    whole,
  );
  assert.ok(inLeft > 0.2 * whole && inLeft < 0.6 * whole);
});

test('an island that the truth has not costs all of its alpha, less what hangs on', () => {
  // The truth is the left block; the answer has it, and an island of .9. There the
  // lesser of both is 0: l = 0, unconnected .9 against 0.
  const truth = grid('aa000', 'aa000'),
    answer = grid('aa009', 'aa000');
  close(connectivityErrors(answer, truth, 5, 2).whole, 0.9 / 1000);
  // an island in both, larger in the answer: l = 0 (never a part of the largest), .9 - .6
  close(connectivityErrors(grid('aa009', 'aa000'), grid('aa006', 'aa000'), 5, 2).whole, 0.3 / 1000);
  // joined to the block at .6 at least: l = .6; .9 - .6 counts, the truth's 0 does not
  close(connectivityErrors(grid('aa669', 'aa000'), grid('aa666', 'aa000'), 5, 2).whole, 0.3 / 1000);
  // up to .1 above l is free: theta is .15. Here l = .6, of .7 nothing counts
  close(connectivityErrors(grid('aa667', 'aa000'), grid('aa666', 'aa000'), 5, 2).whole, 0);
});

test('corners do not connect, and of equal components the first is the source', () => {
  // 2 x 2: the other corner hangs on nothing; both have one pixel, so the first is the
  // source: at the second l = 0: 1 against .8
  close(connectivityErrors(grid('a0', '0a'), grid('a0', '08'), 2, 2).whole, 0.2 / 1000);
  // now the first differs: part of the source up to .8, so l = .8; from .9 on nothing is left: 1 - .8 counts
  close(connectivityErrors(grid('a0', '0a'), grid('80', '08'), 2, 2).whole, (0.2 + 0.2) / 1000);
});

test('a part of the connectivity error is what lies there', () => {
  const truth = grid('aa00000', 'aa00000'),
    answer = grid('aa00909', 'aa00000');
  assert.deepEqual(connectivityErrors(answer, truth, 7, 2, part('0000100', '0000000')), {
    whole: 1.8 / 1000,
    part: 0.9 / 1000,
  });
});

/** The definition, level by level, by flooding. @param {Float64Array} alpha @param {Float64Array} mask @param {number} w */
function flooded(alpha, mask, w) {
  const n = alpha.length,
    l = new Float64Array(n).fill(-1);
  for (let k = 1; k <= 10; k++) {
    const inside = (/** @type {number} */ i) => alpha[i] >= k / 10 && mask[i] >= k / 10;
    const seen = new Uint8Array(n);
    /** @type {number[]} */ let largest = [];
    for (let start = 0; start < n; start++) {
      if (seen[start] || !inside(start)) continue;
      const found = [start];
      seen[start] = 1;
      for (let at = 0; at < found.length; at++) {
        const i = found[at];
        for (const [j, there] of /** @type {[number, boolean][]} */ ([
          [i - w, i >= w],
          [i + w, i + w < n],
          [i - 1, i % w > 0],
          [i + 1, (i + 1) % w > 0],
        ])) {
          if (!there || seen[j] || !inside(j)) continue;
          seen[j] = 1;
          found.push(j);
        }
      }
      if (found.length > largest.length) largest = found;
    }
    const source = new Set(largest);
    for (let i = 0; i < n; i++) if (l[i] < 0 && !source.has(i)) l[i] = (k - 1) / 10;
  }
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const level = l[i] < 0 ? 1 : l[i],
      loose = (/** @type {number} */ value) => (value - level >= 0.15 ? value - level : 0);
    sum += Math.abs(loose(alpha[i]) - loose(mask[i]));
  }
  return sum / 1000;
}

test('components are those that flooding finds, on noise of few levels and on shapes', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const next = random(seed),
      w = 5 + (seed % 23),
      h = 3 + (seed % 17);
    const draw = () => Float64Array.from({ length: w * h }, () => (next() < 0.35 ? 0 : Math.round(next() * 20) / 20));
    const alpha = draw(),
      mask = draw();
    close(connectivityErrors(alpha, mask, w, h).whole, flooded(alpha, mask, w), `seed ${seed}:`);
  }
});

test('composites on black, white and green, by hand', () => {
  // true: colour 100, 50, 200 at alpha .5; ours: 120, 50, 200 at alpha .75
  const errors = colourErrors(
    { alpha: grid('00').map((_, i) => (i ? 0 : 0.75)), rgba: [120, 50, 200, 0, 9, 9, 9, 0] },
    { alpha: grid('50'), rgba: [100, 50, 200, 0, 0, 0, 0, 0] },
    part('10'),
  );
  close(errors.black, (40 + 12.5 + 50) / 3); // 90, 37.5, 150 against 50, 25, 100
  close(errors.white, (63.75 - 40 + (63.75 - 12.5) + (63.75 - 50)) / 3); // 255 * .25 less of the ground
  close(errors.green, (40 + (63.75 - 12.5) + 50) / 3);
  // where both are clear, colours do not matter
  assert.deepEqual(
    colourErrors(
      { alpha: grid('00'), rgba: [1, 2, 3, 0, 4, 5, 6, 0] },
      { alpha: grid('00'), rgba: [9, 9, 9, 0, 0, 0, 0, 0] },
      part('11'),
    ),
    { black: 0, white: 0, green: 0 },
  );
});

test('a perfect matte errs by nothing; without soft pixels there is no band, without colours no colour error', () => {
  for (const seed of SEEDS.slice(0, 6)) {
    const { w, h, alpha } = drawn(seed);
    const mask = Float32Array.from(alpha, (byte) => byte / 255),
      rgba = new Uint8Array(4 * w * h).fill(77);
    const values = measureMatte({ alpha: mask, rgba }, { alpha: mask, rgba }, w, h);
    assert.deepEqual(Object.keys(values).sort(), MATTE_MEASURES.map(({ key }) => key).sort());
    for (const [key, value] of Object.entries(values)) assert.equal(value, key.endsWith('iou') ? 1 : 0, key);
  }
  const hard = grid('0aa0', '0aa0');
  assert.ok(!Object.keys(measureMatte({ alpha: hard }, { alpha: hard }, 4, 2)).some((key) => /band|colour/.test(key)));
  const soft = grid('05a0', '0aa0');
  assert.ok('sad_band' in measureMatte({ alpha: hard }, { alpha: soft }, 4, 2));
  assert.ok(!('colour_black' in measureMatte({ alpha: hard }, { alpha: soft, rgba: new Uint8Array(32) }, 4, 2)));
  assert.throws(() => measureMatte({ alpha: hard }, { alpha: soft }, 2, 2), RangeError);
});

test('means and medians are over the pictures that have the measure', () => {
  const { mean, median } = summarizeMattes([{ sad: 1, sad_band: 4 }, { sad: 9 }, { sad: 2 }, { sad: 4, sad_band: 2 }]);
  assert.deepEqual(
    [mean, median],
    [
      { sad: 4, sad_band: 3 },
      { sad: 3, sad_band: 3 },
    ],
  );
  assert.equal(summarizeMattes([{ iou: 0.5 }, { iou: 0.9 }, { iou: 0.1 }]).median.iou, 0.5);
  assert.deepEqual(summarizeMattes([]), { mean: {}, median: {} });
});
