/**
 * Several engines, each in a worker thread of its own (Node).
 *
 * One job at a time per thread. A thread that dies takes only its job with it
 * (`engine_crashed`) and is replaced by the next job; one that does not let go
 * of a cancelled job is ended.
 *
 * Messages to engine-thread.js: {id, action, bytes, type, options, backdrop?}
 * and {id, abort: true}; back: {id, bytes, type, more} or {id, error}.
 *
 * @module shim/adapters/engine-pool
 */
import { Worker } from 'node:worker_threads';
import { ShimError } from '../errors.js';

const LET_GO_MS = 2000;

/**
 * @param {{ size: number, module: URL | string, factory?: string, options?: unknown }} options
 *   module: exports the factory, `createNodeEngine` by default
 * @returns {import('../types.js').Engine & { close(): Promise<void> }}
 */
export function createEnginePool({ size, module, factory = 'createNodeEngine', options }) {
  /** @typedef {{ worker: Worker, job?: { id: number, resolve: (v: any) => void, reject: (e: any) => void } }} Thread */
  /** @type {Set<Thread>} */ const threads = new Set();
  /** @type {Thread[]} */ const free = [];
  /** @type {((thread: Thread) => void)[]} */ const waiting = [];
  let serial = 0;
  let closed = false;

  function start() {
    /** @type {Thread} */
    const thread = { worker: new Worker(new URL('./engine-thread.js', import.meta.url), { workerData: { module: String(module), factory, options } }) };
    threads.add(thread);
    thread.worker.on('message', ({ id, error, ...result }) => {
      if (thread.job?.id !== id) return;
      if (error) thread.job?.reject(new ShimError(error.code, error.message, error.detail));
      else thread.job?.resolve(result);
    });
    /** @param {unknown} why */
    const lost = (why) => {
      threads.delete(thread);
      const at = free.indexOf(thread);
      if (at >= 0) free.splice(at, 1);
      const error = new ShimError('engine_crashed', 'The engine crashed and was restarted.');
      error.cause = why;
      thread.job?.reject(error);
    };
    thread.worker.on('error', lost);
    thread.worker.on('exit', lost);
    return thread;
  }

  /** @returns {Promise<Thread> | Thread} */
  function take() {
    if (closed) throw new ShimError('engine_unavailable', 'The engine has been closed.');
    return free.pop() ?? (threads.size < size ? start() : new Promise((resolve) => waiting.push(resolve)));
  }

  /** @param {Thread} thread */
  function giveBack(thread) {
    delete thread.job;
    const next = waiting.shift();
    if (next) next(threads.has(thread) ? thread : start());
    else if (threads.has(thread)) free.push(thread);
  }

  /**
   * @param {string} action @param {Blob} image
   * @param {{ signal?: AbortSignal, background?: string | Blob } & Record<string, any>} wishes
   */
  async function run(action, image, { signal, background, ...plain }) {
    const bytes = await image.arrayBuffer();
    const backdrop = background instanceof Blob ? await background.arrayBuffer() : undefined;
    const thread = await take();
    const id = ++serial;
    /** @type {NodeJS.Timeout | undefined} */ let grace;
    const stop = () => {
      thread.worker.postMessage({ id, abort: true });
      grace = setTimeout(() => { void thread.worker.terminate(); }, LET_GO_MS);
    };
    try {
      signal?.throwIfAborted();
      return await new Promise((resolve, reject) => {
        thread.job = { id, resolve, reject };
        signal?.addEventListener('abort', stop, { once: true });
        thread.worker.postMessage({
          id, action, bytes, type: image.type, backdrop,
          options: { ...plain, ...(background !== undefined && !backdrop && { background }) },
        }, backdrop ? [bytes, backdrop] : [bytes]);
      });
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener('abort', stop);
      giveBack(thread);
    }
  }

  return {
    concurrency: size,
    async removeBackground(image, wishes) {
      const { bytes, type, more } = await run('removeBackground', image, wishes);
      return { blob: new Blob([bytes], { type }), report: more };
    },
    async convert(image, wishes) {
      const { bytes, type, more } = await run('convert', image, wishes);
      return { blob: new Blob([bytes], { type }), ...more };
    },
    async close() {
      closed = true;
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}
