// Writes one PSD: what psd.js sends, as a file.
import { layersOf } from './psd.js';

/** @param {Blob} blob opaque, so that a canvas gives its colours back as they are */
async function pixelsOf(blob) {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
  const { width, height } = bitmap;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  );
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

self.onmessage = async ({ data: { cutout, photo, background, names } }) => {
  try {
    // a script of before modules: it leaves a global
    await import(new URL('../../vendor/psd/dist/bundle.js', import.meta.url).href);
    const { writePsd } = /** @type {any} */ (self).agPsd;
    const parts = { cutout, photo: await pixelsOf(photo), background: background && (await pixelsOf(background)) };
    const bytes = writePsd(layersOf(parts, names), { generateThumbnail: false, noBackground: true });
    self.postMessage({ bytes }, { transfer: [bytes] });
  } catch (error) {
    self.postMessage({ error: String(/** @type {Error} */ (error).message ?? error) });
  }
};
