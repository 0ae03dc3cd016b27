// axe-core finds nothing in any state of the page, in light and in dark, on a
// desktop and on a phone.
import { axe, expect, fakeEngine, photo, setFake, test, withoutEngine } from './page-helpers.js';

const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page @param {string} state */
async function clean(page, state) {
  const { violations, passes } = await axe(page);
  expect(violations, state).toEqual([]);
  expect(passes).toBeGreaterThan(15);
}

/** Each state: how it is reached from the one before. @type {[string, (page: import('@playwright/test').Page) => Promise<void>][]} */
const states = [
  ['empty', async () => {}],
  ['a file over it', (page) => page.locator(remover).evaluate((element) => element.setAttribute('dragging', ''))],
  [
    'working',
    async (page) => {
      await page.locator(remover).evaluate((element) => element.removeAttribute('dragging'));
      await setFake(page, { hold: true });
      await page.locator(`${remover} .files`).setInputFiles(photo('one.bmp'));
      await expect(page.locator('[part=progress]')).toBeVisible();
      await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(1);
    },
  ],
  [
    'done',
    async (page) => {
      await setFake(page, { hold: false });
      await page.evaluate(() => window.fake.release());
      await expect(page.locator('.meta')).toContainText('PNG');
    },
  ],
  [
    'cropped, in a colour, as JPEG',
    async (page) => {
      await page.getByLabel('Crop').check();
      await page.getByLabel('Any colour').fill('#12ab34');
      await page.getByLabel('Any colour').dispatchEvent('change');
      await page.getByLabel('Format').selectOption('jpeg');
      await expect(page.locator('.meta')).toContainText('JPEG');
    },
  ],
  [
    'the list of keys',
    async (page) => {
      await page.locator(remover).press('?');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  ],
  [
    'several, one without a subject',
    async (page) => {
      await page.keyboard.press('Escape');
      await setFake(page, { found: false });
      await page.locator(`${remover} .files`).setInputFiles(photo('wall.bmp'));
      await expect(page.locator('[part=message]')).toContainText('No clear subject');
    },
  ],
  [
    'an error',
    async (page) => {
      await setFake(page, { found: true, fail: { code: 'model_fetch_failed', message: 'HTTP 503' } });
      await page.locator(`${remover} .files`).setInputFiles(photo('three.bmp'));
      await expect(page.locator('[part=message]')).toContainText('could not be fetched');
    },
  ],
  [
    'timings open, update told',
    async (page) => {
      await page.getByText('What the last run took').click();
      await page.evaluate(() => {
        document.querySelector('#update').hidden = false;
        document.querySelector('#install').hidden = false;
      });
    },
  ],
];

for (const { name, viewport } of [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 360, height: 740 } },
]) {
  test(`no violation in any state, in light and in dark, ${name}`, async ({ page }, info) => {
    test.setTimeout(120_000);
    await page.setViewportSize(viewport);
    await withoutEngine(page);
    await page.goto('/');
    await fakeEngine(page);
    for (const [i, [state, reach]] of states.entries()) {
      await reach(page);
      for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await clean(page, `${state}, ${colorScheme}`);
        await page.screenshot({ path: info.outputPath(`${i} ${state}, ${colorScheme}.png`) });
      }
    }
  });
}
