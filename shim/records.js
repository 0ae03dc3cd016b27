/**
 * What dialects ask of jobs and records.
 *
 * @module shim/records
 */

/**
 * Whether a job was stopped because the shim ends, or because another process
 * has it now: it is left as it is.
 * @param {AbortSignal} signal
 */
export const isShutdown = (signal) => Boolean(signal.reason?.detail?.shutdown);

/** The header that says where the result in a record was made.
 * @param {{ source?: string }} record @returns {Record<string, string>} */
export const sourceHeader = ({ source }) => (source ? { 'x-cutaway-source': source } : {});
