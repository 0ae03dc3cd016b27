/**
 * All three APIs over `cutaway serve` with the real engine, by plain fetch:
 * each result is the bytes of the same wish to the CLI, and damaged pictures
 * get each API's own error.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readHeader } from '../../shim/image-header.js';
import { checkResponse, until } from '../js/shim/support/contract.js';
import { root, startServer } from './support.js';

/** @type {http.Server} */ let pictures;
/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
let origin = '';
/** @type {Record<string, Buffer>} */ const files = {};
before(async () => {
  pictures = http.createServer((request, response) => {
    const file = files[request.url ?? ''];
    response.writeHead(file ? 200 : 404, { 'content-type': 'application/octet-stream' }).end(file);
  });
  await new Promise((resolve) => pictures.listen(0, '127.0.0.1', () => resolve(undefined)));
  origin = `http://127.0.0.1:${/** @type {any} */ (pictures.address()).port}`;
  server = await startServer('--trust-origin', origin);
  files['/photo'] = server.bytes;
  files['/half'] = server.bytes.subarray(0, server.bytes.length >> 1);
  files['/page'] = Buffer.from('<html>no picture</html>');
});
after(async () => {
  pictures.close();
  await server.close();
});

const call = async (/** @type {string} */ name, /** @type {string} */ path, /** @type {any} */ init = {}) => {
  const response = await fetch(server.address + path, init);
  await checkResponse(name, init.method ?? 'GET', server.address + path, response);
  return response;
};
const json = (/** @type {unknown} */ body, headers = {}) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** What the CLI makes of the photo. @param {string} ending @param {string[]} flags */
function byCli(ending, ...flags) {
  const out = join(server.folder, `cli.${ending}`);
  const run = spawnSync(process.execPath, [join(root, 'bin', 'cutaway.js'), server.photo, '-o', out, ...flags], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
  return readFileSync(out);
}
const bytesOf = async (/** @type {string} */ url) => Buffer.from(await (await fetch(url)).arrayBuffer());

let serial = 0;
async function job(/** @type {any} */ body) {
  const {
    job: { id },
  } = await (
    await call('aigenstudio', '/api/v1/remove-background', json(body, { 'idempotency-key': `three-apis-${serial++}` }))
  ).json();
  return until(
    async () => (await call('aigenstudio', `/api/v1/jobs/${id}`)).json(),
    (d) => !['queued', 'processing'].includes(d.job.status),
    50,
  );
}

test("AI Gen Studio: every background and format is the CLI's", async (t) => {
  if (server.engine === 'fake') {
    t.skip('the engine is not built');
    return;
  }
  for (const [background, format, ending, flags] of /** @type {const} */ ([
    [{ type: 'transparent' }, 'png', 'png', []],
    [{ type: 'white' }, 'jpg', 'jpg', ['--background', 'white']],
    [{ type: 'color', color: 'rebeccapurple' }, 'png', 'png', ['--background', '#663399']],
    [{ type: 'color', color: '#f5f5f5' }, 'webp', 'webp', ['--background', '#f5f5f5']],
  ])) {
    const {
      results: [result],
    } = await job({ input: [{ image_url: `${origin}/photo` }], background, output: { format } });
    assert.equal(result.status, 'completed', JSON.stringify(result));
    assert.ok(
      (await bytesOf(result.result_url)).equals(byCli(ending, ...flags)),
      `${JSON.stringify(background)} ${format}`,
    );
  }
});

test('AI Gen Studio: a good, a damaged, a missing and a wrong source in one job', async () => {
  const { job: summary, results } = await job({
    input: ['photo', 'half', 'none', 'page'].map((name) => ({ image_url: `${origin}/${name}`, external_id: name })),
  });
  assert.equal(summary.status, 'partially_completed');
  const words = results.map((/** @type {any} */ r) => r.error_code);
  assert.deepEqual([words[0], ...words.slice(2)], [null, 'source_unreachable', 'unsupported_source_type']);
  if (server.engine === 'real') assert.equal(words[1], 'processing_failed');
});

test("IMG Processing: the cut-out is the CLI's, conversions have the size of the photo", async () => {
  const form = new FormData();
  form.append('name', 'photo');
  form.append('image', new Blob([/** @type {BlobPart} */ (server.bytes)]));
  const image = await (await call('img-processing', '/v1/images/upload', { method: 'POST', body: form })).json();
  const header = readHeader(server.bytes);
  assert.deepEqual([image.width, image.height, image.format], [header?.width, header?.height, header?.format]);
  const cut = await (
    await call('img-processing', `/v1/images/${image.id}/remove-background`, json({ name: 'cut' }))
  ).json();
  assert.deepEqual([cut.width, cut.height, cut.format], [image.width, image.height, 'png']);
  assert.ok((await bytesOf(`${server.address}/v1/images/${cut.id}/download`)).equals(server.want));
  for (const format of ['jpeg', 'webp', 'png']) {
    const made = await (
      await call('img-processing', `/v1/images/${cut.id}/convert`, json({ format, quality: 70 }))
    ).json();
    const told = readHeader(await bytesOf(`${server.address}/v1/images/${made.id}/download`));
    assert.deepEqual(told, { format, width: image.width, height: image.height });
    assert.equal(made.size, (await bytesOf(`${server.address}/v1/images/${made.id}/download`)).length);
  }
});

test('a damaged picture: 400 of IMG Processing, status error of Magic Hour', async (t) => {
  if (server.engine === 'fake') {
    t.skip('the engine is not built');
    return;
  }
  const form = new FormData();
  form.append('name', 'half');
  form.append('image', new Blob([/** @type {BlobPart} */ (files['/half'])]));
  const image = await (await call('img-processing', '/v1/images/upload', { method: 'POST', body: form })).json();
  assert.equal(
    (await call('img-processing', `/v1/images/${image.id}/remove-background`, { method: 'POST' })).status,
    400,
  );

  const {
    items: [slot],
  } = await (
    await call('magic-hour', '/v1/files/upload-urls', json({ items: [{ type: 'image', extension: 'jpg' }] }))
  ).json();
  await fetch(slot.upload_url, { method: 'PUT', body: /** @type {BodyInit} */ (files['/half']) });
  const { id } = await (
    await call('magic-hour', '/v1/image-background-remover', json({ assets: { image_file_path: slot.file_path } }))
  ).json();
  const project = await until(
    async () => (await call('magic-hour', `/v1/image-projects/${id}`)).json(),
    (p) => !['queued', 'rendering'].includes(p.status),
    50,
  );
  assert.deepEqual([project.status, project.error.code], ['error', 'invalid_file_format']);
});
