// The controls of background, format, crop and style: they tell what was
// chosen, and show what they are told, be it of all photos or of some.
import { styleNames } from '../widget/settings/attributes.js';
import { nameMargins, showSettings, StyleDrawer } from '../widget/settings/controls.js';

/** @typedef {import('./batch-queue.js').Options} Options */

/** A slider that moves is not followed by every photo at once. */
const settleMs = 300;

export class Settings {
  /** @type {import('./texts.js').Translate | undefined} */ #t;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** The panel writes attributes: of this one, whoever they are for in the end. */
  #stand = document.createElement('div');
  /** @type {Options} */ #patch = {};

  /**
   * @param {HTMLElement} bar
   * @param {object} on
   * @param {(options: Options) => void} on.choose
   * @param {() => Promise<import('../widget/settings/canvas-place.js').Canvas | undefined>} on.canvas what the core knows of them
   */
  constructor(bar, { choose, canvas }) {
    this.root = /** @type {ParentNode} */ (bar.parentNode);
    this.style = new StyleDrawer(this.root, { host: this.#stand, language: () => this.#t?.language ?? 'en', canvas });
    /** @param {string} selector @param {(target: any) => Options | undefined} read @param {string} [type] */
    const on = (selector, read, type = 'change') =>
      this.#part(selector).addEventListener(type, (/** @type {Event} */ { target }) => {
        const options = read(target);
        if (options) choose(options);
      });
    on(
      '.swatches',
      (target) => {
        const background = target.closest('[data-bg]')?.dataset.bg;
        return background && { background };
      },
      'click',
    );
    this.#part('[data-pick=image]').addEventListener('click', () => this.#part('.backgroundFile').click());
    this.#part('[data-pick=style]').addEventListener('click', () => void this.style.toggle());
    on('.backgroundFile', (target) => {
      const [file] = target.files;
      target.value = '';
      return file && { background: file };
    });
    on('.colour input', ({ value }) => ({ background: value }));
    on('.format', ({ value }) => ({ format: value }));
    on('.crop', ({ checked }) => ({ crop: checked, margin: this.#part('.margin').value || '5%' }));
    on('.margin', ({ value }) => ({ margin: value }));
    this.watch = new MutationObserver((records) => {
      for (const { attributeName } of records) {
        Object.assign(this.#patch, { [attributeName ?? '']: this.#stand.getAttribute(attributeName ?? '') });
      }
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        const patch = this.#patch;
        this.#patch = {};
        choose(patch);
      }, settleMs);
      this.style.sync();
    });
    this.watch.observe(this.#stand, { attributes: true });
  }

  /** @param {import('./texts.js').Translate} t */
  speak(t) {
    this.#t = t;
    nameMargins(this.root, /** @type {any} */ (t));
    this.style.speak();
  }

  /** @param {Options} options */
  show(options) {
    showSettings(this.root, options);
    if (Object.keys(this.#patch).length) return; // being chosen this moment
    this.#copy('background', typeof options.background === 'string' ? options.background : null);
    for (const name of styleNames) this.#copy(name, /** @type {string | undefined} */ (options[name]) ?? null);
    if (this.watch.takeRecords().length) this.style.sync();
  }

  /** @param {string} name @param {string | null} value */
  #copy(name, value) {
    if (this.#stand.getAttribute(name) === value) return;
    if (value === null) this.#stand.removeAttribute(name);
    else this.#stand.setAttribute(name, value);
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.root.querySelector(selector);
  }
}
