// Pages of black and white in a TIFF, as scanners and fax machines write them.
// The codes are libtiff's.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { readPng } from '../pictures.js';
import { tiff } from '../tiff.js';

const engine = createNodeEngine();
after(() => engine.dispose());

const [W, H] = [70, 12];
/** @param {number} x @param {number} y */
const isBlack = (x, y) => (x * x + 5 * y) % 23 < 9 && x + 3 * y < 80;

/** That page: Compression, T4Options, its codes, of which the runs that they call black are 1, white here. @type {Record<string, [number, number, string]>} */
const pages = {
  'rows by themselves': [
    2,
    0,
    'jHQ/eOh/MdD946H8x0P3jofgeHTk6Hoh05Oh6IdOToecNWOh0OQ6HQ4x0OhyHQ6HGOh0OQ6HQ7A1nQ+++OnN0PvvjpzdD7746eA13h+8eeeH7x554fvHn4x0PPDofzHQ88Oh/MdDzw6HMHx4ch4fjHhyHh+MeHIcUDVjodO3Q6HGOh07dDocY6HTg4A1h8f7HxzHx/sfHMfHxwc1UIdD946HUKEOh+8dDqFCHAiMdDijofzHQ4o6H8DYNWPDkPDjHhyHhwyw',
  ],
  'rows with ends': [
    3,
    0,
    'ABjHQ/eOh/MdD946H8x0P3jofgAF4dOToeiHTk6Hoh05Oh5wATVjodDkOh0OMdDoch0OhxjodDkOh0OwATWdD7746c3Q+++OnN0Pvvjp4AE13h+8eeeH7x554fvHnwAYx0PPDofzHQ88Oh/MdDzw6HMAF8eHIeH4x4ch4fjHhyHFABNWOh07dDocY6HTt0OhxjodODgAmsPj/Y+OY+P9j45j4+ODgAmqhDofvHQ6hQh0P3jodQoQ4EAAxjocUdD+Y6HFHQ/gbAATVjw5Dw4x4ch4cMs=',
  ],
  'rows by the one above, some by themselves': [
    3,
    1,
    'ABxjofvHQ/mOh+8dD+Y6H7x0PwACXYrtdiu12K7gAzVjodDkOh0OMdDoch0OhxjodDkOh0OwAVdl9drsvrtdl9dwAZrvD94888P3jzzw/ePPgAhQQW1hAmKCC2sIExQQW1hAhgA3x4ch4fjHhyHh+MeHIcUAEFhBWoQWOEFahBY4QVjABmsPj/Y+OY+P9j45j4+ODgAoVIIj6SCChhUgiPpIIKGFSGADjHQ4o6H8x0OKOh/A2AAgSTI5JkcaZHJMjhlg',
  ],
  'rows by the one above': [
    4,
    0,
    'MZHRHzeR0R85kdEfN5HRHzmR0R83kdEfrsV2uxXa7FdwkkEUPSQIjjSCKHpIERxpBFD0kCI7rsvrtdl9drsvrvSYJikm0mCYpJtJgmKSbiggtrCBMUEFtYQJiggtrCBDSTI5JkfSTI5JkfSTI5IYWEFahBY4QVqEFjhBWOlsVsjmtitkc1vhUgiPpIIKGFSCI+kggoYVIYrx9ivH2KGCSZHJMjjTI5JkcMsAEAE=',
  ],
};

/** @param {string} name @param {(codes: Buffer) => Buffer} [change] @param {number} [times] the same strip again */
function file(name, change = (codes) => codes, times = 1, order = 1) {
  const [compression, options, text] = pages[name];
  const codes = change(Buffer.from(text, 'base64'));
  const strip = Buffer.concat([codes], Math.ceil(codes.length / H) * H); // with zeros behind them
  return tiff({
    width: W,
    height: H * times,
    samples: Buffer.concat(Array.from({ length: times }, () => strip)),
    bits: [1],
    kind: 1,
    rows: H,
    tags: { 259: [3, [compression]], 266: [3, [order]], 292: [4, [options]] },
  });
}

/** @param {Buffer} bytes */
async function decoded(bytes) {
  const { blob } = await engine.convert(new Blob([bytes]), { format: 'png' });
  return readPng(new Uint8Array(await blob.arrayBuffer()));
}

for (const name of Object.keys(pages))
  test(`fax codes, ${name}: the page, or an error where they end early`, async () => {
    /** Each byte's lowest bit first. @param {Buffer} codes */
    const mirrored = (codes) =>
      Buffer.from(
        codes.map((byte) => Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2)),
      );
    for (const [bytes, height] of /** @type {const} */ ([
      [file(name), H],
      [file(name, undefined, 2), 2 * H],
      [file(name, mirrored, 1, 2), H],
    ])) {
      const { width, height: high, rgba } = await decoded(bytes);
      assert.deepEqual([width, high], [W, height]);
      for (let i = 0; i < W * height; i++) {
        const [x, y] = [i % W, Math.floor(i / W) % H];
        assert.equal(rgba[i * 4], isBlack(x, y) ? 0 : 255, `${x}, ${y}`);
      }
    }
    for (const part of [0.3, 0.7]) {
      const cut = file(name, (codes) => codes.subarray(0, codes.length * part));
      await assert.rejects(decoded(cut), { code: 'corrupt_image' });
    }
  });
