// npm run eval: how good the engine's mattes are, end to end, against masks at
// the photo's full size (models/eval/metrics, docs/decisions/evaluation.md).
//   npm run eval -- --images DIR --masks DIR
// and, by eval-mattes.js, against true mattes:
//   npm run eval -- --mattes [DIR ...] [--answers DIR]
// and, by eval-clicks.js, with somebody who points at what is meant:
//   npm run eval -- --clicks [DIR ...] [--random]
// Exit status 0 done; 1 nothing to compare, or a picture failed; 2 wrong usage.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, MEASURES, summarize } from '../models/eval/metrics/set.js';
import { createNodeEngine, CutawayError } from '../web/engine/node.js';
import { build } from './build.js';
import { createDecoder, maskPlane, modelOf, paired, spread, tellProgress, told } from './eval-files.js';
import { judgeClicks } from './eval-clicks.js';
import { judgeMattes } from './eval-mattes.js';

const usage = `npm run eval: the engine's mattes against masks

  npm run eval -- --images DIR --masks DIR

  npm run eval -- --mattes [DIR ...] [--answers DIR]

  npm run eval -- --clicks [DIR ...] [--random]

  --images DIR, --masks DIR     a photo and its mask have the same name but for the ending
  --mattes [DIR ...]            folders with images/, masks/ (true mattes) and, where the subject's colours are known, foreground/;
                                none: alphamatting and matting_foamliu of ../shared/data/eval, build/composites, as far as they are there
  --answers DIR                 with --mattes: PNGs with the photos' names and sizes, grey mattes or cut-outs, instead of the engine's;
                                those of a set in a folder of its name, if there is one
  --clicks [DIR ...]            how many clicks it takes: folders with images/ and masks/ of what is meant; none: davis16_val, sod,
                                ecssd of ../shared/data/eval and build/scenes, as far as they are there
  --random                      with --clicks: anywhere inside an error instead of in its middle, mean of five
  --unclicked                   with --clicks: max F without a click, too, through the pick network and through base
  --every N                     with --clicks: each Nth photo
  --engine E                    auto (default), c, ort
  --effort E                    fast, standard (default), high
  --model M                     base (default; with --clicks the pick network), a known name, or FILE.onnx with its manifest beside it
  --limit N                     only N photos, evenly spread over the names
  --stretch                     maps stretched to 0..1 first, as the toolboxes behind published numbers do
  --json [--per-image]          one JSON object on stdout; with the values of each photo
  --no-build                    with the core as it is
`;

/** Least value to 0, greatest to 1; a flat plane stays. @param {Float32Array} plane */
export function stretched(plane) {
  let low = Infinity,
    high = -Infinity;
  for (const value of plane) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? plane.map((value) => (value - low) / (high - low)) : plane;
}

/**
 * @param {import('./eval-files.js').Pair[]} pairs
 * @param {{ model?: string, engine?: 'auto' | 'c' | 'ort', effort?: 'fast' | 'standard' | 'high', stretch?: boolean }} options
 */
async function evaluate(pairs, { model, engine: wanted, effort, stretch }) {
  const engine = createNodeEngine();
  const decode = await createDecoder();
  /** @type {{ name: string, width: number, height: number, subject_found: boolean, measured: import('../models/eval/metrics/set.js').Measured }[]} */
  const done = [];
  /** @type {{ name: string, error: string }[]} */ const failed = [];
  const engines = new Set(),
    models = new Set();
  try {
    await engine.preload({ model, engine: wanted }); // what is wrong with a model is said once
    for (const [i, { name, image, mask }] of pairs.entries()) {
      try {
        const { blob, report } = await engine.segment(new Blob([await readFile(image)]), {
          model,
          engine: wanted,
          effort,
          format: 'png',
        });
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
        failed.push({ name, error: told(error) });
        process.stderr.write(`${name}: ${failed[failed.length - 1].error}\n`);
      }
      tellProgress(i + 1, pairs.length);
    }
  } finally {
    engine.dispose();
  }
  return { done, failed, engine: [...engines].join(', '), model: [...models].join(', ') };
}

/**
 * Measures photos against masks and tells the set's values.
 *
 * @param {{ images: string, masks: string, limit: number, stretch?: boolean, json?: boolean, perImage?: boolean, prepare: () => void }} what
 * @param {{ model?: string, engine?: 'auto' | 'c' | 'ort', effort?: 'fast' | 'standard' | 'high' }} options
 * @returns {Promise<number>} exit status
 */
async function judgeMasks({ images, masks, limit, stretch, json, perImage, prepare }, options) {
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
  prepare();
  const { done, failed, engine, model } = await evaluate(spread(found.pairs, limit), { ...options, stretch });
  const { values: metrics, soft } = summarize(done.map(({ measured }) => measured));
  const without = done.filter((photo) => !photo.subject_found).map(({ name }) => name);
  if (json) {
    process.stdout.write(
      `${JSON.stringify({
        images,
        masks,
        photos: done.length,
        soft_masks: soft,
        engine,
        model,
        effort: options.effort ?? 'standard',
        stretched: Boolean(stretch),
        metrics,
        no_subject: without,
        without_mask: found.alone,
        failed,
        ...(perImage ? { per_image: done.map(({ measured, ...photo }) => ({ ...photo, ...measured.values })) } : {}),
      })}\n`,
    );
  } else if (done.length) {
    process.stdout.write(
      `${done.length} photos of ${images}, ${soft} masks soft; model ${model}, engine ${engine}` +
        `${options.effort ? `, effort ${options.effort}` : ''}${stretch ? ', maps stretched' : ''}; no subject found in ${without.length}\n`,
    );
    for (const { key, name, about } of MEASURES) {
      if (key in metrics)
        process.stdout.write(`${name.padEnd(16)} ${metrics[key].toFixed(3).padStart(8)}   ${about}\n`);
    }
  }
  return failed.length || !done.length ? 1 : 0;
}

/** @param {string[]} argv @returns {Promise<number>} exit status */
async function main(argv) {
  let values, positionals;
  try {
    ({ values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        images: { type: 'string' },
        masks: { type: 'string' },
        engine: { type: 'string' },
        model: { type: 'string' },
        effort: { type: 'string' },
        mattes: { type: 'boolean' },
        answers: { type: 'string' },
        clicks: { type: 'boolean' },
        random: { type: 'boolean' },
        unclicked: { type: 'boolean' },
        every: { type: 'string' },
        limit: { type: 'string' },
        stretch: { type: 'boolean' },
        json: { type: 'boolean' },
        'per-image': { type: 'boolean' },
        'no-build': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    for (const name of /** @type {const} */ (['random', 'unclicked', 'every']))
      if (values[name] !== undefined && !values.clicks) throw new Error(`--${name} is for --clicks`);
    if (values.clicks) {
      if (values.images || values.masks || values.mattes || values.answers || values.stretch || values.effort)
        throw new Error('--clicks takes folders that hold images/ and masks/, and no other way of judging');
    } else if (values.mattes) {
      if (values.images || values.masks || values.stretch)
        throw new Error('--mattes takes folders that hold images/ and masks/, and no --stretch');
      if (values.answers && (values.engine || values.effort || values.model))
        throw new Error('--answers stand in place of the engine');
    } else if (positionals.length || values.answers)
      throw new Error('folders alone are for --mattes and --clicks, --answers for --mattes');
    else if (!values.images || !values.masks) throw new Error('--images DIR and --masks DIR are needed');
    for (const name of /** @type {const} */ (['limit', 'every']))
      if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name]))
        throw new Error(`--${name} takes a whole number from 1 on`);
    if (!['auto', 'c', 'ort'].includes(values.engine ?? 'auto')) throw new Error('--engine is auto, c or ort');
    if (!['fast', 'standard', 'high'].includes(values.effort ?? 'standard'))
      throw new Error('--effort is fast, standard or high');
    if (values['per-image'] && !values.json) throw new Error('--per-image is for --json');
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${usage}`);
    return 2;
  }

  const options = {
    model: modelOf(values.model),
    engine: /** @type {'auto' | 'c' | 'ort' | undefined} */ (values.engine),
    effort: /** @type {'fast' | 'standard' | 'high' | undefined} */ (values.effort),
  };
  const what = {
    limit: Number(values.limit ?? Infinity),
    json: values.json,
    perImage: values['per-image'],
    prepare: () => {
      if (!values['no-build']) build();
    }, // once it is clear that there is something to do
  };
  try {
    if (values.clicks)
      return await judgeClicks(
        positionals,
        { ...what, every: Number(values.every ?? 1), random: values.random ? 5 : 0, unclicked: values.unclicked },
        options,
      );
    if (values.mattes) return await judgeMattes(positionals, { ...what, answers: values.answers }, options);
    const { images = '', masks = '', stretch } = values;
    return await judgeMasks({ ...what, images, masks, stretch }, options);
  } catch (error) {
    if (!(error instanceof CutawayError)) throw error;
    process.stderr.write(`${error.code}: ${error.message} ${error.detail}\n`);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
