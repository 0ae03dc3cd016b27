// Results as one ZIP, stored, not packed again: pictures are packed already.
// It is never whole in memory: it goes to the disk as it is made, or, where a
// page may not write there, into Blobs of a few megabytes that the browser keeps.
import { save } from '../widget/studio/export.js';

/**
 * @typedef {{ name: string, blob: Blob, modified: number }} Entry
 * @typedef {{ stream: WritableStream<Uint8Array>, finish: () => void }} Target
 */

/** Never together in one name on some system. */
const forbidden = /[\u0000-\u001f<>:"|?*\\]/g;
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
  const parts = name
    .normalize('NFC')
    .split('/')
    .map((part) => part.replace(forbidden, '_').replace(/[. ]+$/, ''))
    .filter((part) => part && part !== '.');
  const last = (parts.pop() ?? '').replace(/\.[a-z0-9]{1,5}$/i, '') || 'photo';
  return [...parts, `${last}.${format === 'jpeg' ? 'jpg' : format}`].join('/');
}

/** @param {{ name: string, photo: Blob, result?: { blob: Blob, format: string } }} item with a result @returns {Entry} */
export const entryOf = ({ name, photo, result }) => ({
  name: resultName(name, result?.format ?? 'png'),
  blob: /** @type {Blob} */ (result?.blob),
  modified: photo instanceof File ? photo.lastModified : Date.now(),
});

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
 * @param {{ signal?: AbortSignal, onProgress?: (fraction: number) => void, lost: (index: number) => void }} more
 *   lost: this result cannot be read any more, and is left out
 */
export async function writeZip(entries, target, { signal, onProgress, lost }) {
  const { makeZip } = /** @type {typeof import('client-zip')} */ (
    await import(new URL('../vendor/client-zip/index.js', import.meta.url).href)
  );
  const total = entries.reduce((sum, { blob }) => sum + blob.size, 0) || 1;
  const names = unique(entries.map(({ name }) => name));
  async function* readable() {
    for (const [i, { blob, modified }] of entries.entries()) {
      try {
        await blob.slice(0, 1).arrayBuffer(); // a browser out of space tells it here
      } catch {
        lost(i);
        continue;
      }
      yield { name: names[i], input: blob, lastModified: modified };
    }
  }
  let written = 0;
  await makeZip(readable())
    .pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          written += chunk.byteLength;
          onProgress?.(Math.min(1, written / total));
          controller.enqueue(chunk);
        },
      }),
    )
    .pipeTo(target.stream, { signal });
  target.finish();
}
