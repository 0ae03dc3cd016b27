// What composing costs at 12 megapixels, in wasm in Node, one thread: the
// stages foreground and compose of whole jobs, and the memory that compose adds.
import { loadCore } from '../../web/engine/core/core.js';
import { compileBuilt } from '../../web/engine/node/core.js';
import { Preview } from '../../web/engine/core/preview.js';
import { median, table } from './browser.js';

export const [W, H] = [4000, 3000];
const SIDE = 320; // of the map

/** @type {Record<string, Record<string, unknown>>} */
const cases = {
  nothing: {},
  colour: { background: '#336699' },
  gradient: { background: 'linear-gradient(135deg, #0a64c8, #ffffff 60%, #10c0ff)' },
  blur: { background: 'blur' },
  'blur(2.2%)': { background: 'blur(2.2%)' },
  'blur(0.2%)': { background: 'blur(0.2%)' },
  'keep background': { keep: 'background' },
  shadow: { shadow: true },
  'shadow, blur 6 px': { shadow: { blur: 6 } },
  'shadow, blur 0': { shadow: { blur: 0 } },
  'shadow, blur 25 %': { shadow: { blur: '25%' } },
  'outline 1 %': { outline: true },
  'outline 5 %': { outline: { width: '5%' } },
  'canvas amazon': { canvas: 'amazon' },
  'canvas 1:1': { canvas: '1:1' },
  'canvas 4000x3000, enlarged': { canvas: '4000x3000' },
  'all on amazon': { canvas: 'amazon', shadow: true, outline: true, background: 'linear-gradient(#ffffff, #dddddd)' },
};

/** One after another on the same preview. @type {[string, Record<string, unknown>][]} */
const changes = [
  ['first', {}],
  ['shadow', { shadow: true }],
  ['shadow, another', { shadow: { x: '2%' } }],
  ['outline', { outline: true, shadow: true }],
  ['gradient', { background: 'linear-gradient(135deg, #0a64c8, #10c0ff)', outline: true, shadow: true }],
  ['blur', { background: 'blur' }],
  ['blur(1%)', { background: 'blur(1%)' }],
  ['crop', { crop: true }],
  ['canvas', { canvas: 'amazon', shadow: true }],
  ['canvas, moved', { canvas: { preset: 'amazon', x: '2%' }, shadow: true }],
  ['canvas, moved again', { canvas: { preset: 'amazon', x: '3%' }, shadow: true }],
  ['keep background', { keep: 'background' }],
];

/** A textured BMP: its content is of no matter, its size is. */
export function photo() {
  const file = Buffer.alloc(54 + W * H * 3);
  file.write('BM', 0, 'latin1');
  for (const [at, value] of [
    [2, file.length],
    [10, 54],
    [14, 40],
    [18, W],
    [22, H],
    [34, W * H * 3],
  ])
    file.writeUInt32LE(value, at);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let i = 54, n = 1; i < file.length; i++) {
    n = (n * 1103515245 + 12345) & 0x7fffffff;
    file[i] = 100 + (n >> 26) + ((i / 12000) & 63);
  }
  return file;
}

/** A round subject with arms, its edge soft over a cell or two: 35 % of the picture. */
export function map() {
  const data = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [dx, dy] = [x / SIDE - 0.5, y / SIDE - 0.5];
      const radius = 0.33 + 0.05 * Math.sin(9 * Math.atan2(dy, dx));
      data[y * SIDE + x] = Math.min(Math.max(((radius - Math.hypot(dx, dy)) * SIDE) / 2 + 0.5, 0), 1);
    }
  }
  return { data, width: SIDE, height: SIDE };
}

/**
 * A job up to its refined matte.
 *
 * @param {import('../../web/engine/core/core.js').Core} core
 * @param {Record<string, unknown>} options
 * @param {Buffer} file
 * @param {ReturnType<typeof map>} answer
 */
export function refined(core, options, file, answer) {
  const job = core.newJob();
  job.options(options);
  job.manifest({ input: { size: [SIDE, SIDE], mean: [0, 0, 0], std: [1, 1, 1] }, output: { kind: 'alpha' } });
  job.picture('decode', file);
  job.prepare();
  job.matte(answer);
  job.step('refine', 'refine');
  return job;
}

/** @param {import('../../web/engine/core/core.js').Core} core @param {Buffer} file @param {ReturnType<typeof map>} answer @param {number} rounds */
function previews(core, file, answer, rounds) {
  /** @type {Record<string, number[]>} */
  const found = {};
  for (let round = 0; round < rounds; round++) {
    const job = refined(core, {}, file, answer);
    const preview = new Preview(job);
    job.free();
    for (const [name, options] of changes) {
      const from = performance.now();
      preview.render(options, 1280);
      (found[name] ??= []).push(performance.now() - from);
    }
    preview.free();
  }
  return Object.fromEntries(Object.entries(found).map(([name, times]) => [name, median(times)]));
}

/** @param {number} [rounds] */
export async function benchCompose(rounds = 5) {
  const core = await loadCore(await compileBuilt('cutaway.wasm'));
  const [file, answer] = [photo(), map()];
  /** @type {Record<string, { foreground: number[], compose: number[], added: number }>} */
  const found = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, options] of Object.entries(cases)) {
      const job = refined(core, options, file, answer);
      const own = (found[name] ??= { foreground: [], compose: [], added: 0 });
      for (const stage of /** @type {const} */ (['foreground', 'compose'])) {
        core.resetPeak();
        const held = core.peakBytes;
        const from = performance.now();
        job.step(stage, stage);
        own[stage].push(performance.now() - from);
        if (stage === 'compose') own.added = core.peakBytes - held;
      }
      job.free();
    }
  }
  const result = Object.fromEntries(
    Object.entries(found).map(([name, { foreground, compose, added }]) => [
      name,
      { foreground_ms: median(foreground), compose_ms: median(compose), added_mb: added / 1e6 },
    ]),
  );
  const preview_ms = previews(core, file, answer, rounds);
  return {
    result: { ...result, preview_ms },
    text:
      table([
        ['12 MP, ms', 'foreground', 'compose', 'MB more'],
        ...Object.entries(result).map(([name, row]) => [name, row.foreground_ms, row.compose_ms, row.added_mb]),
      ]) + `\n\n${table([['preview at 1280 px of 12 MP', 'ms'], ...Object.entries(preview_ms)])}`,
  };
}
