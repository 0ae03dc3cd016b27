// What an element with the attribute `remember` keeps on this machine for the
// next visit: background, format, crop, style, and the colours used last.
// Only what a user chose in it is kept; the page's attributes are the start.
// Two tabs add to what is kept and change nothing in each other.
import { options } from '../../engine/lists/options.js';
import { recall, remember } from '../common/storage.js';
import { attributesOf, resultNames } from './attributes.js';

/** No control of the element's sets the first; the second turns a result into its opposite, which nobody expects of the next visit. */
const unkept = ['quality', 'keep'];
const names = resultNames.filter((name) => !unkept.includes(name));
const style = /^[\w=%.,:#-]{0,99}$/;
/** A kept value is a guest from outside: taken only in these shapes. @type {Record<string, RegExp>} by type */
const shapes = {
  background: /^(transparent|white|blur|#[0-9a-f]{6}|linear-gradient\(\d{1,3}deg(, #[0-9a-f]{6}){2}\))$/i,
  switch: style,
  canvas: style,
  length: /^-?\d{1,5}(\.\d{1,2})?(%|px)$/,
  integer: /^\d{1,5}$/,
  number: /^\d{1,5}(\.\d{1,5})?$/,
};

/** @param {string} name @param {unknown} value */
function fits(name, value) {
  const { type, values } = options[name];
  if (type === 'boolean') return typeof value === 'boolean';
  return typeof value === 'string' && (type === 'choice' ? values?.includes(value) : shapes[type]?.test(value));
}

const most = 6;

/** @type {WeakMap<Element, Record<string, unknown>>} as an element was when it last looked */
const known = new WeakMap();

/** @param {Element} host */
export function recallSettings(host) {
  if (!host.hasAttribute('remember')) return;
  apply(host);
  known.set(host, attributesOf(host, names));
}

/** @param {Element} host */
function apply(host) {
  const kept = recall('settings');
  if (typeof kept !== 'object' || kept === null) return;
  for (const name of names) {
    if (!fits(name, kept[name])) continue;
    if (options[name].type === 'boolean') host.toggleAttribute(name, kept[name]);
    else host.setAttribute(name, kept[name]);
  }
}

/** @param {Element} host */
export function rememberSettings(host) {
  if (!host.hasAttribute('remember')) return;
  const before = known.get(host);
  const now = attributesOf(host, names);
  known.set(host, now);
  const changed = Object.entries(now).filter(([name, value]) => !before || before[name] !== value);
  const kept = before && recall('settings');
  remember('settings', { ...(typeof kept === 'object' ? kept : before), ...Object.fromEntries(changed) });
}

/** @type {WeakMap<Element, string[]>} */
const used = new WeakMap();

/** Newest first. @param {Element} host @returns {string[]} #rrggbb */
export function recallColours(host) {
  const kept = host.hasAttribute('remember') ? recall('colours') : used.get(host);
  return Array.isArray(kept) ? kept.filter((colour) => /^#[0-9a-f]{6}$/i.test(colour)).slice(0, most) : [];
}

/** @param {Element} host @param {string} colour */
export function rememberColour(host, colour) {
  const colours = [colour, ...recallColours(host).filter((other) => other !== colour)].slice(0, most);
  if (host.hasAttribute('remember')) remember('colours', colours);
  else used.set(host, colours);
}
