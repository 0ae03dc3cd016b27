// Whether the map has the structure of the truth: S-measure and E-measure.
// Both compare with the mask at one half.
import { LEVELS } from './region.js';

/** @typedef {import('./region.js').Plane} Plane */

const EPS = Number.EPSILON; // MATLAB's eps

/**
 * 2x / (x^2 + 1 + sigma) over a part of the map (Fan et al. 2017; the
 * deviation is that of a sample).
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {boolean} foreground this part; otherwise the background of 1 - alpha
 */
function objectPart(alpha, mask, foreground) {
  let sum = 0,
    count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] >= 0.5 !== foreground) continue;
    sum += foreground ? alpha[i] : 1 - alpha[i];
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] >= 0.5 === foreground) squares += ((foreground ? alpha[i] : 1 - alpha[i]) - mean) ** 2;
  }
  const sigma = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
  return (2 * mean) / (mean * mean + 1 + sigma + EPS);
}

/**
 * Similarity of a rectangle: SSIM without its constants (Fan et al.
 * 2017).
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w of a row of both
 * @param {[number, number, number, number]} box left, top, right, bottom; not empty
 */
function regionPart(alpha, mask, w, [left, top, right, bottom]) {
  const n = (right - left) * (bottom - top);
  let x = 0,
    y = 0;
  for (let row = top; row < bottom; row++) {
    for (let i = row * w + left; i < row * w + right; i++) {
      x += alpha[i];
      if (mask[i] >= 0.5) y++;
    }
  }
  x /= n;
  y /= n;
  let xx = 0,
    yy = 0,
    xy = 0;
  for (let row = top; row < bottom; row++) {
    for (let i = row * w + left; i < row * w + right; i++) {
      const dx = alpha[i] - x,
        dy = (mask[i] >= 0.5 ? 1 : 0) - y;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
  }
  const over = (4 * x * y * xy) / (n - 1 + EPS);
  const under = ((x * x + y * y) * (xx + yy)) / (n - 1 + EPS);
  if (over !== 0) return over / (under + EPS);
  return under === 0 ? 1 : 0;
}

/**
 * S-measure, alpha = 0.5 (Fan et al., "Structure-measure: A New Way to
 * Evaluate Foreground Maps", ICCV 2017, and the authors' MATLAB
 * code): half object similarity, half that of the four rectangles about the
 * centroid of the mask. The pixel of the centroid, rounded half up, belongs to
 * the upper left one, so that a mirrored pair may score slightly differently.
 *
 * Empty mask: 1 - mean of alpha; full mask: its mean. Where the centroid lies
 * in the last row or column some rectangles are empty: they count nothing (the
 * reference gives not a number).
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 */
export function sMeasure(alpha, mask, w, h) {
  const n = w * h;
  let inside = 0,
    sumX = 0,
    sumY = 0,
    sum = 0;
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0; x < w; x++, i++) {
      sum += alpha[i];
      if (mask[i] < 0.5) continue;
      inside++;
      sumX += x;
      sumY += y;
    }
  }
  if (inside === 0) return 1 - sum / n;
  if (inside === n) return sum / n;
  const share = inside / n;
  const object = share * objectPart(alpha, mask, true) + (1 - share) * objectPart(alpha, mask, false);

  const midX = Math.round(sumX / inside) + 1,
    midY = Math.round(sumY / inside) + 1;
  let region = 0;
  for (const [top, bottom] of [
    [0, midY],
    [midY, h],
  ]) {
    for (const [left, right] of [
      [0, midX],
      [midX, w],
    ]) {
      const area = (right - left) * (bottom - top);
      if (area) region += (area / n) * regionPart(alpha, mask, w, [left, top, right, bottom]);
    }
  }
  return Math.max(0, 0.5 * object + 0.5 * region);
}

/**
 * E-measure of alpha cut at each threshold (Fan et al., "Enhanced-alignment
 * Measure for Binary Foreground Map Evaluation", IJCAI 2018, and the
 * authors' Emeasure.m). A cut map and a mask have four kinds of pixels, so
 * that counts suffice. Empty mask: share of the background in the cut map;
 * full mask: that of the foreground. The sum is divided by w * h - 1 as in the
 * reference: a perfect map scores a hair above 1.
 *
 * @param {ReturnType<typeof import('./region.js').marked>} counts
 * @param {number} n pixels
 * @returns {Float64Array} [LEVELS]
 */
export function eCurve({ hits, all, inside }, n) {
  const curve = new Float64Array(LEVELS);
  const truth = inside / n;
  for (let k = 0; k < LEVELS; k++) {
    const map = all[k] / n;
    let sum = 0;
    if (inside === 0) sum = n - all[k];
    else if (inside === n) sum = all[k];
    else {
      for (const [count, a, b] of [
        [hits[k], 1 - map, 1 - truth],
        [all[k] - hits[k], 1 - map, -truth],
        [inside - hits[k], -map, 1 - truth],
        [n - all[k] - inside + hits[k], -map, -truth],
      ])
        sum += (count * ((2 * a * b) / (a * a + b * b + EPS) + 1) ** 2) / 4;
    }
    curve[k] = sum / (n - 1 + EPS);
  }
  return curve;
}
