// The studio's controls: they write the host's attributes, which are the
// settings, and say what those say. What a user chooses here is remembered
// where the page wants that.
import { recallColours, rememberColour, rememberSettings } from '../settings/settings.js';
import { percent } from '../common/units.js';

/** Swatches of colours used lately; the colour input's own list has a few more. */
const RECENT = 3;

export class Toolbar {
  /** @type {(() => void) | undefined} of the style panel, when it has been opened */ #syncStyle;
  /** @type {AbortController | undefined} */ #style;

  /** @param {import('./studio.js').Studio} studio @param {AbortSignal} signal */
  constructor(studio, signal) {
    this.studio = studio;
    signal.addEventListener('abort', () => this.#style?.abort());
    /** @type {(target: string, type: string, listener: () => void) => void} */
    const on = (target, type, listener) => this.part(target).addEventListener(type, listener, { signal });

    const colour = this.part('input[type=color]');
    // a click too: choosing the colour that the swatch already has is no input
    for (const type of ['input', 'click']) on('input[type=color]', type, () => this.setBackground(colour.value));
    on('input[type=color]', 'change', () => {
      rememberColour(studio.host, colour.value);
      this.#layColours();
    });
    const file = this.part('.backgroundFile');
    on('.backgroundFile', 'change', () => {
      if (file.files?.[0]) studio.setBackgroundImage(file.files[0]);
      file.value = '';
    });
    for (const [selector, name] of [['[part=format]', 'format'], ['.margin', 'margin']]) {
      on(selector, 'change', () => this.#set(name, this.part(selector).value));
    }
    const crop = this.part('[part=crop]');
    on('[part=crop]', 'change', () => {
      const { checked } = crop; // the margin's attribute puts the old state back
      if (!studio.host.hasAttribute('margin')) studio.host.setAttribute('margin', '5%');
      this.#set('crop', checked);
    });
  }

  /** @param {string} value */
  setBackground(value) {
    this.studio.backgroundImage = null;
    if (this.studio.host.getAttribute('background') === value) this.studio.optionsChanged();
    else this.#set('background', value);
  }

  /** Shadow, outline, gradient, canvas: their panel is opened or closed. */
  async toggleStyle() {
    const box = this.part('.bar>.style');
    box.hidden = !box.hidden;
    this.part('[data-act=style]').setAttribute('aria-expanded', String(!box.hidden));
    if (!box.hidden && !this.#syncStyle) await this.#fillStyle();
  }

  async #fillStyle() {
    const { host, shell, t } = this.studio;
    this.#style?.abort();
    const style = this.#style = new AbortController();
    const [{ openStyle }, { canvasesOf }, engine] = await Promise.all([import('../settings/style-panel.js'), import('../settings/canvas-place.js'), shell.engine()]);
    const canvas = await canvasesOf(engine);
    const sync = await openStyle(this.part('.bar>.style'), host, { language: t.language, canvas, signal: style.signal });
    if (!style.signal.aborted) this.#syncStyle = sync;
  }

  nextFormat() {
    const { options, selectedIndex } = this.part('[part=format]');
    this.#set('format', options[(selectedIndex + 1) % options.length].value);
  }

  /** @param {string} name @param {string | boolean} value */
  #set(name, value) {
    const { host } = this.studio;
    if (typeof value === 'boolean') host.toggleAttribute(name, value);
    else host.setAttribute(name, value);
    rememberSettings(host);
  }

  /** In another language. */
  speak() {
    const { t } = this.studio;
    if (this.#syncStyle) void this.#fillStyle();
    for (const option of this.part('.margin').options) {
      const share = parseInt(option.value, 10) / 100;
      option.textContent = share ? t('margin.some', { percent: percent(t.language, share) }) : t('margin.none');
    }
    this.#layColours();
  }

  /** The controls say what the attributes say. */
  sync() {
    this.#syncStyle?.();
    const { background, format, crop, margin } = this.studio.options;
    let known = typeof background !== 'string';
    for (const swatch of this.studio.box.querySelectorAll('[data-bg]')) {
      const on = /** @type {HTMLElement} */ (swatch).dataset.bg === background;
      known ||= on;
      swatch.setAttribute('aria-pressed', String(on));
    }
    this.part('[data-act=image]').setAttribute('aria-pressed', String(typeof background !== 'string'));
    const colour = this.part('.colour');
    const any = !known && /^#[0-9a-f]{6}$/i.test(String(background));
    colour.classList.toggle('chosen', any);
    if (any) {
      colour.style.setProperty('--chosen', String(background));
      this.part('input[type=color]').value = background;
    }
    this.part('[part=format]').value = format;
    this.part('[part=crop]').checked = Boolean(crop);
    this.part('.margin').hidden = !crop;
    if (crop) this.part('.margin').value = margin;
  }

  #layColours() {
    const { host, box, t } = this.studio;
    const colours = recallColours(host);
    for (const old of box.querySelectorAll('.recent')) old.remove();
    this.part('#recent').replaceChildren(...colours.map((colour) => new Option(colour, colour)));
    this.part('.swatch.colour').after(...colours.slice(0, RECENT).map((colour) => {
      const button = document.createElement('button');
      button.className = 'swatch recent';
      button.setAttribute('type', 'button');
      button.dataset.bg = colour;
      button.style.backgroundColor = colour;
      button.title = colour;
      button.setAttribute('aria-label', t('recent', { colour }));
      return button;
    }));
    this.sync();
  }

  /** @param {string} selector @returns {any} */
  part(selector) {
    return this.studio.box.querySelector(selector);
  }
}
