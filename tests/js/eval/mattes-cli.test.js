// npm run eval -- --mattes as a user meets it, with a model whose answer can
// be predicted, and with answers made elsewhere.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { measureMatte, summarizeMattes } from '../../../models/eval/metrics/mattes.js';
import { kindOf, matteSet } from '../../../tools/eval-mattes.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png, readPng } from '../pictures.js';
import { runNode } from '../run-node.js';

const tool = fileURLToPath(new URL('../../../tools/eval.js', import.meta.url));
/** @type {string} */ let dir;
/** @type {string} */ let model;
const pictures = [
  { name: '000-hair-sharp', w: 60, h: 40 },
  { name: '001-fur-blurred', w: 48, h: 64 },
  { name: '002-hair-blurred', w: 80, h: 80 },
];

/** How opaque a soft disc is, 0..255. @param {number} w @param {number} h @param {number} r */
const soft = (w, h, r) => (/** @type {number} */ x, /** @type {number} */ y) =>
  Math.max(
    0,
    Math.min(255, Math.round(255 * (0.5 + (r - Math.hypot((x + 0.5) / w - 0.5, (y + 0.5) / h - 0.5)) / 0.1))),
  );
/** @param {number} w @param {number} h @param {number} r */
const grey = (w, h, r) =>
  png(
    w,
    h,
    (x, y) => {
      const value = soft(w, h, r)(x, y);
      return [value, value, value];
    },
    { channels: 3 },
  );
/** The subject's colours: those of disc() where there is any. @param {number} w @param {number} h */
const colours = (w, h) => png(w, h, (x, y) => (soft(w, h, 0.27)(x, y) ? [230, 200, 210] : [0, 0, 0]), { channels: 3 });

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-mattes-'));
  for (const folder of [
    'made/images',
    'made/masks',
    'made/foreground',
    'plain/images',
    'plain/masks',
    'answers',
    'cutouts/made',
    'none',
  ]) {
    await mkdir(join(dir, folder), { recursive: true });
  }
  for (const { name, w, h } of pictures) {
    await writeFile(join(dir, `made/images/${name}.jpg`), disc(w, h)); // PNGs by content
    await writeFile(join(dir, `made/masks/${name}.png`), grey(w, h, 0.27));
    await writeFile(join(dir, `made/foreground/${name}.png`), colours(w, h));
    await writeFile(join(dir, `answers/${name}.png`), grey(w, h, 0.3));
    await writeFile(
      join(dir, `cutouts/made/${name}.png`),
      png(w, h, (x, y) => [230, 200, 210, soft(w, h, 0.27)(x, y)], { channels: 4 }),
    );
  }
  await writeFile(join(dir, 'plain/images/a.png'), disc(50, 50));
  await writeFile(join(dir, 'plain/images/b.png'), disc(50, 50));
  await writeFile(join(dir, 'plain/masks/a.png'), grey(50, 50, 0.27));
  await writeFile(join(dir, 'plain/masks/b.png'), grey(50, 51, 0.27));
  await writeFile(join(dir, 'model.onnx'), brightnessModel());
  await writeFile(join(dir, 'model.json'), JSON.stringify(brightnessManifest()));
  model = join(dir, 'model.onnx');
});
after(() => rm(dir, { recursive: true }));

/** @param {string[]} args */
async function run(...args) {
  const { status, stdout, stderr } = await runNode(dir, [tool, '--no-build', '--mattes', ...args]);
  return { status, stdout: stdout.toString(), stderr };
}
/** A PNG's value or alpha as a plane. @param {Uint8Array} rgba @param {number} channel */
const plane = (rgba, channel) => Float32Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i + channel] / 255);

test('the values are those of the cut-outs that the API gives, by set and by kind', async () => {
  const { status, stdout } = await run('made', '--model', model, '--json', '--per-image');
  assert.equal(status, 0);
  const {
    sets: [set, ...rest],
  } = JSON.parse(stdout);
  assert.deepEqual(
    [rest, set.set, set.folder, set.photos, set.engine, set.model, set.effort],
    [[], 'made', 'made', 3, 'c', 'brightness 1', 'standard'],
  );
  assert.deepEqual([set.failed, set.unanswered, set.no_subject], [[], [], []]);
  const engine = createNodeEngine();
  const values = [];
  try {
    for (const [i, { name, w, h }] of pictures.entries()) {
      const { blob } = await engine.removeBackground(new Blob([disc(w, h)]), {
        model: { manifest: brightnessManifest(), bytes: brightnessModel() },
        format: 'png',
      });
      const { rgba } = readPng(new Uint8Array(await blob.arrayBuffer()));
      const truth = { alpha: plane(readPng(grey(w, h, 0.27)).rgba, 0), rgba: readPng(colours(w, h)).rgba };
      const hidden = rgba.map((value, k) => (rgba[k | 3] ? value : 0)); // colours under alpha 0 are 0
      values.push(measureMatte({ alpha: plane(rgba, 3), rgba: hidden }, truth, w, h));
      assert.deepEqual(set.per_image[i], {
        name: `${name}.jpg`,
        width: w,
        height: h,
        subject_found: true,
        ...values[i],
      });
    }
  } finally {
    engine.dispose();
  }
  assert.deepEqual({ mean: set.mean, median: set.median }, summarizeMattes(values));
  assert.deepEqual(set.kinds.hair, { photos: 2, ...summarizeMattes([values[0], values[2]]) });
  assert.deepEqual(Object.keys(set.kinds), ['fur', 'hair']);
  assert.ok(set.median.iou > 0.7 && set.median.colour_green > 1, `${set.median.iou} ${set.median.colour_green}`);
});

test('answers made elsewhere stand in place of the engine; grey ones get their colours from it', async () => {
  const { status, stdout } = await run('made', '--answers', 'answers', '--json', '--per-image');
  assert.equal(status, 0);
  const {
    sets: [set],
  } = JSON.parse(stdout);
  assert.deepEqual([set.answers, set.engine, set.effort, set.photos], ['answers', '', null, 3]);
  for (const [i, { w, h }] of pictures.entries()) {
    const want = measureMatte(
      { alpha: plane(readPng(grey(w, h, 0.3)).rgba, 0) },
      { alpha: plane(readPng(grey(w, h, 0.27)).rgba, 0) },
      w,
      h,
    );
    for (const [key, value] of Object.entries(want)) assert.equal(set.per_image[i][key], value, key);
    assert.ok(set.per_image[i].colour_black > 0);
  }
});

test('cut-outs as answers bring their colours; the true ones err by nothing', async () => {
  const { status, stdout } = await run('made', '--answers', 'cutouts', '--json');
  assert.equal(status, 0);
  const {
    sets: [{ mean }],
  } = JSON.parse(stdout);
  assert.deepEqual([mean.sad, mean.gradient, mean.connectivity, mean.iou], [0, 0, 0, 1]);
  for (const ground of ['black', 'white', 'green']) assert.ok(mean[`colour_${ground}`] < 1e-12, ground);
});

test('a photo without an answer is named, a set without any skipped, exit status 1', async () => {
  await rm(join(dir, 'answers/001-fur-blurred.png'));
  const { status, stdout, stderr } = await run('made', 'plain', '--answers', 'answers');
  assert.equal(status, 1);
  assert.match(stdout, /^made: 2 photos; answers made elsewhere\n/);
  assert.match(stderr, /^made: no answer for 001-fur-blurred\.jpg$/m);
  assert.match(stderr, /^plain: no answers in answers, skipped$/m);
  assert.equal((await run('made', '--answers', 'none')).status, 1);
});

test('a table for people: medians and means, and medians by kind', async () => {
  const { status, stdout } = await run('made', '--model', model, '--effort', 'high');
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^made: 3 photos; model brightness 1, engine c, effort high; no subject found in 0\n {20} {4}median {6}mean\n/,
  );
  for (const name of [
    'SAD',
    'SAD, band',
    'MSE',
    'gradient, band',
    'slope, band',
    'connectivity',
    'IoU',
    'on black',
    'on white',
    'on green',
  ]) {
    assert.match(stdout, new RegExp(`^${name} +\\d+\\.\\d{3} +\\d+\\.\\d{3} `, 'm'), name);
  }
  assert.match(stdout, /^medians by kind +SAD +SAD, band/m);
  assert.match(stdout, /^hair \(2\)( +\d+\.\d{3}){8}$/m);
});

test('a mask of another size fails by name; what has no true colours has no colour error', async () => {
  const { status, stdout, stderr } = await run('plain', '--model', model, '--json');
  assert.equal(status, 1);
  const {
    sets: [set],
  } = JSON.parse(stdout);
  assert.deepEqual(
    [set.photos, set.failed, set.kinds],
    [1, [{ name: 'b.png', error: 'the photo is 50 x 50, its mask 50 x 51' }], {}],
  );
  assert.match(stderr, /^b\.png: the photo is/m);
  assert.ok('sad_band' in set.mean && !('colour_black' in set.mean));
});

test('nothing to compare is exit status 1, wrong usage 2', async () => {
  const nothing = await run('none');
  assert.deepEqual([nothing.status, nothing.stdout], [1, '']);
  for (const args of [
    ['made', '--images', 'made/images'],
    ['made', '--stretch'],
    ['made', '--answers', 'answers', '--model', 'base'],
    ['made', '--limit', 'x'],
  ]) {
    const { status, stderr } = await run(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /npm run eval -- --mattes \[DIR \.\.\.\] \[--answers DIR\]/);
  }
});

test('a set is read from its folders', () => {
  const { name, mattes, unanswered } = matteSet(join(dir, 'made'), join(dir, 'cutouts'));
  assert.deepEqual([name, unanswered, mattes.length], ['made', [], 3]);
  assert.equal(mattes[0].answer, join(dir, 'cutouts/made/000-hair-sharp.png'));
  assert.equal(mattes[0].foreground, join(dir, 'made/foreground/000-hair-sharp.png'));
  assert.equal(matteSet(join(dir, 'plain')).mattes[0].foreground, null);
  assert.deepEqual([kindOf('012-lace-sharp.jpg'), kindOf('GT01.webp')], ['lace', undefined]);
});
