// Who decodes a picture: the core where it can; then, step by step, whoever
// else reads the format: in a page the browser itself, and last a codec that is
// loaded for it. What the core refuses as damaged stays refused, since others
// show half pictures; what it only does not know goes up the ladder.
import { CutawayError, throwIfAborted } from '../errors.js';
import { fileInfo, jxlInfo } from './bmff.js';
import { tiffInfo } from './tiff-info.js';

/**
 * @typedef {import('../core.js').Job} Job
 *
 * @typedef {object} Pixels
 * @property {Uint8ClampedArray | Uint8Array} data RGBA, straight
 * @property {number} width
 * @property {number} height
 * @property {number} [orientation] EXIF 1..8, how they lie; default 1
 * @property {Uint8Array} [colours] what they mean: an ICC profile, or two bytes of ITU-T H.273; without: sRGB
 * @property {string} [note] what this way of decoding loses, for the report
 * @property {{ data: Uint8Array, profile: Uint8Array }} [inks] the same as CMYK, 255 for no ink, and what they look like
 *
 * @typedef {Pixels | { file: Uint8Array }} Decoded file: a picture that lies in it, which the core reads
 *
 * @typedef {(width: number, height: number) => void} CheckSize throws too_large
 *
 * @typedef {object} Rung
 * @property {string} name for the report
 * @property {(format: string) => boolean} reads whether it is worth a try; '' is a format that the core does not know
 * @property {(bytes: Uint8Array, format: string, info: import('./bmff.js').FileInfo, checkSize: CheckSize) =>
 *   Promise<Decoded | null>} decode null: it cannot, or not without a loss that a later one may spare; throws
 *   `needs_codec` when it is not there, anything else when the file is damaged
 *
 * @typedef {{ format: string, decoder: string, note?: string }} Way how a picture was decoded
 */

/** @param {string} format */
const nameOf = (format) => ({ webp: 'WebP', tiff: 'TIFF', jxl: 'JPEG XL' })[format] ?? format.toUpperCase();

/** What the core does not know another one may. @param {unknown} error */
const isForOthers = (error) =>
  error instanceof CutawayError && (error.code === 'unsupported_format' || error.code === 'unsupported_variant');

/** Why a codec gave up: a RangeError has read beyond the end of the file. @param {unknown} error */
function reasonOf(error) {
  if (error instanceof RangeError) return 'it ends early, or points beyond its end';
  return (error instanceof Error ? error.message : String(error)).replace(/\.+$/, '');
}

/**
 * One rung: what it decoded, or why it did not.
 *
 * @param {Rung} rung @param {Uint8Array} bytes @param {string} format @param {import('./bmff.js').FileInfo} info
 * @param {CheckSize} checkSize @param {(code: string, detail: string) => CutawayError} fail
 * @returns {Promise<Decoded | CutawayError | null>}
 */
async function tryRung(rung, bytes, format, info, checkSize, fail) {
  try {
    checkSize(info.width ?? 1, info.height ?? 1);
    return await rung.decode(bytes, format, info, checkSize);
  } catch (error) {
    if (error instanceof CutawayError) return fail(error.code, `${nameOf(format)}: ${error.detail}`);
    return fail('corrupt_image', `The ${nameOf(format)} file could not be decoded: ${reasonOf(error)}.`);
  }
}

/** For a result that keeps it. @param {Job} job @param {import('./bmff.js').FileInfo} info */
function keepMetadata(job, { exif, xmp, iptc }) {
  for (const [kind, bytes] of Object.entries({ exif, xmp, iptc }))
    if (bytes) job.metadata(/** @type {'exif' | 'xmp' | 'iptc'} */ (kind), bytes);
}

/** What a file says that only its codec can decode. @type {Record<string, (bytes: Uint8Array) => import('./bmff.js').FileInfo>} */
const infos = { avif: fileInfo, heic: fileInfo, jxl: jxlInfo, tiff: tiffInfo };

/** Where there is no colour engine, the core's own idea of inks is better than nothing. */
const unmanaged = 'the colours are only near those of its profile: what converts them could not be loaded';

/**
 * A picture whose profile is one of tables into a job, as sRGB.
 *
 * @param {Job} job @param {import('./cms.js').ToSrgb} toSrgb @param {'decode' | 'background'} name @param {Uint8Array} bytes
 * @returns {Promise<boolean | string>} false: it has none, or one that cannot be used; a text: the same, and why
 */
async function readDevice(job, toSrgb, name, bytes) {
  const device = job.device(name, bytes);
  if (!device) return false;
  const { width, height, orientation } = device;
  const data = await toSrgb(device).catch(() => undefined);
  if (!data) return data === undefined ? unmanaged : false;
  job.foreignPixels(name, { data, width, height, orientation }, bytes);
  return true;
}

/**
 * What a codec decoded, its inks by their profile, where there is a colour engine.
 *
 * @param {Decoded} decoded @param {import('./cms.js').ToSrgb} toSrgb @returns {Promise<Decoded>}
 */
async function withInks(decoded, toSrgb) {
  if ('file' in decoded || !decoded.inks) return decoded;
  const { inks, ...pixels } = decoded;
  const { width, height, orientation = 1 } = pixels;
  const data = await toSrgb({ ...inks, width, height, orientation, isCmyk: true }).catch(() => undefined);
  if (data) return { ...pixels, data };
  return data === undefined ? { ...pixels, note: unmanaged } : pixels;
}

/**
 * A picture into a job, by the first that can decode it.
 *
 * @param {Job} job
 * @param {Pick<import('../pipeline.js').Parts, 'rungs' | 'toSrgb'>} parts
 * @param {'decode' | 'background'} name the photo, or the picture behind it
 * @param {Uint8Array} bytes the file
 * @param {AbortSignal} [signal]
 * @returns {Promise<Way>}
 * @throws {CutawayError} the core's own; corrupt_image; needs_codec, which names the format
 */
export async function readPicture(job, { rungs, toSrgb }, name, bytes, signal) {
  const { core } = job;
  const format = core.sniff(bytes);
  const info = infos[format]?.(bytes) ?? { orientation: 1 };
  /** @type {unknown} */ let failed;
  try {
    const managed = await readDevice(job, toSrgb, name, bytes);
    if (managed === true || job.picture(name, bytes))
      return { format, decoder: 'core', note: typeof managed === 'string' ? managed : undefined };
  } catch (error) {
    if (!isForOthers(error)) throw error;
    failed = error;
  }
  /** As C says it, which of two files is at fault. @param {string} code @param {string} detail */
  const fail = (code, detail) => core.error(code, name === 'background' ? `The background: ${detail}` : detail, name);
  /** @type {CheckSize} */
  const checkSize = (width, height) => core.checkSize(width, height, name);
  const given = format === 'webp' ? job.forCodec(bytes) : bytes;
  for (const rung of rungs) {
    if (!rung.reads(format)) continue;
    const made = await tryRung(rung, given, format, info, checkSize, fail);
    throwIfAborted(signal, name);
    if (made instanceof CutawayError) {
      if (!isForOthers(failed)) failed = made; // what the core said of a format of its own says more
      continue;
    }
    if (!made) continue;
    const decoded = await withInks(made, toSrgb);
    if ('file' in decoded) job.picture(name, decoded.file);
    else if (format === 'webp' && !failed) job.picturePixels(name, decoded, bytes);
    else job.foreignPixels(name, decoded, bytes);
    if (name === 'decode') keepMetadata(job, info);
    return { format, decoder: rung.name, note: 'note' in decoded ? decoded.note : undefined };
  }
  if (failed) throw failed;
  throw fail('needs_codec', `${nameOf(format)} cannot be read here.`);
}
