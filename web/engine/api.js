// The public functions on top of a client, the same in a page and in Node.
import { CutawayError, failure, throwIfAborted } from './core/errors.js';
import { pickCalls, previewCalls, retouchCalls } from './core/held-calls.js';

/**
 * @typedef {import('./core/pipeline.js').Options} Options
 * @typedef {import('./core/pipeline.js').Shadow} Shadow
 * @typedef {import('./core/pipeline.js').Outline} Outline
 * @typedef {import('./core/pipeline.js').Canvas} Canvas
 * @typedef {import('./core/pipeline.js').OnProgress} OnProgress
 * @typedef {import('./core/pipeline.js').Prompt} Prompt
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
 * @property {'c' | 'ort' | 'none'} engine none: with a given matte, or where no model is needed
 * @property {number} threads
 * @property {'base' | 'threads' | 'relaxed'} core the build of the core: relaxed makes another matte than the others, hardly to be seen
 * @property {string} [engine_note] why another engine than the first choice ran
 * @property {{ format: string, width: number, height: number, orientation: number, bytes: number, icc_bytes: number,
 *   alpha: boolean, partial?: string, decoder: string, note?: string }} photo the input, upright; partial: "N of M rows"; decoder: "core", "browser" or a codec's
 *   name; note: what that way of decoding lost
 * @property {{ found: boolean, kind: 'photo' | 'graphic', given: boolean, coverage: number, confidence: number,
 *   box: [number, number, number, number] }} subject coverage: mean alpha, 0..1; confidence: how sure the model is of what
 *   the subject is, as the overlap with the truth that such answers have on average, 0..1; box: x, y, w, h of alpha >= 50 %;
 *   found false: the picture shows none, and the result is clear; graphic: keyed by its ground; given: cut out already
 * @property {{ scale: number, head: [number, number, number] | null }} placed scale: pixels of the result per pixel of the
 *   photo; head: x, top, chin on the result, where a canvas such as "passport" goes by it and there is one
 * @property {'found' | 'none' | 'unsmooth' | null} natural the photo's own shadow: none where the ground is as light beside the subject,
 *   unsmooth where it cannot be told from the ground's pattern; null when it was not asked for
 * @property {Record<string, number>} timings_ms load, decode, prepare, infer, matte, refine, detail, foreground,
 *   compose, encode, total
 * @property {number} peak_heap_bytes what the core and engine c had allocated at most
 * @property {{ tiles: number, side: number, model?: string, error?: { code: string, detail: string } } | null} detail
 *   what the detail network was shown, and the longer side of the photo that it saw at the end; error: why it could not
 *   be had, and the matte is as with effort fast; null: there was nothing to look for, or effort is fast
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

/** What an answer becomes, by the words of held-calls.js. @type {Record<'pixels' | 'file', (value: any) => unknown>} */
const answers = {
  pixels: ({ bytes, ...rest }) => ({ data: new Uint8ClampedArray(bytes.buffer), ...rest }),
  file: ({ bytes, type }) => new Blob([bytes], { type }),
};

/** A picture that the worker holds. */
class Held {
  /** @param {import('./client.js').EngineClient} client @param {number} number */
  constructor(client, number) {
    this.client = client;
    this.number = number;
  }

  /** @param {string} call @param {...unknown} args */
  async ask(call, ...args) {
    return this.client.ask('call', { number: this.number, call, args });
  }

  /** Gives the memory back. */
  async close() {
    await this.ask('close').catch(() => {});
  }
}

/**
 * The calls of a list, from this side of the boundary.
 *
 * @template {object} Target the class in the worker
 * @template {object} List of held-calls.js
 * @typedef {{ [call in keyof Target as call extends keyof List ? call : never]: Target[call] extends (...args: infer Args) => infer Value
 *   ? (...args: Args) => Promise<Answered<List[call & keyof List], Awaited<Value>>> : never }} Calls
 */

/**
 * @template Word
 * @template Value
 * @typedef {Word extends 'pixels' ? Omit<Value, 'bytes'> & { data: Uint8ClampedArray<ArrayBuffer> } : Word extends 'file' ? Blob : Value} Answered
 */

/** @typedef {Held & { state: State } & Calls<import('./core/retouch.js').Retouch, typeof retouchCalls>} Retouching a retouch in the worker */

/**
 * @param {import('./client.js').EngineClient} client
 * @param {{ number: number, state: State }} begun
 * @returns {Retouching}
 */
function retouching(client, { number, state }) {
  const held = Object.assign(new Held(client, number), { state });
  return Object.assign(
    held,
    /** @type {any} */ (
      Object.fromEntries(
        Object.entries(retouchCalls).map(([call, word]) => [
          call,
          async (/** @type {unknown[]} */ ...args) => {
            const value = await held.ask(call, ...args);
            if (word === 'state') held.state = value;
            return word === 'pixels' || word === 'file' ? answers[word](value) : value;
          },
        ]),
      )
    ),
  );
}

/** A preview in the worker: how the cut-out of one photo looks with any options. One call at a time. */
export class Previewing extends Held {
  /** @type {unknown} the background image that the worker has */ backgroundImage = undefined;

  /**
   * @param {Options} options as of removeBackground()
   * @param {number} [side] of the picture, the longer one, at most
   * @returns {Promise<Answered<typeof previewCalls.show, import('./core/preview.js').Shown>>}
   *   straight RGBA; full: the size of the result itself
   */
  async show({ background, model: _model, engine: _engine, matte: _matte, ...options }, side = 1280) {
    const isImage = background !== undefined && typeof background !== 'string';
    const isNew = isImage && background !== this.backgroundImage;
    const shown = await this.ask(
      'show',
      { ...options, background: isImage ? 'image' : background },
      side,
      isNew ? await toBlob(background) : undefined,
    );
    if (isNew) this.backgroundImage = background;
    return /** @type {any} */ (answers[previewCalls.show](shown));
  }
}

/** A photo in the worker while somebody points at what is meant. One call at a time. */
export class PickSession extends Held {
  /**
   * What is meant by all clicks so far, at the model's resolution over all of the photo: data 0..255, [height][width].
   * The same prompt is the option `pick` of removeBackground().
   *
   * @param {import('./core/pipeline.js').Prompt} prompt
   * @returns {Promise<Answered<typeof pickCalls.show, import('./core/picking.js').Meant>>}
   */
  async show(prompt) {
    return /** @type {any} */ (answers[pickCalls.show](await this.ask('show', prompt)));
  }
}

/** The functions of index.js and node.js on one client. @param {import('./client.js').EngineClient} client */
export function createApi(client) {
  /**
   * A photo and its matte, to be held by the worker.
   *
   * @param {'retouch' | 'preview' | 'pick'} type
   * @param {Input} input
   * @param {Pick<Options, 'model' | 'engine' | 'matte'> & More} options
   * @returns {Promise<any>}
   */
  async function hold(type, input, { signal, onProgress, matte, ...options }) {
    return client.ask(
      type,
      {
        input: await toBlob(input, signal),
        matte: matte && (await toBlob(/** @type {Input} */ (matte), signal)),
        options,
      },
      { signal, onProgress },
    );
  }

  /**
   * Cuts the subject of a photo out.
   *
   * @param {Input} input JPEG, PNG, WebP, BMP, GIF, AVIF, HEIC, TIFF, JPEG XL, ICO; in a page what the browser shows, too
   * @param {Options & More} [options]
   * @returns {Promise<{ blob: Blob, report: Report, matte?: Blob }>} matte: with `keepMatte`, for the option `matte` of later calls
   * @throws {CutawayError}
   */
  async function removeBackground(input, { signal, onProgress, background, matte, ...options } = {}) {
    const picture =
      background !== undefined && typeof background !== 'string' ? await toBlob(background, signal) : undefined;
    const {
      bytes,
      type,
      report,
      matte: made,
    } = await client.ask(
      'remove',
      {
        input: await toBlob(input, signal),
        background: picture,
        matte: matte && (await toBlob(/** @type {Input} */ (matte), signal)),
        options: picture ? options : { ...options, background },
      },
      { signal, onProgress },
    );
    return {
      blob: new Blob([bytes], { type }),
      report: { ...report, input: nameOf(input) },
      ...(made && { matte: new Blob([made], { type: 'image/png' }) }),
    };
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
    retouch: async (input, options = {}) => retouching(client, await hold('retouch', input, options)),

    /**
     * Holds a photo and its matte, the model's or `matte`, so that any options
     * can be seen at once.
     *
     * @param {Input} input
     * @param {Pick<Options, 'model' | 'engine' | 'matte'> & More} [options]
     * @returns {Promise<Previewing>} to be closed by its user
     */
    preview: async (input, options = {}) => new Previewing(client, (await hold('preview', input, options)).number),

    /**
     * Holds a photo, so that somebody can point at what is meant and see it at once. The model for it is fetched now.
     *
     * @param {Input} input
     * @param {Pick<Options, 'model' | 'engine'> & More} [options] model: another one of prompts
     * @returns {Promise<PickSession>} to be closed by its user
     */
    pick: async (input, options = {}) => new PickSession(client, (await hold('pick', input, options)).number),

    /**
     * Loads engine and model ahead of the first picture.
     *
     * @param {Pick<Options, 'model' | 'engine' | 'effort'> & More} [options] the detail network comes behind,
     *   not waited for; not at all with effort fast
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
      const { bytes, type, report } = await client.ask(
        'convert',
        { input: await toBlob(input, signal), options },
        { signal },
      );
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
