// Pointing at what is meant, in the page, on the real engine with a model of prompts whose answer can be told: a disc
// around each click, less those beside it, the box, and what was found before. With the bundled model where there is one.
import { existsSync, readFileSync } from 'node:fs';
import { toldModel } from '../js/onnx.js';
import { expect, inTime, sample, test } from './page-helpers.js';

const side = 64;
const told = toldModel(side);

/**
 * The real engine, told what to answer.
 *
 * @param {import('@playwright/test').Page} page
 * @param {{ confidence?: number, found?: boolean, fails?: boolean }} [how]
 */
async function open(page, how = {}) {
  await page.goto('/');
  await page.evaluate(
    async ({ base64, size, confidence, found, fails }) => {
      const engine = await import(new URL('engine/index.js', document.baseURI).href);
      const model = {
        manifest: {
          name: 'told',
          version: '1',
          input: { name: 'x', planes: 7, size: [size, size], mean: [0, 0, 0], std: [1, 1, 1] },
          output: { name: 'y', kind: 'alpha' },
        },
        bytes: Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)),
      };
      const { bundled: _bundled, ...own } = engine;
      window.asked = [];
      document.querySelector('background-remover').engine = {
        ...own,
        async removeBackground(...args) {
          const result = await engine.removeBackground(...args);
          if (!args[1].matte) {
            if (confidence !== undefined) result.report.subject.confidence = confidence;
            if (found === false) result.report.subject.found = false;
          }
          return result;
        },
        async pick(photo, options) {
          if (fails) throw new engine.CutawayError('model_fetch_failed', 'no', { detail: 'HTTP 404', stage: 'load' });
          const session = await engine.pick(photo, { ...options, model });
          const show = session.show.bind(session);
          session.show = (prompt) => {
            window.asked.push(prompt);
            return show(prompt);
          };
          return session;
        },
      };
    },
    { base64: Buffer.from(told).toString('base64'), size: side, ...how },
  );
  await page.locator('background-remover input.files').setInputFiles(sample);
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done');
}

/** Alpha of the cut-out at places, in shares of its sides. @param {import('@playwright/test').Page} page @param {...[number, number]} places */
const alphaAt = (page, ...places) =>
  page.locator('background-remover').evaluate(async (element, at) => {
    const image = element.shadowRoot.querySelector('.cutout');
    await image.decode().catch(() => {});
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return at.map(
      ([x, y]) =>
        context.getImageData(Math.floor(x * (canvas.width - 1)), Math.floor(y * (canvas.height - 1)), 1, 1).data[3],
    );
  }, places);

/** A place of the photo on the screen. @param {import('@playwright/test').Page} page @param {number} x share @param {number} y */
async function place(page, x, y) {
  const { width, height } = await page.locator('.retouch .sheet-of-photo > canvas').first().boundingBox();
  const box = await page.locator('.retouch .sheet-of-photo > canvas').first().boundingBox();
  const scale = Math.min(width / 1200, height / 900, 1) * 0.96; // of the sample, 1200 x 900
  return { x: box.x + width / 2 + (x - 0.5) * 1200 * scale, y: box.y + height / 2 + (y - 0.5) * 900 * scale };
}

const undo = (/** @type {import('@playwright/test').Page} */ page) =>
  page.locator('.retouch').getByRole('button', { name: 'Undo' });

test('hover shows, a click adds, Alt takes away, a box adds; one undo with the strokes; keys; the file has it', async ({
  page,
}) => {
  await open(page);
  await page.getByRole('button', { name: 'Retouch' }).click();
  await page.locator('.retouch').getByRole('button', { name: 'Pick' }).click();
  const canvas = page.locator('.retouch .sheet-of-photo > canvas').first();
  await expect(canvas).toHaveAttribute('data-tool', 'pick');
  await expect(page.locator('.retouch .how')).toContainText('Click a thing to add it');

  // a look ahead changes nothing
  const corner = await place(page, 0.1, 0.12);
  await page.mouse.move(corner.x, corner.y, { steps: 3 });
  await expect(page.locator('.retouch .meant')).toBeVisible();
  await expect(undo(page)).toBeDisabled();
  await page.mouse.click(corner.x, corner.y);
  await expect(undo(page)).toBeEnabled();
  await expect(page.locator('background-remover [role=status]')).toHaveText('Added.');

  // beside it, with Alt: another thing, taken away; then a stroke, and all three go back one by one
  const middle = await place(page, 0.5, 0.5);
  await page.keyboard.down('Alt');
  await page.mouse.click(middle.x, middle.y);
  await page.keyboard.up('Alt');
  await expect(page.locator('background-remover [role=status]')).toHaveText('Taken away.');
  await page.screenshot({ path: test.info().outputPath('picked.png') });
  await canvas.press('e');
  const low = await place(page, 0.9, 0.9);
  await page.mouse.click(low.x, low.y);
  for (let i = 0; i < 3; i++) {
    await expect(undo(page)).toBeEnabled();
    await canvas.press('Control+z');
    await expect(page.locator('background-remover [role=status]')).toHaveText('Undone.');
  }
  await expect(undo(page)).toBeDisabled();
  for (let i = 0; i < 2; i++) await canvas.press('Control+Shift+Z');
  await expect(undo(page)).toBeEnabled();

  // a box, by a drag, and what one finger began is not meant when a second comes
  await canvas.press('p');
  const [from, to] = [await place(page, 0.75, 0.1), await place(page, 0.95, 0.3)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await expect(page.locator('.retouch .frame-of-box')).toBeVisible();
  await page.mouse.up();
  await expect(page.locator('.retouch .frame-of-box')).toBeHidden();

  // by keys: the cross begins where the pointer is; with Alt, Enter does the other thing
  await page.getByLabel('Take away').check();
  const beside = await place(page, 0.2, 0.8);
  await page.mouse.move(beside.x, beside.y);
  await canvas.focus();
  await canvas.press('ArrowLeft');
  await expect(page.locator('.retouch .cross')).toBeVisible();
  for (let i = 0; i < 3; i++) await canvas.press('ArrowDown');
  await canvas.press('Alt+Enter');
  await expect(page.locator('background-remover [role=status]')).toHaveText('Added.');
  const asked = await page.evaluate(() => window.asked);
  expect(asked.some(({ box }) => box)).toBe(true);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('.retouch')).toBeHidden();
  await expect
    .poll(() => alphaAt(page, [0.1, 0.12], [0.5, 0.5], [0.85, 0.2], [0.19, 0.84]))
    .toEqual([255, 0, 255, 255]);
  // and the studio takes all of it back at once
  await page.locator('.top').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => alphaAt(page, [0.1, 0.12], [0.5, 0.5])).toEqual([0, 255]);
});

test('a doubtful subject is asked about, and only what is clicked stays; by finger; the method asks, too', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 844 }, baseURL });
  const page = await context.newPage();
  await open(page, { confidence: 0.4 });
  const doubt = page.locator('.doubt');
  await expect(doubt).toContainText('Is this what you mean?');
  await page.screenshot({ path: test.info().outputPath('doubt.png') });
  await doubt.getByRole('button', { name: 'Click what to keep' }).tap();
  await expect(page.locator('.retouch .how')).toContainText('Click what to keep');
  const at = await place(page, 0.2, 0.2);
  await page.touchscreen.tap(at.x, at.y);
  await expect(undo(page)).toBeEnabled();
  await expect(page.getByLabel('Add', { exact: true })).toBeChecked();
  await page.screenshot({ path: test.info().outputPath('phone.png') });
  await page.getByRole('button', { name: 'Done' }).tap();
  await expect.poll(() => alphaAt(page, [0.2, 0.2], [0.5, 0.5])).toEqual([255, 0]);
  await expect(doubt).toBeHidden(); // it is by hand now
  const over = page.locator('background-remover').evaluate((element) => element.pick().then(() => 'over'));
  await expect(page.locator('.retouch canvas').first()).toHaveAttribute('data-tool', 'pick');
  await page.keyboard.press('Escape');
  expect(await over).toBe('over');
  await context.close();
});

test('nothing found: the first offer is a click; what cannot be fetched is said, and the brushes stay', async ({
  page,
}) => {
  await open(page, { found: false, fails: true });
  await page.locator('[part=message]').getByRole('button', { name: 'Click what to keep' }).click();
  await expect(page.locator('.retouch .trouble')).toContainText('The model could not be fetched.');
  await expect(page.locator('.retouch canvas').first()).toHaveAttribute('data-tool', 'erase');
  await expect(page.getByLabel('Snap to edges')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('failed.png') });
});

const bundled = new URL('../../models/pick/manifest.json', import.meta.url);
test('the bundled model: fetched with the first use and not before; a click on the duck is the duck', {
  tag: '@isolated',
}, async ({ page }) => {
  test.skip(!existsSync(bundled), 'models/pick is not there');
  expect(JSON.parse(readFileSync(bundled, 'utf8')).input.planes).toBe(7);
  /** @type {string[]} */
  const fetched = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto('/');
  await page.locator('background-remover input.files').setInputFiles(sample);
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'done');
  expect(fetched.filter((path) => /models\/pick|pick-tool/.test(path))).toEqual([]);
  await page.locator('background-remover').evaluate((element) => void element.pick());
  await expect(page.locator('.retouch canvas').first()).toHaveAttribute('data-tool', 'pick');
  expect(fetched).toContain('/models/pick/model.onnx');
  const at = await place(page, 0.5, 0.5);
  await page.mouse.click(at.x, at.y);
  await expect(undo(page)).toBeEnabled();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('.retouch')).toBeHidden();
  await expect.poll(() => alphaAt(page, [0.5, 0.5], [0.02, 0.02])).toEqual([255, 0]);
});

inTime(() => {
  test('looking and clicking never hold the page up', async ({ page }) => {
    await open(page);
    await page.locator('background-remover').evaluate((element) => void element.pick());
    await expect(page.locator('.retouch canvas').first()).toHaveAttribute('data-tool', 'pick');
    await page.evaluate(() => (window.longTasks.length = 0));
    for (let i = 0; i < 12; i++) {
      const { x, y } = await place(page, 0.1 + 0.06 * i, 0.3);
      await page.mouse.move(x, y, { steps: 4 });
      if (i % 4 === 3) await page.mouse.click(x, y);
    }
    await expect(undo(page)).toBeEnabled();
    expect(await page.evaluate(() => window.longTasks)).toEqual([]);
  });
});
