// A TIFF for tests: little-endian, one strip for each `rows`, in the order of
// the specification. What is right is what was put in.
import { deflateSync } from 'node:zlib';

/** Bytes of one number of a type: BYTE, ASCII, SHORT, LONG, UNDEFINED. @type {Record<number, number>} */
const sizes = { 1: 1, 2: 1, 3: 2, 4: 4, 7: 1 };

/** @param {number} type @param {ArrayLike<number>} values */
function packed(type, values) {
  const bytes = Buffer.alloc(sizes[type] * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeUIntLE(values[i], i * sizes[type], sizes[type]);
  return bytes;
}

/** PackBits without runs. @param {Buffer} bytes */
function packBits(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const part = bytes.subarray(at, at + 128);
    parts.push(Buffer.of(part.length - 1), part);
  }
  return Buffer.concat(parts);
}

/**
 * @param {object} picture
 * @param {number} picture.width
 * @param {number} picture.height
 * @param {Uint8Array} picture.samples as they lie in the file, row by row
 * @param {number[]} picture.bits of each sample of a pixel
 * @param {number} picture.kind PhotometricInterpretation
 * @param {'none' | 'deflate' | 'packbits'} [picture.coding]
 * @param {number} [picture.rows] in a strip
 * @param {Record<number, [number, ArrayLike<number>] | undefined>} [picture.tags] more: type and values by tag; undefined: without it
 */
export function tiff({ width, height, samples, bits, kind, coding = 'none', rows = height, tags = {} }) {
  const row = samples.length / height;
  const code = { none: (/** @type {Buffer} */ b) => b, deflate: deflateSync, packbits: packBits }[coding];
  const strips = [];
  for (let y = 0; y < height; y += rows)
    strips.push(code(Buffer.from(samples.subarray(y * row, Math.min(height, y + rows) * row))));
  let at = 8;
  const offsets = strips.map(({ length }) => {
    at += length;
    return at - length;
  });
  /** @type {Record<number, [number, ArrayLike<number>] | undefined>} */
  const all = {
    256: [4, [width]],
    257: [4, [height]],
    258: [3, bits],
    259: [3, [{ none: 1, deflate: 8, packbits: 32773 }[coding]]],
    262: [3, [kind]],
    273: [4, offsets],
    277: [3, [bits.length]],
    278: [4, [rows]],
    279: [4, strips.map(({ length }) => length)],
    ...tags,
  };
  const entries = Object.entries(all).flatMap(([name, tag]) => (tag ? [[Number(name), ...tag]] : [])); // numbers as keys come in their order
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length);
  const far = [];
  let end = at + directory.length;
  for (const [i, [name, type, values]] of /** @type {[number, number, ArrayLike<number>][]} */ (entries).entries()) {
    const bytes = packed(type, values);
    const entry = 2 + i * 12;
    directory.writeUInt16LE(name, entry);
    directory.writeUInt16LE(type, entry + 2);
    directory.writeUInt32LE(values.length, entry + 4);
    if (bytes.length <= 4) bytes.copy(directory, entry + 8);
    else {
      directory.writeUInt32LE(end, entry + 8);
      end += bytes.length;
      far.push(bytes);
    }
  }
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  head.writeUInt32LE(at, 4);
  return Buffer.concat([head, ...strips, directory, ...far]);
}
