// Results as one ZIP, stored, not packed again: pictures are packed already.
// It is never whole in memory: it goes to the disk as it is made, or, where a
// page may not write there, into Blobs of a few megabytes that the browser keeps.
import { fileNameOf, safePath, stemOf } from '../../engine/core/look.js';
import { save } from './export.js';

/**
 * @typedef {{ name: string, modified: number, blob?: Blob, make?: () => Promise<Blob> }} Entry make: where there is no blob yet,
 *   it is made when the ZIP comes to it
 * @typedef {{ stream: WritableStream<Uint8Array>, finish: () => void }} Target
 */

/** A page without file access hands the ZIP to the browser in pieces of this. */
const pieceBytes = 8 * 1024 * 1024;
/** A download that has not begun to read its URL by then never will. */
const urlLifeMs = 60000;

/**
 * The path in the ZIP: the photo's own with another ending, fit for every
 * system's file names.
 *
 * @param {string} name
 * @param {string} format
 */
export function resultName(name, format) {
  const parts = safePath(name).split('/');
  const last = stemOf(parts.pop() ?? '');
  return [...parts, `${last}.${format === 'jpeg' ? 'jpg' : format}`].join('/');
}

/** @param {{ name: string, photo: Blob, result?: { blob: Blob, format: string } }} item with a result @returns {Entry} */
export const entryOf = ({ name, photo, result }) => ({
  name: resultName(name, result?.format ?? 'png'),
  blob: /** @type {Blob} */ (result?.blob),
  modified: photo instanceof File ? photo.lastModified : Date.now(),
});

/**
 * Every photo in every look, made when the ZIP comes to it.
 *
 * @template {{ name: string, photo: Blob, n: number }} P n: its number among all
 * @param {P[]} photos
 * @param {import('../../engine/core/look.js').Look[]} looks
 * @param {number} total of all photos
 * @param {(photo: P, look: import('../../engine/core/look.js').Look) => Promise<Blob>} make
 * @returns {Entry[]}
 */
export const entriesOf = (photos, looks, total, make) =>
  photos.flatMap((photo) =>
    looks.map((look) => ({
      name: fileNameOf(look, { ...photo, total }),
      modified: photo.photo instanceof File ? photo.photo.lastModified : Date.now(),
      make: () => make(photo, look),
    })),
  );

/** After the folder that all came from. @param {{ name: string }[]} photos */
export function zipName(photos) {
  const tops = new Set(photos.map(({ name }) => (name.includes('/') ? name.split('/')[0] : '')));
  return `${(tops.size === 1 && [...tops][0]) || 'photos'}-cutout.zip`;
}

/**
 * Numbers what would lie on something else, also where big and small letters
 * are the same: a.png, a (2).png.
 *
 * @param {string[]} names
 * @returns {string[]}
 */
export function unique(names) {
  const taken = new Set();
  return names.map((name) => {
    const [, stem, ending] = /** @type {RegExpExecArray} */ (/^(.*?)(\.[^./]*)?$/s.exec(name));
    let free = name;
    for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${stem} (${i})${ending ?? ''}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

/**
 * Where a file goes. To be called in the click that asks for it.
 *
 * @param {string} name
 * @returns {Promise<Target>} rejects with AbortError when the person changes their mind
 */
export async function openTarget(name) {
  const pick = /** @type {any} */ (globalThis).showSaveFilePicker;
  if (pick) {
    try {
      const handle = await pick.call(globalThis, {
        suggestedName: name,
        types: [{ accept: { 'application/zip': ['.zip'] } }],
      });
      return { stream: await handle.createWritable(), finish: () => {} };
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'SecurityError') throw error; // in a frame of another site: no picker
    }
  }
  /** @type {Blob[]} */ const pieces = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */ let chunks = [];
  let size = 0;
  const flush = () => {
    pieces.push(new Blob(chunks));
    [chunks, size] = [[], 0];
  };
  return {
    stream: new WritableStream({
      write(chunk) {
        chunks.push(/** @type {Uint8Array<ArrayBuffer>} */ (chunk));
        size += chunk.byteLength;
        if (size >= pieceBytes) flush();
      },
      close: flush,
    }),
    finish: () => download(new Blob(pieces, { type: 'application/zip' }), name),
  };
}

/** @param {Blob} blob @param {string} name */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), urlLifeMs);
}

/**
 * Streams the results into the target, one after another.
 *
 * @param {Entry[]} entries
 * @param {Target} target
 * @param {{ signal?: AbortSignal, onProgress?: (fraction: number) => void, lost: (index: number) => void, ahead?: number }} more
 *   lost: this result cannot be read any more, or not be made, and is left out; ahead: so many are made at once
 */
export async function writeZip(entries, target, { signal, onProgress, lost, ahead = 2 }) {
  const { makeZip } = /** @type {typeof import('client-zip')} */ (
    await import(new URL('../../vendor/client-zip/index.js', import.meta.url).href)
  );
  const whole = entries.every(({ blob }) => blob) && entries.reduce((sum, { blob }) => sum + (blob?.size ?? 0), 0);
  const names = unique(entries.map(({ name }) => name));
  /** @type {Map<number, Promise<Blob>>} under way */
  const made = new Map();
  /** @param {number} i @returns {Promise<Blob>} */
  const get = (i) => {
    const { blob, make } = entries[i];
    if (blob) return Promise.resolve(blob);
    const promise = made.get(i) ?? /** @type {() => Promise<Blob>} */ (make)();
    promise.catch(() => {}); // told when its turn comes
    made.set(i, promise);
    return promise;
  };
  async function* readable() {
    for (const [i, { modified }] of entries.entries()) {
      for (let one = i; one < Math.min(entries.length, i + ahead); one++) get(one);
      /** @type {Blob | undefined} */ let blob;
      try {
        blob = await get(i);
        await blob.slice(0, 1).arrayBuffer(); // a browser out of space tells it here
      } catch {
        if (signal?.aborted) return;
        blob = undefined;
        lost(i);
      }
      made.delete(i);
      if (!whole) onProgress?.((i + 1) / entries.length);
      if (blob) yield { name: names[i], input: blob, lastModified: modified };
    }
  }
  let written = 0;
  await makeZip(readable())
    .pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          written += chunk.byteLength;
          if (whole) onProgress?.(Math.min(1, written / whole));
          controller.enqueue(chunk);
        },
      }),
    )
    .pipeTo(target.stream, { signal });
  target.finish();
}
