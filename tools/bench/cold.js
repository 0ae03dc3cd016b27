// Cold start on localhost: a fresh browser with an empty cache, from the
// import of the engine to the first cut-out of a 1-megapixel photo, by part;
// and the bytes of a first visit, file by file, as brotli would send them.
import { brotliCompressSync, constants } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dist } from '../build.js';
import { inChromium, median, photos, table } from './browser.js';

const runs = 5;

export async function benchCold() {
  const [photo] = await photos();
  const base64 = photo.bytes.toString('base64');
  /** @type {{ parts: Record<string, number>, files: string[] }[]} */
  const cold = [];
  for (let i = 0; i < runs; i++) {
    cold.push(
      await inChromium(async (page, url) => {
        /** @type {Set<string>} */
        const files = new Set();
        page.context().on('request', (request) => files.add(request.url()));
        await page.goto(url); // the page itself is part of the visit
        await page.waitForLoadState('networkidle');
        const parts = await page.evaluate(async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          const canvas = new OffscreenCanvas(1152, 864);
          canvas.getContext('2d')?.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, 1152, 864);
          const file = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
          const start = performance.now();
          const { removeBackground } = await import(/** @type {any} */ ('/engine/index.js'));
          const imported = performance.now();
          const { report } = await removeBackground(file);
          const first = performance.now();
          const { report: warm } = await removeBackground(file);
          return {
            import: imported - start,
            ...report.timings_ms,
            first_result: first - start,
            warm_result: warm.timings_ms.total,
          };
        }, base64);
        return {
          parts,
          files: [...files].filter((file) => file.startsWith(url)).map((file) => file.slice(url.length)),
        };
      }),
    );
  }
  const names = Object.keys(cold[0].parts);
  const parts = Object.fromEntries(names.map((name) => [name, median(cold.map((run) => run.parts[name]))]));
  const files = await Promise.all(
    [...new Set(cold[0].files.map((file) => file.replace(/[?#].*/, '') || 'index.html'))].map(async (name) => {
      const bytes = await readFile(join(dist, name)).catch(() => Buffer.alloc(0));
      const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
      return { name, bytes: bytes.length, brotli: packed.length };
    }),
  );
  const brotli = files.reduce((sum, file) => sum + file.brotli, 0);
  return {
    result: { runs, parts_ms: parts, files, first_visit_brotli_bytes: brotli },
    text: `${table([['part', 'ms'], ...Object.entries(parts)])}\n\n${table([
      ['file of a first visit', 'bytes', 'brotli'],
      ...files
        .filter(({ bytes }) => bytes)
        .sort((a, b) => b.brotli - a.brotli)
        .map((f) => [f.name, f.bytes, f.brotli]),
      ['all', files.reduce((sum, file) => sum + file.bytes, 0), brotli],
    ])}`,
  };
}
