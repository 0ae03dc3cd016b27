// The table of passports, the canvases that C has of it, and what is judged.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { passportOf, passports } from '../../../web/widget/settings/passports.js';
import { arrange, judge, papers, passportFor } from '../../../web/widget/studio/passport.js';

const source = await readFile(new URL('../../../wasm/compose/style.h', import.meta.url), 'utf8');
const rows = [...source.matchAll(/\("passport(?:-(\w\w))?", (.*), 300\)/g)].map(([, code = '', numbers]) => ({
  code,
  numbers: numbers.split(', ').map(Number),
}));

test('each row of the table is a canvas of C, and the other way round', () => {
  assert.deepEqual(rows.map(({ code }) => code).sort(), Object.keys(passports).sort());
  assert.ok(rows.length > 20);
  for (const { code, numbers } of rows) {
    const { size, head, top } = passports[code];
    const [width, height, , , tall, above, mm] = numbers;
    assert.deepEqual(
      [width, height, mm],
      [...size.map((side) => Math.round((side / 25.4) * 300)), size[1]],
      `passport-${code}`,
    );
    assert.equal(above, top, code);
    // a quarter of the way; ICAO's has stood at 33 mm
    if (code) assert.ok(Math.abs(tall - (head[0] + (head[1] - head[0]) / 4)) < 0.001, `${code}: ${tall}`);
    assert.ok(tall >= head[0] && tall * 1.09 <= head[1] + 0.001, `${code} has room to grow`);
    assert.ok(top + head[1] + 0.04 * size[1] < size[1], `${code} has room below the chin`);
  }
});

test('each has a source', () => {
  for (const [code, { source: address }] of Object.entries(passports)) assert.match(address, /^https?:\/\/\S+$/, code);
});

test('a canvas is told by its attribute', () => {
  assert.equal(passportFor('passport-us'), passports.us);
  assert.equal(passportFor('preset=passport-de,scale=0.9'), passports.de);
  assert.equal(passportFor('passport'), passports['']);
  for (const other of ['square', 'passport-xx', '413x531', null]) assert.equal(passportFor(other), undefined);
  assert.equal(passportOf('amazon'), undefined);
});

test('what is no passport’s photo is told, each fault by its name', () => {
  const good = { scale: 0.8, head: [206, 47, 47 + 390], gap: 0, sharpness: 0.8 };
  /** @param {object | null} placed */
  const of = (placed) => judge(/** @type {any} */ ({ height: 531, placed }), passports.de);
  assert.deepEqual(of(good), []);
  assert.deepEqual(of({ ...good, head: null }), ['head']);
  assert.deepEqual(of(null), ['head']);
  assert.deepEqual(of({ ...good, scale: 1.5 }), ['small']);
  assert.deepEqual(of({ ...good, sharpness: 0.1 }), ['blurred']);
  assert.deepEqual(of({ ...good, gap: 12 }), ['gap']);
  assert.deepEqual(of({ ...good, head: [206, 47, 300] }), ['height']);
  assert.deepEqual(of({ ...good, scale: 2, gap: 30, sharpness: 0 }), ['small', 'blurred', 'gap']);
});

test('a sheet holds as many as fit either way', () => {
  assert.deepEqual(papers.photo, [101.6, 152.4]);
  const photo = arrange(papers.photo, [35, 45]);
  assert.deepEqual([photo.columns * photo.rows, photo.width], [8, 152.4]);
  const us = arrange(papers.photo, [51, 51]);
  assert.deepEqual([us.columns, us.rows], [1, 2]);
  const letter = arrange(papers.letter, [35, 45]);
  assert.ok(letter.columns * letter.rows >= 25);
  for (const { width, height, columns, rows: down } of [photo, letter])
    assert.ok(columns * 35 + (columns + 1) * 2 <= width && down * 45 + (down + 1) * 2 <= height);
});
