// One entry of an ONNX file's metadata_props, set or taken away. The rest of
// the file stays as it is, byte for byte: ModelProto's fields are only walked.

/** @param {Uint8Array} bytes @param {number} at @returns {[number, number]} value, next position */
function varint(bytes, at) {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    if (at >= bytes.length || scale > 2 ** 49) throw new Error('not a protobuf message');
    const byte = bytes[at++];
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

/** Fields of a message as [number, start, end, content]. @param {Uint8Array} bytes @returns {Generator<[number, number, number, Uint8Array]>} */
function* fields(bytes) {
  for (let at = 0; at < bytes.length;) {
    const start = at;
    let key, size;
    [key, at] = varint(bytes, at);
    const wire = key % 8;
    if (wire === 0) [, at] = varint(bytes, at);
    else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
    else if (wire === 2) {
      [size, at] = varint(bytes, at);
      at += size;
    } else throw new Error('not a protobuf message');
    if (at > bytes.length) throw new Error('not a protobuf message');
    yield [Math.floor(key / 8), start, at, bytes.subarray(at - (size ?? 0), at)];
  }
}

/** @param {number} number @param {Uint8Array} content */
function field(number, content) {
  const head = [number * 8 + 2];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.concat([Uint8Array.from([...head, rest]), content]);
    head.push((rest % 128) | 128);
  }
}

/**
 * @param {Uint8Array} model an ONNX file
 * @param {string} key
 * @param {string | null} value null takes the entry away
 * @returns {Uint8Array}
 */
export function withMetadata(model, key, value) {
  const metadata = 14;
  const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);
  const isOurs = (/** @type {Uint8Array} */ entry) => [...fields(entry)].some(([number, , , content]) =>
    number === 1 && new TextDecoder().decode(content) === key);
  const kept = [...fields(model)].filter(([number, , , content]) => number !== metadata || !isOurs(content))
    .map(([, start, end]) => model.subarray(start, end));
  if (value !== null) kept.push(field(metadata, Buffer.concat([field(1, encode(key)), field(2, encode(value))])));
  return new Uint8Array(Buffer.concat(kept));
}
