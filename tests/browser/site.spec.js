// `npm run site` on the poorest host: under a path, no header but a type for
// the oldest of endings, a folder without its slash, 404.html for what is missing.
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { stageSite } from '../../tools/site.js';
import { expect, sample, test as base } from './page-helpers.js';

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};

const test = base.extend({
  serviceWorkers: 'allow',
  host: [
    async ({}, use) => {
      const dir = mkdtempSync(join(tmpdir(), 'cutaway-site-'));
      /** @type {string[]} */ const refused = [];
      const server = createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://x');
        const inside = /^\/some\/where(\/.*)$/.exec(pathname)?.[1];
        let file = inside && join(dir, inside.endsWith('/') ? `${inside}index.html` : inside);
        const there = file && existsSync(file) && statSync(file).isFile();
        if (!there) {
          refused.push(pathname);
          file = join(dir, '404.html');
        }
        response.writeHead(there ? 200 : 404, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
        createReadStream(file).pipe(response);
      });
      await new Promise((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      const url = `http://127.0.0.1:${server.address().port}/some/where/`;
      stageSite({ dir, url: `${url}index.html` });
      await use({
        dir,
        url,
        refused,
        cut: () =>
          new Promise((resolve) => {
            server.close(resolve);
            server.closeAllConnections();
          }),
      });
      server.close();
      server.closeAllConnections();
      rmSync(dir, { recursive: true, force: true });
    },
    { scope: 'test' },
  ],
  baseURL: async ({ host }, use) => use(host.url), // a request outside of the path is a foreign one
});

const cut = async (page) => {
  await page
    .locator('background-remover .files')
    .setInputFiles({ name: 'duck.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) });
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done', { timeout: 45_000 });
  await page.getByLabel('Format').selectOption('webp');
  await expect(page.locator('.meta')).toContainText('WEBP · 1200 × 900', { timeout: 45_000 });
};

test('does its job under a path of a host that knows nothing, then without the host', async ({
  page,
  host,
  trouble,
}) => {
  await page.goto(host.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload(); // now through the worker
  await cut(page);
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.locator('#many').click();
  await expect(page.locator('background-batch')).toBeVisible();
  expect(host.refused).toEqual([]);
  await host.cut();
  await page.reload();
  await cut(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  expect(
    readFileSync(await download.path())
      .subarray(8, 12)
      .toString(),
  ).toBe('WEBP');
  expect(trouble).toEqual([]);
});

test('can be taken down for good, as the manual says', async ({ page, host }) => {
  await page.goto(host.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  writeFileSync(join(host.dir, 'offline.js'), 'registration.unregister()');
  writeFileSync(join(host.dir, 'index.html'), '<!doctype html><link rel=icon href=data:,><title>Gone</title>');
  await page.reload();
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await page.reload();
  await expect(page).toHaveTitle('Gone');
});

test('what is missing says so and leads back', async ({ page, host, trouble }) => {
  await page.goto(`${host.url}old/place/page.html`);
  await page.getByRole('link', { name: 'To Cutaway' }).click();
  await expect(page.getByRole('button', { name: 'Choose a photo' })).toBeVisible();
  expect(page.url()).toBe(host.url);
  expect(trouble.splice(0)).toEqual([
    'console: Failed to load resource: the server responded with a status of 404 (Not Found)',
  ]);
});

test('the page itself forbids other hosts, and names its address and picture', async ({ page, host, trouble }) => {
  await page.goto(host.url);
  const refused = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'went out',
      () => 'refused',
    ),
  );
  expect(refused).toBe('refused');
  await expect.poll(() => trouble.some((line) => line === 'console: CSP: connect-src https://example.org/')).toBe(true);
  const meta = (name) => page.locator(`meta[property="og:${name}"]`).getAttribute('content');
  expect(await meta('url')).toBe(host.url);
  expect(await meta('title')).toBe(await page.title());
  expect(await meta('description')).toContain('transparent background');
  expect((await page.request.get(await meta('image'))).ok()).toBe(true);
  expect(trouble.splice(0).filter((line) => !line.includes('https://example.org/'))).toEqual([]);
});

test('the licences of all that is in it are a click away', async ({ page, host, trouble }) => {
  for (const [name, words] of [
    ['Licence', ['Apache License']],
    [
      'Third parties',
      ['Dave Gamble', 'Eric Biggers', 'Sean Barrett', 'Microsoft Corporation', 'Google Inc.', 'Rich Felker'],
    ],
  ]) {
    await page.goto(host.url);
    await page.getByRole('link', { name }).click();
    for (const word of words) await expect(page.locator('body')).toContainText(word);
  }
  trouble.splice(0); // a text has no icon of its own: the browser asks the host for one
});
