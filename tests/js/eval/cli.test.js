// npm run eval as a user meets it, with a model whose answer can be predicted.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { measure, summarize } from '../../../models/eval/metrics/set.js';
import { stretched } from '../../../tools/eval.js';
import { maskPlane, paired, spread } from '../../../tools/eval-files.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png, readPng } from '../pictures.js';
import { runNode } from '../run-node.js';

const tool = fileURLToPath(new URL('../../../tools/eval.js', import.meta.url));
/** @type {string} */ let dir;
/** @type {string} */ let model;
const sizes = [
  [60, 40],
  [48, 64],
  [80, 80],
  [33, 57],
];
/** A disc a little smaller than that of the photos. @param {number} w @param {number} h @param {number} edge 0: a hard border */
const mask = (w, h, edge) =>
  png(
    w,
    h,
    (x, y) => {
      const inside = 0.27 - Math.hypot((x + 0.5) / w - 0.5, (y + 0.5) / h - 0.5);
      const value = edge ? Math.max(0, Math.min(255, Math.round(255 * (0.5 + inside / edge)))) : inside > 0 ? 255 : 0;
      return [value, value, value];
    },
    { channels: 3 },
  );

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-eval-'));
  for (const name of ['images', 'masks', 'soft', 'wrong', 'empty']) await mkdir(join(dir, name));
  for (const [i, [w, h]] of sizes.entries()) {
    await writeFile(join(dir, `images/p${i}.jpg`), disc(w, h)); // PNGs by content
    await writeFile(join(dir, `masks/p${i}.png`), mask(w, h, 0));
    await writeFile(join(dir, `soft/p${i}.png`), mask(w, h, i < 2 ? 0.1 : 0));
    await writeFile(join(dir, `wrong/p${i}.png`), mask(w, i === 1 ? h + 1 : h, 0));
  }
  await writeFile(join(dir, 'images/lonely.png'), disc(20, 20));
  await writeFile(join(dir, 'images/notes.txt'), 'no picture');
  await writeFile(join(dir, 'model.onnx'), brightnessModel());
  await writeFile(join(dir, 'model.json'), JSON.stringify(brightnessManifest()));
  model = join(dir, 'model.onnx');
});
after(() => rm(dir, { recursive: true }));

/** @param {string[]} args */
async function run(...args) {
  const { status, stdout, stderr } = await runNode(dir, [tool, '--no-build', ...args]);
  return { status, stdout: stdout.toString(), stderr };
}
/** @param {string} masks @param {string[]} more */
const evaluated = (masks, ...more) => run('--images', 'images', '--masks', masks, '--model', model, ...more);

test('the values are those of the mattes that the API gives', async () => {
  const { status, stdout } = await evaluated('masks', '--json', '--per-image');
  assert.equal(status, 0);
  const result = JSON.parse(stdout);
  assert.deepEqual([result.photos, result.engine, result.model, result.soft_masks], [4, 'c', 'brightness 1', 0]);
  assert.deepEqual([result.without_mask, result.failed, result.no_subject], [['lonely.png'], [], []]);
  const engine = createNodeEngine();
  const grey = (/** @type {Uint8Array} */ file) => {
    const { rgba } = readPng(file);
    return Float32Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i] / 255);
  };
  try {
    const pictures = [];
    for (const [i, [w, h]] of sizes.entries()) {
      const { blob } = await engine.segment(new Blob([disc(w, h)]), {
        model: { manifest: brightnessManifest(), bytes: brightnessModel() },
      });
      pictures.push(measure(grey(new Uint8Array(await blob.arrayBuffer())), grey(mask(w, h, 0)), w, h));
      assert.deepEqual(result.per_image[i], {
        name: `p${i}.jpg`,
        width: w,
        height: h,
        subject_found: true,
        ...pictures[i].values,
      });
    }
    assert.deepEqual(result.metrics, summarize(pictures).values);
  } finally {
    engine.dispose();
  }
  const { iou, mae } = result.metrics; // areas as 0.27^2 to 0.3^2, the difference is pi * 0.0171 of the image
  assert.ok(Math.abs(iou - 0.81) < 0.02 && Math.abs(mae - 0.0537) < 0.006, `${iou} ${mae}`);
});

test('a table for people, three decimals each; the photo without a mask is named', async () => {
  const { status, stdout, stderr } = await evaluated('soft', '--engine', 'ort');
  assert.equal(status, 0);
  assert.match(stdout, /^4 photos of images, 2 masks soft; model brightness 1, engine ort; no subject found in 0\n/);
  for (const name of [
    'MAE',
    'max F',
    'weighted F',
    'S-measure',
    'max E',
    'IoU',
    'boundary IoU',
    'SAD',
    'MSE',
    'gradient error',
  ]) {
    assert.match(stdout, new RegExp(`^${name} +\\d+\\.\\d{3} `, 'm'));
  }
  assert.match(stderr, /^lonely\.png: no mask/m);
  assert.match(stderr, /^4 of 4 photos$/m);
});

test('a mask of another size fails by name, the rest is measured, exit status 1', async () => {
  const { status, stdout, stderr } = await evaluated('wrong', '--json');
  assert.equal(status, 1);
  const result = JSON.parse(stdout);
  assert.equal(result.photos, 3);
  assert.deepEqual(result.failed, [{ name: 'p1.jpg', error: 'the photo is 48 x 64, its mask 48 x 65' }]);
  assert.match(stderr, /^p1\.jpg: the photo is/m);
});

test('nothing to compare is exit status 1, wrong usage 2', async () => {
  const nothing = await evaluated('empty');
  assert.deepEqual([nothing.status, nothing.stdout], [1, '']);
  assert.match(nothing.stderr, /no photo of images has a mask in empty/);
  assert.equal((await evaluated('no-such-folder')).status, 1);
  for (const args of [
    ['--images', 'images'],
    ['--images', 'images', '--masks', 'masks', '--limit', '0'],
    ['--images', 'images', '--masks', 'masks', '--engine', 'gpu'],
    ['--images', 'images', '--masks', 'masks', '--per-image'],
    ['--frobnicate'],
  ]) {
    const { status, stdout, stderr } = await run(...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /npm run eval -- --images DIR --masks DIR/);
  }
});

test('a model that is not there is told once, not for every photo', async () => {
  const { status, stdout, stderr } = await run('--images', 'images', '--masks', 'masks', '--model', 'nosuch');
  assert.deepEqual([status, stdout], [1, '']);
  assert.equal(stderr.match(/nosuch/g)?.length, 1);
});

test('pairs have the same stem, a limit takes evenly spread ones', () => {
  const { pairs, alone } = paired(join(dir, 'images'), join(dir, 'masks'));
  assert.deepEqual(
    pairs.map(({ name }) => name),
    ['p0.jpg', 'p1.jpg', 'p2.jpg', 'p3.jpg'],
  );
  assert.ok(pairs.every(({ mask: file }, i) => file === join(dir, 'masks', `p${i}.png`)));
  assert.deepEqual(alone, ['lonely.png']);
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4), [0, 2, 5, 7]);
  assert.deepEqual(spread([0, 1, 2], 5), [0, 1, 2]);
});

test('a mask is its alpha where it has any, else its grey', () => {
  assert.deepEqual(
    [...maskPlane({ data: Uint8ClampedArray.of(51, 51, 51, 255, 255, 255, 255, 255) })],
    [...Float32Array.of(0.2, 1)],
  );
  assert.deepEqual([...maskPlane({ data: Uint8ClampedArray.of(51, 9, 9, 255, 0, 0, 0, 0) })], [1, 0]);
});

test('stretching takes the least to 0 and the greatest to 1', () => {
  assert.deepEqual([...stretched(Float32Array.of(0.25, 0.5, 0.75))], [0, 0.5, 1]);
  assert.deepEqual([...stretched(Float32Array.of(0.5, 0.5))], [0.5, 0.5]);
});
