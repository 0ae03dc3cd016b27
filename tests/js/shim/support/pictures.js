/** Small pictures, made here: PNG in full, JPEG and WebP as headers only. */
import { chunk, png as drawn } from '../../pictures.js';

/** A PNG of one colour, RGBA, with a text in it. @returns {Buffer} */
export const png = (width = 4, height = 3, rgba = [200, 100, 50, 255], text = '') =>
  drawn(width, height, () => rgba, {
    extra: text ? [chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1'))] : [],
  });

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
