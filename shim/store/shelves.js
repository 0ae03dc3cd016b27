/**
 * The records of a store in memory, each collection in order of time, as a
 * whole and by scope, and the choice of the next job. A list costs what it
 * gives, not what the collection holds.
 *
 * Nothing here copies: callers put copies in and give copies out.
 *
 * @module shim/store/shelves
 */

/** @typedef {import('./memory.js').StoredRecord} StoredRecord */

/** Where a record of that time belongs in a list, oldest first.
 * @param {StoredRecord[]} list @param {number} created */
function placeOf(list, created) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].created < created) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {StoredRecord[]} list @param {StoredRecord} record */
function insert(list, record) {
  const last = list.at(-1);
  if (!last || last.created <= record.created) list.push(record);
  else list.splice(placeOf(list, record.created), 0, record);
}

/** @param {StoredRecord[] | undefined} list @param {StoredRecord} record */
function takeOut(list, record) {
  for (let i = placeOf(list ?? [], record.created); list && i < list.length; i++) {
    if (list[i] === record) {
      list.splice(i, 1);
      return;
    }
  }
}

/** Whether a record is one that a filter asks for, time aside.
 * @param {StoredRecord} record @param {import('./memory.js').Filter} filter */
export const fits = (record, { scope, status, expired }) =>
  (scope === undefined || (record.scope ?? '') === scope) &&
  (status === undefined || [status].flat().includes(record.status)) &&
  (expired === undefined || record.expires < expired);

/** Empty shelves. */
export function createShelves() {
  /** @typedef {{ byId: Map<string, StoredRecord>, all: StoredRecord[], scopes: Map<string, StoredRecord[]> }} Shelf */
  /** @type {Map<string, Shelf>} */ const shelves = new Map();
  /** @type {Map<StoredRecord, string>} records that wait or are worked on, and their collections */
  const queued = new Map();

  /** @param {string} collection */
  function shelf(collection) {
    let found = shelves.get(collection);
    if (!found) shelves.set(collection, (found = { byId: new Map(), all: [], scopes: new Map() }));
    return found;
  }

  /** @param {string} collection @param {string} id */
  function remove(collection, id) {
    const { byId, all, scopes } = shelf(collection);
    const record = byId.get(id);
    if (!record) return;
    byId.delete(id);
    queued.delete(record);
    takeOut(all, record);
    const scope = record.scope ?? '';
    takeOut(scopes.get(scope), record);
    if (scopes.get(scope)?.length === 0) scopes.delete(scope);
  }

  return {
    /** @param {string} collection @param {string} id */
    get: (collection, id) => shelves.get(collection)?.byId.get(id),
    remove,

    /** In place of the record of that id. @param {string} collection @param {StoredRecord} record */
    set(collection, record) {
      remove(collection, record.id);
      const { byId, all, scopes } = shelf(collection);
      byId.set(record.id, record);
      insert(all, record);
      const scope = record.scope ?? '';
      const own = scopes.get(scope) ?? [];
      if (own.length === 0) scopes.set(scope, own);
      insert(own, record);
      if (record.queue) queued.set(record, collection);
    },

    /** A time for a new record that is later than all others' of its scope, whatever the clock says.
     * @param {string} collection @param {StoredRecord} record */
    timeFor(collection, record) {
      const newest =
        shelves
          .get(collection)
          ?.scopes.get(record.scope ?? '')
          ?.at(-1)?.created ?? -Infinity;
      return Math.max(record.created, newest + 1);
    },

    /** @param {string} collection @param {import('./memory.js').Filter} [filter] */
    list(collection, filter = {}) {
      const { scope, before = Infinity, after = -Infinity, oldest = false, limit = Infinity } = filter;
      const found = shelves.get(collection);
      const list = (scope === undefined ? found?.all : found?.scopes.get(scope)) ?? [];
      /** @type {StoredRecord[]} */ const some = [];
      const step = oldest ? 1 : -1;
      let at = oldest ? placeOf(list, after) : placeOf(list, before) - 1;
      for (; at >= 0 && at < list.length && some.length < limit; at += step) {
        const record = list[at];
        if (oldest ? record.created >= before : record.created <= after) break;
        if (record.created !== after && fits(record, filter)) some.push(record);
      }
      return some;
    },

    /** Jobs that wait or are worked on. @returns {import('./memory.js').Job[]} */
    queued: () => [...queued].map(([record, collection]) => ({ collection, record })),
    get waiting() {
      return queued.size;
    },
  };
}

/**
 * The next job: of the key that has the fewest under way, then of the one that
 * had its turn longest ago, the oldest. So nobody's many jobs keep another's waiting.
 * @param {import('./memory.js').Job[]} jobs all that wait or are worked on
 * @param {import('./memory.js').Wanted} wanted
 * @param {(job: import('./memory.js').Job) => boolean} free whether nobody works on it
 */
export function chooseJob(jobs, { collections, turns }, free) {
  /** @type {Map<string, import('./memory.js').Job>} */ const heads = new Map();
  /** @type {Map<string, number>} */ const busy = new Map();
  for (const job of jobs) {
    const { lane } = job.record.queue;
    if (!free(job)) busy.set(lane, (busy.get(lane) ?? 0) + 1);
    else if (collections.includes(job.collection)) {
      const head = heads.get(lane);
      if (!head || job.record.created < head.record.created) heads.set(lane, job);
    }
  }
  const order = [...heads].sort(
    ([a, one], [b, two]) =>
      (busy.get(a) ?? 0) - (busy.get(b) ?? 0) ||
      (turns?.get(a) ?? 0) - (turns?.get(b) ?? 0) ||
      one.record.created - two.record.created,
  );
  const [lane, job] = order[0] ?? [];
  if (lane !== undefined && turns) turns.set(lane, Math.max(0, ...turns.values()) + 1);
  return job;
}

/** What a record is when somebody has taken it. @param {StoredRecord} record @param {string} owner */
export const claimed = (record, owner) => ({
  ...record,
  owner,
  queue: { ...record.queue, running: true, attempts: record.queue.attempts + 1 },
});
