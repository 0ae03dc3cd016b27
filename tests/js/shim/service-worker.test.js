/** The worker's half runs here against a stand-in for its global scope. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';
import { answerServiceWorker } from '../../../shim/adapters/service-worker-page.js';
import { relayTable } from '../../../shim/adapters/service-worker-table.js';
import { DIALECTS, createShim } from '../../../shim/index.js';
import { createFakeEngine } from './support/fake-engine.js';
import { documents, prefixOf } from './support/contract.js';

const script = readFileSync(new URL('../../../shim/adapters/service-worker.js', import.meta.url), 'utf8');

/** A worker scope with pages; `send` plays a page's fetch. */
function createWorker(pages) {
  const handlers = {};
  const outside = [];
  const scope = {
    location: { origin: 'https://page.example' },
    addEventListener: (type, handler) => {
      handlers[type] = handler;
    },
    skipWaiting() {},
    clients: { claim: async () => {}, matchAll: async () => [...pages] },
  };
  const context = {
    self: scope,
    URL,
    Request,
    Response,
    Headers,
    MessageChannel,
    setTimeout,
    clearTimeout,
    fetch: async (request) => {
      outside.push(request.url);
      return new Response('outside');
    },
  };
  vm.runInNewContext(relayTable() + script, context);
  return {
    scope,
    outside,
    async send(request, clientId = '1') {
      let answer;
      handlers.fetch({
        request,
        clientId,
        respondWith: (promise) => {
          answer = promise;
        },
      });
      return answer;
    },
  };
}

/** A page that answers with a shim. */
function createPage(id, shim) {
  let listen;
  const container = {
    addEventListener: (_, handler) => {
      listen = handler;
    },
    removeEventListener: () => {
      listen = undefined;
    },
    startMessages() {},
  };
  const stop = answerServiceWorker(shim, { container });
  return { id, stop, postMessage: (data, [port]) => listen?.({ data: structuredClone(data), ports: [port] }) };
}

const shim = createShim({ engine: createFakeEngine(), bases: ['https://page.example'] });

test("what the dialects serve, the worker lets through, on the vendors' hosts and the page's own", () => {
  const { scope } = createWorker([]);
  const id = `c${'0'.repeat(24)}`;
  const ids = {
    asset_id: id,
    file_name: 'a.png',
    id,
    image_id: 'image_abc',
    jobId: '11111111-1111-4111-8111-111111111111',
  };
  for (const dialect of DIALECTS) {
    const paths = Object.keys(documents[dialect.name].paths).map(
      (path) => prefixOf(dialect.name) + path.replace(/\{(\w+)\}/g, (_, name) => ids[name]),
    );
    for (const path of [...paths, '/images/image_abc', `/api/v1/results/${ids.jobId}-0.png`]) {
      for (const host of [...dialect.hosts, 'https://page.example'])
        assert.ok(scope.cutawayMayBeOurs(new URL(host + path)), host + path);
    }
  }
  for (const url of [
    'https://page.example/',
    'https://page.example/index.html',
    'https://page.example/images/logo.png',
    'https://page.example/charts/output.png',
    'https://page.example/api-assets/style.css',
    'https://elsewhere.example/v1/images',
  ]) {
    assert.equal(scope.cutawayMayBeOurs(new URL(url)), false, url);
  }
});

test('a plain fetch and an image are answered by the page', async () => {
  const worker = createWorker([createPage('1', shim)]);
  const post = await worker.send(
    new Request('https://page.example/v1/files/upload-urls', {
      method: 'POST',
      body: '{"items":[{"type":"image","extension":"png"}]}',
    }),
  );
  assert.equal(post.status, 200);
  assert.match(post.headers.get('content-type'), /json/);
  const {
    items: [slot],
  } = await post.json();
  assert.ok(slot.upload_url.startsWith('https://page.example/api-assets/'));
  assert.equal(
    (await worker.send(new Request(slot.upload_url, { method: 'PUT', body: new Uint8Array([1, 2]) }))).status,
    200,
  );
  assert.equal((await worker.send(new Request(`https://page.example/v1/images/x`, { method: 'DELETE' }))).status, 404);
  assert.deepEqual(worker.outside, []);
});

test('what the page declines goes to the network, body and all', async () => {
  const worker = createWorker([createPage('1', shim)]);
  const answer = await worker.send(new Request('https://page.example/api/v1/jobs/a/b', { method: 'POST', body: 'x' }));
  assert.equal(await answer.text(), 'outside');
  assert.equal(await worker.send(new Request('https://page.example/other')), undefined, 'not even touched');
});

test('of several pages the one with a shim is found at once, and asked directly from then on', async () => {
  const heard = [];
  const deaf = { id: '1', postMessage: (message) => heard.push(message.type) };
  const page = createPage('2', shim);
  const worker = createWorker([deaf, page]);
  const started = performance.now();
  for (let i = 0; i < 3; i++)
    assert.equal((await worker.send(new Request('https://page.example/api/v1/tools'))).status, 200);
  assert.ok(performance.now() - started < 1000, 'nobody waited for the page without a shim');
  assert.deepEqual(heard, ['cutaway-hello']);
});

test('without a page that answers, the network; a page that got stuck is replaced by another', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const late = () => setImmediate(() => t.mock.timers.tick(3000));
  const alone = createWorker([{ id: '1', postMessage: late }]);
  assert.equal(await (await alone.send(new Request('https://page.example/api/v1/tools'))).text(), 'outside');
  assert.equal(await (await createWorker([]).send(new Request('https://page.example/api/v1/tools'))).text(), 'outside');

  let stuck = false;
  const first = createPage('1', shim);
  const pages = [{ id: '1', postMessage: (...args) => (stuck ? late() : first.postMessage(...args)) }];
  const worker = createWorker(pages);
  assert.equal((await worker.send(new Request('https://page.example/api/v1/tools'))).status, 200);
  stuck = true;
  pages.push(createPage('2', shim));
  assert.equal((await worker.send(new Request('https://page.example/api/v1/tools'))).status, 200);
});

test('the script without its table says so at once', () => {
  assert.throws(() => vm.runInNewContext(script, { self: { addEventListener() {} } }), /no table/);
});
