// The shim in a page, with the real engine and the strict CSP: the npm SDK over
// the patched fetch, IndexedDB across a reload, two tabs, the service worker.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { dist } from '../../tools/build.js';
import { serveStatic } from '../../tools/serve.js';
import { bundleMagicHour } from '../clients/page-bundle.js';

test.use({ serviceWorkers: 'allow' });

/** dist/ as it ships, and beside it what a site would add of its own. */
const site = mkdtempSync(join(tmpdir(), 'cutaway-site-'));
/** @type {Awaited<ReturnType<typeof serveStatic>>} */ let server;

test.beforeAll(async ({}, info) => {
  for (const name of readdirSync(dist))
    if (!existsSync(join(site, name))) symlinkSync(join(dist, name), join(site, name));
  rmSync(join(site, 'service-worker.js'), { force: true }); // a copy at the root, as the manual says
  cpSync(join(dist, 'shim/adapters/service-worker.js'), join(site, 'service-worker.js'));
  mkdirSync(join(site, 'plain'), { recursive: true });
  writeFileSync(
    join(site, 'plain/index.html'),
    '<!doctype html><link rel=icon href=data:,><title>a page that knows nothing of Cutaway</title><img id="i" alt="">',
  );
  writeFileSync(
    join(site, 'host.html'),
    '<!doctype html><link rel=icon href=data:,><title>the page with the engine</title>',
  );
  writeFileSync(join(site, 'magic-hour.js'), await bundleMagicHour());
  server = await serveStatic({ dir: site, isolate: info.project.name === 'isolated' });
});
test.afterAll(async () => {
  await server.close();
  rmSync(site, { recursive: true, force: true });
});

/** Opens the page; fails the test on any console error or foreign request. */
async function open(/** @type {import('@playwright/test').Page} */ page, path = 'host.html') {
  const complaints = /** @type {string[]} */ ([]);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(server.url)) complaints.push(request.url());
  });
  await page.goto(new URL(path, server.url).href);
  return complaints;
}

test('the npm SDK, unmodified, runs over the patched fetch without any network', { tag: '@isolated' }, async ({
  page,
}) => {
  const complaints = await open(page);
  await page.addScriptTag({ url: new URL('magic-hour.js', server.url).href });
  const seen = await page.evaluate(async () => {
    const { createShim, install } = await import(/** @type {any} */ ('/shim/index.js'));
    const engine = await import(/** @type {any} */ ('/engine/index.js'));
    const photo = await (await fetch('/samples/duck.jpg')).blob();
    const undo = install(createShim({ engine, blobUrls: true }));
    const Client =
      /** @type {any} */ (globalThis).MagicHour.default.default ?? /** @type {any} */ (globalThis).MagicHour.default;
    const client = new Client({ token: 'mhk_live_page' }); // the vendor's own base URL
    const result = await client.v1.imageBackgroundRemover.generate(
      { assets: { imageFilePath: new File([photo], 'duck.jpg') }, name: 'in a page' },
      { downloadOutputs: false },
    );
    const bytes = await (await fetch(result.downloads[0].url)).arrayBuffer();
    const image = new Image();
    image.src = result.downloads[0].url;
    await image.decode();
    const want = await (await engine.removeBackground(photo, {})).blob.arrayBuffer();
    const same =
      new Uint8Array(bytes).every((byte, i) => byte === new Uint8Array(want)[i]) &&
      bytes.byteLength === want.byteLength;
    await client.v1.imageProjects.delete({ id: result.id });
    const after = await client.v1.imageProjects.get({ id: result.id });
    undo();
    return { status: result.status, name: result.name, same, width: image.naturalWidth, enabled: after.enabled };
  });
  expect(seen).toEqual({
    status: 'complete',
    name: 'in a page',
    same: true,
    width: expect.any(Number),
    enabled: false,
  });
  expect(seen.width).toBeGreaterThan(10);
  expect(complaints).toEqual([]);
});

/** Runs in the page: a shim on IndexedDB whose engine waits for `release()`. */
const setUp = async (/** @type {{ name: string, hold: boolean }} */ { name, hold }) => {
  const { createShim, createIndexedDbStore } = await import(/** @type {any} */ ('/shim/index.js'));
  const engine = {
    removeBackground: async (/** @type {Blob} */ blob) => {
      /** @type {any} */ (globalThis).runs = /** @type {any} */ (globalThis.runs ?? 0) + 1;
      if (hold) await new Promise(() => {});
      return { blob: new Blob([await blob.arrayBuffer()], { type: 'image/png' }), report: {} };
    },
  };
  const shim = createShim({ engine, store: await createIndexedDbStore({ name }), bases: [location.origin] });
  await shim.ready();
  /** @type {any} */ (globalThis).shim = shim;
};
const ask = async (/** @type {{ path: string, body?: unknown }} */ { path, body }) => {
  const response = await /** @type {any} */ (globalThis).shim.fetch(
    new Request(new URL(path, location.href), body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  );
  return response.json();
};
const createProject = async () => {
  const shim = /** @type {any} */ (globalThis).shim;
  const post = async (/** @type {string} */ path, /** @type {unknown} */ body) =>
    (
      await shim.fetch(new Request(new URL(path, location.href), { method: 'POST', body: JSON.stringify(body) }))
    ).json();
  const {
    items: [slot],
  } = await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] });
  const canvas = new OffscreenCanvas(4, 4);
  canvas.getContext('2d');
  await shim.fetch(new Request(slot.upload_url, { method: 'PUT', body: await canvas.convertToBlob() }));
  return (await post('/v1/image-background-remover', { assets: { image_file_path: slot.file_path } })).id;
};

test('a reload loses nothing: a half-done project is finished by the next page', async ({ page }) => {
  const complaints = await open(page);
  await page.evaluate(setUp, { name: 'reload', hold: true });
  const id = await page.evaluate(createProject);
  await expect
    .poll(async () => (await page.evaluate(ask, { path: `/v1/image-projects/${id}` })).status)
    .toBe('rendering');
  await page.reload();
  await page.evaluate(setUp, { name: 'reload', hold: false });
  await expect
    .poll(async () => (await page.evaluate(ask, { path: `/v1/image-projects/${id}` })).status)
    .toBe('complete');
  const { downloads } = await page.evaluate(ask, { path: `/v1/image-projects/${id}` });
  expect(downloads).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test("a second tab does not repeat the first one's job, and takes it over when that is closed", async ({ context }) => {
  const first = await context.newPage();
  const second = await context.newPage();
  await open(first);
  await open(second);
  await first.evaluate(setUp, { name: 'tabs', hold: true });
  const id = await first.evaluate(createProject);
  await expect
    .poll(async () => (await first.evaluate(ask, { path: `/v1/image-projects/${id}` })).status)
    .toBe('rendering');
  await second.evaluate(setUp, { name: 'tabs', hold: false });
  for (let i = 0; i < 3; i++)
    expect((await second.evaluate(ask, { path: `/v1/image-projects/${id}` })).status).toBe('rendering');
  expect(await second.evaluate(() => /** @type {any} */ (globalThis).runs ?? 0)).toBe(0);
  await first.close();
  await expect
    .poll(async () => (await second.evaluate(ask, { path: `/v1/image-projects/${id}` })).status)
    .toBe('complete');
  expect(await second.evaluate(() => /** @type {any} */ (globalThis).runs)).toBe(1);
});

test('two tabs, one idempotency key, the same moment: one job', async ({ context }) => {
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await open(tab);
    await tab.evaluate(setUp, { name: 'one-key', hold: false });
  }
  const answers = await Promise.all(
    tabs.flatMap((tab) =>
      [1, 2, 3].map(() =>
        tab.evaluate(async () => {
          const response = await /** @type {any} */ (globalThis).shim.fetch(
            new Request(new URL('/api/v1/remove-background', location.href), {
              method: 'POST',
              headers: { 'idempotency-key': 'same-moment' },
              body: JSON.stringify({ input: [{ image_url: 'data:image/png;base64,iVBORw0KGgo=' }] }),
            }),
          );
          return [response.status, (await response.json()).job.id];
        }),
      ),
    ),
  );
  expect(answers.map(([status]) => status).sort()).toEqual([200, 200, 200, 200, 200, 202]);
  expect(new Set(answers.map(([, id]) => id)).size).toBe(1);
});

test('service worker: a page that knows nothing uses plain fetch and <img src>, offline', { tag: '@isolated' }, async ({
  context,
}) => {
  const host = await context.newPage();
  const complaints = await open(host);
  await host.evaluate(async () => {
    const { createShim } = await import(/** @type {any} */ ('/shim/index.js'));
    const { startServiceWorker } = await import(/** @type {any} */ ('/shim/adapters/service-worker-page.js'));
    const engine = await import(/** @type {any} */ ('/engine/index.js'));
    await engine.preload();
    await startServiceWorker(createShim({ engine, bases: [location.origin] }), { script: '/service-worker.js' });
  });
  const plain = await context.newPage();
  complaints.push(...(await open(plain, 'plain/')));
  const photo = await plain.evaluate(async () => [
    ...new Uint8Array(await (await fetch('/samples/duck.jpg')).arrayBuffer()),
  ]);
  await context.setOffline(true);
  const seen = await plain.evaluate(async (bytes) => {
    const post = async (/** @type {string} */ path, /** @type {unknown} */ body) =>
      (
        await fetch(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
      ).json();
    const {
      items: [slot],
    } = await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'jpg' }] });
    const put = await fetch(slot.upload_url, { method: 'PUT', body: new Uint8Array(bytes) });
    const { id } = await post('/v1/image-background-remover', { assets: { image_file_path: slot.file_path } });
    let project;
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      project = await (await fetch(`/v1/image-projects/${id}`)).json();
    } while (['queued', 'rendering'].includes(project.status));
    const image = /** @type {HTMLImageElement} */ (document.getElementById('i'));
    image.src = project.downloads[0].url;
    await image.decode();
    return {
      put: put.status,
      status: project.status,
      width: image.naturalWidth,
      source: (await fetch(project.downloads[0].url)).headers.get('x-cutaway-source'),
    };
  }, photo);
  expect(seen).toEqual({ put: 200, status: 'complete', width: expect.any(Number), source: 'local' });
  expect(seen.width).toBeGreaterThan(10);
  await context.setOffline(false);
  expect(complaints).toEqual([]);
});
