// npm run bench: every measurement, medians of one run on this machine.
//   npm run bench                        all of them, as tables
//   npm run bench -- pixels png          only these
//   npm run bench -- --json              one JSON object on stdout
//   npm run bench -- engines             with the larger networks, too
//   npm run bench -- engines --models base,isnet-1024-int8
//   npm run bench -- roofline --models base,detail
//   npm run bench -- serve --pictures 200
//   npm run bench -- threads --threads 4 against one
// Absolute times drift with the machine; the ratios are what to quote.
import { parseArgs } from 'node:util';
import { build } from './build.js';

/**
 * A measurement: its result as JSON, and the same as text.
 * @typedef {{ result: unknown, text: string }} Measured
 * @type {Record<string, () => Promise<Measured>>}
 */
const suites = {
  pixels: async () => (await import('./bench/pixels.js')).benchPixels(),
  compose: async () => (await import('./bench/compose.js')).benchCompose(),
  retouch: async () => (await import('./bench/retouch.js')).benchRetouch(),
  png: async () => (await import('./bench/png.js')).benchPng(),
  memory: async () => (await import('./bench/memory.js')).benchMemory(),
  cold: async () => (await import('./bench/cold.js')).benchCold(),
  pick: async () => (await import('./bench/pick.js')).benchPick(),
  threads: async () =>
    (await import('./bench/threads.js')).benchThreads(values.threads ? { threads: Number(values.threads) } : {}),
  agreement: async () => (await import('./bench/agreement.js')).benchAgreement(),
  roofline: async () => (await import('./bench/roofline.js')).benchRoofline({ models: values.models?.split(',') }),
  engines: async () =>
    (await import('./bench/engines.js')).benchEngines({
      models: values.models?.split(','),
      named: positionals.includes('engines'),
    }),
  serve: async () =>
    (await import('./bench/serve.js')).benchServe(values.pictures ? { pictures: Number(values.pictures) } : {}),
};

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    models: { type: 'string' },
    pictures: { type: 'string' },
    threads: { type: 'string' },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in suites));
if (unknown.length) {
  process.stderr.write(`unknown benchmark ${unknown}; there are ${Object.keys(suites).join(', ')}\n`);
  process.exit(2);
}

build('--tests');
/** @type {Record<string, unknown>} */
const results = {};
for (const [name, suite] of Object.entries(suites)) {
  if (positionals.length && !positionals.includes(name)) continue;
  process.stderr.write(`measuring ${name} ...\n`);
  const { result, text } = await suite();
  results[name] = result;
  if (!values.json) process.stdout.write(`\n== ${name}\n${text}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
