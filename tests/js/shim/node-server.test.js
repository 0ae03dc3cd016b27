import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { serve } from '../../../shim/adapters/node-server.js';
import { createMemoryStore, strictKeys } from '../../../shim/index.js';
import { checkResponse, until } from './support/contract.js';
import { createFakeEngine, expected } from './support/fake-engine.js';
import { originOf } from './support/origin.js';
import { png } from './support/pictures.js';

const open = [];
after(() => Promise.all(open.map((server) => server.close())));
async function start(options = {}) {
  const server = await serve({ port: 0, engine: createFakeEngine(), onError: () => {}, ...options });
  open.push(server);
  const call = async (name, path, init = {}) => {
    const response = await fetch(server.address + path, init);
    await checkResponse(name, init.method ?? 'GET', server.address + path, response);
    return response;
  };
  return { server, call, address: server.address };
}
const photo = png(5, 5, [3, 2, 1, 255]);
const json = (method, body, headers = {}) => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** Raw bytes out, the whole answer back. */
const raw = (address, text) =>
  new Promise((resolve, reject) => {
    const { port } = new URL(address);
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
  });

test('requests sent before the last is answered: a few, in turn; thousands at once begin nothing', async () => {
  const store = createMemoryStore();
  let [open, most] = [0, 0];
  let letGo = () => {};
  const held = new Promise((resolve) => {
    letGo = () => resolve(undefined);
  });
  const { address } = await start({
    store: {
      ...store,
      async get(...what) {
        most = Math.max(most, ++open);
        await held;
        return store.get(...what);
      },
    },
  });
  const ask = (n, more = '') =>
    `GET /v1/image-projects/c${String(n).padStart(24, '0')} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: n${n}\r\n${more}\r\n`;
  const some = raw(address, [1, 2, 3, 4, 5, 6, 7].map((n) => ask(n)).join('') + ask(8, 'Connection: close\r\n'));
  await until(
    () => open,
    (begun) => begun === 8,
  );
  const flood = await raw(address, Array.from({ length: 5000 }, (_, n) => ask(n)).join('')).catch(() => '');
  assert.equal(flood, '');
  assert.ok(most <= 24, `${most} at a time`);
  letGo();
  assert.deepEqual(
    (await some).match(/x-request-id: n\d/gi).map((one) => Number(one.at(-1))),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

test('a connection that rests is kept longer than proxies keep it', async () => {
  const { address } = await start();
  const [, seconds] = /keep-alive: timeout=(\d+)/i.exec(
    await raw(
      address,
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ),
  );
  const nginx = readFileSync(new URL('../../../deploy/nginx.conf', import.meta.url), 'utf8');
  assert.ok(Number(seconds) > Number(/keepalive_timeout (\d+)s;/.exec(nginx)[1]), seconds);
  assert.ok(Number(seconds) > 60, 'of load balancers');
});

test('all three APIs on one address, links lead back to it', async () => {
  const { call, address } = await start();
  const {
    items: [slot],
  } = await (
    await call('magic-hour', '/v1/files/upload-urls', json('POST', { items: [{ type: 'image', extension: 'png' }] }))
  ).json();
  assert.ok(slot.upload_url.startsWith(`${address}/api-assets/`));
  assert.equal((await fetch(slot.upload_url, { method: 'PUT', body: photo })).status, 200);
  const { id } = await (
    await call(
      'magic-hour',
      '/v1/image-background-remover',
      json('POST', { assets: { image_file_path: slot.file_path } }),
    )
  ).json();
  const project = await until(
    async () => (await call('magic-hour', `/v1/image-projects/${id}`)).json(),
    (p) => p.status === 'complete',
  );
  assert.ok(project.downloads[0].url.startsWith(`${address}/${id}/output.png?`));
  const download = await fetch(project.downloads[0].url);
  assert.deepEqual(Buffer.from(await download.arrayBuffer()), expected(photo));

  const form = new FormData();
  form.append('name', 'a');
  form.append('image', new Blob([photo]));
  const image = await (await call('img-processing', '/v1/images/upload', { method: 'POST', body: form })).json();
  const cut = await (
    await call('img-processing', `/v1/images/${image.id}/remove-background`, { method: 'POST' })
  ).json();
  assert.equal(cut.format, 'png');
  const shown = await (await call('img-processing', `/v1/images/${cut.id}/publish`, { method: 'POST' })).json();
  assert.equal(shown.url, `${address}/images/${cut.id}`);
  assert.equal((await fetch(shown.url)).status, 200);

  assert.equal((await call('aigenstudio', '/api/v1/tools')).status, 200);
});

test('a picture address on a trusted private origin is fetched, on another refused', async (t) => {
  const origin = await originOf(t, (_, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(photo),
  );
  for (const [trustedOrigins, status] of [
    [[origin], 'completed'],
    [[], 'failed'],
  ]) {
    const { call, address } = await start({ trustedOrigins });
    const { job } = await (
      await call(
        'aigenstudio',
        '/api/v1/remove-background',
        json('POST', { input: [{ image_url: `${origin}/a.png` }] }, { 'idempotency-key': 'some-request' }),
      )
    ).json();
    const done = await until(
      async () => (await call('aigenstudio', `/api/v1/jobs/${job.id}`)).json(),
      (d) => !['queued', 'processing'].includes(d.job.status),
    );
    assert.equal(done.job.status, status);
    if (status === 'completed') assert.ok(done.results[0].result_url.startsWith(`${address}/api/v1/results/`));
  }
});

test('unknown paths are 404 in the words of the API they are nearest to', async () => {
  const { address } = await start();
  const body = async (path, init) => (await fetch(address + path, init)).json();
  assert.deepEqual(await body('/'), { message: 'Not Found' });
  assert.deepEqual(await body('/v1/face-swap', { method: 'POST', body: '{}' }), { message: 'Not Found' });
  assert.equal((await body('/v1/images/a/b/c')).type, 'https://docs.img-processing.com/errors/not-found');
  assert.equal((await body('/api/v1/nothing')).error.code, 'not_found');
});

test('a page from elsewhere is refused, before and without a preflight', async () => {
  const { address, server } = await start({ allowOrigins: ['https://mine.example'] });
  const ask = (origin, method = 'GET') =>
    fetch(`${address}/v1/images`, {
      method,
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-api-key, content-type',
        'access-control-request-private-network': 'true',
      },
    });
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
  ]) {
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      const refused = await ask(origin, method);
      assert.deepEqual(
        [refused.status, refused.headers.get('access-control-allow-origin')],
        [403, null],
        `${method} ${origin}`,
      );
    }
  }
  for (const origin of ['https://mine.example', 'http://localhost:3000', 'http://127.0.0.1:5000', 'http://[::1]:80']) {
    const granted = await ask(origin);
    assert.deepEqual(
      [granted.status, granted.headers.get('access-control-allow-origin'), granted.headers.get('vary')],
      [200, origin, 'Origin'],
    );
    const preflight = await ask(origin, 'OPTIONS');
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'x-api-key, content-type');
    assert.equal(preflight.headers.get('access-control-allow-private-network'), 'true');
    assert.match(preflight.headers.get('access-control-allow-methods'), /PUT.*DELETE/);
  }
  assert.deepEqual((await server.shim.events) instanceof EventTarget, true);
});

test('a rebound name does not get in', async () => {
  const { address } = await start();
  const { port } = new URL(address);
  const answer = await raw(
    address,
    `GET /v1/images HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 403 /);
  assert.match(
    await raw(address, `GET /v1/images HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`),
    /^HTTP\/1\.1 200 /,
  );
});

test('open to other machines: by address or name of this one, not by any name', async () => {
  const { server } = await start({ host: '0.0.0.0' });
  const ask = (host) =>
    raw(`http://127.0.0.1:${server.port}`, `GET /v1/images HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  for (const host of ['192.168.1.5:8787', '[fd00::1]:8787', 'localhost', hostname()])
    assert.match(await ask(host), /^HTTP\/1\.1 200 /, host);
  for (const host of ['evil.example', '192.168.1.5.evil.example'])
    assert.match(await ask(host), /^HTTP\/1\.1 403 /, host);
});

test('odd request lines are answered, never with a stack', async () => {
  const { address } = await start();
  const ask = (line, headers = '') =>
    raw(address, `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`);
  for (const [line, status] of [
    ['GET //evil.example/v1/images', 404],
    ['GET /v1/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404],
    ['GET /../../etc/passwd', 404],
    ['GET /v1/image-projects/%00', 404],
    ['GET /v1/images/%ff', 404],
    ['TRACE /v1/images', 405],
    ['TRACE /nothing', 404],
    ['PATCH /v1/images', 405],
    ['DELETE /v1/images', 405],
    ['GET http://evil.example/v1/images', 404],
    ['OPTIONS *', 204],
  ]) {
    const answer = await ask(line);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), `${line}: ${answer.slice(0, 60)}`);
    assert.ok(!/at .*\.js|node:|Error:/.test(answer), answer);
  }
  assert.match(await ask('TRACE /v1/images'), /\r\nallow: POST, GET\r\n/i);
  assert.match(await raw(address, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('a body that comes too slowly or breaks off is 400 and frees its place', async () => {
  const { address } = await start({ bodyIdleMs: 60 });
  const head =
    'POST /v1/image-background-remover HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"assets"';
  const answer = await raw(address, head);
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*did not arrive in time/);
  assert.equal((await fetch(`${address}/v1/images`)).status, 200);
});

test('a body that waits for a slow store is not to blame for it', async () => {
  const store = createMemoryStore();
  const { address } = await start({
    bodyIdleMs: 400,
    store: {
      ...store,
      async write(key, data) {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return store.write(key, data);
      },
    },
  });
  const { items } = await (
    await fetch(`${address}/v1/files/upload-urls`, json('POST', { items: [{ type: 'image', extension: 'png' }] }))
  ).json();
  const answer = await fetch(items[0].upload_url, { method: 'PUT', body: Buffer.alloc(4e6) });
  assert.equal(answer.status, 200);
  assert.equal(await store.usage(), 4e6);
});

test('a connection that says nothing, or half a request, is closed', { timeout: 60e3 }, async () => {
  const { address } = await start({ headersMs: 200 });
  const [nothing, half] = await Promise.all([raw(address, ''), raw(address, 'GET /v1/images HTTP/1.1\r\nHost: lo')]);
  assert.match(nothing + half, /^(HTTP\/1\.1 408 [\s\S]*)*$/);
  assert.equal((await fetch(`${address}/v1/images`)).status, 200);
});

test('100 MB where 32 MB are allowed: refused, and the server lives', async () => {
  const { address } = await start();
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent >= 100e6) controller.close();
      else {
        controller.enqueue(new Uint8Array(1e6));
        sent += 1e6;
      }
    },
  });
  const answer = await fetch(`${address}/api/v1/remove-background`, {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'idempotency-key': 'much-too-big' },
  }).then(
    (response) => response.status,
    () => 'hung up',
  );
  assert.ok(answer === 400 || answer === 'hung up', String(answer));
  const announced = await raw(
    address,
    'POST /v1/images/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000000\r\nConnection: close\r\n\r\n',
  );
  assert.match(announced, /^HTTP\/1\.1 413 /);
  assert.equal((await fetch(`${address}/v1/images`)).status, 200);
});

test('strict keys on every call but the open ones', async () => {
  const { call } = await start({ authorize: strictKeys });
  assert.equal((await call('magic-hour', '/v1/image-projects/x')).status, 401);
  assert.equal((await call('img-processing', '/v1/images')).status, 401);
  assert.equal((await call('aigenstudio', '/api/v1/jobs')).status, 401);
  assert.equal(
    (await call('aigenstudio', '/api/v1/jobs', { headers: { 'x-api-key': 'aigen_test_1' } })).status,
    401,
    'only the bearer header counts',
  );
  assert.equal((await call('aigenstudio', '/api/v1/tools')).status, 200);
  assert.equal(
    (await call('aigenstudio', '/api/v1/jobs', { headers: { authorization: 'Bearer aigen_test_1' } })).status,
    200,
  );
});

test('the log has paths without their query, and no key', async () => {
  const lines = [];
  const { address } = await start({ log: (entry) => lines.push(entry) });
  await fetch(`${address}/v1/images?take=2&key=live_secret`, {
    headers: { 'x-api-key': 'live_secret', authorization: 'Bearer mhk_secret' },
  });
  await until(
    () => lines.length,
    (n) => n === 1,
  );
  assert.deepEqual([lines[0].method, lines[0].path, lines[0].status], ['GET', '/v1/images', 200]);
  assert.ok(!JSON.stringify(lines).includes('secret'));
});

test('a graceful stop: answers end, jobs are taken over by the next process', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cutaway-serve-'));
  const first = await serve({ port: 0, dir, engine: createFakeEngine({ delay: 150 }) });
  const post = (path, body) => fetch(first.address + path, json('POST', body)).then((r) => r.json());
  const {
    items: [slot],
  } = await post('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] });
  await fetch(slot.upload_url, { method: 'PUT', body: photo });
  const jobs = [];
  for (let i = 0; i < 3; i++)
    jobs.push(await post('/v1/image-background-remover', { assets: { image_file_path: slot.file_path } }));
  await new Promise((resolve) => setTimeout(resolve, 30));
  await first.close();
  await assert.rejects(fetch(`${first.address}/v1/images`));

  const next = await serve({ port: 0, dir, engine: createFakeEngine() });
  for (const { id } of jobs) {
    const project = await until(
      () => fetch(`${next.address}/v1/image-projects/${id}`).then((r) => r.json()),
      (p) => p.status !== 'queued' && p.status !== 'rendering',
    );
    assert.equal(project.status, 'complete');
    const [{ url }] = project.downloads;
    assert.deepEqual(
      Buffer.from(await (await fetch(url.replace(/^http:\/\/[^/]+/, next.address))).arrayBuffer()),
      expected(photo),
    );
  }
  await next.close();
  await rm(dir, { recursive: true });
});

test('a taken port is an error, and the folder is free again', async () => {
  const { server } = await start();
  const dir = await mkdtemp(join(tmpdir(), 'cutaway-serve-'));
  await assert.rejects(serve({ port: server.port, dir }), { code: 'EADDRINUSE' });
  await (await serve({ port: 0, dir })).close();
  await rm(dir, { recursive: true });
});
