/**
 * What a dialect says of its remote: the whole conversation, from a local
 * picture to a local result, and the pieces that more than one needs. Local
 * ids, paths and blob: addresses mean nothing to a remote, so a fallback
 * replays the flow and not the single request.
 *
 * A flow has two halves. create() prepares what is free, calls `paying()` and
 * then makes the one call that costs something; follow() waits for the result
 * and fetches it, and may be repeated after a restart.
 *
 * @module shim/remote/flow
 */
import { ShimError } from '../errors.js';
import { MIME } from '../image-header.js';
import { sleep } from './client.js';

/**
 * @typedef {object} Item one picture to work on
 * @property {string} id the caller's own, stable
 * @property {'remove' | 'convert'} action
 * @property {() => Promise<Blob>} image
 * @property {string} [url] the public address the caller gave, if any
 * @property {() => Promise<Blob>} [backgroundImage]
 * @property {{ background?: string, format: 'png' | 'jpeg' | 'webp', quality?: number }} options
 * @property {string} [name]
 *
 * @typedef {{ blob: Blob, report: Record<string, any> } | ShimError} Outcome
 *
 * @typedef {object} Call
 * @property {import('./client.js').RemoteClient} client
 * @property {Item[]} items
 * @property {string} key the same for the whole life of a job
 * @property {() => Promise<void>} paying resolves when the intent is on record
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} Remote
 * @property {string} baseUrl of the vendor's service; the dialect's routes begin
 *   with its path
 * @property {string} keyVariable the environment variable of the key
 * @property {(key: string) => [string, string]} credential the header of a key
 * @property {boolean} idempotent whether create() with the same key may repeat
 * @property {readonly string[]} formats that the remote reads
 * @property {(item: Item, options: import('./client.js').RemoteOptions) => ShimError | undefined} refuses
 * @property {(call: Call) => Promise<string | Outcome[]>} create gives the id of the
 *   remote's job, or the results where the answer is the result
 * @property {(call: Call, id: string) => Promise<Outcome[]>} [follow] in the order of
 *   items; absent where create() gives the results
 */

/**
 * Waits for a job, as slowly as the API asks for.
 * @template T
 * @param {Call} call @param {readonly number[]} pace ms before each poll; the last one repeats
 * @param {() => Promise<T | undefined>} look
 * @returns {Promise<T>}
 */
export async function poll({ client, signal }, pace, look) {
  for (let n = 0; ; n++) {
    const wait = client.options.pollMs?.(n) ?? pace[Math.min(n, pace.length - 1)];
    await sleep(wait, signal);
    const found = await look();
    if (found !== undefined) return found;
  }
}

/** For a file name. @param {Blob} blob whose type was set from its bytes */
export function extensionOf(blob) {
  const format = Object.entries(MIME).find(([, type]) => type === blob.type)?.[0];
  if (!format) throw new ShimError('unsupported_format', 'This is not a picture of a known format.');
  return format === 'jpeg' ? 'jpg' : format;
}
