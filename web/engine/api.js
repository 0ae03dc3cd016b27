// The public functions on top of a client, the same in a page and in Node.
import { CutawayError, failure, throwIfAborted } from './errors.js';

/**
 * @typedef {import('./pipeline.js').Options} Options
 * @typedef {import('./pipeline.js').Shadow} Shadow
 * @typedef {import('./pipeline.js').Outline} Outline
 * @typedef {import('./pipeline.js').Canvas} Canvas
 * @typedef {import('./pipeline.js').OnProgress} OnProgress
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
 * @property {'c' | 'ort'} engine
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
  async function removeBackground(input, { signal, onProgress, background, ...options } = {}) {
    const picture = background !== undefined && typeof background !== 'string' ? await toBlob(background, signal) : undefined;
    const { bytes, type, report } = await client.ask('remove', {
      input: await toBlob(input, signal),
      background: picture,
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

    /** The core's own lists: statuses, limits, options. @returns {Promise<import('./core.js').Abi>} */
    abi: () => client.ask('abi', {}),

    /** Ends the worker; running jobs fail with "aborted". The next call starts anew. */
    dispose: () => client.dispose(),
  };
}

export { CutawayError };
