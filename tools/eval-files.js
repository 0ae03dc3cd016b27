// Pictures, masks and answers of npm run eval, as files.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadCore } from '../web/engine/core/core.js';
import { compileBuilt } from '../web/engine/node/core.js';
import { webpCodec } from '../web/engine/core/codecs/webp.js';

const isPicture = /\.(jpe?g|png|webp|bmp|gif)$/i;

/** @typedef {{ name: string, image: string, mask: string }} Pair */

/**
 * Photos and masks of the same stem, in order of name.
 *
 * @param {string} images
 * @param {string} masks
 * @returns {{ pairs: Pair[], alone: string[] }} alone: photos without a mask
 */
export function paired(images, masks) {
  const files = (/** @type {string} */ dir) =>
    readdirSync(dir)
      .filter((name) => isPicture.test(name))
      .sort();
  const byStem = new Map(
    files(masks)
      .reverse()
      .map((name) => [parse(name).name, name]),
  );
  /** @type {Pair[]} */ const pairs = [];
  /** @type {string[]} */ const alone = [];
  for (const name of files(images)) {
    const mask = byStem.get(parse(name).name);
    if (mask) pairs.push({ name, image: join(images, name), mask: join(masks, mask) });
    else alone.push(name);
  }
  return { pairs, alone };
}

/**
 * @template T
 * @param {T[]} list
 * @param {number} count at most so many, evenly spread, the first among them
 */
export const spread = (list, count) =>
  list.length <= count ? list : Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]);

/** Pictures as the engine reads them: upright, straight RGBA. */
export async function createDecoder() {
  const core = await loadCore(await compileBuilt('cutaway.wasm'));
  const folder = dirname(createRequire(import.meta.url).resolve('@jsquash/webp/package.json'));
  const webp = webpCodec({
    module: (path) => import(pathToFileURL(join(folder, path)).href),
    wasm: async (path) => WebAssembly.compile(await readFile(join(folder, path))),
  });
  /** @param {Uint8Array} bytes */
  return async (bytes) => {
    const job = core.newJob();
    try {
      // a job whose matte is 1 everywhere gives the pixels back as they are
      job.manifest({ input: { size: [1, 1], mean: [0, 0, 0], std: [1, 1, 1] }, output: { kind: 'alpha' } });
      if (!job.picture('decode', bytes)) job.picturePixels('decode', await webp.decode(bytes), bytes);
      job.prepare();
      job.matte({ data: new Float32Array([1]), width: 1, height: 1 });
      for (const stage of ['refine', 'foreground', 'compose']) job.step(stage, stage);
      return job.pixels();
    } finally {
      job.free();
    }
  };
}

/**
 * A mask's values: its alpha where it has any, else its red channel (grey has
 * three alike).
 *
 * @param {{ data: Uint8ClampedArray }} picture
 */
export function maskPlane({ data }) {
  let channel = 0;
  for (let i = 3; i < data.length && !channel; i += 4) if (data[i] < 255) channel = 3;
  const plane = new Float32Array(data.length / 4);
  for (let i = 0; i < plane.length; i++) plane[i] = data[4 * i + channel] / 255;
  return plane;
}

/** One line every tenth of the way. @param {number} done @param {number} all */
export function tellProgress(done, all) {
  if (done === all || Math.floor((10 * done) / all) > Math.floor((10 * (done - 1)) / all)) {
    process.stderr.write(`${done} of ${all} photos\n`);
  }
}

/** What went wrong with a picture, in a line. @param {unknown} error */
export function told(error) {
  const { message, detail } = /** @type {{ message: string, detail?: string }} */ (error);
  return detail ? `${message} ${detail}` : message;
}

/** A model as it is asked for: a name or an address as it is, otherwise a file, as the command line has it. @param {string | undefined} model */
export const modelOf = (model) =>
  model === undefined || /^([\w-]+$|https?:)/.test(model) ? model : pathToFileURL(model).href;
