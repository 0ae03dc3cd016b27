// Every text in every language: there, used, with the same places to fill.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tables } from '../../../web/texts/tables.js';
import { choose, languages, translator } from '../../../web/widget/common/texts.js';
import { bytes, percent } from '../../../web/widget/common/units.js';

const web = new URL('../../../web/', import.meta.url);
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, web), 'utf8');
/** @param {string} folder */
const list = (folder) => readdirSync(new URL(folder, web)).sort();
/** @param {string} language @param {string} room @returns {Record<string, string>} */
const table = (language, room) => JSON.parse(read(`texts/${language}/${room}`).replace(/^export default /, ''));

const rooms = list('texts/en');
const plural = /_(zero|one|two|few|many|other)$/;
/** @param {string} text */
const places = (text) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();
/** Keys as code names them. @param {Record<string, string>} texts */
const names = (texts) => [...new Set(Object.keys(texts).map((key) => key.replace(plural, '')))].sort();

test('each language of the list has a folder, and each folder is in the list', () => {
  assert.deepEqual(
    list('texts').filter((name) => !name.includes('.')),
    [...languages].sort(),
  );
});

test('every language and room can be loaded', async () => {
  for (const language of languages.filter((name) => name !== 'en')) {
    assert.deepEqual(
      Object.keys(tables[language])
        .map((room) => `${room}.js`)
        .sort(),
      rooms,
    );
    for (const [room, load] of Object.entries(tables[language]))
      assert.deepEqual((await load()).default, table(language, `${room}.js`));
  }
});

for (const language of languages) {
  test(`${language}: the rooms of English, strict JSON, no empty text, no key twice`, () => {
    assert.deepEqual(list(`texts/${language}`), rooms);
    for (const room of rooms) {
      const texts = table(language, room);
      for (const [key, text] of Object.entries(texts))
        assert.ok(typeof text === 'string' && text.trim(), `${room} ${key}`);
      assert.equal(read(`texts/${language}/${room}`).match(/^ {2}"/gm)?.length, Object.keys(texts).length, room);
    }
  });

  test(`${language}: the keys of English, with the plural forms of this language`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const room of rooms) {
      const english = table('en', room);
      const texts = table(language, room);
      assert.deepEqual(names(texts), names(english), room);
      for (const key of names(english)) {
        const isPlural = `${key}_other` in english;
        const wanted = isPlural ? forms.map((form) => `${key}_${form}`) : [key];
        assert.deepEqual(
          Object.keys(texts)
            .filter((name) => name.replace(plural, '') === key && plural.test(name) === isPlural)
            .sort(),
          wanted.sort(),
          `${room} ${key}`,
        );
        for (const name of wanted) {
          assert.deepEqual(places(texts[name]), places(english[isPlural ? `${key}_other` : key]), `${room} ${name}`);
        }
      }
    }
  });

  if (language !== 'en') {
    test(`${language}: is not English`, () => {
      for (const room of rooms) {
        const english = table('en', room);
        const same = Object.entries(table(language, room)).filter(
          ([key, text]) => english[key] === text && text.length > 14,
        );
        assert.deepEqual(
          same.filter(([key]) => key !== 'footer'),
          [],
          room,
        );
      }
    });
  }
}

/** Sources in which a text may be named. @param {string} folder @returns {string[]} */
const sources = (folder) =>
  list(folder).flatMap((name) =>
    name === 'texts/' || name === 'texts'
      ? []
      : name.includes('.')
        ? /\.(js|html)$/.test(name)
          ? [read(folder + name)]
          : []
        : sources(`${folder}${name}/`),
  );
const code = ['', 'widget/', ...(list('').includes('batch') ? ['batch/'] : [])]
  .flatMap((folder) =>
    folder
      ? sources(folder)
      : list('')
          .filter((name) => /\.(js|html)$/.test(name))
          .map(read),
  )
  .join('\n');

/** Families whose key is put together at run time, and where their members come from. @type {Record<string, () => string[]>} */
const families = {
  error: () =>
    [...readFileSync(new URL('../wasm/base/status.h', web), 'utf8').matchAll(/X\(CUT_E_\w+, \d+, "(\w+)"/g)].map(
      ([, name]) => name,
    ),
  stage: () =>
    [...read('engine/core/pipeline.js').matchAll(/(?:stage|step)\w*\(?\s*'(\w+)'|'(\w+)'/g)].map(([, a, b]) => a ?? b),
  step: () =>
    [...read('engine/core/pipeline.js').matchAll(/'(\w+)'/g)].map(([, name]) => name).concat('total', 'load', 'infer'),
  canvas: () =>
    [...readFileSync(new URL('../wasm/compose/style.h', web), 'utf8').matchAll(/\("(\w+)", \d/g)]
      .map(([, name]) => name)
      .concat('none'),
  worn: () => [...read('engine/lists/options.js').matchAll(/^ {2}(\w+): \{/gm)].map(([, name]) => name),
  shop: () => (read('widget/studio/advice.js').includes('`shop.of.${') ? ['of'] : []),
  state: () => ['waiting', 'working', 'done', 'error', 'nothing'],
  key: () =>
    [...read('widget/studio/shortcuts.js').matchAll(/act: '([\w-]+)'|'key\.(\w+)'/g)].map(([, a, b]) => a ?? b),
};

test('every English text is used', () => {
  for (const room of rooms) {
    for (const key of names(table('en', room))) {
      const [family, member] = key.split('.');
      const known =
        [`'${key}'`, `"${key}"`].some((word) => code.includes(word)) || families[family]?.().includes(member);
      assert.ok(known, `${room}: ${key} is used nowhere`);
    }
  }
});

test('every text that markup asks for is there', () => {
  const all = new Set(rooms.flatMap((room) => Object.keys(table('en', room))));
  const asked = [...code.matchAll(/data-(?:t|label|title)="([^"]+)"/g)].map(([, key]) => key);
  assert.ok(asked.length > 40);
  assert.deepEqual(
    asked.filter((key) => !all.has(key)),
    [],
  );
});

test('every error of the core has its two sentences', () => {
  const codes = families.error();
  assert.ok(codes.length > 20);
  const keys = Object.keys(table('en', 'studio.js'))
    .filter((key) => key.startsWith('error.'))
    .sort();
  assert.deepEqual(keys, codes.flatMap((name) => [`error.${name}`, `error.${name}.do`]).sort());
});

test('the page is written in the English of its texts', () => {
  const english = table('en', 'page.js');
  const html = read('index.html');
  const written = [...html.matchAll(/data-t="([^"]+)"[^>]*>([^<]*)</g)];
  assert.ok(written.length > 15);
  for (const [, key, text] of written) assert.equal(text, english[key], key);
  for (const [, key, text] of html.matchAll(/data-label="([^"]+)"[^>]* aria-label="([^"]*)"/g))
    assert.equal(text, english[key], key);
  assert.equal(/<title>(.*)<\/title>/.exec(html)?.[1], english.title);
});

test('the script before the first paint and the menu know the same languages', () => {
  const early = /\^\((\w+(?:\|\w+)*)\)/.exec(read('theme-boot.js'))?.[1].split('|');
  assert.deepEqual(early, [...languages]);
  const menu = [...read('index.html').matchAll(/<option value="(\w+)" lang="(\w+)">/g)].map(
    ([, value, lang]) => value === lang && value,
  );
  assert.deepEqual(menu, [...languages]);
});

test('the first language that there are texts for is chosen, else English', () => {
  assert.equal(choose(['de-AT', 'fr']), 'de');
  assert.equal(choose([null, undefined, '', 'it', 'zh-Hant-TW']), 'zh');
  assert.equal(choose(['it', 'sv']), 'en');
});

test('places are filled, numbers and plurals are the language’s, and nothing else is touched', () => {
  const english = translator('en', {
    photos_one: '{{count}} photo',
    photos_other: '{{count}} photos',
    hi: 'Hi {{name}} {{gone}}',
  });
  assert.equal(english('photos', { count: 1 }), '1 photo');
  assert.equal(english('photos', { count: 2000 }), '2,000 photos');
  assert.equal(english('hi', { name: '{{gone}}$&' }), 'Hi {{gone}}$& {{gone}}');
  assert.equal(translator('de', { n_one: 'x', n_other: '{{count}} Fotos' })('n', { count: 2000 }), '2.000 Fotos');
  assert.equal(translator('fr', { n_one: '{{count}} photo', n_many: '', n_other: '' })('n', { count: 0 }), '0 photo');
  assert.equal(percent('de', 0.42).replace(/\s/, ' '), '42 %');
  assert.equal(bytes('en', 1_234_567), '1.2 MB');
  assert.equal(bytes('de', 1_234_567).replace(/\s/, ' '), '1,2 MB');
  assert.equal(bytes('en', 12), '12 bytes');
});
