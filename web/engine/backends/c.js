// The first engine: our own ONNX engine (wasm/nn) behind the interface that
// ort.js has too: load(modelBytes, manifest), run(input) → output, dispose().
// It has an instance of the core of its own, so that a model's memory goes
// with it and a trap harms no photo. It runs in the caller's worker, in pieces
// of a few milliseconds between which messages (an abort among them) come in.
import { breathe } from '../core/yield.js';
import { aborted, CutawayError, throwIfAborted } from '../core/errors.js';

/**
 * @typedef {import('../core/pipeline.js').Tensor} Tensor
 * @typedef {import('../core/core.js').Core} Core
 */

/** An idle network that holds more than this is let go after a while; smaller ones stay ready. */
const restBytes = 64e6, idleMs = 30000;
/** Work between two looks at the messages, million multiply-adds: 5 to 20 ms. */
const sliceMmacs = 150;
/** Arithmetic by the numbers of wasm/nn/net.h; record: f32, and `ranges` afterwards. */
const arithmetics = { auto: 0, f32: 1, i16: 2, record: 1 };

export class NetEngine {
  name = /** @type {const} */ ('c');
  threads = 1;

  /**
   * @param {{ newCore: () => Promise<Core>, arithmetic?: keyof typeof arithmetics }} parts
   *   newCore: another instance of cutaway.wasm
   */
  constructor({ newCore, arithmetic = 'auto' }) {
    this.newCore = newCore;
    this.arithmetic = arithmetic;
    /** @type {Core | null} */ this.core = null;
    /** @type {Uint8Array | null} */ this.model = null;
    this.pointer = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.idle = undefined;
  }

  /** Runs a cut_net_ function that answers a status. @param {string} stage @param {string} name @param {...number} args */
  call(stage, name, ...args) {
    const core = /** @type {Core} */ (this.core);
    const status = core.guard(() => core.exports[`cut_net_${name}`](this.pointer, ...args), stage);
    if (status === 0) return;
    throw core.failure(status, core.exports.cut_net_message(this.pointer), stage);
  }

  /**
   * @param {Uint8Array} modelBytes an ONNX file
   * @param {any} manifest
   * @returns {Promise<void>} bad_model, unsupported_model, out_of_memory
   */
  async load(modelBytes, manifest) {
    const core = await this.newCore();
    this.core = core;
    this.model = modelBytes;
    this.manifest = manifest;
    try {
      this.pointer = core.guard(() => core.exports.cut_net_new(), 'load');
      if (!this.pointer) throw core.error('out_of_memory', 'No memory for a network.', 'load');
      if (this.arithmetic === 'record') core.exports.cut_net_record(this.pointer, 1);
      const [width, height] = manifest.input.size;
      const output = new TextEncoder().encode(manifest.output?.name ?? '');
      core.withBytes(modelBytes, (bytes, size) => core.withBytes(output, (name, length) =>
        this.call('load', 'load', bytes, size, width, height, arithmetics[this.arithmetic], name, length)));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Multiply-adds of one run. */
  get macs() {
    return this.core ? (this.core.exports.cut_net_kmacs(this.pointer) >>> 0) * 1000 : 0;
  }

  /** Peak of the bytes allocated for the network: weights, feature maps and, while it was loaded, the file. */
  get peakBytes() {
    return this.core?.peakBytes ?? 0;
  }

  /** What it does, step by step: see cut_net_plan_json(). @returns {any} */
  get plan() {
    return this.core && JSON.parse(this.core.text(this.core.exports.cut_net_plan_json(this.pointer)));
  }

  /** After runs with the arithmetic 'record': see cut_net_ranges(). @returns {string} */
  get ranges() {
    return this.core ? this.core.text(this.exports.cut_net_ranges(this.pointer)) : '';
  }

  /**
   * @param {Tensor} input [1][3][height][width]
   * @param {{ signal?: AbortSignal, onProgress?: (share: number) => void }} [more]
   * @returns {Promise<Tensor>}
   */
  async run(input, { signal, onProgress } = {}) {
    throwIfAborted(signal, 'infer');
    clearTimeout(this.idle);
    try {
      if (!this.core) await this.load(/** @type {Uint8Array} */ (this.model), this.manifest);
      this.begin(input);
      for (;;) {
        this.call('infer', 'step', sliceMmacs);
        const share = this.exports.cut_net_progress(this.pointer) / 1000;
        onProgress?.(share);
        if (share === 1) return this.output();
        await breathe();
        if (signal?.aborted) throw aborted('infer');
      }
    } catch (error) {
      if (this.core?.crashed) this.release();
      throw error;
    } finally {
      this.rest();
    }
  }

  /** Wasm memory never shrinks: a large instance that is not used is dropped whole. */
  rest() {
    if (!this.core || this.core.heapBytes <= restBytes) return;
    this.idle = setTimeout(() => this.release(), idleMs);
    /** @type {any} */ (this.idle).unref?.();
  }

  /** Gives the memory back: the instance goes; the next run loads the model anew. */
  release() {
    clearTimeout(this.idle);
    this.core = null;
    this.pointer = 0;
  }

  /** @returns {any} of the loaded core */
  get exports() {
    return /** @type {Core} */ (this.core).exports;
  }

  /** @param {Tensor} input */
  begin({ data }) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    /** @type {Core} */ (this.core).withBytes(bytes, (pointer) => this.call('infer', 'begin', pointer, data.length));
  }

  /** @returns {Tensor} a copy */
  output() {
    const { exports } = this;
    const [channels, height, width] = [1, 2, 3].map((dimension) => exports.cut_net_dim(this.pointer, 1, dimension));
    if (channels !== 1) {
      throw new CutawayError('inference_failed', 'The model failed while running.', {
        detail: `The model answered [1,${channels},${height},${width}], not one map.`, stage: 'infer',
      });
    }
    const at = exports.cut_net_output(this.pointer) >>> 0;
    return { data: new Float32Array(exports.memory.buffer, at, width * height).slice(), width, height };
  }

  /**
   * Time of each step of a run on an input, for benchmarks.
   *
   * @param {Tensor} input
   * @param {number} [runs] the fastest of so many counts
   * @returns {{ steps: { op: string, kernel: string, name: string, shape: number[], ms: number, macs: number }[] }}
   */
  profile(input, runs = 5) {
    const { steps } = this.plan;
    /** @type {number[]} */
    const best = steps.map(() => Infinity);
    for (let run = 0; run < runs; run++) {
      this.begin(input);
      for (let i = 0; i < steps.length; i++) {
        const from = performance.now();
        this.call('infer', 'step', 0);
        best[i] = Math.min(best[i], performance.now() - from);
      }
    }
    return { steps: steps.map((/** @type {any} */ step, /** @type {number} */ i) => ({ ...step, ms: best[i] })) };
  }

  dispose() {
    this.release();
    this.model = null;
  }
}
