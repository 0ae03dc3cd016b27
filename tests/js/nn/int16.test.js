// int8 weights by i16 activations, against ONNX Runtime in f32 on the same file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agrees } from './compare.js';
import { Graph } from './graph.js';
import { I16, floats, runNet } from './run-net.js';
import { random } from '../../../tools/random.js';

/** @typedef {import('./graph.js').Conv} Conv */
/** @typedef {import('./compare.js').Case} Case */

const maps = [
  [1, 1],
  [5, 3],
  [13, 17],
  [32, 32],
];
const channels = [1, 3, 4, 7, 8, 13, 24, 33, 64];
const relu6 = (/** @type {Graph} */ g, /** @type {string} */ x) => g.op('Clip', [x, g.scalar(0), g.scalar(6)]);

let turn = 0;
const someChannels = () => channels[(turn += 4) % channels.length];

/** @param {number[]} map @param {Conv} conv @returns {Case} */
function row(map, conv) {
  const { ic = someChannels() } = conv;
  const full = { ic, oc: ic, bias: turn % 2 === 0, ...conv };
  return { name: `${map.join('x')} ${JSON.stringify(full)}`, dims: [1, ic, ...map], build: (g) => g.conv('x', full) };
}

agrees(
  'int16 Conv: kernels, strides, maps',
  /** @type {Conv['k'][]} */ ([1, 3, 5, 7, [1, 3], [3, 1]]).flatMap((k) =>
    /** @type {Conv['s'][]} */ ([1, 2, [2, 1]]).flatMap((s) =>
      maps.map((map) => row(map, { k, s, oc: someChannels() })),
    ),
  ),
  I16,
);
agrees(
  'int16 Conv: channels',
  channels.flatMap((ic) => channels.flatMap((oc) => [1, 3].map((k) => row([4, 6], { ic, oc, k })))),
  I16,
);
agrees(
  'int16 Conv: dilations and paddings',
  [1, 2, 4, 8].flatMap((d) =>
    /** @type {Conv['pads'][]} */ (['same', [0, 1, 2, 1], [8, 8, 8, 8]]).map((pads) =>
      row([19, 20], { k: 3, d, pads, oc: 8 }),
    ),
  ),
  I16,
);
agrees(
  'int16 Conv: groups and depthwise',
  maps.flatMap((map) =>
    [3, 5].flatMap((k) =>
      [1, 2].flatMap((s) => [
        row(map, { k, s, ic: 13, g: 13 }),
        row(map, { k, s, ic: 24, g: 24 }),
        row(map, { k, s, ic: 64, g: 64 }),
        // other groups have no kernel in int16
        .../** @type {const} */ ([
          [8, 6, 2],
          [5, 10, 5],
        ]).map(([ic, oc, g]) => ({ ...row(map, { k, s, ic, oc, g }), runs: /** @type {const} */ ('f32') })),
      ]),
    ),
  ),
  I16,
);
agrees(
  'int16 Conv: 1024 channels into one',
  [row([3, 3], { ic: 1024, oc: 1, k: 3 }), row([3, 3], { ic: 1024, oc: 9, k: 1 })],
  I16,
);

/** @type {Record<string, (g: Graph, x: string) => string>} */
const activations = {
  Relu: (g, x) => g.op('Relu', [x]),
  'Clip 0..6': relu6,
  LeakyRelu: (g, x) => g.op('LeakyRelu', [x], { alpha: { float: 0.1 } }),
  Sigmoid: (g, x) => g.op('Sigmoid', [x]),
  HardSigmoid: (g, x) => g.op('HardSigmoid', [x]),
  HardSwish: (g, x) => g.op('HardSwish', [x]),
  'x * clip(x + 3) / 6': (g, x) =>
    g.op('Div', [
      g.op('Mul', [x, g.op('Clip', [g.op('Add', [x, g.scalar(3)]), g.scalar(0), g.scalar(6)])]),
      g.scalar(6),
    ]),
  'x * Sigmoid': (g, x) => g.op('Mul', [x, g.op('Sigmoid', [x])]),
  BatchNormalization: (g, x) => g.batchNorm(x),
  'BatchNormalization, Relu': (g, x) => g.op('Relu', [g.batchNorm(x)]),
};
agrees(
  'int16: an activation after a convolution',
  Object.entries(activations).flatMap(([name, step]) =>
    [1, 8].map((group) => ({
      name: `${name}, ${group} groups`,
      opset: 14,
      range: /** @type {[number, number]} */ ([-6, 6]),
      build: (/** @type {Graph} */ g) => g.conv(step(g, g.conv('x', { g: group })), { k: 1 }),
    })),
  ),
  I16,
);

/** @type {Case[]} */
const joins = [
  ...['Add', 'Sub', 'Mul'].map((op) => ({
    name: `${op} of two convolutions`,
    build: (/** @type {Graph} */ g) => g.op(op, [g.conv('x'), g.conv('x')]),
  })),
  {
    name: 'Div',
    build: (g) => g.op('Div', [g.conv('x'), g.op('Add', [g.op('Sigmoid', [g.conv('x')]), g.scalar(0.5)])]),
  },
  ...[[], [8, 1, 1], [1, 8, 1, 1], [1, 8, 13, 17]].flatMap((dims) =>
    ['Add', 'Mul'].map((op) => ({
      name: `${op} of a constant [${dims}]`,
      build: (/** @type {Graph} */ g) => g.op(op, [g.op('Relu', [g.conv('x')]), g.noise(dims, 0.5, 2)]),
    })),
  ),
  {
    name: 'a sum of unequal ranges',
    build: (g) => g.op('Add', [g.conv('x'), g.op('Mul', [g.conv('x'), g.scalar(100)])]),
  },
  {
    name: 'Concat of unequal ranges',
    build: (g) =>
      g.conv(g.op('Concat', [g.conv('x'), g.op('Mul', [g.conv('x', { oc: 3 }), g.scalar(10)]), 'x'], { axis: 1 }), {
        ic: 19,
        oc: 8,
      }),
  },
  {
    name: 'Concat of the same twice',
    build: (g) => {
      const a = g.conv('x', { oc: 5 });
      return g.op('Concat', [a, a], { axis: 1 });
    },
  },
  {
    name: 'residual blocks',
    build: (g) => {
      let x = g.op('Relu', [g.conv('x')]);
      for (let i = 0; i < 4; i++) x = g.op('Relu', [g.op('Add', [g.conv(x), x])]);
      return x;
    },
  },
  {
    name: 'inverted bottlenecks',
    build: (g) => {
      let x = g.conv('x');
      for (let i = 0; i < 4; i++) {
        const wide = relu6(g, g.conv(relu6(g, g.conv(x, { k: 1, oc: 24 })), { ic: 24, g: 24 }));
        x = g.op('Add', [g.conv(wide, { k: 1, ic: 24, oc: 8 }), x]);
      }
      return x;
    },
  },
  {
    name: 'squeeze and excite',
    build: (g) => {
      const a = g.op('Relu', [g.conv('x')]);
      const squeezed = g.op('Relu', [g.conv(g.op('GlobalAveragePool', [a]), { k: 1, oc: 4 })]);
      return g.conv(g.op('Mul', [a, g.op('HardSigmoid', [g.conv(squeezed, { k: 1, ic: 4, oc: 8 })])]), { k: 1 });
    },
  },
];
agrees('int16: sums, products, Concat', joins, I16);

/** @type {[string, (g: Graph, x: string) => string][]} */
const shapers = [
  ['MaxPool', (g, x) => g.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] })],
  [
    'MaxPool, padded',
    (g, x) => g.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }),
  ],
  ['AveragePool', (g, x) => g.op('AveragePool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
  ['GlobalAveragePool', (g, x) => g.op('GlobalAveragePool', [x])],
  ['ReduceMean of channels', (g, x) => g.op('ReduceMean', [x], { axes: [1], keepdims: 1 })],
  ...['linear', 'nearest'].flatMap((mode) =>
    ['half_pixel', 'align_corners', 'asymmetric'].flatMap((coordinate) =>
      [
        [26, 34],
        [7, 9],
        [40, 20],
      ].map(
        (to) =>
          /** @type {[string, (g: Graph, x: string) => string]} */ ([
            `Resize ${mode} ${coordinate} to ${to}`,
            (g, x) =>
              g.op('Resize', [x, '', '', g.ints([1, 8, ...to])], {
                mode,
                coordinate_transformation_mode: coordinate,
                nearest_mode: 'floor',
              }),
          ]),
      ),
    ),
  ),
];
agrees(
  'int16: pools and Resize',
  shapers.map(([name, step]) => ({
    name,
    build: (g) => step(g, g.op('Relu', [g.conv('x')])),
  })),
  I16,
);
agrees(
  'int16: alone on the input',
  shapers.map(([name, step]) => ({ name, build: (g) => g.op('Sigmoid', [step(g, 'x')]) })),
  I16,
);
agrees(
  'int16: ranges of a synthetic picture',
  [
    ...joins,
    ...Object.entries(activations).map(([name, step]) => ({
      name,
      opset: 14,
      build: (/** @type {Graph} */ g) => g.conv(step(g, g.conv('x')), { k: 1 }),
    })),
  ].map((item) => ({ ...item, probe: true })),
  I16,
);

test('int16: what leaves its range stays at its end', async () => {
  const dims = [1, 8, 9, 10];
  const file = (ranges = '') => {
    const g = new Graph(dims);
    if (ranges) g.metadata['cutaway.ranges'] = ranges;
    const one = Int8Array.from({ length: 64 }, (_, i) => (i % 9 ? 0 : 127));
    const w = g.op('DequantizeLinear', [g.constant([8, 8, 1, 1], one), g.scalar(1 / 127)]);
    return g.bytes(g.op('Conv', [g.op('Conv', ['x', w]), w]));
  };
  const small = floats(720, random(4));
  const { ranges } = await runNet(file(), small, { w: 10, h: 9, record: true });
  const large = small.map((value, i) => value * (i % 2 ? 20 : 1));
  const { data, plan } = await runNet(file(ranges), large, { w: 10, h: 9, arithmetic: I16 });
  assert.equal(plan.arithmetic, 'i16');
  large.forEach((value, i) => {
    if (Math.abs(value) <= 1) assert.ok(Math.abs(data[i] - value) < 1e-3, `${value} became ${data[i]}`);
    else
      assert.ok(
        data[i] * Math.sign(value) > 0.99 && Math.abs(data[i]) <= Math.abs(value) + 1e-3 && Math.abs(data[i]) < 1.5,
        `${value} became ${data[i]}`,
      );
  });
});

test('int16: ranges that are nonsense are no crash', async () => {
  for (const ranges of [
    'x',
    'x 1',
    'x 5 -5\n',
    'x nan nan\n',
    `x ${'9'.repeat(400)} 0\n`,
    '\n\n\n',
    'x -1000000 1000000\nghost 0 1\n',
    '\0\0',
    'x 0 0\nconv_2 0 0\n',
  ]) {
    const g = new Graph([1, 3, 9, 10], { int8: true });
    g.metadata['cutaway.ranges'] = ranges;
    const { data } = await runNet(g.bytes(g.conv(g.conv('x', { oc: 8 }), { ic: 8, oc: 3 })), floats(270, random(2)), {
      w: 10,
      h: 9,
      arithmetic: I16,
    });
    assert.ok(data.every(Number.isFinite), JSON.stringify(ranges));
  }
});
