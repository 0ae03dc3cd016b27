/**
 * What a picture file is and how big, from its first bytes and without an
 * engine: uploads must be answered with width and height even when the engine
 * is missing. Names by content, never by file name or Content-Type.
 *
 * Sources: PNG 1.2 §11.2.2; JPEG T.81 B.2.2 (SOFn) and EXIF 2.3 tag 0x0112;
 * WebP container (VP8, VP8L, VP8X); GIF89a; BMP; ISO 14496-12 `ftyp` brands.
 * Easy to get wrong: sizes are upright, so EXIF orientations 5 to 8 swap them.
 *
 * @module shim/image-header
 */

/** Formats by name and MIME type. */
export const MIME = Object.freeze({
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  heic: 'image/heic',
  avif: 'image/avif',
  tiff: 'image/tiff',
  jp2: 'image/jp2',
});

/**
 * The format by magic number: a key of MIME, or '' for anything else.
 * @param {Uint8Array} b at least the first 16 bytes
 * @returns {'' | keyof typeof MIME}
 */
export function sniff(b) {
  const text = (/** @type {number} */ at, /** @type {number} */ n) => String.fromCharCode(...b.subarray(at, at + n));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff) return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return 'webp';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif';
  if (text(0, 2) === 'BM') return 'bmp';
  if (text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return 'tiff';
  if (text(4, 8) === 'jP  \r\n\x87\n') return 'jp2';
  if (text(4, 4) === 'ftyp') {
    if (/^(avif|avis)$/.test(text(8, 4))) return 'avif';
    if (/^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/.test(text(8, 4))) return 'heic';
  }
  return '';
}

/**
 * Format and upright size, or undefined when the header is not that of a
 * picture this reader knows (size is known for png, jpeg, webp, gif, bmp).
 * @param {Uint8Array} b the whole file, or enough of it
 * @returns {{ format: keyof typeof MIME, width: number, height: number } | undefined}
 */
export function readHeader(b) {
  const format = sniff(b);
  if (!format) return undefined;
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
  try {
    const size = readers[format]?.(v);
    return size && size[0] > 0 && size[1] > 0 ? { format, width: size[0], height: size[1] } : undefined;
  } catch {
    return undefined; // a DataView read past the end: the header is cut off
  }
}

/** @type {Record<string, (v: DataView) => [number, number] | undefined>} */
const readers = {
  png: (v) => (v.getUint32(12) === 0x49484452 ? [v.getUint32(16), v.getUint32(20)] : undefined),
  gif: (v) => [v.getUint16(6, true), v.getUint16(8, true)],
  bmp: (v) =>
    v.getUint32(14, true) === 12
      ? [v.getUint16(18, true), v.getUint16(20, true)]
      : [v.getInt32(18, true), Math.abs(v.getInt32(22, true))],
  webp(v) {
    const kind = v.getUint32(12);
    if (kind === 0x56503820) return [v.getUint16(26, true) & 0x3fff, v.getUint16(28, true) & 0x3fff];
    if (kind === 0x5650384c) {
      const bits = v.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    const u24 = (/** @type {number} */ at) => v.getUint16(at, true) | (v.getUint8(at + 2) << 16);
    return kind === 0x56503858 ? [u24(24) + 1, u24(27) + 1] : undefined;
  },
  jpeg(v) {
    let turned = false;
    for (let at = 2; ; ) {
      while (v.getUint8(at) === 0xff && v.getUint8(at + 1) === 0xff) at++;
      if (v.getUint8(at) !== 0xff) return undefined;
      const marker = v.getUint8(at + 1);
      const length = v.getUint16(at + 2);
      if (length < 2) return undefined;
      if (marker === 0xe1 && v.getUint32(at + 4) === 0x45786966) turned ||= isTurned(v, at + 10, at + 2 + length);
      const startOfFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (startOfFrame) {
        const w = v.getUint16(at + 7);
        const h = v.getUint16(at + 5);
        return turned ? [h, w] : [w, h];
      }
      if (marker === 0xda || marker === 0xd9) return undefined;
      at += 2 + length;
    }
  },
};

/**
 * Whether EXIF says that rows and columns are swapped.
 * @param {DataView} v @param {number} tiff offset of the TIFF header
 * @param {number} end one past the segment
 */
function isTurned(v, tiff, end) {
  if (tiff + 8 > end) return false;
  const little = v.getUint16(tiff) === 0x4949;
  const ifd = tiff + v.getUint32(tiff + 4, little);
  if (ifd + 2 > end) return false;
  const count = v.getUint16(ifd, little);
  for (let i = 0; i < count && ifd + 2 + 12 * i + 12 <= end; i++) {
    const at = ifd + 2 + 12 * i;
    if (v.getUint16(at, little) === 0x0112) return v.getUint16(at + 8, little) >= 5;
  }
  return false;
}
