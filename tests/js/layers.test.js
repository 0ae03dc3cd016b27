// The check of layers finds what it is there to find: small trees, each with
// one breach or none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { includeCircles, roomBreaches } from '../../tools/c-includes.js';

/** @param {...string} names @returns {string} */
const including = (...names) => names.map((name) => `#include "${name}"\n`).join('');

const rooms = {
  base: [],
  include: ['base'],
  nn: ['base', 'include', 'nn/graph'],
  'nn/graph': ['base'],
  'nn/kernels': ['nn/graph/graph.h'],
};

test('a tree that keeps to its table has no breach', () => {
  assert.deepEqual(
    roomBreaches(
      {
        'base/fail.h': '',
        'include/net.h': including('base/fail.h'),
        'nn/graph/graph.h': including('base/fail.h'),
        'nn/net.c': including('net.h', 'nn/graph/graph.h'),
        'nn/kernels/conv.c': '#include <math.h>\n#include "nn/graph/graph.h"\n',
      },
      rooms,
    ),
    [],
  );
});

test('a room above, a room beside and a header that is not in the table are named', () => {
  const sources = {
    'base/fail.h': '',
    'base/up.c': including('net.h'),
    'include/net.h': '',
    'nn/graph/graph.h': '',
    'nn/graph/fold.h': '',
    'nn/graph/out.c': including('nn/net.h'),
    'nn/kernels/conv.c': including('nn/graph/fold.h'),
    'nn/net.h': '',
    'lost.c': including('base/fail.h'),
  };
  assert.deepEqual(roomBreaches(sources, rooms), [
    'wasm/base/up.c includes net.h',
    'wasm/nn/graph/out.c includes nn/net.h',
    'wasm/nn/kernels/conv.c includes nn/graph/fold.h',
    'wasm/lost.c includes base/fail.h',
  ]);
});

test('a kept header is for its keeper alone', () => {
  const sources = { 'base/json.c': including('cJSON.h'), 'base/fail.c': including('cJSON.h') };
  assert.deepEqual(roomBreaches(sources, rooms, { 'cJSON.h': /^base\/json\.c$/ }), [
    'wasm/base/fail.c includes cJSON.h',
  ]);
});

test('a circle of headers is found', () => {
  assert.deepEqual(
    includeCircles({
      'a.h': including('b.h'),
      'b.h': including('c.h'),
      'c.h': including('a.h'),
      'd.h': including('a.h'),
    }),
    [['a', 'b', 'c']],
  );
});

test('a source and its header are one unit: a.c may not use what a.h is used by', () => {
  assert.deepEqual(includeCircles({ 'n/a.h': '', 'n/a.c': including('n/a.h', 'n/b.h'), 'n/b.h': including('n/a.h') }), [
    ['n/a', 'n/b'],
  ]);
});

test('headers of the ABI are found by their names alone', () => {
  assert.deepEqual(includeCircles({ 'include/net.h': including('nn/graph.h'), 'nn/graph.h': including('net.h') }), [
    ['include/net', 'nn/graph'],
  ]);
});

test('two circles are two, and ways that meet again are none', () => {
  assert.deepEqual(
    includeCircles({
      'a.h': including('b.h', 'c.h'),
      'b.h': including('d.h'),
      'c.h': including('d.h'),
      'd.h': '',
      'e.h': including('f.h'),
      'f.h': including('e.h', 'g.h'),
      'g.h': including('h.h'),
      'h.h': including('g.h'),
    }).sort(),
    [
      ['e', 'f'],
      ['g', 'h'],
    ],
  );
});
