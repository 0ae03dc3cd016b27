// The page on the real engine, as people use it: keyboard, phone, dark, cut
// network, and nothing that holds the main thread.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { longTasks } from './batch-helpers.js';
import {
  dropFiles,
  expect,
  fakeEngine,
  inMotion,
  inTime,
  photo,
  sample,
  test,
  withoutEngine,
  withoutFirefox,
} from './page-helpers.js';

test.skip(...withoutFirefox);
test.use(inMotion);

const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page @param {string} state */
const inState = (page, state) => expect(page.locator(remover)).toHaveAttribute('state', state, { timeout: 45_000 });

/** @param {import('@playwright/test').Page} page */
const listen = (page) =>
  page.evaluate(() => {
    window.results = [];
    document.addEventListener('background-remover-result', ({ detail }) => window.results.push(detail));
  });

/** The finished files are there, so many at least: what is shown first is a draft. */
const filed = (page, count = 1) =>
  expect.poll(() => page.evaluate(() => window.results.length)).toBeGreaterThanOrEqual(count);

/** A page of somebody else's at /alone.html, with nothing but the element. @param {import('@playwright/test').Page} page */
const serveAlone = (page) =>
  page.route('**/alone.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body:
        '<!doctype html><link rel=icon href=data:,>' +
        '<script type=module src="/widget/background-remover.js"></script><background-remover></background-remover>',
    }),
  );

test('the sample is cut out, with clear corners and a solid subject; nothing of ONNX Runtime is fetched, not even ahead', {
  tag: '@isolated',
}, async ({ page }) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/', { waitUntil: 'networkidle' });
  await listen(page);
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await inState(page, 'done');
  await filed(page);
  const seen = await page.evaluate(async () => {
    const { blob, report } = window.results[0];
    const bitmap = await createImageBitmap(blob);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const alpha = (x, y) => context.getImageData(x, y, 1, 1).data[3];
    return {
      report,
      corners: [alpha(3, 3), alpha(1196, 3), alpha(3, 896), alpha(1196, 896)],
      body: [alpha(480, 320), alpha(560, 560)],
    };
  });
  expect(seen.report).toMatchObject({ width: 1200, height: 900, format: 'png', subject: { found: true } });
  expect(seen.corners.every((alpha) => alpha < 8)).toBe(true);
  expect(seen.body.every((alpha) => alpha > 247)).toBe(true);
  await page.getByText('What the last run took').click();
  await expect(page.locator('#run-table tr.total')).toContainText(/\d/);
  await expect(page.locator('#run-facts')).toContainText('duck.jpg: 1200 × 900');
  expect(seen.report.engine).toBe('c');
  expect(asked).toContain('/models/base/model.onnx'); // what workers ask for is seen here
  expect(asked.filter((path) => /^\/vendor\/ort\/|\/ort-worker\.js$/.test(path))).toEqual([]);
});

test('the keyboard alone goes from the page’s top to the saved file', async ({ page }) => {
  await page.goto('/');
  const tabTo = async (role, name) => {
    const target = page.getByRole(role, { name, exact: true });
    for (let i = 0; i < 20; i++) {
      if (await target.evaluate((element) => element.getRootNode().activeElement === element)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name} is out of reach of the keyboard`);
  };
  await tabTo('button', 'Try the sample');
  await page.keyboard.press('Enter');
  await inState(page, 'done');
  await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(page.locator('.more summary')).toBeFocused();
  for (const name of ['Copy', 'Retouch']) {
    await page.keyboard.press('Shift+Tab');
    await expect(page.getByRole('button', { name, exact: true })).toBeFocused();
  }
  const crop = page.getByLabel('Crop'); // beyond the styles
  for (let i = 0; i < 20 && !(await crop.evaluate((box) => box.getRootNode().activeElement === box)); i++)
    await page.keyboard.press('Shift+Tab');
  await expect(crop).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.locator('.meta')).not.toContainText('1200 × 900');
  await tabTo('button', 'Download');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toBe('duck-cutout.png');
  await page.reload();
  await tabTo('button', 'Try the sample');
  await page.keyboard.press('Space');
  await inState(page, 'done');
});

test('every background and format gives a file; the preview of a crop lies where the file lies; the download is what the engine gave', {
  tag: '@isolated',
}, async ({ page }) => {
  await page.goto('/');
  await listen(page);
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await inState(page, 'done');
  await filed(page);
  await test.step('every background and format', async () => {
    for (const name of ['White', 'Black', 'Blur']) {
      await page.getByRole('button', { name, exact: true }).click();
      await expect(page.locator('.exact')).toBeVisible();
    }
    await page.locator('.backgroundFile').setInputFiles(photo('plain.bmp', [30, 60, 200]));
    await expect(page.locator('.exact')).toBeVisible();
    await page.getByLabel('Format').selectOption('webp');
    await expect(page.locator('.meta')).toContainText('WEBP · 1200 × 900');
    const made = await page.evaluate(() => window.results.map(({ options, blob }) => `${options.format} ${blob.type}`));
    expect(made).toEqual([
      'png image/png',
      'png image/png',
      'png image/png',
      'png image/png',
      'png image/png',
      'webp image/webp',
    ]);
  });
  await test.step('a crop', async () => {
    await page.getByRole('button', { name: 'Transparent' }).click();
    await filed(page, 7);
    await page.getByLabel('Crop').check();
    await expect(page.locator('.exact')).toBeVisible();
    await filed(page, 8);
    const { shown, file } = await page.evaluate(() => {
      const slider = document.querySelector('background-remover').shadowRoot.querySelector('compare-slider');
      const { width, height } = window.results.at(-1).report;
      return { shown: Number(slider.style.getPropertyValue('--ratio')), file: width / height };
    });
    expect(shown).toBe(file);
  });
  await test.step('the download', async () => {
    await page.getByRole('button', { name: 'White' }).click();
    await page.getByLabel('Format').selectOption('jpeg');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    const digest = await page.evaluate(async () => {
      const { blob } = window.results.at(-1);
      return [...new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))]
        .map((b) => b.toString(16).padStart(2, '0'))
        .join('');
    });
    const bytes = readFileSync(await download.path());
    expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  });
});

test('a hover fetches what a photo needs, and no codec that most never need', async ({ page }) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await serveAlone(page);
  await page.goto('/alone.html');
  const model = page.waitForResponse(/\/models\/base\/model\.onnx$/);
  await page.locator(remover).hover();
  await (await model).finished();
  await page.waitForLoadState('networkidle');
  expect(asked.filter((path) => path.startsWith('/vendor/'))).toEqual([]);
});

test('once the page stands, it needs no network', { tag: '@isolated' }, async ({ page, context }) => {
  // an idle network alone says little: on a busy machine the model is asked for late
  const model = page.waitForResponse(/\/models\/base\/model\.onnx$/, { timeout: 45_000 });
  const detail = page.waitForResponse(/\/models\/detail\/model\.onnx$/, { timeout: 45_000 });
  await page.goto('/', { waitUntil: 'networkidle' });
  await (await model).finished();
  await (await detail).finished();
  await page.waitForLoadState('networkidle');
  await context.setOffline(true);
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => /^http/.test(request.url()) && asked.push(request.url()));
  await page
    .locator(`${remover} .files`)
    .setInputFiles({ name: 'first.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) });
  await inState(page, 'done');
  await page
    .locator(`${remover} .files`)
    .setInputFiles({ name: 'second.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) });
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2, { timeout: 45_000 });
  await page.getByRole('button', { name: 'Blur', exact: true }).click();
  await expect(page.locator('.exact')).toBeVisible();
  expect(asked).toEqual([]);
});

inTime(() => {
  test('from drop to every control, no task over 50 ms and no layout shift', async ({ page, browserName }) => {
    test.skip(browserName === 'firefox', 'Firefox tells of no long tasks');
    await page.goto('/');
    await page.locator(remover).hover();
    await page.waitForTimeout(1500); // what the browser does at its own start is not ours
    // what waited for the processor is no task of ours
    const { heavy } = await longTasks(page, async () => {
      await page.evaluate(async () => {
        const jpeg = await (await fetch('samples/duck.jpg')).blob();
        const data = new DataTransfer();
        for (const name of ['a.jpg', 'b.jpg']) data.items.add(new File([jpeg], name, { type: 'image/jpeg' }));
        document
          .querySelector('background-remover')
          .dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      });
      await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2, { timeout: 45_000 });
      await page.locator('.thumb').first().click();
      for (const name of ['White', 'Blur', 'Transparent'])
        await page.getByRole('button', { name, exact: true }).click();
      await page.getByLabel('Crop').check();
      await expect(page.locator('.exact')).toBeVisible();
    });
    const shifts = await page.evaluate(() => window.shifts);
    expect(heavy).toEqual([]);
    expect(shifts.filter(([value]) => value > 0.0005)).toEqual([]); // the badges of the thumbnails count as 0.0002
  });
});

test('on a phone everything fits, is big enough to touch, and works', async ({ browser, browserName, baseURL }) => {
  test.skip(browserName === 'firefox', 'Firefox emulates no phone');
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  await page.goto(baseURL);
  await expect(page.getByText('Choose a photo')).toBeVisible();
  await expect(page.getByText(/Drop a photo|paste it/)).toHaveCount(2);
  for (const words of await page.getByText(/Drop a photo|paste it/).all()) await expect(words).toBeHidden(); // a finger does neither
  await page.getByRole('button', { name: 'Try the sample' }).tap();
  await inState(page, 'done');
  await page
    .locator(`${remover} .files`)
    .setInputFiles({ name: 'a name too long for this.jpg', mimeType: 'image/jpeg', buffer: readFileSync(sample) });
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2, { timeout: 45_000 });
  await page.getByLabel('Crop').tap();
  await expect(page.locator('.exact')).toBeVisible();
  const outside = await page.evaluate(() => {
    const root = document.querySelector('background-remover').shadowRoot;
    const frame = root.querySelector('.frame').getBoundingClientRect();
    const wrong = [];
    for (const control of root.querySelectorAll(
      '.studio button:not(.thumb), .studio select, .studio .colour, compare-slider',
    )) {
      const box = control.getBoundingClientRect();
      if (!box.width) continue;
      if (
        box.left < frame.left ||
        box.right > frame.right + 0.5 ||
        box.bottom > frame.bottom + 0.5 ||
        box.height < 36
      ) {
        wrong.push(`${control.className} ${control.textContent} ${JSON.stringify(box)}`);
      }
    }
    const [name, add] = ['.name', '[data-act=add]'].map((part) => root.querySelector(part).getBoundingClientRect());
    if (name.right > add.left) wrong.push('the name lies under the buttons');
    if (document.documentElement.scrollWidth > innerWidth)
      wrong.push(`page is ${document.documentElement.scrollWidth} wide`);
    return wrong;
  });
  expect(outside).toEqual([]);
  await context.close();
});

test('text is readable in light and in dark', async ({ page, browserName }) => {
  test.skip(browserName === 'firefox', 'Firefox 153 emulates no dark');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await inState(page, 'done');
  await expect(page.locator('.meta')).toContainText('PNG');
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const poor = await page.evaluate(() => {
      const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      const rgba = (colour) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
      };
      const light = ([r, g, b]) =>
        [r, g, b]
          .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const behind = (element) => {
        for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
          const colour = rgba(getComputedStyle(at).backgroundColor);
          if (colour[3] > 200) return colour;
        }
        return [255, 255, 255, 255];
      };
      const root = document.querySelector('background-remover').shadowRoot;
      const found = [];
      for (const element of [
        ...document.querySelectorAll('h1, h2, p, summary, a, code, button'),
        ...root.querySelectorAll('p, button, select, label, .name'),
      ]) {
        if (!element.textContent.trim() || !element.getClientRects().length) continue;
        const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) found.push(`${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
      }
      return found;
    });
    expect(poor, colorScheme).toEqual([]);
  }
});

test('a photo cancelled in the middle leaves the engine ready for the next; a file that is no photo gets a text by its code, and the next photo works', {
  tag: '@isolated',
}, async ({ page }) => {
  await page.goto('/');
  await page.evaluate(() => {
    const stop = new AbortController();
    document.addEventListener(
      'background-remover-progress',
      ({ target, detail }) => {
        if (detail.stage !== 'infer') return;
        stop.abort();
        target.cancel();
      },
      { signal: stop.signal },
    );
  });
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await inState(page, 'empty');
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await inState(page, 'done');
  await expect(page.locator('.meta')).toContainText('1200 × 900');
  await page.getByRole('button', { name: 'Start over' }).click();
  await inState(page, 'empty');
  await page
    .locator(`${remover} .files`)
    .setInputFiles({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a photo at all') });
  await inState(page, 'error');
  await expect(page.locator('[part=message]')).toContainText('This is not a photo that can be opened.');
  await page.locator(`${remover} .files`).setInputFiles(sample);
  await inState(page, 'done');
});

test('an engine set while the own one is still on its way stays', async ({ page }) => {
  let own = () => {};
  const wanted = new Promise(
    (resolve) =>
      void page.route('**/engine/index.js*', async (route) => {
        await new Promise((go) => resolve((own = go)));
        await route.continue();
      }),
  );
  await page.goto('/'); // the page fetches its engine as soon as it is idle
  await wanted;
  await fakeEngine(page);
  own();
  await page.evaluate(() => import('./engine/index.js'));
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  expect(await page.evaluate(() => window.fake.calls.length)).toBe(1);
});

test('a photo dropped beside the element is taken too', async ({ page }) => {
  await withoutEngine(page); // taken is all that is asked
  await page.goto('/');
  expect(await dropFiles(page, 'h1', [photo('cat.bmp')], ['dragover', 'drop'])).toEqual([true, true]);
  await expect(page.locator(remover)).not.toHaveAttribute('state', 'empty');
});

test('samples of what is hard come after all that a photo needs, and are cut out by a click', async ({ page }) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/');
  const samples = page.locator('#samples');
  await expect(samples.getByRole('button')).toHaveText(['Hair', 'Glass', 'Fabric']);
  await expect(samples.locator('img').last()).toHaveJSProperty('naturalWidth', 144);
  const first = asked.findIndex((path) => path.endsWith('-small.jpg'));
  expect(asked.slice(0, first).some((path) => path.endsWith('/model.onnx'))).toBe(true);
  expect(asked.filter((path) => /samples\/[a-z]+\.jpg/.test(path))).toEqual([]);
  await samples.getByRole('button', { name: 'Hair' }).click();
  await inState(page, 'done');
  await expect(page.locator('#run-facts')).toContainText('hair.jpg: 800 × 600');
});

test('the element’s entry is at most 8 KB of gzip and loads nothing more by itself', async ({ page }) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await serveAlone(page);
  await page.goto('/alone.html', { waitUntil: 'networkidle' });
  const scripts = asked.filter((path) => path.endsWith('.js'));
  const entry = [
    '/engine/lists/result-names.js',
    '/texts/en/element.js',
    '/widget/background-remover.js',
    '/widget/common/base-styles.js',
    '/widget/common/texts.js',
  ];
  expect([...new Set(scripts)].sort()).toEqual(entry);
  const bytes = entry.map(
    (name) => gzipSync(readFileSync(new URL(`../../web${name}`, import.meta.url)), { level: 9 }).length,
  );
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(8 * 1024);
});
