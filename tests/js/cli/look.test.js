// --look: files that the page saves, from a shell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, readPng } from '../pictures.js';

const cutaway = fileURLToPath(new URL('../../../bin/cutaway.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'cutaway-look-'));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(join(dir, 'model.onnx'), brightnessModel());
writeFileSync(join(dir, 'model.json'), JSON.stringify(brightnessManifest()));
mkdirSync(join(dir, 'in', 'red'), { recursive: true });
for (const path of ['in/a.png', 'in/b.png', 'in/red/a.png'])
  writeFileSync(join(dir, path), disc(64, 64, { channels: 3 }));
/** @param {string} file @param {object} look */
const write = (file, look) => writeFileSync(join(dir, file), JSON.stringify({ 'cutaway-look': 1, ...look }));
write('shop.json', {
  name: 'Shop',
  pattern: '{look}/{name}-{n}',
  options: { background: '#ff0000', canvas: '80x80', format: 'png' },
});
write('story.json', {
  name: 'Story',
  pattern: '{look}/{name}',
  options: { background: 'white', canvas: '9:16', format: 'jpeg' },
});
write('same.json', { name: 'Same', pattern: 'out-{n}', options: { background: 'white' } });
write('wrong.json', { name: 'Wrong', options: { shadow: { blurr: '1%' } } });

/** @param {string[]} args */
const run = (...args) =>
  spawnSync(process.execPath, [cutaway, '--model', join(dir, 'model.onnx'), ...args], { cwd: dir, encoding: 'utf8' });
/** @param {string} folder */
const list = (folder) =>
  readdirSync(join(dir, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .sort();

test('every photo in every look, with names by the patterns, and the model runs once a photo', () => {
  const { status, stdout, stderr } = run(
    'in',
    '--recursive',
    '-o',
    'out/',
    '--look',
    'shop.json',
    '--look',
    'story.json',
    '--json',
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(list('out'), [
    'Shop/a-1.png',
    'Shop/b-2.png',
    'Shop/red/a-3.png',
    'Story/a.jpg',
    'Story/b.jpg',
    'Story/red/a.jpg',
  ]);
  const { width, height, rgba } = readPng(readFileSync(join(dir, 'out/Shop/a-1.png')));
  assert.deepEqual([width, height, ...rgba.subarray(0, 4)], [80, 80, 255, 0, 0, 255]);
  const reports = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    reports.map(({ look, engine }) => [look, engine === 'none']),
    [1, 2, 3].flatMap(() => [
      ['Shop', false],
      ['Story', true],
    ]),
  );
  // along the matte of before it is the same file as by itself
  assert.equal(run('in/a.png', '-o', 'alone.jpg', '--look', 'story.json').status, 0);
  assert.deepEqual(readFileSync(join(dir, 'alone.jpg')), readFileSync(join(dir, 'out/Story/a.jpg')));
});

test('flags win over the look; names that meet are numbered', () => {
  const { status, stderr } = run(
    'in/a.png',
    'in/b.png',
    '-o',
    'two/',
    '--look',
    'same.json',
    '--look',
    'same.json',
    '--background',
    '#00ff00',
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(list('two'), ['out-1-2.png', 'out-1.png', 'out-2-2.png', 'out-2.png']);
  const { rgba } = readPng(readFileSync(join(dir, 'two/out-1.png')));
  assert.deepEqual([...rgba.subarray(0, 4)], [0, 255, 0, 255]);
});

test('what is wrong with a look is told once, by its file and its key', () => {
  const { status, stderr } = run('in/a.png', 'in/b.png', '-o', 'no/', '--look', 'wrong.json');
  assert.equal(status, 2);
  assert.match(stderr, /^cutaway: wrong\.json: bad_option: .*options\.shadow\.blurr is not known here: x, y, blur/);
  assert.equal(stderr.trim().split('\n').length, 1);
  assert.equal(run('in/a.png', '-o', 'no/', '--look', 'none.json').status, 1);
  const several = run('in/a.png', '-o', 'one.png', '--look', 'shop.json', '--look', 'story.json');
  assert.equal(several.status, 2);
  assert.match(several.stderr, /several looks need a folder/);
});
