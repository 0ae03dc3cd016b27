/**
 * Changes to records that a job, a poll and a deletion may make at once.
 *
 * @module shim/records
 */

/**
 * Changes one record under its lock.
 * @param {import('./types.js').Services} services
 * @param {string} collection @param {string} id
 * @param {(now: any) => Record<string, any>} change the fields that become others
 * @returns {Promise<any>} the record as it is then
 */
export function updateRecord({ store, locked }, collection, id, change) {
  return locked(`${collection} ${id}`, async () => {
    const now = await store.get(collection, id);
    const next = { ...now, ...change(now) };
    await store.put(collection, next);
    return next;
  });
}

/**
 * Whether a job was stopped because the shim ends: it is left as it is, and
 * the next process takes it over.
 * @param {AbortSignal} signal
 */
export const isShutdown = (signal) => Boolean(signal.reason?.detail?.shutdown);

/** The header that says where the result in a record was made.
 * @param {{ source?: string }} record @returns {Record<string, string>} */
export const sourceHeader = ({ source }) => (source ? { 'x-cutaway-source': source } : {});
