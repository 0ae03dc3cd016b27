/**
 * The store in a folder (Node): one JSON file per record, one file per blob.
 *
 *   DIR/lock                  the process that holds the folder, and when it began
 *   DIR/records/<collection>/<id>.json
 *   DIR/blobs/<key>           the bytes; their type is read from them
 *   DIR/tmp/                  half-written files, emptied at start
 *
 * A file is written under tmp/, flushed to the disk and renamed into place, so
 * that after kill -9 it is there whole or not at all. Records stay in memory
 * too: lists cost no disk. Folder and files are for the user alone (0700/0600).
 *
 * @module shim/store/folder
 */
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShimError } from '../errors.js';
import { MIME, sniff } from '../image-header.js';
import { randomText } from '../ids.js';
import { checkName, fullError, newestFirst } from './memory.js';

/** Folders held by this process: its own pid in the lock says nothing. */
const held = new Set();

/** @param {any} error */
const absent = (error) => error?.code === 'ENOENT';

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

/** Takes DIR/lock, or says who holds it. @param {string} path */
async function takeLock(path) {
  for (let tries = 0; tries < 2; tries++) {
    try {
      await writeFile(path, `${process.pid} ${await beganAt(process.pid)}`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'EEXIST') throw error;
    }
    const [pid, began = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    // Our own number is that of a previous process: `held` knows what we hold.
    if (Number(pid) !== process.pid && (await runs(Number(pid), began))) {
      throw new ShimError('write_failed', `The folder is in use by process ${pid}.`);
    }
    await rm(path, { force: true });
  }
  throw new ShimError('write_failed', 'The folder is being taken by another process.');
}

/**
 * Takes the folder, reads what is in it, and clears away what was half written.
 * @param {{ dir: string, maxBytes?: number }} options
 * @returns {Promise<import('./memory.js').Store>}
 */
export async function createFolderStore({ dir, maxBytes = 10e9 }) {
  const place = (/** @type {string[]} */ ...parts) => join(dir, ...parts);
  for (const folder of ['', 'records', 'blobs', 'tmp']) {
    await mkdir(place(folder), { recursive: true, mode: 0o700 });
  }
  const real = await realpath(dir);
  if (held.has(real)) throw new ShimError('write_failed', 'The folder is in use by this process.');
  await takeLock(place('lock'));
  held.add(real);
  for (const left of await readdir(place('tmp'))) await rm(place('tmp', left), { force: true });

  /** @type {Map<string, Map<string, any>>} */ const collections = new Map();
  /** @type {Map<string, number>} bytes by key */ const blobs = new Map();
  let used = 0;
  let serial = 0;

  for (const name of await readdir(place('records'))) {
    const records = new Map();
    collections.set(name, records);
    for (const file of await readdir(place('records', name))) {
      try {
        const record = JSON.parse(await readFile(place('records', name, file), 'utf8'));
        if (`${record.id}.json` === file) records.set(record.id, record);
      } catch {
        // Not ours, or damaged by the disk: left alone, not served.
      }
    }
  }
  for (const key of await readdir(place('blobs'))) {
    const { size } = await stat(place('blobs', key));
    blobs.set(key, size);
    used += size;
  }

  /** Under tmp/, flushed, then renamed into place.
   * @param {string} to @param {string | AsyncIterable<Uint8Array>} data */
  async function writeAtomically(to, data) {
    const temporary = place('tmp', `${process.pid}-${serial++}`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(/** @type {any} */ (data)); // the types know no async iterable
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, to);
    } catch (error) {
      await rm(temporary, { force: true });
      const code = /** @type {any} */ (error).code;
      if (code === 'ENOSPC' || code === 'EDQUOT') throw fullError(used);
      if (typeof code !== 'string' || error instanceof ShimError) throw error;
      throw new ShimError('write_failed', `The store could not be written (${code}).`);
    }
  }

  /** @param {string} name @param {string} id */
  const recordFile = (name, id) => place('records', checkName(name), `${checkName(id)}.json`);

  /** @param {string} name */
  async function collection(name) {
    if (!collections.has(name)) {
      await mkdir(place('records', checkName(name)), { recursive: true, mode: 0o700 });
      if (!collections.has(name)) collections.set(name, new Map()); // two may have waited
    }
    return /** @type {Map<string, any>} */ (collections.get(name));
  }

  /** @type {import('./memory.js').Store['put']} */
  async function put(name, record) {
    const text = JSON.stringify(record);
    const records = await collection(name);
    await writeAtomically(recordFile(name, record.id), text);
    records.set(record.id, JSON.parse(text));
  }

  const owner = randomText(16);
  return {
    owner,
    async alive(who) {
      return who === owner;
    }, // the lock keeps everybody else out
    async alone() {
      return true;
    },
    put,
    async get(name, id) {
      return structuredClone(collections.get(name)?.get(id));
    },
    async list(name) {
      return structuredClone([...(collections.get(name)?.values() ?? [])]).sort(newestFirst);
    },
    async remove(name, id) {
      collections.get(name)?.delete(id);
      await unlink(recordFile(name, id)).catch((error) => {
        if (!absent(error)) throw error;
      });
    },
    async write(key, data) {
      checkName(key);
      const stream = data instanceof Blob ? data.stream() : data;
      let size = 0; // counted in `used` while it grows: two writers cannot share the last byte
      try {
        await writeAtomically(
          place('blobs', key),
          (async function* counted() {
            for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (stream))) {
              if (used + chunk.length - (blobs.get(key) ?? 0) > maxBytes) throw fullError(maxBytes);
              size += chunk.length;
              used += chunk.length;
              yield chunk;
            }
          })(),
        );
      } catch (error) {
        used -= size;
        throw error;
      }
      used -= blobs.get(key) ?? 0;
      blobs.set(key, size);
      return size;
    },
    async read(key) {
      if (!blobs.has(key)) return undefined;
      try {
        const bytes = await readFile(place('blobs', key));
        const format = sniff(bytes);
        return new Blob([bytes], { type: format && MIME[format] });
      } catch (error) {
        if (absent(error)) return undefined;
        throw error;
      }
    },
    async has(key) {
      return blobs.has(key);
    },
    async erase(key) {
      if (!blobs.has(key)) return;
      used -= blobs.get(key) ?? 0;
      blobs.delete(key);
      await rm(place('blobs', checkName(key)), { force: true });
    },
    async keys() {
      return [...blobs.keys()];
    },
    async usage() {
      return used;
    },
    async close() {
      held.delete(real);
      await rm(place('lock'), { force: true });
    },
  };
}
