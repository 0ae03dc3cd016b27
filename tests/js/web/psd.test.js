// The layers of a PSD, written and read by the library that the page loads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initializeCanvas, readPsd, writePsd } from 'ag-psd';
import { layersOf } from '../../../web/widget/studio/psd.js';

// without a canvas, pixels only
initializeCanvas(
  () => assert.fail('no canvas is needed'),
  (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4), colorSpace: 'srgb' }),
);

/** @param {(x: number, y: number) => number[]} at */
function picture(at) {
  const [width, height] = [9, 7];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) data.set(at(i % width, Math.floor(i / width)), i * 4);
  return { width, height, data };
}
const names = { cutout: 'Cut-out', photo: 'Foto', background: '背景' };
const cutout = picture((x, y) => [x * 20, y * 30, 90, x === 8 ? 0 : x * 32]);
const photo = picture((x, y) => [250 - x, y, 7, 255]);
const background = picture((x) => [10, 200, x, 255]);

test('a PSD has the cut-out, the photo behind the matte, and the background, exactly', () => {
  const file = writePsd(/** @type {any} */ (layersOf({ cutout, photo, background }, names)), {
    generateThumbnail: false,
    noBackground: true,
  });
  const psd = readPsd(file, { useImageData: true });
  const layers = psd.children ?? [];
  assert.deepEqual([psd.width, psd.height], [9, 7]);
  assert.deepEqual(
    layers.map(({ name, hidden }) => [name, Boolean(hidden)]),
    [
      ['背景', false],
      ['Foto', true],
      ['Cut-out', false],
    ],
  );
  const at = (/** @type {any} */ image, /** @type {number} */ x, /** @type {number} */ y) => [
    ...image.data.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 4),
  ];
  assert.deepEqual(at(layers[0].imageData, 3, 2), [10, 200, 3, 255]);
  assert.deepEqual(at(layers[1].imageData, 5, 6), [245, 6, 7, 255]);
  for (const x of [1, 3, 5]) {
    assert.equal(at(layers[1].mask?.imageData, x, 4)[0], x * 32, 'the mask is the matte');
    assert.deepEqual(at(layers[2].imageData, x, 4), [x * 20, 120, 90, x * 32], 'straight, not premultiplied');
  }
  // what is seen: the one over the other
  assert.deepEqual(
    at(psd.imageData, 4, 1),
    [80, 30, 90].map((c, i) => Math.round((c * 128 + [10, 200, 4][i] * 127) / 255)).concat(255),
  );
});

test('without a background there are two layers, and what is seen is the cut-out', () => {
  const psd = layersOf({ cutout, photo }, names);
  assert.deepEqual(
    psd.children.map(({ name }) => name),
    ['Foto', 'Cut-out'],
  );
  assert.equal(psd.imageData.data, cutout.data);
});
