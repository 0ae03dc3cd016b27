// Retouching in the page as a user does it, on the real engine.
import { expect, inTime, sample, test } from './page-helpers.js';

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await page.locator('background-remover input.files').setInputFiles(sample);
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done');
});

/** @param {import('@playwright/test').Page} page */
async function open(page) {
  await page.getByRole('button', { name: 'Retouch' }).click();
  await expect(page.locator('.retouch')).toHaveAttribute('data-shown', 'true');
  const canvas = page.locator('.retouch canvas');
  await expect(canvas).toBeFocused();
  return canvas;
}

/** Alpha of the result in the middle of the picture. @param {import('@playwright/test').Page} page */
const middleAlpha = (page) =>
  page.locator('background-remover').evaluate(async (element) => {
    const image = element.shadowRoot.querySelector('.cutout');
    const shown = await image.decode().then(
      () => true,
      () => false, // replaced by the next one meanwhile
    );
    if (!shown) return undefined;
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3];
  });

/** @param {import('@playwright/test').Page} page @param {import('@playwright/test').Locator} canvas */
async function strokeAcross(page, canvas) {
  const { x, y, width, height } = await canvas.boundingBox();
  await page.mouse.move(x + width * 0.45, y + height / 2);
  await page.mouse.down();
  for (let i = 0; i <= 10; i++) await page.mouse.move(x + width * (0.45 + 0.01 * i), y + height / 2);
  await page.mouse.up();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();
}

test('a stroke of the eraser is in the file; the next retouch goes on from it', async ({ page }) => {
  expect(await middleAlpha(page)).toBe(255);
  let canvas = await open(page);
  await page.getByLabel('Snap to edges').uncheck();
  await strokeAcross(page, canvas);
  await page.screenshot({ path: test.info().outputPath('erased.png') });
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('.retouch')).toBeHidden();
  await expect.poll(() => middleAlpha(page)).toBe(0);
  const result = page.locator('background-remover').evaluate(
    (element) =>
      new Promise((resolve) => {
        element.addEventListener('background-remover-result', ({ detail }) => resolve(detail.report.engine), {
          once: true,
        });
      }),
  );
  await page.getByRole('button', { name: 'White' }).click();
  expect(await result).toBe('none'); // no model: the matte is the user's
  canvas = await open(page);
  await page.keyboard.press('r');
  await page.getByLabel('Snap to edges').uncheck();
  await strokeAcross(page, canvas);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => middleAlpha(page)).toBe(255);
});

test('Cancel and Escape leave the cut-out as it was', async ({ page }) => {
  const canvas = await open(page);
  await strokeAcross(page, canvas);
  await page.locator('.retouch').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('.retouch')).toBeHidden();
  expect(await middleAlpha(page)).toBe(255);
  await open(page);
  await page.keyboard.press('Escape');
  await expect(page.locator('.retouch')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Download' })).toBeEnabled();
});

test('by keyboard alone: brush, undo, redo, an object dropped, done', async ({ page }) => {
  await open(page);
  const undo = page.getByRole('button', { name: 'Undo' }),
    redo = page.getByRole('button', { name: 'Redo' });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(undo).toBeEnabled();
  await page.keyboard.press('Control+z');
  await expect(redo).toBeEnabled();
  await expect(undo).toBeDisabled();
  await page.keyboard.press('Control+Shift+Z');
  await expect(undo).toBeEnabled();
  await page.keyboard.press('o');
  await expect(page.getByRole('button', { name: 'Objects' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('background-remover [role=status]')).toContainText('object');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Done' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.retouch')).toBeHidden();
  await expect(page.locator('[part=message]')).toContainText('Nothing is left.'); // it was the only object
  await page.getByRole('button', { name: 'Pick it by hand' }).press('Enter');
  await expect(page.locator('.retouch')).toHaveAttribute('data-shown', 'true');
});

test('zoom goes to 800 %, keeps the place under the pointer, and fits again', async ({ page }) => {
  const canvas = await open(page);
  const zoom = page.locator('.retouch .zoom');
  const fitted = await zoom.textContent();
  const { x, y, width, height } = await canvas.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  for (let i = 0; i < 20; i++) await page.mouse.wheel(0, -400);
  await expect(zoom).toHaveText('800%');
  await page.keyboard.press('0');
  await expect(zoom).toHaveText(fitted);
});

inTime(() => {
  test('the view during a stroke follows without long tasks', async ({ page }) => {
    const canvas = await open(page);
    await page.evaluate(() => {
      window.longTasks.length = 0;
    });
    await strokeAcross(page, canvas);
    await page.getByRole('button', { name: 'Redo' }).isDisabled();
    expect(await page.evaluate(() => window.longTasks)).toEqual([]);
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('a finger erases; every control is in sight', async ({ page }) => {
    const canvas = await open(page);
    const { x, y, width, height } = await canvas.boundingBox();
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();
    for (const name of ['Erase', 'Restore', 'Objects', 'Move', 'Done']) {
      await expect(page.locator('.retouch').getByRole('button', { name })).toBeInViewport();
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.screenshot({ path: test.info().outputPath('phone.png') });
  });
});
