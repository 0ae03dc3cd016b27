// From what was dropped or chosen to photos with names: folders in folders,
// and what is no photo with the reason.

/**
 * @typedef {{ name: string, photo: File }} Input
 * @typedef {{ name: string, reason: 'skipped.no_photo' | 'skipped.empty' | 'skipped.unreadable' }} Skipped reason: a text's key
 * @typedef {{ photos: Input[], skipped: Skipped[] }} Found
 */

/** Where the system knows no type, the name has to do. */
const pictureName = /\.(jpe?g|jpe|jfif|png|webp|bmp|gif|hei[cf]s?|avif|tiff?|jxl|ico|svg)$/i;
/** What systems leave in folders; nobody put it there, so nobody is told. */
const clutter = /^(\..*|thumbs\.db|desktop\.ini|__MACOSX)$/i;

/**
 * What a drop holds. To be called while the event is dispatched: later the
 * list is empty.
 *
 * @param {DataTransfer} data
 * @returns {(FileSystemEntry | File)[]}
 */
export function dropped(data) {
  return [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
    .filter((entry) => entry !== null);
}

/**
 * Files over an element: it has the attribute `dragging` while they are, and
 * what is dropped is taken.
 *
 * @param {HTMLElement} element
 * @param {AbortSignal} signal ends it
 * @param {(data: DataTransfer) => void} take
 */
export function takeDrops(element, signal, take) {
  let depth = 0; // dragenter and dragleave come for every child
  for (const [type, step] of Object.entries({ dragenter: 1, dragleave: -1, dragover: 0, drop: -Infinity })) {
    element.addEventListener(
      type,
      (event) => {
        const { dataTransfer } = /** @type {DragEvent} */ (event);
        const files = dataTransfer?.types.includes('Files') ? dataTransfer : null;
        if (files || type === 'drop') depth = Math.max(0, depth + step);
        element.toggleAttribute('dragging', depth > 0);
        if (!files) return;
        event.preventDefault();
        if (type === 'drop') take(files);
        else files.dropEffect = 'copy';
      },
      { signal },
    );
  }
}

/** @param {FileSystemEntry | File} entry @returns {entry is FileSystemDirectoryEntry} */
export const isFolder = (entry) => 'isDirectory' in entry && entry.isDirectory;

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} by name, 2 before 10 */
async function children(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    // a hundred at a time in Chromium
    const some = /** @type {FileSystemEntry[]} */ (
      await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    );
    if (!some.length) break;
    all.push(...some);
  }
  return all.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/**
 * Goes through folders and sorts photos from what is none.
 *
 * @param {(FileSystemEntry | File)[]} entries files of a chosen folder bring their path along
 * @returns {Promise<Found>} a folder that cannot be read is skipped, the rest goes on
 */
export async function collect(entries) {
  /** @type {Found} */
  const found = { photos: [], skipped: [] };
  let todo = entries.map((entry) => ({
    entry,
    name: entry instanceof File ? entry.webkitRelativePath || entry.name : entry.name,
  }));
  for (let next = todo.shift(); next; next = todo.shift()) {
    const { entry, name } = next;
    const inside = name.includes('/');
    if (inside && name.split('/').some((part) => clutter.test(part))) continue;
    try {
      if (isFolder(entry)) {
        todo = [...(await children(entry)).map((child) => ({ entry: child, name: `${name}/${child.name}` })), ...todo];
        continue;
      }
      const photo = entry instanceof File ? entry : await file(/** @type {FileSystemFileEntry} */ (entry));
      const reason = !photo.size ? 'skipped.empty' : isPicture(photo) ? null : 'skipped.no_photo';
      if (reason) found.skipped.push({ name, reason });
      else found.photos.push({ name, photo });
    } catch {
      found.skipped.push({ name, reason: 'skipped.unreadable' });
    }
  }
  return found;
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
const file = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** Only the engine knows for sure; this keeps out what nobody meant. @param {File} file */
const isPicture = ({ type, name }) => (type ? type.startsWith('image/') : pictureName.test(name));
