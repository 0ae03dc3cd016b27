// Which build of the core runs here: the one place that knows. All have the
// same exports; with threads the bits are those of the baseline, with relaxed
// SIMD its tolerance is docs/decisions/c-inference.md's.
import { loadCore } from './core.js';
import { Threads } from './threads.js';

/** @typedef {import('./core.js').Core} Core */

/**
 * What a place offers.
 *
 * @typedef {object} Place
 * @property {number} threads that an engine may use, 1: memory cannot be shared, or there is one core, or others use them
 * @property {(file: string) => boolean} [has] whether a file of variants can be there; default: all can
 * @property {boolean} [exact] only what gives the bits of the baseline
 * @property {(file: string) => Promise<WebAssembly.Module>} compile of variants
 * @property {() => import('../backends/ort.js').WorkerLike} spawnHelper a worker that runs hostHelp()
 */

/**
 * @typedef {object} Variant
 * @property {'threads' | 'relaxed' | 'base'} name
 * @property {string} file beside the engine
 * @property {(place: Place) => boolean} fits
 * @property {(module: WebAssembly.Module, place: Place) => () => Promise<Core>} cores makes instances
 */

/**
 * (func (export "dot") (param i32 i32) (result i32) …): both as bytes in all
 * lanes, i32x4.relaxed_dot_i8x16_i7x16_add_s of them, lane 0.
 */
const dot = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 3, 2, 1, 0],
  ...[7, 7, 1, 3, 0x64, 0x6f, 0x74, 0, 0, 10, 22, 1, 20, 0, 0x20, 0, 0xfd, 0x0f, 0x20, 1, 0xfd, 0x0f],
  ...[0x41, 0, 0xfd, 0x11, 0xfd, 0x93, 2, 0xfd, 0x1b, 0, 0x0b],
);

/**
 * Whether it is x64's VPDPBUSD, from what it answers beyond 7 bits: a whole sum, the second operand unsigned. One that is put
 * together of others is slower than the baseline, and saturates or wraps at 16 bits on the way. What has both operands signed
 * (arm64's SDOT, VPDPBSSD) is left to the baseline, too, until it has been measured.
 *
 * @param {(a: number, b: number) => number} of four products a * b
 */
export const isFast = (of) => of(127, 255) === 4 * 127 * 255;

/** Whether this browser makes four products of bytes and their sum by one instruction. */
export function hasByteDots() {
  try {
    if (!WebAssembly.validate(dot)) return false;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(dot));
    return isFast(/** @type {any} */ (exports.dot));
  } catch {
    return false; // a policy without wasm: the baseline will say so
  }
}

/** The best that fits is fetched, and no other. @type {Variant[]} */
export const variants = [
  {
    name: 'threads',
    file: 'cutaway-threads.wasm',
    fits: ({ threads }) => threads > 1 && typeof SharedArrayBuffer === 'function',
    cores(module, { threads, spawnHelper }) {
      const crew = new Threads(module, threads, spawnHelper);
      return () => crew.load();
    },
  },
  {
    name: 'relaxed',
    file: 'cutaway-relaxed.wasm',
    fits: ({ exact }) => !exact && hasByteDots(),
    cores: (module) => () => loadCore(module),
  },
  {
    name: 'base',
    file: 'cutaway.wasm',
    fits: () => true,
    cores: (module) => () => loadCore(module),
  },
];

/** An instance that knows what it is of. @param {Variant} variant @param {Place} place @returns {Promise<() => Promise<Core>>} */
async function coresOf({ name, file, cores }, place) {
  const newCore = cores(await place.compile(file), place);
  return async () => Object.assign(await newCore(), { variant: name });
}

/**
 * The first instance, and how to make others. A variant that cannot be had or
 * does not start gives way to the next.
 *
 * @param {Place} place
 * @returns {Promise<{ core: Core, newCore: () => Promise<Core> }>}
 */
export async function openCore(place) {
  const fitting = variants.filter(({ file, fits }) => (place.has?.(file) ?? true) && fits(place));
  for (const variant of fitting.slice(0, -1)) {
    try {
      const newCore = await coresOf(variant, place);
      return { core: await newCore(), newCore };
    } catch {
      // an old deployment without the file, a browser that shares less memory than this needs
    }
  }
  const newCore = await coresOf(fitting[fitting.length - 1], place);
  return { core: await newCore(), newCore };
}
