// Windows icons for tests: what is right is what was put in.

/** @param {[number, number, Buffer][]} pictures side, bits, data */
export function icon(...pictures) {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  for (const [i, [side, bits, data]] of pictures.entries()) {
    const entry = 6 + 16 * i;
    head[entry] = head[entry + 1] = side & 255;
    head.writeUInt16LE(bits, entry + 6);
    head.writeUInt32LE(data.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += data.length;
  }
  return Buffer.concat([head, ...pictures.map(([, , data]) => data)]);
}

/**
 * A bitmap as an icon has it.
 *
 * @param {number} bits @param {number[]} rows palette and rows, from below
 * @param {number[]} mask a byte for each row @param {number} [side] at most 32
 */
export function bitmap(bits, rows, mask, side = 2) {
  const head = Buffer.alloc(40);
  head.writeUInt32LE(40);
  head.writeInt32LE(side, 4);
  head.writeInt32LE(2 * side, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(bits, 14);
  return Buffer.concat([head, Buffer.from(rows), Buffer.from(mask.flatMap((byte) => [byte, 0, 0, 0]))]);
}
