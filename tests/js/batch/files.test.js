// What was dropped, to photos and reasons; names in the ZIP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../../../web/batch/files.js';
import texts from '../../../web/texts/en/batch.js';
import { resultName, unique } from '../../../web/widget/studio/zip.js';

const bytes = new Uint8Array(10);
const file = (name, type = '', content = bytes) => new File([content], name, { type });

/** As a browser shows a dropped folder. @param {string} name @param {any[]} children @param {number} [atOnce] */
const folder = (name, children, atOnce = 100) => ({
  name,
  isDirectory: true,
  isFile: false,
  createReader() {
    const rest = [...children];
    return { readEntries: (done) => done(rest.splice(0, atOnce)) };
  },
});
const entry = (made) => ({ name: made.name, isDirectory: false, isFile: true, file: (done) => done(made) });
const broken = (name) => ({
  name,
  isDirectory: false,
  isFile: true,
  file: (_, fail) => fail(new DOMException('gone', 'NotFoundError')),
});

test('what is no photo is left out with its reason, and the rest goes on', async () => {
  const { photos, skipped } = await collect([
    file('a.jpg', 'image/jpeg'),
    file('notes.txt', 'text/plain'),
    file('b.PNG'),
    file('c.heic', 'image/heic'),
    file('list'),
    file('none.jpg', 'image/jpeg', new Uint8Array(0)),
    broken('gone.jpg'),
  ]);
  assert.deepEqual(
    photos.map(({ name }) => name),
    ['a.jpg', 'b.PNG', 'c.heic'],
  );
  assert.deepEqual(skipped, [
    { name: 'notes.txt', reason: 'skipped.no_photo' },
    { name: 'list', reason: 'skipped.no_photo' },
    { name: 'none.jpg', reason: 'skipped.empty' },
    { name: 'gone.jpg', reason: 'skipped.unreadable' },
  ]);
  for (const { reason } of skipped) assert.ok(texts[reason], reason);
});

test('a folder of folders is read whole, in the order of its names, without what the system left there', async () => {
  const many = Array.from({ length: 250 }, (_, i) => entry(file(`${i + 1}.jpg`, 'image/jpeg')));
  const { photos, skipped } = await collect([
    folder('shop', [
      folder('red', [...many].reverse()),
      entry(file('a.jpg', 'image/jpeg')),
      entry(file('.DS_Store')),
      entry(file('._a.jpg', 'image/jpeg')),
      entry(file('Thumbs.db')),
      folder('__MACOSX', [entry(file('a.jpg', 'image/jpeg'))]),
      entry(file('prices.xlsx', 'application/x')),
      {
        name: 'locked',
        isDirectory: true,
        isFile: false,
        createReader: () => ({ readEntries: (_, fail) => fail(new Error('no')) }),
      },
    ]),
  ]);
  assert.equal(photos.length, 251);
  assert.deepEqual(
    photos.slice(0, 3).map(({ name }) => name),
    ['shop/a.jpg', 'shop/red/1.jpg', 'shop/red/2.jpg'],
  );
  assert.equal(photos.at(-1)?.name, 'shop/red/250.jpg');
  assert.deepEqual(skipped, [
    { name: 'shop/locked', reason: 'skipped.unreadable' },
    { name: 'shop/prices.xlsx', reason: 'skipped.no_photo' },
  ]);
});

test('a file of a chosen folder keeps its path', async () => {
  const chosen = Object.defineProperty(file('a.jpg', 'image/jpeg'), 'webkitRelativePath', { value: 'shop/red/a.jpg' });
  assert.equal((await collect([chosen])).photos[0].name, 'shop/red/a.jpg');
});

test('a result is named as its photo, in its folder, fit for every system', () => {
  for (const [name, format, wanted] of [
    ['cat.jpg', 'png', 'cat.png'],
    ['cat.JPEG', 'jpeg', 'cat.jpg'],
    ['shop/red/01.webp', 'webp', 'shop/red/01.webp'],
    ['v1.2 final.png', 'png', 'v1.2 final.png'],
    ['no-ending', 'png', 'no-ending.png'],
    ['.jpg', 'png', 'photo.png'],
    ['猫 とり.jpg', 'png', '猫 とり.png'],
    ['u\u0308ber.jpg', 'png', 'über.png'],
    ['../../etc/passwd.png', 'png', 'etc/passwd.png'],
    ['/root.png', 'png', 'root.png'],
    ['a:b?.jpg', 'png', 'a_b_.png'],
    ['C:\\temp\\x.jpg', 'png', 'C__temp_x.png'],
    ['dot. /a.jpg', 'png', 'dot/a.png'],
  ])
    assert.equal(resultName(name, format), wanted);
});

test('names that would meet are numbered, also where letter case does not count', () => {
  assert.deepEqual(unique(['a.png', 'A.png', 'a.png', 'b/a.png', 'a (2).png']), [
    'a.png',
    'A (2).png',
    'a (3).png',
    'b/a.png',
    'a (2) (2).png',
  ]);
});
