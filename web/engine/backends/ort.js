// The second engine: ONNX Runtime Web (WASM), behind the same interface as
// engine c: load(modelBytes, manifest), run(input) → output, dispose().
// Loaded on first use. Its worker ends when it was idle for a while, which is
// the only way to get its memory back; in a page another one stands by with
// the runtime's files in hand, so that the next run needs no network.
import { aborted, CutawayError, failure } from '../core/errors.js';

/**
 * @typedef {import('../core/pipeline.js').Tensor} Tensor
 * @typedef {{ postMessage: (message: any, transfer?: any[]) => void, terminate: () => void,
 *   listen: (onMessage: (message: any) => void, onCrash: (detail: string) => void) => void }} WorkerLike
 */

const idleMs = 30000;
/** A cancelled run that takes no longer is left to end by itself; a longer one is ended with its worker. */
const shortRunMs = 1000;

/** @type {Record<string, string>} */
const codeOfStep = { import: 'engine_unavailable', create: 'bad_model', run: 'inference_failed' };

export class OrtEngine {
  name = /** @type {const} */ ('ort');

  /**
   * @param {{ spawn: () => WorkerLike, ort: string, wasm: { mjs: string, wasm: string }, threads: number, standby?: boolean }} where
   *   spawn starts ort-worker.js; ort, wasm: URLs of the module and of its runtime; standby: see above
   */
  constructor({ spawn, ort, wasm, threads, standby = false }) {
    this.spawn = spawn;
    this.standby = standby;
    this.loaded = false;
    this.lastId = 0;
    this.lastRunMs = Infinity;
    this.urls = { ort, wasm };
    this.threads = threads;
    /** @type {WorkerLike | null} */ this.worker = null;
    /** @type {{ resolve: (message: any) => void, reject: (error: Error) => void } | null} */ this.waiting = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.idle = undefined;
    /** @type {Uint8Array | null} */ this.model = null;
  }

  /**
   * @param {Uint8Array} modelBytes an ONNX file
   * @param {any} manifest
   * @returns {Promise<void>} bad_model when it is none, or has another input than the manifest says
   */
  async load(modelBytes, manifest) {
    this.model = modelBytes;
    this.manifest = manifest;
    await this.start();
  }

  /** @returns {WorkerLike} the one that stands by, or a new one */
  open() {
    if (this.worker) return this.worker;
    const worker = this.spawn();
    worker.listen(
      (message) => {
        if (worker === this.worker) this.settle(message);
      },
      (detail) => {
        if (worker === this.worker) this.fail(failure('engine_crashed', detail, 'infer'));
      },
    );
    this.worker = worker;
    return worker;
  }

  /** Loads the model in the worker and compares its input with the manifest's. */
  async start() {
    this.open();
    const { inputs, outputs } = await this.ask({
      type: 'load',
      ...this.urls,
      threads: this.threads,
      bytes: this.model,
    });
    const { input, output } = this.manifest;
    const [width, height] = input.size;
    const found = inputs.find((/** @type {any} */ { name }) => name === input.name) ?? inputs[0];
    const dims = [1, input.planes ?? 3, height, width];
    const fits =
      found &&
      (!found.shape ||
        (found.shape.length === 4 &&
          found.shape.every(
            (/** @type {unknown} */ size, /** @type {number} */ i) => typeof size !== 'number' || size === dims[i],
          )));
    if (!fits || inputs.length !== 1 || !outputs.length) {
      this.dispose();
      const shapes = inputs.map((/** @type {any} */ { name, shape }) => `${name} [${shape}]`).join(', ');
      throw new CutawayError('bad_model', 'The file is not a valid ONNX model, or does not fit its manifest.', {
        detail: `The model takes ${shapes}, the manifest says [${dims}].`,
        stage: 'load',
      });
    }
    this.loaded = true;
    this.names = { input: found.name, output: outputs.includes(output.name) ? output.name : outputs[0] };
    this.rest();
  }

  /**
   * Starts the worker again if it was ended meanwhile.
   *
   * @param {Tensor} input [1][3][height][width], or as many planes as the manifest says; its data is consumed
   * @param {{ signal?: AbortSignal }} [more] aborting answers at once
   * @returns {Promise<Tensor>}
   */
  async run({ data, width, height }, { signal } = {}) {
    const stop = () => {
      if (this.lastRunMs > shortRunMs) this.end();
      this.fail(aborted('infer'));
    };
    if (signal?.aborted) throw aborted('infer');
    signal?.addEventListener('abort', stop, { once: true });
    try {
      clearTimeout(this.idle);
      if (!this.loaded) await this.start();
      clearTimeout(this.idle);
      const from = performance.now();
      const { input, output } = this.manifest;
      const shape = [1, input.planes ?? 3, height, width];
      const answer = await this.ask({ type: 'run', ...this.names, data, dims: shape }, [data.buffer]);
      this.lastRunMs = performance.now() - from;
      const dims = answer.dims.filter(
        (/** @type {number} */ size, /** @type {number} */ i) => i >= answer.dims.length - 2 || size !== 1,
      );
      const planes = output.planes ?? 1;
      if (dims.length !== (planes > 1 ? 3 : 2) || (planes > 1 && dims[0] !== planes))
        throw failure('inference_failed', `The model answered [${answer.dims}], not one map.`, 'infer');
      const [rows, columns] = dims.slice(-2);
      return { data: answer.data, width: columns, height: rows };
    } finally {
      signal?.removeEventListener('abort', stop);
      this.rest();
    }
  }

  /** @param {any} message @param {any[]} [transfer] @returns {Promise<any>} */
  ask(message, transfer) {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.waiting = { resolve, reject };
      this.worker?.postMessage({ id, ...message }, transfer);
    });
  }

  /** The answer of the request that waits; a failure becomes the code of its step. @param {any} message */
  settle(message) {
    if (message.id !== this.lastId) return; // of a run that was cancelled
    if (message.type !== 'failed') {
      const { waiting } = this;
      this.waiting = null;
      waiting?.resolve(message);
      return;
    }
    const code = codeOfStep[message.step];
    if (message.step !== 'run') this.end();
    this.fail(
      code === 'bad_model'
        ? new CutawayError(code, 'The file is not a valid ONNX model, or does not fit its manifest.', {
            detail: message.detail,
            stage: 'load',
          })
        : failure(code, message.detail, message.step === 'run' ? 'infer' : 'load'),
    );
  }

  /** @param {CutawayError} error */
  fail(error) {
    const { waiting } = this;
    this.waiting = null;
    if (error.code === 'engine_crashed') this.end();
    waiting?.reject(error);
  }

  /** Ends the worker later, unless a run comes. */
  rest() {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      this.end();
      if (this.standby && this.model) this.open().postMessage({ type: 'warm', ...this.urls });
    }, idleMs);
    /** @type {any} */ (this.idle).unref?.();
  }

  end() {
    clearTimeout(this.idle);
    this.worker?.terminate();
    this.worker = null;
    this.loaded = false;
  }

  dispose() {
    this.end();
    this.model = null;
  }
}
