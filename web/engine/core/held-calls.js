// What a page may call of a picture that a worker holds, by the class that
// answers there: the one list for both sides of the boundary. The word says
// what the answer becomes in the page: `state` is kept as the newest one,
// `pixels` are those of an ImageData, a `file` is a Blob, a `value` stays.

/** @typedef {'state' | 'pixels' | 'file' | 'value'} Answer */

/** @satisfies {{ [call in keyof import('./retouch.js').Retouch]?: Answer }} */
export const retouchCalls = /** @type {const} */ ({
  begin: 'state',
  draw: 'state',
  end: 'state',
  everywhere: 'state',
  toggle: 'state',
  suppose: 'state',
  settle: 'state',
  undo: 'state',
  redo: 'state',
  objects: 'value',
  view: 'pixels',
  matte: 'file',
});

/** @satisfies {{ [call in keyof import('./preview.js').Preview]?: Answer }} */
export const previewCalls = /** @type {const} */ ({ show: 'pixels' });

/** @satisfies {{ [call in keyof import('./picking.js').Picking]?: Answer }} */
export const pickCalls = /** @type {const} */ ({ show: 'pixels' });
