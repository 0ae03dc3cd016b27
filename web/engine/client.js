// The caller's side: one worker, a queue in front of it. Aborting answers at
// once. The worker lives as long as its page, since starting another one takes
// the network, which may be gone by then; its memory is given back by a new
// wasm instance inside it ("trim"). A worker that dies fails the running job
// only, and the next one gets a new worker.
import { aborted, CutawayError, failure } from './core/errors.js';

/**
 * @typedef {import('./backends/ort.js').WorkerLike} WorkerLike
 * @typedef {object} Request
 * @property {any} message
 * @property {(value: any) => void} resolve
 * @property {(error: CutawayError) => void} reject
 * @property {((progress: any) => void) | undefined} onProgress
 */

/** Wasm memory never shrinks: beyond this the instance is replaced after its job. */
const maxHeapBytes = 512 * 1024 * 1024;
/** So long without a job, and the instance is replaced too. */
const idleMs = 60000;
/** An aborted job that has not left the worker by then is ended with it. */
const abortGraceMs = 1000;

/** The address of a model is meant from the page, while the worker lies elsewhere. @param {any} fields */
function fromPage(fields) {
  const model = fields.options?.model;
  const address = typeof model === 'string' ? model : model?.url;
  const page = globalThis.location?.href; // Node has none
  if (!page || !address || /^[\w-]+$/.test(address)) return fields;
  const url = new URL(address, page).href;
  return { ...fields, options: { ...fields.options, model: address === model ? url : { ...model, url } } };
}

/** A preload's progress, as part of a job that waits for it: the same bytes, a tenth of the work. @param {any} progress */
const waited = (progress) => ({ ...progress, fraction: progress.fraction * 0.1 });

export class EngineClient {
  /**
   * @param {() => WorkerLike} spawn starts a worker that hosts jobs
   * @param {{ threads?: number }} [how] threads: the most that it may use; default: what it finds to be sensible
   */
  constructor(spawn, { threads } = {}) {
    this.spawn = spawn;
    this.threads = threads;
    /** @type {WorkerLike | null} */ this.worker = null;
    /** @type {Request[]} */ this.queue = [];
    /** @type {Request | null} */ this.running = null;
    /** @type {any} how far the preload is that runs, for whoever waits behind it */ this.loading = null;
    this.lastId = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.idle = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.grace = undefined;
  }

  /**
   * A request to the end of the queue; its answer, progress and abort belong to it alone.
   *
   * @param {import('./core/requests.js').Name | 'call'} type 'call': of a picture that the worker holds
   * @param {object} fields of the request
   * @param {{ signal?: AbortSignal, onProgress?: (progress: any) => void }} [more]
   * @returns {Promise<any>}
   */
  ask(type, fields, { signal, onProgress } = {}) {
    if (signal?.aborted) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      const stop = () => this.abort(request);
      const settle = () => signal?.removeEventListener('abort', stop);
      /** @type {Request} */
      const request = {
        message: { id, type, ...fromPage(fields) },
        resolve: (value) => {
          settle();
          resolve(value);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onProgress,
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.queue.push(request);
      if (this.loading) onProgress?.(this.loading);
      this.next();
    });
  }

  /** Begins the next request when none runs; an idle worker is trimmed after a while. */
  next() {
    clearTimeout(this.idle);
    if (this.running) return;
    const request = this.queue.shift();
    if (!request) {
      this.idle = setTimeout(() => this.worker?.postMessage({ type: 'trim' }), idleMs);
      /** @type {any} */ (this.idle).unref?.();
      return;
    }
    this.running = request;
    this.loading = null;
    try {
      this.worker ??= this.start();
      this.worker.postMessage(request.message);
    } catch (error) {
      this.finish()?.reject(CutawayError.wrap(error, 'internal'));
    }
  }

  /** @returns {WorkerLike} */
  start() {
    const worker = this.spawn();
    worker.listen(
      (message) => {
        if (worker === this.worker) this.receive(message);
      },
      (detail) => {
        if (worker !== this.worker) return;
        this.end();
        this.finish()?.reject(failure('engine_crashed', detail));
      },
    );
    if (this.threads) worker.postMessage({ type: 'threads', max: this.threads });
    return worker;
  }

  /** The running job is over: the next one may start. */
  finish() {
    clearTimeout(this.grace);
    const done = this.running;
    this.running = null;
    queueMicrotask(() => this.next());
    return done;
  }

  /** @param {any} message */
  receive({ id, type, progress, value, heapBytes, error }) {
    if (this.running?.message.id !== id) return;
    if (type === 'progress') {
      this.running?.onProgress?.(progress);
      if (this.running?.message.type !== 'preload') return;
      this.loading = waited(progress);
      for (const { onProgress } of this.queue) onProgress?.(this.loading);
      return;
    }
    if (heapBytes > maxHeapBytes) this.worker?.postMessage({ type: 'trim' });
    const request = this.finish();
    if (type === 'done') request?.resolve(value);
    else request?.reject(CutawayError.from(error));
  }

  /** Answers at once; what runs is stopped in the worker, what waits leaves the queue. @param {Request} request */
  abort(request) {
    if (this.running === request) {
      // The worker stops between two stages and says so; one that does not is ended.
      this.worker?.postMessage({ type: 'abort', id: request.message.id });
      clearTimeout(this.grace);
      this.grace = setTimeout(() => {
        this.end();
        this.finish();
      }, abortGraceMs);
    } else {
      this.queue = this.queue.filter((other) => other !== request);
    }
    request.reject(aborted());
  }

  /** Ends the worker; a job in it fails unless it was settled before. */
  end() {
    clearTimeout(this.idle);
    this.worker?.terminate();
    this.worker = null;
  }

  /** Ends everything; what is queued or running fails with "aborted". */
  dispose() {
    this.end();
    for (const request of [this.running, ...this.queue]) request?.reject(aborted());
    this.queue = [];
    this.running = null;
    clearTimeout(this.grace);
  }
}
