// All measures of one picture, and of a set of them.
import { boundaryIou } from './boundary.js';
import { gradientError, isMatte, mse, sad } from './matting.js';
import { adaptiveF, fMeasure, iou, LEVELS, mae, marked, precisionRecall, weightedF } from './region.js';
import { eCurve, sMeasure } from './structure.js';

/**
 * @typedef {import('./region.js').Plane} Plane
 *
 * @typedef {object} Measured of one picture
 * @property {Record<string, number>} values by name; max and mean F and E are over this picture's own curve
 * @property {{ precision: Float64Array, recall: Float64Array, e: Float64Array }} curves [LEVELS] each
 */

/**
 * What is printed, in this order; how a set's value comes about is said where it is no plain mean over the pictures.
 *
 * @type {{ key: string, name: string, about: string }[]}
 */
export const MEASURES = [
  { key: 'mae', name: 'MAE', about: 'mean absolute error' },
  { key: 'max_f', name: 'max F', about: 'beta^2 0.3, of the mean precision and recall at each of 256 thresholds' },
  { key: 'mean_f', name: 'mean F', about: 'mean of the same curve' },
  { key: 'max_f_of_curves', name: 'max F, curves', about: 'of the mean over the pictures of their own F curves' },
  { key: 'mean_f_of_curves', name: 'mean F, curves', about: 'mean of that' },
  { key: 'adaptive_f', name: 'adaptive F', about: 'threshold: twice the mean of the map' },
  { key: 'weighted_f', name: 'weighted F', about: 'beta 1' },
  { key: 's_measure', name: 'S-measure', about: 'alpha 0.5' },
  { key: 'max_e', name: 'max E', about: 'of the mean E curve over the pictures' },
  { key: 'mean_e', name: 'mean E', about: 'mean of the same curve' },
  { key: 'iou', name: 'IoU', about: 'at 0.5' },
  { key: 'boundary_iou', name: 'boundary IoU', about: '2 % of the diagonal' },
  { key: 'sad', name: 'SAD', about: 'in thousands, soft masks only' },
  { key: 'mse', name: 'MSE', about: 'soft masks only' },
  { key: 'gradient', name: 'gradient error', about: 'in thousands, soft masks only' },
];

/** @param {ArrayLike<number>} values */
const mean = (values) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/** Mean curve. @param {Float64Array[]} curves */
function meanCurve(curves) {
  const sum = new Float64Array(LEVELS);
  for (const curve of curves)
    curve.forEach((value, k) => {
      sum[k] += value;
    });
  return sum.map((value) => value / curves.length);
}

/** @param {Float64Array} precision @param {Float64Array} recall */
const fCurve = (precision, recall) => precision.map((value, k) => fMeasure(value, recall[k]));

/**
 * @param {Plane} alpha [h][w], 0..1
 * @param {Plane} mask [h][w], 0..1
 * @param {number} w
 * @param {number} h
 * @returns {Measured} sad, mse and gradient only when the mask is soft
 */
export function measure(alpha, mask, w, h) {
  if (alpha.length !== w * h || mask.length !== w * h)
    throw new RangeError(`${alpha.length} and ${mask.length} values for ${w} x ${h}`);
  const counts = marked(alpha, mask);
  const { precision, recall } = precisionRecall(counts);
  const f = fCurve(precision, recall),
    e = eCurve(counts, w * h);
  return {
    values: {
      mae: mae(alpha, mask),
      max_f: Math.max(...f),
      mean_f: mean(f),
      adaptive_f: adaptiveF(alpha, mask),
      weighted_f: weightedF(alpha, mask, w, h),
      s_measure: sMeasure(alpha, mask, w, h),
      max_e: Math.max(...e),
      mean_e: mean(e),
      iou: iou(alpha, mask),
      boundary_iou: boundaryIou(alpha, mask, w, h),
      ...(isMatte(mask)
        ? { sad: sad(alpha, mask), mse: mse(alpha, mask), gradient: gradientError(alpha, mask, w, h) }
        : {}),
    },
    curves: { precision, recall, e },
  };
}

/**
 * A set's values. Precision and recall are averaged over the pictures at each
 * threshold, F is taken of the averages, then its greatest value and its mean:
 * Achanta et al. 2009, and the tool behind the numbers of U²-Net. "Curves"
 * averages the pictures' F curves instead, as PySODMetrics does.
 *
 * @param {Measured[]} pictures
 * @returns {{ values: Record<string, number>, soft: number }} of no pictures: none; soft: pictures with soft masks
 */
export function summarize(pictures) {
  if (!pictures.length) return { values: {}, soft: 0 };
  /** @param {'precision' | 'recall' | 'e'} name */
  const curve = (name) => meanCurve(pictures.map(({ curves }) => curves[name]));
  const f = fCurve(curve('precision'), curve('recall')),
    e = curve('e');
  const own = meanCurve(pictures.map(({ curves }) => fCurve(curves.precision, curves.recall)));
  /** @type {Record<string, number>} */
  const ofCurves = {
    max_f: Math.max(...f),
    mean_f: mean(f),
    max_f_of_curves: Math.max(...own),
    mean_f_of_curves: mean(own),
    max_e: Math.max(...e),
    mean_e: mean(e),
  };
  /** @type {Record<string, number>} */
  const values = {};
  for (const { key } of MEASURES) {
    const given = pictures.map((picture) => picture.values[key]).filter((value) => value !== undefined);
    if (key in ofCurves) values[key] = ofCurves[key];
    else if (given.length) values[key] = mean(given);
  }
  return { values, soft: pictures.filter((picture) => 'sad' in picture.values).length };
}
