// Many photos through one instance: memory stays where it was.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApi } from '../../../web/engine/api.js';
import { EngineClient } from '../../../web/engine/client.js';
import { loadCore } from '../../../web/engine/core/core.js';
import { modelLoader } from '../../../web/engine/core/models.js';
import { CEngine } from '../../../web/engine/backends/c.js';
import { cutOut } from '../../../web/engine/core/pipeline.js';
import { hostJobs } from '../../../web/engine/core/worker-host.js';
import { brightnessManifest } from '../onnx.js';
import { disc } from '../pictures.js';

const compiled = WebAssembly.compile(await readFile(new URL('../../../build/wasm/cutaway.wasm', import.meta.url)));

/** The pipeline on the real core, with an engine that takes the red channel. @returns {Promise<import('../../../web/engine/core/pipeline.js').Parts>} */
async function parts() {
  return {
    core: await loadCore(await compiled),
    loadModel: async () => ({
      name: 'red',
      manifest: brightnessManifest(),
      engine: {
        name: 'c',
        threads: 1,
        run: async ({ data, width, height }) => ({ data: data.slice(0, width * height), width, height }),
      },
    }),
    webp: { decode: () => assert.fail(), encode: () => assert.fail() },
  };
}

test('fifty photos leave no block behind, and memory grows by less than 1 MB after the first', async () => {
  const own = await parts();
  const photo = disc(400, 300);
  /** @type {number[]} */
  const heaps = [];
  for (let i = 0; i < 50; i++) {
    const { report } = await cutOut(own, {
      bytes: photo,
      options: i % 2 ? asPhoto : { ...asPhoto, background: 'blur', format: 'jpeg' },
    });
    assert.equal(report.subject.found, true);
    assert.equal(own.core.liveBlocks, 0, `after photo ${i + 1}`);
    heaps.push(own.core.heapBytes);
  }
  assert.ok(heaps[49] - heaps[1] < 1e6, `${heaps[1]} to ${heaps[49]} bytes`);
});

/**
 * The whole API with what a worker hosts in this thread, where its memory can
 * be looked at: engine c on the default model.
 */
function inThisThread() {
  /** @type {import('../../../web/engine/core/core.js').Core[]} every instance that was made */
  const cores = [];
  const newCore = async () => cores[cores.push(await loadCore(await compiled)) - 1];
  const never = () => assert.fail('not to be used');
  const none = { get: async () => null, put: async () => {}, delete: async () => {} };
  const client = new EngineClient(() => {
    /** @type {(message: any) => void} */ let toClient;
    /** @type {(message: any) => void} */ let toHost;
    hostJobs(
      {
        post: (message) => setImmediate(() => toClient(message)),
        listen: (handler) => {
          toHost = handler;
        },
      },
      async () => ({
        core: await newCore(),
        newCore,
        webp: { decode: never, encode: never },
        loadModel: modelLoader(
          {
            fetch: async (url) => new Response(await readFile(new URL(url))),
            cache: none,
            known: '',
            base: new URL('../../../models/base/manifest.json', import.meta.url).href,
            digest: async (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
          },
          { c: async () => new CEngine({ newCore }) },
        ),
      }),
    );
    return {
      postMessage: (message) => void setImmediate(() => toHost(message)),
      terminate: never,
      listen: (onMessage) => {
        toClient = onMessage;
      },
    };
  });
  return { cores, ...createApi(client) };
}

/** Discs on a plain ground would be keyed as graphics. */
const asPhoto = /** @type {const} */ ({ kind: 'photo' });

test('two hundred photos of the default model in one worker: memory is flat from the 20th on', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const { cores, removeBackground } = inThisThread();
  const photos = [disc(160, 120), disc(90, 140), disc(64, 48)].map((bytes) => new Blob([bytes]));
  const memory = async () => {
    // what promises and streams still hold goes with a turn or two
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      collect();
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return {
      wasm: cores.map(({ heapBytes }) => heapBytes),
      blocks: cores.map(({ liveBlocks }) => liveBlocks),
      js: heapUsed + arrayBuffers,
    };
  };
  let after20;
  for (let i = 1; i <= 200; i++) {
    const { report } = await removeBackground(
      photos[i % 3],
      i % 2 ? asPhoto : { ...asPhoto, background: 'blur', format: 'jpeg', crop: true },
    );
    assert.equal(report.engine, 'c');
    if (i === 20) after20 = await memory();
  }
  const after200 = await memory();
  assert.equal(after200.wasm.length, 2, 'one instance for pictures, one for the model');
  assert.deepEqual(after200.wasm, after20?.wasm);
  assert.deepEqual(after200.blocks, after20?.blocks);
  assert.equal(after200.blocks[0], 0, 'a picture leaves nothing behind');
  const grown = after200.js - (after20?.js ?? 0);
  t.diagnostic(
    `wasm ${after200.wasm.map((bytes) => (bytes / 1e6).toFixed(1))} MB; JavaScript ${(after200.js / 1e6).toFixed(1)} MB, ${(grown / 1e6).toFixed(2)} more than after 20`,
  );
  assert.ok(grown < 1e6, `${grown} bytes in JavaScript`);
});

test('a failure at any stage leaves no block behind', async () => {
  const own = await parts();
  const photo = disc(80, 60);
  const failing = [
    () => cutOut(own, { bytes: photo.subarray(0, photo.length / 2), options: asPhoto }),
    () => cutOut(own, { bytes: photo, options: /** @type {any} */ ({ format: 'gif' }) }),
    () =>
      cutOut(
        {
          ...own,
          loadModel: async () => {
            throw new Error('no model');
          },
        },
        { bytes: photo, options: asPhoto },
      ),
    () => cutOut(own, { bytes: photo, background: photo.subarray(0, 20), options: asPhoto }),
    () => cutOut(own, { bytes: photo, options: { format: 'webp' } }),
  ];
  for (const [i, run] of failing.entries()) {
    await assert.rejects(run);
    assert.equal(own.core.liveBlocks, 0, `after failure ${i + 1}`);
  }
});

test('an answer that is none is asked of the other engine, once', async () => {
  const own = await parts();
  const model = await own.loadModel({}, {});
  const side = 64;
  /** @param {(x: number, y: number) => number} value */
  const map = (value) => ({
    data: Float32Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side))),
    width: side,
    height: side,
  });
  const good = map((x, y) => (Math.hypot(x - 32, y - 32) < 16 ? 1 : 0));
  const broken = {
    'is not finite': map((x) => (x === 3 ? NaN : 0.5)),
    'is 50 % everywhere': map(() => 0.5),
    'is inverted': map((x, y) => (Math.hypot(x - 32, y - 32) < 16 ? 0 : 1)),
  };
  for (const [what, answer] of Object.entries(broken)) {
    for (const works of [true, false]) {
      /** @type {string[]} */ const asked = [];
      const loadModel = async (/** @type {{ engine?: string }} */ { engine: name = 'c' }) => {
        asked.push(name);
        return {
          ...model,
          engine: {
            ...model.engine,
            name: /** @type {'c' | 'ort'} */ (name),
            run: async () => (name === 'ort' && works ? good : answer),
          },
        };
      };
      const done = cutOut({ ...own, loadModel }, { bytes: disc(80, 60), options: asPhoto });
      if (works) {
        const { report } = await done;
        assert.equal(report.engine, 'ort');
        assert.match(report.engine_note, /^Tried again, since c: /);
        assert.ok(report.engine_note.includes(what), report.engine_note);
        assert.equal(report.subject.found, true);
      } else {
        await assert.rejects(
          done,
          (/** @type {any} */ error) => error.code === 'bad_output' && error.detail.includes(what),
        );
      }
      assert.deepEqual(asked, ['c', 'ort']);
      await assert.rejects(
        cutOut({ ...own, loadModel }, { bytes: disc(80, 60), options: { ...asPhoto, engine: 'c' } }),
        {
          code: 'bad_output',
        },
      );
      assert.deepEqual(asked.slice(2), ['c'], 'an engine that was asked for is not replaced');
    }
  }
  // without another engine the first answer's fault is told
  const alone = async (/** @type {{ engine?: string }} */ { engine: name }) => {
    if (name === 'ort') throw new Error('there is none');
    return { ...model, engine: { ...model.engine, run: async () => broken['is 50 % everywhere'] } };
  };
  await assert.rejects(cutOut({ ...own, loadModel: alone }, { bytes: disc(80, 60), options: asPhoto }), {
    code: 'bad_output',
  });
  assert.equal(own.core.liveBlocks, 0);
});

test('nothing at all is no fault: a map of 0 says that there is no subject', async () => {
  const own = await parts();
  const model = await own.loadModel({}, {});
  const loadModel = async () => ({
    ...model,
    engine: { ...model.engine, run: async () => ({ data: new Float32Array(64 * 64), width: 64, height: 64 }) },
  });
  const { report } = await cutOut({ ...own, loadModel }, { bytes: disc(80, 60), options: asPhoto });
  assert.equal(report.subject.found, false);
});

test('values that are no matte are refused: not finite, too few, another shape', async () => {
  const own = await parts();
  const model = await own.loadModel({}, {});
  const side = 64;
  const answers = {
    'not finite': { data: new Float32Array(side * side).fill(NaN), width: side, height: side },
    'too few': { data: new Float32Array(side), width: side, height: side },
    'another shape': { data: new Float32Array(side * side), width: side * 2, height: side / 2 },
    nothing: { data: new Float32Array(0), width: 0, height: 0 },
  };
  for (const [what, answer] of Object.entries(answers)) {
    const loadModel = async () => ({ ...model, engine: { ...model.engine, run: async () => answer } });
    await assert.rejects(
      cutOut({ ...own, loadModel }, { bytes: disc(80, 60), options: asPhoto }),
      { code: 'bad_output' },
      what,
    );
  }
  assert.equal(own.core.liveBlocks, 0);
});
