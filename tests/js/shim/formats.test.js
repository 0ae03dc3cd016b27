// What a vendor's documents say that it reads, and the engine reads by a codec:
// served here, without a remote, by the real engine.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createMemoryStore, createShim } from '../../../shim/index.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { tiff } from '../tiff.js';
import { checkedFetch, until } from './support/contract.js';

const API = 'https://api.magichour.ai';
const engine = createNodeEngine();
after(() => engine.dispose());

test('Magic Hour: HEIC, AVIF and TIFF are cut out on this machine', async () => {
  const shim = createShim({ engine, store: createMemoryStore() });
  const fetch = checkedFetch(shim, 'magic-hour');
  const post = (/** @type {string} */ path, /** @type {object} */ body) =>
    fetch(API + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const samples = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7) & 255));
  for (const [extension, file] of /** @type {[string, Uint8Array][]} */ ([
    ['heic', await readFile(new URL('../../pictures/photo.heic', import.meta.url))],
    ['avif', await readFile(new URL('../../pictures/photo.avif', import.meta.url))],
    ['tiff', tiff({ width: 40, height: 30, bits: [8, 8, 8], kind: 2, samples })],
  ])) {
    const slots = await (await post('/v1/files/upload-urls', { items: [{ type: 'image', extension }] })).json();
    const [{ upload_url: address, file_path: path }] = slots.items;
    assert.equal((await fetch(address, { method: 'PUT', body: file })).status, 200);
    const { id } = await (await post('/v1/image-background-remover', { assets: { image_file_path: path } })).json();
    const project = await until(
      async () => (await fetch(`${API}/v1/image-projects/${id}`)).json(),
      (/** @type {any} */ { status }) => !['queued', 'rendering'].includes(status),
    );
    assert.equal(project.status, 'complete', extension);
    const download = await fetch(project.downloads[0].url);
    assert.equal(download.headers.get('x-cutaway-source'), 'local');
    const png = Buffer.from(await download.arrayBuffer());
    const size = extension === 'tiff' ? [40, 30] : [240, 135];
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], size);
  }
});
