// Small pictures for the tiles that can be seen: made one after another, kept
// as a few kilobytes each. The full picture is held only while it is shrunk.

const heightPx = 220;
/** A file that would fill the memory for a picture of an inch. */
const tooBigBytes = 48 * 1024 * 1024;
const atOnce = 2;

/** @param {Blob} picture @returns {Promise<Blob>} decoded and shrunk off this thread */
async function shrink(picture) {
  const bitmap = await createImageBitmap(picture, { resizeHeight: heightPx, resizeQuality: 'medium' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d')).drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.8 });
}

export class Thumbnails {
  /** @type {Map<Element, { image: HTMLImageElement, picture: Blob }>} what each tile should show */ #wanted =
    new Map();
  /** @type {WeakMap<Element, Blob>} what it shows */ #shown = new WeakMap();
  /** @type {Set<Element>} */ #visible = new Set();
  #busy = 0;

  /** @param {Element} scroller */
  constructor(scroller) {
    this.observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) this.#visible.add(target);
          else this.#visible.delete(target);
        }
        this.#next();
      },
      { root: scroller, rootMargin: '200px' },
    );
  }

  /** @param {Element} tile @param {HTMLImageElement} image @param {Blob} picture */
  set(tile, image, picture) {
    const before = this.#wanted.get(tile);
    if (before?.picture === picture) return;
    if (!before) this.observer.observe(tile);
    this.#wanted.set(tile, { image, picture });
    this.#next();
  }

  /** @param {Element} tile */
  sees(tile) {
    return this.#visible.has(tile);
  }

  /** @param {Element} tile */
  forget(tile) {
    this.observer.unobserve(tile);
    this.#wanted.delete(tile);
    this.#visible.delete(tile);
  }

  dispose() {
    this.observer.disconnect();
    this.#wanted.clear();
    this.#visible.clear();
  }

  /** The next tiles that can be seen and do not show yet what they should. */
  #next() {
    for (const tile of this.#visible) {
      if (this.#busy >= atOnce) return;
      const wanted = this.#wanted.get(tile);
      if (!wanted || this.#shown.get(tile) === wanted.picture || wanted.picture.size > tooBigBytes) continue;
      this.#shown.set(tile, wanted.picture);
      this.#busy++;
      void this.#draw(tile, wanted).finally(() => {
        this.#busy--;
        this.#next();
      });
    }
  }

  /** @param {Element} tile @param {{ image: HTMLImageElement, picture: Blob }} what */
  async #draw(tile, { image, picture }) {
    try {
      const small = await shrink(picture);
      if (this.#shown.get(tile) !== picture) return; // the result came meanwhile
      const url = URL.createObjectURL(small);
      image.onload = image.onerror = () => URL.revokeObjectURL(url);
      image.src = url;
      image.hidden = false;
    } catch {
      // not a picture after all: the tile's text says so
    }
  }
}
