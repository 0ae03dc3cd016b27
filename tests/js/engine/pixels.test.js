// The whole pipeline in Node, real wasm, with a model that a test can predict.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { chunk, chunks, disc, png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
/** @param {Uint8Array} file @param {object} [options] */
const cut = async (file, options) => {
  const { blob, report } = await engine.removeBackground(new Blob([file]), { model, ...options });
  return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type, report };
};
/** @param {{ rgba: Uint8Array, width: number }} image @param {number} x @param {number} y */
const at = ({ rgba, width }, x, y) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];

test('the subject stays byte for byte, the rest is clear, the edge is soft', async () => {
  const { bytes, type, report } = await cut(disc(300, 200));
  const image = readPng(bytes);
  assert.equal(type, 'image/png');
  assert.deepEqual([image.width, image.height, image.type], [300, 200, 6]);
  assert.deepEqual(at(image, 150, 100), [250, 240, 255, 255]);
  assert.deepEqual(at(image, 2, 2), [0, 0, 0, 0]);
  let soft = 0;
  for (let i = 0; i < image.rgba.length; i += 4) {
    if (image.rgba[i + 3] === 0) assert.equal(image.rgba[i] | image.rgba[i + 1] | image.rgba[i + 2], 0);
    if (image.rgba[i + 3] > 0 && image.rgba[i + 3] < 255) soft++;
  }
  assert.ok(soft > 30 && soft < 20000, `${soft} soft pixels`);
  assert.equal(report.subject.found, true);
  const [x, y, w, h] = report.subject.box;
  assert.ok(
    Math.abs(x - 60) < 8 && Math.abs(y - 40) < 8 && Math.abs(w - 180) < 14 && Math.abs(h - 120) < 14,
    `${report.subject.box}`,
  );
  assert.ok(Math.abs(report.subject.coverage - Math.PI * 0.09) < 0.03);
});

test('the report has every field of the public face', async () => {
  const { report } = await cut(disc(64, 48));
  assert.deepEqual(Object.keys(report.timings_ms).sort(), [
    'compose',
    'decode',
    'detail',
    'encode',
    'foreground',
    'infer',
    'load',
    'matte',
    'prepare',
    'refine',
    'total',
  ]);
  for (const key of [
    'input',
    'output',
    'width',
    'height',
    'format',
    'bytes',
    'model',
    'engine',
    'threads',
    'core',
    'subject',
    'peak_heap_bytes',
    'detail',
  ]) {
    assert.ok(key in report, key);
  }
  assert.equal(report.engine, 'c');
  assert.equal(report.model, 'brightness 1');
});

test('all eight EXIF orientations come out upright', async () => {
  // bright in the upper left quarter of the upright picture, 60 x 40
  const upright = (/** @type {number} */ x, /** @type {number} */ y) =>
    x < 30 && y < 20 ? [250, 250, 250] : [5, 5, 5];
  /** stored (x, y) of a w x h file → upright, by orientation (EXIF 2.32, 4.6.4) @type {((x: number, y: number, w: number, h: number) => number[])[]} */
  const turn = [
    (x, y) => [x, y],
    (x, y, w) => [w - 1 - x, y],
    (x, y, w, h) => [w - 1 - x, h - 1 - y],
    (x, y, _w, h) => [x, h - 1 - y],
    (x, y) => [y, x],
    (x, y, _w, h) => [h - 1 - y, x],
    (x, y, w, h) => [h - 1 - y, w - 1 - x],
    (x, y, w) => [y, w - 1 - x],
  ];
  for (let orientation = 1; orientation <= 8; orientation++) {
    const [w, h] = orientation >= 5 ? [40, 60] : [60, 40];
    const exif = Buffer.from(
      `4d4d002a00000008000101120003000000010${orientation.toString(16).padStart(3, '0')}000000000000`,
      'hex',
    );
    const file = png(w, h, (x, y) => upright(.../** @type {[number, number]} */ (turn[orientation - 1](x, y, w, h))), {
      extra: [chunk('eXIf', exif)],
    });
    const { bytes, report } = await cut(file);
    const image = readPng(bytes);
    assert.deepEqual([image.width, image.height], [60, 40], `orientation ${orientation}`);
    assert.deepEqual(at(image, 5, 5), [250, 250, 250, 255], `orientation ${orientation}`);
    assert.deepEqual(at(image, 55, 35), [0, 0, 0, 0], `orientation ${orientation}`);
    assert.equal(report.photo.orientation, orientation);
  }
});

/** A profile that says RGB and passes the sanity check; its tags do not matter here. */
function profile() {
  const icc = Buffer.alloc(400, 7);
  icc.writeUInt32BE(400);
  icc.write('RGB ', 16, 'latin1');
  icc.write('acsp', 36, 'latin1');
  return icc;
}

test('an ICC profile comes out unchanged, in PNG, JPEG and WebP', async () => {
  const { deflateSync, inflateSync } = await import('node:zlib');
  const icc = profile();
  const file = disc(50, 40, { extra: [chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(icc)]))] });
  const asPng = await cut(file);
  const [embedded] = chunks(asPng.bytes).iCCP;
  assert.deepEqual(inflateSync(embedded.subarray(embedded.indexOf(0) + 2)), icc);
  const asJpeg = Buffer.from((await cut(file, { format: 'jpeg' })).bytes);
  const start = asJpeg.indexOf('ICC_PROFILE\0');
  assert.deepEqual(asJpeg.subarray(start + 14, start + 14 + 400), icc);
  assert.equal(asJpeg.toString('latin1', 6, 10), 'JFIF');
  const asWebp = Buffer.from((await cut(file, { format: 'webp' })).bytes);
  const chunkAt = asWebp.indexOf('ICCP');
  assert.deepEqual(asWebp.subarray(chunkAt + 8, chunkAt + 8 + 400), icc);
  const again = await engine.convert(new Blob([asWebp]), { format: 'png' });
  const back = chunks(new Uint8Array(await again.blob.arrayBuffer())).iCCP[0];
  assert.deepEqual(inflateSync(back.subarray(back.indexOf(0) + 2)), icc);
});

test('a damaged profile or EXIF is left out, the photo is done', async () => {
  const file = disc(50, 40, {
    extra: [chunk('iCCP', Buffer.from('p\0\0not zlib')), chunk('eXIf', Buffer.from('MM\0*\xff\xff\xff\xff', 'latin1'))],
  });
  const { bytes, report } = await cut(file);
  assert.equal(chunks(bytes).iCCP, undefined);
  assert.equal(report.photo.orientation, 1);
});

test('input alpha is multiplied in, and colours hidden under it do not come back', async () => {
  const file = png(80, 60, (x) => (x < 40 ? [255, 0, 0, 0] : [250, 250, 250, 100]));
  const image = readPng((await cut(file)).bytes);
  assert.deepEqual(at(image, 10, 30), [0, 0, 0, 0]);
  assert.deepEqual(at(image, 70, 30), [250, 250, 250, 100]);
});

test('a background picture covers the photo; contained it leaves clear bars, white in a JPEG; stretched it is all there', async () => {
  const stripes = new Blob([png(12, 3, (x) => (x < 4 ? [255, 0, 0] : x < 8 ? [0, 160, 0] : [0, 0, 255]))]);
  const corner = async (/** @type {object} */ options, x = 1, y = 1) =>
    at(readPng((await cut(disc(80, 60), { background: stripes, ...options })).bytes), x, y);
  assert.deepEqual(await corner({}), [0, 160, 0, 255]);
  assert.deepEqual(await corner({ fit: 'stretch' }), [255, 0, 0, 255]);
  assert.deepEqual(await corner({ fit: 'contain' }), [0, 0, 0, 0]);
  assert.deepEqual(await corner({ fit: 'contain' }, 1, 30), [255, 0, 0, 255]);
  assert.deepEqual(await corner({ fit: 'contain', canvas: '40x40' }, 20, 2), [0, 0, 0, 0]);
  const { bytes } = await cut(disc(80, 60), { background: stripes, fit: 'contain', format: 'jpeg', quality: 95 });
  const { blob } = await engine.convert(new Blob([bytes]), { format: 'png' });
  assert.ok(at(readPng(new Uint8Array(await blob.arrayBuffer())), 2, 2).every((value) => value >= 250));
});

test('backgrounds: white, a colour, a picture, blur', async () => {
  assert.deepEqual(at(readPng((await cut(disc(60, 40), { background: 'white' })).bytes), 1, 1), [255, 255, 255, 255]);
  const coloured = readPng((await cut(disc(60, 40), { background: '#0a64c8' })).bytes);
  assert.equal(coloured.type, 2, 'no alpha channel is kept for nothing');
  assert.deepEqual(at(coloured, 1, 1), [10, 100, 200, 255]);
  const behind = new Blob([png(4, 2, (x) => (x < 2 ? [255, 0, 0] : [0, 0, 255]))]);
  const placed = readPng((await cut(disc(80, 60), { background: behind })).bytes);
  assert.deepEqual([placed.width, placed.height], [80, 60]);
  assert.deepEqual(at(placed, 1, 1), [255, 0, 0, 255]);
  assert.deepEqual(at(placed, 78, 58), [0, 0, 255, 255]);
  assert.deepEqual(at(placed, 40, 30), [250, 240, 255, 255]);
  const blurred = at(readPng((await cut(disc(200, 200), { background: 'blur' })).bytes), 3, 3);
  assert.ok(blurred[0] <= 16 && blurred[3] === 255, `no glow of the subject: ${blurred}`);
});

test('mask, crop with margin, and sizes that are odd', async () => {
  const mask = readPng((await cut(disc(90, 60), { mask: true })).bytes);
  assert.equal(mask.type, 0, 'a matte is grey');
  assert.deepEqual(at(mask, 45, 30), [255, 255, 255, 255]);
  assert.deepEqual(at(mask, 0, 0), [0, 0, 0, 255]);
  const { report } = await cut(disc(300, 200), { crop: true, margin: '10px' });
  const [, , w, h] = report.subject.box;
  assert.deepEqual([report.width, report.height], [w + 20, h + 20]);
  for (const [width, height] of [
    [1, 1],
    [1, 3000],
    [3000, 1],
    [7, 5],
  ]) {
    const image = readPng((await cut(png(width, height, () => [255, 255, 255]))).bytes);
    assert.deepEqual([image.width, image.height], [width, height]);
  }
});

test('JPEG is flattened on white or the stated colour, never on black', async () => {
  const jpeg = (await cut(disc(64, 64), { format: 'jpeg', quality: 95 })).bytes;
  const { blob } = await engine.convert(new Blob([jpeg]), { format: 'png' });
  const corner = at(readPng(new Uint8Array(await blob.arrayBuffer())), 2, 2);
  assert.ok(
    corner.every((value) => value >= 253),
    `${corner}`,
  );
});

test('WebP keeps straight colours at every alpha when lossless', async () => {
  const file = png(64, 64, (x, y) => [200, 100, 50, x * 4 + (y & 3)]);
  const webp = await engine.convert(new Blob([file]), { format: 'webp', quality: 100 });
  assert.equal(webp.blob.type, 'image/webp');
  const back = await engine.convert(webp.blob, { format: 'png' });
  const image = readPng(new Uint8Array(await back.blob.arrayBuffer()));
  for (let i = 0; i < image.rgba.length; i += 4) {
    if (image.rgba[i + 3]) assert.deepEqual([...image.rgba.subarray(i, i + 3)], [200, 100, 50]);
    assert.equal(image.rgba[i + 3], ((i / 4) % 64) * 4 + (((i / 4) >> 6) & 3));
  }
});

test('16-bit PNG and WebP are read; a probe gives the upright size', async () => {
  const deep = png(20, 10, () => [65535, 65535, 65535], { bits: 16, channels: 3 });
  assert.deepEqual(at(readPng((await cut(deep)).bytes), 10, 5), [255, 255, 255, 255]);
  const webp = await engine.convert(new Blob([disc(33, 22)]), { format: 'webp' });
  assert.deepEqual(await engine.probe(webp.blob), { format: 'webp', width: 33, height: 22 });
  assert.equal((await cut(new Uint8Array(await webp.blob.arrayBuffer()))).report.photo.format, 'webp');
});

test('no subject is said, and the result is clear, not noise', async () => {
  const { bytes, report } = await cut(png(50, 50, (x, y) => [20 + ((x * y) % 9), 20, 20]));
  assert.equal(report.subject.found, false);
  assert.equal(report.subject.coverage, 0);
  assert.ok(readPng(bytes).rgba.every((value) => value === 0));
});

test('a picture that is clear all over is no error', async () => {
  const { report } = await cut(png(50, 50, () => [255, 255, 255, 0]));
  assert.equal(report.subject.coverage, 0);
});

test('progress goes up, names the stages in order, and ends at 1', async () => {
  /** @type {{ stage: string, fraction: number }[]} */
  const seen = [];
  await cut(disc(64, 64), { onProgress: (/** @type {any} */ progress) => seen.push(progress) });
  assert.deepEqual(
    [...new Set(seen.map(({ stage }) => stage))].filter((stage) => stage !== 'load'),
    ['decode', 'prepare', 'infer', 'matte', 'refine', 'detail', 'foreground', 'compose', 'encode', 'done'],
  );
  for (let i = 1; i < seen.length; i++)
    assert.ok(seen[i].fraction >= seen[i - 1].fraction - 0.101, JSON.stringify(seen));
  assert.equal(seen.at(-1)?.fraction, 1);
});

test('effort high looks at the mirrored photo and closely at a small subject, and the progress never goes back', async () => {
  const small = png(400, 300, (x, y) => (Math.hypot(x - 300, y - 100) < 40 ? [250, 240, 255] : [10, 8, 4]));
  const looks = [];
  for (const effort of ['fast', 'standard', 'high']) {
    /** @type {{ stage: string, fraction: number }[]} */ const seen = [];
    const { bytes, report } = await cut(small, { effort, onProgress: (/** @type {any} */ p) => seen.push(p) });
    looks.push(seen.filter(({ stage }) => stage === 'prepare').length);
    assert.ok(seen.every(({ fraction }, i) => i === 0 || fraction >= seen[i - 1].fraction));
    assert.equal(at(readPng(bytes), 300, 100)[3], 255);
    assert.equal(at(readPng(bytes), 100, 200)[3], 0);
    const [x, y, w, h] = report.subject.box;
    assert.ok(
      [x - 260, y - 60, w - 80, h - 80].every((off) => Math.abs(off) <= 4),
      `${report.subject.box}`,
    );
  }
  assert.deepEqual(looks, [1, 1, 3]);
  await assert.rejects(cut(small, { effort: 'low' }), {
    code: 'bad_option',
    detail: 'effort is fast, standard or high.',
  });
});
