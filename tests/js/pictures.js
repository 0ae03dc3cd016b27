// Pictures for tests, written and read here with node:zlib alone, so that the
// engine is not its own judge.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** @param {Buffer} bytes */
const checksum = (bytes) => (crc32 ? crc32(bytes) : slowCrc(bytes));

/** Node before 20.15 has no crc32. @param {Buffer} bytes */
function slowCrc(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** @param {string} type @param {Uint8Array} data */
export function chunk(type, data) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(checksum(Buffer.concat([head.subarray(4), data])));
  return Buffer.concat([head, data, tail]);
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number[]} pixel RGB or RGBA, 0..255 (0..65535 with bits 16)
 * @param {{ bits?: 8 | 16, extra?: Buffer[], channels?: 3 | 4, claim?: [number, number] }} [options]
 *   extra: chunks before IDAT; claim: another size in the header
 */
export function png(width, height, pixel, { bits = 8, extra = [], channels = 4, claim } = {}) {
  const size = bits / 8;
  const raw = Buffer.alloc(height * (1 + width * channels * size));
  for (let y = 0, at = 0; y < height; y++) {
    at++;
    for (let x = 0; x < width; x++) {
      const value = pixel(x, y);
      for (let c = 0; c < channels; c++, at += size) raw.writeUIntBE(value[c] ?? (bits === 16 ? 65535 : 255), at, size);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claim?.[0] ?? width);
  header.writeUInt32BE(claim?.[1] ?? height, 4);
  header.set([bits, channels === 4 ? 6 : 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...extra,
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A bright disc on a dark ground: what the brightness model cuts out. @param {number} w @param {number} h */
export const disc = (w, h, options = {}) =>
  png(
    w,
    h,
    (x, y) => (Math.hypot((x + 0.5) / w - 0.5, (y + 0.5) / h - 0.5) < 0.3 ? [250, 240, 255] : [10 + (x % 5), 8, 4]),
    options,
  );

/** @param {Uint8Array} file @returns {Record<string, Buffer[]>} */
export function chunks(file) {
  const bytes = Buffer.from(file);
  /** @type {Record<string, Buffer[]>} */
  const found = {};
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    (found[bytes.toString('latin1', at + 4, at + 8)] ??= []).push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return found;
}

/** @param {number} left @param {number} up @param {number} corner */
function paeth(left, up, corner) {
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/**
 * @param {Uint8Array} file 8-bit PNG, not interlaced, no palette
 * @returns {{ width: number, height: number, type: number, rgba: Uint8Array }}
 */
export function readPng(file) {
  const {
    IHDR: [header],
    IDAT,
  } = chunks(file);
  const width = header.readUInt32BE(0),
    height = header.readUInt32BE(4),
    type = header[9];
  const channels = /** @type {Record<number, number>} */ ({ 0: 1, 2: 3, 4: 2, 6: 4 })[type];
  const raw = inflateSync(Buffer.concat(IDAT));
  const row = width * channels;
  const bytes = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let i = 0, at = y * row, from = at + y + 1; i < row; i++, at++, from++) {
      const left = i >= channels ? bytes[at - channels] : 0;
      const up = y ? bytes[at - row] : 0;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = up;
      else if (filter === 3) guess = (left + up) >> 1;
      else if (filter === 4) guess = paeth(left, up, y && i >= channels ? bytes[at - row - channels] : 0);
      bytes[at] = raw[from] + guess;
    }
  }
  const rgba = new Uint8Array(width * height * 4);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let at = 0, p = 0; at < rgba.length; at += 4, p += channels) {
    rgba[at] = bytes[p];
    rgba[at + 1] = bytes[p + green];
    rgba[at + 2] = bytes[p + blue];
    rgba[at + 3] = channels % 2 ? 255 : bytes[p + channels - 1];
  }
  return { width, height, type, rgba };
}
