// The studio's controls: they write the host's attributes, which are the
// settings, and say what those say. What a user chooses here is remembered
// where the page wants that.
import { canvasesOf } from '../settings/canvas-place.js';
import { nameMargins, showSettings, StyleDrawer } from '../settings/controls.js';
import { layWorn, takeOff } from './worn.js';
import { recallColours, rememberColour, rememberSettings } from '../settings/settings.js';

/**
 * @typedef {import('../common/messages.js').Translate} Translate
 * @typedef {import('./queue.js').Options} Options
 *
 * @typedef {object} Needs
 * @property {HTMLElement} host whose attributes are written
 * @property {AbortSignal} signal ends it
 * @property {() => Promise<import('./queue.js').Engine>} engine
 * @property {() => Options} options in force
 * @property {() => Translate} t
 * @property {(background: string | Blob) => void} background another one was chosen
 */

/** Swatches of colours used lately; the colour input's own list has a few more. */
const RECENT = 3;

export class Toolbar {
  /** @param {HTMLElement} box @param {Needs} needs */
  constructor(box, needs) {
    const { host, signal, background } = needs;
    this.box = box;
    this.needs = needs;
    this.style = new StyleDrawer(box, {
      host,
      language: () => needs.t().language,
      canvas: () => needs.engine().then(canvasesOf),
    });
    signal.addEventListener('abort', () => this.style.dispose());
    /** @type {(target: string, type: string, listener: () => void) => void} */
    const on = (target, type, listener) => this.part(target).addEventListener(type, listener, { signal });

    const colour = this.part('.colour input');
    // a click too: choosing the colour that the swatch already has is no input
    for (const type of ['input', 'click']) on('.colour input', type, () => background(colour.value));
    on('.colour input', 'change', () => {
      rememberColour(host, colour.value);
      this.#layColours();
    });
    const file = this.part('.backgroundFile');
    on('.backgroundFile', 'change', () => {
      if (file.files?.[0]) background(file.files[0]);
      file.value = '';
    });
    for (const [selector, name] of [
      ['[part=format]', 'format'],
      ['.margin', 'margin'],
    ]) {
      on(selector, 'change', () => this.set(name, this.part(selector).value));
    }
    this.part('.worn').addEventListener(
      'click',
      (/** @type {Event} */ { target }) => {
        const name = /** @type {Element} */ (target).closest('button')?.dataset.off;
        if (name) takeOff(host, name);
      },
      { signal },
    );
    const crop = this.part('[part=crop]');
    on('[part=crop]', 'change', () => {
      const { checked } = crop; // the margin's attribute puts the old state back
      if (!host.hasAttribute('margin')) host.setAttribute('margin', '5%');
      this.set('crop', checked);
    });
  }

  nextFormat() {
    const { options, selectedIndex } = this.part('[part=format]');
    this.set('format', options[(selectedIndex + 1) % options.length].value);
  }

  /** A user's choice: an attribute, and remembered where the page wants that. @param {string} name @param {string | boolean} value */
  set(name, value) {
    const { host } = this.needs;
    if (typeof value === 'boolean') host.toggleAttribute(name, value);
    else host.setAttribute(name, value);
    rememberSettings(host);
  }

  /** In another language. */
  speak() {
    this.style.speak();
    nameMargins(this.box, this.needs.t());
    this.#layColours();
  }

  /** The controls say what the attributes say. */
  sync() {
    this.style.sync();
    showSettings(this.box, this.needs.options());
    this.part('.move').setAttribute('aria-pressed', String(this.needs.host.hasAttribute('canvas')));
    layWorn(this.part('.worn'), this.needs.host, this.needs.t());
  }

  /** The colours used lately, as swatches and in the list of the colour input. */
  #layColours() {
    const { host, t } = this.needs;
    const colours = recallColours(host);
    for (const old of this.box.querySelectorAll('.recent')) old.remove();
    this.part('#recent').replaceChildren(...colours.map((colour) => new Option(colour, colour)));
    this.part('.swatch.colour').after(
      ...colours.slice(0, RECENT).map((colour) => {
        const button = document.createElement('button');
        button.className = 'swatch recent';
        button.setAttribute('type', 'button');
        button.dataset.bg = colour;
        button.style.backgroundColor = colour;
        button.title = colour;
        button.setAttribute('aria-label', t()('recent', { colour }));
        return button;
      }),
    );
    this.sync();
  }

  /** @param {string} selector @returns {any} */
  part(selector) {
    return this.box.querySelector(selector);
  }
}
