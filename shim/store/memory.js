/**
 * The store in memory, and the definition of what a store is: for tests, and
 * for pages that want to keep nothing.
 *
 * A store holds records (JSON objects with an `id`) in named collections, and
 * blobs by key. When put() or write() resolves, the thing is kept as safely as
 * the store can: after kill -9 (folder) or a reload (IndexedDB) it is there,
 * whole, or it never was.
 *
 * @module shim/store/memory
 */
import { ShimError } from '../errors.js';

/**
 * @typedef {Record<string, any> & { id: string }} StoredRecord
 *
 * @typedef {object} Store
 * @property {(collection: string, record: StoredRecord) => Promise<void>} put
 *   replaces the record of that id; the caller keeps its object
 * @property {(collection: string, id: string) => Promise<any>} get a copy, or undefined
 * @property {(collection: string) => Promise<any[]>} list copies, newest `created` first
 * @property {(collection: string, id: string) => Promise<void>} remove harmless if absent
 * @property {(key: string, data: Blob | ReadableStream<Uint8Array>) => Promise<number>} write
 *   gives the bytes written; throws `write_failed` when the store is full. A
 *   stream that breaks leaves what was there before
 * @property {(key: string) => Promise<Blob | undefined>} read
 * @property {(key: string) => Promise<void>} erase harmless if absent
 * @property {(key: string) => Promise<boolean>} has whether a blob is there
 * @property {() => Promise<string[]>} keys of all blobs
 * @property {() => Promise<number>} usage bytes of all blobs
 * @property {string} owner names this holder among those that share the store
 * @property {(owner: string) => Promise<boolean>} alive whether that holder still runs
 * @property {() => Promise<boolean>} alone whether nobody else shares the store now
 * @property {<T>(name: string, task: () => Promise<T>) => Promise<T>} [exclusively] runs
 *   a task while nobody else who shares the store runs one of that name; absent
 *   where nobody does
 * @property {() => Promise<void>} close
 */

/** Ids and keys that a store takes: no separators, no leading dot. */
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/;

/** @param {string} name */
export function checkName(name) {
  if (!SAFE.test(name)) throw new ShimError('internal', 'A name is not fit for the store.');
  return name;
}

/** @param {number} maxBytes */
export const fullError = (maxBytes) =>
  new ShimError('write_failed', `The store is full: ${Math.round(maxBytes / 1e6)} MB are allowed.`);

/** Data to be kept, in memory. @param {Blob | ReadableStream<Uint8Array>} data */
export async function blobOf(data) {
  if (data instanceof Blob) return data;
  /** @type {Uint8Array[]} */ const parts = [];
  const reader = data.getReader(); // not Response.blob(): it hides the error of the stream
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  return new Blob(/** @type {BlobPart[]} */ (parts));
}

/** Newest first. @param {{ created: number }} a @param {{ created: number }} b */
export const newestFirst = (a, b) => b.created - a.created;

/**
 * A store that ends with its holder.
 * @param {{ maxBytes?: number }} [options]
 * @returns {Store}
 */
export function createMemoryStore({ maxBytes = Infinity } = {}) {
  /** @type {Map<string, Map<string, StoredRecord>>} */ const collections = new Map();
  /** @type {Map<string, Blob>} */ const blobs = new Map();
  let used = 0;

  /** @param {string} name */
  function collection(name) {
    checkName(name);
    let found = collections.get(name);
    if (!found) collections.set(name, (found = new Map()));
    return found;
  }

  return {
    owner: 'here',
    async alive(owner) {
      return owner === 'here';
    },
    async alone() {
      return true;
    },
    async put(name, record) {
      collection(name).set(checkName(record.id), structuredClone(record));
    },
    async get(name, id) {
      return structuredClone(collection(name).get(id));
    },
    async list(name) {
      return structuredClone([...collection(name).values()]).sort(/** @type {any} */ (newestFirst));
    },
    async remove(name, id) {
      collection(name).delete(id);
    },
    async write(key, data) {
      checkName(key);
      const blob = await blobOf(data);
      const before = blobs.get(key)?.size ?? 0;
      if (used - before + blob.size > maxBytes) throw fullError(maxBytes);
      used += blob.size - before;
      blobs.set(key, blob);
      return blob.size;
    },
    async read(key) {
      return blobs.get(key);
    },
    async has(key) {
      return blobs.has(key);
    },
    async erase(key) {
      used -= blobs.get(key)?.size ?? 0;
      blobs.delete(key);
    },
    async keys() {
      return [...blobs.keys()];
    },
    async usage() {
      return used;
    },
    async close() {},
  };
}
