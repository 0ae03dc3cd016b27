// The controls of background, format, crop, canvas and shadow: they tell what was chosen, and
// show what they are told.
import { percent } from '../widget/units.js';

/** @typedef {import('./batch-queue.js').Options} Options */

export class Settings {
  /** @param {HTMLElement} bar @param {(options: Options) => void} choose */
  constructor(bar, choose) {
    this.bar = bar;
    /** @param {string} selector @param {(target: any) => Options | undefined} read @param {string} [type] */
    const on = (selector, read, type = 'change') => this.#part(selector).addEventListener(type, (/** @type {Event} */ { target }) => {
      const options = read(target);
      if (options) choose(options);
    });
    on('.swatches', (target) => {
      const background = target.closest('[data-bg]')?.dataset.bg;
      return background && { background };
    }, 'click');
    this.#part('[data-pick]').addEventListener('click', () => this.#part('.backgroundFile').click());
    on('.backgroundFile', (target) => {
      const [file] = target.files;
      target.value = '';
      return file && { background: file };
    });
    on('input[type=color]', ({ value }) => ({ background: value }));
    on('.format', ({ value }) => ({ format: value }));
    on('.crop', ({ checked }) => ({ crop: checked, margin: this.#part('.margin').value || '5%' }));
    on('.margin', ({ value }) => ({ margin: value }));
    on('.canvas', ({ value }) => ({ canvas: value }));
    on('.shadow', ({ checked }) => ({ shadow: checked }));
  }

  /** @param {import('./texts.js').Translate} t */
  speak(t) {
    for (const option of this.#part('.margin').options) {
      const share = parseInt(option.value, 10) / 100;
      option.textContent = share ? t('margin.some', { percent: percent(t.language, share) }) : t('margin.none');
    }
  }

  /** @param {Options} options */
  show({ background, format, crop, margin, canvas, shadow }) {
    let known = typeof background !== 'string';
    for (const swatch of this.bar.querySelectorAll('[data-bg]')) {
      const on = /** @type {HTMLElement} */ (swatch).dataset.bg === background;
      known ||= on;
      swatch.setAttribute('aria-pressed', String(on));
    }
    this.#part('[data-pick]').setAttribute('aria-pressed', String(background instanceof Blob));
    const colour = this.#part('.colour');
    const any = !known && /^#[0-9a-f]{6}$/i.test(String(background));
    colour.classList.toggle('chosen', any);
    if (any) {
      colour.style.setProperty('--chosen', String(background));
      this.#part('input[type=color]').value = background;
    }
    this.#part('.format').value = format ?? 'png';
    this.#part('.crop').checked = Boolean(crop);
    this.#part('.margin').hidden = !crop;
    this.#part('.margin').value = margin ?? '5%';
    this.#part('.canvas').value = canvas ?? '';
    this.#part('.shadow').checked = Boolean(shadow);
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.bar.querySelector(selector);
  }
}
