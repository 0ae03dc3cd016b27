// Where the subject lies on a canvas, as the attribute `canvas` says it: a
// preset's name alone, or "preset=amazon,scale=0.7,x=3%,y=-1.5%". The panel
// and the drag both read and write through here, so there is one state.
import { readStyle, writeStyle } from '../../engine/core/style-text.js';

/**
 * @typedef {{ name: string, fit?: string, scale: number, x: number, y: number }} Place
 *   name: a preset, "4:5", "800x600"; scale: share of the canvas that is filled at most; x, y: percent of its sides
 *   from the middle
 * @typedef {{ name: string, width: number, height: number, ratio: boolean, scale: number }} Preset
 * @typedef {{ presets: Preset[], keys: { scale: { default: number, min: number, max: number }, x: { max_percent: number } } }} Canvas
 *   abi().options.canvas: what the core knows and takes
 */

/** @param {string} name @param {string | undefined} fit @param {Canvas} canvas */
const usualScale = (name, fit, { presets, keys }) =>
  fit === 'photo' ? 1 : (presets.find((preset) => preset.name === name)?.scale ?? keys.scale.default);

/**
 * The place that the attribute says, in percent.
 *
 * @param {string} text the attribute
 * @param {Canvas} canvas
 * @returns {Place}
 */
export function readPlace(text, canvas) {
  const style = readStyle(text);
  const {
    preset,
    ratio,
    width,
    height,
    fit,
    scale,
    x = 0,
    y = 0,
  } = /** @type {Record<string, string | number | undefined>} */ (typeof style === 'object' ? style : { preset: text });
  const name = String(preset ?? ratio ?? `${width}x${height}`);
  const known = canvas.presets.find((one) => one.name === name && !one.ratio);
  const [w, h] = known ? [known.width, known.height] : /^\d+x\d+$/.test(name) ? name.split('x').map(Number) : [0, 0];
  /** @param {string | number} length @param {number} side 0: nobody knows it yet */
  const percents = (length, side) =>
    String(length).endsWith('%')
      ? parseFloat(String(length)) || 0
      : side
        ? ((parseFloat(String(length)) || 0) / side) * 100
        : 0;
  return {
    name,
    ...(fit ? { fit: String(fit) } : {}),
    scale: Number(scale ?? usualScale(name, fit?.toString(), canvas)),
    x: percents(x, w),
    y: percents(y, h),
  };
}

/**
 * As the core will take it: within its limits, in its steps.
 *
 * @param {Place} place
 * @param {Canvas} canvas
 * @returns {Place}
 */
export function held({ scale, x, y, ...rest }, { keys }) {
  const { min, max } = keys.scale;
  const far = keys.x.max_percent;
  /** @param {number} value */
  const within = (value) => Math.min(far, Math.max(-far, value));
  return { ...rest, scale: Math.min(max, Math.max(min, scale)), x: within(x), y: within(y) };
}

/**
 * @param {Place} place
 * @param {Canvas} canvas
 * @returns {string} the attribute
 */
export function writePlace(place, canvas) {
  const { name, fit, scale, x, y } = held(place, canvas);
  /** @param {number} value @param {number} digits */
  const short = (value, digits) => Number(value.toFixed(digits));
  const parts = {
    ...(fit ? { fit } : {}),
    ...(short(scale, 3) !== usualScale(name, fit, canvas) ? { scale: short(scale, 3) } : {}),
    ...(short(x, 2) ? { x: `${short(x, 2)}%` } : {}),
    ...(short(y, 2) ? { y: `${short(y, 2)}%` } : {}),
  };
  return Object.keys(parts).length ? writeStyle({ preset: name, ...parts }) : name;
}

/**
 * In the middle, as large as is usual.
 *
 * @param {Place} place
 * @param {Canvas} canvas
 * @returns {Place}
 */
export const centred = ({ name, fit }, canvas) => ({
  name,
  ...(fit ? { fit } : {}),
  scale: usualScale(name, fit, canvas),
  x: 0,
  y: 0,
});

/**
 * What the core knows of canvases; an engine may have none.
 *
 * @param {Pick<import('../studio/queue.js').Engine, 'abi'>} engine
 * @returns {Promise<Canvas | undefined>}
 */
export async function canvasesOf(engine) {
  const abi = await engine.abi?.().catch(() => undefined);
  return /** @type {Canvas | undefined} */ (abi?.options.canvas);
}
