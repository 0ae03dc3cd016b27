// npm run eval: how good the engine's mattes are, end to end, against masks at
// the photo's full size (models/eval/metrics, docs/decisions/evaluation.md).
//   npm run eval -- --images DIR --masks DIR
// Exit status 0 done; 1 nothing to compare, or a picture failed; 2 wrong usage.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, MEASURES, summarize } from '../models/eval/metrics/set.js';
import { loadCore } from '../web/engine/core/core.js';
import { createNodeEngine, CutawayError } from '../web/engine/node.js';
import { compileCore } from '../web/engine/node/core.js';
import { webpCodec } from '../web/engine/core/webp.js';
import { build } from './build.js';

const usage = `npm run eval: the engine's mattes against masks

  npm run eval -- --images DIR --masks DIR

  --images DIR, --masks DIR     a photo and its mask have the same name but for the ending
  --engine E                    auto (default), c, ort
  --effort E                    standard (default), high
  --model M                     base (default), a known name, or FILE.onnx with its manifest beside it
  --limit N                     only N photos, evenly spread over the names
  --stretch                     maps stretched to 0..1 first, as the toolboxes behind published numbers do
  --json [--per-image]          one JSON object on stdout; with the values of each photo
  --no-build                    with the core as it is
`;

const isPicture = /\.(jpe?g|png|webp|bmp|gif)$/i;

/** @typedef {{ name: string, image: string, mask: string }} Pair */

/**
 * Photos and masks of the same stem, in order of name.
 *
 * @param {string} images
 * @param {string} masks
 * @returns {{ pairs: Pair[], alone: string[] }} alone: photos without a mask
 */
export function paired(images, masks) {
  const files = (/** @type {string} */ dir) => readdirSync(dir).filter((name) => isPicture.test(name)).sort();
  const byStem = new Map(files(masks).reverse().map((name) => [parse(name).name, name]));
  /** @type {Pair[]} */ const pairs = [];
  /** @type {string[]} */ const alone = [];
  for (const name of files(images)) {
    const mask = byStem.get(parse(name).name);
    if (mask) pairs.push({ name, image: join(images, name), mask: join(masks, mask) });
    else alone.push(name);
  }
  return { pairs, alone };
}

/**
 * @template T
 * @param {T[]} list
 * @param {number} count at most so many, evenly spread, the first among them
 */
export const spread = (list, count) => (list.length <= count ? list
  : Array.from({ length: count }, (_, i) => list[Math.floor(i * list.length / count)]));

/** Pictures as the engine reads them: upright, straight RGBA. */
async function createDecoder() {
  const core = await loadCore(await compileCore());
  const folder = dirname(createRequire(import.meta.url).resolve('@jsquash/webp/package.json'));
  const webp = webpCodec({
    module: (path) => import(pathToFileURL(join(folder, path)).href),
    wasm: async (path) => WebAssembly.compile(await readFile(join(folder, path))),
  });
  /** @param {Uint8Array} bytes */
  return async (bytes) => {
    const job = core.newJob();
    try { // a job whose matte is 1 everywhere gives the pixels back as they are
      job.manifest({ input: { size: [1, 1], mean: [0, 0, 0], std: [1, 1, 1] }, output: { kind: 'alpha' } });
      if (!job.picture('decode', bytes)) job.picturePixels('decode', await webp.decode(bytes), bytes);
      job.prepare();
      job.matte({ data: new Float32Array([1]), width: 1, height: 1 });
      for (const stage of ['refine', 'foreground', 'compose']) job.step(stage, stage);
      return job.pixels();
    } finally {
      job.free();
    }
  };
}

/**
 * A mask's values: its alpha where it has any, else its red channel (grey has
 * three alike).
 *
 * @param {{ data: Uint8ClampedArray }} picture
 */
export function maskPlane({ data }) {
  let channel = 0;
  for (let i = 3; i < data.length && !channel; i += 4) if (data[i] < 255) channel = 3;
  return Float32Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + channel] / 255);
}

/** Least value to 0, greatest to 1; a flat plane stays. @param {Float32Array} plane */
export function stretched(plane) {
  let low = Infinity, high = -Infinity;
  for (const value of plane) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? plane.map((value) => (value - low) / (high - low)) : plane;
}

/** One line every tenth of the way. @param {number} done @param {number} all */
function tellProgress(done, all) {
  if (done === all || Math.floor(10 * done / all) > Math.floor(10 * (done - 1) / all)) {
    process.stderr.write(`${done} of ${all} photos\n`);
  }
}

/**
 * @param {Pair[]} pairs
 * @param {{ model?: string, engine?: 'auto' | 'c' | 'ort', effort?: 'standard' | 'high', stretch?: boolean }} options
 */
async function evaluate(pairs, { model, engine: wanted, effort, stretch }) {
  const engine = createNodeEngine();
  const decode = await createDecoder();
  /** @type {{ name: string, width: number, height: number, subject_found: boolean, measured: import('../models/eval/metrics/set.js').Measured }[]} */
  const done = [];
  /** @type {{ name: string, error: string }[]} */ const failed = [];
  const engines = new Set(), models = new Set();
  try {
    await engine.preload({ model, engine: wanted }); // what is wrong with a model is said once
    for (const [i, { name, image, mask }] of pairs.entries()) {
      try {
        const { blob, report } = await engine.segment(new Blob([await readFile(image)]), { model, engine: wanted, effort, format: 'png' });
        const map = await decode(new Uint8Array(await blob.arrayBuffer()));
        const truth = await decode(await readFile(mask));
        const { width, height } = map;
        if (truth.width !== width || truth.height !== height) {
          throw new Error(`the photo is ${width} x ${height}, its mask ${truth.width} x ${truth.height}`);
        }
        const alpha = maskPlane(map);
        const measured = measure(stretch ? stretched(alpha) : alpha, maskPlane(truth), width, height);
        done.push({ name, width, height, subject_found: report.subject.found, measured });
        engines.add(report.engine);
        models.add(report.model);
      } catch (error) {
        const { message, detail } = /** @type {{ message: string, detail?: string }} */ (error);
        failed.push({ name, error: detail ? `${message} ${detail}` : message });
        process.stderr.write(`${name}: ${failed[failed.length - 1].error}\n`);
      }
      tellProgress(i + 1, pairs.length);
    }
  } finally {
    engine.dispose();
  }
  return { done, failed, engine: [...engines].join(', '), model: [...models].join(', ') };
}

/** @param {string[]} argv @returns {Promise<number>} exit status */
async function main(argv) {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        images: { type: 'string' }, masks: { type: 'string' }, engine: { type: 'string' }, model: { type: 'string' }, effort: { type: 'string' },
        limit: { type: 'string' }, stretch: { type: 'boolean' }, json: { type: 'boolean' }, 'per-image': { type: 'boolean' },
        'no-build': { type: 'boolean' }, help: { type: 'boolean' },
      },
    }));
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    if (!values.images || !values.masks) throw new Error('--images DIR and --masks DIR are needed');
    if (values.limit !== undefined && !/^[1-9]\d*$/.test(values.limit)) throw new Error('--limit takes a whole number from 1 on');
    if (!['auto', 'c', 'ort'].includes(values.engine ?? 'auto')) throw new Error('--engine is auto, c or ort');
    if (!['standard', 'high'].includes(values.effort ?? 'standard')) throw new Error('--effort is standard or high');
    if (values['per-image'] && !values.json) throw new Error('--per-image is for --json');
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${usage}`);
    return 2;
  }

  const { images, masks, model } = values;
  let found;
  try {
    found = paired(images, masks);
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
    return 1;
  }
  for (const name of found.alone) process.stderr.write(`${name}: no mask of that name, skipped\n`);
  if (!found.pairs.length) {
    process.stderr.write(`no photo of ${images} has a mask in ${masks}\n`);
    return 1;
  }
  if (!values['no-build']) build();
  const pairs = spread(found.pairs, Number(values.limit ?? Infinity));
  let result;
  try {
    result = await evaluate(pairs, {
      // a name or an address as it is, otherwise a file, as the command line has it
      model: model === undefined || /^([\w-]+$|https?:)/.test(model) ? model : pathToFileURL(model).href,
      engine: /** @type {'auto' | 'c' | 'ort' | undefined} */ (values.engine),
      effort: /** @type {'standard' | 'high' | undefined} */ (values.effort),
      stretch: values.stretch,
    });
  } catch (error) {
    if (!(error instanceof CutawayError)) throw error;
    process.stderr.write(`${error.code}: ${error.message} ${error.detail}\n`);
    return 1;
  }

  const { done, failed } = result;
  const { values: metrics, soft } = summarize(done.map(({ measured }) => measured));
  const without = done.filter((photo) => !photo.subject_found).map(({ name }) => name);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({
      images, masks, photos: done.length, soft_masks: soft, engine: result.engine, model: result.model, effort: values.effort ?? 'standard', stretched: Boolean(values.stretch),
      metrics, no_subject: without, without_mask: found.alone, failed,
      ...(values['per-image'] ? { per_image: done.map(({ measured, ...photo }) => ({ ...photo, ...measured.values })) } : {}),
    })}\n`);
  } else if (done.length) {
    process.stdout.write(`${done.length} photos of ${images}, ${soft} masks soft; model ${result.model}, engine ${result.engine}` +
      `${values.effort === 'high' ? ', effort high' : ''}${values.stretch ? ', maps stretched' : ''}; no subject found in ${without.length}\n`);
    for (const { key, name, about } of MEASURES) {
      if (key in metrics) process.stdout.write(`${name.padEnd(16)} ${metrics[key].toFixed(3).padStart(8)}   ${about}\n`);
    }
  }
  return failed.length || !done.length ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
