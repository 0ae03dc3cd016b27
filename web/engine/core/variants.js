// Which build of the core runs here: the one place that knows. All have the
// same exports and give the same bits.
import { loadCore } from './core.js';
import { Threads } from './threads.js';

/** @typedef {import('./core.js').Core} Core */

/**
 * What a place offers.
 *
 * @typedef {object} Place
 * @property {number} threads that an engine may use, 1: memory cannot be shared, or there is one core, or others use them
 * @property {(file: string) => Promise<WebAssembly.Module>} compile of variants
 * @property {() => import('../backends/ort.js').WorkerLike} spawnHelper a worker that runs hostHelp()
 */

/**
 * @typedef {object} Variant
 * @property {string} name
 * @property {string} file beside the engine
 * @property {(place: Place) => boolean} fits
 * @property {(module: WebAssembly.Module, place: Place) => () => Promise<Core>} cores makes instances
 */

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
    name: 'base',
    file: 'cutaway.wasm',
    fits: () => true,
    cores: (module) => () => loadCore(module),
  },
];

/**
 * The first instance, and how to make others. A variant that cannot be had or
 * does not start gives way to the next.
 *
 * @param {Place} place
 * @returns {Promise<{ core: Core, newCore: () => Promise<Core> }>}
 */
export async function openCore(place) {
  const fitting = variants.filter(({ fits }) => fits(place));
  for (const { file, cores } of fitting.slice(0, -1)) {
    try {
      const newCore = cores(await place.compile(file), place);
      return { core: await newCore(), newCore };
    } catch {
      // an old deployment without the file, a browser that shares less memory than this needs
    }
  }
  const last = fitting[fitting.length - 1];
  const newCore = last.cores(await place.compile(last.file), place);
  return { core: await newCore(), newCore };
}
