// What the toolbars of the studio and of the batch have in common: swatches,
// format, crop and margin say the settings in force; the style's panel opens.
import { percent } from '../common/units.js';

/**
 * The controls say what the settings are.
 *
 * @param {ParentNode} root
 * @param {{ background?: string | Blob, format?: string, crop?: boolean, margin?: string }} settings
 */
export function showSettings(root, { background, format = 'png', crop = false, margin = '5%' }) {
  /** @param {string} selector @returns {any} */
  const part = (selector) => root.querySelector(selector);
  let known = typeof background !== 'string';
  for (const swatch of root.querySelectorAll('[data-bg]')) {
    const on = /** @type {HTMLElement} */ (swatch).dataset.bg === background;
    known ||= on;
    swatch.setAttribute('aria-pressed', String(on));
  }
  part('[data-act=image],[data-pick=image]').setAttribute('aria-pressed', String(background instanceof Blob));
  const colour = part('.colour');
  const any = !known && /^#[0-9a-f]{6}$/i.test(String(background));
  colour.classList.toggle('chosen', any);
  if (any) {
    colour.style.setProperty('--chosen', String(background));
    part('.colour input').value = background;
  }
  part('[part=format]').value = format;
  part('[part=crop]').checked = crop;
  part('.margin').hidden = !crop;
  part('.margin').value = margin;
}

/** @param {ParentNode} root @param {import('../common/messages.js').Translate} t */
export function nameMargins(root, t) {
  for (const option of /** @type {HTMLSelectElement} */ (root.querySelector('.margin')).options) {
    const share = parseInt(option.value, 10) / 100;
    option.textContent = share ? t('margin.some', { percent: percent(t.language, share) }) : t('margin.none');
  }
}

/** From this width on the panel lies beside the picture (studio/styles.js). */
const wide = 860;

/** The panel of what lies around the cut-out: closed at first, loaded when it is opened. */
export class StyleDrawer {
  /** @type {(() => void) | undefined} of the panel, once it has been opened */ #sync;
  /** @type {AbortController | undefined} */ #open;

  /**
   * @param {ParentNode} root holds the box and its button
   * @param {object} parts
   * @param {HTMLElement} parts.host whose attributes the panel writes
   * @param {() => string} parts.language
   * @param {() => Promise<import('./canvas-place.js').Canvas | undefined>} parts.canvas what the core knows of them
   */
  constructor(root, { host, language, canvas }) {
    this.box = /** @type {HTMLElement} */ (root.querySelector('.bar>.style'));
    this.button = /** @type {HTMLElement} */ (root.querySelector('[data-act=style],[data-pick=style]'));
    this.host = host;
    this.language = language;
    this.canvas = canvas;
  }

  async toggle() {
    this.box.hidden = !this.box.hidden;
    this.button.setAttribute('aria-expanded', String(!this.box.hidden));
    if (!this.box.hidden && !this.#open) await this.#fill();
  }

  /** Fetches what will be shown with the first photo, while there is a network. */
  prepare() {
    if (this.host.clientWidth >= wide) import('./style-panel.js').catch(() => {});
  }

  /** Opens it, where it has a place beside the picture. */
  async offer() {
    if (this.box.hidden && this.host.clientWidth >= wide) await this.toggle().catch(() => {});
  }

  /** An attribute has changed. */
  sync() {
    this.#sync?.();
  }

  /** In another language. */
  speak() {
    if (this.#open) void this.#fill();
  }

  dispose() {
    this.#open?.abort();
  }

  async #fill() {
    this.#open?.abort();
    const { signal } = (this.#open = new AbortController());
    const [{ openStyle }, canvas] = await Promise.all([import('./style-panel.js'), this.canvas()]);
    const sync = await openStyle(this.box, this.host, { language: this.language(), canvas, signal });
    if (!signal.aborted) this.#sync = sync;
  }
}
