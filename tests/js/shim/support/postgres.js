/**
 * A PostgreSQL of the tests' own: in a folder that goes with them, on a socket
 * in it and a free port of this machine. Debian's programs, as a user of their
 * own where we are root, which PostgreSQL refuses to run as.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Where initdb and pg_ctl are, newest first; undefined without. */
function programs() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin')).find((dir) => existsSync(join(dir, 'initdb')));
}

const bin = programs();
/** Why there is none, for `skip`; false where there is one. */
export const noPostgres = bin ? false : 'no PostgreSQL here (Debian: postgresql)';

/** @param {string} program @param {string[]} args */
function run(program, ...args) {
  const command = [join(/** @type {string} */ (bin), program), ...args];
  const as = process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const [first, ...rest] = [...as, ...command];
  const done = spawnSync(first, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
}

/** Starts one. */
export async function startPostgres() {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cutaway-pg-'));
  chmodSync(dir, 0o777);
  const data = join(dir, 'data');
  run('initdb', '-D', data, '-A', 'trust', '-U', 'cutaway', '--no-sync');
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
  // What the system has got outlives a killed process: it need not be on the disk, too.
  const settings = `-c fsync=off -p ${port} -k ${dir} -c listen_addresses=127.0.0.1 -c max_connections=60 -c shared_buffers=32MB`;
  const start = () => run('pg_ctl', '-D', data, '-w', '-l', join(dir, 'log'), '-o', settings, 'start');
  const stop = (/** @type {string} */ how) => run('pg_ctl', '-D', data, '-w', '-m', how, 'stop');
  start();
  let serial = 0;
  return {
    port,
    /** The address of tables of their own. */
    async fresh() {
      const name = `t${serial++}`;
      const url = `postgres://cutaway@127.0.0.1:${port}/postgres`;
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`create schema ${name}`);
      await client.end();
      return `${url}?options=${encodeURIComponent(`-c search_path=${name}`)}`;
    },
    restart() {
      stop('immediate');
      start();
    },
    down: () => stop('immediate'),
    up: start,
    end() {
      try {
        stop('immediate');
      } catch {
        // a test had stopped it
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
