// What flags take, and which of them cannot both be meant.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../../../bin/files.js';
import { checkTogether, parse } from '../../../bin/flags.js';
import { options } from '../../../web/engine/lists/options.js';

const dir = mkdtempSync(join(tmpdir(), 'cutaway-flags-'));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(join(dir, 'photo'), '');

const names = (/** @type {string} */ type) => Object.keys(options).filter((name) => options[name].type === type);

test('each switch stands bare: before another flag, before a photo, at the end', () => {
  const switches = names('switch');
  assert.ok(switches.length >= 6);
  const file = join(dir, 'photo');
  for (const name of switches) {
    for (const args of [
      ['a.jpg', `--${name}`, '--format', 'png'],
      ['a.jpg', '--format', 'png', `--${name}`],
      [`--${name}`, 'a.jpg', '--format', 'png'],
      ['--format', 'png', `--${name}`, '--', 'a.jpg'],
    ]) {
      const { values, positionals } = parse(args);
      assert.deepEqual([values[name], values.format, positionals], ['default', 'png', ['a.jpg']], args.join(' '));
    }
    assert.deepEqual(parse([`--${name}`, file]).positionals, [file], 'a file without an ending is a photo');
    assert.deepEqual(parse([`--${name}`, '-']).positionals, ['-']);
    for (const said of ['default', 'opacity=0.5', 'big', 'x=1,=2']) {
      assert.equal(parse(['a.jpg', `--${name}`, said]).values[name], said);
      assert.equal(parse(['a.jpg', `--${name}=${said}`]).values[name], said);
    }
  }
});

test('what is there or not stands bare, and takes nothing', () => {
  for (const name of names('boolean')) {
    const { values, positionals } = parse([`--${name}`, 'a.jpg']);
    assert.deepEqual([values[name], positionals], [true, ['a.jpg']]);
    assert.throws(() => parse([`--${name}=yes`]), UsageError);
  }
});

test('a number may be below 0', () => {
  assert.equal(parse(['--shift', '-2%', 'a.jpg']).values.shift, '-2%');
  assert.equal(parse(['--shift', '-.5%', 'a.jpg']).values.shift, '-.5%');
  assert.throws(() => parse(['--shift', '--crop']), UsageError);
  assert.throws(() => parse(['--shift']), UsageError);
});

test('flags that contradict each other are refused by their names', () => {
  for (const [args, one, other, format] of /** @type {[string[], string, string, string?][]} */ ([
    [['--matte', 'm.png', '--pick', '1,2'], '--matte', '--pick'],
    [['--matte', 'm.png', '--box', '1,2,3,4'], '--matte', '--box'],
    [['--kind', 'graphic', '--pick', '1,2'], '--kind graphic', '--pick'],
    [['--kind', 'graphic', '--box', '1,2,3,4'], '--kind graphic', '--box'],
    [['--crop', '--canvas', 'amazon'], '--crop', '--canvas'],
    [['--background', 'transparent'], '--background transparent', '--format jpeg', 'jpeg'],
    [['--json', '-o', '-'], '--json', '--output -'],
    ...['background=red', 'fit=contain', 'shadow', 'cast', 'contact', 'natural', 'reflection', 'outline'].map(
      (flag) =>
        /** @type {[string[], string, string]} */ ([['--mask', `--${flag}`], '--mask', `--${flag.split('=')[0]}`]),
    ),
  ])) {
    const { values } = parse(args);
    assert.throws(
      () => checkTogether(values, ['a.jpg'], format),
      (error) => error instanceof UsageError && error.message.startsWith(`${one} and ${other} contradict`),
      args.join(' '),
    );
  }
  for (const args of [
    ['--matte', 'm.png', '--effort', 'high', '--model', 'base'],
    ['--pick', '1,2', '--box', '1,2,3,4', '--kind', 'photo'],
    ['--background', 'white', '--format', 'jpg', '--crop', '--margin', '5%'],
    ['--mask', '--crop', '--format', 'webp'],
  ]) {
    const { values } = parse(args);
    checkTogether(values, ['a.jpg'], values.format);
  }
});

test('stdin is read once', () => {
  for (const [args, inputs] of /** @type {[string[], string[]][]} */ ([
    [[], ['-', '-']],
    [['--background', '-'], ['-']],
    [['--matte', '-'], ['-']],
    [['--look', '-', '--background', '-'], ['a.jpg']],
  ]))
    assert.throws(() => checkTogether(parse(args).values, inputs, undefined), /stdin/);
  checkTogether(parse(['--matte', '-']).values, ['a.jpg'], undefined);
});
