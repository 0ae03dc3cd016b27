// Background, shadow, outline and canvas through the public API, real wasm.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { chunks, disc, png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
/** @param {Uint8Array} file @param {object} options */
const cut = async (file, options) => {
  const { blob, report } = await engine.removeBackground(new Blob([file]), { model, ...options });
  return { ...readPng(new Uint8Array(await blob.arrayBuffer())), report };
};
/** @param {{ rgba: Uint8Array, width: number }} image @param {number} x @param {number} y */
const at = ({ rgba, width }, x, y) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];

test('a gradient spans the result, a crop too', async () => {
  const background = 'linear-gradient(90deg, #000000, #ff8000)';
  const whole = await cut(disc(200, 100), { background });
  for (const x of [0, 3, 199]) {
    const share = (x + 0.5) / 200;
    assert.deepEqual(
      at(whole, x, 2),
      [255, 128, 0, 255].map((value, c) => (c === 3 ? 255 : Math.round(value * share))),
    );
  }
  const cropped = await cut(disc(200, 100), { background, crop: true });
  assert.ok(cropped.width < 140);
  assert.ok(at(cropped, 0, 1)[0] <= 2 && at(cropped, cropped.width - 1, 1)[0] >= 253);
});

test('the foreground is removed instead; both sides add up', async () => {
  const subject = await cut(disc(120, 90), {});
  const rest = await cut(disc(120, 90), { keep: 'background' });
  assert.equal(at(rest, 60, 45)[3], 0);
  assert.deepEqual(at(rest, 4, 4), [14, 8, 4, 255]);
  for (let i = 3; i < rest.rgba.length; i += 4) assert.equal(rest.rgba[i] + subject.rgba[i], 255);
  assert.equal(rest.report.subject.coverage, subject.report.subject.coverage, 'the report still tells of the subject');
});

test('a shadow on transparent is straight alpha of its colour', async () => {
  const image = await cut(disc(200, 200), { shadow: { x: 0, y: '10%', blur: 0, opacity: 0.4, color: '#2040a0' } });
  assert.deepEqual(at(image, 100, 100), [250, 240, 255, 255]);
  assert.deepEqual(at(image, 100, 172), [0x20, 0x40, 0xa0, 102]);
  assert.deepEqual(at(image, 100, 20), [0, 0, 0, 0]);
  const plain = await cut(disc(200, 200), { shadow: false, outline: false });
  assert.deepEqual(plain.rgba, (await cut(disc(200, 200), {})).rgba);
});

test('an outline is a rim of one colour', async () => {
  const image = await cut(disc(200, 200), { outline: { width: 9, color: '#ff0000' } });
  const edge = [...Array(100).keys()].find((x) => at(image, x, 100)[3] === 255) ?? 0;
  assert.deepEqual(at(image, edge + 2, 100), [255, 0, 0, 255]);
  assert.ok(at(image, edge - 3, 100)[3] <= 8, 'nothing beyond but the faintest matte');
  assert.ok(Math.abs(edge - (40 - 9)) <= 3, `${edge}`);
});

test('every preset of the core is a canvas of its size', async () => {
  const { presets = [] } = (await engine.abi()).options.canvas;
  assert.deepEqual(
    presets.map(({ name }) => name).filter((name) => !/^passport-/.test(name)),
    ['square', 'portrait', 'wide', 'passport', 'amazon', 'ebay', 'etsy', 'shopify'],
  );
  for (const { name, width, height, ratio } of presets) {
    const { report, width: w, height: h } = await cut(disc(60, 80), { canvas: name });
    assert.deepEqual([report.width, report.height], [w, h]);
    if (ratio) assert.ok(Math.abs(w / h / (width / height) - 1) < 0.03, `${name}: ${w} x ${h}`);
    else assert.deepEqual([w, h], [width, height]);
  }
});

/** A photo of somebody, and the matte: crown at row 60, the neck narrow from row 275 to 330. */
function portrait() {
  const inside = (/** @type {number} */ x, /** @type {number} */ y) =>
    ((x - 200) / 90) ** 2 + ((y - 177) / 117) ** 2 <= 1 ||
    (Math.abs(x - 200) < 50 && y > 240 && y < 340) ||
    (((x - 200) / 170) ** 2 + Math.min(0, (y - 420) / 90) ** 2 <= 1 && y > 330);
  const photo = new Blob([png(400, 520, (x, y) => [Math.floor(y / 4), x % 256, 200])]);
  const matte = new Blob([png(400, 520, (x, y) => (inside(x, y) ? [255, 255, 255] : [0, 0, 0]))]);
  return { photo, matte };
}

test('a passport shows the head at its size and place, says 300 dpi, and its preview is the same', async () => {
  const { photo, matte } = portrait();
  const { blob } = await engine.removeBackground(photo, { matte, canvas: 'passport' });
  const file = Buffer.from(await blob.arrayBuffer());
  const image = readPng(file);
  assert.deepEqual([image.width, image.height], [413, 531]);
  assert.deepEqual([...chunks(file).pHYs[0]], [0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1]); // 11811 pixels a metre
  const rows = [...Array(531).keys()].filter((y) => at(image, 206, y)[3] > 127);
  assert.ok(Math.abs(rows[0] - (531 * 4) / 45) < 5, `crown at ${rows[0]}`);
  const width = [...Array(413).keys()].filter((x) => at(image, x, 240)[3] > 127);
  assert.ok(Math.abs((width[0] + (width.at(-1) ?? 0)) / 2 - 206) < 4, 'in the middle');
  assert.equal(rows.at(-1), 530, 'shoulders go on to the lower edge');

  const preview = await engine.preview(photo, { matte });
  assert.deepEqual(Buffer.from((await preview.show({ canvas: 'passport' }, 1000)).data), Buffer.from(image.rgba));
  await preview.close();

  const jpeg = Buffer.from(
    await (await engine.removeBackground(photo, { matte, canvas: 'passport', format: 'jpeg' })).blob.arrayBuffer(),
  );
  assert.deepEqual([...jpeg.subarray(6, 18)], [...Buffer.from('JFIF\0\x01\x01\x01', 'latin1'), 1, 44, 1, 44]);
  const plain = Buffer.from(
    await (await engine.removeBackground(photo, { matte, canvas: '413x531' })).blob.arrayBuffer(),
  );
  assert.equal(chunks(plain).pHYs, undefined);
});

test('what has no head is fitted as a whole, on a passport too', async () => {
  const image = await cut(disc(200, 260), { canvas: 'passport' });
  const columns = [...Array(413).keys()].filter((x) => at(image, x, 265)[3] > 127);
  assert.ok(columns[0] < 6 && (columns.at(-1) ?? 0) > 406, `${columns[0]}`);
});

test('a canvas moves and scales what is on it, and pictures cover it', async () => {
  const behind = new Blob([png(40, 20, (x) => (x < 10 || x >= 30 ? [255, 0, 0] : [0, 0, 255]))]);
  const image = await cut(disc(100, 100), {
    background: behind,
    canvas: { width: 300, height: 300, scale: 0.5, x: '20%', y: -30 },
  });
  assert.deepEqual([image.width, image.height], [300, 300]);
  assert.deepEqual(at(image, 150 + 60, 150 - 30), [250, 240, 255, 255]);
  assert.deepEqual(at(image, 150 + 60 - 85, 150 - 30), [0, 0, 255, 255], 'outside of the subject: what lies behind');
  // the middle 20 of 40 columns are seen: none of the red
  assert.deepEqual(
    [at(image, 6, 290), at(image, 293, 290)],
    [
      [0, 0, 255, 255],
      [0, 0, 255, 255],
    ],
  );
  const photo = await cut(disc(100, 50), { canvas: { ratio: '1:1', fit: 'photo' } });
  assert.deepEqual([photo.width, photo.height], [100, 100]);
});

test('a wrong style is bad_option with a sentence, before any work', async () => {
  for (const [options, pattern] of /** @type {[object, RegExp][]} */ ([
    [{ shadow: { size: 1 } }, /size/],
    [{ shadow: 'big' }, /shadow is/],
    [{ outline: { width: '11%' } }, /outline\.width/],
    [{ canvas: 'cinema' }, /cinema/],
    [{ canvas: { width: 40000, height: 1 } }, /canvas\.width/],
    [{ keep: 'both' }, /keep is/],
    [{ background: 'linear-gradient(red, transparent)' }, /linear-gradient/],
    [{ background: 'blur(99%)' }, /blur/],
  ])) {
    await assert.rejects(cut(disc(20, 20), options), { code: 'bad_option', detail: pattern });
  }
});
