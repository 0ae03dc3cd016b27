// Resize: modes, coordinates, scales and sizes, also those that a graph works out.
import { INT64, FLOAT } from '../../../tools/onnx-writer.js';
import { agrees } from './compare.js';

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./compare.js').Case} Case */

const none = '';
const shapes = [
  [1, 1, 1, 1],
  [1, 3, 1, 7],
  [1, 5, 5, 3],
  [1, 8, 12, 16],
];
const coordinates = ['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'];

/** @param {Graph} g @param {string} x @param {number[]} scales of h and w @param {Record<string, string>} attributes */
const byScales = (g, x, [h, w], attributes) =>
  g.op('Resize', [x, none, g.constant([4], Float32Array.of(1, 1, h, w))], attributes);
/** @param {Graph} g @param {string} x @param {number[]} sizes @param {Record<string, string>} attributes */
const bySizes = (g, x, sizes, attributes) => g.op('Resize', [x, none, none, g.ints(sizes)], attributes);

/** Target sizes of a side: up, down, the same. @param {number} h @param {number} w */
const targets = (h, w) => [
  [h * 2, w * 2],
  [h * 4, w * 4],
  [h * 3, w],
  [h + 5, w + 8],
  [(h + 1) >> 1, (w + 1) >> 1],
  [(h + 3) >> 2, w],
  [h, w],
  [1, 1],
];

agrees(
  'linear, by sizes',
  coordinates.flatMap((coordinate) =>
    shapes.flatMap((dims) =>
      targets(dims[2], dims[3]).map((to) => ({
        name: `${coordinate} ${dims} to ${to}`,
        dims,
        build: (/** @type {Graph} */ g) =>
          bySizes(g, 'x', [1, dims[1], ...to], { mode: 'linear', coordinate_transformation_mode: coordinate }),
      })),
    ),
  ),
);

agrees(
  'linear, by scales',
  coordinates.flatMap((coordinate) =>
    shapes.flatMap((dims) =>
      [
        [2, 2],
        [4, 4],
        [1, 1],
        [1.5, 2.5],
        [0.5, 0.5],
        [2, 0.25],
        [1, 3],
      ]
        .filter(([h, w]) => dims[2] * h >= 1 && dims[3] * w >= 1)
        .map((scales) => ({
          name: `${coordinate} ${dims} by ${scales}`,
          dims,
          build: (/** @type {Graph} */ g) =>
            byScales(g, 'x', scales, { mode: 'linear', coordinate_transformation_mode: coordinate }),
        })),
    ),
  ),
);

agrees(
  'nearest, by sizes',
  coordinates.flatMap((coordinate) =>
    ['floor', 'ceil', 'round_prefer_floor'].flatMap((nearest) =>
      shapes.flatMap((dims) =>
        targets(dims[2], dims[3]).map((to) => ({
          name: `${coordinate} ${nearest} ${dims} to ${to}`,
          dims,
          build: (/** @type {Graph} */ g) =>
            bySizes(g, 'x', [1, dims[1], ...to], {
              mode: 'nearest',
              coordinate_transformation_mode: coordinate,
              nearest_mode: nearest,
            }),
        })),
      ),
    ),
  ),
);

agrees(
  'nearest, by scales',
  ['asymmetric', 'half_pixel'].flatMap((coordinate) =>
    ['floor', 'round_prefer_floor'].flatMap((nearest) =>
      shapes.flatMap((dims) =>
        [
          [2, 2],
          [4, 4],
          [3, 1],
          [1, 1],
          [0.5, 0.5],
          [1.5, 2.5],
        ]
          .filter(([h, w]) => dims[2] * h >= 1 && dims[3] * w >= 1)
          .map((scales) => ({
            name: `${coordinate} ${nearest} ${dims} by ${scales}`,
            dims,
            build: (/** @type {Graph} */ g) =>
              byScales(g, 'x', scales, {
                mode: 'nearest',
                coordinate_transformation_mode: coordinate,
                nearest_mode: nearest,
              }),
          })),
      ),
    ),
  ),
);

agrees(
  'attributes by default, and of other versions',
  /** @type {Case[]} */ ([
    {
      name: 'nearest, half_pixel, round_prefer_floor',
      build: (g) => g.op('Resize', ['x', none, g.constant([4], Float32Array.of(1, 1, 2, 3))]),
    },
    {
      name: 'opset 10: scales second, nearest',
      opset: 10,
      build: (g) => g.op('Resize', ['x', g.constant([4], Float32Array.of(1, 1, 2, 2))], { mode: 'nearest' }),
    },
    {
      name: 'opset 10: scales second, linear',
      opset: 10,
      build: (g) => g.op('Resize', ['x', g.constant([4], Float32Array.of(1, 1, 2, 2))], { mode: 'linear' }),
    },
    {
      name: 'opset 11, roi and scales of nothing',
      opset: 11,
      build: (g) => {
        const nothing = g.constant([0], new Float32Array(0));
        return g.op('Resize', ['x', nothing, nothing, g.ints([1, 8, 26, 20])], {
          mode: 'linear',
          coordinate_transformation_mode: 'align_corners',
        });
      },
    },
    { name: 'opset 18', opset: 18, build: (g) => byScales(g, 'x', [2, 2], { mode: 'linear' }) },
    {
      name: 'opset 19',
      opset: 19,
      build: (g) => bySizes(g, 'x', [1, 8, 7, 40], { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }),
    },
    {
      name: 'what PyTorch writes beside: cubic_coeff_a, nearest_mode with linear',
      build: (g) =>
        g.op('Resize', ['x', none, none, g.ints([1, 8, 26, 34])], {
          mode: 'linear',
          coordinate_transformation_mode: 'pytorch_half_pixel',
          cubic_coeff_a: { float: -0.75 },
          nearest_mode: 'floor',
        }),
    },
  ]),
);

/** @param {Graph} g @param {number} value */
const index = (g, value) => g.constant([], BigInt64Array.of(BigInt(value)));

/** interpolate(small, size=like.shape[2:]) as PyTorch 1.x writes it, opset 11. @param {Graph} g @param {string} small @param {string} like */
function sizeOf11(g, small, like) {
  const side = (/** @type {number} */ axis) =>
    g.op('Unsqueeze', [g.op('Gather', [g.op('Shape', [like]), index(g, axis)], { axis: 0 })], { axes: [0] });
  const sides = g.op('Cast', [g.op('Concat', [side(2), side(3)], { axis: 0 })], { to: INT64 });
  const kept = g.op('Slice', [g.op('Shape', [small]), g.ints([0]), g.ints([2]), g.ints([0])]);
  const nothing = g.constant([0], new Float32Array(0));
  return g.op('Resize', [small, nothing, nothing, g.op('Concat', [kept, sides], { axis: 0 })], {
    mode: 'linear',
    coordinate_transformation_mode: 'pytorch_half_pixel',
    cubic_coeff_a: { float: -0.75 },
    nearest_mode: 'floor',
  });
}

/** The same as PyTorch 2.x writes it, opset 13. @param {Graph} g @param {string} small @param {string} like */
function sizeOf13(g, small, like) {
  const sides = g.op('Slice', [
    g.op('Shape', [like]),
    g.ints([-2]),
    g.constant([1], BigInt64Array.of(2n ** 63n - 1n)),
    g.ints([0]),
    g.ints([1]),
  ]);
  const kept = [0, 1].map((axis) =>
    g.op('Unsqueeze', [g.op('Gather', [g.op('Shape', [small]), index(g, axis)]), g.ints([0])]),
  );
  return g.op('Resize', [small, none, none, g.op('Concat', [...kept, sides], { axis: 0 })], {
    mode: 'linear',
    coordinate_transformation_mode: 'align_corners',
  });
}

/** interpolate(small, scale_factor=2): sides times two, as floats. @param {Graph} g @param {string} small */
function doubled(g, small) {
  const shape = g.op('Shape', [small]);
  const sides = [2, 3].map((axis) => {
    const side = g.op('Cast', [g.op('Gather', [shape, index(g, axis)])], { to: FLOAT });
    return g.op('Unsqueeze', [g.op('Cast', [g.op('Mul', [side, g.scalar(2)])], { to: INT64 }), g.ints([0])]);
  });
  return g.op(
    'Resize',
    [small, none, none, g.op('Concat', [g.op('Slice', [shape, g.ints([0]), g.ints([2])]), ...sides], { axis: 0 })],
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  );
}

/** @type {[string, number, (g: Graph, small: string, like: string) => string][]} */
const exporters = [
  ['by the shape of another, opset 11', 11, sizeOf11],
  ['by the shape of another, opset 13', 13, sizeOf13],
  [
    'by integers: Reshape, Squeeze, Mul, Add, Sub, Div',
    13,
    (g, small, like) => {
      const shape = g.op('Shape', [like]);
      const two = index(g, 2);
      const side = (/** @type {number} */ axis) => {
        const all = g.op('Squeeze', [g.op('Gather', [shape, g.ints([axis])]), g.ints([0])]);
        const same = g.op('Div', [g.op('Mul', [g.op('Sub', [g.op('Add', [all, two]), two]), two]), two]);
        return g.op('Reshape', [same, g.ints([-1])]);
      };
      return g.op('Resize', [small, none, none, g.op('Concat', [g.ints([1, 4]), side(2), side(3)], { axis: 0 })], {
        mode: 'linear',
      });
    },
  ],
];

agrees(
  'sizes that the graph works out',
  exporters.flatMap(([name, opset, resize]) =>
    [
      [1, 8, 12, 16],
      [1, 3, 13, 17],
      [1, 5, 2, 2],
    ].flatMap((dims) =>
      [true, false].map((open) => ({
        name: `${name} ${dims}${open ? ', sides open' : ''}`,
        dims,
        opset,
        build: (/** @type {Graph} */ g) => {
          if (open) g.inputs = [['x', ['batch', dims[1], 'h', 'w']]];
          const small = g.op('Relu', [g.conv('x', { s: 2, oc: 4 })]);
          return g.op('Concat', [resize(g, small, 'x'), 'x'], { axis: 1 });
        },
      })),
    ),
  ),
);

agrees(
  'sides doubled by the graph',
  [
    [1, 8, 12, 16],
    [1, 3, 5, 7],
  ].map((dims) => ({
    name: `${dims}`,
    dims,
    build: (/** @type {Graph} */ g) => doubled(g, g.op('Relu', [g.conv('x')])),
  })),
);

agrees(
  'what comes before and after',
  ['linear', 'nearest'].flatMap((mode) =>
    [2, 0.5].map((by) => ({
      name: `${mode} by ${by}`,
      dims: [1, 8, 12, 10],
      build: (/** @type {Graph} */ g) => {
        const a = g.op('Relu', [g.batchNorm(g.conv('x'))]);
        const b = byScales(g, a, [by, by], {
          mode,
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        });
        return g.op('Sigmoid', [g.conv(g.op('Relu', [b]), { oc: 1, k: 1 })]);
      },
    })),
  ),
);
