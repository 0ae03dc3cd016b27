// AVIF by libavif (@jsquash/avif), whose decoder hands out pixels as coded: how
// they lie and what their values mean, the file says (bmff.js).
import { isHdr } from './bmff.js';
import { emscripten } from './package.js';

/** @param {import('./package.js').Files} files of the package @returns {import('./ladder.js').Rung} */
export function avifCodec(files) {
  const decoder = emscripten(files, 'codec/dec/avif_dec');
  return {
    name: 'libavif',
    reads: (format) => format === 'avif',
    async decode(bytes, _format, { orientation, colours }) {
      const image = (await decoder()).decode(bytes, 8);
      if (!image) throw new Error('libavif makes nothing of it');
      const { data, width, height } = image;
      return { data, width, height, orientation, colours, note: isHdr(colours) ? hdr : undefined };
    },
  };
}

/** Values of 1000 candela and more have no place in 8 bits of a screen's. */
export const hdr = 'a picture of high dynamic range, shown without it';
