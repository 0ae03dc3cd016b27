// The engine by itself in a page, on what ships: strict CSP, with and without
// cross-origin isolation, no element and no page script. Long because its faults
// need servers of their own.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test as base } from '@playwright/test';
import { u2netp } from '../../tools/bench/graphs.js';
import { model as onnx, node } from '../../tools/onnx-writer.js';
import { brightnessManifest } from '../js/onnx.js';
import { disc } from '../js/pictures.js';
import { inTime } from './page-helpers.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sample = join(root, 'web/samples/duck.jpg');
const blank = 'LICENSE.txt'; // any page of the origin without a script

/** Console errors and CSP violations fail a test at its end, unless it says which it expects. */
const test = base.extend({
  expected: [/** @type {RegExp[]} */ ([]), { option: true }],
  trouble: [
    async ({ page, expected }, use) => {
      /** @type {string[]} */
      const trouble = [];
      page.on('console', (message) => {
        // the browser's own wish: this page of the origin names no icon
        const icon = message.location().url.endsWith('/favicon.ico');
        if (message.type() === 'error' && !icon) trouble.push(message.text());
      });
      page.on('pageerror', (error) => trouble.push(error.message));
      await page.goto(blank);
      await page.evaluate(() =>
        document.addEventListener('securitypolicyviolation', (event) =>
          console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
        ),
      );
      await use(trouble);
      expect(trouble.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

/**
 * Runs removeBackground() in the page.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} input URL
 * @param {object} [options] of a model object, the url is fetched by the page and given as bytes
 * @returns {Promise<any>} { sha256, size, type, report } or { code, stage, detail }
 */
const cut = (page, input, options = {}) =>
  page.evaluate(
    async ([url, { model, ...chosen }]) => {
      const { removeBackground } = await import('/engine/index.js');
      try {
        const bytes = model?.url && new Uint8Array(await (await fetch(model.url)).arrayBuffer());
        const { blob, report } = await removeBackground(url, {
          ...chosen,
          model: bytes ? { manifest: model.manifest, bytes } : model,
        });
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
        const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        return { sha256, size: blob.size, type: blob.type, report };
      } catch (error) {
        return { name: error.name, code: error.code, stage: error.stage, detail: error.detail };
      }
    },
    /** @type {const} */ ([input, options]),
  );

/**
 * Puts a model on the server of the test.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 * @param {Uint8Array} bytes
 * @param {any} manifest
 */
async function serveModel(page, name, bytes, manifest) {
  await page.route(`**/${name}.onnx`, (route) =>
    route.fulfill({ body: Buffer.from(bytes), contentType: 'application/octet-stream' }),
  );
  return { manifest, url: `/${name}.onnx` };
}

/** Brightness is alpha, by an operator that engine c lacks. @param {import('@playwright/test').Page} page */
const foreignModel = (page) =>
  serveModel(
    page,
    'foreign',
    onnx({
      nodes: [
        node('ReduceMean', ['x'], ['mean'], { axes: [1], keepdims: 1 }),
        node('Abs', ['mean'], ['y'], {}, 'the_last'),
      ],
      inputs: [['x', [1, 3, 64, 64]]],
      outputs: [['y', [1, 1, 64, 64]]],
    }),
    brightnessManifest(),
  );

/** Lists what is asked of ONNX Runtime's files, by any worker. @param {import('@playwright/test').Page} page */
function ortRequests(page) {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/^\/vendor\/ort\/|\/ort-worker\.js$/.test(pathname)) asked.push(pathname);
  });
  return asked;
}

for (const [format, options] of /** @type {[string, object][]} */ ([
  ['png', {}],
  ['jpeg', { background: '#336699', quality: 80 }],
  ['webp', { crop: true, margin: '5%' }],
])) {
  test(`page and shell give the same bytes: ${format}`, async ({ page }) => {
    const inPage = await cut(page, '/samples/duck.jpg', { format, ...options });
    expect(inPage.code).toBeUndefined();
    const dir = await mkdtemp(join(tmpdir(), 'cutaway-'));
    try {
      const out = join(dir, `out.${format}`);
      const flags = Object.entries(options).flatMap(([name, value]) =>
        value === true ? [`--${name}`] : [`--${name}`, String(value)],
      );
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

test('the default model asks for nothing of ONNX Runtime; naming that engine does', async ({ page }) => {
  const asked = ortRequests(page);
  await page.evaluate(async () => (await import('/engine/index.js')).preload());
  const { report } = await cut(page, '/samples/duck.jpg');
  const [isolated, cores] = await page.evaluate(() => [crossOriginIsolated, navigator.hardwareConcurrency]);
  expect([report.engine, report.threads, report.engine_note]).toEqual([
    'c',
    isolated ? Math.min(4, cores) : 1,
    undefined,
  ]);
  expect(asked).toEqual([]);
  expect((await cut(page, '/samples/duck.jpg', { engine: 'ort' })).report.engine).toBe('ort');
  expect(asked).toContain('/vendor/ort/ort-wasm-simd-threaded.wasm');
});

test('a graph with an operator that engine c lacks runs on ONNX Runtime, which is said, and the picture is its', async ({
  page,
}) => {
  const model = await foreignModel(page);
  await page.route('**/disc.png', (route) =>
    route.fulfill({ body: Buffer.from(disc(120, 90)), contentType: 'image/png' }),
  );
  const auto = await cut(page, '/disc.png', { model });
  expect(auto.report).toMatchObject({ engine: 'ort', subject: { found: true } });
  expect(auto.report.engine_note).toMatch(/^c: .*Abs.*the_last/);
  const direct = await cut(page, '/disc.png', { model, engine: 'ort' });
  expect(direct.report.engine_note).toBeUndefined();
  expect(auto.sha256).toBe(direct.sha256);
  const refused = await cut(page, '/disc.png', { model, engine: 'c' });
  expect(refused.code).toBe('unsupported_model');
  expect(refused.detail).toMatch(/Abs.*the_last/);
});

test('both engines cut the sample out the same', async ({ page }) => {
  const { count, mean, over } = await page.evaluate(async () => {
    const { segment } = await import('/engine/index.js');
    const mattes = [];
    for (const engine of ['c', 'ort']) {
      const { blob } = await segment('/samples/duck.jpg', { engine });
      const bitmap = await createImageBitmap(blob);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      mattes.push(context.getImageData(0, 0, bitmap.width, bitmap.height).data.filter((_, i) => i % 4 === 0));
    }
    const differences = [...mattes[0].map((value, i) => Math.abs(value - mattes[1][i]))];
    return {
      count: differences.length,
      mean: differences.reduce((sum, value) => sum + value) / differences.length / 255,
      over: differences.filter((value) => value > 8).length,
    };
  });
  expect(count).toBe(1200 * 900);
  expect(mean).toBeLessThanOrEqual(0.001);
  expect(over).toBeLessThanOrEqual(1080);
});

test('threads are used when the page is isolated, and only then', async ({ page }) => {
  const [isolated, cores] = await page.evaluate(() => [crossOriginIsolated, navigator.hardwareConcurrency]);
  const { report } = await cut(page, '/samples/duck.jpg', { engine: 'ort' });
  expect(report.threads).toBe(isolated ? Math.min(4, cores) : 1);
  expect(report.subject.found).toBe(true);
});

test('importing costs one round of small scripts; wasm and model come with the first call', { tag: '@once' }, async ({
  page,
}) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.evaluate(() => import('/engine/index.js'));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((path) => !/^\/engine\/([\w-]+\/)?[\w-]+\.js$/.test(path))).toEqual([]);
});

for (const engine of [undefined, 'ort']) {
  test(`after a preload of ${engine ?? 'the first engine'} the network may go: JPEG in, PNG and JPEG out, details and all`, async ({
    page,
    context,
  }) => {
    const detail = page.waitForResponse(/\/models\/detail\/model\.onnx$/);
    await page.evaluate(async (name) => {
      const { preload } = await import('/engine/index.js');
      window.photo = await (await fetch('/samples/duck.jpg')).blob();
      await preload({ engine: name });
    }, engine);
    await (await detail).finished(); // behind it, not waited for
    await page.waitForLoadState('networkidle');
    await context.setOffline(true);
    const done = await page.evaluate(async (name) => {
      const { removeBackground } = await import('/engine/index.js');
      const png = await removeBackground(window.photo, { engine: name });
      const jpeg = await removeBackground(window.photo, { engine: name, format: 'jpeg' });
      return [png, jpeg].map(({ blob, report }) => [blob.type, report.engine, report.detail.error]);
    }, engine);
    const ran = engine ?? 'c';
    expect(done).toEqual([
      ['image/png', ran, undefined],
      ['image/jpeg', ran, undefined],
    ]);
  });
}

test('a 12-megapixel photo leaves the main thread free', async ({ page }) => {
  const big = disc(4000, 3000);
  await page.route('**/big.png', (route) => route.fulfill({ body: Buffer.from(big), contentType: 'image/png' }));
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
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

inTime(() => {
  test('a cancel in a big model frees the worker at once; progress rises; the main thread stays free', async ({
    page,
  }) => {
    const model = await serveModel(page, 'u2netp', u2netp(320, 'f32'), {
      ...brightnessManifest(320),
      output: { name: 'map_1', kind: 'alpha' },
    });
    const { shares, times, long, engine } = await page.evaluate(async ({ url, manifest }) => {
      const { removeBackground, probe } = await import('/engine/index.js');
      const photo = await (await fetch('/samples/duck.jpg')).blob();
      const big = { manifest, bytes: new Uint8Array(await (await fetch(url)).arrayBuffer()) };
      window.long = [];
      new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration))).observe(
        { type: 'longtask' },
      );
      const seen = [];
      const { report } = await removeBackground(photo, {
        model: big,
        onProgress: ({ stage, fraction }) => stage === 'infer' && seen.push(fraction),
      });
      const free = [];
      for (const part of [0, 0.2, 0.4, 0.6, 0.8]) {
        const stop = new AbortController();
        let from = 0;
        const error = await removeBackground(photo, {
          model: big,
          signal: stop.signal,
          onProgress({ stage, fraction }) {
            if (stage !== 'infer' || fraction < seen[0] + 0.3 * part || from) return;
            from = performance.now();
            stop.abort();
          },
        }).catch((reason) => reason);
        const answered = performance.now() - from;
        await probe(photo); // waits until the worker is out of the run
        free.push([error.code, answered, performance.now() - from]);
      }
      await new Promise((resolve) => setTimeout(resolve, 100)); // the observer speaks after the task
      return { shares: seen, times: free, long: window.long, engine: report.engine };
    }, model);
    expect(engine).toBe('c');
    expect(shares.length).toBeGreaterThanOrEqual(20);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1) - shares[0]).toBeCloseTo(0.3, 6); // the stage's whole share
    expect(times.map(([code]) => code)).toEqual(Array(5).fill('aborted'));
    expect(Math.max(...times.map(([, answered]) => answered))).toBeLessThan(50);
    const free = times.map(([, , ms]) => ms).sort((a, b) => a - b);
    test.info().annotations.push({
      type: 'worker free after a cancel, ms',
      description: free.map((ms) => ms.toFixed(1)).join(' '),
    });
    expect(free[2], `${free}`).toBeLessThan(50);
    expect(free[4], `${free}`).toBeLessThan(250); // far from the second after which a worker is ended
    expect(long).toEqual([]);
    expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
  });
});

test('every kind of bad input is its typed error across the worker, and the next photo is fine', async ({ page }) => {
  /** @type {[string, Buffer][]} */
  const bad = [
    ['empty_input', Buffer.alloc(0)],
    ['unsupported_format', Buffer.from('hello')],
    ['corrupt_image', (await readFile(sample)).subarray(0, 30000)],
  ];
  for (const [code, bytes] of bad) {
    await page.route('**/bad.jpg', (route) => route.fulfill({ body: bytes, contentType: 'image/jpeg' }));
    expect(await cut(page, '/bad.jpg')).toMatchObject({ name: 'CutawayError', code });
    await page.unroute('**/bad.jpg');
  }
  expect((await cut(page, '/samples/duck.jpg', { format: 'tiff' })).code).toBe('bad_option');
  expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
});

test.describe('with the server failing', () => {
  // the first is the browser's, the others are ONNX Runtime's own
  test.use({
    expected: [
      /Failed to load resource|wasm streaming compile failed|falling back to ArrayBuffer|failed to asynchronously prepare wasm|^Aborted\(/,
    ],
  });

  test('a core that could not be loaded is tried again, not remembered', async ({ page }) => {
    // an isolated page asks for two modules before it gives up
    const times = (await page.evaluate(() => crossOriginIsolated && navigator.hardwareConcurrency > 1)) ? 2 : 1;
    await page.route(/\/cutaway(-threads)?\.wasm$/, (route) => route.fulfill({ status: 503 }), { times });
    expect((await cut(page, '/samples/duck.jpg')).code).toBe('engine_unavailable');
    expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
  });

  for (const files of ['**/vendor/ort/**', '**/vendor/ort/*.wasm']) {
    test(`without ${files} the second engine is unavailable, the first goes on, and later both run`, async ({
      page,
    }) => {
      const model = await foreignModel(page);
      await page.route(files, (route) => route.fulfill({ status: 404 }));
      expect(await cut(page, '/samples/duck.jpg', { model })).toMatchObject({
        name: 'CutawayError',
        code: 'engine_unavailable',
      });
      expect((await cut(page, '/samples/duck.jpg', { engine: 'ort' })).code).toBe('engine_unavailable');
      expect((await cut(page, '/samples/duck.jpg')).report.engine).toBe('c');
      await page.unroute(files);
      expect((await cut(page, '/samples/duck.jpg', { model })).report.engine).toBe('ort');
    });
  }

  test('a model whose bytes were changed on the way is refused, and not kept', { tag: '@once' }, async ({ page }) => {
    const { size } = await stat(join(root, 'models/base/model.onnx'));
    await page.route('**/model.onnx', (route) => route.fulfill({ body: Buffer.alloc(size, 7) }), { times: 1 });
    expect((await cut(page, '/samples/duck.jpg')).code).toBe('model_hash_mismatch');
    expect((await cut(page, '/samples/duck.jpg')).report.subject.found).toBe(true);
  });

  test('a model download cut in the middle goes on from there, and is then cached', { tag: '@once' }, async ({
    page,
    baseURL,
  }) => {
    const model = await readFile(join(root, 'models/base/model.onnx'));
    const half = 1_000_000;
    /** @type {(string | undefined)[]} */
    const ranges = [];
    const server = createServer(async (request, response) => {
      if (request.url?.endsWith('/base/model.onnx')) {
        ranges.push(request.headers.range);
        const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(start ? 206 : 200, {
          'Content-Length': model.length - start,
          ETag: '"v1"',
          'Cache-Control': 'no-store',
          ...(start ? { 'Content-Range': `bytes ${start}-${model.length - 1}/${model.length}` } : {}),
        });
        if (start) return response.end(model.subarray(start));
        response.write(model.subarray(0, half), () => setTimeout(() => response.destroy(), 200));
        return undefined;
      }
      const answer = await fetch(new URL(request.url ?? '/', baseURL));
      response.writeHead(
        answer.status,
        Object.fromEntries(
          [...answer.headers].filter(
            ([name]) => !/^(content-(length|encoding)|transfer-encoding|connection)$/.test(name),
          ),
        ),
      );
      return response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(undefined));
    });
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
