// What `npm run bench -- engines` measures, once on the default model.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { measureEngine } from '../../tools/bench/engine-run.js';
import { dist, root } from '../../tools/build.js';

test('engine c is measured whole: times, memory, work, the time of each step', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'models/base/manifest.json'), 'utf8'));
  const [width, height] = manifest.input.size;
  const input = join(tmpdir(), `cutaway-bench-${process.pid}.f32`);
  await writeFile(input, new Float32Array(3 * width * height).fill(0.25));
  /** @param {string} path */
  const url = (path) => pathToFileURL(path).href;
  const measures = await measureEngine({
    engine: 'c',
    manifest,
    input: url(input),
    module: url(join(dist, 'engine/backends/c.js')),
    core: url(join(dist, 'engine/core/core.js')),
    wasm: url(join(dist, 'cutaway.wasm')),
    model: url(join(root, 'models/base/model.onnx')),
  });
  assert.ok(measures.load_ms > 0 && measures.first_ms > 0 && measures.steady_ms > 0);
  assert.ok(measures.heap_bytes > 1e6 && measures.heap_bytes < 64e6, `${measures.heap_bytes}`);
  assert.equal(measures.answer.length, width * height);
  const { steps } = measures.profile;
  assert.equal(
    steps.reduce((/** @type {number} */ sum, /** @type {any} */ step) => sum + step.macs, 0),
    measures.macs,
  );
  assert.ok(steps.every((/** @type {any} */ step) => step.ms >= 0 && step.ms < Infinity));
});
