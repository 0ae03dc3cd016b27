/** Small pictures, made here: PNG in full, JPEG and WebP as headers only. */
import { crc32 as zlibCrc32, deflateSync } from 'node:zlib';

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
/** CRC-32 of ISO 3309; zlib.crc32 exists from Node 22.2 only. */
const crc32 =
  zlibCrc32 ??
  ((bytes) => {
    let c = 0xffffffff;
    for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  });

const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
};

/** A PNG of one colour, RGBA, with a text in it. @returns {Buffer} */
export function png(width = 4, height = 3, rgba = [200, 100, 50, 255], text = '') {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from(rgba))]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(text ? [chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1'))] : []),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The header of a JPEG; EXIF orientation if given. */
export function jpegHeader(width, height, text = '', orientation = 0) {
  const size = (n) => Buffer.from([n >> 8, n & 255]);
  const exif = orientation
    ? Buffer.concat([
        Buffer.from([0xff, 0xe1]),
        size(34),
        Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0', 'latin1'),
        Buffer.from([orientation, 0, 0, 0, 0, 0, 0]),
      ])
    : Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    exif,
    Buffer.from([0xff, 0xfe]),
    size(text.length + 2),
    Buffer.from(text, 'latin1'),
    Buffer.from([0xff, 0xc0]),
    size(11),
    Buffer.from([8]),
    size(height),
    size(width),
    Buffer.from([1, 1, 0x11, 0]),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** The header of an extended WebP. */
export function webpHeader(width, height, text = '') {
  const label = Buffer.from(text.length % 2 ? `${text} ` : text, 'latin1');
  const whole = Buffer.alloc(38 + label.length);
  whole.write('RIFF', 0, 'latin1');
  whole.writeUInt32LE(whole.length - 8, 4);
  whole.write('WEBPVP8X', 8, 'latin1');
  whole.writeUInt32LE(10, 16);
  whole.writeUIntLE(width - 1, 24, 3);
  whole.writeUIntLE(height - 1, 27, 3);
  whole.write('XMP ', 30, 'latin1');
  whole.writeUInt32LE(label.length, 34);
  label.copy(whole, 38);
  return whole;
}
