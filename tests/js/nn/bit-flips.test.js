// The default model with bits flipped: refused with a typed error or run to a
// finite map; never a trap, never more memory than the limit, nothing left
// behind. Copies are made by seed; CUTAWAY_FLIPS says how many (a full run:
// 10000), CUTAWAY_FLIPS_FROM which is the first.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CutawayError } from '../../../web/engine/core/errors.js';
import { fields } from '../../../web/engine/node/protobuf.js';
import { AUTO, F32, floats, newCore, runNet } from './run-net.js';
import { random } from '../../../tools/random.js';

const copies = Number(process.env.CUTAWAY_FLIPS ?? 150);
const first = Number(process.env.CUTAWAY_FLIPS_FROM ?? 0);
/** The model itself takes 12 MB. */
const limitBytes = 64 * 1024 * 1024;
/** The core's own data, its stack, and what lies unused between blocks. */
const slackBytes = 8 * 1024 * 1024;

const base = new URL('../../../models/base/', import.meta.url);
const bytes = await readFile(new URL('model.onnx', base));
const [w, h] = JSON.parse(await readFile(new URL('manifest.json', base), 'utf8')).input.size;

/**
 * Where the file is not weights: everything but the longer raw_data of the
 * graph's initializers. Flips all over the file would nearly all hit weights.
 *
 * @param {Buffer} file
 * @returns {number[]} offsets
 */
function structure(file) {
  const isWeight = new Uint8Array(file.length);
  /** @param {Uint8Array} message @param {number} wanted @returns {Uint8Array[]} */
  const all = (message, wanted) =>
    [...fields(message)].flatMap(({ number, wire, bytes: inner }) => (number === wanted && wire === 2 ? [inner] : []));
  for (const graph of all(file, 7)) {
    // ModelProto.graph, GraphProto.initializer, TensorProto.raw_data
    for (const raw of all(graph, 5).flatMap((tensor) => all(tensor, 9))) {
      const at = raw.byteOffset - file.byteOffset;
      if (raw.length > 64) isWeight.fill(1, at, at + raw.length);
    }
  }
  return [...isWeight.keys()].filter((at) => !isWeight[at]);
}

const outside = structure(bytes);

/** Copy number `i`: 1 to 32 flips, in turn anywhere and outside the weights. @param {number} i */
function flipped(i) {
  const copy = Uint8Array.from(bytes);
  const next = random(1000 + i);
  for (let flips = 1 << ((i >> 1) % 6); flips > 0; flips--) {
    const at = i & 1 ? outside[Math.floor(next() * outside.length)] : Math.floor(next() * copy.length);
    copy[at] ^= 1 << Math.floor(next() * 8);
  }
  return copy;
}

test('the walk finds the weights', () => {
  assert.ok(outside.length > 5000 && outside.length < bytes.length / 10, `${outside.length} of ${bytes.length} bytes`);
});

test(`${copies} copies of the default model with flipped bits`, async (t) => {
  const core = await newCore();
  core.limitMemory(limitBytes);
  const input = floats(3 * w * h, random(3));
  /** @type {Record<string, number>} */
  const counts = {};
  const right = await runNet(bytes, input, { w, h, arithmetic: AUTO, core });
  core.resetPeak();
  for (let i = first; i < first + copies; i++) {
    let what;
    try {
      const { dims, data, plan } = await runNet(flipped(i), input, {
        w,
        h,
        arithmetic: i % 8 === 7 ? F32 : AUTO,
        core,
      });
      assert.ok(data.every(Number.isFinite), `copy ${i}: a value that is not finite`);
      assert.equal(data.length, dims[1] * dims[2] * dims[3], `copy ${i}`);
      what =
        plan.output.shape.join() !== right.plan.output.shape.join()
          ? 'another shape'
          : data.every((value, j) => value === right.data[j])
            ? 'the same map'
            : 'another map';
    } catch (error) {
      if (!(error instanceof CutawayError)) throw new Error(`copy ${i}`, { cause: error });
      assert.ok(
        ['bad_model', 'unsupported_model', 'out_of_memory', 'inference_failed'].includes(error.code),
        `copy ${i}: ${error.code}: ${error.detail}`,
      );
      assert.notEqual(error.detail, '', `copy ${i}: ${error.code} without a sentence`);
      what = error.code;
    }
    counts[what] = (counts[what] ?? 0) + 1;
    assert.equal(core.liveBlocks, 0, `copy ${i}`);
    assert.ok(core.heapBytes <= limitBytes + slackBytes, `copy ${i}: ${core.heapBytes} bytes`);
  }
  t.diagnostic(`${JSON.stringify(counts)}, at most ${(core.peakBytes / 1e6).toFixed(1)} MB`);
  // what survives is seen: the flips do not all break the file, nor leave it as it was
  assert.ok(
    (counts['another map'] ?? 0) > copies / 10 && (counts.bad_model ?? 0) > copies / 100,
    JSON.stringify(counts),
  );
  const again = await runNet(bytes, input, { w, h, arithmetic: AUTO, core });
  assert.deepEqual(again.data, right.data, 'the instance answers as before');
});
