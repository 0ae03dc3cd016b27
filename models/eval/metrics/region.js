// How well the areas agree. Everywhere in metrics/: alpha is the map under
// test, mask the truth, both row by row, 0..1; the subject is where a value is
// at least one half. Functions are pure; where a definition leaves a case open
// (an empty mask, say), the docstring says what happens.
import { nearestSet } from './distance.js';

/** @typedef {Float32Array | Float64Array} Plane [h][w], 0..1 */

/** Thresholds of a curve: k / 255 for k = 0..255, and "at least" is inside. */
export const LEVELS = 256;

/** beta^2 of the F-measure in the literature on salient objects (Achanta et al. 2009). */
export const BETA2 = 0.3;

/**
 * Mean absolute error (Perazzi et al., "Saliency Filters", CVPR 2012).
 * A soft mask counts as it is.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 */
export function mae(alpha, mask) {
  let sum = 0;
  for (let i = 0; i < mask.length; i++) sum += Math.abs(alpha[i] - mask[i]);
  return sum / mask.length;
}

/**
 * Overlap at one half: intersection over union (Jaccard). Both empty: 1.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 */
export function iou(alpha, mask) {
  let both = 0,
    either = 0;
  for (let i = 0; i < mask.length; i++) {
    const is = alpha[i] >= 0.5,
      should = mask[i] >= 0.5;
    if (is && should) both++;
    if (is || should) either++;
  }
  return either ? both / either : 1;
}

/**
 * What lies at or above each threshold.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @returns {{ hits: Float64Array, all: Float64Array, inside: number }} [LEVELS] pixels of the subject, and of all, that
 *   alpha marks at threshold k / 255; pixels of the subject
 */
export function marked(alpha, mask) {
  const hits = new Float64Array(LEVELS),
    all = new Float64Array(LEVELS);
  let inside = 0;
  for (let i = 0; i < mask.length; i++) {
    const level = Math.min(LEVELS - 1, Math.max(0, Math.floor(alpha[i] * 255))); // k for k / 255, as f32, too
    all[level]++;
    if (mask[i] >= 0.5) {
      hits[level]++;
      inside++;
    }
  }
  for (let k = LEVELS - 2; k >= 0; k--) {
    hits[k] += hits[k + 1];
    all[k] += all[k + 1];
  }
  return { hits, all, inside };
}

/**
 * Precision and recall at each threshold (Achanta et al., "Frequency-tuned
 * Salient Region Detection", CVPR 2009). Nothing marked: precision
 * 0; empty mask: recall 0; as the common toolboxes do.
 *
 * @param {ReturnType<typeof marked>} counts
 */
export function precisionRecall({ hits, all, inside }) {
  return {
    precision: hits.map((hit, k) => hit / Math.max(all[k], 1)),
    recall: hits.map((hit) => hit / Math.max(inside, 1)),
  };
}

/**
 * F-measure (Achanta et al. 2009): 0 when nothing is hit.
 *
 * @param {number} precision
 * @param {number} recall
 * @param {number} [beta2]
 */
export function fMeasure(precision, recall, beta2 = BETA2) {
  const below = beta2 * precision + recall;
  return below > 0 ? ((1 + beta2) * precision * recall) / below : 0;
}

/**
 * F-measure at a threshold of twice the mean of alpha, at most 1 (Achanta et
 * al. 2009).
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 */
export function adaptiveF(alpha, mask) {
  let sum = 0;
  for (let i = 0; i < alpha.length; i++) sum += alpha[i];
  const threshold = Math.min((2 * sum) / alpha.length, 1);
  let hits = 0,
    all = 0,
    inside = 0;
  for (let i = 0; i < mask.length; i++) {
    const is = alpha[i] >= threshold,
      should = mask[i] >= 0.5;
    if (is) all++;
    if (should) inside++;
    if (is && should) hits++;
  }
  return fMeasure(hits / Math.max(all, 1), hits / Math.max(inside, 1));
}

/** fspecial('gaussian', 7, 5) is the product of this with itself. */
const GAUSS7 = (() => {
  const row = Array.from({ length: 7 }, (_, i) => Math.exp(-((i - 3) ** 2) / (2 * 5 * 5)));
  const sum = row.reduce((a, b) => a + b);
  return row.map((value) => value / sum);
})();

/**
 * A plane smoothed by that, zero beyond the border (imfilter's default).
 *
 * @param {Float64Array} plane
 * @param {number} w
 * @param {number} h
 */
function smooth7(plane, w, h) {
  const across = new Float64Array(w * h),
    out = new Float64Array(w * h);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at++) {
      let sum = 0;
      for (let d = Math.max(-3, -x); d <= 3 && x + d < w; d++) sum += GAUSS7[d + 3] * plane[at + d];
      across[at] = sum;
    }
  }
  for (let y = 0; y < h; y++) {
    for (let d = Math.max(-3, -y); d <= 3 && y + d < h; d++) {
      const weight = GAUSS7[d + 3],
        to = y * w,
        from = (y + d) * w;
      for (let x = 0; x < w; x++) out[to + x] += weight * across[from + x];
    }
  }
  return out;
}

/**
 * Weighted F-measure, beta = 1 (Margolin, Zelnik-Manor, Tal, "How to Evaluate
 * Foreground Maps?", CVPR 2014, and the authors' WFb.m): errors
 * inside the subject are shared with their neighbours (7x7 Gaussian, sigma 5,
 * over the errors of the nearest pixel of the subject outside it), errors
 * outside weigh up to twice as much the further off they are.
 *
 * Of equally near pixels WFb.m takes whichever bwdist names, here that of
 * nearestSet(), which SciPy's transform, and so PySODMetrics, names too. Empty
 * mask: 0, as PySODMetrics has it (WFb.m: not a number).
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 */
export function weightedF(alpha, mask, w, h) {
  const n = w * h;
  const subject = new Uint8Array(n);
  const error = new Float64Array(n);
  let inside = 0;
  for (let i = 0; i < n; i++) {
    subject[i] = mask[i] >= 0.5 ? 1 : 0;
    inside += subject[i];
    error[i] = Math.abs(alpha[i] - subject[i]);
  }
  if (!inside) return 0;
  const { nearest, distance2 } = nearestSet(subject, w, h);
  const spread = smooth7(
    error.map((_, i) => error[nearest[i]]),
    w,
    h,
  );
  let missed = 0,
    invented = 0;
  for (let i = 0; i < n; i++) {
    if (subject[i]) missed += Math.min(error[i], spread[i]);
    else invented += error[i] * (2 - Math.exp((Math.log(0.5) / 5) * Math.sqrt(distance2[i])));
  }
  const hit = inside - missed;
  const recall = 1 - missed / inside;
  const precision = hit / (Number.EPSILON + hit + invented);
  return (2 * recall * precision) / (Number.EPSILON + recall + precision);
}
