// Pools and means.
import { agrees } from './compare.js';
import { pair } from './graph.js';

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('../../../tools/onnx-writer.js').Attribute} Attribute */

const shapes = [
  [1, 1, 1, 1],
  [1, 3, 1, 7],
  [1, 5, 5, 3],
  [1, 8, 13, 17],
  [1, 13, 8, 8],
  [1, 33, 6, 9],
];

/**
 * Every shape that an output of at least 1x1 is left of.
 *
 * @param {'MaxPool' | 'AveragePool'} op
 * @param {object} how
 * @param {number | [number, number]} how.k
 * @param {number | [number, number]} [how.s]
 * @param {number[]} [how.pads]
 * @param {string} [how.auto]
 * @param {number} [how.ceil]
 * @param {number} [how.d]
 * @param {number} [how.include]
 * @param {number} [how.opset]
 * @returns {import('./compare.js').Case[]}
 */
function rows(op, { k, s = 1, pads = [0, 0, 0, 0], auto, ceil = 0, d = 1, include, opset = 13 }) {
  const kernel = pair(k);
  return shapes
    .filter(
      ([, , h, w]) =>
        auto || (h + pads[0] + pads[2] > d * (kernel[0] - 1) && w + pads[1] + pads[3] > d * (kernel[1] - 1)),
    )
    .map((dims) => ({
      name: `${dims} ${JSON.stringify({ k, s, pads, auto, ceil, d, include })}`,
      dims,
      opset,
      build: (g) => {
        /** @type {Record<string, Attribute>} */
        const attributes = { kernel_shape: kernel, strides: pair(s) };
        if (auto) attributes.auto_pad = auto;
        else attributes.pads = pads;
        if (ceil) attributes.ceil_mode = ceil;
        if (d > 1) attributes.dilations = [d, d];
        if (include !== undefined) attributes.count_include_pad = include;
        return g.op(op, ['x'], attributes);
      },
    }));
}

/** @type {number[]} */ const none = [0, 0, 0, 0];
const paddings = [none, [1, 1, 1, 1], [0, 0, 1, 1], [1, 0, 0, 1]];

agrees(
  'MaxPool',
  [2, 3].flatMap((k) =>
    [1, 2].flatMap((s) => paddings.flatMap((pads) => [0, 1].flatMap((ceil) => rows('MaxPool', { k, s, pads, ceil })))),
  ),
);
agrees('MaxPool: odd kernels and strides', [
  ...rows('MaxPool', { k: [1, 3], s: [1, 2], pads: [0, 1, 0, 1] }),
  ...rows('MaxPool', { k: [3, 2], s: [2, 1] }),
  ...rows('MaxPool', { k: 5, s: 1, pads: [2, 2, 2, 2] }),
  ...rows('MaxPool', { k: 2, s: 3 }),
  ...rows('MaxPool', { k: 3, s: 3, ceil: 1 }),
]);
agrees(
  'MaxPool: dilations',
  [2, 3].flatMap((d) =>
    [none, [1, 1, 1, 1]].flatMap((pads) =>
      [1, 2].flatMap((s) => [0, 1].flatMap((ceil) => rows('MaxPool', { k: 3, d, pads, s, ceil }))),
    ),
  ),
);
agrees(
  'MaxPool: automatic padding',
  ['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto) =>
    [1, 2].flatMap((s) =>
      rows('MaxPool', { k: 3, s, auto }).filter(({ dims = [] }) => auto !== 'VALID' || Math.min(dims[2], dims[3]) >= 3),
    ),
  ),
);
agrees(
  'MaxPool: below zero, padding is no zero',
  rows('MaxPool', { k: 3, pads: [1, 1, 1, 1] }).map((row) => ({
    ...row,
    range: /** @type {[number, number]} */ ([-3, -2]),
  })),
);

agrees(
  'AveragePool',
  [0, 1].flatMap((include) =>
    [2, 3].flatMap((k) =>
      [1, 2].flatMap((s) => paddings.flatMap((pads) => rows('AveragePool', { k, s, pads, include }))),
    ),
  ),
);
agrees(
  'AveragePool: rounded up',
  [0, 1].flatMap((include) =>
    [2, 3].flatMap((k) =>
      [none, [1, 1, 1, 1]].flatMap((pads) => rows('AveragePool', { k, s: 2, pads, include, ceil: 1 })),
    ),
  ),
);
agrees(
  'AveragePool: automatic padding',
  [0, 1].flatMap((include) =>
    ['SAME_UPPER', 'SAME_LOWER'].flatMap((auto) => rows('AveragePool', { k: 3, s: 2, auto, include })),
  ),
);

agrees(
  'GlobalAveragePool',
  shapes.map((dims) => ({
    name: `${dims}`,
    dims,
    build: (/** @type {Graph} */ g) => g.op('GlobalAveragePool', ['x']),
  })),
);

agrees(
  'ReduceMean',
  [[2, 3], [1], [-1, -2], [-3], [3, 2]].flatMap((axes) =>
    [11, 13].flatMap((opset) =>
      shapes.map((dims) => ({
        name: `over ${axes} of ${dims}, opset ${opset}`,
        dims,
        opset,
        build: (/** @type {Graph} */ g) => g.op('ReduceMean', ['x'], { axes, keepdims: 1 }),
      })),
    ),
  ),
);
agrees(
  'ReduceMean: axes as an input, keepdims by default',
  [[2, 3], [1]].map((axes) => ({
    name: `over ${axes}`,
    opset: 18,
    build: (/** @type {Graph} */ g) => g.op('ReduceMean', ['x', g.ints(axes)]),
  })),
);

agrees(
  'a pool between convolutions',
  ['MaxPool', 'AveragePool'].flatMap((op) =>
    [3, 8, 13].map((c) => ({
      name: `${op} of ${c}`,
      dims: [1, c, 12, 10],
      build: (/** @type {Graph} */ g) =>
        g.conv(g.op(op, [g.op('Relu', [g.conv('x')])], { kernel_shape: [2, 2], strides: [2, 2] }), { oc: 5 }),
    })),
  ),
);
