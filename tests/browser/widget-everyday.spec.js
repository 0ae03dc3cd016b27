// What is remembered, keys, the ways out of the element, and forms.
import { dropFiles, expect, fakeEngine, photo, setFake, test, withoutEngine } from './page-helpers.js';

const remover = 'background-remover';

/** @param {import('@playwright/test').Page} page @param {string} state */
const inState = (page, state, selector = remover) => expect(page.locator(selector)).toHaveAttribute('state', state);

/** @param {import('@playwright/test').Page} page @param {...object} photos */
async function done(page, ...photos) {
  await page.locator(`${remover} .files`).setInputFiles(photos.length ? photos : [photo('cat.bmp')]);
  await inState(page, 'done');
  await expect(page.locator('.meta')).toContainText('·');
}

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await withoutEngine(page);
  await page.goto('/');
  await fakeEngine(page);
});

test.describe('remembered', () => {
  test('background, format, crop, margin and recent colours are there the next time', async ({ page }) => {
    await done(page);
    for (const colour of ['#12ab34', '#445566']) {
      await page.getByLabel('Any colour').fill(colour);
      await page.getByLabel('Any colour').dispatchEvent('change');
    }
    await page.getByLabel('Format').selectOption('webp');
    await page.getByLabel('Crop').check();
    await page.getByLabel('Margin').selectOption('20%');
    await page.reload();
    await fakeEngine(page);
    await done(page);
    await expect
      .poll(() => page.evaluate(() => window.fake.calls.at(-1)))
      .toMatchObject({ background: '#445566', format: 'webp', crop: true, margin: '20%' });
    await expect(page.getByLabel('Format')).toHaveValue('webp');
    await page.getByRole('button', { name: 'Recent colour #12ab34' }).click();
    await expect(page.locator(remover)).toHaveAttribute('background', '#12ab34');
    await expect(page.getByRole('button', { name: 'Recent colour #12ab34' })).toHaveAttribute('aria-pressed', 'true');
    expect(await page.locator('#recent option').evaluateAll((all) => all.map(({ value }) => value))).toEqual([
      '#445566',
      '#12ab34',
    ]);
  });

  test('an element that does not ask for it remembers nothing', async ({ page }) => {
    await page.locator(remover).evaluate((element) => element.removeAttribute('remember'));
    await done(page);
    await page.getByRole('button', { name: 'White' }).click();
    await page.getByLabel('Any colour').fill('#12ab34');
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  });

  test('storage that is refused costs the memory and nothing else', async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('no', 'SecurityError');
        },
      });
    });
    await page.goto('/');
    await fakeEngine(page);
    await done(page);
    await page.getByLabel('Format').selectOption('jpeg');
    await expect(page.locator('.meta')).toContainText('JPEG');
    await page.getByLabel('Colours', { exact: true }).selectOption('dark');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });

  test('what lies in storage is taken only when it can be a setting', async ({ page }) => {
    await page.evaluate(() => {
      localStorage.setItem(
        'cutaway.settings',
        JSON.stringify({ background: 'url(x)', format: 'exe', margin: '5%', crop: 'yes', onclick: 'x' }),
      );
      localStorage.setItem('cutaway.colours', '["red","#12ab34",7,"#zzzzzz"]');
      localStorage.setItem('cutaway.theme', '{broken');
    });
    await page.reload();
    await fakeEngine(page);
    await done(page);
    await expect(page.locator(remover)).toHaveAttribute('background', 'transparent');
    await expect(page.locator(remover)).toHaveAttribute('format', 'png');
    await expect(page.locator(remover)).not.toHaveAttribute('crop');
    await expect(page.locator('.swatch.recent')).toHaveCount(1);
  });
});

test.describe('light and dark', () => {
  test('the switch wins over the system, page and element together, and stays', async ({ page }) => {
    const surface = () =>
      page.evaluate(() =>
        [document.body, document.querySelector('background-remover').shadowRoot.querySelector('.frame')].map(
          (element) => getComputedStyle(element).backgroundColor,
        ),
      );
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await surface();
    await page.getByLabel('Colours', { exact: true }).selectOption('dark');
    const dark = await surface();
    expect(dark[0]).not.toBe(light[0]);
    expect(dark[1]).not.toBe(light[1]);
    await page.reload();
    expect(await surface()).toEqual(dark);
    await page.getByLabel('Colours', { exact: true }).selectOption('system');
    expect(await surface()).toEqual(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await surface()).toEqual(dark);
  });
});

test.describe('keys', () => {
  test('single keys do what the sheet says', async ({ page }) => {
    page.on('filechooser', () => {}); // caught from here on
    await done(page, photo('one.bmp'), photo('two.bmp'));
    await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
    await page.locator('body').click({ position: { x: 4, y: 4 } });
    await page.keyboard.press('2');
    await expect(page.locator(remover)).toHaveAttribute('background', 'white');
    await page.keyboard.press('c');
    await expect(page.getByLabel('Crop')).toBeChecked();
    await page.keyboard.press('f');
    await expect(page.getByLabel('Format')).toHaveValue('jpeg');
    await page.keyboard.press('n');
    await expect(page.locator('[part=name]')).toHaveText('two.bmp');
    await page.keyboard.press('n'); // there is no third
    await page.keyboard.press('p');
    await expect(page.locator('[part=name]')).toHaveText('one.bmp');
    await page.keyboard.press('b');
    await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '100');
    await page.keyboard.press('B');
    await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '0');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('o')]);
    expect(chooser.isMultiple()).toBe(true);
    const [picture] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('5')]);
    expect(picture.isMultiple()).toBe(false);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('d')]);
    expect(download.suggestedFilename()).toBe('one-cutout.jpg');
  });

  test('? opens the sheet before and after the first photo, Esc closes it and gives the focus back', async ({
    page,
  }) => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await done(page);
    const button = page.getByRole('button', { name: 'Keyboard shortcuts' });
    await button.click();
    await page.keyboard.press('2'); // the sheet is open: no key is for what lies behind it
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.locator(remover)).toHaveAttribute('background', 'transparent');
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(button).toBeFocused();
  });

  test('single keys can be switched off, for good', async ({ page }) => {
    await done(page);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByLabel('Use single keys').uncheck();
    await page.keyboard.press('Escape');
    for (const again of [false, true]) {
      if (again) {
        await page.reload();
        await fakeEngine(page);
        await done(page);
      }
      await page.keyboard.press('2');
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await expect(page.locator(remover)).toHaveAttribute('background', 'transparent');
    }
  });

  test('keys belong to fields and to other elements first', async ({ page }) => {
    await done(page);
    await page.evaluate(() =>
      document.querySelector('main').append(Object.assign(document.createElement('input'), { id: 'field' })),
    );
    await page.locator('#field').focus();
    await page.keyboard.press('2');
    await page.getByLabel('Format').focus();
    await page.keyboard.press('2');
    await page.locator('#copy-snippet').focus();
    await page.keyboard.press('2');
    await page.locator(remover).evaluate((element) => element.removeAttribute('page-keys'));
    await page.locator('body').click({ position: { x: 4, y: 4 } });
    await page.keyboard.press('2'); // a page that did not ask for it keeps its keys
    await expect(page.locator(remover)).toHaveAttribute('background', 'transparent');
    await page.getByRole('button', { name: 'Black' }).focus();
    await page.keyboard.press('2');
    await expect(page.locator(remover)).toHaveAttribute('background', 'white');
  });

  test('copy by the keyboard copies the cut-out, but not over a selection', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await done(page);
    await page.locator('body').click({ position: { x: 4, y: 4 } });
    await page.keyboard.press('ControlOrMeta+c');
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    expect(await page.evaluate(async () => (await navigator.clipboard.read())[0].types)).toEqual(['image/png']);
    await expect(page.getByRole('button', { name: 'Copy', exact: true })).toBeVisible();
    await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('h1')));
    await page.keyboard.press('ControlOrMeta+c');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('Remove the background');
  });
});

test.describe('ways out', () => {
  test('a refused clipboard is told, with what to do instead', async ({ page }) => {
    await done(page);
    await page.evaluate(() => {
      navigator.clipboard.write = async () => {
        throw new DOMException('no', 'NotAllowedError');
      };
    });
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Not copied' })).toBeVisible();
    await expect(page.locator(remover).getByRole('status')).toContainText('Download it instead');
  });

  test('the finished file can be dragged out, and is not taken in again', async ({ page }) => {
    await done(page);
    await page.getByLabel('Format').selectOption('webp');
    await expect(page.locator('.meta')).toContainText('WEBP');
    await page.evaluate(() => {
      window.drags = [];
      document.addEventListener('dragstart', ({ dataTransfer }) =>
        window.drags.push({
          url: dataTransfer.getData('DownloadURL'),
          files: [...dataTransfer.items].filter(({ kind }) => kind === 'file').map((item) => item.getAsFile()?.name),
        }),
      );
    });
    await page.locator('.meta').dragTo(page.locator('compare-slider'));
    const [drag] = await page.evaluate(() => window.drags);
    expect(drag.files).toEqual(['cat-cutout.webp']);
    expect(drag.url).toMatch(/^image\/webp:cat-cutout\.webp:blob:http/);
    const same = await page.evaluate(
      async (url) => {
        const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
        const { blob } = window.heard.findLast(({ name }) => name === 'result').detail;
        const want = new Uint8Array(await blob.arrayBuffer());
        return bytes.length === want.length && bytes.every((byte, i) => byte === want[i]);
      },
      drag.url.slice(drag.url.indexOf('blob:')),
    );
    expect(same).toBe(true);
    expect(await page.evaluate(() => window.heard.filter(({ name }) => name === 'accept').length)).toBe(1);
    await expect(page.locator('.thumb')).toHaveCount(0);
    await expect(page.locator(remover)).not.toHaveAttribute('dragging');
    await dropFiles(page, remover, [photo('next.bmp')]); // a photo of somebody else still is
    await expect(page.locator('.thumb')).toHaveCount(2);
  });

  test('while no file is ready there is nothing to drag', async ({ page }) => {
    await done(page);
    await setFake(page, { hold: true });
    await page.getByRole('button', { name: 'White' }).click();
    await expect(page.locator('.meta')).toHaveText('Making the file…');
    expect(await page.locator('.meta').evaluate((meta) => meta.draggable)).toBe(false);
  });

  test('Share gives the file to the share sheet; dismissing it is no failure, a refusal is told', async ({ page }) => {
    await page.addInitScript(() => {
      window.shared = [];
      navigator.canShare = ({ files }) => files.every(({ type }) => type.startsWith('image/'));
      navigator.share = async ({ files }) => {
        window.shared.push(files.map(({ name, type, size }) => ({ name, type, size })));
        if (window.refuse) throw new DOMException('no', window.refuse);
      };
    });
    await page.goto('/');
    await fakeEngine(page);
    await done(page);
    const share = page.getByRole('button', { name: 'Share' });
    await share.click();
    await expect
      .poll(() => page.evaluate(() => window.shared))
      .toEqual([[{ name: 'cat-cutout.png', type: 'image/png', size: expect.any(Number) }]]);
    await page.evaluate(() => {
      window.refuse = 'AbortError';
    });
    await share.click();
    await expect.poll(() => page.evaluate(() => window.shared.length)).toBe(2);
    await expect(page.locator(remover).getByRole('status')).not.toContainText('could not be shared');
    await page.evaluate(() => {
      window.refuse = 'NotAllowedError';
    });
    await share.click();
    await expect(page.locator(remover).getByRole('status')).toContainText('could not be shared. Download it instead.');
  });

  test('without a share sheet there is no button for it', async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'canShare', { value: undefined });
    });
    await page.goto('/');
    await fakeEngine(page);
    await done(page);
    await expect(page.getByRole('button', { name: 'Share' })).toBeHidden();
  });
});

test.describe('in a form', () => {
  test.beforeEach(async ({ page }) => {
    await page.evaluate(() => {
      const form = document.createElement('form');
      form.innerHTML = '<fieldset><input name="title" value="A cat"></fieldset>';
      const element = document.querySelector('background-remover');
      element.setAttribute('name', 'picture');
      element.replaceWith(form);
      form.firstElementChild.append(element);
      window.form = form;
      window.sent = () =>
        [...new FormData(form)].map(([name, value]) => [
          name,
          typeof value === 'string' ? value : `${value.name} ${value.type}`,
        ]);
    });
  });

  test('the file is the value, follows the settings, and several are several', async ({ page }) => {
    expect(await page.evaluate(() => window.sent())).toEqual([['title', 'A cat']]);
    await done(page);
    expect(await page.evaluate(() => window.sent())).toEqual([
      ['title', 'A cat'],
      ['picture', 'cat-cutout.png image/png'],
    ]);
    await page.getByLabel('Format').selectOption('jpeg');
    await expect.poll(() => page.evaluate(() => window.sent()[1])).toEqual(['picture', 'cat-cutout.jpg image/jpeg']);
    await page.locator(`${remover} .files`).setInputFiles(photo('dog.bmp'));
    await expect.poll(() => page.evaluate(() => window.sent().length)).toBe(3);
    expect(
      await page.evaluate(() => document.querySelector('background-remover').files.map(({ name }) => name)),
    ).toEqual(['cat-cutout.jpg', 'dog-cutout.jpg']);
    const equal = await page.evaluate(async () => {
      const value = new FormData(window.form).get('picture');
      const { blob } = window.heard.findLast(
        ({ name, detail }) => name === 'result' && detail.name === 'cat.bmp',
      ).detail;
      return value.size === blob.size && document.querySelector('background-remover').form === window.form;
    });
    expect(equal).toBe(true);
  });

  test('a photo without a subject gives no value', async ({ page }) => {
    await setFake(page, { found: false });
    await page.locator(`${remover} .files`).setInputFiles(photo('wall.bmp'));
    await inState(page, 'done');
    expect(await page.evaluate(() => window.sent())).toEqual([['title', 'A cat']]);
  });

  test('required holds the form until there is a result, and says why', async ({ page }) => {
    const state = () =>
      page.evaluate(() => {
        const element = document.querySelector('background-remover');
        return [window.form.checkValidity(), element.validationMessage];
      });
    await page.locator(remover).evaluate((element) => element.setAttribute('required', ''));
    expect(await state()).toEqual([false, 'Choose a photo.']);
    await setFake(page, { hold: true });
    await page.locator(`${remover} .files`).setInputFiles(photo('cat.bmp'));
    await inState(page, 'working');
    expect(await state()).toEqual([false, 'Wait until the background is removed.']);
    await expect.poll(() => page.evaluate(() => window.fake.running)).toBe(1);
    await page.evaluate(() => window.fake.release());
    await inState(page, 'done');
    await expect.poll(state).toEqual([true, '']);
  });

  test('reset empties it, a disabled fieldset shuts it', async ({ page }) => {
    await done(page);
    await page.evaluate(() => window.form.reset());
    await inState(page, 'empty');
    expect(await page.evaluate(() => window.sent())).toEqual([['title', 'A cat']]);
    await page.evaluate(() => {
      window.form.firstElementChild.disabled = true;
    });
    await dropFiles(page, remover, [photo('late.bmp')]);
    await page.locator(`${remover} .files`).setInputFiles(photo('late.bmp'));
    await inState(page, 'empty');
    expect(await page.evaluate(() => window.fake.calls.length)).toBe(1);
    await page.evaluate(() => {
      window.form.firstElementChild.disabled = false;
    });
    await done(page);
  });
});
