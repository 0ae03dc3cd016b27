// The first engine: our own ONNX engine (wasm/nn) behind the interface that
// ort.js has too: load(modelBytes, manifest), run(input) → output, dispose().
// It has an instance of the core of its own, so that a model's memory goes
// with it and a trap harms no photo. It runs in the caller's worker, in pieces
// of a few milliseconds between which messages (an abort among them) come in.
import { aborted, CutawayError, throwIfAborted } from '../core/errors.js';
import { Handle } from '../core/handle.js';
import { yieldToEvents } from '../core/yield.js';

/**
 * @typedef {import('../core/pipeline.js').Tensor} Tensor
 * @typedef {import('../core/core.js').Core} Core
 */

/** An idle network that holds more than this is let go after a while; smaller ones stay ready. */
const restBytes = 64e6,
  idleMs = 30000;
/** Work between two turns for messages, million multiply-adds: 5 to 20 ms. */
const sliceMmacs = 150;
/** @typedef {'auto' | 'f32' | 'i16' | 'record'} Arithmetic record: f32, and `ranges` afterwards */

export class CEngine {
  name = /** @type {const} */ ('c');

  /**
   * @param {{ newCore: () => Promise<Core>, arithmetic?: Arithmetic }} parts
   *   newCore: another instance of cutaway.wasm
   */
  constructor({ newCore, arithmetic = 'auto' }) {
    this.newCore = newCore;
    this.arithmetic = arithmetic;
    /** @type {Handle | null} */ this.net = null;
    /** @type {Uint8Array | null} */ this.model = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.idle = undefined;
  }

  /**
   * @param {Uint8Array} modelBytes an ONNX file
   * @param {any} manifest
   * @returns {Promise<void>} bad_model, unsupported_model, out_of_memory
   */
  async load(modelBytes, manifest) {
    this.model = modelBytes;
    this.manifest = manifest;
    const core = await this.newCore();
    try {
      this.net = this.read(core, modelBytes);
    } catch (error) {
      core.end();
      throw error;
    }
  }

  /** @param {Core} core @param {Uint8Array} modelBytes @returns {Handle} */
  read(core, modelBytes) {
    const { manifest } = this;
    const net = new Handle(core, 'cut_net', { stage: 'load', noMemory: 'No memory for a network.' });
    const isRecord = this.arithmetic === 'record';
    if (isRecord) net.get('record', 1);
    const [width, height] = manifest.input.size;
    const output = new TextEncoder().encode(manifest.output?.name ?? '');
    core.withBytes(modelBytes, (bytes, size) =>
      core.withBytes(output, (name, length) =>
        net.call(
          'load',
          'load',
          bytes,
          size,
          width,
          height,
          core.abi.numbers.arithmetic[isRecord ? 'f32' : this.arithmetic],
          name,
          length,
        ),
      ),
    );
    return net;
  }

  /** That work on a run. */
  get threads() {
    return this.net?.core.threads ?? 1;
  }

  /** Multiply-adds of one run. */
  get macs() {
    return (this.net?.get('kmacs') ?? 0) * 1000;
  }

  /** Peak of the bytes allocated for the network: weights, feature maps and, while it was loaded, the file. */
  get peakBytes() {
    return this.net?.core.peakBytes ?? 0;
  }

  /** What it does, step by step: see cut_net_plan_json(). @returns {string} JSON; "" before load() */
  get plan() {
    return this.net?.text('plan_json') ?? '';
  }

  /** After runs with the arithmetic 'record': see cut_net_ranges(). @returns {string} */
  get ranges() {
    return this.net?.text('ranges') ?? '';
  }

  /**
   * A network that was let go is loaded again first.
   *
   * @param {Tensor} input [1][3][height][width], or as many planes as the manifest says
   * @param {{ signal?: AbortSignal, onProgress?: (share: number) => void }} [more]
   * @returns {Promise<Tensor>}
   */
  async run(input, { signal, onProgress } = {}) {
    throwIfAborted(signal, 'infer');
    clearTimeout(this.idle);
    /** @type {(() => void) | undefined} */ let letGo;
    try {
      if (!this.net) await this.load(/** @type {Uint8Array} */ (this.model), this.manifest);
      const net = /** @type {Handle} */ (this.net);
      letGo = net.core.keepHelp();
      this.begin(net, input);
      for (;;) {
        net.call('infer', 'step', sliceMmacs);
        const share = net.get('progress') / 1000;
        onProgress?.(share);
        if (share === 1) return this.output(net);
        await yieldToEvents();
        if (signal?.aborted) throw aborted('infer');
      }
    } catch (error) {
      if (this.net?.core.crashed) this.release();
      throw error;
    } finally {
      letGo?.();
      this.rest();
    }
  }

  /** Wasm memory never shrinks: a large instance that is not used is dropped whole. */
  rest() {
    if (!this.net || this.net.core.heapBytes <= restBytes) return;
    this.idle = setTimeout(() => this.release(), idleMs);
    /** @type {any} */ (this.idle).unref?.();
  }

  /** Gives the memory back: the instance goes; the next run loads the model anew. */
  release() {
    clearTimeout(this.idle);
    this.net?.core.end();
    this.net = null;
  }

  /** @param {Handle} net @param {Tensor} input */
  begin(net, { data }) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    net.core.withBytes(bytes, (pointer) => net.call('infer', 'begin', pointer, data.length));
  }

  /** @param {Handle} net @returns {Tensor} a copy: one map, or the manifest's planes */
  output(net) {
    const [channels, height, width] = [1, 2, 3].map((dimension) => net.get('dim', 1, dimension));
    const planes = this.manifest.output?.planes ?? 1;
    if (channels !== planes) {
      throw new CutawayError('inference_failed', 'The model failed while running.', {
        detail: `The model answered [1,${channels},${height},${width}], not ${planes === 1 ? 'one map' : `${planes} planes`}.`,
        stage: 'infer',
      });
    }
    const at = net.get('output');
    const data = new Float32Array(net.core.exports.memory.buffer, at, planes * width * height).slice();
    return { data, width, height };
  }

  /**
   * Time of each step of a run on an input, for benchmarks.
   *
   * @param {Tensor} input
   * @param {number} [runs] the fastest of so many counts
   * @returns {{ steps: { op: string, kernel: string, name: string, shape: number[], bytes: number, type: string, ms: number,
   *   macs: number }[] }}
   */
  profile(input, runs = 5) {
    const { steps } = JSON.parse(this.plan);
    const net = /** @type {Handle} */ (this.net);
    /** @type {number[]} */
    const best = steps.map(() => Infinity);
    // what stays the same from run to run would not be made again
    const other = { ...input, data: input.data.map((value) => 0.5 - value) };
    for (let run = 0; run < runs; run++) {
      this.begin(net, run % 2 ? other : input);
      for (let i = 0; i < steps.length; i++) {
        const from = performance.now();
        net.call('infer', 'step', 0);
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
