// The engine by itself in a page, on what ships: strict CSP, with and without
// cross-origin isolation, no element and no page script.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test as base } from '@playwright/test';
import { disc } from '../js/pictures.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sample = join(root, 'web/samples/duck.jpg');
const blank = 'THIRD_PARTY.md'; // any page of the origin without a script

/** Console errors and CSP violations fail a test at its end, unless it says which it expects. */
const test = base.extend({
  expected: [/** @type {RegExp[]} */ ([]), { option: true }],
  trouble: [async ({ page, expected }, use) => {
    /** @type {string[]} */
    const trouble = [];
    page.on('console', (message) => {
      // the browser's own wish: this page of the origin names no icon
      const icon = message.location().url.endsWith('/favicon.ico');
      if (message.type() === 'error' && !icon) trouble.push(message.text());
    });
    page.on('pageerror', (error) => trouble.push(error.message));
    await page.goto(blank);
    await page.evaluate(() => document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`)));
    await use(trouble);
    expect(trouble.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  }, { auto: true }],
});

/**
 * Runs removeBackground() in the page.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} input URL
 * @param {object} [options]
 * @returns {Promise<any>} { sha256, size, type, report } or { code, stage, detail }
 */
const cut = (page, input, options = {}) => page.evaluate(async ([url, chosen]) => {
  const { removeBackground } = await import('/engine/index.js');
  try {
    const { blob, report } = await removeBackground(url, chosen);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { sha256, size: blob.size, type: blob.type, report };
  } catch (error) {
    return { name: error.name, code: error.code, stage: error.stage, detail: error.detail };
  }
}, /** @type {const} */ ([input, options]));

for (const [format, options] of /** @type {[string, object][]} */ ([
  ['png', {}], ['jpeg', { background: '#336699', quality: 80 }], ['webp', { crop: true, margin: '5%' }],
])) {
  test(`page and shell give the same bytes: ${format}`, async ({ page }) => {
    const inPage = await cut(page, '/samples/duck.jpg', { format, ...options });
    expect(inPage.code).toBeUndefined();
    const dir = await mkdtemp(join(tmpdir(), 'cutaway-'));
    try {
      const out = join(dir, `out.${format}`);
      const flags = Object.entries(options).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
      await promisify(execFile)(process.execPath, [join(root, 'bin/cutaway.js'), sample, '-o', out, ...flags]);
      const bytes = await readFile(out);
      expect(inPage.size).toBe(bytes.length);
      expect(inPage.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(inPage.type).toBe(`image/${format}`);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
}

test('threads are used when the page is isolated, and only then', async ({ page }) => {
  const [isolated, cores] = await page.evaluate(() => [crossOriginIsolated, navigator.hardwareConcurrency]);
  const { report } = await cut(page, '/samples/duck.jpg', { engine: 'ort' });
  expect(report.threads).toBe(isolated ? Math.min(4, cores) : 1);
  expect(report.subject.found).toBe(true);
});

test('importing costs one round of small scripts; wasm and model come with the first call', async ({ page }) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.evaluate(() => import('/engine/index.js'));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((path) => !/^\/engine\/[\w-]+\.js$/.test(path))).toEqual([]);
});

test('after a preload the network may go: JPEG in, WebP out and WebP in', async ({ page, context }) => {
  await page.evaluate(async () => {
    const { preload } = await import('/engine/index.js');
    window.photo = await (await fetch('/samples/duck.jpg')).blob();
    await preload();
  });
  await context.setOffline(true);
  const formats = await page.evaluate(async () => {
    const { removeBackground } = await import('/engine/index.js');
    const png = await removeBackground(window.photo);
    const webp = await removeBackground(window.photo, { format: 'webp' });
    const again = await removeBackground(webp.blob);
    return [png, webp, again].map(({ blob, report }) => [report.photo.format, blob.type]);
  });
  expect(formats).toEqual([['jpeg', 'image/png'], ['jpeg', 'image/webp'], ['webp', 'image/png']]);
});

test('a 12-megapixel photo leaves the main thread free', async ({ page }) => {
  const big = disc(4000, 3000);
  await page.route('**/big.png', (route) => route.fulfill({ body: Buffer.from(big), contentType: 'image/png' }));
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' });
  });
  const { report, code } = await cut(page, '/big.png');
  expect(code).toBeUndefined();
  expect([report.width, report.height]).toEqual([4000, 3000]);
  await page.waitForTimeout(100); // the observer speaks after the task
  expect(await page.evaluate(() => window.long)).toEqual([]);
});

test('a cancel is answered within 100 ms, and the next photo is fine', async ({ page }) => {
  await page.evaluate(async () => (await import('/engine/index.js')).preload());
  for (const stage of ['decode', 'infer', 'refine', 'encode']) {
    const [code, ms] = await page.evaluate(async (at) => {
      const { removeBackground } = await import('/engine/index.js');
      const photo = await (await fetch('/samples/duck.jpg')).blob();
      const controller = new AbortController();
      let from = 0;
      const error = await removeBackground(photo, {
        signal: controller.signal,
        onProgress(progress) {
          if (progress.stage !== at) return;
          from = performance.now();
          controller.abort();
        },
      }).catch((reason) => reason);
      return [error.code, performance.now() - from];
    }, stage);
    expect(code, stage).toBe('aborted');
    expect(ms, stage).toBeLessThan(100);
  }
  expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
});

test('every kind of bad input is its typed error across the worker, and the next photo is fine', async ({ page }) => {
  /** @type {[string, Buffer][]} */
  const bad = [['empty_input', Buffer.alloc(0)], ['unsupported_format', Buffer.from('hello')],
    ['corrupt_image', (await readFile(sample)).subarray(0, 30000)]];
  for (const [code, bytes] of bad) {
    await page.route('**/bad.jpg', (route) => route.fulfill({ body: bytes, contentType: 'image/jpeg' }));
    expect(await cut(page, '/bad.jpg')).toMatchObject({ name: 'CutawayError', code });
    await page.unroute('**/bad.jpg');
  }
  expect((await cut(page, '/samples/duck.jpg', { format: 'tiff' })).code).toBe('bad_option');
  expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
});

test.describe('with the server failing', () => {
  test.use({ expected: [/Failed to load resource/] });

  test('a core that could not be loaded is tried again, not remembered', async ({ page }) => {
    await page.route('**/cutaway.wasm', (route) => route.fulfill({ status: 503 }), { times: 1 });
    expect((await cut(page, '/samples/duck.jpg')).code).toBe('engine_unavailable');
    expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
  });

  test('a model whose bytes were changed on the way is refused, and not kept', async ({ page }) => {
    await page.route('**/model.onnx', (route) => route.fulfill({ body: Buffer.alloc(2158290, 7) }), { times: 1 });
    expect((await cut(page, '/samples/duck.jpg')).code).toBe('model_hash_mismatch');
    expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
  });

  test('a model download cut in the middle goes on from there, and is then cached', async ({ page, baseURL }) => {
    const model = await readFile(join(root, 'models/base/model.onnx'));
    const half = 1_000_000;
    /** @type {(string | undefined)[]} */
    const ranges = [];
    const server = createServer(async (request, response) => {
      if (request.url?.endsWith('/model.onnx')) {
        ranges.push(request.headers.range);
        const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(start ? 206 : 200, {
          'Content-Length': model.length - start, ETag: '"v1"', 'Cache-Control': 'no-store',
          ...(start ? { 'Content-Range': `bytes ${start}-${model.length - 1}/${model.length}` } : {}),
        });
        if (start) return response.end(model.subarray(start));
        response.write(model.subarray(0, half), () => setTimeout(() => response.destroy(), 200));
        return undefined;
      }
      const answer = await fetch(new URL(request.url ?? '/', baseURL));
      response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !/^(content-length|transfer-encoding|connection)$/.test(name))));
      return response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
    try {
      await page.goto(`http://127.0.0.1:${/** @type {any} */ (server.address()).port}/${blank}`);
      expect((await cut(page, '/samples/duck.jpg')).code).toBe('model_fetch_failed');
      expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
      expect(ranges[0]).toBeUndefined();
      const from = Number(/bytes=(\d+)-/.exec(ranges[1] ?? '')?.[1]);
      expect(from).toBeGreaterThan(0);
      expect(from).toBeLessThanOrEqual(half);
      await page.reload();
      expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
      expect(ranges.length).toBe(2);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
