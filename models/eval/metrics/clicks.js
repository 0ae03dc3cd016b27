// Where somebody clicks next, and how many clicks it takes (Xu, Price, Cohen,
// Yang, Huang, "Deep Interactive Object Selection", CVPR 2016). Masks here are
// u8 [h][w], 0 or 1; a pixel's click is its centre.
import { nearestSet } from './distance.js';

/** Nobody clicks oftener: what has not reached an overlap by then counts as so many. */
export const MOST = 20;
/** Pixels of an error below which nobody clicks. */
export const LEAST = 12;

/**
 * @typedef {Uint8Array} Mask
 * @typedef {{ x: number, y: number, keep: 0 | 1 }} Click keep 1: this belongs to it
 * @typedef {{ pixels: Int32Array, box: [x0: number, y0: number, x1: number, y1: number] }} Component indices, in no order
 */

/**
 * The largest 8-connected component; of equally large ones that whose first pixel in row order comes first.
 *
 * @param {Mask} mask
 * @param {number} w
 * @param {number} h
 * @returns {Component | null} null: nothing is set
 */
export function largestComponent(mask, w, h) {
  const left = Uint8Array.from(mask);
  const queue = new Int32Array(w * h);
  /** @type {Component | null} */ let best = null;
  for (let start = 0; start < left.length; start++) {
    if (!left[start]) continue;
    let [x0, y0, x1, y1] = [w, h, 0, 0];
    let end = 0;
    queue[end++] = start;
    left[start] = 0;
    for (let done = 0; done < end; done++) {
      const x = queue[done] % w,
        y = (queue[done] - x) / w;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
      for (let v = Math.max(0, y - 1); v <= Math.min(h - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(w - 1, x + 1); u++) {
          const at = v * w + u;
          if (!left[at]) continue;
          left[at] = 0;
          queue[end++] = at;
        }
    }
    if (!best || end > best.pixels.length) best = { pixels: queue.slice(0, end), box: [x0, y0, x1, y1] };
  }
  return best;
}

/**
 * A pixel of a component: the deepest one, that is the one furthest from all that does not belong to it, the picture's
 * border among that, by exact Euclidean distance between centres; of equally deep ones the first in row order. With
 * `random` any of those that are deeper than a share of that, the share itself drawn from .1 to .6: people avoid borders,
 * and do not measure.
 *
 * @param {Component} component
 * @param {number} w of its mask
 * @param {() => number} [random] 0..1
 * @returns {{ x: number, y: number }}
 */
export function clickIn({ pixels, box: [x0, y0, x1, y1] }, w, random) {
  const bw = x1 - x0 + 2,
    bh = y1 - y0 + 2; // a rim around it
  const beside = new Uint8Array(bw * bh).fill(1);
  const at = (/** @type {number} */ i) => (Math.floor(i / w) - y0 + 1) * bw + (i % w) - x0 + 1;
  for (const i of pixels) beside[at(i)] = 0;
  const { distance2 } = nearestSet(beside, bw, bh);
  const order = pixels.slice().sort();
  let deepest = order[0];
  for (const i of order) if (distance2[at(i)] > distance2[at(deepest)]) deepest = i;
  if (random) {
    const least = (0.1 + 0.5 * random()) * Math.sqrt(distance2[at(deepest)]);
    const inside = order.filter((i) => Math.sqrt(distance2[at(i)]) > least);
    deepest = inside[Math.floor(random() * inside.length)];
  }
  return { x: deepest % w, y: Math.floor(deepest / w) };
}

/**
 * The next click: in the largest connected error, on the thing where that is missed, beside it where too much is taken; of
 * equally large ones on what is missed.
 *
 * @param {Mask} truth
 * @param {Mask} found
 * @param {number} w
 * @param {number} h
 * @param {() => number} [random] as of clickIn()
 * @returns {Click | null} null: no error is worth a click
 */
export function nextClick(truth, found, w, h, random) {
  const missed = largestComponent(
    truth.map((is, i) => is & (1 - found[i])),
    w,
    h,
  );
  const excess = largestComponent(
    truth.map((is, i) => (1 - is) & found[i]),
    w,
    h,
  );
  const keep = (missed?.pixels.length ?? 0) >= (excess?.pixels.length ?? 0) ? 1 : 0;
  const error = keep ? missed : excess;
  if (!error || error.pixels.length < LEAST) return null;
  return { ...clickIn(error, w, random), keep };
}

/**
 * Number of clicks until the overlap is reached.
 *
 * @param {number[]} overlaps after the first click, the second, ..
 * @param {number} wanted
 */
export function clicksTo(overlaps, wanted) {
  const at = overlaps.findIndex((overlap) => overlap >= wanted);
  return at < 0 ? MOST : at + 1;
}

/** After so many clicks; who needed no more keeps what there was. @param {number[]} overlaps @param {number} clicks */
export const overlapAfter = (overlaps, clicks) => overlaps[Math.min(clicks, overlaps.length) - 1] ?? 0;

/** Intersection over union; 1 for nothing of nothing. @param {Mask} a @param {Mask} b */
export function overlapOf(a, b) {
  let both = 0,
    either = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    either += a[i] | b[i];
  }
  return either ? both / either : 1;
}

/** What is set, tightly. @param {Mask} mask @param {number} w @param {number} h @returns {[x: number, y: number, width: number, height: number]} */
export function boxOf(mask, w, h) {
  let [x0, y0, x1, y1] = [w, h, 0, 0];
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      if (!mask[i]) continue;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
    }
  return [x0, y0, Math.max(0, x1 - x0), Math.max(0, y1 - y0)];
}

/**
 * What a map puts above one half, at the photo's size: bilinear between its samples' centres.
 *
 * @param {{ data: ArrayLike<number>, width: number, height: number }} map 0..255
 * @param {number} w
 * @param {number} h
 * @returns {Mask}
 */
export function maskOf({ data, width, height }, w, h) {
  const out = new Uint8Array(w * h);
  const across = Array.from({ length: w }, (_, x) => place(x, width / w, width));
  for (let y = 0, i = 0; y < h; y++) {
    const [top, bottom, below] = place(y, height / h, height);
    for (let x = 0; x < w; x++, i++) {
      const [left, right, beyond] = across[x];
      const upper = data[top * width + left] * (1 - beyond) + data[top * width + right] * beyond;
      const lower = data[bottom * width + left] * (1 - beyond) + data[bottom * width + right] * beyond;
      out[i] = upper * (1 - below) + lower * below > 127.5 ? 1 : 0;
    }
  }
  return out;
}

/** The samples on both sides of a pixel's centre, and the share of the second. @param {number} at @param {number} scale @param {number} n @returns {[number, number, number]} */
function place(at, scale, n) {
  const u = Math.min(n - 1, Math.max(0, (at + 0.5) * scale - 0.5));
  const first = Math.floor(u);
  return [first, Math.min(n - 1, first + 1), u - first];
}
