import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShim, createMemoryStore, strictKeys } from '../../../shim/index.js';
import { checkedFetch } from './support/contract.js';
import { createFakeEngine, expected } from './support/fake-engine.js';
import { jpegHeader, png, webpHeader } from './support/pictures.js';

const API = 'https://api.img-processing.com';
const photo = png(6, 5, [1, 2, 3, 255]);

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
  const checked = checkedFetch(shim, 'img-processing');
  const fetch = (path, init = {}, key = 'live_1') =>
    checked(path.startsWith('http') ? path : API + path, { ...init, headers: { 'x-api-key': key, ...init.headers } });
  const post = (path, body, key) =>
    fetch(
      path,
      {
        method: 'POST',
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      },
      key,
    );
  const upload = (bytes = photo, name = 'photo', key = 'live_1') => {
    const form = new FormData();
    if (name !== undefined) form.append('name', name);
    form.append('image', new Blob([bytes], { type: 'image/png' }), 'blob');
    return fetch('/v1/images/upload', { method: 'POST', body: form }, key);
  };
  const bytes = async (id) => Buffer.from(await (await fetch(`/v1/images/${id}/download`)).arrayBuffer());
  return { engine, store, shim, fetch, post, upload, bytes };
}

test('upload, remove the background, download', async () => {
  const { upload, post, bytes, fetch } = setUp();
  const uploaded = await upload();
  assert.equal(uploaded.status, 201);
  const image = await uploaded.json();
  assert.deepEqual(image, {
    id: image.id,
    name: 'photo',
    url: null,
    width: 6,
    height: 5,
    format: 'png',
    size: photo.length,
    created_at: image.created_at,
  });
  assert.deepEqual(await bytes(image.id), photo);
  const removed = await post(`/v1/images/${image.id}/remove-background`, {});
  assert.equal(removed.status, 201);
  assert.equal(removed.headers.get('x-cutaway-source'), 'local');
  const cut = await removed.json();
  assert.deepEqual([cut.name, cut.format, cut.url, cut.width, cut.height], ['photo', 'png', null, 6, 5]);
  assert.notEqual(cut.id, image.id);
  assert.deepEqual(await bytes(cut.id), expected(photo));
  const named = await (await post(`/v1/images/${image.id}/remove-background`, { name: 'cutout' })).json();
  assert.equal(named.name, 'cutout');
  const download = await fetch(`/v1/images/${cut.id}/download`);
  assert.equal(download.headers.get('content-type'), 'image/png');
  assert.equal((await (await fetch(`/v1/images/${image.id}`)).json()).size, photo.length, 'the source image stays');
});

test('no body is fine, an empty one that claims to be JSON is not', async () => {
  const { upload, fetch } = setUp();
  const { id } = await (await upload()).json();
  const path = `/v1/images/${id}/remove-background`;
  assert.equal((await fetch(path, { method: 'POST' })).status, 201);
  assert.equal((await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' } })).status, 400);
  assert.equal(
    (await fetch(path, { method: 'POST', body: '', headers: { 'content-type': 'application/json' } })).status,
    400,
  );
});

test('JPEG and WebP are taken too, upright sizes are told', async () => {
  const { upload } = setUp();
  const told = async (bytes) => {
    const { format, width, height } = await (await upload(bytes)).json();
    return [format, width, height];
  };
  assert.deepEqual(await told(jpegHeader(300, 200)), ['jpeg', 300, 200]);
  assert.deepEqual(await told(jpegHeader(300, 200, '', 6)), ['jpeg', 200, 300]);
  assert.deepEqual(await told(webpHeader(1000, 20)), ['webp', 1000, 20]);
});

test('convert: format, quality, jpg for jpeg', async () => {
  const { upload, post, bytes } = setUp();
  const { id } = await (await upload()).json();
  const convert = async (body) => (await post(`/v1/images/${id}/convert`, body)).json();
  const webp = await convert({ format: 'webp', quality: 90, name: 'w' });
  assert.deepEqual([webp.format, webp.name], ['webp', 'w']);
  assert.deepEqual(await bytes(webp.id), expected(photo, { action: 'convert', format: 'webp', quality: 90 }));
  const jpg = await convert({ format: 'jpg' });
  assert.equal(jpg.format, 'jpeg');
  assert.deepEqual(await bytes(jpg.id), expected(photo, { action: 'convert', format: 'jpeg', quality: 80 }));
  const same = await convert({ format: 'png', quality: 5 });
  assert.deepEqual(await bytes(same.id), expected(photo, { action: 'convert', format: 'png' }));
});

test('publish gives an address that needs no key, unpublish takes it away', async () => {
  const { upload, post, shim } = setUp();
  const { id } = await (await upload()).json();
  const view = async () => (await shim.fetch(new Request(`https://storage.img-processing.com/images/${id}`))).status;
  assert.equal(await view(), 404);
  const published = await post(`/v1/images/${id}/publish`);
  assert.equal(published.status, 201);
  assert.equal((await published.json()).url, `https://storage.img-processing.com/images/${id}`);
  assert.equal(await view(), 200);
  const unpublished = await post(`/v1/images/${id}/unpublish`);
  assert.equal(unpublished.status, 201);
  assert.equal((await unpublished.json()).url, null);
  assert.equal(await view(), 404);
});

test('in a page without a service worker the published address is a blob:', async () => {
  const { upload, post } = setUp({ blobUrls: true });
  const { id } = await (await upload()).json();
  const { url } = await (await post(`/v1/images/${id}/publish`)).json();
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), photo);
  await post(`/v1/images/${id}/unpublish`);
  await assert.rejects(fetch(url));
});

test("the list: newest first, pages by the id of their first image, the vendor's host in the links", async () => {
  const { upload, fetch } = setUp();
  const ids = [];
  for (let i = 0; i < 5; i++) ids.unshift((await (await upload(photo, `p${i}`)).json()).id);
  const list = async (query = '') => (await fetch(`/v1/images${query}`)).json();
  const page = (answer) => answer.data.map((image) => image.id);
  const all = await list();
  assert.deepEqual([page(all), all.links], [ids, { previous: null, next: null }]);
  assert.deepEqual(page(await list('?take=2&from=undefined')), ids.slice(0, 2), 'what the SDK sends without a cursor');
  const first = await list('?take=2');
  assert.equal(first.links.next, `${API}/v1/images?take=2&from=${ids[2]}`);
  const second = await list(new URL(first.links.next).search);
  assert.deepEqual(page(second), ids.slice(2, 4));
  assert.equal(second.links.previous, `${API}/v1/images?take=2&from=${ids[0]}`);
  const last = await list(new URL(second.links.next).search);
  assert.deepEqual([page(last), last.links.next], [ids.slice(4), null]);
  assert.deepEqual(page(await list(new URL(last.links.previous).search)), ids.slice(2, 4));
  for (const bad of ['take=0', 'take=101', 'take=x', 'take=1.5', 'take=-1', 'from=image_unknown']) {
    assert.equal((await fetch(`/v1/images?${bad}`)).status, 400, bad);
  }
});

test('test keys and live keys see their own images only', async () => {
  const { upload, fetch, post } = setUp();
  const { id } = await (await upload(photo, 'a', 'test_1')).json();
  assert.equal((await fetch(`/v1/images/${id}`, {}, 'test_2')).status, 200);
  assert.equal((await fetch(`/v1/images/${id}`, {}, 'live_1')).status, 404);
  assert.equal((await post(`/v1/images/${id}/remove-background`, {}, 'live_1')).status, 404);
  assert.equal((await fetch(`/v1/images/${id}`, { method: 'DELETE' }, 'live_1')).status, 404);
  assert.deepEqual((await (await fetch('/v1/images')).json()).data, []);
});

test('a deleted image is gone with its bytes', async () => {
  const { upload, fetch, store } = setUp();
  const { id } = await (await upload()).json();
  assert.equal((await fetch(`/v1/images/${id}`, { method: 'DELETE' })).status, 204);
  const gone = await fetch(`/v1/images/${id}`);
  assert.deepEqual(await gone.json(), {
    type: 'https://docs.img-processing.com/errors/not-found',
    error: 'Not Found',
    status: 404,
    message: `Image with id ${id} not found.`,
  });
  assert.equal((await fetch(`/v1/images/${id}/download`)).status, 404);
  assert.equal((await fetch(`/v1/images/${id}`, { method: 'DELETE' })).status, 404);
  assert.deepEqual(await store.keys(), []);
});

test('a malformed upload is 400 in the envelope', async () => {
  const { fetch, upload } = setUp();
  const send = async (body, type) =>
    (
      await fetch('/v1/images/upload', { method: 'POST', body, ...(type && { headers: { 'content-type': type } }) })
    ).json();
  const form = (fields) => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.append(name, value);
    return made;
  };
  const wrong = [
    [await send('x', 'multipart/form-data'), 'The form could not be read'],
    [await send('--b\r\nbroken', 'multipart/form-data; boundary=b'), 'The form could not be read'],
    [await send('{}', 'application/json'), 'The body must be multipart/form-data'],
    [await send(form({ name: 'a' })), 'image must be a file'],
    [await send(form({ name: 'a', image: 'text' })), 'image must be a file'],
    [await send(form({ image: new Blob([photo]) })), 'name is required'],
    [await send(form({ name: '', image: new Blob([photo]) })), 'name must have 1 to 30 characters'],
    [await send(form({ name: 'x'.repeat(31), image: new Blob([photo]) })), 'name must have 1 to 30 characters'],
    [
      await send(
        form({ name: 'a', image: new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/png' }) }),
      ),
      'image must be a JPEG, PNG or WebP picture',
    ],
    [await send(form({ name: 'a', image: new Blob([]) })), 'image must be a JPEG, PNG or WebP picture'],
  ];
  for (const [body, error] of wrong) assert.deepEqual([body.status, body.errors], [400, [error]]);
  assert.equal((await upload(photo, 'ä'.repeat(30))).status, 201, '30 characters are 30 characters');
});

test('over 20 MB is 413, for the file and for the whole body', async () => {
  const { upload, fetch } = setUp();
  const big = Buffer.concat([photo, Buffer.alloc(20e6 - photo.length + 1)]);
  const refused = await upload(big);
  assert.deepEqual([refused.status, (await refused.json()).message], [413, 'The image is larger than 20 MB.']);
  assert.equal((await upload(big.subarray(0, 20e6))).status, 201);
  assert.equal(
    (
      await fetch('/v1/images/upload', {
        method: 'POST',
        body: Buffer.alloc(21e6),
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      })
    ).status,
    413,
  );
});

test('wrong fields are 400 and named', async () => {
  const { upload, post } = setUp();
  const { id } = await (await upload()).json();
  const errors = async (path, body) => {
    const response = await post(path, body);
    return [response.status, ...(await response.json()).errors];
  };
  const remove = `/v1/images/${id}/remove-background`;
  const convert = `/v1/images/${id}/convert`;
  assert.deepEqual(await errors(remove, { name: 'x'.repeat(31) }), [400, 'name must have 1 to 30 characters']);
  for (const name of ['', 5, {}]) assert.equal((await errors(remove, { name }))[0], 400);
  assert.deepEqual(await errors(convert, { format: 'webp', quality: 101 }), [400, 'quality must be between 1 and 100']);
  for (const quality of [0, 1.5, '90']) assert.equal((await errors(convert, { format: 'webp', quality }))[0], 400);
  for (const format of [undefined, null, 'gif', 1]) assert.equal((await errors(convert, { format }))[0], 400);
  for (const body of [
    { name: 'a' },
    { name: 'a', url: 5 },
    { name: 'a', url: 'x' },
    { url: 'https://a.example/b.png' },
  ]) {
    assert.equal((await errors('/v1/images', body))[0], 400);
  }
});

test('create from an address: fetched, sniffed, refused where it must be', async () => {
  const answers = {
    'https://pictures.example/a.png': () => new Response(photo, { headers: { 'content-type': 'image/png' } }),
    'https://pictures.example/page': () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    'https://pictures.example/lie.png': () => new Response(photo, { headers: { 'content-type': 'text/html' } }),
    'https://pictures.example/gone.png': () => new Response('', { status: 404 }),
  };
  const inputs = { schemes: ['http', 'https'], fetch: async (url) => answers[url](), followsItself: false };
  const { post, bytes } = setUp({ inputs });
  const create = async (url) => post('/v1/images', { name: 'u', url });
  const made = await create('https://pictures.example/a.png');
  assert.equal(made.status, 201);
  assert.deepEqual(await bytes((await made.json()).id), photo);
  for (const bad of [
    'https://pictures.example/page',
    'https://pictures.example/lie.png',
    'https://pictures.example/gone.png',
    'http://127.0.0.1/a.png',
    'http://[::1]/a.png',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/x',
    'ftp://pictures.example/a.png',
    'http://0x7f.1/',
    'data:image/png;base64,AAAA',
  ]) {
    assert.equal((await create(bad)).status, 400, bad);
  }
});

test('images of test keys are cleared away after 90 days', async () => {
  let now = Date.now();
  const { upload, shim, store } = setUp({ now: () => now });
  await upload(photo, 'a', 'test_1');
  await upload(photo, 'b', 'live_1');
  now += 90 * 24 * 3600e3 + 1000;
  await shim.sweep();
  assert.deepEqual(
    (await store.list('ip-images')).map((image) => image.name),
    ['b'],
  );
  assert.equal((await store.keys()).length, 1);
});

test('every status of the contract can be had', async () => {
  for (const [refusal, status] of [
    ['invalid_key', 401],
    ['no_access', 403],
    ['no_credits', 403],
  ]) {
    const { fetch } = setUp({ authorize: () => refusal });
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/x'],
      ['DELETE', '/x'],
      ['POST', '/x/publish'],
      ['POST', '/x/convert'],
    ]) {
      assert.equal((await fetch(`/v1/images${path}`, { method })).status, status);
    }
  }
  const strict = setUp({ authorize: strictKeys });
  assert.equal((await strict.fetch('/v1/images', {}, 'mine')).status, 401);
  assert.equal((await strict.fetch('/v1/images', {}, 'test_1')).status, 200);
  for (const [code, status] of [
    ['engine_crashed', 500],
    ['corrupt_image', 400],
  ]) {
    const { upload, post } = setUp({ engine: createFakeEngine({ fail: () => code }) });
    const { id } = await (await upload()).json();
    const response = await post(`/v1/images/${id}/remove-background`, {});
    assert.deepEqual([response.status, (await response.json()).message], [status, `made to fail with ${code}`]);
  }
});

test('beyond the queue it is 429 with Retry-After', async () => {
  const { upload, post } = setUp({ engine: createFakeEngine({ delay: 300 }), limits: { queue: 2 } });
  const { id } = await (await upload()).json();
  const answers = await Promise.all([1, 2, 3].map(() => post(`/v1/images/${id}/remove-background`, {})));
  assert.deepEqual(answers.map((a) => a.status).sort(), [201, 201, 429]);
  assert.ok(answers.find((a) => a.status === 429).headers.has('retry-after'));
});
