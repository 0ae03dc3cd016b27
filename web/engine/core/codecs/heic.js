// HEIC by libheif with libde265 (libheif-js). Both are LGPL: one file of its
// own, loaded as it is, that may be exchanged, or left out of a site. It turns
// pictures upright; their profile is the file's.
import { isHdr } from './bmff.js';
import { hdr } from './avif.js';
import { once } from './package.js';

/** @param {any} answer of a function that answers an error in place of what it makes */
function checked(answer) {
  if (!answer || answer.code) throw new Error(answer?.message?.trim() || 'libheif makes nothing of it');
  return answer;
}

/**
 * RGBA of what libheif decoded, without the ends of its rows.
 *
 * @param {any} library @param {any} image @param {boolean} premultiplied
 */
function pixelsOf(library, image, premultiplied) {
  const interleaved = library.heif_channel.heif_channel_interleaved;
  const channel = image.channels.find((/** @type {any} */ { id }) => id === interleaved);
  if (!channel) throw new Error('no pixels');
  const { width, height, stride, data: rows } = channel;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) data.set(rows.subarray(y * stride, y * stride + width * 4), y * width * 4);
  for (let i = 0; premultiplied && i < data.length; i += 4) {
    const alpha = data[i + 3] || 255;
    for (let c = 0; c < 3; c++) data[i + c] = (data[i + c] * 255) / alpha;
  }
  return { data, width, height };
}

/** @param {import('./package.js').Files} files of the package @returns {import('./ladder.js').Rung} */
export function heicCodec(files) {
  const load = once(async () => (await files.module('libheif-wasm/libheif-bundle.mjs')).default());
  return {
    name: 'libheif',
    reads: (format) => format === 'heic',
    async decode(bytes, _format, { colours }) {
      const library = await load();
      const context = library.heif_context_alloc();
      let handle;
      try {
        const read = library.heif_context_read_from_memory(context, bytes);
        if (read.code !== library.heif_error_code.heif_error_Ok) throw new Error(read.message.trim());
        handle = checked(library.heif_js_context_get_primary_image_handle(context));
        const { heif_colorspace_RGB: rgb } = library.heif_colorspace;
        const { heif_chroma_interleaved_RGBA: rgba } = library.heif_chroma;
        const image = checked(await library.heif_js_decode_image2(handle, rgb, rgba));
        const premultiplied = Boolean(library.heif_image_handle_is_premultiplied_alpha(handle));
        try {
          return { ...pixelsOf(library, image, premultiplied), colours, note: isHdr(colours) ? hdr : undefined };
        } finally {
          library.heif_image_release(image.image);
        }
      } finally {
        if (handle && !handle.code) library.heif_image_handle_release(handle);
        library.heif_context_free(context);
      }
    },
  };
}
