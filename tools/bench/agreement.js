// How far the arithmetics of engine c are from ONNX Runtime on photos, and
// what that does to the matte's quality: the bundled model over 200 photos of
// ECSSD (../shared/data; without it the measurement is skipped by name).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadCore } from '../../web/engine/core/core.js';
import { CEngine } from '../../web/engine/backends/c.js';
import { webpCodec } from '../../web/engine/core/codecs/webp.js';
import { root } from '../build.js';
import { table } from './browser.js';

const folder = join(root, '../shared/data/eval/ecssd');
const count = 200;
const require = createRequire(import.meta.url);

/** @typedef {(input: Float32Array) => Promise<Float32Array>} Run a model's map for its input */

/** @param {string} dir @returns {string[]} */
const listed = (dir) =>
  readdirSync(dir)
    .sort()
    .map((name) => join(dir, name));

/** Mean |map - mask|, and the overlap at 0.5. @param {Float32Array} map @param {Float32Array} mask */
function quality(map, mask) {
  let difference = 0,
    both = 0,
    either = 0;
  for (let i = 0; i < mask.length; i++) {
    difference += Math.abs(map[i] - mask[i]);
    const is = map[i] >= 0.5,
      should = mask[i] >= 0.5;
    if (is && should) both++;
    if (is || should) either++;
  }
  return { mae: difference / mask.length, iou: either ? both / either : 1 };
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export async function benchAgreement() {
  if (!existsSync(folder)) return { result: null, text: `skipped: ${folder} is missing` };
  const model = new Uint8Array(readFileSync(join(root, 'models/base/model.onnx')));
  const manifest = JSON.parse(readFileSync(join(root, 'models/base/manifest.json'), 'utf8'));
  const [width, height] = manifest.input.size;
  const module = await WebAssembly.compile(readFileSync(join(root, 'build/wasm/cutaway.wasm')));
  const core = await loadCore(module);
  const webpDir = dirname(require.resolve('@jsquash/webp/package.json'));
  const webp = webpCodec({
    module: (path) => import(pathToFileURL(join(webpDir, path)).href),
    wasm: async (path) => WebAssembly.compile(readFileSync(join(webpDir, path))),
  });
  /** The model's input for a file. @param {string} file @param {any} spec manifest */
  const prepared = async (file, spec) => {
    const job = core.newJob();
    try {
      const bytes = readFileSync(file);
      job.manifest(spec);
      if (!job.picture('decode', bytes)) job.picturePixels('decode', await webp.decode(bytes), bytes);
      return job.prepare().data;
    } finally {
      job.free();
    }
  };
  const plain = { ...manifest, input: { ...manifest.input, mean: [0, 0, 0], std: [1, 1, 1] } };

  const ort = await import(
    pathToFileURL(require.resolve('onnxruntime-web/wasm').replace(/[^/]+$/, 'ort.wasm.min.mjs')).href
  );
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model);
  /** @type {Record<string, Run>} */
  const engines = {
    ort: async (data) =>
      (await session.run({ [manifest.input.name]: new ort.Tensor('float32', data, [1, 3, height, width]) }))[
        manifest.output.name
      ].data,
  };
  for (const arithmetic of /** @type {const} */ (['f32', 'i16'])) {
    const engine = new CEngine({ newCore: () => loadCore(module), arithmetic });
    await engine.load(model, manifest);
    engines[arithmetic] = async (data) => (await engine.run({ data, width, height })).data;
  }

  const names = Object.keys(engines);
  /** @type {Record<string, { max: number[], mean: number[], mae: number[], iou: number[] }>} */
  const found = Object.fromEntries(names.map((name) => [name, { max: [], mean: [], mae: [], iou: [] }]));
  const images = listed(join(folder, 'images')),
    masks = listed(join(folder, 'masks'));
  const photos = Math.min(count, images.length);
  for (let k = 0; k < photos; k++) {
    const i = Math.floor((k * images.length) / photos);
    const input = await prepared(images[i], manifest);
    const mask = (await prepared(masks[i], plain)).subarray(0, width * height);
    const want = await engines.ort(input.slice());
    for (const name of names) {
      const map = name === 'ort' ? want : await engines[name](input);
      let max = 0,
        sum = 0;
      for (let at = 0; at < map.length; at++) {
        const difference = Math.abs(map[at] - want[at]);
        max = Math.max(max, difference);
        sum += difference;
      }
      found[name].max.push(max);
      found[name].mean.push(sum / map.length);
      const { mae, iou } = quality(map, mask);
      found[name].mae.push(mae);
      found[name].iou.push(iou);
    }
  }
  const result = Object.fromEntries(
    names.map((name) => [
      name,
      {
        photos,
        max_abs_diff: Math.max(...found[name].max),
        mean_abs_diff: mean(found[name].mean),
        mae: mean(found[name].mae),
        iou: mean(found[name].iou),
      },
    ]),
  );
  return {
    result,
    text: `${photos} photos of ECSSD, the model's map at ${width} x ${height}\n${table([
      ['', 'max |diff|', 'mean |diff|', 'MAE', 'IoU at 0.5'],
      ...names.map((name) => [
        name,
        result[name].max_abs_diff.toExponential(1),
        result[name].mean_abs_diff.toExponential(1),
        result[name].mae.toFixed(5),
        result[name].iou.toFixed(5),
      ]),
    ])}`,
  };
}
