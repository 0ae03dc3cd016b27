/**
 * What the client tests share: a photo, a server, and what the result must be.
 *
 * The server is `cutaway serve` with the real engine when that is built, and
 * the result must then be the bytes of `cutaway PHOTO -o OUT`. Before the
 * engine is built the fake one of tests/js/shim stands in; its result names
 * its input, so nothing but the pixels goes untested.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expected } from '../js/shim/support/fake-engine.js';
import { png } from '../js/shim/support/pictures.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'bin', 'cutaway.js');

/** Where tests/clients/setup puts what it installs. */
export const installed = (...path) => join(root, 'build', 'clients', ...path);

/** A photo with colours and edges, as a file of its own. @param {string} folder */
function photoIn(folder) {
  const samples = join(root, 'web', 'samples');
  const found =
    process.env.CUTAWAY_TEST_PHOTO ??
    (existsSync(samples)
      ? readdirSync(samples)
          .filter((name) => name.endsWith('.jpg'))
          .map((name) => join(samples, name))[0]
      : undefined);
  const bytes = found ? readFileSync(found) : png(64, 48, [180, 90, 20, 255]);
  const path = join(folder, found ? 'photo.jpg' : 'photo.png');
  writeFileSync(path, bytes);
  return { path, bytes };
}

/**
 * Starts a server, with further flags, and works out what it must answer for
 * the photo.
 * @returns {Promise<{ address: string, photo: string, bytes: Buffer, want: Buffer, engine: 'real' | 'fake', folder: string, close(): Promise<void> }>}
 */
export async function startServer(/** @type {string[]} */ ...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'cutaway-clients-'));
  const { path, bytes } = photoIn(folder);
  const out = join(folder, 'want.png');
  const made = existsSync(cli) ? spawnSync(process.execPath, [cli, path, '-o', out], { encoding: 'utf8' }) : undefined;
  const real = made?.status === 0;
  const command = real ? [cli, 'serve'] : [join(root, 'tests', 'js', 'shim', 'support', 'serve-fake.js')];
  const child = spawn(
    process.execPath,
    [...command, '--port', '0', '--dir', join(folder, 'store'), '--quiet', ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${code}`);
    }),
  ]);
  return {
    address: /https?:\/\/\S+/.exec(String(line))?.[0] ?? '',
    photo: path,
    bytes,
    want: real ? readFileSync(out) : expected(bytes),
    engine: real ? 'real' : 'fake',
    folder,
    async close() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Runs a client in a process of its own; its stdout is the result's path.
 * @param {string} command @param {string[]} args @param {Record<string, string>} [env]
 */
export async function runClient(command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}\n${out}\n${err}`);
  return out.trim().split('\n').at(-1) ?? '';
}
