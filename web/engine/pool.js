// Many pictures at once: several workers behind one line, first come, first
// served, one picture in each worker. A picture whose worker crashed gets one
// more try in the new worker, so that what another one left behind is not laid
// to its charge. The model's bytes come over the network once: workers that
// need the same file wait for the first (see worker/worker.js).
import { createApi } from './api.js';
import { EngineClient } from './client.js';
import { aborted } from './core/errors.js';
import { Line } from './line.js';
import { spawnWorker } from './worker/spawn.js';

/**
 * @typedef {import('./api.js').Input} Input
 * @typedef {import('./core/pipeline.js').Options & import('./api.js').More} Options
 * @typedef {import('./api.js').Report} Report
 * @typedef {import('./api.js').Retouching} Retouching
 * @typedef {ReturnType<typeof createApi>} Api
 * @typedef {ReturnType<typeof createPool>} Pool
 */

/** More workers than this share the memory's bandwidth and little else. */
const maxWorkers = 4;

/**
 * How many workers this machine should have: of three cores or more one is left
 * to the page (of two, both are used: 1.2 to 1.5 times as fast, and the page is
 * as quick to answer), and 2 GiB of memory are there for each. Where a browser does not tell its memory
 * (all but Chromium), something with a touch screen counts as a small one.
 *
 * @param {{ hardwareConcurrency?: number, deviceMemory?: number, maxTouchPoints?: number }} [machine]
 */
export function poolSize(machine = navigator) {
  const { hardwareConcurrency = 2, maxTouchPoints = 0, deviceMemory = maxTouchPoints > 1 ? 4 : 8 } = machine;
  const cores = hardwareConcurrency > 2 ? hardwareConcurrency - 1 : hardwareConcurrency;
  return Math.max(1, Math.min(maxWorkers, cores, Math.floor(deviceMemory / 2)));
}

/** Workers for many pictures at once. @param {{ size?: number, spawn?: () => import('./backends/ort.js').WorkerLike }} [how] */
export function createPool({ size = poolSize(), spawn = spawnWorker } = {}) {
  // several workers share the cores: a thread for each
  const how = size > 1 ? { threads: 1 } : {};
  const all = Array.from({ length: size }, () => createApi(new EngineClient(spawn, how)));
  const free = [...all];
  /** @type {Set<Api>} workers of retouches */
  const apart = new Set();
  /** @type {{ start: (api: Api) => Promise<void>, fail: () => void }[]} */
  const waiting = [];

  const line = new Line(
    () => size,
    () => {
      const job = waiting.shift();
      return (
        job &&
        (async () => {
          const api = /** @type {Api} */ (free.shift());
          await job.start(api);
          free.push(api); // last in line: after a cancel its worker may need a moment
        })
      );
    },
  );

  /**
   * A task in the next worker that is free; aborting one that waits takes it out of the line.
   *
   * @template T
   * @param {AbortSignal | undefined} signal
   * @param {(api: Api) => Promise<T>} task
   * @returns {Promise<T>}
   */
  function run(signal, task) {
    if (signal?.aborted) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(job), 1);
        job.fail();
      };
      const job = {
        /** @param {Api} api */
        async start(api) {
          signal?.removeEventListener('abort', leave);
          try {
            resolve(
              await task(api).catch((error) => {
                if (error.code !== 'engine_crashed' || signal?.aborted) throw error;
                return task(api);
              }),
            );
          } catch (error) {
            reject(error);
          }
        },
        fail: () => reject(aborted()),
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(job);
      line.fill();
    });
  }

  return {
    size,

    /**
     * As in index.js, in the next worker that is free.
     *
     * @param {Input} input
     * @param {Options} [options]
     */
    removeBackground: (input, options = {}) => run(options.signal, (api) => api.removeBackground(input, options)),

    /**
     * Starts every worker and loads the model into each.
     *
     * @param {Parameters<Api['preload']>[0]} [options]
     */
    preload: (options) => Promise.all(all.map((api) => api.preload(options))),

    /**
     * As in index.js, in a worker of its own that ends with it: a brush waits
     * for no picture, and its memory is given back.
     *
     * @param {Parameters<Api['retouch']>[0]} input
     * @param {Parameters<Api['retouch']>[1]} [options]
     */
    async retouch(input, options) {
      const api = createApi(new EngineClient(spawn, how));
      const end = async () => {
        apart.delete(api);
        api.dispose();
      };
      apart.add(api);
      try {
        return Object.assign(await api.retouch(input, options), { close: end });
      } catch (error) {
        await end();
        throw error;
      }
    },

    /** As in index.js. */
    abi: () => all[0].abi(),

    /** Ends the workers; what waits or runs fails with "aborted". The next call starts them anew. */
    dispose() {
      for (const job of waiting.splice(0)) job.fail();
      for (const api of [...all, ...apart]) api.dispose();
      apart.clear();
    },
  };
}

export { CutawayError } from './core/errors.js';
