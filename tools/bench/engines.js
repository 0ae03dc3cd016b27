// Our engine against ONNX Runtime Web, both on one thread, side by side in
// one run: every round starts each engine afresh (a process, or a browser)
// and the rounds alternate, so that drift of the machine hits both. Same file,
// same photo, same clock; the answers are compared.
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { compile, dist, root } from '../build.js';
import { loadCore } from '../../web/engine/core/core.js';
import { inChromium, median, photos, table } from './browser.js';
import { measureEngine } from './engine-run.js';
import { graphCost, isnet, u2net, u2netp } from './graphs.js';

/**
 * @typedef {import('./engine-run.js').Measures} Measures
 * @typedef {'c' | 'ort'} EngineName
 * @typedef {{ name: string, onnx: string, input: string, manifest: any, macs: number, rounds: number }} Model
 *   onnx, input: files; macs: 0 when not known before
 * @typedef {Omit<Measures, 'answer' | 'runs' | 'macs' | 'profile'> & { gmacs: number }} Row medians of the rounds
 * @typedef {{ dot: number, f32: number, copy: number }} Ceilings GMAC/s; copy: GB/s read and written
 * @typedef {{ macs: number, c: Row | { error: string }, ort: Row, times: number | null,
 *   max_abs_diff: number | null, mean_abs_diff: number | null, profile?: any }} Result
 *   times: how much faster c is, median of the rounds
 */

/** A site of its own: what ships, and the models. */
const work = join(root, 'build', 'bench');
const scratch = join(work, 'answer.f32');

/** @type {Record<string, typeof u2netp>} */
const files = { u2netp, u2net, isnet };
/** Normalisation that the networks are published with. */
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const centred = { mean: [0.5, 0.5, 0.5], std: [1, 1, 1] };

/** Named as network-side-weights; the default model is "base". */
export const engineModels = [
  'base',
  'u2netp-320-f32',
  'u2netp-320-int8',
  'u2net-320-f32',
  'u2net-320-int8',
  'isnet-1024-f32',
  'isnet-1024-int8',
  'u2netp-1024-f32',
  'u2netp-1024-int8',
];
/** Without a choice: those that take seconds; with the benchmark named: those that take a minute, too. */
const quick = engineModels.slice(0, 3),
  usual = engineModels.slice(0, 7);

/** The photo as the model's input. @param {any} manifest @param {Uint8Array} photo */
async function inputOf(manifest, photo) {
  const core = await loadCore(await WebAssembly.compile(await readFile(join(root, 'build/wasm/cutaway.wasm'))));
  const job = core.newJob();
  job.manifest(manifest);
  if (!job.picture('decode', photo)) throw new Error('the photo must be JPEG or PNG');
  const { data } = job.prepare();
  job.free();
  return data;
}

async function makeSite() {
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  for (const name of ['engine', 'vendor', 'models', 'cutaway.wasm', 'LICENSE.txt']) {
    await symlink(join(dist, name), join(work, name));
  }
}

/** Writes a model's files. @param {string} name @param {Uint8Array} photo @returns {Promise<Model>} */
async function prepare(name, photo) {
  const model = {
    name,
    onnx: join(work, `${name}.onnx`),
    input: join(work, `${name}.f32`),
    manifest: {},
    macs: 0,
    rounds: 1,
  };
  if (name === 'base') {
    model.onnx = join(work, 'models/base/model.onnx');
    model.manifest = JSON.parse(await readFile(join(root, 'models/base/manifest.json'), 'utf8'));
    model.rounds = 3;
  } else {
    const [network, side, weights] = name.split('-');
    await writeFile(model.onnx, files[network](Number(side), /** @type {import('./graphs.js').Weights} */ (weights)));
    model.manifest = {
      input: { name: 'input', size: [Number(side), Number(side)], ...(network === 'isnet' ? centred : imagenet) },
      output: { name: 'map_1', kind: 'alpha' },
    };
    model.macs = graphCost(network, Number(side)).macs;
  }
  await writeFile(model.input, await inputOf(model.manifest, photo));
  return model;
}

/** A fresh process. @param {EngineName} engine @param {Model} model @returns {Promise<Measures>} */
async function runInNode(engine, { onnx, input, manifest }) {
  /** @param {string} path */
  const at = (path) => pathToFileURL(join(root, path)).href;
  const ort = 'node_modules/onnxruntime-web/dist/';
  const task = {
    engine,
    manifest,
    answerFile: scratch,
    core: at('web/engine/core/core.js'),
    ...(engine === 'c'
      ? { module: at('web/engine/backends/c.js'), wasm: at('build/wasm/cutaway.wasm') }
      : { module: at(`${ort}ort.wasm.min.mjs`), wasm: at(ort) }),
    model: pathToFileURL(onnx).href,
    input: pathToFileURL(input).href,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileURLToPath(new URL('./engine-run.js', import.meta.url)), JSON.stringify(task)],
    { cwd: root },
  );
  const answer = await readFile(scratch);
  return { ...JSON.parse(stdout), answer: [...new Float32Array(answer.buffer, answer.byteOffset, answer.length / 4)] };
}

/** A fresh browser, a page that is not isolated. @param {EngineName} engine @param {Model} model @returns {Promise<Measures>} */
const runInChromium = (engine, { onnx, input, manifest }) =>
  inChromium(
    (page, url) =>
      page.evaluate(measureEngine, {
        engine,
        manifest,
        core: `${url}engine/core/core.js`,
        ...(engine === 'c'
          ? { module: `${url}engine/backends/c.js`, wasm: `${url}cutaway.wasm` }
          : { module: `${url}vendor/ort/ort.wasm.min.mjs`, wasm: `${url}vendor/ort/` }),
        model: `${url}${relative(work, onnx)}`,
        input: `${url}${relative(work, input)}`,
      }),
    { dir: work },
  );

/** @param {unknown} error */
const reason = (error) => {
  const { message = '', stderr = '' } = /** @type {any} */ (error);
  return (/^\w*Error.*$/m.exec(stderr || message)?.[0] ?? message).slice(0, 300);
};

/**
 * @param {Model} model
 * @param {(engine: EngineName, model: Model) => Promise<Measures>} run
 * @returns {Promise<Result>}
 */
async function compare(model, run) {
  /** @type {Record<EngineName, Measures[]>} */
  const seen = { c: [], ort: [] };
  let error = '';
  for (let round = 0; round < model.rounds; round++) {
    if (!error) {
      try {
        seen.c.push(await run('c', model));
      } catch (problem) {
        error = reason(problem);
      }
    }
    seen.ort.push(await run('ort', model));
  }
  const macs = model.macs || seen.c[0]?.macs || NaN;
  /** @param {Measures[]} rounds @returns {Row} */
  const row = (rounds) => {
    /** @param {'load_ms' | 'code_ms' | 'first_ms' | 'steady_ms' | 'heap_bytes'} key */
    const of = (key) => median(rounds.map((round) => round[key]));
    return {
      load_ms: of('load_ms'),
      code_ms: of('code_ms'),
      first_ms: of('first_ms'),
      steady_ms: of('steady_ms'),
      gmacs: macs / of('steady_ms') / 1e6,
      heap_bytes: of('heap_bytes'),
    };
  };
  if (error) {
    return { macs, c: { error }, ort: row(seen.ort), times: null, max_abs_diff: null, mean_abs_diff: null };
  }
  const [ours, theirs] = [seen.c[0].answer, seen.ort[0].answer];
  if (ours.length !== theirs.length) throw new Error(`${model.name}: ${ours.length} values, not ${theirs.length}`);
  const differences = ours.map((value, i) => Math.abs(value - theirs[i]));
  return {
    macs,
    c: row(seen.c),
    ort: row(seen.ort),
    times: median(seen.ort.map(({ steady_ms }, i) => steady_ms / seen.c[i].steady_ms)),
    max_abs_diff: differences.reduce((top, value) => Math.max(top, value), 0),
    mean_abs_diff: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    profile: seen.c[0].profile,
  };
}

/**
 * The ceilings of tests/c/bench_dot.c, each the best of a second of short
 * tries: nothing makes one slower but other work on the machine and code that
 * is not optimised yet. Ships to the page.
 *
 * @param {number[]} bytes of bench_dot.wasm
 * @returns {Promise<Ceilings>}
 */
export async function measureCeilings(bytes) {
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(bytes), {
    env: { emscripten_notify_memory_growth() {} },
  });
  const wasm = /** @type {any} */ (instance.exports);
  wasm._initialize?.();
  wasm.bench_fill();
  const tiles = 1000;
  /** Work in 1e9 a second. @param {() => number} work answers how much it did */
  const best = (work) => {
    let top = 0;
    for (const end = performance.now() + 1000; performance.now() < end; ) {
      const from = performance.now();
      const done = work();
      top = Math.max(top, done / Math.max(performance.now() - from, 0.1) / 1e6);
    }
    return top;
  };
  return {
    dot: best(() => (wasm.bench_dot(tiles), tiles * wasm.bench_macs())),
    f32: best(() => (wasm.bench_f32(tiles), tiles * wasm.bench_macs())),
    copy: best(() => wasm.bench_copy(10)),
  };
}

/** GMAC/s by kind of step, where engine c was built to tell. @param {any} profile steps with ms */
function profileTable(profile) {
  /** @type {Map<string, { ms: number, macs: number }>} */
  const kinds = new Map();
  for (const { kernel, op, ms, macs } of profile.steps) {
    const kind = kinds.get(kernel ?? op) ?? { ms: 0, macs: 0 };
    kinds.set(kernel ?? op, { ms: kind.ms + ms, macs: kind.macs + macs });
  }
  const all = [...kinds.values()].reduce((sum, { ms }) => sum + ms, 0);
  return table([
    ['kind of step', 'ms', 'share', 'GMAC/s'],
    ...[...kinds]
      .sort(([, a], [, b]) => b.ms - a.ms)
      .map(([kind, { ms, macs }]) => [kind, ms, `${((100 * ms) / all).toFixed(0)} %`, macs / ms / 1e6]),
  ]);
}

/** @param {Record<string, Result>} results @param {Ceilings} ceilings */
function resultTable(results, ceilings) {
  /** @type {string[]} */
  const errors = [];
  /** @type {(string | number)[][]} */
  const rows = [
    [
      'model',
      'engine',
      'load ms',
      'its code',
      'first ms',
      'steady ms',
      'GMAC/s',
      'of dot',
      'heap MB',
      'times',
      'max diff',
      'mean diff',
    ],
  ];
  for (const [name, { c, ort, times, max_abs_diff, mean_abs_diff }] of Object.entries(results)) {
    /** @param {string} engine @param {Row} row @param {...string} more */
    const line = (engine, row, ...more) => [
      name,
      engine,
      row.load_ms,
      row.code_ms,
      row.first_ms,
      row.steady_ms,
      row.gmacs,
      `${((100 * row.gmacs) / ceilings.dot).toFixed(0)} %`,
      row.heap_bytes / 1e6,
      ...more,
    ];
    if ('error' in c) errors.push(`\n${name}: engine c: ${c.error}`);
    else
      rows.push(
        line(
          'c',
          c,
          times?.toFixed(2) ?? '',
          max_abs_diff?.toExponential(1) ?? '',
          mean_abs_diff?.toExponential(1) ?? '',
        ),
      );
    rows.push(line('ort', ort, '', '', ''));
  }
  return table(rows) + errors.join('');
}

/**
 * @param {{ models?: string[], named?: boolean }} [options] models: of engineModels; named: asked for by name
 */
export async function benchEngines({ models, named = false } = {}) {
  const chosen = models ?? (named ? usual : quick);
  const unknown = chosen.filter((name) => !engineModels.includes(name));
  if (unknown.length) throw new Error(`unknown model ${unknown}; there are ${engineModels.join(', ')}`);
  compile('wasm', 'bench_dot');
  await makeSite();
  const dot = [...(await readFile(join(root, 'build/wasm/bench_dot.wasm')))];
  const [photo] = await photos();
  /** @type {Record<'node' | 'chromium', { ceilings: Ceilings, models: Record<string, Result> }>} */
  const result = {
    node: { ceilings: await measureCeilings(dot), models: {} },
    chromium: { ceilings: await inChromium((page) => page.evaluate(measureCeilings, dot)), models: {} },
  };
  for (const name of chosen) {
    const model = await prepare(name, photo.bytes);
    process.stderr.write(`  ${name} ...\n`);
    result.node.models[name] = await compare(model, runInNode);
    if (models || quick.includes(name)) result.chromium.models[name] = await compare(model, runInChromium);
    await rm(join(work, `${name}.onnx`), { force: true });
  }
  const text = Object.entries(result).map(([where, { ceilings, models }]) => {
    const profiles = Object.entries(models)
      .filter(([, { profile }]) => profile)
      .map(([name, { profile }]) => `\n\n${name}, engine c\n${profileTable(profile)}`)
      .join('');
    return (
      `${where}: at most ${ceilings.dot.toFixed(1)} GMAC/s by i32x4.dot_i16x8_s, ${ceilings.f32.toFixed(1)} by f32 mul + add\n` +
      resultTable(models, ceilings) +
      profiles
    );
  });
  const goals =
    'goals: base 2.5 times ort and 50 % of dot, f32 1.3 times, int8 2 times; base: load + first <= 1.5 steady + 30 ms';
  return { result: { photo: photo.name, ...result }, text: [goals, ...text].join('\n\n') };
}
