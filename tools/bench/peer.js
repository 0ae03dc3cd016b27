// What the peers do around their inference: canvas calls and plain JavaScript,
// as @imgly/background-removal 1.7 does it (decode by the browser, 2-tap
// bilinear to the model's size, bilinear mask, alpha overwritten, canvas PNG).
// Runs inside the page; no foreground colours, no edge refinement, no ICC.

/**
 * @param {Blob} file a photo
 * @param {number} side of the model's input, pixels
 * @param {Float32Array} map [side][side], 0..1: what the model would answer
 * @returns {Promise<{ times: Record<string, number>, bytes: number }>} ms by stage
 */
export async function peerCutOut(file, side, map) {
  /** @type {Record<string, number>} */
  const times = {};
  let last = performance.now();
  /** @param {string} stage */
  const lap = (stage) => {
    const now = performance.now();
    times[stage] = now - last;
    last = now;
  };

  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext('2d', { willReadFrequently: true })
  );
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, width, height);
  bitmap.close();
  lap('decode');

  const tensor = new Float32Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    const fy = Math.max(0, ((y + 0.5) * height) / side - 0.5);
    const y0 = Math.floor(fy),
      y1 = Math.min(y0 + 1, height - 1),
      dy = fy - y0;
    for (let x = 0; x < side; x++) {
      const fx = Math.max(0, ((x + 0.5) * width) / side - 0.5);
      const x0 = Math.floor(fx),
        x1 = Math.min(x0 + 1, width - 1),
        dx = fx - x0;
      for (let c = 0; c < 3; c++) {
        const a = image.data[(y0 * width + x0) * 4 + c],
          b = image.data[(y0 * width + x1) * 4 + c];
        const d = image.data[(y1 * width + x0) * 4 + c],
          e = image.data[(y1 * width + x1) * 4 + c];
        tensor[(c * side + y) * side + x] =
          ((a * (1 - dx) + b * dx) * (1 - dy) + (d * (1 - dx) + e * dx) * dy - 128) / 256;
      }
    }
  }
  lap('prepare');

  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const fy = Math.min(side - 1, Math.max(0, ((y + 0.5) * side) / height - 0.5));
    const y0 = Math.floor(fy),
      y1 = Math.min(y0 + 1, side - 1),
      dy = fy - y0;
    for (let x = 0; x < width; x++) {
      const fx = Math.min(side - 1, Math.max(0, ((x + 0.5) * side) / width - 0.5));
      const x0 = Math.floor(fx),
        x1 = Math.min(x0 + 1, side - 1),
        dx = fx - x0;
      const top = map[y0 * side + x0] * (1 - dx) + map[y0 * side + x1] * dx;
      const low = map[y1 * side + x0] * (1 - dx) + map[y1 * side + x1] * dx;
      mask[y * width + x] = (top * (1 - dy) + low * dy) * 255;
    }
  }
  lap('refine');

  for (let i = 0; i < width * height; i++) image.data[i * 4 + 3] = mask[i];
  context.putImageData(image, 0, 0);
  lap('compose');

  const blob = await canvas.convertToBlob({ type: 'image/png' });
  lap('encode');
  return { times, bytes: blob.size };
}
