// What engine c makes of a model, without a picture: for people who want to
// know why a model is slow, large or refused.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CEngine } from '../backends/c.js';
import { loadCore } from '../core/core.js';
import { CutawayError, failure } from '../core/errors.js';
import { compileBuilt, root } from './core.js';
import { fields } from './protobuf.js';

/** The manifest beside a model: same name with .json, else manifest.json, else none. @param {string} file */
async function manifestBeside(file) {
  for (const path of [file.replace(/(\.\w+)?$/, '.json'), join(dirname(file), 'manifest.json')]) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    try {
      const manifest = JSON.parse(text);
      if (Array.isArray(manifest.input.size)) return manifest;
    } catch {
      // said below
    }
    throw new CutawayError('bad_manifest', "The model's manifest is not valid.", {
      detail: `${path} says no input size.`,
      stage: 'load',
    });
  }
  return null;
}

/** @param {Uint8Array} bytes @param {number} wanted @returns {any[]} */
const all = (bytes, wanted) =>
  [...fields(bytes)].flatMap(({ number, wire, value, bytes: inner }) =>
    number === wanted ? [wire === 0 ? value : inner] : [],
  );

/**
 * Width and height of the first input that is no weight, as an ONNX file says
 * them: ModelProto.graph, GraphProto.input, ValueInfoProto.type, .tensor_type,
 * .shape, .dim, .dim_value.
 *
 * @param {Uint8Array} file
 * @returns {(number | undefined)[] | null} open where undefined; null: this is no ONNX file, or says nothing
 */
function statedSize(file) {
  try {
    const text = (/** @type {Uint8Array} */ name) => new TextDecoder().decode(name);
    const [graph] = all(file, 7);
    const weights = new Set(
      all(graph, 5)
        .flatMap((tensor) => all(tensor, 8))
        .map(text),
    );
    const input = all(graph, 11).find((info) => !weights.has(text(all(info, 1)[0])));
    const dims = [2, 1, 2].reduce((message, number) => all(message, number)[0], input);
    const sizes = all(dims, 1).map((dim) => all(dim, 1)[0]);
    return [sizes[3], sizes[2]].map((side) => (side > 0 && side < 2 ** 31 ? side : undefined)); // 0 and -1: open too
  } catch {
    return null;
  }
}

/**
 * The plan of engine c for a model.
 *
 * @param {string} model "base", or the path of an ONNX file
 * @param {{ size?: [number, number] }} [options] size: width and height of the input; default: of the manifest beside
 *   the file, else as the file says
 * @returns {Promise<string>} JSON: see cut_net_plan_json() in wasm/include/net.h
 * @throws {CutawayError} read_failed, bad_manifest, bad_model, unsupported_model, out_of_memory; bad_option: the size
 *   is open and was not said
 */
export async function planModel(model, { size } = {}) {
  const file = model === 'base' ? join(root, 'models/base/model.onnx') : model;
  const bytes = new Uint8Array(
    await readFile(file).catch((error) => {
      throw failure('read_failed', error.message, 'load');
    }),
  );
  const manifest = await manifestBeside(file);
  const sizes = size ?? manifest?.input.size ?? statedSize(bytes) ?? [1, 1]; // no ONNX file: the core says what is wrong
  const module = await compileBuilt('cutaway.wasm');
  const core = await loadCore(module);
  if (sizes.includes(undefined))
    throw core.error('bad_option', 'The model leaves the size of its input open: a size must be given.', 'load');
  const engine = new CEngine({ newCore: async () => core });
  await engine.load(bytes, { input: { size: sizes }, output: manifest?.output });
  return engine.plan;
}
