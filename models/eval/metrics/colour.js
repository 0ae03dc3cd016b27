// What a cut-out looks like on another ground: alpha and colours at once.

/**
 * @typedef {import('./region.js').Plane} Plane
 * @typedef {import('./matting.js').Part} Part
 */

/** The grounds, RGB 0..255. @type {Record<string, [number, number, number]>} */
export const GROUNDS = { black: [0, 0, 0], white: [255, 255, 255], green: [0, 255, 0] };

/**
 * Mean absolute error, in levels of 0..255 over the three channels, between
 * a cut-out and the true one, both laid over a plain ground as pages do it (in sRGB values,
 * unrounded): F a + B (1 - a). Where alpha is 0 colours do not matter.
 *
 * @param {{ alpha: Plane, rgba: ArrayLike<number> }} result rgba: [h][w][4], of which the colours are used
 * @param {{ alpha: Plane, rgba: ArrayLike<number> }} truth
 * @param {Part} part
 * @returns {Record<string, number>} by name of the ground; of an empty part, not a number
 */
export function colourErrors(result, truth, part) {
  const grounds = Object.values(GROUNDS),
    sums = grounds.map(() => 0);
  let count = 0;
  for (let i = 0; i < part.length; i++) {
    if (!part[i]) continue;
    count++;
    const a = result.alpha[i],
      t = truth.alpha[i];
    for (let c = 0; c < 3; c++) {
      const front = result.rgba[4 * i + c] * a - truth.rgba[4 * i + c] * t;
      for (let g = 0; g < grounds.length; g++) sums[g] += Math.abs(front + grounds[g][c] * (t - a));
    }
  }
  return Object.fromEntries(Object.keys(GROUNDS).map((name, g) => [name, sums[g] / (3 * count)]));
}
