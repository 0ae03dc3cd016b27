// The flags that compose, from a shell to the file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, readPng } from '../pictures.js';

const cutaway = fileURLToPath(new URL('../../../bin/cutaway.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'cutaway-compose-'));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(join(dir, 'model.onnx'), brightnessModel());
writeFileSync(join(dir, 'model.json'), JSON.stringify(brightnessManifest()));
writeFileSync(join(dir, 'disc.png'), disc(200, 200));

/** @param {string[]} args */
const run = (...args) =>
  spawnSync(process.execPath, [cutaway, 'disc.png', '-o', 'out.png', '--model', join(dir, 'model.onnx'), ...args], {
    cwd: dir,
    encoding: 'utf8',
  });
/** @param {string[]} args */
function cut(...args) {
  const { status, stderr } = run(...args);
  assert.equal(status, 0, stderr);
  const image = readPng(readFileSync(join(dir, 'out.png')));
  return {
    ...image,
    at: (/** @type {number} */ x, /** @type {number} */ y) => [
      ...image.rgba.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 4),
    ],
  };
}

test('a matte comes from --mask, goes through a picture editor, and comes back by --matte', () => {
  const plain = cut();
  assert.equal(
    spawnSync(
      process.execPath,
      [cutaway, 'disc.png', '-o', 'matte.png', '--mask', '--model', join(dir, 'model.onnx')],
      { cwd: dir },
    ).status,
    0,
  );
  assert.deepEqual(cut('--matte', 'matte.png').rgba, plain.rgba);
  const { status, stderr } = run('--matte', 'model.json');
  assert.equal(status, 1);
  assert.match(stderr, /^cutaway: model\.json \(for disc\.png\): unsupported_format: /);
});

test('a gradient and a blur radius are words, not files', () => {
  const { at } = cut('--background', 'linear-gradient(180deg, #000000, #00ff00 50%)');
  assert.deepEqual(at(2, 150), [0, 255, 0, 255]);
  assert.ok(at(2, 0)[1] < 4);
  assert.equal(cut('--background', 'blur(2%)').at(3, 3)[3], 255);
});

test('shadow and outline by name=value, or as they are by default', () => {
  const { at } = cut('--outline', 'width=5px,color=#ff0000', '--shadow', 'x=0,y=20%,blur=0,opacity=0.5,color=#0000ff');
  assert.deepEqual(at(100, 100), [250, 240, 255, 255]);
  assert.deepEqual(at(100, 190), [0, 0, 255, 128]);
  const usual = cut('--shadow', 'default', '--outline', 'default');
  assert.ok(usual.at(100, 168)[3] > 0);
});

test('the other side, and a canvas by name, ratio, size or in full', () => {
  assert.equal(cut('--keep', 'background').at(100, 100)[3], 0);
  for (const [canvas, w, h] of /** @type {[string, number, number][]} */ ([
    ['passport', 413, 531],
    ['320x200', 320, 200],
    ['width=300,height=400,fit=photo,x=5%,y=-10px', 300, 400],
    ['preset=ebay,scale=0.5', 1600, 1600],
  ])) {
    const { width, height } = cut('--canvas', canvas);
    assert.deepEqual([width, height], [w, h], canvas);
  }
  const { width, height } = cut('--canvas', '2:1');
  assert.ok(Math.abs(width - 2 * height) <= 2);
});

test('what the core refuses is exit status 2 and one line', () => {
  for (const args of [
    ['--shadow', 'big'],
    ['--shadow', 'x=1,=2'],
    ['--shadow', 'depth=1'],
    ['--outline', 'width=50%'],
    ['--canvas', 'cinema'],
    ['--canvas', 'width=5'],
    ['--keep', 'both'],
    ['--background', 'blur(99%)'],
    ['--background', 'linear-gradient(#000000)'],
  ]) {
    const { status, stderr } = run(...args);
    assert.equal(status, 2, `${args}: ${stderr}`);
    assert.match(stderr, /^cutaway: /);
  }
});
