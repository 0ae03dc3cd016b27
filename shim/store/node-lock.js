/**
 * One process at a time in a folder.
 *
 * The kernel's lock on the folder itself: it holds between containers that
 * share a volume, ends with the process however that ends, and no two can take
 * it. Node has no call for it, but `flock` (util-linux, BusyBox) locks a file
 * that it was handed open, and the lock is the opened file's: it stays when
 * that program has ended. Where there is none (macOS, Windows), and for
 * processes of version 0.1.0, the file `lock` says who it is: process number,
 * when it began, its space of process numbers. There a holder touches the file
 * again and again, since nobody can look into another's space.
 *
 * @module shim/store/node-lock
 */
import { spawnSync } from 'node:child_process';
import { mkdir, open, readFile, readlink, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShimError } from '../errors.js';

const BEAT_MS = 2000;
const DEAD_MS = 5 * BEAT_MS;

/** @param {number} [pid] unknown: another, one knows not which */
const inUse = (pid) =>
  new ShimError('write_failed', `The folder is in use by ${pid ? `process ${pid}` : 'another process'}.`);

/**
 * When a process began, in ticks since boot: tells a process from a later one
 * of the same number. '' where the system does not say (not Linux).
 * @param {number} pid
 */
async function beganAt(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''; // field 22; the name before may hold anything
}

/** @param {number} pid @param {string} began as it was then, '' unknown */
async function runs(pid, began) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user answers EPERM: it lives.
    if (/** @type {any} */ (error).code !== 'EPERM') return false;
  }
  const now = await beganAt(pid);
  return began === '' || now === '' || now === began;
}

/** The space that process numbers are counted in. */
const ownSpace = () => readlink('/proc/self/ns/pid').catch(() => '');

/**
 * Whether whoever wrote the file `lock` still runs.
 * @param {string} path @param {boolean} kernel whether we have the kernel's lock: then
 *   nobody of another space has it
 * @returns {Promise<number | undefined>} its number
 */
async function holderOf(path, kernel) {
  const [pid, began = '', space = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
  // Our own number is that of a previous process: whoever asks knows what it holds itself.
  const same = space === '' || space === (await ownSpace());
  if (same) return Number(pid) !== process.pid && (await runs(Number(pid), began)) ? Number(pid) : undefined;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return !kernel && Date.now() - mtimeMs < DEAD_MS ? Number(pid) : undefined;
}

/**
 * Takes a folder, or says who has it.
 * @param {string} dir @param {{ flock?: string }} [options] flock: the program; '' for none
 * @returns {Promise<() => Promise<void>>} gives it back
 */
export async function lockFolder(dir, { flock = 'flock' } = {}) {
  const path = join(dir, 'lock');
  const folder = await open(dir, 'r');
  const { status } = flock
    ? spawnSync(flock, ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', folder.fd] })
    : {};
  const kernel = status === 0;
  // Somebody has it, or there is no such program, or no such lock on this file system.
  const gate = join(dir, 'lock.taking');
  let gated = false;
  try {
    if (status === 1) {
      const [pid] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
      throw inUse(Number(pid) || undefined);
    }
    if (!kernel) {
      // Between reading the file and writing it there is nobody else.
      const { mtimeMs } = await stat(gate).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > DEAD_MS) await rmdir(gate).catch(() => {});
      await mkdir(gate).catch(() => {
        throw inUse();
      });
      gated = true;
    }
    const holder = await holderOf(path, kernel);
    if (holder !== undefined) throw inUse(holder);
    await writeFile(path, `${process.pid} ${await beganAt(process.pid)} ${await ownSpace()}`, { mode: 0o600 }).catch(
      (error) => {
        if (!kernel || !['ENOSPC', 'EDQUOT'].includes(error.code)) throw error; // a full disk must not keep us out
      },
    );
  } catch (error) {
    await folder.close();
    throw error;
  } finally {
    if (gated) await rmdir(gate).catch(() => {});
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true });
    await folder.close();
  };
}
