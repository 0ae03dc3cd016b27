/**
 * The store in the page: IndexedDB, so that a reload loses nothing.
 *
 * Three object stores: `records` under [collection, id], `blobs` under key, and
 * `sizes` of the blobs, so that counting them loads none. The key path of the
 * collection is `shelf`, as databases of earlier versions have it. Blobs are
 * kept as bytes and type, since WebKit has lost Blob objects in IndexedDB.
 * Several tabs share the database; each holds a Web Lock named after itself,
 * so a tab can tell whether the owner of a half-done job still lives.
 *
 * No library: see docs/decisions/shim-stores.md. Easy to get wrong: a
 * transaction ends by itself at the first await that is not on it.
 *
 * @module shim/store/indexeddb
 */
import { ShimError } from '../errors.js';
import { randomText } from '../ids.js';
import { blobOf, checkName, fullError, newestFirst } from './memory.js';

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });

/** @param {unknown} error @param {number} maxBytes */
function storeError(error, maxBytes) {
  const name = /** @type {any} */ (error)?.name;
  if (name === 'QuotaExceededError') return fullError(maxBytes);
  if (error instanceof ShimError) return error;
  const failed = new ShimError('write_failed', 'The browser could not store the data.');
  failed.cause = error;
  return failed;
}

/**
 * Opens the database, and holds this tab's lock as long as the page lives.
 * @param {{ name?: string, maxBytes?: number, indexedDB?: IDBFactory, locks?: LockManager }} [options]
 * @returns {Promise<import('./memory.js').Store>}
 */
export async function createIndexedDbStore({
  name = 'cutaway-shim',
  maxBytes = 1e9,
  indexedDB = globalThis.indexedDB,
  locks = globalThis.navigator?.locks,
} = {}) {
  const owner = randomText(16);
  /** @param {string} who */
  const lockName = (who) => `${name}:owner:${who}`;
  /** @type {() => void} */ let letGo = () => {};
  await new Promise((held) => {
    if (!locks) {
      held(undefined);
      return;
    }
    void locks.request(lockName(owner), () => {
      held(undefined);
      return new Promise((resolve) => {
        letGo = () => resolve(undefined);
      });
    });
  });

  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('records', { keyPath: ['shelf', 'id'] });
    opening.result.createObjectStore('blobs', { keyPath: 'key' });
    opening.result.createObjectStore('sizes', { keyPath: 'key' });
  };
  const db = await answer(opening);
  db.onversionchange = () => db.close(); // a newer page wants to upgrade

  /**
   * @param {string[]} tables
   * @param {(...tables: IDBObjectStore[]) => void} change asks nothing later than in
   *   the callbacks of its own requests
   */
  async function change(tables, change) {
    try {
      const transaction = db.transaction(tables, 'readwrite', { durability: 'strict' });
      const done = committed(transaction);
      change(...tables.map((table) => transaction.objectStore(table)));
      await done;
    } catch (error) {
      throw storeError(error, maxBytes);
    }
  }
  /** @template T @param {string} table @param {(t: IDBObjectStore) => IDBRequest<T>} ask */
  const ask = (table, ask) => answer(ask(db.transaction(table).objectStore(table)));

  return {
    owner,
    async alive(who) {
      if (who === owner) return true;
      const held = (await locks?.query())?.held ?? [];
      return held.some((lock) => lock.name === lockName(who));
    },
    async alone() {
      const held = (await locks?.query())?.held ?? [];
      return !held.some((lock) => lock.name?.startsWith(lockName('')) && lock.name !== lockName(owner));
    },
    // Not there without Web Locks: one tab at a time is then the user's care.
    exclusively:
      locks &&
      /** @type {import('./memory.js').Store['exclusively']} */ (
        (what, task) => /** @type {Promise<any>} */ (locks.request(`${name}:task:${what}`, task))
      ),
    async put(collection, record) {
      checkName(record.id);
      await change(['records'], (table) => {
        table.put({ shelf: checkName(collection), id: record.id, record });
      });
    },
    async get(collection, id) {
      return (await ask('records', (table) => table.get([collection, id])))?.record;
    },
    async list(collection) {
      const range = allOf(collection);
      const rows = await ask('records', (table) => table.getAll(range));
      return rows.map((row) => row.record).sort(newestFirst);
    },
    remove: (collection, id) =>
      change(['records'], (table) => {
        table.delete([collection, id]);
      }),
    async write(key, data) {
      checkName(key);
      const blob = await blobOf(data);
      const bytes = await blob.arrayBuffer();
      let full = false;
      await change(['blobs', 'sizes'], (blobs, sizes) => {
        const known = sizes.getAll();
        known.onsuccess = () => {
          const others = known.result.reduce((sum, row) => sum + (row.key === key ? 0 : row.size), 0);
          full = others + bytes.byteLength > maxBytes;
          if (full) return;
          blobs.put({ key, bytes, type: blob.type });
          sizes.put({ key, size: bytes.byteLength });
        };
      });
      if (full) throw fullError(maxBytes);
      return blob.size;
    },
    async read(key) {
      const row = await ask('blobs', (table) => table.get(key));
      return row && new Blob([row.bytes], { type: row.type });
    },
    async has(key) {
      return (await ask('sizes', (table) => table.count(key))) > 0;
    },
    erase: (key) =>
      change(['blobs', 'sizes'], (blobs, sizes) => {
        blobs.delete(key);
        sizes.delete(key);
      }),
    async keys() {
      return (await ask('sizes', (table) => table.getAllKeys())).map(String);
    },
    async usage() {
      return (await ask('sizes', (table) => table.getAll())).reduce((sum, row) => sum + row.size, 0);
    },
    async close() {
      letGo();
      db.close();
    },
  };
}

/** All keys [collection, id] of one collection: an array sorts after every string.
 * @param {string} collection */
function allOf(collection) {
  return IDBKeyRange.bound([collection], [collection, []]);
}
