// The chosen photo's finished file: the line that says what it is, and the
// buttons that hand it out.
import { canShare, carry, copy, save, share } from './export.js';

/**
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('./queue.js').Options} Options
 * @typedef {import('./queue.js').Result} Result
 *
 * @typedef {object} Needs
 * @property {AbortSignal} signal ends it
 * @property {() => Options} options in force
 * @property {() => import('../common/messages.js').Translate} t
 * @property {(blob: Blob) => string} url
 * @property {(text: string) => void} say to a screen reader
 * @property {(item: Item) => Promise<Result>} file for the settings in force
 * @property {(item: Item, options: Options) => Promise<Result>} render for others
 * @property {(item: Item, result: Result, options: Options) => File} named as a file
 */

export class Output {
  /** @type {File | undefined} the chosen photo's file for the settings in force */ #finished;

  /** @param {HTMLElement} box @param {Needs} needs */
  constructor(box, needs) {
    this.box = box;
    this.needs = needs;
    this.#part('[data-act=share]').hidden = !canShare();
    this.#part('.meta').addEventListener(
      'dragstart',
      (/** @type {DragEvent} */ event) => {
        if (event.dataTransfer && this.#finished) carry(event.dataTransfer, this.#finished, needs.url(this.#finished));
      },
      { signal: needs.signal },
    );
  }

  /** The line under the controls; with the file it can be dragged out. @param {string} text @param {File} [file] */
  tell(text, file) {
    const meta = this.#part('.meta');
    this.#finished = file;
    meta.textContent = text;
    meta.draggable = Boolean(file);
    meta.title = file ? this.needs.t()('drag') : '';
  }

  /** @param {Item} item */
  async download(item) {
    const { t, url, say, file, named } = this.needs;
    const options = this.needs.options();
    const result = await file(item);
    const { name } = named(item, result, options);
    save(url(result.blob), name);
    say(t()('saved', { name }));
  }

  /** As PNG, which is all that the clipboard takes. @param {Item} item */
  async copy(item) {
    const { t, say, render } = this.needs;
    const button = this.#part('[data-act=copy]');
    let done = true;
    try {
      await copy(render(item, { ...this.needs.options(), format: 'png' }).then(({ blob }) => blob));
    } catch {
      done = false;
    }
    button.textContent = t()(done ? 'copy.done' : 'copy.refused');
    say(t()(done ? 'copy.said' : 'copy.refused.said'));
    setTimeout(() => {
      button.textContent = t()('copy');
    }, 1600);
  }

  /** @param {Item} item */
  async share(item) {
    if (!canShare()) return;
    const { t, say, file, named } = this.needs;
    try {
      const options = this.needs.options();
      await share(named(item, await file(item), options));
    } catch {
      say(t()('share.refused.said'));
    }
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.box.querySelector(selector);
  }
}
