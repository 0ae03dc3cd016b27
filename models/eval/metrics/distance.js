// Exact Euclidean distance and nearest pixel of a set (Felzenszwalb and
// Huttenlocher, "Distance Transforms of Sampled Functions", Theory of
// Computing 8, 2012): down the columns, then the lower envelope of parabolas
// along each row. O(w * h). All in integers but the crossings, whose exact
// integer values doubles hold, so that ties are decided alike everywhere.

/**
 * For each pixel the nearest one that is set; of equally near ones that in the
 * leftmost column, there the upper one.
 *
 * @param {Uint8Array} set [h][w], not 0: set; at least one is
 * @param {number} w
 * @param {number} h
 * @returns {{ nearest: Int32Array, distance2: Float64Array }} [h][w] index of it, and the square of its distance
 */
export function nearestSet(set, w, h) {
  const row = new Int32Array(w * h).fill(-1); // of the nearest set pixel in the same column
  for (let x = 0; x < w; x++) {
    for (let y = 0, last = -1; y < h; y++) {
      if (set[y * w + x]) last = y;
      row[y * w + x] = last;
    }
    for (let y = h - 1, last = -1; y >= 0; y--) {
      if (set[y * w + x]) last = y;
      const above = row[y * w + x];
      if (last >= 0 && (above < 0 || last - y < y - above)) row[y * w + x] = last;
    }
  }

  const nearest = new Int32Array(w * h),
    distance2 = new Float64Array(w * h);
  const apex = new Int32Array(w),
    height = new Float64Array(w),
    from = new Float64Array(w);
  for (let y = 0; y < h; y++) {
    let count = 0;
    for (let x = 0; x < w; x++) {
      if (row[y * w + x] < 0) continue;
      const f = (row[y * w + x] - y) ** 2;
      let start = -Infinity;
      while (count) {
        const p = apex[count - 1];
        start = (f + x * x - height[count - 1] - p * p) / (2 * (x - p));
        if (start > from[count - 1]) break;
        count--;
        start = -Infinity;
      }
      apex[count] = x;
      height[count] = f;
      from[count++] = start;
    }
    for (let x = 0, k = 0; x < w; x++) {
      while (k + 1 < count && from[k + 1] < x) k++;
      const p = apex[k];
      nearest[y * w + x] = row[y * w + p] * w + p;
      distance2[y * w + x] = height[k] + (x - p) ** 2;
    }
  }
  return { nearest, distance2 };
}
