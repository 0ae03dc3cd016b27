// The one wrapper of the C ABI (wasm/include/cutaway.h): loads the bare wasm, turns
// statuses into CutawayError, copies bytes in and out. A pointer or a view of
// linear memory never outlives one synchronous span: memory may move whenever
// C allocates. A trap poisons the instance; the worker is then replaced.
import { CutawayError } from './errors.js';
import { Handle } from './handle.js';

/**
 * @typedef {{ name: string, width: number, height: number, ratio: boolean, scale: number }} CanvasPreset ratio: the
 *   sides are of a ratio, not pixels
 * @typedef {{ type: string, scope?: string, default: unknown, words: string, values?: string[], min?: number, max?: number,
 *   min_percent?: number, max_percent?: number, max_px?: number, max_stops?: number, max_blur_percent?: number,
 *   keys?: Record<string, OptionInfo>, presets?: CanvasPreset[] }} OptionInfo
 *   a row of wasm/options/list.h, where the words are explained; keys: of an object
 * @typedef {{ abi: number, version: string, statuses: { status: number, code: string, fault: string, text: string }[],
 *   states: string[], limits: Record<string, number>, numbers: Record<string, Record<string, number>>,
 *   options: Record<string, OptionInfo> }} Abi
 */

const ABI = 3;

export class Core {
  /** Who wants help beyond the call it was opened in. */
  #keeping = 0;
  /** The build that it is of. @type {import('./variants.js').Variant['name']} */
  variant = 'base';

  /**
   * @param {WebAssembly.Instance} instance
   * @param {{ memory?: WebAssembly.Memory, help?: import('./threads.js').Help }} [shared] with threads: the memory that it
   *   imports, and who helps
   */
  constructor(instance, { memory, help } = {}) {
    /** @type {any} */ this.exports = memory ? { ...instance.exports, memory } : instance.exports;
    this.help = help;
    this.crashed = false;
    this.exports._initialize?.();
    /** @type {Abi} */ this.abi = JSON.parse(this.text(this.exports.cut_abi_json()));
    if (this.abi.abi !== ABI) throw new Error(`cutaway.wasm speaks ABI ${this.abi.abi}, not ${ABI}`);
    this.statuses = new Map(this.abi.statuses.map((status) => [status.status, status]));
  }

  /** @param {number} pointer of a terminated UTF-8 text */
  text(pointer) {
    const memory = new Uint8Array(this.exports.memory.buffer);
    const start = pointer >>> 0;
    return new TextDecoder().decode(memory.slice(start, memory.indexOf(0, start)));
  }

  /** Bytes copied out of linear memory. @param {number} pointer @param {number} size */
  copyOut(pointer, size) {
    return new Uint8Array(this.exports.memory.buffer, pointer >>> 0, size).slice();
  }

  /**
   * Calls `use` with the bytes in linear memory; they are freed afterwards.
   *
   * @template T
   * @param {Uint8Array | Uint8ClampedArray} bytes
   * @param {(pointer: number, size: number) => T} use
   * @returns {T}
   */
  withBytes(bytes, use) {
    if (bytes.length === 0) return use(0, 0);
    const pointer = this.guard(() => this.exports.cut_buffer_new(bytes.length)) >>> 0;
    if (!pointer) {
      throw this.error('out_of_memory', `No memory for ${bytes.length} bytes of input.`);
    }
    try {
      new Uint8Array(this.exports.memory.buffer).set(bytes, pointer);
      return use(pointer, bytes.length);
    } finally {
      if (!this.crashed) this.exports.cut_buffer_free(pointer);
    }
  }

  /**
   * Runs C; a trap becomes engine_crashed.
   *
   * @template T
   * @param {() => T} call
   * @param {string} [stage]
   * @returns {T}
   */
  guard(call, stage = '') {
    if (this.crashed) throw this.error('engine_crashed', 'The instance has crashed before.', stage);
    try {
      return call();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
      this.crashed = true;
      throw this.error('engine_crashed', error.message, stage);
    } finally {
      if (!this.#keeping || this.crashed) this.help?.close();
    }
  }

  /** How many threads it works with. */
  get threads() {
    return this.help?.count ?? 1;
  }

  /** Helpers stay at hand between calls. @returns {() => void} until this is called */
  keepHelp() {
    this.#keeping++;
    return () => {
      if (--this.#keeping === 0) this.help?.close();
    };
  }

  /** It is not used any more: nothing else is to hold its memory. */
  end() {
    this.help?.end();
  }

  /**
   * @param {string} code of the status list
   * @param {string} [detail]
   * @param {string} [stage]
   */
  error(code, detail = '', stage = '') {
    const known = this.abi.statuses.find((status) => status.code === code);
    return new CutawayError(code, known?.text ?? code, { detail, stage });
  }

  /**
   * The error for a status that C answered.
   *
   * @param {number} status
   * @param {number} message pointer of the sentence beside it
   * @param {string} stage
   */
  failure(status, message, stage) {
    return this.error(this.statuses.get(status)?.code ?? 'internal', this.text(message), stage);
  }

  /** What a file is by its content; "" when it is no picture. @param {Uint8Array} bytes @returns {string} */
  sniff(bytes) {
    return this.withBytes(bytes.subarray(0, 1024), (pointer, size) => this.text(this.exports.cut_sniff(pointer, size)));
  }

  /** Refuses what would be refused after it was decoded. @param {number} width @param {number} height @param {string} stage */
  checkSize(width, height, stage) {
    const { max_side: side, max_pixels: pixels } = this.abi.limits;
    if (width <= side && height <= side && width * height <= pixels) return;
    const detail = `The picture is ${width} x ${height}; at most ${side} pixels a side and ${pixels} in all are handled.`;
    throw this.error('too_large', detail, stage);
  }

  /** Refuses allocations above this many bytes; 0: no limit. @param {number} bytes */
  limitMemory(bytes) {
    this.exports.cut_memory_limit(bytes);
  }

  /** Bytes of linear memory: what the instance holds, never less than before. */
  get heapBytes() {
    return this.exports.memory.buffer.byteLength;
  }

  /** Peak of the bytes C had allocated since the last call of resetPeak(). */
  get peakBytes() {
    return this.exports.cut_peak_bytes() >>> 0;
  }

  resetPeak() {
    this.exports.cut_peak_reset();
  }

  get liveBlocks() {
    return this.exports.cut_live_blocks() >>> 0;
  }

  /** @returns {Job} to be freed by its user */
  newJob() {
    return new Job(this, 'cut_job', { noMemory: 'No memory for a job.' });
  }
}

/** One picture on its way through C. Methods throw CutawayError. */
export class Job extends Handle {
  /**
   * @param {string} stage
   * @param {string} name
   * @param {...number} args
   * @returns {boolean} false when the step belongs to a codec outside
   */
  step(stage, name, ...args) {
    try {
      this.call(stage, name, ...args);
      return true;
    } catch (error) {
      if (/** @type {CutawayError} */ (error).code !== 'needs_codec') throw error;
      return false;
    }
  }

  /**
   * @param {string} stage
   * @param {string} name
   * @param {Uint8Array} bytes
   */
  stepWith(stage, name, bytes) {
    return this.core.withBytes(bytes, (pointer, size) => this.step(stage, name, pointer, size));
  }

  /** @param {Record<string, unknown>} options as cut_job_options() takes them */
  options(options) {
    this.callWithJson('options', 'options', options);
  }

  /** @param {object} manifest of the model */
  manifest(manifest) {
    this.callWithJson('load', 'manifest', manifest);
  }

  /** Header only: size and format, or the error that decoding would give. @param {Uint8Array} bytes @returns {boolean} false: only its codec can read it */
  probe(bytes) {
    return this.stepWith('decode', 'probe', bytes);
  }

  /**
   * @param {'decode' | 'background'} name the photo or the picture behind it
   * @param {Uint8Array} bytes the file
   * @returns {boolean} false when a codec outside must decode it: then picturePixels()
   */
  picture(name, bytes) {
    return this.stepWith(name, name, bytes);
  }

  /** What a codec is given of a file: the first picture of an animation, or the file. @param {Uint8Array} bytes */
  forCodec(bytes) {
    const { core } = this;
    return core.withBytes(bytes, (file, size) => {
      const at = core.guard(() => this.get('first_picture', file, size), 'decode');
      return at ? core.copyOut(at, this.get('first_picture_size')) : bytes;
    });
  }

  /**
   * @param {'decode' | 'background'} name
   * @param {{ data: Uint8ClampedArray | Uint8Array, width: number, height: number }} pixels straight RGBA
   * @param {Uint8Array} bytes the file itself, for its EXIF and ICC
   */
  picturePixels(name, { data, width, height }, bytes) {
    this.core.withBytes(bytes, (file, size) =>
      this.core.withBytes(data, (rgba) => this.step(name, `${name}_pixels`, rgba, width, height, file, size)),
    );
  }

  /**
   * The same of a file that only its codec can read.
   *
   * @param {'decode' | 'background'} name
   * @param {import('./codecs/ladder.js').Pixels} pixels
   * @param {Uint8Array} bytes the file
   */
  foreignPixels(name, { data, width, height, orientation = 1, colours = new Uint8Array(0) }, bytes) {
    const { core } = this;
    core.withBytes(bytes, (file, size) =>
      core.withBytes(colours, (profile, profileSize) =>
        core.withBytes(data, (rgba) =>
          this.step(name, `${name}_foreign`, rgba, width, height, orientation, profile, profileSize, file, size),
        ),
      ),
    );
  }

  /**
   * A picture whose colours something outside has to convert, in the values of its device; null: the core can.
   *
   * @param {'decode' | 'background'} name
   * @param {Uint8Array} bytes
   * @returns {import('./codecs/cms.js').Device | null}
   */
  device(name, bytes) {
    const { core } = this;
    const found = core.withBytes(bytes, (file, size) =>
      core.guard(() => this.get('device', name === 'background' ? 1 : 0, file, size), name),
    );
    if (!found) return null;
    const [width, height] = [this.get('device_w'), this.get('device_h')];
    const device = {
      data: this.copy('device_pixels', width * height * 4),
      width,
      height,
      orientation: this.get('device_orientation'),
      profile: this.copy('device_profile', this.get('device_profile_size')),
      isCmyk: this.get('device_is_cmyk') === 1,
    };
    core.exports.cut_job_device_done(this.pointer);
    return device;
  }

  /** What the photo's codec found beside its pixels. @param {'exif' | 'xmp' | 'iptc'} kind @param {Uint8Array} bytes */
  metadata(kind, bytes) {
    const number = this.core.abi.numbers.metadata[kind];
    this.core.withBytes(bytes, (pointer, size) => this.step('decode', 'metadata', number, pointer, size));
  }

  /** DECODED or INFERRED: what somebody points at, as cut_job_pick() takes it. @param {object} prompt */
  pick(prompt) {
    this.callWithJson('pick', 'pick', prompt);
  }

  /** INFERRED: the matte at the model's size, a copy, 0..1. */
  map() {
    const [width, height] = [this.get('map_w'), this.get('map_h')];
    const at = this.get('map');
    return { data: new Float32Array(this.core.exports.memory.buffer, at, width * height).slice(), width, height };
  }

  /** @param {number} [planes] of the model @returns {{ data: Float32Array, width: number, height: number }} a copy of the input tensor [1][planes][h][w] */
  prepare(planes = 3) {
    this.step('prepare', 'prepare');
    const width = this.get('tensor_w');
    const height = this.get('tensor_h');
    const at = this.get('tensor');
    return {
      data: new Float32Array(this.core.exports.memory.buffer, at, planes * width * height).slice(),
      width,
      height,
    };
  }

  /** @param {{ data: Float32Array, width: number, height: number }} map the model's answer [h][w] */
  matte({ data, width, height }) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.core.withBytes(bytes, (pointer) => this.step('matte', 'matte', pointer, width, height));
  }

  /** After decoding: false when the picture says by itself what its subject is; then ownMatte(). */
  get needsModel() {
    return this.get('needs_model') === 1;
  }

  /** The matte of a picture that needs no model. */
  ownMatte() {
    this.step('matte', 'own_matte');
  }

  /** DECODED: whether a pass of the model is due; not when what was said last takes nothing more. */
  get needsPass() {
    return this.core.abi.states[this.get('state')] === 'decoded';
  }

  /** After matte(): whether the model should see a part of the photo, too; then prepare() gives it. */
  get hasNextPass() {
    return this.get('has_next_pass') === 1;
  }

  /** COMPOSED: a copy of the result's straight RGBA. */
  pixels() {
    const width = this.get('out_w');
    const height = this.get('out_h');
    const rgba = this.copy('pixels', width * height * 4);
    return { data: new Uint8ClampedArray(rgba.buffer), width, height };
  }

  get quality() {
    return this.get('quality');
  }

  /** DONE: a copy of the file. */
  bytes() {
    return this.copy('bytes', this.get('bytes_size'));
  }

  /** From REFINED on: a copy of the matte, [height][width] of the photo. */
  alpha() {
    return this.copy('alpha', this.get('in_w') * this.get('in_h'));
  }

  /** @returns {any} see cut_job_report_json() */
  report() {
    return JSON.parse(this.text('report_json'));
  }
}

/** What the module wants of its host. */
export const imports = { env: { emscripten_notify_memory_growth() {} } };

/**
 * @param {WebAssembly.Module} module cutaway.wasm
 * @returns {Promise<Core>}
 */
export async function loadCore(module) {
  return new Core(await WebAssembly.instantiate(module, imports));
}
