// Encoders of the codecs' packages, which only tests use.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
/** @param {'avif' | 'jxl' | 'webp'} name */
export async function encoder(name) {
  const dir = dirname(require.resolve(`@jsquash/${name}/package.json`));
  const [{ default: factory }, { defaultOptions }, wasm] = await Promise.all([
    import(pathToFileURL(join(dir, `codec/enc/${name}_enc.js`)).href),
    import(pathToFileURL(join(dir, 'meta.js')).href),
    readFile(join(dir, `codec/enc/${name}_enc.wasm`)).then((bytes) => WebAssembly.compile(bytes)),
  ]);
  const module = await factory({
    noInitialRun: true,
    instantiateWasm(/** @type {any} */ imports, /** @type {any} */ done) {
      const instance = new WebAssembly.Instance(wasm, imports);
      done(instance);
      return instance.exports;
    },
  });
  return (/** @type {Uint8ClampedArray} */ rgba, /** @type {number} */ w, /** @type {number} */ h, more = {}) =>
    /** @type {Uint8Array} */ (module.encode(new Uint8Array(rgba.buffer), w, h, { ...defaultOptions, ...more }));
}
