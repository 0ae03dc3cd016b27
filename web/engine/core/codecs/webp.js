// WebP by libwebp (@jsquash/webp), in and out, loaded when a picture needs it.
// The codec's modules are used without the package's index: that one asks for
// a second package to choose between SIMD and none, and SIMD is what all of
// Cutaway runs on.
import { emscripten } from './package.js';

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
 * @param {import('./package.js').Files} files of the package
 * @returns {import('../pipeline.js').Parts['webp'] & { name: string, reads: (format: string) => boolean,
 *   decode: (bytes: Uint8Array) => Promise<import('./ladder.js').Pixels> }} a rung of the ladder, too
 */
export function webpCodec(files) {
  const decoder = emscripten(files, 'codec/dec/webp_dec');
  const encoder = emscripten(files, 'codec/enc/webp_enc_simd');
  return {
    name: 'libwebp',
    reads: (format) => format === 'webp',
    async decode(bytes) {
      const image = (await decoder()).decode(bytes);
      if (!image) throw new Error('libwebp makes nothing of it');
      return image;
    },
    async encode({ data, width, height }, quality) {
      // quality 100 is lossless; `exact` keeps RGB as computed at every alpha.
      const bytes = (await encoder()).encode(data, width, height, {
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
