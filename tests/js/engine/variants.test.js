// Which build of the core is taken where: a browser by its answers, here made
// up; what it does then with the real ones is tests/browser/relaxed.spec.js's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasByteDots, isFast, openCore } from '../../../web/engine/core/variants.js';
import { compileBuilt } from '../../../web/engine/node/core.js';

const s8 = (/** @type {number} */ v) => (v << 24) >> 24;
const u8 = (/** @type {number} */ v) => v & 255;
const s16 = (/** @type {number} */ v) => (v << 16) >> 16;
const saturated = (/** @type {number} */ v) => Math.max(-32768, Math.min(32767, v));

/** How machines make the sum of four products: [what, it, whether it is taken]. @type {[string, (a: number, b: number) => number, boolean][]} */
const machines = [
  ['x64 with AVX-VNNI: VPDPBUSD', (a, b) => 4 * s8(a) * u8(b), true],
  ['x64 with AVX-VNNI-INT8: VPDPBSSD', (a, b) => 4 * s8(a) * s8(b), false],
  ['arm64 with dot products: SDOT', (a, b) => 4 * s8(a) * s8(b), false],
  ['x64 without: PMADDUBSW, PMADDWD', (a, b) => 2 * saturated(2 * s8(a) * u8(b)), false],
  ['arm64 without: SMULL, ADDP, SADDLP', (a, b) => 2 * s16(2 * s8(a) * s8(b)), false],
];

/** This is such a machine. @param {import('node:test').TestContext} t @param {(a: number, b: number) => number} dot */
function pretend(t, dot) {
  t.mock.method(WebAssembly, 'validate', () => true);
  t.mock.method(WebAssembly, 'Module', function module() {});
  t.mock.method(WebAssembly, 'Instance', function instance() {
    return { exports: { dot } };
  });
}

/** The files that are asked for, and the build that comes of it. @param {object} place @param {string} [missing] */
async function taken(place, missing) {
  /** @type {string[]} */
  const files = [];
  const { core, newCore } = await openCore({
    threads: 1,
    spawnHelper: assert.fail,
    compile: async (file) => {
      files.push(file);
      if (file === missing) throw new Error('HTTP 404');
      return compileBuilt('cutaway.wasm'); // Node may not read the other
    },
    ...place,
  });
  assert.equal((await newCore()).variant, core.variant);
  return [core.variant, ...files];
}

for (const [what, dot, fast] of machines) {
  test(`${what}: ${fast ? 'relaxed SIMD' : 'the baseline'}`, async (t) => {
    assert.equal(isFast(dot), fast);
    pretend(t, dot);
    assert.equal(hasByteDots(), fast);
    assert.deepEqual(await taken({}), fast ? ['relaxed', 'cutaway-relaxed.wasm'] : ['base', 'cutaway.wasm']);
  });
}

test('within 7 bits all machines answer alike, which the kernels keep to', () => {
  for (const a of [-128, -127, -1, 0, 1, 127])
    for (const b of [0, 1, 64, 127]) for (const [what, dot] of machines) assert.ok(dot(a, b) === 4 * a * b, what);
});

test('relaxed SIMD is for browsers that can have it; what does not come gives way to the baseline', async (t) => {
  pretend(t, machines[0][1]);
  assert.deepEqual(await taken({ exact: true }), ['base', 'cutaway.wasm']);
  const has = (/** @type {string} */ file) => file === 'cutaway.wasm';
  assert.deepEqual(await taken({ has }), ['base', 'cutaway.wasm']);
  const missing = 'cutaway-relaxed.wasm';
  assert.deepEqual(await taken({}, missing), ['base', missing, 'cutaway.wasm']);
});

test('a policy without WebAssembly is no answer of the machine', (t) => {
  t.mock.method(WebAssembly, 'validate', () => true);
  t.mock.method(WebAssembly, 'Module', () => {
    throw new Error('refused by policy');
  });
  assert.equal(hasByteDots(), false);
});
