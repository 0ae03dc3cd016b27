/**
 * The bounded line before the engine: first come, first served, `concurrency`
 * at a time. A place is reserved before a job is accepted, so an accepted job
 * always has one; beyond the limit `busy` tells when to come again.
 *
 * @module shim/queue
 */
import { ShimError } from './errors.js';

/**
 * A line of its own: places are reserved, used or given back.
 * @param {{ concurrency?: number, limit?: number, now?: () => number }} [options]
 *   limit: places in all, waiting and running
 */
export function createQueue({ concurrency = 1, limit = 64, now = Date.now } = {}) {
  /** @type {(() => void)[]} */ const waiting = [];
  /** @type {(() => void)[]} */ const watchers = [];
  let taken = 0;
  let running = 0;
  let typicalMs = 1000;

  function advance() {
    while (running < concurrency && waiting.length > 0) {
      running++;
      /** @type {() => void} */ (waiting.shift())();
    }
    if (taken === 0) for (const done of watchers.splice(0)) done();
  }

  /** Seconds until a place should be free. */
  function retryAfter() {
    return Math.min(60, Math.max(1, Math.ceil((typicalMs * taken) / concurrency / 2000)));
  }

  return {
    /**
     * One place, or the error `busy` with `detail.retryAfter` seconds.
     * @param {{ force?: boolean }} [options] force: for work accepted earlier
     */
    reserve({ force = false } = {}) {
      if (taken >= limit && !force) {
        throw new ShimError('busy', `The queue is full: ${limit} requests are waiting.`, { retryAfter: retryAfter() });
      }
      taken++;
      let used = false;
      const leave = () => {
        taken--;
        advance();
      };
      return {
        /**
         * Runs the task when its turn has come, and measures it for retryAfter().
         * @template T @param {() => Promise<T>} task
         * @returns {Promise<T>} settles as the task does
         */
        run(task) {
          if (used) throw new Error('a place in the queue is good for one task');
          used = true;
          return new Promise((resolve, reject) => {
            waiting.push(() => {
              const started = now();
              Promise.resolve()
                .then(task)
                .then(resolve, reject)
                .finally(() => {
                  typicalMs = 0.8 * typicalMs + 0.2 * (now() - started);
                  running--;
                  leave();
                });
            });
            advance();
          });
        },
        /** Gives the place back unused. Harmless after run(). */
        release() {
          if (used) return;
          used = true;
          leave();
        },
      };
    },
    get size() {
      return taken;
    },
    /** Resolves when nothing waits or runs. @returns {Promise<void>} */
    idle() {
      return taken === 0 ? Promise.resolve() : new Promise((resolve) => watchers.push(resolve));
    },
  };
}

/**
 * Runs the tasks of one name one after another.
 * @returns {<T>(name: string, task: () => Promise<T>) => Promise<T>}
 */
export function createLocks() {
  /** @type {Map<string, Promise<unknown>>} */ const tails = new Map();
  /**
   * @template T @param {string} name @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  return async function locked(name, task) {
    const before = tails.get(name) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(task);
    tails.set(name, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(name) === mine) tails.delete(name);
    }
  };
}
