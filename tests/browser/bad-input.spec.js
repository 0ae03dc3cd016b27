// What goes wrong outside of the page's power: storage full, two tabs at once,
// files that vanish or are no photos. Each has its message or costs nothing,
// and the rest goes on. (Of many photos: batch.spec.js.)
import { mkdtemp, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, photo, sample, test } from './page-helpers.js';

const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page */
const done = (page) => expect(page.locator(remover)).toHaveAttribute('state', 'done', { timeout: 45_000 });

test('with the storage full the whole job runs, settings last as long as the page, and nothing is half kept', async ({
  page,
  baseURL,
}) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await page.goto('/');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(baseURL).origin, quotaSize: 1000 });
  expect(
    await page.evaluate(async () =>
      (await caches.open('x')).put('/x', new Response(new Uint8Array(1e6))).then(
        () => 'put',
        ({ name }) => name,
      ),
    ),
  ).toBe('QuotaExceededError');
  await page.evaluate(() => caches.delete('cutaway-models-1'));
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await done(page);
  await page.getByLabel('Format').selectOption('jpeg');
  await expect(page.locator('.meta')).toContainText('JPEG · 1200 × 900');
  await page.getByLabel('Any colour').fill('#12ab34');
  await page.getByLabel('Any colour').dispatchEvent('change');
  await expect(page.locator('.swatch.recent')).toHaveCount(1);
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.locator(`${remover} .files`).setInputFiles(sample); // no network for the model again: the worker has it
  await done(page);
  await expect(page.getByLabel('Format')).toHaveValue('jpeg');
  await expect(page.locator('[part=message]')).toBeHidden();
  expect(await page.evaluate(async () => (await (await caches.open('cutaway-models-1')).keys()).length)).toBe(0);
});

test('two tabs work at once; what each was told stays, and the next visit has both', async ({ page, context }) => {
  const other = await context.newPage();
  const tabs = [page, other];
  await Promise.all(tabs.map((tab) => tab.goto('/')));
  await Promise.all(tabs.map((tab) => tab.locator(`${remover} .files`).setInputFiles(sample)));
  await Promise.all(tabs.map(done));
  const hashes = () =>
    Promise.all(
      tabs.map((tab) =>
        tab.evaluate(async () => {
          const image = document.querySelector('background-remover').shadowRoot.querySelector('.cutout');
          const file = await fetch(image.src).catch(() => null); // it may be replaced just now
          const bytes = file && (await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
          return bytes && [...new Uint8Array(bytes)].join();
        }),
      ),
    );
  // before anything is asked for: what is chosen while details are looked for makes another file instead
  await expect
    .poll(async () => {
      const [first, second] = await hashes();
      return !!first && first === second;
    })
    .toBe(true);
  await page.getByLabel('Format').selectOption('jpeg');
  await other.getByRole('button', { name: 'White' }).click();
  for (const [tab, colour] of [
    [page, '#12ab34'],
    [other, '#9911ee'],
  ]) {
    await tab.getByLabel('Any colour').fill(colour);
    await tab.getByLabel('Any colour').dispatchEvent('change');
  }
  await expect(page.locator(remover)).toHaveAttribute('background', '#12ab34');
  await expect(page.locator('.meta')).toContainText('JPEG');
  await expect(other.locator('.meta')).toContainText('PNG');
  await expect(other.getByLabel('Format')).toHaveValue('png');
  await page.reload();
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await done(page);
  await expect(page.locator(remover)).toHaveAttribute('background', '#9911ee');
  await expect(page.getByLabel('Format')).toHaveValue('jpeg');
  await expect(page.locator('.swatch.recent')).toHaveCount(2);
});

test('a photo removed while it waits and 200 MB of nothing have their message; the photo after them is done', async ({
  page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'cutaway-bad-'));
  const path = (/** @type {string} */ name) => join(folder, name);
  try {
    await page.goto('/');
    await page.evaluate(() => {
      // the line stands until all is laid out
      const element = document.querySelector('background-remover');
      window.go = new Promise((resolve) => {
        window.start = resolve;
      });
      element.engine = {
        removeBackground: async (...args) => {
          await window.go;
          return (await import('/engine/index.js')).removeBackground(...args);
        },
      };
    });
    const { buffer } = photo('x');
    await writeFile(path('gone.bmp'), buffer);
    await writeFile(path('zeros.jpg'), '');
    await truncate(path('zeros.jpg'), 200e6);
    await page.locator(`${remover} .files`).setInputFiles([path('gone.bmp'), path('zeros.jpg'), sample]);
    await expect(page.locator('.thumb')).toHaveCount(3);
    await unlink(path('gone.bmp'));
    await page.evaluate(() => window.start());
    const names = [/gone\.bmp, error/, /zeros\.jpg, error/, /duck\.jpg, done/];
    for (const name of names) await expect(page.getByRole('button', { name })).toBeVisible({ timeout: 45_000 });
    const message = page.locator('[part=message]');
    await page.getByRole('button', { name: names[0] }).click();
    await expect(message).toContainText('The file could not be read.');
    await expect(message).toContainText('It may have been moved. Choose it again.');
    await page.getByRole('button', { name: names[1] }).click();
    await expect(message).toContainText('This is not a photo that can be opened.');
    await page.getByRole('button', { name: names[2] }).click();
    await done(page);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
