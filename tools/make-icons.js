// Makes the PNG icons of web/icons from icon.svg: node tools/make-icons.js
// Maskable: the mark within the safe zone, its ground to the edges.
import { chromium } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.js';

const folder = join(root, 'web/icons');
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
const square = svg
  .replace('rx="7"', '')
  .replace(/(<circle[\s\S]*)<\/svg>/, '<g transform="translate(3.2 3.2) scale(.8)">$1</g></svg>');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const [name, size, text] of /** @type {[string, number, string][]} */ ([
  ['icon-180', 180, square],
  ['icon-192', 192, svg],
  ['icon-512', 512, svg],
  ['maskable-512', 512, square],
])) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw}</style>${text}`);
  await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: true });
  await page.close();
}
await browser.close();
