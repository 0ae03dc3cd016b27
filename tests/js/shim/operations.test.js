/** What whoever runs a server sees of it: probes, counts, logs, a stop. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createMetrics } from '../../../shim/adapters/node-metrics.js';
import { serve } from '../../../shim/adapters/node-server.js';
import { createMemoryStore } from '../../../shim/index.js';
import { until } from './support/contract.js';
import { createFakeEngine } from './support/fake-engine.js';
import { png } from './support/pictures.js';
import { json, killAll, startProject, startServer } from './support/processes.js';

const open = [];
after(async () => {
  killAll();
  await Promise.all(open.map((server) => server.close()));
});
async function start(options = {}) {
  const server = await serve({ port: 0, engine: createFakeEngine(), onError: () => {}, ...options });
  open.push(server);
  return server;
}
const photo = png(5, 5, [3, 2, 1, 255]);
const text = async (url, init) => {
  const response = await fetch(url, init);
  return [response.status, (await response.text()).trim()];
};

test('probes: alive, ready, not ready when the store is away, by any name', async () => {
  const store = createMemoryStore();
  let away = false;
  store.ping = async () => {
    if (away) throw new Error('connection refused at 10.1.2.3');
  };
  const { address, port } = await start({ store });
  assert.deepEqual(await text(`${address}/healthz`), [200, 'ok']);
  assert.deepEqual(await text(`${address}/readyz`), [200, 'ready']);
  away = true;
  assert.deepEqual(await text(`${address}/readyz`), [503, 'the store is out of reach']);
  assert.deepEqual(await text(`${address}/healthz`), [200, 'ok'], 'a restart would not help');
  const named = await new Promise((resolve) => {
    http.get({ port, path: '/healthz', headers: { host: 'cutaway.cluster.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
  });
  assert.equal(named, 200);
  assert.equal((await text(`${address}/healthz`, { headers: { origin: 'https://evil.example' } }))[0], 403);
  assert.equal((await text(`${address}/metrics`))[0], 404, 'none are kept');
});

test('counts: requests by operation and status, results by source, failures by code, the queue', async () => {
  const metrics = createMetrics();
  const engine = createFakeEngine({
    fail: (bytes) => (bytes[24] === 8 && bytes[19] === 7 ? 'corrupt_image' : undefined),
  });
  const { address, shim } = await start({ metrics, engine });
  await startProject(address, photo, { authorization: 'Bearer mhk_live_SECRET' });
  await startProject(address, png(7, 1), { authorization: 'Bearer mhk_live_SECRET' });
  await shim.idle();
  await fetch(`${address}/v1/images/image_none`, { headers: { 'x-api-key': 'live_SECRET' } });
  await fetch(`${address}/nothing/of/ours?secret=SECRET`);
  const [status, counts] = await until(
    () => text(`${address}/metrics`),
    ([, now]) => /getImage/.test(now),
  );
  assert.equal(status, 200);
  for (const line of [
    'cutaway_request_seconds_count{dialect="magic-hour",operation="createImageBackgroundRemoval",status="200"} 2',
    'cutaway_request_seconds_count{dialect="img-processing",operation="getImage",status="404"} 1',
    'cutaway_results_total{source="local"} 1',
    'cutaway_failures_total{code="corrupt_image"} 1',
    'cutaway_queue_jobs 0',
    'cutaway_running_jobs 0',
  ])
    assert.ok(`${counts}\n`.includes(`${line}\n`), line);
  assert.ok(!counts.includes('SECRET'));
});

test('request ids: the given one if it is fit, else one of ours; in the log, on the answer', async () => {
  const lines = [];
  const { address } = await start({ log: (entry) => lines.push(entry) });
  const ask = async (id) =>
    (
      await fetch(`${address}/v1/images`, { headers: { ...(id && { 'x-request-id': id }), 'x-api-key': 'live_1' } })
    ).headers.get('x-request-id');
  assert.equal(await ask('trace-1.2:3'), 'trace-1.2:3');
  const made = await ask('no good {}');
  assert.match(made, /^[0-9a-f]{16}$/);
  await until(
    () => lines.length,
    (n) => n === 2,
  );
  assert.deepEqual(
    lines.map(({ id, dialect, operation }) => [id, dialect, operation]),
    ['trace-1.2:3', made].map((id) => [id, 'img-processing', 'listImages']),
  );
});

test('a stop: not ready, still answering; jobs under way end', {
  timeout: 60e3,
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cutaway-stop-'));
  const server = await startServer(
    ['--dir', dir, '--workers', '1', '--linger', '2', '--drain', '20', '--log', 'json'],
    {
      CUTAWAY_TEST_DELAY: '4000',
    },
  );
  const { body } = await startProject(server.address, photo);
  const status = async () => (await json(`${server.address}/v1/image-projects/${body.id}`)).body.status;
  await until(status, (word) => word === 'rendering');
  server.child.kill('SIGTERM');
  const [code, reason] = await until(
    () => text(`${server.address}/readyz`),
    ([now]) => now !== 200,
  );
  assert.deepEqual([code, reason], [503, 'stopping']);
  assert.equal(await status(), 'rendering', 'and it answers');
  assert.deepEqual(await server.gone, [0, null]);
  const record = JSON.parse(await readFile(join(dir, 'records', 'mh-projects', `${body.id}.json`), 'utf8'));
  assert.deepEqual([record.status, record.queue], ['complete', undefined]);
  await rm(dir, { recursive: true });
  const lines = server
    .said()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  assert.ok(lines.length > 3);
  const warning = lines.find(({ level }) => level === 'error');
  assert.match(warning.message, /no keys/);
  const entry = lines.find(({ operation }) => operation === 'createImageBackgroundRemoval');
  assert.deepEqual(Object.keys(entry).sort(), [
    'dialect',
    'id',
    'level',
    'method',
    'ms',
    'operation',
    'path',
    'status',
    'time',
  ]);
});
