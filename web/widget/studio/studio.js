// What <background-remover> shows from the first photo on: the stage with the
// slider, progress and messages, the thumbnails, the controls. Loaded lazily.
// The host's attributes are the settings; the controls only write them.
// Long because it is the one place that knows all parts of the studio.
import { stemOf } from '../../engine/core/look.js';
import english from '../../texts/en/studio.js';
import { adoptStyles } from '../common/adopt-styles.js';
import { errorText } from '../common/messages.js';
import { localize, texts, translator } from '../common/texts.js';
import { percent, signed } from '../common/units.js';
import '../compare-slider.js';
import { LooksDrawer } from '../looks/drawer.js';
import { canPick } from '../pick/offered.js';
import { asked, attributesFrom, attributesOf, outputOf, resultNames, runNames } from '../settings/attributes.js';
import { recallSettings, rememberSettings } from '../settings/settings.js';
import { layAdvice, makeSmaller, obeyShop } from './advice.js';
import { Display } from './display.js';
import { describe, fileOf, save } from './export.js';
import { History } from './history.js';
import { forgetPhotos, keepPhoto, recallPhotos } from './kept.js';
import { studioMarkup } from './markup.js';
import { Offer } from './offer.js';
import { Output } from './output.js';
import { Queue } from './queue.js';
import { actOf, backgrounds, openSheet } from './shortcuts.js';
import { Stage } from './stage.js';
import { enter, leave } from './studios.js';
import { studioStyles } from './styles.js';
import { ThumbnailStrip } from './thumbnail-strip.js';
import { Toolbar } from './toolbar.js';
import { Viewport } from './viewport.js';

/**
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('./queue.js').Engine} Engine
 * @typedef {import('./queue.js').Options} Options
 * @typedef {import('./queue.js').Result} Result
 * @typedef {import('../compare-slider.js').CompareSlider} CompareSlider
 * @typedef {import('../../engine/core/look.js').Look} Look
 * @typedef {{ root: ShadowRoot, engine: () => Promise<Engine>, show: (studio: boolean) => void, choose: () => void, made: (files: File[]) => void }} Shell
 * made: the files that there are now, in the order of the photos
 *
 * @typedef {object} Guide leads through many photos, of which one is on the stage
 * @property {HTMLElement} rail stands in the place of the thumbnails
 * @property {() => [string, string][]} keys its keys, and what they do
 * @property {(event: KeyboardEvent) => boolean} press whether the key was its own
 * @property {(step: 1 | -1) => void} go to another photo
 * @property {(item: Item) => void} shown this photo is on the stage
 * @property {() => void} settings may have changed
 * @property {(look: Look) => void} worn the settings are those of a look
 * @property {(item: Item) => void} mended its matte has changed
 * @property {() => void} close back to all of them
 */

/** Keys that push what is looked at. @type {Record<string, [number, number]>} */
const pushes = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Photos of a guide that are held, with what was made of them, for a second look. */
const HELD = 8;
/** Whether a canvas is for a passport: then passport.js is loaded. @param {string | null} canvas */
const isPassport = (canvas) => /^(?:preset=)?passport/.test(canvas ?? '');

/** A new setting waits this long for another before the file is made again. */
const SETTLE_MS = 180;

export class Studio {
  /** @type {Blob | null} */ backgroundImage = null;
  /** @type {Item | undefined} */ #chosen;
  /** @type {Map<Blob, string>} */ #urls = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Result['report'] | undefined} of the file that is shown */ #report;
  /** @type {WeakMap<Item, { blob: Blob, file: File }>} what the last result event was about */ #told = new WeakMap();
  /** @type {AbortController | undefined} of the retouch that is open */ #retouching;
  /** @type {Guide | undefined} */ #guide;
  /** @type {Look | undefined} that was put on: its pattern names the files */ #look;
  /** Settings change that nobody chose here. */
  #quiet = false;
  /** @type {import('./loupe.js').Loupe | undefined} */ #loupe;
  t = translator('en', english);
  #language = 'en';
  #life = new AbortController();
  #holding = false;
  #offered = false;
  #shown = '';

  /** @param {HTMLElement} host @param {Shell} shell */
  constructor(host, shell) {
    this.host = host;
    this.shell = shell;
    this.queue = new Queue({
      engine: shell.engine,
      common: () => ({
        model: host.getAttribute('model') ?? undefined,
        ...asked(runNames, (name) => host.getAttribute(name)),
      }),
      changed: (item) => this.#changed(item),
    });
    const { root } = shell;
    adoptStyles(root, studioStyles);
    this.box = /** @type {HTMLElement} */ (root.querySelector('.studio'));
    this.status = /** @type {HTMLElement} */ (root.querySelector('[role=status]'));
    const template = document.createElement('template');
    template.innerHTML = studioMarkup;
    this.box.replaceChildren(template.content);
    this.slider = /** @type {CompareSlider} */ (this.#part('compare-slider'));
    recallSettings(host);
    const { signal } = this.#life;
    const needs = {
      host,
      signal,
      engine: shell.engine,
      options: () => this.options,
      t: () => this.t,
      url: (/** @type {Blob} */ blob) => this.#url(blob),
    };
    this.stage = new Stage(this.box, needs);
    this.viewport = new Viewport(this.box, { ...needs, look: () => this.optionsChanged() });
    this.output = new Output(this.box, {
      ...needs,
      common: this.queue.common,
      say: (text) => this.#say(text),
      file: (item) => this.#file(item),
      render: (item, options) => this.queue.render(item, options),
      named: (item, result, options) => this.#named(item, result, options),
    });
    this.display = new Display(this.box, {
      ...needs,
      viewport: this.viewport,
      common: this.queue.common,
      gesture: (begun) => this.#hold(begun),
      settled: (place) => this.#placed(place),
    });
    this.strip = new ThumbnailStrip(this.#part('.strip'));
    this.toolbar = new Toolbar(this.box, { ...needs, background: (background) => this.#setBackground(background) });
    this.looks = new LooksDrawer(this.box, {
      language: () => this.t.language,
      options: () => /** @type {Look['options']} */ (this.options),
      wear: (look) => this.#wearLook(look),
      ticked: () => {},
      zip: (looks) => void this.#zip(looks).catch(() => {}),
    });
    this.history = new History({
      read: () => ({ attributes: attributesOf(host, resultNames), image: this.backgroundImage }),
      write: ({ attributes, image }) => {
        this.backgroundImage = image;
        for (const [name, value] of Object.entries(attributes)) {
          if (typeof value === 'boolean') host.toggleAttribute(name, value);
          else if (value === null) host.removeAttribute(name);
          else host.setAttribute(name, value);
        }
        rememberSettings(host);
        this.optionsChanged();
      },
      same: (a, b) => a.image === b.image && JSON.stringify(a.attributes) === JSON.stringify(b.attributes),
      changed: () => this.#layHistory(),
    });
    this.toolbar.style.prepare();
    this.offer = new Offer(root, () => this.t);
    this.#listen();
    this.toolbar.speak();
    void this.#offerKept();
    enter(host, this);
  }

  /** Says everything in another language. @param {string} language */
  async speak(language) {
    this.#language = language;
    const t = await texts(language, 'studio', english);
    if (this.#language !== language) return;
    this.t = this.slider.t = t;
    localize(this.box, t);
    this.viewport.speak();
    this.offer.speak();
    this.toolbar.speak();
    this.looks.speak();
    this.#layStrip();
    const item = this.#chosen;
    if (!item) return;
    this.#shown = '';
    this.display.reset();
    this.#show(item);
    if (item.state === 'done') void this.#file(item).catch(() => {});
  }

  /**
   * @param {{ name: string, source: Blob | string }[]} inputs
   * @param {boolean} [focused] the element had the focus, perhaps on the drop zone that is hidden by now
   */
  add(inputs, focused = false) {
    this.offer.show(undefined);
    const [first] = this.queue.add(inputs);
    // whoever looks at a result keeps it; otherwise the new photo is shown
    if (!this.#chosen || inputs.length === 1 || this.#chosen.state === 'error') this.#choose(first);
    else this.#layStrip();
    if (focused) this.#keepFocus(true)();
  }

  /** @param {Guide | undefined} guide undefined: the photos are the studio's own again */
  lead(guide) {
    this.#guide?.rail.remove();
    this.#guide = guide;
    this.box.classList.toggle('led', Boolean(guide));
    if (guide) this.#part('.strip').after(guide.rail);
  }

  /** The photo on the stage. */
  get chosen() {
    return this.#chosen;
  }

  /** What the settings are here. */
  get settings() {
    return this.history.read();
  }

  /**
   * One of many photos, with its own settings; what was made of it here before is there again.
   *
   * @param {{ name: string, photo: Blob, made?: Blob, hand?: Blob, cutout?: Result }} photo made: the model's matte, so that
   *   it need not run again; hand: a matte by hand, which counts
   * @param {Studio['settings']} [settings]
   */
  present({ name, photo, made, hand, cutout }, settings) {
    if (settings) this.#wear(settings);
    const { queue } = this;
    let item = queue.items.find((one) => (one.photo ?? one.source) === photo);
    if (!item) {
      const state = cutout ? 'done' : 'waiting';
      [item] = queue.restore([{ name, photo, source: photo, matte: hand ?? made, cutout, state }]);
    } else if (item.state === 'done' && hand && item.matte !== hand) {
      this.display.reset();
      if (cutout) Object.assign(item, { matte: hand, cutout, render: undefined });
      else queue.retouched(item, hand);
    }
    this.offer.show(undefined);
    this.shell.show(true);
    this.#choose(item);
    const known = queue.items.filter((one) => one !== item);
    for (const old of known.slice(HELD - 1)) this.#letGo(old);
  }

  /** Settings from outside: no step of the history, and nobody is told. @param {Studio['settings']} settings */
  #wear(settings) {
    this.#quiet = true;
    this.history.write(settings);
    this.#quiet = false;
    this.toolbar.sync();
    this.history.note(false);
  }

  /** It is forgotten here, not by who led to it. @param {Item} item */
  #letGo(item) {
    item.render?.abort.abort();
    this.queue.items = this.queue.items.filter((one) => one !== item);
    const { cutout } = item;
    const url = cutout && this.#urls.get(cutout.blob);
    if (!url) return;
    URL.revokeObjectURL(url);
    this.#urls.delete(cutout.blob);
  }

  cancel() {
    const alone = !this.#guide && this.queue.items.length === 1 && this.#chosen?.state !== 'done';
    this.queue.cancel();
    for (const item of this.queue.items) item.render?.abort.abort();
    if (alone) this.#empty();
  }

  /** Forgets every photo; the drop zone is back. */
  clear() {
    this.#empty();
    this.history.forget();
    this.offer.show(undefined);
  }

  #empty() {
    clearTimeout(this.#timer);
    this.#look = undefined;
    const inside = this.shell.root.activeElement;
    this.#retouching?.abort();
    this.queue.clear();
    this.#chosen = undefined;
    this.stage.clear();
    this.display.reset();
    this.display.release();
    this.strip.clear();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
    this.shell.show(false);
    this.shell.made([]);
    this.#say('');
    this.#guide?.close();
    if (inside) /** @type {HTMLElement} */ (this.shell.root.querySelector('[data-do=choose]')).focus();
  }

  /** As a user does it: what was there can be had back. */
  #startOver() {
    const items = [...this.queue.items];
    const chosen = this.#chosen;
    const bring = () => this.history.undo();
    this.#empty();
    const undo = () => this.#restore(items, chosen);
    const redo = () => {
      this.#empty();
      this.offer.show({ names: items.map(({ name }) => name), bring });
    };
    this.history.add({ undo, redo });
    this.offer.show({ names: items.map(({ name }) => name), bring });
  }

  /** @param {Omit<Item, 'id'>[]} items @param {Omit<Item, 'id'>} [chosen] */
  #restore(items, chosen) {
    const inside = this.shell.root.activeElement;
    this.offer.show(undefined);
    this.shell.show(true);
    const back = this.queue.restore(items);
    this.#choose(back.find((item) => item === chosen) ?? back[0]);
    if (inside) this.#keepFocus(true)();
  }

  /** The photos of the last visit, where the page wants them remembered. */
  async #offerKept() {
    if (!this.host.hasAttribute('remember')) return;
    const kept = await recallPhotos();
    if (!kept.length || this.#life.signal.aborted || this.queue.items.length) return;
    this.offer.show({
      names: kept.map(({ name }) => name),
      bring: () =>
        this.#restore(
          kept.map(({ key, name, photo, matte, cutout, report }) => ({
            name,
            photo,
            matte,
            source: photo,
            state: 'done',
            kept: key,
            cutout: { blob: cutout, report },
          })),
        ),
      forget: () => {
        void forgetPhotos();
        this.offer.show(undefined);
        /** @type {HTMLElement} */ (this.shell.root.querySelector('[data-do=choose]')).focus();
        this.#say(this.t('past.forgotten'));
      },
    });
  }

  /** For the next visit. @param {Item} item done */
  #keep(item) {
    const { name, photo, matte, cutout } = item;
    if (!this.host.hasAttribute('remember') || !photo || !cutout) return;
    item.kept ??= Date.now() + item.id / 1000;
    void keepPhoto({ key: item.kept, name, photo, matte, cutout: cutout.blob, report: cutout.report });
  }

  dispose() {
    leave(this.host);
    this.#life.abort();
    this.#loupe?.close();
    this.offer.dispose();
    this.#retouching?.abort();
    clearTimeout(this.#timer);
    this.queue.clear();
    this.display.release();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.box.replaceChildren();
  }

  /** @param {Blob | null} blob */
  setBackgroundImage(blob) {
    this.backgroundImage = blob;
    this.optionsChanged();
  }

  /** As a user chooses it. @param {string | Blob} background */
  #setBackground(background) {
    this.backgroundImage = typeof background === 'string' ? null : background;
    if (typeof background !== 'string' || this.host.getAttribute('background') === background) this.optionsChanged();
    else this.toolbar.set('background', background);
  }

  /** An attribute of the host changed: the preview at once, the file soon. */
  optionsChanged() {
    if (this.#quiet) return;
    this.#guide?.settings();
    this.toolbar.sync();
    this.looks.changed();
    const item = this.#chosen;
    this.history.note(Boolean(item), this.#holding);
    this.#advise(undefined);
    if (item?.state !== 'done') return;
    // a file that nobody waits for any more is not to be in the preview's way
    this.queue.drop(item, this.options);
    this.display.lay(item);
    clearTimeout(this.#timer);
    if (!this.#holding) this.#timer = setTimeout(() => void this.#file(item).catch(() => {}), SETTLE_MS);
  }

  /** All settings are a look's: one step of the history. @param {Look} look */
  #wearLook(look) {
    const { attributes, image } = attributesFrom(look.options);
    this.#look = look;
    this.history.rest();
    this.history.write({ attributes, image });
    this.#guide?.worn(look);
  }

  /** A file, with the name that the worn look gives it. @param {Item} item @param {Result} result @param {Options} options */
  #named(item, result, options) {
    const { items } = this.queue;
    const look = this.#look;
    return fileOf(item.name, result, options, look && { look, n: items.indexOf(item) + 1, total: items.length });
  }

  /** The photos in each of these looks; of many only the one on the stage. @param {Look[]} looks */
  async #zip(looks) {
    const item = /** @type {Item} */ (this.#chosen);
    const made = this.queue.items.filter(({ cutout }) => cutout && cutout.report?.subject?.found !== false);
    const photos = made.filter((one) => !this.#guide || one === item);
    if (!photos.length) return;
    const [{ saveLooks }, engine] = await Promise.all([import('./save-looks.js'), this.shell.engine()]);
    const name = await saveLooks(photos, looks, (photo, options) =>
      engine.removeBackground(photo, { ...this.queue.common(), ...options, signal: this.#life.signal }),
    );
    this.#say(this.t('saved', { name }));
  }

  /** While a hand moves the subject no file is made. @param {boolean} begun */
  #hold(begun) {
    this.#holding = begun;
    this.history.rest();
    if (!begun) this.optionsChanged();
  }

  /** The subject came to rest there. @param {import('../settings/canvas-place.js').Place} place */
  #placed({ scale, x, y }) {
    const { language } = this.t;
    rememberSettings(this.host);
    this.#say(
      this.t('place.said', {
        scale: percent(language, scale),
        x: signed(language, x / 100),
        y: signed(language, y / 100),
      }),
    );
  }

  /** @returns {Options} */
  get options() {
    const options = /** @type {Options} */ (outputOf((name) => this.host.getAttribute(name)));
    return this.backgroundImage ? { ...options, background: this.backgroundImage } : options;
  }

  #listen() {
    const { signal } = this.#life;
    this.box.addEventListener(
      'click',
      (event) => {
        const target = /** @type {Element} */ (event.target).closest?.('[data-act],[data-bg],[data-item]');
        const { act, bg, item } = /** @type {HTMLElement | null} */ (target)?.dataset ?? {};
        if (bg) this.#setBackground(bg);
        if (item) this.#choose(this.queue.items.find(({ id }) => id === Number(item)));
        if (act) this.#act(act);
      },
      { signal },
    );
  }

  /** A key for this element, or for the page while nothing has the focus. @param {KeyboardEvent} event */
  press(event) {
    if (this.host.hidden) return; // all of a batch is shown in its place
    if (this.#guide && !this.#retouching && this.#guide.press(event)) return event.preventDefault();
    const act = actOf(event);
    const item = this.#chosen;
    const way = pushes[act];
    if (way) {
      if (!this.#retouching && this.viewport.push(...way)) event.preventDefault();
      return;
    }
    if (!act || this.#retouching || (act === 'cancel' && !this.queue.busy)) return;
    if (act === 'copy' || backgrounds.includes(act)) {
      if (item?.state !== 'done' || this.#part('.bar').inert) return;
      event.preventDefault();
    }
    if (act === 'image' || !backgrounds.includes(act)) this.#act(act);
    else this.#setBackground(act);
  }

  /** What a button or a key does. @param {string} act */
  #act(act) {
    const item = this.#chosen;
    const { items } = this.queue;
    if (act === 'add') this.shell.choose();
    else if (act === 'clear') this.#startOver();
    else if (act === 'undo' || act === 'redo') {
      if (this.history[act]()) this.#say(this.t(act === 'undo' ? 'undo.said' : 'redo.said'));
    } else if (act === 'cancel') this.cancel();
    else if (act === 'keys') openSheet(this.shell.root, this.t, this.#guide?.keys());
    else if (act === 'image') this.#part('.backgroundFile').click();
    else if (act === 'all') void this.#downloadAll();
    else if (act.startsWith('zoom-')) this.viewport.act(act);
    else if (act === 'loupe') void this.#magnify();
    else if (!item) return;
    else if (this.#guide && (act === 'next' || act === 'previous')) this.#guide.go(act === 'next' ? 1 : -1);
    else if (act === 'next' || act === 'previous') this.#choose(items[items.indexOf(item) + (act === 'next' ? 1 : -1)]);
    else if (act === 'retry' && item.state === 'error') this.queue.retry(item);
    else if (act === 'retry') void this.#file(item).catch(() => {});
    else if (act === 'retouch') void this.#retouch(item);
    else if (act === 'pick') void this.pick();
    else if (act === 'sure') {
      item.sure = true;
      this.stage.doubt(item);
    } else if (this.#part('.bar').inert) return;
    else if (act === 'download') void this.output.download(item).catch(() => {});
    else if (act === 'copy') void this.output.copy(item);
    else if (act === 'mask' || act === 'psd') {
      this.#part('.more').open = false;
      void this.output[act](item).catch((error) => this.stage.message(item, error));
    } else if (act === 'style') void this.toolbar.style.toggle();
    else if (act === 'looks') void this.looks.toggle();
    else if (act === 'move') this.#move(item);
    else if (act.startsWith('sheet-')) void this.#sheet(item, act.slice(6)).catch(() => {});
    else if (act === 'obey') obeyShop(this.host);
    else if (act === 'smaller' && this.#report) {
      const report = this.#report;
      void this.shell.engine().then((engine) => makeSmaller(this.host, engine, report));
    } else if (act === 'share') void this.output.share(item);
    else if (act === 'peek') this.slider.value = this.slider.value > 50 ? 0 : 100;
    else if (act === 'crop') this.#part('[part=crop]').click();
    else if (act === 'format') this.toolbar.nextFormat();
  }

  /** A photo has come further: it is told, and shown if it is the one. @param {Item} item */
  #changed(item) {
    if (!this.queue.items.includes(item)) return;
    const { state, progress, cutout, error } = item;
    if (state === 'working' && progress) this.#emit('progress', { ...progress, name: item.name });
    if (state === 'done' && cutout && !item.render) {
      this.#say(this.t(cutout.report?.subject?.found === false ? 'nothing.said' : 'removed', { name: item.name }));
      void this.#file(item).catch(() => {});
      if (!this.#guide) this.#keep(item);
      const asks = this.host.getAttribute('pick') === 'always' && !this.#guide && !item.matte && !item.sure;
      if (asks && item === this.#chosen) void this.pick();
    }
    if (state === 'error' && error) {
      this.#say(errorText(this.t, error).join(' '));
      this.#emit('error', { error, code: error.code, name: item.name, source: item.source });
    }
    // let the eye rest on a result; follow the queue from a photo that is not one
    if (item === this.#chosen) this.#show(item);
    else if (state === 'working' && !progress && this.#chosen?.state === 'waiting') this.#choose(item);
    if (!progress || state !== 'working') this.#layStrip();
  }

  /** The subject can be moved on a canvas: on one just like the photo, where none was asked for. @param {Item} item done */
  #move(item) {
    const { width, height } = item.cutout?.report ?? {};
    if (this.host.hasAttribute('canvas')) this.toolbar.set('canvas', false);
    else {
      this.toolbar.set('canvas', `preset=${width}x${height},fit=photo`);
      this.#say(this.t('place.how'));
    }
  }

  /** @param {Item | undefined} item */
  #choose(item) {
    if (!item) return;
    this.#chosen = item;
    this.#guide?.shown(item);
    this.#shown = '';
    this.#advise(undefined); // what is there is about another photo
    this.#show(item);
    this.#layStrip();
    if (item.state === 'done') void this.#file(item).catch(() => {});
  }

  /** All there is to see of one photo. @param {Item} item */
  #show(item) {
    const { state, progress } = item;
    this.stage.progress(item, this.queue.busy ? this.#place(item) : 0);
    const shown = `${item.id} ${state} ${Boolean(item.photo)}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (!this.#offered) void this.toolbar.style.offer();
    this.#offered = true;
    void this.offerPick();
    const focused = this.#keepFocus();
    const now = state === 'waiting' ? 'working' : state;
    this.host.setAttribute('state', now);
    this.stage.show(item, now);
    if (state === 'working' && !progress) this.#say(this.t('working', { name: item.name }));
    const found = state === 'done' && item.cutout?.report?.subject?.found !== false;
    this.#part('.bar').inert = !found;
    this.slider.hidden = !found;
    this.viewport.lens.hidden = !found;
    if (found) this.display.lay(item);
    this.stage.photo(item, found);
    if (!found) this.output.tell('');
    focused();
  }

  /**
   * The file for the settings in force, shown in place of the preview as soon
   * as it is there. The result event is fired once a file.
   *
   * @param {Item} item done
   * @returns {Promise<Result>}
   */
  async #file(item) {
    clearTimeout(this.#timer);
    const { options } = this;
    const canvas = this.host.getAttribute('canvas');
    if (item.cutout?.report?.subject?.found === false) {
      this.#emitResult(item, item.cutout, options);
      return item.cutout;
    }
    if (item === this.#chosen) this.output.tell(this.t('making'));
    try {
      const result = await this.queue.render(item, options);
      const refused = isPassport(canvas) ? await this.#refusal(canvas, result.report) : '';
      if (!refused) this.#emitResult(item, result, options);
      if (item !== this.#chosen || JSON.stringify(options) !== JSON.stringify(this.options)) return result;
      if (refused) this.output.refuse(refused);
      else this.output.tell(describe(this.t, result, options), this.#named(item, result, options));
      this.stage.message(item);
      this.#advise(result.report);
      await this.display.file(item, result, options);
      return result;
    } catch (error) {
      const failure = /** @type {import('./queue.js').Failure} */ (error);
      const newer = item.render !== undefined;
      if (item === this.#chosen && !newer) this.output.tell('');
      if (item === this.#chosen && failure.code !== 'aborted') {
        this.stage.message(item, failure);
        this.#say(errorText(this.t, failure).join(' '));
        this.#emit('error', { error: failure, code: failure.code, name: item.name, source: item.source });
      }
      throw error;
    }
  }

  /** Why this is no passport's photo. @param {string | null} canvas @param {Result['report']} report */
  async #refusal(canvas, report) {
    const { judge, passportFor, said } = await import('./passport.js');
    const passport = passportFor(canvas);
    return passport ? said(this.t, judge(report, passport), report) : '';
  }

  /** Guide lines and notes of a passport's photo; of none, neither. */
  async #layPassport() {
    const canvas = this.host.getAttribute('canvas');
    const plane = this.#part('.layers .plane');
    if (!isPassport(canvas) && !plane.querySelector('.guides')) return;
    const { layGuides, layNotes, passportFor } = await import('./passport.js');
    if (canvas !== this.host.getAttribute('canvas')) return;
    const passport = passportFor(canvas);
    layGuides(plane, passport);
    if (passport) layNotes(this.#part('.advice'), this.t, passport, this.#report);
  }

  /** The magnifier comes, or goes. */
  async #magnify() {
    const button = this.#part('[data-act=loupe]');
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    const { Loupe } = await import('./loupe.js');
    this.#loupe?.close();
    this.#loupe =
      button.getAttribute('aria-pressed') === 'true' ? new Loupe(this.#part('.view'), this.slider) : undefined;
  }

  /** Prints of a passport's photo on a sheet. @param {Item} item @param {string} paper */
  async #sheet(item, paper) {
    const { makeSheet, passportFor } = await import('./passport.js');
    const passport = passportFor(this.host.getAttribute('canvas'));
    if (!passport) return;
    const { blob } = await this.#file(item);
    const name = stemOf(item.name);
    save(this.#url(await makeSheet(blob, passport, paper)), `${name}-${paper}.jpg`);
    this.#say(this.t('saved', { name: `${name}-${paper}.jpg` }));
  }

  /** @param {Item} item @param {Result} result @param {Options} options */
  #emitResult(item, result, options) {
    const { blob, report } = result;
    if (this.#told.get(item)?.blob === blob) return;
    this.#told.set(item, { blob, file: this.#named(item, result, options) });
    const made = this.queue.items.filter(({ cutout }) => cutout?.report?.subject?.found !== false);
    this.shell.made(made.flatMap((one) => this.#told.get(one)?.file ?? []));
    this.#emit('result', { blob, report, name: item.name, source: item.source, options });
  }

  async #downloadAll() {
    for (const item of this.queue.items) {
      if (item.state === 'done' && item.cutout?.report?.subject?.found !== false)
        await this.output.download(item).catch(() => {});
    }
  }

  /** Retouching and picking, where the engine has them and the page wants them. */
  async offerPick() {
    const engine = await this.shell.engine().catch(() => undefined);
    this.stage.canPick = canPick(engine) && Boolean(engine?.retouch) && this.host.getAttribute('pick') !== 'never';
    if (this.#chosen?.state === 'done') {
      this.stage.doubt(this.#chosen);
      this.#part('.pick-it').hidden = this.#part('.by-hand').hidden || !this.stage.canPick;
    }
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (
      this.box.querySelectorAll('[data-act=retouch]:not(.by-hand)')
    );
    for (const button of buttons) button.hidden = !engine?.retouch;
  }

  /** Asks what of the chosen photo is to be kept. @returns {Promise<void>} when that is done, or given up */
  async pick() {
    const item = this.#chosen;
    if (!item) return;
    item.sure = true; // asked once
    await this.#retouch(item, true);
  }

  /** The matte by hand; the photo is cut out anew along it. @param {Item} item done @param {boolean} [pick] begins with a click on what is to be kept */
  async #retouch(item, pick = false) {
    if (this.#retouching || item.state !== 'done' || !item.photo) return;
    const life = (this.#retouching = new AbortController());
    this.host.scrollIntoView({ block: 'nearest' });
    const gone = () => life.signal.aborted || !this.queue.items.includes(item);
    /** @type {Blob | null} */ let matte = null;
    /** @type {unknown} */ let failure;
    try {
      const [{ retouch }, engine] = await Promise.all([import('../retouch/retoucher.js'), this.shell.engine()]);
      matte = await retouch(this.box, {
        engine,
        name: item.name,
        photo: item.photo,
        language: this.#language,
        signal: life.signal,
        options: { ...this.queue.common(), matte: item.matte },
        say: (text) => this.#say(text),
        explain: (error) => errorText(this.t, /** @type {any} */ (error)).join(' '),
        pick,
      });
    } catch (error) {
      failure = error;
    }
    this.#retouching = undefined;
    if (gone()) return;
    this.#shown = '';
    if (matte) this.#retouched(item, matte);
    else this.#choose(item);
    if (failure) this.stage.message(item, /** @type {import('./queue.js').Failure} */ (failure));
    this.#keepFocus(true)();
  }

  /** A retouch is one step of the studio's own undo. @param {Item} item @param {Blob} matte */
  #retouched(item, matte) {
    /** @type {{ matte?: Blob, cutout?: Result }} */
    const before = { matte: item.matte, cutout: item.cutout };
    /** @type {{ matte?: Blob, cutout?: Result }} */
    const after = { matte };
    /** @param {{ matte?: Blob, cutout?: Result }} how */
    const make = (how) => {
      item.render?.abort.abort();
      this.#shown = '';
      this.display.reset();
      if (!this.queue.items.includes(item)) this.queue.items.push(item); // it had been let go
      if (how.matte && !how.cutout) this.queue.retouched(item, how.matte);
      else {
        Object.assign(item, { ...how, state: 'done', render: undefined, progress: undefined });
        this.#choose(item);
        this.#keep(item);
      }
      this.#guide?.mended(item);
    };
    make(after);
    this.history.add({
      undo: () => {
        if (item.matte === matte && item.state === 'done') after.cutout = item.cutout;
        make(before);
      },
      redo: () => make(after),
    });
  }

  /** @param {Result['report'] | undefined} report of the file that is shown */
  #advise(report) {
    this.#report = report;
    if (!isPassport(this.host.getAttribute('canvas'))) layAdvice(this.#part('.advice'), this.host, this.t, report);
    void this.#layPassport().catch(() => {});
  }

  #layHistory() {
    this.#part('[data-act=undo]').disabled = !this.history.undos;
    this.#part('[data-act=redo]').disabled = !this.history.redos;
  }

  #layStrip() {
    const { items } = this.queue;
    const all = this.#part('[data-act=all]'); // there from the start, so that nothing moves when a photo is done
    all.hidden = items.length < 2;
    all.disabled = items.filter(({ state }) => state === 'done').length < 2;
    this.strip.lay(items, this.#chosen, this.t);
  }

  /** Focus that would fall out with a hidden button goes on to the next useful one. */
  #keepFocus(lost = false) {
    const before = this.shell.root.activeElement;
    return () => {
      if (before ? before.checkVisibility?.() && !before.closest('[inert]') : !lost) return;
      const state = this.#part('.stage').dataset.state;
      const next =
        state === 'working'
          ? '[data-act=cancel]'
          : state === 'error' && !this.#part('[data-act=retry]').hidden
            ? '[data-act=retry]'
            : this.#part('.bar').inert
              ? '.message [data-act=add]'
              : '[data-act=download]';
      this.#part(next).focus({ preventScroll: true });
    };
  }

  /** How many photos come before this one. @param {Item} item */
  #place(item) {
    return this.queue.items.filter(({ id, state }) => id < item.id && (state === 'waiting' || state === 'working'))
      .length;
  }

  /** @param {Blob} blob one URL each, revoked with all of them */
  #url(blob) {
    const known = this.#urls.get(blob) ?? URL.createObjectURL(blob);
    this.#urls.set(blob, known);
    return known;
  }

  /** @param {string} text */
  #say(text) {
    this.status.textContent = text;
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.host.dispatchEvent(new CustomEvent(`background-remover-${name}`, { bubbles: true, composed: true, detail }));
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.box.querySelector(selector);
  }
}
