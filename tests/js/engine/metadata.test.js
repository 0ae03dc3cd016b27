// EXIF, XMP and IPTC: gone unless they are asked for; kept, they are true of
// the result. (Each segment and each damage: tests/c/test_image_metadata.c.)
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { chunk, chunks, disc } from '../pictures.js';

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
