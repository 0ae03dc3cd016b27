// Clicks and what they cost: cases worked out by hand, and npm run eval -- --clicks as a user meets it, with a model of
// prompts whose answer can be predicted.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  boxOf,
  clickIn,
  clicksTo,
  largestComponent,
  maskOf,
  nextClick,
  overlapAfter,
  overlapOf,
} from '../../../models/eval/metrics/clicks.js';
import { clickThrough, summarizeClicks } from '../../../tools/eval-clicks.js';
import { random as randomOf } from '../../../tools/random.js';
import { brightnessManifest, toldModel } from '../onnx.js';
import { png } from '../pictures.js';
import { runNode } from '../run-node.js';

/** A mask as it looks: # is set. @param {...string} rows */
const drawn = (...rows) => ({
  mask: Uint8Array.from(rows.join(''), (letter) => Number(letter === '#')),
  w: rows[0].length,
  h: rows.length,
});

test('the largest component is joined at corners, and the first of equals', () => {
  const { mask, w, h } = drawn(
    '##....##', //
    '##......',
    '..#...##',
    '...#..##',
  );
  // 4 pixels and two on the diagonal; the square at the right has 4, the pair above it 2
  const found = largestComponent(mask, w, h);
  assert.deepEqual(
    [...(found?.pixels ?? [])].sort((a, b) => a - b),
    [0, 1, 8, 9, 18, 27],
  );
  assert.deepEqual(found?.box, [0, 0, 4, 4]);
  const equal = drawn('##..##');
  assert.deepEqual(largestComponent(equal.mask, 6, 1)?.box, [0, 0, 2, 1]);
  assert.equal(largestComponent(new Uint8Array(6), 3, 2), null);
});

test('a click is in the deepest pixel: the border is one, ties go by rows', () => {
  // a square of 5: its middle is 3 away from what is not it; one that fills the picture has the border for that
  const square = drawn('.......', '.#####.', '.#####.', '.#####.', '.#####.', '.#####.', '.......');
  const component = largestComponent(square.mask, 7, 7);
  assert.deepEqual(component && clickIn(component, 7), { x: 3, y: 3 });
  const full = largestComponent(new Uint8Array(15).fill(1), 5, 3);
  assert.deepEqual(full && clickIn(full, 5), { x: 1, y: 1 }, 'depth 2 at 1, 2 and 3 across');
  // an L: its elbow's inner pixel (1, 3) is 2 from the rim at the left and below, sqrt 2 from the corner (2, 2)
  const elbow = drawn('##....', '##....', '##....', '######', '######');
  const bent = largestComponent(elbow.mask, 6, 5);
  assert.deepEqual(bent && clickIn(bent, 6), { x: 1, y: 3 }, 'sqrt 2, where all others are 1');
});

test('at random it is inside, mostly well inside, and everywhere there in the end', () => {
  const w = 21;
  const disc = Uint8Array.from({ length: w * w }, (_, i) =>
    Number(Math.hypot((i % w) - 10, Math.floor(i / w) - 10) < 9),
  );
  const component = largestComponent(disc, w, w);
  assert.ok(component);
  const random = randomOf(7);
  const places = new Set();
  let deep = 0;
  for (let i = 0; i < 300; i++) {
    const { x, y } = clickIn(component, w, random);
    assert.equal(disc[y * w + x], 1);
    deep += Number(Math.hypot(x - 10, y - 10) < 7);
    places.add(`${x} ${y}`);
  }
  assert.ok(deep > 240, 'of the area 60 % are');
  assert.ok(places.size > 100);
  assert.deepEqual(
    clickIn(component, w, randomOf(7)),
    clickIn(component, w, randomOf(7)),
    'the same seed, the same click',
  );
});

test('the next click goes where most is wrong, on or beside the thing', () => {
  const truth = new Uint8Array(400);
  for (let y = 5; y < 15; y++) truth.fill(1, y * 20 + 5, y * 20 + 15); // 10 x 10
  assert.deepEqual(nextClick(truth, new Uint8Array(400), 20, 20), { x: 9, y: 9, keep: 1 });
  const found = truth.slice();
  for (let y = 0; y < 4; y++) found.fill(1, y * 20, y * 20 + 4); // 16 too many in the corner
  assert.deepEqual(nextClick(truth, found, 20, 20), { x: 1, y: 1, keep: 0 });
  for (let y = 11; y < 15; y++) found.fill(0, y * 20 + 11, y * 20 + 15); // and 16 too few: those first
  assert.deepEqual(nextClick(truth, found, 20, 20), { x: 12, y: 12, keep: 1 });
  const nearly = truth.slice();
  nearly.fill(0, 5 * 20 + 5, 5 * 20 + 15); // a row of 10: nobody clicks below 12
  assert.equal(nextClick(truth, nearly, 20, 20), null);
  assert.equal(nextClick(truth, truth, 20, 20), null);
});

test('clicks to an overlap, and overlap after clicks', () => {
  const got = [0.5, 0.86, 0.84, 0.91];
  assert.deepEqual([clicksTo(got, 0.85), clicksTo(got, 0.9), clicksTo(got, 0.95)], [2, 4, 20]);
  assert.deepEqual(
    [1, 2, 3, 5].map((clicks) => overlapAfter(got, clicks)),
    [0.5, 0.86, 0.84, 0.91],
  );
  assert.equal(overlapAfter([], 1), 0);
  const [a, b] = [drawn('##..').mask, drawn('.##.').mask];
  assert.equal(overlapOf(a, b), 1 / 3);
  assert.equal(overlapOf(new Uint8Array(4), new Uint8Array(4)), 1);
  assert.deepEqual(boxOf(drawn('.....', '..##.', '.#...').mask, 5, 3), [1, 1, 3, 2]);
  const {
    noc85,
    noc90,
    never90,
    iou,
    iou_box: box,
  } = summarizeClicks([
    { name: 'a', overlaps: [got], box: 0.9, milliseconds: [3] },
    { name: 'b', overlaps: [[0.7, 0.8, 0.8]], box: 0.7, milliseconds: [5] },
  ]);
  assert.deepEqual([noc85, noc90, never90], [11, 12, 0.5]);
  assert.deepEqual(
    [iou[1], iou[5]].map((value) => value.toFixed(3)),
    ['0.600', '0.855'],
  );
  assert.equal(box.toFixed(3), '0.800');
});

test('a map is read between the centres of its samples', () => {
  // 2 samples over 4 pixels: at 0.5 -> sample -.25 (held), .25, .75, 1.25 (held)
  assert.deepEqual([...maskOf({ data: [255, 0], width: 2, height: 1 }, 4, 1)], [1, 1, 0, 0]);
  assert.deepEqual(
    [...maskOf({ data: [255, 90], width: 2, height: 1 }, 4, 1)],
    [1, 1, 1, 0],
    '.25 of 255 and .75 of 90: 131',
  );
  assert.deepEqual(
    [...maskOf({ data: [0, 255, 255, 255], width: 4, height: 1 }, 2, 1)],
    [0, 1],
    '127.5 is not above one half',
  );
});

test('somebody clicks until nine tenths are there, five times at least and twenty at most', async () => {
  const truth = new Uint8Array(40 * 40);
  for (let y = 10; y < 30; y++) truth.fill(1, y * 40 + 10, y * 40 + 30);
  /** Finds a column more with each click. @param {number} clicks */
  const columns = (clicks) => {
    const mask = new Uint8Array(40 * 40);
    for (let y = 10; y < 30; y++) mask.fill(1, y * 40 + 10, y * 40 + Math.min(30, 10 + clicks));
    return mask;
  };
  const slow = await clickThrough(async (points) => columns(points.length), truth, 40, 40);
  assert.equal(slow.length, 18);
  assert.equal(slow[17], 0.9);
  const fast = await clickThrough(async (points) => columns(15 + points.length), truth, 40, 40);
  assert.equal(fast.length, 5);
  const never = await clickThrough(async () => new Uint8Array(40 * 40), truth, 40, 40);
  assert.equal(never.length, 20);
  const atOnce = await clickThrough(async () => truth, truth, 40, 40);
  assert.deepEqual(atOnce, [1], 'then there is nothing to click');
});

/* ---- the command ---- */

const tool = fileURLToPath(new URL('../../../tools/eval.js', import.meta.url));
/** @type {string} */ let dir;
after(() => rm(dir, { recursive: true, force: true }));

test('npm run eval -- --clicks: what is clicked is found, and wrong usage is told', async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-clicks-'));
  const side = 64;
  for (const folder of ['set/images', 'set/masks']) await mkdir(join(dir, folder), { recursive: true });
  // a disc around each click, less those beside it, the box, and what was found before
  await writeFile(join(dir, 'told.onnx'), toldModel(side));
  const manifest = { ...brightnessManifest(side), input: { ...brightnessManifest(side).input, planes: 7 } };
  await writeFile(join(dir, 'told.json'), JSON.stringify(manifest));
  // the first mask is what one click finds: the pixels of a disc of 5 samples; the second is twice as large
  for (const [i, scale] of [1, 2].entries()) {
    const inside = (/** @type {number} */ x, /** @type {number} */ y) => Math.hypot(x - 31, y - 31) <= 5 * scale;
    await writeFile(
      join(dir, `set/images/${i}.png`),
      png(side, side, () => [9, 9, 9]),
    );
    await writeFile(
      join(dir, `set/masks/${i}.png`),
      png(side, side, (x, y) => (inside(x, y) ? [255, 255, 255] : [0, 0, 0])),
    );
  }
  await writeFile(
    join(dir, 'set/images/2.png'),
    png(side, side, () => [9, 9, 9]),
  );
  await writeFile(
    join(dir, 'set/masks/2.png'),
    png(side, side, () => [0, 0, 0]),
  ); // nothing is meant: left out
  /** @param {...string} args */
  const run = (...args) => runNode(dir, [tool, '--no-build', '--clicks', '--model', 'told.onnx', ...args]);
  const { status, stdout, stderr } = await run('set', '--json', '--per-image');
  assert.equal(status, 0, stderr);
  const [set] = JSON.parse(stdout.toString()).sets;
  assert.deepEqual([set.set, set.photos, set.failed], ['set', 2, []]);
  const [one, two] = set.per_image;
  assert.deepEqual(one.overlaps, [[1]]);
  const radii = two.overlaps[0];
  assert.ok(radii[0] > 0.2 && radii[0] < 0.3, 'a quarter of it');
  for (const [k, overlap] of radii.slice(1).entries()) assert.ok(overlap > radii[k], 'each click finds more');
  assert.ok(set.noc85 > 2 && set.noc90 >= set.noc85);
  assert.equal(one.box, 81 / 121, 'a disc of 81 pixels in its box');

  const told = await run('set', '--every', '2', '--random');
  assert.equal(told.status, 0);
  assert.match(told.stdout.toString(), /^set: 1 photos, clicks at random, mean of 5\n {2}NoC@85 [\d.]+ \(/);
  const same = await run('set', '--every', '2', '--random');
  const without = (/** @type {Buffer} */ text) => text.toString().replace(/\d+ ms/, '');
  assert.equal(without(same.stdout), without(told.stdout), 'at random, and the same again');

  for (const wrong of [
    ['--every', '0'],
    ['--images', 'set/images'],
    ['--effort', 'fast'],
  ])
    assert.equal((await run('set', ...wrong)).status, 2, wrong.join(' '));
  assert.equal((await runNode(dir, [tool, '--images', 'a', '--masks', 'b', '--random'])).status, 2);
  assert.equal((await run('nowhere')).status, 1);
});
