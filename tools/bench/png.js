// PNG encoding in wasm against stb_image_write in the same wasm, on a cut-out
// and on the whole photo with noise.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile, root } from '../build.js';
import { median, photos, table } from './browser.js';
import { readPng } from '../../tests/js/pictures.js';
import { createNodeEngine } from '../../web/engine/node.js';

const runs = 5;

/** @typedef {{ width: number, height: number, cutaway_ms: number, stb_ms: number, cutaway_bytes: number, stb_bytes: number }} Row */

export async function benchPng() {
  compile('wasm', 'bench_png');
  const list = await photos();
  const photo = list.find(({ name }) => /cat|duck/.test(name)) ?? list[0];
  const { instance } = await WebAssembly.instantiate(await readFile(join(root, 'build/wasm/bench_png.wasm')), {
    env: { emscripten_notify_memory_growth() {} },
  });
  const wasm = /** @type {any} */ (instance.exports);
  wasm._initialize?.();
  const engine = createNodeEngine();
  /** @type {Record<string, Row>} */
  const result = {};
  try {
    const file = new Blob([/** @type {BlobPart} */ (photo.bytes)]);
    const pictures = {
      cutout: (await engine.removeBackground(file)).blob,
      photo: (await engine.convert(file, { format: 'png' })).blob,
    };
    for (const [name, blob] of Object.entries(pictures)) {
      const { width, height, rgba } = readPng(new Uint8Array(await blob.arrayBuffer()));
      const at = wasm.cut_buffer_new(rgba.length);
      new Uint8Array(wasm.memory.buffer).set(rgba, at);
      /** @param {'bench_cutaway' | 'bench_stb'} encode */
      const measure = (encode) => {
        const times = [];
        let bytes = wasm[encode](at, width, height); // warm
        for (let i = 0; i < runs; i++) {
          const from = performance.now();
          bytes = wasm[encode](at, width, height);
          times.push(performance.now() - from);
        }
        return { ms: median(times), bytes };
      };
      const [ours, theirs] = [measure('bench_cutaway'), measure('bench_stb')];
      wasm.cut_buffer_free(at);
      result[name] = {
        width,
        height,
        cutaway_ms: ours.ms,
        stb_ms: theirs.ms,
        cutaway_bytes: ours.bytes,
        stb_bytes: theirs.bytes,
      };
    }
  } finally {
    engine.dispose();
  }
  return {
    result: { photo: photo.name, ...result },
    text: `goal: 3 times as fast at no more bytes\n${table([
      ['picture', 'MP', 'cutaway ms', 'stb ms', 'times', 'MP/s', 'cutaway bytes', 'stb bytes'],
      ...Object.entries(result).map(([name, row]) => [
        name,
        (row.width * row.height) / 1e6,
        row.cutaway_ms,
        row.stb_ms,
        row.stb_ms / row.cutaway_ms,
        (row.width * row.height) / row.cutaway_ms / 1000,
        row.cutaway_bytes,
        row.stb_bytes,
      ]),
    ])}`,
  };
}
