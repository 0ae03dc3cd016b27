// What an element keeps on this device only, in an IndexedDB of its own with one
// store. It is opened for each transaction, so that another tab can clear it.

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * One transaction.
 *
 * @template T
 * @param {{ database: string, store: string, keyPath: string }} place made when it is not there
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T>} rejects where there is no storage, or no room
 */
export async function within({ database, store, keyPath }, mode, work) {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath });
  const opened = await answered(request);
  try {
    return await work(opened.transaction(store, mode).objectStore(store));
  } finally {
    opened.close();
  }
}
