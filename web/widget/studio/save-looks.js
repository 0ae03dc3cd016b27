// Photos in several looks, as one ZIP, or as a file where there is one. Each
// photo's matte is made once. Loaded when it is asked for.
import { download, entriesOf, openTarget, writeZip, zipName } from './zip.js';

/**
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('../../engine/core/look.js').Look} Look
 */

/**
 * To be called in the click that asks for it.
 *
 * @param {Item[]} items done
 * @param {Look[]} looks
 * @param {(photo: Blob, options: any) => Promise<{ blob: Blob, matte?: Blob }>} run
 * @returns {Promise<string>} name of what was saved
 */
export async function saveLooks(items, looks, run) {
  /** @type {Map<Item, Promise<Blob | undefined>>} */
  const mattes = new Map();
  /** @param {{ item: Item, photo: Blob }} of @param {Look} look */
  const make = async ({ item, photo }, { options }) => {
    const known = item.matte ? Promise.resolve(item.matte) : mattes.get(item);
    if (known) return (await run(photo, { ...options, matte: await known })).blob;
    const first = run(photo, { ...options, keepMatte: true });
    mattes.set(
      item,
      first.then(({ matte }) => matte),
    );
    return (await first).blob;
  };
  const photos = items.map((item, i) => ({ item, name: item.name, photo: /** @type {Blob} */ (item.photo), n: i + 1 }));
  const entries = entriesOf(photos, looks, photos.length, make);
  if (entries.length === 1) {
    const [{ name, make: only }] = entries;
    const last = name.split('/').pop() ?? name;
    download(await /** @type {() => Promise<Blob>} */ (only)(), last);
    return last;
  }
  const name = zipName(photos);
  await writeZip(entries, await openTarget(name), { lost: () => {}, ahead: 1 });
  return name;
}
