// What is loaded of a codec's package, and when: its files, once they are
// needed. One that is not there (left out of a site, or no network) is asked
// for again the next time.
import { failure } from '../errors.js';

/**
 * @typedef {object} Files of a package, by path in it
 * @property {(path: string) => Promise<any>} module
 * @property {(path: string) => Promise<WebAssembly.Module>} wasm
 */

/**
 * A thing that is made once; a failure is tried again.
 *
 * @template T
 * @param {() => Promise<T>} make
 * @returns {() => Promise<T>}
 */
export function once(make) {
  /** @type {Promise<T> | undefined} */ let making;
  return () => {
    making ??= make().catch((error) => {
      making = undefined;
      throw failure('needs_codec', error instanceof Error ? error.message : String(error));
    });
    return making;
  };
}

/**
 * An Emscripten module: its factory and its wasm, which it must not fetch
 * itself.
 *
 * @param {Files} files
 * @param {string} path without its ending
 * @returns {() => Promise<any>}
 */
export const emscripten = (files, path) =>
  once(async () => {
    const [{ default: factory }, wasm] = await Promise.all([files.module(`${path}.js`), files.wasm(`${path}.wasm`)]);
    return factory({
      noInitialRun: true,
      instantiateWasm(/** @type {any} */ imports, /** @type {any} */ done) {
        const instance = new WebAssembly.Instance(wasm, imports);
        done(instance);
        return instance.exports;
      },
    });
  });
