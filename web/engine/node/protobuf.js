// Protobuf's wire format, read in place: what tools and tests want to know of
// an ONNX file. The engine has its own reader (wasm/nn/onnx/protobuf.c).

/**
 * A field of a message.
 *
 * @typedef {object} Field
 * @property {number} number
 * @property {number} wire 0 varint, 1 of 64 bits, 2 with a length, 5 of 32 bits
 * @property {number} start of the field, its key included
 * @property {number} end of the field
 * @property {number} value of wire 0, above 2^53 inexact; else 0
 * @property {Uint8Array} bytes of the other wires, a view
 */

/**
 * The fields of a message, in their order.
 *
 * @param {Uint8Array} message
 * @returns {Generator<Field>}
 * @throws {RangeError} where it is broken
 */
export function* fields(message) {
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; at < message.length && scale < 2 ** 64; scale *= 128) {
      value += (message[at] & 127) * scale;
      if (message[at++] < 128) return value;
    }
    throw new RangeError('not a protobuf message');
  };
  while (at < message.length) {
    const start = at;
    const key = varint();
    const wire = key % 8;
    const value = wire === 0 ? varint() : 0;
    const size = { 0: 0, 1: 8, 2: wire === 2 ? varint() : 0, 5: 4 }[wire];
    if (size === undefined || size > message.length - at) throw new RangeError('not a protobuf message');
    at += size;
    yield { number: Math.floor(key / 8), wire, start, end: at, value, bytes: message.subarray(at - size, at) };
  }
}
