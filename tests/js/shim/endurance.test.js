/**
 * The server as a process: 500 requests 16 at a time, and kill -9 in the
 * middle. With the fake engine, whose results name their input.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { until } from './support/contract.js';
import { labelOf, sha } from './support/fake-engine.js';
import { originOf } from './support/origin.js';
import { png } from './support/pictures.js';

const scratch = await mkdtemp(join(tmpdir(), 'cutaway-endurance-'));
const alive = new Set();
after(async () => {
  for (const child of alive) child.kill('SIGKILL');
  await rm(scratch, { recursive: true, force: true });
});

async function start(args, delay = 0, more = {}) {
  const child = spawn(
    process.execPath,
    [new URL('./support/serve-fake.js', import.meta.url).pathname, '--port', '0', ...args],
    {
      env: { ...process.env, CUTAWAY_TEST_DELAY: String(delay), ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`exit ${code}: ${complaints}`);
    }),
  ]);
  child.stdout.on('data', (text) => {
    complaints += text;
  });
  return { child, address: String(line).trim(), complaints: () => complaints };
}

const json = async (url, init) => {
  const response = await fetch(url, init);
  return {
    status: response.status,
    body: response.status === 204 ? null : await response.json(),
    headers: response.headers,
  };
};
const post = (url, body, headers = {}) =>
  json(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const pictureOf = (n) => png(3, 2, [n & 255, n >> 8, 77, 255]);
const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** Each does one whole errand and gives the result's bytes. */
const errands = [
  async (address, picture) => {
    // Magic Hour
    const {
      body: {
        items: [slot],
      },
    } = await post(`${address}/v1/files/upload-urls`, { items: [{ type: 'image', extension: 'png' }] });
    assert.equal((await fetch(slot.upload_url, { method: 'PUT', body: picture })).status, 200);
    const {
      body: { id },
    } = await post(`${address}/v1/image-background-remover`, { assets: { image_file_path: slot.file_path } });
    const { body } = await until(
      () => json(`${address}/v1/image-projects/${id}`),
      ({ body: p }) => !['queued', 'rendering'].includes(p.status),
    );
    const bytes = await bytesOf(body.downloads[0].url);
    assert.equal((await fetch(`${address}/v1/image-projects/${id}`, { method: 'DELETE' })).status, 204);
    return bytes;
  },
  async (address, picture) => {
    // IMG Processing
    const form = new FormData();
    form.append('name', 'errand');
    form.append('image', new Blob([picture]));
    const { body: image } = await json(`${address}/v1/images/upload`, { method: 'POST', body: form });
    const { body: cut, status } = await json(`${address}/v1/images/${image.id}/remove-background`, { method: 'POST' });
    assert.equal(status, 201);
    const bytes = await bytesOf(`${address}/v1/images/${cut.id}/download`);
    for (const { id } of [image, cut])
      assert.equal((await fetch(`${address}/v1/images/${id}`, { method: 'DELETE' })).status, 204);
    return bytes;
  },
];

// CUTAWAY_ERRANDS=10000 for long.
const ERRANDS = Number(process.env.CUTAWAY_ERRANDS ?? 500);
test(`${ERRANDS} errands, 16 at a time: none lost, none mixed up, memory flat afterwards`, {
  timeout: ERRANDS > 500 ? 3600e3 : 240e3,
}, async (t) => {
  const server = await start(['--dir', join(scratch, 'soak'), '--workers', '2', '--queue', '32', '--quiet']);
  const residentMb = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
  const marks = [];
  const started = performance.now();
  let next = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let n = next++; n < ERRANDS; n = next++) {
        const picture = pictureOf(n);
        const result = await errands[n % errands.length](server.address, picture);
        assert.equal(labelOf(result).input, sha(picture), `errand ${n} got its own result`);
        done++;
        if (done % (ERRANDS / 5) === 0 && process.platform === 'linux') marks.push(Math.round(residentMb()));
      }
    }),
  );
  assert.equal(done, ERRANDS);
  t.diagnostic(`${Math.round(performance.now() - started)} ms, resident after each fifth: ${marks.join(', ')} MB`);
  // After 200 the heap has its size (observed: 104, 128, 136, 138, 138 MB); a
  // leak of 150 kB per errand would add 45 MB to the rest.
  if (marks.length) assert.ok(marks.at(-1) - marks[1] < 40, `resident MB: ${marks.join(', ')}`);
  assert.deepEqual((await json(`${server.address}/v1/images`)).body.data, [], 'nothing was left behind');
  assert.equal(server.complaints(), '');
  server.child.kill('SIGTERM');
  const [code] = await once(server.child, 'exit');
  assert.equal(code, 0);
});

test('beyond the queue: 429 with Retry-After, and every accepted job is done', { timeout: 60e3 }, async () => {
  const server = await start(['--dir', 'none', '--workers', '1', '--queue', '2', '--quiet'], 2000);
  const {
    body: {
      items: [slot],
    },
  } = await post(`${server.address}/v1/files/upload-urls`, { items: [{ type: 'image', extension: 'png' }] });
  await fetch(slot.upload_url, { method: 'PUT', body: pictureOf(1) });
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      post(`${server.address}/v1/image-background-remover`, { assets: { image_file_path: slot.file_path } }),
    ),
  );
  const accepted = answers.filter(({ status }) => status === 200);
  assert.deepEqual([accepted.length, answers.filter(({ status }) => status === 429).length], [2, 10]);
  for (const { headers } of answers.filter(({ status }) => status === 429))
    assert.match(headers.get('retry-after'), /^\d+$/);
  for (const {
    body: { id },
  } of accepted) {
    await until(
      () => json(`${server.address}/v1/image-projects/${id}`),
      ({ body }) => body.status === 'complete',
    );
  }
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
});

test('kill -9 in the middle and start again: every accepted job finishes, five times over', {
  timeout: 120e3,
}, async (t) => {
  const dir = join(scratch, 'killed');
  const byNumber = new Map();
  const origin = await originOf(t, (request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(byNumber.get(request.url)),
  );
  const args = ['--dir', dir, '--workers', '2', '--queue', '1000', '--quiet', '--trust-origin', origin];
  const accepted = []; // [look, picture]
  const lanes = [
    async (address, picture) => {
      // Magic Hour
      const {
        body: {
          items: [slot],
        },
      } = await post(`${address}/v1/files/upload-urls`, { items: [{ type: 'image', extension: 'png' }] });
      const put = await fetch(slot.upload_url, { method: 'PUT', body: picture });
      if (put.status !== 200) throw new Error(`PUT ${put.status}`);
      const {
        status,
        body: { id },
      } = await post(`${address}/v1/image-background-remover`, { assets: { image_file_path: slot.file_path } });
      if (status !== 200) throw new Error(`POST ${status}`);
      return async (now) => {
        const { body } = await json(`${now}/v1/image-projects/${id}`);
        return {
          over: !['queued', 'rendering'].includes(body.status),
          done: body.status === 'complete',
          url: body.downloads[0]?.url,
        };
      };
    },
    async (address, picture, n) => {
      // AI Gen Studio
      byNumber.set(`/${n}.png`, picture);
      const { status, body } = await post(
        `${address}/api/v1/remove-background`,
        { input: [{ image_url: `${origin}/${n}.png` }] },
        { 'idempotency-key': `request-${n}` },
      );
      if (status !== 202) throw new Error(`POST ${status}`);
      return async (now) => {
        const {
          body: { job, results },
        } = await json(`${now}/api/v1/jobs/${body.job.id}`);
        return {
          over: !['queued', 'processing'].includes(job.status),
          done: job.status === 'completed',
          url: results[0].result_url,
        };
      };
    },
  ];
  for (let life = 0; life < 5; life++) {
    const server = await start(args, 15);
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        try {
          for (let n = life * 4000 + lane * 1000; ; n++) {
            const picture = pictureOf(n);
            accepted.push([await lanes[lane % 2](server.address, picture, n), picture]);
            // by what it took on, not by the clock: a slow machine takes on less; the other lanes are midway
            if (accepted.length >= 6 * (life + 1)) server.child.kill('SIGKILL');
          }
        } catch (error) {
          if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error; // no answer, or half of one: it is dead
        }
      }),
    );
    if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, 'exit');
  }
  assert.ok(accepted.length >= 30, String(accepted.length));
  const server = await start(args);
  for (const [look, picture] of accepted) {
    const { done, url } = await until(
      () => look(server.address),
      ({ over }) => over,
    );
    assert.ok(done);
    assert.equal(labelOf(await bytesOf(url.replace(/^http:\/\/[^/]+/, server.address))).input, sha(picture));
  }
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
});

test("a second cutaway serve as the remote, and as the proxy's: no key in any log, file or address", {
  timeout: 60e3,
}, async () => {
  const secrets = {
    MAGIC_HOUR_API_KEY: 'mhk_live_TOPSECRET',
    IMG_PROCESSING_API_KEY: 'live_TOPSECRET',
    AIGENSTUDIO_API_KEY: 'aigen_live_TOPSECRET',
  };
  const far = await start(['--dir', join(scratch, 'far'), '--strict-keys']);
  const dir = join(scratch, 'near');
  const flags = ['magic-hour', 'img-processing'].flatMap((name) => [
    '--remote',
    `${name}=${far.address}`,
    '--proxy',
    `${name}=${far.address}`,
  ]);
  const near = await start(['--dir', dir, '--policy', 'remote-only', '--send-pictures', ...flags], 0, secrets);
  const picture = pictureOf(4242);
  for (const errand of errands) assert.equal(labelOf(await errand(near.address, picture)).input, sha(picture));
  assert.equal((await json(`${near.address}/proxy/img-processing/v1/images`)).status, 200);
  assert.equal((await json(`${near.address}/proxy/magic-hour/v1/image-projects/unknown`)).status, 404);
  assert.match(far.complaints(), /POST \/v1\/image-background-remover 200/);

  far.child.kill('SIGKILL'); // and now with everything failing
  await once(far.child, 'exit');
  const {
    body: {
      items: [slot],
    },
  } = await post(`${near.address}/v1/files/upload-urls`, { items: [{ type: 'image', extension: 'png' }] });
  await fetch(slot.upload_url, { method: 'PUT', body: picture });
  const {
    body: { id },
  } = await post(`${near.address}/v1/image-background-remover`, { assets: { image_file_path: slot.file_path } });
  const failed = await until(
    () => json(`${near.address}/v1/image-projects/${id}`),
    ({ body }) => body.status === 'error',
  );
  const proxied = await json(`${near.address}/proxy/magic-hour/v1/image-projects/${id}`);
  assert.equal(proxied.status, 502);

  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const kept = files
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath ?? one.path, one.name), 'latin1'))
    .join('\n');
  assert.ok(kept.length > 100);
  for (const text of [near.complaints(), far.complaints(), kept, JSON.stringify(failed), JSON.stringify(proxied)])
    assert.ok(!text.includes('TOPSECRET'));
  near.child.kill('SIGTERM');
  await once(near.child, 'exit');
});

test('wrong usage is exit status 2 with one reason, a taken port 1', async () => {
  const run = async (...args) => {
    const child = spawn(process.execPath, [new URL('./support/serve-fake.js', import.meta.url).pathname, ...args]);
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
    });
    const [code] = await once(child, 'close');
    return [code, text.split('\n')[0]];
  };
  for (const args of [
    ['--port', 'x'],
    ['--port', '70000'],
    ['--workers', '0'],
    ['--nothing'],
    ['stray'],
    ['--policy', 'remote'],
    ['--proxy', 'other'],
    ['--remote', 'magic-hour=ftp://x'],
    ['--allow-origin', 'https://a.example/path'],
  ]) {
    const [code, line] = await run(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(line, /^cutaway serve: /);
  }
  const server = await start(['--dir', 'none', '--quiet']);
  const [code, line] = await run('--dir', 'none', '--port', new URL(server.address).port);
  assert.deepEqual([code, /eaddrinuse/.test(line)], [1, true]);
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
});
