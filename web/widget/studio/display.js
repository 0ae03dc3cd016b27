// How the chosen photo's result is shown: what style alone can do at once
// (picture.js), what it cannot by the engine's preview, and in the end the file
// itself, which lies exactly over both.
import { canvasesOf } from '../settings/canvas-place.js';
import { edgeNames, stylesOf } from '../settings/attributes.js';
import { layBackground, layCrop, layPlaced } from './picture.js';

/**
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('./queue.js').Options} Options
 * @typedef {import('./queue.js').Result} Result
 * @typedef {import('../../engine/index.js').Previewing} Previewing
 *
 * @typedef {object} Needs
 * @property {HTMLElement} host whose attribute `canvas` a drag writes
 * @property {AbortSignal} signal ends it
 * @property {() => Promise<import('./queue.js').Engine>} engine
 * @property {() => object} common options of every run
 * @property {() => Options} options in force
 * @property {() => import('../common/messages.js').Translate} t
 * @property {(blob: Blob) => string} url
 * @property {import('./viewport.js').Viewport} viewport how closely it is looked at
 * @property {(begun: boolean) => void} gesture a drag of the subject begins, ends
 * @property {(place: import('../settings/canvas-place.js').Place) => void} settled the subject came to rest there
 */

/** A preview holds the photo in memory; so long without a wish, and it lets go. */
const IDLE_MS = 30000;
/** Pixels of a preview's longer side; of one that is looked at closely, once nothing newer is wished. */
const SIDE = 960;
const CLOSE_SIDE = 2048;

export class Display {
  /** @type {Item | undefined} what the pictures belong to */ #laid;
  /** @type {{ item: Item, matte: Blob | undefined, preview: Promise<Previewing | undefined> } | undefined} */ #held;
  /** @type {{ item: Item, options: Options } | undefined} the newest one counts */ #wish;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #idle;
  #drawing = false;
  /** @type {WeakMap<Blob, Promise<{ blob: Blob } | undefined>>} photos that the browser shows otherwise than the engine */ #seen =
    new WeakMap();
  /** @type {Options | undefined} of the file that was shown last */ #filed;
  /** @type {Promise<void> | undefined} of the hand that moves the subject */ #placing;

  /** @param {HTMLElement} box @param {Needs} needs */
  constructor(box, needs) {
    this.box = box;
    this.needs = needs;
    this.slider = /** @type {import('../compare-slider.js').CompareSlider} */ (this.#part('compare-slider'));
  }

  /** Another photo or another cut-out comes. */
  reset() {
    this.#laid = undefined;
  }

  /** Gives the memory back. */
  release() {
    clearTimeout(this.#idle);
    const held = this.#held;
    this.#held = this.#wish = undefined;
    void held?.preview.then(
      (preview) => preview?.close(),
      () => {},
    );
  }

  /** Slider, layers and crop for the settings in force. @param {Item} item done */
  lay(item) {
    const { cutout, photo } = item;
    const { host, t, url } = this.needs;
    if (!cutout || !photo) return;
    const options = this.needs.options();
    const fresh = this.#laid !== item;
    layBackground(
      this.#part('.layers'),
      options,
      typeof options.background === 'string' ? '' : url(options.background),
    );
    if (fresh) this.needs.viewport.reset();
    // what the layers cannot show stays as it was until a preview or the file is there
    const seen = this.#seenOptions;
    const styles = Object.keys(stylesOf(host)).filter((name) => !this.#isLookedAt || edgeNames.includes(name));
    if (!fresh && styles.length) void this.#preview(item, seen);
    else {
      this.#part('.exact').hidden = this.#part('.live').hidden = true;
      this.#place(item, { ...options, canvas: undefined }, cutout.report);
    }
    if (!fresh) return;
    this.#laid = item;
    const original = url(photo);
    const cut = this.#part('.cutout');
    this.#part('.before').src = original;
    this.#part('.before').alt = t()('before', { name: item.name });
    this.#part('.blurred').src = original;
    void this.#showAsSeen(item, photo);
    cut.alt = t()('after', { name: item.name });
    cut.src = url(cutout.blob);
    cut
      .decode()
      .catch(() => {})
      .then(() => {
        if (this.#laid === item) void this.slider.reveal(42);
      });
  }

  /**
   * The photo as the engine saw it, where the browser shows it otherwise (a WebP that lies on its side) or not at all
   * (HEIC, TIFF).
   *
   * @param {Item} item done @param {Blob} photo
   */
  async #showAsSeen(item, photo) {
    const before = this.#part('.before');
    const { format, orientation = 1, width, height } = item.cutout?.report.photo ?? {};
    const isSame = before.decode().then(
      () =>
        before.naturalWidth === (width ?? before.naturalWidth) &&
        before.naturalHeight === (height ?? before.naturalHeight),
      () => false,
    );
    if ((await isSame) && !(format === 'webp' && orientation > 1)) return;
    let seen = this.#seen.get(photo);
    if (!seen) {
      const { convert } = await this.needs.engine();
      seen = Promise.resolve(convert?.(photo, { format: 'png' })).catch(() => undefined);
      this.#seen.set(photo, seen);
    }
    const made = await seen;
    if (made && this.#laid === item) before.src = this.#part('.blurred').src = this.needs.url(made.blob);
  }

  /** The file in place of everything, once it is decoded. @param {Item} item @param {Result} result @param {Options} options */
  async file(item, result, options) {
    if (result === item.cutout) return this.#replace(item, result.blob);
    if (this.#isLookedAt) return;
    const exact = this.#part('.exact');
    const url = this.needs.url(result.blob);
    exact.src = url;
    await exact.decode().catch(() => {});
    if (exact.src !== url || !this.#isWanted(item, options)) return;
    exact.hidden = false;
    this.#filed = options;
    this.#part('.live').hidden = true;
    this.#place(item, options, result.report);
  }

  /** The cut-out in place of its draft, once it is decoded. @param {Item} item @param {Blob} blob */
  async #replace(item, blob) {
    const cut = this.#part('.cutout');
    const next = new Image();
    next.src = this.needs.url(blob);
    if (cut.src === next.src) return;
    await next.decode().catch(() => {});
    if (this.#laid === item) cut.src = next.src;
  }

  /** The edges are, of the cut-out alone. */
  get #isLookedAt() {
    return this.needs.viewport.look !== 'result';
  }

  /** What is to be seen: of edges that are looked at, the cut-out with what was done to them. @returns {Options} */
  get #seenOptions() {
    const options = this.needs.options();
    if (!this.#isLookedAt) return options;
    const edges = Object.entries(options).filter(([name]) => edgeNames.includes(name));
    return { ...Object.fromEntries(edges), background: 'transparent', format: 'png' };
  }

  /** @param {Item} item @param {Options} options */
  #isWanted(item, options) {
    return (
      this.#laid === item && item.state === 'done' && JSON.stringify(options) === JSON.stringify(this.#seenOptions)
    );
  }

  /** The slider takes the shape of what is shown. @param {Item} item @param {Options} options @param {{ width: number, height: number }} size of the result */
  #place(item, options, size) {
    const { slider } = this;
    const placed = Boolean(options.canvas);
    if (placed && !slider.classList.contains('placed')) {
      slider.removeAttribute('moving'); // at once: what is swept over cannot be dragged
      slider.value = 0; // the photo has another shape
    }
    slider.classList.toggle('placed', placed);
    this.#part('.placer').hidden = !placed;
    if (placed) this.#placing ??= this.#arrange();
    if (placed) layPlaced(slider, size);
    if (placed) this.needs.viewport.show(size.width, size.height);
    else if (item.cutout)
      this.needs.viewport.show(
        ...layCrop(
          slider,
          item.cutout.report,
          options.crop ? (options.margin ?? '0%') : null,
          edgeNames.some((name) => name in options) && size !== item.cutout.report ? size : undefined,
        ),
      );
  }

  /** On a canvas the subject can be moved. */
  async #arrange() {
    const { host, signal, engine, gesture, settled } = this.needs;
    const layer = this.#part('.placer');
    const [{ SubjectDrag }, canvas] = await Promise.all([import('./subject-drag.js'), engine().then(canvasesOf)]);
    if (!canvas) return;
    for (const type of ['pointerenter', 'focus']) {
      layer.addEventListener(
        type,
        () => {
          // the first drag finds the preview there
          if (this.#laid && !layer.hidden) this.#hold(this.#laid).catch(() => {});
        },
        { signal },
      );
    }
    new SubjectDrag(layer, { host, canvas, signal, gesture, settled });
    layer.toggleAttribute('data-ready', true);
  }

  /** One preview after another; what nobody wants any more is left out. @param {Item} item @param {Options} options */
  async #preview(item, options) {
    this.#wish = { item, options };
    if (this.#drawing) return;
    this.#drawing = true;
    try {
      while (this.#wish) {
        const wish = this.#wish;
        this.#wish = undefined;
        const sides = this.#isLookedAt ? [SIDE, CLOSE_SIDE] : [SIDE];
        for (const side of sides) {
          if (this.#wish) break;
          const shown = await (await this.#hold(wish.item))?.show(/** @type {any} */ (wish.options), side);
          // the first preview may come after its file
          const late = !this.#part('.exact').hidden && JSON.stringify(wish.options) === JSON.stringify(this.#filed);
          if (shown && !late && this.#isWanted(wish.item, wish.options)) this.#draw(wish, shown);
        }
      }
    } catch {
      this.release(); // the file will say what is wrong
    } finally {
      this.#drawing = false;
    }
  }

  /** The preview of this photo and matte; another one is let go. @param {Item} item */
  #hold(item) {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.release(), IDLE_MS);
    if (this.#held?.item !== item || this.#held.matte !== item.matte) {
      const wish = this.#wish;
      this.release();
      this.#wish = wish;
      const { engine, common } = this.needs;
      const { matte } = item;
      const preview = engine().then((one) => one.preview?.(/** @type {Blob} */ (item.photo), { ...common(), matte }));
      this.#held = { item, matte, preview };
    }
    return this.#held.preview;
  }

  /** @param {{ item: Item, options: Options }} wish @param {Awaited<ReturnType<Previewing['show']>>} shown */
  #draw({ item, options }, { data, width, height, full }) {
    const live = this.#part('.live');
    live.width = width;
    live.height = height;
    live.getContext('2d').putImageData(new ImageData(data, width, height), 0, 0);
    live.hidden = false;
    this.#part('.exact').hidden = true;
    this.#place(item, options, { width: full[0], height: full[1] });
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.box.querySelector(selector);
  }
}
