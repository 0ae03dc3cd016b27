// What somebody points at, as the Pick tool takes it: which clicks are of one thing, and the way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../web/engine/lists/limits.js';
import { canPick, isDoubtful } from '../../../web/widget/pick/offered.js';
import { boxBetween, changeOf, clickOn, isInside, Thing } from '../../../web/widget/pick/things.js';

const photo = { width: 100, height: 50 };
/** A map of 4 x 2 whose left half was found. */
const left = { data: Uint8ClampedArray.of(255, 255, 0, 0, 255, 255, 0, 0), width: 4, height: 2, found: true };
const none = { data: new Uint8ClampedArray(8), width: 4, height: 2, found: false };

/** @param {import('../../../web/widget/pick/things.js').Way} way @param {import('../../../web/widget/pick/things.js').Answer} answer */
function thingOf(way, answer) {
  const thing = new Thing(way);
  thing.add({ point: [10, 10, 1] }, answer);
  return thing;
}

test('a click of its own kind belongs to the thing, one of the other kind inside does not, and beside it another begins', () => {
  const added = thingOf('add', left);
  assert.deepEqual(clickOn(added, 'add', 90, 20, photo), { said: { point: [90, 20, 1] }, begins: false });
  assert.deepEqual(clickOn(added, 'take', 20, 20, photo), { said: { point: [20, 20, 0] }, begins: false });
  assert.deepEqual(clickOn(added, 'take', 90, 20, photo), { said: { point: [90, 20, 1] }, begins: true });
  const taken = thingOf('take', left);
  assert.deepEqual(clickOn(taken, 'take', 90, 20, photo), { said: { point: [90, 20, 1] }, begins: false });
  assert.deepEqual(clickOn(taken, 'add', 20, 20, photo), { said: { point: [20, 20, 0] }, begins: false });
  assert.deepEqual(clickOn(taken, 'add', 90, 20, photo), { said: { point: [90, 20, 1] }, begins: true });
});

test('"only this" begins anew, but goes on from itself; what was taken back is no thing', () => {
  assert.equal(clickOn(thingOf('add', left), 'only', 20, 20, photo).begins, true);
  assert.equal(clickOn(thingOf('only', left), 'only', 20, 20, photo).begins, false);
  assert.equal(clickOn(thingOf('only', left), 'add', 90, 20, photo).begins, false);
  assert.deepEqual(clickOn(thingOf('only', left), 'take', 20, 20, photo).said, { point: [20, 20, 0] });
  assert.equal(clickOn(undefined, 'add', 1, 1, photo).begins, true);
  const thing = thingOf('add', left);
  thing.undo();
  assert.equal(clickOn(thing, 'add', 1, 1, photo).begins, true);
});

test('the prompt has the clicks in their order, and the box', () => {
  const thing = new Thing('add');
  assert.deepEqual(thing.prompt({ point: [1, 2, 1] }), { points: [[1, 2, 1]] });
  thing.add({ box: [0, 0, 9, 9] }, left);
  assert.deepEqual(thing.prompt(), { box: [0, 0, 9, 9] });
  thing.add({ point: [3, 4, 1] }, left);
  assert.deepEqual(thing.prompt({ point: [5, 6, 0] }), {
    points: [
      [3, 4, 1],
      [5, 6, 0],
    ],
    box: [0, 0, 9, 9],
  });
});

test('steps go back and forth, and something new ends what could be done again', () => {
  const thing = thingOf('add', left);
  thing.add({ point: [2, 2, 1] }, none);
  assert.equal(thing.answer, none);
  assert.ok(thing.undo());
  assert.equal(thing.answer, left);
  assert.ok(thing.redo());
  assert.equal(thing.answer, none);
  assert.ok(thing.undo() && thing.undo());
  assert.equal(thing.answer, undefined);
  assert.equal(thing.undo(), false);
  assert.ok(thing.redo());
  thing.add({ point: [7, 7, 1] }, left);
  assert.deepEqual([thing.steps.length, thing.undone.length, thing.redo()], [2, 0, false]);
});

test('where something was found, to the last pixel', () => {
  assert.ok(isInside(left, 49.9, 0, photo) && !isInside(left, 50, 0, photo));
  assert.ok(isInside(left, -3, 99, photo), 'outside: the nearest');
  assert.equal(isInside(undefined, 1, 1, photo), false);
});

test('a box is what two corners have of the photo', () => {
  assert.deepEqual(boxBetween({ x: 40, y: 30 }, { x: -5, y: 10 }, photo), [0, 10, 40, 20]);
  assert.deepEqual(boxBetween({ x: 90, y: 40 }, { x: 200, y: 99 }, photo), [90, 40, 10, 10]);
  assert.equal(boxBetween({ x: 120, y: 0 }, { x: 200, y: 50 }, photo), null);
  assert.equal(boxBetween({ x: 5, y: 5 }, { x: 5.5, y: 50 }, photo), null);
});

test('the change of a click: what comes in, what goes, a firm rim, and nothing where nothing changes', () => {
  assert.equal(changeOf(left, left, 'add'), null);
  assert.equal(changeOf(none, undefined, 'add'), null);
  const comes = changeOf(left, undefined, 'add');
  const colour = (/** @type {NonNullable<ReturnType<typeof changeOf>>} */ { data }, /** @type {number} */ i) => [
    ...data.subarray(4 * i, 4 * i + 4),
  ];
  assert.ok(comes);
  assert.deepEqual(colour(comes, 0), [255, 213, 74, 120]);
  assert.deepEqual(colour(comes, 1), [255, 213, 74, 255], 'beside what does not change');
  assert.deepEqual(colour(comes, 2), [0, 0, 0, 0]);
  const goes = changeOf(left, undefined, 'take');
  assert.deepEqual(goes && colour(goes, 0), [255, 82, 64, 120]);
  const less = changeOf(none, left, 'add');
  assert.deepEqual(less && colour(less, 0), [255, 82, 64, 120]);
  // an answer of twice the size against one before it
  const fine = { data: new Uint8ClampedArray(32).fill(255), width: 8, height: 4, found: true };
  const more = changeOf(fine, left, 'add');
  assert.ok(more);
  assert.deepEqual([more.width, colour(more, 3)[3], colour(more, 4)[3], colour(more, 5)[3]], [8, 0, 255, 120]);
});

test('asked about is a subject that was found in a photo, not by hand, and is not sure', () => {
  const subject = { found: true, given: false, kind: 'photo', confidence: limits.min_confidence - 0.01 };
  /** @param {object} change @param {object} [more] */
  const item = (change, more) =>
    /** @type {any} */ ({ state: 'done', cutout: { report: { subject: { ...subject, ...change } } }, ...more });
  assert.equal(isDoubtful(item({})), true);
  for (const sure of [
    { confidence: limits.min_confidence },
    { found: false },
    { given: true },
    { kind: 'graphic' },
    { confidence: undefined },
  ])
    assert.equal(isDoubtful(item(sure)), false, JSON.stringify(sure));
  assert.equal(isDoubtful(item({}, { matte: new Blob() })), false);
  assert.equal(isDoubtful(item({}, { state: 'working' })), false);
  assert.equal(isDoubtful(/** @type {any} */ ({ state: 'done', cutout: { report: {} } })), false);
});

test('picking is there with its model, or with an engine that brings its own', () => {
  const pick = async () => /** @type {any} */ ({});
  const engine = /** @type {any} */ ({ removeBackground: pick, pick });
  assert.equal(canPick({ ...engine, bundled: ['base', 'pick'] }), true);
  assert.equal(canPick({ ...engine, bundled: ['base'] }), false);
  assert.equal(canPick(engine), true);
  assert.equal(canPick({ ...engine, pick: undefined }), false);
  assert.equal(canPick(undefined), false);
});
