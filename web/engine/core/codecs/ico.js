// Windows icons and cursors: the largest picture in them, a PNG or a BMP
// without its file header, whose rows are twice as many: the second half is a
// mask of what is clear. Source: Microsoft, "Icons" (the ICO file format).

/** @typedef {import('./ladder.js').Decoded} Decoded */

/** @param {Uint8Array} bytes @returns {Uint8Array} of the largest picture, of the most colours */
function largest(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isCursor = view.getUint16(2, true) === 2; // has a hot spot in place of the bits a pixel
  /** @type {{ area: number, bits: number, data: Uint8Array }} */
  let best = { area: 0, bits: 0, data: new Uint8Array(0) };
  for (let i = 0, at = 6; i < view.getUint16(4, true) && at + 16 <= bytes.length; i++, at += 16) {
    const area = (bytes[at] || 256) * (bytes[at + 1] || 256);
    const bits = isCursor ? 0 : view.getUint16(at + 6, true);
    const [size, offset] = [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    if (size < 40 || offset + size > bytes.length) continue;
    if (area > best.area || (area === best.area && bits > best.bits))
      best = { area, bits, data: bytes.subarray(offset, offset + size) };
  }
  if (!best.area) throw new Error('no picture in it is whole');
  return best.data;
}

/** @param {Uint8Array} data a BITMAPINFOHEADER, a palette, rows from below, a mask @returns {Decoded} */
function bitmap(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const header = view.getUint32(0, true);
  const [width, height] = [view.getInt32(4, true), view.getInt32(8, true) / 2];
  const bits = view.getUint16(14, true);
  if (![1, 4, 8, 24, 32].includes(bits) || view.getUint32(16, true) !== 0)
    throw new Error(`a bitmap of ${bits} bits, coding ${view.getUint32(16, true)}`);
  if (!(width > 0 && width <= 1024 && height > 0 && height <= 1024 && Number.isInteger(height)))
    throw new Error(`${width} x ${height} pixels`);
  const colours = bits > 8 ? 0 : view.getUint32(32, true) || 1 << bits;
  const rows = header + colours * 4;
  /** @param {number} depth */
  const stride = (depth) => ((width * depth + 31) >> 5) * 4;
  const mask = rows + stride(bits) * height;
  const hasMask = mask + stride(1) * height <= data.length;
  if (mask > data.length || (bits < 32 && !hasMask)) throw new Error('it ends early');
  /** @param {number} x @param {number} y */
  const isClear = (x, y) =>
    hasMask && ((data[mask + stride(1) * (height - 1 - y) + (x >> 3)] >> (7 - (x & 7))) & 1) === 1;
  const out = new Uint8ClampedArray(width * height * 4);
  let hasAlpha = false;
  for (let y = 0, to = 0; y < height; y++) {
    const row = rows + stride(bits) * (height - 1 - y);
    for (let x = 0; x < width; x++, to += 4) {
      let from = row + ((x * bits) >> 3);
      if (bits < 16) {
        const index = (data[from] >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
        from = header + Math.min(index, colours - 1) * 4;
      }
      out.set([data[from + 2], data[from + 1], data[from], bits === 32 ? data[from + 3] : 0], to);
      hasAlpha ||= out[to + 3] > 0;
    }
  }
  // below 32 bits, and where those are from before there was alpha, the mask counts
  if (!hasAlpha)
    for (let i = 0; i < width * height; i++) out[i * 4 + 3] = isClear(i % width, Math.floor(i / width)) ? 0 : 255;
  return { data: out, width, height };
}

/** @type {import('./ladder.js').Rung} */
export const ico = {
  name: 'ico',
  reads: (format) => format === 'ico',
  async decode(bytes) {
    const data = largest(bytes);
    return data[0] === 0x89 ? { file: data } : bitmap(data);
  },
};
