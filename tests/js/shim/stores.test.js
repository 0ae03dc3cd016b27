import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createIndexedDbStore, createMemoryStore, createShim } from '../../../shim/index.js';
import { createFolderStore } from '../../../shim/store/folder.js';
import { png } from './support/pictures.js';

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
};
const bytesOf = async (blob) => blob && Buffer.from(await blob.arrayBuffer());

for (const [name, { make, again }] of Object.entries(kinds)) {
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

test('folder: one process at a time, and a lock of a dead one is no lock', async () => {
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

test('folder: half-written files are thrown away, foreign and broken ones left alone', async () => {
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

test('folder: for the user alone', async () => {
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

test('indexeddb: an owner is alive as long as its lock is held', async () => {
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
