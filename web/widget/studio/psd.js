// A result as layers, for Photoshop, Affinity, Krita, GIMP and Photopea: the
// cut-out, the photo with the matte as its mask, and what lies behind. Loaded
// when somebody asks for it; the file is written in a worker of its own.

/**
 * @typedef {import('./queue.js').Engine} Engine
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('./queue.js').Options} Options
 * @typedef {{ width: number, height: number, data: Uint8ClampedArray }} Pixels straight RGBA
 */

/** More than any side. */
const whole = 30000;

/**
 * The layers, from below, and the picture that they make.
 *
 * @param {{ cutout: Pixels, photo: Pixels, background?: Pixels }} parts of one size
 * @param {{ cutout: string, photo: string, background: string }} names
 */
export function layersOf({ cutout, photo, background }, names) {
  const { width, height } = cutout;
  const count = width * height * 4;
  const matte = { width, height, data: new Uint8ClampedArray(count) };
  const seen = { width, height, data: cutout.data };
  if (background) seen.data = new Uint8ClampedArray(count);
  for (let i = 0; i < count; i += 4) {
    const alpha = cutout.data[i + 3];
    matte.data.fill(alpha, i, i + 3);
    matte.data[i + 3] = 255;
    if (!background) continue;
    for (let c = 0; c < 3; c++)
      seen.data[i + c] = (cutout.data[i + c] * alpha + background.data[i + c] * (255 - alpha)) / 255;
    seen.data[i + 3] = alpha + (background.data[i + 3] * (255 - alpha)) / 255;
  }
  const mask = { left: 0, top: 0, right: width, bottom: height, defaultColor: 0, imageData: matte };
  return {
    width,
    height,
    imageData: seen,
    children: [
      ...(background ? [{ name: names.background, imageData: background }] : []),
      { name: names.photo, imageData: photo, mask, hidden: true },
      { name: names.cutout, imageData: cutout },
    ],
  };
}

/** A matte of nothing at all. @param {number} width @param {number} height */
async function nothing(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d', { alpha: false });
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * @param {Engine} engine
 * @param {Item} item done
 * @param {object} common options of every run
 * @param {Options} options in force: of them background and edges count
 * @param {{ cutout: string, photo: string, background: string }} names
 * @returns {Promise<Blob>}
 */
export async function makePsd(engine, item, common, options, names) {
  const photo = /** @type {Blob} */ (item.photo);
  const { background, fit, shift, feather, smooth, holes, decontaminate } = /** @type {any} */ (options);
  const preview = await engine.preview?.(photo, { ...common, matte: item.matte });
  if (!preview || !engine.convert) throw new Error('This engine makes no layers.');
  try {
    const edges = { shift, feather, smooth, holes, decontaminate };
    const cutout = await preview.show({ background: 'transparent', ...edges }, whole);
    const { width, height } = cutout;
    const [{ blob: plain }, behind] = await Promise.all([
      engine.convert(photo, { format: 'png' }),
      background === 'transparent'
        ? undefined
        : nothing(width, height).then((matte) =>
            engine.removeBackground(photo, { ...common, matte, background, fit, format: 'png' }),
          ),
    ]);
    return await write({ cutout: { data: cutout.data, width, height }, photo: plain, background: behind?.blob, names });
  } finally {
    void preview.close();
  }
}

/**
 * @param {{ cutout: Pixels, photo: Blob, background?: Blob, names: object }} parts
 * @returns {Promise<Blob>}
 */
function write(parts) {
  const worker = new Worker(new URL('./psd-worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) =>
      data.error
        ? reject(new Error(data.error))
        : resolve(new Blob([data.bytes], { type: 'image/vnd.adobe.photoshop' }));
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(parts, [/** @type {ArrayBuffer} */ (parts.cutout.data.buffer)]);
  }).finally(() => worker.terminate());
}
