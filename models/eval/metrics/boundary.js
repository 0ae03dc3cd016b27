// Whether the border lies where it should.

import { overlapOf } from './clicks.js';

/** @typedef {import('./region.js').Plane} Plane */

/** As Python's round(): half to even. @param {number} value */
function roundEven(value) {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 ? down + 1 : down;
}

/**
 * Pixels of a shape within d of its outside, which begins beyond the image:
 * the shape less its d-fold erosion by 3x3, that is, by a square of 2d + 1.
 *
 * @param {Uint8Array} shape [h][w], 0 or 1
 * @param {number} w
 * @param {number} h
 * @param {number} d
 */
function band(shape, w, h, d) {
  const across = new Uint8Array(w * h),
    rim = new Uint8Array(w * h);
  /**
   * Keeps of a line what has d of the same on both sides.
   * @param {Uint8Array} from @param {Uint8Array} to @param {number} start @param {number} step @param {number} length
   */
  const erode = (from, to, start, step, length) => {
    for (let i = 0, run = 0; i <= length; i++) {
      if (i < length && from[start + i * step]) {
        run++;
        continue;
      }
      for (let k = i - run + d; k < i - d; k++) to[start + k * step] = 1;
      run = 0;
    }
  };
  for (let y = 0; y < h; y++) erode(shape, across, y * w, 1, w);
  for (let x = 0; x < w; x++) erode(across, rim, x, w, h);
  for (let i = 0; i < rim.length; i++) rim[i] = shape[i] & ~rim[i];
  return rim;
}

/**
 * Boundary IoU (Cheng et al., "Boundary IoU: Improving Object-Centric Image
 * Segmentation Evaluation", CVPR 2021, and the authors' API): overlap
 * of the two inner bands, 2 % of the diagonal wide and at least one pixel, of
 * alpha and mask at one half. Both empty: 1.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 */
export function boundaryIou(alpha, mask, w, h) {
  const d = Math.max(1, roundEven(0.02 * Math.sqrt(w * w + h * h)));
  const [a, b] = [alpha, mask].map((plane) => {
    const shape = new Uint8Array(plane.length);
    for (let i = 0; i < shape.length; i++) shape[i] = plane[i] >= 0.5 ? 1 : 0;
    return band(shape, w, h, d);
  });
  return overlapOf(a, b);
}
