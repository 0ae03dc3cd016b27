// Takes the pictures of docs/media/ from what lies in dist/: hero.png, of
// the README, is the sample and what the engine made of it; card.png, of link
// previews, is the page; limits.png, of the model's card, is what the engine
// gets wrong, in scenes drawn from the sample; and those of the page's first
// screen in web/samples/. node tools/make-hero.js
import { writeFileSync } from 'node:fs';
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

/**
 * An empty page with the engine: figures of a grid, each a picture and its caption.
 *
 * @param {{ width: number, height: number }} size
 * @param {string} grid CSS
 */
async function sheet({ width, height }, grid) {
  await page.goto(`${url}LICENSE.txt`);
  await page.setViewportSize({ width, height });
  await page.evaluate(async (css) => {
    document.body.innerHTML = `<style>
      html { background: none } body { margin: 4px; display: grid; gap: 8px; font: 13px/1.2 ui-monospace, monospace; ${css} }
      figure { margin: 0; position: relative; border-radius: 12px; overflow: hidden; box-shadow: 0 0 0 1px #8886;
        background: repeating-conic-gradient(#cdd3d0 0 25%, #fff 0 50%) 0 / 20px 20px }
      img { width: 100%; height: 100%; object-fit: cover; display: block }
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
    Object.assign(window, { engine, photo, show });
  }, grid);
}

await sheet({ width: 1216, height: 466 }, 'grid-template: 1fr 1fr / 2fr 1fr 1fr; height: 458px');
await page.evaluate(async (all) => {
  const { engine, photo, show } = /** @type {any} */ (window);
  await show(photo, 'photo');
  /** @type {HTMLElement} */ (document.querySelector('figure')).style.gridRow = 'span 2';
  for (const options of all) {
    const { canvas: _, background, ...rest } = /** @type {Record<string, any>} */ (options);
    const caption = [background.replace(/^linear-|\(.*/g, ''), ...Object.keys(rest)].join(', ');
    await show((await engine.removeBackground(photo, options)).blob, caption);
  }
}, results);
await page.screenshot({ path: join(root, 'docs/media/hero.png'), omitBackground: true });

// the page's first screen shows the sample before and after
for (const [name, type, cut] of /** @type {const} */ ([
  ['duck-before.jpg', 'image/jpeg', false],
  ['duck-after.webp', 'image/webp', true],
])) {
  const bytes = await page.evaluate(
    async ([type, cut]) => {
      const { engine, photo } = /** @type {any} */ (window);
      const bitmap = await createImageBitmap(cut ? (await engine.removeBackground(photo)).blob : photo);
      const canvas = new OffscreenCanvas(400, 300);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, 0, 0, 400, 300);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.75 })).arrayBuffer())];
    },
    /** @type {const} */ ([type, cut]),
  );
  writeFileSync(join(root, 'web/samples', name), Buffer.from(bytes));
}

await sheet(
  { width: 916, height: 466 },
  'grid-template: 1fr 1fr / repeat(3, 1fr); grid-auto-flow: column; height: 458px',
);
await page.evaluate(async () => {
  const { engine, photo, show } = /** @type {any} */ (window);
  const room = await createImageBitmap(photo);
  const duck = await createImageBitmap((await engine.removeBackground(photo, { crop: true })).blob);
  /** @param {(g: OffscreenCanvasRenderingContext2D) => void} draw over the room out of focus, 1200 x 900 */
  const scene = async (draw) => {
    const canvas = new OffscreenCanvas(1200, 900);
    const g = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    g.filter = 'blur(6px)';
    g.drawImage(room, 700, 0, 500, 375, -10, -10, 1220, 920);
    g.filter = 'none';
    draw(g);
    return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  };
  /** @type {[string, Blob][]} */
  const scenes = [
    ['small in a wide scene', await scene((g) => g.drawImage(duck, 260, 620, 60, (60 * duck.height) / duck.width))],
    [
      'spokes',
      await scene((g) => {
        g.translate(600, 450);
        g.strokeStyle = '#181c20';
        for (const [radius, width] of [
          [330, 22],
          [300, 6],
          [30, 20],
        ]) {
          g.lineWidth = width;
          g.beginPath();
          g.arc(0, 0, radius, 0, 7);
          g.stroke();
        }
        g.strokeStyle = '#b8bcc2';
        g.lineWidth = 3;
        for (let i = 0; i < 32; i++) {
          g.beginPath();
          g.moveTo(30 * Math.cos((i * Math.PI) / 16), 30 * Math.sin((i * Math.PI) / 16));
          g.lineTo(298 * Math.cos(((i + 1.5) * Math.PI) / 16), 298 * Math.sin(((i + 1.5) * Math.PI) / 16));
          g.stroke();
        }
      }),
    ],
    [
      'glass',
      await scene((g) => {
        const glass = g.createLinearGradient(400, 0, 800, 0);
        for (const [at, colour] of /** @type {[number, string][]} */ ([
          [0, '#fffc'],
          [0.08, '#fff4'],
          [0.5, '#fff1'],
          [0.9, '#fff4'],
          [1, '#fffb'],
        ]))
          glass.addColorStop(at, colour);
        g.fillStyle = glass;
        g.beginPath();
        g.moveTo(400, 180);
        g.lineTo(450, 760);
        g.lineTo(750, 760);
        g.lineTo(800, 180);
        g.fill();
        g.fillStyle = '#fff6';
        g.beginPath();
        g.ellipse(600, 180, 200, 30, 0, 0, 7);
        g.fill();
      }),
    ],
  ];
  for (const [caption, blob] of scenes) {
    await show(blob, caption);
    const { blob: result, report } = await engine.removeBackground(blob);
    await show(result, report.subject.found ? `${Math.round(report.subject.coverage * 1000) / 10} %` : 'no subject');
  }
});
await page.screenshot({ path: join(root, 'docs/media/limits.png'), omitBackground: true });
await browser.close();
await close();
