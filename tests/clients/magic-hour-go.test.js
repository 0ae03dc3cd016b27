/** The Go module `magic-hour-go` against `cutaway serve`. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { installed, runClient, startServer } from './support.js';

const program = installed('go', 'errand');
const skip = existsSync(program) ? false : 'magic-hour-go (Go module) is not built: tests/clients/setup';

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
before(async () => {
  if (!skip) server = await startServer();
});
after(() => server?.close());

test("magic-hour-go: upload, create, poll, download the CLI's bytes", { skip }, async (t) => {
  t.diagnostic(`engine: ${server.engine}`);
  const path = await runClient(program, [server.address, server.photo, join(server.folder, 'go.png')]);
  assert.ok(readFileSync(path).equals(server.want));
});
