// Long because one vendor's documents are, from which it follows section by section.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createShim, createMemoryStore, strictKeys } from '../../../shim/index.js';
import { checkedFetch, checkSchema, until } from './support/contract.js';
import { createFakeEngine, expected, sha } from './support/fake-engine.js';
import { jpegHeader, png } from './support/pictures.js';

const API = 'https://aigenstudio.app/api/v1';
const photos = [0, 1, 2].map((i) => png(4 + i, 3, [i, 2, 3, 255]));
const inputs = {
  schemes: ['http', 'https', 'blob', 'data'],
  followsItself: false,
  fetch: async (url) => {
    if (!url.startsWith('http')) return globalThis.fetch(url);
    const [, n] = /^https:\/\/pictures\.example\/(\d)\.png/.exec(url) ?? [];
    if (photos[n]) return new Response(photos[n], { headers: { 'content-type': 'image/png' } });
    if (url.endsWith('/huge.png')) return new Response(Buffer.alloc(10e6 + 1));
    if (url.endsWith('/page.html')) return new Response('<html>', { headers: { 'content-type': 'text/html' } });
    return new Response('', { status: 404 });
  },
};
const at = (n) => `https://pictures.example/${n}.png`;

function setUp(options = {}) {
  const engine = options.engine ?? createFakeEngine();
  const store = createMemoryStore();
  const shim = createShim({
    engine,
    store,
    inputs,
    onError: (e) => {
      throw e;
    },
    ...options,
  });
  const checked = checkedFetch(shim, 'aigenstudio');
  const fetch = (path, init = {}, key = 'aigen_test_1') =>
    checked(path.startsWith('http') ? path : API + path, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    });
  let serial = 0;
  const start = (body, name = `request-${serial++}`, key) =>
    fetch(
      '/remove-background',
      {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(name !== null && { 'idempotency-key': name }) },
      },
      key,
    );
  const get = async (id, key) => (await fetch(`/jobs/${id}`, {}, key)).json();
  const finish = (id, key) =>
    until(
      () => get(id, key),
      ({ job }) => !['queued', 'processing'].includes(job.status),
    );
  const bytes = async (url) => Buffer.from(await (await shim.fetch(new Request(url))).arrayBuffer());
  return { engine, store, shim, fetch, start, get, finish, bytes };
}

test('a job of three pictures: 202, polled, each result belongs to its input', async () => {
  const { start, finish, bytes, fetch } = setUp();
  const answer = await start({ input: [2, 0, 1].map((n) => ({ image_url: at(n), external_id: `shoe-${n}` })) });
  assert.equal(answer.status, 202);
  const created = await answer.json();
  assert.equal(answer.headers.get('x-request-id'), created.request_id);
  assert.deepEqual(
    [created.job.status, created.job.total_results, created.job.sandbox, created.remaining_paid_credits],
    ['queued', 3, true, 0],
  );
  const { job, results } = await finish(created.job.id);
  assert.deepEqual([job.status, job.completed_results, job.failed_results], ['completed', 3, 0]);
  assert.deepEqual(
    results.map((r) => [r.external_id, r.source_url]),
    [2, 0, 1].map((n) => [`shoe-${n}`, at(n)]),
  );
  for (const [i, n] of [2, 0, 1].entries()) assert.deepEqual(await bytes(results[i].result_url), expected(photos[n]));
  const again = await fetch(`/jobs/${job.id}`);
  assert.equal(again.headers.get('x-cutaway-source'), 'local');
});

test('background and output options reach the engine', async () => {
  for (const [background, output, options] of [
    [{ type: 'white' }, { format: 'jpg' }, { background: 'white', format: 'jpeg' }],
    [{ type: 'color', color: 'rebeccapurple' }, { format: 'webp' }, { background: '#663399', format: 'webp' }],
    [{ type: 'color', color: 'rgb(0 128 255)' }, {}, { background: '#0080ff' }],
    [{ color: 'no colour at all' }, undefined, { background: 'transparent' }],
    [undefined, { format: 'jpg', number_of_images: 1 }, { background: 'transparent', format: 'jpeg' }],
  ]) {
    const { start, finish, bytes, shim } = setUp();
    const { job } = await (await start({ input: [{ image_url: at(0) }], background, output })).json();
    const { results } = await finish(job.id);
    assert.deepEqual(await bytes(results[0].result_url), expected(photos[0], options));
    const type = (await shim.fetch(new Request(results[0].result_url))).headers.get('content-type');
    assert.equal(type, `image/${options.format ?? 'png'}`);
    assert.ok(new URL(results[0].result_url).pathname.endsWith(`.${output?.format ?? 'png'}`));
  }
});

test('several images per input are the same result repeated', async () => {
  const { start, finish, engine } = setUp();
  const { job } = await (
    await start({ input: [{ image_url: at(0) }, { image_url: at(1) }], output: { number_of_images: 3 } })
  ).json();
  assert.equal(job.total_results, 6);
  const { results } = await finish(job.id);
  assert.equal(new Set(results.map((r) => r.id)).size, 6);
  assert.deepEqual(
    results.map((r) => r.source_url),
    [0, 0, 0, 1, 1, 1].map(at),
  );
  assert.equal(engine.log.length, 2);
});

test('the same key and body is the earlier job with 200, another body 409', async () => {
  const { start, engine, finish } = setUp();
  const body = { input: [{ image_url: at(0), external_id: 'a' }], output: { format: 'png' } };
  const first = await start(body, 'catalog-import-001');
  const { job } = await first.json();
  const replay = await start(
    { output: { format: 'png' }, input: [{ external_id: 'a', image_url: at(0) }] },
    'catalog-import-001',
  );
  assert.deepEqual([first.status, replay.status, (await replay.json()).job.id], [202, 200, job.id]);
  const other = await start({ input: [{ image_url: at(1) }] }, 'catalog-import-001');
  assert.deepEqual([other.status, (await other.json()).error.code], [409, 'idempotency_conflict']);
  const elsewhere = await start({ input: [{ image_url: at(1) }] }, 'catalog-import-001', 'aigen_live_1');
  assert.equal(elsewhere.status, 202, 'another environment');
  await finish(job.id);
  assert.equal((await start(body, 'catalog-import-001')).status, 200, 'also when it is done');
  assert.equal(engine.log.filter((one) => one.input === sha(photos[0])).length, 1);
});

test('of equal requests at the same moment one makes the job', async () => {
  const { start } = setUp();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => start({ input: [{ image_url: at(0) }] }, 'same-moment')),
  );
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 200, 200, 200, 200, 200, 200, 202]);
  assert.equal(new Set(await Promise.all(answers.map(async (a) => (await a.json()).job.id))).size, 1);
});

test('a request that failed validation does not use up its key, nor does a full queue', async () => {
  const { start, shim } = setUp({ limits: { queue: 1 }, engine: createFakeEngine({ delay: 400 }) });
  assert.equal((await start({ input: [] }, 'precious-key')).status, 400);
  await start({ input: [{ image_url: at(0) }] });
  const full = await start({ input: [{ image_url: at(1) }] }, 'precious-key');
  assert.deepEqual([full.status, (await full.json()).error.code], [429, 'rate_limit_exceeded']);
  assert.ok(Number(full.headers.get('retry-after')) >= 1);
  await shim.idle();
  assert.equal((await start({ input: [{ image_url: at(2) }] }, 'precious-key')).status, 202);
});

test('some inputs fail: partially_completed; all: failed', async () => {
  const engine = createFakeEngine({ fail: (bytes) => (sha(bytes) === sha(photos[1]) ? 'corrupt_image' : undefined) });
  const { start, finish } = setUp({ engine });
  const urls = [
    at(0),
    at(1),
    at(7),
    'https://pictures.example/huge.png',
    'https://pictures.example/page.html',
    'http://10.0.0.1/a.png',
  ];
  const { job } = await (await start({ input: urls.map((image_url) => ({ image_url })) })).json();
  const done = await finish(job.id);
  assert.deepEqual(
    [done.job.status, done.job.completed_results, done.job.failed_results],
    ['partially_completed', 1, 5],
  );
  assert.deepEqual(
    done.results.map((r) => r.error_code),
    [
      null,
      'processing_failed',
      'source_unreachable',
      'source_too_large',
      'unsupported_source_type',
      'source_unreachable',
    ],
  );
  for (const r of done.results.slice(1)) assert.deepEqual([r.status, r.result_url], ['failed', null]);
  const none = await (await start({ input: [{ image_url: at(7) }] })).json();
  assert.equal((await finish(none.job.id)).job.status, 'failed');
});

test('blob: and data: are taken at once and outlive their address', async () => {
  const { start, finish, bytes } = setUp();
  const address = URL.createObjectURL(new Blob([photos[0]], { type: 'image/png' }));
  const long = `data:image/png;base64,${png(3, 3, [1, 1, 1, 1], 'x'.repeat(4000)).toString('base64')}`;
  const { job } = await (await start({ input: [{ image_url: address }, { image_url: long }] })).json();
  URL.revokeObjectURL(address);
  const { results } = await finish(job.id);
  assert.deepEqual(
    results.map((r) => r.status),
    ['completed', 'completed'],
  );
  assert.deepEqual(await bytes(results[0].result_url), expected(photos[0]));
  assert.equal(results[1].source_url, 'data:', 'the picture itself is not repeated');
});

test('jobs are told to their key and environment only', async () => {
  const { start, get, fetch, finish } = setUp();
  const { job } = await (await start({ input: [{ image_url: at(0) }] }, 'mine-alone', 'aigen_test_1')).json();
  await finish(job.id);
  for (const key of ['aigen_test_2', 'aigen_live_1', '']) {
    assert.equal((await get(job.id, key)).error.code, 'not_found');
    assert.deepEqual((await (await fetch('/jobs', {}, key)).json()).jobs, []);
  }
  const live = await (await start({ input: [{ image_url: at(0) }] }, 'mine-alone', 'aigen_live_1')).json();
  assert.equal(live.job.sandbox, false);
});

test('the list: newest first, by limit and cursor, filtered', async () => {
  const { start, finish, fetch } = setUp();
  const ids = [];
  for (let i = 0; i < 5; i++)
    ids.unshift((await (await start({ input: [{ image_url: i === 2 ? at(9) : at(0) }] })).json()).job.id);
  for (const id of ids) await finish(id);
  const list = async (query) => (await fetch(`/jobs${query}`)).json();
  const seen = [];
  let cursor = '';
  do {
    const page = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...page.jobs.map((job) => job.id));
    cursor = page.next_cursor;
  } while (cursor);
  assert.deepEqual(seen, ids);
  assert.deepEqual(
    (await list('?status=failed')).jobs.map((job) => job.id),
    [ids[2]],
  );
  assert.equal((await list('?api=remove_background&status=completed')).jobs.length, 4);
  assert.deepEqual((await list('?api=ad_creative')).jobs, []);
  for (const bad of ['limit=0', 'limit=101', 'limit=x', 'status=done', 'api=paint', 'cursor=yesterday', 'cursor=5']) {
    assert.equal((await fetch(`/jobs?${bad}`)).status, 400, bad);
  }
});

test('shim.cancel: a job that works and one that waits end as cancelled', async () => {
  const { start, get, finish, shim, engine } = setUp({ engine: createFakeEngine({ delay: 2000 }) });
  const told = [];
  for (const type of ['job.processing', 'job.cancelled', 'result.failed'])
    shim.events.addEventListener(type, ({ detail }) => told.push([type, detail.job.id]));
  const jobs = [];
  for (let i = 0; i < 2; i++) jobs.push((await (await start({ input: [{ image_url: at(0) }] })).json()).job.id);
  await until(
    () => engine.log.length,
    (n) => n === 1,
  );
  for (const id of jobs.toReversed?.() ?? [...jobs].reverse()) shim.cancel('aigenstudio', id);
  for (const id of jobs) {
    const { job, results } = await finish(id);
    assert.deepEqual([job.status, results[0].status, results[0].error_code], ['cancelled', 'cancelled', null]);
  }
  assert.equal((await get(jobs[1])).job.completed_at !== null, true);
  assert.deepEqual(told, [
    ['job.processing', jobs[0]],
    ['job.cancelled', jobs[0]],
    ['job.cancelled', jobs[1]],
  ]);
  assert.equal(engine.log.length, 1);
});

test('the catalog needs no key', async () => {
  const { fetch } = setUp({ authorize: strictKeys });
  const { tools } = await (await fetch('/tools', {}, '')).json();
  assert.deepEqual(
    tools.map((tool) => [tool.id, tool.endpoint, tool.credits_per_result]),
    [['remove_background', '/remove-background', 0]],
  );
  assert.equal((await fetch('/jobs', {}, '')).status, 401);
});

test('each breach of the request is 400 and names its field', async () => {
  const { start } = setUp();
  const one = [{ image_url: at(0) }];
  const broken = [
    [{}, 'input'],
    [{ input: null }, 'input'],
    [{ input: {} }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: Array(21).fill(one[0]) }, 'input'],
    [{ input: [null] }, 'input[0]'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: [{}] }, 'input[0].image_url'],
    [{ input: [{ image_url: null }] }, 'input[0].image_url'],
    [{ input: [{ image_url: 5 }] }, 'input[0].image_url'],
    [{ input: [{ image_url: 'shoe.jpg' }] }, 'input[0].image_url'],
    [{ input: [{ image_url: `${at(0)}?${'x'.repeat(2048)}` }] }, 'input[0].image_url'],
    [{ input: [{ image_url: 'file:///etc/passwd' }] }, 'input[0].image_url'],
    [{ input: [{ image_url: 'javascript:1' }] }, 'input[0].image_url'],
    [{ input: [one[0], { image_url: at(0), external_id: '' }] }, 'input[1].external_id'],
    [{ input: [{ image_url: at(0), external_id: 'x'.repeat(201) }] }, 'input[0].external_id'],
    [{ input: one, background: 'white' }, 'background'],
    [{ input: one, background: { type: 'blur' } }, 'background.type'],
    [{ input: one, background: { type: 'color' } }, 'background.color'],
    [{ input: one, background: { type: 'color', color: 'reddish' } }, 'background.color'],
    [{ input: one, background: { type: 'color', color: '#12345' } }, 'background.color'],
    [{ input: one, background: { color: 'x'.repeat(81) } }, 'background.color'],
    [{ input: one, background: { color: 7 } }, 'background.color'],
    [{ input: one, output: [] }, 'output'],
    [{ input: one, output: { format: 'jpeg' } }, 'output.format'],
    ...[0, 5, 1.5, '2'].map((n) => [{ input: one, output: { number_of_images: n } }, 'output.number_of_images']),
    [{ input: Array(11).fill(one[0]), output: { number_of_images: 2 } }, 'output.number_of_images'],
    ...[
      'x',
      5,
      'http://a.example/hook',
      'https://localhost/hook',
      'https://10.0.0.1/hook',
      'https://u:p@a.example/',
    ].map((url) => [{ input: one, webhook_url: url }, 'webhook_url']),
  ];
  for (const [body, field] of broken) {
    const response = await start(body);
    const { error } = await response.json();
    assert.deepEqual(
      [response.status, error.code, error.details],
      [400, 'invalid_payload', { field }],
      JSON.stringify(body).slice(0, 100),
    );
  }
  for (const key of [null, '', 'short', 'x'.repeat(161), 'with space', 'ümlaut-key'.normalize()]) {
    if (key === 'ümlaut-key') continue; // fetch itself refuses to send it
    const response = await start({ input: one }, key);
    assert.deepEqual(
      [response.status, (await response.json()).error.details.field],
      [400, 'Idempotency-Key'],
      String(key),
    );
  }
});

test('an X-Request-Id over 160 characters is 400', async () => {
  const { fetch } = setUp();
  assert.equal((await fetch('/jobs', { headers: { 'x-request-id': 'x'.repeat(160) } })).status, 200);
  assert.equal((await fetch('/jobs', { headers: { 'x-request-id': 'x'.repeat(161) } })).status, 400);
});

test('every error code of the contract can be had', async () => {
  for (const [refusal, status, code] of [
    ['invalid_key', 401, 'invalid_api_key'],
    ['expired_key', 401, 'api_key_expired'],
    ['inactive_key', 401, 'api_key_inactive'],
    ['no_access', 403, 'api_access_not_enabled'],
    ['no_credits', 402, 'insufficient_api_credits'],
  ]) {
    const { start } = setUp({ authorize: () => refusal });
    const response = await start({});
    assert.deepEqual([response.status, (await response.json()).error.code], [status, code]);
  }
  const store = createMemoryStore();
  store.list = (collection) =>
    collection === 'ag-jobs' && store.broken ? Promise.reject(new Error('secret path')) : Promise.resolve([]);
  const { fetch, shim } = setUp({ store, onError: () => {} });
  await shim.ready();
  store.broken = true;
  const response = await fetch('/jobs');
  const body = await response.json();
  assert.deepEqual([response.status, body.error.code], [500, 'internal_error']);
  assert.ok(!JSON.stringify(body).includes('secret'));
});

test('events tell every step, and webhooks get them with the signing secret', async () => {
  const deliveries = [];
  const { start, finish, shim } = setUp({ webhook: (delivery) => deliveries.push(delivery) });
  const events = [];
  for (const type of [
    'job.processing',
    'result.completed',
    'result.failed',
    'job.completed',
    'job.partially_completed',
    'job.failed',
  ]) {
    shim.events.addEventListener(type, ({ detail }) => {
      checkSchema('aigenstudio', 'JobEvent', detail);
      events.push([detail.type, detail.results.length]);
    });
  }
  const { job } = await (
    await start(
      { input: [{ image_url: at(0) }, { image_url: at(9) }], webhook_url: 'https://client.example/hook' },
      'with-webhook',
      'aigen_live_secret',
    )
  ).json();
  await finish(job.id, 'aigen_live_secret');
  await shim.idle();
  assert.deepEqual(events, [
    ['job.processing', 2],
    ['result.completed', 1],
    ['result.failed', 1],
    ['job.partially_completed', 2],
  ]);
  assert.deepEqual(
    deliveries.map((one) => one.event.type),
    events.map(([type]) => type),
  );
  const secret = createHash('sha256').update('aigen_live_secret').digest('hex');
  for (const one of deliveries) assert.deepEqual([one.url, one.secret], ['https://client.example/hook', secret]);
});

test('the key is nowhere in the store, nor its digest', async () => {
  const { start, finish, store } = setUp();
  const key = 'aigen_live_very_secret_key';
  const { job } = await (
    await start({ input: [{ image_url: at(0) }], webhook_url: 'https://client.example/hook' }, 'some-request', key)
  ).json();
  await finish(job.id, key);
  const all = JSON.stringify([await store.list('ag-jobs'), await store.list('ag-keys'), await store.keys()]);
  assert.ok(!all.includes(key) && !all.includes(createHash('sha256').update(key).digest('hex')));
});

test('jobs, results and keys are cleared away after thirty days', async () => {
  let now = Date.now();
  const { start, finish, shim, store } = setUp({ now: () => now });
  const data = `data:image/png;base64,${photos[0].toString('base64')}`;
  const { job } = await (await start({ input: [{ image_url: data }] }, 'old-enough')).json();
  await finish(job.id);
  now += 30 * 24 * 3600e3 + 1000;
  await shim.sweep();
  assert.deepEqual([await store.keys(), await store.list('ag-jobs'), await store.list('ag-keys')], [[], [], []]);
  assert.equal((await start({ input: [{ image_url: data }] }, 'old-enough')).status, 202);
});

test('a result address with a wrong token, index or id is 404', async () => {
  const { start, finish, shim } = setUp();
  const { job } = await (await start({ input: [{ image_url: at(0) }] })).json();
  const {
    results: [{ result_url: url }],
  } = await finish(job.id);
  const status = async (address) => (await shim.fetch(new Request(address))).status;
  assert.equal(await status(url), 200);
  assert.equal(await status(url.replace(/token=.*/, 'token=x')), 404);
  assert.equal(await status(url.replace('-0.png', '-1.png')), 404);
  assert.equal(
    await status(url.replace(/results\/.{36}/, `results/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`)),
    404,
  );
});

test('JPEG sources are fine', async () => {
  const { start, finish } = setUp();
  const { job } = await (
    await start({ input: [{ image_url: `data:image/jpeg;base64,${jpegHeader(20, 10).toString('base64')}` }] })
  ).json();
  assert.equal((await finish(job.id)).job.status, 'completed');
});
