// Sums, products and their kin of tensors and constants; Concat.
import { agrees } from './compare.js';

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./compare.js').Case} Case */

const operators = ['Add', 'Sub', 'Mul', 'Div'];
const shapes = [
  [1, 1, 1, 1],
  [1, 3, 1, 7],
  [1, 5, 5, 3],
  [1, 8, 13, 17],
  [1, 33, 4, 4],
];

/** A tensor that no divisor is near zero of. @param {Graph} g @param {string} x */
const positive = (g, x) => g.op('Add', [g.op('Sigmoid', [x]), g.scalar(0.5)]);

agrees(
  'of two tensors',
  operators.flatMap((op) =>
    shapes.map((dims) => ({
      name: `${op} ${dims}`,
      dims,
      build: (/** @type {Graph} */ g) => g.op(op, ['x', positive(g, g.conv('x'))]),
    })),
  ),
);

agrees(
  'with a constant',
  operators.flatMap((op) =>
    shapes.flatMap((dims) => {
      const [, c, h, w] = dims;
      return [[], [1], [c, 1, 1], [1, c, 1, 1], [1, c, h, w], [c, h, w]].flatMap((shape) =>
        [true, false].map((first) => ({
          name: `${op} ${dims} with [${shape}]${first ? ' first' : ''}`,
          dims,
          build: (/** @type {Graph} */ g) => {
            const constant = g.noise(shape, 0.5, 2);
            return first ? g.op(op, [constant, positive(g, 'x')]) : g.op(op, ['x', constant]);
          },
        })),
      );
    }),
  ),
);

agrees(
  'two constants are one',
  operators.map((op) => ({
    name: op,
    build: (/** @type {Graph} */ g) => g.op('Add', ['x', g.op(op, [g.noise([8, 1, 1]), g.noise([], 0.5, 2)])]),
  })),
);

agrees(
  'one value a channel over a map',
  operators.flatMap((op) =>
    [
      [1, 1, 5, 7],
      [1, 8, 13, 17],
      [1, 13, 3, 2],
    ].flatMap((dims) =>
      [true, false].map((first) => ({
        name: `${op} ${dims}${first ? ', small one first' : ''}`,
        dims,
        build: (/** @type {Graph} */ g) => {
          const small = positive(g, g.op('GlobalAveragePool', [g.conv('x')]));
          const large = positive(g, 'x');
          return g.op(op, first ? [small, large] : [large, small]);
        },
      })),
    ),
  ),
);

agrees(
  'one map over all channels',
  operators.flatMap((op) =>
    [
      [1, 1, 5, 7],
      [1, 8, 13, 17],
      [1, 13, 3, 2],
      [1, 8, 1, 1],
    ].flatMap((dims) =>
      [true, false].map((first) => ({
        name: `${op} ${dims}${first ? ', the one first' : ''}`,
        dims,
        build: (/** @type {Graph} */ g) => {
          const single = positive(g, g.conv('x', { oc: 1 }));
          const many = positive(g, g.conv('x'));
          return g.op(op, first ? [single, many] : [many, single]);
        },
      })),
    ),
  ),
);

agrees(
  'one value over all channels',
  ['Add', 'Mul'].flatMap((op) =>
    [
      [1, 8, 13, 17],
      [1, 13, 3, 2],
    ].flatMap((dims) =>
      [true, false].map((first) => ({
        name: `${op} ${dims}${first ? ', the one first' : ''}`,
        dims,
        build: (/** @type {Graph} */ g) => {
          const single = g.op('GlobalAveragePool', [g.conv('x', { oc: 1 })]);
          return g.op(op, first ? [single, g.conv('x')] : [g.conv('x'), single]);
        },
      })),
    ),
  ),
);

agrees(
  'a constant map over all channels',
  operators.flatMap((op) =>
    [
      [1, 13, 17],
      [1, 1, 13, 17],
      [13, 17],
    ].map((shape) => ({
      name: `${op} [${shape}]`,
      build: (/** @type {Graph} */ g) => g.op(op, [g.conv('x'), g.noise(shape, 0.5, 2)]),
    })),
  ),
);

agrees(
  'a value is used by several',
  /** @type {Case[]} */ ([
    {
      name: 'Mul of a sum by itself',
      build: (g) => {
        const a = g.op('Add', ['x', g.scalar(1)]);
        return g.op('Mul', [a, a]);
      },
    },
    {
      name: 'input, its sum and its product',
      build: (g) => {
        const a = g.op('Add', ['x', g.noise([1, 8, 1, 1])]);
        return g.op('Sub', [g.op('Mul', [a, 'x']), g.op('Relu', [a])]);
      },
    },
    {
      name: 'mask: x * s + y * (1 - s)',
      build: (g) => {
        const s = g.op('Sigmoid', [g.conv('x')]);
        return g.op('Add', [g.op('Mul', ['x', s]), g.op('Mul', [g.conv('x'), g.op('Sub', [g.scalar(1), s])])]);
      },
    },
  ]),
);

agrees(
  'Concat',
  [1, -3].flatMap((axis) =>
    [
      [1, 5, 7],
      [1, 8, 8],
      [4, 4, 4],
      [3, 13],
      [8, 16, 24, 8],
      [1, 2, 3, 4, 5],
      [64, 33],
    ].flatMap((widths) =>
      [
        [4, 6],
        [1, 1],
        [13, 17],
      ].map((map) => ({
        name: `axis ${axis} of ${widths} at ${map.join('x')}`,
        dims: [1, 3, ...map],
        build: (/** @type {Graph} */ g) =>
          g.op(
            'Concat',
            widths.map((oc) => g.conv('x', { oc })),
            { axis },
          ),
      })),
    ),
  ),
);

agrees(
  'Concat: where its inputs come from',
  /** @type {Case[]} */ ([
    {
      name: 'the same twice',
      build: (g) => {
        const a = g.conv('x', { oc: 5 });
        return g.op('Concat', [a, a], { axis: 1 });
      },
    },
    {
      name: 'the same thrice, with others between',
      build: (g) => {
        const a = g.conv('x', { oc: 5 });
        return g.conv(g.op('Concat', [a, g.conv('x'), a, 'x', a], { axis: 1 }), { ic: 31, oc: 4, k: 1 });
      },
    },
    { name: 'the input', build: (g) => g.op('Concat', ['x', g.conv('x', { oc: 3 })], { axis: 1 }) },
    {
      name: 'the input last, then a convolution',
      build: (g) => g.conv(g.op('Concat', [g.conv('x', { oc: 3 }), 'x'], { axis: 1 }), { ic: 11, oc: 8 }),
    },
    { name: 'the input twice', build: (g) => g.op('Concat', ['x', 'x'], { axis: 1 }) },
    { name: 'one alone', build: (g) => g.op('Concat', [g.conv('x')], { axis: 1 }) },
    {
      name: 'a Concat',
      build: (g) =>
        g.op('Concat', [g.op('Concat', [g.conv('x', { oc: 3 }), 'x'], { axis: 1 }), g.conv('x', { oc: 2 })], {
          axis: 1,
        }),
    },
    {
      name: 'an input that others use before and after',
      build: (g) => {
        const a = g.op('Relu', [g.conv('x')]);
        const b = g.conv(a);
        const c = g.op('Concat', [a, b], { axis: 1 });
        return g.op('Add', [g.conv(c, { ic: 16, oc: 8 }), g.op('Add', [a, b])]);
      },
    },
    {
      name: 'two that share their inputs, in another order',
      build: (g) => {
        const [a, b] = [g.conv('x', { oc: 3 }), g.conv('x', { oc: 4 })];
        return g.op('Add', [g.op('Concat', [a, b], { axis: 1 }), g.op('Concat', [b, a], { axis: 1 })]);
      },
    },
    { name: 'then Relu', build: (g) => g.op('Relu', [g.op('Concat', [g.conv('x'), 'x'], { axis: 1 })]) },
    {
      name: 'then batch normalisation and a convolution',
      build: (g) =>
        g.conv(g.op('Relu', [g.batchNorm(g.op('Concat', [g.conv('x'), 'x'], { axis: 1 }), 16)]), {
          ic: 16,
          oc: 8,
          k: 1,
        }),
    },
    {
      name: 'of resized and pooled maps',
      dims: [1, 4, 8, 12],
      build: (g) => {
        const low = g.op('MaxPool', ['x'], { kernel_shape: [2, 2], strides: [2, 2] });
        const back = g.op('Resize', [low, '', g.constant([4], Float32Array.of(1, 1, 2, 2))], {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        });
        return g.op('Concat', [back, 'x', g.conv(back)], { axis: -3 });
      },
    },
    {
      name: 'a dense block',
      build: (g) => {
        let x = 'x',
          c = 8;
        for (let i = 0; i < 4; i++, c += 5)
          x = g.op('Concat', [x, g.op('Relu', [g.conv(x, { ic: c, oc: 5 })])], { axis: 1 });
        return g.conv(x, { ic: c, oc: 3, k: 1 });
      },
    },
  ]),
);
