// A look: what a result is to be, under a name, with a pattern for its file's
// name. As a file it is JSON:
//
//   { "cutaway-look": 1, "name": "Shop", "pattern": "{look}/{name}-{n}",
//     "options": { "background": "white", "canvas": "amazon", "format": "jpeg" } }
//
// `options` are those of a result as removeBackground() takes them, checked
// here by the core's own list: keys, types, words, ranges. What a colour or a
// gradient may say the core alone knows, and says with the first photo. A
// background picture lies in the file as data: URL, and is a Blob once read.
import { limits } from '../lists/limits.js';
import { options as known } from '../lists/options.js';
import { failure } from './errors.js';

/**
 * @typedef {import('../lists/options.js').Output} Output
 * @typedef {import('./core.js').OptionInfo} OptionInfo
 * @typedef {{ name: string, pattern: string, options: Output }} Look
 */

const version = 1;
export const usualPattern = '{name}-{look}';
/** Characters of a file of looks: a background picture of some megabytes. */
export const maxLookChars = 24e6;
const maxNameChars = 60;
const maxPatternChars = 120;

/** Never together in one name on some system. */
const forbidden = /[\u0000-\u001f\u007f<>:"|?*\\]/g;
const places = ['name', 'look', 'n'];
const data = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/]+={0,2})$/;

/** @param {string} key where it stands, such as "options.shadow.blur" @param {string} sentence @returns {never} */
function refuse(key, sentence) {
  throw Object.assign(failure('bad_option', `look: ${key} ${sentence}`, 'look'), { key });
}

/** @param {string} key @param {unknown} value @returns {Record<string, unknown>} */
function object(key, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Blob)
    refuse(key, 'is an object.');
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {string} key of the object, or '' @param {Record<string, unknown>} value @param {string[]} names */
function onlyThese(key, value, names) {
  for (const name of Object.keys(value))
    if (!names.includes(name)) refuse(key ? `${key}.${name}` : name, `is not known here: ${names.join(', ')}.`);
}

/** @param {string} key @param {unknown} value @param {number} max @returns {string} */
function text(key, value, max) {
  if (typeof value !== 'string' || !value.trim()) refuse(key, 'is a text.');
  if (value.length > max) refuse(key, `has ${max} characters at most.`);
  return value;
}

/** "5%", "40px" or pixels. @param {string} key @param {OptionInfo} info @param {unknown} value */
function length(key, { min_percent: min = 0, max_percent: max = 100, max_px: px = 0 }, value) {
  const [, digits, unit] = /^(-?\d+(?:\.\d+)?)(%|px)?$/.exec(String(value)) ?? [];
  const number = Number(digits);
  const within = unit === '%' ? number >= min && number <= max : Math.abs(number) <= px && (min < 0 || number >= 0);
  if (!/^(string|number)$/.test(typeof value) || !digits || !within)
    refuse(key, `is ${min}% to ${max}% or at most ${px} pixels.`);
}

/** Looks like one; the core reads it. @param {string} text */
const isColour = (text) =>
  /^(#[0-9a-f]{3}f?|#[0-9a-f]{6}(ff)?|[a-z]+|(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([^()]{1,80}\))$/i.test(text);

/** As the core reads it, but for a colour's own spelling. @param {string} key @param {OptionInfo} info @param {unknown} value */
function check(key, info, value) {
  const { type, values = [], min = -Infinity, max = Infinity, keys = {}, presets = [] } = info;
  if (type === 'boolean' && typeof value !== 'boolean') refuse(key, 'is true or false.');
  if (type === 'choice' && !values.includes(/** @type {string} */ (value))) refuse(key, `is ${values.join(', ')}.`);
  if (type === 'integer' || type === 'number') {
    const whole = type === 'number' || Number.isInteger(value);
    if (typeof value !== 'number' || !whole || !(value >= min && value <= max))
      refuse(key, `is a ${type === 'integer' ? 'whole ' : ''}number of ${min} to ${max}.`);
  }
  if (type === 'length') length(key, info, value);
  if (type === 'color' && !isColour(String(value))) refuse(key, 'is a colour, such as #rrggbb.');
  if (type === 'switch' && typeof value !== 'boolean') checkKeys(key, keys, value);
  if (type === 'canvas') checkCanvas(key, keys, presets, value);
}

/** @param {string} key @param {Record<string, OptionInfo>} keys @param {unknown} value */
function checkKeys(key, keys, value) {
  const said = object(key, value);
  onlyThese(key, said, Object.keys(keys));
  for (const [name, one] of Object.entries(said)) check(`${key}.${name}`, keys[name], one);
}

const { max_side: maxSide, max_pixels: maxPixels, max_ratio: maxRatio } = limits;

/** @param {unknown} width @param {unknown} height */
const isSize = (width, height) =>
  [width, height].every((side) => Number.isInteger(side) && Number(side) >= 1 && Number(side) <= maxSide) &&
  Number(width) * Number(height) <= maxPixels;

/** "4:5", or "800x600" where it may be a size, too. @param {unknown} said @param {boolean} size */
function isShape(said, size) {
  const [, w, sign, h] = /^(\d+)([:x])(\d+)$/.exec(typeof said === 'string' ? said : '') ?? [];
  if (sign === ':') return [w, h].every((side) => Number(side) >= 1 && Number(side) <= maxRatio);
  return size && sign === 'x' && isSize(Number(w), Number(h));
}

/** A preset, a ratio, a size; alone or with how the subject lies on it. @param {string} key @param {Record<string, OptionInfo>} keys @param {{ name: string }[]} presets @param {unknown} value */
function checkCanvas(key, keys, presets, value) {
  const names = presets.map(({ name }) => name);
  /** @param {string} where @param {unknown} said */
  const size = (where, said) => {
    if (!names.includes(/** @type {string} */ (said)) && !isShape(said, true))
      refuse(where, `is ${names.join(', ')}, a ratio such as 4:5 or a size such as 800x600.`);
  };
  if (typeof value === 'string') return size(key, value);
  checkKeys(key, keys, value);
  const { preset, ratio, width, height } = object(key, value);
  const ways = [preset, ratio, width ?? height].filter((one) => one !== undefined);
  if (ways.length !== 1 || (width === undefined) !== (height === undefined))
    refuse(key, 'has a preset, a ratio, or a width and a height.');
  if (preset !== undefined) size(`${key}.preset`, preset);
  if (ratio !== undefined && !isShape(ratio, false)) refuse(`${key}.ratio`, 'is such as 4:5.');
  if (width !== undefined && !isSize(width, height))
    refuse(`${key}.width`, `and height are 1 to ${maxSide} pixels, ${maxPixels} together.`);
}

/** A text for the core, a Blob, or a picture in the file. @param {string} key @param {unknown} value @returns {string | Blob} */
function background(key, value) {
  if (value instanceof Blob) return value;
  const said = typeof value === 'string' ? value.trim() : '';
  if (said.startsWith('data:')) {
    const [, type, base64] = data.exec(said) ?? [];
    if (!base64 || base64.length % 4) refuse(key, 'is no picture as data:image/…;base64,….');
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new Blob([bytes], { type });
  }
  if (!isColour(said) && !/^(blur\([^()]{1,60}\)|linear-gradient\(.{1,2000}\))$/i.test(said))
    refuse(key, 'is transparent, blur, a colour, a linear-gradient() or a picture as data:image/…;base64,….');
  return said;
}

/** @param {unknown} value @returns {string} */
function patternOf(value) {
  const pattern = text('pattern', value, maxPatternChars).normalize('NFC');
  const bare = pattern.replace(/\{(\w*)\}/g, (place, name) => (places.includes(name) ? '' : place));
  if (/[{}]/.test(bare)) refuse('pattern', `has no other places than ${places.map((name) => `{${name}}`).join(', ')}.`);
  if (bare.search(forbidden) >= 0) refuse('pattern', 'has a character that no file may have in its name.');
  if (pattern.split('/').some((part) => !part.trim() || /^\.+$/.test(part)))
    refuse('pattern', 'is a name, or folders and a name, as in {look}/{name}.');
  if (!/\{(name|n)\}/.test(pattern)) refuse('pattern', 'has {name} or {n}, so that photos do not share a name.');
  return pattern;
}

/**
 * Reads a look strictly: what is unknown or has a wrong value is an error that
 * names the key (`error.key`, and in the detail).
 *
 * @param {unknown} said the file's text, or what JSON.parse() made of it
 * @returns {Look}
 */
export function readLook(said) {
  let value = said;
  if (typeof said === 'string') {
    if (said.length > maxLookChars) refuse('the file', `has ${maxLookChars} characters at most.`);
    try {
      value = JSON.parse(said.replace(/^\uFEFF/, ''));
    } catch (error) {
      refuse('the file', `is no JSON: ${/** @type {Error} */ (error).message}`);
    }
  }
  const look = object('the file', value);
  onlyThese('', look, ['cutaway-look', 'name', 'pattern', 'options']);
  if (look['cutaway-look'] !== version) refuse('cutaway-look', `is ${version}, the version of this format.`);
  const name = text('name', look.name, maxNameChars).normalize('NFC').trim();
  if (/[\u0000-\u001f\u007f]/.test(name)) refuse('name', 'is one line.');
  const given = object('options', look.options);
  const names = Object.keys(known).filter((one) => known[one].scope === 'result');
  onlyThese('options', given, names);
  /** @type {Record<string, unknown>} */
  const options = {};
  for (const [key, one] of Object.entries(given)) {
    if (known[key].type === 'background') options[key] = background(`options.${key}`, one);
    else {
      check(`options.${key}`, known[key], one);
      options[key] = one;
    }
  }
  return { name, pattern: look.pattern === undefined ? usualPattern : patternOf(look.pattern), options };
}

/** @param {Blob} blob @returns {Promise<string>} */
async function dataUrl(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return `data:${blob.type.startsWith('image/') ? blob.type : 'image/png'};base64,${btoa(binary)}`;
}

/** The look as a file's text, which readLook() reads again. @param {Look} look @returns {Promise<string>} */
export async function writeLook({ name, pattern, options }) {
  const { background, ...rest } = options;
  const said = background instanceof Blob ? await dataUrl(background) : background;
  const all = { ...(said === undefined ? {} : { background: said }), ...rest };
  readLook({ 'cutaway-look': version, name, pattern, options: all });
  return `${JSON.stringify({ 'cutaway-look': version, name, pattern, options: all }, null, 2)}\n`;
}

/** Endings of the formats. @type {Record<string, string>} */
const endings = { png: 'png', jpeg: 'jpg', webp: 'webp' };

/**
 * A path, fit for every system's file names: folders between slashes, nothing
 * that leads out of them.
 *
 * @param {string} path
 */
export const safePath = (path) =>
  path
    .normalize('NFC')
    .split('/')
    .map((part) => part.replace(forbidden, '_').replace(/[. ]+$/, ''))
    .filter((part) => part && part !== '.')
    .join('/');

/** Without the ending of a picture; never nothing. @param {string} name */
export const stemOf = (name) => name.replace(/\.[a-z0-9]{1,5}$/i, '') || 'photo';

/**
 * The file's name, by the look's pattern.
 *
 * @param {Pick<Look, 'name' | 'pattern' | 'options'>} look
 * @param {{ name: string, n: number, total: number }} photo name: with its folders and ending; n: its number of so many
 */
export function fileNameOf({ name: look, pattern, options }, { name, n, total }) {
  /** @type {Record<string, string>} */
  const said = {
    name: stemOf(name),
    look: look.replaceAll('/', '_'),
    n: String(n).padStart(String(total).length, '0'),
  };
  const path = safePath(pattern.replace(/\{(\w+)\}/g, (_, place) => said[place]));
  return `${path || 'photo'}.${endings[options.format ?? 'png']}`;
}
