// TIFF by geotiff, which reads strips and tiles, in planes or not, plain, LZW,
// Deflate, PackBits and JPEG, and throws where the file ends early; fax codes are
// fax.js's. What the samples mean is said here (TIFF 6.0, sections 4 to 6, 16,
// 18, 21).
import { failure } from '../errors.js';
import { once } from './package.js';

/** @typedef {{ [index: number]: number, length: number }} Samples */

const photometric = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  cmyk: 5,
  ycbcr: 6,
  lab: 8,
  sensor: 32803,
  linear: 34892,
};
/** What a camera saw, before it is a picture. */
const raw = [photometric.sensor, photometric.linear];

/** @param {string} what @returns {never} */
function unsupported(what) {
  throw failure('unsupported_variant', `${what} cannot be read.`);
}
const alphaOf = { premultiplied: 1, straight: 2 };

/**
 * What turns a sample into 0..255; the low bits of what has more are dropped, as of a PNG.
 *
 * @param {number} bits
 * @param {number} format 1: integers, 3: numbers of 0 to 1
 * @returns {(sample: number) => number}
 */
function to8(bits, format) {
  if (format === 3) return (sample) => Math.round(Math.min(1, Math.max(0, sample)) * 255);
  if (format !== 1) unsupported(`Samples of format ${format}`);
  return bits >= 8 ? (sample) => Math.floor(sample / 2 ** (bits - 8)) : (sample) => (sample * 255) / (2 ** bits - 1);
}

/** @param {number} v */
const clamp = (v) => (v < 0 ? 0 : v > 255 ? 255 : Math.round(v));

/**
 * A pixel's colour by the photometric interpretation.
 *
 * @param {number} kind
 * @param {Samples} samples
 * @param {(sample: number) => number} scale
 * @param {Samples | undefined} map the palette: all reds, all greens, all blues, of 16 bits
 * @returns {{ channels: number, colour: (at: number) => [number, number, number] }} at: of its first sample
 */
function reader(kind, samples, scale, map) {
  const { whiteIsZero, blackIsZero, rgb, palette, cmyk, ycbcr, lab } = photometric;
  if (kind === whiteIsZero || kind === blackIsZero) {
    const flip = kind === whiteIsZero ? 255 : 0;
    return {
      channels: 1,
      colour(at) {
        const grey = Math.abs(flip - scale(samples[at]));
        return [grey, grey, grey];
      },
    };
  }
  if (kind === rgb)
    return { channels: 3, colour: (at) => [scale(samples[at]), scale(samples[at + 1]), scale(samples[at + 2])] };
  if (kind === palette && map) {
    const count = map.length / 3;
    return {
      channels: 1,
      colour: (at) => [map[samples[at]] >> 8, map[count + samples[at]] >> 8, map[2 * count + samples[at]] >> 8],
    };
  }
  if (kind === cmyk)
    return {
      channels: 4,
      colour(at) {
        const light = (255 - scale(samples[at + 3])) / 255;
        /** @param {number} i */
        const ink = (i) => Math.round((255 - scale(samples[at + i])) * light);
        return [ink(0), ink(1), ink(2)];
      },
    };
  if (kind === ycbcr)
    return {
      channels: 3,
      colour(at) {
        const [y, cb, cr] = [samples[at], samples[at + 1] - 128, samples[at + 2] - 128];
        return [clamp(y + 1.402 * cr), clamp(y - 0.344136 * cb - 0.714136 * cr), clamp(y + 1.772 * cb)];
      },
    };
  if (kind === lab)
    return { channels: 3, colour: (at) => fromLab(scale(samples[at]), scale(samples[at + 1]), scale(samples[at + 2])) };
  return unsupported(raw.includes(kind) ? "A camera's raw file" : `Colours of kind ${kind}`);
}

/**
 * CIE L*a*b* of the white D50 as sRGB.
 *
 * @param {number} l 0..255 @param {number} a as a byte with a sign, and so b @param {number} b
 * @returns {[number, number, number]}
 */
function fromLab(l, a, b) {
  const y = ((l * 100) / 255 + 16) / 116;
  /** @param {number} v */
  const signed = (v) => (v << 24) >> 24;
  const [x, lightness, z] = [y + signed(a) / 500, y, y - signed(b) / 200].map((f) =>
    f > 6 / 29 ? f ** 3 : (f - 16 / 116) * 3 * (6 / 29) ** 2,
  );
  const [u, w] = [x * 0.96429568, z * 0.8251046];
  /** @param {number} light */
  const curve = (light) => clamp(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
  return [
    curve(3.13413596 * u - 1.61738633 * lightness - 0.49066195 * w),
    curve(-0.9787955 * u + 1.91625457 * lightness + 0.03344273 * w),
    curve(0.07195538 * u - 0.22897683 * lightness + 1.40538606 * w),
  ];
}

/**
 * The first picture that is no smaller version of another one. A camera's raw
 * file has none but those: what it is of lies in a directory below, as the
 * sensor saw it.
 *
 * @param {any} file
 */
async function mainImage(file) {
  const count = Math.min(await file.getImageCount(), 32);
  for (let i = 0; i < count; i++) {
    const image = await file.getImage(i);
    if (!((await image.fileDirectory.loadValue('NewSubfileType')) & 1)) return image;
  }
  const first = await file.getImage(0);
  if (await first.fileDirectory.loadValue('SubIFDs')) unsupported("A camera's raw file");
  return first;
}

/** What geotiff has decode strips and tiles of fax codes, loaded when there are some. */
async function faxDecoder() {
  const { decodeFax } = await import('./fax.js');
  return class {
    /** @param {import('./fax.js').Fax} fax */
    constructor(fax) {
      this.fax = fax;
    }

    /** @param {ArrayBuffer} buffer */
    async decode(buffer) {
      return decodeFax(new Uint8Array(buffer), this.fax).buffer;
    }
  };
}

/**
 * What libtiff makes good in a directory, too: bits said once for all samples,
 * none for a page of black and white; sizes of strips that are missing or 0,
 * where nothing is compressed.
 *
 * @param {any} image of geotiff @param {number} compression
 */
async function complete(image, compression) {
  const { fileDirectory: directory } = image;
  const [bits, offsets, counts, rows] = await Promise.all(
    ['BitsPerSample', 'StripOffsets', 'StripByteCounts', 'RowsPerStrip'].map((name) => directory.loadValue(name)),
  );
  const samples = image.getSamplesPerPixel();
  if ((bits?.length ?? 0) < samples) directory.actualizedFields.set(258, Array(samples).fill(bits?.[0] ?? 1));
  if (!offsets || (counts?.length >= offsets.length && counts[0] > 0)) return;
  if (compression !== 1) throw new Error('the sizes of its strips are missing');
  const row = Math.ceil((image.getWidth() * samples * (bits?.[0] ?? 1)) / 8);
  const height = Math.min(rows ?? Infinity, image.getHeight());
  directory.actualizedFields.set(
    279,
    Array.from(offsets, (_, i) => row * Math.min(height, image.getHeight() - i * height)),
  );
}

/** @param {any} directory @returns {Promise<import('./fax.js').Fax>} */
async function faxOf(directory) {
  /** @param {string} name */
  const value = async (name) => directory.loadValue(name);
  const [coding, options] = [await value('Compression'), await value('T4Options')];
  const [all, inStrip] = [await value('ImageLength'), await value('RowsPerStrip')];
  return {
    width: (await value('TileWidth')) ?? (await value('ImageWidth')),
    height: (await value('TileLength')) ?? Math.min(all, inStrip ?? all),
    coding,
    twoWay: coding === 3 && (options & 1) === 1,
    lowFirst: (await value('FillOrder')) === 2,
  };
}

/**
 * @param {any} image of geotiff
 * @param {import('./ladder.js').CheckSize} checkSize
 * @returns {Promise<import('./ladder.js').Pixels>}
 */
async function pixelsOf(image, checkSize) {
  const [width, height] = [image.getWidth(), image.getHeight()];
  checkSize(width, height);
  /** @param {string | number} name */
  const tag = (name) => image.fileDirectory.loadValue(name);
  const kind = (await tag('PhotometricInterpretation')) ?? photometric.whiteIsZero;
  const compression = (await tag('Compression')) ?? 1;
  await complete(image, compression);
  const isFax = compression >= 2 && compression <= 4;
  if (!isFax && (await tag('FillOrder')) === 2) unsupported('Bytes whose bits begin at their lowest');
  const scale = to8(image.getBitsPerSample(), image.getSampleFormat());
  const subsampling = await tag('YCbCrSubSampling');
  if (kind === photometric.ycbcr && compression !== 7 && String(subsampling ?? '2,2') !== '1,1')
    unsupported('Chroma of half the size without JPEG');
  /** @type {Samples} */ const samples = await image
    .readRasters({ interleave: true })
    .catch((/** @type {Error} */ error) => {
      if (/compression/i.test(error.message)) unsupported(`Compression ${compression}`);
      throw error;
    });
  const all = image.getSamplesPerPixel();
  const { channels, colour } = reader(kind, samples, scale, await tag('ColorMap'));
  if (all < channels || samples.length !== width * height * all) throw new Error('samples are missing');
  const extra = all > channels ? (await tag('ExtraSamples'))?.[0] : undefined;
  const hasAlpha = extra === alphaOf.premultiplied || extra === alphaOf.straight;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0, at = 0; i < data.length; i += 4, at += all) {
    const [r, g, b] = colour(at);
    const alpha = hasAlpha ? scale(samples[at + channels]) : 255;
    const by = extra === alphaOf.premultiplied && alpha > 0 ? 255 / alpha : 1;
    data[i] = r * by;
    data[i + 1] = g * by;
    data[i + 2] = b * by;
    data[i + 3] = alpha;
  }
  const orientation = await tag('Orientation');
  const profile = await tag(34675);
  const colours = profile && new Uint8Array(profile);
  const pixels = {
    data,
    width,
    height,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
  };
  if (kind !== photometric.cmyk) return { ...pixels, colours };
  if (!colours || all > channels) return pixels;
  return { ...pixels, inks: { data: Uint8Array.from(samples, (ink) => 255 - scale(ink)), profile: colours } };
}

/** @param {import('./package.js').Files} files of the package @returns {import('./ladder.js').Rung} */
export function tiffCodec(files) {
  const load = once(async () => {
    await files.module('dist-browser/geotiff.js'); // no module: it leaves itself in the global scope
    const library = /** @type {any} */ (globalThis).GeoTIFF;
    library.addDecoder([2, 3, 4], faxDecoder, faxOf, false);
    return library;
  });
  return {
    name: 'geotiff',
    reads: (format) => format === 'tiff',
    async decode(bytes, _format, _info, checkSize) {
      // Canon's: the picture in front is only the camera's own idea of it
      if (bytes[8] === 0x43 && bytes[9] === 0x52) unsupported("A camera's raw file");
      const { fromArrayBuffer } = await load();
      const file = await fromArrayBuffer(bytes.slice().buffer);
      return pixelsOf(await mainImage(file), checkSize);
    },
  };
}
