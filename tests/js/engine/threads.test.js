// Several threads on one picture: the bytes of one, whoever helps or does not.
// Real wasm on real threads; a page is tests/browser/engine.spec.js's.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { CEngine } from '../../../web/engine/backends/c.js';
import { loadCore } from '../../../web/engine/core/core.js';
import { Threads } from '../../../web/engine/core/threads.js';
import { openCore, variants } from '../../../web/engine/core/variants.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { compileBuilt } from '../../../web/engine/node/core.js';
import { openThread } from '../../../web/engine/node/spawn.js';

/** @typedef {import('../../../web/engine/backends/ort.js').WorkerLike} WorkerLike */

const [base, threaded] = await Promise.all(['cutaway.wasm', 'cutaway-threads.wasm'].map(compileBuilt));
const [model, manifest] = await Promise.all([
  readFile(new URL('../../../models/base/model.onnx', import.meta.url)),
  readFile(new URL('../../../models/base/manifest.json', import.meta.url), 'utf8').then(JSON.parse),
]);
const helper = new URL('../../../web/engine/node/helper.js', import.meta.url);
const sample = await readFile(new URL('../../../web/samples/duck.jpg', import.meta.url));

/** @type {WorkerLike[]} */
const workers = [];
after(() => workers.forEach((worker) => void worker.terminate()));

/** A helper, and what it is told. @param {(message: any) => any} [change] */
const spawn = (change) => () => {
  const worker = openThread(helper);
  workers.push(worker);
  return change
    ? { ...worker, postMessage: (/** @type {any} */ message) => worker.postMessage(change(message)) }
    : worker;
};

const [width, height] = manifest.input.size;
const input = () => ({
  data: Float32Array.from({ length: 3 * width * height }, (_, i) => Math.sin(i * i)),
  width,
  height,
});

/** @param {() => Promise<import('../../../web/engine/core/core.js').Core>} newCore */
async function loaded(newCore) {
  const net = new CEngine({ newCore });
  await net.load(model, manifest);
  return net;
}

const alone = await (await loaded(() => loadCore(base))).run(input());

for (const count of [2, 3]) {
  test(`the model answers on ${count} threads what it answers on one, and all of them work`, async () => {
    const threads = new Threads(threaded, count, spawn());
    const net = await loaded(() => threads.load());
    const exports = /** @type {any} */ (net.net).core.exports;
    // nobody waits for a helper that starts: runs until one has come
    for (let run = 0; run < 100 && (net.threads < count || exports.cut_parallel_helped() === 0); run++)
      assert.deepEqual(await net.run(input()), alone);
    assert.equal(net.threads, count);
    assert.ok(exports.cut_parallel_helped() > 0);
    threads.rest(); // sent home; others come with the next run
    assert.equal(net.threads, 1);
    assert.deepEqual(await net.run(input()), alone);
    net.dispose();
  });
}

test('a whole job gives the same file on one thread and on two', async () => {
  const engines = [1, 2].map((threads) => createNodeEngine({ threads }));
  try {
    for (const [photo, options] of /** @type {[Uint8Array, object][]} */ ([
      [sample, {}],
      [sample, { background: 'blur', format: 'jpeg', crop: true }],
    ])) {
      const [one, two] = await Promise.all(
        engines.map(async (engine) => (await engine.removeBackground(new Blob([photo]), options)).blob.arrayBuffer()),
      );
      assert.ok(Buffer.from(one).equals(Buffer.from(two)));
    }
    const { report } = await engines[1].removeBackground(new Blob([sample]));
    assert.equal(report.threads, 2);
  } finally {
    for (const engine of engines) engine.dispose();
  }
});

test('helpers that cannot start leave the work to one thread', async () => {
  const dead = /** @type {WorkerLike} */ ({
    postMessage() {},
    terminate() {},
    listen: (_, onCrash) => setTimeout(() => onCrash('no such file')),
  });
  for (const start of [
    () => dead,
    () => {
      throw new Error('no worker here');
    },
  ]) {
    const threads = new Threads(threaded, 2, start);
    const net = await loaded(() => threads.load());
    assert.deepEqual(await net.run(input()), alone);
    assert.equal(net.threads, 1);
  }
});

test('a helper that traps is a crash of the core, and the next core works', async () => {
  // its stack lies beyond the memory
  const threads = new Threads(
    threaded,
    2,
    spawn((message) => (message.type === 'core' ? { ...message, thread: 30_000 } : message)),
  );
  const net = await loaded(() => threads.load());
  await assert.rejects(
    async () => {
      for (let run = 0; run < 100; run++) await net.run(input());
    },
    { code: 'engine_crashed' },
  );
  assert.equal(net.net, null);
  const next = await loaded(() => new Threads(threaded, 2, spawn()).load());
  assert.deepEqual(await next.run(input()), alone);
});

test('a run is cancelled between two slices, and the next one is whole', async () => {
  const threads = new Threads(threaded, 2, spawn());
  const net = await loaded(() => threads.load());
  const controller = new AbortController();
  await assert.rejects(net.run(input(), { signal: controller.signal, onProgress: () => controller.abort() }), {
    code: 'aborted',
  });
  assert.deepEqual(await net.run(input()), alone);
});

test('the best module that fits is compiled, and the next one only if it cannot be had', async () => {
  /** @param {number} threads @param {string} [missing] */
  const asked = async (threads, missing) => {
    /** @type {string[]} */
    const files = [];
    const { core } = await openCore({
      threads,
      exact: true,
      spawnHelper: spawn(),
      compile: async (file) => {
        files.push(file);
        if (file === missing) throw new Error('HTTP 404');
        return compileBuilt(file);
      },
    });
    core.end();
    return files;
  };
  assert.deepEqual(await asked(1), ['cutaway.wasm']);
  assert.deepEqual(await asked(2), ['cutaway-threads.wasm']);
  assert.deepEqual(await asked(2, 'cutaway-threads.wasm'), ['cutaway-threads.wasm', 'cutaway.wasm']);
  await assert.rejects(asked(1, 'cutaway.wasm'), /HTTP 404/);
  assert.deepEqual(
    variants.map(({ file }) => file),
    [...new Set(variants.map(({ file }) => file))],
  );
});
