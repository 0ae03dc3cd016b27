// Retouching through the public API, and mattes that a caller gives.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
const [w, h] = [120, 90];
const photo = new Blob([disc(w, h)]);

/** @param {Blob} blob */
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
/** @param {Blob} blob @returns {Promise<(x: number, y: number) => number>} */
async function alphaOf(blob) {
  const { width, rgba } = readPng(await bytesOf(blob));
  return (x, y) => rgba[(y * width + x) * 4 + 3];
}

test('the matte of segment(), given back, makes the same file to the byte', async () => {
  const { blob: matte } = await engine.segment(photo, { model });
  for (const options of [{}, { background: '#0000ff' }, { crop: true, margin: '5%' }]) {
    const { blob: ours } = await engine.removeBackground(photo, { matte, ...options });
    const { blob: plain } = await engine.removeBackground(photo, { model, ...options });
    assert.deepEqual(await bytesOf(ours), await bytesOf(plain), JSON.stringify(options));
  }
});

test('with a given matte no model is loaded, and the report says so', async () => {
  const matte = new Blob([png(w, h, (x) => Array(3).fill(x < 60 ? 255 : 0), { channels: 3 })]);
  const { blob, report } = await engine.removeBackground(photo, { matte, model: 'http://127.0.0.1:1/none.onnx' });
  assert.equal(report.engine, 'none');
  assert.equal(report.model, 'given');
  assert.deepEqual(report.subject.box, [0, 0, 60, h]);
  const alpha = await alphaOf(blob);
  assert.equal(alpha(59, 40), 255);
  assert.equal(alpha(60, 40), 0);
});

test('a matte that cannot be one is a typed error', async () => {
  const cases = /** @type {[Uint8Array, string][]} */ ([
    [disc(w, h + 1), 'bad_option'],
    [new TextEncoder().encode('no picture at all'), 'unsupported_format'],
    [new Uint8Array(), 'empty_input'],
    [disc(w, h).subarray(0, 60), 'corrupt_image'],
  ]);
  for (const [bytes, code] of cases) {
    await assert.rejects(engine.removeBackground(photo, { matte: new Blob([/** @type {BlobPart} */ (bytes)]) }), {
      code,
    });
  }
});

test('a stroke erases, undo takes it back, the matte makes the file', async () => {
  const { blob: plain } = await engine.removeBackground(photo, { model });
  const retouching = await engine.retouch(photo, { model });
  assert.deepEqual(retouching.state, { width: w, height: h, undos: 0, redos: 0 });
  await retouching.begin(60, 45, { mode: 'erase', radius: 8, hardness: 1, snap: false });
  await retouching.draw([70, 45, 75, 45]);
  assert.equal((await retouching.end()).undos, 1);
  const { data } = await retouching.view({ x: 0, y: 0, step: 1, width: w, height: h });
  assert.equal(data[(45 * w + 65) * 4 + 3], 0);
  const { blob: erased } = await engine.removeBackground(photo, { matte: await retouching.matte() });
  const alpha = await alphaOf(erased);
  assert.equal(alpha(65, 45), 0);
  assert.equal(alpha(60, 65), 255);
  assert.deepEqual(await retouching.undo(), { width: w, height: h, undos: 0, redos: 1 });
  const { blob: again } = await engine.removeBackground(photo, { matte: await retouching.matte() });
  assert.deepEqual(await bytesOf(again), await bytesOf(plain));
  await retouching.close();
});

test('a retouch goes on from a given matte', async () => {
  const matte = new Blob([png(w, h, () => [255, 255, 255], { channels: 3 })]);
  const retouching = await engine.retouch(photo, { matte });
  const [whole] = await retouching.objects();
  assert.deepEqual(whole, { box: [0, 0, w, h], area: w * h, kept: true });
  await retouching.toggle(5, 5);
  assert.equal((await retouching.objects())[0].kept, false);
  await retouching.close();
});

test('other jobs go on beside an open retouch, and trimming does not harm it', async () => {
  const retouching = await engine.retouch(photo, { model });
  await engine.removeBackground(photo, { model });
  engine.client.worker?.postMessage({ type: 'trim' });
  await engine.removeBackground(photo, { model });
  assert.equal((await retouching.toggle(60, 45)).undos, 1);
  await retouching.close();
});

test('wrong calls are typed errors, and the retouch lives on', async () => {
  const retouching = await engine.retouch(photo, { model });
  await assert.rejects(retouching.undo(), { code: 'bad_state' });
  await assert.rejects(retouching.begin(1, 1, { mode: 'erase', radius: -1 }), { code: 'bad_argument' });
  await assert.rejects(retouching.begin(1, 1, { mode: /** @type {any} */ ('smear'), radius: 9 }), {
    code: 'bad_argument',
  });
  await assert.rejects(retouching.draw([1, 1]), { code: 'bad_state' });
  await assert.rejects(retouching.view({ x: 0, y: 0, step: 1, width: 1e5, height: 1e5 }), { code: 'bad_argument' });
  await assert.rejects(retouching.ask('constructor'), { code: 'bad_argument' });
  assert.equal((await retouching.toggle(60, 45)).undos, 1);
  await retouching.close();
  await assert.rejects(retouching.undo(), { code: 'bad_state' });
});
