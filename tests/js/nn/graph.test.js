// What is not an operator on pictures: constants, quantised weights, names,
// open shapes, outputs, metadata, plans, runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLOAT, tensor } from '../../../tools/onnx-writer.js';
import { agrees, distance } from './compare.js';
import { Graph } from './graph.js';
import { AUTO, F32, floats, newCore, runNet, runOrt } from './run-net.js';
import { random } from '../../../tools/random.js';

/** @typedef {import('./compare.js').Case} Case */

/** @param {number} count @param {() => number} next @param {number} low @param {number} high */
const integers = (count, next, low, high) =>
  Array.from({ length: count }, () => Math.floor(low + (high - low + 1) * next()));

/**
 * A convolution of 8 channels into 5 whose weights are 8-bit.
 *
 * @param {Graph} g
 * @param {{ signed?: boolean, perChannel?: boolean, zero?: 'none' | 'given' | 'absent', axis?: number }} how
 */
function quantised(g, { signed = true, perChannel = true, zero = 'given', axis }) {
  const Bytes = signed ? Int8Array : Uint8Array;
  const dims = [5, 8, 3, 3];
  const [low, high] = signed ? [-128, 127] : [0, 255];
  const weights = g.constant(dims, Bytes.from(integers(360, g.next, low, high)));
  const shape = perChannel ? [5] : [];
  const count = perChannel ? 5 : 1;
  const inputs = [weights, g.constant(shape, floats(count, g.next, 0.0005, 0.002))];
  const zeros =
    zero === 'none' ? new Bytes(count) : Bytes.from(integers(count, g.next, signed ? -20 : 100, signed ? 20 : 150));
  if (zero !== 'absent') inputs.push(g.constant(shape, zeros));
  return g.op('Conv', ['x', g.op('DequantizeLinear', inputs, axis === undefined ? {} : { axis }), g.noise([5])], {
    pads: [1, 1, 1, 1],
  });
}

agrees(
  'DequantizeLinear of weights',
  [true, false].flatMap((signed) =>
    [true, false].flatMap((perChannel) =>
      /** @type {const} */ (['none', 'given', 'absent']).flatMap((zero) =>
        [10, 13]
          .filter((opset) => opset === 13 || !perChannel)
          .map((opset) => ({
            name: `${signed ? 'int8' : 'uint8'}, ${perChannel ? 'per channel' : 'per tensor'}, zero point ${zero}, opset ${opset}`,
            opset,
            build: (/** @type {Graph} */ g) =>
              quantised(g, { signed, perChannel, zero, axis: perChannel ? 0 : undefined }),
          })),
      ),
    ),
  ),
);

agrees(
  'DequantizeLinear elsewhere',
  /** @type {Case[]} */ ([
    {
      name: 'the second axis, its default',
      build: (g) =>
        g.op('Conv', [
          'x',
          g.op('DequantizeLinear', [
            g.constant([4, 8, 1, 1], Int8Array.from(integers(32, g.next, -127, 127))),
            g.constant([8], floats(8, g.next, 0.001, 0.01)),
          ]),
        ]),
    },
    {
      name: 'a negative axis',
      build: (g) =>
        g.op('Conv', [
          'x',
          g.op(
            'DequantizeLinear',
            [
              g.constant([4, 8, 1, 1], Int8Array.from(integers(32, g.next, -127, 127))),
              g.constant([4], floats(4, g.next, 0.001, 0.01)),
            ],
            { axis: -4 },
          ),
        ]),
    },
    {
      name: 'a bias of int32',
      build: (g) =>
        g.op('Conv', [
          'x',
          g.noise([4, 8, 1, 1]),
          g.op('DequantizeLinear', [g.constant([4], Int32Array.of(-1000, 0, 70000, 5)), g.scalar(1e-4)]),
        ]),
    },
    {
      name: 'a constant that is added',
      build: (g) =>
        g.op('Add', [
          'x',
          g.op('DequantizeLinear', [
            g.constant([8, 1, 1], Int8Array.from(integers(8, g.next, -127, 127))),
            g.scalar(0.01),
          ]),
        ]),
    },
    { name: 'weights of a depthwise convolution', build: (g) => g.conv('x', { g: 8, int8: true }) },
    {
      name: 'weights that two convolutions share',
      build: (g) => {
        const w = g.weights([8, 8, 3, 3], true);
        return g.op('Conv', [g.op('Conv', ['x', w], { pads: [1, 1, 1, 1] }), w], { pads: [1, 1, 1, 1] });
      },
    },
  ]),
);

agrees(
  'constants',
  /** @type {Case[]} */ ([
    {
      name: 'Constant: value',
      build: (g) =>
        g.op('Add', ['x', g.op('Constant', [], { value: { tensor: tensor('', [8, 1, 1], floats(8, g.next)) } })]),
    },
    {
      name: 'Constant: value_float',
      build: (g) => g.op('Mul', ['x', g.op('Constant', [], { value_float: { float: 1.5 } })]),
    },
    {
      name: 'Constant: value_ints as sizes',
      build: (g) =>
        g.op('Resize', ['x', '', '', g.op('Constant', [], { value_ints: [1, 8, 9, 9] })], { mode: 'linear' }),
    },
    {
      name: 'Constant: weights',
      build: (g) =>
        g.op('Conv', ['x', g.op('Constant', [], { value: { tensor: tensor('w', [3, 8, 1, 1], floats(24, g.next)) } })]),
    },
    { name: 'Identity of weights', build: (g) => g.op('Conv', ['x', g.op('Identity', [g.noise([3, 8, 1, 1])])]) },
    {
      name: 'Reshape of weights',
      build: (g) => g.op('Conv', ['x', g.op('Reshape', [g.noise([3, 8]), g.ints([3, -1, 1, 1])])]),
    },
    {
      name: 'Unsqueeze of what is added',
      build: (g) => g.op('Add', ['x', g.op('Unsqueeze', [g.noise([8]), g.ints([1, 2])])]),
    },
    {
      name: 'Unsqueeze of what is added, a map of one row as wide',
      dims: [1, 8, 1, 8],
      build: (g) => g.op('Add', ['x', g.op('Unsqueeze', [g.noise([8]), g.ints([1, 2])])]),
    },
    {
      name: 'Reshape of what is added',
      dims: [1, 8, 5, 8],
      build: (g) => g.op('Add', ['x', g.op('Reshape', [g.noise([8]), g.ints([1, 8, 1, 1])])]),
    },
    {
      name: 'arithmetic of constants',
      build: (g) =>
        g.op('Mul', [
          'x',
          g.op('Div', [g.scalar(1), g.op('Sub', [g.scalar(3), g.op('Constant', [], { value_float: { float: 0.5 } })])]),
        ]),
    },
    {
      name: 'Cast of a constant',
      build: (g) => g.op('Mul', ['x', g.op('Cast', [g.constant([], BigInt64Array.of(3n))], { to: FLOAT })]),
    },
  ]),
);

agrees(
  'that change nothing',
  /** @type {Case[]} */ ([
    { name: 'Identity', build: (g) => g.op('Identity', [g.conv('x')]) },
    { name: 'Identity of the input', build: (g) => g.op('Identity', ['x']) },
    {
      name: 'Identity in a branch',
      build: (g) => {
        const a = g.op('Identity', [g.conv('x')]);
        return g.op('Add', [g.op('Identity', [a]), g.conv(a)]);
      },
    },
    { name: 'Dropout, opset 13', build: (g) => g.conv(g.op('Dropout', [g.conv('x'), g.scalar(0.5)])) },
    { name: 'Dropout, opset 10', opset: 10, build: (g) => g.op('Dropout', [g.conv('x')], { ratio: { float: 0.3 } }) },
    { name: 'Cast to f32', build: (g) => g.op('Relu', [g.op('Cast', [g.conv('x')], { to: FLOAT })]) },
    { name: 'Cast of the input', build: (g) => g.conv(g.op('Cast', ['x'], { to: FLOAT })) },
  ]),
);

/** @param {Graph} g a net with a bit of everything @returns {string} */
function little(g) {
  const a = g.op('Relu', [g.conv('x', { s: 2, oc: 8 })]);
  const b = g.op('MaxPool', [a], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const c = g.op('Relu', [g.op('Add', [g.conv(b, { ic: 8, g: 8 }), b])]);
  const shape = g.op('Shape', ['x']);
  const sizes = g.op('Concat', [g.ints([1, 8]), g.op('Slice', [shape, g.ints([2]), g.ints([4])])], { axis: 0 });
  const d = g.op('Resize', [c, '', '', sizes], { mode: 'linear' });
  return g.op('Sigmoid', [g.conv(g.op('Concat', [d, 'x'], { axis: 1 }), { ic: 11, oc: 1, k: 1 })]);
}

agrees(
  'open shapes',
  [
    ['batch', 3, 'h', 'w'],
    [1, 3, 'h', 'w'],
    ['n', 'c', 'h', 'w'],
    [1, 3, 23, 'w'],
  ].map((open) => ({
    name: `[${open}]`,
    dims: [1, 3, 23, 30],
    build: (/** @type {Graph} */ g) => {
      g.inputs = [['x', open]];
      return little(g);
    },
  })),
);

agrees(
  'outputs',
  /** @type {Case[]} */ ([
    {
      name: 'the second is asked for',
      output: 'relu_3',
      build: (g) => [g.op('Sigmoid', [g.op('Relu', [g.conv('x')])]), 'relu_3'],
    },
    { name: 'none of that name: the first', build: (g) => [g.conv('x', { oc: 2 }), g.conv('x', { oc: 3 })] },
    {
      name: 'one that is used inside',
      build: (g) => {
        const a = g.op('Relu', [g.conv('x')]);
        return [a, g.conv(a)];
      },
    },
    {
      name: 'one that is used inside, asked for last',
      output: 'conv_6',
      build: (g) => {
        const a = g.op('Relu', [g.conv('x')]);
        return [a, g.conv(a)];
      },
    },
    {
      name: 'a convolution before its activation',
      output: 'conv_2',
      build: (g) => {
        const a = g.conv('x');
        return [g.op('Relu', [a]), a];
      },
    },
    {
      name: 'a convolution before its normalisation',
      build: (g) => {
        const a = g.conv('x');
        return [a, g.batchNorm(a)];
      },
    },
    {
      name: 'of unequal shapes',
      output: 'globalaveragepool_3',
      build: (g) => {
        const a = g.conv('x');
        return [a, g.op('GlobalAveragePool', [a])];
      },
    },
    {
      name: 'a branch that nobody asked for',
      build: (g) => {
        g.conv(g.conv('x', { oc: 64 }), { ic: 64 });
        return g.op('Relu', ['x']);
      },
    },
  ]),
);

test('initializers listed as inputs, as files of IR 3 do', async () => {
  const g = new Graph([1, 3, 6, 7]);
  const w = g.noise([4, 3, 1, 1]);
  const y = g.op('Conv', ['x', w]);
  g.inputs.unshift([w, [4, 3, 1, 1]]);
  const bytes = g.bytes(y);
  const input = floats(126, random(9));
  const plain = new Graph([1, 3, 6, 7]);
  const want = await runOrt(plain.bytes(plain.op('Conv', ['x', plain.noise([4, 3, 1, 1])])), input, [1, 3, 6, 7]);
  const got = await runNet(bytes, input, { w: 7, h: 6 });
  assert.ok(distance(got.data, want.data, 1).max < 1e-4);
});

test('the plan says what the file is', async () => {
  const g = new Graph([1, 3, 23, 30]);
  g.inputs = [['x', [1, 3, 'h', 'w']]];
  const y = little(g);
  const { plan, steps } = await runNet(g.bytes(y), floats(3 * 23 * 30, random(1)), { w: 30, h: 23 });
  assert.deepEqual(plan.input, { name: 'x', shape: [1, 3, 23, 30] });
  assert.deepEqual(plan.output, { name: y, shape: [1, 1, 23, 30] });
  assert.equal(plan.arithmetic, 'f32');
  // 3x3 of 3 into 8 at 12x15, depthwise 3x3 of 8 at 6x8, 1x1 of 11 into 1 at 23x30
  const convs = 27 * 8 * 12 * 15 + 9 * 8 * 6 * 8 + 11 * 23 * 30;
  // told by the thousand, a step
  assert.ok(plan.macs > convs - 3000 && plan.macs <= convs, `${plan.macs} of ${convs}`);
  const sum = plan.steps.reduce((/** @type {number} */ all, /** @type {any} */ step) => all + step.macs, 0);
  assert.equal(sum, plan.macs);
  for (const step of plan.steps) {
    assert.ok(step.offset >= 0 && step.bytes > 0 && step.offset + step.bytes <= plan.arena_bytes, JSON.stringify(step));
    assert.equal(step.shape.length, 3);
  }
  assert.ok(plan.steps.length <= 7, 'activations and the sum are folded');
  assert.ok(steps >= 1);
});

test('the same bits however the run is cut up, and again on the same net', async () => {
  const g = new Graph([1, 3, 64, 64]);
  const bytes = g.bytes(g.conv(g.op('Relu', [g.conv('x', { oc: 64 })]), { ic: 64, oc: 32 }));
  const input = floats(3 * 64 * 64, random(3));
  const core = await newCore();
  const net = core.exports.cut_net_new();
  assert.equal(
    core.withBytes(bytes, (file, size) => core.exports.cut_net_load(net, file, size, 64, 64, F32, 0, 0)),
    0,
  );
  const start = () =>
    assert.equal(
      core.withBytes(new Uint8Array(input.buffer), (values) => core.exports.cut_net_begin(net, values, input.length)),
      0,
    );
  /** @type {Uint8Array[]} */ const answers = [];
  for (const budget of [1, 7, 1000]) {
    start();
    let steps = 0;
    for (; core.exports.cut_net_progress(net) < 1000 && steps < 1e5; steps++)
      assert.equal(core.exports.cut_net_step(net, budget), 0);
    // about 82 million multiply-adds
    if (budget === 1) assert.ok(steps >= 8, `${steps} steps: the page would not be asked often enough`);
    answers.push(core.copyOut(core.exports.cut_net_output(net), 32 * 64 * 64 * 4));
    assert.deepEqual(answers.at(-1), answers[0], `budget ${budget}`);
  }
  start();
  core.exports.cut_net_step(net, 1);
  start(); // the unfinished run is forgotten
  assert.equal(core.exports.cut_net_output(net), 0);
  assert.ok(core.exports.cut_net_progress(net) < 1000);
  while (core.exports.cut_net_progress(net) < 1000) core.exports.cut_net_step(net, 50);
  assert.deepEqual(core.copyOut(core.exports.cut_net_output(net), 32 * 64 * 64 * 4), answers[0]);
  core.exports.cut_net_free(net);
  assert.equal(core.liveBlocks, 0);
});

test('a run allocates nothing', async () => {
  const g = new Graph([1, 3, 23, 30]);
  const bytes = g.bytes(little(g));
  const core = await newCore();
  const net = core.exports.cut_net_new();
  assert.equal(
    core.withBytes(bytes, (file, size) => core.exports.cut_net_load(net, file, size, 30, 23, F32, 0, 0)),
    0,
  );
  core.withBytes(new Uint8Array(floats(3 * 23 * 30, random(1)).buffer), (values) => {
    const live = core.liveBlocks;
    core.resetPeak();
    const peak = core.peakBytes;
    core.exports.cut_net_begin(net, values, 3 * 23 * 30);
    while (core.exports.cut_net_progress(net) < 1000) core.exports.cut_net_step(net, 1);
    assert.equal(core.liveBlocks, live);
    assert.equal(core.peakBytes, peak);
  });
  core.exports.cut_net_free(net);
});

test('automatic arithmetic: int16 where the weights are 8-bit, else f32', async () => {
  for (const int8 of [true, false]) {
    const g = new Graph([1, 3, 23, 30], { int8 });
    const { plan } = await runNet(g.bytes(little(g)), floats(3 * 23 * 30, random(1)), {
      w: 30,
      h: 23,
      arithmetic: AUTO,
    });
    assert.equal(plan.arithmetic, int8 ? 'i16' : 'f32');
  }
});
