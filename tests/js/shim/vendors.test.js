/** A vendor is a folder of shim/dialects and a line in its index.js, and no more. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProxy } from '../../../shim/adapters/node-proxy.js';
import { createGuardedFetch } from '../../../shim/adapters/node-fetch.js';
import { DIALECTS, createMemoryStore, createShim, strictKeys } from '../../../shim/index.js';
import { failures } from '../../../shim/failures.js';
import { createFakeEngine } from './support/fake-engine.js';
import { png } from './support/pictures.js';
import { VENDORS } from './support/vendors.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dialectsDir = join(root, 'shim/dialects');

/** What gives a vendor away: its name however it is joined, its hosts, its key's variable, its records. */
function wordsOf({ name, title, hosts, remote, jobs }) {
  const [first, second = ''] = title.split(' ');
  return new RegExp(
    [
      name,
      `${first}[\\W_]{0,2}${second}`,
      remote.keyVariable,
      ...hosts.map((host) => new URL(host).hostname.replaceAll('.', '\\.')),
      ...(jobs ? [jobs.collection] : []),
    ].join('|'),
    'i',
  );
}

function* scripts(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (path !== dialectsDir) yield* scripts(path);
    } else if (/\.(js|ts|html|css|json|webmanifest)$/.test(entry.name)) yield path;
  }
}

test('nothing outside its folder knows a vendor', () => {
  const files = ['shim', 'bin', 'web', 'tools'].flatMap((dir) => [...scripts(join(root, dir))]);
  assert.ok(files.length > 100, String(files.length));
  for (const dialect of DIALECTS) {
    const words = wordsOf(dialect);
    const own = readFileSync(join(dialectsDir, dialect.name, 'index.js'), 'utf8');
    assert.match(own, words, 'the words are the right ones');
    for (const path of files) {
      const [found] = words.exec(readFileSync(path, 'utf8')) ?? [];
      assert.equal(found, undefined, path);
    }
  }
});

test('each folder is one dialect of that name, and one line of the list', () => {
  const folders = readdirSync(dialectsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(folders.sort(), DIALECTS.map(({ name }) => name).sort());
  const list = readFileSync(join(dialectsDir, 'index.js'), 'utf8');
  for (const name of folders)
    assert.equal(list.split('\n').filter((line) => line.includes(`./${name}/`)).length, 1, name);
});

test('no two dialects use one name for a limit or for their records', () => {
  const limits = DIALECTS.flatMap((dialect) => Object.keys(dialect.limits));
  assert.equal(new Set(['queue', 'localTimeoutMs', ...limits]).size, limits.length + 2);
  const collections = DIALECTS.flatMap(({ jobs }) => jobs?.collection ?? []);
  assert.equal(new Set(collections).size, collections.length);
});

test("every route begins with the path of the vendor's base URL, or lies in its storage", () => {
  for (const { name, remote, routes } of DIALECTS) {
    const { pathname } = new URL(remote.baseUrl);
    for (const { path, operation, storage } of routes) {
      const plain = path.source.replaceAll('\\/', '/');
      assert.ok(storage || plain.startsWith(`^${pathname}`), `${name} ${operation}`);
    }
  }
});

test('the proxy passes every call of the API on, and no address of storage', async () => {
  const sample = (route) => {
    const plain = (route.narrow ?? route.path).source.replace(/^\^|\$$/g, '');
    return [plain, route.path.source]
      .map((text) =>
        text
          .replace(/^\^|\$$/g, '')
          .replaceAll('\\/', '/')
          .replace(/\(\?!.*?\)/g, '')
          .replace('(?:png|jpg|webp)', 'png')
          .replace('[0-9a-f-]{36}', '0'.repeat(36))
          .replaceAll('\\d{1,2}', '1')
          .replaceAll('\\.', '.')
          .replace(/\(\?<\w+>(.*?)\)/g, (_, inner) => (inner === '[^/]+' ? 'x' : inner)),
      )
      .find((path) => route.path.test(path));
  };
  for (const dialect of DIALECTS) {
    const { pathname } = new URL(dialect.remote.baseUrl);
    const asked = [];
    const before = globalThis.fetch;
    globalThis.fetch = async (url, { method, headers }) => {
      asked.push([method, new URL(url).pathname, new Headers(headers)]);
      return new Response('{}');
    };
    try {
      const forward = createProxy({ [dialect.name]: { baseUrl: dialect.remote.baseUrl, key: 'SECRET' } });
      for (const route of dialect.routes) {
        const path = sample(route);
        assert.ok(path, `${dialect.name} ${route.operation}`);
        const rest = path.slice(pathname === '/' ? 0 : pathname.length);
        const answer = await forward(
          new Request(`http://127.0.0.1/proxy/${dialect.name}${rest}`, { method: route.method }),
        );
        assert.equal(answer === undefined, route.storage === true, `${dialect.name} ${route.operation}`);
        if (route.storage) continue;
        const [method, there, headers] = asked.pop();
        assert.deepEqual([method, there], [route.method, path]);
        const [header, value] = dialect.remote.credential('SECRET');
        assert.equal(headers.get(header), value);
      }
      assert.deepEqual(asked, []);
    } finally {
      globalThis.fetch = before;
    }
  }
});

test("a key of the vendor's form passes, another does not, and an unknown dialect has none", () => {
  for (const { name } of DIALECTS) {
    for (const [other, { key }] of Object.entries(VENDORS)) {
      assert.equal(strictKeys({ dialect: name, key }), other === name ? undefined : 'invalid_key', `${name} ${key}`);
    }
  }
  assert.equal(strictKeys({ dialect: 'other', key: 'mhk_live_1' }), 'invalid_key');
});

test('a table of failures refuses a code that does not exist, and one that is named twice', () => {
  assert.throws(() => failures([500], [[[400], 'bad_option not_an_error']]), /not_an_error/);
  assert.throws(
    () =>
      failures(
        [500],
        [
          [[400], 'bad_option'],
          [[401], 'bad_option'],
        ],
      ),
    /bad_option/,
  );
  const table = failures([500, 'usual'], [[[400, 'wrong'], 'bad_option']]);
  assert.deepEqual(
    [table.bad_option, table.internal, table.not_found],
    [
      [400, 'wrong'],
      [500, 'usual'],
      [500, 'usual'],
    ],
  );
});

test('a dialect that is not in the list is spoken too, with its own limits, jobs and remote', async () => {
  const done = [];
  const own = {
    ...DIALECTS[0],
    name: 'own',
    title: 'Own',
    hosts: ['https://api.own.example'],
    limits: { ownBytes: 7 },
    routes: [{ operation: 'start', method: 'POST', path: /^\/v1\/start$/ }],
    parse: async ({ request }) => new Uint8Array(await request.arrayBuffer()),
    run: (bytes, { services }) =>
      services.accept(async () => {
        const record = {
          id: 'one',
          created: services.clock.stamp(),
          owner: services.store.owner,
          status: 'queued',
          bytes: services.limits.ownBytes,
        };
        await services.store.write('own-jobs.one', new Blob([bytes]));
        await services.store.put('own-jobs', record);
        return record;
      }),
    reply: ({ id, bytes }) => Response.json({ id, bytes }),
    jobs: {
      collection: 'own-jobs',
      active: ({ status }) => status === 'queued',
      async work(id, services, signal) {
        const image = async () => services.store.read(`own-jobs.${id}`);
        const [result] = await services.remove({
          items: [{ id, action: 'remove', image, options: { format: 'png' } }],
          signal,
        });
        await services.store.put('own-jobs', { ...(await services.store.get('own-jobs', id)), status: 'done' });
        services.emitReport(id, result.report);
      },
    },
    sweep: async () => {},
  };
  const store = createMemoryStore();
  const shim = createShim({
    dialects: [own],
    engine: createFakeEngine(),
    store,
    remote: { own: { baseUrl: 'https://api.own.example', fetch: createGuardedFetch() } },
  });
  shim.events.addEventListener('cutaway-report', ({ detail }) =>
    done.push([detail.dialect, detail.id, detail.report.source]),
  );
  const answer = await shim.fetch(new Request('https://api.own.example/v1/start', { method: 'POST', body: png() }));
  assert.deepEqual(await answer.json(), { id: 'one', bytes: 7 });
  await shim.idle();
  assert.deepEqual(done, [['own', 'one', 'local']]);

  // Left half done by a process that is gone: taken over at the next start.
  await store.put('own-jobs', { id: 'one', created: 1, owner: 'gone', status: 'queued' });
  const next = createShim({ dialects: [own], engine: createFakeEngine(), store });
  next.events.addEventListener('cutaway-report', ({ detail }) =>
    done.push([detail.dialect, detail.id, detail.report.source]),
  );
  await next.ready();
  await next.idle();
  assert.equal(done.length, 2);
  assert.equal((await store.get('own-jobs', 'one')).owner, 'here');
});
