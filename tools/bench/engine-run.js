// One engine, one model, one clean start: what a visitor's first photo and
// the ones after it cost. measureEngine() runs as it is in a page and in Node:
// page.evaluate() ships its source, so it uses nothing from outside.
//   node tools/bench/engine-run.js '{"engine": "c", ...}'   prints its answer
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/**
 * What to run. URLs are file: in Node.
 *
 * @typedef {object} Task
 * @property {'c' | 'ort'} engine
 * @property {string} module engine c: web/engine/backends/c.js; ort: ort.wasm.min.mjs
 * @property {string} core engine c: web/engine/core/core.js
 * @property {string} wasm engine c: cutaway.wasm; ort: the folder of its wasm
 * @property {string} model the ONNX file
 * @property {string} input its input, f32 [3][h][w]
 * @property {any} manifest
 *
 * @typedef {object} Measures
 * @property {number} load_ms from nothing but the model's bytes in hand to an engine that is ready
 * @property {number} code_ms the part of it that a page spends once: modules fetched, wasm compiled (ort's wasm is compiled later)
 * @property {number} first_ms
 * @property {number} steady_ms median of the `runs` after the first; the better of two
 * @property {number} runs
 * @property {number} heap_bytes of wasm memory at the end, model included
 * @property {number} [macs] of engine c: by its plan (net.macs)
 * @property {any} [profile] of engine c: {steps: [{op, kernel, ms, macs}]} (net.profile())
 * @property {number[]} answer the map
 */

/** @param {Task} task @returns {Promise<Measures>} */
export async function measureEngine({ engine, module, core, wasm, model, input, manifest }) {
  /** @param {string} url @returns {Promise<Uint8Array>} */
  const read = async (url) =>
    url.startsWith('file:')
      ? new Uint8Array(await (await import('node:fs/promises')).readFile(new URL(url)))
      : new Uint8Array(await (await fetch(url)).arrayBuffer());
  const bytes = await read(model);
  const data = new Float32Array((await read(input)).slice().buffer);
  const [width, height] = manifest.input.size;

  // ONNX Runtime makes its memory by this constructor and tells nobody.
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    /** @param {WebAssembly.MemoryDescriptor} descriptor */
    constructor(descriptor) {
      super(descriptor);
      memories.push(this);
    }
  };

  /** @type {() => Promise<Float32Array>} */ let run;
  /** @type {() => number} */
  let heap = () => Math.max(...memories.map(({ buffer }) => buffer.byteLength));
  /** @type {() => { macs?: number, profile?: any }} */
  let more = () => ({});
  const begun = performance.now();
  let code_ms = 0;
  if (engine === 'c') {
    const [{ CEngine }, { loadCore }] = await Promise.all([import(module), import(core)]);
    const compiled = await WebAssembly.compile(/** @type {BufferSource} */ (await read(wasm)));
    code_ms = performance.now() - begun;
    /** @type {any} */
    let instance;
    const net = new CEngine({ newCore: async () => (instance = await loadCore(compiled)) });
    await net.load(bytes, manifest);
    run = async () => (await net.run({ data: data.slice(), width, height })).data;
    heap = () => instance.heapBytes;
    more = () => ({ macs: net.macs, profile: net.profile({ data, width, height }, 2) });
  } else {
    const ort = await import(module);
    code_ms = performance.now() - begun;
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = wasm;
    ort.env.logLevel = 'error';
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    const [name] = session.inputNames;
    const wanted = session.outputNames.includes(manifest.output.name) ? manifest.output.name : session.outputNames[0];
    run = async () => {
      const tensor = new ort.Tensor('float32', data, [1, 3, height, width]);
      return Float32Array.from((await session.run({ [name]: tensor }, [wanted]))[wanted].data);
    };
  }
  const load_ms = performance.now() - begun;

  /** @type {Float32Array} */
  let answer = new Float32Array();
  const timed = async () => {
    const from = performance.now();
    answer = await run();
    return performance.now() - from;
  };
  const first_ms = await timed();
  const times = [await timed()];
  const runs = times[0] < 250 ? 15 : times[0] < 2000 ? 5 : times[0] < 8000 ? 3 : 2;
  while (times.length < runs) times.push(await timed());
  times.sort((a, b) => a - b);
  return {
    load_ms,
    code_ms,
    first_ms,
    steady_ms: times[(runs - 1) >> 1],
    runs,
    heap_bytes: heap(),
    ...more(),
    answer: [...answer],
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { answerFile, ...task } = JSON.parse(process.argv[2]);
  const { answer, ...measures } = await measureEngine(task);
  await writeFile(answerFile, Float32Array.from(answer));
  process.stdout.write(`${JSON.stringify(measures)}\n`);
  process.exit(); // an engine may keep timers or workers
}
