// The attributes that say what a result is to be, by the core's own list:
// which there are, and what of them an engine is asked for. A style is written
// as in the shell, "x=0,y=1%,blur=3%", or is there without a value for the
// usual one; a word that a list of words does not have counts as absent.
import { readStyle, writeStyle } from '../../engine/core/style-text.js';
import { options } from '../../engine/lists/options.js';

/** @typedef {import('../../engine/core/style-text.js').Style} Style */
/**
 * What options other than `plain` are to an engine.
 *
 * @typedef {{ keep?: 'background', canvas?: Style, [name: string]: unknown }} Styles
 */

/** @param {string} scope of wasm/options/list.h */
const namesOf = (scope) => Object.keys(options).filter((name) => options[name].scope === scope);

/** Of what is made of photo and matte; of how the matte is made. */
export const resultNames = namesOf('result');
export const runNames = namesOf('run');
/** Those of a result that the page can lay over each other without the core. */
const plain = ['background', 'format', 'quality', 'crop', 'margin'];
export const styleNames = resultNames.filter((name) => !plain.includes(name));
/** Those that change the matte's edge: they count whatever it is looked at on. */
export const edgeNames = ['shift', 'feather', 'smooth', 'holes', 'decontaminate'];

/**
 * @param {string} name
 * @param {unknown} said an attribute's text, or a value; null, undefined, false: nothing
 * @returns {unknown} undefined: as is usual
 */
function valueIn(name, said) {
  const { type, default: usual, values } = options[name];
  if (said === null || said === undefined || said === false) return undefined;
  if (type === 'boolean') return true;
  if (type === 'switch') return typeof said === 'string' ? readStyle(said) : said;
  if (said === '' || (edgeNames.includes(name) && String(said) === String(usual))) return undefined;
  if (type === 'integer' || type === 'number') return Number(said);
  if (type === 'canvas') return typeof said === 'string' ? readStyle(said) : said;
  return type === 'choice' && (said === usual || !values?.includes(String(said))) ? undefined : said;
}

/**
 * Those of the options that are not as usual.
 *
 * @param {readonly string[]} names
 * @param {(name: string) => unknown} read
 * @returns {Record<string, any>}
 */
export const asked = (names, read) =>
  Object.fromEntries(names.map((name) => [name, valueIn(name, read(name))]).filter(([, value]) => value !== undefined));

/** What the attributes are, a boolean one as such. @param {Element} host @param {readonly string[]} names @returns {Record<string, any>} */
export const attributesOf = (host, names) =>
  Object.fromEntries(
    names.map((name) => [name, options[name].type === 'boolean' ? host.hasAttribute(name) : host.getAttribute(name)]),
  );

/**
 * Options of a result as attributes say them: all of them, those that are not given as absent.
 *
 * @param {import('../../engine/lists/options.js').Output} output
 * @returns {{ attributes: Record<string, string | boolean | null>, image: Blob | null }} image: a picture behind the subject
 */
export function attributesFrom(output) {
  const { background } = output;
  const image = background instanceof Blob ? background : null;
  /** @param {string} name @param {unknown} value */
  const said = (name, value) => {
    if (options[name].type === 'boolean') return Boolean(value);
    if (value === undefined || value === null || value === false || value instanceof Blob) return null;
    if (value === true) return '';
    return typeof value === 'object'
      ? writeStyle(/** @type {Record<string, string | number>} */ (value))
      : String(value);
  };
  const given = /** @type {Record<string, unknown>} */ ({ ...output, background: image ? 'transparent' : background });
  return { attributes: Object.fromEntries(resultNames.map((name) => [name, said(name, given[name])])), image };
}

/** @param {Element} host @returns {Styles} */
export const stylesOf = (host) => asked(styleNames, (name) => host.getAttribute(name));

/**
 * All of a result: background and format in any case, a margin with a crop only.
 *
 * @param {(name: string) => unknown} read
 * @returns {Record<string, any> & { format: string }}
 */
export function outputOf(read) {
  const { margin, ...output } = asked(resultNames, read);
  return {
    ...output,
    background: read('background') || 'transparent',
    format: String(read('format') || 'png'),
    ...(output.crop ? { margin: margin ?? options.margin.default } : {}),
  };
}
