// Fifty photos through one instance: memory stays where it was.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadCore } from '../../../web/engine/core.js';
import { cutOut } from '../../../web/engine/pipeline.js';
import { brightnessManifest } from '../onnx.js';
import { disc } from '../pictures.js';

/** The pipeline on the real core, with an engine that takes the red channel. @returns {Promise<import('../../../web/engine/pipeline.js').Parts>} */
async function parts() {
  return {
    core: await loadCore(await WebAssembly.compile(await readFile(new URL('../../../build/wasm/cutaway.wasm', import.meta.url)))),
    loadModel: async () => ({
      name: 'red', manifest: brightnessManifest(),
      engine: { name: 'c', threads: 1, run: async ({ data, width, height }) => ({ data: data.slice(0, width * height), width, height }) },
    }),
    webp: { preload: async () => {}, decode: () => assert.fail(), encode: () => assert.fail() },
  };
}

test('fifty photos leave no block behind, and memory grows by less than 1 MB after the first', async () => {
  const own = await parts();
  const photo = disc(400, 300);
  /** @type {number[]} */
  const heaps = [];
  for (let i = 0; i < 50; i++) {
    const { report } = await cutOut(own, { bytes: photo, options: i % 2 ? {} : { background: 'blur', format: 'jpeg' } });
    assert.equal(report.subject.found, true);
    assert.equal(own.core.liveBlocks, 0, `after photo ${i + 1}`);
    heaps.push(own.core.heapBytes);
  }
  assert.ok(heaps[49] - heaps[1] < 1e6, `${heaps[1]} to ${heaps[49]} bytes`);
});

test('a failure at any stage leaves no block behind', async () => {
  const own = await parts();
  const photo = disc(80, 60);
  const failing = [
    () => cutOut(own, { bytes: photo.subarray(0, photo.length / 2), options: {} }),
    () => cutOut(own, { bytes: photo, options: /** @type {any} */ ({ format: 'gif' }) }),
    () => cutOut({ ...own, loadModel: async () => { throw new Error('no model'); } }, { bytes: photo, options: {} }),
    () => cutOut(own, { bytes: photo, background: photo.subarray(0, 20), options: {} }),
    () => cutOut(own, { bytes: photo, options: { format: 'webp' } }),
  ];
  for (const [i, run] of failing.entries()) {
    await assert.rejects(run);
    assert.equal(own.core.liveBlocks, 0, `after failure ${i + 1}`);
  }
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
    await assert.rejects(cutOut({ ...own, loadModel }, { bytes: disc(80, 60), options: {} }), { code: 'bad_output' }, what);
  }
  assert.equal(own.core.liveBlocks, 0);
});
