// One contract, tried on every store. Long because it is the whole contract, and what each store has of its own beside it.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test as testOf } from 'node:test';
import pg from 'pg';
import { createIndexedDbStore, createMemoryStore, createShim } from '../../../shim/index.js';
import { createFolderStore } from '../../../shim/store/folder.js';
import { createPostgresStore } from '../../../shim/store/node-postgres.js';
import { png } from './support/pictures.js';
import { noPostgres, startPostgres } from './support/postgres.js';
import { noS3, startS3 } from './support/s3.js';

const postgres = noPostgres ? undefined : await startPostgres();
after(() => postgres?.end());
const s3 = noPostgres || noS3 ? undefined : await startS3();
after(() => s3?.end());
const scratch = await mkdtemp(join(tmpdir(), 'cutaway-store-'));
after(() => rm(scratch, { recursive: true }));
let serial = 0;
const fresh = () => join(scratch, `s${serial++}`);

const kinds = {
  memory: { make: (options) => createMemoryStore(options) },
  indexeddb: {
    make: (options) => createIndexedDbStore({ name: `db${serial++}`, locks: undefined, ...options }),
    again: (name) => createIndexedDbStore({ name, locks: undefined }),
  },
  folder: {
    make: (options) => createFolderStore({ dir: fresh(), ...options }),
    again: (name) => createFolderStore({ dir: join(scratch, name) }),
  },
  postgres: {
    skip: noPostgres,
    make: async (options) => {
      kinds.postgres.url = await postgres.fresh();
      return createPostgresStore({ url: kinds.postgres.url, onError: console.error, ...options });
    },
    again: () => createPostgresStore({ url: kinds.postgres.url }),
  },
  'postgres with s3': {
    skip: noPostgres || noS3,
    make: async (options) => {
      const kind = kinds['postgres with s3'];
      [kind.url, kind.blobs] = [await postgres.fresh(), s3.fresh()];
      return createPostgresStore({ url: kind.url, blobs: kind.blobs, onError: console.error, ...options });
    },
    again: () => createPostgresStore(kinds['postgres with s3']),
  },
};
const bytesOf = async (blob) => blob && Buffer.from(await blob.arrayBuffer());

for (const [name, { make, again, skip = false }] of Object.entries(kinds)) {
  /** A test of the contract, where the store is to be had. */
  const test = (title, task) => testOf(title, { skip }, task);

  test(`${name}: records come back as copies, newest first, by collection`, async () => {
    const store = await make();
    const record = { id: 'a', created: 1, deep: { list: [1] } };
    await store.put('one', record);
    record.deep.list.push(2);
    (await store.get('one', 'a')).deep.list.push(3);
    assert.deepEqual(await store.get('one', 'a'), { id: 'a', created: 1, deep: { list: [1] } });
    await store.put('one', { id: 'c', created: 3 });
    await store.put('one', { id: 'b', created: 2 });
    await store.put('two', { id: 'z', created: 9 });
    assert.deepEqual(
      (await store.list('one')).map((r) => r.id),
      ['c', 'b', 'a'],
    );
    await store.put('one', { id: 'a', created: 4 });
    assert.deepEqual(
      (await store.list('one')).map((r) => r.id),
      ['a', 'c', 'b'],
    );
    await store.remove('one', 'a');
    await store.remove('one', 'never');
    assert.equal(await store.get('one', 'a'), undefined);
    assert.deepEqual(await store.list('none'), []);
    await store.close();
  });

  test(`${name}: the first records of a collection may come at the same moment`, async () => {
    const store = await make();
    await Promise.all(['a', 'b', 'c'].map((id, created) => store.put('new', { id, created })));
    assert.deepEqual(
      (await store.list('new')).map((r) => r.id),
      ['c', 'b', 'a'],
    );
    await store.close();
  });

  test(`${name}: blobs are kept byte for byte and counted`, async () => {
    const store = await make();
    const picture = png(3, 3);
    await store.write('x.1', new Blob([picture], { type: 'image/png' }));
    assert.deepEqual(await bytesOf(await store.read('x.1')), picture);
    assert.equal((await store.read('x.1')).type, 'image/png');
    assert.deepEqual(
      [await store.has('x.1'), await store.has('x.2'), await store.keys(), await store.usage()],
      [true, false, ['x.1'], picture.length],
    );
    await store.write('x.1', new Blob(['short']));
    assert.equal(await store.usage(), 5);
    await store.erase('x.1');
    await store.erase('x.1');
    assert.deepEqual([await store.read('x.1'), await store.usage()], [undefined, 0]);
    await store.close();
  });

  test(`${name}: a full store says so and keeps what it has`, async () => {
    const store = await make({ maxBytes: 10 });
    await store.write('a', new Blob(['12345']));
    await assert.rejects(store.write('b', new Blob(['123456'])), { code: 'write_failed' });
    await store.write('a', new Blob(['1234567890']));
    assert.equal(await store.usage(), 10);
    await assert.rejects(store.write('a', new Blob(['12345678901'])), { code: 'write_failed' });
    assert.equal(String(await bytesOf(await store.read('a'))), '1234567890');
    await store.close();
  });

  test(`${name}: a stream is kept like a blob; one that breaks leaves what was there`, async () => {
    const store = await make({ maxBytes: 1000 });
    const parts = (...texts) =>
      new ReadableStream({
        pull(controller) {
          const text = texts.shift();
          if (text === undefined) controller.close();
          else if (text instanceof Error) controller.error(text);
          else controller.enqueue(new TextEncoder().encode(text));
        },
      });
    assert.equal(await store.write('a', parts('one', 'two')), 6);
    await assert.rejects(store.write('a', parts('thr', new TypeError('broken'))), { message: 'broken' });
    await assert.rejects(store.write('b', parts('x'.repeat(600), 'y'.repeat(600))), { code: 'write_failed' });
    assert.equal(String(await bytesOf(await store.read('a'))), 'onetwo');
    assert.deepEqual([await store.usage(), await store.keys()], [6, ['a']]);
    await store.close();
  });

  test(`${name}: of two writes of a key at the same moment one is there, whole, and counted once`, async () => {
    const store = await make();
    const texts = Array.from({ length: 6 }, (_, i) => String(i).repeat(1000 + i));
    await Promise.all(texts.map((text) => store.write('a', new Blob([text]).stream())));
    const kept = String(await bytesOf(await store.read('a')));
    assert.ok(texts.includes(kept), kept.slice(0, 20));
    assert.deepEqual([await store.usage(), await store.keys()], [kept.length, ['a']]);
    await store.close();
  });

  test(`${name}: names that could lead elsewhere are refused`, async () => {
    const store = await make();
    for (const bad of ['../up', 'a/b', '', '.hidden', 'x'.repeat(201), 'a\\b', 'nul\0']) {
      await assert.rejects(store.put('collection', { id: bad, created: 0 }), { code: 'internal' }, bad);
      await assert.rejects(store.write(bad, new Blob(['x'])), { code: 'internal' }, bad);
      assert.equal(await store.read(bad), undefined);
      assert.equal(await store.get('collection', bad), undefined);
    }
    await store.close();
  });

  test(`${name}: a list by scope, status, time and end, from either end, as long as is wanted`, async () => {
    const store = await make();
    for (let i = 0; i < 12; i++) {
      const status = i % 3 === 0 ? 'done' : 'open';
      await store.put('jobs', {
        id: `j${i}`,
        created: 100 + i,
        scope: i % 2 ? 'odd' : 'even',
        status,
        expires: 1000 + i,
      });
    }
    await store.put('jobs', { id: 'loose', created: 50 });
    const ids = async (filter) => (await store.list('jobs', filter)).map((r) => r.id).join(' ');
    assert.equal(await ids({ scope: 'odd', limit: 2 }), 'j11 j9');
    assert.equal(await ids({ scope: 'odd', before: 109, limit: 2 }), 'j7 j5');
    assert.equal(await ids({ scope: 'odd', after: 103, oldest: true, limit: 2 }), 'j5 j7');
    assert.equal(await ids({ after: 109 }), 'j11 j10');
    assert.equal(await ids({ before: 102, oldest: true }), 'loose j0 j1');
    assert.equal(await ids({ status: 'done' }), 'j9 j6 j3 j0');
    assert.equal(await ids({ status: ['done', 'gone'], scope: 'even' }), 'j6 j0');
    assert.equal((await ids({ expired: 1002 })).split(' ').sort().join(' '), 'j0 j1');
    assert.equal(await ids({ scope: 'nobody' }), '');
    assert.equal(await ids({ scope: '' }), 'loose');
    await store.put('jobs', { id: 'j11', created: 1, scope: 'odd' });
    assert.equal(await ids({ scope: 'odd', limit: 1 }), 'j9');
    assert.equal(await ids({ scope: 'odd', oldest: true, limit: 1 }), 'j11');
    await store.close();
  });

  test(`${name}: records are made together, or none; each later than the last of its scope`, async () => {
    const store = await make();
    const [job, key] = await store.create([
      ['jobs', { id: 'a', created: 100, scope: 's', list: [1] }],
      ['keys', { id: 'k', created: 100 }],
    ]);
    assert.deepEqual([job.created, key.created, job.list], [100, 100, [1]]);
    const taken = await store.create([
      ['jobs', { id: 'b', created: 101, scope: 's' }],
      ['keys', { id: 'k', created: 101 }],
    ]);
    assert.deepEqual(
      [taken, await store.get('jobs', 'b'), (await store.list('jobs')).length],
      [undefined, undefined, 1],
    );
    const [back] = await store.create([['jobs', { id: 'c', created: 7, scope: 's' }]]);
    const [other] = await store.create([['jobs', { id: 'd', created: 7, scope: 't' }]]);
    assert.deepEqual([back.created, other.created, (await store.get('jobs', 'c')).created], [101, 7, 101]);
    const many = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.create([['jobs', { id: `m${i}`, created: 50, scope: 's' }]])),
    );
    assert.equal(new Set(many.map(([one]) => one.created)).size, 8, 'no two at the same time');
    const same = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.create([['jobs', { id: 'one', created: i, scope: `u${i}` }]])),
    );
    assert.equal(same.filter(Boolean).length, 1, 'of equal ids at the same moment one is made');
    await store.close();
  });

  test(`${name}: fields are changed one change after another, and undefined ones go`, async () => {
    const store = await make();
    await store.put('c', { id: 'a', created: 1, n: 0, gone: 1 });
    await Promise.all(Array.from({ length: 20 }, () => store.update('c', 'a', ({ n }) => ({ n: n + 1 }))));
    assert.deepEqual(await store.update('c', 'a', () => ({ gone: undefined })), { id: 'a', created: 1, n: 20 });
    assert.deepEqual(await store.get('c', 'a'), { id: 'a', created: 1, n: 20 });
    assert.equal(await store.update('c', 'never', () => ({ n: 1 })), undefined);
    await assert.rejects(
      store.update('c', 'a', () => {
        throw new TypeError('no');
      }),
      { message: 'no' },
    );
    assert.equal((await store.get('c', 'a')).n, 20);
    await store.close();
  });

  test(`${name}: jobs are claimed once, lane after lane, and written by their holder alone`, async () => {
    const store = await make();
    const make1 = (id, lane, created) =>
      store.create([['jobs', { id, created, scope: lane, queue: { lane, attempts: 0 } }]]);
    for (let i = 0; i < 4; i++) await make1(`a${i}`, 'a', 10 + i);
    await make1('b0', 'b', 90);
    await store.create([['other', { id: 'o', created: 1, queue: { lane: 'o', attempts: 0 } }]]);
    assert.equal(await store.queued(), 6);
    const turns = new Map();
    const wanted = { collections: ['jobs'], turns };
    const first = await store.claim(wanted);
    assert.deepEqual([first.collection, first.record.queue.attempts, first.record.owner], ['jobs', 1, store.owner]);
    assert.deepEqual(await store.get('jobs', first.record.id), first.record);
    const second = await store.claim(wanted);
    assert.equal(
      [first.record.id, second.record.id].sort().join(),
      'a0,b0',
      'the key with one job has not waited for the other',
    );
    const rest = await Promise.all([1, 2, 3, 4, 5].map(() => store.claim(wanted)));
    assert.deepEqual(
      rest
        .filter(Boolean)
        .map(({ record }) => record.id)
        .sort(),
      ['a1', 'a2', 'a3'],
    );

    const holder = { owner: store.owner, attempt: 1 };
    assert.equal((await store.update('jobs', 'a1', () => ({ mark: 1 }), holder)).mark, 1);
    // Given back and taken again, it is another attempt: the first may write no more.
    await store.update('jobs', 'a1', ({ queue }) => ({ queue: { ...queue, running: undefined } }), holder);
    const again = await store.claim(wanted);
    assert.deepEqual([again.record.id, again.record.queue.attempts], ['a1', 2]);
    const late = { code: 'aborted', detail: { shutdown: true, lost: true } };
    await assert.rejects(
      store.update('jobs', 'a1', () => ({ mark: 2 }), holder),
      late,
    );
    await store.update('jobs', 'a1', () => ({ queue: undefined }), { ...holder, attempt: 2 });
    await assert.rejects(
      store.update('jobs', 'a1', () => ({ mark: 3 }), { ...holder, attempt: 2 }),
      late,
    );
    const done = await store.get('jobs', 'a1');
    assert.deepEqual([done.mark, done.queue, await store.queued()], [1, undefined, 5]);
    await store.close();
  });

  test(`${name}: of a blob the beginning, or a stream of it`, async () => {
    const store = await make();
    const bytes = Buffer.concat([png(3, 3), Buffer.alloc(2.5e6, 7)]);
    await store.write('x.1', new Blob([bytes]).stream());
    assert.deepEqual(await bytesOf(await store.read('x.1', 20)), bytes.subarray(0, 20));
    const opened = await store.open('x.1');
    assert.equal(opened.size, bytes.length);
    assert.ok(Buffer.from(await new Response(opened.stream()).arrayBuffer()).equals(bytes));
    assert.equal(await store.open('x.2'), undefined);
    await store.write('x.3', new Blob([]));
    assert.deepEqual([(await store.open('x.3')).size, (await store.read('x.3')).size], [0, 0]);
    await store.close();
  });

  if (again) {
    test(`${name}: everything is there in the next process, under another owner`, async () => {
      const store = await make();
      const where = name === 'folder' ? `s${serial - 1}` : `db${serial - 1}`;
      await store.put('jobs', { id: 'a', created: 1 });
      await store.write('a.1', new Blob(['bytes']));
      assert.equal(await store.alive(store.owner), true);
      await store.close();
      const next = await again(where);
      assert.deepEqual(await next.list('jobs'), [{ id: 'a', created: 1 }]);
      assert.equal(String(await bytesOf(await next.read('a.1'))), 'bytes');
      assert.equal(await next.usage(), 5);
      assert.equal(await next.alive(store.owner), false);
      await next.close();
    });
  }
}

testOf('folder: one process at a time, and a lock of a dead one is no lock', async () => {
  const dir = fresh();
  const store = await createFolderStore({ dir });
  await assert.rejects(createFolderStore({ dir }), { code: 'write_failed' });
  await store.close();
  await writeFile(join(dir, 'lock'), '1'); // init lives, and is not ours
  await assert.rejects(createFolderStore({ dir }), /in use by process 1/);
  if (process.platform === 'linux') {
    await writeFile(join(dir, 'lock'), '1 123456789012'); // a former process of that number
    await (await createFolderStore({ dir })).close();
  }
  await writeFile(join(dir, 'lock'), '999999999');
  await (await createFolderStore({ dir })).close();
});

testOf('folder: half-written files are thrown away, foreign and broken ones left alone', async () => {
  const dir = fresh();
  const store = await createFolderStore({ dir });
  await store.put('jobs', { id: 'a', created: 1 });
  await store.close();
  await writeFile(join(dir, 'tmp', 'half'), '{"id":');
  await writeFile(join(dir, 'records', 'jobs', 'b.json'), '{"id":"b","cre');
  await writeFile(join(dir, 'records', 'jobs', 'c.json'), '{"id":"../a"}');
  const next = await createFolderStore({ dir });
  assert.deepEqual(
    (await next.list('jobs')).map((r) => r.id),
    ['a'],
  );
  assert.deepEqual(await readdir(join(dir, 'tmp')), []);
  await next.close();
});

testOf('folder: for the user alone', async () => {
  const dir = fresh();
  const store = await createFolderStore({ dir });
  await store.put('jobs', { id: 'a', created: 1 });
  await store.write('a.1', new Blob(['x']));
  const mode = async (...path) => ((await stat(join(dir, ...path))).mode & 0o777).toString(8);
  assert.deepEqual(
    [await mode(), await mode('blobs'), await mode('blobs', 'a.1'), await mode('records', 'jobs', 'a.json')],
    ['700', '700', '600', '600'],
  );
  assert.equal(await readFile(join(dir, 'blobs', 'a.1'), 'utf8'), 'x');
  await store.close();
});

testOf('indexeddb: an owner is alive as long as its lock is held', async () => {
  const held = new Map();
  const locks = {
    request: (name, hold) => {
      held.set(name, 1);
      return hold().then(() => held.delete(name));
    },
    query: async () => ({ held: [...held.keys()].map((name) => ({ name })) }),
  };
  const one = await createIndexedDbStore({ name: 'shared', locks });
  const two = await createIndexedDbStore({ name: 'shared', locks });
  assert.deepEqual([await two.alive(one.owner), await two.alive('nobody'), await two.alone()], [true, false, false]);
  await one.close();
  await new Promise(setImmediate);
  assert.deepEqual([await two.alive(one.owner), await two.alone()], [false, true]);
  // What a crash left without a record goes; what another tab has just written stays.
  await two.write('mh-assets.cghost', new Blob(['left behind']));
  const third = await createIndexedDbStore({ name: 'shared', locks });
  await createShim({ store: two }).ready();
  assert.equal(await two.has('mh-assets.cghost'), true);
  await third.close();
  await new Promise(setImmediate);
  await createShim({ store: two }).ready();
  assert.equal(await two.has('mh-assets.cghost'), false);
  await two.close();
});

testOf('indexeddb: a database of the first version is brought up to date', async () => {
  const opening = indexedDB.open('old', 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('records', { keyPath: ['shelf', 'id'] });
    opening.result.createObjectStore('blobs', { keyPath: 'key' });
    opening.result.createObjectStore('sizes', { keyPath: 'key' });
  };
  await new Promise((resolve) => {
    opening.onsuccess = resolve;
  });
  const record = { id: 'image_1', created: 5, scope: 'test' };
  const change = opening.result.transaction('records', 'readwrite');
  change.objectStore('records').put({ shelf: 'ip-images', id: 'image_1', record });
  await new Promise((resolve) => {
    change.oncomplete = resolve;
  });
  opening.result.close();
  const store = await createIndexedDbStore({ name: 'old', locks: undefined });
  assert.deepEqual(await store.list('ip-images', { scope: 'test' }), [record]);
  await createShim({ store, now: () => 10 }).ready();
  assert.equal((await store.list('ip-images', { expired: 1e12 })).length, 1, 'and it has its end');
  await store.close();
});

testOf(
  'postgres: two processes share it: claims, deaths, what is told, migrations at the same time',
  {
    skip: noPostgres,
  },
  async () => {
    const url = await postgres.fresh();
    const [one, two] = await Promise.all([1, 2].map(() => createPostgresStore({ url, deadMs: 3000 })));
    const wanted = { collections: ['jobs'] };
    for (let i = 0; i < 30; i++)
      await one.create([['jobs', { id: `j${i}`, created: i, queue: { lane: `l${i % 3}`, attempts: 0 } }]]);
    const claimed = await Promise.all(Array.from({ length: 30 }, (_, i) => [one, two][i % 2].claim(wanted)));
    const ids = claimed.filter(Boolean).map(({ record }) => record.id);
    assert.equal(new Set(ids).size, ids.length, 'none twice');
    for (let job = await one.claim(wanted); job; job = await one.claim(wanted)) claimed.push(job);
    const all = claimed.filter(Boolean);
    assert.equal(new Set(all.map(({ record }) => record.id)).size, 30);
    const [mine, others] = [one, two].map((store) => all.filter(({ record }) => record.owner === store.owner));
    // One says that it lives, the other is silent: its jobs are free after a while, and only those.
    let retaken;
    for (let tick = 0; !retaken && tick < 100; tick++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.ok((await one.beat(mine)).every(Boolean));
      retaken = await one.claim(wanted);
    }
    for (let tick = 0; (await one.alive(two.owner)) && tick < 100; tick++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await one.beat(mine);
    }
    assert.deepEqual([await one.alive(two.owner), await two.alive(one.owner)], [false, true]);
    assert.deepEqual(
      [retaken.record.queue.attempts, mine.some(({ record }) => record.id === retaken.record.id)],
      [2, false],
    );
    const lost = others.find(({ record }) => record.id === retaken.record.id);
    if (lost) assert.deepEqual(await two.beat([lost]), [undefined]);
    await assert.rejects(
      two.update('jobs', retaken.record.id, () => ({ late: true }), { owner: two.owner, attempt: 1 }),
      { code: 'aborted' },
    );
    const heard = [];
    two.hear((topic, text) => heard.push(`${topic}:${text}`));
    for (let tries = 0; !heard.includes('note:a b') && tries < 50; tries++) {
      await one.tell('note', 'a b');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(heard.includes('note:a b'));
    await Promise.all([one.close(), two.close()]);
  },
);

testOf('postgres: who asks for a record does not wait behind blobs', { skip: noPostgres }, async () => {
  const url = await postgres.fresh();
  const store = await createPostgresStore({ url });
  await store.put('c', { id: 'a', created: 1 });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin; lock table cutaway_blobs in access exclusive mode');
  let over = 0;
  const blobs = Array.from({ length: 40 }, async () => {
    await store.has('c.a');
    over++;
  });
  assert.equal((await store.get('c', 'a')).id, 'a');
  assert.equal(over, 0);
  await client.query('commit');
  await Promise.all(blobs);
  await Promise.all([client.end(), store.close()]);
});

testOf('postgres: a restart in the middle of a statement costs time, nothing else', { skip: noPostgres }, async () => {
  const store = await createPostgresStore({ url: await postgres.fresh() });
  await store.put('c', { id: 'a', created: 1, n: 0 });
  let busy = true;
  const writer = (async () => {
    let n = 0;
    for (; busy; n++) await store.update('c', 'a', (now) => ({ n: now.n + 1 }));
    return n;
  })();
  await new Promise((resolve) => setTimeout(resolve, 100));
  postgres.restart();
  await new Promise((resolve) => setTimeout(resolve, 300));
  busy = false;
  const n = await writer;
  const now = (await store.get('c', 'a')).n;
  assert.ok(n > 0 && now >= n && now <= n + 1, `${now} of ${n}`);
  postgres.down();
  const away = await createPostgresStore({ url: 'postgres://cutaway@127.0.0.1:1/x' }).catch((error) => error);
  assert.equal(away.code, 'ECONNREFUSED');
  postgres.up();
  await store.close();
});

testOf(
  'postgres: what is kept of a blob is the same when a statement was sent twice',
  { skip: noPostgres },
  async () => {
    const url = await postgres.fresh();
    const other = await createPostgresStore({ url });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await other.write('a', new Blob(['before']));
    const begin = () => client.query(`select cutaway_begin('pending.x', 'after', null) as content`);
    const [{ rows }, again] = [await begin(), await begin()];
    assert.deepEqual(again.rows, rows);
    const keep = () => client.query(`select cutaway_keep('pending.x', 'a', 5, '', $1, null)`, [rows[0].content]);
    await keep();
    await keep();
    assert.equal(String(await bytesOf(await other.read('a'))), 'after');
    await other.erase('a');
    await assert.rejects(keep(), { code: 'CT002' }, 'what was cleared away meanwhile is not kept');
    const { rows: left } = await client.query(
      'select (select count(*) from pg_largeobject_metadata where oid = $1) as one, (select count(*) from cutaway_blobs) as blobs',
      [rows[0].content],
    );
    assert.deepEqual(left, [{ one: '0', blobs: '0' }]);
    await client.end();
    await other.close();
  },
);
