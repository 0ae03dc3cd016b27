// Pictures that the core does not read: what the browser shows is cut out as it
// shows it, the rest by codecs that are fetched only then.
import { readFile } from 'node:fs/promises';
import { expect, test } from './page-helpers.js';
import { tiff } from '../js/tiff.js';

const remover = 'background-remover';
/** @param {string} name */
const path = (name) => new URL(`../pictures/${name}`, import.meta.url).pathname;

/** @param {import('@playwright/test').Page} page */
async function open(page) {
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto('LICENSE.txt'); // any page of the origin without a script
}

/**
 * A file through the engine, and beside it as an <img> shows it, on white.
 *
 * @param {import('@playwright/test').Page} page
 * @param {Uint8Array} file
 * @param {string} [type]
 * @returns {Promise<any>}
 */
const cut = (page, file, type = '') =>
  page.evaluate(
    async ([bytes, mime]) => {
      const { convert, removeBackground } = await import('/engine/index.js');
      const blob = new Blob([new Uint8Array(bytes)], { type: mime });
      /** @param {Blob} picture @returns {Promise<ImageData | null>} */
      const shown = async (picture) => {
        const image = new Image();
        image.src = URL.createObjectURL(picture);
        try {
          await image.decode();
        } catch {
          return null;
        }
        const { naturalWidth: width, naturalHeight: height } = image;
        const context = new OffscreenCanvas(width, height).getContext('2d');
        context.fillStyle = '#fff';
        context.fillRect(0, 0, width, height);
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, width, height);
      };
      try {
        const { report } = await removeBackground(blob);
        const [own, ours] = [await shown(blob), await shown((await convert(blob)).blob)];
        const most = own?.data.reduce((max, v, i) => Math.max(max, Math.abs(v - ours.data[i])), 0);
        const mean =
          own?.data.reduce((sum, v, i) => sum + Math.abs(v - ours.data[i]), 0) / ((own?.data.length * 3) / 4);
        return { photo: report.photo, found: report.subject.found, size: [report.width, report.height], most, mean };
      } catch (error) {
        return { code: error.code, detail: error.detail };
      }
    },
    /** @type {const} */ ([[...file], type]),
  );

/** Codecs that were asked for. @param {import('@playwright/test').Page} page */
function fetched(page) {
  /** @type {Set<string>} */
  const names = new Set();
  page.on('request', (request) => {
    const [, name] = /\/vendor\/(\w+)\//.exec(request.url()) ?? [];
    if (name) names.add(name);
  });
  return names;
}

test('an AVIF is cut out as the browser shows it, and no codec is fetched', async ({ page }) => {
  test.slow();
  const codecs = fetched(page);
  await open(page);
  const { photo, found, most } = await cut(page, await readFile(path('photo.avif')));
  expect([photo.format, photo.decoder, photo.note]).toEqual(['avif', 'browser', undefined]);
  expect([found, most]).toEqual([true, 0]);
  expect([...codecs]).toEqual([]);
});

test('HEIC and TIFF are cut out by codecs that are fetched then; without them they are refused by name', async ({
  page,
}) => {
  test.slow();
  const codecs = fetched(page);
  await open(page);
  const samples = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7) & 255));
  const files = {
    HEIC: await readFile(path('photo.heic')),
    TIFF: tiff({ width: 40, height: 30, bits: [8, 8, 8], kind: 2, samples, coding: 'deflate' }),
  };
  await page.route(/\/vendor\/(heif|tiff)\//, (route) => route.fulfill({ status: 404 }));
  for (const [name, file] of Object.entries(files)) {
    const { code, detail } = await cut(page, file);
    expect(code).toBe('needs_codec');
    expect(detail).toContain(name);
  }
  await page.unroute(/\/vendor\/(heif|tiff)\//);
  const heic = await cut(page, files.HEIC);
  expect([heic.photo?.format, heic.photo?.decoder, heic.found, heic.size]).toEqual([
    'heic',
    'libheif',
    true,
    [240, 135],
  ]);
  const { photo } = await cut(page, files.TIFF);
  expect([photo.format, photo.decoder, photo.width, photo.height]).toEqual(['tiff', 'geotiff', 40, 30]);
  expect([...codecs].sort()).toEqual(['heif', 'tiff']);
});

test('a drawing is cut out as the browser draws it, also one that says only its proportions', async ({ page }) => {
  await open(page);
  const svg = (/** @type {string} */ size) =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" ${size}><circle cx="150" cy="100" r="80" fill="tomato"/></svg>`,
    );
  const { photo, size, most } = await cut(page, svg('width="300" height="200"'), 'image/svg+xml');
  expect([photo.format, photo.decoder, photo.alpha, size, most]).toEqual(['svg', 'browser', true, [300, 200], 1]);
  expect(photo.note).toContain('alpha'); // its edges are premultiplied from the start, and that is said
  const other = await cut(page, svg('viewBox="0 0 300 200"'), 'image/svg+xml');
  expect(other.photo.format).toBe('svg');
  expect(other.size[0] / other.size[1]).toBeCloseTo(1.5, 1);
  expect((await cut(page, Buffer.from('<svg'), 'image/svg+xml')).code).toBe('unsupported_format');
  expect((await cut(page, Buffer.from('<svg >nothing'), 'image/svg+xml')).code).toBe('needs_codec');
});

test('alpha of a picture that the browser decodes is exact, under every alpha', async ({ page }) => {
  await open(page);
  // WebP by libwebp, BMP by the core; through the browser: a bitmap of its own of all alphas, as PNG bytes that the core
  // does not know for one
  const same = await page.evaluate(async () => {
    const { browserCodec } = await import('/engine/worker/browser-codec.js');
    const { convert } = await import('/engine/index.js');
    const data = new Uint8ClampedArray(256 * 40 * 4);
    for (let i = 0; i < 256 * 40; i++) data.set([(i * 7) & 255, (i * 13) & 255, (i >> 8) * 6, i & 255], i * 4);
    // lossless, and straight: made without a canvas
    const bmp = new Uint8Array(122 + data.length);
    const view = new DataView(bmp.buffer);
    bmp.set([0x42, 0x4d]);
    for (const [at, v] of [
      [2, bmp.length],
      [10, 122],
      [14, 108],
      [18, 256],
      [22, -40],
      [30, 3],
      [54, 0xff],
      [58, 0xff00],
      [62, 0xff0000],
      [66, 0xff000000],
    ])
      view.setInt32(at, v, true);
    view.setUint16(26, 1, true);
    view.setUint16(28, 32, true);
    bmp.set(data, 122);
    const png = new Uint8Array(await (await convert(new Blob([bmp]))).blob.arrayBuffer());
    const found = await browserCodec(async () => null).decode(png, '', { orientation: 1 });
    let most = 0;
    for (let i = 0; i < data.length; i++) if (data[i | 3]) most = Math.max(most, Math.abs(found.data[i] - data[i]));
    return { most, note: found.note, sizes: [found.width, found.height] };
  });
  expect(same).toEqual({ most: 0, note: undefined, sizes: [256, 40] });
});

test('a CMYK photo has the colours in which the browser shows it', async ({ page }) => {
  await open(page);
  const { photo, mean } = await cut(page, await readFile(path('cmyk.jpg')));
  expect([photo.decoder, photo.note]).toEqual(['core', undefined]);
  expect(mean).toBeLessThan(0.2); // 0.03 of 255; the goal is 2
});

for (const [name, size] of /** @type {[string, [number, number]][]} */ ([
  ['photo.heic', [240, 135]],
  ['lying.webp', [135, 240]],
]))
  test(`the page shows ${name} as the engine saw it, on both sides of the slider`, async ({ page }) => {
    test.slow();
    await page.goto('/');
    await page.locator(`${remover} .files`).setInputFiles(path(name));
    await expect(page.locator(remover)).toHaveAttribute('state', 'done', { timeout: 150_000 });
    for (const picture of ['img.before', 'img.cutout'])
      await expect
        .poll(
          () =>
            page
              .locator(`${remover} ${picture}`)
              .evaluate((/** @type {HTMLImageElement} */ { naturalWidth, naturalHeight }) => [
                naturalWidth,
                naturalHeight,
              ]),
          { timeout: 60_000 },
        )
        .toEqual(size);
    await expect(page.locator('[part=message]')).toBeHidden();
  });
