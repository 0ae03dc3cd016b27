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
 * @property {<T>(name: string, task: () => Promise<T>, signal?: AbortSignal) => Promise<T>} [alone] runs one task of a
 *   name at a time, in whatever worker or tab
 * @property {string} base URL of models/base/manifest.json
 * @property {string} [model] URL of its model, where that does not lie beside it as the manifest says
 * @property {string} known URL of models/known.json
 *
 * @typedef {{ signal?: AbortSignal, onProgress?: (loaded: number, total: number) => void }} More
 * @typedef {{ name: string, version?: string, manifest: any, bytes: Uint8Array }} Model
 */

/** @param {string} detail */
const badManifest = (detail) =>
  new CutawayError('bad_manifest', "The model's manifest is not valid.", { detail, stage: 'load' });

/**
 * A JSON file, with the errors of a model.
 *
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
  const goesOn = response.status === 206 && part !== null;
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  // a server that answers another range than was asked for: once more, from the start
  if (goesOn && from !== undefined && Number(from) !== part.bytes.length) {
    await response.body.cancel();
    return fetchRest(io, url, null, expected, { signal, onProgress });
  }
  const start = goesOn ? part.bytes : new Uint8Array(0);
  // under a content encoding the length is that of the packed bytes, and a part of them is no part of ours
  const packed = !['', 'identity'].includes(response.headers.get('content-encoding') ?? '');
  const length = packed ? 0 : Number(response.headers.get('content-length')) || 0;
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
    if (!packed && (!total || loaded < total)) await io.cache.put(`${url}.part`, { bytes: joined(), validator });
    throw error;
  }
}

/** SHA-256 when the manifest has one, else MD5, else nothing. @param {{ sha256?: string, md5?: string }} promise */
const promisedHash = ({ sha256, md5 }) => ({
  algorithm: /** @type {'sha256' | 'md5'} */ (sha256 ? 'sha256' : 'md5'),
  wanted: (sha256 ?? md5 ?? '').toLowerCase(),
});

/**
 * @param {Io} io
 * @param {string} name for the sentence
 * @param {Uint8Array} bytes
 * @param {{ sha256?: string, md5?: string }} promise of the manifest
 */
async function checkHash(io, name, bytes, promise) {
  const { algorithm, wanted } = promisedHash(promise);
  if (!wanted) return;
  const found = await io.digest(algorithm, bytes);
  if (found !== wanted)
    throw failure('model_hash_mismatch', `${name}: ${algorithm} is ${found}, not ${wanted}.`, 'load');
}

/**
 * The bytes from the cache, else from the network, by one of those that want them at once.
 *
 * @param {Io} io
 * @param {string} url
 * @param {{ bytes?: number, sha256?: string, md5?: string }} promise of the manifest
 * @param {More} more
 */
async function download(io, url, promise, more) {
  const { wanted } = promisedHash(promise);
  const key = wanted ? `${url}#${wanted}` : url;
  const kept = await io.cache.get(key);
  if (kept) return kept.bytes;
  if (!io.alone || !wanted) return fetchAndKeep(io, url, promise, more, key);
  // whoever waited finds in the cache what the one before has fetched
  try {
    return await io.alone(
      key,
      async () => (await io.cache.get(key))?.bytes ?? fetchAndKeep(io, url, promise, more, key),
      more.signal,
    );
  } catch (error) {
    throwIfAborted(more.signal, 'load');
    throw error;
  }
}

/**
 * Fetches, checks, and keeps what could be checked.
 *
 * @param {Io} io
 * @param {string} url
 * @param {{ bytes?: number, sha256?: string, md5?: string }} promise of the manifest
 * @param {More} more
 * @param {string} key of the cache
 */
async function fetchAndKeep(io, url, promise, more, key) {
  let bytes;
  try {
    bytes = await fetchRest(io, url, await io.cache.get(`${url}.part`), promise.bytes ?? 0, more);
  } catch (error) {
    throwIfAborted(more.signal, 'load');
    throw failure('model_fetch_failed', `${url}: ${/** @type {Error} */ (error).message}`, 'load');
  }
  await io.cache.delete(`${url}.part`);
  await checkHash(io, url, bytes, promise);
  if (promisedHash(promise).wanted) await io.cache.put(key, { bytes });
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
    return { manifest, url: io.model ?? new URL(manifest.file, io.base).href };
  }
  const name = String(model);
  if (/^[\w-]+$/.test(name)) {
    const known = await fetchJson(io, io.known, signal);
    const entry = known.models[name];
    if (!entry)
      throw badManifest(`No model is known as "${name}"; there are base, ${Object.keys(known.models).join(', ')}.`);
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
 * Manifest and bytes of a model, checked.
 *
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
  if (bytes) await checkHash(io, 'The given bytes', bytes, manifest);
  return {
    name: manifest.name ?? 'model',
    version: manifest.version,
    manifest,
    bytes: bytes ?? (await download(io, /** @type {string} */ (url), manifest, more)),
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

  /** The model in the first of the engines that takes it; why others did not is noted. @param {unknown} wanted @param {string} choice @param {More} more */
  async function load(wanted, choice, more) {
    const model = await fetchModel(io, wanted, more);
    const names = choice === 'auto' ? Object.keys(engines) : [choice];
    /** @type {string[]} */
    const notes = [];
    for (const [i, name] of names.entries()) {
      const make = engines[name];
      if (!make) throw failure('engine_unavailable', `There is no engine ${name}.`, 'load');
      let engine;
      try {
        engine = await make();
        await engine.load(model.bytes, model.manifest);
        return { ...model, bytes: undefined, engine, note: notes.join(' ') || undefined };
      } catch (error) {
        engine?.dispose();
        const { code, detail } = CutawayError.wrap(error, 'engine_unavailable', 'load');
        notes.push(`${name}: ${detail}`);
        if (!['unsupported_model', 'engine_unavailable'].includes(code)) throw error;
        if (i + 1 === names.length) throw notes.length > 1 ? failure(code, notes.join(' '), 'load') : error;
      }
    }
    throw failure('engine_unavailable', 'There is no engine.', 'load');
  }

  return async ({ model, engine = 'auto' }, more) => {
    const key = typeof model === 'object' ? '' : `${model ?? 'base'} ${engine}`;
    if (current && key && current.key === key) {
      try {
        return await current.loading;
      } catch (error) {
        // the cancel of the job before, whose load was still ending: not this job's
        const foreign = /** @type {CutawayError} */ (error).code === 'aborted' && !more.signal?.aborted;
        if (!foreign) throw error;
      }
    }
    const last = current;
    const mine = { key, loading: load(model, engine, more) };
    current = mine;
    last?.loading.then(
      (loaded) => loaded.engine.dispose(),
      () => {},
    );
    try {
      return await mine.loading;
    } catch (error) {
      if (current === mine) current = null;
      throw error;
    }
  };
}
