// Two engines, one answer: which runs, when the other takes over, and what is
// said when neither can. Real engines on real files.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { u2netp } from '../../../tools/bench/graphs.js';
import { model as onnx, node } from '../../../tools/onnx-writer.js';
import { loadCore } from '../../../web/engine/core/core.js';
import { modelLoader } from '../../../web/engine/core/models.js';
import { CEngine } from '../../../web/engine/backends/c.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { OrtEngine } from '../../../web/engine/backends/ort.js';
import { cutOut } from '../../../web/engine/core/pipeline.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const manifest = brightnessManifest();
const plain = { manifest, bytes: brightnessModel() };
const sample = new URL('../../../web/samples/duck.jpg', import.meta.url);

/** The brightness model, then an operator that changes nothing in 0..1 and that engine c lacks. */
const foreign = {
  manifest,
  bytes: onnx({
    nodes: [
      node('ReduceMean', ['x'], ['mean'], { axes: [1], keepdims: 1 }),
      node('Abs', ['mean'], ['y'], {}, 'the_last'),
    ],
    inputs: [['x', [1, 3, 64, 64]]],
    outputs: [['y', [1, 1, 64, 64]]],
  }),
};

/** @param {object} options */
async function cut(options) {
  const { blob, report } = await engine.removeBackground(new Blob([disc(120, 90)]), options);
  return { bytes: new Uint8Array(await blob.arrayBuffer()), report };
}

/** @param {string} code @param {RegExp} [detail] */
const failure =
  (code, detail = /./) =>
  (/** @type {any} */ error) => {
    assert.equal(error.code, code, error.detail);
    assert.match(error.detail, detail);
    return true;
  };

/**
 * The pipeline in this thread, with an ONNX Runtime of the test's choice.
 *
 * @param {(newCore: () => Promise<import('../../../web/engine/core/core.js').Core>) => Record<string, () => Promise<any>>} engines
 * @returns {Promise<import('../../../web/engine/core/pipeline.js').Parts>}
 */
async function partsWith(engines) {
  const module = await WebAssembly.compile(
    await readFile(new URL('../../../build/wasm/cutaway.wasm', import.meta.url)),
  );
  const newCore = () => loadCore(module);
  const never = () => assert.fail('not to be used');
  const cache = { get: never, put: never, delete: never };
  return {
    core: await newCore(),
    newCore,
    webp: { preload: never, decode: never, encode: never },
    loadModel: modelLoader({ fetch: never, cache, digest: never, base: '', known: '' }, engines(newCore)),
  };
}

test('a graph with an operator that engine c lacks runs on ONNX Runtime, which is said, and the picture is its', async () => {
  const found = await cut({ model: foreign });
  assert.equal(found.report.engine, 'ort');
  assert.match(found.report.engine_note ?? '', /^c: .*Abs.*the_last/);
  assert.equal(found.report.subject.found, true);
  const direct = await cut({ model: foreign, engine: 'ort' });
  assert.equal(direct.report.engine_note, undefined);
  assert.deepEqual(found.bytes, direct.bytes);
  await assert.rejects(cut({ model: foreign, engine: 'c' }), failure('unsupported_model', /Abs.*the_last/));
  // the same graph without it stays in engine c, and shows the same
  const own = await cut({ model: plain });
  assert.deepEqual([own.report.engine, own.report.engine_note, own.report.threads], ['c', undefined, 1]);
  assert.deepEqual(own.bytes, found.bytes);
});

const nowhere = new URL('nowhere/', import.meta.url).href;
const runtime = new URL('../../../node_modules/onnxruntime-web/dist/ort.wasm.min.mjs', import.meta.url).href;

for (const [missing, ort] of [
  ['the files', `${nowhere}ort.wasm.min.mjs`],
  ['the wasm', runtime],
]) {
  test(`without ${missing} of ONNX Runtime that is a typed error, and what engine c runs goes on`, async () => {
    /** @type {Worker[]} */
    const workers = [];
    const parts = await partsWith((newCore) => ({
      c: async () => new CEngine({ newCore }),
      ort: async () =>
        new OrtEngine({
          ort,
          wasm: { mjs: `${nowhere}x.mjs`, wasm: `${nowhere}x.wasm` },
          threads: 1,
          spawn() {
            const worker = new Worker(new URL('../../../web/engine/backends/ort-worker.js', import.meta.url));
            workers.push(worker);
            return {
              postMessage: (message) => worker.postMessage(message),
              terminate: () => void worker.terminate(),
              listen(onMessage, onCrash) {
                worker.on('message', onMessage);
                worker.on('error', ({ message }) => onCrash(message));
              },
            };
          },
        }),
    }));
    const run = (/** @type {any} */ options) => cutOut(parts, { bytes: disc(120, 90), options });
    await assert.rejects(run({ model: foreign }), failure('engine_unavailable', /nowhere/));
    await assert.rejects(run({ model: plain, engine: 'ort' }), failure('engine_unavailable', /nowhere/));
    assert.equal(workers.length, 2);
    assert.equal((await run({ model: plain })).report.engine, 'c');
    assert.equal(parts.core.liveBlocks, 0);
  });
}

test('a bad model file stays a bad model: the second engine is not asked', async () => {
  const parts = await partsWith((newCore) => ({
    c: async () => new CEngine({ newCore }),
    ort: () => assert.fail('ONNX Runtime is not to be started'),
  }));
  const bad = [
    Buffer.from('not a model at all'),
    brightnessModel().subarray(0, 90),
    brightnessModel(32),
    new Uint8Array(1),
  ];
  for (const bytes of bad) {
    await assert.rejects(
      cutOut(parts, { bytes: disc(40, 30), options: { model: { manifest, bytes } } }),
      failure('bad_model'),
    );
    await assert.rejects(cut({ model: { manifest, bytes } }), failure('bad_model'));
    await assert.rejects(cut({ model: { manifest, bytes }, engine: 'ort' }), failure('bad_model'));
  }
  assert.equal((await cut({ model: plain })).report.engine, 'c');
});

test('an answer that is not one map is a failed inference on both engines', async () => {
  const three = {
    manifest,
    bytes: onnx({
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [['x', [1, 3, 64, 64]]],
      outputs: [['y', [1, 3, 64, 64]]],
    }),
  };
  for (const name of ['c', 'ort'])
    await assert.rejects(cut({ model: three, engine: name }), failure('inference_failed'), name);
});

test('the default model cuts the sample out the same with both engines', async (t) => {
  const photo = new Blob([await readFile(sample)]);
  const alpha = async (/** @type {any} */ wanted) => {
    const { blob, report } = await engine.segment(photo, { engine: wanted });
    assert.equal(report.engine, wanted === 'ort' ? 'ort' : 'c');
    return readPng(new Uint8Array(await blob.arrayBuffer())).rgba.filter((_, i) => i % 4 === 0);
  };
  const [first, c, ort] = [await alpha('auto'), await alpha('c'), await alpha('ort')];
  assert.deepEqual(first, c);
  let sum = 0,
    most = 0,
    over = 0;
  for (let i = 0; i < c.length; i++) {
    const difference = Math.abs(c[i] - ort[i]);
    sum += difference;
    most = Math.max(most, difference);
    if (difference > 8) over++;
  }
  const mean = sum / c.length / 255;
  t.diagnostic(
    `alpha of c and ort: mean difference ${mean.toExponential(2)}, most ${most}/255, ${over} of ${c.length} over 8`,
  );
  assert.ok(mean <= 0.001, `mean difference ${mean}`);
  assert.ok(over / c.length <= 0.001, `${over} pixels differ by more than 8/255`);
});

test('inference tells how far it is, and a cancel in it frees the worker for the next job at once', async (t) => {
  const big = {
    manifest: { ...brightnessManifest(320), output: { name: 'map_1', kind: 'alpha' } },
    bytes: u2netp(320, 'f32'),
  };
  const photo = new Blob([disc(120, 90)]);
  /** @type {number[]} */
  const shares = [];
  const { report } = await engine.removeBackground(photo, {
    model: big,
    onProgress: ({ stage, fraction }) => {
      if (stage === 'infer') shares.push(fraction);
    },
  });
  assert.equal(report.engine, 'c');
  assert.ok(shares.length >= 20, `${shares.length} times`);
  for (let i = 1; i < shares.length; i++) assert.ok(shares[i] >= shares[i - 1], `${shares}`);
  assert.ok(Math.abs((shares.at(-1) ?? 0) - shares[0] - 0.3) < 1e-9, `${shares}`); // the stage's whole share
  const { worker } = engine.client;
  /** @type {number[]} */
  const times = [];
  for (const part of [0, 0.2, 0.4, 0.6, 0.8]) {
    const stop = new AbortController();
    let from = 0;
    const job = engine.removeBackground(photo, {
      model: big,
      signal: stop.signal,
      onProgress({ stage, fraction }) {
        if (stage !== 'infer' || fraction < shares[0] + 0.3 * part || from) return;
        from = performance.now();
        stop.abort();
      },
    });
    await assert.rejects(job, { code: 'aborted' });
    const answered = performance.now() - from;
    await engine.probe(photo); // waits until the worker is out of the run
    times.push(performance.now() - from);
    assert.ok(answered < 50, `answered after ${answered} ms`);
  }
  times.sort((a, b) => a - b);
  t.diagnostic(
    `the worker is free ${times.map((ms) => ms.toFixed(1))} ms after a cancel; a run takes ${report.timings_ms.infer} ms`,
  );
  assert.ok(times[2] < 50 && times[4] < 200, `${times} ms`);
  assert.equal(engine.client.worker, worker, 'it was asked to stop, not ended');
  assert.equal((await cut({ model: plain })).report.subject.found, true);
});

test('the thread of a nice engine steps back, the rest of the process does not', async (t) => {
  if (process.platform !== 'linux') return t.skip('threads have priorities of their own on Linux');
  const nices = () =>
    readdirSync('/proc/self/task').map((id) => {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    });
  const before = nices();
  const nice = createNodeEngine({ niceness: 19 });
  try {
    await nice.preload();
    assert.ok(before.every((value) => value < 19));
    assert.equal(nices().filter((value) => value === 19).length, 1);
  } finally {
    nice.dispose();
  }
});
