// Looks: what is read is what was written; what is wrong is told by its key;
// and what the reader takes, the core takes, too.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileNameOf, readLook, writeLook } from '../../../web/engine/core/look.js';
import { options } from '../../../web/engine/lists/options.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { attributesFrom, outputOf } from '../../../web/widget/settings/attributes.js';
import { disc } from '../pictures.js';

/** @param {object} options @param {object} [more] */
const look = (options, more) => ({ 'cutaway-look': 1, name: 'Shop', options, ...more });

test('a look is read as it was written, with a background picture in the file', async () => {
  const picture = new Blob([disc(8, 8)], { type: 'image/png' });
  const given = {
    name: 'Shop 猫',
    pattern: '{look}/{name}-{n}',
    options: /** @type {any} */ ({
      background: picture,
      fit: 'contain',
      shadow: { y: '2%', opacity: 0.5 },
      outline: true,
      canvas: { preset: 'amazon', scale: 0.8, x: '3%' },
      format: 'webp',
      quality: 80,
      crop: true,
      margin: '40px',
    }),
  };
  const text = await writeLook(given);
  assert.equal(JSON.parse(text)['cutaway-look'], 1);
  const { options: read, ...rest } = readLook(text);
  const { background, ...others } = read;
  assert.deepEqual({ ...rest, options: { ...others, background: picture } }, given);
  assert.deepEqual(
    Buffer.from(await /** @type {Blob} */ (background).arrayBuffer()),
    Buffer.from(await picture.arrayBuffer()),
  );
  assert.deepEqual(readLook(`\uFEFF${JSON.stringify(look({}))}`), {
    name: 'Shop',
    pattern: '{name}-{look}',
    options: {},
  });
});

for (const [what, key, value] of /** @type {[string, string, unknown][]} */ ([
  ['no JSON', 'the file', '{'],
  ['a list', 'the file', []],
  ['no version', 'cutaway-look', { name: 'a', options: {} }],
  ['another version', 'cutaway-look', look({}, { 'cutaway-look': 2 })],
  ['an unknown key', 'nmae', look({}, { nmae: 'x' })],
  ['no name', 'name', look({}, { name: ' ' })],
  ['a name of two lines', 'name', look({}, { name: 'a\nb' })],
  ['a long name', 'name', look({}, { name: 'a'.repeat(61) })],
  ['no options', 'options', { 'cutaway-look': 1, name: 'a' }],
  ['an option of how the matte is made', 'options.effort', look({ effort: 'fast' })],
  ['an unknown option', 'options.shdaow', look({ shdaow: true })],
  [
    'a key that comes with every object',
    'options.constructor',
    JSON.parse('{"cutaway-look":1,"name":"a","options":{"constructor":1}}'),
  ],
  ['an unknown key of a style', 'options.shadow.blurr', look({ shadow: { blurr: 1 } })],
  ['a word that is none', 'options.format', look({ format: 'gif' })],
  ['a number out of its range', 'options.quality', look({ quality: 101 })],
  ['half a number', 'options.quality', look({ quality: 80.5 })],
  ['a length out of its range', 'options.shadow.blur', look({ shadow: { blur: '26%' } })],
  ['a canvas of two kinds', 'options.canvas', look({ canvas: { preset: 'amazon', ratio: '1:1' } })],
  ['no canvas', 'options.canvas', look({ canvas: 'amazone' })],
  ['no background', 'options.background', look({ background: 'url(https://example.org/a.png)' })],
  ['a damaged picture', 'options.background', look({ background: 'data:image/png;base64,AAA' })],
  ['a page as background', 'options.background', look({ background: 'data:text/html;base64,AAAA' })],
  ['a way out of the folder', 'pattern', look({}, { pattern: '../{name}' })],
  ['a place that is none', 'pattern', look({}, { pattern: '{name}-{date}' })],
  ['a pattern that is one name for all', 'pattern', look({}, { pattern: '{look}' })],
  ['a folder without a name', 'pattern', look({}, { pattern: '/{name}' })],
  ['a character that no file may have', 'pattern', look({}, { pattern: '{name}?' })],
])) {
  test(`${what} is refused, by ${key}`, () => {
    for (let again = 0; again < 2; again++) {
      assert.throws(
        () => readLook(typeof value === 'string' ? value : JSON.stringify(value)),
        (/** @type {any} */ error) => {
          assert.equal(error.code, 'bad_option');
          assert.equal(error.key, key);
          return error.detail.includes(key);
        },
      );
    }
  });
}

test('names by pattern: folders stay, numbers are as wide as the last one, nothing leads out', () => {
  /** @param {string} pattern @param {string} name @param {any} [format] */
  const named = (pattern, name, format) =>
    fileNameOf({ name: 'My/Shop', pattern, options: { format } }, { name, n: 7, total: 120 });
  assert.equal(named('{name}-{look}-{n}', 'shoes/red.v2.jpg', 'jpeg'), 'shoes/red.v2-My_Shop-007.jpg');
  assert.equal(named('{look}/{name}', 'a.heic'), 'My_Shop/a.png');
  assert.equal(named('{n}', '../../etc/passwd', 'webp'), '007.webp');
  assert.equal(named('{name}', '../../etc/pass?wd'), 'etc/pass_wd.png');
  assert.equal(named('{name}', '.jpg'), 'photo.png');
});

/** Values of a row, some of them wrong. @param {import('../../../web/engine/core/core.js').OptionInfo} info @returns {unknown[]} */
function tried({ type, values = [], min = 0, max = 0, min_percent: low = 0, max_percent: high = 0, max_px: px = 0 }) {
  if (type === 'boolean') return [true, false, 'true', 1, {}];
  if (type === 'choice') return [...values, 'none', 1, true];
  if (type === 'integer') return [min, max, min - 1, max + 1, min + 0.5, String(min), true];
  if (type === 'number') return [min, max, min - 0.01, max + 0.01, String(min), true];
  if (type === 'length')
    return [
      `${low}%`,
      `${high}%`,
      `${high + 1}%`,
      `${low - 1}%`,
      `${px}px`,
      `${px + 1}px`,
      0,
      px,
      -1,
      '5em',
      '',
      true,
      '5 %',
    ];
  if (type === 'color')
    return ['#ff0000', '#ffff', 'lab(50 40 -60)', 'color(display-p3 1 0 0 / 1)', 1, '#ff', '#12345g', '#fff8', ''];
  return [];
}

test('the reader’s verdict is the core’s, for every option of a result and every key', async () => {
  const engine = createNodeEngine();
  after(() => engine.dispose());
  const photo = new Blob([disc(16, 16)]);
  const { blob: matte } = await engine.removeBackground(photo, { kind: 'graphic', mask: true });
  /** @type {Record<string, unknown>[]} */
  const cases = [
    ...[
      'amazon',
      '4:5',
      '32x16',
      '0:1',
      '1000:1',
      '1001:1',
      '32768x1',
      '32769x1',
      '4:',
      'x',
      '',
      5,
      {},
      { preset: 'amazon' },
      { preset: 'no' },
    ].map((canvas) => ({ canvas })),
    ...[{ ratio: '1:2' }, { ratio: 2 }, { width: 20 }, { width: 20, height: 10 }, { width: 0, height: 10 }].map(
      (canvas) => ({ canvas }),
    ),
    ...[true, false, 'x', 3, []].flatMap((value) => [{ shadow: value }, { outline: value }]),
  ];
  for (const [name, info] of Object.entries(options)) {
    if (info.scope !== 'result') continue;
    for (const value of tried(info)) cases.push({ [name]: value });
    for (const [key, row] of Object.entries(info.keys ?? {})) {
      for (const value of tried(row))
        cases.push({ [name]: { ...(name === 'canvas' ? { width: 20, height: 20 } : {}), [key]: value } });
    }
  }
  assert.ok(cases.length > 120);
  for (const one of cases) {
    const read = (() => {
      try {
        readLook(look(one));
        return true;
      } catch {
        return false;
      }
    })();
    const core = await engine.removeBackground(photo, { ...one, matte }).then(
      () => true,
      ({ code }) => (assert.equal(code, 'bad_option', JSON.stringify(one)), false),
    );
    assert.equal(read, core, JSON.stringify(one));
  }
});

test('settings as attributes and back are the look that they were', () => {
  const given = /** @type {any} */ ({
    background: '#ff8800',
    keep: 'background',
    shadow: true,
    outline: { width: '2%', color: '#00ff00' },
    canvas: { preset: 'amazon', scale: 0.8 },
    format: 'jpeg',
    quality: 80,
    crop: true,
    margin: '10%',
  });
  const { attributes, image } = attributesFrom(given);
  assert.equal(image, null);
  assert.deepEqual(
    outputOf((name) => attributes[name]),
    given,
  );
  assert.deepEqual(
    Object.entries(attributesFrom({}).attributes).filter(([, value]) => value),
    [],
  );
});
