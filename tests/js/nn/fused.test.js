// What follows a convolution and may be folded into it: activations, batch
// normalisation, residual sums; and where it must not be folded.
import { agrees } from './compare.js';

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./compare.js').Case} Case */
/** @typedef {(g: Graph, x: string) => string} Step */

/** x * clip(x + 3, 0, 6) / 6, as exporters before opset 14 write it. @type {(divide: 'Div' | 'Mul') => Step} */
const longHardSwish = (divide) => (g, x) => {
  const gate = g.op('Clip', [g.op('Add', [x, g.scalar(3)]), g.scalar(0), g.scalar(6)]);
  return g.op(divide, [g.op('Mul', [x, gate]), g.scalar(divide === 'Div' ? 6 : 1 / 6)]);
};

/** @type {Record<string, { step: Step, opset?: number }>} */
const activations = {
  Relu: { step: (g, x) => g.op('Relu', [x]) },
  'Clip 0..6 by inputs': { step: (g, x) => g.op('Clip', [x, g.scalar(0), g.scalar(6)]) },
  'Clip -0.3..0.5 by inputs': { step: (g, x) => g.op('Clip', [x, g.scalar(-0.3), g.scalar(0.5)]) },
  'Clip by its lower bound alone': { step: (g, x) => g.op('Clip', [x, g.scalar(-0.2)]) },
  'Clip by its upper bound alone': { step: (g, x) => g.op('Clip', [x, '', g.scalar(0.4)]) },
  'Clip 0..6 by attributes': { step: (g, x) => g.op('Clip', [x], { min: { float: 0 }, max: { float: 6 } }), opset: 10 },
  'Clip with no bounds': { step: (g, x) => g.op('Clip', [x]), opset: 10 },
  LeakyRelu: { step: (g, x) => g.op('LeakyRelu', [x]) },
  'LeakyRelu 0.2': { step: (g, x) => g.op('LeakyRelu', [x], { alpha: { float: 0.2 } }) },
  Sigmoid: { step: (g, x) => g.op('Sigmoid', [x]) },
  HardSigmoid: { step: (g, x) => g.op('HardSigmoid', [x]) },
  'HardSigmoid 1/6': { step: (g, x) => g.op('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }) },
  HardSwish: { step: (g, x) => g.op('HardSwish', [x]), opset: 14 },
  'HardSwish as x * HardSigmoid': {
    step: (g, x) => g.op('Mul', [x, g.op('HardSigmoid', [x], { alpha: { float: 1 / 6 } })]),
  },
  'HardSwish as x * clip(x + 3) / 6': { step: longHardSwish('Div') },
  'HardSwish as x * clip(x + 3) * 1/6': { step: longHardSwish('Mul') },
  'swish, x * Sigmoid': { step: (g, x) => g.op('Mul', [x, g.op('Sigmoid', [x])]) },
  BatchNormalization: { step: (g, x) => g.batchNorm(x) },
};
const rows = Object.entries(activations);

/** @type {[string, number[]][]} */
const convs = [
  ['3x3', [1, 8, 9, 11]],
  ['depthwise', [1, 13, 9, 11]],
  ['1x1', [1, 5, 4, 7]],
  ['two groups', [1, 24, 5, 6]],
];
/** @param {Graph} g @param {string} kind @param {string} x */
const convOf = (g, kind, x) =>
  g.conv(x, { k: kind === '1x1' ? 1 : 3, g: kind === 'depthwise' ? g.dims[1] : kind === 'two groups' ? 2 : 1 });

// inputs of -8..8, so that every bend of every curve is met
agrees(
  'an activation after each kind of convolution',
  rows.flatMap(([name, { step, opset }]) =>
    convs.map(([kind, dims]) => ({
      name: `${kind}, ${name}`,
      dims,
      opset,
      range: /** @type {[number, number]} */ ([-8, 8]),
      build: (/** @type {Graph} */ g) => step(g, convOf(g, kind, 'x')),
    })),
  ),
);

agrees(
  'an activation alone',
  rows.flatMap(([name, { step, opset }]) =>
    [
      [1, 8, 9, 11],
      [1, 3, 1, 1],
      [1, 5, 1, 7],
    ].map((dims) => ({
      name: `${name} ${dims}`,
      dims,
      opset,
      range: /** @type {[number, number]} */ ([-8, 8]),
      build: (/** @type {Graph} */ g) => step(g, 'x'),
    })),
  ),
);

agrees(
  'two activations in a row',
  rows.flatMap(([a, first], i) =>
    [3, 7]
      .map((by) => {
        const [b, second] = rows[(i + by) % rows.length];
        return {
          name: `${a}, ${b}`,
          opset: [first.opset, second.opset].includes(10) ? 10 : (first.opset ?? second.opset),
          range: /** @type {[number, number]} */ ([-8, 8]),
          build: (/** @type {Graph} */ g) => second.step(g, first.step(g, g.conv('x'))),
        };
      })
      .filter(({ name, opset }) => opset !== 10 || !/HardSwish|by inputs|alone/.test(name)),
  ),
);

agrees('batch normalisation before and after', [
  { name: 'before a padded convolution', build: (g) => g.conv(g.batchNorm('x')) },
  { name: 'before an unpadded convolution', build: (g) => g.conv(g.batchNorm('x'), { pads: [] }) },
  { name: 'before a padded depthwise convolution', build: (g) => g.conv(g.batchNorm('x'), { g: 8 }) },
  { name: 'after one without bias', build: (g) => g.batchNorm(g.conv('x', { bias: false })) },
  { name: 'after one without bias, Relu', build: (g) => g.op('Relu', [g.batchNorm(g.conv('x', { bias: false }))]) },
  { name: 'after Relu', build: (g) => g.batchNorm(g.op('Relu', [g.conv('x')])) },
  { name: 'after a depthwise one', build: (g) => g.batchNorm(g.conv('x', { g: 8 })) },
  { name: 'twice', build: (g) => g.batchNorm(g.batchNorm(g.conv('x'))) },
  {
    name: 'of a convolution that is used twice',
    build: (g) => {
      const c = g.conv('x');
      return g.op('Add', [g.batchNorm(c), g.op('Relu', [c])]);
    },
  },
  {
    name: 'without epsilon',
    build: (g) =>
      g.op('BatchNormalization', [g.conv('x'), g.noise([8]), g.noise([8]), g.noise([8]), g.noise([8], 0.1, 1)]),
  },
  {
    name: 'opset 9, with momentum',
    opset: 9,
    build: (g) =>
      g.op('BatchNormalization', [g.conv('x'), g.noise([8]), g.noise([8]), g.noise([8]), g.noise([8], 0.1, 1)], {
        epsilon: { float: 1e-3 },
        momentum: { float: 0.9 },
      }),
  },
  {
    name: 'the weights shared by two convolutions, one normalised',
    build: (g) => {
      const w = g.noise([8, 8, 1, 1]);
      return g.op('Add', [g.batchNorm(g.op('Conv', ['x', w])), g.op('Conv', ['x', w])]);
    },
  },
]);

agrees(
  'constants that may be folded into a convolution',
  ['Mul', 'Add', 'Sub', 'Div'].flatMap((op) =>
    [[], [1], [8, 1, 1], [1, 8, 1, 1]].flatMap((dims) => [
      { name: `${op} [${dims}] after`, build: (g) => g.op(op, [g.conv('x'), g.noise(dims, 0.5, 2)]) },
      {
        name: `${op} [${dims}] after, constant first`,
        build: (g) => g.op(op, [g.noise(dims, 0.5, 2), g.op('Sigmoid', [g.conv('x')])]),
      },
      { name: `${op} [${dims}] before`, build: (g) => g.conv(g.op(op, ['x', g.noise(dims, 0.5, 2)])) },
      {
        name: `${op} [${dims}] after, then Relu and a 1x1`,
        build: (g) => g.conv(g.op('Relu', [g.op(op, [g.conv('x'), g.noise(dims, 0.5, 2)])]), { k: 1 }),
      },
    ]),
  ),
);

agrees(
  'residual sums',
  /** @type {Case[]} */ ([
    { name: 'of two convolutions', build: (g) => g.op('Add', [g.conv('x'), g.conv('x', { k: 1 })]) },
    { name: 'of the input, Relu', build: (g) => g.op('Relu', [g.op('Add', [g.conv('x'), 'x'])]) },
    { name: 'of the input first', build: (g) => g.op('Add', ['x', g.conv('x')]) },
    {
      name: 'the other branch comes later',
      build: (g) => {
        const a = g.conv('x');
        const b = g.conv(g.conv('x', { k: 1, oc: 3 }), { ic: 3, oc: 8 });
        return g.op('Relu', [g.op('Add', [a, b])]);
      },
    },
    {
      name: 'a branch is used twice',
      build: (g) => {
        const a = g.conv('x');
        const b = g.op('Add', [a, g.conv(a)]);
        return g.op('Add', [b, g.conv(a, { k: 1 })]);
      },
    },
    {
      name: 'a branch goes on after the sum',
      build: (g) => {
        const a = g.op('Relu', [g.conv('x')]);
        const b = g.op('Relu', [g.op('Add', [g.conv(a), a])]);
        return g.op('Add', [g.conv(b), a]);
      },
    },
    {
      name: 'of the same twice',
      build: (g) => {
        const a = g.conv('x');
        return g.op('Add', [a, a]);
      },
    },
    { name: 'of the input twice', build: (g) => g.op('Add', ['x', 'x']) },
    {
      name: 'a block of ResNet',
      build: (g) => {
        const a = g.op('Relu', [g.batchNorm(g.conv('x', { k: 1, oc: 4 }), 4)]);
        const b = g.op('Relu', [g.batchNorm(g.conv(a, { ic: 4, s: 2 }), 4)]);
        const c = g.batchNorm(g.conv(b, { k: 1, ic: 4, oc: 8 }), 8);
        return g.op('Relu', [g.op('Add', [c, g.batchNorm(g.conv('x', { k: 1, s: 2 }))])]);
      },
    },
    {
      name: 'a block of MobileNet',
      build: (g) => {
        const a = g.op('Clip', [g.conv('x', { k: 1, oc: 24 }), g.scalar(0), g.scalar(6)]);
        const b = g.op('Clip', [g.conv(a, { ic: 24, g: 24 }), g.scalar(0), g.scalar(6)]);
        return g.op('Add', [g.conv(b, { k: 1, ic: 24, oc: 8 }), 'x']);
      },
    },
    { name: 'activation on one side only', build: (g) => g.op('Add', [g.op('Sigmoid', [g.conv('x')]), g.conv('x')]) },
    // ONNX Runtime 1.30 loses the branch when it folds the sum into it, hence 'basic'
    ...['add_6', 'conv_2'].map((output) => ({
      name: `both the sum and a branch are outputs, asked for ${output}`,
      output,
      level: /** @type {const} */ ('basic'),
      build: (/** @type {Graph} */ g) => {
        const a = g.conv('x');
        return [g.op('Add', [a, g.conv('x')]), a];
      },
    })),
    {
      name: 'a chain of ten',
      build: (g) =>
        Array.from({ length: 10 }).reduce((/** @type {string} */ x) => g.op('Add', [g.conv(x, { k: 1 }), x]), 'x'),
    },
    { name: 'difference of two convolutions', build: (g) => g.op('Sub', [g.conv('x'), g.conv('x', { k: 1 })]) },
    { name: 'product of two convolutions', build: (g) => g.op('Mul', [g.conv('x'), g.conv('x', { k: 1 })]) },
  ]),
);

agrees(
  'squeeze and excite',
  [1, 5, 8, 24].flatMap((c) =>
    ['Sigmoid', 'HardSigmoid'].flatMap((gate) =>
      [true, false].map((pool) => ({
        name: `${c} channels, ${gate}, ${pool ? 'GlobalAveragePool' : 'ReduceMean'}`,
        dims: [1, c, 9, 7],
        build: (/** @type {Graph} */ g) => {
          const a = g.op('Relu', [g.conv('x', { g: c })]);
          const mean = pool ? g.op('GlobalAveragePool', [a]) : g.op('ReduceMean', [a], { axes: [2, 3], keepdims: 1 });
          const squeezed = g.op('Relu', [g.conv(mean, { k: 1, oc: 3 })]);
          const excited = g.op(gate, [g.conv(squeezed, { k: 1, ic: 3, oc: c })]);
          const scaled = c % 2 ? g.op('Mul', [a, excited]) : g.op('Mul', [excited, a]);
          return g.conv(scaled, { k: 1 });
        },
      })),
    ),
  ),
);
