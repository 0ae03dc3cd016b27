// Takes docs/media/hero.png, the picture of the README: the page in dist/ after
// it cut out its own sample. node tools/make-hero.js [out.png]
import { chromium } from '@playwright/test';
import { serveStatic } from './serve.js';

const out = process.argv[2] ?? 'docs/media/hero.png';
const { url, close } = await serveStatic();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1120, height: 720 }, reducedMotion: 'reduce' });
await page.goto(url);
await page.getByRole('button', { name: 'Try the sample' }).click();
await page.locator('background-remover[state=done] .meta', { hasText: 'PNG' }).waitFor({ timeout: 60_000 });
await page.mouse.click(5, 5);
await page.screenshot({ path: out });
await browser.close();
await close();
