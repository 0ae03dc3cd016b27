/**
 * The vendors' clients against two replicas of `cutaway serve` behind a round
 * robin: each request of an errand reaches another process than the one before.
 * On PostgreSQL, with the pictures in S3 where there is a server for it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { noPostgres, startPostgres } from '../js/shim/support/postgres.js';
import { credentials, noS3, startS3 } from '../js/shim/support/s3.js';
import { installed, root, runClient, startReplicas } from './support.js';

const quick = { MAGIC_HOUR_POLL_INTERVAL: '0.05', MAGIC_HOUR_LOG_LEVEL: 'error' };
const python = [installed('venv', 'bin', 'python'), 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import magic_hour']).status === 0,
);
const errand = fileURLToPath(new URL('./python/errand.py', import.meta.url));

/** Each client: why it is missing, and how it runs an errand; gives the path of the result. */
const clients = {
  'magic-hour (npm)': {
    skip: existsSync(join(root, 'node_modules', 'magic-hour')) ? false : 'magic-hour (npm) is not installed',
    async run({ address, photo }, folder) {
      Object.assign(process.env, quick);
      const {
        default: { default: Client },
      } = await import('magic-hour');
      const client = new Client({ token: 'mhk_live_client', baseUrl: address });
      const wish = { assets: { imageFilePath: photo } };
      const { status, downloadedPaths } = await client.v1.imageBackgroundRemover.generate(wish, {
        downloadDirectory: folder,
      });
      assert.equal(status, 'complete');
      return downloadedPaths[0];
    },
  },
  'magic_hour (PyPI, sync)': {
    skip: python ? false : 'magic_hour (PyPI) is not installed: tests/clients/setup',
    run: ({ address, photo }, folder) => runClient(python, [errand, 'sync', address, photo, folder], quick),
  },
  'magic_hour (PyPI, async)': {
    skip: python ? false : 'magic_hour (PyPI) is not installed: tests/clients/setup',
    run: ({ address, photo }, folder) => runClient(python, [errand, 'async', address, photo, folder], quick),
  },
  'magic-hour-go': {
    skip: existsSync(installed('go', 'errand')) ? false : 'magic-hour-go (Go module) is not built: tests/clients/setup',
    run: ({ address, photo }, folder) => runClient(installed('go', 'errand'), [address, photo, `${folder}.png`]),
  },
  'magic_hour (crates.io)': {
    skip: existsSync(installed('rust', 'debug', 'errand'))
      ? false
      : 'magic_hour (crates.io) is not built: tests/clients/setup',
    run: ({ address, photo }, folder) =>
      runClient(installed('rust', 'debug', 'errand'), [address, photo, `${folder}.png`]),
  },
};

let postgres;
let s3;
/** @type {Awaited<ReturnType<typeof startReplicas>>} */ let servers;
before(async () => {
  if (noPostgres) return;
  postgres = await startPostgres();
  if (!noS3) s3 = await startS3();
  servers = await startReplicas({
    CUTAWAY_STORE: await postgres.fresh(),
    ...(s3 && { ...credentials, CUTAWAY_BLOBS: s3.fresh() }),
  });
});
after(async () => {
  await servers?.close();
  await s3?.end();
  postgres?.end();
});

for (const [name, { skip, run }] of Object.entries(clients)) {
  test(`${name}: an errand over two replicas brings the CLI's bytes`, { skip: noPostgres || skip }, async (t) => {
    t.diagnostic(`engine: ${servers.engine}; pictures in ${s3 ? 'S3' : 'PostgreSQL'}`);
    const before = new Map(servers.asked);
    const path = await run(servers, join(servers.folder, name.replace(/\W+/g, '-')));
    assert.ok(readFileSync(path).equals(servers.want));
    const asked = [...servers.asked].map(([address, count]) => count - (before.get(address) ?? 0));
    assert.ok(asked.length === 2 && Math.min(...asked) >= 2, `both were asked: ${asked}`);
  });
}
