// The page and the element in every language, and from right to left.
import { languages } from '../../web/widget/common/texts.js';
import { expect, fakeEngine, photo, setFake, test, withoutEngine } from './page-helpers.js';

const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page @param {string} state */
const inState = (page, state, selector = remover) => expect(page.locator(selector)).toHaveAttribute('state', state);

test.beforeEach(({ context }) => withoutEngine(context));

/** What lies outside of its box, or is cut off. @param {import('@playwright/test').Page} page */
const misfits = (page) =>
  page.evaluate(() => {
    const root = document.querySelector('background-remover').shadowRoot;
    const frame = root.querySelector('.frame').getBoundingClientRect();
    const wrong = [];
    const controls = [
      ...root.querySelectorAll('.frame button:not(.thumb), .frame select, .frame .lead, .frame .hint, .meta'),
      ...document.querySelectorAll('header select, header button, h1, .lead, .code button, footer a'),
    ];
    for (const control of controls) {
      const box = control.getBoundingClientRect();
      if (!box.width || !control.checkVisibility()) continue;
      const around = control.getRootNode() === root ? frame : { left: 0, right: document.documentElement.clientWidth };
      const what = `${control.className} "${control.textContent.slice(0, 30)}"`;
      if (box.left < around.left - 0.5 || box.right > around.right + 0.5) wrong.push(`${what} sticks out`);
      if (control.scrollWidth > control.clientWidth + 1 && control.clientWidth && control.tagName !== 'SELECT')
        wrong.push(`${what} is cut off`);
    }
    if (document.documentElement.scrollWidth > innerWidth)
      wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const [name, add] = ['.name', '[data-act=add]'].map((part) => root.querySelector(part)?.getBoundingClientRect());
    if (name && Math.min(name.right, add.right) - Math.max(name.left, add.left) > 0.5)
      wrong.push('the name lies under the buttons');
    return wrong;
  });

test.describe('in a German browser', () => {
  test.use({ locale: 'de-AT' });

  test('page and element are German, with German numbers, and the file’s name is not translated', async ({ page }) => {
    await page.goto('/');
    await expect(page).toHaveTitle(/Hintergrund eines Fotos entfernen/);
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Den Hintergrund entfernen');
    await fakeEngine(page);
    await expect(page.getByRole('button', { name: 'Foto auswählen' })).toBeVisible();
    await setFake(page, { hold: true });
    await page.locator(`${remover} .files`).setInputFiles(photo('Katze.bmp'));
    await expect(page.locator('[part=progress]')).toContainText('Modell wird geladen: 1,2 MB von 2,4 MB');
    await page.evaluate(() => window.fake.release());
    await inState(page, 'done');
    await expect(page.getByRole('status').first()).toContainText('Katze.bmp: Der Hintergrund ist entfernt.');
    await expect(page.getByRole('slider', { name: 'Vorher und nachher' })).toHaveAttribute(
      'aria-valuetext',
      /42\s%\svorher/,
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Herunterladen', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Katze-cutout.png');
    await setFake(page, { hold: false, fail: { code: 'corrupt_image', message: 'x' } });
    await page.locator(`${remover} .files`).setInputFiles(photo('b.bmp'));
    await expect(page.locator('[part=message]')).toContainText('Dieses Bild ist beschädigt oder unvollständig.');
  });

  test('an English page keeps its element English, a German part of it does not', async ({ page }) => {
    await page.route('**/alone.html', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body:
          '<!doctype html><html lang=en><link rel=icon href=data:,>' +
          '<script type=module src="/widget/background-remover.js"></script><background-remover></background-remover>' +
          '<div lang=de><background-remover id=german></background-remover></div><background-remover id=other lang=it></background-remover>',
      }),
    );
    await page.goto('/alone.html');
    await expect(page.locator(`${remover}`).first().getByRole('button').first()).toHaveText('Choose a photo');
    await expect(page.locator('#german').getByRole('button').first()).toHaveText('Foto auswählen');
    await expect(page.locator('#other').getByRole('button').first()).toHaveText('Foto auswählen'); // no Italian: the browser's
    await page.locator('#german').evaluate((element) => element.setAttribute('lang', 'fr'));
    await expect(page.locator('#german').getByRole('button').first()).toHaveText('Choisir une photo');
  });

  test('where the texts cannot be fetched there is English', async ({ page, trouble }) => {
    await page.route('**/texts/de/**', (route) => route.abort());
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Remove the background');
    await expect(page.getByRole('button', { name: 'Choose a photo' })).toBeVisible();
    trouble.splice(0); // the browser's own lines about the fetch
  });
});

test('the language changes in the middle of the work, is remembered, and other tabs follow', async ({
  page,
  context,
}) => {
  await page.goto('/');
  await fakeEngine(page);
  const other = await context.newPage();
  await other.goto('/');
  await page.locator(`${remover} .files`).setInputFiles([photo('one.bmp'), photo('two.bmp')]);
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
  const calls = await page.evaluate(() => window.fake.calls.length);
  await page.getByLabel('Language').selectOption('ja');
  await expect(page.getByRole('button', { name: 'ダウンロード', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'one.bmp、完了' })).toBeVisible();
  await expect(page.locator('.meta')).toContainText('PNG · 40 × 30');
  await expect(page.getByLabel('言語')).toHaveValue('ja');
  expect(await page.evaluate(() => window.fake.calls.length)).toBe(calls); // no photo is done again for it
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('背景を削除');
  await page.reload();
  await expect(page.getByRole('button', { name: '写真を選ぶ' })).toBeVisible();
  await page.getByLabel('言語').selectOption('en');
  await expect(page.getByRole('button', { name: 'Choose a photo' })).toBeVisible();
});

for (const { name, width, height } of [
  { name: 'phone', width: 360, height: 740 },
  { name: 'desktop', width: 1280, height: 800 },
]) {
  test(`every language fits, ${name}`, async ({ page }, info) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto('/');
    await fakeEngine(page);
    for (const language of languages) {
      await page.locator('#language').selectOption(language);
      await expect(page.locator(`html[lang=${language}]:not(.unsaid)`)).toHaveCount(1);
      await expect
        .poll(() => page.locator(remover).evaluate((element) => element.shadowRoot.querySelector('.frame').lang))
        .toBe(language);
      expect(await misfits(page), `${language}, empty`).toEqual([]);
      await page.screenshot({ path: info.outputPath(`${language}-empty.png`) });
      await page
        .locator(`${remover} .files`)
        .setInputFiles([photo('a name that is rather long.bmp'), photo('two.bmp')]);
      await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
      await page.locator('[part=crop]').check();
      await page.locator('[data-bg=blur]').click();
      await page.locator('[part=format]').selectOption('jpeg');
      await expect(page.locator('.meta')).toContainText('JPEG');
      expect(await misfits(page), `${language}, done`).toEqual([]);
      await page.screenshot({ path: info.outputPath(`${language}-done.png`) });
      await page.locator(remover).evaluate((element) => element.reset());
    }
  });
}

test('from right to left everything is mirrored but the picture', async ({ page }, info) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  await fakeEngine(page);
  await page.locator(`${remover} .files`).setInputFiles([photo('one.bmp'), photo('two.bmp')]);
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
  await page.locator('[part=crop]').check();
  await expect(page.locator('.exact')).toBeVisible();
  expect(await misfits(page)).toEqual([]);
  const at = await page.evaluate(() => {
    const root = document.querySelector('background-remover').shadowRoot;
    const frame = root.querySelector('.frame').getBoundingClientRect();
    const middle = (selector) => {
      const { left, right } = root.querySelector(selector).getBoundingClientRect();
      return ((left + right) / 2 - frame.left) / frame.width;
    };
    const of = (selector) => getComputedStyle(root.querySelector(selector));
    return {
      download: middle('[data-act=download]'),
      clear: middle('[data-bg=transparent]'),
      black: middle('[data-bg="#000000"]'),
      add: middle('[data-act=add]'),
      thumb: middle('.thumb'),
      left: of('.cutout').left,
      clip: getComputedStyle(root.querySelector('compare-slider').shadowRoot.querySelector('.before')).clipPath,
    };
  });
  expect(at.download).toBeLessThan(0.3);
  expect(at.clear).toBeLessThan(0.3); // the styles stand on the left
  expect(at.clear).toBeGreaterThan(at.black); // and begin on their right
  expect(at.add).toBeLessThan(0.5);
  expect(at.thumb).toBeGreaterThan(0.7);
  expect(at.clip).toBe('inset(0px 58% 0px 0px)'); // before is left, as without dir
  await page.screenshot({ path: info.outputPath('rtl.png') });
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await misfits(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath('rtl-phone.png') });
});
