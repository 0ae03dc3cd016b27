// Convolutions of every shape against ONNX Runtime, f32.
import { agrees } from './compare.js';
import { pair } from './graph.js';

/** @typedef {import('./graph.js').Conv} Conv */
/** @typedef {import('./compare.js').Case} Case */

/** @type {Conv['k'][]} */
const kernels = [1, 3, 5, 7, [1, 3], [3, 1]];
/** @type {Conv['s'][]} */
const strides = [1, 2, [2, 1]];
const channels = [1, 3, 4, 5, 7, 8, 13, 16, 24, 33, 64];
const maps = [
  [1, 1],
  [1, 7],
  [5, 3],
  [13, 17],
  [32, 32],
];

let turn = 0;
/** The next channel count, so that tables meet all of them. */
const someChannels = () => channels[(turn += 7) % channels.length];

/** @param {number[]} map @param {Conv} conv @returns {Case[]} none when the kernel is larger than the padded map */
function row(map, conv) {
  const { ic = someChannels(), k = 3, d = 1, pads = 'same' } = conv;
  const around =
    pads === 'same'
      ? [0, 1].map((i) => ((pair(d)[i] * (pair(k)[i] - 1)) >> 1) * 2)
      : Array.isArray(pads) && pads.length
        ? [pads[0] + pads[2], pads[1] + pads[3]]
        : [0, 0];
  const fits = [0, 1].every((i) => map[i] + around[i] > pair(d)[i] * (pair(k)[i] - 1));
  if (!fits && !String(pads).startsWith('SAME')) return [];
  const full = { ic, oc: ic, k, bias: turn % 2 === 0, ...conv };
  return [{ name: `${map.join('x')} ${JSON.stringify(full)}`, dims: [1, ic, ...map], build: (g) => g.conv('x', full) }];
}

agrees(
  'Conv: kernels, strides, maps',
  kernels.flatMap((k) => strides.flatMap((s) => maps.flatMap((map) => row(map, { k, s, oc: someChannels() })))),
);

agrees(
  'Conv: every channel count by every other, 1x1',
  channels.flatMap((ic) => channels.flatMap((oc) => row([5, 3], { ic, oc, k: 1 }))),
);

agrees(
  'Conv: every channel count by every other, 3x3',
  channels.flatMap((ic) => channels.flatMap((oc) => row([3, 6], { ic, oc, k: 3 }))),
);

agrees(
  'Conv: dilations',
  [1, 2, 4, 8, /** @type {[number, number]} */ ([1, 3])].flatMap((d) =>
    [3, 5, /** @type {[number, number]} */ ([1, 3])].flatMap((k) =>
      [1, 2].flatMap((s) => maps.slice(2).flatMap((map) => row(map, { k, s, d, oc: someChannels() }))),
    ),
  ),
);

agrees(
  'Conv: paddings',
  /** @type {Conv['pads'][]} */ ([
    [],
    'SAME_UPPER',
    'SAME_LOWER',
    'VALID',
    [1, 1, 1, 1],
    [2, 2, 2, 2],
    [0, 1, 2, 1],
    [3, 0, 0, 2],
    [0, 0, 1, 1],
  ]).flatMap((pads) =>
    kernels.flatMap((k) => strides.flatMap((s) => maps.slice(1, 4).flatMap((map) => row(map, { k, s, pads })))),
  ),
);

agrees(
  'Conv: dilation with padding of one side',
  [
    [0, 4, 2, 0],
    [4, 4, 0, 0],
    [0, 0, 0, 0],
  ].flatMap((pads) => [1, 2].flatMap((s) => row([13, 17], { k: 3, d: 2, s, pads, oc: someChannels() }))),
);

agrees(
  'Conv: two and four groups',
  kernels.flatMap((k) =>
    strides.flatMap((s) =>
      [
        [8, 8, 2],
        [24, 16, 4],
        [6, 10, 2],
        [64, 64, 2],
      ].flatMap(([ic, oc, g]) => row([7, 9], { k, s, ic, oc, g })),
    ),
  ),
);

agrees(
  'Conv: depthwise',
  kernels.flatMap((k) =>
    strides.flatMap((s) => channels.flatMap((ic, i) => row(maps[i % maps.length], { k, s, ic, g: ic }))),
  ),
);

agrees(
  'Conv: depthwise, every map',
  maps.flatMap((map) => strides.flatMap((s) => [3, 5].flatMap((k) => row(map, { k, s, ic: 13, g: 13 })))),
);

agrees(
  'Conv: depthwise, dilated and padded',
  [2, 4, 8].flatMap((d) =>
    /** @type {Conv['pads'][]} */ (['same', [], [5, 5, 5, 5], [0, 1, 2, 1]]).flatMap((pads) =>
      [8, 5].flatMap((ic) => row([17, 19], { k: 3, d, pads, ic, g: ic })),
    ),
  ),
);

agrees(
  'Conv: depthwise, two outputs a channel',
  channels.flatMap((ic) => [1, 2].flatMap((s) => row([13, 17], { k: 3, s, ic, oc: 2 * ic, g: ic }))),
);

agrees(
  'Conv: attributes left to their defaults',
  [1, 3].flatMap((k) => [
    {
      name: `kernel ${k} from the weights`,
      dims: [1, 5, 7, 6],
      /** @param {import('./graph.js').Graph} g */
      build: (g) => g.op('Conv', ['x', g.weights([7, 5, k, k], false)]),
    },
  ]),
);
