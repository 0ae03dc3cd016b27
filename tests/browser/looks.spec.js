// Looks: put on, kept, taken out as a file and in again, several at once.
import { readFile } from 'node:fs/promises';
import { readLook } from '../../web/engine/core/look.js';
import { languages } from '../../web/widget/common/texts.js';
import { alone, photos, sha256, test, unzip, withoutPicker } from './batch-helpers.js';
import { axe, expect } from './page-helpers.js';

const batch = 'background-batch';
const remover = 'background-remover';

/** @param {Buffer[]} all */
const files = (all) => all.map((buffer, i) => ({ name: `${i + 1}.jpg`, mimeType: 'image/jpeg', buffer }));

/** @param {import('@playwright/test').Page} page @param {import('@playwright/test').Locator} button */
async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test('a batch in several looks is one ZIP, of the bytes that each look gives; a look of one’s own is kept, shared and read strictly', async ({
  page,
}) => {
  await withoutPicker(page);
  await page.goto('/');
  const real = await photos(page, 6, 300);
  await page.locator(`${remover} .files`).setInputFiles(files(real));
  await expect(page.locator(`${batch} .tile[data-state=done]`)).toHaveCount(6, { timeout: 45_000 });
  await page.locator(`${batch} [data-pick=looks]`).click();
  const panel = page.locator(`${batch} .presets`);
  await expect(panel.locator('.wear b')).toHaveText(['Shop', 'Square', 'Story']);
  expect((await axe(page)).violations).toEqual([]);

  await panel.getByRole('button', { name: /^Shop/ }).click();
  await expect(page.locator(`${batch} .format`)).toHaveValue('jpeg');
  await expect(panel.getByRole('button', { name: /^Shop/ })).toHaveAttribute('aria-pressed', 'true');
  await page.locator(batch).getByRole('button', { name: 'Black' }).click();
  await expect(panel.getByRole('button', { name: /^Shop/ })).toHaveAttribute('aria-pressed', 'false');
  await page.locator(`${batch} .format`).selectOption('png');
  await panel.getByLabel('Name', { exact: true }).fill('Night / 2');
  await panel.getByLabel('File names').fill('{look}/{n}-{name}');
  await panel.getByRole('button', { name: 'Keep these settings' }).click();
  await expect(panel.locator('.told')).toHaveText('Night / 2 is kept, on this device only.');

  const look = await saved(page, panel.getByRole('button', { name: 'Save Night / 2 as a file' }));
  expect(look.name).toBe('Night-2.json');
  const read = readLook(look.bytes.toString());
  expect(read).toEqual({
    name: 'Night / 2',
    pattern: '{look}/{n}-{name}',
    options: { background: '#000000', canvas: 'amazon', format: 'png', colorspace: 'srgb' },
  });

  await panel.getByLabel('Night / 2 into the ZIP').check();
  await panel.getByLabel('Story into the ZIP').check();
  const button = page.locator(`${batch} [data-act=zip]`);
  await expect(button).toHaveText('Download 6 × 2 looks as ZIP');
  await expect(page.locator(`${batch} .tile[data-state=done]`)).toHaveCount(6, { timeout: 45_000 });
  const all = unzip((await saved(page, button)).bytes);
  expect(Object.keys(all).sort()).toEqual(
    [1, 2, 3, 4, 5, 6].flatMap((n) => [`${n}-Story.jpg`, `Night _ 2/${n}-${n}.png`]).sort(),
  );
  const night = await alone(page, real.slice(0, 2), read.options);
  expect(['Night _ 2/1-1.png', 'Night _ 2/2-2.png'].map((name) => sha256(all[name]))).toEqual(night);
  const story = await alone(page, real.slice(5), { background: 'blur', canvas: '9:16', format: 'jpeg' });
  expect(sha256(all['6-Story.jpg'])).toBe(story[0]);

  const open = (/** @type {string} */ text) =>
    panel
      .locator('.file')
      .setInputFiles({ name: 'look.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await panel.locator('.file').evaluate((input) => {
    const files = new DataTransfer(); // made in the page: 24 MB take long to get there
    files.items.add(new File([' '.repeat(24e6 + 1)], 'look.json'));
    /** @type {HTMLInputElement} */ (input).files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect(panel.locator('.told')).toContainText('has 24000000 characters at most');
  await open(look.bytes.toString().replace('"canvas"', '"canvass"'));
  await expect(panel.locator('.told')).toContainText('options.canvass is not known here');
  await open(look.bytes.toString().replace('Night / 2', 'Day'));
  await expect(panel.locator('.told')).toHaveText('Day is kept, on this device only.');
  await panel.getByRole('button', { name: 'Forget Night / 2' }).click();
  await expect(panel.locator('.wear b')).toHaveText(['Shop', 'Square', 'Story', 'Day']);
  await panel.getByRole('button', { name: /^Day/ }).click(); // its pattern names the files
  await panel.getByLabel('Story into the ZIP').uncheck();
  await expect(page.locator(`${batch} .tile[data-state=done]`)).toHaveCount(6, { timeout: 45_000 });
  expect(Object.keys(unzip((await saved(page, button)).bytes))).toEqual(
    [1, 2, 3, 4, 5, 6].map((n) => `Day/${n}-${n}.png`),
  );

  // the same looks for one photo, after the page has been opened anew
  await page.reload();
  await page.locator(`${remover} .files`).setInputFiles(files(real.slice(0, 1)));
  await expect(page.locator(remover)).toHaveAttribute('state', 'done');
  await page.locator(`${remover} [data-act=looks]`).click();
  const one = page.locator(`${remover} .presets`);
  await one.getByRole('button', { name: /^Story/ }).click();
  await expect(page.locator(remover)).toHaveAttribute('canvas', '9:16');
  await one.getByRole('button', { name: /^Day/ }).click();
  await expect(page.locator(remover)).toHaveAttribute('background', '#000000');
  await expect(page.locator(remover)).toHaveAttribute('canvas', 'amazon');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page.locator(remover)).toHaveAttribute('canvas', '9:16');
  await one.getByLabel('Day into the ZIP').check();
  await one.getByLabel('Story into the ZIP').check();
  const both = unzip((await saved(page, one.getByRole('button', { name: 'Download in 2 looks as ZIP' }))).bytes);
  expect(Object.keys(both)).toEqual(['1-Story.jpg', 'Day/1-1.png']);
  expect(sha256(both['Day/1-1.png'])).toBe(night[0]);
  for (const language of languages) {
    await page.locator('#language').selectOption(language);
    await expect(page.locator(`${remover} .frame`)).toHaveAttribute('lang', language);
    const wide = await one.evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(wide, language).toBeLessThanOrEqual(0);
  }
});
