#!/usr/bin/env node
// cutaway: the engine from a shell. Usage below; exit status 0 done, 1 could
// not be done (one line on stderr: code and sentence), 2 wrong usage.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CutawayError } from '../web/engine/core/errors.js';
import { readLook } from '../web/engine/core/look.js';
import { readStyle } from '../web/engine/core/style-text.js';
import { options } from '../web/engine/lists/options.js';
import { statuses } from '../web/engine/lists/statuses.js';
import { destinations, formatOf, read, UsageError, write } from './files.js';
import { checkTogether, parse } from './flags.js';
import { optionLines } from './usage.js';

const usage = `cutaway: cut the subject of a photo out

  cutaway IN -o OUT             IN: jpeg, png, webp, heic, avif, tiff, jxl, bmp, gif, ico (the first picture of an animation); - is
                                stdin, stdout
  cutaway IN... -o DIR/         many, or folders of pictures: DIR/<name>.png each, DIR/<name>-cutout.png where DIR
                                holds the photos; a bad file does not stop the rest; no original is written over, no result
                                of an earlier run is cut out again
  cutaway plan MODEL            what engine c makes of a model: base, or FILE.onnx with or without its manifest
  cutaway serve [--help]        the three APIs on this machine

  -o, --output OUT              file, folder (ending in / or existing), or -
${optionLines(options)}
  --look FILE                   a look, as the page saves it: options of a result under a name, which the flags here win over;
                                again for more: each photo in each look, with file names by their patterns
  --matte FILE                  a grey PNG or JPEG of the photo's size instead of the model: a --mask, retouched
  --pick X,Y[,-]                what is meant, by a click on it (or, with -, on what does not belong to it); again for more;
                                pixels of the upright photo, or % of its sides: --pick 40%,55%
  --box X,Y,W,H                 the part of the photo that alone counts; with --pick: what is meant lies inside
  --model M                     base (default), a known name, or FILE.onnx with FILE.json or manifest.json beside it
  --engine E                    auto (default), c, ort
  --recursive                   with a folder: the pictures in its folders, too
  --json                        one report a line on stdout
  --size WxH                    with plan: size of the input; default: as manifest or file say
  --version, --help
`;

/** Why a photo's own shadow is not in its result. @type {Record<string, string>} */
const unnatural = {
  none: 'it has no shadow of its own, the result is without',
  unsmooth: 'its ground is not smooth enough to find its shadow, the result is without',
};

/** The same, found out by the core: true of every picture. @param {unknown} error */
const isUsage = (error) => error instanceof CutawayError && statuses[error.code]?.fault === 'caller';

/** @typedef {import('../web/engine/core/look.js').Look} Look */
/** @typedef {import('./flags.js').Values} Values */

/**
 * A background is a file where there is one of that name, or where the text is
 * one of a picture; anything else is for the core to judge.
 *
 * @param {string} text
 */
const isFile = async (text) =>
  !(options.background.values ?? []).includes(text) &&
  (/^-$|\.\w{2,5}$|^[./]/.test(text) ||
    (await stat(text).then(
      (info) => info.isFile(),
      () => false,
    )));

/**
 * What the core is asked for by one flag: it knows what is allowed.
 *
 * @param {string} name
 * @param {string | boolean} said
 * @returns {Promise<unknown>}
 */
async function optionValue(name, said) {
  const { type, min, max } = options[name];
  if (typeof said === 'boolean') return said;
  if (type === 'integer' && !/^\d+$/.test(said))
    throw new UsageError(`--${name} takes a whole number of ${min} to ${max}`);
  if (type === 'integer' || type === 'number') return Number(said);
  if (type === 'switch' && said === 'default') return true;
  if (type === 'switch' || type === 'canvas') return said && readStyle(said);
  if (type === 'background' && (await isFile(said))) return new Blob([await named(said)]);
  return said;
}

/** "12,40%" as the core takes places. @param {string} flag @param {string} text @param {string} form */
function places(flag, text, form) {
  const said = text.split(',').map((place) => place.trim());
  if (said.length !== form.split(',').length || said.some((place) => !/^-?\d+(\.\d+)?%?$/.test(place)))
    throw new UsageError(`--${flag} takes ${form}, in pixels or %, not "${text}"`);
  return said.map((place) => (place.endsWith('%') ? place : Number(place)));
}

/** What is meant, by clicks and a box. @param {Values} values */
function pointed({ pick, box }) {
  const frame = box === undefined ? undefined : places('box', box, 'X,Y,W,H');
  if (!pick) return frame ? { box: frame } : {};
  const points = pick.map((text) => {
    const beside = /,\s*-\s*$/.exec(text);
    return [...places('pick', beside ? text.slice(0, beside.index) : text, 'X,Y'), beside ? 0 : 1];
  });
  return { pick: { points, ...(frame && { box: frame }) } };
}

/** Looks, as the files that are named say them. @param {string[]} [paths] @returns {Promise<Look[]>} */
const looksOf = (paths = []) =>
  Promise.all(
    paths.map(async (path) => {
      const bytes = await named(path);
      try {
        return readLook(new TextDecoder().decode(bytes));
      } catch (error) {
        throw Object.assign(/** @type {Error} */ (error), { file: path });
      }
    }),
  );

/** A file that is named beside the photos: what is wrong with it is told of it. @param {string} path */
async function named(path) {
  try {
    return await read(path);
  } catch (error) {
    throw Object.assign(/** @type {Error} */ (error), { file: path });
  }
}

/**
 * The file that an error is about, if it is not the photo.
 *
 * @param {unknown} error
 * @param {Values} values
 * @returns {string | undefined}
 */
function fileAtFault(error, { background, matte }) {
  const { stage, file } = /** @type {CutawayError & { file?: string }} */ (error);
  if (stage === 'background') return String(background);
  return stage === 'matte' && matte !== undefined ? matte : file;
}

/** What the flags say, and nothing that they do not. @param {Values} values */
async function engineOptions(values) {
  /** @type {Record<string, unknown>} */
  const chosen = { engine: values.engine, ...pointed(values) };
  for (const name of Object.keys(options)) {
    const said = values[name];
    if (said !== undefined) chosen[name] = await optionValue(name, said);
  }
  const { matte, model } = values;
  if (matte !== undefined) chosen.matte = new Blob([await named(matte)]);
  if (model !== undefined)
    chosen.model = /^[\w-]+$/.test(model) || /^https?:/.test(model) ? model : pathToFileURL(model).href;
  return chosen;
}

/** Files that are read beside the photos; a model has a manifest. @param {(string | undefined)[]} named */
async function readBesides(named) {
  const paths = named.filter((path) => path !== undefined);
  for (const model of paths.filter((path) => path.endsWith('.onnx')))
    for (const manifest of [model.replace(/\.onnx$/, '.json'), join(dirname(model), 'manifest.json')])
      if (await stat(manifest).catch(() => null)) paths.push(manifest);
  return paths;
}

/** One line on stderr. @param {unknown} error @param {string} [input] */
function tell(error, input) {
  const { code, message, detail } = CutawayError.wrap(error);
  process.stderr.write(
    `cutaway: ${input ? `${input}: ` : ''}${code}: ${message}${detail ? ` ${detail}` : ''}`.replace(/\s*\n\s*/g, ' ') +
      '\n',
  );
}

/** @param {string[]} argv @returns {Promise<number>} exit status */
async function cut(argv) {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.version) {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    process.stdout.write(`cutaway ${version}\n`);
    return 0;
  }
  if (!positionals.length || positionals.includes('')) throw new UsageError('no input, or one without a name');
  if (values.size !== undefined) throw new UsageError('--size is for plan');
  if (!values.output) throw new UsageError('no output: -o OUT');
  checkTogether(values, positionals, values.format ?? formatOf(values.output));

  const { createNodeEngine } = await import('../web/engine/node.js');
  const engine = createNodeEngine();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  let status = 0;
  /** @type {number | undefined} */
  let shown;
  try {
    const { background, matte, model, recursive, look: lookFiles = [] } = values;
    const looks = await looksOf(lookFiles);
    const jobs = await destinations(positionals, values.output, {
      format: values.format,
      recursive,
      others: await readBesides([background, matte, model, ...lookFiles]),
      looks,
      tell: (sentence) => process.stderr.write(`cutaway: ${sentence}\n`),
    });
    const chosen = await engineOptions(values);
    /** @type {{ input: string, matte?: Blob } | undefined} the photo of the job before: its looks share a matte */ let last;
    for (const { input, output, look } of jobs) {
      try {
        const known = last?.input === input ? last : undefined;
        const {
          blob,
          report,
          matte: made,
        } = await engine.removeBackground(new Blob([await read(input)]), {
          ...look?.options,
          ...(formatOf(output) && { format: /** @type {Look['options']['format']} */ (formatOf(output)) }),
          ...chosen,
          ...(looks.length > 1 && { keepMatte: true }),
          ...(known?.matte && { matte: known.matte }),
          signal: stop.signal,
          onProgress: ({ stage, loaded, total }) => {
            // a large model: its size is said before it comes
            if (stage !== 'load' || !total || total < 1e7 || shown === total || loaded === total) return;
            shown = total;
            process.stderr.write(`cutaway: fetching the model, ${(total / 1e6).toFixed(1)} MB\n`);
          },
        });
        last = { input, matte: known?.matte ?? made };
        await write(output, Buffer.from(await blob.arrayBuffer()));
        if (values.json)
          process.stdout.write(`${JSON.stringify({ ...report, input, output, ...(look && { look: look.name }) })}\n`);
        else if (!report.subject.found)
          process.stderr.write(`cutaway: ${input}: no subject found, the result is clear\n`);
        else if (report.natural && report.natural !== 'found')
          process.stderr.write(`cutaway: ${input}: ${unnatural[report.natural]}\n`);
      } catch (error) {
        const file = fileAtFault(error, values);
        if (isUsage(error) && !file) throw error;
        tell(error, file && file === matte ? `${file} (for ${input})` : (file ?? input));
        status = 1;
        if (file !== undefined && file === background) break; // as wrong for the next photo
        if (stop.signal.aborted) break;
      }
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    tell(error, fileAtFault(error, values));
    status = isUsage(error) ? 2 : 1;
  } finally {
    engine.dispose();
  }
  return status;
}

/**
 * Columns as wide as they must be, numbers to the right.
 *
 * @param {(string | number)[][]} rows the first: names of the columns
 */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const right = rows[0].map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          right[column] ? String(cell).padStart(widths[column]) : String(cell).padEnd(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {any} plan see cut_net_plan_json() in wasm/include/net.h */
function planText({ input, output, arithmetic, macs, arena_bytes: arena, weight_bytes: weights, steps }) {
  /** @type {(string | number)[][]} */
  const rows = [['operator', 'fused', 'shape', 'MACs', 'kernel', 'offset', 'bytes']];
  for (const { before, ...step } of steps) {
    /** @param {any} part @param {number} own @param {(string | number)[]} place */
    const add = ({ op, fused, shape, kernel }, own, ...place) =>
      rows.push([op, fused.join('+'), shape.join('x'), own, kernel, ...place]);
    // made band by band as the next one needs it: it never stands in the arena as a whole
    if (before) add(before, before.macs, 'bands', '');
    add(step, step.macs - (before?.macs ?? 0), step.offset, step.bytes);
  }
  return (
    `${table(rows)}\n${input.shape.join('x')} to ${output.shape.join('x')}: ${(macs / 1e9).toFixed(3)} GMAC, ` +
    `arena ${arena} bytes, weights ${weights} bytes, arithmetic ${arithmetic}\n`
  );
}

/** `cutaway plan`. @param {string[]} argv @returns {Promise<number>} exit status */
async function plan(argv) {
  const {
    values: { size, json, help, ...others },
    positionals,
  } = parse(argv);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const [other] = Object.keys(others);
  if (other) throw new UsageError(`--${other} is not for plan`);
  if (positionals.length !== 1) throw new UsageError('plan takes one model: base or FILE.onnx');
  const sides = size === undefined ? null : /^(\d+)x(\d+)$/.exec(size);
  if (size !== undefined && !sides) throw new UsageError('--size takes WIDTHxHEIGHT, e.g. 320x320');
  const { planModel } = await import('../web/engine/node.js');
  try {
    const text = await planModel(positionals[0], { size: sides ? [Number(sides[1]), Number(sides[2])] : undefined });
    process.stdout.write(json ? `${text}\n` : planText(JSON.parse(text)));
    return 0;
  } catch (error) {
    if (!isUsage(error)) throw error;
    throw new UsageError(`${/** @type {CutawayError} */ (error).detail} --size WxH`);
  }
}

/** @param {string[]} argv @returns {Promise<number>} */
async function main(argv) {
  try {
    if (argv[0] === 'plan') return await plan(argv.slice(1));
    if (argv[0] === 'serve') {
      const { serveCommand } = await import('../shim/cli-serve.js');
      return await serveCommand(argv.slice(1));
    }
    return await cut(argv);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`cutaway: ${error.message}\nTry: cutaway --help\n`);
      return 2;
    }
    tell(error);
    return 1;
  }
}

process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));
