// The button of the looks and their part of a toolbar, which is loaded and
// filled when it is opened first.

/** @typedef {import('./panel.js').Owner} Owner */

export class LooksDrawer {
  /** @type {Promise<import('./panel.js').LooksPanel> | undefined} */ #panel;
  /** @type {import('./panel.js').LooksPanel | undefined} loaded */ #open;

  /**
   * @param {ParentNode} root holds the box and its button
   * @param {Owner & { language: () => string }} owner
   */
  constructor(root, owner) {
    this.box = /** @type {HTMLElement} */ (root.querySelector('.bar>.presets'));
    this.button = /** @type {HTMLElement} */ (root.querySelector('[data-act=looks],[data-pick=looks]'));
    this.owner = owner;
    this.style = /** @type {HTMLElement | null} */ (root.querySelector('[data-act=style],[data-pick=style]'));
    // they have one place: the one that is opened closes the other
    this.style?.addEventListener('click', () => {
      if (!this.box.hidden) void this.toggle();
    });
  }

  async toggle() {
    if (this.box.hidden && this.style?.getAttribute('aria-expanded') === 'true') this.style.click();
    this.box.hidden = !this.box.hidden;
    this.button.setAttribute('aria-expanded', String(!this.box.hidden));
    if (this.box.hidden) return;
    this.#panel ??= import('./panel.js').then(({ LooksPanel }) => new LooksPanel(this.box, this.owner));
    this.#open = await this.#panel;
    await this.#open.speak(this.owner.language());
  }

  /** The settings may be others now. */
  changed() {
    this.#open?.changed();
  }

  /** In another language. */
  speak() {
    void this.#open?.speak(this.owner.language());
  }
}
