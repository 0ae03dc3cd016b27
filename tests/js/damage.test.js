// No damaged picture is taken for a whole one: a few of those of tools/damage.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damageAll, formats, judge, wrongWith } from '../../tools/damage.js';
import { failure } from '../../web/engine/core/errors.js';

/** @param {Record<string, import('../../tools/damage.js').Judged[]>} judged @param {string} verdict */
const count = (judged, verdict) =>
  Object.values(judged)
    .flat()
    .filter((file) => file.verdict === verdict).length;

test('of 200 damaged pictures each is refused, whole, or one that no count can tell', async () => {
  const judged = await damageAll({ count: 200, seed: 1, photos: false });
  assert.deepEqual(Object.keys(judged).sort(), [...formats].sort());
  assert.deepEqual(
    Object.values(judged)
      .flat()
      .filter(({ verdict }) => verdict === 'fault'),
    [],
  );
  assert.ok(count(judged, 'refused') > 120);
});

test('half a picture is noticed', async () => {
  const judged = await damageAll({ count: 40, seed: 1, format: 'png', photos: false, options: { partial: true } });
  assert.ok(count(judged, 'fault') > 0);
});

test('a picture that others show otherwise, and a sentence that says nothing, are faults', async () => {
  const picture = (/** @type {number} */ grey) => ({ width: 1, height: 1, rgba: Uint8Array.of(grey, 0, 0, 255) });
  const of = { whole: picture(9), bytes: Buffer.alloc(0), damage: 'flips' };
  const verdict = async (/** @type {number} */ grey, /** @type {any} */ shown) =>
    (await judge({ picture: picture(grey), ms: 1 }, { ...of, show: shown && (async () => shown) })).verdict;
  assert.equal(await verdict(10, picture(99)), 'whole');
  assert.equal(await verdict(50, picture(52)), 'as others show it');
  assert.equal(await verdict(50, picture(53)), 'fault');
  assert.equal(await verdict(50, 'nothing'), 'fault');
  assert.equal(await verdict(50, undefined), 'not judged');
  assert.equal(wrongWith(failure('corrupt_image', '3 of 18 blocks.')), '');
  for (const error of [failure('corrupt_image', 'Damaged (…).'), failure('internal', 'no'), new Error('no')])
    assert.notEqual(wrongWith(error), '');
});
