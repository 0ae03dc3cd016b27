// The samples that the page offers: there, small, and of the size that is promised.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const web = new URL('../../../web/', import.meta.url);
/** @param {string} path */
const file = (path) => readFileSync(new URL(path, web));

/** Width and height of a JPEG. @param {Buffer} bytes */
function size(bytes) {
  let at = 2;
  while (bytes[at] === 0xff && (bytes[at + 1] < 0xc0 || bytes[at + 1] > 0xc2)) at += 2 + bytes.readUInt16BE(at + 2);
  return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
}

test('each sample of the page is a photo of at most 60 kB with a thumbnail of at most 5', () => {
  const names = [
    ...file('index.html')
      .toString()
      .matchAll(/data-sample="(\w+)"/g),
  ].map(([, name]) => name);
  assert.deepEqual(names, ['hair', 'glass', 'fabric']);
  for (const name of names) {
    const [photo, small] = [file(`samples/${name}.jpg`), file(`samples/${name}-small.jpg`)];
    const [width, height] = size(photo);
    assert.ok(width >= 800 && height === (width * 3) / 4, name);
    assert.deepEqual(size(small), [144, 144], name);
    assert.ok(photo.length <= 60_000 && small.length <= 5_000, `${name}: ${photo.length}, ${small.length}`);
  }
});
