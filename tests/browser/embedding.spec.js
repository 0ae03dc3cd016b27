// The element on pages of other people: another host, a sandboxed frame, a
// policy as strict as can be, no policy at all.
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { dist } from '../../tools/build.js';
import { expect, sample, test } from './page-helpers.js';

const remover = 'background-remover';
const types = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** Pages of somebody else by path, and dist/ on another port, which to a browser is another host. @type {Record<string, [string, object?]>} */
const pages = {};
let [site, files] = [null, null];
const listen = (server) =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
test.beforeAll(async ({}, info) => {
  site = await listen(
    createServer((request, response) => {
      const [body, headers] = pages[request.url] ?? [''];
      const isolated =
        info.project.name === 'isolated'
          ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
          : {};
      response.writeHead(body ? 200 : 404, { 'Content-Type': 'text/html', ...isolated, ...headers }).end(body);
    }),
  );
  files = await listen(
    createServer((request, response) => {
      const path = normalize(new URL(request.url, 'http://x').pathname);
      response.writeHead(200, {
        'Content-Type': types[extname(path)] ?? 'application/octet-stream',
        'Access-Control-Allow-Origin': '*',
      });
      createReadStream(join(dist, path))
        .on('error', () => response.destroy())
        .pipe(response);
    }),
  );
});
test.afterAll(async () => {
  for (const server of [site, files]) {
    server.close();
    server.closeAllConnections();
  }
});
/** @param {any} server */
const at = (server) => `http://127.0.0.1:${server.address().port}`;

/** @param {import('@playwright/test').Page | import('@playwright/test').Frame} page */
async function cut(page) {
  await page
    .locator(`${remover} .files`)
    .setInputFiles({ name: 'duck.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) });
  await expect(page.locator(remover)).toHaveAttribute('state', 'done', { timeout: 45_000 });
  await expect(page.locator('.meta')).toContainText('PNG · 1200 × 900');
}

/** The two hosts of this file are no foreign ones. @param {string[]} trouble */
const ours = (trouble) => {
  const rest = trouble
    .splice(0)
    .filter((line) => ![site, files].some((server) => line.startsWith(`another host: ${at(server)}/`)));
  trouble.push(...rest);
};

/** @param {string} host @param {string} more */
const html = (host, more = '') => `<!doctype html><html lang="en"><link rel=icon href=data:,><title>x</title>
<script type="module" src="${host}/widget/background-remover.js"></script><background-remover></background-remover>${more}`;

test('with the files on another host', async ({ page, trouble }) => {
  pages['/alone.html'] = [html(at(files))];
  await page.goto(`${at(site)}/alone.html`);
  await cut(page);
  ours(trouble);
});

test('in a sandboxed frame', async ({ page, trouble }) => {
  pages['/alone.html'] = [html(at(files)), { 'Cross-Origin-Resource-Policy': 'cross-origin' }];
  pages['/outer.html'] = [
    '<!doctype html><link rel=icon href=data:,><iframe sandbox="allow-scripts allow-downloads" src="/alone.html" width=900 height=700></iframe>',
  ];
  await page.goto(`${at(site)}/outer.html`);
  const frame = page.frames().find((one) => one.url().endsWith('/alone.html'));
  expect(await frame.evaluate(() => self.origin)).toBe('null');
  await cut(frame);
  await frame.getByLabel('Format').selectOption('webp');
  await expect(frame.locator('.meta')).toContainText('WEBP');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    frame.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('duck-cutout.webp');
  ours(trouble);
});

test('two on one page, under the policy of the manual', async ({ page }) => {
  const manual = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
  const policy = /^default-src .*$/m.exec(manual)?.[0];
  await page.route('**/alone.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'Content-Security-Policy': policy },
      body: html('', '<background-remover id="second" background="white" format="jpeg"></background-remover>'),
    }),
  );
  await page.goto('/alone.html');
  const photo = { name: 'duck.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) };
  await page.locator(`${remover} .files`).first().setInputFiles(photo);
  await page.locator('#second .files').setInputFiles(photo);
  await expect(page.locator(`${remover}[state=done]`)).toHaveCount(2, { timeout: 45_000 });
  await expect(page.locator('.meta').first()).toContainText('PNG');
  await expect(page.locator('#second .meta')).toContainText('JPEG');
});

test('nothing of the page is touched but the element: no storage, no style, no worker', async ({ page }) => {
  await page.route('**/alone.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: html('', '<p>text</p>') }),
  );
  await page.goto('/alone.html');
  await cut(page);
  await page.getByRole('button', { name: 'White' }).click();
  await expect(page.locator('.exact')).toBeVisible();
  const left = await page.evaluate(async () => ({
    storage: Object.keys(localStorage),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
    cookie: document.cookie,
  }));
  expect(left).toEqual({ storage: [], caches: ['cutaway-models-1'], workers: 0, sheets: 0, cookie: '' });
});
