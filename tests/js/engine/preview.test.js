// Previews through the public API: the same pixels as the file, smaller ones too.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
const photo = new Blob([disc(200, 160)]);
const behind = new Blob([png(8, 8, (x) => (x < 4 ? [255, 0, 0] : [0, 0, 255]))]);

test('as large as the result it is the result, whatever came before', async () => {
  const preview = await engine.preview(photo, { model });
  for (const options of [
    {},
    { shadow: true, outline: { color: '#ff0000' } },
    { keep: /** @type {const} */ ('background') },
    { canvas: '300x100', background: 'linear-gradient(#000000, #ffffff)' },
    { crop: true, margin: '4%' },
    { background: behind },
    {},
  ]) {
    const { data, width, height, full } = await preview.show(options, 4000);
    const { blob } = await engine.removeBackground(photo, { model, ...options });
    const file = readPng(new Uint8Array(await blob.arrayBuffer()));
    assert.deepEqual([width, height, ...full], [file.width, file.height, file.width, file.height]);
    assert.deepEqual(Buffer.compare(Buffer.from(data), Buffer.from(file.rgba)), 0, JSON.stringify(options));
  }
  await preview.close();
});

test('smaller, its longer side is what was asked for', async () => {
  const preview = await engine.preview(photo, { model });
  const { data, width, height, full } = await preview.show({ background: '#0000ff' }, 50);
  assert.deepEqual([width, height, ...full], [50, 40, 200, 160]);
  assert.equal(data.length, 50 * 40 * 4);
  assert.deepEqual([...data.subarray(0, 4)], [0, 0, 255, 255]);
  assert.deepEqual([...data.subarray((20 * 50 + 25) * 4, (20 * 50 + 25) * 4 + 4)], [250, 240, 255, 255]);
  await preview.close();
});

test('a matte that is given, and pictures behind that change, WebP too', async () => {
  const matte = new Blob([png(200, 160, (x) => Array(3).fill(x < 100 ? 255 : 0), { channels: 3 })]);
  const preview = await engine.preview(photo, { matte });
  const { blob: webp } = await engine.convert(new Blob([png(4, 4, () => [0, 255, 0])]), {
    format: 'webp',
    quality: 100,
  });
  const right = async (/** @type {Blob} */ background) => [
    ...(await preview.show({ background }, 4000)).data.subarray(796, 799),
  ];
  assert.deepEqual(await right(behind), [0, 0, 255]);
  assert.deepEqual(await right(webp), [0, 255, 0]);
  assert.deepEqual(await right(behind), [0, 0, 255]);
  await preview.close();
});

test('wrong options are refused and change nothing; a closed preview says so', async () => {
  const preview = await engine.preview(photo, { model });
  const before = await preview.show({ shadow: true }, 100);
  await assert.rejects(preview.show(/** @type {any} */ ({ shadow: 'big' })), { code: 'bad_option', detail: /shadow/ });
  await assert.rejects(preview.show({ background: new Blob(['none']) }), { code: 'unsupported_format' });
  await assert.rejects(preview.show({}, 0), { code: 'bad_argument' });
  assert.deepEqual(await preview.show({ shadow: true }, 100), before);
  await preview.close();
  await assert.rejects(preview.show({}), { code: 'bad_state' });
});
