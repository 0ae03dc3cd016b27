/**
 * Several engines behind one line (queue.js): each is made by `create` when it
 * is first needed, and works on one picture at a time. web/engine/node.js gives
 * engines that have a worker thread of their own and survive its crash.
 *
 * @module shim/adapters/engine-pool
 */
import { ShimError } from '../errors.js';
import { createQueue } from '../queue.js';

/** @typedef {import('../types.js').Engine & { preload?(): Promise<unknown>, dispose?(): unknown }} PooledEngine */

/**
 * Engines as one Engine, `size` pictures at a time.
 * @param {{ size: number, most?: number, create: () => PooledEngine | Promise<PooledEngine> }} options
 *   most: engines, where some may be held by pictures that take longer than their share
 */
export function createEnginePool({ size, most = size, create }) {
  /** @type {PooledEngine[]} */ const all = [];
  /** @type {PooledEngine[]} */ const free = [];
  const line = createQueue({ concurrency: most, limit: Infinity }); // how many may wait is the shim's to say
  let closed = false;

  /** One that is free, or a new one: no more than `most` are asked for at once. */
  async function take() {
    if (closed) throw new ShimError('engine_unavailable', 'The engine has been closed.');
    const engine = free.pop();
    if (engine) return engine;
    try {
      const made = await create();
      all.push(made);
      return made;
    } catch (error) {
      throw new ShimError('engine_unavailable', 'The inference engine could not be loaded.', {
        cause: String(/** @type {any} */ (error)?.message),
      });
    }
  }

  /**
   * @template T @param {AbortSignal | undefined} signal
   * @param {(engine: PooledEngine) => Promise<T>} task
   */
  function run(signal, task) {
    return line.reserve().run(async () => {
      const engine = await take();
      try {
        signal?.throwIfAborted();
        return await task(engine);
      } finally {
        free.push(engine);
      }
    });
  }

  return {
    concurrency: size,
    /** @type {PooledEngine['removeBackground']} */
    removeBackground: (image, options) => run(options.signal, (engine) => engine.removeBackground(image, options)),
    /** @type {PooledEngine['convert']} */
    convert: (image, options) => run(options.signal, (engine) => engine.convert(image, options)),
    /** Loads the model into the first engine, so that the first request need not wait for it. */
    preload: () =>
      run(undefined, async (engine) => {
        await engine.preload?.();
      }),
    async close() {
      closed = true;
      await Promise.all(all.map((engine) => engine.dispose?.()));
    },
  };
}
