// A matte as a file: a grey PNG of 8 bits, packed by the platform's own
// deflate, off the core's heap.

/** @type {Uint32Array | undefined} */
let table;

/** CRC-32 as PNG has it. @param {Uint8Array[]} parts */
function crc(...parts) {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let c = 0xffffffff;
  for (const part of parts) for (const byte of part) c = table[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** @param {string} name @param {Uint8Array} data @returns {Uint8Array[]} */
function chunk(name, data) {
  const type = new TextEncoder().encode(name);
  const [length, sum] = [new Uint8Array(4), new Uint8Array(4)];
  new DataView(length.buffer).setUint32(0, data.length);
  new DataView(sum.buffer).setUint32(0, crc(type, data));
  return [length, type, data, sum];
}

/**
 * @param {Uint8Array} grey [height][width]
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Uint8Array>} the file
 */
export async function greyPng(grey, width, height) {
  // filter "Up": a matte's rows are mostly alike
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0, at = 0, from = 0; y < height; y++) {
    rows[at++] = 2;
    for (let x = 0; x < width; x++, at++, from++) rows[at] = grey[from] - (y ? grey[from - width] : 0);
  }
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate')));
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 0, 0, 0, 0], 8);
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    ...chunk('IHDR', header),
    ...chunk('IDAT', new Uint8Array(await packed.arrayBuffer())),
    ...chunk('IEND', new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
