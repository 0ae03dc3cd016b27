/**
 * The store in a folder (Node): one JSON file per record, one file per blob.
 *
 *   DIR/lock                  the process that holds the folder (node-lock.js)
 *   DIR/records/<collection>/<id>.json
 *   DIR/blobs/<key>           the bytes; their type is read from them
 *   DIR/made/                 records that are made together, until each has its file
 *   DIR/tmp/                  half-written files, emptied at start
 *   DIR/spare                 given up when the disk is full, so that records can still
 *                             say that something was deleted
 *
 * A file is written under tmp/, flushed to the disk and renamed into place, so
 * that after kill -9 it is there whole or not at all. Records stay in memory
 * too: lists cost no disk. Folder and files are for the user alone (0700/0600).
 * What has no name of ours is left alone.
 *
 * @module shim/store/folder
 */
import { openAsBlob } from 'node:fs';
import { access, mkdir, open, readdir, readFile, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ShimError } from '../errors.js';
import { MIME, sniff } from '../image-header.js';
import { randomText } from '../ids.js';
import { createLocks } from '../queue.js';
import { changed, checkHolder, checkName, fullError, isName } from './memory.js';
import { lockFolder } from './node-lock.js';
import { chooseJob, claimed, createShelves } from './shelves.js';

/** Folders held by this process: its own pid in the lock says nothing. */
const held = new Set();
const SPARE_BYTES = 256 * 1024;

/** @param {any} error */
const absent = (error) => error?.code === 'ENOENT';
/** @param {any} error */
const diskFull = (error) => ['ENOSPC', 'EDQUOT'].includes(error?.code);

/** @param {any} error of the file system */
function storeError(error) {
  if (typeof error.code !== 'string' || error instanceof ShimError) return error;
  return new ShimError(
    'write_failed',
    diskFull(error) ? 'The disk is full.' : `The store could not be written (${error.code}).`,
  );
}

/** Names in a folder that are ours. @param {string} path @param {'isFile' | 'isDirectory'} kind */
async function namesIn(path, kind) {
  const all = await readdir(path, { withFileTypes: true });
  return all.filter((entry) => entry[kind]() && isName(entry.name)).map(({ name }) => name);
}

/**
 * Takes the folder, reads what is in it, and clears away what was half written.
 * @param {{ dir: string, maxBytes?: number, flock?: string }} options
 * @returns {Promise<import('./memory.js').Store>}
 */
export async function createFolderStore({ dir, maxBytes = 10e9, flock }) {
  const place = (/** @type {string[]} */ ...parts) => join(dir, ...parts);
  for (const folder of ['', 'records', 'blobs', 'made', 'tmp']) {
    await mkdir(place(folder), { recursive: true, mode: 0o700 });
  }
  const real = await realpath(dir);
  if (held.has(real)) throw new ShimError('write_failed', 'The folder is in use by this process.');
  const unlock = await lockFolder(dir, { flock });
  held.add(real);
  for (const left of await namesIn(place('tmp'), 'isFile')) await rm(place('tmp', left), { force: true });

  const shelves = createShelves();
  const inTurn = createLocks();
  /** @type {Set<string>} collections that have their folder */ const there = new Set();
  /** @type {Map<string, number>} bytes by key */ const blobs = new Map();
  let used = 0;
  let serial = 0;

  /** Sets room aside for records on a full disk. */
  async function spare() {
    if (
      await access(place('spare')).then(
        () => true,
        () => false,
      )
    )
      return;
    await writeOnce(place('spare'), Buffer.alloc(SPARE_BYTES));
  }

  /** Under tmp/, flushed, then renamed into place.
   * @param {string} to @param {string | Uint8Array | AsyncIterable<Uint8Array>} data
   * @param {(move: () => Promise<void>) => Promise<void>} [placing] what belongs to the renaming */
  async function writeOnce(to, data, placing = (move) => move()) {
    const temporary = place('tmp', `${process.pid}-${serial++}`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(/** @type {any} */ (data)); // the types know no async iterable
        await file.datasync();
      } finally {
        await file.close();
      }
      await placing(() => rename(temporary, to));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** A small file, for which room is made if the disk is full. @param {string} to @param {string} text */
  async function writeText(to, text) {
    try {
      await writeOnce(to, text);
    } catch (error) {
      if (!diskFull(error)) throw storeError(error);
      await rm(place('spare'), { force: true });
      await writeOnce(to, text).catch((again) => {
        throw storeError(again);
      });
    }
  }

  /** @param {string} name @param {string} id */
  const recordFile = (name, id) => place('records', checkName(name), `${checkName(id)}.json`);

  /** Puts a record on the disk, then on its shelf. Volatile ones are on the shelf alone.
   * @param {string} name @param {import('./memory.js').StoredRecord} record */
  async function keep(name, record) {
    const text = JSON.stringify(record);
    const path = recordFile(name, record.id);
    if (!record.volatile) {
      if (!there.has(name)) await mkdir(place('records', name), { recursive: true, mode: 0o700 });
      there.add(name);
      await writeText(path, text);
    }
    shelves.set(name, JSON.parse(text));
  }

  for (const name of await namesIn(place('records'), 'isDirectory')) {
    for (const file of await namesIn(place('records', name), 'isFile')) {
      try {
        const record = JSON.parse(await readFile(place('records', name, file), 'utf8'));
        if (`${record.id}.json` === file) shelves.set(name, record);
      } catch {
        // Not ours, or damaged by the disk: left alone, not served.
      }
    }
  }
  for (const key of await namesIn(place('blobs'), 'isFile')) {
    const { size } = await stat(place('blobs', key));
    blobs.set(key, size);
    used += size;
  }
  for (const file of await namesIn(place('made'), 'isFile')) {
    // A process died between these records' files: they are made, or the caller was never told.
    const records = JSON.parse(await readFile(place('made', file), 'utf8'));
    for (const [name, record] of records) if (!shelves.get(name, record.id)) await keep(name, record);
    await rm(place('made', file), { force: true });
  }
  await spare().catch(() => {});

  const owner = randomText(16);
  return {
    owner,
    async alive(who) {
      return who === owner;
    }, // the lock keeps everybody else out
    async alone() {
      return true;
    },
    put: (name, record) => {
      const copy = structuredClone(record); // what it is now, whatever it becomes while it waits
      return inTurn(`${name} ${record.id}`, () => keep(name, copy));
    },
    create: (records) =>
      // One at a time: of two with one id, one is made, and times go up.
      inTurn('create', async () => {
        for (const [name, { id }] of records) if (shelves.get(checkName(name), checkName(id))) return undefined;
        /** @type {import('./memory.js').StoredRecord[]} */
        const made = records.map(([name, record]) => ({ ...record, created: shelves.timeFor(name, record) }));
        const together = place('made', `${process.pid}-${serial++}`);
        const several = made.filter((record) => !record.volatile).length > 1;
        try {
          if (several) await writeText(together, JSON.stringify(made.map((record, i) => [records[i][0], record])));
          for (const [i, record] of made.entries()) await keep(records[i][0], record);
        } catch (error) {
          for (const [i, { id }] of made.entries()) {
            shelves.remove(records[i][0], id);
            await rm(recordFile(records[i][0], id), { force: true });
          }
          throw error;
        } finally {
          await rm(together, { force: true });
        }
        return structuredClone(made);
      }),
    update: (name, id, change, holder) =>
      inTurn(`${name} ${id}`, async () => {
        const now = shelves.get(name, id);
        checkHolder(now, holder);
        if (!now) return undefined;
        const next = changed(now, change(structuredClone(now)));
        await keep(name, next);
        return structuredClone(next);
      }),
    async get(name, id) {
      return structuredClone(shelves.get(name, id));
    },
    async list(name, filter) {
      return structuredClone(shelves.list(name, filter));
    },
    remove: (name, id) =>
      inTurn(`${name} ${id}`, async () => {
        const volatile = shelves.get(name, id)?.volatile;
        shelves.remove(name, id);
        if (volatile) return;
        await unlink(recordFile(name, id)).catch((error) => {
          if (!absent(error)) throw error;
        });
      }),
    claim: (wanted) =>
      inTurn('claim', async () => {
        const jobs = shelves.queued();
        const job = chooseJob(jobs, wanted, ({ record }) => !record.queue.running || record.owner !== owner);
        if (!job) return undefined;
        const { collection, record } = job;
        return inTurn(`${collection} ${record.id}`, async () => {
          const now = shelves.get(collection, record.id);
          if (!now?.queue) return undefined;
          await keep(collection, claimed(now, owner));
          return { collection, record: structuredClone(claimed(now, owner)) };
        });
      }),
    async queued() {
      return shelves.waiting;
    },
    async write(key, data) {
      checkName(key);
      const stream = data instanceof Blob ? data.stream() : data;
      let size = 0; // counted in `used` while it grows: two writers cannot share the last byte
      try {
        await writeOnce(
          place('blobs', key),
          (async function* counted() {
            for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (stream))) {
              if (used + chunk.length - (blobs.get(key) ?? 0) > maxBytes) throw fullError(maxBytes);
              size += chunk.length;
              used += chunk.length;
              yield chunk;
            }
          })(),
          // Of two writes the size that is known is that of the file that came last.
          (move) =>
            inTurn(`blob ${key}`, async () => {
              await move();
              used -= blobs.get(key) ?? 0;
              blobs.set(key, size);
            }),
        );
      } catch (error) {
        used -= size;
        throw storeError(error);
      }
      return size;
    },
    async read(key, limit) {
      const size = blobs.get(key);
      if (size === undefined) return undefined;
      try {
        const file = await open(place('blobs', key));
        try {
          const bytes = new Uint8Array(Math.min(size, limit ?? Infinity));
          let at = 0;
          while (at < bytes.length) {
            const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
            if (bytesRead === 0) break;
            at += bytesRead;
          }
          const format = sniff(bytes);
          return new Blob([bytes.subarray(0, at)], { type: format && MIME[format] });
        } finally {
          await file.close();
        }
      } catch (error) {
        if (absent(error)) return undefined;
        throw error;
      }
    },
    async open(key) {
      return blobs.has(key) ? openAsBlob(place('blobs', key)).catch(() => undefined) : undefined;
    },
    async has(key) {
      return blobs.has(key);
    },
    async erase(key) {
      if (!blobs.has(key)) return;
      await inTurn(`blob ${key}`, async () => {
        used -= blobs.get(key) ?? 0;
        blobs.delete(key);
        await rm(place('blobs', checkName(key)), { force: true });
      });
      await spare().catch(() => {});
    },
    async keys() {
      return [...blobs.keys()];
    },
    async usage() {
      return used;
    },
    async close() {
      held.delete(real);
      await unlock();
    },
  };
}
