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
import { chooseJob, claimed, createShelves } from './shelves.js';

/**
 * @typedef {Record<string, any> & { id: string }} StoredRecord what stores look at:
 *   `created` orders a collection; `scope` parts it, by whose the records are;
 *   `status`; `expires`, when it may be cleared away; `owner`, who works on it;
 *   `queue`, there as long as it waits or is worked on; `volatile`: need not
 *   outlive its process
 *
 * @typedef {object} Queued
 * @property {string} lane whose turn it takes @property {number} attempts begun so far
 * @property {boolean} [running] somebody has it @property {boolean} [cancelled]
 *
 * @typedef {object} Filter
 * @property {string} [scope] @property {string | readonly string[]} [status]
 * @property {number} [expired] only what ended before that time
 * @property {number} [before] @property {number} [after] created so, both exclusive
 * @property {boolean} [oldest] oldest first @property {number} [limit]
 *
 * @typedef {{ collection: string, record: StoredRecord }} Job
 * @typedef {object} Wanted which job comes next
 * @property {readonly string[]} collections
 * @property {Map<string, number>} [turns] of the lanes, kept by the caller where the store does not share them
 *
 * @typedef {{ owner: string, attempt: number }} Holder who has a job: a write of one
 *   who has it no more is refused
 *
 * @typedef {{ size: number, type: string, stream(): ReadableStream<Uint8Array> }} Opened a blob that is read as it is sent
 *
 * @typedef {object} Store
 * @property {(collection: string, record: StoredRecord) => Promise<void>} put
 *   replaces the record of that id; the caller keeps its object
 * @property {(records: readonly (readonly [collection: string, record: StoredRecord])[]) => Promise<StoredRecord[] | undefined>} create
 *   all or none: undefined if one of the ids is taken. `created` is made later
 *   than that of every other record of its collection and scope
 * @property {(collection: string, id: string, change: (now: any) => Record<string, any>, holder?: Holder) => Promise<any>} update
 *   changes fields, while nobody else does; undefined ones go. Gives the record
 *   as it is then, undefined if there is none; throws `aborted` if the holder lost it
 * @property {(collection: string, id: string) => Promise<any>} get a copy, or undefined
 * @property {(collection: string, filter?: Filter) => Promise<any[]>} list copies, newest `created` first
 * @property {(collection: string, id: string) => Promise<void>} remove harmless if absent
 * @property {(key: string, data: Blob | ReadableStream<Uint8Array>) => Promise<number>} write
 *   gives the bytes written; throws `write_failed` when the store is full. A
 *   stream that breaks leaves what was there before
 * @property {(key: string, bytes?: number) => Promise<Blob | undefined>} read whole, or its first bytes
 * @property {(key: string) => Promise<Opened | undefined>} open for sending it on
 * @property {(key: string) => Promise<void>} erase harmless if absent
 * @property {(key: string) => Promise<boolean>} has whether a blob is there
 * @property {() => Promise<string[]>} keys of all blobs
 * @property {() => Promise<number>} usage bytes of all blobs
 * @property {string} owner names this holder among those that share the store
 * @property {(owner: string) => Promise<boolean>} alive whether that holder still runs
 * @property {() => Promise<boolean>} alone whether nobody else shares the store now
 * @property {(wanted: Wanted) => Promise<Job | undefined>} claim takes the next job that
 *   nobody works on: its owner is then this one, its attempts one more
 * @property {() => Promise<number>} queued jobs that wait or are worked on
 * @property {(jobs: readonly Job[]) => Promise<({ cancelled?: boolean } | undefined)[]>} [beat]
 *   says that this holder lives and has these; undefined in the place of one that
 *   it has lost. Absent where a death is seen at once
 * @property {(topic: string, text: string) => Promise<void>} [tell] to all who share the store
 * @property {(hear: (topic: string, text: string) => void) => void} [hear] what is told
 * @property {boolean} [shared] several processes work on it at the same time
 * @property {() => Promise<void>} [ping] throws when the store is out of reach
 * @property {(collections: readonly string[]) => Promise<void>} [clear] removes blobs that lost their record
 * @property {() => Promise<void>} close
 */

/** Ids and keys that a store takes: no separators, no leading dot. */
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/;

/** @param {string} name */
export const isName = (name) => SAFE.test(name);

/** @param {string} name */
export function checkName(name) {
  if (!isName(name)) throw new ShimError('internal', 'A name is not fit for the store.');
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

/** Refuses a holder that has a record no more.
 * @param {any} record as it is now @param {Holder} [holder] */
export function checkHolder(record, holder) {
  if (holder && !(record?.queue?.running && record.owner === holder.owner && record.queue.attempts === holder.attempt))
    throw new ShimError('aborted', 'Another process has this job now.', { shutdown: true, lost: true });
}

/** A record with other fields; those that become undefined are gone.
 * @param {any} record @param {Record<string, any>} fields @returns {any} */
export const changed = (record, fields) =>
  Object.fromEntries(Object.entries({ ...record, ...fields }).filter(([, value]) => value !== undefined));

/**
 * A store that ends with its holder.
 * @param {{ maxBytes?: number }} [options]
 * @returns {Store}
 */
export function createMemoryStore({ maxBytes = Infinity } = {}) {
  const shelves = createShelves();
  /** @type {Map<string, Blob>} */ const blobs = new Map();
  let used = 0;

  /** @type {Store} */
  const store = {
    owner: 'here',
    async alive(owner) {
      return owner === 'here';
    },
    async alone() {
      return true;
    },
    async put(name, record) {
      checkName(name);
      checkName(record.id);
      shelves.set(name, structuredClone(record));
    },
    async create(records) {
      for (const [name, { id }] of records) if (shelves.get(checkName(name), checkName(id))) return undefined;
      return records.map(([name, record]) => {
        const kept = { ...structuredClone(record), created: shelves.timeFor(name, record) };
        shelves.set(name, kept);
        return structuredClone(kept);
      });
    },
    async update(name, id, change, holder) {
      const now = shelves.get(name, id);
      checkHolder(now, holder);
      if (!now) return undefined;
      const next = changed(now, structuredClone(change(structuredClone(now))));
      shelves.set(name, next);
      return structuredClone(next);
    },
    async get(name, id) {
      return structuredClone(shelves.get(name, id));
    },
    async list(name, filter) {
      return structuredClone(shelves.list(name, filter));
    },
    async remove(name, id) {
      shelves.remove(name, id);
    },
    async claim(wanted) {
      const { owner } = store;
      const jobs = shelves.queued();
      /** @type {Map<string, boolean>} */ const living = new Map();
      for (const { record } of jobs) living.set(record.owner, await store.alive(record.owner));
      const job = chooseJob(
        shelves.queued(),
        wanted,
        ({ record }) => !record.queue.running || living.get(record.owner) === false,
      );
      if (!job) return undefined;
      shelves.set(job.collection, claimed(job.record, owner));
      return structuredClone({ collection: job.collection, record: claimed(job.record, owner) });
    },
    async queued() {
      return shelves.waiting;
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
    async read(key, bytes) {
      const blob = blobs.get(key);
      return bytes === undefined ? blob : blob?.slice(0, bytes, blob.type);
    },
    async open(key) {
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
  return store;
}
