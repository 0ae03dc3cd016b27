// Peak wasm heap at 12 megapixels, the model's 11 MB included, and whether the heap
// stays flat over 50 pictures in one worker.
import { inChromium, photos, table } from './browser.js';

export async function benchMemory() {
  const [photo] = await photos();
  const result = await inChromium((page) =>
    page.evaluate(
      async ({ base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        /** @param {number} width @param {number} height */
        const sized = async (width, height) => {
          const canvas = new OffscreenCanvas(width, height);
          canvas.getContext('2d')?.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, width, height);
          return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
        };
        const { removeBackground } = await import(/** @type {any} */ ('/engine/index.js'));
        const small = await sized(1632, 1224);
        /** @type {number[]} */
        const heaps = [];
        for (let i = 0; i < 50; i++) heaps.push((await removeBackground(small)).report.peak_heap_bytes);
        const { report } = await removeBackground(await sized(4000, 3000));
        return { heaps, peak_12mp: report.peak_heap_bytes, ratio_12mp: report.peak_heap_bytes / (4000 * 3000 * 4) };
      },
      { base64: photo.bytes.toString('base64') },
    ),
  );
  const settled = result.heaps.slice(2);
  const drift = Math.max(...settled) - Math.min(...settled);
  return {
    result: { ...result, drift_bytes: drift },
    text: table([
      ['', 'MB', 'goal'],
      ['peak at 12 MP', result.peak_12mp / 1e6, '<= 240'],
      ['peak / RGBA at 12 MP', result.ratio_12mp, '<= 5'],
      ['drift over 50 pictures of 2 MP', drift / 1e6, '<= 1'],
    ]),
  };
}
