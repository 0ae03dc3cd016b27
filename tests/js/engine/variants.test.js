// Which build of the core is taken where, and that all of them answer alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasByteDots, isWhole, variants } from '../../../web/engine/core/variants.js';

const s8 = (/** @type {number} */ v) => (v << 24) >> 24;
const u8 = (/** @type {number} */ v) => v & 255;
const s16 = (/** @type {number} */ v) => (v << 16) >> 16;
const saturated = (/** @type {number} */ v) => Math.max(-32768, Math.min(32767, v));

/** How machines make the sum of four products: [what, it, whether it is one instruction]. @type {[string, (a: number, b: number) => number, boolean][]} */
const machines = [
  ['x64 with AVX-VNNI: VPDPBUSD', (a, b) => 4 * s8(a) * u8(b), true],
  ['x64 with AVX-VNNI-INT8: VPDPBSSD', (a, b) => 4 * s8(a) * s8(b), true],
  ['arm64 with dot products: SDOT', (a, b) => 4 * s8(a) * s8(b), true],
  ['x64 without: PMADDUBSW, PMADDWD', (a, b) => 2 * saturated(2 * s8(a) * u8(b)), false],
  ['arm64 without: SMULL, ADDP, SADDLP', (a, b) => 2 * s16(2 * s8(a) * s8(b)), false],
];

for (const [what, dot, one] of machines) {
  test(`${what}: ${one ? 'one instruction' : 'several'}`, () => assert.equal(isWhole(dot), one));
}

test('within 7 bits all machines answer alike, which the kernels keep to', () => {
  for (const a of [-128, -127, -1, 0, 1, 127])
    for (const b of [0, 1, 64, 127]) for (const [what, dot] of machines) assert.ok(dot(a, b) === 4 * a * b, what);
});

test('the last build fits everywhere, and nothing is asked of a browser without relaxed SIMD', () => {
  assert.equal(variants[variants.length - 1].fits(), true);
  assert.equal(typeof hasByteDots(), 'boolean');
});
