// A style as the shell and the attributes write it, "x=0,y=1%,blur=3%": an
// object of the core's keys, a word such as a canvas' name, or nothing.

/** @typedef {true | string | Record<string, string | number>} Style true: the usual one */

/** @param {string} text @returns {Style} the core knows which names and values are allowed */
export function readStyle(text) {
  if (!text.includes('=')) return text || true;
  return Object.fromEntries(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      return [name.trim(), /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value.trim()];
    }),
  );
}

/** @param {Record<string, string | number>} style */
export const writeStyle = (style) =>
  Object.entries(style)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
