// For true mattes (Rhemann et al., "A Perceptually Motivated Online Benchmark
// for Image Matting", CVPR 2009; connectivity.js has their fourth measure).
// There they count the unknown part of a trimap; nothing is known to a cut-out
// engine, so all of the image counts, or the part that is given, for which
// bandAround() stands in for the trimap.

/** @typedef {import('./region.js').Plane} Plane */
/** @typedef {Uint8Array} Part [h][w], 1 counts */

/** Whether a mask is a matte: it has values between 0 and 1. @param {Plane} mask */
export function isMatte(mask) {
  for (let i = 0; i < mask.length; i++) if (mask[i] > 0 && mask[i] < 1) return true;
  return false;
}

/** Pixels from what is soft that are still its band. */
export const BAND_PX = 10;

/**
 * The band of a matte: what lies within `radius` pixels, across and down (a
 * square of 2 radius + 1), of a pixel with 0 < value < 1. O(w * h), whatever
 * the radius.
 *
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 * @param {number} [radius]
 * @returns {Part} all 0 for a mask without values between
 */
export function bandAround(mask, w, h, radius = BAND_PX) {
  const rows = new Uint8Array(w * h),
    band = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0, i = y * w, to = 0; x < w; x++, i++) {
      // [to, x + radius] is written when a soft pixel comes
      if (!(mask[i] > 0 && mask[i] < 1)) continue;
      const end = Math.min(w - 1, x + radius);
      for (to = Math.max(to, x - radius); to <= end; to++) rows[y * w + to] = 1;
    }
  }
  const left = new Int32Array(w); // rows that the last marked one above still reaches
  for (let y = 0, i = 0; y < h + radius; y++) {
    for (let x = 0; x < w; x++, i++) {
      if (y < h && rows[i]) left[x] = 2 * radius + 1;
      if (!left[x]) continue;
      left[x]--;
      if (y >= radius) band[i - radius * w] = 1;
    }
  }
  return band;
}

/**
 * Sum of absolute differences, in thousands.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {Part} [part]
 */
export function sad(alpha, mask, part) {
  let sum = 0;
  for (let i = 0; i < mask.length; i++) if (!part || part[i]) sum += Math.abs(alpha[i] - mask[i]);
  return sum / 1000;
}

/**
 * Mean squared error; of a part that is empty, not a number.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {Part} [part]
 */
export function mse(alpha, mask, part) {
  let sum = 0,
    count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (part && !part[i]) continue;
    sum += (alpha[i] - mask[i]) ** 2;
    count++;
  }
  return sum / count;
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
 * What gradientError() is divided by when the filter is the derivative of a
 * Gaussian of sum 1 instead, SciPy's gaussian_filter(order=1) with these taps:
 * slopes per pixel, as many tables have them.
 */
export const UNIT_LENGTH = (() => {
  const half = GAUSS.length >> 1;
  const gauss = GAUSS.map((_, i) => Math.exp(-((i - half) ** 2) / (2 * SIGMA * SIGMA)));
  const sum = gauss.reduce((a, b) => a + b);
  const slope = gauss.map((value, i) => ((i - half) * value) / (SIGMA * SIGMA));
  return ((sum * sum) / (Math.hypot(...gauss) * Math.hypot(...slope))) ** 2;
})();

/**
 * A row weighted along itself by GAUSS and by SLOPE; beyond the ends they
 * repeat. The one is even, the other odd.
 *
 * @param {Plane} plane
 * @param {number} from where the row begins
 * @param {number} w
 * @param {Float64Array} gauss [w] out
 * @param {Float64Array} slope [w] out
 */
function filterRow(plane, from, w, gauss, slope) {
  const half = GAUSS.length >> 1,
    last = from + w - 1;
  for (let x = 0, at = from; x < w; x++, at++) {
    const inside = x >= half && x + half < w;
    let g = GAUSS[half] * plane[at],
      s = 0;
    for (let k = 1; k <= half; k++) {
      const before = plane[inside ? at - k : Math.max(from, at - k)],
        after = plane[inside ? at + k : Math.min(last, at + k)];
      g += GAUSS[half + k] * (after + before);
      s += SLOPE[half + k] * (after - before);
    }
    gauss[x] = g;
    slope[x] = s;
  }
}

/**
 * Gives a plane's gradient magnitudes row by row, top to bottom; only as many
 * filtered rows are kept as the filter is high.
 *
 * @param {Plane} plane
 * @param {number} w
 * @param {number} h
 * @returns {() => Float64Array} the next row [w], which is overwritten by the one after it
 */
function gradientRows(plane, w, h) {
  const taps = GAUSS.length,
    half = taps >> 1;
  const kept = Array.from({ length: taps }, () => ({ gauss: new Float64Array(w), slope: new Float64Array(w) }));
  const across = new Float64Array(w),
    down = new Float64Array(w),
    magnitude = new Float64Array(w);
  let y = 0,
    filtered = 0;
  return () => {
    for (; filtered < h && filtered <= y + half; filtered++) {
      const { gauss, slope } = kept[filtered % taps];
      filterRow(plane, filtered * w, w, gauss, slope);
    }
    const row = (/** @type {number} */ at) => kept[Math.min(h - 1, Math.max(0, at)) % taps];
    for (let x = 0, { slope } = row(y); x < w; x++) {
      across[x] = GAUSS[half] * slope[x];
      down[x] = 0;
    }
    for (let k = 1; k <= half; k++) {
      const above = row(y - k),
        below = row(y + k),
        g = GAUSS[half + k],
        s = SLOPE[half + k];
      for (let x = 0; x < w; x++) {
        across[x] += g * (below.slope[x] + above.slope[x]);
        down[x] += s * (below.gauss[x] - above.gauss[x]);
      }
    }
    for (let x = 0; x < w; x++) magnitude[x] = Math.sqrt(across[x] * across[x] + down[x] * down[x]);
    y++;
    return magnitude;
  };
}

/**
 * Gradient error, sigma 1.4, in thousands: the sum of the squared
 * differences of the gradient magnitudes.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 * @param {Part} [part]
 * @returns {{ whole: number, part: number }} part: where that is 1; 0 without one
 */
export function gradientErrors(alpha, mask, w, h, part) {
  const a = gradientRows(alpha, w, h),
    b = gradientRows(mask, w, h);
  let whole = 0,
    inPart = 0;
  for (let y = 0, i = 0; y < h; y++) {
    const from = a(),
      to = b();
    for (let x = 0; x < w; x++, i++) {
      const square = (from[x] - to[x]) ** 2;
      whole += square;
      if (part?.[i]) inPart += square;
    }
  }
  return { whole: whole / 1000, part: inPart / 1000 };
}

/**
 * The same of all of the image.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 */
export const gradientError = (alpha, mask, w, h) => gradientErrors(alpha, mask, w, h).whole;
