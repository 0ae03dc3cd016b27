// Pictures that no model has to look at: logos and drawings on a plain ground, and what is cut out already.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createNodeEngine } from '../../../web/engine/node.js';
import { png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());

const INK = [20, 90, 200];
const GROUND = [236, 230, 214];

/** How much of a pixel a ring covers, by 4 x 4 samples. @param {number} x @param {number} y */
function covered(x, y) {
  let sum = 0;
  for (let i = 0; i < 16; i++) {
    const r = Math.hypot(x + (i % 4) / 4 + 0.125 - 60, y + Math.floor(i / 4) / 4 + 0.125 - 50);
    sum += r > 20 && r < 40 ? 1 / 16 : 0;
  }
  return sum;
}

/** The ring on its ground. */
const logo = png(
  120,
  100,
  (x, y) => INK.map((v, c) => Math.round(v * covered(x, y) + GROUND[c] * (1 - covered(x, y)))),
  { channels: 3 },
);
/** The ring with its alpha. */
const cutOut = png(120, 100, (x, y) => [...INK, Math.round(covered(x, y) * 255)]);

/** @param {Buffer} file @param {object} [options] */
const removed = (file, options) => engine.removeBackground(new Blob([file]), { format: 'png', ...options });

test('a logo is keyed by its ground, without a model, and what it encloses is clear', async () => {
  const { blob, report } = await removed(logo);
  assert.deepEqual([report.model, report.engine, report.subject.kind], ['none', 'none', 'graphic']);
  assert.equal(report.subject.found, true);
  assert.equal(report.subject.given, false);
  assert.equal(report.timings_ms.infer, undefined);
  const { rgba: data } = readPng(Buffer.from(await blob.arrayBuffer()));
  for (let i = 0; i < 120 * 100; i++) {
    const alpha = data[i * 4 + 3];
    assert.ok(Math.abs(alpha - covered(i % 120, Math.floor(i / 120)) * 255) <= 3, `alpha of pixel ${i}`);
    for (let c = 0; c < 3 && alpha > 40; c++)
      assert.ok(Math.abs(data[i * 4 + c] - INK[c]) <= 4, `colour of pixel ${i}`);
  }
});

test('what is cut out already stays as it is, in a preview, too', async () => {
  const { blob, report } = await removed(cutOut);
  assert.equal(report.subject.given, true);
  const { rgba: data } = readPng(Buffer.from(await blob.arrayBuffer()));
  for (let i = 0; i < 120 * 100; i++) {
    const alpha = Math.round(covered(i % 120, Math.floor(i / 120)) * 255);
    assert.deepEqual([...data.subarray(i * 4, i * 4 + 4)], alpha ? [...INK, alpha] : [0, 0, 0, 0]);
  }
  const preview = await engine.preview(new Blob([cutOut]));
  const { data: shown } = await preview.show({ background: '#ffffff' }, 120);
  assert.deepEqual([...shown.subarray(0, 4)], [255, 255, 255, 255]);
  await preview.close();
});

test('kind photo, or a model of one’s own, has the model look at it', async () => {
  for (const file of [logo, cutOut]) {
    const { report } = await removed(file, { kind: 'photo' });
    assert.match(report.model, /^base /);
    assert.deepEqual([report.subject.kind, report.subject.given], ['photo', false]);
  }
});

test('kind is one of three', async () => {
  await assert.rejects(removed(logo, { kind: 'drawing' }), {
    code: 'bad_option',
    detail: /^kind is auto, photo or graphic\.$/,
  });
});
