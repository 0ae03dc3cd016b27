// Writes ONNX files (onnx/onnx.proto, IR 8): what model conversion and tests
// need. A message is a list of chunks that is joined once, at the end, so a
// weight of 100 MB is copied once.

/** @typedef {Uint8Array[]} Message chunks of one protobuf message, without its length */
/** @typedef {Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array} TensorData */
/**
 * An integer is INT, a list of integers INTS, a text STRING; floats and
 * tensors say so.
 *
 * @typedef {number | string | number[] | { float: number } | { floats: number[] } | { tensor: Message }} Attribute
 */
/** @typedef {[name: string, dims: (number | string)[], type?: number]} ValueInfo a text in dims: open, by name */

/** TensorProto.DataType */
export const FLOAT = 1,
  UINT8 = 2,
  INT8 = 3,
  INT32 = 6,
  INT64 = 7;

const utf8 = new TextEncoder();

/** Two's complement in 64 bits, so a negative number takes ten bytes. @param {number} value integer @returns {number[]} */
function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

/** @param {number} number @param {number} value integer @returns {Message} */
const integer = (number, value) => [Uint8Array.from([...varint(number * 8), ...varint(value)])];

/** @param {number} number @param {number} value @returns {Message} */
function float(number, value) {
  const bytes = new Uint8Array(5);
  bytes[0] = number * 8 + 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return [bytes];
}

/** @param {number} number @param {string | Message} value @returns {Message} */
function block(number, value) {
  const chunks = typeof value === 'string' ? [utf8.encode(value)] : value;
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return [Uint8Array.from([...varint(number * 8 + 2), ...varint(size)]), ...chunks];
}

/** @param {Message} chunks @returns {Uint8Array} */
function join(chunks) {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @param {TensorData} data */
function typeOf(data) {
  if (data instanceof Float32Array) return FLOAT;
  if (data instanceof Uint8Array) return UINT8;
  if (data instanceof Int8Array) return INT8;
  if (data instanceof Int32Array) return INT32;
  return INT64;
}

/**
 * A TensorProto with raw_data, for `initializers` and attributes. The data is
 * not copied before model().
 *
 * @param {string} name
 * @param {number[]} dims [] for a scalar
 * @param {TensorData} data as many values as dims say
 * @returns {Message}
 */
export function tensor(name, dims, data) {
  const count = dims.reduce((product, size) => product * size, 1);
  if (count !== data.length) throw new RangeError(`${name}: ${data.length} values for [${dims}]`);
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [
    ...dims.flatMap((size) => integer(1, size)),
    ...integer(2, typeOf(data)),
    ...(name ? block(8, name) : []),
    ...block(9, [raw]),
  ];
}

/** @param {string} name @param {Attribute} value @returns {Message} */
function attribute(name, value) {
  /** @param {number} type @param {Message} content */
  const typed = (type, content) => [...block(1, name), ...content, ...integer(20, type)];
  if (typeof value === 'number') return typed(2, integer(3, value));
  if (typeof value === 'string') return typed(3, block(4, value));
  if (Array.isArray(value))
    return typed(
      7,
      value.flatMap((item) => integer(8, item)),
    );
  if ('float' in value) return typed(1, float(2, value.float));
  if ('floats' in value)
    return typed(
      6,
      value.floats.flatMap((item) => float(7, item)),
    );
  return typed(4, block(5, value.tensor));
}

/**
 * @param {string} op operator, e.g. "Conv"
 * @param {string[]} inputs names; "" for an optional one that is left out
 * @param {string[]} outputs names
 * @param {Record<string, Attribute>} [attributes]
 * @param {string} [name]
 * @param {string} [domain] "" is ai.onnx
 * @returns {Message}
 */
export function node(op, inputs, outputs, attributes = {}, name = outputs[0], domain = '') {
  return [
    join([
      ...inputs.flatMap((input) => block(1, input)),
      ...outputs.flatMap((output) => block(2, output)),
      ...block(3, name),
      ...block(4, op),
      ...Object.entries(attributes).flatMap(([key, value]) => block(5, attribute(key, value))),
      ...(domain ? block(7, domain) : []),
    ]),
  ];
}

/** @param {ValueInfo} info @returns {Message} */
function valueInfo([name, dims, type = FLOAT]) {
  const shape = dims.flatMap((size) => block(1, typeof size === 'string' ? block(2, size) : integer(1, size)));
  return [...block(1, name), ...block(2, block(1, [...integer(1, type), ...block(2, shape)]))];
}

/**
 * @param {object} graph
 * @param {Message[]} graph.nodes from node(), producers before users
 * @param {Message[]} [graph.initializers] from tensor()
 * @param {ValueInfo[]} graph.inputs
 * @param {ValueInfo[]} graph.outputs
 * @param {number} [graph.opset]
 * @param {Record<string, string>} [graph.metadata]
 * @returns {Uint8Array} the file
 */
export function model({ nodes, initializers = [], inputs, outputs, opset = 13, metadata = {} }) {
  const graph = [
    nodes.flatMap((item) => block(1, item)),
    block(2, 'graph'),
    initializers.flatMap((item) => block(5, item)),
    inputs.flatMap((info) => block(11, valueInfo(info))),
    outputs.flatMap((info) => block(12, valueInfo(info))),
  ].flat();
  return join([
    ...integer(1, 8),
    ...block(2, 'cutaway'),
    ...block(7, graph),
    ...block(8, [...block(1, ''), ...integer(2, opset)]),
    ...Object.entries(metadata).flatMap(([key, value]) => block(14, [...block(1, key), ...block(2, value)])),
  ]);
}
