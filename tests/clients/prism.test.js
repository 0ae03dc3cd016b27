/**
 * The fallback against Prism, which mocks each vendor from its OpenAPI
 * document and refuses every request that does not fit it: what the shim sends
 * to a remote is what the document allows, and each documented status of the
 * remote becomes a result or a typed error, with one paid call.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { createShim } from '../../shim/index.js';
import { documents, checkedFetch, until } from '../js/shim/support/contract.js';
import { createFakeEngine } from '../js/shim/support/fake-engine.js';
import { png } from '../js/shim/support/pictures.js';
import { installed } from './support.js';

const program = installed('prism', 'node_modules', '.bin', 'prism');
const skip = existsSync(program) ? false : '@stoplight/prism-cli is not installed: tests/clients/setup';
const contract = fileURLToPath(new URL('../js/shim/contract/', import.meta.url));
const photo = png(6, 6, [5, 5, 5, 255]);
const result = png(6, 6, [0, 0, 0, 0]);

/** @type {Record<string, { child: import('node:child_process').ChildProcess, port: number }>} */ const mocks = {};
before(async () => {
  if (skip) return;
  await Promise.all(
    Object.keys(documents).map(async (name, i) => {
      const port = 20000 + (process.pid % 20000) + i;
      const child = spawn(
        program,
        ['mock', '--errors', '--host', '127.0.0.1', '--port', String(port), `${contract}${name}.openapi.json`],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      mocks[name] = { child, port };
      let text = '';
      await new Promise((resolve, reject) => {
        child.stdout.on('data', (data) => {
          text += data;
          if (/Prism is listening/.test(text)) resolve(undefined);
        });
        child.on('exit', (code) => reject(new Error(`prism ended with ${code}\n${text}`)));
      });
    }),
  );
});
after(() => {
  for (const { child } of Object.values(mocks)) child.kill('SIGKILL');
});

/**
 * Stands before a mock: asks for the right example, or for a status of the
 * document on the paid call, and counts.
 */
async function startFront(name, { status, paid }) {
  const seen = [];
  const refused = [];
  const server = http.createServer((request, response) => {
    const isPaid = request.method === 'POST' && paid.test(request.url);
    seen.push({ isPaid, method: request.method, url: request.url });
    const prefer =
      isPaid && status
        ? `code=${status}`
        : request.method === 'GET' && /(projects|jobs)\//.test(request.url)
          ? 'example=' + (name === 'magic-hour' ? 'complete' : 'completed')
          : '';
    const through = http.request(
      {
        host: '127.0.0.1',
        port: mocks[name].port,
        path: request.url,
        method: request.method,
        headers: { ...request.headers, ...(prefer && { prefer }) },
      },
      (answer) => {
        if (answer.headers['sl-violations'] || (answer.statusCode === 422 && !prefer))
          refused.push(`${request.method} ${request.url} ${answer.headers['sl-violations']}`);
        // Prism cannot make a PNG: the storage and the download are played here.
        const download = request.method === 'GET' && /\/download$/.test(request.url);
        if (download) {
          answer.resume();
          response.writeHead(200, { 'content-type': 'image/png' }).end(result);
          return;
        }
        // The document's example says 30 s.
        response.writeHead(answer.statusCode ?? 502, {
          ...answer.headers,
          ...(answer.headers['retry-after'] && { 'retry-after': '0' }),
        });
        answer.pipe(response);
      },
    );
    through.on('error', () => request.socket.destroy());
    request.pipe(through);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    seen,
    refused,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Result and upload addresses of the examples lie on hosts that are not there. */
const storage = async (/** @type {string} */ url, /** @type {any} */ init) => {
  assert.match(String(url), /^https:\/\/(videos\.magichour\.ai|files\.example)\//);
  return init?.method === 'PUT' ? new Response('') : new Response(result, { headers: { 'content-type': 'image/png' } });
};

const errands = {
  'magic-hour': {
    paid: /background-remover$/,
    statuses: [400, 401, 402, 403, 404, 422, 429, 500, 502, 503],
    async run(shim) {
      const fetch = checkedFetch(shim, 'magic-hour');
      const api = 'https://api.magichour.ai';
      const {
        items: [slot],
      } = await (
        await fetch(`${api}/v1/files/upload-urls`, {
          method: 'POST',
          body: '{"items":[{"type":"image","extension":"png"}]}',
        })
      ).json();
      await fetch(slot.upload_url, { method: 'PUT', body: photo });
      const { id } = await (
        await fetch(`${api}/v1/image-background-remover`, {
          method: 'POST',
          body: JSON.stringify({ assets: { image_file_path: slot.file_path } }),
        })
      ).json();
      const project = await until(
        async () => (await fetch(`${api}/v1/image-projects/${id}`)).json(),
        (p) => !['queued', 'rendering'].includes(p.status),
      );
      return project.status === 'complete'
        ? Buffer.from(await (await fetch(project.downloads[0].url)).arrayBuffer())
        : project.error;
    },
  },
  'img-processing': {
    paid: /remove-background$/,
    statuses: [400, 401, 403, 404, 429, 500],
    async run(shim) {
      const fetch = checkedFetch(shim, 'img-processing');
      const api = 'https://api.img-processing.com/v1/images';
      const form = new FormData();
      form.append('name', 'a');
      form.append('image', new Blob([photo]));
      const { id } = await (await fetch(`${api}/upload`, { method: 'POST', body: form })).json();
      const answer = await fetch(`${api}/${id}/remove-background`, { method: 'POST' });
      const made = await answer.json();
      return answer.status === 201
        ? Buffer.from(await (await fetch(`${api}/${made.id}/download`)).arrayBuffer())
        : made;
    },
  },
  aigenstudio: {
    paid: /remove-background$/,
    statuses: [400, 401, 402, 403, 409, 429, 500],
    async run(shim) {
      const fetch = checkedFetch(shim, 'aigenstudio');
      const api = 'https://aigenstudio.app/api/v1';
      const { job } = await (
        await fetch(`${api}/remove-background`, {
          method: 'POST',
          headers: { 'idempotency-key': 'one-errand' },
          body: JSON.stringify({
            input: [{ image_url: 'https://pictures.example/a.png' }],
            background: { type: 'color', color: 'red' },
          }),
        })
      ).json();
      const done = await until(
        async () => (await fetch(`${api}/jobs/${job.id}`)).json(),
        (d) => !['queued', 'processing'].includes(d.job.status),
      );
      const [one] = done.results;
      return one.status === 'completed'
        ? Buffer.from(await (await shim.fetch(new Request(one.result_url))).arrayBuffer())
        : one;
    },
  },
};

for (const [name, { paid, statuses, run }] of Object.entries(errands)) {
  const start = async (/** @type {{ status?: number, policy?: any }} */ { status, policy = 'remote-only' } = {}) => {
    const front = await startFront(name, { status, paid });
    const shim = createShim({
      policy,
      engine: createFakeEngine(),
      consent: { granted: () => true },
      onError: (error) => {
        throw error;
      },
      inputs: { schemes: ['https'], fetch: async () => new Response(photo), followsItself: false },
      remote: {
        [name]: {
          baseUrl: front.address,
          key: { 'magic-hour': 'mhk_live_1', 'img-processing': 'live_1', aigenstudio: 'aigen_live_1' }[name],
          pollMs: () => 5,
          retryMs: 5,
          fetchPublic: /** @type {any} */ (storage),
          followsItself: false,
        },
      },
    });
    return { front, shim };
  };

  test(`prism: the whole flow of ${name} fits its document`, { skip }, async () => {
    const { front, shim } = await start();
    const made = await run(shim);
    assert.ok(Buffer.isBuffer(made) && made.equals(result), JSON.stringify(made));
    assert.deepEqual(front.refused, []);
    assert.equal(front.seen.filter((one) => one.isPaid).length, 1);
    front.close();
  });

  test(`prism: every documented status of ${name}'s paid call is a typed error, or the engine's result under remote-first`, {
    skip,
  }, async () => {
    for (const status of statuses) {
      const only = await start({ status });
      const error = await run(only.shim);
      assert.ok(
        !Buffer.isBuffer(error) && JSON.stringify(error).includes(String(status)),
        `${status}: ${JSON.stringify(error)}`,
      );
      const calls = only.front.seen.filter((one) => one.isPaid).length;
      // One key, so AI Gen Studio's may be repeated where it helps.
      assert.ok(
        calls === 1 || (name === 'aigenstudio' && [429, 500].includes(status) && calls === 4),
        `${status}: ${calls} calls`,
      );
      only.front.close();
      const first = await start({ status, policy: 'remote-first' });
      const made = await run(first.shim);
      assert.ok(Buffer.isBuffer(made) && !made.equals(result), String(status));
      first.front.close();
    }
  });
}
