// What a click of the tool for objects is about: a frame around the object
// under the pointer, with what the click will do.

/** @typedef {import('../../engine/core/retouch.js').Part} Part */

export class ObjectFrame {
  /** @type {Part[]} largest first */ parts = [];

  /** @param {HTMLElement} frame over the picture, with a label in it */
  constructor(frame) {
    this.frame = frame;
    this.label = /** @type {HTMLElement} */ (frame.firstElementChild);
  }

  /**
   * Around the smallest object whose box the pointer is in, if any.
   *
   * @param {{ x: number, y: number } | undefined} at in the photo; undefined: the pointer is nowhere
   * @param {{ zoom: number, x: number, y: number }} view CSS pixels a pixel of the photo, and what lies at the corner
   * @param {(kept: boolean) => string} words
   */
  lay(at, { zoom, x, y }, words) {
    const over = this.parts
      .filter(({ box: [left, top, w, h] }) => at && at.x >= left && at.x < left + w && at.y >= top && at.y < top + h)
      .at(-1);
    this.frame.hidden = !over;
    if (!over) return;
    const [left, top, width, height] = over.box;
    Object.assign(this.frame.style, {
      width: `${width * zoom}px`,
      height: `${height * zoom}px`,
      translate: `${(left - x) * zoom}px ${(top - y) * zoom}px`,
    });
    this.label.textContent = words(over.kept);
  }
}
