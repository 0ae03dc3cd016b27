// Takes the two pictures of docs/media/ from what lies in dist/: hero.png, of
// the README, is the sample and what the engine made of it;
// card.png, of link previews, is the page. node tools/make-hero.js
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { root } from './build.js';
import { serveStatic } from './serve.js';

const canvas = { ratio: '4:3', scale: 0.78 };
const results = [
  { background: 'transparent', canvas },
  { background: 'white', canvas, shadow: { y: '2%', blur: '4%' } },
  { background: 'linear-gradient(135deg, #0d5346, #ffd54a)', canvas, outline: { width: '1.2%' } },
  { background: 'blur' },
];

const { url, close } = await serveStatic({ policy: "style-src 'self' 'unsafe-inline'" });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
});

const page = await browser.newPage({ viewport: { width: 1372, height: 720 }, reducedMotion: 'reduce' });
await page.goto(url);
await page.getByRole('button', { name: 'Try the sample' }).click();
await page.locator('background-remover[state=done] .meta', { hasText: 'PNG' }).waitFor({ timeout: 60_000 });
await page.mouse.click(5, 5);
await page.screenshot({ path: join(root, 'docs/media/card.png') });

await page.goto(`${url}LICENSE.txt`);
await page.setViewportSize({ width: 1216, height: 466 });
await page.evaluate(async (all) => {
  document.body.innerHTML = `<style>
    html { background: none } body { margin: 4px; display: grid; gap: 8px; grid-template: 1fr 1fr / 2fr 1fr 1fr; height: 458px; font: 13px/1.2 ui-monospace, monospace }
    figure { margin: 0; position: relative; border-radius: 12px; overflow: hidden; box-shadow: 0 0 0 1px #8886;
      background: repeating-conic-gradient(#cdd3d0 0 25%, #fff 0 50%) 0 / 20px 20px }
    figure:first-of-type { grid-row: span 2 } img { width: 100%; height: 100%; object-fit: cover; display: block }
    figcaption { position: absolute; right: 8px; top: 8px; padding: 4px 8px; border-radius: 7px; background: #0b1a16d9; color: #f3f8f5 }</style>`;
  const engine = await import(/** @type {any} */ ('/engine/index.js'));
  const photo = await (await fetch('/samples/duck.jpg')).blob();
  /** @param {Blob} blob @param {string} caption */
  const show = async (blob, caption) => {
    const figure = document.body.appendChild(document.createElement('figure'));
    const image = figure.appendChild(new Image());
    figure.appendChild(document.createElement('figcaption')).textContent = caption;
    image.src = URL.createObjectURL(blob);
    await image.decode();
  };
  await show(photo, 'photo');
  for (const options of all) {
    const { canvas: _, background, ...rest } = /** @type {Record<string, any>} */ (options);
    const caption = [background.replace(/^linear-|\(.*/g, ''), ...Object.keys(rest)].join(', ');
    await show((await engine.removeBackground(photo, options)).blob, caption);
  }
}, results);
await page.screenshot({ path: join(root, 'docs/media/hero.png'), omitBackground: true });
await browser.close();
await close();
