/**
 * schemathesis throws generated requests at `cutaway serve`, valid and not, by
 * the OpenAPI documents: no 5xx, no undocumented status, no body that breaks
 * its schema, no wrong method taken, no call without its key.
 *
 * Left out: `positive_data_acceptance` wants a 2xx for every request that fits
 * the schema, but ids and addresses in generated requests name nothing. And for
 * two GETs of AI Gen Studio `negative_data_rejection`: their document limits
 * X-Request-Id but knows no 400, so there an overlong one has no effect.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { installed, root } from './support.js';

const program = [installed('schemathesis', 'bin', 'schemathesis')].find(existsSync);
const skip = program ? false : 'schemathesis is not installed: tests/clients/setup';
const contract = fileURLToPath(new URL('../js/shim/contract/', import.meta.url));

/** @type {import('node:child_process').ChildProcess} */ let server;
let address = '';
const folder = mkdtempSync(join(tmpdir(), 'cutaway-schemathesis-'));
before(async () => {
  if (skip) return;
  const serve = join(root, 'tests', 'js', 'shim', 'support', 'serve-fake.js');
  server = spawn(
    process.execPath,
    [serve, '--port', '0', '--dir', 'none', '--strict-keys', '--queue', '10000', '--quiet'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(/** @type {any} */ (server.stdout), 'data');
  address = String(line).trim();
});
after(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const aigen = ['aigenstudio', '/api/v1', 'Authorization: Bearer aigen_test_1'];
for (const [name, path, header, ...more] of [
  ['magic-hour', '', 'Authorization: Bearer mhk_live_1'],
  ['img-processing', '', 'x-api-key: live_1'],
  [...aigen, '--include-operation-id', 'removeBackground', '--include-operation-id', 'listJobs'],
  [
    ...aigen,
    '--include-operation-id',
    'getJob',
    '--include-operation-id',
    'listTools',
    '--exclude-checks',
    'positive_data_acceptance,negative_data_rejection',
  ],
]) {
  test(`schemathesis finds nothing against ${[name, ...more.filter((one) => /^[a-z]+[A-Z]\w+$/.test(one))].join(' ')}`, {
    skip,
    timeout: 180e3,
  }, async (t) => {
    const child = spawn(
      /** @type {string} */ (program),
      [
        'run',
        join(contract, `${name}.openapi.json`),
        '--url',
        address + path,
        '--header',
        header,
        '--max-examples',
        '40',
        '--seed',
        '1',
        '--no-color',
        '--continue-on-failure',
        '--phases',
        'examples,coverage,fuzzing',
        '--generation-database',
        'none',
        ...(more.includes('--exclude-checks') ? [] : ['--exclude-checks', 'positive_data_acceptance']),
        ...more,
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.stderr.on('data', (data) => {
      text += data;
    });
    const [code] = await once(child, 'close');
    t.diagnostic(/\d+ generated.*/.exec(text)?.[0] ?? '');
    assert.equal(code, 0, text);
  });
}
