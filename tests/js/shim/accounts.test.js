import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addKey, createAccounts, hashOf } from '../../../shim/adapters/node-accounts.js';
import { serve } from '../../../shim/adapters/node-server.js';
import { DIALECTS } from '../../../shim/index.js';
import { checkResponse } from './support/contract.js';
import { createFakeEngine } from './support/fake-engine.js';
import { png } from './support/pictures.js';

const scratch = await mkdtemp(join(tmpdir(), 'cutaway-accounts-'));
const open = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
  await rm(scratch, { recursive: true });
});
let serial = 0;
const photo = png(5, 5, [3, 2, 1, 255]);
const key = (name, text, more = {}) => ({ name, hash: hashOf(text), ...more });

/** A server whose keys are these, and a fetch that checks each answer. */
async function setUp(keys, options = {}) {
  const file = join(scratch, `keys${serial++}.json`);
  await writeFile(file, JSON.stringify({ keys }));
  const accounts = await createAccounts({ file, dialects: DIALECTS, ...options.accounts });
  const inputs = { schemes: ['https'], followsItself: false, fetch: async () => new Response(photo) };
  const server = await serve({
    port: 0,
    engine: createFakeEngine(),
    onError: () => {},
    inputs,
    authorize: accounts.authorize,
    proxyNeedsKey: true,
    ...options.serve,
  });
  open.push(server);
  const call =
    (dialect, header) =>
    async (method, path, text, body, headers = {}) => {
      const response = await fetch(server.address + path, {
        method,
        body: body === undefined || body instanceof FormData ? body : JSON.stringify(body),
        headers: {
          ...header(text),
          ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
      await checkResponse(dialect, method, server.address + path, response);
      const type = response.headers.get('content-type') ?? '';
      return {
        status: response.status,
        headers: response.headers,
        body: type.includes('json') ? await response.json() : undefined,
      };
    };
  const bearer = (text) => ({ authorization: `Bearer ${text}` });
  return {
    server,
    file,
    mh: call('magic-hour', bearer),
    ag: call('aigenstudio', bearer),
    ip: call('img-processing', (text) => ({ 'x-api-key': text })),
  };
}
const source = 'https://pictures.example/a.png';

test('everything belongs to its account, in all three dialects', async () => {
  const two = ['one', 'two'].flatMap((name) => [
    key(name, `mhk_live_${name}`),
    key(name, `live_${name}`),
    key(name, `test_${name}`),
    key(name, `aigen_live_${name}`),
  ]);
  const { mh, ip, ag, server } = await setUp(two);
  const made = await mh('POST', '/v1/image-background-remover', 'mhk_live_one', {
    assets: { image_file_path: source },
  });
  await server.shim.idle();
  const project = `/v1/image-projects/${made.body.id}`;
  assert.equal((await mh('GET', project, 'mhk_live_one')).body.status, 'complete');
  for (const method of ['GET', 'DELETE']) assert.equal((await mh(method, project, 'mhk_live_two')).status, 404);
  const library = { assets: { image_file_path: `https://magichour.ai/my-library?imageId=${made.body.id}` } };
  assert.equal((await mh('POST', '/v1/image-background-remover', 'mhk_live_two', library)).status, 422);
  assert.equal((await mh('POST', '/v1/image-background-remover', 'mhk_live_one', library)).status, 200);
  const slots = await mh('POST', '/v1/files/upload-urls', 'mhk_live_one', {
    items: [{ type: 'image', extension: 'png' }],
  });
  await fetch(slots.body.items[0].upload_url, { method: 'PUT', body: photo });
  const upload = { assets: { image_file_path: slots.body.items[0].file_path } };
  assert.equal((await mh('POST', '/v1/image-background-remover', 'mhk_live_two', upload)).status, 422);

  const form = new FormData();
  form.append('name', 'mine');
  form.append('image', new Blob([photo]));
  const image = await ip('POST', '/v1/images/upload', 'live_one', form);
  const path = `/v1/images/${image.body.id}`;
  for (const other of ['live_two', 'test_one', 'test_two']) {
    assert.equal((await ip('GET', path, other)).status, 404);
    assert.equal((await ip('DELETE', path, other)).status, 404);
    assert.equal((await ip('POST', `${path}/remove-background`, other, {})).status, 404);
    assert.equal((await ip('POST', `${path}/publish`, other, {})).status, 404);
    assert.deepEqual((await ip('GET', '/v1/images', other)).body.data, []);
    assert.equal((await ip('GET', `/v1/images?from=${image.body.id}`, other)).status, 400);
  }
  assert.equal((await ip('POST', `${path}/remove-background`, 'live_one', {})).status, 201);

  const job = await ag(
    'POST',
    '/api/v1/remove-background',
    'aigen_live_one',
    { input: [{ image_url: source }] },
    { 'idempotency-key': 'same-key' },
  );
  const same = await ag(
    'POST',
    '/api/v1/remove-background',
    'aigen_live_two',
    { input: [{ image_url: source }] },
    { 'idempotency-key': 'same-key' },
  );
  assert.deepEqual([job.status, same.status], [202, 202]);
  assert.equal((await ag('GET', `/api/v1/jobs/${job.body.job.id}`, 'aigen_live_two')).status, 404);
  assert.equal((await ag('GET', '/api/v1/jobs', 'aigen_live_two')).body.jobs.length, 1);
});

test('no key, a wrong, an old, an inactive one, one of another dialect', async () => {
  const { mh, ip, ag } = await setUp([
    key('a', 'mhk_live_a', { dialects: ['magic-hour'] }),
    key('a', 'aigen_live_old', { expires: '2020-01-01T00:00:00Z' }),
    key('a', 'aigen_live_off', { active: false }),
  ]);
  assert.equal((await mh('GET', '/v1/image-projects/x', '')).status, 401);
  assert.equal((await mh('GET', '/v1/image-projects/x', 'mhk_live_b')).status, 401);
  assert.equal((await mh('GET', '/v1/image-projects/x', 'mhk_live_a')).status, 404);
  assert.equal((await ip('GET', '/v1/images', 'mhk_live_a')).status, 403);
  assert.equal((await ag('GET', '/api/v1/jobs', 'aigen_live_old')).body.error.code, 'api_key_expired');
  assert.equal((await ag('GET', '/api/v1/jobs', 'aigen_live_off')).body.error.code, 'api_key_inactive');
  assert.equal((await ag('GET', '/api/v1/tools', '')).status, 200, 'the catalog is open');
});

test('rate: beyond it 429 with Retry-After, and it fills again', async () => {
  let now = Date.now();
  const { ip } = await setUp([key('a', 'live_a', { rate: 3 }), key('b', 'live_b')], { accounts: { now: () => now } });
  const ask = async (text) => (await ip('GET', '/v1/images', text)).status;
  assert.deepEqual([await ask('live_a'), await ask('live_a'), await ask('live_a')], [200, 200, 200]);
  const refused = await ip('GET', '/v1/images', 'live_a');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '20']);
  assert.equal(await ask('live_b'), 200);
  now += 20e3;
  assert.deepEqual([await ask('live_a'), await ask('live_a')], [200, 429]);
});

test('quota: pictures a day, over all dialects and keys of the account; what was refused is not counted', async () => {
  let now = Date.parse('2026-11-27T10:00:00Z');
  const { mh, ag, server } = await setUp(
    [key('a', 'mhk_live_a', { quota: 3 }), key('a', 'aigen_live_a', { quota: 3 })],
    { serve: { now: () => now } },
  );
  const remove = () =>
    mh('POST', '/v1/image-background-remover', 'mhk_live_a', { assets: { image_file_path: source } });
  const job = (n) =>
    ag(
      'POST',
      '/api/v1/remove-background',
      'aigen_live_a',
      { input: Array(n).fill({ image_url: source }) },
      { 'idempotency-key': `request-${serial++}` },
    );
  assert.equal((await job(2)).status, 202);
  assert.equal((await job(2)).status, 402);
  assert.equal((await remove()).status, 200);
  const refused = await remove();
  assert.deepEqual([refused.status, /used up/.test(refused.body.message)], [402, true]);
  await server.shim.idle();
  now += 24 * 3600e3;
  assert.equal((await remove()).status, 200, 'the next day');
});

test('the file is read again when it has changed; a broken one changes nothing', async () => {
  let now = Date.now();
  const told = [];
  const { ip, file } = await setUp([key('a', 'live_a')], {
    accounts: { now: () => now, onError: (e) => told.push(e) },
  });
  const ask = async (text) => (await ip('GET', '/v1/images', text)).status;
  assert.deepEqual([await ask('live_a'), await ask('live_b')], [200, 401]);
  await writeFile(file, JSON.stringify({ keys: [key('b', 'live_b')] }));
  now += 5000;
  assert.deepEqual([await ask('live_b'), await ask('live_a')], [200, 401]);
  await writeFile(file, '{"keys":[{"name":"A B"}]}');
  now += 5000;
  assert.deepEqual([await ask('live_b'), told.length > 0], [200, true]);
});

test('a key is added and told once; the file has its hash alone', async () => {
  const file = join(scratch, 'added.json');
  for (const dialect of DIALECTS) {
    const text = await addKey(file, 'shop', dialect);
    assert.match(text, dialect.keyForm);
    const kept = await readFile(file, 'utf8');
    assert.ok(!kept.includes(text.slice(-30)) && kept.includes(hashOf(text)));
    const { authorize } = await createAccounts({ file, dialects: DIALECTS });
    assert.equal((await authorize({ dialect: dialect.name, key: text })).account, 'shop');
  }
  await assert.rejects(addKey(file, 'no/name', DIALECTS[0]), TypeError);
});

test('where there are accounts, the proxy asks for a key too', async () => {
  const { server } = await setUp([key('a', 'mhk_live_a')], {
    serve: { proxy: { 'magic-hour': { baseUrl: 'http://127.0.0.1:1', key: 'SECRET' } } },
  });
  const ask = (text) =>
    fetch(`${server.address}/proxy/magic-hour/v1/image-projects/x`, { headers: { authorization: `Bearer ${text}` } });
  assert.deepEqual([(await ask('mhk_live_b')).status, (await ask('mhk_live_a')).status], [401, 502]);
});

test('the shell: other machines are let in with keys or --open only, and told of what stands open', () => {
  const script = new URL('./support/serve-fake.js', import.meta.url).pathname;
  const run = (...args) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', timeout: 20e3 });
  const refused = run('--host', '0.0.0.0', '--port', '0', '--dir', 'none');
  assert.deepEqual([refused.status, /--keys FILE, or --open/.test(refused.stderr)], [2, true]);
  for (const args of [
    ['--keys', 'x', '--open'],
    ['--role', 'api'],
    ['--store', 'mysql://x'],
    ['--store', 'postgres://x/y', '--dir', 'z'],
    ['--add-key', 'a=magic-hour'],
    ['--keys', 'x', '--add-key', 'a=other'],
    ['--public-url', 'ftp://x'],
    ['--log', 'xml'],
  ])
    assert.equal(run(...args).status, 2, args.join(' '));
  const file = join(scratch, 'cli.json');
  const added = run('--keys', file, '--add-key', 'shop=magic-hour');
  assert.match(added.stdout, /^mhk_live_\w{40}\n$/);
});
