// What JavaScript, the shell and the documents know of the core's lists is what
// the core says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { oneOf, optionLines } from '../../../bin/usage.js';
import { root } from '../../../tools/build.js';
import { document, modules, readAbi, stale } from '../../../tools/make-lists.js';
import { readStyle, writeStyle } from '../../../web/engine/core/style-text.js';
import { options } from '../../../web/engine/lists/options.js';
import { resultNames as lean } from '../../../web/engine/lists/result-names.js';
import { asked, outputOf, resultNames, runNames } from '../../../web/widget/settings/attributes.js';

const abi = await readAbi();

test('every list and every table is what the core as built says; npm run build writes them', () => {
  assert.deepEqual(Object.keys(stale(abi)), []);
  assert.deepEqual(options, abi.options);
  assert.deepEqual(lean, resultNames);
});

test('a new option is in the lists, their types, --help and both documents', () => {
  const fresh = {
    ...abi.options,
    grain: { type: 'integer', scope: 'result', default: 3, min: 0, max: 9, words: 'a word or two' },
  };
  const made = modules({ ...abi, options: fresh });
  assert.deepEqual(Object.keys(stale({ ...abi, options: fresh })).sort(), [
    'README.md',
    'docs/embedding.md',
    'web/engine/lists/options.js',
    'web/engine/lists/result-names.js',
  ]);
  assert.match(made['web/engine/lists/options.js'], /@property \{number\} \[grain\] a word or two\n/);
  assert.match(optionLines(fresh), /^ {2}--grain G {21}0 to 9, default 3: a word or two$/m);
  for (const path of ['README.md', 'docs/embedding.md']) {
    const before = readFileSync(join(root, path), 'utf8');
    const after = document(path, before, fresh);
    assert.match(after, /^\| `grain` \| 0 to 9/m);
    assert.equal(after.split('\n').length, before.split('\n').length + 1);
    assert.equal(document(path, after, fresh), after);
  }
});

test('what fits no line is broken between words', () => {
  const lines = optionLines(options).split('\n');
  assert.ok(lines.length > 11 && lines.every((line) => line.length <= 120));
  assert.equal(oneOf(['a', 'b', 'c']), 'a, b or c');
  assert.equal(oneOf(['a']), 'a');
});

test('a style is nothing, a word, or names and values', () => {
  assert.equal(readStyle(''), true);
  assert.equal(readStyle('4:5'), '4:5');
  assert.deepEqual(readStyle('x=-1, y = 2.5 ,blur=3%,color=#0a0b0c'), { x: -1, y: 2.5, blur: '3%', color: '#0a0b0c' });
  assert.deepEqual(readStyle('x=1,y'), { x: 1, y: '' });
  assert.equal(writeStyle({ x: -1, blur: '3%' }), 'x=-1,blur=3%');
});

test('attributes are asked for by their type, and what is usual is not', () => {
  /** @param {Record<string, string>} attributes */
  const read = (attributes) => (/** @type {string} */ name) => attributes[name] ?? null;
  assert.deepEqual(outputOf(read({})), { background: 'transparent', format: 'png' });
  assert.deepEqual(
    outputOf(read({ background: '', format: '', quality: '', margin: '9%', keep: 'nobody', canvas: '' })),
    { background: 'transparent', format: 'png' },
  );
  assert.deepEqual(
    outputOf(
      read({
        crop: '',
        quality: '70',
        keep: 'background',
        shadow: '',
        outline: 'width=2%',
        canvas: 'amazon',
        format: 'webp',
      }),
    ),
    {
      background: 'transparent',
      format: 'webp',
      crop: true,
      margin: '0%',
      quality: 70,
      keep: 'background',
      shadow: true,
      outline: { width: '2%' },
      canvas: 'amazon',
    },
  );
  assert.deepEqual(asked(runNames, read({ effort: 'high', mask: '' })), { effort: 'high' });
  assert.deepEqual(asked(runNames, read({ effort: 'standard' })), {});
});
