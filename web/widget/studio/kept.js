// The last photos, so that a reload, a crash or the Back button loses none: in
// IndexedDB, on this device only, so many and so large at most. Where storage
// is refused there is nothing to bring back, and no error.

/**
 * @typedef {object} Kept
 * @property {number} key when it was kept
 * @property {string} name
 * @property {Blob} photo
 * @property {Blob} [matte] by hand
 * @property {Blob} cutout
 * @property {any} report of the cut-out
 */

const DATABASE = 'cutaway';
const STORE = 'photos';
const MOST = 8;
const MOST_BYTES = 160e6;

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * One transaction; undefined where there is no storage.
 *
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
async function within(mode, work) {
  /** @type {IDBDatabase | undefined} */ let database;
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
    database = await answered(request);
    return await work(database.transaction(STORE, mode).objectStore(STORE));
  } catch {
    return undefined; // refused, or full
  } finally {
    database?.close();
  }
}

/** @param {Kept} kept */
const bytesOf = ({ photo, matte, cutout }) => photo.size + (matte?.size ?? 0) + cutout.size;

/** Newest first. @returns {Promise<Kept[]>} */
export async function recallPhotos() {
  const all = /** @type {Kept[] | undefined} */ (await within('readonly', (store) => answered(store.getAll())));
  return (all ?? []).filter(({ photo, cutout }) => photo instanceof Blob && cutout instanceof Blob).reverse();
}

/** Keeps a photo, or its newer cut-out; the oldest go. @param {Kept} kept */
export const keepPhoto = (kept) =>
  within('readwrite', async (store) => {
    if (bytesOf(kept) > MOST_BYTES) return;
    await answered(store.put(kept));
    let [count, bytes] = [0, 0];
    for (const one of /** @type {Kept[]} */ (await answered(store.getAll())).reverse()) {
      count += 1;
      bytes += bytesOf(one);
      if (count > MOST || bytes > MOST_BYTES) await answered(store.delete(one.key));
    }
  });

export const forgetPhotos = () => within('readwrite', (store) => answered(store.clear()));
