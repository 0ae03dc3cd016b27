// npm run site: dist/ as a site of its own in build/site/, for any static host
// and any path on it. With -- --url https://host/cutaway/ the page also names
// its address, which link previews and search engines ask for; --without heif
// leaves a codec out (docs/guides/self-hosting.md).
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, dist, root, stageOffline } from './build.js';
import { contentSecurityPolicy } from './serve.js';

/** Shown under every path that is missing, from where no relative address leads to a file: it is all in itself. */
const missing = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Not here</title>
<style>
body { margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: center; gap: 24px; font: 18px/1.4 system-ui, sans-serif; color: #f3f8f5; background: #0d5346 }
h1 { margin: 0; font-size: 1.6rem } a { padding: 12px 20px; border-radius: 12px; font-weight: 600; color: #1b1a0f; background: #ffd54a; text-decoration: none }
a:focus-visible { outline: 3px solid #fff; outline-offset: 2px }
</style>
<h1>There is no such page.</h1>
<a href="HOME">To Cutaway</a>
</html>
`;

/** @param {string} text */
const attribute = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** Codecs that a site can do without: pictures that only they read are refused by name. */
const optional = ['avif', 'heif', 'jxl', 'tiff'];

/** @param {{ dir?: string, url?: string, without?: string[] }} [options] from a dist/ that is ready */
export function stageSite({ dir = join(root, 'build/site'), url, without = [] } = {}) {
  const unknown = without.find((name) => !optional.includes(name));
  if (unknown) throw new Error(`--without takes ${optional.join(', ')}, not ${unknown}`);
  const home = url && new URL('./', url).href;
  rmSync(dir, { recursive: true, force: true });
  cpSync(dist, dir, { recursive: true });
  for (const name of without) rmSync(join(dir, 'vendor', name), { recursive: true });
  cpSync(join(root, 'docs/media/card.png'), join(dir, 'card.png'));
  writeFileSync(join(dir, '.nojekyll'), ''); // GitHub Pages drops _md.js without it
  writeFileSync(join(dir, '404.html'), missing.replace('HOME', home ? attribute(home) : './'));

  const page = join(dir, 'index.html');
  const html = readFileSync(page, 'utf8');
  /** @param {string} name */
  const said = (name) =>
    new RegExp(`<${name}>(.+?)<|name="${name}" content="(.+?)"`).exec(html)?.slice(1).find(Boolean);
  const head = [
    // the promise, kept by the browser, on a host whose headers one cannot set
    `<meta http-equiv="Content-Security-Policy" content="${attribute(contentSecurityPolicy)}">`,
    `<meta property="og:title" content="${said('title')}">`,
    `<meta property="og:description" content="${said('description')}">`,
    '<meta property="og:type" content="website">',
    ...(home
      ? [
          `<link rel="canonical" href="${attribute(home)}">`,
          `<meta property="og:url" content="${attribute(home)}">`,
          `<meta property="og:image" content="${attribute(home)}card.png">`,
          '<meta name="twitter:card" content="summary_large_image">',
        ]
      : []),
  ];
  writeFileSync(page, html.replace('<meta charset="utf-8">', ['$&', ...head].join('\n')));
  stageOffline(dir);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { url: { type: 'string' }, without: { type: 'string', multiple: true } } });
  build();
  stageSite(values);
  process.stdout.write('build/site/ is ready: copy it to any static host (docs/guides/self-hosting.md)\n');
}
