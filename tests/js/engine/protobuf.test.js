// The reader of protobuf messages, and what tools/onnx-metadata.js makes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fields } from '../../../web/engine/node/protobuf.js';
import { withMetadata } from '../../../tools/onnx-metadata.js';
import { brightnessModel } from '../onnx.js';

test('every wire type is read, with its place', () => {
  const message = Uint8Array.of(
    0x08,
    0x96,
    0x01, // 1: 150
    0x11,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8, // 2: 64 bits
    0x1a,
    2,
    65,
    66, // 3: "AB"
    0x25,
    9,
    8,
    7,
    6, // 4: 32 bits
    0xfa,
    0x01,
    0, // 31: empty
  );
  assert.deepEqual(
    [...fields(message)].map(({ bytes, ...rest }) => ({ ...rest, bytes: [...bytes] })),
    [
      { number: 1, wire: 0, start: 0, end: 3, value: 150, bytes: [] },
      { number: 2, wire: 1, start: 3, end: 12, value: 0, bytes: [1, 2, 3, 4, 5, 6, 7, 8] },
      { number: 3, wire: 2, start: 12, end: 16, value: 0, bytes: [65, 66] },
      { number: 4, wire: 5, start: 16, end: 21, value: 0, bytes: [9, 8, 7, 6] },
      { number: 31, wire: 2, start: 21, end: 24, value: 0, bytes: [] },
    ],
  );
});

test('-1 takes ten bytes', () => {
  const [{ value, end }] = fields(Uint8Array.of(0x08, ...Array(9).fill(0xff), 1));
  assert.equal(end, 11);
  assert.ok(value > 2 ** 63);
});

test('what is cut off, too long, or of a wire that is none is refused', () => {
  for (const message of [
    [0x08],
    [0x08, 0x80],
    [0x1a, 3, 1, 2],
    [0x11, 1, 2, 3, 4, 5, 6, 7],
    [0x25, 1, 2, 3],
    [0x0b],
    [0x0e],
    [0x08, ...Array(10).fill(0x80), 1],
  ]) {
    assert.throws(() => [...fields(Uint8Array.from(message))], RangeError, String(message));
  }
});

test('metadata is set, replaced and taken away, the rest as it was', () => {
  const model = brightnessModel();
  const once = withMetadata(model, 'cutaway.ranges', 'x -1 1\n');
  const twice = withMetadata(once, 'cutaway.ranges', `${'y'.repeat(200)} -2 2\n`);
  assert.deepEqual(withMetadata(twice, 'cutaway.ranges', null), model);
  assert.deepEqual(withMetadata(twice, 'cutaway.ranges', 'x -1 1\n'), once);
  assert.deepEqual([...fields(withMetadata(once, 'other', '1'))].filter(({ number }) => number === 14).length, 2);
});
