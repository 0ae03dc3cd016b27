/**
 * The store in the page: IndexedDB, so that a reload loses nothing.
 *
 * Three object stores: `records` under [collection, id], with indexes by time,
 * by scope and time, by end, and of those that are queued; `blobs` under key;
 * and `sizes` of the blobs, so that counting them loads none. The key path of
 * the collection is `shelf`, as databases of earlier versions have it. Blobs are
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
import { blobOf, changed, checkHolder, checkName, fullError } from './memory.js';
import { chooseJob, claimed, fits } from './shelves.js';

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

  const opening = indexedDB.open(name, 2);
  opening.onupgradeneeded = ({ oldVersion }) => {
    const { result, transaction } = opening;
    if (oldVersion < 1) {
      result.createObjectStore('blobs', { keyPath: 'key' });
      result.createObjectStore('sizes', { keyPath: 'key' });
    }
    const records =
      oldVersion < 1
        ? result.createObjectStore('records', { keyPath: ['shelf', 'id'] })
        : /** @type {IDBTransaction} */ (transaction).objectStore('records');
    records.createIndex('time', ['shelf', 'created']);
    records.createIndex('scope', ['shelf', 'scope', 'created']);
    records.createIndex('end', ['shelf', 'expires']);
    records.createIndex('queued', 'queued');
    const all = records.openCursor();
    all.onsuccess = () => {
      const cursor = all.result;
      if (!cursor) return;
      cursor.update(rowOf(cursor.value.shelf, cursor.value.record));
      cursor.continue();
    };
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

  /**
   * Makes a record out of the one that is there, while nobody else can.
   * @param {string} collection @param {string} id
   * @param {(now: any) => any} next the record to be, or undefined to leave it; may throw
   */
  async function exchange(collection, id, next) {
    /** @type {any} */ let made;
    /** @type {unknown} */ let thrown;
    await change(['records'], (table) => {
      const found = table.get([collection, id]);
      found.onsuccess = () => {
        try {
          made = next(found.result?.record);
        } catch (error) {
          thrown = error; // out of here it would reach nobody
        }
        if (made) table.put(rowOf(collection, made));
      };
    });
    if (thrown) throw thrown;
    return made;
  }

  /**
   * Records of a filter, one after another by a cursor, so that no more is read than is wanted.
   * @param {string} collection @param {import('./memory.js').Filter} filter
   * @returns {Promise<any[]>}
   */
  function listed(collection, filter) {
    const { scope, expired, before = Infinity, after = -Infinity, oldest = false, limit = Infinity } = filter;
    const first = scope === undefined ? [collection] : [collection, scope];
    const [index, range] =
      expired !== undefined
        ? ['end', IDBKeyRange.bound([collection, -Infinity], [collection, expired], false, true)]
        : [
            scope === undefined ? 'time' : 'scope',
            IDBKeyRange.bound([...first, after], [...first, before], after !== -Infinity, before !== Infinity),
          ];
    const found = db
      .transaction('records')
      .objectStore('records')
      .index(index)
      .openCursor(range, oldest ? 'next' : 'prev');
    /** @type {any[]} */ const some = [];
    return new Promise((resolve, reject) => {
      found.onerror = () => reject(found.error);
      found.onsuccess = () => {
        const cursor = found.result;
        if (!cursor || some.length >= limit) {
          resolve(some);
          return;
        }
        if (fits(cursor.value.record, filter)) some.push(cursor.value.record);
        cursor.continue();
      };
    });
  }

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
    async put(collection, record) {
      checkName(record.id);
      checkName(collection);
      await change(['records'], (table) => {
        table.put(rowOf(collection, record));
      });
    },
    async create(records) {
      for (const [collection, { id }] of records) checkName(collection) && checkName(id);
      /** @type {any[]} */ const made = [];
      let taken = false;
      await change(['records'], (table) => {
        const there = records.map(([collection, { id }]) => table.count([collection, id]));
        // Requests are answered in the order in which they were made.
        /** @type {IDBRequest<number>} */ (there.at(-1)).onsuccess = () => {
          taken = there.some((one) => one.result > 0);
          if (taken) return;
          for (const [collection, record] of records) {
            const scope = record.scope ?? '';
            const newest = table
              .index('scope')
              .openKeyCursor(IDBKeyRange.bound([collection, scope], [collection, scope, Infinity]), 'prev');
            newest.onsuccess = () => {
              const last = /** @type {any} */ (newest.result?.key)?.[2] ?? -Infinity;
              const kept = { ...record, created: Math.max(record.created, last + 1) };
              made.push(kept);
              table.put(rowOf(collection, kept));
            };
          }
        };
      });
      return taken ? undefined : made;
    },
    update: (collection, id, next, holder) =>
      exchange(collection, id, (now) => {
        checkHolder(now, holder);
        return now && changed(now, next(structuredClone(now)));
      }),
    async claim(wanted) {
      // Who lives is asked first: a transaction ends at such an await. A tab that dies in between is found next time.
      const held = new Set((await locks?.query())?.held?.map((lock) => lock.name));
      const living = (/** @type {string} */ who) => who === owner || held.has(lockName(who));
      /** @type {import('./memory.js').Job | undefined} */ let job;
      await change(['records'], (table) => {
        const found = table.index('queued').getAll();
        found.onsuccess = () => {
          job = chooseJob(
            found.result.map(({ shelf, record }) => ({ collection: shelf, record })),
            wanted,
            ({ record }) => !record.queue.running || !living(record.owner),
          );
          if (!job) return;
          job = { collection: job.collection, record: /** @type {any} */ (claimed(job.record, owner)) };
          table.put(rowOf(job.collection, job.record));
        };
      });
      return job;
    },
    queued: () => ask('records', (table) => table.index('queued').count()),
    async get(collection, id) {
      return (await ask('records', (table) => table.get([collection, id])))?.record;
    },
    list: (collection, filter = {}) => listed(collection, filter),
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
    async read(key, limit) {
      const row = await ask('blobs', (table) => table.get(key));
      return row && new Blob([limit === undefined ? row.bytes : row.bytes.slice(0, limit)], { type: row.type });
    },
    async open(key) {
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

/** A record as it is kept, with what the indexes are by. @param {string} shelf @param {any} record */
function rowOf(shelf, record) {
  const { id, created = 0, scope = '', expires, queue } = record;
  return {
    shelf,
    id,
    record,
    created,
    scope,
    ...(expires !== undefined && { expires }),
    ...(queue && { queued: 1 }),
  };
}
