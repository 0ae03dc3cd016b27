// What an element with the attribute `remember` keeps on this machine for the
// next visit: background, format, crop, style, and the colours used last.
// Only what a user chose in it is kept; the page's attributes are the start.
// Two tabs add to what is kept and change nothing in each other.
import { recall, remember } from '../common/storage.js';

/** A kept value is a guest from outside: taken only in these shapes. @type {Record<string, RegExp>} */
const shapes = {
  background: /^(transparent|white|blur|#[0-9a-f]{6}|linear-gradient\(\d{1,3}deg(, #[0-9a-f]{6}){2}\))$/i,
  keep: /^background$/,
  shadow: /^[\w=%.,#-]{0,99}$/,
  outline: /^[\w=%.,#-]{0,99}$/,
  canvas: /^[\w=%.,:-]{0,99}$/,
  format: /^(png|jpeg|webp)$/,
  margin: /^\d{1,5}(%|px)$/,
};
const most = 6;

/** @type {WeakMap<Element, Record<string, unknown>>} as an element was when it last looked */
const known = new WeakMap();

/** @param {Element} host */
const settingsOf = (host) => ({
  ...Object.fromEntries(Object.keys(shapes).map((name) => [name, host.getAttribute(name)])), crop: host.hasAttribute('crop'),
});

/** @param {Element} host */
export function recallSettings(host) {
  if (!host.hasAttribute('remember')) return;
  apply(host);
  known.set(host, settingsOf(host));
}

/** @param {Element} host */
function apply(host) {
  const kept = recall('settings');
  if (typeof kept !== 'object' || kept === null) return;
  for (const [name, shape] of Object.entries(shapes)) {
    if (typeof kept[name] === 'string' && shape.test(kept[name])) host.setAttribute(name, kept[name]);
  }
  if (typeof kept.crop === 'boolean') host.toggleAttribute('crop', kept.crop);
}

/** @param {Element} host */
export function rememberSettings(host) {
  if (!host.hasAttribute('remember')) return;
  const before = known.get(host);
  const now = settingsOf(host);
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
