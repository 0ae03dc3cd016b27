// What <background-remover> shows from the first photo on: the stage with the
// slider, progress and messages, the thumbnails, the controls. Loaded lazily.
// The host's attributes are the settings; the controls only write them.
import './compare-slider.js';
import { bytes, canRetry, errorText, outputName, stageText } from './messages.js';
import { layBackground, layCrop, thumbnail } from './picture.js';
import { Queue } from './queue.js';
import { studioMarkup } from './studio-markup.js';
import { studioStyles } from './studio-styles.js';

/**
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('./queue.js').Engine} Engine
 * @typedef {import('./queue.js').Options} Options
 * @typedef {import('./queue.js').Result} Result
 * @typedef {import('./compare-slider.js').CompareSlider} CompareSlider
 * @typedef {{ root: ShadowRoot, engine: () => Promise<Engine>, empty: () => void, choose: () => void }} Shell
 */

/** A new setting waits this long for another before the file is made again. */
const SETTLE_MS = 180;

/** @type {CSSStyleSheet | undefined} */
let sheet;

export class Studio {
  /** @type {Blob | null} */ backgroundImage = null;
  /** @type {Item | undefined} */ #chosen;
  /** @type {Item | undefined} what the stage's pictures belong to */ #laid;
  /** @type {Map<Blob, string>} */ #urls = new Map();
  /** @type {Map<number, HTMLElement>} */ #thumbs = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {WeakMap<Item, Blob>} what the last result event was about */ #told = new WeakMap();
  #life = new AbortController();
  #shown = '';

  /** @param {HTMLElement} host @param {Shell} shell */
  constructor(host, shell) {
    this.host = host;
    this.shell = shell;
    this.queue = new Queue({
      engine: shell.engine,
      common: () => ({ model: host.getAttribute('model') ?? undefined }),
      changed: (item) => this.#changed(item),
    });
    const { root } = shell;
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(studioStyles);
    }
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    this.box = /** @type {HTMLElement} */ (root.querySelector('.studio'));
    this.status = /** @type {HTMLElement} */ (root.querySelector('[role=status]'));
    const template = document.createElement('template');
    template.innerHTML = studioMarkup;
    this.box.replaceChildren(template.content);
    this.slider = /** @type {CompareSlider} */ (this.#part('compare-slider'));
    this.#listen();
    this.#syncControls();
  }

  /**
   * @param {{ name: string, source: Blob | string }[]} inputs
   * @param {boolean} [focused] the element had the focus, perhaps on the drop zone that is hidden by now
   */
  add(inputs, focused = false) {
    const [first] = this.queue.add(inputs);
    // whoever looks at a result keeps it; otherwise the new photo is shown
    if (!this.#chosen || inputs.length === 1 || this.#chosen.state === 'error') this.#choose(first);
    else this.#layStrip();
    if (focused) this.#keepFocus(true)();
  }

  cancel() {
    const alone = this.queue.items.length === 1 && this.#chosen?.state !== 'done';
    this.queue.cancel();
    for (const item of this.queue.items) item.render?.abort.abort();
    if (alone) this.clear();
  }

  clear() {
    clearTimeout(this.#timer);
    const inside = this.shell.root.activeElement;
    this.queue.clear();
    this.#chosen = this.#laid = undefined;
    this.#thumbs.clear();
    this.#part('.strip').replaceChildren();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
    this.shell.empty();
    this.#say('');
    if (inside) /** @type {HTMLElement} */ (this.shell.root.querySelector('[data-do=choose]')).focus();
  }

  dispose() {
    this.#life.abort();
    clearTimeout(this.#timer);
    this.queue.clear();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.box.replaceChildren();
  }

  /** @param {Blob | null} blob */
  setBackgroundImage(blob) {
    this.backgroundImage = blob;
    this.optionsChanged();
  }

  /** An attribute of the host changed: the preview at once, the file soon. */
  optionsChanged() {
    this.#syncControls();
    const item = this.#chosen;
    if (item?.state !== 'done') return;
    this.#lay(item);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#file(item).catch(() => {}), SETTLE_MS);
  }

  /** @returns {Options} */
  get options() {
    const { host } = this;
    const quality = host.getAttribute('quality');
    const crop = host.hasAttribute('crop');
    return {
      background: this.backgroundImage ?? (host.getAttribute('background') || 'transparent'),
      format: /** @type {Options['format']} */ (host.getAttribute('format') || 'png'),
      ...(quality ? { quality: Number(quality) } : {}),
      ...(crop ? { crop, margin: host.getAttribute('margin') || '0%' } : {}),
    };
  }

  #listen() {
    const { signal } = this.#life;
    this.box.addEventListener('click', (event) => {
      const target = /** @type {Element} */ (event.target).closest?.('[data-act],[data-bg],[data-item]');
      const { act, bg, item } = /** @type {HTMLElement | null} */ (target)?.dataset ?? {};
      if (bg) this.#setBackground(bg);
      if (item) this.#choose(this.queue.items.find(({ id }) => id === Number(item)));
      if (act) this.#act(act);
    }, { signal });
    const colour = this.#part('input[type=color]');
    // a click too: choosing the colour that the swatch already has is no input
    for (const type of ['input', 'click']) {
      colour.addEventListener(type, () => this.#setBackground(colour.value), { signal });
    }
    const file = this.#part('.backgroundFile');
    file.addEventListener('change', () => {
      if (file.files?.[0]) this.setBackgroundImage(file.files[0]);
      file.value = '';
    }, { signal });
    for (const [selector, name] of [['[part=format]', 'format'], ['.margin', 'margin']]) {
      const select = this.#part(selector);
      select.addEventListener('change', () => this.host.setAttribute(name, select.value), { signal });
    }
    const crop = this.#part('[part=crop]');
    crop.addEventListener('change', () => {
      const { checked } = crop; // the margin's attribute puts the old state back
      if (!this.host.hasAttribute('margin')) this.host.setAttribute('margin', '5%');
      this.host.toggleAttribute('crop', checked);
    }, { signal });
    this.shell.root.addEventListener('keydown', (event) => {
      if (/** @type {KeyboardEvent} */ (event).key === 'Escape' && this.queue.busy) this.cancel();
    }, { signal });
  }

  /** @param {string} act */
  #act(act) {
    const item = this.#chosen;
    if (act === 'add') this.shell.choose();
    else if (act === 'clear') this.clear();
    else if (act === 'cancel') this.cancel();
    else if (act === 'image') this.#part('.backgroundFile').click();
    else if (act === 'all') void this.#downloadAll();
    else if (!item) return;
    else if (act === 'retry' && item.state === 'error') this.queue.retry(item);
    else if (act === 'retry') void this.#file(item).catch(() => {});
    else if (act === 'download') void this.#download(item).catch(() => {});
    else if (act === 'copy') void this.#copy(item);
  }

  /** @param {string} value */
  #setBackground(value) {
    this.backgroundImage = null;
    if (this.host.getAttribute('background') === value) this.optionsChanged();
    else this.host.setAttribute('background', value);
  }

  /** @param {Item} item */
  #changed(item) {
    if (!this.queue.items.includes(item)) return;
    const { state, progress, cutout, error } = item;
    if (state === 'working' && progress) this.#emit('progress', { ...progress, name: item.name });
    if (state === 'done' && cutout && !item.render) {
      this.#say(cutout.report?.subject?.found === false ? `No clear subject in ${item.name}. The photo is unchanged.`
        : `${item.name}: the background is removed.`);
      void this.#file(item).catch(() => {});
    }
    if (state === 'error' && error) {
      this.#say(errorText(error).join(' '));
      this.#emit('error', { error, code: error.code, name: item.name, source: item.source });
    }
    // let the eye rest on a result; follow the queue from a photo that is not one
    if (item === this.#chosen) this.#show(item);
    else if (state === 'working' && !progress && this.#chosen?.state === 'waiting') this.#choose(item);
    if (!progress || state !== 'working') this.#layStrip();
  }

  /** @param {Item | undefined} item */
  #choose(item) {
    if (!item) return;
    this.#chosen = item;
    this.#shown = '';
    this.#show(item);
    this.#layStrip();
    if (item.state === 'done') void this.#file(item).catch(() => {});
  }

  /** The stage for one photo. @param {Item} item */
  #show(item) {
    const { state, progress } = item;
    const waiting = state === 'waiting' || state === 'working';
    const percent = Math.round((progress?.fraction ?? 0) * 100);
    const stage = this.#part('.stage');
    stage.style.setProperty('--progress', String(percent));
    this.#part('.progress p').textContent = state === 'waiting' && this.queue.busy && this.#place(item) > 0
      ? `Waiting: ${this.#place(item)} before this one` : `${stageText(progress)}…`;
    this.#part('.meter').setAttribute('aria-valuenow', String(percent));
    const shown = `${item.id} ${state} ${Boolean(item.photo)}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = this.#keepFocus();
    stage.dataset.state = waiting ? 'working' : state;
    this.host.setAttribute('state', waiting ? 'working' : state);
    this.#part('.name').textContent = item.name;
    this.#part('.name').title = item.name;
    this.#part('.progress').hidden = !waiting;
    if (state === 'working' && !progress) this.#say(`Working on ${item.name}.`);
    this.#showMessage(item);
    const found = state === 'done' && item.cutout?.report?.subject?.found !== false;
    this.#part('.bar').inert = !found;
    this.slider.hidden = !found;
    if (found) this.#lay(item);
    this.#showPhoto(item, found);
    if (!found) this.#part('.meta').textContent = '';
    focused();
  }

  /** @param {Item} item @param {import('./queue.js').Failure} [renderError] of the file, when the cut-out is fine */
  #showMessage(item, renderError) {
    const error = renderError ?? item.error;
    const missing = item.state === 'done' && item.cutout?.report?.subject?.found === false;
    this.#part('.message').hidden = !(item.state === 'error' || missing || renderError);
    const [title, hint] = missing ? ['No clear subject here.', 'Nothing in this photo stands out from its background, so it is left as it was.']
      : errorText(error);
    this.#part('.message strong').textContent = title;
    this.#part('.message .hint').textContent = hint;
    const detail = missing ? '' : /** @type {any} */ (error)?.detail || error?.message || '';
    this.#part('.message .detail').textContent = detail === title ? '' : detail;
    this.#part('[data-act=retry]').hidden = missing || !canRetry(error);
  }

  /**
   * The untouched photo, while it is worked on or cannot be. It appears when it
   * is decoded and its shape is known, so that nothing jumps.
   *
   * @param {Item} item
   * @param {boolean} found the slider shows it
   */
  #showPhoto(item, found) {
    const photo = this.#part('.photo');
    const blob = item.photo ?? item.source;
    const url = typeof blob === 'string' ? '' : this.#url(blob);
    photo.hidden = found || !url || photo.src !== url || !photo.dataset.ready;
    if (found || !url || photo.src === url) return;
    delete photo.dataset.ready;
    photo.src = url;
    photo.decode().then(() => {
      if (photo.src !== url) return;
      photo.dataset.ready = 'true';
      photo.style.setProperty('--ratio', String(photo.naturalWidth / photo.naturalHeight || 1));
      photo.hidden = this.#chosen !== item || !this.slider.hidden;
    }, () => {}); // a file that is no picture: the message says it
  }

  /** Slider, layers and crop for the settings in force: no engine, no delay. @param {Item} item done */
  #lay(item) {
    const { cutout, photo } = item;
    if (!cutout || !photo) return;
    const { report } = cutout;
    const { options } = this;
    const after = this.#part('.layers');
    this.#part('.exact').hidden = true;
    layCrop(this.slider, report, options.crop ? options.margin ?? '0%' : null);
    layBackground(after, options, this.backgroundImage ? this.#url(this.backgroundImage) : '');
    if (this.#laid === item) return;
    this.#laid = item;
    const original = this.#url(photo);
    const cut = this.#part('.cutout');
    this.#part('.before').src = original;
    this.#part('.before').alt = `${item.name}, before`;
    this.#part('.blurred').src = original;
    cut.alt = `${item.name} without its background`;
    cut.src = this.#url(cutout.blob);
    cut.decode().catch(() => {}).then(() => {
      if (this.#laid === item) void this.slider.reveal(42);
    });
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
    if (item.cutout?.report?.subject?.found === false) {
      this.#emitResult(item, item.cutout, options);
      return item.cutout;
    }
    const meta = this.#part('.meta');
    if (item === this.#chosen) meta.textContent = 'Making the file…';
    try {
      const result = await this.queue.render(item, options);
      this.#emitResult(item, result, options);
      if (item !== this.#chosen || JSON.stringify(options) !== JSON.stringify(this.options)) return result;
      meta.textContent = this.#describe(result, options);
      this.#showMessage(item);
      if (result === item.cutout) return result;
      const exact = this.#part('.exact');
      exact.src = this.#url(result.blob);
      await exact.decode().catch(() => {});
      exact.hidden = exact.src !== this.#urls.get(result.blob) || item !== this.#chosen ||
        options.background !== this.options.background || options.crop !== this.options.crop || options.margin !== this.options.margin;
      return result;
    } catch (error) {
      const failure = /** @type {import('./queue.js').Failure} */ (error);
      const newer = item.render !== undefined;
      if (item === this.#chosen && !newer) meta.textContent = '';
      if (item === this.#chosen && failure.code !== 'aborted') {
        this.#showMessage(item, failure);
        this.#say(errorText(failure).join(' '));
        this.#emit('error', { error: failure, code: failure.code, name: item.name, source: item.source });
      }
      throw error;
    }
  }

  /** @param {Item} item @param {Result} result @param {Options} options */
  #emitResult(item, { blob, report }, options) {
    if (this.#told.get(item) === blob) return;
    this.#told.set(item, blob);
    this.#emit('result', { blob, report, name: item.name, source: item.source, options });
  }

  /** @param {Result} result @param {Options} options */
  #describe({ blob, report }, { format, background }) {
    const flat = format === 'jpeg' && background === 'transparent' ? ' · JPEG has no transparency, so white is used' : '';
    return `${format.toUpperCase()} · ${report.width} × ${report.height} · ${bytes(blob.size)} · ${(report.timings_ms?.total / 1000).toFixed(2)} s${flat}`;
  }

  /** @param {Item} item */
  async #download(item) {
    const { format } = this.options;
    const { blob } = await this.#file(item);
    const link = document.createElement('a');
    link.href = this.#url(blob);
    link.download = outputName(item.name, format);
    link.click();
    this.#say(`Saved ${link.download}.`);
  }

  async #downloadAll() {
    for (const item of this.queue.items) {
      if (item.state === 'done' && item.cutout?.report?.subject?.found !== false) await this.#download(item).catch(() => {});
    }
  }

  /** The clipboard takes PNG only, so that is what is made. @param {Item} item */
  async #copy(item) {
    const button = this.#part('[data-act=copy]');
    try {
      const png = this.queue.render(item, { ...this.options, format: 'png' }).then(({ blob }) => blob);
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
      button.textContent = 'Copied';
      this.#say('Copied as PNG.');
    } catch {
      button.textContent = 'Not copied';
      this.#say('The browser did not let the picture be copied.');
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1600);
  }

  #layStrip() {
    const { items } = this.queue;
    const strip = this.#part('.strip');
    const all = this.#part('[data-act=all]'); // there from the start, so that nothing moves when a photo is done
    all.hidden = items.length < 2;
    all.disabled = items.filter(({ state }) => state === 'done').length < 2;
    if (items.length < 2) return;
    for (const item of items) {
      let button = this.#thumbs.get(item.id);
      if (!button) {
        button = document.createElement('button');
        button.className = 'thumb';
        button.setAttribute('type', 'button');
        button.dataset.item = String(item.id);
        const entry = document.createElement('li');
        entry.append(button);
        strip.append(entry);
        this.#thumbs.set(item.id, button);
      }
      if (!button.firstChild && (item.photo || typeof item.source !== 'string')) {
        button.append(thumbnail(/** @type {Blob} */ (item.photo ?? item.source)));
      }
      const what = item.cutout?.report?.subject?.found === false ? 'nothing' : item.state;
      button.dataset.state = what;
      button.setAttribute('aria-current', String(item === this.#chosen));
      button.setAttribute('aria-label', `${item.name}, ${what === 'nothing' ? 'no subject' : what}`);
      button.title = item.name;
    }
  }

  /** The controls say what the attributes say. */
  #syncControls() {
    const { background, format, crop, margin } = this.options;
    let known = typeof background !== 'string';
    for (const swatch of this.box.querySelectorAll('[data-bg]')) {
      const on = /** @type {HTMLElement} */ (swatch).dataset.bg === background;
      known ||= on;
      swatch.setAttribute('aria-pressed', String(on));
    }
    this.#part('[data-act=image]').setAttribute('aria-pressed', String(typeof background !== 'string'));
    const colour = this.#part('.colour');
    const any = !known && /^#[0-9a-f]{6}$/i.test(String(background));
    colour.classList.toggle('chosen', any);
    if (any) {
      colour.style.setProperty('--chosen', String(background));
      this.#part('input[type=color]').value = background;
    }
    this.#part('[part=format]').value = format;
    this.#part('[part=crop]').checked = Boolean(crop);
    this.#part('.margin').hidden = !crop;
    if (crop) this.#part('.margin').value = margin;
  }

  /** Focus that would fall out with a hidden button goes on to the next useful one. */
  #keepFocus(lost = false) {
    const before = this.shell.root.activeElement;
    return () => {
      if (before ? before.checkVisibility?.() && !before.closest('[inert]') : !lost) return;
      const state = this.#part('.stage').dataset.state;
      const next = state === 'working' ? '[data-act=cancel]' : state === 'error' && !this.#part('[data-act=retry]').hidden ? '[data-act=retry]'
        : this.#part('.bar').inert ? '.message [data-act=add]' : '[data-act=download]';
      this.#part(next).focus({ preventScroll: true });
    };
  }

  /** How many photos come before this one. @param {Item} item */
  #place(item) {
    return this.queue.items.filter(({ id, state }) => id < item.id && (state === 'waiting' || state === 'working')).length;
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
