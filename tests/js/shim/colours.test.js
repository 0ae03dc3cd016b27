// The shim reads colours without the core, which may not be there: both read the
// same texts as the same colours.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { parseColor } from '../../../shim/css-color.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());
const clear = new Blob([png(1, 1, () => [0, 0, 0, 0])]);

/** What the core paints behind a clear picture. @param {string} background @returns {Promise<string | undefined>} */
async function ofCore(background) {
  try {
    const { blob } = await engine.convert(clear, { background, format: 'png' });
    const { rgba } = readPng(new Uint8Array(await blob.arrayBuffer()));
    return `#${Buffer.from(rgba.subarray(0, 3)).toString('hex')}`;
  } catch (error) {
    assert.equal(error.code, 'bad_option', background);
    return undefined;
  }
}

/** Each function with values in and out of range, units, commas or spaces, an alpha or none. */
function* written() {
  const values = {
    rgb: [
      '1 2 3',
      '1,2,3',
      '1 , 2 , 3',
      '255 128 0',
      '0 0 0',
      '300 -20 40',
      '1.5 2.5 3.49',
      '10% 20% 30%',
      '.5 .4 .6',
      '50%,0%,120%',
    ],
    hsl: [
      '0 0% 0%',
      '120 100% 50%',
      '120,100%,25%',
      '-60deg 50% 50%',
      '400 10% 90%',
      '.5turn 30% 40%',
      '3.1416rad 30% 40%',
      '100grad 80% 20%',
      '210 65 20',
      '1e9 1% 1%',
    ],
    hwb: ['0 0% 0%', '120 20% 30%', '300 60% 60%', '90deg 100% 0%', '45 -5% 10%', '.25turn 10% 10%'],
  };
  for (const [name, all] of Object.entries(values))
    for (const value of all)
      for (const alpha of ['', ' / 1', '/100%', ' / 1.0', ' / .99', ' / 99%', ' / 2', ' /'])
        for (const call of name === 'hwb' ? [name] : [name, `${name}a`, name.toUpperCase()]) {
          if (alpha && alpha !== ' / 1' && call !== name) continue;
          yield `${call}(${value}${value.includes(',') ? alpha.replace(/^ ?\//, ',') : alpha})`;
        }
  const hex = [
    '#123',
    '#abcdef',
    '#ABCDEF',
    '#1234',
    '#abcf',
    '#abcdefff',
    '#abcdeffe',
    '#12',
    '#12345',
    '#1234567',
    '#123456789',
    '#ggg',
    '#',
    '# 123',
  ];
  const none = [
    ...[
      '',
      'none',
      'inherit',
      'currentcolor',
      'bluer',
      'blu',
      'dark gray',
      'url(x)',
      'red;',
      'red blue',
      '#fff)',
      'var(--x)',
    ],
    ...[
      'rgb()',
      'rgb(1)',
      'rgb(1 2)',
      'rgb(1 2 3 4)',
      'rgb(1 2 3',
      'rgb 1 2 3',
      'rgb(1 2 3))',
      'rgb(1px 2 3)',
      'rgb(a b c)',
      'rgb(1,,2,3)',
    ],
    ...[
      'hsl(50% 50% 50%)',
      'hsl(50 50% 50deg)',
      'hwb(0 0%)',
      'hwba(0 0% 0%)',
      'hsv(0 0% 0%)',
      'cmyk(0 0 0 0)',
      'constructor',
      '__proto__',
    ],
  ];
  yield* [...hex, ...none];
}

test('the shim and the core read the same colours', async () => {
  const source = await readFile(new URL('../../../wasm/options/colour.c', import.meta.url), 'utf8');
  const names = [...source.matchAll(/\{"([a-z]+)", 0x[0-9A-F]{6}\}/g)].map(([, name]) => name);
  assert.equal(names.length, 148);
  let colours = 0;
  for (const text of [...names, 'REBECCAPURPLE', ...written()]) {
    const [shim, core] = [parseColor(text), await ofCore(text)];
    assert.equal(shim, core, text);
    colours += core === undefined ? 0 : 1;
  }
  assert.ok(colours > 250, String(colours));
});
