// <background-remover> with an engine that the test holds in its hand.
import { readFileSync } from 'node:fs';
import { cropBox } from '../../web/widget/studio/picture.js';
import {
  dropFiles,
  expect,
  fakeEngine,
  heard,
  pasteFile,
  photo,
  setFake,
  test,
  withoutEngine,
  withoutFirefox,
} from './page-helpers.js';

const remover = 'background-remover';

test.skip(...withoutFirefox);
test.beforeEach(async ({ page }) => {
  await withoutEngine(page);
  await page.goto('/');
  await fakeEngine(page);
});

/** @param {import('@playwright/test').Page} page @param {string} state */
const inState = (page, state, selector = remover) => expect(page.locator(selector)).toHaveAttribute('state', state);

test('a chosen photo becomes a result, with its events in order', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await expect(page.locator('.meta')).toContainText('PNG · 40 × 30');
  expect(await heard(page)).toEqual(['accept', 'result']);
  const detail = await page.evaluate(() => window.heard.at(-1).detail);
  expect(detail).toMatchObject({
    name: 'cat.bmp',
    report: { width: 40, height: 30 },
    options: { background: 'transparent', format: 'png' },
  });
});

test('a cancelled accept event keeps the photo out', async ({ page }) => {
  await page.evaluate(() => document.addEventListener('background-remover-accept', (event) => event.preventDefault()));
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'empty');
  expect(await page.evaluate(() => window.fake.calls.length)).toBe(0);
});

test('a dropped photo is taken and the drag is shown', async ({ page }) => {
  expect(await dropFiles(page, remover, [photo('cat.bmp')], ['dragenter', 'dragover'])).toEqual([true, true]);
  await expect(page.locator(remover)).toHaveAttribute('dragging', '');
  await dropFiles(page, remover, [photo('cat.bmp')], ['drop']);
  await expect(page.locator(remover)).not.toHaveAttribute('dragging', '');
  await inState(page, 'done');
});

test('a drag that leaves again leaves no trace', async ({ page }) => {
  await dropFiles(page, remover, [photo('cat.bmp')], ['dragenter', 'dragenter', 'dragleave', 'dragleave']);
  await expect(page.locator(remover)).not.toHaveAttribute('dragging', '');
  await inState(page, 'empty');
});

test('a pasted photo is taken, a paste of text is left alone', async ({ page, browserName }) => {
  test.skip(browserName === 'firefox', 'Firefox lets no script make a paste with files');
  const prevented = await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'words');
    const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(prevented).toBe(false);
  await inState(page, 'empty');
  await pasteFile(page, 'body', photo('clip.bmp'));
  await inState(page, 'done');
});

test('src brings its photo along once, from markup and when it changes', async ({ page }) => {
  let faked = () => {};
  const ready = new Promise((resolve) => (faked = resolve));
  await page.route('**/duck.jpg?1', (route) => ready.then(() => route.continue()));
  await page.evaluate(() => {
    const holder = document.createElement('div');
    document.querySelector('background-remover').replaceWith(holder);
    window.accepted = [];
    document.addEventListener('background-remover-accept', ({ detail }) => {
      window.accepted.push(...detail.files);
    });
    holder.innerHTML = '<background-remover src="samples/duck.jpg?1"></background-remover>';
  });
  await fakeEngine(page);
  faked(); // the photo meets this engine
  await inState(page, 'done');
  await expect(page.locator('[part=name]')).toHaveText('duck.jpg');
  await page.locator(remover).evaluate((element) => element.setAttribute('src', 'samples/duck.jpg?2'));
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
  expect(await page.evaluate(() => window.accepted)).toEqual(['samples/duck.jpg?1', 'samples/duck.jpg?2']);
});

test('a src that is not there is an error with a retry', async ({ page, browserName, trouble }) => {
  await page.locator(remover).evaluate((element) => element.setAttribute('src', 'samples/none.jpg'));
  await inState(page, 'error');
  await expect(page.locator('[part=message]')).toContainText('The photo could not be fetched.');
  await expect(page.locator('[part=message]')).toContainText('HTTP status 404');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  expect(trouble.splice(0)).toEqual(browserName === 'firefox' ? [] : [expect.stringContaining('404')]); // the browser's own line
});

test('the sample button works on the sample that ships', async ({ page }) => {
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await inState(page, 'done');
  await expect(page.locator('.meta')).toContainText('1200 × 900');
});

test('progress names the stage and counts the bytes of the model', async ({ page }) => {
  await setFake(page, { hold: true });
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'working');
  await expect(page.locator('[part=progress]')).toContainText('Getting the model: 1.2 MB of 2.4 MB');
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '10');
  expect(await page.evaluate(() => window.heard.find(({ name }) => name === 'progress').detail)).toMatchObject({
    stage: 'load',
    loaded: 1.2e6,
    total: 2.4e6,
    name: 'cat.bmp',
  });
  await page.evaluate(() => window.fake.release());
  await inState(page, 'done');
});

test('Cancel and Escape stop the only photo and give the drop zone back', async ({ page }) => {
  for (const stop of [
    () => page.getByRole('button', { name: 'Cancel' }).click(),
    () => page.keyboard.press('Escape'),
  ]) {
    await setFake(page, { hold: true });
    await page.getByRole('button', { name: 'Choose a photo' }).focus();
    await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await stop();
    await inState(page, 'empty');
    await expect(page.getByRole('button', { name: 'Choose a photo' })).toBeFocused();
    await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(0);
  }
  await setFake(page, { hold: false });
  await page.locator(`${remover} .files`).setInputFiles(photo('next.bmp'));
  await inState(page, 'done');
});

test('several photos run one at a time, a bad one does not stop the rest', async ({ page }) => {
  await setFake(page, { hold: true });
  await page
    .locator(`${remover} .files`)
    .setInputFiles([photo('one.bmp'), photo('two.bmp', [0, 0, 250]), photo('three.bmp', [0, 200, 0])]);
  await expect(page.locator('.thumb')).toHaveCount(3);
  await expect(page.locator('.thumb').nth(0)).toHaveAttribute('data-state', 'working');
  await expect(page.locator('.thumb').nth(1)).toHaveAttribute('data-state', 'waiting');
  await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(1);
  await setFake(page, { hold: false, fail: { code: 'corrupt_image', message: 'row 3 is missing' } });
  await page.evaluate(() => window.fake.release());
  await expect(page.locator('.thumb').nth(2)).toHaveAttribute('data-state', 'done');
  expect(await page.locator('.thumb').evaluateAll((all) => all.map(({ dataset }) => dataset.state))).toEqual([
    'done',
    'error',
    'done',
  ]);
  expect(await page.evaluate(() => window.fake.most)).toBe(1);
  await page.locator('.thumb').nth(1).click();
  await inState(page, 'error');
  await expect(page.locator('[part=message]')).toContainText('damaged or incomplete');
  await expect(page.locator('[part=message]')).toContainText('row 3 is missing');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeHidden();
  await page.locator('.thumb').nth(2).click();
  await inState(page, 'done');
  await expect(page.getByRole('button', { name: 'three.bmp, done' })).toHaveAttribute('aria-current', 'true');
});

test('cancel with several keeps what is done', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles([photo('one.bmp')]);
  await inState(page, 'done');
  await setFake(page, { hold: true });
  await page.locator(`${remover} .files`).setInputFiles([photo('two.bmp'), photo('three.bmp')]);
  await expect(page.locator('.thumb').nth(1)).toHaveAttribute('data-state', 'working');
  await page.locator(remover).evaluate((element) => element.cancel());
  await expect
    .poll(() => page.locator('.thumb').evaluateAll((all) => all.map(({ dataset }) => dataset.state)))
    .toEqual(['done', 'error', 'error']);
  await inState(page, 'done');
  await setFake(page, { hold: false });
  await page.locator('.thumb').nth(1).click();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.thumb').nth(1)).toHaveAttribute('data-state', 'done');
});

test('an error that may pass has a retry that works', async ({ page }) => {
  await setFake(page, { fail: { code: 'model_fetch_failed', message: 'HTTP 503' } });
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'error');
  await expect(page.getByRole('status')).toContainText('The model could not be fetched.');
  expect(await page.evaluate(() => window.heard.at(-1))).toMatchObject({
    name: 'error',
    detail: { code: 'model_fetch_failed', name: 'cat.bmp' },
  });
  await page.getByRole('button', { name: 'Try again' }).click();
  await inState(page, 'done');
});

test('an engine that throws something odd is an error like any other', async ({ page }) => {
  await page.evaluate(() => {
    document.querySelector('background-remover').engine = {
      removeBackground: () => {
        throw 'a string';
      },
    };
  });
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'error');
  await expect(page.locator('[part=message]')).toContainText('Something unexpected went wrong.');
});

test('a photo without a subject is kept and said kindly', async ({ page }) => {
  await setFake(page, { found: false });
  await page.locator(`${remover} .files`).setInputFiles(photo('wall.bmp'));
  await inState(page, 'done');
  await expect(page.locator('[part=message]')).toContainText('No clear subject here.');
  await expect(page.locator('[part=photo]')).toBeVisible();
  await expect(page.locator('compare-slider')).toBeHidden();
  expect(await page.locator('[part=toolbar]').evaluate((bar) => bar.inert)).toBe(true);
  expect(await heard(page)).toEqual(['accept', 'result']);
  await setFake(page, { found: true });
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await expect(page.locator('compare-slider')).toBeVisible();
  await expect(page.getByRole('button', { name: 'wall.bmp, no subject' })).toBeVisible();
});

test('another background shows before the engine has answered', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await setFake(page, { hold: true });
  const took = await page.evaluate(async () => {
    const root = document.querySelector('background-remover').shadowRoot;
    const from = performance.now();
    root.querySelector('[data-bg="#000000"]').click();
    await new Promise(requestAnimationFrame);
    const { backgroundColor } = getComputedStyle(root.querySelector('.layers'));
    return { backgroundColor, ms: performance.now() - from };
  });
  expect(took.backgroundColor).toBe('rgb(0, 0, 0)');
  expect(took.ms).toBeLessThan(100);
  await expect(page.locator('.meta')).toHaveText('Making the file…');
  await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(1);
  await setFake(page, { hold: false });
  await page.evaluate(() => window.fake.release());
  await expect(page.locator('.exact')).toBeVisible();
  expect(await page.evaluate(() => window.fake.calls.map(({ background }) => background))).toEqual([
    'transparent',
    '#000000',
  ]);
});

test('quick changes of mind make one file, the last', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await page.evaluate(() => {
    const root = document.querySelector('background-remover').shadowRoot;
    for (const value of ['white', '#000000', 'blur', 'white']) root.querySelector(`[data-bg="${value}"]`).click();
  });
  await expect(page.locator('.exact')).toBeVisible();
  expect(await page.evaluate(() => window.fake.calls.slice(1).map(({ background }) => background))).toEqual(['white']);
});

test('Escape stops a file that is being made, and Download makes it after all', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await setFake(page, { hold: true });
  await page.getByRole('button', { name: 'White' }).click();
  await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(0);
  await expect(page.locator('.meta')).toHaveText('');
  await inState(page, 'done');
  await setFake(page, { hold: false });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('cat-cutout.png');
  expect(await page.evaluate(() => window.fake.calls.at(-1).background)).toBe('white');
});

test('any colour, a picture, format, crop and margin reach the engine', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  const last = () => page.evaluate(() => window.fake.calls.at(-1));
  await page.getByLabel('Any colour').fill('#12ab34');
  await expect.poll(last).toMatchObject({ background: '#12ab34', format: 'png' });
  await expect(page.locator(remover)).toHaveAttribute('background', '#12ab34');
  await page.locator('.backgroundFile').setInputFiles(photo('beach.bmp', [10, 200, 240]));
  await expect.poll(last).toMatchObject({ background: 'image' });
  await expect(page.getByRole('button', { name: 'Image…' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByLabel('Format').selectOption('jpeg');
  await expect.poll(last).toMatchObject({ background: 'image', format: 'jpeg' });
  await page.getByRole('button', { name: 'Transparent' }).click();
  await expect(page.locator('.meta')).toContainText('JPEG has no transparency, so white is used');
  await page.getByLabel('Crop').check();
  await expect.poll(last).toMatchObject({ background: 'transparent', format: 'jpeg', crop: true, margin: '5%' });
  await page.getByLabel('Margin').selectOption('20%');
  await expect.poll(last).toMatchObject({ crop: true, margin: '20%' });
  await expect(page.locator(remover)).toHaveAttribute('margin', '20%');
});

test('the crop of the preview is the crop of the core', () => {
  const report = { width: 1000, height: 800, subject: { found: true, box: [100, 50, 301, 200] } };
  expect(cropBox(report, '0%')).toEqual([100, 50, 301, 200]);
  expect(cropBox(report, '5%')).toEqual([85, 35, 331, 230]); // 15.05 px to 15
  expect(cropBox(report, '40px')).toEqual([60, 10, 381, 280]);
  expect(cropBox(report, '100%')).toEqual([0, 0, 702, 551]); // as far as the photo reaches
  expect(cropBox({ width: 9, height: 7, subject: { found: false, box: [0, 0, 0, 0] } }, '5%')).toEqual([0, 0, 9, 7]);
});

test('a file that cannot be made is told, and the preview stays', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await setFake(page, { fail: { code: 'encode_failed', message: 'WebP is at most 16383 pixels' } });
  await page.getByLabel('Format').selectOption('webp');
  await expect(page.locator('[part=message]')).toContainText('The result could not be saved in this format.');
  await expect(page.locator('compare-slider')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.meta')).toContainText('WEBP');
  await expect(page.locator('[part=message]')).toBeHidden();
});

test('the download is the result, byte for byte, under a fitting name', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles(photo('my.cat.bmp'));
  await inState(page, 'done');
  await page.getByLabel('Format').selectOption('webp');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('my.cat-cutout.webp');
  const bytes = readFileSync(await download.path());
  const result = await page.evaluate(async () => {
    const { blob } = window.heard.findLast(({ name }) => name === 'result').detail;
    return { type: blob.type, bytes: [...new Uint8Array(await blob.arrayBuffer())] };
  });
  expect(result.type).toBe('image/webp');
  expect(bytes.equals(Buffer.from(result.bytes))).toBe(true);
});

test('Download all saves every result', async ({ page }) => {
  await page.locator(`${remover} .files`).setInputFiles([photo('one.bmp'), photo('two.bmp', [0, 0, 250])]);
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
  /** @type {string[]} */
  const names = [];
  page.on('download', (download) => names.push(download.suggestedFilename()));
  await page.getByRole('button', { name: 'Download all' }).click();
  await expect.poll(() => names).toEqual(['one-cutout.png', 'two-cutout.png']);
});

test('Copy puts a PNG on the clipboard, whatever the format', async ({ page, context, browserName }) => {
  test.skip(browserName === 'firefox', 'Firefox asks its user before a script reads the clipboard');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done');
  await page.getByLabel('Format').selectOption('jpeg');
  await page.getByRole('button', { name: 'White' }).click();
  await expect(page.locator('.meta')).toContainText('JPEG');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const size = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const { width, height } = await createImageBitmap(await item.getType('image/png'));
    return [width, height];
  });
  expect(size).toEqual([40, 30]);
});

test('two on one page do not disturb each other', async ({ page, browserName }) => {
  test.skip(browserName === 'firefox', 'Firefox lets no script make a paste with files');
  await page.evaluate(() => {
    const second = document.createElement('background-remover');
    second.id = 'second';
    second.setAttribute('background', 'white');
    document.querySelector('main').append(second);
    second.engine = document.querySelector('background-remover').engine;
  });
  await page.locator('#second').hover();
  await pasteFile(page, 'body', photo('clip.bmp'));
  await inState(page, 'done', '#second');
  await inState(page, 'empty', `${remover}:not(#second)`);
  await page.locator(`${remover}:not(#second) .files`).setInputFiles(photo('cat.bmp'));
  await inState(page, 'done', `${remover}:not(#second)`);
  expect(await page.locator('#second .meta').textContent()).toContain('40 × 30');
  await page.locator(`${remover}:not(#second) [data-bg=blur]`).click();
  await expect(page.locator('#second')).toHaveAttribute('background', 'white');
});

test('an element taken out of the page stops, lets go and can come back', async ({ page }) => {
  await setFake(page, { hold: true });
  await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
  await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(1);
  await page.evaluate(() => {
    window.kept = document.querySelector('background-remover');
    window.parent_ = window.kept.parentNode;
    window.kept.remove();
  });
  await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(0);
  await pasteFile(page, 'body', photo('clip.bmp'));
  await setFake(page, { hold: false });
  await page.evaluate(() => window.parent_.append(window.kept));
  await inState(page, 'empty');
  await page.locator(`${remover} .files`).setInputFiles(photo('again.bmp'));
  await inState(page, 'done');
  expect(await page.evaluate(() => window.fake.calls.map(({ name }) => name))).toEqual(['cat.bmp', 'again.bmp']);
});

test('an element warms its engine at the first pointer, once, and not before', async ({ page }) => {
  await page.evaluate(() => {
    const own = document.createElement('background-remover');
    own.id = 'own';
    document.querySelector('main').prepend(own);
  });
  await fakeEngine(page, '#own');
  expect(await page.evaluate(() => window.fake.preloads)).toBe(0);
  await page.locator('#own').hover();
  await page.mouse.move(2, 2);
  await page.locator('#own').hover();
  await expect.poll(() => page.evaluate(() => window.fake.preloads)).toBe(1);
});

test('names of files are text, never markup', async ({ page }) => {
  const name = '<img src=x onerror=alert(1)>.bmp';
  await page.locator(`${remover} .files`).setInputFiles([photo(name), photo('b.bmp')]);
  await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
  await page.locator('.thumb').first().click();
  await expect(page.locator('[part=name]')).toHaveText(name);
  expect(
    await page.locator(remover).evaluate((element) => element.shadowRoot.querySelectorAll('[onerror]').length),
  ).toBe(0);
});
