// The looks that somebody keeps, on this device only: in IndexedDB, so many
// and so large at most. Where storage is refused they last as long as the page.
import { readLook } from '../../engine/core/look.js';
import { answered, within } from '../common/device-store.js';

/** @typedef {import('../../engine/core/look.js').Look} Look */

/** The database, and all that is in it. */
const STORE = 'cutaway-looks';
const place = { database: STORE, store: STORE, keyPath: 'name' };
const maxLooks = 40;
/** Of all background pictures together. */
const maxBytes = 64e6;

/** @type {Map<string, Look>} where storage is refused */
const here = new Map();

/** @param {Look} look */
const bytesOf = ({ options }) => (options.background instanceof Blob ? options.background.size : 0);

/** By name. What another version has left, or is no look, is passed over. @returns {Promise<Look[]>} */
export async function recallLooks() {
  const kept = await within(place, 'readonly', (store) => answered(store.getAll())).catch(() => []);
  const all = [...kept, ...here.values()].flatMap((one) => {
    try {
      return [readLook({ 'cutaway-look': 1, ...one })];
    } catch {
      return [];
    }
  });
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Keeps a look, in place of one of that name.
 *
 * @param {Look} look
 * @returns {Promise<boolean>} false: there is no room for one more
 */
export async function keepLook({ name, pattern, options }) {
  const look = { name, pattern, options };
  const others = (await recallLooks()).filter((one) => one.name !== name);
  if (others.length >= maxLooks) return false;
  if (others.reduce((sum, one) => sum + bytesOf(one), bytesOf(look)) > maxBytes) return false;
  try {
    await within(place, 'readwrite', (store) => answered(store.put(look)));
    here.delete(name);
  } catch {
    here.set(name, look); // refused, or full: for as long as the page
  }
  return true;
}

/** @param {string} name */
export async function forgetLook(name) {
  here.delete(name);
  await within(place, 'readwrite', (store) => answered(store.delete(name))).catch(() => {});
}
