// The page as an app: without a network after the first visit, a new version
// without breaking the old one, photos from other programs.
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { dist, stageOffline } from '../../tools/build.js';
import { serveStatic } from '../../tools/serve.js';
import { controlled, photo, sample } from './page-helpers.js';

const remover = 'background-remover';

/** A site of its own for each test, that can go away and come back changed. */
const test = base.extend({
  serviceWorkers: 'allow',
  site: async ({}, use, info) => {
    const dir = mkdtempSync(join(tmpdir(), 'cutaway-offline-'));
    cpSync(dist, dir, { recursive: true, filter: (path) => !/\/vendor\/ort/.test(path) });
    const isolate = info.project.name === 'isolated';
    let server = await serveStatic({ dir, isolate });
    const port = Number(new URL(server.url).port);
    const site = {
      dir,
      url: server.url,
      cut: () => server.close(),
      back: async () => {
        server = await serveStatic({ dir, isolate, port });
      },
      /** @param {string} path @param {string} more */
      change: (path, more) => appendFileSync(join(dir, path), more),
      publish: () => stageOffline(dir),
    };
    await use(site);
    await server.close().catch(() => {});
    rmSync(dir, { recursive: true, force: true });
  },
});

/** The first visit, until everything lies on the machine. */
async function visit(page, url) {
  await page.goto(url);
  await controlled(page);
}

const inState = (page, state) => expect(page.locator(remover)).toHaveAttribute('state', state, { timeout: 45_000 });

/** What the worker keeps. */
const kept = (page) =>
  page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((key) => key.startsWith('cutaway-files'));
    return (await (await caches.open(name)).keys()).length;
  });

/** @param {string} dir */
const listed = (dir) => {
  const [, json] = /^self\.cutawayFiles = (\{[\s\S]*?\n\});/.exec(readFileSync(join(dir, 'offline.js'), 'utf8')) ?? [];
  return JSON.parse(json);
};

test('after the first visit the whole job works with the network cut, and after a reload', async ({ page, site }) => {
  await visit(page, site.url);
  await site.cut();
  for (const again of [false, true]) {
    if (again) await page.reload();
    await page
      .locator(`${remover} .files`)
      .setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) });
    await inState(page, 'done');
    await page.getByRole('button', { name: 'Blur', exact: true }).click();
    await page.getByLabel('Format').selectOption('webp'); // its codec was never asked for before
    await expect(page.locator('.meta')).toContainText('WEBP · 1200 × 900', { timeout: 45_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    expect(
      readFileSync(await download.path())
        .subarray(8, 12)
        .toString(),
    ).toBe('WEBP');
  }
  await page.getByLabel('Language').selectOption('de');
  await expect(page.getByRole('button', { name: 'Herunterladen', exact: true })).toBeVisible();
  await page.goto(`${site.url}?anything`); // by its address, not by a reload
  await page.getByRole('button', { name: 'Beispiel ansehen' }).click();
  await inState(page, 'done');
});

test('what is kept is what the page can need: no ONNX Runtime, no shim, and 5 MB at most', async ({ site }) => {
  const files = Object.keys(listed(site.dir));
  for (const path of [
    'index.html',
    'page.js',
    'cutaway.wasm',
    'models/base/model.onnx',
    'texts/zh/studio.js',
    'engine/worker/worker.js',
    'vendor/webp/codec/enc/webp_enc_simd.wasm',
    'manifest.webmanifest',
    'LICENSE.txt',
    'THIRD_PARTY.txt',
  ])
    expect(files).toContain(path);
  expect(files.filter((path) => /^(vendor\/(ort|noble)|shim|service-worker|offline)/.test(path))).toEqual([]);
  const bytes = files.reduce((sum, path) => sum + readFileSync(join(site.dir, path)).length, 0);
  expect(bytes).toBeLessThan(5e6);
});

test('a new version waits, is told, breaks no running job, and starts with the reload', async ({ page, site }) => {
  await visit(page, site.url);
  const before = await kept(page);
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await inState(page, 'done');
  site.change('page.css', '\nh1 { color: rgb(1, 2, 3) !important; }\n');
  site.change('widget/remote-consent.js', '\nglobalThis.newVersion = true;\n');
  site.publish();
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update();
  });
  await expect(page.getByText('A new version is ready.')).toBeVisible();
  expect(await kept(page)).toBe(before + 2); // only what has changed was fetched
  // the old version's lazy files are still its own
  await page.evaluate(() => import('/widget/remote-consent.js'));
  expect(await page.evaluate(() => window.newVersion)).toBe(undefined);
  await page.getByLabel('Format').selectOption('webp');
  await expect(page.locator('.meta')).toContainText('WEBP', { timeout: 45_000 });
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()]);
  await expect(page.locator('h1')).toHaveCSS('color', 'rgb(1, 2, 3)');
  await expect(page.locator('#update')).toBeHidden();
  await expect.poll(() => kept(page)).toBe(before); // and the old files are gone
  await site.cut();
  await page.reload();
  await expect(page.locator('h1')).toHaveCSS('color', 'rgb(1, 2, 3)');
});

test('while a photo is worked on, and while another tab is open, the new version holds back', async ({
  page,
  context,
  site,
}) => {
  await visit(page, site.url);
  const other = await context.newPage();
  await visit(other, site.url);
  site.change('page.css', '\n/* newer */\n');
  site.publish();
  await page.evaluate(async () => {
    document.querySelector('background-remover').setAttribute('state', 'working');
    await (await navigator.serviceWorker.ready).update();
  });
  await expect(page.getByText('You can reload when the photos are done.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reload' })).toBeHidden();
  await page.evaluate(() => document.querySelector('background-remover').setAttribute('state', 'done'));
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('#update')).toContainText('once the other Cutaway tabs are closed');
  await other.close();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))); // coming back to this tab
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()]);
  await expect(page.locator('#update')).toBeHidden();
});

test('a deployment under way is not taken up half', async ({ page, site }) => {
  await visit(page, site.url);
  const css = readFileSync(join(site.dir, 'page.css'));
  site.change('page.css', '\n/* newer */\n');
  site.publish();
  writeFileSync(join(site.dir, 'page.css'), css); // the list is here, the file not yet
  const failed = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise((resolve) =>
      registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker?.addEventListener('statechange', () => resolve(worker.state));
      }),
    );
    await registration.update().catch(() => {});
    return found;
  });
  expect(failed).toBe('redundant');
  await expect(page.locator('#update')).toBeHidden();
  await site.cut();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Choose a photo' })).toBeVisible();
});

test('a worker of the site’s own in the same folder stays', async ({ page, site }) => {
  await page.goto(`${site.url}LICENSE.txt`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/service-worker.js');
    await navigator.serviceWorker.ready;
  });
  await page.goto(site.url);
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await inState(page, 'done');
  await expect
    .poll(() =>
      page.evaluate(async () => {
        // the app part has run
        const { startApp } = await import('/app.js');
        return typeof startApp;
      }),
    )
    .toBe('function');
  await page.waitForTimeout(500);
  const scripts = await page.evaluate(async () =>
    (await navigator.serviceWorker.getRegistrations()).map(({ active }) => active?.scriptURL),
  );
  expect(scripts).toEqual([`${site.url}service-worker.js`]);
});

test('photos from the share sheet arrive, once', async ({ page, site }) => {
  await visit(page, site.url);
  const at = await page.evaluate(
    async (bytes) => {
      const form = new FormData();
      form.append('photos', new File([new Uint8Array(bytes)], 'von der Straße.bmp', { type: 'image/bmp' }));
      form.append('photos', 'no file');
      return (await fetch('share', { method: 'POST', body: form })).url; // as the system does by a navigation
    },
    [...photo('x').buffer],
  );
  expect(at).toBe(`${site.url}?shared`);
  await page.goto(at);
  await expect(page.locator('[part=name]')).toHaveText('von der Straße.bmp');
  expect(page.url()).toBe(site.url);
  await inState(page, 'done');
  await page.goto(at);
  await page.waitForLoadState('networkidle');
  await inState(page, 'empty');
});

test('a share that finds no space is told, and what did arrive is there', async ({ page, site }) => {
  await visit(page, site.url);
  const cdp = await page.context().newCDPSession(page);
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: usage + 200_000 });
  const at = await page.evaluate(
    async (bytes) => {
      const form = new FormData();
      form.append('photos', new File([new Uint8Array(bytes)], 'small.bmp', { type: 'image/bmp' }));
      form.append('photos', new File([new Uint8Array(5e6)], 'large.bmp', { type: 'image/bmp' }));
      return (await fetch('share', { method: 'POST', body: form })).url;
    },
    [...photo('x').buffer],
  );
  await page.goto(at);
  await expect(page.getByRole('alert')).toContainText('this device has no space left');
  await expect(page.locator('[part=name]')).toHaveText('small.bmp');
  await page.locator(`${remover} input.files`).setInputFiles(sample);
  await expect(page.getByRole('alert')).toBeHidden();
});

test('“Open with” brings its files', async ({ page, site }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'launchQueue', {
      value: {
        setConsumer: (consumer) => {
          window.launch = consumer;
        },
      },
    });
  });
  await page.goto(site.url);
  await page.waitForFunction(() => window.launch);
  await page.evaluate(
    async (bytes) => {
      await window.launch({
        files: [{ getFile: async () => new File([new Uint8Array(bytes)], 'opened.bmp', { type: 'image/bmp' }) }],
      });
    },
    [...photo('x').buffer],
  );
  await expect(page.locator('[part=name]')).toHaveText('opened.bmp');
});

test('the browser finds nothing wrong with the manifest, and every icon has its size', async ({ page, site }) => {
  await visit(page, site.url);
  const session = await page.context().newCDPSession(page);
  const { errors, data } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? '');
  for (const { src, sizes, type } of manifest.icons) {
    const size = await page.evaluate(
      async ({ url, vector }) => {
        if (vector) {
          const image = new Image();
          image.src = url;
          await image.decode();
          return 'any';
        }
        const { width, height } = await createImageBitmap(await (await fetch(url)).blob());
        return `${width}x${height}`;
      },
      { url: src, vector: type === 'image/svg+xml' },
    );
    expect(size, src).toBe(sizes);
  }
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
});

test('Install appears when the browser offers it, and goes when it is done', async ({ page, site }) => {
  await visit(page, site.url);
  await expect(page.getByRole('button', { name: 'Install' })).toBeHidden();
  await page.evaluate(() => {
    const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
      prompt: async () => {
        window.prompted = true;
        return { outcome: 'accepted' };
      },
    });
    window.dispatchEvent(offer);
  });
  await page.getByRole('button', { name: 'Install' }).click();
  expect(await page.evaluate(() => window.prompted)).toBe(true);
  await expect(page.getByRole('button', { name: 'Install' })).toBeHidden();
});
