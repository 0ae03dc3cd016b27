// The matte that comes along with a result gives the same bytes again, without a model.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import * as engine from '../../../web/engine/node.js';
import { readPng } from '../pictures.js';

after(() => engine.dispose());

test('keepMatte: the same result by the matte, for any options, with no engine', async () => {
  const photo = new Blob([await readFile(new URL('../../../web/samples/duck.jpg', import.meta.url))]);
  const first = await engine.removeBackground(photo, { background: 'white', format: 'png', keepMatte: true });
  const matte = /** @type {Blob} */ (first.matte);
  const picture = readPng(new Uint8Array(await matte.arrayBuffer()));
  assert.deepEqual([picture.width, picture.height, picture.type], [1200, 900, 0]);
  for (const options of [
    { background: 'white', format: 'png' },
    { background: 'blur', shadow: true, format: 'jpeg' },
    { canvas: 'square', format: 'png' },
  ]) {
    const [model, kept] = await Promise.all([
      engine.removeBackground(photo, /** @type {any} */ (options)),
      engine.removeBackground(photo, /** @type {any} */ ({ ...options, matte })),
    ]);
    assert.equal(kept.report.engine, 'none');
    assert.ok(
      Buffer.from(await model.blob.arrayBuffer()).equals(Buffer.from(await kept.blob.arrayBuffer())),
      JSON.stringify(options),
    );
  }
  const { matte: none } = await engine.removeBackground(photo, { format: 'png' });
  assert.equal(none, undefined);
});
