// What lies around the cut-out, as attributes: shadow, outline, canvas, keep.
// A style is written as in the shell, "x=0,y=1%,blur=3%", or is there without
// a value for the usual one.

/** @typedef {true | string | Record<string, string | number>} Style */
/** @typedef {{ keep?: 'background', shadow?: Style, outline?: Style, canvas?: Style }} Styles */

/** @param {string} text @returns {Style} */
export function readStyle(text) {
  if (!text.includes('=')) return text || true;
  return Object.fromEntries(text.split(',').map((part) => {
    const [name, value = ''] = part.split('=').map((word) => word.trim());
    return [name, /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
  }));
}

/** @param {Record<string, string | number>} style */
export const writeStyle = (style) => Object.entries(style).map(([name, value]) => `${name}=${value}`).join(',');

/** @param {Element} host @returns {Styles} */
export function stylesOf(host) {
  /** @type {Styles} */
  const styles = host.getAttribute('keep') === 'background' ? { keep: 'background' } : {};
  for (const name of /** @type {const} */ (['shadow', 'outline', 'canvas'])) {
    const text = host.getAttribute(name);
    if (text !== null && !(name === 'canvas' && text === '')) styles[name] = readStyle(text);
  }
  return styles;
}
