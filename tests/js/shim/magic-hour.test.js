import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShim, createMemoryStore, strictKeys } from '../../../shim/index.js';
import { checkedFetch, checkSchema, until } from './support/contract.js';
import { createFakeEngine, expected } from './support/fake-engine.js';
import { png } from './support/pictures.js';

const API = 'https://api.magichour.ai';
const photo = png(6, 5, [1, 2, 3, 255]);
const beach = png(2, 2, [9, 9, 200, 255]);

function setUp(options = {}) {
  const engine = options.engine ?? createFakeEngine();
  const store = createMemoryStore();
  const shim = createShim({
    engine,
    store,
    onError: (e) => {
      throw e;
    },
    ...options,
  });
  const fetch = checkedFetch(shim, 'magic-hour');
  const post = (path, body) =>
    fetch(API + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const upload = async (bytes, extension = 'png') => {
    const {
      items: [slot],
    } = await (await post('/v1/files/upload-urls', { items: [{ type: 'image', extension }] })).json();
    const put = await fetch(slot.upload_url, { method: 'PUT', body: bytes });
    assert.equal(put.status, 200);
    return slot.file_path;
  };
  const remove = async (assets, name) => post('/v1/image-background-remover', { assets, name });
  const get = async (id) => (await fetch(`${API}/v1/image-projects/${id}`)).json();
  const finish = (id) =>
    until(
      () => get(id),
      (p) => !['queued', 'rendering'].includes(p.status),
    );
  return { engine, store, shim, fetch, post, upload, remove, get, finish };
}

test('a photo is uploaded, cut out and downloaded', async () => {
  const { upload, remove, finish, fetch } = setUp();
  const created = await (await remove({ image_file_path: await upload(photo) }, 'try')).json();
  assert.deepEqual(created, { id: created.id, frame_cost: 0, credits_charged: 0 });
  assert.match(created.id, /^c[a-z0-9]{24}$/);
  const project = await finish(created.id);
  assert.equal(project.status, 'complete');
  assert.equal(project.name, 'try');
  assert.equal(project.total_frame_cost, 0);
  const { url, expires_at: ends } = project.downloads[0];
  assert.ok(url.startsWith(`https://videos.magichour.ai/${created.id}/output.png?`));
  assert.ok(Math.abs(Date.parse(ends) - Date.now() - 24 * 3600e3) < 60e3);
  const download = await fetch(url);
  assert.equal(download.headers.get('content-type'), 'image/png');
  assert.equal(download.headers.get('x-cutaway-source'), 'local');
  assert.deepEqual(Buffer.from(await download.arrayBuffer()), expected(photo));
});

test('a background picture reaches the engine as a picture', async () => {
  const { upload, remove, finish, fetch } = setUp();
  const { id } = await (
    await remove({ image_file_path: await upload(photo), background_image_file_path: await upload(beach) })
  ).json();
  const [{ url }] = (await finish(id)).downloads;
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), expected(photo, { background: beach }));
});

test('a project waits as queued, works as rendering, and tells both', async () => {
  const { upload, remove, get, finish, shim } = setUp({ engine: createFakeEngine({ delay: 200 }) });
  const told = [];
  for (const type of ['image.started', 'image.completed', 'image.errored']) {
    shim.events.addEventListener(type, ({ detail }) => {
      checkSchema('magic-hour', 'ImageEvent', detail);
      told.push([detail.type, detail.payload.id, detail.payload.status]);
    });
  }
  const path = await upload(photo);
  const first = await (await remove({ image_file_path: path })).json();
  const second = await (await remove({ image_file_path: path })).json();
  await until(
    () => get(first.id),
    (p) => p.status === 'rendering',
  );
  assert.equal((await get(second.id)).status, 'queued');
  await finish(second.id);
  assert.deepEqual(
    told,
    [first.id, second.id].flatMap((id) => [
      ['image.started', id, 'rendering'],
      ['image.completed', id, 'complete'],
    ]),
  );
});

test("a damaged picture ends as an error with the vendor's word, and its event", async () => {
  for (const [code, word] of [
    ['corrupt_image', 'invalid_file_format'],
    ['too_large', 'file_too_large'],
    ['engine_crashed', 'unknown_error'],
  ]) {
    const { upload, remove, finish, shim } = setUp({ engine: createFakeEngine({ fail: () => code }) });
    let event;
    shim.events.addEventListener('image.errored', ({ detail }) => {
      event = detail;
    });
    const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
    const project = await finish(id);
    assert.equal(project.status, 'error');
    assert.deepEqual(project.error, { code: word, message: `made to fail with ${code}` });
    assert.deepEqual(project.downloads, []);
    checkSchema('magic-hour', 'ImageEvent', event);
  }
});

test('the default name holds the time', async () => {
  const { upload, remove, get } = setUp();
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  assert.match((await get(id)).name, /^Background Remover - \d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('a deleted project answers enabled: false and gives nothing to download', async () => {
  const { upload, remove, finish, get, fetch, store } = setUp();
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  const [{ url }] = (await finish(id)).downloads;
  assert.equal((await fetch(`${API}/v1/image-projects/${id}`, { method: 'DELETE' })).status, 204);
  const after = await get(id);
  assert.deepEqual([after.enabled, after.downloads, after.status], [false, [], 'complete']);
  assert.equal((await fetch(url)).status, 403);
  assert.deepEqual(
    (await store.keys()).filter((key) => key.startsWith('mh-projects')),
    [],
  );
});

test('deleting a project that waits or works cancels it', async () => {
  const { upload, remove, finish, fetch, engine, shim } = setUp({ engine: createFakeEngine({ delay: 400 }) });
  const path = await upload(photo);
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push((await (await remove({ image_file_path: path })).json()).id);
  await until(
    () => engine.log.length,
    (n) => n === 1,
  );
  for (const id of ids) await fetch(`${API}/v1/image-projects/${id}`, { method: 'DELETE' });
  for (const id of ids) assert.equal((await finish(id)).status, 'canceled');
  await shim.idle();
  assert.equal(engine.log.length, 1, 'the one that waited never ran');
  for (const id of ids) assert.equal((await finish(id)).status, 'canceled');
});

test('shim.cancel ends a project as canceled and keeps it enabled', async () => {
  const { upload, remove, finish, engine, shim } = setUp({ engine: createFakeEngine({ delay: 1000 }) });
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  await until(
    () => engine.log.length,
    (n) => n === 1,
  );
  shim.cancel('magic-hour', id);
  const project = await finish(id);
  assert.deepEqual([project.status, project.enabled], ['canceled', true]);
});

test('a library address names an earlier result', async () => {
  const { upload, remove, finish, fetch } = setUp();
  const first = await (await remove({ image_file_path: await upload(photo) })).json();
  await finish(first.id);
  const again = await (await remove({ image_file_path: `https://magichour.ai/my-library?imageId=${first.id}` })).json();
  const [{ url }] = (await finish(again.id)).downloads;
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), expected(expected(photo)));
});

test('blob: and data: addresses are taken at once', async () => {
  const { remove, finish } = setUp();
  const address = URL.createObjectURL(new Blob([photo], { type: 'image/png' }));
  const one = await (await remove({ image_file_path: address })).json();
  URL.revokeObjectURL(address);
  const two = await (await remove({ image_file_path: `data:image/png;base64,${photo.toString('base64')}` })).json();
  for (const { id } of [one, two]) assert.equal((await finish(id)).status, 'complete');
});

test('what can be told at once to be useless is 422', async () => {
  const { upload, remove, post } = setUp();
  const text = await upload(Buffer.from('not a picture'));
  for (const path of [
    'api-assets/cxxxxxxxxxxxxxxxxxxxxxxxx/a.png',
    'bg.png',
    text,
    '../../etc/passwd',
    'file:///etc/passwd.png',
    'javascript:alert(1)',
    'https://client.example/no-extension',
    'https://magichour.ai/my-library?imageId=../x',
    'data:text/html,hi.png',
  ]) {
    const response = await remove({ image_file_path: path });
    assert.equal(response.status, 422, path);
    assert.deepEqual(await response.json(), { message: 'Unable to create image' });
  }
  const {
    items: [slot],
  } = await (await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] })).json();
  assert.equal((await remove({ image_file_path: slot.file_path })).status, 422, 'nothing was uploaded yet');
});

test("an extension that is no picture's is 422, a malformed request 400", async () => {
  const { post } = setUp();
  const status = async (path, body) => (await post(path, body)).status;
  assert.equal(await status('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'exe' }] }), 422);
  assert.equal(await status('/v1/files/upload-urls', { items: [{ type: 'video', extension: 'mp4' }] }), 422);
  for (const body of [
    {},
    { items: null },
    { items: [] },
    { items: {} },
    { items: [null] },
    { items: [{ type: 'image' }] },
    { items: [{ type: 'picture', extension: 'png' }] },
    { items: [{ type: 'image', extension: '.png' }] },
    { items: [{ type: 'image', extension: 7 }] },
    { items: Array(65).fill({ type: 'image', extension: 'png' }) },
  ]) {
    assert.equal(await status('/v1/files/upload-urls', body), 400, JSON.stringify(body).slice(0, 80));
  }
  for (const body of [
    {},
    [],
    null,
    'x',
    { assets: null },
    { assets: [] },
    { assets: {} },
    { assets: { image_file_path: null } },
    { assets: { image_file_path: 5 } },
    { assets: { image_file_path: '' } },
    { name: 5, assets: { image_file_path: 'x' } },
  ]) {
    assert.equal(await status('/v1/image-background-remover', body), 400, JSON.stringify(body));
  }
});

test('a body that is missing or no JSON is 400', async () => {
  const { fetch } = setUp();
  const send = async (body) => (await fetch(`${API}/v1/image-background-remover`, { method: 'POST', body })).json();
  assert.deepEqual(await send(undefined), { message: 'Missing request body' });
  assert.deepEqual(await send(''), { message: 'Missing request body' });
  assert.deepEqual(await send('{"assets":'), { message: 'The request body is not valid JSON' });
  assert.deepEqual(await send(new Uint8Array([0x22, 0xff, 0x22])), { message: 'The request body is not valid JSON' });
  assert.deepEqual(await send('['.repeat(200000)), { message: 'The request body is not valid JSON' });
});

test('ids from elsewhere are 404, whatever they look like', async () => {
  const { fetch } = setUp();
  for (const id of ['cxxxxxxxxxxxxxxxxxxxxxxxx', 'x', '..%2f..%2fetc%2fpasswd', '%00', '__proto__', 'a'.repeat(5000)]) {
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${API}/v1/image-projects/${id}`, { method });
      assert.equal(response.status, 404);
      assert.deepEqual(await response.json(), { message: 'Not Found' });
    }
  }
});

test('a wrong method is 405 and names the right ones', async () => {
  const { fetch } = setUp();
  const response = await fetch(`${API}/v1/image-projects/x`, { method: 'POST' });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get('allow'), 'GET, DELETE');
});

test('upload and download links die: wrong token, wrong name, too late', async () => {
  let now = Date.now();
  const { fetch, post, upload, remove, finish, get } = setUp({ now: () => now });
  const {
    items: [slot],
  } = await (await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] })).json();
  const put = async (url) => (await fetch(url, { method: 'PUT', body: photo })).status;
  assert.equal(await put(slot.upload_url.replace(/=.*/, '=wrong')), 403);
  assert.equal(await put(slot.upload_url.replace(/\/[^/]+\.png/, '/other.png')), 403);
  assert.equal(await put(slot.upload_url), 200);
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  const [{ url }] = (await finish(id)).downloads;
  now += 2 * 3600e3;
  assert.equal(await put(slot.upload_url), 403);
  const later = (await get(id)).downloads[0].url;
  assert.notEqual(later, url);
  assert.equal((await fetch(url)).status, 200, 'the older link keeps to its 24 hours');
  now += 22.5 * 3600e3;
  assert.equal((await fetch(url)).status, 403);
  assert.equal((await fetch(later)).status, 200);
});

test('uploads are cleared away after seven days, results are kept', async () => {
  let now = Date.now();
  const { upload, remove, finish, store, shim, get } = setUp({ now: () => now });
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  await finish(id);
  now += 7 * 24 * 3600e3 + 1000;
  await shim.sweep();
  assert.deepEqual(
    (await store.keys()).map((key) => key.split('.')[0]),
    ['mh-projects'],
  );
  assert.equal((await get(id)).downloads.length, 1);
});

test('an upload that a waiting project needs is kept beyond its seven days', async () => {
  let now = Date.now();
  const { upload, remove, shim, store, finish, engine } = setUp({
    now: () => now,
    engine: createFakeEngine({ delay: 300 }),
  });
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  await until(
    () => engine.log.length,
    (n) => n === 1,
  );
  const path = await upload(beach);
  now += 8 * 24 * 3600e3;
  await shim.sweep();
  const kept = await store.list('mh-assets');
  assert.deepEqual([kept.length, kept.some((asset) => asset.path === path)], [1, false]);
  assert.equal((await finish(id)).status, 'complete');
  await shim.sweep();
  assert.deepEqual(await store.list('mh-assets'), []);
});

test('an upload over the limit is refused, its announced size too', async () => {
  const { post, fetch } = setUp({ limits: { uploadBytes: 100 } });
  const {
    items: [slot],
  } = await (await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] })).json();
  assert.equal((await fetch(slot.upload_url, { method: 'PUT', body: Buffer.alloc(101) })).status, 413);
  const stream = new ReadableStream({
    pull(c) {
      c.enqueue(new Uint8Array(60));
    },
  });
  assert.equal((await fetch(slot.upload_url, { method: 'PUT', body: stream, duplex: 'half' })).status, 413);
  assert.equal((await fetch(slot.upload_url, { method: 'PUT', body: Buffer.alloc(100) })).status, 200);
});

test('beyond the queue it is 429 with Retry-After, and nothing is kept of it', async () => {
  const { upload, remove, store, shim } = setUp({ engine: createFakeEngine({ delay: 300 }), limits: { queue: 2 } });
  const path = await upload(photo);
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push(await remove({ image_file_path: path }));
  assert.deepEqual(
    answers.map((a) => a.status),
    [200, 200, 429, 429],
  );
  assert.ok(Number(answers[2].headers.get('retry-after')) >= 1);
  assert.equal((await store.list('mh-projects')).length, 2);
  await shim.idle();
  assert.equal((await remove({ image_file_path: path })).status, 200);
});

test('a refused creation gives its place in the queue back', async () => {
  const { upload, remove } = setUp({ limits: { queue: 1 } });
  for (let i = 0; i < 3; i++) assert.equal((await remove({ image_file_path: 'nothing' })).status, 422);
  assert.equal((await remove({ image_file_path: await upload(photo) })).status, 200);
});

test("every key passes, in strict mode only those of the vendor's form", async () => {
  assert.equal(
    (await setUp().post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] })).status,
    200,
  );
  const { fetch } = setUp({ authorize: strictKeys });
  const ask = (authorization) =>
    fetch(`${API}/v1/image-projects/x`, { headers: authorization ? { authorization } : {} });
  const refused = await ask();
  assert.equal(refused.status, 401);
  assert.deepEqual(await refused.json(), { message: 'Unauthorized' });
  assert.equal((await ask('Bearer sk_other')).status, 401);
  assert.equal((await ask('Basic bWhrX2xpdmVfMQ==')).status, 401);
  assert.equal((await ask('Bearer mhk_live_1')).status, 404);
});

test('every status of the contract can be had', async () => {
  for (const [refusal, status] of [
    ['no_credits', 402],
    ['no_access', 403],
    ['invalid_key', 401],
  ]) {
    const { post } = setUp({ authorize: () => refusal });
    assert.equal((await post('/v1/files/upload-urls', {})).status, status);
  }
  const store = createMemoryStore();
  store.put = () => Promise.reject(new Error('/home/somebody/secret broke'));
  const { post } = setUp({ store, onError: () => {} });
  const broken = await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] });
  assert.equal(broken.status, 500);
  assert.deepEqual(await broken.json(), { message: 'An unexpected error; please report it.' }, 'no word of the inside');
});

test('HEAD of a download tells its size and sends nothing', async () => {
  const { upload, remove, finish, shim } = setUp();
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  const [{ url }] = (await finish(id)).downloads;
  const head = await shim.fetch(new Request(url, { method: 'HEAD' }));
  assert.equal(head.headers.get('content-length'), String(expected(photo).length));
  assert.equal((await head.arrayBuffer()).byteLength, 0);
});

test('results can be blob: addresses, revoked with the project', async () => {
  const { upload, remove, finish, fetch } = setUp({ blobUrls: true });
  const { id } = await (await remove({ image_file_path: await upload(photo) })).json();
  const [{ url }] = (await finish(id)).downloads;
  assert.match(url, /^blob:/);
  assert.deepEqual(Buffer.from(await (await globalThis.fetch(url)).arrayBuffer()), expected(photo));
  await fetch(`${API}/v1/image-projects/${id}`, { method: 'DELETE' });
  await assert.rejects(globalThis.fetch(url));
});

test('what is none of its own is left alone', async () => {
  const { shim } = setUp();
  for (const url of [
    'https://api.magichour.ai/v1/face-swap',
    'https://other.example/v1/image-background-remover',
    'https://api.magichour.ai.evil.example/v1/files/upload-urls',
  ]) {
    assert.equal(await shim.fetch(new Request(url, { method: 'POST', body: '{}' })), undefined);
    assert.equal(shim.owns(url, 'POST'), false);
  }
});
