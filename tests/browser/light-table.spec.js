// The batch as a light table: one photo large, the next by an arrow, kept,
// mended or left out; and the studio and the batch as one place.
import { readFile } from 'node:fs/promises';
import { readPng } from '../js/pictures.js';
import { languages } from '../../web/widget/common/texts.js';
import { photos, test, unzip, withoutPicker } from './batch-helpers.js';
import { axe, dropFiles, expect } from './page-helpers.js';

const batch = 'background-batch';
const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page @param {number} count */
const done = (page, count) =>
  expect(page.locator(`${batch} .tile[data-state=done]`)).toHaveCount(count, { timeout: 45_000 });

/** @param {Buffer[]} all */
const files = (all) => all.map((buffer, i) => ({ name: `${i + 1}.jpg`, mimeType: 'image/jpeg', buffer }));

/** A batch on the page, all of it done. @param {import('@playwright/test').Page} page @param {number} count @param {number} [width] */
async function open(page, count, width = 400) {
  await withoutPicker(page);
  await page.goto('/');
  await page.locator(`${remover} .files`).setInputFiles(files(await photos(page, count, width)));
  await done(page, count);
}

/** @param {import('@playwright/test').Page} page @param {string} state */
async function clean(page, state) {
  expect((await axe(page)).violations, state).toEqual([]);
}

/** A stroke across the middle of what is retouched. @param {import('@playwright/test').Page} page */
async function erase(page) {
  await expect(page.locator('.retouch:visible')).toHaveAttribute('data-shown', 'true');
  await page.getByLabel('Snap to edges').uncheck();
  const { x, y, width, height } = await page.locator('.retouch:visible canvas').boundingBox();
  await page.mouse.move(x + width * 0.45, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.55, y + height / 2, { steps: 8 });
  await page.mouse.up();
}

/** @param {import('@playwright/test').Page} page @param {string} name @returns {Promise<any>} of an item */
const item = (page, name) =>
  page.locator(batch).evaluate(({ queue }, which) => {
    const { mark, own, matte, result } = queue.items.find((one) => one.name === which);
    return { mark, own, mended: Boolean(matte), engine: result?.report.engine };
  }, name);

test('doubtful ones first, one of them large, through the others by arrows; kept, mended, left out, and so saved', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 6);
  const sort = page.locator(`${batch} [data-act=sort]`);
  await expect(sort).toBeHidden();
  await page.locator(batch).evaluate(({ queue }) => {
    queue.items[3].made.confidence = 0.4; // as if the model had not been sure
    queue.changed(queue.items[3]);
  });
  await expect(page.locator('.tile').nth(3)).toContainText('Look closely');
  await sort.click();
  await expect(page.locator('.tile .file')).toHaveText(['4.jpg', '1.jpg', '2.jpg', '3.jpg', '5.jpg', '6.jpg']);
  await clean(page, 'the grid, sorted');

  await page.locator('.pick').first().focus();
  await page.keyboard.press('Enter');
  const rail = page.locator(`${remover} .rail`);
  await expect(rail.locator('.at')).toHaveText('1 of 6');
  await expect(page.locator(batch)).toBeHidden();
  await expect(page.locator(`${remover} compare-slider`)).toBeVisible();
  await expect(rail.locator('.doubt')).toBeVisible();
  await expect(page.locator(`${remover} [part=clear], ${remover} [part~=clear]`)).toBeHidden();
  await clean(page, 'one photo, large');
  await page.locator(`${remover} .look.matte input`).check();
  await expect(page.locator(`${remover} .stage`)).toHaveAttribute('data-look', 'matte');
  await page.locator(`${remover} [part=frame]`).focus();
  await page.keyboard.press('ArrowRight');
  await expect(rail.locator('.at')).toHaveText('2 of 6');
  await expect(page.locator(`${remover} [part=name]`)).toHaveText('1.jpg');
  await expect(rail.locator('.doubt')).toBeHidden();
  await page.keyboard.press('ArrowLeft');
  await rail.getByRole('button', { name: 'Keep' }).click();
  await expect(rail.locator('.at')).toHaveText('2 of 6');
  await page.keyboard.press('x');
  await expect(rail.locator('.at')).toHaveText('3 of 6');
  expect([(await item(page, '4.jpg')).mark, (await item(page, '1.jpg')).mark]).toEqual(['kept', 'left']);

  await page.locator(remover).getByRole('button', { name: 'White' }).click(); // for all of them
  await expect.poll(() => page.locator(batch).getAttribute('background')).toBe('white');
  await page.getByLabel('For this photo alone').check();
  await page.locator(remover).getByRole('button', { name: 'Black' }).click();
  await expect.poll(async () => (await item(page, '2.jpg')).own?.background).toBe('#000000');
  await rail.getByRole('button', { name: 'Next photo' }).click();
  await expect(page.locator(`${remover} [part=name]`)).toHaveText('3.jpg');
  await expect(page.getByLabel('For this photo alone')).not.toBeChecked();
  await expect(page.locator(remover).getByRole('button', { name: 'White' })).toHaveAttribute('aria-pressed', 'true');

  await page.locator(`${remover} .bar [data-act=retouch]`).click();
  await erase(page);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(async () => (await item(page, '3.jpg')).mended).toBe(true);
  await page.locator(`${remover} [part=frame]`).focus();
  await page.keyboard.press('Escape');
  await expect(page.locator(batch)).toBeVisible();
  await expect(page.locator('.tile', { hasText: '3.jpg' }).locator('.pick')).toBeFocused();
  await done(page, 6);
  expect((await item(page, '5.jpg')).engine).toBe('none'); // put together anew, without the model

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`${batch} [data-act=zip]`).click(),
  ]);
  const saved = unzip(await readFile(await download.path()));
  expect(Object.keys(saved).sort()).toEqual(['2.png', '3.png', '4.png', '5.png', '6.png']);
  /** @param {string} name @param {number} x @param {number} y shares */
  const at = (name, x, y) => {
    const { width, height, rgba } = readPng(saved[name]);
    const i = (Math.floor(height * y) * width + Math.floor(width * x)) * 4;
    return [...rgba.subarray(i, i + 3)];
  };
  expect([at('2.png', 0, 0), at('3.png', 0, 0)]).toEqual([
    [0, 0, 0],
    [255, 255, 255],
  ]);
  expect(at('3.png', 0.5, 0.5)).toEqual([255, 255, 255]);
  expect(at('5.png', 0.5, 0.5)).not.toEqual([255, 255, 255]);
});

test('a sixth photo changes nothing under one’s hands, and there is one way back', async ({ page }) => {
  await withoutPicker(page);
  await page.goto('/');
  const real = files(await photos(page, 7, 600));
  await page.locator(`${remover} .files`).setInputFiles(real.slice(0, 5));
  await expect(page.locator(`${remover} .thumb[data-state=done]`)).toHaveCount(5, { timeout: 45_000 });
  await page.locator(`${remover} .thumb`).nth(2).click();
  await page.locator(remover).getByRole('button', { name: 'White' }).click();
  await page.locator(`${remover} .bar [data-act=retouch]`).click();
  await erase(page);
  await expect(page.locator('.retouch [data-act=undo]')).toBeEnabled();

  await dropFiles(page, 'h1', real.slice(5, 6), ['dragover', 'drop']);
  await expect(page.locator(`${remover} .rail .at`)).toHaveText('3 of 6');
  await expect(page.locator('.retouch [data-act=undo]')).toBeEnabled(); // open, with its stroke
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator(`${remover} [part=name]`)).toHaveText('3.jpg');
  await page.locator(`${remover} [data-act=zoom-in]`).click();
  const zoom = await page.locator(`${remover} .zoom`).textContent();
  await dropFiles(page, 'h1', real.slice(6), ['dragover', 'drop']);
  await expect(page.locator(`${remover} .rail .at`)).toHaveText('3 of 7');
  expect(await page.locator(`${remover} .zoom`).textContent()).toBe(zoom);
  await page.getByRole('button', { name: 'Undo', exact: true }).click(); // the stroke, which was before
  await expect.poll(async () => (await item(page, '3.jpg')).mended).toBe(false);
  await page.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect.poll(async () => (await item(page, '3.jpg')).mended).toBe(true);

  await page.getByRole('button', { name: 'All photos' }).click();
  await done(page, 7);
  await expect(page.locator(batch)).toHaveAttribute('background', 'white');
  await expect(page.getByRole('button', { name: 'One photo' })).toBeHidden();
  const over = page.locator(`${batch} [data-act=clear]`);
  await over.click();
  await over.click();
  await expect(page.locator(remover)).toHaveAttribute('state', 'empty');
  await expect(page.locator(batch)).toBeHidden();
  await page.locator(`${remover} .files`).setInputFiles(real.slice(0, 1));
  await expect(page.locator(remover)).toHaveAttribute('state', 'done');
  await expect(page.locator(`${remover} .rail`)).toHaveCount(0);
});

test('alone on a page: one of them large, more dropped on it, and back; no control is dead', async ({ page }) => {
  await page.route('**/alone.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<!doctype html><html lang=en><title>x</title><link rel=icon href=data:,><script type=module src="/batch/background-batch.js"></script><background-batch workers=1></background-batch>',
    }),
  );
  await page.goto('/alone.html');
  const heard = page.evaluate(() => {
    window.heardHere = [];
    for (const name of ['accept', 'result'])
      addEventListener(`background-remover-${name}`, () => window.heardHere.push(name));
  });
  await heard;
  const real = files(await photos(page, 3));
  await page.locator(`${batch} > .frame .files, ${batch} .files`).first().setInputFiles(real.slice(0, 2));
  await done(page, 2);
  await page.locator('.tile').first().dblclick();
  await expect(page.locator('.rail .at')).toHaveText('1 of 2');
  await expect(page.locator(`${batch} .board`)).toBeHidden();
  await dropFiles(page, batch, real.slice(2));
  await expect(page.locator('.rail .at')).toHaveText('1 of 3');
  const dead = await page
    .locator(remover)
    .evaluate(({ shadowRoot }) =>
      [...shadowRoot.querySelectorAll('button')]
        .filter((button) => button.checkVisibility() && /clear|all/.test(button.dataset.act ?? ''))
        .map((button) => button.dataset.act),
    );
  expect(dead).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.locator(`${batch} .board`)).toBeVisible();
  await done(page, 3);
  await expect(page.getByRole('button', { name: 'One photo' })).toHaveCount(0);
  expect(await page.evaluate(() => window.heardHere)).toEqual([]);
});

test('on a phone a finger turns the pages, the grip stays the slider’s, and everything fits in every language', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await open(page, 6, 300);
  await page.locator('.tile').nth(1).getByRole('button', { name: 'Look at 2.jpg' }).tap();
  const at = page.locator(`${remover} .rail .at`);
  await expect(at).toHaveText('2 of 6');
  await expect(page.locator(`${remover} compare-slider`)).toBeVisible();
  const cdp = await context.newCDPSession(page);
  const { x, y, width, height } = await page.locator(`${remover} compare-slider`).boundingBox();
  /** @param {number} from @param {number} to shares of the picture's width @param {number} down of its height */
  const swipe = async (from, to, down) => {
    const points = Array.from({ length: 5 }, (_, i) => ({
      x: x + width * (from + ((to - from) * i) / 4),
      y: y + height * down,
    }));
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [points[0]] });
    for (const point of points.slice(1))
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [point] });
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await swipe(0.9, 0.6, 0.8);
  await expect(at).toHaveText('3 of 6');
  await swipe(0.6, 0.9, 0.8);
  await expect(at).toHaveText('2 of 6');
  const value = () => page.locator(`${remover} compare-slider`).evaluate((slider) => Math.round(slider.value));
  const before = await value();
  await swipe(before / 100, 0.8, 0.5); // the grip
  expect(Math.abs((await value()) - 80)).toBeLessThan(4);
  await expect(at).toHaveText('2 of 6');
  for (const language of languages) {
    await page.locator('#language').selectOption(language);
    await expect(page.locator(`${remover} .frame`)).toHaveAttribute('lang', language);
    const misfits = await page.locator(remover).evaluate(({ shadowRoot }) => {
      const frame = shadowRoot.querySelector('.frame').getBoundingClientRect();
      return [...shadowRoot.querySelectorAll('.rail button, .rail label, .rail .at, .bar button, .bar select')]
        .filter((control) => control.checkVisibility() && !control.closest('.swatches,.opts,.style'))
        .flatMap((control) => {
          const box = control.getBoundingClientRect();
          const what = `${control.className} "${control.textContent.trim()}"`;
          if (box.left < frame.left || box.right > frame.right + 0.5) return [`${what} sticks out`];
          if (control.matches('button') && (box.height < 36 || box.width < 36)) return [`${what} is small`];
          return control.scrollWidth > control.clientWidth + 1 && control.clientWidth && !control.matches('select')
            ? [`${what} is cut off`]
            : [];
        });
    });
    expect(misfits, language).toEqual([]);
  }
  await page.locator('#language').selectOption('en');
  await clean(page, 'one photo on a phone');
  await context.close();
});
