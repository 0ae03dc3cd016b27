// JPEG XL by libjxl (@jsquash/jxl), which turns its pictures upright and
// converts them to sRGB.
import { emscripten } from './package.js';

/** @param {import('./package.js').Files} files of the package @returns {import('./ladder.js').Rung} */
export function jxlCodec(files) {
  const decoder = emscripten(files, 'codec/dec/jxl_dec');
  return {
    name: 'libjxl',
    reads: (format) => format === 'jxl',
    async decode(bytes) {
      const image = (await decoder()).decode(bytes);
      if (!image) throw new Error('libjxl makes nothing of it');
      const { data, width, height } = image;
      return { data, width, height };
    },
  };
}
