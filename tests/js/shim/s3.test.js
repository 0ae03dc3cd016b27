/**
 * Blobs in S3 beside records in PostgreSQL: what a crash leaves between the two
 * is cleared away, a store that is away costs time, memory stays bounded, and
 * keys are told to nobody. The contract of all stores: stores.test.js.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createPostgresStore } from '../../../shim/store/node-postgres.js';
import { createObjects } from '../../../shim/store/node-s3.js';
import { s3Address } from '../../../shim/store/node-s3-address.js';
import { until } from './support/contract.js';
import { png } from './support/pictures.js';
import { noPostgres, startPostgres } from './support/postgres.js';
import { killAll, startServer } from './support/processes.js';
import { credentials, noS3, startS3 } from './support/s3.js';

const skip = noPostgres || noS3;
const options = { skip, timeout: 300e3 };
let postgres;
let s3;
before(async () => {
  if (skip) return;
  postgres = await startPostgres();
  s3 = await startS3();
});
after(async () => {
  killAll();
  await s3?.end();
  postgres?.end();
});

/** A store of its own, and a way to its tables. */
async function open(t, more = {}) {
  const [url, blobs] = [await postgres.fresh(), s3.fresh()];
  const errors = [];
  const store = await createPostgresStore({ url, blobs, onError: (error) => errors.push(error), ...more });
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  t.after(async () => {
    await client.end().catch(() => {});
    await store.close();
  });
  const rows = async () => (await client.query('select key, object from cutaway_blobs order by key')).rows;
  const age = () => client.query(`update cutaway_blobs set written = written - interval '2 hours'`);
  return { store, url, blobs, client, rows, age, errors };
}
const text = async (blob) => blob && String(Buffer.from(await blob.arrayBuffer()));
/** A stream of so many megabytes, each of its own number. */
const megabytes = (count, fail) => {
  let i = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (i === fail) controller.error(new TypeError('broken'));
        else if (i === count) controller.close();
        else controller.enqueue(Buffer.alloc(1e6, i++));
      },
    },
    { highWaterMark: 0 },
  );
};

test('addresses: a bucket, a folder, an endpoint, a region; keys have no place in them', () => {
  assert.deepEqual(s3Address('s3://my-pictures'), { bucket: 'my-pictures', prefix: '' });
  assert.deepEqual(s3Address('s3://b.c-d/one/two/?endpoint=http://127.0.0.1:7070&region=eu-1'), {
    bucket: 'b.c-d',
    prefix: 'one/two/',
    endpoint: 'http://127.0.0.1:7070',
    region: 'eu-1',
  });
  for (const bad of [
    's3://',
    's3://B',
    's3://key:secret@bucket',
    's3://bucket?secret=x',
    's3://bucket?endpoint=ftp://x',
    's3://bucket?endpoint=https://key:secret@host',
    's3://bucket?endpoint=nonsense',
    's3://bucket?region=a/b',
    'https://bucket',
  ])
    assert.throws(() => s3Address(bad), TypeError, bad);
});

test(
  'bytes go in parts and come back whole, from the start or as they are read; each write has a name of its own',
  options,
  async (t) => {
    const { store, blobs, rows } = await open(t);
    for (const count of [1, 5, 6, 13]) {
      assert.equal(await store.write('x.1', megabytes(count)), count * 1e6);
      assert.deepEqual(s3.objects(blobs), [(await rows())[0].object.split('/').at(-1)], 'the former one is taken away');
      const opened = await store.open('x.1');
      let at = 0;
      for await (const bytes of opened.stream()) {
        for (let i = 0; i < bytes.length; i += 4096) assert.equal(bytes[i], Math.floor((at + i) / 1e6) & 255);
        at += bytes.length;
      }
      assert.deepEqual([at, opened.size], [count * 1e6, count * 1e6]);
      assert.equal((await store.read('x.1', 20)).size, 20);
    }
    assert.equal((await rows())[0].object.startsWith('some/folder/x.1.'), true);
    // A reader who stops in the middle holds nothing up.
    for await (const bytes of (await store.open('x.1')).stream()) {
      assert.ok(bytes.length > 0);
      break;
    }
    // Taken away between the look and the read.
    const stale = await store.open('x.1');
    await store.erase('x.1');
    await assert.rejects(new Response(stale.stream()).arrayBuffer(), { code: 'read_failed' });
    assert.deepEqual([s3.objects(blobs), await rows(), s3.unfinished(blobs)], [[], [], 0]);
  },
);

test('an upload that breaks off or is too large leaves neither row nor object nor parts', options, async (t) => {
  const { store, blobs, rows } = await open(t, { maxBytes: 9e6 });
  await assert.rejects(store.write('a', megabytes(20, 8)), { message: 'broken' });
  await assert.rejects(store.write('a', megabytes(20)), { code: 'write_failed' });
  assert.deepEqual([s3.objects(blobs), await rows(), s3.unfinished(blobs)], [[], [], 0]);
});

test(
  'what a crash leaves between object, blob and record is cleared away; what is in use stays',
  options,
  async (t) => {
    const { store, blobs, client, rows, age, errors } = await open(t);
    const collection = 'mh-projects';
    await store.put(collection, { id: 'alive', created: 1, status: 'complete' });
    await store.write(`${collection}.alive.png`, new Blob(['in use']));
    await store.write(`${collection}.dead.png`, new Blob(['its record was never written']));
    await store.write('foreign.1', new Blob(['of no dialect of ours']));
    // It died after the object and before the row had its name: the row of the beginning is there.
    await store.write('half', new Blob(['half come in']));
    await client.query(`update cutaway_blobs set key = 'pending.half' where key = 'half'`);
    // It died with parts sent.
    await client.query(
      `insert into cutaway_blobs (key, object, size, type) values ('pending.parts', 'some/folder/parts.1', 0, '')`,
    );
    const { S3Client, CreateMultipartUploadCommand, UploadPartCommand } = await import('@aws-sdk/client-s3');
    const { bucket: Bucket, endpoint } = s3Address(blobs);
    const other = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
    t.after(() => other.destroy());
    const where = { Bucket, Key: 'some/folder/parts.1' };
    const { UploadId } = await other.send(new CreateMultipartUploadCommand(where));
    await other.send(new UploadPartCommand({ ...where, UploadId, PartNumber: 1, Body: Buffer.alloc(6e6) }));
    assert.ok(s3.unfinished(blobs) > 0);
    // It died before the object of an erased blob was taken away.
    await store.write('erased', new Blob(['erased']));
    await client.query(`select cutaway_drop('erased')`);
    assert.deepEqual([await store.has('erased'), s3.objects(blobs).length], [false, 5]);

    await store.clear([collection]);
    assert.equal(s3.objects(blobs).length, 5, 'an hour is given to whoever is at work');
    await age();
    await store.clear([collection]);
    assert.deepEqual(
      (await rows()).map(({ key }) => key),
      ['foreign.1', `${collection}.alive.png`],
    );
    assert.deepEqual([s3.objects(blobs).length, s3.unfinished(blobs)], [2, 0]);
    assert.equal(await text(await store.read(`${collection}.alive.png`)), 'in use');
    assert.deepEqual(errors, []);
  },
);

test(
  'S3 away: a write and a read wait; too long is a word to come again; what is erased is gone, its object follows',
  options,
  async (t) => {
    const { store, url, blobs, rows, age } = await open(t, { patienceMs: 60e3 });
    const errors = [];
    const short = await createPostgresStore({ url, blobs, patienceMs: 300, onError: (error) => errors.push(error) });
    t.after(() => short.close());
    await store.write('a', new Blob(['a']));
    await store.write('b', new Blob(['b']));
    await s3.down();
    await assert.rejects(short.write('c', new Blob(['c'])), { code: 'busy' });
    await assert.rejects(short.read('a'), { code: 'busy' });
    await short.erase('a');
    assert.deepEqual([await store.has('a'), errors.length > 0], [false, true]);
    const [writing, reading] = [store.write('d', megabytes(7)), store.read('b')];
    await new Promise((resolve) => setTimeout(resolve, 500));
    await s3.up();
    assert.equal(await writing, 7e6);
    assert.equal(await text(await reading), 'b');
    assert.equal(s3.objects(blobs).length, 3);
    await age();
    await short.clear([]);
    assert.equal(s3.objects(blobs).length, 2);
    assert.deepEqual(
      (await rows()).map(({ key }) => key),
      ['b', 'd'],
    );
  },
);

test('bodies that only trickle lose their places to those that wait', options, async (t) => {
  const blobs = s3.fresh();
  const objects = createObjects({ ...s3Address(blobs), slowMs: 100 });
  t.after(() => objects.close());
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let over = false;
  async function* trickle() {
    yield Buffer.alloc(1.5e6);
    while (!over) {
      await wait(20);
      yield Buffer.alloc(1);
    }
  }
  const slow = Array.from({ length: 16 }, (_, i) => objects.write(`slow.${i}`, trickle()).catch((error) => error));
  await wait(300);
  async function* quick() {
    yield Buffer.alloc(3e6);
  }
  await objects.write('quick', quick()); // it would wait for ever
  over = true;
  const ends = await Promise.all(slow);
  const lost = ends.filter((end) => end?.code === 'busy');
  assert.ok(lost.length > 0 && lost.length <= 16, `${lost.length} lost their places`);
  assert.deepEqual(
    ends.filter((end) => end && end.code !== 'busy'),
    [],
  );
});

test('a read that breaks off goes on where it was', options, async (t) => {
  const { blobs } = await open(t);
  const { endpoint } = s3Address(blobs);
  let broken = 0;
  const front = http.createServer((incoming, outgoing) => {
    const through = http.request(
      endpoint + incoming.url,
      { method: incoming.method, headers: incoming.headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        let left = incoming.method === 'GET' && broken < 3 ? 1.5e6 : Infinity;
        answer.on('data', (bytes) => {
          left -= bytes.length;
          if (left > 0) outgoing.write(bytes);
          else if (!outgoing.destroyed) {
            broken++;
            outgoing.destroy();
          }
        });
        answer.on('end', () => outgoing.end());
      },
    );
    through.on('error', () => outgoing.destroy());
    incoming.pipe(through);
  });
  t.after(() => {
    front.closeAllConnections();
    front.close();
  });
  await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
  const flaky = blobs.replace(/endpoint=.*/, `endpoint=http://127.0.0.1:${front.address().port}`);
  const store = await createPostgresStore({ url: await postgres.fresh(), blobs: flaky });
  t.after(() => store.close());
  await store.write('a', megabytes(6));
  const bytes = Buffer.from(await new Response((await store.open('a')).stream()).arrayBuffer());
  assert.equal(broken, 3);
  assert.equal(bytes.length, 6e6);
  for (let i = 0; i < 6; i++) assert.ok(bytes.subarray(i * 1e6, (i + 1) * 1e6).equals(Buffer.alloc(1e6, i)));
});

test('a database moves to S3 blob by blob; without --blobs it then starts no more', options, async (t) => {
  const [url, blobs] = [await postgres.fresh(), s3.fresh()];
  const before = await createPostgresStore({ url });
  await before.write('old', new Blob([png(3, 3)]));
  await before.write('older', new Blob(['large object']));
  await before.close();
  const store = await createPostgresStore({ url, blobs });
  t.after(() => store.close());
  await store.write('new', new Blob(['object']));
  await store.write('old', new Blob(['replaced']));
  assert.deepEqual(
    [await text(await store.read('new')), await text(await store.read('old')), await text(await store.read('older'))],
    ['object', 'replaced', 'large object'],
  );
  assert.equal(s3.objects(blobs).length, 2);
  await assert.rejects(createPostgresStore({ url }), { code: 'read_failed', message: /--blobs/ });
});

test('many uploads at once take little memory', options, async () => {
  const env = { CUTAWAY_STORE: await postgres.fresh(), CUTAWAY_BLOBS: s3.fresh(), ...credentials };
  const server = await startServer(['--quiet'], env);
  const picture = Buffer.concat([png(3, 3), Buffer.alloc(19e6)]);
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
  const upload = async () => {
    const form = new FormData();
    form.append('name', 'many');
    form.append('image', new Blob([picture]));
    const answer = await fetch(`${server.address}/v1/images/upload`, { method: 'POST', body: form });
    return { status: answer.status, ...(await answer.json()) };
  };
  await upload();
  const before = peak();
  const answers = await Promise.all(Array.from({ length: 24 }, upload));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  // 24 × 19 MB are 456 MB; 16 of them hold a part of 5 MB, and the same again while it is sent.
  assert.ok(peak() - before < 250, `${Math.round(peak() - before)} MB more`);
  const back = await fetch(`${server.address}/v1/images/${answers[7].id}/download`);
  assert.ok(Buffer.from(await back.arrayBuffer()).equals(picture));
  server.child.kill('SIGKILL');
});

test('cutaway serve: --blobs is asked for what it is, and no key is told to anybody', options, async () => {
  const env = { CUTAWAY_STORE: await postgres.fresh(), ...credentials };
  for (const [args, words] of [
    [['--blobs', 's3://Bad'], /--blobs: not an address/],
    [['--blobs', 's3://bucket?key=x'], /--blobs: key has no place/],
  ])
    await assert.rejects(startServer(args, env), words);
  await assert.rejects(
    startServer(['--dir', 'none', '--blobs', 's3://bucket'], { CUTAWAY_STORE: '' }),
    /--blobs needs --store|--store takes/,
  );
  const blobs = s3.fresh();
  const wrong = { ...env, AWS_SECRET_ACCESS_KEY: 'wrong-secret-of-the-tests' };
  for (const [where, more, words] of [
    [blobs, wrong, /S3 store answered SignatureDoesNotMatch \(403\)/],
    [blobs.replace('bucket-', 'nowhere-'), env, /S3 store answered NoSuchBucket \(404\)/],
  ]) {
    const error = await startServer(['--blobs', where], more).catch((thrown) => thrown);
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /secret-of-the-tests|cutawaytests/);
  }
  const { child, said, address } = await startServer(['--blobs', blobs, '--log', 'json'], env);
  await s3.down();
  await fetch(`${address}/v1/images?take=1`, { headers: { 'x-api-key': 'test_1' } });
  await s3.up();
  child.kill('SIGTERM');
  await until(
    () => child.exitCode,
    (code) => code !== null,
    20,
  );
  assert.doesNotMatch(said(), /secret-of-the-tests|cutawaytests/);
});
