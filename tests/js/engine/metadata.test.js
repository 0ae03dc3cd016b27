// EXIF, XMP and IPTC: gone unless they are asked for; kept, they are true of
// the result. (Each segment and each damage: tests/c/test_image_metadata.c.)
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { jxlInfo } from '../../../web/engine/core/codecs/bmff.js';
import { tiffInfo } from '../../../web/engine/core/codecs/tiff-info.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { encoder } from '../encoders.js';
import { chunk, chunks, disc } from '../pictures.js';
import { tiff } from '../tiff.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };

/** Orientation 6, and where it was taken: an empty GPS directory behind it. */
const exif = Buffer.from(
  '4d4d002a00000008' +
    '0002' +
    '0112000300000001' +
    '00060000' +
    '8825000400000001' +
    '00000026' +
    '00000000' +
    '000000000000',
  'hex',
);
const upright = Buffer.from(exif);
upright[19] = 1;
const packet = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6" c="Münster"/></x:xmpmeta>';
const xmp = Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), Buffer.from(packet)]);
const photo = disc(40, 30, { extra: [chunk('eXIf', exif), chunk('iTXt', xmp)] });

/** @param {object} options @param {Uint8Array} [file] */
async function made(options, file = photo) {
  const { blob, report } = await engine.removeBackground(new Blob([file]), { model, ...options });
  return { bytes: Buffer.from(await blob.arrayBuffer()), report };
}

test('nothing of it is in a result that does not ask for it', async () => {
  for (const format of ['png', 'jpeg', 'webp'])
    for (const options of [{ format }, { format, metadata: 'strip' }, { format, metadata: 'keep', mask: true }]) {
      const { bytes } = await made(options);
      for (const text of ['Orientation', 'Exif\0', 'eXIf', 'EXIF', 'XMP ']) assert.equal(bytes.indexOf(text), -1, text);
    }
});

test('kept, it says that the picture is upright, in each format', async () => {
  const png = chunks((await made({ metadata: 'keep' })).bytes);
  assert.deepEqual(png.eXIf, [upright]);
  assert.equal(png.iTXt[0].toString(), xmp.toString().replace('"6"', '"1"'));
  for (const format of ['jpeg', 'webp']) {
    const { bytes, report } = await made({ metadata: 'keep', format });
    assert.deepEqual([report.width, report.height], [30, 40]);
    assert.ok(bytes.includes(upright), format);
    assert.ok(bytes.includes(packet.replace('"6"', '"1"')), format);
    // and it is a picture that this engine reads upright, as it is
    assert.deepEqual(await engine.probe(new Blob([bytes])), { format, width: 30, height: 40 });
  }
});

test('a HEIC’s goes along, too', async () => {
  const heic = await readFile(new URL('../../pictures/photo.heic', import.meta.url));
  assert.equal(chunks((await made({ metadata: 'keep' }, heic)).bytes).eXIf, undefined); // it has none
  const { eXIf } = chunks((await made({ metadata: 'keep' }, withExif(heic))).bytes);
  assert.deepEqual(eXIf, [upright]);
  assert.equal(chunks((await made({}, withExif(heic))).bytes).eXIf, undefined);
});

/** A box of JPEG XL. @param {string} type @param {Uint8Array} content */
function box(type, content) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

test('a JPEG XL’s goes along, too', async () => {
  const start = Buffer.concat([
    box('JXL ', Buffer.from('0d0a870a', 'hex')),
    box('ftyp', Buffer.from('jxl \0\0\0\0jxl ')),
  ]);
  const codestream = (await encoder('jxl'))(
    new Uint8ClampedArray(32 * 24 * 4).map((_, i) => (i % 4 === 3 || i % 128 < 64 ? 255 : 9)),
    32,
    24,
  );
  const beside = [box('Exif', Buffer.concat([Buffer.alloc(4), exif])), box('xml ', Buffer.from(packet))];
  const jxl = Buffer.concat([start, ...beside, box('jxlc', codestream)]);
  const kept = chunks((await made({ metadata: 'keep' }, jxl)).bytes);
  assert.deepEqual(kept.eXIf, [upright]);
  assert.equal(kept.iTXt[0].toString(), xmp.toString().replace('"6"', '"1"'));
  assert.equal(chunks((await made({}, jxl)).bytes).eXIf, undefined);
  for (let size = 0; size < jxl.length; size++) jxlInfo(jxl.subarray(0, size)); // never throws
});

test('of a TIFF what is of the photo goes along, nothing of its samples', async () => {
  const text = (/** @type {string} */ words) => /** @type {[number, Uint8Array]} */ ([2, Buffer.from(`${words}\0`)]);
  const file = tiff({
    width: 8,
    height: 6,
    samples: Buffer.from([...Array(48)].map((_, i) => (i % 8 < 4 ? 250 : 9))),
    bits: [8],
    kind: 1,
    tags: {
      271: text('Maker'),
      305: text('abc'),
      700: [1, Buffer.from(packet)],
      33723: [7, Buffer.of(28, 2, 5, 0, 1, 65)],
      34665: [4, [0]],
      34853: [4, [0]],
    },
  });
  // directories behind the rest: a comment of 11 bytes and a lens of one number; the GPS version
  const directory = (/** @type {number[][]} */ ...entries) => {
    const bytes = Buffer.alloc(6 + 12 * entries.length);
    bytes.writeUInt16LE(entries.length);
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      bytes.writeUInt16LE(tag, 2 + 12 * i);
      bytes.writeUInt16LE(type, 4 + 12 * i);
      bytes.writeUInt32LE(count, 6 + 12 * i);
      bytes.writeUInt32LE(value, 10 + 12 * i);
    }
    return bytes;
  };
  const comment = Buffer.from('ASCII\0\0\0hey');
  const [own, place] = [directory([37510, 7, 11, file.length], [41989, 3, 1, 35]), directory([0, 1, 4, 0x302])];
  for (const [tag, at] of [
    [34665, file.length + comment.length],
    [34853, file.length + comment.length + own.length],
  ]) {
    const entry = Buffer.alloc(8);
    entry.writeUInt16LE(tag);
    entry.writeUInt16LE(4, 2);
    entry.writeUInt32LE(1, 4);
    file.writeUInt32LE(at, file.indexOf(entry) + 8);
  }
  const photo = Buffer.concat([file, comment, own, place]);
  const jpeg = (await made({ metadata: 'keep', format: 'jpeg', kind: 'photo' }, photo)).bytes;
  const at = jpeg.indexOf('Exif\0\0') + 6;
  const kept = jpeg.subarray(at, at + jpeg.readUInt16BE(at - 8) - 8);
  const { exif: again } = tiffInfo(kept);
  assert.deepEqual(Buffer.from(again ?? []), Buffer.from(tiffInfo(photo).exif ?? [])); // whole: what was written reads the same
  for (const words of ['Maker\0', 'abc\0', 'ASCII\0\0\0hey']) assert.ok(kept.includes(words), words);
  assert.deepEqual([kept.includes(own.subarray(14, 26)), kept.includes(place.subarray(2, 14))], [true, true]);
  assert.ok(!kept.includes(Buffer.from('010003000100', 'hex'))); // its width, as SHORT or LONG
  assert.ok(jpeg.includes(packet) || jpeg.includes(packet.replace('"6"', '"1"')));
  assert.ok(jpeg.includes(Buffer.of(28, 2, 5, 0, 1, 65)));
  assert.equal((await made({ format: 'jpeg', kind: 'photo' }, photo)).bytes.indexOf('Maker'), -1);
  for (let size = 0; size < photo.length; size++) tiffInfo(photo.subarray(0, size)); // never throws
  const bomb = directory(...Array.from({ length: 2000 }, () => [37510, 7, 1 << 20, 0]));
  const end = tiffInfo(Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), bomb, Buffer.alloc(2 << 20)])).exif;
  assert.equal(end, undefined);
});

/**
 * The same with an Exif item at the end of the file: an entry more in `iinf`
 * and `iloc`, which make `meta` longer and the other items later.
 *
 * @param {Buffer} file
 */
function withExif(file) {
  const iinf = file.indexOf('iinf') - 4;
  const iloc = file.indexOf('iloc') - 4;
  const meta = file.indexOf('meta') - 4;
  assert.deepEqual([...file.subarray(iloc + 8, iloc + 16)], [0, 0, 0, 0, 0x44, 0x40, 0, 1], 'one item, 4 bytes each');
  const infe = Buffer.from('00000015' + '696e6665' + '02000000' + '0063' + '0000' + '45786966' + '00', 'hex');
  const more = infe.length + 18;
  const place = Buffer.from('0063' + '0000' + '00000000' + '0001' + '0000000000000000', 'hex');
  place.writeUInt32BE(file.length + more, 10);
  place.writeUInt32BE(4 + exif.length, 14);
  const parts = Buffer.from(file);
  parts.writeUInt32BE(parts.readUInt32BE(iloc + 20) + more, iloc + 20); // the picture itself
  parts.writeUInt16BE(2, iloc + 14);
  parts.writeUInt16BE(parts.readUInt16BE(iinf + 12) + 1, iinf + 12);
  const ends = [
    [iinf + parts.readUInt32BE(iinf), infe],
    [iloc + parts.readUInt32BE(iloc), place],
  ].sort(([a], [b]) => Number(a) - Number(b));
  for (const [at, by] of /** @type {const} */ ([
    [iinf, infe.length],
    [iloc, place.length],
    [meta, more],
  ]))
    parts.writeUInt32BE(parts.readUInt32BE(at) + by, at);
  const [[first, a], [second, b]] = /** @type {[[number, Buffer], [number, Buffer]]} */ (ends);
  return Buffer.concat([
    parts.subarray(0, first),
    a,
    parts.subarray(first, second),
    b,
    parts.subarray(second),
    Buffer.alloc(4),
    exif,
  ]);
}
