// npm run eval -- --clicks: how many clicks it takes until what is meant is cut
// out, by the engine's pick session, against masks (docs/decisions/evaluation.md):
// NoC@85 and NoC@90, the mean number of clicks until the intersection over
// union with the mask is 85 or 90 percent, 20 where it never is (Xu et al., CVPR 2016).
// The first click is in the middle of the mask, each next one in the middle of
// the largest connected error, as models/eval/metrics/clicks.js has it; what is judged is what the
// session shows, the model's map at the photo's size, cut at one half. The sets
// are folders with images/ and masks/.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { boxOf, clicksTo, maskOf, MOST, nextClick, overlapAfter, overlapOf } from '../models/eval/metrics/clicks.js';
import { measure, summarize } from '../models/eval/metrics/set.js';
import { createNodeEngine } from '../web/engine/node.js';
import { root } from './build.js';
import { createDecoder, maskPlane, paired, spread, tellProgress, told } from './eval-files.js';
import { random as createRandom } from './random.js';

/**
 * @typedef {import('./eval-files.js').Pair} Pair
 * @typedef {ReturnType<typeof createNodeEngine>} Engine
 * @typedef {{ model?: string, engine?: 'auto' | 'c' | 'ort' }} Options
 * @typedef {{ name: string, overlaps: number[][], box: number, milliseconds: number[] }} Judged overlaps: after each click, of
 *   each way of clicking; milliseconds: of each answer
 * @typedef {{ of: string, engine: Engine, options: Options, decode: Awaited<ReturnType<typeof createDecoder>>, random: number }} Parts
 */

/** Where sets are when none is named. */
const places = [
  '../shared/data/eval/davis16_val',
  '../shared/data/eval/sod',
  '../shared/data/eval/ecssd',
  'build/scenes',
];
/** So many clicks at least, even where fewer do. */
const shown = 5;

/** A seed from a photo's name. @param {string} name @param {number} k */
const seedOf = (name, k) => [...name].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16777619), k + 1);

/**
 * Overlaps after each click, until nine tenths are reached and the first few are known.
 *
 * @param {(points: [number, number, 0 | 1][]) => Promise<import('../models/eval/metrics/clicks.js').Mask>} show
 * @param {import('../models/eval/metrics/clicks.js').Mask} truth
 * @param {number} w @param {number} h
 * @param {() => number} [random]
 */
export async function clickThrough(show, truth, w, h, random) {
  /** @type {[number, number, 0 | 1][]} */ const points = [];
  /** @type {number[]} */ const overlaps = [];
  /** @type {import('../models/eval/metrics/clicks.js').Mask} */ let found = new Uint8Array(w * h);
  while (overlaps.length < MOST) {
    const click = nextClick(truth, found, w, h, random);
    if (!click) break;
    points.push([click.x + 0.5, click.y + 0.5, click.keep]);
    found = await show(points);
    overlaps.push(overlapOf(truth, found));
    if (overlaps.length >= shown && (overlaps.at(-1) ?? 0) >= 0.9) break;
  }
  return overlaps;
}

/**
 * One photo: by clicks, and by a box that fits tightly.
 *
 * @param {Pair} pair
 * @param {Parts} parts
 * @returns {Promise<Judged | null>} null: its mask is empty
 */
async function judge({ name, image, mask }, { engine, options, decode, random }) {
  const { data, width, height } = await decode(await readFile(mask));
  const truth = Uint8Array.from(maskPlane({ data }), (value) => (value >= 0.5 ? 1 : 0));
  if (!truth.includes(1)) return null;
  /** @type {number[]} */ const milliseconds = [];
  const session = await engine.pick(new Blob([await readFile(image)]), options);
  try {
    const show = async (/** @type {import('../web/engine/core/pipeline.js').Prompt} */ prompt) => {
      const from = performance.now();
      const map = await session.show(prompt);
      milliseconds.push(performance.now() - from);
      return maskOf(map, width, height);
    };
    const overlaps = [];
    for (let k = 0; k < Math.max(1, random); k++)
      overlaps.push(
        await clickThrough(
          (points) => show({ points }),
          truth,
          width,
          height,
          random ? createRandom(seedOf(name, k)) : undefined,
        ),
      );
    return { name, overlaps, milliseconds, box: overlapOf(truth, await show({ box: boxOf(truth, width, height) })) };
  } finally {
    await session.close();
  }
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A set's values: means over photos and ways of clicking. @param {Judged[]} done */
export function summarizeClicks(done) {
  const all = done.flatMap(({ overlaps }) => overlaps);
  const times = done.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    noc85: mean(all.map((overlaps) => clicksTo(overlaps, 0.85))),
    noc90: mean(all.map((overlaps) => clicksTo(overlaps, 0.9))),
    never85: all.filter((overlaps) => Math.max(...overlaps) < 0.85).length / all.length,
    never90: all.filter((overlaps) => Math.max(...overlaps) < 0.9).length / all.length,
    iou: Object.fromEntries(
      [1, 2, 3, 5].map((clicks) => [clicks, mean(all.map((overlaps) => overlapAfter(overlaps, clicks)))]),
    ),
    iou_box: mean(done.map(({ box }) => box)),
    milliseconds: times[times.length >> 1],
  };
}

/**
 * max F without a click, through this network and through base.
 *
 * @param {Pair[]} pairs
 * @param {Parts} parts
 */
async function unclicked(pairs, { of, engine, options, decode }) {
  /** @type {Record<string, number>} */ const values = {};
  for (const [name, model] of /** @type {const} */ ([
    ['pick', of],
    ['base', 'base'],
  ])) {
    const measured = [];
    for (const [i, { image, mask }] of pairs.entries()) {
      const { blob } = await engine.segment(new Blob([await readFile(image)]), {
        ...options,
        model,
        kind: 'photo',
        effort: 'fast',
        format: 'png',
      });
      const map = await decode(new Uint8Array(await blob.arrayBuffer()));
      const truth = await decode(await readFile(mask));
      measured.push(measure(maskPlane(map), maskPlane(truth), map.width, map.height));
      tellProgress(i + 1, pairs.length);
    }
    values[name] = summarize(measured).values.max_f;
  }
  return values;
}

/**
 * @param {string} name
 * @param {Pair[]} pairs
 * @param {Parts} parts
 */
async function judgeSet(name, pairs, parts) {
  /** @type {Judged[]} */ const done = [];
  /** @type {{ name: string, error: string }[]} */ const failed = [];
  for (const [i, pair] of pairs.entries()) {
    try {
      const one = await judge(pair, parts);
      if (one) done.push(one);
    } catch (error) {
      failed.push({ name: pair.name, error: told(error) });
      process.stderr.write(`${name}/${pair.name}: ${told(error)}\n`);
    }
    tellProgress(i + 1, pairs.length);
  }
  return { set: name, photos: done.length, done, failed };
}

/** @param {{ set: string, photos: number, max_f?: Record<string, number> } & ReturnType<typeof summarizeClicks>} values @param {number} random */
function print({ set, photos, noc85, noc90, never85, never90, iou, iou_box: box, milliseconds, max_f: f }, random) {
  const after = Object.entries(iou)
    .map(([clicks, value]) => `${clicks} ${value.toFixed(3)}`)
    .join(', ');
  const share = (/** @type {number} */ value) => `${(100 * value).toFixed(1)} %`;
  process.stdout.write(
    `${set}: ${photos} photos, ${random ? `clicks at random, mean of ${random}` : 'clicks in the middle'}\n` +
      `  NoC@85 ${noc85.toFixed(2)} (${share(never85)} never), NoC@90 ${noc90.toFixed(2)} (${share(never90)} never)\n` +
      `  IoU after ${after}; after a box ${box.toFixed(3)}; ${milliseconds.toFixed(0)} ms a click\n` +
      (f ? `  max F without a click: ${f.pick.toFixed(4)}, base ${f.base.toFixed(4)}\n` : ''),
  );
}

/**
 * Measures sets by clicks and tells their values.
 *
 * @param {string[]} folders of sets; none: those in their usual places
 * @param {{ limit: number, every: number, random: number, unclicked?: boolean, json?: boolean, perImage?: boolean, prepare: () => void }} what
 * @param {Options} options
 * @returns {Promise<number>} exit status
 */
export async function judgeClicks(
  folders,
  { limit, every, random, unclicked: also, json, perImage, prepare },
  options,
) {
  /** @type {{ name: string, pairs: Pair[] }[]} */ let sets;
  try {
    const named = folders.length
      ? folders
      : places.map((place) => join(root, place)).filter((place) => existsSync(place));
    sets = named.map((folder) => ({
      name: basename(resolve(folder)),
      pairs: spread(
        paired(join(folder, 'images'), join(folder, 'masks')).pairs.filter((_, i) => i % every === 0),
        limit,
      ),
    }));
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    return 1;
  }
  sets = sets.filter(({ pairs }) => pairs.length);
  if (!sets.length) {
    process.stderr.write('nothing to click in: name a folder that holds images/ and masks/\n');
    return 1;
  }
  prepare();
  const engine = createNodeEngine();
  const reports = [];
  try {
    const of = options.model ?? new URL('../models/pick/manifest.json', import.meta.url).href;
    const decode = await createDecoder();
    for (const { name, pairs } of sets) {
      const parts = { of, engine, decode, random, options };
      const { done, ...set } = await judgeSet(name, pairs, parts);
      if (!done.length) {
        reports.push(set);
        continue;
      }
      const maxF = also ? await unclicked(pairs, parts) : undefined;
      const one = { ...set, ...summarizeClicks(done), ...(maxF ? { max_f: maxF } : {}) };
      reports.push({ ...one, ...(perImage ? { per_image: done } : {}) });
      if (!json) print(one, random);
    }
  } finally {
    engine.dispose();
  }
  if (json) process.stdout.write(`${JSON.stringify({ random, sets: reports })}\n`);
  return reports.every(({ photos, failed }) => photos && !failed.length) ? 0 : 1;
}
