// The composition root in a browser: the only file that puts the wasm, ONNX
// Runtime, the codecs and the models together; assets.js knows where they lie.
import { CEngine } from '../backends/c.js';
import { OrtEngine } from '../backends/ort.js';
import { colourEngine } from '../core/codecs/cms.js';
import { codecsOf } from '../core/codecs/codecs.js';
import { failure } from '../core/errors.js';
import { modelLoader } from '../core/models.js';
import { openCore } from '../core/variants.js';
import { hostJobs } from '../core/worker-host.js';
import { at, has, load } from './assets.js';
import { browserCodec } from './browser-codec.js';
import { openWorker } from './open-worker.js';

/** Models in the Cache API; where there is none (no secure context) or it is refused (a sandboxed frame), nothing is kept. */
const open = async () => {
  try {
    return await globalThis.caches?.open('cutaway-models-1');
  } catch {
    return undefined;
  }
};
const cache = {
  /** @param {string} key */
  async get(key) {
    const found = await (await open())?.match(keyUrl(key));
    return found
      ? {
          bytes: new Uint8Array(await found.arrayBuffer()),
          validator: found.headers.get('x-validator') ?? undefined,
        }
      : null;
  },
  /** @param {string} key @param {import('../core/models.js').Entry} entry */
  async put(key, { bytes, validator }) {
    try {
      const headers = validator ? { 'x-validator': validator } : undefined;
      await (await open())?.put(keyUrl(key), new Response(/** @type {any} */ (bytes), { headers }));
    } catch {
      // no room: the model is used all the same, and fetched again next time
    }
  },
  /** @param {string} key */
  async delete(key) {
    await (await open())?.delete(keyUrl(key));
  },
};

/** Cache keys are URLs without a fragment. @param {string} key */
const keyUrl = (key) => key.replace('#', '?digest=');

/**
 * Several workers, or tabs, that want one model: the first fetches it.
 *
 * @template T
 * @param {string} name @param {() => Promise<T>} task @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
async function alone(name, task, signal) {
  let begun = false;
  try {
    return await navigator.locks.request(`cutaway ${name}`, { signal }, () => {
      begun = true;
      return task();
    });
  } catch (error) {
    if (begun || signal?.aborted) throw error;
    return task(); // no locks here: no secure context, or a sandbox
  }
}

/** @param {'sha256' | 'md5'} algorithm @param {Uint8Array} bytes */
async function digest(algorithm, bytes) {
  if (algorithm === 'sha256' && globalThis.crypto?.subtle) {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {BufferSource} */ (bytes)));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  const [{ sha256 }, { md5 }, { bytesToHex }] = await Promise.all(
    ['sha2', 'legacy', 'utils'].map((name) => load(`vendor/noble/${name}.js`)),
  );
  return bytesToHex((algorithm === 'md5' ? md5 : sha256)(bytes));
}

/** Threads need shared memory; on iOS they hang even then (onnxruntime#11679). */
function threads() {
  const { userAgent, maxTouchPoints = 0, hardwareConcurrency = 1 } = /** @type {any} */ (navigator);
  const iOS = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  return globalThis.crossOriginIsolated && !iOS ? Math.min(4, hardwareConcurrency) : 1;
}

const spawnHelper = () =>
  openWorker(() => new Worker(new URL('./helper.js', import.meta.url), { type: 'module' }), './helper.js');

const spawnOrt = () =>
  openWorker(
    () => new Worker(new URL('../backends/ort-worker.js', import.meta.url), { type: 'module' }),
    '../backends/ort-worker.js',
  );

/** @param {() => Promise<import('../core/core.js').Core>} newCore @returns {Record<string, () => Promise<any>>} */
const engines = (newCore) => ({
  c: async () => new CEngine({ newCore }),
  ort: async () =>
    new OrtEngine({
      spawn: spawnOrt,
      ort: at('vendor/ort/ort.wasm.min.mjs'),
      wasm: { mjs: at('vendor/ort/ort-wasm-simd-threaded.mjs'), wasm: at('vendor/ort/ort-wasm-simd-threaded.wasm') },
      threads: threads(),
      standby: true,
    }),
});

/** compileStreaming refuses bytes from a host that does not know the type of .wasm. @param {Response} response */
const compile = async (response) =>
  response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());

/** @param {string} path in dist/ @returns {Promise<Response>} */
async function fetched(path) {
  const response = await fetch(at(path));
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response;
}

/** Pictures that the page draws for this worker (draw.js), by key. @type {Map<number, (bitmap: ImageBitmap | null) => void>} */
const drawing = new Map();
let lastKey = 0;

/** @param {Blob} blob @returns {Promise<ImageBitmap | null>} */
const draw = (blob) =>
  new Promise((resolve) => {
    drawing.set(++lastKey, resolve);
    self.postMessage({ type: 'draw', key: lastKey, blob });
  });

hostJobs(
  {
    post: (message, transfer = []) => self.postMessage(message, { transfer }),
    listen: (handler) => {
      self.onmessage = ({ data }) => {
        if (data.type !== 'drawn') return handler(data);
        drawing.get(data.key)?.(data.bitmap);
        return drawing.delete(data.key);
      };
    },
  },
  async (maxThreads = Infinity) => {
    const { core, newCore } = await openCore({
      threads: Math.min(maxThreads, threads()),
      has,
      compile: async (file) => {
        const response = await fetch(at(file));
        if (!response.ok) throw failure('engine_unavailable', `${file}: HTTP ${response.status}`, 'load');
        return compile(response);
      },
      spawnHelper,
    });
    /** @param {string} manifest @param {string} model the bundled one */
    const loader = (manifest, model) =>
      modelLoader(
        {
          fetch: (url, init) => fetch(url, init),
          cache,
          alone,
          digest,
          base: at(manifest),
          model: at(model),
          known: at('models/known.json'),
        },
        engines(newCore),
      );
    return {
      core,
      newCore,
      loadModel: loader('models/base/manifest.json', 'models/base/model.onnx'),
      loadDetail: loader('models/detail/manifest.json', 'models/detail/model.onnx'),
      loadPick: loader('models/pick/manifest.json', 'models/pick/model.onnx'),
      toSrgb: colourEngine(async () => compile(await fetched('cms.wasm'))),
      ...codecsOf(
        (name) => ({
          module: (path) => load(`vendor/${name}/${path}`),
          wasm: async (path) => compile(await fetched(`vendor/${name}/${path}`)),
        }),
        [browserCodec(draw)],
      ),
    };
  },
);
