// Where the files beside the engine lie: in dist/, or where a bundler has put
// them. Bundlers find an address only when it is written out, each in its
// `new URL('…', import.meta.url)`; in dist/ the table is a long way to say "../".

/** @type {Record<string, URL>} */
const table = {
  'cutaway.wasm': new URL('../../cutaway.wasm', import.meta.url),
  'cutaway-threads.wasm': new URL('../../cutaway-threads.wasm', import.meta.url),
  'cutaway-relaxed.wasm': new URL('../../cutaway-relaxed.wasm', import.meta.url),
  'cms.wasm': new URL('../../cms.wasm', import.meta.url),
  'models/base/manifest.json': new URL('../../models/base/manifest.json', import.meta.url),
  'models/base/model.onnx': new URL('../../models/base/model.onnx', import.meta.url),
  'models/detail/manifest.json': new URL('../../models/detail/manifest.json', import.meta.url),
  'models/detail/model.onnx': new URL('../../models/detail/model.onnx', import.meta.url),
  'models/pick/manifest.json': new URL('../../models/pick/manifest.json', import.meta.url),
  'models/pick/model.onnx': new URL('../../models/pick/model.onnx', import.meta.url),
  'models/known.json': new URL('../../models/known.json', import.meta.url),
  'vendor/ort/ort.wasm.min.mjs': new URL('../../vendor/ort/ort.wasm.min.mjs', import.meta.url),
  'vendor/ort/ort-wasm-simd-threaded.mjs': new URL('../../vendor/ort/ort-wasm-simd-threaded.mjs', import.meta.url),
  'vendor/ort/ort-wasm-simd-threaded.wasm': new URL('../../vendor/ort/ort-wasm-simd-threaded.wasm', import.meta.url),
  'vendor/webp/codec/dec/webp_dec.js': new URL('../../vendor/webp/codec/dec/webp_dec.js', import.meta.url),
  'vendor/webp/codec/dec/webp_dec.wasm': new URL('../../vendor/webp/codec/dec/webp_dec.wasm', import.meta.url),
  'vendor/webp/codec/enc/webp_enc_simd.js': new URL('../../vendor/webp/codec/enc/webp_enc_simd.js', import.meta.url),
  'vendor/webp/codec/enc/webp_enc_simd.wasm': new URL(
    '../../vendor/webp/codec/enc/webp_enc_simd.wasm',
    import.meta.url,
  ),
  'vendor/avif/codec/dec/avif_dec.js': new URL('../../vendor/avif/codec/dec/avif_dec.js', import.meta.url),
  'vendor/avif/codec/dec/avif_dec.wasm': new URL('../../vendor/avif/codec/dec/avif_dec.wasm', import.meta.url),
  'vendor/jxl/codec/dec/jxl_dec.js': new URL('../../vendor/jxl/codec/dec/jxl_dec.js', import.meta.url),
  'vendor/jxl/codec/dec/jxl_dec.wasm': new URL('../../vendor/jxl/codec/dec/jxl_dec.wasm', import.meta.url),
  'vendor/heif/libheif-wasm/libheif-bundle.mjs': new URL(
    '../../vendor/heif/libheif-wasm/libheif-bundle.mjs',
    import.meta.url,
  ),
  'vendor/tiff/dist-browser/geotiff.js': new URL('../../vendor/tiff/dist-browser/geotiff.js', import.meta.url),
};

const here = import.meta.url;

/** @param {string} path in dist/; one that is not in the table is found in dist/ only */
export const at = (path) => (table[path] ?? new URL(`../../${path}`, here)).href;

/** Whether it was there when dist/ was made. @param {string} path in dist/ */
export const has = (path) => path in table;

/** A module as it is, past any bundler. @param {string} path in dist/ @returns {Promise<any>} */
export const load = (path) => import(/* webpackIgnore: true */ /* @vite-ignore */ at(path));
