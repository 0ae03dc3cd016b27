// For true mattes (Rhemann et al., "A Perceptually Motivated Online Benchmark
// for Image Matting", CVPR 2009). There they count the unknown part of a
// trimap; nothing is known to a cut-out engine, so all of the image counts.

/** @typedef {import('./region.js').Plane} Plane */

/** Whether a mask is a matte: it has values between 0 and 1. @param {Plane} mask */
export function isMatte(mask) {
  for (let i = 0; i < mask.length; i++) if (mask[i] > 0 && mask[i] < 1) return true;
  return false;
}

/**
 * Sum of absolute differences, in thousands.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 */
export function sad(alpha, mask) {
  let sum = 0;
  for (let i = 0; i < mask.length; i++) sum += Math.abs(alpha[i] - mask[i]);
  return sum / 1000;
}

/**
 * Mean squared error.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 */
export function mse(alpha, mask) {
  let sum = 0;
  for (let i = 0; i < mask.length; i++) sum += (alpha[i] - mask[i]) ** 2;
  return sum / mask.length;
}

const SIGMA = 1.4;

/**
 * The factors of the benchmark's derivative filter (G. Xiong's gaussgradient,
 * epsilon 0.01: 9 taps), each of unit length as their product is.
 */
const [GAUSS, SLOPE] = (() => {
  const half = Math.ceil(SIGMA * Math.sqrt(-2 * Math.log(Math.sqrt(2 * Math.PI) * SIGMA * 0.01)));
  const gauss = Array.from({ length: 2 * half + 1 }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * SIGMA * SIGMA)));
  return [gauss, gauss.map((value, i) => (i - half) * value)].map((taps) => {
    const length = Math.hypot(...taps);
    return taps.map((value) => value / length);
  });
})();

/**
 * A plane weighted along one axis; beyond the border its edge repeats.
 *
 * @param {Plane} plane
 * @param {number[]} taps
 * @param {number} length of a line
 * @param {number} step from pixel to pixel of it
 * @returns {Float64Array}
 */
function along(plane, taps, length, step) {
  const half = taps.length >> 1;
  const out = new Float64Array(plane.length);
  for (let i = 0; i < plane.length; i++) {
    const at = Math.floor(i / step) % length;
    let sum = 0;
    if (at >= half && at + half < length) {
      for (let t = 0, from = i - half * step; t < taps.length; t++, from += step) sum += taps[t] * plane[from];
    } else {
      for (let t = 0; t < taps.length; t++) {
        const place = Math.min(length - 1, Math.max(0, at + t - half));
        sum += taps[t] * plane[i + (place - at) * step];
      }
    }
    out[i] = sum;
  }
  return out;
}

/** Gradient magnitude. @param {Plane} plane @param {number} w @param {number} h */
function gradient(plane, w, h) {
  const x = along(along(plane, SLOPE, w, 1), GAUSS, h, w);
  const y = along(along(plane, GAUSS, w, 1), SLOPE, h, w);
  return x.map((value, i) => Math.sqrt(value * value + y[i] * y[i]));
}

/**
 * Gradient error, sigma 1.4, in thousands: the sum of the squared
 * differences of the gradient magnitudes.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 */
export function gradientError(alpha, mask, w, h) {
  const a = gradient(alpha, w, h), b = gradient(mask, w, h);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / 1000;
}
