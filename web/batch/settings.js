// The controls of background, format, crop and style: they tell what was
// chosen, and show what they are told, be it of all photos or of some.
import { styleNames } from '../widget/settings/output.js';
import { openStyle } from '../widget/settings/style-panel.js';
import { percent } from '../widget/common/units.js';

/** @typedef {import('./batch-queue.js').Options} Options */

/** A slider that moves is not followed by every photo at once. */
const settleMs = 300;

export class Settings {
  /** @type {import('./texts.js').Translate | undefined} */ #t;
  /** @type {(() => void) | undefined} of the style's panel, when it is open */ #sync;
  /** @type {AbortController | undefined} */ #open;
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
    this.bar = bar;
    this.canvas = canvas;
    /** @param {string} selector @param {(target: any) => Options | undefined} read @param {string} [type] */
    const on = (selector, read, type = 'change') => this.#part(selector).addEventListener(type, (/** @type {Event} */ { target }) => {
      const options = read(target);
      if (options) choose(options);
    });
    on('.swatches', (target) => {
      const background = target.closest('[data-bg]')?.dataset.bg;
      return background && { background };
    }, 'click');
    this.#part('[data-pick=image]').addEventListener('click', () => this.#part('.backgroundFile').click());
    this.#part('[data-pick=style]').addEventListener('click', () => void this.#toggle());
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
      this.#sync?.();
    });
    this.watch.observe(this.#stand, { attributes: true });
  }

  /** @param {import('./texts.js').Translate} t */
  speak(t) {
    this.#t = t;
    for (const option of this.#part('.margin').options) {
      const share = parseInt(option.value, 10) / 100;
      option.textContent = share ? t('margin.some', { percent: percent(t.language, share) }) : t('margin.none');
    }
    if (this.#open) void this.#fill();
  }

  /** @param {Options} options */
  show(options) {
    const { background, format, crop, margin } = options;
    let known = typeof background !== 'string';
    for (const swatch of this.bar.querySelectorAll('[data-bg]')) {
      const on = /** @type {HTMLElement} */ (swatch).dataset.bg === background;
      known ||= on;
      swatch.setAttribute('aria-pressed', String(on));
    }
    this.#part('[data-pick=image]').setAttribute('aria-pressed', String(background instanceof Blob));
    const colour = this.#part('.colour');
    const any = !known && /^#[0-9a-f]{6}$/i.test(String(background));
    colour.classList.toggle('chosen', any);
    if (any) {
      colour.style.setProperty('--chosen', String(background));
      this.#part('.colour input').value = background;
    }
    this.#part('.format').value = format ?? 'png';
    this.#part('.crop').checked = Boolean(crop);
    this.#part('.margin').hidden = !crop;
    this.#part('.margin').value = margin ?? '5%';
    if (Object.keys(this.#patch).length) return; // being chosen this moment
    this.#copy('background', typeof background === 'string' ? background : null);
    for (const name of styleNames) this.#copy(name, /** @type {string | undefined} */ (options[name]) ?? null);
    if (this.watch.takeRecords().length) this.#sync?.();
  }

  /** @param {string} name @param {string | null} value */
  #copy(name, value) {
    if (this.#stand.getAttribute(name) === value) return;
    if (value === null) this.#stand.removeAttribute(name);
    else this.#stand.setAttribute(name, value);
  }

  async #toggle() {
    const box = this.#part('.style');
    box.hidden = !box.hidden;
    this.#part('[data-pick=style]').setAttribute('aria-expanded', String(!box.hidden));
    if (!box.hidden && !this.#open) await this.#fill();
  }

  async #fill() {
    this.#open?.abort();
    const { signal } = this.#open = new AbortController();
    const canvas = await this.canvas();
    const sync = await openStyle(this.#part('.style'), this.#stand, { language: this.#t?.language ?? 'en', canvas, signal });
    if (!signal.aborted) this.#sync = sync;
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return /** @type {ParentNode} */ (this.bar.parentNode).querySelector(selector);
  }
}
