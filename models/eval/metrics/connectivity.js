// Connectivity error (Rhemann et al., CVPR 2009, section 3.2, with the
// parameters of their benchmark, and the MATLAB code that the literature uses,
// compute_connectivity_error.m): what hangs in the air costs, not what errs
// evenly. Components have four neighbours a pixel.

/**
 * @typedef {import('./region.js').Plane} Plane
 * @typedef {import('./matting.js').Part} Part
 */

/** Levels at which the components are looked for: k / 10. */
const STEPS = 10;

/** What an alpha may lie above the level at which it hangs on, for nothing. */
const THETA = 0.15;

/** k of the greatest k / STEPS that is not above a value. @param {number} value */
function levelOf(value) {
  let k = Math.max(0, Math.min(STEPS, Math.floor(value * STEPS)));
  if (k < STEPS && value >= (k + 1) / STEPS)
    k++; // 0.3 * 10 and the like
  else if (k > 0 && value < k / STEPS) k--;
  return k;
}

/**
 * Components of a plane of levels, from the top level down.
 *
 * @param {Uint8Array} level
 * @param {number} w
 */
function createForest(level, w) {
  const n = level.length;
  const parent = new Int32Array(n),
    size = new Int32Array(n); // a root is its component's first pixel in row order
  let most = 0,
    root = -1;

  /** @param {number} i */
  function find(i) {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  }

  /** @param {number} i @param {number} j */
  function join(i, j) {
    const a = find(i),
      b = find(j);
    if (a === b) return a;
    const first = Math.min(a, b),
      other = Math.max(a, b);
    parent[other] = first;
    size[first] += size[other];
    return first;
  }

  return {
    find,
    /** Adds the pixels of a level, whose upper neighbours are there already. @param {number} k @returns {number} root of the largest component, -1: none */
    add(k) {
      for (let i = 0, x = 0; i < n; i++) {
        if (level[i] === k) {
          parent[i] = i;
          size[i] = 1;
          let at = i;
          if (x > 0 && level[i - 1] >= k) at = join(i, i - 1);
          if (i >= w && level[i - w] >= k) at = join(i, i - w);
          if (x + 1 < w && level[i + 1] > k) at = join(i, i + 1);
          if (i + w < n && level[i + w] > k) at = join(i, i + w);
          if (size[at] > most || (size[at] === most && at < root)) {
            most = size[at];
            root = at;
          }
        }
        if (++x === w) x = 0;
      }
      return root;
    },
  };
}

/**
 * Connectivity error, in thousands. At each level the largest component of
 * what both mattes have at least so opaque is the source; a pixel's l is the
 * level below the first at which it is no part of it (1: it always is). What a matte
 * has above l counts as unconnected where it is at least theta (0.15); the
 * error is the sum of the absolute differences of what is unconnected.
 *
 * Of equally large components the one whose first pixel comes first in row
 * order is the source (MATLAB: in column order); at a level without pixels
 * nothing is a part.
 *
 * @param {Plane} alpha
 * @param {Plane} mask
 * @param {number} w
 * @param {number} h
 * @param {Part} [part]
 * @returns {{ whole: number, part: number }} part: where that is 1; 0 without one
 */
export function connectivityErrors(alpha, mask, w, h, part) {
  const n = w * h;
  const level = new Uint8Array(n);
  let differing = 0;
  for (let i = 0; i < n; i++) {
    level[i] = levelOf(Math.min(alpha[i], mask[i]));
    if (alpha[i] !== mask[i]) differing++;
  }
  const places = new Int32Array(differing); // elsewhere there is no error whatever l is
  for (let i = 0, k = 0; i < n; i++) if (alpha[i] !== mask[i]) places[k++] = i;

  const l = new Uint8Array(differing).fill(STEPS);
  const forest = createForest(level, w);
  for (let k = STEPS; k > 0; k--) {
    const source = forest.add(k);
    for (let p = 0; p < differing; p++) {
      const i = places[p];
      if (level[i] < k || forest.find(i) !== source) l[p] = k - 1; // the lowest such level is written last
    }
  }

  let whole = 0,
    inPart = 0;
  for (let p = 0; p < differing; p++) {
    const i = places[p],
      a = alpha[i] - l[p] / STEPS,
      m = mask[i] - l[p] / STEPS;
    const error = Math.abs((a >= THETA ? a : 0) - (m >= THETA ? m : 0));
    whole += error;
    if (part?.[i]) inPart += error;
  }
  return { whole: whole / 1000, part: inPart / 1000 };
}
