// The JavaScript of the documents, run as it stands there: dist/ lies in
// /cutaway/, the code is a module of the site, the policy is the strict one.
// tests/js/docs.test.js checks the rest of what they say.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dist } from '../../tools/build.js';
import { serveStatic } from '../../tools/serve.js';
import { blocks } from '../docs.js';
import { expect, sample, test as base } from './page-helpers.js';

const test = base.extend({
  dir: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'cutaway-guides-'));
    symlinkSync(dist, join(dir, 'cutaway'));
    symlinkSync(sample, join(dir, 'photo.jpg'));
    await use(dir);
    rmSync(dir, { recursive: true, force: true });
  },
  baseURL: async ({ dir }, use) => {
    const { url, close } = await serveStatic({ dir });
    await use(url);
    await close();
  },
  /** Opens a page with this body and runs this code as its module; what it leaves in `made` comes back. */
  read: async ({ page, dir, baseURL }, use) => {
    await use(async (/** @type {string} */ body, /** @type {string} */ code) => {
      mkdirSync(dir, { recursive: true });
      writeFileSync(
        join(dir, 'index.html'),
        `<!doctype html><link rel=icon href=data:,><title>x</title>${body}<script type="module" src="/code.js"></script>`,
      );
      writeFileSync(join(dir, 'code.js'), code);
      await page.goto(baseURL);
      await page.waitForFunction(() => 'made' in globalThis, null, { timeout: 45_000 });
      return page.evaluate(() => globalThis.made);
    });
  },
});

const file = "const file = new File([await (await fetch('/photo.jpg')).blob()], 'photo.jpg', { type: 'image/jpeg' })\n";
/** @param {string} path @param {number} count of the blocks that this file runs */
function code(path, count) {
  const all = blocks(path, 'js');
  expect(all.length, `${path}: a block that nothing runs`).toBe(count);
  return all;
}

test('README: the element in three lines', async ({ page, read }) => {
  const [html] = blocks('README.md', 'html');
  const said = page.waitForEvent('console');
  await read(
    html.replace(/<script type="module">([\s\S]*?)<\/script>/, ''),
    `${/<script type="module">([\s\S]*?)<\/script>/.exec(html)[1]}\nglobalThis.made = 1`,
  );
  await page.locator('background-remover .files').setInputFiles(sample);
  const { blob, report } = await (await said)
    .args()[0]
    .evaluate(({ blob: { size }, report: { width, height } }) => ({ blob: size, report: [width, height] }));
  expect(blob).toBeGreaterThan(1e4);
  expect(report).toEqual([1200, 900]);
});

test('README: from JavaScript', async ({ read }) => {
  const [example] = code('README.md', 1);
  const made = await read(
    '',
    `const { signal } = new AbortController(), stages = [], onProgress = ({ stage }) => stages.push(stage)\n${file}${example}
    globalThis.made = [blob.type, report.width, stages.includes('encode')]`,
  );
  expect(made).toEqual(['image/jpeg', 1200, true]);
});

test('embedding: the result is heard of, and a look is read', async ({ page, read }) => {
  const [, example, look] = code('docs/embedding.md', 3); // the first is the import, which the examples have
  const [json] = blocks('docs/embedding.md', 'json');
  const made = await read(
    '<script type="module" src="/cutaway/widget/background-remover.js"></script><background-remover></background-remover>',
    `const element = document.querySelector('background-remover'), upload = (blob) => { globalThis.sent = blob.type }\n${example}
    ${file}const lookFile = new Blob([${JSON.stringify(json)}])\n${look}\nglobalThis.made = [blob.type, report.width, report.height]`,
  );
  expect(made).toEqual(['image/jpeg', 2000, 2000]);
  await page.locator('background-remover .files').setInputFiles(sample);
  await page.waitForFunction(() => globalThis.sent === 'image/png', null, { timeout: 45_000 });
});

test('the three APIs: a vendor’s request is answered here', async ({ page, read, baseURL }) => {
  const [start, ask] = code('docs/guides/three-apis.md', 3);
  expect(
    await read(
      '',
      `${start}${file}${ask}
    const image = new Image()
    image.src = picture
    await image.decode()
    globalThis.made = [answer.job.status, image.naturalWidth]`,
    ),
  ).toEqual(['completed', 1200]);
  expect(page.url()).toBe(baseURL);
});

test('the three APIs: the vendor is asked when the engine cannot, and only after a click', async ({ page, read }) => {
  const [, , fallback] = code('docs/guides/three-apis.md', 3);
  const [panel] = blocks('docs/guides/three-apis.md', 'html');
  /** @type {string[]} */ const asked = [];
  await page.route('**/proxy/magic-hour/**', (route) => {
    asked.push(new URL(route.request().url()).pathname);
    return route.fulfill({ status: 200, contentType: 'application/json', body: '{}' });
  });
  // an engine that fails, in the place of ours
  await page.route('**/cutaway/engine/index.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: "export const removeBackground = () => Promise.reject(Object.assign(new Error('no'), { name: 'CutawayError', code: 'engine_crashed' })); export const convert = removeBackground;",
    }),
  );
  await read(
    panel,
    `${file}${fallback}
    const ask = (path, method, body) => shim.fetch(new Request('https://api.magichour.ai/v1/' + path, { method, body: body && JSON.stringify(body),
      headers: { Authorization: 'Bearer mhk_live_any', 'Content-Type': 'application/json' } })).then((answer) => answer.json())
    globalThis.remove = async () => {
      const { items: [{ upload_url, file_path }] } = await ask('files/upload-urls', 'POST', { items: [{ type: 'image', extension: 'jpg' }] })
      await shim.fetch(new Request(upload_url, { method: 'PUT', body: file }))
      const { id } = await ask('image-background-remover', 'POST', { assets: { image_file_path: file_path } })
      for (;;) {
        const { status } = await ask('image-projects/' + id, 'GET')
        if (['complete', 'error'].includes(status)) return status
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    globalThis.made = 1`,
  );
  expect(await page.evaluate(() => globalThis.remove())).toBe('error');
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: 'Allow: photos to Magic Hour' }).click();
  await page.evaluate(() => globalThis.remove());
  expect(asked[0]).toBe('/proxy/magic-hour/v1/files/upload-urls');
});

test('choosing a model: the element takes the address of a manifest', async ({ page, dir, read }) => {
  const html = blocks('docs/guides/models.md', 'html')[0];
  const [manifest] = blocks('docs/guides/models.md', 'json');
  mkdirSync(join(dir, 'models/shoes'), { recursive: true });
  symlinkSync(join(dist, 'models/base/model.onnx'), join(dir, 'models/shoes/shoes.onnx'));
  writeFileSync(join(dir, 'models/shoes/manifest.json'), manifest);
  await read(
    `<script type="module" src="/cutaway/widget/background-remover.js"></script>${html}`,
    "document.addEventListener('background-remover-result', ({ detail }) => { globalThis.model = detail.report.model })\nglobalThis.made = 1",
  );
  await page.locator('background-remover .files').setInputFiles(sample);
  await page.waitForFunction(() => globalThis.model === 'shoes', null, { timeout: 45_000 });
});
