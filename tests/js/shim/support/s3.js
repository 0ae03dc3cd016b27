/**
 * An S3 server of the tests' own: Versity's gateway on a folder that goes with
 * the tests, on a free port of this machine. Installed by `tests/clients/setup s3`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../../build/clients/versitygw', import.meta.url));
/** Why there is none, for `skip`; false where there is one. */
export const noS3 = existsSync(program) ? false : 'no S3 server here: tests/clients/setup s3';

/** What the environment of a server must have. */
export const credentials = { AWS_ACCESS_KEY_ID: 'cutawaytests', AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tests' };

/** Starts one; stores opened by this process find its keys in the environment. */
export async function startS3() {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cutaway-s3-'));
  for (const one of ['data', 'about']) mkdirSync(join(dir, one));
  Object.assign(process.env, credentials);
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
  const endpoint = `http://127.0.0.1:${port}`;
  /** @type {import('node:child_process').ChildProcess | undefined} */ let child;
  let serial = 0;

  async function up() {
    // Beside the files and not in their attributes, which not every file system has.
    child = spawn(
      program,
      ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', join(dir, 'about'), join(dir, 'data')],
      {
        env: {
          ...process.env,
          ROOT_ACCESS_KEY: credentials.AWS_ACCESS_KEY_ID,
          ROOT_SECRET_KEY: credentials.AWS_SECRET_ACCESS_KEY,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}: ${said}`);
      if (
        await fetch(endpoint).then(
          () => true,
          () => false,
        )
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  async function down() {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await up();
  return {
    endpoint,
    up,
    down,
    /** The address of a bucket of its own. */
    fresh() {
      mkdirSync(join(dir, 'data', `bucket-${serial}`));
      return `s3://bucket-${serial++}/some/folder?endpoint=${encodeURIComponent(endpoint)}`;
    },
    /** Names of the objects in the bucket of an address. @param {string} address */
    objects(address) {
      const bucket = join(dir, 'data', new URL(address).host);
      return readdirSync(bucket, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.path.includes('.sgwtmp'))
        .map(({ name }) => name);
    },
    /** Whether parts of an unfinished upload lie there. @param {string} address */
    unfinished(address) {
      const parts = join(dir, 'data', new URL(address).host, '.sgwtmp', 'multipart');
      return existsSync(parts)
        ? readdirSync(parts, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
        : 0;
    },
    async end() {
      await down();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
