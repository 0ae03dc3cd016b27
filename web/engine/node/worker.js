// The composition root in Node, run in a worker thread: the same pipeline on
// the same wasm, with files in place of fetches.
import { createHash } from 'node:crypto';
import { existsSync, readlinkSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, homedir, setPriority } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { CEngine } from '../backends/c.js';
import { OrtEngine } from '../backends/ort.js';
import { colourEngine } from '../core/codecs/cms.js';
import { codecsOf, packages } from '../core/codecs/codecs.js';
import { modelLoader } from '../core/models.js';
import { openCore } from '../core/variants.js';
import { hostJobs } from '../core/worker-host.js';
import { compileBuilt, root } from './core.js';
import { openThread } from './spawn.js';

const require = createRequire(import.meta.url);

const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cutaway');
/** @param {string} key */
const cacheFile = (key) => join(cacheDir, createHash('sha256').update(key).digest('hex').slice(0, 32));

/** Models that were downloaded, as files; written under another name first. */
const cache = {
  /** @param {string} key */
  async get(key) {
    try {
      const bytes = new Uint8Array(await readFile(cacheFile(key)));
      const validator = await readFile(`${cacheFile(key)}.validator`, 'utf8').catch(() => undefined);
      return { bytes, validator };
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {import('../core/models.js').Entry} entry */
  async put(key, { bytes, validator }) {
    if (key.startsWith('file:')) return;
    try {
      await mkdir(cacheDir, { recursive: true });
      await writeFile(`${cacheFile(key)}.${process.pid}`, bytes);
      if (validator) await writeFile(`${cacheFile(key)}.validator`, validator);
      await rename(`${cacheFile(key)}.${process.pid}`, cacheFile(key));
    } catch {
      // a cache that cannot be written costs a download, nothing more
      await rm(`${cacheFile(key)}.${process.pid}`, { force: true });
    }
  },
  /** @param {string} key */
  async delete(key) {
    await rm(cacheFile(key), { force: true });
    await rm(`${cacheFile(key)}.validator`, { force: true });
  },
};

/** fetch, with file: URLs read from disk. @param {string} url @param {RequestInit} [init] */
async function fetchAny(url, init) {
  if (!url.startsWith('file:')) return fetch(url, init);
  try {
    return new Response(/** @type {any} */ (await readFile(new URL(url))));
  } catch (error) {
    return new Response(String(error), { status: 404 });
  }
}

const ortFile = () => require.resolve('onnxruntime-web/wasm').replace(/[^/]+$/, 'ort.wasm.min.mjs');
/** The files of a codec's package, wherever npm has put it. @param {keyof typeof packages} name @returns {import('../core/codecs/package.js').Files} */
const packageFiles = (name) => {
  const places = (require.resolve.paths(packages[name]) ?? []).map((folder) => join(folder, packages[name]));
  /** @param {string} path */
  const file = (path) => join(places.find((folder) => existsSync(folder)) ?? packages[name], path);
  return {
    module: async (path) => import(pathToFileURL(file(path)).href),
    wasm: async (path) => WebAssembly.compile(await readFile(file(path))),
  };
};

/** @param {() => Promise<import('../core/core.js').Core>} newCore @returns {Record<string, () => Promise<any>>} */
const engines = (newCore) => ({
  c: async () => new CEngine({ newCore }),
  ort: async () => {
    const ort = pathToFileURL(ortFile());
    const [mjs, wasm] = ['mjs', 'wasm'].map((ending) => new URL(`ort-wasm-simd-threaded.${ending}`, ort).href);
    return new OrtEngine({
      spawn: () => openThread(new URL('../backends/ort-worker.js', import.meta.url)),
      ort: ort.href,
      wasm: { mjs, wasm },
      threads: 1,
    });
  },
});

// A thread of Linux has a priority of its own, under the number that the system knows it by.
if (workerData?.niceness && process.platform === 'linux')
  setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), workerData.niceness);

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
hostJobs(
  {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (handler) => port.on('message', handler),
  },
  async (maxThreads = 1) => {
    const { core, newCore } = await openCore({
      threads: Math.min(maxThreads, availableParallelism()),
      exact: true, // the shell's files are the same on every machine
      compile: compileBuilt,
      spawnHelper: () => openThread(new URL('./helper.js', import.meta.url)),
    });
    /** @param {string} name of a bundled model */
    const loader = (name) =>
      modelLoader(
        {
          fetch: fetchAny,
          cache,
          digest: async (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
          base: pathToFileURL(join(root, 'models', name, 'manifest.json')).href,
          known: pathToFileURL(join(root, 'models/known.json')).href,
        },
        engines(newCore),
      );
    return {
      core,
      newCore,
      loadModel: loader('base'),
      loadDetail: loader('detail'),
      loadPick: loader('pick'),
      toSrgb: colourEngine(() => compileBuilt('cms.wasm')),
      ...codecsOf(packageFiles),
    };
  },
);
