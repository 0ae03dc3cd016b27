// Files that are no model, or none of ours: a typed error that says where, and nothing leaks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INT32, INT64, model, node, tensor } from '../../../tools/onnx-writer.js';
import { Graph } from './graph.js';
import { CutawayError } from '../../../web/engine/core/errors.js';
import { floats, newCore, runNet } from './run-net.js';
import { random } from '../../../tools/random.js';

/** @typedef {import('../../../tools/onnx-writer.js').ValueInfo} ValueInfo */
/** @typedef {import('../../../tools/onnx-writer.js').Message} Message */

const STRING = 8,
  DOUBLE = 11;
const side = 8;
const dims = [1, 3, side, side];
/** @type {ValueInfo} */ const x = ['x', dims];
/** @type {ValueInfo} */ const y = ['y', ['n', 'c', 'h', 'w']];
const input = floats(3 * side * side, random(5));
const ones = (/** @type {number[]} */ shape) =>
  new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1);

/** @param {Message[]} nodes @param {Partial<Parameters<typeof model>[0]>} [more] */
const file = (nodes, more = {}) => model({ nodes, inputs: [x], outputs: [y], ...more });
/** @param {string} op @param {Record<string, import('../../../tools/onnx-writer.js').Attribute>} [attributes] @param {string[]} [inputs] */
const one = (op, attributes, inputs = ['x']) => node(op, inputs, ['y'], attributes, 'the_node');
/** @param {string} name @param {number[]} shape */
const initializer = (name, shape) => tensor(name, shape, ones(shape));
const w331 = initializer('w', [3, 3, 1, 1]);

/** @param {Uint8Array} bytes @param {string} code or some, where the two are a matter of taste @param {RegExp} [detail] @param {Float32Array} [values] */
async function refused(bytes, code, detail = /./, values = input) {
  await assert.rejects(runNet(bytes, values, { w: side, h: side }), (error) => {
    assert.ok(error instanceof CutawayError, `${error}`);
    assert.ok(code.split(' or ').includes(error.code), `${error.code}: ${error.detail}`);
    assert.match(error.detail, detail);
    return true;
  });
}

const either = 'bad_model or unsupported_model';

/** Rows: name, code, file, what the sentence must name. @type {[string, string, Uint8Array, RegExp?][]} */
const rows = [
  ['an unknown operator', 'unsupported_model', file([one('Nonsense')]), /the_node/],
  ['an operator that is not of the subset', 'unsupported_model', file([one('Softmax', { axis: 1 })]), /the_node/],
  [
    'another domain',
    'unsupported_model',
    file([node('Conv', ['x', 'w'], ['y'], {}, 'the_node', 'com.microsoft')], { initializers: [w331] }),
    /the_node/,
  ],
  ['an opset of the past', 'unsupported_model', file([one('Relu')], { opset: 5 }), /5/],
  ['an opset of the future', 'unsupported_model', file([one('Relu')], { opset: 99 }), /99/],
  [
    'ReduceMean without keepdims',
    'unsupported_model',
    file([one('ReduceMean', { axes: [2, 3], keepdims: 0 })]),
    /the_node/,
  ],
  ['Concat of rows', 'unsupported_model', file([one('Concat', { axis: 2 }, ['x', 'x'])]), /the_node/],
  [
    'Resize: cubic',
    'unsupported_model',
    file([one('Resize', { mode: 'cubic' }, ['x', '', 'scales'])], {
      initializers: [tensor('scales', [4], Float32Array.of(1, 1, 2, 2))],
    }),
    /the_node/,
  ],
  [
    'Resize: tf_crop_and_resize',
    'unsupported_model',
    file(
      [one('Resize', { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' }, ['x', 'roi', 'scales'])],
      {
        initializers: [
          tensor('scales', [4], Float32Array.of(1, 1, 2, 2)),
          tensor('roi', [8], Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1)),
        ],
      },
    ),
    /the_node/,
  ],
  [
    'Resize of channels',
    'unsupported_model',
    file([one('Resize', {}, ['x', '', 'scales'])], {
      initializers: [tensor('scales', [4], Float32Array.of(1, 2, 2, 2))],
    }),
    /the_node/,
  ],
  [
    'Resize by a size that comes from the picture',
    either,
    file([node('Cast', ['x'], ['sizes'], { to: INT64 }), one('Resize', {}, ['x', '', '', 'sizes'])]),
  ],
  ['Cast to integers', 'unsupported_model', file([one('Cast', { to: INT32 })]), /the_node/],
  [
    'weights that are no constant',
    'unsupported_model',
    file([one('Conv', { kernel_shape: [8, 8] }, ['x', 'x'])]),
    /the_node/,
  ],
  [
    'DequantizeLinear of the picture',
    either,
    file([one('DequantizeLinear', {}, ['x', 's'])], { initializers: [tensor('s', [], Float32Array.of(1))] }),
  ],
  ['two inputs', 'unsupported_model', file([one('Add', {}, ['x', 'z'])], { inputs: [x, ['z', dims]] })],
  ['an input of two pictures', 'unsupported_model', file([one('Relu')], { inputs: [['x', [2, 3, side, side]]] })],
  ['an input of rank 3', 'unsupported_model', file([one('Relu')], { inputs: [['x', [3, side, side]]] })],
  ['an input of doubles', 'unsupported_model', file([one('Relu')], { inputs: [['x', dims, DOUBLE]] })],
  ['an input of texts', either, file([one('Relu')], { inputs: [['x', dims, STRING]] })],
  ['no input', 'bad_model', file([one('Relu')], { inputs: [] })],
  ['no output', 'bad_model', file([one('Relu')], { outputs: [] })],
  ['an output that nobody makes', 'bad_model', file([one('Relu')], { outputs: [['z', dims]] }), /z/],
  ['an input that nobody makes', 'bad_model', file([one('Add', {}, ['x', 'ghost'])]), /ghost/],
  ['a weight that is missing', 'bad_model', file([one('Conv', {}, ['x', 'ghost'])]), /ghost/],
  ['a cycle', 'bad_model', file([node('Add', ['x', 'y'], ['a']), one('Relu', {}, ['a'])])],
  ['a node that is its own input', 'bad_model', file([one('Add', {}, ['x', 'y'])])],
  ['one name made twice', 'bad_model', file([node('Relu', ['x'], ['y']), one('Sigmoid')])],
  ['another size than asked for', 'bad_model', file([one('Relu')], { inputs: [['x', [1, 3, 16, 16]]] }), /16/],
  [
    'weights of other channels',
    'bad_model',
    file([one('Conv', {}, ['x', 'w'])], { initializers: [initializer('w', [3, 4, 1, 1])] }),
    /the_node/,
  ],
  [
    'weights of rank 3',
    either,
    file([one('Conv', {}, ['x', 'w'])], { initializers: [initializer('w', [3, 3, 1])] }),
    /the_node/,
  ],
  [
    'weights of another kernel than the attribute',
    'bad_model',
    file([one('Conv', { kernel_shape: [3, 3] }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  [
    'a bias of other channels',
    'bad_model',
    file([one('Conv', {}, ['x', 'w', 'b'])], { initializers: [w331, initializer('b', [4])] }),
    /the_node/,
  ],
  [
    'groups that do not divide',
    'bad_model',
    file([one('Conv', { group: 2 }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  ['no groups', either, file([one('Conv', { group: 0 }, ['x', 'w'])], { initializers: [w331] }), /the_node/],
  [
    'a stride of nothing',
    either,
    file([one('Conv', { strides: [0, 1] }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  [
    'a dilation below zero',
    either,
    file([one('Conv', { dilations: [-1, 1] }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  [
    'strides for one side',
    either,
    file([one('Conv', { strides: [1] }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  [
    'padding beyond measure',
    either,
    file([one('Conv', { pads: [0, 0, 0, 2 ** 40] }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  [
    'padding below zero',
    either,
    file([one('Conv', { pads: [-1, 0, 0, 0] }, ['x', 'w'])], { initializers: [w331] }),
    /the_node/,
  ],
  [
    'a kernel larger than the map',
    'bad_model',
    file([one('Conv', {}, ['x', 'w'])], { initializers: [initializer('w', [3, 3, 9, 9])] }),
    /the_node/,
  ],
  ['a pool larger than the map', 'bad_model', file([one('MaxPool', { kernel_shape: [9, 9] })]), /the_node/],
  ['a pool without kernel', either, file([one('MaxPool')]), /the_node/],
  [
    'Concat of unequal maps',
    'bad_model',
    file([node('MaxPool', ['x'], ['a'], { kernel_shape: [2, 2] }), one('Concat', { axis: 1 }, ['x', 'a'])]),
    /the_node/,
  ],
  ['Concat without axis', either, file([one('Concat', {}, ['x', 'x'])]), /the_node/],
  [
    'a sum of unequal maps',
    either,
    file([node('MaxPool', ['x'], ['a'], { kernel_shape: [2, 2] }), one('Add', {}, ['x', 'a'])]),
    /the_node/,
  ],
  [
    'a constant of other channels',
    either,
    file([one('Add', {}, ['x', 'w'])], { initializers: [initializer('w', [4, 1, 1])] }),
    /the_node/,
  ],
  [
    'normalisation of other channels',
    'bad_model',
    file([one('BatchNormalization', {}, ['x', 'w', 'w', 'w', 'w'])], { initializers: [initializer('w', [4])] }),
    /the_node/,
  ],
  [
    'a normalisation with too few inputs',
    'bad_model',
    file([one('BatchNormalization', {}, ['x', 'w', 'w'])], { initializers: [initializer('w', [3])] }),
    /the_node/,
  ],
  ['Conv without weights', either, file([one('Conv')]), /the_node/],
  ['a node without outputs', either, file([node('Relu', ['x'], [], {}, 'the_node'), one('Relu')])],
  [
    'a Resize to nothing',
    either,
    file([one('Resize', {}, ['x', '', '', 's'])], {
      initializers: [tensor('s', [4], BigInt64Array.of(1n, 3n, 0n, 4n))],
    }),
    /the_node/,
  ],
  [
    'a Resize to a size below zero',
    either,
    file([one('Resize', {}, ['x', '', '', 's'])], {
      initializers: [tensor('s', [4], BigInt64Array.of(1n, 3n, -4n, 4n))],
    }),
    /the_node/,
  ],
  [
    'a Resize by no number',
    either,
    file([one('Resize', {}, ['x', '', 's'])], { initializers: [tensor('s', [4], Float32Array.of(1, 1, NaN, 2))] }),
    /the_node/,
  ],
  [
    'an index outside of the shape',
    'bad_model',
    file(
      [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'i'], ['g'], {}, 'the_gather'),
        one('Resize', {}, ['x', '', '', 'g']),
      ],
      { initializers: [tensor('i', [1], BigInt64Array.of(7n))] },
    ),
    /the_gather/,
  ],
  [
    'a division by zero',
    either,
    file(
      [
        node('Shape', ['x'], ['s']),
        node('Div', ['s', 'i'], ['g'], {}, 'the_division'),
        one('Resize', {}, ['x', '', '', 'g']),
      ],
      { initializers: [tensor('i', [1], BigInt64Array.of(0n))] },
    ),
    /the_division/,
  ],
  [
    'a DequantizeLinear with the scales of others',
    'bad_model',
    file([node('DequantizeLinear', ['q', 's'], ['w'], { axis: 0 }, 'the_scales'), one('Conv', {}, ['x', 'w'])], {
      initializers: [tensor('q', [3, 3, 1, 1], new Int8Array(9)), tensor('s', [4], ones([4]))],
    }),
    /the_scales/,
  ],
  ['a tensor with less data than it says', 'bad_model', lies()],
  ['nothing', 'bad_model', new Uint8Array(0)],
  ['a text', 'bad_model', new TextEncoder().encode('<!doctype html><title>404</title>')],
  ['zeros', 'bad_model', new Uint8Array(4096)],
  ['a graph of nothing', either, file([], {})],
];

/** A Conv whose weights say [3, 3, 1, 1] and hold eight floats. */
function lies() {
  const weights = tensor('w', [3, 3, 1, 1], ones([9]));
  weights[weights.length - 1] = weights[weights.length - 1].slice(0, 32);
  weights[weights.length - 2] = Uint8Array.from([9 * 8 + 2, 32]);
  return file([one('Conv', {}, ['x', 'w'])], { initializers: [weights] });
}

for (const [name, code, bytes, detail] of rows) {
  test(`${code}: ${name}`, async () => {
    await refused(bytes, code, detail);
  });
}

test('the table is not refused for what its rows share', async () => {
  const got = await runNet(file([one('Conv', {}, ['x', 'w'])], { initializers: [w331] }), input, { w: side, h: side });
  assert.deepEqual(got.dims, dims);
});

test('an input that is no number, or of another count', async () => {
  const bytes = file([one('Relu')]);
  const broken = input.slice();
  broken[77] = NaN;
  await refused(bytes, 'inference_failed', /./, broken);
  broken[77] = Infinity;
  await refused(bytes, 'inference_failed', /./, broken);
  await refused(bytes, 'bad_argument', /./, input.slice(1));
});

test('calls out of order', async () => {
  const core = await newCore();
  const { exports } = core;
  const stateError = [...core.statuses.values()].find(({ code }) => code === 'bad_state')?.status;
  const net = exports.cut_net_new();
  assert.equal(core.text(exports.cut_net_message(net)), '');
  assert.equal(exports.cut_net_plan_json(net), 0);
  assert.equal(exports.cut_net_output(net), 0);
  assert.equal(exports.cut_net_progress(net), 0);
  assert.equal(exports.cut_net_dim(net, 0, 1), 0);
  assert.equal(exports.cut_net_step(net, 1), stateError);
  assert.equal(
    core.withBytes(new Uint8Array(input.buffer), (values) => exports.cut_net_begin(net, values, input.length)),
    stateError,
  );
  const load = () =>
    core.withBytes(file([one('Relu')]), (bytes, size) => exports.cut_net_load(net, bytes, size, side, side, 1, 0, 0));
  assert.equal(load(), 0);
  assert.equal(load(), stateError);
  assert.notEqual(core.text(exports.cut_net_message(net)), '');
  assert.equal(exports.cut_net_step(net, 1), stateError, 'no run was begun');
  for (const dimension of [4, -1]) assert.equal(exports.cut_net_dim(net, 0, dimension), 0);
  exports.cut_net_free(net);
  exports.cut_net_free(0);
  assert.equal(core.liveBlocks, 0);
});

test('sizes that are none, and an arithmetic that is none', async () => {
  const bytes = file([one('Relu')], { inputs: [['x', [1, 3, 'h', 'w']]] });
  for (const [w, h] of [
    [0, 8],
    [8, 0],
    [100_000, 8],
    [8, 0xffffffff],
  ]) {
    await assert.rejects(runNet(bytes, input, { w, h }), { name: 'CutawayError' }, `${w}x${h}`);
  }
  await assert.rejects(runNet(bytes, input, { w: side, h: side, arithmetic: 7 }), {
    name: 'CutawayError',
    code: 'bad_argument',
  });
});

test('a model for which memory is too small, and less and less of it', async () => {
  const core = await newCore();
  const bytes = little(16);
  const values = floats(3 * 16 * 16, random(1));
  core.resetPeak();
  await runNet(bytes, values, { w: 16, h: 16, core });
  const peak = core.peakBytes;
  assert.ok(peak > bytes.length, `${peak}`);
  let refusals = 0;
  for (let limit = 64; limit < peak + 4096; limit += Math.ceil(peak / 150)) {
    core.limitMemory(limit);
    try {
      await runNet(bytes, values, { w: 16, h: 16, core });
    } catch (error) {
      refusals++;
      // without memory for itself a net is NULL
      if (error instanceof CutawayError) assert.equal(error.code, 'out_of_memory', `${error.detail} at ${limit}`);
      else assert.match(String(error), /cut_net_new\(\)/);
    }
    assert.equal(core.liveBlocks, 0);
  }
  core.limitMemory(0);
  assert.ok(refusals > 50, `${refusals}`);
});

/** Convolutions, a pool, a sum, a Resize by a chain of shapes, 8-bit weights. @param {number} size */
function little(size) {
  const g = new Graph([1, 3, size, size]);
  g.inputs = [['x', ['n', 3, 'h', 'w']]];
  const a = g.op('Relu', [g.conv('x', { s: 2, oc: 4 })]);
  const b = g.op('Relu', [g.op('Add', [g.conv(a, { ic: 4, g: 4, int8: true }), a])]);
  const c = g.op('MaxPool', [b], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const sides = g.op('Slice', [g.op('Shape', ['x']), g.ints([2]), g.ints([4]), g.ints([0])]);
  const d = g.op('Resize', [c, '', '', g.op('Concat', [g.ints([1, 4]), sides], { axis: 0 })], { mode: 'linear' });
  const e = g.op('Concat', [d, 'x'], { axis: 1 });
  return g.bytes(g.op('Sigmoid', [g.conv(g.batchNorm(e, 7), { ic: 7, oc: 1, k: 1 })]));
}

test('a file that ends early, at every 37th byte', async () => {
  const bytes = little(16);
  const values = floats(3 * 16 * 16, random(1));
  await runNet(bytes, values, { w: 16, h: 16 });
  for (let length = 0; length < bytes.length; length += 37) {
    await assert.rejects(runNet(bytes.subarray(0, length), values, { w: 16, h: 16 }), (/** @type {any} */ error) => {
      assert.ok(['bad_model', 'unsupported_model'].includes(error.code), `${length} of ${bytes.length}: ${error}`);
      return true;
    });
  }
});

test('two thousand flipped bits: an answer or a typed error, no crash, no leak', async (t) => {
  const bytes = little(16);
  const values = floats(3 * 16 * 16, random(1));
  const next = random(20);
  const codes = /** @type {Record<string, number>} */ ({ answered: 0 });
  const core = await newCore();
  core.limitMemory(64 << 20);
  for (let i = 0; i < 2000; i++) {
    const broken = bytes.slice();
    const bit = Math.floor(next() * bytes.length * 8);
    broken[bit >> 3] ^= 1 << (bit & 7);
    try {
      const {
        dims: [n, c, h, w],
        data,
      } = await runNet(broken, values, { w: 16, h: 16, arithmetic: i % 3, core });
      assert.ok(n === 1 && c >= 1 && h >= 1 && w >= 1 && data.length === c * h * w);
      codes.answered++;
    } catch (error) {
      if (!(error instanceof CutawayError)) throw error;
      assert.ok(
        ['bad_model', 'unsupported_model', 'inference_failed', 'out_of_memory'].includes(error.code),
        `bit ${bit}: ${error.code}: ${error.detail}`,
      );
      codes[error.code] = (codes[error.code] ?? 0) + 1;
    }
  }
  t.diagnostic(JSON.stringify(codes));
  assert.ok(codes.answered > 200 && codes.bad_model > 100);
});
