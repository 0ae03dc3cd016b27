// WebP by libwebp (@jsquash/webp), in and out, loaded when a picture needs it.
// The codec's modules are used without the package's index: that one asks for
// a second package to choose between SIMD and none, and SIMD is what all of
// Cutaway runs on.

/** All of libwebp's WebPConfig (src/webp/encode.h, at its defaults), which the codec wants complete. */
const config = {
  quality: 75,
  target_size: 0,
  target_PSNR: 0,
  method: 4,
  sns_strength: 50,
  filter_strength: 60,
  filter_sharpness: 0,
  filter_type: 1,
  partitions: 0,
  segments: 4,
  pass: 1,
  show_compressed: 0,
  preprocessing: 0,
  autofilter: 0,
  partition_limit: 0,
  alpha_compression: 1,
  alpha_filtering: 1,
  alpha_quality: 100,
  lossless: 0,
  exact: 0,
  image_hint: 0,
  emulate_jpeg_size: 0,
  thread_level: 0,
  low_memory: 0,
  near_lossless: 100,
  use_delta_palette: 0,
  use_sharp_yuv: 0,
};

/**
 * The codec, whose two halves are loaded when they are needed.
 *
 * @param {{ module: (path: string) => Promise<any>, wasm: (path: string) => Promise<WebAssembly.Module> }} from
 *   modules and compiled wasm of the package by path, e.g. "codec/dec/webp_dec.js"
 * @returns {import('./pipeline.js').Parts['webp']}
 */
export function webpCodec(from) {
  /** @type {Map<string, Promise<any>>} */
  const loaded = new Map();

  /** One half of the codec, loaded once; a failure is tried again. @param {string} path without its ending @returns {Promise<any>} */
  function codec(path) {
    let loading = loaded.get(path);
    if (!loading) {
      loading = (async () => {
        const [{ default: factory }, wasm] = await Promise.all([from.module(`${path}.js`), from.wasm(`${path}.wasm`)]);
        return factory({
          noInitialRun: true,
          instantiateWasm(/** @type {any} */ imports, /** @type {any} */ done) {
            const instance = new WebAssembly.Instance(wasm, imports);
            done(instance);
            return instance.exports;
          },
        });
      })();
      loaded.set(path, loading);
      loading.catch(() => loaded.delete(path));
    }
    return loading;
  }

  return {
    async preload() {
      await Promise.all([codec('codec/dec/webp_dec'), codec('codec/enc/webp_enc_simd')]);
    },
    async decode(bytes) {
      const image = (await codec('codec/dec/webp_dec')).decode(bytes);
      if (!image) throw new Error('not decodable');
      return image;
    },
    async encode({ data, width, height }, quality) {
      // quality 100 is lossless; `exact` keeps RGB as computed at every alpha.
      const encoder = await codec('codec/enc/webp_enc_simd');
      const bytes = encoder.encode(data, width, height, {
        ...config,
        quality,
        exact: 1,
        lossless: quality === 100 ? 1 : 0,
      });
      if (!bytes) throw new Error(`libwebp could not encode ${width} x ${height}`);
      return bytes;
    },
  };
}
