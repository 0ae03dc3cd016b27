/**
 * The fields of a protobuf message, walked without a schema.
 *
 * @param {Uint8Array} bytes
 * @returns {Generator<{ number: number, start: number, end: number, value: number | Uint8Array | undefined }>} start, end:
 *   of the field with its tag; value: of a varint, or the bytes of what has a length (a view)
 * @throws {RangeError} this is no message
 */
export function* fields(bytes) {
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; at < bytes.length && scale < 2 ** 50; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('not a protobuf message');
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    const wire = tag % 8;
    /** @type {number | Uint8Array | undefined} */ let value;
    if (wire === 0) value = varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const size = varint();
      value = bytes.subarray(at, at + size);
      at += size;
    }
    if (![0, 1, 2, 5].includes(wire) || at > bytes.length) throw new RangeError('not a protobuf message');
    yield { number: Math.floor(tag / 8), start, end: at, value };
  }
}
