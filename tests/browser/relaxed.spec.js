// The core with relaxed SIMD, on dist/ with all that is in it; the servers of
// the other specs leave it out, so that their bytes are the shell's. Its answers
// are the same on all machines, so that they are compared wherever a browser
// reads it; whether it is taken depends on the machine.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { dist } from '../../tools/build.js';
import { serveStatic } from '../../tools/serve.js';
import { controlled } from './page-helpers.js';

test.skip(!existsSync(join(dist, 'cutaway-relaxed.wasm')), 'built where clang-19 and wasm-ld-19 are');

/** @type {Awaited<ReturnType<typeof serveStatic>>} */
let site;
test.beforeAll(async () => {
  site = await serveStatic();
});
test.afterAll(() => site.close());
test.beforeEach(({ page }) => page.goto(`${site.url}LICENSE.txt`));

/** How far an answer may be from the baseline's, as alpha: in the mean, and anywhere (docs/decisions/c-inference.md). @type {Record<string, [number, number]>} */
const tolerance = { base: [5e-4, 0.12], pick: [5e-4, 0.12], detail: [2.5e-3, 0.12] };

test('its answers are within the tolerance of the baseline’s, and not the same', async ({ page }) => {
  for (const [name, [mean, most]] of Object.entries(tolerance)) {
    const gaps = await page.evaluate(async (name) => {
      const [{ loadCore }, { CEngine }] = await Promise.all(
        ['/engine/core/core.js', '/engine/backends/c.js'].map((path) => import(path)),
      );
      const manifest = await (await fetch(`/models/${name}/manifest.json`)).json();
      const model = new Uint8Array(await (await fetch(`/models/${name}/model.onnx`)).arrayBuffer());
      const [width, height] = manifest.input.size;
      // a photo's three planes, over and over
      const context = new OffscreenCanvas(width, height).getContext('2d');
      const photo = await createImageBitmap(await (await fetch('/samples/duck.jpg')).blob());
      context.drawImage(photo, 0, 0, width, height);
      const rgba = context.getImageData(0, 0, width, height).data;
      const size = width * height;
      const data = Float32Array.from(
        { length: (manifest.input.planes ?? 3) * size },
        (_, i) => rgba[(i % size) * 4 + (Math.floor(i / size) % 3)] / 127.5 - 1,
      );
      const isLogits = manifest.output.kind === 'logits';
      const [a, b] = await Promise.all(
        ['cutaway.wasm', 'cutaway-relaxed.wasm'].map(async (file) => {
          const module = await WebAssembly.compileStreaming(fetch(`/${file}`));
          const net = new CEngine({ newCore: () => loadCore(module) });
          await net.load(model, manifest);
          const answer = await net.run({ data, width, height });
          net.dispose();
          return Array.from(answer.data, (value) => (isLogits ? 1 / (1 + Math.exp(-value)) : value));
        }),
      );
      return a.map((value, i) => Math.abs(value - b[i]));
    }, name);
    const found = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const worst = gaps.reduce((max, gap) => Math.max(max, gap), 0);
    expect(found, name).toBeLessThan(mean);
    expect(worst, name).toBeLessThan(most);
    expect(worst, name).toBeGreaterThan(0);
  }
});

test('the servers of the other specs have a dist/ without it, to the hashes', async ({ request, baseURL }) => {
  const read = async (/** @type {string} */ path) => (await request.get(`${baseURL}${path}`)).text();
  const assets = await read('engine/worker/assets.js');
  expect(assets).toContain("'cutaway-threads.wasm'");
  expect(assets).not.toContain('relaxed');
  expect(await read('offline.js')).toContain(createHash('sha256').update(assets).digest('hex'));
  expect((await request.get(`${baseURL}cutaway-relaxed.wasm`)).status()).toBe(404);
});

/** The build that cuts a photo out, in a worker of its own. @param {import('@playwright/test').Page} page */
const cut = (page) =>
  page.evaluate(async () => {
    const [{ createApi }, { EngineClient }, { spawnWorker }] = await Promise.all(
      ['api', 'client', 'worker/spawn'].map((name) => import(`/engine/${name}.js`)),
    );
    const api = createApi(new EngineClient(spawnWorker, { threads: 1 }));
    const { report } = await api.removeBackground('/samples/duck.jpg');
    api.dispose();
    return [report.core, report.subject.found];
  });

test('it is taken where the machine has the instruction, alone; what cannot be compiled gives way', async ({
  page,
}, info) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => {
    const [file] = new URL(request.url()).pathname.match(/cutaway[^/]*\.wasm$/) ?? [];
    if (file) asked.push(file);
  });
  const fits = await page.evaluate(async () => (await import('/engine/core/variants.js')).hasByteDots());
  info.annotations.push({ type: 'relaxed SIMD', description: fits ? 'taken' : 'not taken here' });
  expect(await cut(page)).toEqual([fits ? 'relaxed' : 'base', true]);
  expect(asked.splice(0)).toEqual([fits ? 'cutaway-relaxed.wasm' : 'cutaway.wasm']);
  if (!fits) return;
  await page.route('**/cutaway-relaxed.wasm', (route) =>
    route.fulfill({ contentType: 'application/wasm', body: Buffer.from('no module') }),
  );
  expect(await cut(page)).toEqual(['base', true]);
  expect(asked).toEqual(['cutaway-relaxed.wasm', 'cutaway.wasm']);
});

test.describe('with the page’s service worker', () => {
  test.use({ serviceWorkers: 'allow' });

  test('without a network the baseline is at hand', async ({ page, context }) => {
    await page.goto(site.url);
    await controlled(page);
    await context.setOffline(true);
    await page.reload();
    expect(await cut(page)).toEqual(['base', true]);
  });
});
