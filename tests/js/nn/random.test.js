// Graphs that nobody would draw: what the tables of single operators miss in
// fusing, in placing maps in memory and in keeping scales.
import { agrees } from './compare.js';
import { F32, I16 } from './run-net.js';
import { random } from '../../../tools/random.js';

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {{ name: string, c: number, level: number }} Value map of c channels, halved `level` times */

const H = 12,
  W = 20;
const channels = [1, 2, 3, 4, 5, 8, 12, 13, 16, 24];
const activations = ['Relu', 'Sigmoid', 'LeakyRelu', 'HardSigmoid', 'HardSwish'];

/** @param {Graph} g @param {number} seed @param {number} size @returns {string} */
function draw(g, seed, size) {
  const next = random(seed * 7919 + 13);
  /** @param {number} count */
  const below = (count) => Math.floor(next() * count);
  /** @template T @param {T[]} list @returns {T} */
  const one = (list) => list[below(list.length)];
  /** @type {Value[]} */
  const values = [{ name: 'x', c: g.dims[1], level: 0 }];
  // mostly what is new, now and then what is old
  const some = () => values[Math.max(0, values.length - 1 - below(next() < 0.7 ? 2 : values.length))];
  /** @param {Value} from @param {string} name @param {Partial<Value>} [change] */
  const add = (from, name, change) => values.push({ ...from, ...change, name });
  /** Another of the same shape, made when there is none. @param {Value} like @returns {Value} */
  const mate = (like) => {
    const found = values.filter(({ c, level }) => c === like.c && level === like.level);
    return found.length > 1 && next() < 0.8
      ? one(found)
      : { ...like, name: g.conv(like.name, { ic: like.c, k: one([1, 3]) }) };
  };
  /** @type {((v: Value) => void)[]} */
  const steps = [
    (v) => {
      const c = one(channels);
      add(v, g.conv(v.name, { ic: v.c, oc: c, k: one([1, 3, 5, [1, 3]]), d: one([1, 1, 2]), bias: next() < 0.5 }), {
        c,
      });
    },
    (v) => add(v, g.conv(v.name, { ic: v.c, g: v.c, k: one([3, 5]) })),
    (v) => add(v, g.op(one(activations), [v.name])),
    (v) => add(v, g.op('Clip', [v.name, g.scalar(-0.5), g.scalar(one([0.5, 1, 6]))])),
    (v) => add(v, g.batchNorm(v.name, v.c)),
    (v) =>
      add(v, g.op(one(['Add', 'Mul', 'Sub']), [v.name, g.noise(one([[], [v.c, 1, 1], [1, v.c, 1, 1]]), 0.3, 1.2)])),
    (v) =>
      add(v, g.op(one(['Add', 'Add', 'Mul', 'Sub']), next() < 0.5 ? [v.name, mate(v).name] : [mate(v).name, v.name])),
    (v) => {
      const parts = [
        v,
        ...Array.from({ length: 1 + below(3) }, () => one(values.filter(({ level }) => level === v.level))),
      ];
      const c = parts.reduce((sum, part) => sum + part.c, 0);
      if (c <= 64)
        add(
          v,
          g.op(
            'Concat',
            parts.map(({ name }) => name),
            { axis: 1 },
          ),
          { c },
        );
    },
    (v) => {
      if (v.level < 2)
        add(v, g.op(one(['MaxPool', 'AveragePool']), [v.name], { kernel_shape: [2, 2], strides: [2, 2] }), {
          level: v.level + 1,
        });
    },
    (v) => {
      if (v.level < 2) add(v, g.conv(v.name, { ic: v.c, s: 2 }), { level: v.level + 1 });
    },
    (v) => {
      if (v.level > 0) {
        const sizes = [1, v.c, H >> (v.level - 1), W >> (v.level - 1)];
        add(
          v,
          g.op('Resize', [v.name, '', '', g.ints(sizes)], {
            mode: one(['linear', 'nearest']),
            coordinate_transformation_mode: 'asymmetric',
            nearest_mode: 'floor',
          }),
          { level: v.level - 1 },
        );
      }
    },
    (v) =>
      add(v, g.op('Mul', [v.name, g.op('Sigmoid', [g.conv(g.op('GlobalAveragePool', [v.name]), { ic: v.c, k: 1 })])])),
    (v) => add(v, g.op('Identity', [v.name])),
    // the long way to write HardSwish
    (v) =>
      add(
        v,
        g.op('Div', [
          g.op('Mul', [v.name, g.op('Clip', [g.op('Add', [v.name, g.scalar(3)]), g.scalar(0), g.scalar(6)])]),
          g.scalar(6),
        ]),
      ),
  ];
  while (g.nodes.length < size) one(steps)(some());
  return values[values.length - 1].name;
}

/** @param {number} count @param {number} from first seed */
const graphs = (count, from) =>
  Array.from({ length: count }, (_, i) => ({
    name: `seed ${from + i}`,
    dims: [1, [3, 4, 8, 1, 5][i % 5], H, W],
    opset: 14,
    build: (/** @type {Graph} */ g) => draw(g, from + i, 3 + (i % 28)),
  }));

agrees('random graphs', graphs(400, 1), F32);
agrees('random graphs, int16', graphs(200, 1001), I16);
