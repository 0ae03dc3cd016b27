// The thumbnails of several photos, with the state of each.
import { thumbnail } from './picture.js';

/** @typedef {import('./queue.js').Item} Item */

export class ThumbnailStrip {
  /** @type {Map<number, HTMLElement>} */ #thumbs = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
  }

  clear() {
    this.#thumbs.clear();
    this.list.replaceChildren();
  }

  /**
   * A button for each of several photos, with its state.
   *
   * @param {Item[]} items
   * @param {Item | undefined} chosen
   * @param {import('../common/messages.js').Translate} t
   */
  lay(items, chosen, t) {
    if (items.length < 2) return;
    for (const item of items) {
      const button = this.#thumbs.get(item.id) ?? this.#made(item);
      if (!button.firstChild && (item.photo || typeof item.source !== 'string')) {
        button.append(thumbnail(/** @type {Blob} */ (item.photo ?? item.source)));
      }
      const state = item.cutout?.report?.subject?.found === false ? 'nothing' : item.state;
      button.dataset.state = state;
      button.setAttribute('aria-current', String(item === chosen));
      button.setAttribute('aria-label', t(`state.${state}`, { name: item.name }));
      button.title = item.name;
    }
  }

  /** @param {Item} item */
  #made(item) {
    const button = document.createElement('button');
    button.className = 'thumb';
    button.setAttribute('type', 'button');
    button.dataset.item = String(item.id);
    const entry = document.createElement('li');
    entry.append(button);
    this.list.append(entry);
    this.#thumbs.set(item.id, button);
    return button;
  }
}
