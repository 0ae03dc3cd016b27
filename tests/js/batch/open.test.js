// From the page's element to the batch: what the one is set to, the other is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

/** As much of a document as opening the batch needs. @param {(name: string) => any} createElement */
const page = (createElement) =>
  Object.assign(globalThis, {
    HTMLElement: class {},
    customElements: { get: () => undefined, define() {} },
    document: Object.assign(new EventTarget(), { createElement, activeElement: null }),
  });

test('more than five photos bring every setting of the element along', async () => {
  /** @type {Record<string, string>} */ const set = {};
  /** @type {unknown[]} */ let added = [];
  const opened = new Promise((resolve) => {
    page(() =>
      Object.assign(new EventTarget(), {
        hidden: true,
        preload() {},
        scrollIntoView() {},
        getAttributeNames: () => [],
        setAttribute(/** @type {string} */ name, /** @type {string} */ value) {
          set[name] = value;
        },
        async add(/** @type {unknown[]} */ photos) {
          added = photos;
          resolve(undefined);
        },
      }),
    );
  });
  const { offerBatch } = await import('../../../web/batch/open.js');
  const settings = {
    background: 'white',
    format: 'jpeg',
    quality: '80',
    crop: '',
    margin: '9%',
    keep: 'background',
    shadow: '',
    outline: 'width=2%',
    canvas: 'amazon',
    effort: 'high',
    model: 'base',
    remember: '',
  };
  const remover = Object.assign(new EventTarget(), {
    attributes: Object.entries({ ...settings, id: 'one', src: 'photo.jpg', state: 'empty' }).map(([name, value]) => ({
      name,
      value,
    })),
    after() {},
    getAttribute: () => 'empty',
    hidden: false,
  });
  offerBatch(/** @type {any} */ (remover), /** @type {any} */ (Object.assign(new EventTarget(), { hidden: false })));
  const files = Array.from({ length: 6 }, (_, i) => new File(['x'], `${i}.png`));
  const event = new CustomEvent('background-remover-accept', { cancelable: true, detail: { files, sample: false } });
  assert.equal(remover.dispatchEvent(event), false);
  await opened;
  assert.deepEqual(set, settings);
  assert.equal(added.length, 6);
});
