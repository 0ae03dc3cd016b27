// Headless Chromium on the staged dist/, for the benchmarks.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { root } from '../build.js';
import { serveStatic } from '../serve.js';

/**
 * Opens an empty page of dist/'s origin, gives it to `use`, closes all.
 *
 * @template T
 * @param {(page: import('@playwright/test').Page, url: string) => Promise<T>} use
 * @param {{ isolate?: boolean, dir?: string, without?: string }} [options] dir: another than dist/; without: serve.js's
 * @returns {Promise<T>}
 */
export async function inChromium(use, options) {
  const server = await serveStatic(options);
  const browser = await chromium.launch({
    executablePath: ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path)),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  try {
    // a page's service worker keeps the rest after the first photo could be done; it is no part of what is measured
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await page.goto(`${server.url}LICENSE.txt`);
    return await use(page, server.url);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * In a page: the sample enlarged to a photo of that size, with noise in place of
 * the detail that enlarging cannot bring, as JPEG of quality 90, kept as
 * globalThis.largePhoto. Its bytes.
 *
 * @param {{ base64: string, width: number, height: number }} what
 * @returns {Promise<number>}
 */
export async function enlarge({ base64, width, height }) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d context');
  context.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, width, height);
  const image = context.getImageData(0, 0, width, height);
  let seed = 1;
  for (let i = 0; i < image.data.length; i += 4) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    const noise = ((seed >>> 28) - 7.5) * 0.8;
    for (let c = 0; c < 3; c++) image.data[i + c] += noise;
  }
  context.putImageData(image, 0, 0);
  const file = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
  canvas.width = canvas.height = 1;
  /** @type {any} */ (globalThis).largePhoto = file;
  return file.size;
}

/** @param {number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : NaN;
}

/**
 * Photos to measure on: the shared samples when they are there (they are not
 * shipped), else the page's own sample.
 *
 * @returns {Promise<{ name: string, bytes: Buffer }[]>}
 */
export async function photos() {
  for (const folder of ['../shared/data/samples', 'web/samples']) {
    const dir = join(root, folder);
    if (!existsSync(dir)) continue;
    const names = (await readdir(dir)).filter((name) => /\.jpe?g$/.test(name)).sort();
    return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(dir, name)) })));
  }
  return [];
}

/**
 * A text table; the first row is the head.
 *
 * @param {(string | number)[][]} rows
 */
export function table(rows) {
  const text = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? (Math.abs(cell) >= 100 ? cell.toFixed(0) : cell.toFixed(2)) : cell)),
  );
  const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)));
  return text
    .map((row) =>
      row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  '),
    )
    .join('\n');
}
