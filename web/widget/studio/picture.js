// How a result is laid out by style alone: the cut-out over any background,
// cropped, without touching a pixel. The same rules as wasm/compose, so that
// the file that replaces the preview a moment later lies exactly on it.

/**
 * @typedef {import('./queue.js').Options} Options
 * @typedef {{ width: number, height: number, subject?: { found?: boolean, box?: number[] | null } }} Report
 */

/**
 * The rectangle that a crop keeps: the subject's box and a margin on each
 * side, as far as the photo reaches (cut_crop in wasm/compose).
 *
 * @param {Report} report of the whole cut-out
 * @param {string} margin "5%" of the box's longer side, "40px" or "40"
 * @returns {[number, number, number, number]} x, y, width, height in pixels of the photo
 */
export function cropBox({ width, height, subject }, margin) {
  const [x, y, w, h] = subject?.box ?? [0, 0, 0, 0];
  if (!(w > 0 && h > 0)) return [0, 0, width, height];
  const number = parseFloat(margin) || 0;
  const pixels = margin.endsWith('%') ? Math.floor((Math.max(w, h) * Math.round(number * 100) + 5000) / 10000) : number;
  const left = Math.max(0, x - pixels);
  const top = Math.max(0, y - pixels);
  return [left, top, Math.min(width, x + w + pixels) - left, Math.min(height, y + h + pixels) - top];
}

/**
 * @param {HTMLElement} picture its layers scale and shift by these properties
 * @param {Report} report
 * @param {string | null} margin null: no crop
 * @param {{ width: number, height: number }} [made] size of a file whose edge was moved, and its box with it
 * @returns {[number, number]} size of what is kept
 */
export function layCrop(picture, report, margin, made) {
  const { width, height } = report;
  let [x, y, w, h] = margin === null ? [0, 0, width, height] : cropBox(report, margin);
  if (made && margin !== null) {
    x += (w - made.width) / 2;
    y += (h - made.height) / 2;
    ({ width: w, height: h } = made);
  }
  const values = { ratio: w / h, sx: width / w, sy: height / h, ox: x / w, oy: y / h };
  for (const [name, value] of Object.entries(values)) picture.style.setProperty(`--${name}`, String(value));
  return [w, h];
}

/** A result that is no part of the photo's plane: it alone, at its own shape. @param {HTMLElement} picture @param {Report} report */
export function layPlaced(picture, { width, height }) {
  for (const [name, value] of Object.entries({ ratio: width / height, sx: 1, sy: 1, ox: 0, oy: 0 }))
    picture.style.setProperty(`--${name}`, String(value));
}

/**
 * @param {HTMLElement} layers
 * @param {Options} options
 * @param {string} image URL of the background picture
 */
export function layBackground(layers, { background, format, fit }, image) {
  const blurred = /** @type {HTMLImageElement} */ (layers.querySelector('.blurred'));
  const picture = /** @type {HTMLImageElement} */ (layers.querySelector('.background-image'));
  const isImage = typeof background !== 'string';
  const clear = (background === 'transparent' || (isImage && fit === 'contain')) && format !== 'jpeg';
  layers.classList.toggle('checker', clear);
  const colour = typeof background === 'string' && /^(#|linear-gradient\()/.test(background) ? background : '#fff';
  layers.style.setProperty('--background-colour', colour);
  blurred.hidden = background !== 'blur';
  picture.hidden = !isImage;
  picture.style.objectFit = fit === 'contain' ? 'contain' : fit === 'stretch' ? 'fill' : 'cover';
  if (!picture.hidden && picture.src !== image) picture.src = image;
}

/** Shrunk while it is decoded, off this thread. @param {Blob} photo @returns {HTMLCanvasElement} */
export function thumbnail(photo) {
  const canvas = document.createElement('canvas');
  createImageBitmap(photo, { resizeHeight: 128, resizeQuality: 'medium' }).then(
    (bitmap) => {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
    },
    () => {},
  ); // not a picture: the mark on the thumbnail says so
  return canvas;
}
