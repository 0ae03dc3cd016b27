// The last photos, so that a reload, a crash or the Back button loses none: in
// IndexedDB, on this device only, so many and so large at most. Where storage
// is refused there is nothing to bring back, and no error.

import { answered, within } from '../common/device-store.js';

/**
 * @typedef {object} Kept
 * @property {number} key when it was kept
 * @property {string} name
 * @property {Blob} photo
 * @property {Blob} [matte] by hand
 * @property {Blob} cutout
 * @property {any} report of the cut-out
 */

const place = { database: 'cutaway', store: 'photos', keyPath: 'key' };
const MOST = 8;
const MOST_BYTES = 160e6;

/**
 * One transaction; undefined where storage is refused, or full.
 *
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
const tried = (mode, work) => within(place, mode, work).catch(() => undefined);

/** @param {Kept} kept */
const bytesOf = ({ photo, matte, cutout }) => photo.size + (matte?.size ?? 0) + cutout.size;

/** Newest first. @returns {Promise<Kept[]>} */
export async function recallPhotos() {
  const all = /** @type {Kept[] | undefined} */ (await tried('readonly', (store) => answered(store.getAll())));
  return (all ?? []).filter(({ photo, cutout }) => photo instanceof Blob && cutout instanceof Blob).reverse();
}

/** Keeps a photo, or its newer cut-out; the oldest go. @param {Kept} kept */
export const keepPhoto = (kept) =>
  tried('readwrite', async (store) => {
    if (bytesOf(kept) > MOST_BYTES) return;
    await answered(store.put(kept));
    let [count, bytes] = [0, 0];
    for (const one of /** @type {Kept[]} */ (await answered(store.getAll())).reverse()) {
      count += 1;
      bytes += bytesOf(one);
      if (count > MOST || bytes > MOST_BYTES) await answered(store.delete(one.key));
    }
  });

export const forgetPhotos = () => tried('readwrite', (store) => answered(store.clear()));
