/** The npm package `magic-hour` as it is, against `cutaway serve`. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root, startServer } from './support.js';

const skip = existsSync(join(root, 'node_modules', 'magic-hour')) ? false : 'magic-hour (npm) is not installed';
process.env.MAGIC_HOUR_POLL_INTERVAL = '0.05';
process.env.MAGIC_HOUR_LOG_LEVEL = 'error';

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {any} */ let Client;
/** @type {any} */ let ApiError;
/** @type {any} */ let client;
before(async () => {
  if (skip) return;
  const {
    default: { default: client_, ApiError: error_ },
  } = await import('magic-hour');
  [Client, ApiError] = [client_, error_];
  server = await startServer();
  client = new Client({ token: 'mhk_live_client', baseUrl: server.address });
});
after(() => server?.close());

test("magic-hour (npm): generate uploads, creates, polls, downloads the CLI's bytes", { skip }, async (t) => {
  t.diagnostic(`engine: ${server.engine}`);
  const directory = join(server.folder, 'node');
  const result = await client.v1.imageBackgroundRemover.generate(
    { assets: { imageFilePath: server.photo }, name: 'from npm' },
    { downloadDirectory: directory },
  );
  assert.equal(result.status, 'complete', JSON.stringify(result));
  assert.equal(result.name, 'from npm');
  assert.equal(result.totalFrameCost, 0);
  assert.equal(result.downloadedPaths.length, 1, 'a failing download does not throw');
  assert.ok(readFileSync(result.downloadedPaths[0]).equals(server.want));
  rmSync(directory, { recursive: true });

  await client.v1.imageProjects.delete({ id: result.id });
  assert.equal((await client.v1.imageProjects.get({ id: result.id })).enabled, false);
});

test('magic-hour (npm): a background picture, given as a file', { skip }, async () => {
  const result = await client.v1.imageBackgroundRemover.generate(
    { assets: { imageFilePath: server.photo, backgroundImageFilePath: server.photo } },
    { downloadDirectory: join(server.folder, 'node2') },
  );
  assert.equal(result.status, 'complete');
  const bytes = readFileSync(result.downloadedPaths[0]);
  assert.ok(bytes.subarray(1, 4).equals(Buffer.from('PNG')) && !bytes.equals(server.want));
});

test('magic-hour (npm): a File object, the base URL with a trailing slash', { skip }, async () => {
  const slashed = new Client({ token: 'mhk_live_client', baseUrl: `${server.address}/` });
  const file = new File([server.bytes], server.photo.split('/').at(-1) ?? '');
  const result = await slashed.v1.imageBackgroundRemover.generate(
    { assets: { imageFilePath: file } },
    { downloadOutputs: false },
  );
  assert.equal(result.status, 'complete');
  const bytes = Buffer.from(await (await fetch(result.downloads[0].url)).arrayBuffer());
  assert.ok(bytes.equals(server.want));
});

test("magic-hour (npm): errors arrive as ApiError with the contract's body", { skip }, async () => {
  for (const [ask, status, message] of /** @type {const} */ ([
    [() => client.v1.imageProjects.get({ id: 'cnobodyknowsthisproject000' }), 404, 'Not Found'],
    [
      () => client.v1.imageBackgroundRemover.create({ assets: { imageFilePath: 'api-assets/none/none.png' } }),
      422,
      'Unable to create image',
    ],
  ])) {
    const error = await ask().then(
      () => assert.fail('it was answered'),
      (/** @type {any} */ thrown) => thrown,
    );
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.response.status, status);
    assert.deepEqual(await error.response.json(), { message });
  }
});

test('magic-hour (npm): checkResult without waiting asks once', { skip }, async () => {
  const {
    items: [slot],
  } = await client.v1.files.uploadUrls.create({ items: [{ type: 'image', extension: 'jpg' }] });
  await fetch(slot.uploadUrl, { method: 'PUT', body: server.bytes });
  const { id } = await client.v1.imageBackgroundRemover.create({ assets: { imageFilePath: slot.filePath } });
  const seen = await client.v1.imageProjects.checkResult({ id }, { waitForCompletion: false, downloadOutputs: false });
  assert.ok(['queued', 'rendering', 'complete'].includes(seen.status));
  const done = await client.v1.imageProjects.checkResult({ id }, { waitForCompletion: true, downloadOutputs: false });
  assert.equal(done.status, 'complete');
});
