// Shadow, outline, gradient, canvas and what is kept, on the real engine.
import AxeBuilder from '@axe-core/playwright';
import { expect, sample, test } from './page-helpers.js';

const remover = 'background-remover';

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await page.evaluate(() => {
    document.addEventListener('background-remover-result', async ({ detail: { blob, report, options } }) => {
      const bitmap = await createImageBitmap(blob);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let soft = 0, clear = 0;
      for (let i = 3; i < data.length; i += 4) {
        soft += data[i] > 20 && data[i] < 120;
        clear += data[i] === 0;
      }
      window.last = { options, width: report.width, height: report.height, soft, clear, first: [...data.slice(0, 4)], pixels: data.length / 4 };
    });
  });
  await page.locator(`${remover} input.files`).setInputFiles(sample);
  await expect(page.locator(remover)).toHaveAttribute('state', 'done');
  await expect.poll(() => page.evaluate(() => window.last?.pixels)).toBe(1200 * 900);
});

/** The next result with these options. @param {import('@playwright/test').Page} page @param {object} options */
async function result(page, options) {
  await expect.poll(() => page.evaluate(() => window.last.options)).toMatchObject(options);
  return page.evaluate(() => window.last);
}

/** @param {import('@playwright/test').Page} page */
async function open(page) {
  await page.getByRole('button', { name: 'Style' }).click();
  await expect(page.getByRole('checkbox', { name: 'Shadow' })).toBeVisible();
}

test('a shadow is in the file, softer with its slider, and goes again', async ({ page }) => {
  const plain = await page.evaluate(() => window.last);
  await open(page);
  await page.getByRole('checkbox', { name: 'Shadow' }).check();
  const shadowed = await result(page, { shadow: { y: '1%', blur: '3%', opacity: 0.35 } });
  expect(shadowed.soft).toBeGreaterThan(plain.soft + 5000);
  await page.getByLabel('Strength').fill('1');
  await result(page, { shadow: { opacity: 1 } });
  await expect(page.locator('.exact')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Shadow' }).uncheck();
  await expect.poll(() => page.evaluate(() => window.last.options.shadow)).toBe(undefined);
  await expect(page.locator('.exact')).toBeHidden();
});

test('while a slider is drawn the picture follows before the file is there', async ({ page }) => {
  await open(page);
  await page.getByRole('checkbox', { name: 'Shadow' }).check();
  await result(page, { shadow: { opacity: 0.35 } });
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('background-remover');
    window.seen = [];
    new MutationObserver(() => {
      const live = shadowRoot.querySelector('.live'), exact = shadowRoot.querySelector('.exact');
      window.seen.push(live.hidden ? exact.hidden ? 'none' : 'file' : 'live');
    }).observe(shadowRoot.querySelector('.layers'), { subtree: true, attributes: true, attributeFilter: ['hidden'] });
  });
  await page.getByLabel('Strength').fill('0.9');
  await expect.poll(() => page.evaluate(() => window.seen.includes('live'))).toBe(true);
  await expect.poll(() => page.evaluate(() => window.seen.at(-1))).toBe('file');
  expect(await page.evaluate(() => window.seen.includes('none'))).toBe(false);
});

test('outline, gradient and canvas make one picture; the presets are the core’s', async ({ page }) => {
  await open(page);
  await page.getByRole('checkbox', { name: 'Outline' }).check();
  await page.getByRole('checkbox', { name: 'Gradient' }).check();
  await page.getByLabel('Canvas').selectOption('amazon');
  const made = await result(page, { canvas: 'amazon', outline: { color: '#ffffff' }, background: 'linear-gradient(180deg, #8fd3f4, #fdf3e3)' });
  expect([made.width, made.height, made.clear]).toEqual([2000, 2000, 0]);
  expect(made.first).toEqual([143, 211, 244, 255]);
  await expect(page.locator('compare-slider')).toHaveClass(/placed/);
  const { width, height } = await page.locator('compare-slider').boundingBox();
  expect(Math.abs(width / height - 1)).toBeLessThan(0.02);
  const names = await page.getByLabel('Canvas').locator('option').allTextContents();
  expect(names).toEqual(['as the photo', 'Square 1:1', 'Portrait 4:5', 'Wide 16:9', 'Passport 35 × 45 mm', 'Amazon', 'eBay', 'Etsy', 'Shopify']);
  await page.getByLabel('Canvas').selectOption('');
  await expect(page.locator('compare-slider')).not.toHaveClass(/placed/);
});

test('the background is kept instead', async ({ page }) => {
  const plain = await page.evaluate(() => window.last);
  await open(page);
  await page.getByLabel('Keep').selectOption('background');
  const kept = await result(page, { keep: 'background' });
  expect(plain.first[3]).toBe(0);
  expect(kept.first[3]).toBe(255);
});

test('attributes are what the controls say, whoever wrote them', async ({ page }) => {
  await page.locator(remover).evaluate((element) => {
    element.setAttribute('shadow', 'y=4%,blur=5%,opacity=0.5');
    element.setAttribute('canvas', '800x600');
  });
  const made = await result(page, { canvas: '800x600', shadow: { y: '4%', blur: '5%', opacity: 0.5 } });
  expect([made.width, made.height]).toEqual([800, 600]);
  await open(page);
  await expect(page.getByLabel('Distance')).toHaveValue('4');
  await expect(page.getByLabel('Canvas')).toHaveValue('800x600');
  await page.locator(remover).evaluate((element) => element.setAttribute('shadow', ''));
  await result(page, { shadow: true });
  await expect(page.getByLabel('Distance')).toHaveValue('1');
});

test('a style that is none is told in a sentence', async ({ page }) => {
  await page.locator(remover).evaluate((element) => element.setAttribute('shadow', 'depth=3'));
  await expect(page.locator('[part=message]')).toContainText('These settings do not fit together.');
});

test('the panel speaks the language, has no axe violation, and fits a phone', async ({ page }) => {
  await open(page);
  await page.setViewportSize({ width: 390, height: 900 });
  await page.getByRole('checkbox', { name: 'Shadow' }).check();
  await page.evaluate(() => document.documentElement.setAttribute('lang', 'de'));
  await expect(page.getByRole('checkbox', { name: 'Schatten' })).toBeChecked();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
