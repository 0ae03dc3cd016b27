// What people come for, done as they do it, with the clicks that it takes.
// One visit does several, so that the engine starts once.
import { readFile } from 'node:fs/promises';
import { readPsd } from 'ag-psd';
import { readPng } from '../../js/pictures.js';
import { photos, test, unzip, withoutPicker } from '../batch-helpers.js';
import { expect, pasteFile, sample } from '../page-helpers.js';
import { Hand } from './hand.js';

const remover = 'background-remover';
const batch = 'background-batch';

/** Width and height of a JPEG. @param {Buffer} bytes */
function jpegSize(bytes) {
  let at = 2;
  while (bytes[at] === 0xff && (bytes[at + 1] < 0xc0 || bytes[at + 1] > 0xc2)) at += 2 + bytes.readUInt16BE(at + 2);
  return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
}

/** Head and shoulders with some grain, cut out already: a passport goes by the outline. @param {import('@playwright/test').Page} page */
const bust = async (page) =>
  Buffer.from(
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(1000, 1300);
      const to = canvas.getContext('2d');
      to.fillStyle = '#b98d72';
      to.beginPath();
      to.ellipse(500, 440, 200, 270, 0, 0, 7);
      to.roundRect(415, 640, 170, 240, 20);
      to.roundRect(110, 830, 780, 600, 170);
      to.fill();
      to.globalCompositeOperation = 'source-atop';
      for (let i = 0; i < 9000; i++) {
        to.fillStyle = i % 2 ? '#2a2320' : '#f2d9c4';
        to.fillRect((i * 7919) % 1000, (i * 104729) % 1300, 7, 5);
      }
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    }),
  );

test('one photo: cut out, for a shop, on a colour, on a picture, cropped, as a sticker, looked at, mended, taken back, copied', async ({
  page,
  context,
}) => {
  await withoutPicker(page);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/');
  const hand = new Hand(page);
  const $ = (/** @type {string} */ selector) => page.locator(`${remover} ${selector}`);
  const button = (/** @type {string} */ name) => page.locator(remover).getByRole('button', { name, exact: true });
  const download = $('[part~=download]');
  const made = async () => {
    await expect($('[part=meta]')).toContainText('×');
    return hand.save(download);
  };

  await test.step('a transparent PNG', async () => {
    await hand.open(button('Choose a photo'), sample);
    const { name, bytes } = await hand.save(download);
    expect(hand.count()).toBe(2);
    const { width, height, rgba } = readPng(bytes);
    expect([name, width, height, rgba[3]]).toEqual(['duck-cutout.png', 1200, 900, 0]);
  });
  await test.step('the picture that Amazon asks for', async () => {
    hand.clicks = 1; // the photo is there already
    await hand.choose($('.canvas'), 'amazon');
    await expect($('[part=meta]')).toContainText('JPEG · 2000 × 2000');
    const { name, bytes } = await made();
    expect(hand.count()).toBe(3);
    expect([name, ...jpegSize(bytes)]).toEqual(['duck-cutout.jpg', 2000, 2000]);
  });
  await test.step('back to what it was', async () => {
    await hand.click(button('Undo'));
    await expect(page.locator(remover)).not.toHaveAttribute('canvas', /./);
    expect(hand.count()).toBe(1);
  });
  await test.step('on white, cropped to the subject', async () => {
    await hand.click(button('White'));
    await hand.click($('[part=crop]'));
    await expect($('[part=meta]')).not.toContainText('1200 × 900');
    const { bytes } = await made();
    expect(hand.count()).toBe(3);
    const { width, rgba } = readPng(bytes);
    expect([width < 1200, ...rgba.subarray(0, 4)]).toEqual([true, 255, 255, 255, 255]);
    await $('[part=crop]').click();
  });
  await test.step('on a picture of one’s own', async () => {
    await hand.open(button('Image…'), sample);
    await expect
      .poll(() => page.locator(remover).evaluate(({ backgroundImage }) => Boolean(backgroundImage)))
      .toBe(true);
    await made();
    expect(hand.count()).toBe(2);
  });
  await test.step('a sticker with a rim and a shadow', async () => {
    await hand.click(button('Transparent'));
    await hand.click($('.outline'));
    await hand.click($('.shadow'));
    await expect($('[part=worn]')).toContainText('Outline');
    await made();
    expect(hand.count()).toBe(4);
  });
  await test.step('the style is taken off again', async () => {
    await hand.click($('[data-off=outline]'));
    await hand.click($('[data-off=shadow]'));
    await expect($('[part=worn] button')).toHaveCount(0);
    expect(hand.count()).toBe(2);
  });
  await test.step('an edge, closely, on black', async () => {
    await hand.click($('.look.black'));
    await hand.click(button('Zoom in'));
    await expect($('.view')).toHaveClass(/zoomed/);
    expect(hand.count()).toBe(2);
    await $('.look').first().click();
  });
  await test.step('something is erased, and taken back', async () => {
    await hand.click($('.bar [data-act=retouch]'));
    await expect($('.retouch')).toHaveAttribute('data-shown', 'true');
    await hand.click($('.retouch canvas'));
    await hand.click(button('Done'));
    await expect($('.retouch')).toBeHidden();
    expect(hand.count()).toBe(3);
    await hand.click(button('Undo'));
    expect(hand.count()).toBe(1);
  });
  await test.step('copied', async () => {
    await hand.click(button('Copy'));
    await expect
      .poll(() => page.evaluate(async () => (await navigator.clipboard.read())[0]?.types))
      .toEqual(['image/png']);
    expect(hand.count()).toBe(1);
  });
  await test.step('a smaller file: WebP', async () => {
    await hand.choose($('[part=format]'), 'webp');
    await expect($('[part=meta]')).toContainText('WEBP');
    const { bytes } = await made();
    expect(hand.count()).toBe(2);
    expect(bytes.toString('latin1', 8, 12)).toBe('WEBP');
  });
  await test.step('another photo, pasted, and back to the first', async () => {
    await pasteFile(page, remover, { name: 'b.jpg', mimeType: 'image/jpeg', buffer: await readFile(sample) });
    await expect($('.thumb')).toHaveCount(2);
    await hand.click($('.thumb').first());
    await expect($('[part=name]')).toHaveText('duck.jpg');
    expect(hand.count()).toBe(1);
  });
  await test.step('the layered file', async () => {
    await hand.click($('.more summary'));
    const { name, bytes } = await hand.save(button('Layers as PSD'));
    expect(hand.count()).toBe(2);
    const { width, height, children = [] } = readPsd(bytes, { skipLayerImageData: true, skipCompositeImageData: true });
    expect([name, width, height, children.length]).toEqual(['duck.psd', 1200, 900, 2]);
    expect(children.map((layer) => Boolean(layer.mask))).toContain(true);
  });
  await test.step('a passport picture, and prints of it on a sheet', async () => {
    const buffer = await bust(page);
    await hand.open(button('Add photos'), { name: 'me.png', mimeType: 'image/png', buffer });
    await hand.choose($('.canvas'), 'passport-de');
    await hand.choose($('[part=format]'), 'jpeg');
    await expect($('[part=meta]')).toContainText('JPEG · 413 × 531');
    const { name, bytes } = await made();
    expect(hand.count()).toBe(4);
    expect([name, ...jpegSize(bytes)]).toEqual(['me-cutout.jpg', 413, 531]);
    const sheet = await hand.save($('[data-act^=sheet-]').first());
    expect(hand.count()).toBe(1);
    expect(sheet.name).toMatch(/^me-.+\.jpg$/);
    expect(jpegSize(sheet.bytes)[0]).toBeGreaterThan(1000);
  });
});

test('many photos: with a look into a ZIP, in several looks, the doubtful ones seen through, one mended, one left out', async ({
  page,
}) => {
  test.setTimeout(240_000); // 80 pictures
  await withoutPicker(page);
  await page.goto('/');
  const hand = new Hand(page);
  const real = await photos(page, 20, 240);
  const $ = (/** @type {string} */ selector) => page.locator(`${batch} ${selector}`);

  await test.step('20 photos with a look into a ZIP', async () => {
    await hand.open(
      page.getByRole('button', { name: 'Choose a photo' }),
      real.map((buffer, i) => ({ name: `${i + 1}.jpg`, mimeType: 'image/jpeg', buffer })),
    );
    await hand.click(page.locator(batch).getByRole('button', { name: 'Looks' }));
    await hand.click(page.locator(batch).getByRole('button', { name: /^Shop/ }));
    await expect($('.tile[data-state=done]')).toHaveCount(20, { timeout: 120_000 });
    const { bytes } = await hand.save($('[data-act=zip]'));
    expect(hand.count()).toBe(4);
    const files = unzip(bytes);
    expect(Object.keys(files).slice(0, 2)).toEqual(['1-Shop.jpg', '2-Shop.jpg']);
    expect([Object.keys(files).length, ...jpegSize(files['20-Shop.jpg'])]).toEqual([20, 2000, 2000]);
  });
  await test.step('the same in two more looks', async () => {
    await hand.click(page.getByLabel('Square into the ZIP'));
    await hand.click(page.getByLabel('Story into the ZIP'));
    const { bytes } = await hand.save($('[data-act=zip]'));
    expect(hand.count()).toBe(3);
    expect(Object.keys(unzip(bytes)).length).toBe(40);
    for (const name of ['Square', 'Story']) await page.getByLabel(`${name} into the ZIP`).uncheck();
  });
  await test.step('the doubtful ones are seen through', async () => {
    await page.locator(batch).evaluate(({ queue }) => {
      for (const i of [4, 11]) {
        queue.items[i].made.confidence = 0.5; // as if the model had not been sure
        queue.changed(queue.items[i]);
      }
    });
    await hand.click(page.getByRole('button', { name: 'Doubtful first (2)' }));
    await $('.tile').first().hover();
    await hand.click(page.getByRole('button', { name: 'Look at 5.jpg' }));
    await hand.click(page.locator('.rail').getByRole('button', { name: 'Keep' }));
    await expect(page.locator(`${remover} [part=name]`)).toHaveText('12.jpg');
    await hand.click(page.locator('.rail').getByRole('button', { name: 'Leave out' }));
    expect(hand.count()).toBe(4);
  });
  await test.step('one is mended, and all are there again', async () => {
    await hand.click(page.locator(`${remover} .bar [data-act=retouch]`));
    await expect(page.locator('.retouch:visible')).toHaveAttribute('data-shown', 'true');
    await hand.click(page.locator('.retouch:visible canvas'));
    await hand.click(page.getByRole('button', { name: 'Done' }));
    await hand.click(page.locator('.rail').getByRole('button', { name: 'All photos' }));
    await expect($('.tile[data-state=done]')).toHaveCount(20, { timeout: 120_000 });
    const { bytes } = await hand.save($('[data-act=zip]'));
    expect(hand.count()).toBe(5);
    expect(Object.keys(unzip(bytes)).length).toBe(19);
  });
});
