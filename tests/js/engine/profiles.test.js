// Profiles of tables: CMYK photos come out as a browser shows them, tables of
// RGB where something else has to be in their space. The oracle evaluates the
// table itself, with plain loops (ICC.1:2010, 10.9): Chromium's own pixels of
// cmyk.jpg differ from it by rounding alone (tests/browser/formats.spec.js).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { colourEngine } from '../../../web/engine/core/codecs/cms.js';
import { loadCore } from '../../../web/engine/core/core.js';
import { compileBuilt } from '../../../web/engine/node/core.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { chunk, chunks, png, readPng } from '../pictures.js';
import { tiff } from '../tiff.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
const photo = await readFile(new URL('../../pictures/cmyk.jpg', import.meta.url));
const core = await loadCore(await compileBuilt('cutaway.wasm'));
const toSrgb = colourEngine(() => compileBuilt('cms.wasm'));

/** @param {Uint8Array} bytes @param {object} [options] @param {'decode' | 'background'} [name] */
function device(bytes, options = {}, name = 'decode') {
  const job = core.newJob();
  try {
    job.options(options);
    return job.device(name, bytes);
  } finally {
    job.free();
  }
}

/** Lab of D50 to sRGB, 0..255. @param {number} L @param {number} a @param {number} b */
function srgb(L, a, b) {
  const y = (L + 16) / 116;
  const light = (/** @type {number} */ t) => (t > 6 / 29 ? t ** 3 : (t - 16 / 116) * 3 * (6 / 29) ** 2);
  const [X, Y, Z] = [0.9642 * light(y + a / 500), light(y), 0.8249 * light(y - b / 200)];
  return [
    3.1338561 * X - 1.6168667 * Y - 0.4906146 * Z,
    -0.9787684 * X + 1.9161415 * Y + 0.033454 * Z,
    0.0719453 * X - 0.2289914 * Y + 1.4052427 * Z,
  ].map((v) => 255 * (v <= 0 ? 0 : v >= 1 ? 1 : v < 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}

/**
 * The first table of a profile, of 8 bits, whose curves are straight.
 *
 * @param {Uint8Array} icc
 * @returns {(values: number[]) => number[]} 0..1 to sRGB
 */
function tableOf(icc) {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  let at = 0;
  for (let i = 0; i < view.getUint32(128); i++)
    if (view.getUint32(132 + i * 12) === 0x41324230) at = view.getUint32(136 + i * 12); // A2B0
  assert.equal(view.getUint32(at), 0x6d667431); // mft1
  const [inputs, , grid] = icc.subarray(at + 8, at + 11);
  const table = icc.subarray(at + 48 + 256 * inputs);
  return (values) => {
    const sum = [0, 0, 0];
    for (let corner = 0; corner < 1 << inputs; corner++) {
      let [weight, place] = [1, 0];
      for (const [i, v] of values.entries()) {
        const low = Math.min(Math.floor(v * (grid - 1)), grid - 2);
        const part = v * (grid - 1) - low;
        const far = (corner >> i) & 1;
        weight *= far ? part : 1 - part;
        place = place * grid + low + far;
      }
      for (let c = 0; c < 3; c++) sum[c] += weight * table[place * 3 + c];
    }
    return srgb(sum[0] / 2.55, sum[1] - 128, sum[2] - 128);
  };
}

test('the inks of a CMYK photo are those that the core would mix itself', async () => {
  const found = device(photo);
  assert.ok(found);
  assert.deepEqual([found.width, found.height, found.orientation, found.isCmyk], [240, 135, 1, true]);
  assert.equal(Buffer.from(found.profile).toString('latin1', 16, 20), 'CMYK');
  // without its profile it is decoded to RGB: colour times black, as stb multiplies
  const plain = Buffer.from(photo);
  for (let at = plain.indexOf('ICC_PROFILE'); at > 0; at = plain.indexOf('ICC_PROFILE')) plain[at] = 0;
  assert.equal(device(plain), null);
  const { blob } = await engine.convert(new Blob([plain]), { format: 'png' });
  const { rgba } = readPng(new Uint8Array(await blob.arrayBuffer()));
  for (let i = 0; i < rgba.length; i += 4)
    for (let c = 0; c < 3; c++) {
      const t = found.data[i + c] * found.data[i + 3] + 128;
      assert.equal(rgba[i + c], (t + (t >> 8)) >> 8);
    }
});

test('a CMYK photo comes out in the colours of its profile, as sRGB, and says nothing else of it', async () => {
  const { data, profile } = /** @type {import('../../../web/engine/core/codecs/cms.js').Device} */ (device(photo));
  const exact = tableOf(profile);
  const { blob, report } = await engine.removeBackground(new Blob([photo]), { model, keep: 'background' });
  assert.equal(report.photo.note, undefined);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  assert.equal(chunks(bytes).iCCP, undefined);
  const { rgba } = readPng(new Uint8Array(await (await engine.convert(new Blob([photo]))).blob.arrayBuffer()));
  let sum = 0;
  for (let i = 0; i < rgba.length; i += 4) {
    const wanted = exact([...data.subarray(i, i + 4)].map((v) => 1 - v / 255));
    for (let c = 0; c < 3; c++) sum += Math.abs(wanted[c] - rgba[i + c]);
  }
  const mean = sum / ((rgba.length / 4) * 3);
  assert.ok(mean < 0.5, String(mean)); // 0.26, of which 0.25 are rounding
});

test('the inks of a TIFF are those of its profile, too', async () => {
  const { profile } = /** @type {import('../../../web/engine/core/codecs/cms.js').Device} */ (device(photo));
  const exact = tableOf(profile);
  const samples = Buffer.from(Array.from({ length: 64 * 4 }, (_, i) => (i * 37) & 255)); // 0: no ink
  const page = { width: 8, height: 8, samples, bits: [8, 8, 8, 8], kind: 5 };
  const file = new Blob([tiff({ ...page, tags: { 34675: [7, profile] } })]);
  const { rgba } = readPng(new Uint8Array(await (await engine.convert(file)).blob.arrayBuffer()));
  for (let i = 0; i < rgba.length; i += 4) {
    const wanted = exact([...samples.subarray(i, i + 4)].map((ink) => ink / 255));
    for (let c = 0; c < 3; c++) assert.ok(Math.abs(wanted[c] - rgba[i + c]) < 2, `${i}: ${wanted}`);
  }
});

/** RGB by a table of 2 x 2 x 2 that exchanges red and blue; Lab of the corners. @param {'RGB ' | 'GRAY'} [space] */
function tables(space = 'RGB ') {
  const lab = (/** @type {number} */ r, /** @type {number} */ g, /** @type {number} */ b) => [
    Math.round(255 * (0.25 * b + 0.6 * g + 0.15 * r)),
    128 + 60 * (b - g),
    128 + 60 * (g - r),
  ];
  const head = Buffer.alloc(48);
  head.write('mft1');
  head.set([3, 3, 2], 8);
  for (const i of [0, 4, 8]) head.writeInt32BE(65536, 12 + i * 4);
  const straight = [...Array(256).keys()];
  const corners = [0, 1].flatMap((r) => [0, 1].flatMap((g) => [0, 1].flatMap((b) => lab(r, g, b))));
  const a2b = Buffer.concat([
    head,
    Buffer.from([...straight, ...straight, ...straight]),
    Buffer.from(corners),
    Buffer.from([...straight, ...straight, ...straight]),
  ]);
  const white = Buffer.alloc(20);
  white.write('XYZ ');
  for (const [i, v] of [0.9642, 1, 0.8249].entries()) white.writeInt32BE(Math.round(v * 65536), 8 + i * 4);
  const icc = Buffer.alloc(156);
  icc.writeUInt32BE(0x02400000, 8);
  icc.write(`prtr${space}Lab `, 12);
  icc.write('acsp', 36);
  for (const [i, v] of [0.9642, 1, 0.8249].entries()) icc.writeInt32BE(Math.round(v * 65536), 68 + i * 4);
  icc.writeUInt32BE(2, 128);
  for (const [i, [name, at, size]] of /** @type {[string, number, number][]} */ ([
    ['A2B0', 156, a2b.length],
    ['wtpt', 156 + a2b.length, white.length],
  ]).entries()) {
    icc.write(name, 132 + i * 12);
    icc.writeUInt32BE(at, 136 + i * 12);
    icc.writeUInt32BE(size, 140 + i * 12);
  }
  const whole = Buffer.concat([icc, a2b, white]);
  whole.writeUInt32BE(whole.length);
  return whole;
}

/** @param {Buffer} icc */
const withProfile = (icc) =>
  png(8, 8, (x, y) => [x * 36, y * 36, 100, 255 - x], {
    extra: [chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(icc)]))],
  });

test('a profile of grey in a picture of colours says nothing, as in browsers', async () => {
  const profile = chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(tables('GRAY'))]));
  const file = png(2, 1, (x) => [200, 100 + x, 50, 255], { extra: [profile], channels: 3 });
  assert.equal(device(file, { colorspace: 'srgb' }), null);
  const { blob } = await engine.convert(new Blob([file]));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  assert.equal(chunks(bytes).iCCP, undefined);
  assert.deepEqual([...readPng(bytes).rgba], [200, 100, 50, 255, 200, 101, 50, 255]);
});

test('tables of RGB go along as they are, unless something else has to be in their space', async () => {
  const icc = tables();
  const file = withProfile(icc);
  for (const options of [{}, { crop: true }, { format: 'webp' }]) assert.equal(device(file, options), null);
  for (const options of [
    { colorspace: 'srgb' },
    { background: 'red' },
    { background: 'blur' },
    { shadow: true },
    { outline: true },
  ])
    assert.ok(device(file, options), JSON.stringify(options));
  assert.ok(device(file, {}, 'background'));
  const { rgba } = readPng(file);
  const kept = new Uint8Array(await (await engine.convert(new Blob([file]))).blob.arrayBuffer());
  assert.deepEqual(readPng(kept).rgba, rgba);
  assert.equal(chunks(kept).iCCP.length, 1);
  const exact = tableOf(icc);
  const converted = await toSrgb(/** @type {any} */ (device(file, { colorspace: 'srgb' })));
  assert.ok(converted);
  for (let i = 0; i < rgba.length; i += 4) {
    const wanted = exact([...rgba.subarray(i, i + 3)].map((v) => v / 255));
    for (let c = 0; c < 3; c++) assert.ok(Math.abs(wanted[c] - converted[i + c]) <= 2, `${i} ${c}`);
    assert.equal(converted[i + 3], rgba[i + 3]);
  }
});

test('a profile that cannot be used, and one of other channels than the file’s, leave the photo as it was', async () => {
  const broken = tables();
  broken.fill(0xff, 160, 200); // the table's head
  const file = withProfile(broken);
  assert.equal(await toSrgb(/** @type {any} */ (device(file, { colorspace: 'srgb' }))), null);
  const { report } = await engine.removeBackground(new Blob([file]), { model, colorspace: 'srgb' });
  assert.equal(report.photo.note, undefined);
  const inks = tables();
  inks.write('CMYK', 16);
  assert.equal(device(withProfile(inks), { colorspace: 'srgb' }), null);
});

test('without the colour engine the photo is decoded all the same, and the report says what that costs', async () => {
  const { readPicture } = await import('../../../web/engine/core/codecs/ladder.js');
  const job = core.newJob();
  try {
    const missing = colourEngine(async () => {
      throw new Error('404');
    });
    const way = await readPicture(job, { rungs: [], toSrgb: missing }, 'decode', photo);
    assert.match(way.note ?? '', /near/);
    assert.equal(job.report().input.width, 240);
  } finally {
    job.free();
  }
});
