// <compare-slider>: mouse, touch and keys.
import { expect, fakeEngine, photo, test, withoutEngine } from './page-helpers.js';

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await withoutEngine(page);
  await page.goto('/');
  await fakeEngine(page);
  await page.locator('background-remover .files').setInputFiles(photo('cat.bmp'));
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done');
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '42');
});

test('arrows step by 2, page keys by 10, Home and End go to the ends', async ({ page }) => {
  const slider = page.getByRole('slider', { name: 'Before and after' });
  await slider.focus();
  for (const [key, now] of [
    ['ArrowRight', 44],
    ['ArrowLeft', 42],
    ['PageUp', 52],
    ['PageDown', 42],
    ['End', 100],
    ['ArrowUp', 100],
    ['Home', 0],
    ['ArrowDown', 0],
    ['ArrowUp', 2],
  ]) {
    await page.keyboard.press(key);
    await expect(slider).toHaveAttribute('aria-valuenow', String(now));
  }
  await expect(slider).toHaveAttribute('aria-valuetext', '2% before, 98% after');
});

test('a drag follows the mouse and stops at the edges', async ({ page }) => {
  const box = await page.locator('compare-slider').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 30);
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '75');
  await page.mouse.move(box.x + box.width + 300, box.y + 30);
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '100');
  await page.mouse.up();
  await page.mouse.move(box.x + 10, box.y + 30);
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '100');
});

test('what lies left of the bar is the photo, right of it the cut-out', async ({ page }) => {
  const clips = await page
    .locator('compare-slider')
    .evaluate((slider) =>
      ['.before', '.after'].map((part) => getComputedStyle(slider.shadowRoot.querySelector(part)).clipPath),
    );
  expect(clips[0]).toBe('inset(0px 58% 0px 0px)');
  expect(clips[1]).toBe('inset(0px 0px 0px 42%)');
});

test('a finger moves it, and up and down stay the page’s', async ({ page, context }) => {
  const box = await page.locator('compare-slider').boundingBox();
  const touch = await context.newCDPSession(page);
  const at = (share) => [{ x: box.x + box.width * share, y: box.y + box.height / 2 }];
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.3) });
  for (const share of [0.4, 0.5, 0.6, 0.7])
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '70');
  expect(await page.locator('compare-slider').evaluate((slider) => getComputedStyle(slider).touchAction)).toBe('pan-y');
});
