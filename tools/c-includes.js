// What C files include: which rooms they use, and whether they go in circles.
// A file.c and its file.h are one unit.

/** @typedef {Record<string, string>} Sources text by path from wasm/ */

/** @param {string} text @returns {string[]} */
const included = (text) => [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)].map(([, name]) => name);

/**
 * The file that a name includes: a path from wasm/, or the bare name of a header of the ABI.
 *
 * @param {Sources} sources
 * @param {string} name
 * @returns {string} as it stands where it is none of ours
 */
const resolve = (sources, name) => (`include/${name}` in sources ? `include/${name}` : name);

/** The innermost room of a table that holds a file. @param {string[]} rooms @param {string} path */
const roomOf = (rooms, path) =>
  rooms.filter((room) => path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];

/**
 * Includes that the table does not allow.
 *
 * @param {Sources} sources
 * @param {Record<string, string[]>} allowed by room, inner rooms too (nn/graph): the rooms and single headers that it
 *   may include besides its own
 * @param {Record<string, RegExp>} [kept] headers that only these files may include
 * @returns {string[]} a line for each
 */
export function roomBreaches(sources, allowed, kept = {}) {
  const rooms = Object.keys(allowed);
  return Object.entries(sources).flatMap(([path, text]) =>
    included(text)
      .filter((name) => {
        if (kept[name]) return !kept[name].test(path);
        const target = resolve(sources, name);
        const [from, to] = [roomOf(rooms, path), roomOf(rooms, target)];
        return !from || !(from === to || allowed[from].includes(to) || allowed[from].includes(target));
      })
      .map((name) => `wasm/${path} includes ${name}`),
  );
}

/**
 * Units that include each other, whatever the way round (Tarjan 1972).
 *
 * @param {Sources} sources
 * @returns {string[][]} each circle's units, sorted
 */
export function includeCircles(sources) {
  const unit = (/** @type {string} */ path) => path.replace(/\.[ch]$/, '');
  /** @type {Map<string, Set<string>>} */
  const uses = new Map(Object.keys(sources).map((path) => [unit(path), new Set()]));
  for (const [path, text] of Object.entries(sources)) {
    for (const name of included(text)) {
      const target = unit(resolve(sources, name));
      if (target !== unit(path) && uses.has(target)) uses.get(unit(path))?.add(target);
    }
  }
  /** @type {Map<string, number>} */ const order = new Map();
  /** @type {string[]} */ const stack = [];
  /** @type {string[][]} */ const circles = [];
  /** @param {string} from */
  const visit = (from) => {
    let low = order.size;
    order.set(from, low);
    stack.push(from);
    for (const to of uses.get(from) ?? []) {
      if (!order.has(to)) low = Math.min(low, visit(to));
      else if (stack.includes(to)) low = Math.min(low, /** @type {number} */ (order.get(to)));
    }
    if (low === order.get(from)) {
      const circle = stack.splice(stack.indexOf(from));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return low;
  };
  for (const name of uses.keys()) if (!order.has(name)) visit(name);
  return circles;
}
