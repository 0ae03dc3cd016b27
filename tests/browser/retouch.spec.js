// Retouching in the page as a user does it, on the real engine.
import { expect, inTime, putBack, sample, sharedVisit, test as phone } from './page-helpers.js';

/** @param {import('@playwright/test').Page} page */
async function cutOut(page) {
  await page.locator('background-remover input.files').setInputFiles(sample);
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done');
}

/** @param {import('@playwright/test').Page} page */
async function visit(page) {
  await page.goto('/');
  await cutOut(page);
}

const test = sharedVisit(visit, async (page) => {
  if (await page.locator('.retouch').isVisible()) await page.locator('.retouch canvas').first().press('Escape');
  await expect(page.locator('.retouch')).toBeHidden();
  await putBack(page);
  await cutOut(page);
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
  await expect(page.locator('.retouch').getByRole('button', { name: 'Undo' })).toBeEnabled();
}

test('a stroke of the eraser is in the file; the next retouch goes on from it', async ({ page }) => {
  await expect.poll(() => middleAlpha(page)).toBe(255);
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

test('Cancel and Escape ask before strokes are lost, and leave the cut-out as it was', async ({ page }) => {
  const canvas = await open(page);
  await strokeAcross(page, canvas);
  const ask = page.getByRole('dialog', { name: 'Discard' });
  for (const give of [
    () => page.locator('.retouch').getByRole('button', { name: 'Cancel' }).click(),
    () => canvas.press('Escape'),
  ]) {
    await give();
    await expect(ask).toContainText('1 change would be lost.');
    await ask.getByRole('button', { name: 'Keep on' }).press('Enter');
    await expect(ask).toBeHidden();
    await expect(page.locator('.retouch').getByRole('button', { name: 'Undo' })).toBeEnabled();
  }
  await canvas.press('Escape');
  await ask.getByRole('button', { name: 'Discard' }).click();
  await expect(page.locator('.retouch')).toBeHidden();
  expect(await middleAlpha(page)).toBe(255);
  await open(page);
  await page.keyboard.press('Escape');
  await expect(page.locator('.retouch')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Download' })).toBeEnabled();
});

test('by keyboard alone: brush, undo, redo, an object dropped, done', async ({ page }) => {
  await open(page);
  const undo = page.locator('.retouch').getByRole('button', { name: 'Undo' }),
    redo = page.locator('.retouch').getByRole('button', { name: 'Redo' });
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

test('? tells the keys; a retouch is one step of the studio’s undo', async ({ page }) => {
  const canvas = await open(page);
  await canvas.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Size of the brush');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByLabel('Snap to edges').uncheck();
  await strokeAcross(page, canvas);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => middleAlpha(page)).toBe(0);
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done');
  await page.locator('.top').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => middleAlpha(page)).toBe(255);
  await page.locator('.top').getByRole('button', { name: 'Redo' }).click();
  await expect.poll(() => middleAlpha(page)).toBe(0);
});

inTime(() => {
  test('the view during a stroke follows without long tasks', async ({ page }) => {
    const canvas = await open(page);
    await page.evaluate(() => {
      window.longTasks.length = 0;
    });
    await strokeAcross(page, canvas);
    await page.locator('.retouch').getByRole('button', { name: 'Redo' }).isDisabled();
    expect(await page.evaluate(() => window.longTasks)).toEqual([]);
  });
});

phone.describe('on a phone', () => {
  phone.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  phone.beforeEach(({ page }) => visit(page));

  phone('a finger erases; every control is in sight', async ({ page }) => {
    const canvas = await open(page);
    const { x, y, width, height } = await canvas.boundingBox();
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await expect(page.locator('.retouch').getByRole('button', { name: 'Undo' })).toBeEnabled();
    for (const name of ['Erase', 'Restore', 'Objects', 'Move', 'Done']) {
      await expect(page.locator('.retouch').getByRole('button', { name })).toBeInViewport();
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.screenshot({ path: test.info().outputPath('phone.png') });
  });

  phone('a second finger takes back what the first began, and zooms', async ({ page }) => {
    const canvas = await open(page);
    const { x, y, width, height } = await canvas.boundingBox();
    const zoom = page.locator('.retouch .zoom');
    const before = parseInt(await zoom.textContent(), 10);
    const touch = await page.context().newCDPSession(page);
    const at = (share, id) => ({ x: x + width * share, y: y + height / 2, id });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0.5, 0)] });
    for (const share of [0.48, 0.46, 0.44])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(share, 0)] }); // a stroke by now
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0.44, 0), at(0.56, 1)] });
    for (const by of [0.02, 0.05, 0.08, 0.12])
      await touch.send('Input.dispatchTouchEvent', {
        type: 'touchMove',
        touchPoints: [at(0.44 - by, 0), at(0.56 + by, 1)],
      });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(async () => parseInt(await zoom.textContent(), 10) / before).toBeGreaterThan(2);
    await expect(page.locator('.retouch').getByRole('button', { name: 'Undo' })).toBeDisabled();
    await expect(page.locator('.retouch').getByRole('button', { name: 'Redo' })).toBeDisabled(); // nobody meant that stroke
    await page.locator('.retouch').getByRole('button', { name: 'Zoom out' }).tap();
    await page.locator('.retouch').getByRole('button', { name: 'Done' }).tap();
    await expect(page.locator('.retouch')).toBeHidden();
    expect(await middleAlpha(page)).toBe(255);
  });
});
