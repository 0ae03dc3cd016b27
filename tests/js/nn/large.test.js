// Maps that a run works through in several pieces, so that what meets at the
// edges of the pieces is met.
import { agrees } from './compare.js';
import { F32, I16 } from './run-net.js';

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./compare.js').Case} Case */

const dims = [1, 8, 97, 131];

/** @type {[string, (g: Graph, x: string) => string, number[]?][]} */
const graphs = [
  ['1x1', (g, x) => g.conv(x, { k: 1, oc: 16 })],
  ['3x3', (g, x) => g.conv(x)],
  ['3x3 of three channels, stride 2', (g, x) => g.conv(x, { s: 2, oc: 16 }), [1, 3, 151, 203]],
  ['7x7 of three channels, stride 2', (g, x) => g.conv(x, { k: 7, s: 2, oc: 24 }), [1, 3, 151, 203]],
  ['3x3, unpadded', (g, x) => g.conv(x, { pads: [] })],
  ['3x3, stride 2, padded on one side', (g, x) => g.conv(x, { s: 2, pads: [0, 0, 1, 1] })],
  ['3x3, dilated by 8', (g, x) => g.conv(x, { d: 8 })],
  ['3x3 of 64 into 48', (g, x) => g.conv(g.conv(x, { k: 1, oc: 64 }), { ic: 64, oc: 48 })],
  ['3x3 into one', (g, x) => g.conv(x, { oc: 1 })],
  ['of one into 8', (g, x) => g.conv(x, { oc: 8 }), [1, 1, 97, 131]],
  ['depthwise 3x3', (g, x) => g.conv(x, { g: 8 })],
  ['depthwise 5x5, stride 2', (g, x) => g.conv(x, { g: 8, k: 5, s: 2 })],
  ['depthwise 3x3, dilated by 4', (g, x) => g.conv(x, { g: 8, d: 4 })],
  ['residual', (g, x) => g.op('Relu', [g.op('Add', [g.conv(x), x])])],
  ['Sigmoid', (g, x) => g.op('Sigmoid', [g.conv(x)])],
  ['MaxPool', (g, x) => g.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
  ['AveragePool', (g, x) => g.op('AveragePool', [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })],
  ['GlobalAveragePool', (g, x) => g.op('GlobalAveragePool', [g.op('Relu', [x])])],
  ['ReduceMean of channels', (g, x) => g.op('ReduceMean', [x], { axes: [1], keepdims: 1 })],
  ['Resize, linear, up', (g, x) => g.op('Resize', [x, '', '', g.ints([1, 8, 194, 262])], { mode: 'linear' })],
  [
    'Resize, linear, down',
    (g, x) =>
      g.op('Resize', [x, '', '', g.ints([1, 8, 41, 60])], {
        mode: 'linear',
        coordinate_transformation_mode: 'align_corners',
      }),
  ],
  [
    'Resize, nearest',
    (g, x) =>
      g.op('Resize', [x, '', '', g.ints([1, 8, 194, 262])], {
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
  ],
  [
    'Resize of one channel',
    (g, x) => g.op('Resize', [g.conv(x, { oc: 1 }), '', '', g.ints([1, 1, 200, 300])], { mode: 'linear' }),
  ],
  [
    'Concat',
    (g, x) => g.conv(g.op('Concat', [g.conv(x, { oc: 5 }), x, g.conv(x, { oc: 3 })], { axis: 1 }), { ic: 16, oc: 8 }),
  ],
  [
    'squeeze and excite',
    (g, x) => g.op('Mul', [x, g.op('Sigmoid', [g.conv(g.op('GlobalAveragePool', [x]), { k: 1 })])]),
  ],
  [
    'encoder and decoder',
    (g, x) => {
      const a = g.op('Relu', [g.conv(x, { oc: 16, s: 2 })]);
      const b = g.op('Relu', [g.conv(a, { ic: 16, oc: 24, s: 2 })]);
      const c = g.op('Resize', [g.conv(b, { ic: 24, oc: 16 }), '', '', g.ints([1, 16, 49, 66])], { mode: 'linear' });
      const d = g.op('Relu', [g.conv(g.op('Concat', [c, a], { axis: 1 }), { ic: 32, oc: 8 })]);
      return g.op('Sigmoid', [
        g.conv(g.op('Resize', [d, '', '', g.ints([1, 8, 97, 131])], { mode: 'linear' }), { ic: 8, oc: 1, k: 1 }),
      ]);
    },
  ],
];

for (const arithmetic of [F32, I16]) {
  agrees(
    `large maps, ${arithmetic === F32 ? 'f32' : 'int16'}`,
    graphs.map(([name, build, own]) => ({
      name,
      dims: own ?? dims,
      build: (g) => build(g, 'x'),
    })),
    arithmetic,
  );
}
