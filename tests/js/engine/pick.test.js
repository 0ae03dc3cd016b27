// What somebody points at, from the API and the shell to the pixels, with a
// model of prompts that answers what it was told: discs around clicks, less
// those beside it, the box, and the mask so far.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel, toldModel } from '../onnx.js';
import { png, readPng } from '../pictures.js';
import { runNode } from '../run-node.js';

const side = 64;
const bytes = toldModel(side);
const manifest = {
  ...brightnessManifest(side),
  name: 'told',
  input: { ...brightnessManifest(side).input, planes: 7 },
};
const model = { manifest, bytes };
const engine = createNodeEngine();
after(() => engine.dispose());
const [width, height] = [256, 128];
const photo = new Blob([png(width, height, (x, y) => [x, y * 2, 128])]);
const options = /** @type {const} */ ({ model, effort: 'fast' });

/** Alpha at a place of the result. @param {Blob} blob */
async function alphaOf(blob) {
  const { rgba } = readPng(new Uint8Array(await blob.arrayBuffer()));
  return (/** @type {number} */ x, /** @type {number} */ y) => rgba[(y * width + x) * 4 + 3];
}

test('clicks, in pixels and in percent: what is clicked stays, and what is clicked away does not', async () => {
  for (const points of [
    [
      [64, 32],
      [192, 96],
    ],
    [
      ['25%', '25%', 1],
      ['75%', '75%', 1],
    ],
  ]) {
    const { blob, report } = await engine.removeBackground(photo, { ...options, pick: { points } });
    const alpha = await alphaOf(blob);
    assert.ok(alpha(64, 32) > 200 && alpha(192, 96) > 200, 'both clicks, one after the other');
    assert.equal(alpha(192, 32), 0);
    assert.equal(report.model, 'told 1');
    assert.equal(report.subject.found, true);
  }
  const { blob } = await engine.removeBackground(photo, {
    ...options,
    pick: {
      points: [
        [64, 32, 1],
        [64, 32, 0],
      ],
    },
  });
  assert.equal((await alphaOf(blob))(64, 32), 0);
});

test('a box for the model of prompts, and a box as the part that any other model sees', async () => {
  const box = /** @type {[number, number, string, string]} */ ([64, 32, '25%', '50%']);
  const { blob } = await engine.removeBackground(photo, { ...options, pick: { box } });
  const told = await alphaOf(blob);
  assert.ok(told(96, 64) > 200 && told(20, 64) === 0 && told(200, 64) === 0);
  const bright = { manifest: brightnessManifest(), bytes: brightnessModel() };
  const white = new Blob([png(width, height, () => [255, 255, 255])]);
  const part = await alphaOf((await engine.removeBackground(white, { model: bright, effort: 'fast', box })).blob);
  assert.ok(part(96, 64) > 250, 'white counts as the subject');
  assert.ok(part(40, 64) === 0 && part(200, 64) === 0, 'but only where the box is');
});

test('a session shows each click at once, and what is taken back was never there', async () => {
  const session = await engine.pick(photo, { model });
  /** @param {{ data: Uint8ClampedArray, width: number, height: number }} shown @param {number} x @param {number} y shares */
  const at = (shown, x, y) => shown.data[Math.floor(y * shown.height) * shown.width + Math.floor(x * shown.width)];
  const one = await session.show({ points: [[64, 32]] });
  assert.ok(one.found && at(one, 0.25, 0.25) > 200 && at(one, 0.75, 0.75) === 0);
  const two = await session.show({
    points: [
      [64, 32],
      [192, 96],
    ],
  });
  assert.ok(at(two, 0.25, 0.25) > 200 && at(two, 0.75, 0.75) > 200);
  const again = await session.show({ points: [[64, 32]] });
  assert.deepEqual([again.width, ...again.data], [one.width, ...one.data]);
  const nothing = await session.show({ points: [[64, 32, 0]] });
  assert.equal(nothing.found, false);
  await assert.rejects(session.show({ points: [[9999, 1]] }), { code: 'bad_option' });
  assert.ok((await session.show({ points: [[64, 32]] })).found, 'a bad click costs nothing');
  await session.close();
  await assert.rejects(session.show({ points: [[1, 1]] }), { code: 'bad_state' });
});

test('what is said wrongly, or to the wrong model, is a bad option', async () => {
  const bright = { manifest: brightnessManifest(), bytes: brightnessModel() };
  for (const wrong of [
    { ...options, pick: {} },
    { ...options, pick: { points: [] } },
    { ...options, pick: { points: [[1, 2, 3]] } },
    { ...options, pick: { points: [[1, 'here']] } },
    { ...options, box: [0, 0, 0, 0] },
    { ...options, pick: { points: [[1, 1]] }, box: [0, 0, 9, 9] },
    { model: bright, pick: { points: [[1, 1]] } },
  ])
    await assert.rejects(engine.removeBackground(photo, /** @type {any} */ (wrong)), { code: 'bad_option' });
});

test('the shell takes clicks and a box', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cutaway-pick-'));
  try {
    await writeFile(join(dir, 'm.onnx'), bytes);
    await writeFile(join(dir, 'm.json'), JSON.stringify(manifest));
    await writeFile(join(dir, 'p.png'), Buffer.from(await photo.arrayBuffer()));
    const cutaway = fileURLToPath(new URL('../../../bin/cutaway.js', import.meta.url));
    /** @param {...string} args */
    const cut = (...args) =>
      runNode(dir, [cutaway, 'p.png', '-o', 'o.png', '--model', 'm.onnx', '--effort', 'fast', ...args]);
    assert.equal((await cut('--pick', '25%,25%', '--pick', '192,96')).stderr, '');
    const alpha = await alphaOf(new Blob([new Uint8Array(await readFile(join(dir, 'o.png')))]));
    assert.ok(alpha(64, 32) > 200 && alpha(192, 96) > 200 && alpha(192, 32) === 0);
    assert.equal((await cut('--pick', '25%,25%', '--pick', '25%,25%,-')).status, 0);
    const away = await alphaOf(new Blob([new Uint8Array(await readFile(join(dir, 'o.png')))]));
    assert.equal(away(64, 32), 0);
    for (const wrong of [
      ['--pick', '1'],
      ['--pick', 'a,b'],
      ['--box', '1,2,3'],
      ['--pick', '999,1'],
    ])
      assert.equal((await cut(...wrong)).status, 2, wrong.join(' '));
  } finally {
    await rm(dir, { recursive: true });
  }
});
