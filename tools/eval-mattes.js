// npm run eval -- --mattes: mattes at the photo's size against true ones, the
// engine's or anybody's, by set (models/eval/metrics/mattes.js says what is
// measured, docs/decisions/evaluation.md of which sets). The sets are folders:
//   images/      photos
//   masks/       true mattes of the same names but for the ending
//   foreground/  the subject's true colours, where they are known
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, parse, resolve } from 'node:path';
import { MATTE_MEASURES, measureMatte, summarizeMattes } from '../models/eval/metrics/mattes.js';
import { createNodeEngine } from '../web/engine/node.js';
import { root } from './build.js';
import { createDecoder, maskPlane, paired, spread, tellProgress, told } from './eval-files.js';

/**
 * @typedef {import('./eval-files.js').Pair & { foreground: string | null, answer: string | null }} Matte
 * @typedef {{ name: string, folder: string, mattes: Matte[], unanswered: string[] }} MatteSet
 * @typedef {{ model?: string, engine?: 'auto' | 'c' | 'ort', effort?: 'fast' | 'standard' | 'high' }} Options
 * @typedef {{ name: string, width: number, height: number, subject_found: boolean, values: import('../models/eval/metrics/mattes.js').Values }} Judged
 */

/** Where sets are when none is named. */
const places = ['../shared/data/eval/alphamatting', '../shared/data/eval/matting_foamliu', 'build/composites'];

/**
 * A set's pictures, in order of name.
 *
 * @param {string} folder
 * @param {string} [answers] folder of PNGs
 * @returns {MatteSet} unanswered: photos without an answer
 */
export function matteSet(folder, answers) {
  const name = basename(resolve(folder));
  const { pairs } = paired(join(folder, 'images'), join(folder, 'masks'));
  const own = answers && existsSync(join(answers, name)) ? join(answers, name) : answers;
  const file = (/** @type {string | undefined} */ dir, /** @type {string} */ photo) => {
    const path = dir && join(dir, `${parse(photo).name}.png`);
    return path && existsSync(path) ? path : null;
  };
  const mattes = pairs.map((pair) => ({
    ...pair,
    foreground: file(join(folder, 'foreground'), pair.name),
    answer: file(own, pair.name),
  }));
  return {
    name,
    folder,
    mattes: answers ? mattes.filter(({ answer }) => answer) : mattes,
    unanswered: answers ? mattes.filter(({ answer }) => !answer).map((matte) => matte.name) : [],
  };
}

/** A picture's kind where the set has kinds: "hair" of 004-hair-sharp.jpg. @param {string} name */
export const kindOf = (name) => /^\d+-([a-z]+)/.exec(name)?.[1];

/** @param {{ data: Uint8ClampedArray }} picture */
function alphaOf({ data }) {
  const plane = new Float32Array(data.length / 4);
  for (let i = 0; i < plane.length; i++) plane[i] = data[4 * i + 3] / 255;
  return plane;
}

/**
 * The cut-out to judge. An answer that is grey has no colours; where the true
 * ones are known, the engine makes its own under the answer's alpha.
 *
 * @param {Matte} matte
 * @param {{ engine: ReturnType<typeof createNodeEngine>, decode: Awaited<ReturnType<typeof createDecoder>>, options: Options }} parts
 */
async function cutOutOf({ image, answer, foreground }, { engine, decode, options }) {
  const photo = async () => new Blob([await readFile(image)]);
  const decoded = async (/** @type {Blob} */ blob) => decode(new Uint8Array(await blob.arrayBuffer()));
  if (!answer) {
    const { blob, report } = await engine.removeBackground(await photo(), { ...options, format: 'png' });
    const picture = await decoded(blob);
    return { picture, alpha: alphaOf(picture), rgba: picture.data, report };
  }
  const bytes = await readFile(answer);
  const picture = await decode(bytes);
  let rgba = null;
  if (foreground) {
    let colours = false;
    for (let i = 3; i < picture.data.length && !colours; i += 4) colours = picture.data[i] < 255;
    if (colours) rgba = picture.data;
    else
      rgba = (
        await decoded((await engine.removeBackground(await photo(), { matte: new Blob([bytes]), format: 'png' })).blob)
      ).data;
  }
  return { picture, alpha: maskPlane(picture), rgba, report: null };
}

/**
 * @param {MatteSet} set
 * @param {Parameters<typeof cutOutOf>[1]} parts
 */
async function judgeSet({ mattes }, parts) {
  /** @type {Judged[]} */ const done = [];
  /** @type {{ name: string, error: string }[]} */ const failed = [];
  const engines = new Set(),
    models = new Set();
  for (const [i, matte] of mattes.entries()) {
    try {
      const {
        picture: { width, height },
        alpha,
        rgba,
        report,
      } = await cutOutOf(matte, parts);
      const truth = await parts.decode(await readFile(matte.mask));
      if (truth.width !== width || truth.height !== height) {
        throw new Error(
          `the ${report ? 'photo' : 'answer'} is ${width} x ${height}, its mask ${truth.width} x ${truth.height}`,
        );
      }
      const colours = matte.foreground ? await parts.decode(await readFile(matte.foreground)) : null;
      if (colours && (colours.width !== width || colours.height !== height))
        throw new Error('its foreground is of another size');
      const values = measureMatte({ alpha, rgba }, { alpha: maskPlane(truth), rgba: colours?.data }, width, height);
      done.push({ name: matte.name, width, height, subject_found: report?.subject.found ?? true, values });
      if (report) {
        engines.add(report.engine);
        models.add(report.model);
      }
    } catch (error) {
      failed.push({ name: matte.name, error: told(error) });
      process.stderr.write(`${matte.name}: ${told(error)}\n`);
    }
    tellProgress(i + 1, mattes.length);
  }
  return { done, failed, engine: [...engines].join(', '), model: [...models].join(', ') };
}

/** @param {Judged[]} done @returns {Record<string, { photos: number } & ReturnType<typeof summarizeMattes>>} by kind, if all have one */
function byKind(done) {
  /** @type {Map<string, Judged[]>} */ const kinds = new Map();
  for (const one of done) {
    const kind = kindOf(one.name);
    if (!kind) return {};
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  return Object.fromEntries(
    [...kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, list]) => [kind, { photos: list.length, ...summarizeMattes(list.map(({ values }) => values)) }]),
  );
}

/** For people: MSE is small, so it is told in thousandths. @param {string} key @param {number | undefined} value */
const shown = (key, value) =>
  (value === undefined ? '' : (key.startsWith('mse') ? value * 1000 : value).toFixed(3)).padStart(10);

/** @param {ReturnType<typeof report>} set */
function print({ set, photos, mean, median, kinds, no_subject: without, model, engine, effort }) {
  process.stdout.write(
    `${set}: ${photos} photos; ${model ? `model ${model}, engine ${engine}, effort ${effort}; no subject found in ${without.length}` : 'answers made elsewhere'}\n`,
  );
  process.stdout.write(`${''.padEnd(20)}${'median'.padStart(10)}${'mean'.padStart(10)}\n`);
  for (const { key, name, about } of MATTE_MEASURES) {
    if (key in mean)
      process.stdout.write(
        `${name.padEnd(20)}${shown(key, median[key])}${shown(key, mean[key])}   ${key.startsWith('mse') ? 'in thousandths' : about}\n`,
      );
  }
  const names = Object.keys(kinds);
  if (names.length) {
    const columns = [
      'sad',
      'sad_band',
      'gradient_band',
      'connectivity_band',
      'iou',
      'colour_black',
      'colour_white',
      'colour_green',
    ];
    const head = columns.map((key) =>
      (MATTE_MEASURES.find((measure) => measure.key === key)?.name ?? key)
        .replace('connectivity', 'conn.')
        .replace('gradient', 'grad.'),
    );
    process.stdout.write(`\n${'medians by kind'.padEnd(20)}${head.map((name) => name.padStart(13)).join('')}\n`);
    for (const kind of names) {
      process.stdout.write(
        `${`${kind} (${kinds[kind].photos})`.padEnd(20)}${columns.map((key) => shown(key, kinds[kind].median[key]).padStart(13)).join('')}\n`,
      );
    }
  }
  process.stdout.write('\n');
}

/**
 * @param {MatteSet} set
 * @param {Awaited<ReturnType<typeof judgeSet>>} judged
 * @param {{ answers?: string, effort?: string, perImage?: boolean }} how
 */
function report({ name, folder, unanswered }, { done, failed, engine, model }, { answers, effort, perImage }) {
  return {
    set: name,
    folder,
    photos: done.length,
    ...(answers ? { answers } : {}),
    engine,
    model,
    effort: answers ? null : (effort ?? 'standard'),
    ...summarizeMattes(done.map(({ values }) => values)),
    kinds: byKind(done),
    no_subject: done.filter((photo) => !photo.subject_found).map((photo) => photo.name),
    unanswered,
    failed,
    ...(perImage ? { per_image: done.map(({ values, ...photo }) => ({ ...photo, ...values })) } : {}),
  };
}

/**
 * Measures sets of true mattes and tells their values.
 *
 * @param {string[]} folders of sets; none: those in their usual places
 * @param {{ answers?: string, limit: number, json?: boolean, perImage?: boolean, prepare: () => void }} what
 * @param {Options} options
 * @returns {Promise<number>} exit status
 */
export async function judgeMattes(folders, { answers, limit, json, perImage, prepare }, options) {
  /** @type {MatteSet[]} */ let sets;
  try {
    const named = folders.length
      ? folders
      : places.map((place) => join(root, place)).filter((place) => existsSync(place));
    sets = named.map((folder) => matteSet(folder, answers));
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    return 1;
  }
  for (const set of sets) {
    if (!set.mattes.length)
      process.stderr.write(
        `${set.name}: ${answers ? `no answers in ${answers}` : 'no photo has a true matte'}, skipped\n`,
      );
    else for (const name of set.unanswered) process.stderr.write(`${set.name}: no answer for ${name}\n`);
  }
  sets = sets.filter((set) => set.mattes.length).map((set) => ({ ...set, mattes: spread(set.mattes, limit) }));
  if (!sets.length) {
    process.stderr.write('nothing to compare: name a folder that holds images/ and masks/\n');
    return 1;
  }
  prepare();

  const engine = createNodeEngine();
  const reports = [];
  try {
    if (!answers) await engine.preload({ model: options.model, engine: options.engine }); // what is wrong with a model is said once
    const decode = await createDecoder();
    for (const set of sets) {
      const one = report(set, await judgeSet(set, { engine, decode, options }), {
        answers,
        effort: options.effort,
        perImage,
      });
      reports.push(one);
      if (!json && one.photos) print(one);
    }
  } finally {
    engine.dispose();
  }
  if (json) process.stdout.write(`${JSON.stringify({ sets: reports })}\n`);
  return reports.every(({ photos, failed, unanswered }) => photos && !failed.length && !unanswered.length) ? 0 : 1;
}
