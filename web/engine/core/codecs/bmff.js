// What an AVIF or HEIC file says of its main picture (ISO/IEC 23008-12): size,
// colours, how it lies, EXIF and XMP. Codecs hand out pixels only. And what a
// JPEG XL has beside its picture (ISO/IEC 18181-2).

/**
 * @typedef {object} FileInfo
 * @property {number} [width] as coded, before it is turned
 * @property {number} [height]
 * @property {number} orientation EXIF 1..8, of what `irot` and `imir` say
 * @property {Uint8Array} [colours] an ICC profile, or two bytes: primaries and transfer of ITU-T H.273
 * @property {Uint8Array} [exif] from its TIFF header on
 * @property {Uint8Array} [xmp]
 * @property {Uint8Array} [iptc]
 */

/** By [quarter turns to the left][mirror: none, top and bottom, left and right exchanged]. */
const orientations = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/** @typedef {{ type: string, at: number, end: number }} Box at: where its content begins */

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @param {number} at @param {number} end */
  text(at, end) {
    return String.fromCharCode(...this.bytes.subarray(at, end));
  }

  /** A number of 0 to 8 bytes. @param {number} at @param {number} size */
  number(at, size) {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.view.getUint8(at + i);
    return value;
  }

  /** Boxes side by side; a damaged one ends the list. @param {number} at @param {number} end @returns {Generator<Box>} */
  *boxes(at, end) {
    while (at + 8 <= end) {
      let size = this.view.getUint32(at);
      const type = this.text(at + 4, at + 8);
      let head = 8;
      if (size === 1) {
        if (at + 16 > end) return;
        size = this.number(at + 8, 8);
        head = 16;
      } else if (size === 0) size = end - at;
      if (size < head || size > end - at) return;
      yield { type, at: at + head, end: at + size };
      at += size;
    }
  }

  /** @param {Box | undefined} box @param {string} type @param {number} [skip] bytes before its boxes */
  inside(box, type, skip = 0) {
    if (!box) return undefined;
    for (const inner of this.boxes(box.at + skip, box.end)) if (inner.type === type) return inner;
    return undefined;
  }
}

/** Properties of an item, in their order. @param {Reader} r @param {Box} meta @param {number} wanted @returns {Box[]} */
function propertiesOf(r, meta, wanted) {
  const iprp = r.inside(meta, 'iprp', 4);
  const ipco = r.inside(iprp, 'ipco');
  if (!iprp || !ipco) return [];
  const all = [...r.boxes(ipco.at, ipco.end)];
  for (const ipma of r.boxes(iprp.at, iprp.end)) {
    if (ipma.type !== 'ipma') continue;
    const wideId = r.view.getUint8(ipma.at) > 0;
    const wideIndex = (r.view.getUint8(ipma.at + 3) & 1) === 1;
    let at = ipma.at + 8;
    for (let entries = r.view.getUint32(ipma.at + 4); entries > 0 && at < ipma.end; entries--) {
      const id = r.number(at, wideId ? 4 : 2);
      at += wideId ? 4 : 2;
      const count = r.view.getUint8(at++);
      const size = wideIndex ? 2 : 1;
      if (id === wanted) {
        const mask = wideIndex ? 0x7fff : 0x7f; // the first bit: it must be understood
        return Array.from({ length: count }, (_, i) => all[(r.number(at + i * size, size) & mask) - 1]).filter(Boolean);
      }
      at += count * size;
    }
  }
  return [];
}

/** Numbers of the items of a type, by their `infe`. @param {Reader} r @param {Box} meta @param {(type: string, more: string) => boolean} is */
function itemOf(r, meta, is) {
  const iinf = r.inside(meta, 'iinf', 4);
  if (!iinf) return undefined;
  const skip = r.view.getUint8(iinf.at) ? 8 : 6;
  for (const { type, at, end } of r.boxes(iinf.at + skip, iinf.end)) {
    const version = r.view.getUint8(at);
    if (type !== 'infe' || version < 2) continue;
    const wide = version > 2 ? 4 : 2;
    const name = at + 4 + wide + 2;
    if (is(r.text(name, name + 4), r.text(name + 4, Math.min(end, name + 256)))) return r.number(at + 4, wide);
  }
  return undefined;
}

/** The bytes of an item that lies in one piece, in the file or in `idat`. @param {Reader} r @param {Box} meta @param {number | undefined} wanted */
function dataOf(r, meta, wanted) {
  const iloc = r.inside(meta, 'iloc', 4);
  if (!iloc || wanted === undefined) return undefined;
  const version = r.view.getUint8(iloc.at);
  const [a, b] = [r.view.getUint8(iloc.at + 4), r.view.getUint8(iloc.at + 5)];
  const [offsetSize, lengthSize, baseSize, indexSize] = [a >> 4, a & 15, b >> 4, version ? b & 15 : 0];
  const idSize = version < 2 ? 2 : 4;
  let at = iloc.at + 6 + idSize;
  for (let count = r.number(iloc.at + 6, idSize); count > 0; count--) {
    const id = r.number(at, idSize);
    at += idSize;
    const method = version ? r.view.getUint16(at) & 15 : 0;
    at += (version ? 2 : 0) + 2;
    const base = r.number(at, baseSize);
    at += baseSize;
    const extents = r.view.getUint16(at);
    at += 2;
    if (id !== wanted) {
      at += extents * (indexSize + offsetSize + lengthSize);
      continue;
    }
    const idat = method === 1 ? r.inside(meta, 'idat', 4) : { at: 0, end: r.bytes.length };
    if (extents !== 1 || method > 1 || !idat) return undefined;
    const from = idat.at + base + r.number(at + indexSize, offsetSize);
    const length = r.number(at + indexSize + offsetSize, lengthSize);
    return from + length <= idat.end ? r.bytes.subarray(from, from + length) : undefined;
  }
  return undefined;
}

/** @param {Reader} r @returns {FileInfo} */
function read(r) {
  /** @type {FileInfo} */
  const info = { orientation: 1 };
  const meta = r.inside({ type: '', at: 0, end: r.bytes.length }, 'meta');
  const pitm = meta && r.inside(meta, 'pitm', 4);
  if (!meta || !pitm) return info;
  const main = r.number(pitm.at + 4, r.view.getUint8(pitm.at) ? 4 : 2);
  let turns = 0;
  let mirror = 0;
  for (const { type, at, end } of propertiesOf(r, meta, main)) {
    if (type === 'ispe') [info.width, info.height] = [r.view.getUint32(at + 4), r.view.getUint32(at + 8)];
    if (type === 'irot') turns = r.view.getUint8(at) & 3;
    if (type === 'imir') mirror = 1 + (r.view.getUint8(at) & 1);
    const kind = type === 'colr' ? r.text(at, at + 4) : '';
    if (kind === 'prof' || kind === 'rICC') info.colours = r.bytes.subarray(at + 4, end);
    if (kind === 'nclx') info.colours ??= Uint8Array.of(r.view.getUint16(at + 4), r.view.getUint16(at + 6));
  }
  info.orientation = orientations[turns][mirror];
  const exif = dataOf(
    r,
    meta,
    itemOf(r, meta, (type) => type === 'Exif'),
  );
  if (exif && exif.length > 8) info.exif = exif.subarray(4 + new Reader(exif).view.getUint32(0)); // where TIFF begins
  info.xmp = dataOf(
    r,
    meta,
    itemOf(r, meta, (type, more) => type === 'mime' && more.includes('rdf+xml')),
  );
  return info;
}

/** @param {Uint8Array} bytes a file of the family; one that is damaged says nothing @returns {FileInfo} */
export function fileInfo(bytes) {
  try {
    return read(new Reader(bytes));
  } catch {
    return { orientation: 1 }; // a DataView read past the end
  }
}

/**
 * EXIF and XMP of a JPEG XL. Which Brotli has compressed (`brob`, cjxl's default) are left out: nothing in a browser reads it.
 *
 * @param {Uint8Array} bytes @returns {FileInfo}
 */
export function jxlInfo(bytes) {
  /** @type {FileInfo} */
  const info = { orientation: 1 };
  const r = new Reader(bytes);
  for (const { type, at, end } of r.boxes(0, bytes.length)) {
    if (type === 'Exif' && end - at > 8)
      info.exif ??= bytes.subarray(Math.min(end, at + 4 + r.view.getUint32(at)), end);
    if (type === 'xml ' && r.text(at, Math.min(end, at + 400)).includes('xmp')) info.xmp ??= bytes.subarray(at, end);
  }
  return info;
}

/** Values that no profile of this engine can hold: PQ and HLG. @param {Uint8Array | undefined} colours */
export const isHdr = (colours) => colours?.length === 2 && (colours[1] === 16 || colours[1] === 18);
