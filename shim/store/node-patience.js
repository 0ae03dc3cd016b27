/**
 * What is asked of another machine is asked again while that one is away.
 *
 * @module shim/store/node-patience
 */
import { ShimError } from '../errors.js';

/** @typedef {object} Patience
 * @property {(error: any) => boolean} broken whether the other side was away, rather than of another mind
 * @property {number} patienceMs how long that may last
 * @property {() => boolean} [closed] whether nobody waits for the answer any more
 * @property {() => void} [again] called before each further try */

/**
 * One task, tried again while the other side is away; `busy` when that lasts.
 * @template T @param {() => Promise<T>} task @param {Patience} patience
 * @returns {Promise<T>}
 */
export async function patiently(task, { broken, patienceMs, closed = () => false, again = () => {} }) {
  const until = Date.now() + patienceMs;
  for (let wait = 50; ; wait = Math.min(2000, 2 * wait)) {
    try {
      return await task();
    } catch (error) {
      if (!broken(error) || closed()) throw error;
      if (Date.now() > until)
        throw Object.assign(new ShimError('busy', 'The store is out of reach.', { retryAfter: 5 }), { cause: error });
      again();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
