// The public functions on top of a client, the same in a page and in Node.
import { CutawayError, failure, throwIfAborted } from './core/errors.js';

/**
 * @typedef {import('./core/pipeline.js').Options} Options
 * @typedef {import('./core/pipeline.js').Shadow} Shadow
 * @typedef {import('./core/pipeline.js').Outline} Outline
 * @typedef {import('./core/pipeline.js').Canvas} Canvas
 * @typedef {import('./core/pipeline.js').OnProgress} OnProgress
 * @typedef {import('./core/retouch.js').State} State
 * @typedef {import('./core/retouch.js').Brush} Brush
 * @typedef {{ signal?: AbortSignal, onProgress?: OnProgress }} More
 * @typedef {Blob | ArrayBuffer | Uint8Array | string | URL} Input a picture, or where it is
 *
 * @typedef {object} Report
 * @property {string | null} input name of a File, or the URL
 * @property {string | null} output
 * @property {number} width of the result, pixels
 * @property {number} height
 * @property {'png' | 'jpeg' | 'webp'} format
 * @property {number} bytes of the result
 * @property {string} model name and version
 * @property {'c' | 'ort' | 'none'} engine none: with a given matte
 * @property {number} threads
 * @property {string} [engine_note] why another engine than the first choice ran
 * @property {{ format: string, width: number, height: number, orientation: number, bytes: number, icc_bytes: number,
 *   alpha: boolean }} photo the input, upright
 * @property {{ found: boolean, coverage: number, box: [number, number, number, number] }} subject coverage: mean
 *   alpha, 0..1; box: x, y, w, h of alpha >= 50 %; found false: the picture shows none, and the result is clear
 * @property {Record<string, number>} timings_ms load, decode, prepare, infer, matte, refine, foreground, compose,
 *   encode, total
 * @property {number} peak_heap_bytes what the core and engine c had allocated at most
 */

/**
 * @param {Input} input
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob>}
 */
async function toBlob(input, signal) {
  if (input instanceof Blob) return input;
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) return new Blob([/** @type {BlobPart} */ (input)]);
  try {
    const response = await fetch(input, { signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await response.blob();
  } catch (error) {
    throwIfAborted(signal, 'fetch');
    throw failure('fetch_failed', `${input}: ${/** @type {Error} */ (error).message}`, 'fetch');
  }
}

/** @param {Input} input @returns {string | null} */
function nameOf(input) {
  if (typeof input === 'string' || input instanceof URL) return String(input);
  return /** @type {any} */ (input).name ?? null;
}

/** A picture that the worker holds. */
class Held {
  /** @param {import('./client.js').EngineClient} client @param {number} number */
  constructor(client, number) {
    this.client = client;
    this.number = number;
  }

  /** @param {string} call @param {...unknown} args */
  async ask(call, ...args) {
    return this.client.ask('held', { number: this.number, call, args });
  }

  /** Gives the memory back. */
  async close() {
    await this.ask('close').catch(() => {});
  }
}

/** A retouch in the worker: the methods of retouch.js from this side. */
export class Retouching extends Held {
  /** @param {import('./client.js').EngineClient} client @param {number} number @param {State} state */
  constructor(client, number, state) {
    super(client, number);
    this.state = state;
  }

  /** @param {string} call @param {...unknown} args @returns {Promise<State>} */
  async change(call, ...args) {
    this.state = await this.ask(call, ...args);
    return this.state;
  }

  /** A stroke begins; draw() goes on, end() makes it one step of undo. @param {number} x @param {number} y @param {Brush} brush */
  begin(x, y, brush) {
    return this.change('begin', x, y, brush);
  }

  /** @param {number[]} points x, y, x, y, .. */
  draw(points) {
    return this.change('draw', points);
  }

  end() {
    return this.change('end');
  }

  /** Drops the object there, or takes it back. @param {number} x @param {number} y */
  toggle(x, y) {
    return this.change('toggle', x, y);
  }

  undo() {
    return this.change('undo');
  }

  redo() {
    return this.change('redo');
  }

  /** The separate objects, largest first. @returns {Promise<import('./core/retouch.js').Part[]>} */
  objects() {
    return this.ask('objects');
  }

  /** What lies in a window, straight RGBA. @param {import('./core/retouch.js').Window} window @returns {Promise<{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number }>} */
  async view(window) {
    const { bytes, width, height } = await this.ask('view', window);
    return { data: new Uint8ClampedArray(bytes.buffer), width, height };
  }

  /** The matte as it is. @returns {Promise<Blob>} a grey PNG of the photo's size */
  async matte() {
    const { bytes, type } = await this.ask('matte');
    return new Blob([bytes], { type });
  }
}

/** A preview in the worker: how the cut-out of one photo looks with any options. One call at a time. */
export class Previewing extends Held {
  /** @type {unknown} the picture behind that the worker has */ behind = undefined;

  /**
   * @param {Options} options as of removeBackground()
   * @param {number} [side] of the picture, the longer one, at most
   * @returns {Promise<{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number, full: [number, number] }>}
   *   straight RGBA; full: the size of the result itself
   */
  async show({ background, model: _model, engine: _engine, matte: _matte, ...options }, side = 1280) {
    const isPicture = background !== undefined && typeof background !== 'string';
    const isNew = isPicture && background !== this.behind;
    const { bytes, ...shown } = await this.ask('show', { ...options, background: isPicture ? 'image' : background }, side,
      isNew ? await toBlob(background) : undefined);
    if (isNew) this.behind = background;
    return { data: new Uint8ClampedArray(bytes.buffer), ...shown };
  }
}

/** @param {import('./client.js').EngineClient} client */
export function createApi(client) {
  /**
   * Cuts the subject of a photo out.
   *
   * @param {Input} input JPEG, PNG, WebP, BMP or GIF
   * @param {Options & More} [options]
   * @returns {Promise<{ blob: Blob, report: Report }>}
   * @throws {CutawayError}
   */
  async function removeBackground(input, { signal, onProgress, background, matte, ...options } = {}) {
    const picture = background !== undefined && typeof background !== 'string' ? await toBlob(background, signal) : undefined;
    const { bytes, type, report } = await client.ask('remove', {
      input: await toBlob(input, signal),
      background: picture,
      matte: matte && await toBlob(/** @type {Input} */ (matte), signal),
      options: picture ? options : { ...options, background },
    }, { signal, onProgress });
    return { blob: new Blob([bytes], { type }), report: { ...report, input: nameOf(input) } };
  }

  return {
    removeBackground,

    /**
     * The matte alone, as an opaque grey picture.
     *
     * @param {Input} input
     * @param {Options & More} [options]
     */
    segment: (input, options = {}) => removeBackground(input, { ...options, mask: true }),

    /**
     * Begins to retouch a photo's matte: the model's, or `matte`. What it
     * gives in the end is the option `matte` of removeBackground().
     *
     * @param {Input} input
     * @param {Pick<Options, 'model' | 'engine' | 'matte'> & More} [options]
     * @returns {Promise<Retouching>} to be closed by its user
     */
    async retouch(input, { signal, onProgress, matte, ...options } = {}) {
      const { retouch, ...state } = await client.ask('retouch', {
        input: await toBlob(input, signal), matte: matte && await toBlob(/** @type {Input} */ (matte), signal), options,
      }, { signal, onProgress });
      return new Retouching(client, retouch, state);
    },

    /**
     * Holds a photo and its matte, the model's or `matte`, so that any options
     * can be seen at once.
     *
     * @param {Input} input
     * @param {Pick<Options, 'model' | 'engine' | 'matte'> & More} [options]
     * @returns {Promise<Previewing>} to be closed by its user
     */
    async preview(input, { signal, onProgress, matte, ...options } = {}) {
      const { preview } = await client.ask('preview', {
        input: await toBlob(input, signal), matte: matte && await toBlob(/** @type {Input} */ (matte), signal), options,
      }, { signal, onProgress });
      return new Previewing(client, preview);
    },

    /**
     * Loads engine and model ahead of the first picture.
     *
     * @param {Pick<Options, 'model' | 'engine'> & More} [options]
     * @returns {Promise<{ model: string, engine: string }>}
     */
    preload: ({ signal, onProgress, ...options } = {}) => client.ask('preload', { options }, { signal, onProgress }),

    /**
     * The same picture in another format; JPEG is flattened on white or `background`.
     *
     * @param {Input} input
     * @param {Pick<Options, 'format' | 'quality' | 'background'> & More} [options]
     * @returns {Promise<{ blob: Blob, width: number, height: number, format: string }>}
     */
    async convert(input, { signal, ...options } = {}) {
      const { bytes, type, report } = await client.ask('convert', { input: await toBlob(input, signal), options }, { signal });
      return { blob: new Blob([bytes], { type }), width: report.width, height: report.height, format: report.format };
    },

    /**
     * Format and upright size, from the header.
     *
     * @param {Input} input
     * @param {More} [more]
     * @returns {Promise<{ format: string, width: number, height: number }>}
     */
    probe: async (input, { signal } = {}) => client.ask('probe', { input: await toBlob(input, signal) }, { signal }),

    /** The core's own lists: statuses, limits, options. @returns {Promise<import('./core/core.js').Abi>} */
    abi: () => client.ask('abi', {}),

    /** Ends the worker; running jobs fail with "aborted". The next call starts anew. */
    dispose: () => client.dispose(),
  };
}

export { CutawayError };
