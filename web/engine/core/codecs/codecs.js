// The codecs that are loaded when a picture needs one, and the order in which
// a picture is tried on them. What a page's browser can do comes before them.
import { avifCodec } from './avif.js';
import { heicCodec } from './heic.js';
import { ico } from './ico.js';
import { jxlCodec } from './jxl.js';
import { tiffCodec } from './tiff.js';
import { webpCodec } from './webp.js';

/** Their packages, by the folder of dist/vendor/ that they are staged in. */
export const packages = /** @type {const} */ ({
  webp: '@jsquash/webp',
  avif: '@jsquash/avif',
  jxl: '@jsquash/jxl',
  heif: 'libheif-js',
  tiff: 'geotiff',
});

/**
 * @param {(name: keyof typeof packages) => import('./package.js').Files} filesOf
 * @param {import('./ladder.js').Rung[]} [own] of the platform
 * @returns {Pick<import('../pipeline.js').Parts, 'webp' | 'rungs'>}
 */
export function codecsOf(filesOf, own = []) {
  const webp = webpCodec(filesOf('webp'));
  return {
    webp,
    rungs: [
      webp,
      ico,
      ...own,
      avifCodec(filesOf('avif')),
      heicCodec(filesOf('heif')),
      tiffCodec(filesOf('tiff')),
      jxlCodec(filesOf('jxl')),
    ],
  };
}
