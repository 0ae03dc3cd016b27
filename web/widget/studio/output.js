// The chosen photo's finished file: the line that says what it is, and the
// buttons that hand it out.
import { stemOf } from '../../engine/core/look.js';
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
 * @property {() => Promise<import('./queue.js').Engine>} engine
 * @property {() => object} common options of every run
 * @property {(text: string) => void} say to a screen reader
 * @property {(item: Item) => Promise<Result>} file for the settings in force
 * @property {(item: Item, options: Options) => Promise<Result>} render for others
 * @property {(item: Item, result: Result, options: Options) => File} named as a file
 */

export class Output {
  /** @type {File | undefined} the chosen photo's file for the settings in force */ #finished;
  /** Why there is none to be had. */
  #refused = '';

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
    this.#offerPicture();
  }

  /**
   * The picture itself: a right click finds it, and not what lies over it, so that the browser's own "Save image" and
   * "Copy image" give the result; with Ctrl, ⌘ or Alt it is dragged out as a file.
   */
  #offerPicture() {
    const { signal, url } = this.needs;
    const slider = this.#part('compare-slider');
    /** @param {string} type @param {(event: any) => void} listener @param {boolean} [capture] */
    const on = (type, listener, capture = true) => slider.addEventListener(type, listener, { signal, capture });
    const asks = (/** @type {MouseEvent} */ event) => event.altKey || event.ctrlKey || event.metaKey;
    on('pointermove', (event) => {
      if (!event.buttons) slider.classList.toggle('asked', asks(event));
    });
    on('pointerdown', (event) => {
      if (event.button === 2) slider.classList.add('asked');
      else if (!asks(event)) slider.classList.remove('asked');
    });
    on('pointerleave', () => slider.classList.remove('asked'));
    on('dragstart', (event) => {
      if (!event.dataTransfer || !this.#finished) event.preventDefault();
      else carry(event.dataTransfer, this.#finished, url(this.#finished));
    });
  }

  /** The line under the controls; with the file it can be dragged out. @param {string} text @param {File} [file] */
  tell(text, file) {
    this.#refuses('');
    const meta = this.#part('.meta');
    this.#finished = file;
    meta.textContent = text;
    meta.draggable = Boolean(file);
    meta.title = file ? this.needs.t()('drag') : '';
  }

  /** There is no file, and why, which the notes above say, too. @param {string} text */
  refuse(text) {
    this.tell('');
    this.#refuses(text);
    this.needs.say(text);
  }

  /** @param {string} text */
  #refuses(text) {
    if (text === this.#refused) return;
    this.#refused = text;
    for (const act of ['download', 'copy', 'share']) this.#part(`[data-act=${act}]`).disabled = text !== '';
  }

  /** @param {Item} item */
  async download(item) {
    const { t, url, say, file, named } = this.needs;
    const options = this.needs.options();
    const result = await file(item);
    if (this.#refused) return say(this.#refused);
    const { name } = named(item, result, options);
    save(url(result.blob), name);
    say(t()('saved', { name }));
  }

  /** As PNG, which is all that the clipboard takes. @param {Item} item */
  async copy(item) {
    const { t, say, render } = this.needs;
    if (this.#refused) return say(this.#refused);
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
    if (this.#refused) return say(this.#refused);
    try {
      const options = this.needs.options();
      await share(named(item, await file(item), options));
    } catch {
      say(t()('share.refused.said'));
    }
  }

  /** The matte of the photo's size, edges as they are wanted. @param {Item} item */
  async mask(item) {
    const { common, engine, t, url, say } = this.needs;
    const { shift, feather, smooth, holes, keep } = /** @type {any} */ (this.needs.options());
    const wanted = { mask: true, format: 'png', shift, feather, smooth, holes, keep, matte: item.matte };
    const { blob } = await (await engine()).removeBackground(/** @type {Blob} */ (item.photo), {
      ...common(),
      ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    });
    const name = `${stemOf(item.name)}-mask.png`;
    save(url(blob), name);
    say(t()('saved', { name }));
  }

  /** Cut-out, photo with its matte, and background, as layers. @param {Item} item */
  async psd(item) {
    const { common, engine, t, url, say } = this.needs;
    say(t()('making'));
    const { makePsd } = await import('./psd.js');
    const names = { cutout: t()('psd.cutout'), photo: t()('psd.photo'), background: t()('psd.background') };
    const blob = await makePsd(await engine(), item, common(), this.needs.options(), names);
    const name = `${stemOf(item.name)}.psd`;
    save(url(blob), name);
    say(t()('saved', { name }));
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.box.querySelector(selector);
  }
}
