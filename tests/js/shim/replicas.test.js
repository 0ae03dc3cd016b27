/**
 * Two replicas on one PostgreSQL, behind a round robin. With the fake engine,
 * whose results name their input. CUTAWAY_CHAOS=2000 makes the storm that long,
 * CUTAWAY_CHAOS_S3=1 has it with pictures in S3.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { createShim } from '../../../shim/index.js';
import { createPostgresStore } from '../../../shim/store/node-postgres.js';
import { until } from './support/contract.js';
import { createFakeEngine, labelOf, sha } from './support/fake-engine.js';
import { png } from './support/pictures.js';
import { startBalancer } from './support/balancer.js';
import { noPostgres, startPostgres } from './support/postgres.js';
import { credentials, noS3, startS3 } from './support/s3.js';
import { startRemote } from './support/remote-server.js';
import { json, killAll, post, startProject, startServer } from './support/processes.js';

const options = { skip: noPostgres, timeout: 300e3 };
const CHAOS = Number(process.env.CUTAWAY_CHAOS ?? 60);
let postgres;
let s3;
let source;
const sources = new Map();
before(async () => {
  if (noPostgres) return;
  postgres = await startPostgres();
  if (!noS3) s3 = await startS3();
  source = http.createServer((request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(sources.get(request.url)),
  );
  await new Promise((resolve) => source.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  killAll();
  source?.close();
  await s3?.end();
  postgres?.end();
});
const pictureOf = (n) => png(3, 2, [n & 255, n >> 8, 77, 255]);
const origin = () => `http://127.0.0.1:${source.address().port}`;
const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** Replicas of one store, by number. */
async function startReplicas(args, { count = 2, delay = 0, inS3 = false } = {}) {
  const store = await postgres.fresh();
  const env = {
    CUTAWAY_STORE: store,
    CUTAWAY_TEST_DELAY: String(delay),
    ...(inS3 && { ...credentials, CUTAWAY_BLOBS: s3.fresh() }),
  };
  const start = (more = []) =>
    startServer(['--workers', '1', '--quiet', '--trust-origin', origin(), ...args, ...more], env);
  const all = await Promise.all(Array.from({ length: count }, () => start()));
  return { all, start, store };
}

/** A job of each kind; gives how to look whether it is over. */
const errands = [
  async (address, n) => {
    const { status, body } = await startProject(address, pictureOf(n));
    if (status !== 200) throw new Error(`create ${status}`);
    return async () => {
      const { status: answered, body: project } = await json(`${address}/v1/image-projects/${body.id}`);
      if (answered !== 200) return undefined;
      const over = !['queued', 'rendering'].includes(project.status);
      return over
        ? { done: project.status === 'complete', url: project.downloads[0]?.url, why: project.error }
        : undefined;
    };
  },
  async (address, n) => {
    sources.set(`/${n}.png`, pictureOf(n));
    const body = { input: [{ image_url: `${origin()}/${n}.png` }] };
    const ask = () => post(`${address}/api/v1/remove-background`, body, { 'idempotency-key': `request-${n}` });
    const made = await ask();
    if (![200, 202].includes(made.status)) throw new Error(`create ${made.status}`);
    return async () => {
      const { status, body: answer } = await json(`${address}/api/v1/jobs/${made.body.job.id}`);
      if (status !== 200) return undefined;
      const over = !['queued', 'processing'].includes(answer.job.status);
      const [{ result_url: url, error_message: why }] = answer.results;
      return over ? { done: answer.job.status === 'completed', url, why } : undefined;
    };
  },
];

async function anyReplica(inS3) {
  const { all } = await startReplicas([], { inS3 });
  const balancer = await startBalancer(() => all.map(({ address }) => address));
  const looks = [];
  for (let n = 0; n < 6; n++) looks.push([n, await errands[n % 2](balancer.address, n)]);
  for (const [n, look] of looks) {
    const { done, url, why } = await until(look, Boolean, 30);
    assert.ok(done, JSON.stringify(why));
    assert.equal(labelOf(await bytesOf(url)).input, sha(pictureOf(n)));
  }
  const form = new FormData();
  form.append('name', 'a');
  form.append('image', new Blob([pictureOf(99)]));
  const image = await json(`${balancer.address}/v1/images/upload`, { method: 'POST', body: form });
  const cut = await post(`${balancer.address}/v1/images/${image.body.id}/remove-background`, {});
  assert.equal(cut.status, 201);
  const result = await bytesOf(`${balancer.address}/v1/images/${cut.body.id}/download`);
  assert.equal(labelOf(result).input, sha(pictureOf(99)));
  balancer.close();
  for (const { child } of all) child.kill('SIGKILL');
}

const anyTakes = 'any replica takes an upload, a create, a poll, a download, and a synchronous call';
test(anyTakes, options, () => anyReplica(false));
test(`pictures in S3: ${anyTakes}`, { ...options, skip: noPostgres || noS3 }, () => anyReplica(true));

test('equal creates at the same moment at both make one job', options, async () => {
  const { all } = await startReplicas([]);
  sources.set('/same.png', pictureOf(7));
  const body = { input: [{ image_url: `${origin()}/same.png` }] };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      post(`${all[i % 2].address}/api/v1/remove-background`, body, { 'idempotency-key': 'the-same-moment' }),
    ),
  );
  assert.equal(new Set(answers.map((a) => a.body.job.id)).size, 1);
  assert.equal(answers.filter(({ status }) => status === 202).length, 1);
  for (const { child } of all) child.kill('SIGKILL');
});

test('roles: one takes requests, another works; probes say who is ready', options, async () => {
  const { all, start, store } = await startReplicas(['--role', 'api'], { count: 1 });
  const [api] = all;
  const look = await errands[0](api.address, 1);
  assert.equal(await look(), undefined, 'nobody works yet');
  const worker = await startServer(['--role', 'worker', '--workers', '1', '--quiet'], { CUTAWAY_STORE: store });
  assert.ok((await until(look, Boolean, 50)).done);
  // A synchronous call waits for the worker's answer.
  const form = new FormData();
  form.append('name', 'a');
  form.append('image', new Blob([pictureOf(5)]));
  const image = await json(`${api.address}/v1/images/upload`, { method: 'POST', body: form });
  assert.equal((await post(`${api.address}/v1/images/${image.body.id}/convert`, { format: 'webp' })).status, 201);
  assert.equal((await json(`${worker.address}/v1/images`)).status, 404);
  for (const one of [api, worker]) assert.equal((await fetch(`${one.address}/readyz`)).status, 200);
  const counts = await (await fetch(`${worker.address}/metrics`)).text();
  assert.match(counts, /^cutaway_results_total\{source="local"\} 2$/m);
  assert.match(counts, /^cutaway_queue_jobs 0$/m);
  void start;
  for (const { child } of [api, worker]) child.kill('SIGKILL');
});

test('a job that waits at one is cancelled at the other', options, async () => {
  const { all } = await startReplicas([], { delay: 4000 });
  const created = [];
  for (let n = 0; n < 4; n++) created.push((await startProject(all[0].address, pictureOf(n))).body.id);
  const statuses = () =>
    Promise.all(created.map(async (id) => (await json(`${all[1].address}/v1/image-projects/${id}`)).body.status));
  await until(statuses, (now) => now.filter((word) => word === 'rendering').length === 2, 50);
  for (const id of created) await fetch(`${all[1].address}/v1/image-projects/${id}`, { method: 'DELETE' });
  const { body } = await json(`${all[0].address}/v1/image-projects/${created[0]}`);
  assert.deepEqual([body.status, body.enabled], ['canceled', false]);
  // Both are free again long before four seconds are over: a new job begins at once.
  const started = Date.now();
  const next = (await startProject(all[0].address, pictureOf(9))).body.id;
  await until(
    async () => (await json(`${all[1].address}/v1/image-projects/${next}`)).body.status,
    (word) => word === 'rendering',
    50,
  );
  assert.ok(Date.now() - started < 3500, `${Date.now() - started} ms`);
  for (const { child } of all) child.kill('SIGKILL');
});

test('a webhook is signed by the replica that took the request, whoever works on it', options, async () => {
  const url = await postgres.fresh();
  const stores = await Promise.all([1, 2].map(() => createPostgresStore({ url })));
  const sent = [[], []];
  const inputs = { schemes: ['https'], followsItself: false, fetch: async () => new Response(pictureOf(3)) };
  const [front, back] = stores.map((store, i) =>
    createShim({
      store,
      inputs,
      engine: createFakeEngine(),
      concurrency: i, // the first takes requests, the second works
      webhook: (delivery) => sent[i].push(delivery),
    }),
  );
  await Promise.all([front.ready(), back.ready()]);
  const answer = await front.fetch(
    new Request('https://aigenstudio.app/api/v1/remove-background', {
      method: 'POST',
      headers: { authorization: 'Bearer aigen_live_1', 'idempotency-key': 'with-webhook' },
      body: JSON.stringify({ input: [{ image_url: 'https://p.example/a.png' }], webhook_url: 'https://hook.example/' }),
    }),
  );
  assert.equal(answer.status, 202);
  await until(
    () => sent[0].map(({ event }) => event.type).sort(),
    (types) => types.join() === 'job.completed,job.processing,result.completed',
    50,
  );
  assert.deepEqual([sent[1], new Set(sent[0].map(({ secret }) => secret)).size], [[], 1]);
  assert.deepEqual(await stores[0].list('cutaway-hooks'), []);
  await Promise.all([front.close(), back.close()]);
});

test(
  'a remote: replicas that are killed make no paid call twice, and follow those that were made',
  options,
  async (t) => {
    const engine = createFakeEngine({ delay: 200 }); // the remote's; its log tells which picture was paid for
    const far = await startRemote({ options: { engine } });
    t.after(() => far.close());
    const remote = ['--policy', 'remote-only', '--send-pictures', '--remote', `magic-hour=${far.address}`];
    const { all, start } = await startReplicas(remote);
    const balancer = await startBalancer(() => all.map(({ address }) => address));
    t.after(() => balancer.close());
    const looks = [];
    for (let n = 0; n < 8; n++) looks.push(await errands[0](balancer.address, n));
    const kills = 2;
    for (let kill = 0; kill < kills; kill++) {
      // In the middle of a paid call, or of following it.
      await until(
        () => far.paid().length,
        (paid) => paid >= 2 + 2 * kill,
        20,
      );
      const [victim] = all.splice(0, 1, await start());
      victim.child.kill('SIGKILL');
    }
    let unsure = 0;
    for (const [n, look] of looks.entries()) {
      const { done, url } = await until(() => look().catch(() => undefined), Boolean, 100);
      const paid = engine.log.filter(({ input }) => input === sha(pictureOf(n))).length;
      assert.ok(paid <= 1, `picture ${n}: ${paid} paid calls`);
      if (done) assert.equal(labelOf(await bytesOf(url)).input, sha(pictureOf(n)));
      else unsure++;
    }
    assert.ok(unsure <= 2 * kills, `${unsure} are unsure: those that the killed ones were asking for`);
    assert.ok(far.paid().length <= looks.length);
    t.diagnostic(`${far.paid().length} paid calls for ${looks.length} projects, ${unsure} unsure`);
    for (const { child } of all) child.kill('SIGKILL');
  },
);

test('chaos: kill -9, a frozen replica, a restart of PostgreSQL: each accepted job ends once, with its own result', {
  ...options,
  timeout: CHAOS > 100 ? 3600e3 : options.timeout,
}, async (t) => {
  const total = CHAOS;
  const { all, start } = await startReplicas(['--queue', '100000'], {
    delay: 30,
    inS3: Boolean(process.env.CUTAWAY_CHAOS_S3),
  });
  const balancer = await startBalancer(() => all.map(({ address }) => address));
  const accepted = [];
  let refused = 0;
  let storm = true;
  const troubles = [
    async () => {
      const [victim] = all.splice(0, 1, await start());
      victim.child.kill('SIGKILL');
    },
    async () => {
      all[0].child.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 17e3)); // past its heartbeat
      all[0].child.kill('SIGCONT');
    },
    async () => postgres.restart(),
  ];
  const stormy = (async () => {
    for (let n = 0; storm; n++) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      if (storm && (n < 3 || total > 100)) await troubles[n % 3]();
    }
  })();
  let n = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let mine = n++; mine < total; mine = n++) {
        for (;;) {
          try {
            // Under a key of its own a create may be sent again; a project of Magic Hour's may not.
            accepted.push([mine, await errands[mine % 2](balancer.address, mine)]);
            break;
          } catch {
            refused++;
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
        }
      }
    }),
  );
  let wrong = 0;
  for (const [mine, look] of accepted) {
    const result = await until(() => look().catch(() => undefined), Boolean, 100);
    assert.ok(result.done, `${mine}: ${JSON.stringify(result.why)}`);
    const bytes = await until(
      () => bytesOf(result.url).catch(() => undefined),
      (some) => some?.length > 30,
      100,
    );
    if (labelOf(bytes).input !== sha(pictureOf(mine))) wrong++;
  }
  storm = false;
  await stormy;
  assert.equal(wrong, 0);
  t.diagnostic(`${accepted.length} accepted, ${refused} refused or broken off on their way in`);
  balancer.close();
  for (const { child } of all) child.kill('SIGKILL');
});
