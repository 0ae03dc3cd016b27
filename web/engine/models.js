// From what a caller calls a model to bytes that can be trusted: manifest,
// download with resume, size and hash check, cache. A failure is never kept;
// what arrived before one is, and the next try goes on from there.
import { CutawayError, failure, throwIfAborted } from './errors.js';

/**
 * @typedef {{ bytes: Uint8Array, validator?: string }} Entry  validator: ETag or Last-Modified of a part
 * @typedef {{ get: (key: string) => Promise<Entry | null>, put: (key: string, entry: Entry) => Promise<void>,
 *   delete: (key: string) => Promise<void> }} Cache
 *
 * @typedef {object} Io what differs between a browser and Node
 * @property {(url: string, init?: RequestInit) => Promise<Response>} fetch
 * @property {Cache} cache
 * @property {(algorithm: 'sha256' | 'md5', bytes: Uint8Array) => Promise<string>} digest lower-case hex
 * @property {string} base URL of models/base/manifest.json
 * @property {string} known URL of models/known.json
 *
 * @typedef {{ signal?: AbortSignal, onProgress?: (loaded: number, total: number) => void }} More
 * @typedef {{ name: string, version?: string, manifest: any, bytes: Uint8Array }} Model
 */

/** @param {string} detail */
const badManifest = (detail) =>
  new CutawayError('bad_manifest', "The model's manifest is not valid.", { detail, stage: 'load' });

/**
 * @param {Io} io
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
async function fetchJson(io, url, signal) {
  let response;
  try {
    response = await io.fetch(url, { signal });
  } catch (error) {
    throwIfAborted(signal, 'load');
    throw failure('model_fetch_failed', `${url}: ${/** @type {Error} */ (error).message}`, 'load');
  }
  if (!response.ok) throw failure('model_fetch_failed', `${url}: HTTP ${response.status}`, 'load');
  try {
    return await response.json();
  } catch {
    throw badManifest(`${url} is not JSON.`);
  }
}

/**
 * One try at the rest of a file, behind what is there of it.
 *
 * @param {Io} io
 * @param {string} url
 * @param {Entry | null} part
 * @param {number} expected bytes; 0 when unknown
 * @param {More} more
 * @returns {Promise<Uint8Array>}
 */
async function fetchRest(io, url, part, expected, { signal, onProgress }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (part) {
    headers.Range = `bytes=${part.bytes.length}-`;
    if (part.validator) headers['If-Range'] = part.validator;
  }
  const response = await io.fetch(url, { signal, headers });
  if (response.status === 416) return fetchRest(io, url, null, expected, { signal, onProgress });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const start = response.status === 206 && part ? part.bytes : new Uint8Array(0);
  const length = Number(response.headers.get('content-length')) || 0;
  const total = expected || (length ? start.length + length : 0);
  const validator = response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined;
  /** @type {Uint8Array[]} */
  const chunks = [start];
  let loaded = start.length;
  onProgress?.(loaded, total);
  const reader = response.body.getReader();
  const joined = () => {
    const bytes = new Uint8Array(loaded);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      loaded += value.length;
      onProgress?.(loaded, total);
      if (total && loaded > total) throw new Error(`more than the ${total} bytes that were promised`);
    }
    if (total && loaded !== total) throw new Error(`${loaded} of ${total} bytes arrived`);
    return joined();
  } catch (error) {
    if (!total || loaded < total) await io.cache.put(`${url}.part`, { bytes: joined(), validator });
    throw error;
  }
}

/**
 * @param {Io} io
 * @param {string} url
 * @param {{ bytes?: number, sha256?: string, md5?: string }} promise of the manifest
 * @param {More} more
 */
async function download(io, url, promise, more) {
  const algorithm = promise.sha256 ? 'sha256' : promise.md5 ? 'md5' : null;
  const wanted = (promise.sha256 ?? promise.md5 ?? '').toLowerCase();
  const key = wanted ? `${url}#${wanted}` : url;
  const kept = await io.cache.get(key);
  if (kept) return kept.bytes;
  let bytes;
  try {
    bytes = await fetchRest(io, url, await io.cache.get(`${url}.part`), promise.bytes ?? 0, more);
  } catch (error) {
    throwIfAborted(more.signal, 'load');
    throw failure('model_fetch_failed', `${url}: ${/** @type {Error} */ (error).message}`, 'load');
  }
  await io.cache.delete(`${url}.part`);
  if (algorithm) {
    const found = await io.digest(algorithm, bytes);
    if (found !== wanted) {
      throw failure('model_hash_mismatch', `${url}: ${algorithm} is ${found}, not ${wanted}.`, 'load');
    }
    await io.cache.put(key, { bytes });
  }
  return bytes;
}

/**
 * The manifest of a caller's model, and where its bytes are.
 *
 * @param {Io} io
 * @param {unknown} model undefined or "base"; a name of known.json; the URL of a manifest (.json) or of an .onnx
 *   file with its manifest beside it (same name with .json, or manifest.json); { manifest, bytes | url }
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ manifest: any, url?: string, bytes?: Uint8Array }>}
 */
async function locate(io, model, signal) {
  if (model && typeof model === 'object') {
    const { manifest, bytes, url } = /** @type {any} */ (model);
    if (!manifest || (!bytes && !url)) throw badManifest('A model object has a manifest and its bytes or url.');
    return { manifest, url, bytes: bytes && new Uint8Array(bytes) };
  }
  if (model === undefined || model === 'base') {
    const manifest = await fetchJson(io, io.base, signal);
    return { manifest, url: new URL(manifest.file, io.base).href };
  }
  const name = String(model);
  if (/^[\w-]+$/.test(name)) {
    const known = await fetchJson(io, io.known, signal);
    const entry = known.models[name];
    if (!entry) throw badManifest(`No model is known as "${name}"; there are base, ${Object.keys(known.models).join(', ')}.`);
    return { manifest: entry, url: entry.url };
  }
  if (name.endsWith('.json')) {
    const manifest = await fetchJson(io, name, signal);
    return { manifest, url: new URL(manifest.url ?? manifest.file, name).href };
  }
  try {
    return { manifest: await fetchJson(io, name.replace(/(\.\w+)?$/, '.json'), signal), url: name };
  } catch (error) {
    if (/** @type {CutawayError} */ (error).code !== 'model_fetch_failed') throw error;
    return { manifest: await fetchJson(io, new URL('manifest.json', name).href, signal), url: name };
  }
}

/**
 * @param {Io} io
 * @param {unknown} model as for locate()
 * @param {More} [more]
 * @returns {Promise<Model>}
 */
export async function fetchModel(io, model, more = {}) {
  const { manifest, url, bytes } = await locate(io, model, more.signal);
  if (!manifest || typeof manifest !== 'object' || !Array.isArray(manifest.input?.size) || !manifest.output) {
    throw badManifest('It has no input size or no output.');
  }
  return {
    name: manifest.name ?? 'model',
    version: manifest.version,
    manifest,
    bytes: bytes ?? await download(io, /** @type {string} */ (url), manifest, more),
  };
}

/**
 * Loads models into engines; keeps the last one. A failed load is forgotten,
 * so that the next call tries again.
 *
 * @param {Io} io
 * @param {Record<string, () => Promise<any>>} engines by name, in the order that 'auto' tries them; each makes an
 *   engine with load(), run(), dispose()
 * @returns {import('./pipeline.js').Parts['loadModel']}
 */
export function modelLoader(io, engines) {
  /** @type {{ key: string, loading: Promise<any> } | null} */
  let current = null;

  /** @param {unknown} wanted @param {string} choice @param {More} more */
  async function load(wanted, choice, more) {
    const model = await fetchModel(io, wanted, more);
    const names = choice === 'auto' ? Object.keys(engines) : [choice];
    /** @type {string[]} */
    const notes = [];
    for (const [i, name] of names.entries()) {
      const make = engines[name];
      if (!make) throw failure('engine_unavailable', `There is no engine ${name}.`, 'load');
      const engine = await make();
      try {
        await engine.load(model.bytes, model.manifest);
        return { ...model, bytes: undefined, engine, note: notes.join(' ') || undefined };
      } catch (error) {
        engine.dispose();
        const { code, detail } = CutawayError.wrap(error, 'engine_unavailable', 'load');
        const next = ['unsupported_model', 'engine_unavailable'].includes(code) && i + 1 < names.length;
        if (!next) throw error;
        notes.push(`${name}: ${detail}`);
      }
    }
    throw failure('engine_unavailable', 'There is no engine.', 'load');
  }

  return async ({ model, engine = 'auto' }, more) => {
    const key = typeof model === 'object' ? '' : `${model ?? 'base'} ${engine}`;
    if (current && key && current.key === key) return current.loading;
    const last = current;
    const mine = { key, loading: load(model, engine, more) };
    current = mine;
    last?.loading.then((loaded) => loaded.engine.dispose(), () => {});
    try {
      return await mine.loading;
    } catch (error) {
      if (current === mine) current = null;
      throw error;
    }
  };
}
