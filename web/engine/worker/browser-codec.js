// The browser's own decoders: whatever it shows is a picture. Pixels come out
// of a canvas, whose storage is premultiplied: an opaque picture is exact
// there; one with alpha is read through WebGL, whose is not.
import { isHdr } from '../core/codecs/bmff.js';

/** @typedef {import('../core/codecs/ladder.js').Pixels} Pixels */

/** @type {Record<string, string>} */
const types = { svg: 'image/svg+xml', ico: 'image/x-icon', avif: 'image/avif', heic: 'image/heic', tiff: 'image/tiff' };

/** Rows that are read at once: 4 bytes a pixel, and not twice the picture. @param {number} width */
const bandOf = (width) => Math.max(1, Math.floor(4e6 / width));

/** @param {ImageBitmap} bitmap @returns {{ data: Uint8ClampedArray, opaque: boolean }} */
function byCanvas(bitmap) {
  const { width, height } = bitmap;
  const data = new Uint8ClampedArray(width * height * 4);
  const rows = Math.min(height, bandOf(width));
  const context = new OffscreenCanvas(width, rows).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  let opaque = true;
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y);
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -y);
    const band = context.getImageData(0, 0, width, count).data;
    for (let i = 3; opaque && i < band.length; i += 4) opaque = band[i] === 255;
    data.set(band, y * width * 4);
  }
  return { data, opaque };
}

/** A texture is as straight as its bitmap. @param {ImageBitmap} bitmap @returns {Uint8ClampedArray | null} null: not here, or not of this size */
function byTexture(bitmap) {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl');
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return null;
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(
    gl.FRAMEBUFFER,
    gl.COLOR_ATTACHMENT0,
    gl.TEXTURE_2D,
    gl.getParameter(gl.TEXTURE_BINDING_2D),
    0,
  );
  const data = new Uint8Array(width * height * 4);
  if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) === gl.FRAMEBUFFER_COMPLETE)
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  const failed = gl.getError() !== gl.NO_ERROR || gl.isContextLost();
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return failed ? null : new Uint8ClampedArray(data.buffer);
}

/** Colours that are not converted, since the file's profile goes along: not sRGB, and none that no profile holds. @param {Uint8Array | undefined} colours */
const areKept = (colours) =>
  colours !== undefined && !isHdr(colours) && !(colours.length === 2 && colours[0] < 3 && colours[1] !== 8);

/** Formats that a codec reads without a loss, where the browser's canvas has one. */
const hasCodec = /^(avif|heic|jxl)$/;

/** What only a canvas could give: alpha is what it is, faint colours are rounded. */
const rounded = 'colours under alpha are as the browser rounds them';

/**
 * @param {(blob: Blob) => Promise<ImageBitmap | null>} draw as an <img>, which a worker has not: SVG, and what a browser
 *   shows there alone
 * @returns {import('../core/codecs/ladder.js').Rung}
 */
export function browserCodec(draw) {
  return {
    name: 'browser',
    reads: (format) => format !== 'webp',
    async decode(bytes, format, { colours }) {
      const blob = new Blob([/** @type {BlobPart} */ (bytes)], { type: types[format] ?? '' });
      const keeps = areKept(colours);
      const bitmap =
        (format === 'svg'
          ? null
          : await createImageBitmap(blob, {
              premultiplyAlpha: 'none',
              colorSpaceConversion: keeps ? 'none' : 'default',
            }).catch(() => null)) ?? (await draw(blob));
      if (!bitmap) return null;
      try {
        const { width, height } = bitmap;
        const { data, opaque } = byCanvas(bitmap);
        // an <img> is premultiplied from the start; so is, in Chromium, what is not converted
        const straight = opaque ? data : format === 'svg' || keeps ? null : byTexture(bitmap);
        if (!straight && hasCodec.test(format)) return null;
        return {
          data: straight ?? data,
          width,
          height,
          colours: keeps ? colours : undefined,
          note: straight ? undefined : rounded,
        };
      } finally {
        bitmap.close();
      }
    },
  };
}
