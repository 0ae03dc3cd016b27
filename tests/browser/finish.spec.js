// The last mile of a picture in the page: edges, what it stands on, passports,
// masks and layers, and the picture itself to be saved.
import { readFile } from 'node:fs/promises';
import { expect, putBack, sample, sharedVisit } from './page-helpers.js';

const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page */
async function cutOut(page) {
  await page.locator(`${remover} input.files`).setInputFiles(sample);
  await expect(page.locator(remover)).toHaveAttribute('state', 'done');
  await expect(page.locator('.style')).toBeVisible();
}

const test = sharedVisit(
  async (page) => {
    await page.goto('/');
    await page.evaluate(() =>
      document.addEventListener('background-remover-result', ({ detail }) => {
        window.made = detail;
      }),
    );
    await cutOut(page);
  },
  async (page) => {
    await putBack(page);
    await cutOut(page);
  },
);

/** @param {import('@playwright/test').Page} page @param {string} name of an option */
const asked = (page, name) => page.evaluate((key) => window.made?.options[key], name);

test('edges are moved by a value, everywhere and under a stroke; hair is looked at again', async ({ page }) => {
  await page.locator('.edges summary').click();
  const field = page.getByRole('spinbutton', { name: 'Out or in, px' });
  await field.fill('-3');
  await field.press('Enter');
  await expect.poll(() => asked(page, 'shift')).toBe('-3px');
  await expect(page.getByRole('button', { name: 'Edge moved' })).toBeVisible();
  await page.getByRole('button', { name: 'Edge moved' }).click();
  await expect.poll(() => asked(page, 'shift')).toBe(undefined);

  await page.getByRole('button', { name: 'Retouch' }).click();
  const tools = page.locator('.retouch');
  await expect(tools).toHaveAttribute('data-shown', 'true');
  await page.keyboard.press('g');
  await tools.locator('.kind').selectOption('feather');
  await tools.getByRole('spinbutton').fill('9');
  await tools.getByRole('spinbutton').press('Enter');
  await tools.getByRole('button', { name: 'Everywhere' }).click();
  await expect(page.getByRole('status')).toHaveText('The edge is changed.');
  await tools.locator('.kind').selectOption('decontaminate');
  await expect(tools.locator('.edge .unit')).toHaveText('%');
  await tools.getByRole('spinbutton', { name: 'How much, in percent' }).fill('0');
  await tools.getByRole('spinbutton').press('Enter');
  await tools.getByRole('button', { name: 'Everywhere' }).click();
  await expect(tools.getByRole('button', { name: 'Everywhere' })).toBeEnabled();
  await page.keyboard.press('h');
  const { x, y, width, height } = await tools.locator('canvas').boundingBox();
  await page.mouse.move(x + width * 0.45, y + height * 0.2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.5, y + height * 0.2, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole('status')).toHaveText('Refined.');
  for (let steps = 3; steps > 0; steps--) await tools.getByRole('button', { name: 'Undo' }).click();
  await expect(tools.getByRole('button', { name: 'Undo' })).toBeDisabled();
  await tools.getByRole('button', { name: 'Redo' }).click();
  await tools.getByRole('button', { name: 'Done' }).click();
  await expect(tools).toBeHidden();
});

test('what stands casts a shadow; a passport without a head is not made; mask and layers are', {
  tag: '@isolated',
}, async ({ page }) => {
  await page.getByLabel('Cast on the ground').check();
  await expect.poll(() => asked(page, 'cast')).toMatchObject({ angle: 50 });
  await page.getByRole('button', { name: 'Cast on the ground' }).click();

  await page.getByLabel('From the photo').check(); // the desk is of wood
  await expect(page.locator('.advice')).toContainText('the ground is not smooth enough');
  await page.getByRole('button', { name: 'Shadow of the photo' }).click();
  await expect(page.locator('.advice')).toBeHidden();

  await page.locator('select.canvas').selectOption('passport-us');
  await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeDisabled();
  await expect(page.locator('.advice')).toContainText('No head was found');
  await expect(page.locator('.advice')).toContainText('Some authorities refuse');
  await expect(page.locator('.guides')).toBeAttached();
  expect(await asked(page, 'canvas')).toBe(undefined); // no event either
  await page.locator('select.canvas').selectOption('');
  await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeEnabled();

  for (const [name, file] of [
    ['Mask as PNG', 'duck-mask.png'],
    ['Layers as PSD', 'duck.psd'],
  ]) {
    await page.locator('.more summary').click();
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(file);
    const bytes = await readFile(/** @type {string} */ (await download.path()));
    expect(bytes.subarray(0, 4).toString('latin1')).toBe(file.endsWith('psd') ? '8BPS' : '\x89PNG');
    if (file.endsWith('psd')) expect([bytes.readUInt32BE(18), bytes.readUInt32BE(14)]).toEqual([1200, 900]);
  }
});

test('a right click finds the result itself; an image that is pasted as HTML is taken', async ({ page }) => {
  await page.getByRole('button', { name: 'White', exact: true }).click();
  await expect(page.locator('.exact')).toBeVisible();
  const { x, y, width, height } = await page.locator('compare-slider').boundingBox();
  const at = [x + width * 0.8, y + height * 0.3];
  const found = await page.evaluate(([left, top]) => {
    const { shadowRoot } = document.querySelector('background-remover');
    const target = shadowRoot.elementFromPoint(left, top);
    const press = { bubbles: true, composed: true, button: 2, buttons: 2, clientX: left, clientY: top };
    target.dispatchEvent(new PointerEvent('pointerdown', press));
    const seen = shadowRoot.elementFromPoint(left, top);
    return { name: seen.className, file: seen.src };
  }, at);
  expect(found.name).toContain('exact');
  expect(await page.evaluate((url) => fetch(url).then(async (r) => (await r.blob()).size), found.file)).toBe(
    await page.evaluate(() => window.made.blob.size),
  );

  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext('2d').fillRect(10, 10, 20, 15);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    const data = new DataTransfer();
    data.setData('text/html', `<p><img src="data:image/png;base64,${btoa(String.fromCharCode(...bytes))}"></p>`);
    document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData: data }));
  });
  await expect(page.locator('.thumb')).toHaveCount(2);
  await expect(page.locator('.thumb[data-state=done],.thumb[data-state=nothing]')).toHaveCount(2);
});
