// What a TIFF says beside its pixels. XMP and IPTC are entries of its directory.
// EXIF has no block of its own: the directory is one, together with what is
// said of the samples, so what is of the photo is written anew (TIFF 6.0,
// section 2; EXIF 2.32, 4.6). Values keep their byte order.

/** @typedef {{ tag: number, type: number, count: number, value: Uint8Array, inner?: Entry[] }} Entry inner: of a directory that it points to */

/** Bytes of a value by its type. */
const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const [exifDirectory, gpsDirectory, interopDirectory, xmp, iptc] = [34665, 34853, 40965, 700, 33723];
const pointers = [exifDirectory, gpsDirectory];
/** Of the first directory: description, camera, orientation, resolution, software, date, artist, ratings, copyright, Windows' titles. */
const wanted = new Set([
  ...[270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432, 40091, 40092, 40093, 40094, 40095],
  ...[...pointers, xmp, iptc],
]);
/** Of all entries, which may point at the same bytes; as much as the core takes. */
const maxBytes = 16 << 20;

/**
 * The entries of a directory.
 *
 * @param {DataView} view of the file @param {number} at @param {boolean} little
 * @param {number[]} pointers tags of directories in it
 * @param {Set<number>} [wanted] tags; default: all
 * @returns {Entry[]}
 */
function read(view, at, little, pointers, wanted) {
  /** @type {Entry[]} */ const entries = [];
  let room = maxBytes;
  for (let i = 0, count = view.getUint16(at, little); i < count; i++) {
    const entry = at + 2 + i * 12;
    const [tag, type] = [view.getUint16(entry, little), view.getUint16(entry + 2, little)];
    const values = view.getUint32(entry + 4, little);
    const size = (sizes[type] ?? 0) * values;
    const from = size > 4 ? view.getUint32(entry + 8, little) : entry + 8;
    if ((wanted && !wanted.has(tag)) || !size || size > room || from + size > view.byteLength) continue;
    room -= size;
    const value = new Uint8Array(view.buffer, view.byteOffset + from, size);
    const inner = pointers.includes(tag)
      ? directory(view, view.getUint32(entry + 8, little), little, tag === exifDirectory ? [interopDirectory] : [])
      : undefined;
    if (!pointers.includes(tag) || inner) entries.push({ tag, type, count: values, value, inner });
  }
  return entries.sort((a, b) => a.tag - b.tag);
}

/** One that may be damaged: then it is left out. @type {(...args: Parameters<typeof read>) => Entry[] | undefined} */
function directory(...args) {
  try {
    return read(...args);
  } catch {
    return undefined; // a DataView read past the end
  }
}

/** A file of directories alone. @param {Entry[]} entries @param {boolean} little */
function written(entries, little) {
  const head = new Uint8Array(8);
  const start = new DataView(head.buffer);
  start.setUint16(0, little ? 0x4949 : 0x4d4d);
  start.setUint16(2, 42, little);
  start.setUint32(4, 8, little);
  /** @type {Uint8Array[]} */
  const parts = [head];
  let end = 8;
  /** @param {Uint8Array} bytes @returns {number} where they lie */
  const put = (bytes) => {
    parts.push(bytes);
    end += bytes.length;
    return end - bytes.length;
  };
  /** @param {Entry[]} list */
  const place = (list) => {
    const bytes = new Uint8Array(2 + list.length * 12 + 4);
    const view = new DataView(bytes.buffer);
    const at = put(bytes);
    view.setUint16(0, list.length, little);
    for (const [i, { tag, type, count, value, inner }] of list.entries()) {
      const entry = 2 + i * 12;
      view.setUint16(entry, tag, little);
      view.setUint16(entry + 2, type, little);
      view.setUint32(entry + 4, count, little);
      if (inner) view.setUint32(entry + 8, place(inner), little);
      else if (value.length <= 4) bytes.set(value, entry + 8);
      else {
        const even = new Uint8Array(value.length + (value.length & 1));
        even.set(value);
        view.setUint32(entry + 8, put(even), little);
      }
    }
    return at;
  };
  place(entries);
  const file = new Uint8Array(end);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** @param {Uint8Array} bytes a TIFF; one that is damaged says nothing @returns {import('./bmff.js').FileInfo} */
export function tiffInfo(bytes) {
  /** @type {import('./bmff.js').FileInfo} */
  const info = { orientation: 1 };
  if (bytes.length < 8) return info;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (view.getUint16(2, little) !== 42) return info; // BigTIFF
  const entries = directory(view, view.getUint32(4, little), little, pointers, wanted);
  const photo = entries?.filter(({ tag }) => tag !== xmp && tag !== iptc);
  if (photo?.some(({ tag }) => tag !== 274)) info.exif = written(photo, little);
  info.xmp = entries?.find(({ tag }) => tag === xmp)?.value;
  info.iptc = entries?.find(({ tag }) => tag === iptc)?.value;
  return info;
}
