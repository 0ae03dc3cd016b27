// All measures of one matte at the photo's size, and of a set of them.
import { boundaryIou } from './boundary.js';
import { colourErrors, GROUNDS } from './colour.js';
import { connectivityErrors } from './connectivity.js';
import { bandAround, gradientErrors, mse, sad, UNIT_LENGTH } from './matting.js';
import { iou } from './region.js';

/**
 * @typedef {import('./region.js').Plane} Plane
 * @typedef {{ alpha: Plane, rgba?: ArrayLike<number> | null }} CutOut alpha [h][w], 0..1; rgba [h][w][4], 0..255, where the subject's colours are known
 * @typedef {Record<string, number>} Values by key
 */

/**
 * What is printed, in this order. "Band": bandAround() the true matte.
 *
 * @type {{ key: string, name: string, about: string }[]}
 */
export const MATTE_MEASURES = [
  { key: 'sad', name: 'SAD', about: 'in thousands' },
  { key: 'sad_band', name: 'SAD, band', about: 'within 10 pixels of what is soft in the true matte' },
  { key: 'mse', name: 'MSE', about: '' },
  { key: 'mse_band', name: 'MSE, band', about: '' },
  { key: 'gradient', name: 'gradient', about: 'in thousands, sigma 1.4, filter of unit length (Rhemann et al.)' },
  { key: 'gradient_band', name: 'gradient, band', about: '' },
  { key: 'slope', name: 'slope', about: 'gradient, the filter a derivative (SciPy): less by one factor' },
  { key: 'slope_band', name: 'slope, band', about: '' },
  { key: 'connectivity', name: 'connectivity', about: 'in thousands, theta 0.15' },
  { key: 'connectivity_band', name: 'connectivity, band', about: '' },
  { key: 'iou', name: 'IoU', about: 'at 0.5' },
  { key: 'boundary_iou', name: 'boundary IoU', about: '2 % of the diagonal' },
  ...Object.keys(GROUNDS).map((ground) => ({
    key: `colour_${ground}`,
    name: `on ${ground}`,
    about: 'error of the composite in the band, levels',
  })),
];

/**
 * @param {CutOut} result
 * @param {CutOut} truth
 * @param {number} w
 * @param {number} h
 * @returns {Values} those of the band only when something is soft in the true
 *   matte, colour_* only when both have colours, too
 */
export function measureMatte(result, truth, w, h) {
  const { alpha } = result,
    { alpha: mask } = truth;
  if (alpha.length !== w * h || mask.length !== w * h)
    throw new RangeError(`${alpha.length} and ${mask.length} values for ${w} x ${h}`);
  const band = bandAround(mask, w, h),
    soft = band.includes(1);
  const gradient = gradientErrors(alpha, mask, w, h, band),
    connectivity = connectivityErrors(alpha, mask, w, h, band);
  /** @type {Values} */
  const values = {
    sad: sad(alpha, mask),
    mse: mse(alpha, mask),
    gradient: gradient.whole,
    slope: gradient.whole / UNIT_LENGTH,
    connectivity: connectivity.whole,
    iou: iou(alpha, mask),
    boundary_iou: boundaryIou(alpha, mask, w, h),
  };
  if (!soft) return values;
  Object.assign(values, {
    sad_band: sad(alpha, mask, band),
    mse_band: mse(alpha, mask, band),
    gradient_band: gradient.part,
    slope_band: gradient.part / UNIT_LENGTH,
    connectivity_band: connectivity.part,
  });
  if (result.rgba && truth.rgba) {
    const errors = colourErrors({ alpha, rgba: result.rgba }, { alpha: mask, rgba: truth.rgba }, band);
    for (const [ground, error] of Object.entries(errors)) values[`colour_${ground}`] = error;
  }
  return values;
}

/**
 * Mean and median of each measure over the pictures that have it.
 *
 * @param {Values[]} pictures
 * @returns {{ mean: Values, median: Values }} of an even number the median is the mean of the middle two
 */
export function summarizeMattes(pictures) {
  /** @type {Values} */ const mean = {};
  /** @type {Values} */ const median = {};
  for (const { key } of MATTE_MEASURES) {
    const sorted = pictures
      .map((values) => values[key])
      .filter((value) => value !== undefined)
      .sort((a, b) => a - b);
    if (!sorted.length) continue;
    const half = sorted.length >> 1;
    mean[key] = sorted.reduce((a, b) => a + b) / sorted.length;
    median[key] = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
  return { mean, median };
}
