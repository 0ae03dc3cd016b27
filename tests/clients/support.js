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
import { startBalancer } from '../js/shim/support/balancer.js';
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

/** A photo, and what must become of it. @param {string} folder */
function work(folder) {
  const { path, bytes } = photoIn(folder);
  const out = join(folder, 'want.png');
  const made = existsSync(cli) ? spawnSync(process.execPath, [cli, path, '-o', out], { encoding: 'utf8' }) : undefined;
  const real = made?.status === 0;
  return {
    photo: path,
    bytes,
    want: real ? readFileSync(out) : expected(bytes),
    engine: /** @type {'real' | 'fake'} */ (real ? 'real' : 'fake'),
    folder,
  };
}

/** @param {'real' | 'fake'} engine @param {string[]} flags @param {Record<string, string>} [env] */
async function spawnServer(engine, flags, env = {}) {
  const command = engine === 'real' ? [cli, 'serve'] : [join(root, 'tests', 'js', 'shim', 'support', 'serve-fake.js')];
  const child = spawn(process.execPath, [...command, '--port', '0', '--quiet', ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${code}`);
    }),
  ]);
  return {
    address: /https?:\/\/\S+/.exec(String(line))?.[0] ?? '',
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Starts a server, with further flags, and works out what it must answer for the photo. */
export async function startServer(/** @type {string[]} */ ...flags) {
  const task = work(mkdtempSync(join(tmpdir(), 'cutaway-clients-')));
  const { address, close } = await spawnServer(task.engine, ['--dir', join(task.folder, 'store'), ...flags]);
  return {
    ...task,
    address,
    async close() {
      await close();
      rmSync(task.folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts two replicas on one store behind a round robin.
 * @param {Record<string, string>} env CUTAWAY_STORE and the like
 */
export async function startReplicas(env) {
  const task = work(mkdtempSync(join(tmpdir(), 'cutaway-clients-')));
  const all = await Promise.all([1, 2].map(() => spawnServer(task.engine, ['--workers', '1'], env)));
  const balancer = await startBalancer(() => all.map(({ address }) => address));
  return {
    ...task,
    address: balancer.address,
    asked: balancer.asked,
    async close() {
      balancer.close();
      await Promise.all(all.map(({ close }) => close()));
      rmSync(task.folder, { recursive: true, force: true });
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
