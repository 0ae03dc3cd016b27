// Builds the graphs of the tests: nodes by name, weights from a seed.
import { FLOAT, model, node, tensor } from '../../../tools/onnx-writer.js';
import { floats } from './run-net.js';
import { random } from '../../../tools/random.js';

/** @typedef {import('../../../tools/onnx-writer.js').Attribute} Attribute */
/** @typedef {import('../../../tools/onnx-writer.js').Message} Message */
/** @typedef {import('../../../tools/onnx-writer.js').ValueInfo} ValueInfo */
/**
 * @typedef {object} Conv
 * @property {number} [ic] channels in; else those of the graph's input
 * @property {number} [oc] channels out; else ic
 * @property {number | [number, number]} [k] kernel
 * @property {number | [number, number]} [s] stride
 * @property {number | [number, number]} [d] dilation
 * @property {number} [g] groups
 * @property {'same' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID' | number[]} [pads] 'same': symmetric, half the kernel; [] none
 * @property {boolean} [bias]
 * @property {boolean} [int8] weights quantised per channel
 */

/** @param {number | [number, number]} size @returns {[number, number]} */
export const pair = (size) => (typeof size === 'number' ? [size, size] : size);

export class Graph {
  /** @param {number[]} dims of the input x, [1, c, h, w] @param {{ seed?: number, opset?: number, int8?: boolean }} [options] */
  constructor(dims, { seed = 1, opset = 13, int8 = false } = {}) {
    this.dims = dims;
    this.opset = opset;
    this.int8 = int8;
    this.next = random(seed);
    this.x = 'x';
    this.count = 0;
    /** @type {Message[]} */ this.nodes = [];
    /** @type {Message[]} */ this.initializers = [];
    /** What the file says of its input. @type {ValueInfo[]} */ this.inputs = [['x', dims]];
    /** @type {Record<string, string>} */ this.metadata = {};
  }

  /** @param {string} op @param {string[]} inputs @param {Record<string, Attribute>} [attributes] @returns {string} name of the result */
  op(op, inputs, attributes = {}) {
    const name = `${op.toLowerCase()}_${this.count++}`;
    this.nodes.push(node(op, inputs, [name], attributes));
    return name;
  }

  /** @param {number[]} dims @param {import('../../../tools/onnx-writer.js').TensorData} data @returns {string} */
  constant(dims, data) {
    const name = `const_${this.count++}`;
    this.initializers.push(tensor(name, dims, data));
    return name;
  }

  /** Random numbers. @param {number[]} dims @param {number} [low] @param {number} [high] */
  noise(dims, low = -1, high = 1) {
    return this.constant(
      dims,
      floats(
        dims.reduce((product, size) => product * size, 1),
        this.next,
        low,
        high,
      ),
    );
  }

  /** @param {number} value */
  scalar(value) {
    return this.constant([], Float32Array.of(value));
  }

  /** @param {number[]} values as int64 */
  ints(values) {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  /** Weights [oc][...], as f32 or as int8 and DequantizeLinear. @param {number[]} dims @param {boolean} int8 */
  weights(dims, int8) {
    const size = dims.slice(1).reduce((product, side) => product * side, 1);
    const high = Math.sqrt(3 / size);
    const values = floats(dims[0] * size, this.next, -high, high);
    if (!int8) return this.constant(dims, values);
    const scales = new Float32Array(dims[0]);
    const bytes = new Int8Array(values.length);
    for (let c = 0; c < dims[0]; c++) {
      const row = values.subarray(c * size, (c + 1) * size);
      scales[c] = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
      row.forEach((value, i) => {
        bytes[c * size + i] = Math.round(value / scales[c]);
      });
    }
    return this.op('DequantizeLinear', [this.constant(dims, bytes), this.constant([dims[0]], scales)], { axis: 0 });
  }

  /** @param {string} x @param {Conv} [conv] @returns {string} */
  conv(
    x,
    { ic = this.dims[1], oc = ic, k = 3, s = 1, d = 1, g = 1, pads = 'same', bias = true, int8 = this.int8 } = {},
  ) {
    const [kh, kw] = pair(k);
    const [dh, dw] = pair(d);
    /** @type {Record<string, Attribute>} */
    const attributes = { kernel_shape: [kh, kw], strides: pair(s), dilations: [dh, dw], group: g };
    if (pads === 'same') {
      const [y, z] = [(dh * (kh - 1)) >> 1, (dw * (kw - 1)) >> 1];
      attributes.pads = [y, z, y, z];
    } else if (typeof pads === 'string') attributes.auto_pad = pads;
    else if (pads.length) attributes.pads = pads;
    const inputs = [x, this.weights([oc, ic / g, kh, kw], int8)];
    if (bias) inputs.push(this.noise([oc]));
    return this.op('Conv', inputs, attributes);
  }

  /** @param {string} x @param {number} [channels] */
  batchNorm(x, channels = this.dims[1]) {
    return this.op(
      'BatchNormalization',
      [
        x,
        this.noise([channels], 0.5, 1.5),
        this.noise([channels]),
        this.noise([channels]),
        this.noise([channels], 0.2, 2),
      ],
      { epsilon: { float: 1e-5 } },
    );
  }

  /** The file, shapes of the outputs left open. @param {string | string[]} outputs */
  bytes(outputs) {
    return model({ ...this, outputs: [outputs].flat().map((name) => [name, ['n', 'c', 'oh', 'ow'], FLOAT]) });
  }
}
