// What a worker cannot do: an <img>, the one place where browsers draw SVG. A
// picture in it runs no script and loads nothing.
//
//   ← {type: 'draw', key, blob}          from the worker
//   → {type: 'drawn', key, bitmap}       null: it is none that the browser shows

/** @typedef {import('../backends/ort.js').WorkerLike} WorkerLike */

/** A drawing that says only its proportions gets a size, without which a browser makes no bitmap of it. @param {Blob} blob */
async function sized(blob) {
  const svg = new DOMParser().parseFromString(await blob.text(), 'image/svg+xml').documentElement;
  const [, , width, height] = (svg.getAttribute('viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (!(width > 0 && height > 0)) return null;
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: blob.type });
}

/** @param {Blob} blob @param {boolean} [isSized] @returns {Promise<ImageBitmap | null>} */
async function draw(blob, isSized = false) {
  if (typeof Image === 'undefined') return null; // the engine of a worker
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const bitmap = await createImageBitmap(image).catch(() => null);
    const again = !bitmap && !isSized && blob.type === 'image/svg+xml' ? await sized(blob) : null;
    return again ? await draw(again, true) : bitmap;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The same worker, which is drawn for. @param {WorkerLike} worker @returns {WorkerLike} */
export const drawsFor = (worker) => ({
  ...worker,
  listen: (onMessage, onCrash) =>
    worker.listen(async (message) => {
      if (message.type !== 'draw') return onMessage(message);
      const bitmap = await draw(message.blob);
      return worker.postMessage(
        { type: 'drawn', key: message.key, bitmap },
        bitmap ? [/** @type {any} */ (bitmap)] : [],
      );
    }, onCrash),
});
