/** The crate `magic_hour` against `cutaway serve`. Strict about null and absent. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { installed, runClient, startServer } from './support.js';

const program = installed('rust', 'debug', 'errand');
const skip = existsSync(program) ? false : 'magic_hour (crates.io) is not built: tests/clients/setup';

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
before(async () => {
  if (!skip) server = await startServer();
});
after(() => server?.close());

test("magic_hour (crates.io): upload, create, poll, download the CLI's bytes", { skip }, async (t) => {
  t.diagnostic(`engine: ${server.engine}`);
  const path = await runClient(program, [server.address, server.photo, join(server.folder, 'rust.png')]);
  assert.ok(readFileSync(path).equals(server.want));
});
