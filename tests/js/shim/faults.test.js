// Long because each fault that was found has its test here, by the number it was reported under.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { serve } from '../../../shim/adapters/node-server.js';
import { within } from '../../../shim/http.js';
import { createMemoryStore, createShim } from '../../../shim/index.js';
import { createFolderStore } from '../../../shim/store/folder.js';
import { until } from './support/contract.js';
import { createFakeEngine, expected, labelOf, sha } from './support/fake-engine.js';
import { originOf } from './support/origin.js';
import { png } from './support/pictures.js';
import { json, killAll, post, startProject, startServer } from './support/processes.js';

const scratch = await mkdtemp(join(tmpdir(), 'cutaway-faults-'));
const open = [];
after(async () => {
  killAll();
  await Promise.all(open.map((server) => server.close()));
  await rm(scratch, { recursive: true, force: true });
});
let serial = 0;
const fresh = () => join(scratch, `s${serial++}`);
const photo = png(5, 5, [3, 2, 1, 255]);
async function start(options = {}) {
  const server = await serve({ port: 0, engine: createFakeEngine(), onError: () => {}, ...options });
  open.push(server);
  return server;
}
const raw = (port, text) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
  });
const can = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** A process that takes a folder and keeps it until it is killed; says "got" or why not. */
function taker(dir, { before = [], flock } = {}) {
  const store = new URL('../../../shim/store/folder.js', import.meta.url).href;
  const program = `import { createFolderStore } from ${JSON.stringify(store)};
    try { await createFolderStore(${JSON.stringify({ dir, flock })}); console.log('got'); setInterval(() => {}, 1e6); }
    catch (error) { console.log('no: ' + error.message); }`;
  const [command, ...args] = [...before, process.execPath, '--input-type=module', '-e', program];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, said: once(child.stdout, 'data').then(([text]) => String(text).trim()) };
}

const spaces = can('unshare', '--pid', '--fork', '--mount-proc', 'true');
test('D1: a folder is held across spaces of process numbers, as of two containers', {
  skip: !spaces && 'no right to make a PID namespace',
}, async () => {
  const dir = fresh();
  const holder = taker(dir, { before: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] });
  assert.equal(await holder.said, 'got');
  await assert.rejects(createFolderStore({ dir }), { code: 'write_failed', message: /in use/ });
  await assert.rejects(createFolderStore({ dir, flock: '' }), { code: 'write_failed', message: /in use/ });
  holder.child.kill('SIGKILL');
  await once(holder.child, 'exit');
  const store = await until(
    () => createFolderStore({ dir }).catch(() => undefined),
    (found) => found,
    50,
  );
  await store.close();
});

for (const flock of ['flock', ''])
  test(`D2: after kill -9 one of many takes the folder, ${flock ? "by the kernel's lock" : 'without the lock of a kernel'}`, {
    skip: flock !== '' && !can('flock', '--version') && 'no flock here',
  }, async () => {
    for (let round = 0; round < 3; round++) {
      const dir = fresh();
      const first = taker(dir, { flock });
      assert.equal(await first.said, 'got');
      first.child.kill('SIGKILL');
      await once(first.child, 'exit');
      const many = Array.from({ length: 5 }, () => taker(dir, { flock }));
      const said = await Promise.all(many.map((one) => one.said));
      for (const { child } of many) child.kill('SIGKILL');
      assert.equal(said.filter((text) => text === 'got').length, 1, said.join('; '));
    }
  });

test('D3: many uploads at once take little memory', {
  timeout: 120e3,
  skip: process.platform !== 'linux',
}, async () => {
  const server = await startServer(['--dir', fresh(), '--quiet']);
  const picture = Buffer.concat([photo, Buffer.alloc(19e6)]);
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
  const before = peak();
  const answers = await Promise.all(
    Array.from({ length: 24 }, async () => {
      const form = new FormData();
      form.append('name', 'many');
      form.append('image', new Blob([picture]));
      return (await fetch(`${server.address}/v1/images/upload`, { method: 'POST', body: form })).status;
    }),
  );
  assert.deepEqual(new Set(answers), new Set([201]));
  // 24 × 19 MB are 456 MB; a body in memory would be there two or three times over.
  assert.ok(peak() - before < 200, `${Math.round(peak() - before)} MB more`);
  server.child.kill('SIGKILL');
});

test('D3: beyond so many bodies at a time 429, and their places come back', async () => {
  const { address, port } = await start({ bodies: 2 });
  const head = 'POST /v1/image-background-remover HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{';
  const slow = [0, 1].map(() => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(head));
    socket.on('error', () => {});
    return socket;
  });
  const ask = () => post(`${address}/v1/files/upload-urls`, { items: [{ type: 'image', extension: 'png' }] });
  const refused = await until(ask, ({ status }) => status === 429);
  assert.match(refused.headers.get('retry-after'), /^\d+$/);
  assert.equal((await fetch(`${address}/v1/images`)).status, 200, 'what has no body passes');
  for (const socket of slow) socket.destroy();
  await until(ask, ({ status }) => status === 200);
});

test('D4: an AI Gen job and its key are there together or not at all', async () => {
  const dir = fresh();
  const ask = (server) =>
    post(
      `${server.address}/api/v1/remove-background`,
      { input: [{ image_url: 'https://pictures.example/a.png' }] },
      { 'idempotency-key': 'the-same-key', authorization: 'Bearer aigen_live_1' },
    );
  const inputs = { schemes: ['https'], followsItself: false, fetch: async () => new Response(photo) };
  const first = await serve({ port: 0, dir, engine: createFakeEngine(), inputs });
  const { body } = await ask(first);
  await first.shim.idle();
  await first.close();
  // As a process leaves it that died between the two files: both stand in made/, one has its file.
  const [file] = await readdir(join(dir, 'records', 'ag-keys'));
  const key = JSON.parse(readFileSync(join(dir, 'records', 'ag-keys', file), 'utf8'));
  const job = JSON.parse(readFileSync(join(dir, 'records', 'ag-jobs', `${body.job.id}.json`), 'utf8'));
  await rm(join(dir, 'records', 'ag-keys', file));
  await writeFile(
    join(dir, 'made', '1-1'),
    JSON.stringify([
      ['ag-jobs', job],
      ['ag-keys', key],
    ]),
  );
  const second = await serve({ port: 0, dir, engine: createFakeEngine(), inputs });
  open.push(second);
  const again = await ask(second);
  assert.deepEqual([again.status, again.body.job.id], [200, body.job.id]);
  assert.deepEqual(await readdir(join(dir, 'made')), []);
});

test('D5: every text has a limit', async () => {
  const { address } = await start();
  const long = 'x'.repeat(3000);
  for (const [path, body] of [
    ['/v1/image-background-remover', { name: long, assets: { image_file_path: 'api-assets/a/b.png' } }],
    ['/v1/image-background-remover', { assets: { image_file_path: `https://a.example/${long}.png` } }],
    [
      '/v1/image-background-remover',
      {
        assets: { image_file_path: 'api-assets/a/b.png', background_image_file_path: `https://a.example/${long}.png` },
      },
    ],
    ['/v1/files/upload-urls', { items: [{ type: 'image', extension: long }] }],
    ['/v1/images', { name: 'a', url: `https://a.example/${long}` }],
    [
      '/api/v1/remove-background',
      { input: [{ image_url: 'https://a.example/a.png' }], webhook_url: `https://a.example/${long}` },
    ],
    ['/api/v1/remove-background', { input: [{ image_url: 'https://a.example/a.png' }], more: 'x'.repeat(2e6) }],
  ]) {
    const { status } = await post(address + path, body, { 'idempotency-key': 'some-request' });
    assert.ok([400, 413].includes(status), `${path} ${status}`);
  }
});

const mounts = process.getuid?.() === 0 && can('sh', '-c', 'd=$(mktemp -d) && mount -t tmpfs none "$d" && umount "$d"');
test('D6: on a full disk it starts, says so, and room can be made', {
  skip: !mounts && 'no right to mount',
}, async () => {
  const dir = fresh();
  await mkdir(dir);
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', dir]);
  try {
    const first = await serve({ port: 0, dir, engine: createFakeEngine() });
    const { body } = await startProject(first.address, photo);
    await first.shim.idle();
    const upload = async (server, bytes) => {
      const form = new FormData();
      form.append('name', 'a');
      form.append('image', new Blob([bytes]));
      return json(`${server.address}/v1/images/upload`, { method: 'POST', body: form });
    };
    const kept = [];
    let answer = await upload(first, Buffer.concat([photo, Buffer.alloc(300e3)]));
    for (; answer.status === 201; answer = await upload(first, Buffer.concat([photo, Buffer.alloc(300e3)])))
      kept.push(answer.body.id);
    assert.match(answer.body.message, /disk is full/);
    await first.close();
    await writeFile(join(dir, 'blobs', 'junk.filler'), Buffer.alloc(4e6)).catch(() => {}); // to the last byte
    const second = await serve({ port: 0, dir, engine: createFakeEngine() });
    for (const id of kept)
      assert.equal((await json(`${second.address}/v1/images/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await json(`${second.address}/v1/image-projects/${body.id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await json(`${second.address}/v1/image-projects/${body.id}`)).body.enabled, false);
    assert.equal((await upload(second, Buffer.concat([photo, Buffer.alloc(300e3)]))).status, 201);
    await second.close();
  } finally {
    spawnSync('umount', [dir]);
  }
});

test("D7: an early 413 reaches Node's fetch", { timeout: 60e3 }, async () => {
  const { address } = await start({ limits: { imageBytes: 1e6, uploadBytes: 1e6 } });
  /** 12 MB, as a client sends them whose line is slower than our answer. */
  const slowly = () => {
    let left = 12;
    return new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        if (left-- > 0) controller.enqueue(new Uint8Array(1e6));
        else controller.close();
      },
    });
  };
  const send = (url, method, headers) =>
    fetch(url, { method, body: slowly(), duplex: 'half', headers }).then(
      (response) => response.status,
      (error) => error.cause?.code ?? String(error),
    );
  const answers = [];
  for (let round = 0; round < 4; round++)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: 4 }, async (_, i) => {
          if (i % 2)
            return send(`${address}/v1/images/upload`, 'POST', { 'content-type': 'multipart/form-data; boundary=b' });
          const { body } = await post(`${address}/v1/files/upload-urls`, {
            items: [{ type: 'image', extension: 'png' }],
          });
          return send(body.items[0].upload_url, 'PUT', {});
        }),
      )),
    );
  assert.deepEqual(answers, Array(16).fill(413));
});

test('D8: null for an optional field is as if it were absent', async () => {
  const inputs = { schemes: ['https'], followsItself: false, fetch: async () => new Response(photo) };
  const { address } = await start({ inputs });
  const url = 'https://pictures.example/a.png';
  const made = await post(`${address}/v1/image-background-remover`, {
    name: null,
    assets: { image_file_path: url, background_image_file_path: null },
  });
  assert.equal(made.status, 200);
  const image = await post(`${address}/v1/images`, { name: 'a', url });
  assert.equal((await post(`${address}/v1/images/${image.body.id}/remove-background`, { name: null })).status, 201);
  const convert = { format: 'webp', quality: null, name: null };
  assert.equal((await post(`${address}/v1/images/${image.body.id}/convert`, convert)).status, 201);
  const job = (body) => post(`${address}/api/v1/remove-background`, body, { 'idempotency-key': 'null-and-absent' });
  const nulls = {
    input: [{ image_url: url, external_id: null }],
    background: { type: null, color: null },
    output: null,
    webhook_url: null,
  };
  assert.equal((await job(nulls)).status, 202);
  assert.equal((await job({ input: [{ image_url: url }], background: {} })).status, 200, 'and the same request');
  const required = await post(`${address}/v1/image-background-remover`, { assets: { image_file_path: null } });
  assert.equal(required.status, 400);
});

test('D9: result addresses of this server are inputs, without a request through the network', async () => {
  const { address, shim } = await start({
    inputs: { schemes: ['http', 'https'], fetch: () => assert.fail('fetched') },
  });
  const { body } = await startProject(address, photo);
  const done = async (id) =>
    until(
      async () => (await json(`${address}/v1/image-projects/${id}`)).body,
      (p) => !['queued', 'rendering'].includes(p.status),
    );
  const [{ url }] = (await done(body.id)).downloads;
  const once = expected(photo);
  const again = await post(`${address}/v1/image-background-remover`, { assets: { image_file_path: url } });
  assert.equal((await done(again.body.id)).status, 'complete');
  const image = await post(`${address}/v1/images`, { name: 'own', url });
  assert.equal(image.status, 201);
  assert.equal(image.body.size, once.length);
  const shown = await post(`${address}/v1/images/${image.body.id}/publish`, {});
  const job = await post(
    `${address}/api/v1/remove-background`,
    { input: [{ image_url: url }, { image_url: shown.body.url }, { image_url: url.replace(/=.*/, '=wrong') }] },
    { 'idempotency-key': 'own-addresses' },
  );
  await shim.idle();
  const { results } = (await json(`${address}/api/v1/jobs/${job.body.job.id}`)).body;
  assert.deepEqual(
    results.map((r) => [r.status, r.error_code]),
    [
      ['completed', null],
      ['completed', null],
      ['failed', 'source_unreachable'],
    ],
  );
  assert.equal(labelOf(await (await fetch(results[1].result_url)).arrayBuffer()).input, sha(once));
  // A foreign host with a path like ours is foreign.
  const foreign = await post(`${address}/v1/images`, { name: 'f', url: shown.body.url.replace(/:\d+/, ':1') });
  assert.equal(foreign.status, 400);
});

test('D10: a slow job does not keep the next one waiting beyond its share', async () => {
  const slow = png(40, 1);
  const engine = createFakeEngine();
  const quick = engine.removeBackground;
  engine.removeBackground = async (blob, options) => {
    if (blob.size === slow.length) await new Promise((resolve) => setTimeout(resolve, 3000));
    return quick(blob, options);
  };
  const { address } = await start({ engine, shareMs: 50 });
  const first = (await startProject(address, slow)).body;
  const second = (await startProject(address, photo)).body;
  const status = async ({ id }) => (await json(`${address}/v1/image-projects/${id}`)).body.status;
  await until(
    () => status(second),
    (word) => word === 'complete',
  );
  assert.equal(await status(first), 'rendering');
});

test("D10: one key's many jobs do not keep another's waiting", async () => {
  const engine = createFakeEngine();
  let go = () => {};
  const asked = new Promise((resolve) => {
    go = () => resolve(undefined);
  });
  const held = { ...engine, removeBackground: (...what) => asked.then(() => engine.removeBackground(...what)) };
  const { address, shim } = await start({ engine: held });
  const pictures = Array.from({ length: 9 }, (_, i) => png(3, 3, [i, 0, 0, 255]));
  for (const picture of pictures.slice(0, 8))
    await startProject(address, picture, { authorization: 'Bearer mhk_many' });
  await startProject(address, pictures[8], { authorization: 'Bearer mhk_one' });
  go();
  await shim.idle();
  const place = engine.log.findIndex(({ input }) => input === sha(pictures[8]));
  assert.ok(place >= 0 && place < 7, `it was worked on as number ${place + 1} of 9`);
});

test('keys that are made up for each call do not make turns without end', async () => {
  const store = createMemoryStore();
  const shim = createShim({ store, concurrency: 0, limits: { queue: 1000 } });
  const ask = (n) =>
    shim.fetch(
      new Request('https://api.magichour.ai/v1/image-background-remover', {
        method: 'POST',
        headers: { authorization: `Bearer mhk_live_${n}`, 'content-type': 'application/json' },
        body: '{"assets":{"image_file_path":"https://pictures.example/a.png"}}',
      }),
    );
  for (let n = 0; n < 900; n++) assert.equal((await ask(n)).status, 200);
  const lanes = new Set((await store.list('mh-projects')).map(({ queue }) => queue.lane));
  assert.ok(lanes.size > 200 && lanes.size <= 256, `${lanes.size}`);
});

test('D11: foreign files in the folder are left alone', async () => {
  const dir = fresh();
  const first = await serve({ port: 0, dir });
  const { body } = await startProject(first.address, photo);
  await first.close();
  const foreign = [
    '.DS_Store',
    'records/.DS_Store',
    'records/mh-projects/.DS_Store',
    'blobs/.DS_Store',
    'tmp/.DS_Store',
  ];
  foreign.push('records/notes.txt', 'blobs/notes.txt', 'made/.DS_Store');
  for (const path of foreign) await writeFile(join(dir, path), 'not ours');
  await mkdir(join(dir, 'blobs', 'folder'));
  const second = await serve({ port: 0, dir, engine: createFakeEngine() });
  open.push(second);
  assert.equal((await json(`${second.address}/v1/image-projects/${body.id}`)).status, 200);
  for (const path of foreign) assert.equal(readFileSync(join(dir, path), 'utf8'), 'not ours', path);
});

test('D12: brackets in brackets, 5,000 deep, are 400 in all three', async () => {
  const { address } = await start();
  const deep = `${'{"a":['.repeat(2500)}${']}'.repeat(2500)}`;
  for (const path of [
    '/v1/image-background-remover',
    '/v1/files/upload-urls',
    '/v1/images',
    '/api/v1/remove-background',
  ])
    for (const text of [
      deep,
      `{"input":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      `{"input":[{"image_url":"https://a.example/a.png"}],"more":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    ]) {
      const response = await fetch(address + path, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/json', 'idempotency-key': 'deep-brackets' },
      });
      assert.equal(response.status, 400, path);
    }
});

test('D13: an odd Host header is 400, in the words of the API', async () => {
  const { port } = await start({ host: '0.0.0.0' });
  const ask = (hosts) =>
    raw(
      port,
      `GET /api/v1/tools HTTP/1.1\r\n${hosts.map((one) => `Host: ${one}\r\n`).join('')}Connection: close\r\n\r\n`,
    );
  for (const hosts of [
    ['localhost/v1/images'],
    ['localhost/../x'],
    ['user@localhost'],
    ['user:pw@localhost'],
    ['localhost:99999'],
    ['localhost:'],
    ['local host'],
    ['localhost#x'],
    ['localhost?x'],
    ['[::1'],
    ['%6cocalhost'],
    ['-x-'],
    ['localhost', 'evil.example'],
    ['localhost', 'localhost'],
  ]) {
    const answer = await ask(hosts);
    assert.match(answer, /^HTTP\/1\.1 400 /, `${hosts}: ${answer.slice(0, 40)}`);
  }
  assert.match(await ask(['localhost/v1']), /"code":"invalid_payload"/);
  for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '[::1]:80'])
    assert.match(await ask([host]), /^HTTP\/1\.1 200 /, host);
});

test('D15: a slow source is the fault of the source', async (t) => {
  const origin = await originOf(t, () => {}); // never answers
  const inputs = { schemes: ['http'], followsItself: false, trustedOrigins: [origin], timeoutMs: 80 };
  const { address, shim } = await start({ inputs });
  const url = `${origin}/a.png`;
  assert.equal((await post(`${address}/v1/images`, { name: 'a', url })).status, 400);
  const job = await post(
    `${address}/api/v1/remove-background`,
    { input: [{ image_url: url }] },
    { 'idempotency-key': 'slow-source' },
  );
  await shim.idle();
  const { body } = await json(`${address}/api/v1/jobs/${job.body.job.id}`);
  assert.equal(body.results[0].error_code, 'source_unreachable');
});

test('time in which the process stood still is not held against whom it waits for', async () => {
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const standStill = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  const frozen = async (answer) => {
    await wait(10);
    standStill(2500); // the limit passes in it
    await answer;
    return 'there';
  };
  assert.equal(await within(1000, undefined, () => frozen(wait(60))), 'there');
  await assert.rejects(
    within(1000, undefined, () => frozen(new Promise(() => {}))),
    { code: 'timeout' },
  );
});

test('D16: a job that kills its process has three attempts', { timeout: 60e3 }, async () => {
  const args = ['--dir', fresh(), '--workers', '1', '--quiet'];
  const env = { CUTAWAY_TEST_ENGINE: './killer-engine.js' };
  const deadly = png(13, 1);
  const lives = [await startServer(args, env)];
  const { body } = await startProject(lives[0].address, deadly).catch(() => ({ body: {} }));
  await lives[0].gone;
  // It is on record although its answer was lost.
  for (let life = 1; life < 3; life++) {
    const next = await startServer(args, env).catch(() => undefined);
    await next?.gone;
  }
  const last = await startServer(args, env);
  const [id] = body.id
    ? [body.id]
    : (await readdir(join(args[1], 'records', 'mh-projects'))).map((one) => one.slice(0, -5));
  const project = await until(
    async () => (await json(`${last.address}/v1/image-projects/${id}`)).body,
    (p) => !['queued', 'rendering'].includes(p.status),
  );
  assert.deepEqual([project.status, project.error.code], ['error', 'unknown_error']);
  assert.equal((await startProject(last.address, photo)).status, 200, 'and it serves');
  last.child.kill('SIGKILL');
});

test('by default it works on one picture a core', async () => {
  const server = await startServer(['--dir', 'none', '--quiet'], { CUTAWAY_TEST_DELAY: '1500' });
  const ids = [];
  for (let n = 0; n < availableParallelism() + 1; n++) ids.push((await startProject(server.address, photo)).body.id);
  const statuses = () =>
    Promise.all(ids.map(async (id) => (await json(`${server.address}/v1/image-projects/${id}`)).body.status));
  const seen = await until(statuses, (all) => all.filter((s) => s === 'rendering').length === availableParallelism());
  assert.equal(seen.at(-1), 'queued');
  server.child.kill('SIGKILL');
});

test('a list of images copies its page, not the shelf', async () => {
  const store = createMemoryStore();
  for (let i = 0; i < 5000; i++)
    await store.put('ip-images', { id: `image_${String(i).padStart(24, '0')}`, created: i, scope: 'live' });
  const shim = createShim({ store });
  await shim.ready();
  const before = globalThis.structuredClone;
  let copied = 0;
  globalThis.structuredClone = (value) => {
    if (Array.isArray(value)) copied += value.length;
    return before(value);
  };
  try {
    const answer = await shim.fetch(
      new Request('https://api.img-processing.com/v1/images?take=5', { headers: { 'x-api-key': 'live_1' } }),
    );
    const { data, links } = await answer.json();
    assert.equal(data.length, 5);
    const from = new URL(links.next);
    await shim.fetch(new Request(from, { headers: { 'x-api-key': 'live_1' } }));
  } finally {
    globalThis.structuredClone = before;
  }
  assert.ok(copied > 0 && copied < 30, String(copied));
});

test('a client that takes nothing of its answer is hung up on', { timeout: 20e3 }, async () => {
  const { address, port } = await start({ stallMs: 150 });
  const form = new FormData();
  form.append('name', 'big');
  form.append('image', new Blob([Buffer.concat([photo, Buffer.alloc(19e6)])]));
  const { body } = await json(`${address}/v1/images/upload`, { method: 'POST', body: form });
  const socket = net.connect(port, '127.0.0.1', () => {
    socket.pause();
    socket.write(`GET /v1/images/${body.id}/download HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await new Promise((resolve) => setTimeout(resolve, 600));
  let size = 0;
  socket.on('data', (data) => {
    size += data.length;
  });
  socket.resume();
  await closed;
  assert.ok(size < 19e6, `${size} bytes came`);
});

test('a clock that is set back: what is made later is still newer', async () => {
  const store = createMemoryStore();
  const engine = createFakeEngine();
  const make = async (now, name) => {
    const shim = createShim({ store, engine, now: () => now });
    const form = new FormData();
    form.append('name', name);
    form.append('image', new Blob([photo]));
    await shim.fetch(new Request('https://api.img-processing.com/v1/images/upload', { method: 'POST', body: form }));
    const list = await shim.fetch(new Request('https://api.img-processing.com/v1/images'));
    return (await list.json()).data.map((image) => image.name);
  };
  const noon = Date.now();
  assert.deepEqual(await make(noon, 'first'), ['first']);
  assert.deepEqual(await make(noon - 3600e3, 'second'), ['second', 'first']);
});
