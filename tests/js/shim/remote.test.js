// Long because what can go wrong with a remote is one table, tried for each vendor.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { createMemoryStore, createShim } from '../../../shim/index.js';
import { createConsent } from '../../../shim/consent.js';
import { createGuardedFetch } from '../../../shim/adapters/node-fetch.js';
import { retryAfterSeconds } from '../../../shim/remote/client.js';
import { remote as aigenstudioFlow } from '../../../shim/dialects/aigenstudio/remote.js';
import { remote as magicHourFlow } from '../../../shim/dialects/magic-hour/remote.js';
import { checkedFetch, until } from './support/contract.js';
import { createFakeEngine, expected } from './support/fake-engine.js';
import { startRemote } from './support/remote-server.js';
import { originOf } from './support/origin.js';
import { jpegHeader, png } from './support/pictures.js';

const KEY = {
  'magic-hour': 'mhk_live_TOPSECRET',
  'img-processing': 'live_TOPSECRET',
  aigenstudio: 'aigen_live_TOPSECRET',
};
const photo = png(5, 4, [7, 7, 7, 255]);
const open = [];
const logged = [];
for (const level of ['log', 'warn', 'error', 'info', 'debug']) {
  const before = console[level];
  console[level] = (...args) => {
    logged.push(args.map(String).join(' '));
    before(...args);
  };
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
after(() => assert.ok(!logged.join('\n').includes('TOPSECRET'), 'a key was logged'));

/** A shim whose remote is a second server with faults in front. */
async function setUp({
  fault,
  policy = 'local-first',
  engine = createFakeEngine({ fail: () => 'engine_crashed' }),
  remote = {},
  consent = { granted: () => true },
  publish,
  ...options
} = {}) {
  const far = await startRemote({ fault, options: { trustedOrigins: options.farTrusts ?? [] } });
  open.push(far);
  const store = options.store ?? createMemoryStore();
  const fetchPublic = createGuardedFetch({ trustedOrigins: [far.address] });
  // The remote gives links to its own inner address; the front stands before it.
  const through = (input, init) => fetchPublic(String(input).replace(far.inner.address, far.address), init);
  const base = {
    followsItself: false,
    fetchPublic: through,
    pollMs: () => 5,
    retryMs: 5,
    callTimeoutMs: 10e3,
    transferTimeoutMs: 10e3,
    publish,
    ...remote,
  };
  const shim = createShim({
    engine,
    store,
    policy,
    consent,
    onError: (e) => {
      throw e;
    },
    ...options,
    remote: {
      'magic-hour': { baseUrl: far.address, key: KEY['magic-hour'], ...base },
      'img-processing': { baseUrl: far.address, key: KEY['img-processing'], ...base },
      aigenstudio: { baseUrl: `${far.address}/api/v1`, key: KEY.aigenstudio, ...base },
    },
  });
  return { far, shim, store, engine };
}

const flows = {
  async 'magic-hour'(shim) {
    const fetch = checkedFetch(shim, 'magic-hour');
    const api = 'https://api.magichour.ai';
    const post = async (path, body) => (await fetch(api + path, { method: 'POST', body: JSON.stringify(body) })).json();
    const {
      items: [slot],
    } = await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] });
    await fetch(slot.upload_url, { method: 'PUT', body: photo });
    const { id } = await post('/v1/image-background-remover', {
      assets: { image_file_path: slot.file_path },
      name: 'mine',
    });
    const project = await until(
      async () => (await fetch(`${api}/v1/image-projects/${id}`)).json(),
      (p) => !['queued', 'rendering'].includes(p.status),
    );
    if (project.status !== 'complete') return { error: project.error, id };
    const download = await fetch(project.downloads[0].url);
    return {
      id,
      source: download.headers.get('x-cutaway-source'),
      bytes: Buffer.from(await download.arrayBuffer()),
      report: await shim.report('mh-projects', id),
    };
  },
  async 'img-processing'(shim) {
    const fetch = checkedFetch(shim, 'img-processing');
    const api = 'https://api.img-processing.com/v1/images';
    const form = new FormData();
    form.append('name', 'mine');
    form.append('image', new Blob([photo]));
    const image = await (await fetch(`${api}/upload`, { method: 'POST', body: form })).json();
    const answer = await fetch(`${api}/${image.id}/remove-background`, { method: 'POST' });
    const made = await answer.json();
    if (answer.status !== 201) return { error: made, id: image.id };
    const bytes = Buffer.from(await (await fetch(`${api}/${made.id}/download`)).arrayBuffer());
    return {
      id: made.id,
      source: answer.headers.get('x-cutaway-source'),
      bytes,
      report: await shim.report('ip-images', made.id),
    };
  },
  async aigenstudio(shim, image_url = `data:image/png;base64,${photo.toString('base64')}`) {
    const fetch = checkedFetch(shim, 'aigenstudio');
    const api = 'https://aigenstudio.app/api/v1';
    const { job } = await (
      await fetch(`${api}/remove-background`, {
        method: 'POST',
        headers: { 'idempotency-key': 'one-user-action' },
        body: JSON.stringify({ input: [{ image_url, external_id: 'theirs' }] }),
      })
    ).json();
    const answer = await until(
      async () => (await fetch(`${api}/jobs/${job.id}`)).clone(),
      (r) => r && true,
    ).then(() =>
      until(
        async () => (await fetch(`${api}/jobs/${job.id}`)).json(),
        (d) => !['queued', 'processing'].includes(d.job.status),
      ),
    );
    const [result] = answer.results;
    if (answer.job.status !== 'completed') return { error: result, id: job.id };
    assert.equal(result.external_id, 'theirs');
    const download = await shim.fetch(new Request(result.result_url));
    return {
      id: job.id,
      source: download.headers.get('x-cutaway-source'),
      bytes: Buffer.from(await download.arrayBuffer()),
      report: {},
    };
  },
};

for (const name of ['magic-hour', 'img-processing']) {
  test(`${name}: the engine fails, the remote does it, the caller's ids stay`, async () => {
    const { shim, far, store } = await setUp();
    const done = await flows[name](shim);
    assert.deepEqual([done.source, done.report.source], ['remote', 'remote']);
    assert.deepEqual(done.bytes, expected(photo));
    assert.equal(far.paid().length, 1);
    const header = name === 'img-processing' ? 'x-api-key' : 'authorization';
    const api = far.seen.filter((one) => !/^\/(api-assets|c\w{24})\//.test(one.path));
    assert.ok(api.length > 0 && api.every((one) => one.headers[header]?.endsWith(KEY[name])));
    for (const one of far.seen) {
      assert.ok(!one.url.includes('TOPSECRET'));
      if (!api.includes(one))
        assert.ok(!JSON.stringify(one.headers).includes('TOPSECRET'), 'no key to storage addresses');
    }
    const collections = await Promise.all(['mh-projects', 'mh-assets', 'ip-images'].map((name) => store.list(name)));
    assert.ok(!JSON.stringify(collections).includes('TOPSECRET'));
  });

  test(`${name}: an engine that works is not helped; the remote hears nothing`, async () => {
    const { shim, far } = await setUp({ engine: createFakeEngine() });
    assert.equal((await flows[name](shim)).source, 'local');
    assert.equal(far.seen.length, 0);
  });

  test(`${name}: what is wrong with the picture is not taken to the remote`, async () => {
    for (const code of ['corrupt_image', 'bad_option', 'empty_input']) {
      const { shim, far } = await setUp({ engine: createFakeEngine({ fail: () => code }) });
      assert.ok((await flows[name](shim)).error);
      assert.equal(far.seen.length, 0, code);
    }
  });

  test(`${name}: no engine, too large, too slow, out of memory are`, async () => {
    const cases = [
      undefined,
      createFakeEngine({ fail: () => 'too_large' }),
      createFakeEngine({ fail: () => 'out_of_memory' }),
      createFakeEngine({ delay: 3000 }),
      createFakeEngine({ delay: 3000, deaf: true }),
    ];
    for (const engine of cases) {
      const far = await setUp({ engine: engine ?? null, limits: { localTimeoutMs: 60 } });
      assert.equal((await flows[name](far.shim)).source, 'remote');
    }
  });

  test(`${name}: under local-only, without agreement or without a remote nothing leaves`, async () => {
    for (const options of [
      { policy: 'local-only' },
      { consent: { granted: () => false } },
      {
        consent: {
          granted: () => {
            throw new Error('x');
          },
        },
      },
      { consent: undefined },
      { policy: 'remote-only', consent: { granted: () => false } },
    ]) {
      const { shim, far } = await setUp({
        ...options,
        ...(options.consent === undefined &&
          options.policy === undefined && { consent: { granted: async () => 'yes' } }),
      });
      const { error } = await flows[name](shim);
      assert.ok(error);
      assert.equal(far.seen.length, 0);
    }
  });

  test(`${name}: remote-first goes to the remote, and to the engine when that fails`, async () => {
    const good = await setUp({ policy: 'remote-first', engine: createFakeEngine() });
    assert.equal((await flows[name](good.shim)).source, 'remote');
    assert.equal(good.engine.log.length, 0);
    for (const fault of [401, 402, 403, 500, 'reset-before']) {
      const bad = await setUp({
        policy: 'remote-first',
        engine: createFakeEngine(),
        fault: ({ method }) => (method === 'POST' ? fault : undefined),
      });
      const done = await flows[name](bad.shim);
      assert.deepEqual([done.source, done.bytes], ['local', expected(photo)], String(fault));
    }
    const only = await setUp({ policy: 'remote-only', engine: createFakeEngine(), fault: () => 500 });
    assert.ok((await flows[name](only.shim)).error);
    assert.equal(only.engine.log.length, 0);
  });

  test(`${name}: whatever goes wrong between, a result or a typed error, and one paid call`, async () => {
    const paidPath = { 'magic-hour': /background-remover$/, 'img-processing': /remove-background$/ }[name];
    const faults = [
      'reset-before',
      'reset-after',
      'reset-body',
      'truncate',
      'html',
      'trickle',
      'hang',
      401,
      402,
      403,
      404,
      422,
      429,
      500,
      502,
      503,
      [200, { 'content-type': 'application/json' }, '{"id":"../../etc"}'],
      [200, { 'content-type': 'application/json' }, '[]'],
      [200, { 'content-type': 'application/json' }, '{"__proto__":{"id":"x"}}'],
      [200, { 'content-type': 'application/json' }, `{"id":${'['.repeat(100000)}`],
      [302, { location: 'http://127.0.0.1:1/' }, ''],
      [200, {}, 'x'.repeat(2e6)],
    ];
    for (const fault of faults) {
      const slow = ['hang', 'trickle'].includes(fault) && { callTimeoutMs: 400 };
      const { shim, far } = await setUp({
        remote: { ...slow },
        fault: ({ path }) => (paidPath.test(path) ? fault : undefined),
      });
      const { error } = await flows[name](shim);
      assert.ok(error, JSON.stringify(fault).slice(0, 60));
      const words = JSON.stringify(error);
      assert.ok(!words.includes('TOPSECRET') && !/\bat .*\.js/.test(words), words);
      assert.equal(far.paid().length, 1, `paid calls after ${JSON.stringify(fault).slice(0, 60)}`);
    }
  });

  test(`${name}: 429 with Retry-After on the paid call is waited for and repeated, since nothing was done`, async () => {
    const paidPath = { 'magic-hour': /background-remover$/, 'img-processing': /remove-background$/ }[name];
    const { shim, far } = await setUp({
      fault: ({ path, n }) =>
        paidPath.test(path) && n < 2
          ? [429, { 'retry-after': '0', 'content-type': 'application/json' }, '{"message":"later"}']
          : undefined,
    });
    assert.equal((await flows[name](shim)).source, 'remote');
    assert.equal(far.paid().length, 3);
    assert.equal(await far.inner.shim.report('mh-projects', 'none'), undefined);
    const long = await setUp({
      fault: ({ path }) => (paidPath.test(path) ? [429, { 'retry-after': '3600' }, '{}'] : undefined),
    });
    assert.ok((await flows[name](long.shim)).error, 'an hour is not waited for');
    assert.equal(long.far.paid().length, 1);
  });

  test(`${name}: free calls are repeated until they succeed`, async () => {
    const { shim, far } = await setUp({
      fault: ({ method, n }) => (method === 'GET' && n < 2 ? ['reset-before', 503][n] : undefined),
    });
    assert.equal((await flows[name](shim)).source, 'remote');
    assert.equal(far.paid().length, 1);
  });

  test(`${name}: a result that is no PNG, too big or cut off is an error`, async () => {
    const isResult = ({ method, path }) => method === 'GET' && /(output\.png|download)$/.test(path);
    for (const answer of [
      [200, { 'content-type': 'image/png' }, '<html>'],
      [200, { 'content-type': 'image/png' }, jpegHeader(3, 3)],
      [200, {}, Buffer.alloc(2000)],
      'reset-body',
      404,
    ]) {
      const { shim, far } = await setUp({
        fault: (hit) => (isResult(hit) ? answer : undefined),
        remote: { maxImageBytes: 1000 },
      });
      assert.ok((await flows[name](shim)).error, String(answer));
      assert.equal(far.paid().length, 1);
    }
  });
}

test('magic-hour: addresses in answers that lead into the private network or are none are refused', async () => {
  const bad = [
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/x.png',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:image/png;base64,AA',
    'http://u:p@8.8.8.8/x.png',
    '',
    null,
    5,
    {},
    `https://a.example/${'x'.repeat(9000)}`,
  ];
  for (const url of bad) {
    const { shim } = await setUp({
      fault: ({ method, path }) =>
        method === 'GET' && path.startsWith('/v1/image-projects')
          ? [200, { 'content-type': 'application/json' }, JSON.stringify({ status: 'complete', downloads: [{ url }] })]
          : undefined,
    });
    const { error } = await flows['magic-hour'](shim);
    assert.match(error.message, /address/, String(url).slice(0, 60));
  }
  for (const slots of [
    {},
    { items: [] },
    { items: [null] },
    { items: [{ upload_url: 'http://10.0.0.1/x', file_path: 'api-assets/x' }] },
  ]) {
    const { shim, far } = await setUp({
      fault: ({ path }) => (path === '/v1/files/upload-urls' ? [200, {}, JSON.stringify(slots)] : undefined),
    });
    assert.ok((await flows['magic-hour'](shim)).error);
    assert.equal(far.paid().length, 0);
  }
});

test("magic-hour: the remote's own end of the job is told", async () => {
  for (const status of ['error', 'canceled']) {
    const { shim } = await setUp({
      fault: ({ method, path }) =>
        method === 'GET' && path.startsWith('/v1/image-projects') ? [200, {}, JSON.stringify({ status })] : undefined,
    });
    assert.match((await flows['magic-hour'](shim)).error.message, new RegExp(`ended the job as ${status}`));
  }
});

test('a job that the remote never finishes is given up in time', async () => {
  const { shim, far } = await setUp({
    remote: { totalTimeoutMs: 1000 },
    fault: ({ method, path }) =>
      method === 'GET' && path.startsWith('/v1/image-projects') ? [200, {}, '{"status":"rendering"}'] : undefined,
  });
  assert.match((await flows['magic-hour'](shim)).error.message, /longer than/);
  assert.equal(far.paid().length, 1);
});

test('aigenstudio: a picture without a public address is explained, not sent', async () => {
  const { shim, far } = await setUp();
  const { error } = await flows.aigenstudio(shim);
  assert.match(error.error_message, /public http/);
  assert.equal(far.seen.length, 0);
});

test('aigenstudio: failed inputs go in one call under one idempotency key, and come back in their place', async (t) => {
  const photos = [0, 1, 2].map((i) => png(3 + i, 3, [i, i, i, 255]));
  const origin = await originOf(t, (request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(photos[Number(request.url[1])]),
  );
  const engine = createFakeEngine({ fail: (_, n) => (n === 1 ? undefined : 'out_of_memory') });
  const posts = [];
  const { shim, far } = await setUp({
    engine,
    farTrusts: [origin],
    inputs: {
      schemes: ['http'],
      fetch: createGuardedFetch({ trustedOrigins: [origin] }),
      followsItself: false,
      trustedOrigins: [origin],
    },
    fault: ({ method, path, n }) =>
      method === 'POST' && path.endsWith('/remove-background')
        ? (posts.push(n), ['reset-after', 'truncate', 500][n])
        : undefined,
  });
  const fetch = checkedFetch(shim, 'aigenstudio');
  const api = 'https://aigenstudio.app/api/v1';
  const { job } = await (
    await fetch(`${api}/remove-background`, {
      method: 'POST',
      headers: { 'idempotency-key': 'one-user-action' },
      body: JSON.stringify({
        input: [0, 1, 2].map((n) => ({ image_url: `${origin}/${n}.png`, external_id: `e${n}` })),
      }),
    })
  ).json();
  const done = await until(
    async () => (await fetch(`${api}/jobs/${job.id}`)).json(),
    (d) => !['queued', 'processing'].includes(d.job.status),
  );
  assert.equal(done.job.status, 'completed');
  const sources = [];
  for (const [n, result] of done.results.entries()) {
    const answer = await shim.fetch(new Request(result.result_url));
    sources.push(answer.headers.get('x-cutaway-source'));
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), expected(photos[n]));
    assert.equal(result.external_id, `e${n}`);
  }
  assert.deepEqual(sources, ['remote', 'local', 'remote']);
  assert.equal(posts.length, 4, 'repeated until it was answered');
  assert.equal(new Set(far.paid().map((one) => one.headers['idempotency-key'])).size, 1);
  assert.notEqual(far.paid()[0].headers['idempotency-key'], 'one-user-action', "the caller's key is the caller's");
  const jobs = await far.inner.shim.fetch(
    new Request('http://x/api/v1/jobs', { headers: { authorization: `Bearer ${KEY.aigenstudio}` } }),
  );
  assert.deepEqual(
    (await jobs.json()).jobs.map((one) => one.total_results),
    [2],
    'one job of two pictures',
  );
  const answer = await fetch(`${api}/jobs/${job.id}`);
  assert.equal(answer.headers.get('x-cutaway-source'), 'local, remote');
});

test('after a restart a paid call is followed, never repeated', async () => {
  // 1. The page dies while the remote works: the next process polls the same job.
  const store = createMemoryStore();
  let finished = false;
  const { shim, far } = await setUp({
    store,
    fault: ({ method, path }) =>
      !finished && method === 'GET' && path.startsWith('/v1/image-projects')
        ? [200, {}, '{"status":"rendering"}']
        : undefined,
  });
  const run = flows['magic-hour'](shim).catch(() => {});
  await until(
    () => far.paid().length,
    (n) => n === 1,
  );
  const [project] = await until(
    async () => store.list('mh-projects'),
    ([p]) => p?.trace?.phase === 'created',
  );
  store.close = async () => {};
  await shim.close();
  await run;
  finished = true;
  store.owner = 'next process';
  store.alive = async (owner) => owner === 'next process';
  const second = createShim({
    store,
    policy: 'local-first',
    consent: { granted: () => true },
    remote: {
      'magic-hour': {
        baseUrl: far.address,
        key: KEY['magic-hour'],
        followsItself: false,
        pollMs: () => 5,
        fetchPublic: (u, i) => fetch(String(u).replace(far.inner.address, far.address), i),
      },
    },
  });
  await second.ready();
  await until(
    async () => store.get('mh-projects', project.id),
    (p) => p.status === 'complete',
  );
  assert.equal(far.paid().length, 1);

  // 2. It died between the intent and the answer: nobody knows, so no second call.
  await store.put('mh-projects', {
    ...project,
    status: 'rendering',
    owner: 'dead',
    trace: { phase: 'paying', items: [project.id], key: 'k' },
  });
  const third = createShim({
    store: Object.assign(store, { owner: 'third', alive: async (o) => o === 'third' }),
    policy: 'local-first',
    consent: { granted: () => true },
    remote: { 'magic-hour': { baseUrl: far.address, key: 'k', followsItself: false } },
  });
  await third.ready();
  const unsure = await until(
    async () => store.get('mh-projects', project.id),
    (p) => p.status === 'error',
  );
  assert.equal(far.paid().length, 1);
  assert.ok(unsure.error);
});

test('agreement is remembered, revocable, and bound to the address', () => {
  const kept = new Map();
  const storage = {
    getItem: (k) => kept.get(k) ?? null,
    setItem: (k, v) => kept.set(k, v),
    removeItem: (k) => kept.delete(k),
  };
  const consent = createConsent({ storage });
  let changes = 0;
  consent.events.addEventListener('change', () => {
    changes++;
  });
  assert.equal(consent.granted('magic-hour', 'https://api.magichour.ai'), false);
  consent.grant('magic-hour', 'https://api.magichour.ai/');
  assert.equal(createConsent({ storage }).granted('magic-hour', 'https://api.magichour.ai'), true, 'after a reload');
  assert.equal(consent.granted('magic-hour', 'https://elsewhere.example'), false);
  assert.equal(consent.granted('aigenstudio', 'https://api.magichour.ai'), false);
  assert.deepEqual(Object.keys(consent.list()), ['magic-hour']);
  consent.revoke('magic-hour');
  assert.equal(consent.granted('magic-hour', 'https://api.magichour.ai'), false);
  assert.deepEqual([kept.size, changes], [0, 2]);
  kept.set('cutaway-consent', '{broken');
  assert.equal(consent.granted('magic-hour', 'https://api.magichour.ai'), false);
  kept.set('cutaway-consent', '{"__proto__":{"magic-hour":{"origin":"https://api.magichour.ai"}}}');
  assert.equal(consent.granted('magic-hour', 'https://api.magichour.ai'), false);
});

test('Retry-After in seconds and as a date', () => {
  const seconds = (value) =>
    retryAfterSeconds(
      new Headers(value === undefined ? {} : { 'retry-after': value }),
      Date.parse('2026-01-01T00:00:00Z'),
    );
  assert.deepEqual(
    [undefined, '5', '0', 'Thu, 01 Jan 2026 00:00:30 GMT', 'Wed, 31 Dec 2025 00:00:00 GMT', 'soon', '-1'].map(seconds),
    [undefined, 5, 0, 30, 0, undefined, undefined],
  );
});

test('the remote is polled as slowly as the contract says', async () => {
  const waits = [];
  const before = globalThis.setTimeout;
  globalThis.setTimeout = (task, ms) => {
    waits.push(ms);
    queueMicrotask(task);
    return 0;
  };
  try {
    for (const [flow, waiting, done, pace] of [
      [magicHourFlow, { status: 'rendering' }, { status: 'error' }, [2000, 2500, 3000, 3000, 3000, 3000]],
      [
        aigenstudioFlow,
        { job: { status: 'processing' } },
        { job: { status: 'failed' } },
        [5000, 10000, 20000, 30000, 30000, 30000],
      ],
    ]) {
      let polls = 0;
      waits.length = 0;
      const client = { options: {}, json: async () => (++polls < 6 ? waiting : done) };
      const [outcome] = await flow.follow({ client, items: [{ id: 'a', options: { format: 'png' } }] }, 'x');
      assert.equal(outcome.code, 'remote_failed');
      assert.deepEqual(waits, pace);
    }
  } finally {
    globalThis.setTimeout = before;
  }
});

test('a base URL with a key in it is refused at once', () => {
  for (const baseUrl of ['https://user:key@api.example', 'https://api.example/?key=1', 'ftp://api.example']) {
    assert.throws(() => createShim({ remote: { 'magic-hour': { baseUrl } } }), /base URL/);
  }
  assert.throws(() => createShim({ policy: 'remote' }), /policy/);
  assert.throws(() => createShim({ remote: { other: { baseUrl: 'https://a.example' } } }), /no remote/);
});
