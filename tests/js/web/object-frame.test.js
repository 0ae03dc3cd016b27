// The frame around the object that a click of the retoucher is about.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectFrame } from '../../../web/widget/retouch/object-frame.js';

test('the smallest object under the pointer is framed, where the view has it, and says what a click will do', () => {
  /** @type {any} */
  const element = { hidden: true, style: {}, firstElementChild: { textContent: '' } };
  const frame = new ObjectFrame(element);
  frame.parts = [
    { box: [0, 0, 400, 300], area: 90000, kept: true },
    { box: [100, 50, 40, 20], area: 700, kept: false },
  ];
  const view = { zoom: 2, x: 50, y: -10 };
  const words = (/** @type {boolean} */ kept) => (kept ? 'drop' : 'back');
  frame.lay({ x: 110, y: 60 }, view, words);
  assert.deepEqual(
    [element.hidden, element.style, frame.label.textContent],
    [false, { width: '80px', height: '40px', translate: '100px 120px' }, 'back'],
  );
  frame.lay({ x: 110, y: 70 }, view, words); // just below it
  assert.deepEqual([element.style.width, frame.label.textContent], ['800px', 'drop']);
  for (const at of [{ x: 400, y: 10 }, undefined]) {
    frame.lay(at, view, words);
    assert.equal(element.hidden, true);
  }
});
