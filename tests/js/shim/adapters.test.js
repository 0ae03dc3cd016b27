import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createEnginePool } from '../../../shim/adapters/engine-pool.js';
import { serve } from '../../../shim/adapters/node-server.js';
import { createWebhooks } from '../../../shim/adapters/node-webhooks.js';
import { parseColor } from '../../../shim/css-color.js';
import { sign } from '../../../shim/dialects/aigenstudio/webhook.js';
import { createShim, install } from '../../../shim/index.js';
import { readHeader, sniff } from '../../../shim/image-header.js';
import { createQueue } from '../../../shim/queue.js';
import { hex, hmacSha256, sha256 } from '../../../shim/sha256.js';
import { until } from './support/contract.js';
import { createFakeEngine, expected, labelOf, sha } from './support/fake-engine.js';
import { jpegHeader, png, webpHeader } from './support/pictures.js';
import { startRemote } from './support/remote-server.js';

const photo = png(5, 4, [7, 7, 7, 255]);

test('install: both call styles reach the shim, all else the fetch before, and it can be undone', async () => {
  const passed = [];
  const target = {
    fetch: async (input) => {
      passed.push(String(input.url ?? input));
      return new Response('outside');
    },
  };
  const before = target.fetch;
  const undo = install(createShim({ engine: createFakeEngine() }), { target });
  const text = await (await target.fetch('https://aigenstudio.app/api/v1/tools')).json();
  assert.equal(text.tools[0].id, 'remove_background');
  const request = await target.fetch(
    new Request('https://api.img-processing.com/v1/images', { headers: { 'x-api-key': 'test_1' } }),
    {},
  );
  assert.deepEqual((await request.json()).data, []);
  const viaUrl = await target.fetch(new URL('https://api.magichour.ai/v1/files/upload-urls'), {
    method: 'POST',
    body: '{}',
  });
  assert.equal(viaUrl.status, 400);
  await target.fetch('https://api.magichour.ai/v1/face-swap', { method: 'POST', body: '{}' });
  await target.fetch(new Request('https://elsewhere.example/'));
  assert.deepEqual(passed, ['https://api.magichour.ai/v1/face-swap', 'https://elsewhere.example/']);
  undo();
  assert.equal(target.fetch, before);
});

test('install: only the listed origins; an abort rejects; a wrapper around it survives the undoing', async () => {
  const target = { fetch: async () => new Response('outside') };
  const shim = createShim({ engine: createFakeEngine({ delay: 500 }), bases: ['https://mine.example'] });
  const undo = install(shim, { target, origins: ['https://mine.example'] });
  assert.equal(await (await target.fetch('https://aigenstudio.app/api/v1/tools')).text(), 'outside');
  assert.equal((await target.fetch('https://mine.example/api/v1/tools')).status, 200);
  for (const path of ['images/logo.png', 'charts/output.png', 'api-assets/a/b.css', 'index.html']) {
    assert.equal(
      await (await target.fetch(`https://mine.example/${path}`)).text(),
      'outside',
      'a site has paths of its own',
    );
  }
  const form = new FormData();
  form.append('name', 'a');
  form.append('image', new Blob([photo]));
  const { id } = await (
    await target.fetch('https://mine.example/v1/images/upload', { method: 'POST', body: form })
  ).json();
  await assert.rejects(
    target.fetch(`https://mine.example/v1/images/${id}/remove-background`, {
      method: 'POST',
      signal: AbortSignal.timeout(20),
    }),
    { name: 'TimeoutError' },
  );
  const inner = target.fetch;
  const wrapper = (...args) => inner(...args);
  target.fetch = wrapper;
  undo();
  assert.equal(target.fetch, wrapper);
  assert.equal(await (await target.fetch('https://mine.example/api/v1/tools')).text(), 'outside');
});

test('the pool works in parallel up to its size, each result with its input', async () => {
  const engines = [];
  const pool = createEnginePool({
    size: 2,
    create: () => {
      engines.push(createFakeEngine({ delay: 10 }));
      return engines.at(-1);
    },
  });
  const photos = Array.from({ length: 6 }, (_, i) => png(3, 3, [i, 0, 0, 255]));
  const made = await Promise.all(
    photos.map((bytes) => pool.removeBackground(new Blob([bytes]), { format: 'png', background: 'white' })),
  );
  for (const [i, { blob }] of made.entries()) {
    assert.deepEqual(Buffer.from(await blob.arrayBuffer()), expected(photos[i], { background: 'white' }));
  }
  assert.deepEqual(
    engines.map((engine) => engine.peak),
    [1, 1],
  );
  const backdrop = png(1, 1, [9, 9, 9, 9]);
  const { blob } = await pool.removeBackground(new Blob([photo]), { background: new Blob([backdrop]) });
  assert.equal(labelOf(await blob.arrayBuffer()).background, sha(backdrop));
  assert.equal((await pool.convert(new Blob([photo]), { format: 'webp', quality: 3 })).width, 5);
  await assert.rejects(pool.removeBackground(new Blob(['text']), {}), { code: 'unsupported_format' });
  const held = Promise.all([1, 2].map(() => pool.removeBackground(new Blob([photo]), {})));
  const late = pool.removeBackground(new Blob([photo]), { signal: AbortSignal.abort() });
  await assert.rejects(late, { name: 'AbortError' });
  await held;
  await pool.close();
  await assert.rejects(pool.removeBackground(new Blob([photo]), {}), { code: 'engine_unavailable' });
});

test('an engine that cannot be made is asked for again by the next job', async () => {
  let broken = true;
  const pool = createEnginePool({
    size: 1,
    create: async () => {
      if (broken) throw new Error('no wasm');
      return createFakeEngine();
    },
  });
  const [one, two] = await Promise.allSettled([1, 2].map(() => pool.removeBackground(new Blob([photo]), {})));
  assert.deepEqual([one.reason.code, two.reason.code], ['engine_unavailable', 'engine_unavailable']);
  broken = false;
  assert.equal((await pool.removeBackground(new Blob([photo]), {})).report.width, 5);
  await pool.close();
});

test('webhooks are signed as the vendor says, and repeated until they are taken', async () => {
  const sent = [];
  const answers = [500, 'broken', 204];
  const fetch = async (url, init) => {
    sent.push({ url, ...init });
    const what = answers[sent.length - 1];
    if (what === 'broken') throw new TypeError('connection reset');
    return new Response(null, { status: what });
  };
  const hooks = createWebhooks({ fetch, delaysMs: [1, 1, 1, 1], now: () => 1767323045000 });
  const secret = createHash('sha256').update('aigen_live_1').digest('hex');
  const event = { id: 'evt_1a2b', type: 'job.completed' };
  hooks.deliver({ url: 'https://client.example/hook', secret, event, sign });
  hooks.deliver({ url: 'https://client.example/hook', secret: undefined, event, sign });
  await until(
    () => sent.length,
    (n) => n === 3,
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, 3);
  for (const one of sent) {
    assert.deepEqual(JSON.parse(one.body), event);
    const mac = createHmac('sha256', secret).update(`1767323045.evt_1a2b.${one.body}`).digest('hex');
    assert.deepEqual(
      [one.headers['x-aigen-signature'], one.headers['x-aigen-timestamp'], one.headers['x-aigen-event-id']],
      [`v1=${mac}`, '1767323045', 'evt_1a2b'],
    );
  }
  hooks.close();
});

test("SHA-256 and HMAC agree with Node's for every length around a block", () => {
  for (let n = 0; n < 200; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 7 + n) & 255);
    assert.equal(hex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'));
    assert.equal(hex(hmacSha256(bytes, 'text')), createHmac('sha256', bytes).update('text').digest('hex'));
  }
});

test('CSS colours', () => {
  for (const [text, value] of [
    ['#F5f5F5', '#f5f5f5'],
    ['#abc', '#aabbcc'],
    ['#abcf', '#aabbcc'],
    ['#aabbccff', '#aabbcc'],
    ['Red', '#ff0000'],
    ['rebeccapurple', '#663399'],
    ['lightgoldenrodyellow', '#fafad2'],
    ['rgb(255, 0, 128)', '#ff0080'],
    ['rgb(100% 0% 50%)', '#ff0080'],
    ['rgba(1,2,3,1)', '#010203'],
    ['rgb(300 -5 0 / 100%)', '#ff0000'],
    ['hsl(120, 100%, 25%)', '#008000'],
    ['hsl(0.5turn 100% 50%)', '#00ffff'],
    ['hsl(-120deg 100 50)', '#0000ff'],
    ['hwb(0 0% 0%)', '#ff0000'],
    ['hwb(90 60% 60%)', '#808080'],
  ]) {
    assert.equal(parseColor(text), value, text);
  }
  for (const text of [
    '',
    'transparent',
    'currentcolor',
    '#12',
    '#12345',
    '#1234567',
    '#aabbcc80',
    '#abc8',
    'rgb(1,2)',
    'rgb(1,2,3,0.5)',
    'rgb(1 2% 3)',
    'rgb(a,b,c)',
    'hsl(1%,2%,3%)',
    'constructor',
    '__proto__',
    'url(x)',
    'rgb((1),2,3)',
    'red;x:y',
  ]) {
    assert.equal(parseColor(text), undefined, text);
  }
});

test('picture headers: cut off anywhere they are undefined, never an exception', () => {
  for (const bytes of [photo, jpegHeader(300, 200, 'text', 6), webpHeader(70000, 3)]) {
    const whole = readHeader(bytes);
    for (let n = 0; n < bytes.length; n++) {
      const part = readHeader(bytes.subarray(0, n));
      if (part) assert.deepEqual(part, whole);
    }
  }
  assert.deepEqual(readHeader(webpHeader(70000, 3)), { format: 'webp', width: 70000, height: 3 });
  assert.deepEqual(readHeader(jpegHeader(300, 200, '', 8)), { format: 'jpeg', width: 200, height: 300 });
  assert.equal(readHeader(png(0, 5)), undefined);
  assert.deepEqual(
    ['GIF89a......', 'BM..........', 'RIFFxxxxWEBP', '....ftypheic', '....ftypavif', 'RIFFxxxxWAVE', '<svg', ''].map(
      (text) => sniff(Buffer.from(text, 'latin1')),
    ),
    ['gif', 'bmp', 'webp', 'heic', 'avif', '', '', ''],
  );
});

test('the queue: in order, so many at a time, a place released is a place free', async () => {
  const queue = createQueue({ concurrency: 2, limit: 3 });
  const order = [];
  let running = 0;
  let most = 0;
  const task = (n) => async () => {
    most = Math.max(most, ++running);
    order.push(n);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    if (n === 1) throw new Error('one');
    return n;
  };
  const places = [0, 1, 2].map(() => queue.reserve());
  assert.throws(() => queue.reserve(), { code: 'busy' });
  const all = Promise.allSettled(places.map((place, n) => place.run(task(n))));
  const forced = queue.reserve({ force: true }).run(task(3));
  assert.deepEqual(
    (await all).map((one) => one.value ?? one.reason.message),
    [0, 'one', 2],
  );
  assert.equal(await forced, 3);
  assert.deepEqual([order, most], [[0, 1, 2, 3], 2]);
  const place = queue.reserve();
  place.release();
  place.release();
  await queue.idle();
  assert.equal(queue.size, 0);
});

test('the proxy adds the key, hides the storage addresses, and passes nothing else', async () => {
  const far = await startRemote();
  const near = await serve({
    port: 0,
    engine: createFakeEngine(),
    allowOrigins: [],
    proxy: {
      'magic-hour': { baseUrl: far.address, key: 'mhk_live_TOPSECRET' },
      'img-processing': { baseUrl: far.address, key: 'live_TOPSECRET' },
      aigenstudio: { baseUrl: `${far.address}/api/v1`, key: 'aigen_live_TOPSECRET' },
    },
  });
  const base = `${near.address}/proxy/magic-hour`;
  const shim = createShim({
    policy: 'remote-only',
    consent: { granted: () => true },
    remote: { 'magic-hour': { baseUrl: base, pollMs: () => 5, followsItself: false } },
  });
  const call = async (path, init) =>
    shim.fetch(new Request(path.startsWith('http') ? path : `https://api.magichour.ai${path}`, init));
  const {
    items: [slot],
  } = await (
    await call('/v1/files/upload-urls', { method: 'POST', body: '{"items":[{"type":"image","extension":"png"}]}' })
  ).json();
  await call(slot.upload_url, { method: 'PUT', body: photo });
  const { id } = await (
    await call('/v1/image-background-remover', {
      method: 'POST',
      body: JSON.stringify({ assets: { image_file_path: slot.file_path } }),
    })
  ).json();
  const project = await until(
    async () => (await call(`/v1/image-projects/${id}`)).json(),
    (p) => !['queued', 'rendering'].includes(p.status),
  );
  assert.equal(project.status, 'complete', JSON.stringify(project.error));
  assert.deepEqual(Buffer.from(await (await call(project.downloads[0].url)).arrayBuffer()), expected(photo));
  assert.ok(
    far.seen
      .filter((one) => one.path.startsWith('/v1/'))
      .every((one) => one.headers.authorization === 'Bearer mhk_live_TOPSECRET'),
  );
  assert.ok(
    far.seen.filter((one) => !one.path.startsWith('/v1/')).every((one) => one.headers.authorization === undefined),
  );

  const heard = far.seen.length;
  const status = async (path, init) => (await fetch(near.address + path, init)).status;
  assert.equal(await status('/proxy/magic-hour/v1/face-swap', { method: 'POST', body: '{}' }), 404);
  assert.equal(await status('/proxy/magic-hour/../../v1/x'), 404);
  assert.equal(await status('/proxy/other/v1/images'), 404);
  assert.equal(
    await status(`/proxy/magic-hour/relay?to=${encodeURIComponent(`${far.address}/v1/images`)}&mac=00`),
    403,
  );
  assert.equal(
    await status('/proxy/magic-hour/v1/image-projects/x', { headers: { origin: 'https://evil.example' } }),
    403,
  );
  assert.equal(far.seen.length, heard, 'none of these was passed on');
  assert.equal(await status('/proxy/img-processing/v1/images'), 200);
  assert.equal(far.seen.at(-1).headers['x-api-key'], 'live_TOPSECRET');
  assert.equal(await status('/proxy/aigenstudio/jobs'), 200);
  await near.close();
  await far.close();
});
