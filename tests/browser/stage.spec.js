// The stage as a hand uses it: how large the picture is, zoom, pinch, edges,
// styles that are taken off, and nothing that is lost.
import { bmp, expect, fakeEngine, inTime, photo, test, withoutEngine } from './page-helpers.js';

const remover = 'background-remover';

/** @param {string} name @param {number} [width] @param {number} [height] */
const large = (name, width = 400, height = 300) => ({ ...photo(name), buffer: bmp(width, height) });

/** @param {import('@playwright/test').Page} page @param {...object} photos */
async function done(page, ...photos) {
  await page.locator(`${remover} .files`).setInputFiles(photos.length ? photos : [large('cat.bmp')]);
  await expect(page.locator(remover)).toHaveAttribute('state', 'done');
  await expect(page.locator('.meta')).toContainText('·');
}

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await withoutEngine(page);
  await page.goto('/');
  await fakeEngine(page);
});

const percentOf = (page) => page.locator('.lens .zoom').textContent();
/** Where the picture's planes lie on the screen, and the slider. @param {import('@playwright/test').Page} page */
const boxes = (page) =>
  page.locator(remover).evaluate(({ shadowRoot }) => {
    const box = (/** @type {string} */ selector) => {
      const { x, y, width, height } = shadowRoot.querySelector(selector).getBoundingClientRect();
      return { x, y, width, height };
    };
    return {
      before: box('[slot=before] .plane'),
      after: box('.layers .plane'),
      slider: box('compare-slider'),
      view: box('.view'),
      stage: box('.stage'),
    };
  });

test.describe('on a small desktop', () => {
  test.use({ viewport: { width: 1366, height: 640 } });

  test('the picture takes the room, with every style open', async ({ page }) => {
    await done(page);
    await expect(page.getByRole('checkbox', { name: 'Shadow' })).toBeVisible(); // the panel is open by itself
    await page.getByRole('checkbox', { name: 'Shadow' }).check();
    await page.getByRole('checkbox', { name: 'Outline' }).check();
    await page.getByRole('checkbox', { name: 'Gradient' }).check();
    const { slider, stage } = await boxes(page);
    expect(slider.height / stage.height).toBeGreaterThan(0.8);
    expect((slider.width * slider.height) / (stage.width * stage.height)).toBeGreaterThan(0.6);
    expect(slider.height / 640).toBeGreaterThan(0.6);
    await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeInViewport({ ratio: 1 });
  });
});

test('the wheel zooms to 800 % on what lies under it, and out again until the page has it', async ({ page }) => {
  await done(page);
  const { slider } = await boxes(page);
  const at = { x: slider.x + slider.width * 0.75, y: slider.y + slider.height * 0.25 };
  await page.mouse.move(at.x, at.y);
  for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -300);
  await expect(page.locator('.lens .zoom')).toHaveText('800%');
  const { before, after } = await boxes(page);
  expect(after.width).toBeCloseTo(400 * 8, 0);
  expect((at.x - after.x) / after.width).toBeCloseTo(0.75, 2);
  expect((at.y - after.y) / after.height).toBeCloseTo(0.25, 2);
  expect(before).toEqual(after); // both sides at any zoom
  for (let i = 0; i < 20; i++) await page.mouse.wheel(0, 400);
  await expect.poll(async () => (await boxes(page)).slider.width).toBeCloseTo(slider.width, 0);
  await page.waitForTimeout(400);
  await page.mouse.wheel(0, 200);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0);
});

test('a double click looks closely and back; drags push; the grip compares', async ({ page }) => {
  await done(page);
  const whole = await percentOf(page);
  const { slider } = await boxes(page);
  await page.mouse.dblclick(slider.x + slider.width * 0.6, slider.y + slider.height * 0.6);
  await expect(page.locator('.lens .zoom')).not.toHaveText(whole);
  expect(await page.locator('compare-slider').evaluate(({ value }) => value)).toBe(42); // the clicks were none of the slider's
  const from = (await boxes(page)).after;
  await page.mouse.move(slider.x + slider.width * 0.8, slider.y + slider.height * 0.6);
  await page.mouse.down();
  await page.mouse.move(slider.x + slider.width * 0.8 - 60, slider.y + slider.height * 0.6 - 40, { steps: 4 });
  await page.mouse.up();
  const to = (await boxes(page)).after;
  expect(to.x - from.x).toBeCloseTo(-60, 0);
  expect(to.y - from.y).toBeCloseTo(-40, 0);
  const grip = await page.locator('compare-slider .grip').boundingBox();
  await page.mouse.move(grip.x + 22, grip.y + 22);
  await page.mouse.down();
  await page.mouse.move(grip.x + 22 + 100, grip.y + 22, { steps: 3 });
  await page.mouse.up();
  expect(await page.locator('compare-slider').evaluate(({ value }) => value)).toBeGreaterThan(45);
  expect((await boxes(page)).after).toEqual(to);
  await page.mouse.dblclick(slider.x + slider.width * 0.8, slider.y + slider.height * 0.6);
  await expect(page.locator('.lens .zoom')).toHaveText(whole);
});

test('keys zoom, push and fit; the list tells them', async ({ page }) => {
  await done(page);
  const whole = await percentOf(page);
  await page.locator('body').click({ position: { x: 4, y: 4 } });
  await page.keyboard.press('+');
  await page.keyboard.press('=');
  await expect(page.locator('.lens .zoom')).not.toHaveText(whole);
  const { after } = await boxes(page);
  await page.keyboard.press('Shift+ArrowRight');
  expect((await boxes(page)).after.x - after.x).toBeCloseTo(-60, 0);
  await page.keyboard.press('0');
  await expect(page.locator('.lens .zoom')).toHaveText(whole);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Move what is zoomed');
});

test('edges are seen on white, black, green and as the matte, and the picture comes back', async ({ page }) => {
  await done(page, photo('cat.bmp'));
  await page.getByRole('button', { name: 'Black' }).click();
  await expect(page.locator('.exact')).toBeVisible();
  /** The stage's pixel at a place of the picture. */
  const seen = async (/** @type {number} */ x, /** @type {number} */ y) => {
    const { slider } = await boxes(page);
    const clip = {
      x: Math.round(slider.x + slider.width * x),
      y: Math.round(slider.y + slider.height * y),
      width: 1,
      height: 1,
    };
    const png = await page.screenshot({ clip });
    return page.evaluate(async (base64) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const context = new OffscreenCanvas(1, 1).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    }, png.toString('base64'));
  };
  await page.locator('compare-slider').evaluate((slider) => {
    slider.value = 0;
  });
  // the fake engine keeps the middle of the photo, 10..30 of 40 across and 10..20 of 30 down
  for (const [name, clear, kept] of [
    ['white', [255, 255, 255], [200, 120, 40]],
    ['green', [0, 177, 64], [200, 120, 40]],
    ['the matte', [0, 0, 0], [255, 255, 255]],
  ]) {
    await page.getByRole('radio', { name: String(name), exact: true }).check();
    await expect.poll(() => seen(0.9, 0.1)).toEqual(clear);
    expect(await seen(0.4, 0.5)).toEqual(kept);
  }
  await page.getByRole('radio', { name: 'the picture as it will be' }).check();
  await expect(page.locator('.exact')).toBeVisible();
  expect(await seen(0.9, 0.1)).toEqual([0, 0, 0]);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('two fingers zoom and push, what the first did to the slider is taken back; buttons zoom, too', async ({
    page,
  }) => {
    await done(page);
    const { slider, after } = await boxes(page);
    const touch = await page.context().newCDPSession(page);
    const at = (/** @type {number} */ share) =>
      [1, -1].map((side, id) => ({
        x: slider.x + slider.width * (0.5 + side * share),
        y: slider.y + slider.height / 2,
        id,
      }));
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.1).slice(0, 1) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.1) });
    for (const share of [0.15, 0.2, 0.25, 0.3])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(async () => (await boxes(page)).after.width / after.width).toBeCloseTo(3, 0);
    expect(await page.locator('compare-slider').evaluate(({ value }) => value)).toBe(42);
    await page.getByRole('button', { name: 'Fit the window' }).tap();
    await expect.poll(async () => (await boxes(page)).after.width).toBeCloseTo(after.width, 0);
    await page.getByRole('button', { name: 'Zoom in' }).tap();
    await expect.poll(async () => (await boxes(page)).after.width / after.width).toBeCloseTo(1.5, 1);
  });

  test('styles open as a sheet from below, and the picture stays in sight', async ({ page }) => {
    await done(page);
    await page.getByRole('button', { name: 'Style' }).tap();
    await page.getByRole('checkbox', { name: 'Shadow' }).check();
    const { slider, stage } = await boxes(page);
    await expect(page.locator('compare-slider')).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('slider', { name: 'Distance' })).toBeInViewport();
    await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeInViewport({ ratio: 1 });
    expect(Math.max(slider.width / stage.width, slider.height / stage.height)).toBeGreaterThan(0.6);
  });
});

inTime(() =>
  test('zoom at 12 megapixels takes less than a frame of the main thread', async ({ page }) => {
    test.setTimeout(120_000);
    await done(page, large('large.bmp', 4000, 3000));
    await page.waitForTimeout(1000);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' }); // what the thread works, not what it waits
    const worked = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000])).TaskDuration;
    };
    const times = [];
    let before = await worked();
    await page.locator(remover).evaluate(({ shadowRoot }) => {
      const view = shadowRoot.querySelector('.view');
      const { left, top, width, height } = view.getBoundingClientRect();
      const at = { clientX: left + width * 0.6, clientY: top + height * 0.4, cancelable: true, bubbles: true };
      window.frame = async (deltaY) => {
        await new Promise(requestAnimationFrame);
        view.dispatchEvent(new WheelEvent('wheel', { deltaY, ...at }));
        await new Promise(requestAnimationFrame); // style, layout and paint are done
      };
    });
    for (let i = 0; i < 80; i++) {
      await cdp.send('Runtime.evaluate', { expression: `frame(${i < 40 ? -60 : 60})`, awaitPromise: true });
      const after = await worked();
      times.push(after - before);
      before = after;
    }
    times.sort((a, b) => a - b);
    console.log(
      `zoom at 12 MP, ms of the main thread a frame: median ${times[40].toFixed(1)}, p95 ${times[76].toFixed(1)}`,
    );
    expect(times[76]).toBeLessThan(16);
  }),
);

test('styles in use are chips; one is taken off by its own', async ({ page }) => {
  await done(page);
  await page.getByRole('checkbox', { name: 'Shadow' }).check();
  await page.getByRole('checkbox', { name: 'Gradient' }).check();
  await page.getByLabel('Keep').selectOption('background');
  await expect(page.locator('.worn button')).toHaveText([/Background kept/, /Shadow/, /Gradient/]);
  await page.getByRole('button', { name: /Background kept.*take off/ }).click();
  await expect(page.locator(remover)).not.toHaveAttribute('keep');
  await expect(page.getByRole('button', { name: /Shadow.*take off/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator(remover)).not.toHaveAttribute('shadow');
  await page.getByRole('button', { name: /Gradient.*take off/ }).click();
  await expect(page.locator(remover)).toHaveAttribute('background', 'transparent');
  await expect(page.locator('.worn button')).toHaveCount(0);
});

test('what is kept of the photo is not remembered: the next visit keeps the subject', async ({ page }) => {
  await page.evaluate(() =>
    localStorage.setItem('cutaway.settings', JSON.stringify({ keep: 'background', shadow: '' })),
  );
  await page.reload();
  await fakeEngine(page);
  await done(page);
  await expect(page.locator(remover)).toHaveAttribute('shadow');
  await expect(page.locator(remover)).not.toHaveAttribute('keep');
  await page.getByLabel('Keep').selectOption('background');
  await page.getByLabel('Format').selectOption('webp');
  await page.reload();
  await fakeEngine(page);
  await done(page);
  await expect(page.locator(remover)).toHaveAttribute('format', 'webp');
  await expect(page.locator(remover)).not.toHaveAttribute('keep');
});

test.describe('nothing is lost', () => {
  test('undo and redo reach the settings, and steps in a row are one', async ({ page }) => {
    await done(page);
    const undo = page.getByRole('button', { name: 'Undo' });
    await expect(undo).toBeDisabled();
    await page.getByRole('button', { name: 'White' }).click();
    await page.waitForTimeout(800);
    await page.getByLabel('Format').selectOption('jpeg');
    await page.waitForTimeout(800);
    await page.getByRole('checkbox', { name: 'Shadow' }).check();
    for (const value of ['0.5', '0.6', '0.7']) await page.getByRole('slider', { name: 'Strength' }).fill(value);
    await undo.click();
    await expect(page.locator(remover)).not.toHaveAttribute('shadow');
    await expect(page.locator(remover)).toHaveAttribute('format', 'jpeg');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(page.locator(remover)).toHaveAttribute('format', 'png');
    await expect(page.locator(remover)).toHaveAttribute('background', 'transparent');
    await expect(undo).toBeDisabled();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Control+Shift+z');
    await expect(page.locator(remover)).toHaveAttribute('shadow', /opacity=0\.7/);
    await expect(page.getByRole('button', { name: 'Redo' })).toBeDisabled();
  });

  test('"Start over" can be taken back, by its button and by the key', async ({ page }) => {
    await done(page, large('one.bmp'), large('two.bmp'));
    await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
    const calls = await page.evaluate(() => window.fake.calls.length);
    await page.getByRole('button', { name: 'Start over' }).click();
    await expect(page.locator(remover)).toHaveAttribute('state', 'empty');
    await page.getByRole('button', { name: 'Bring back one.bmp and 1 more' }).click();
    await expect(page.locator(remover)).toHaveAttribute('state', 'done');
    await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.keyboard.press('Control+z');
    await expect(page.locator('.thumb[data-state=done]')).toHaveCount(2);
    await expect(page.locator('.meta')).toContainText('PNG');
    expect(await page.evaluate(() => window.fake.calls.length)).toBe(calls); // none was cut out again
  });

  test('photos survive a reload, are brought back without a run, and forgotten by one click', async ({ page }) => {
    await done(page, large('beach.bmp'));
    await expect
      .poll(() => page.evaluate(async () => (await indexedDB.databases()).some(({ name }) => name === 'cutaway')))
      .toBe(true);
    await page.reload();
    await fakeEngine(page);
    await page.locator(remover).hover();
    await expect(page.getByText('Kept on this device only.')).toBeVisible();
    await page.getByRole('button', { name: 'Bring back beach.bmp' }).click();
    await expect(page.locator(remover)).toHaveAttribute('state', 'done');
    await expect(page.locator('.meta')).toContainText('PNG · 400 × 300');
    expect(await page.evaluate(() => window.fake.calls.length)).toBe(0);
    await page.reload();
    await page.locator(remover).hover();
    await page.getByRole('button', { name: 'Forget' }).click();
    await expect(page.getByText('Kept on this device only.')).toBeHidden();
    await page.reload();
    await page.locator(remover).hover();
    await page.waitForTimeout(500);
    await expect(page.getByRole('button', { name: /Bring back/ })).toHaveCount(0);
  });

  test('an element that does not ask for it keeps no photo', async ({ page }) => {
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const gone = indexedDB.deleteDatabase('cutaway'); // of the visit, which asked
          gone.onsuccess = gone.onblocked = resolve;
        }),
    );
    await page.addInitScript(() =>
      // before the page's scripts
      document.addEventListener('readystatechange', () =>
        document.querySelector('background-remover').removeAttribute('remember'),
      ),
    );
    await page.reload();
    await fakeEngine(page);
    await done(page);
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
  });
});

test('a link or a picture of another page, dropped, is fetched by its address, and never opened', async ({ page }) => {
  const { prevented, accepted } = await page.evaluate(async () => {
    const taken = [];
    document.addEventListener('background-remover-accept', ({ detail }) => taken.push(...detail.files));
    const stopped = ['h1', 'background-remover'].map((selector) => {
      const data = new DataTransfer();
      data.setData('text/uri-list', `${location.origin}/samples/duck.jpg?${selector}`);
      if (selector === 'h1') data.setData('text/html', `<img src="${location.origin}/samples/duck.jpg?picture">`);
      return ['dragover', 'drop'].map((type) => {
        const event = new DragEvent(type, { bubbles: true, composed: true, cancelable: true, dataTransfer: data });
        document.querySelector(selector).dispatchEvent(event);
        return event.defaultPrevented;
      });
    });
    return { prevented: stopped.flat(), accepted: taken.map((url) => new URL(url).search) };
  });
  expect(prevented).toEqual([true, true, true, true]);
  expect(accepted).toEqual(['?picture', '?background-remover']);
  await expect(page.locator(remover)).toHaveAttribute('state', 'done');
});

test('print shows the picture, forced colours keep the swatches apart, the grip is whole at the edge', async ({
  page,
}) => {
  await done(page);
  await expect(page.locator('.bar [data-act=retouch]')).toBeHidden(); // this engine has no retouching
  for (const value of [0, 100]) {
    await page.locator('compare-slider').evaluate((slider, to) => {
      slider.value = to;
    }, value);
    const [grip, slider] = await Promise.all(
      ['compare-slider .grip', 'compare-slider'].map((selector) => page.locator(selector).boundingBox()),
    );
    expect(grip.x).toBeGreaterThanOrEqual(slider.x);
    expect(grip.x + grip.width).toBeLessThanOrEqual(slider.x + slider.width);
  }
  await page.emulateMedia({ forcedColors: 'active' });
  const colours = await page
    .locator('.swatch')
    .evaluateAll((all) => all.slice(1, 3).map((swatch) => getComputedStyle(swatch).backgroundColor));
  expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
  await page.emulateMedia({ forcedColors: 'none', media: 'print' });
  for (const hidden of ['header', 'h1', '.embed', '.studio > .bar', '.top'])
    await expect(page.locator(hidden)).toBeHidden();
  await expect(page.locator('compare-slider')).toBeVisible();
  expect(await page.locator('#snippet').textContent()).toMatch(
    /src="http:\/\/127\.0\.0\.1:\d+\/widget\/background-remover\.js"/,
  );
});
