// Pictures that the core does not read: each by its codec, with its alpha and
// its profile, and an error that names the format where there is none.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { fileInfo } from '../../../web/engine/core/codecs/bmff.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { encoder } from '../encoders.js';
import { bitmap, icon } from '../icon.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { chunks, disc, readPng } from '../pictures.js';
import { tiff } from '../tiff.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
const picture = (/** @type {string} */ name) => readFile(new URL(`../../pictures/${name}`, import.meta.url));

/** @param {Uint8Array} file */
async function decoded(file) {
  const { blob } = await engine.convert(new Blob([file]), { format: 'png' });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return { ...readPng(bytes), profile: chunks(bytes).iCCP };
}

/** @param {Uint8Array} file @param {string} code @param {RegExp} detail */
const fails = (file, code, detail) =>
  assert.rejects(engine.removeBackground(new Blob([file]), { model }), (error) => {
    assert.deepEqual([error.code, error.stage], [code, 'decode'], error.detail);
    assert.match(error.detail, detail);
    return true;
  });

const [W, H] = [64, 48];
/** Every alpha under many colours; clear pixels are 0, as they come out. */
const soft = new Uint8ClampedArray(W * H * 4);
for (let i = 0; i < W * H; i++) {
  const [x, y] = [i % W, Math.floor(i / W)];
  const alpha = (x + y) % 3 ? (x * 4 + y) & 255 : 3;
  if (alpha) soft.set([x * 4, y * 5, 200 - y, alpha], i * 4);
}

/** @param {Uint8Array | Uint8ClampedArray} a @param {Uint8Array | Uint8ClampedArray} b */
function difference(a, b) {
  assert.equal(a.length, b.length);
  let sum = 0;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    sum += Math.abs(a[i] - b[i]);
    most = Math.max(most, Math.abs(a[i] - b[i]));
  }
  return { mean: sum / a.length, most };
}

test('AVIF and HEIC of one photo are that photo, and are cut out', async () => {
  const [avif, heic] = await Promise.all([picture('photo.avif'), picture('photo.heic')]);
  const [a, b] = [await decoded(avif), await decoded(heic)];
  assert.deepEqual([a.width, a.height, b.width, b.height], [240, 135, 240, 135]);
  const { mean } = difference(a.rgba, b.rgba);
  assert.ok(mean > 0 && mean < 3, String(mean)); // 1.3: two lossy codecs
  for (const [file, format, decoder] of /** @type {const} */ ([
    [avif, 'avif', 'libavif'],
    [heic, 'heic', 'libheif'],
  ])) {
    const { report } = await engine.removeBackground(new Blob([file]), { model });
    assert.equal(report.subject.found, true);
    assert.deepEqual(
      [report.photo.format, report.photo.bytes, /** @type {any} */ (report.photo).decoder, report.width],
      [format, file.length, decoder, 240],
    );
    assert.deepEqual(await engine.probe(new Blob([file])), { format, width: 240, height: 135 });
  }
});

test('alpha comes through AVIF exactly, through JPEG XL within 1, colours under it too', async () => {
  const lossless = { lossless: true, quality: 100 };
  const avif = (await encoder('avif'))(soft, W, H, { ...lossless, qualityAlpha: 100, subsample: 3, speed: 9 });
  assert.equal(difference((await decoded(avif)).rgba, soft).most, 0);
  const jxl = (await encoder('jxl'))(soft, W, H, lossless);
  const found = (await decoded(jxl)).rgba;
  assert.ok(difference(found, soft).most <= 1);
  for (let i = 3; i < found.length; i += 4) assert.equal(found[i], soft[i]);
  assert.deepEqual(await engine.probe(new Blob([jxl])), { format: 'jxl', width: W, height: H });
});

test('a TIFF is read in each coding, by strips, upright, with its alpha', async () => {
  const rgba = Buffer.from(soft.buffer);
  for (const coding of /** @type {const} */ (['none', 'deflate', 'packbits'])) {
    const file = tiff({
      width: W,
      height: H,
      samples: rgba,
      bits: [8, 8, 8, 8],
      kind: 2,
      coding,
      rows: 10,
      tags: { 338: [3, [2]] },
    });
    assert.equal(difference((await decoded(file)).rgba, soft).most, 0, coding);
  }
  const two = { width: 2, height: 1, bits: [8, 8, 8], kind: 2, samples: Buffer.of(1, 2, 3, 4, 5, 6) };
  const turned = await decoded(tiff({ ...two, tags: { 274: [3, [6]] } }));
  assert.deepEqual([turned.width, turned.height, ...turned.rgba], [1, 2, 1, 2, 3, 255, 4, 5, 6, 255]);
});

test('a TIFF’s samples mean what its tags say', async () => {
  /** @param {number[]} bits @param {number} kind @param {number[]} samples @param {any} [tags] */
  const pixel = async (bits, kind, samples, tags) => [
    ...(await decoded(tiff({ width: 1, height: 1, bits, kind, samples: Buffer.from(samples), tags }))).rgba,
  ];
  assert.deepEqual(await pixel([8], 1, [77]), [77, 77, 77, 255]);
  assert.deepEqual(await pixel([8], 0, [77]), [178, 178, 178, 255]);
  assert.deepEqual(await pixel([16], 1, [255, 77]), [77, 77, 77, 255]); // the low byte is dropped
  assert.deepEqual(await pixel([16, 16, 16], 2, [0, 1, 0, 2, 0, 3]), [1, 2, 3, 255]);
  assert.deepEqual(await pixel([8, 8, 8, 8], 5, [0, 128, 255, 0]), [255, 127, 0, 255]);
  assert.deepEqual(await pixel([8, 8, 8, 8], 2, [50, 25, 10, 51], { 338: [3, [1]] }), [250, 125, 50, 51]); // premultiplied
  assert.deepEqual(await pixel([8, 8, 8, 8], 2, [50, 25, 10, 51], { 338: [3, [0]] }), [50, 25, 10, 255]); // says nothing
  assert.deepEqual(await pixel([1], 0, [0x80], { 258: undefined }), [0, 0, 0, 255]); // one bit, when none are said
  // L*a*b* of D50, a and b with a sign
  assert.deepEqual(await pixel([8, 8, 8], 8, [255, 0, 0]), [255, 255, 255, 255]);
  assert.deepEqual(await pixel([8, 8, 8], 8, [138, 81, 70]), [255, 0, 0, 255]);
  assert.deepEqual(await pixel([8, 8, 8], 8, [128, 20, 236]), [141, 108, 154, 255]);
  assert.deepEqual(await pixel([8, 8, 8], 8, [30, 5, 5]), [39, 28, 24, 255]); // as LittleCMS has them, within 1
  const palette = Uint16Array.from({ length: 768 }, (_, i) => (i % 256 === 7 ? (1 + Math.floor(i / 256)) << 12 : 0));
  assert.deepEqual(await pixel([8], 3, [7], { 320: [3, palette] }), [16, 32, 48, 255]);
});

test('a profile goes along: one that a TIFF holds, one that an AVIF names by numbers', async () => {
  const named = await decoded(withColours(await picture('photo.avif'), [12, 13]));
  assert.equal(named.profile.length, 1);
  const icc = inflateSync(named.profile[0].subarray(named.profile[0].indexOf(0) + 2));
  const one = { width: 1, height: 1, samples: Buffer.of(1, 2, 3), bits: [8, 8, 8], kind: 2 };
  const held = await decoded(tiff({ ...one, tags: { 34675: [7, icc] } }));
  assert.deepEqual(inflateSync(held.profile[0].subarray(held.profile[0].indexOf(0) + 2)), icc);
  assert.deepEqual([...held.rgba], [1, 2, 3, 255]);
  const { blob } = await engine.convert(new Blob([await picture('photo.avif')]), { format: 'png' });
  assert.equal(chunks(new Uint8Array(await blob.arrayBuffer())).iCCP, undefined);
});

/** An AVIF whose `nclx` says other primaries and another transfer. @param {Buffer} file @param {number[]} numbers */
function withColours(file, [primaries, transfer]) {
  const copy = Buffer.from(file);
  const at = copy.indexOf('nclx');
  assert.ok(at > 0);
  copy.writeUInt16BE(primaries, at + 4);
  copy.writeUInt16BE(transfer, at + 6);
  return copy;
}

/** @param {string} type @param {...(Uint8Array | number[])} parts */
function box(type, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** Item 2 is the picture, with the properties that are given. @param {...Buffer} properties */
const withProperties = (...properties) =>
  Buffer.concat([
    box('ftyp', Buffer.from('avif\0\0\0\0')),
    box(
      'meta',
      [0, 0, 0, 0],
      box('pitm', [0, 0, 0, 0, 0, 2]),
      box(
        'iprp',
        box('ipco', box('free'), ...properties),
        box(
          'ipma',
          [0, 0, 0, 0, 0, 0, 0, 2],
          [0, 1, 1, 1],
          [0, 2, properties.length, ...properties.map((_, i) => 0x80 | (i + 2))],
        ),
      ),
    ),
  ]);

test('how an AVIF lies is what its two properties say together', () => {
  const expected = [
    [1, 4, 2],
    [8, 5, 7],
    [3, 2, 4],
    [6, 7, 5],
  ];
  for (const [turns, row] of expected.entries())
    for (const [mirror, orientation] of row.entries()) {
      const properties = [...(turns ? [box('irot', [turns])] : []), ...(mirror ? [box('imir', [mirror - 1])] : [])];
      assert.equal(fileInfo(withProperties(...properties)).orientation, orientation, `${turns} ${mirror}`);
    }
  const size = box('ispe', [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4]);
  const { width, height, colours } = fileInfo(withProperties(size, box('colr', Buffer.from('prof'), [9, 8, 7])));
  assert.deepEqual([width, height, [...(colours ?? [])]], [0x102, 0x304, [9, 8, 7]]);
});

test('a damaged file of boxes says nothing, and never throws', async () => {
  const file = await picture('photo.heic');
  for (let size = 0; size < 700; size += 3) assert.ok(fileInfo(file.subarray(0, size)).orientation >= 1);
  for (let at = 0; at < 600; at++) {
    const bad = Buffer.from(file);
    bad[at] ^= 0xff;
    assert.ok(fileInfo(bad).orientation >= 1);
  }
});

test('an icon is its largest picture: PNG, or a bitmap with its mask', async () => {
  const clear = [0, 0, 0, 0];
  const small = bitmap(24, [3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0], [0, 0x40]);
  const found = await decoded(icon([2, 24, small]));
  assert.deepEqual([...found.rgba], [7, 8, 9, 255, ...clear, 1, 2, 3, 255, 4, 5, 6, 255]);
  const colours = [...Array(256)].flatMap((_, i) => [i, 2 * i, 3 * i, 0]).map((v) => v & 255);
  const indexed = await decoded(icon([2, 8, bitmap(8, [...colours, 1, 2, 0, 0, 3, 4, 0, 0], [0, 0])]));
  assert.deepEqual([...indexed.rgba], [9, 6, 3, 255, 12, 8, 4, 255, 3, 2, 1, 255, 6, 4, 2, 255]);
  const two = [10, 20, 30, 0, 40, 50, 60, 0];
  const bits = await decoded(icon([2, 1, bitmap(1, [...two, 0x40, 0, 0, 0, 0x80, 0, 0, 0], [0, 0])]));
  assert.deepEqual([...bits.rgba], [60, 50, 40, 255, 30, 20, 10, 255, 30, 20, 10, 255, 60, 50, 40, 255]);
  const alpha = [3, 2, 1, 9, 0, 0, 0, 0, 6, 5, 4, 255, 9, 8, 7, 128];
  const straight = await decoded(icon([2, 32, bitmap(32, alpha, [0xff, 0xff])]));
  assert.deepEqual([...straight.rgba], [4, 5, 6, 255, 7, 8, 9, 128, 1, 2, 3, 9, ...clear]);
  const old = alpha.map((v, i) => (i % 4 === 3 ? 0 : v));
  const masked = await decoded(icon([2, 32, bitmap(32, old, [0x40, 0x80])]));
  assert.deepEqual([...masked.rgba], [...clear, 7, 8, 9, 255, 1, 2, 3, 255, ...clear]);
  const both = icon([2, 24, small], [40, 32, disc(40, 30)]);
  const { report } = await engine.removeBackground(new Blob([both]), { model });
  assert.deepEqual([report.photo.format, report.width, report.height], ['ico', 40, 30]);
  assert.deepEqual(await engine.probe(new Blob([both])), { format: 'ico', width: 40, height: 30 });
  await fails(icon([2, 24, small]).subarray(0, 80), 'corrupt_image', /ICO/);
});

test('what no codec here reads is refused by its name, and a background of any format is read', async () => {
  await fails(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>'), 'needs_codec', /SVG/);
  const { report } = await engine.removeBackground(new Blob([disc(40, 30)]), {
    model,
    background: new Blob([await picture('photo.heic')]),
  });
  assert.equal(report.subject.found, true);
  await assert.rejects(engine.removeBackground(new Blob([disc(40, 30)]), { model, background: new Blob(['<svg>']) }), {
    code: 'needs_codec',
    stage: 'background',
  });
  await assert.rejects(
    engine.removeBackground(new Blob([disc(40, 30)]), { model, matte: new Blob([await picture('photo.avif')]) }),
    { code: 'bad_option' },
  );
});

test('a file that ends early is damaged, whatever its format', async () => {
  const jxl = (await encoder('jxl'))(soft, W, H, { lossless: true, quality: 100 });
  const raw = tiff({ width: W, height: H, samples: Buffer.from(soft.buffer), bits: [8, 8, 8, 8], kind: 2, rows: 8 });
  // the directory lies behind the strips: a strip that points beyond the end
  const beyond = Buffer.from(raw);
  const at = beyond.readUInt32LE(4);
  for (let i = 0; i < beyond.readUInt16LE(at); i++)
    if (beyond.readUInt16LE(at + 2 + i * 12) === 273)
      beyond.writeUInt32LE(beyond.length - 9, beyond.readUInt32LE(at + 2 + i * 12 + 8) + 4 * 3);
  for (const [file, name] of /** @type {[Uint8Array, RegExp][]} */ ([
    [(await picture('photo.avif')).subarray(0, 2500), /AVIF/],
    [(await picture('photo.heic')).subarray(0, 5000), /HEIC/],
    [jxl.subarray(0, jxl.length >> 1), /JPEG XL/],
    [raw.subarray(0, raw.length - 40), /TIFF/],
    [beyond, /TIFF/],
  ]))
    await fails(file, 'corrupt_image', name);
  const { report } = await engine.removeBackground(new Blob([disc(40, 30)]), { model });
  assert.equal(report.subject.found, true);
});

test('of strips whose sizes are missing or 0 they are what the rows need, and bits are said once for all', async () => {
  const rgba = Buffer.from(soft.buffer);
  const picture = { width: W, height: H, samples: rgba, bits: [8, 8, 8, 8], kind: 2, rows: 10 };
  const alpha = { 338: /** @type {[number, number[]]} */ ([3, [2]]) };
  for (const tags of /** @type {any[]} */ ([{ 279: undefined }, { 279: [4, [0, 0, 0, 0, 0]] }, { 258: [3, [8]] }]))
    assert.equal(difference((await decoded(tiff({ ...picture, tags: { ...alpha, ...tags } }))).rgba, soft).most, 0);
  await fails(
    tiff({ ...picture, coding: 'deflate', tags: { 279: undefined } }),
    'corrupt_image',
    /sizes of its strips/,
  );
  await fails(tiff({ ...picture, tags: { 266: [3, [2]] } }), 'unsupported_variant', /lowest/);
});

test('a camera’s raw file is refused by its name, whatever preview it begins with', async () => {
  const preview = { width: 8, height: 6, samples: Buffer.alloc(8 * 6 * 3, 90), bits: [8, 8, 8], kind: 2 };
  const inside = {
    254: /** @type {[number, number[]]} */ ([4, [1]]),
    330: /** @type {[number, number[]]} */ ([4, [8]]),
  };
  const sensor = { width: 8, height: 6, samples: Buffer.alloc(8 * 6, 90), bits: [8] };
  const canon = tiff(preview);
  const moved = Buffer.concat([Buffer.from('II*\0\0\0\0\0CR\x02\0\0\0\0\0', 'latin1'), canon.subarray(8)]);
  moved.writeUInt32LE(canon.readUInt32LE(4) + 8, 4);
  for (const file of [
    tiff({ ...preview, tags: inside }), // DNG, NEF, ARW: a small picture, and the sensor's in a directory below
    tiff({ ...sensor, kind: 32803 }), // a DNG that begins with the sensor
    tiff({ ...preview, kind: 34892 }),
    moved, // CR2
    Buffer.from('FUJIFILMCCD-RAW 0201FF383501', 'latin1'),
    Buffer.from('IIRO\b\0\0\0\0\0\0\0', 'latin1'), // ORF
    Buffer.from('IIU\0\x18\0\0\0\0\0\0\0', 'latin1'), // RW2
    Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1'), // CR3
  ])
    await assert.rejects(engine.removeBackground(new Blob([file]), { model }), (error) => {
      assert.match(error.code, /^unsupported_(variant|format)$/);
      assert.match(error.detail, /a camera's raw file/i);
      return true;
    });
});

test('what a TIFF holds that nobody here reads is no damage, and is named', async () => {
  const one = { width: 1, height: 1, samples: Buffer.alloc(12), bits: [8, 8, 8], kind: 2 };
  const lzma = /** @type {[number, number[]]} */ ([3, [34925]]);
  await fails(tiff({ ...one, tags: { 259: lzma } }), 'unsupported_variant', /TIFF: Compression 34925 cannot be read/);
  await fails(tiff({ ...one, kind: 32845 }), 'unsupported_variant', /TIFF: Colours of kind 32845/);
  const signed = { 339: /** @type {[number, number[]]} */ ([3, [2]]) };
  await fails(tiff({ ...one, bits: [32], kind: 1, tags: signed }), 'unsupported_variant', /TIFF: Samples of format 2/);
});

test('a TIFF of too many pixels is refused before they are asked for', async () => {
  const huge = tiff({ width: 30000, height: 30000, samples: Buffer.alloc(30000), bits: [8], kind: 1 });
  await fails(huge, 'too_large', /30000 x 30000/);
});
