// The model loader on its own: what a server may do wrong, and what a cancel
// of one job must not do to the next. No network, no wasm.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CutawayError } from '../../../web/engine/core/errors.js';
import { fetchModel, modelLoader } from '../../../web/engine/core/models.js';

const file = Uint8Array.from({ length: 100 }, (_, i) => i);
/** @param {string} algorithm @param {Uint8Array} bytes */
const hash = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex');
const manifest = { name: 'm', input: { size: [4, 4], mean: [0, 0, 0], std: [1, 1, 1] }, output: { kind: 'alpha' } };
const url = 'https://models.example/model.onnx';

/**
 * @param {(headers: Headers, signal: AbortSignal | null | undefined) => Response | Promise<Response>} serve the model file
 */
function io(serve) {
  /** @type {Map<string, import('../../../web/engine/core/models.js').Entry>} */
  const kept = new Map();
  /** @type {(string | null)[]} */
  const ranges = [];
  return {
    kept,
    ranges,
    /** @param {string} _ @param {RequestInit} [init] */
    fetch: async (_, init) => {
      const headers = new Headers(init?.headers);
      ranges.push(headers.get('range'));
      return serve(headers, init?.signal);
    },
    cache: {
      get: async (/** @type {string} */ key) => kept.get(key) ?? null,
      put: async (/** @type {string} */ key, /** @type {import('../../../web/engine/core/models.js').Entry} */ entry) =>
        void kept.set(key, entry),
      delete: async (/** @type {string} */ key) => void kept.delete(key),
    },
    digest: async (/** @type {string} */ algorithm, /** @type {Uint8Array} */ bytes) => hash(algorithm, bytes),
    base: 'https://models.example/base.json',
    known: 'https://models.example/known.json',
  };
}

/** A body that ends with an error after these bytes. @param {Uint8Array} bytes */
function torn(bytes) {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) return controller.error(new Error('connection reset'));
      sent = true;
      controller.enqueue(bytes);
    },
  });
}

const code = (/** @type {string} */ wanted) => (/** @type {any} */ error) => {
  assert.equal(error.code, wanted, error.detail);
  return true;
};

test('what arrived before a failure is kept as a part, never as the model', async () => {
  const at = io(() => new Response(torn(file.subarray(0, 40)), { headers: { 'content-length': '100', etag: '"a"' } }));
  const model = { manifest: { ...manifest, sha256: hash('sha256', file) }, url };
  await assert.rejects(fetchModel(at, model), code('model_fetch_failed'));
  assert.deepEqual([...at.kept.keys()], [`${url}.part`]);
  assert.deepEqual(at.kept.get(`${url}.part`), { bytes: file.slice(0, 40), validator: '"a"' });
});

test('the next try asks for the rest under If-Range, and the part is gone once the whole is there', async () => {
  let ifRange = null;
  const at = io((headers) => {
    ifRange = headers.get('if-range');
    return new Response(file.slice(40), {
      status: 206,
      headers: { 'content-length': '60', 'content-range': 'bytes 40-99/100' },
    });
  });
  at.kept.set(`${url}.part`, { bytes: file.slice(0, 40), validator: '"a"' });
  const sha256 = hash('sha256', file);
  const { bytes } = await fetchModel(at, { manifest: { ...manifest, sha256 }, url });
  assert.deepEqual(bytes, file);
  assert.equal(ifRange, '"a"');
  assert.deepEqual(at.ranges, ['bytes=40-']);
  assert.deepEqual([...at.kept.keys()], [`${url}#${sha256}`]);
});

test('a file that changed on the server is taken anew (200 instead of 206)', async () => {
  const at = io(() => new Response(file.slice(), { headers: { 'content-length': '100' } }));
  at.kept.set(`${url}.part`, { bytes: new Uint8Array(40).fill(9), validator: '"old"' });
  const { bytes } = await fetchModel(at, { manifest: { ...manifest, sha256: hash('sha256', file) }, url });
  assert.deepEqual(bytes, file);
});

test('a server that answers another range than asked for is asked again from the start', async () => {
  const at = io((headers) =>
    headers.get('range')
      ? new Response(file.slice(10), { status: 206, headers: { 'content-range': 'bytes 10-99/100' } })
      : new Response(file.slice(), { headers: { 'content-length': '100' } }),
  );
  at.kept.set(`${url}.part`, { bytes: file.slice(0, 40) });
  assert.deepEqual((await fetchModel(at, { manifest, url })).bytes, file);
  assert.deepEqual(at.ranges, ['bytes=40-', null]);
});

test('a part that is the whole already (416) is fetched anew', async () => {
  const at = io((headers) =>
    headers.get('range')
      ? new Response(null, { status: 416 })
      : new Response(file.slice(), { headers: { 'content-length': '100' } }),
  );
  at.kept.set(`${url}.part`, { bytes: new Uint8Array(120) });
  assert.deepEqual((await fetchModel(at, { manifest, url })).bytes, file);
});

test('the length of a packed transfer is not taken for the length of the model', async () => {
  const at = io(() => new Response(file.slice(), { headers: { 'content-length': '63', 'content-encoding': 'gzip' } }));
  assert.deepEqual((await fetchModel(at, { manifest, url })).bytes, file);
});

test('a part of a packed transfer is not kept: its place in the file is unknown', async () => {
  const at = io(() => new Response(torn(file.subarray(0, 40)), { headers: { 'content-encoding': 'gzip' } }));
  await assert.rejects(fetchModel(at, { manifest, url }), code('model_fetch_failed'));
  assert.equal(at.kept.size, 0);
});

test('more or fewer bytes than promised is a failed fetch', async () => {
  for (const bytes of [99, 101]) {
    const at = io(() => new Response(file.slice()));
    await assert.rejects(fetchModel(at, { manifest: { ...manifest, bytes }, url }), code('model_fetch_failed'));
  }
});

test('a wrong hash is never cached, MD5 stands in where no SHA-256 is known', async () => {
  const at = io(() => new Response(file.slice()));
  for (const promise of [
    { sha256: '0'.repeat(64) },
    { md5: '0'.repeat(32) },
    { sha256: '0'.repeat(64), md5: hash('md5', file) },
  ]) {
    await assert.rejects(fetchModel(at, { manifest: { ...manifest, ...promise }, url }), code('model_hash_mismatch'));
  }
  assert.equal(at.kept.size, 0);
  const md5 = hash('md5', file);
  await fetchModel(at, { manifest: { ...manifest, md5 }, url });
  assert.deepEqual([...at.kept.keys()], [`${url}#${md5}`]);
});

test('a model whose manifest names no hash is not cached', async () => {
  const at = io(() => new Response(file.slice()));
  await fetchModel(at, { manifest, url });
  assert.equal(at.kept.size, 0);
});

test("a caller's own bytes are checked against the manifest's hash too", async () => {
  const at = io(() => assert.fail('nothing is to be fetched'));
  await assert.rejects(
    fetchModel(at, { manifest: { ...manifest, sha256: '0'.repeat(64) }, bytes: file }),
    code('model_hash_mismatch'),
  );
  assert.deepEqual(
    (await fetchModel(at, { manifest: { ...manifest, sha256: hash('sha256', file) }, bytes: file })).bytes,
    file,
  );
});

/** The base model by name, so that loads are shared. @param {() => Response | Promise<Response>} serve @param {Record<string, any>} engines */
function loader(serve, engines) {
  const at = io(() => serve());
  const { fetch } = at;
  return modelLoader(
    {
      ...at,
      fetch: async (target, init) =>
        target === at.base ? Response.json({ ...manifest, file: 'model.onnx' }) : fetch(target, init),
    },
    engines,
  );
}

/** @param {string} name @param {string} [fails] the code load() fails with */
const fakeEngine = (name, fails) => {
  const engine = {
    name,
    threads: 1,
    disposed: 0,
    load: async () => {
      if (fails) throw new CutawayError(fails, 'No.', { detail: 'no Softmax' });
    },
    run: async () => assert.fail('not to be run'),
    dispose() {
      this.disposed++;
    },
  };
  return engine;
};

test('the cancel of one job does not cancel the next one that waits for the same model', async () => {
  const first = new AbortController();
  let tries = 0;
  const load = loader(
    () => {
      tries++;
      if (tries > 1) return new Response(file.slice());
      return new Promise((_, reject) => {
        first.signal.addEventListener('abort', () =>
          setTimeout(() => reject(new DOMException('no', 'AbortError')), 20),
        );
      });
    },
    { ort: async () => fakeEngine('ort') },
  );
  const cancelled = load({}, { signal: first.signal });
  cancelled.catch(() => {});
  await new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
  first.abort();
  const next = load({}, {}); // the load of the first one is still ending
  await assert.rejects(cancelled, code('aborted'));
  assert.equal((await next).engine.name, 'ort');
  assert.equal(tries, 2);
});

test('a failed load is forgotten: the next call tries again', async () => {
  let tries = 0;
  const load = loader(() => (tries++ ? new Response(file.slice()) : new Response(null, { status: 503 })), {
    ort: async () => fakeEngine('ort'),
  });
  await assert.rejects(load({}, {}), code('model_fetch_failed'));
  assert.equal((await load({}, {})).engine.name, 'ort');
});

test('the same model is loaded once; another one takes its place and the engine is let go', async () => {
  /** @type {any[]} */
  const made = [];
  const load = loader(() => new Response(file.slice()), { ort: async () => made[made.push(fakeEngine('ort')) - 1] });
  await Promise.all([load({}, {}), load({}, {}), load({ model: 'base' }, {})]);
  assert.equal(made.length, 1);
  await load({ model: { manifest, bytes: file } }, {});
  assert.deepEqual(
    made.map(({ disposed }) => disposed),
    [1, 0],
  );
});

test('auto goes on to the next engine when one lacks an operator or cannot start, and says why', async () => {
  const lacking = fakeEngine('c', 'unsupported_model');
  const serve = () => new Response(file.slice());
  const { engine, note } = await loader(serve, { c: async () => lacking, ort: async () => fakeEngine('ort') })({}, {});
  assert.deepEqual([engine.name, note, lacking.disposed], ['ort', 'c: no Softmax', 1]);
  const gone = await loader(serve, {
    c: async () => {
      throw new Error('no cut_net_new');
    },
    ort: async () => fakeEngine('ort'),
  })({}, {});
  assert.deepEqual([gone.engine.name, gone.note], ['ort', 'c: no cut_net_new']);
});

test('an engine asked for by name is not replaced; a bad model is not tried elsewhere', async () => {
  const serve = () => new Response(file.slice());
  const never = async () => assert.fail('not to be made');
  const c = async () => fakeEngine('c', 'unsupported_model');
  await assert.rejects(loader(serve, { c, ort: never })({ engine: 'c' }, {}), code('unsupported_model'));
  await assert.rejects(loader(serve, { ort: never })({ engine: 'c' }, {}), code('engine_unavailable'));
  const bad = async () => fakeEngine('c', 'bad_model');
  await assert.rejects(loader(serve, { c: bad, ort: never })({}, {}), code('bad_model'));
});
