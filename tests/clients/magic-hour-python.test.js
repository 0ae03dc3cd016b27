/** The PyPI package `magic_hour`, sync and async, against `cutaway serve`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installed, runClient, startServer } from './support.js';

const python = [installed('venv', 'bin', 'python'), 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import magic_hour']).status === 0,
);
const skip = python ? false : 'magic_hour (PyPI) is not installed: tests/clients/setup';

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
before(async () => {
  if (!skip) server = await startServer();
});
after(() => server?.close());

for (const mode of ['sync', 'async']) {
  test(`magic_hour (PyPI, ${mode}): generate downloads the CLI's bytes`, { skip }, async (t) => {
    t.diagnostic(`engine: ${server.engine}`);
    const script = fileURLToPath(new URL('./python/errand.py', import.meta.url));
    const path = await runClient(
      /** @type {string} */ (python),
      [script, mode, server.address, server.photo, join(server.folder, mode)],
      { MAGIC_HOUR_POLL_INTERVAL: '0.05', MAGIC_HOUR_LOG_LEVEL: 'error' },
    );
    assert.ok(readFileSync(path).equals(server.want));
  });
}
