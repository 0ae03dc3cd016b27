// One entry of an ONNX file's metadata_props, set or taken away. The rest of
// the file stays as it is, byte for byte: ModelProto's fields are only walked.
import { fields } from '../web/engine/node/protobuf.js';

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
  const isOurs = (/** @type {Uint8Array} */ entry) =>
    [...fields(entry)].some(({ number, bytes }) => number === 1 && new TextDecoder().decode(bytes) === key);
  const kept = [...fields(model)]
    .filter(({ number, bytes }) => number !== metadata || !isOurs(bytes))
    .map(({ start, end }) => model.subarray(start, end));
  if (value !== null) kept.push(field(metadata, Buffer.concat([field(1, encode(key)), field(2, encode(value))])));
  return new Uint8Array(Buffer.concat(kept));
}
