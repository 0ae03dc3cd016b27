// The networks that the field runs, as ONNX files with random weights: time,
// size and memory are theirs, the answer means nothing. Architectures:
// U^2-Net and U^2-Net-p (Qin et al. 2020, "U^2-Net: Going Deeper with Nested
// U-Structure"), IS-Net (Qin et al. 2022, "Highly Accurate Dichotomous Image
// Segmentation"). Batch normalisation is folded into the convolutions, as
// every exporter does; weights are f32, or int8 per output channel behind a
// DequantizeLinear.
import { model, node, tensor } from '../onnx-writer.js';

/** @typedef {'f32' | 'int8'} Weights */
/**
 * A tensor of the graph: name, size, and what its values are about to be,
 * from which the next weights take their scale.
 *
 * @typedef {{ name: string, c: number, h: number, w: number, mean: number, variance: number }} Value
 */

/** Mean and variance of max(0, N(0, 1)). */
const reluMean = 0.399,
  reluVariance = 0.341;
/** What pooling and resizing make of them, roughly: measured, the sums that
 * end the blocks have mean 0.5..1 and variance 0.3..1 at every depth. */
const poolMean = 1.5,
  resizeVariance = 0.85;

/** Nodes and weights, in the order of the computation. */
class Graph {
  /** @param {number} side of the input @param {Weights | null} weights null: only counts */
  constructor(side, weights) {
    this.weights = weights;
    this.macs = 0;
    this.parameters = 0;
    this.random = 12345;
    this.count = 0;
    /** @type {import('../onnx-writer.js').Message[]} */ this.nodes = [];
    /** @type {import('../onnx-writer.js').Message[]} */ this.initializers = [];
    /** @type {Value[]} */ this.outputs = [];
    /** @type {Value} */ this.input = { name: 'input', c: 3, h: side, w: side, mean: 0, variance: 1 };
  }

  /**
   * @param {string} op
   * @param {string[]} inputs
   * @param {Omit<Value, 'name'>} value
   * @param {Record<string, import('../onnx-writer.js').Attribute>} [attributes]
   * @returns {Value}
   */
  add(op, inputs, value, attributes = {}) {
    const name = `${op.toLowerCase()}_${++this.count}`;
    this.nodes.push(node(op, inputs, [name], attributes));
    return { ...value, name };
  }

  /** Uniform in -0.5 .. 0.5. @param {number} count */
  uniform(count) {
    const values = new Float32Array(count);
    let state = this.random;
    for (let i = 0; i < count; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      values[i] = state / 4294967296;
    }
    this.random = state;
    return values;
  }

  /**
   * Filters that sum to 0: on inputs of any mean, with a variance that is
   * known, the answer is about N(0, 1), as behind a batch normalisation.
   *
   * @param {number} out
   * @param {number} fanIn
   * @param {number} deviation of a weight: 1 / sqrt(fanIn * variance)
   */
  filters(out, fanIn, deviation) {
    const values = this.uniform(out * fanIn);
    for (let from = 0; from < values.length; from += fanIn) {
      let sum = 0;
      for (let i = from; i < from + fanIn; i++) sum += values[i];
      const mean = sum / fanIn;
      for (let i = from; i < from + fanIn; i++) values[i] = (values[i] - mean) * deviation * Math.sqrt(12);
    }
    return values;
  }

  /**
   * @param {Value} x
   * @param {number} out channels
   * @param {{ size?: number, dilation?: number, stride?: number, relu?: boolean }} [options]
   * @returns {Value}
   */
  conv(x, out, { size = 3, dilation = 1, stride = 1, relu = true } = {}) {
    const [h, w] = [Math.ceil(x.h / stride), Math.ceil(x.w / stride)];
    const fanIn = x.c * size * size;
    this.macs += out * fanIn * h * w;
    this.parameters += out * fanIn + out;
    const name = `conv_${this.count + 1}`;
    const inputs = [x.name, `${name}.weight`, `${name}.bias`];
    if (this.weights) {
      const values = this.filters(out, fanIn, 1 / Math.sqrt(fanIn * x.variance));
      this.store(`${name}.weight`, [out, x.c, size, size], values);
      this.initializers.push(
        tensor(
          `${name}.bias`,
          [out],
          this.uniform(out).map((value) => value * 0.2),
        ),
      );
    }
    const edge = dilation * (size >> 1);
    const result = this.add(
      'Conv',
      inputs,
      { c: out, h, w, mean: 0, variance: 1 },
      {
        kernel_shape: [size, size],
        dilations: [dilation, dilation],
        pads: [edge, edge, edge, edge],
        strides: [stride, stride],
      },
    );
    return relu ? this.add('Relu', [result.name], { ...result, mean: reluMean, variance: reluVariance }) : result;
  }

  /** @param {string} name @param {number[]} dims @param {Float32Array} values */
  store(name, dims, values) {
    if (this.weights === 'f32') {
      this.initializers.push(tensor(name, dims, values));
      return;
    }
    const [out] = dims,
      fanIn = values.length / out;
    const steps = new Float32Array(out);
    const bytes = new Int8Array(values.length);
    for (let o = 0; o < out; o++) {
      let top = 0;
      for (let i = o * fanIn; i < (o + 1) * fanIn; i++) top = Math.max(top, Math.abs(values[i]));
      steps[o] = top / 127 || 1;
      for (let i = o * fanIn; i < (o + 1) * fanIn; i++) bytes[i] = Math.round(values[i] / steps[o]);
    }
    this.initializers.push(
      tensor(`${name}.int8`, dims, bytes),
      tensor(`${name}.scale`, [out], steps),
      tensor(`${name}.zero`, [out], new Int8Array(out)),
    );
    this.nodes.push(node('DequantizeLinear', [`${name}.int8`, `${name}.scale`, `${name}.zero`], [name], { axis: 0 }));
  }

  /** 2 x 2, stride 2; an odd edge keeps its last row. @param {Value} x */
  pool(x) {
    const { c, mean, variance } = x;
    return this.add(
      'MaxPool',
      [x.name],
      { c, h: Math.ceil(x.h / 2), w: Math.ceil(x.w / 2), mean: mean * poolMean, variance },
      { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    );
  }

  /** Bilinear to the size of another. @param {Value} x @param {Pick<Value, 'h' | 'w'>} like */
  resize(x, { h, w }) {
    if (h === x.h && w === x.w) return x;
    const sizes = `resize_${this.count + 1}.sizes`;
    this.initializers.push(tensor(sizes, [4], BigInt64Array.from([1, x.c, h, w].map(BigInt))));
    return this.add(
      'Resize',
      [x.name, '', '', sizes],
      { ...x, h, w, variance: x.variance * resizeVariance },
      { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    );
  }

  /** By channels. @param {...Value} parts */
  concat(...parts) {
    const c = parts.reduce((sum, part) => sum + part.c, 0);
    const mean = parts.reduce((sum, part) => sum + part.mean * part.c, 0) / c;
    const square = parts.reduce((sum, part) => sum + (part.variance + part.mean ** 2) * part.c, 0) / c;
    return this.add(
      'Concat',
      parts.map(({ name }) => name),
      { c, h: parts[0].h, w: parts[0].w, mean, variance: square - mean ** 2 },
      { axis: 1 },
    );
  }

  /** @param {Value} a @param {Value} b */
  sum(a, b) {
    return this.add('Add', [a.name, b.name], { ...a, mean: a.mean + b.mean, variance: a.variance + b.variance });
  }

  /**
   * A residual U-block of `height` levels: RSU-7, -6, -5, -4.
   *
   * @param {number} height @param {Value} x @param {number} mid @param {number} out channels
   */
  rsu(height, x, mid, out) {
    const first = this.conv(x, out);
    const down = [this.conv(first, mid)];
    for (let level = 2; level < height; level++) down.push(this.conv(this.pool(down[level - 2]), mid));
    let up = this.conv(down[height - 2], mid, { dilation: 2 });
    for (let level = height - 2; level >= 0; level--) {
      up = this.conv(this.concat(this.resize(up, down[level]), down[level]), level ? mid : out);
    }
    return this.sum(up, first);
  }

  /** RSU-4F: dilations in place of pooling. @param {Value} x @param {number} mid @param {number} out */
  rsu4f(x, mid, out) {
    const first = this.conv(x, out);
    const one = this.conv(first, mid);
    const two = this.conv(one, mid, { dilation: 2 });
    const four = this.conv(two, mid, { dilation: 4 });
    const eight = this.conv(four, mid, { dilation: 8 });
    let up = this.conv(this.concat(eight, four), mid, { dilation: 4 });
    up = this.conv(this.concat(up, two), mid, { dilation: 2 });
    return this.sum(this.conv(this.concat(up, one), out), first);
  }

  /**
   * Six stages down, five up; the maps of the six side outputs, largest
   * first, each a 3 x 3 convolution to one channel.
   *
   * @param {Value} x
   * @param {[mid: number, out: number][]} down of stages 1..6
   * @param {[mid: number, out: number][]} up of stages 1..5
   */
  body(x, down, up) {
    /** @type {Value[]} */
    const stages = [];
    down.forEach(([mid, out], i) => {
      const from = i ? this.pool(stages[i - 1]) : x;
      stages.push(i < 4 ? this.rsu(7 - i, from, mid, out) : this.rsu4f(from, mid, out));
    });
    const sides = [stages[5]];
    for (let i = 4; i >= 0; i--) {
      const from = this.concat(this.resize(sides[0], stages[i]), stages[i]);
      sides.unshift(i < 4 ? this.rsu(7 - i, from, ...up[i]) : this.rsu4f(from, ...up[i]));
    }
    return sides.map((side) => this.conv(side, 1, { relu: false }));
  }

  /** One more output: map_1, map_2 ... @param {Value} x */
  answer(x) {
    const name = `map_${this.outputs.length + 1}`;
    this.nodes.push(node('Sigmoid', [x.name], [name]));
    this.outputs.push({ ...x, name });
  }

  file() {
    /** @param {Value} value @returns {[string, number[]]} */
    const info = ({ name, c, h, w }) => [name, [1, c, h, w]];
    return model({
      nodes: this.nodes,
      initializers: this.initializers,
      inputs: [info(this.input)],
      outputs: this.outputs.map(info),
    });
  }
}

/** @type {[number, number][]} */
const largeDown = [
  [32, 64],
  [32, 128],
  [64, 256],
  [128, 512],
  [256, 512],
  [256, 512],
];
/** @type {[number, number][]} */
const largeUp = [
  [16, 64],
  [32, 64],
  [64, 128],
  [128, 256],
  [256, 512],
];
/** @type {[number, number][]} */
const small = Array(6).fill([16, 64]);

/** @param {Graph} graph @param {[number, number][]} down @param {[number, number][]} up */
function fused(graph, down, up) {
  const sides = graph.body(graph.input, down, up).map((side, _i, all) => graph.resize(side, all[0]));
  graph.answer(graph.conv(graph.concat(...sides), 1, { size: 1, relu: false }));
  for (const side of sides) graph.answer(side);
}

/** @type {Record<string, (graph: Graph) => void>} */
const networks = {
  u2netp: (graph) => fused(graph, small, small),
  u2net: (graph) => fused(graph, largeDown, largeUp),
  isnet(graph) {
    const x = graph.conv(graph.input, 64, { stride: 2, relu: false });
    for (const side of graph.body(x, largeDown, largeUp)) graph.answer(graph.resize(side, graph.input));
  },
};

/** @param {string} name @param {number} side @param {Weights | null} weights */
function build(name, side, weights) {
  const graph = new Graph(side, weights);
  networks[name](graph);
  return graph;
}

/**
 * @param {string} name of a network: u2netp, u2net, isnet
 * @param {number} side of the input, pixels
 * @returns {{ macs: number, parameters: number }} multiply-adds of the convolutions in one run; weights and biases
 */
export function graphCost(name, side) {
  const { macs, parameters } = build(name, side, null);
  return { macs, parameters };
}

/**
 * Each takes "input", [1][3][side][side], and answers maps [1][1][side][side]
 * in 0..1, the wanted one first: "map_1", U^2-Net's fused one, IS-Net's
 * largest. Measured on smooth pictures, it spans 0.06..0.93.
 *
 * @param {number} side
 * @param {Weights} weights
 * @returns {Uint8Array} an ONNX file, the same for the same arguments
 */
export const u2netp = (side, weights) => build('u2netp', side, weights).file();
/** @param {number} side @param {Weights} weights @returns {Uint8Array} see u2netp */
export const u2net = (side, weights) => build('u2net', side, weights).file();
/** @param {number} side @param {Weights} weights @returns {Uint8Array} see u2netp */
export const isnet = (side, weights) => build('isnet', side, weights).file();
