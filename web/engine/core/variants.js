// Which build of the core an engine takes: the first of the table that is there and fast where it runs. The last
// runs wherever there is WebAssembly SIMD.

/**
 * (func (export "dot") (param i32 i32) (result i32) …): both as bytes in all
 * lanes, i32x4.relaxed_dot_i8x16_i7x16_add_s of them, lane 0.
 */
const dot = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 3, 2, 1, 0],
  ...[7, 7, 1, 3, 0x64, 0x6f, 0x74, 0, 0, 10, 22, 1, 20, 0, 0x20, 0, 0xfd, 0x0f, 0x20, 1, 0xfd, 0x0f],
  ...[0x41, 0, 0xfd, 0x11, 0xfd, 0x93, 2, 0xfd, 0x1b, 0, 0x0b],
);

/**
 * Whether it is one instruction of the machine's, from what it answers beyond 7 bits: a whole sum, of VPDPBUSD with the second
 * operand unsigned, of SDOT and VPDPBSSD with both signed. One that is put together of others, and slower than the baseline's,
 * saturates or wraps at 16 bits on the way.
 *
 * @param {(a: number, b: number) => number} of four products a * b
 */
export const isWhole = (of) =>
  of(127, 255) === 4 * 127 * 255 || (of(127, 255) === 4 * 127 * -1 && of(-128, -128) === 4 * 128 * 128);

export function hasByteDots() {
  if (!WebAssembly.validate(dot)) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(dot));
  return isWhole(/** @type {any} */ (exports.dot));
}

/** @type {{ name: string, file: string, fits: () => boolean }[]} */
export const variants = [
  { name: 'relaxed', file: 'cutaway-relaxed.wasm', fits: hasByteDots },
  { name: 'baseline', file: 'cutaway.wasm', fits: () => true },
];
