/**
 * Several engines behind one: each is made by `create` when it is first
 * needed, and works on one picture at a time. web/engine/node.js gives engines
 * that have a worker thread of their own and survive its crash.
 *
 * @module shim/adapters/engine-pool
 */
import { ShimError } from '../errors.js';

/**
 * @typedef {import('../types.js').Engine & { preload?(): Promise<unknown>, dispose?(): unknown }} PooledEngine
 *
 * @param {{ size: number, create: () => PooledEngine | Promise<PooledEngine> }} options
 */
export function createEnginePool({ size, create }) {
  /** @type {PooledEngine[]} */ const all = [];
  /** @type {PooledEngine[]} */ const free = [];
  /** @type {(() => void)[]} */ const waiting = [];
  let promised = 0; // made or being made
  let closed = false;

  /** @returns {Promise<PooledEngine>} */
  async function take() {
    while (!closed) {
      const engine = free.pop();
      if (engine) return engine;
      if (promised < size) {
        promised++;
        try {
          const made = await create();
          all.push(made);
          return made;
        } catch (error) {
          promised--;
          waiting.shift()?.();
          throw new ShimError('engine_unavailable', 'The inference engine could not be loaded.', { cause: String(/** @type {any} */ (error)?.message) });
        }
      }
      await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    }
    throw new ShimError('engine_unavailable', 'The engine has been closed.');
  }

  /**
   * @template T @param {AbortSignal | undefined} signal
   * @param {(engine: PooledEngine) => Promise<T>} task
   */
  async function run(signal, task) {
    const engine = await take();
    try {
      signal?.throwIfAborted();
      return await task(engine);
    } finally {
      free.push(engine);
      waiting.shift()?.();
    }
  }

  return {
    concurrency: size,
    /** @type {PooledEngine['removeBackground']} */
    removeBackground: (image, options) => run(options.signal, (engine) => engine.removeBackground(image, options)),
    /** @type {PooledEngine['convert']} */
    convert: (image, options) => run(options.signal, (engine) => engine.convert(image, options)),
    /** Loads the model into the first engine, so that the first request need not wait for it. */
    preload: () => run(undefined, async (engine) => { await engine.preload?.(); }),
    async close() {
      closed = true;
      for (const wake of waiting.splice(0)) wake();
      await Promise.all(all.map((engine) => engine.dispose?.()));
    },
  };
}
