// <background-batch>: hundreds of photos in, their cut-outs out, as a ZIP.
//
//   <background-batch background="white" format="jpeg" crop margin="5%"></background-batch>
//
// Attributes: those of the core's options, model and remember as for
// <background-remover>, for all photos that were given none of their own;
// workers (how many at once; by itself what the machine can). Photos also come
// by add(). `engine` may be set before the first: { size, removeBackground }.
// Fires background-batch-finish {done, failed, cancelled} and background-batch-close.
import { createPool, poolSize } from '../engine/pool.js';
import { baseStyles } from '../widget/common/base-styles.js';
import { canvasesOf } from '../widget/settings/canvas-place.js';
import { errorText } from '../widget/common/messages.js';
import { attributesOf, resultNames, runNames } from '../widget/settings/output.js';
import { rememberSettings } from '../widget/settings/settings.js';
import { studioStyles } from '../widget/studio/styles.js';
import { languageOf, localize } from '../widget/common/texts.js';
import { percent } from '../widget/common/units.js';
import { BatchQueue, canRetry } from './batch-queue.js';
import { collect, dropped, isFolder } from './files.js';
import { Guard } from './keep-awake.js';
import { markup } from './markup.js';
import { Settings } from './settings.js';
import { batchStyles } from './styles.js';
import { inEnglish, speak } from './texts.js';
import { describe, Tiles } from './tiles.js';
import { download, openTarget, resultName, writeZip } from './zip.js';

/**
 * @typedef {import('./batch-queue.js').Item} Item
 * @typedef {import('./batch-queue.js').Options} Options
 * @typedef {import('./batch-queue.js').Engine & { preload?: (options?: any) => Promise<unknown>,
 *   abi?: () => Promise<{ options: any }>, retouch?: import('../widget/studio/queue.js').Engine['retouch'], dispose?: () => void }} Engine
 */

/** So often the page shows what changed; and says it to a screen reader, while nothing else happens. */
const showMs = 100;
const sayMs = 15000;
/** A second click within this time means it. */
const sureMs = 4000;

/** The attributes that are the settings of all. */
const names = [...resultNames, ...runNames];

/** @type {CSSStyleSheet[]} */
let sheets = [];

export class BackgroundBatch extends HTMLElement {
  static observedAttributes = names;

  t = inEnglish;
  #language = '';
  /** @type {Engine | undefined} */ #engine;
  /** @type {Blob | null} */ #backgroundImage = null;
  /** @type {AbortController | undefined} */ #connection;
  /** @type {Guard | undefined} */ #guard;
  /** @type {Set<Item>} */ #dirty = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #applying;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #sure;
  /** @type {AbortController | undefined} */ #zipping;
  #zipped = 0;
  /** Said until the next click. */ #noted = '';
  /** @type {WeakSet<object>} results that are on the disk */ #saved = new WeakSet();
  /** @type {import('./files.js').Skipped[]} */ #skipped = [];
  #busy = false;
  /** @type {AbortController | undefined} of the retouch that is open */ #retouching;
  #said = 0;
  #depth = 0;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const template = document.createElement('template');
    template.innerHTML = markup;
    root.append(template.content);
    sheets = sheets.length ? sheets : [baseStyles, studioStyles, batchStyles].map((styles) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      return sheet;
    });
    root.adoptedStyleSheets = sheets;
    this.settings = new Settings(this.#part('.bar'), {
      choose: (options) => this.#choose(options),
      canvas: () => canvasesOf(this.engine),
    });
    this.queue = new BatchQueue({
      engine: () => this.#use(),
      changed: (item) => {
        this.#dirty.add(item);
        if (item.state === 'cancelled') { // somebody looks at it
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => this.#show());
        } else this.#timer ??= setTimeout(() => this.#show(), showMs);
      },
    });
    this.tiles = new Tiles(this.#part('.tiles'), {
      t: () => this.t,
      act: (act, item) => this.#one(act, item),
      edits: () => Boolean(this.engine.retouch),
      chosen: () => {
        this.#noted = '';
        this.#show();
      },
    });
  }

  /** What removes backgrounds. @returns {Engine} */
  get engine() {
    return this.#engine ??= createPool({ size: Number(this.getAttribute('workers')) || poolSize() });
  }

  set engine(engine) {
    this.#engine?.dispose?.();
    this.#engine = engine;
  }

  /** The picture behind the subjects; wins over the attribute `background`. @type {Blob | null} */
  get backgroundImage() {
    return this.#backgroundImage;
  }

  set backgroundImage(blob) {
    this.#backgroundImage = blob;
    this.#apply();
  }

  connectedCallback() {
    const connection = this.#connection = new AbortController();
    const { signal } = connection;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#guard = new Guard(signal);
    /** @param {EventTarget} target @param {string} type @param {(event: any) => void} listener */
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(root, 'click', (event) => {
      const act = event.target.closest?.('[data-act]')?.dataset.act;
      if (act) this.#act(act);
    });
    for (const name of ['.files', '.folder']) {
      on(this.#part(name), 'change', ({ target }) => {
        void this.add([...target.files]);
        target.value = '';
      });
    }
    on(this, 'dragenter', (event) => this.#drag(event, 1));
    on(this, 'dragleave', (event) => this.#drag(event, -1));
    on(this, 'dragover', (event) => this.#drag(event, 0));
    on(this, 'drop', (event) => {
      this.#depth = 0;
      this.removeAttribute('dragging');
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      void this.add(dropped(event.dataTransfer));
    });
    const watch = new MutationObserver(() => void this.#speak());
    watch.observe(document.documentElement, { subtree: true, attributeFilter: ['lang'] });
    signal.addEventListener('abort', () => watch.disconnect());
    this.queue.setOptions(this.#options);
    void this.#speak();
  }

  disconnectedCallback() {
    this.#connection?.abort();
    this.#zipping?.abort();
    this.#discard();
    this.tiles.dispose();
    this.#engine?.dispose?.();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    this.#apply();
  }

  /**
   * Photos, or folders from a drop, to the end of the line.
   *
   * @param {(File | FileSystemEntry)[]} entries
   */
  async add(entries) {
    if (!entries.length) return;
    if (entries.some(isFolder)) this.#say(this.t('reading'));
    const { photos, skipped } = await collect(entries);
    if (this.#connection?.signal.aborted !== false) return;
    const items = this.queue.add(photos);
    this.#skip(skipped);
    this.#say([this.t('added', { count: photos.length }), skipped.length ? `${this.t('skipped', { count: skipped.length })}.` : ''].join(' ').trim());
    this.#show();
    await this.tiles.add(items);
    this.#show();
  }

  /** Starts the workers ahead of the first photo. A failure is told when a photo meets it. */
  preload() {
    this.engine.preload?.({ model: this.getAttribute('model') ?? undefined }).catch(() => {});
  }

  /** Texts in the language around it; until they are here nothing is written, rather than English for a moment. */
  async #speak() {
    const language = languageOf(this);
    if (language === this.#language) return;
    this.#language = language;
    const t = language === 'en' ? inEnglish : await speak(language);
    if (language !== this.#language) return;
    this.t = t;
    localize(/** @type {ShadowRoot} */ (this.shadowRoot), t);
    this.#part('.frame').lang = t.language;
    this.settings.speak(t);
    this.#skip([]);
    this.tiles.speak();
    this.#show();
  }

  /** @returns {import('./batch-queue.js').Engine} */
  #use() {
    const { engine } = this;
    const model = this.getAttribute('model') ?? undefined;
    return { size: engine.size, removeBackground: (photo, options) => engine.removeBackground(photo, { model, ...options }) };
  }

  /** What buttons and settings are for: the chosen photos, or all. @returns {Item[]} */
  get #scope() {
    const { chosen } = this.tiles;
    return chosen.length ? chosen : this.queue.items;
  }

  /** @param {string} act of the toolbar */
  #act(act) {
    const { chosen } = this.tiles;
    this.#noted = '';
    if (act === 'addPhotos') this.#part('.files').click();
    if (act === 'addFolder') this.#part('.folder').click();
    if (act === 'pause' && this.queue.paused) this.queue.resume();
    else if (act === 'pause') this.queue.pause();
    if (act === 'cancel') this.queue.cancel(this.#scope);
    if (act === 'retry') this.queue.retry(this.#scope);
    if (act === 'remove') this.#remove(chosen);
    if (act === 'shared') this.queue.setOwn(chosen, null);
    if (act === 'deselect') this.tiles.chooseAll(false);
    if (act === 'zip') void this.#zip();
    if (act === 'clear') this.#clear();
    if (act === 'back') this.dispatchEvent(new CustomEvent('background-batch-close', { bubbles: true, composed: true }));
    const focused = /** @type {HTMLButtonElement | null | undefined} */ (this.shadowRoot?.activeElement);
    this.#show();
    if (focused?.hidden || focused?.disabled) this.tiles.focus();
  }

  /** @param {import('./tiles.js').Act} act of one tile @param {Item} item */
  #one(act, item) {
    if (act === 'edit') void this.#retouch(item);
    if (act === 'cancel') this.queue.cancel([item]);
    if (act === 'retry') this.queue.retry([item]);
    if (act === 'remove') this.#remove(this.tiles.chosen.includes(item) ? this.tiles.chosen : [item]);
    if (act === 'save' && item.result) {
      const name = resultName(item.name, item.result.format).split('/').pop() ?? '';
      download(item.result.blob, name);
      this.#saved.add(item.result);
      this.#say(this.t('saved', { name }));
    }
    this.#show();
  }

  /** The matte by hand, over the grid; the photo is cut out anew along it. @param {Item} item */
  async #retouch(item) {
    if (this.#retouching) return;
    const life = this.#retouching = new AbortController();
    const { engine } = this;
    try {
      const { retouch } = await import('../widget/retouch/retoucher.js');
      const matte = await retouch(this.#part('.frame'), {
        engine: /** @type {any} */ (engine), name: item.name, photo: item.photo, language: this.#language, signal: life.signal,
        options: { model: this.getAttribute('model') ?? undefined, matte: item.matte }, say: (text) => this.#say(text),
      });
      if (matte && !item.gone) this.queue.retouched(item, matte);
    } catch (error) {
      if (!life.signal.aborted) this.#note(`${item.name}: ${errorText(/** @type {any} */ (this.t), /** @type {any} */ (error)).join(' ')}`);
    }
    this.#retouching = undefined;
    if (life.signal.aborted) return;
    this.#show();
    this.tiles.focus(item);
  }

  /** @param {Item[]} items */
  #remove(items) {
    this.queue.remove(items);
    for (const item of items) this.tiles.remove(item);
  }

  #clear() {
    const count = this.#unsaved;
    const button = this.#part('[data-act=clear]');
    const sure = button.classList.toggle('sure', count > 0 && !this.#sure);
    clearTimeout(this.#sure);
    this.#sure = undefined;
    button.textContent = sure ? this.t('clear.sure', { count }) : this.t('clear');
    if (!sure) {
      this.#discard();
      this.#part('.empty [data-act=addPhotos]').focus({ preventScroll: true });
      return;
    }
    this.#say(button.textContent);
    this.#sure = setTimeout(() => {
      this.#sure = undefined;
      button.classList.remove('sure');
      button.textContent = this.t('clear');
    }, sureMs);
  }

  #discard() {
    this.#retouching?.abort();
    this.#remove(this.queue.items);
    this.queue.paused = false;
    this.#skipped = [];
    this.#skip([]);
    this.#show();
  }

  /** How many results are nowhere but here. */
  get #unsaved() {
    return this.queue.items.filter(({ result }) => result && !this.#saved.has(result)).length;
  }

  /** Settings of the chosen photos, or of all. @param {Options} options */
  #choose(options) {
    const { chosen } = this.tiles;
    this.#noted = '';
    if (chosen.length) {
      this.queue.setOwn(chosen, options);
      this.#show();
      return;
    }
    for (const [name, value] of Object.entries(options)) {
      if (name === 'background') this.#backgroundImage = value instanceof Blob ? value : null;
      if (value === undefined || value instanceof Blob) continue;
      if (typeof value === 'boolean') this.toggleAttribute(name, value);
      else if (value === null) this.removeAttribute(name);
      else this.setAttribute(name, String(value));
    }
    rememberSettings(this);
    this.#apply();
  }

  /** The attributes are the settings of all; several set in a row count once. */
  #apply() {
    clearTimeout(this.#applying);
    this.#applying = setTimeout(() => {
      this.queue.setOptions(this.#options);
      this.#show();
    });
  }

  /** @returns {Options} */
  get #options() {
    const { background, format, margin, ...said } = attributesOf(this, names);
    return { ...said, background: this.#backgroundImage ?? (background || 'transparent'), format: format || 'png', margin: margin || '5%' };
  }

  async #zip() {
    if (this.#zipping) return this.#zipping.abort();
    const items = this.#scope.filter(({ result }) => result);
    if (items.length === 1) return this.#one('save', items[0]);
    const tops = new Set(items.map(({ name }) => (name.includes('/') ? name.split('/')[0] : '')));
    const name = `${(tops.size === 1 && [...tops][0]) || 'photos'}-cutout.zip`;
    const zipping = this.#zipping = new AbortController();
    this.#zipped = 0;
    try {
      const target = await openTarget(name);
      this.#show();
      const results = items.map(({ result }) => result);
      await writeZip(items.map((item) => ({
        name: resultName(item.name, item.result?.format ?? 'png'),
        blob: /** @type {Blob} */ (item.result?.blob),
        modified: item.photo instanceof File ? item.photo.lastModified : Date.now(),
      })), target, {
        signal: zipping.signal,
        onProgress: (fraction) => {
          this.#zipped = fraction;
          this.#timer ??= setTimeout(() => this.#show(), showMs);
        },
        lost: (i) => {
          results[i] = undefined;
          this.queue.lose(items[i], { code: 'result_lost' });
        },
      });
      for (const result of results) if (result) this.#saved.add(result);
      this.#note(this.t('saved', { name }));
    } catch (error) {
      const { name: kind } = /** @type {Error} */ (error);
      if (zipping.signal.aborted) this.#note(this.t('save.stopped'));
      else if (kind !== 'AbortError') this.#note(this.t(kind === 'QuotaExceededError' ? 'save.full' : 'save.failed', { name }));
    } finally {
      this.#zipping = undefined;
      this.#show();
    }
  }

  /** What changed, to tiles, header and toolbar. */
  #show() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const item of this.#dirty) this.tiles.update(item);
    this.#dirty.clear();
    const { queue } = this;
    const { counts } = queue;
    const { chosen } = this.tiles;
    const busy = counts.working > 0 || (counts.waiting > 0 && !queue.paused);
    this.#part('.empty').hidden = counts.total > 0 || !this.#part('.skipped').hidden;
    this.#part('.scroll').hidden = !this.#part('.empty').hidden;
    this.setAttribute('state', !counts.total ? 'empty' : busy ? 'working' : counts.waiting ? 'paused' : 'done');

    const overall = this.#overall(counts);
    this.#write('.overall', overall);
    const meter = this.#part('.meter');
    meter.setAttribute('aria-valuenow', String(Math.round(counts.fraction * 100)));
    meter.style.setProperty('--progress', String(counts.fraction * 100));

    const scope = { done: 0, active: 0, retry: 0, own: 0 };
    for (const item of this.#scope) {
      if (item.result) scope.done++;
      if (item.state === 'waiting' || item.state === 'working') scope.active++;
      if (canRetry(item)) scope.retry++;
      if (item.own) scope.own++;
    }
    this.#write('[data-act=pause]', this.t(queue.paused ? 'resume' : 'pause'));
    this.#part('[data-act=pause]').disabled = !queue.paused && !counts.waiting;
    this.#part('[data-act=cancel]').disabled = !scope.active;
    this.#write('[data-act=retry]', this.t('retry', { count: scope.retry }));
    this.#part('[data-act=retry]').hidden = !scope.retry;
    this.#part('[data-act=remove]').hidden = !chosen.length;
    this.#part('[data-act=shared]').hidden = !chosen.length || !scope.own;
    this.#part('[data-act=deselect]').hidden = !chosen.length;
    this.#write('[data-act=zip]', this.#zipping ? this.t('zip.stop', { percent: percent(this.t.language, this.#zipped) }) : scope.done === 1 ? this.t('download') : scope.done ? this.t('zip', { count: scope.done }) : this.t('zip.none'));
    this.#part('[data-act=zip]').disabled = !this.#zipping && !scope.done;
    this.settings.show(chosen[0] ? queue.optionsOf(chosen[0]) : queue.options);
    const flat = queue.options.format === 'jpeg' && queue.options.background === 'transparent';
    if (this.#noted || !chosen.length) this.#write('.meta span', this.#noted || [this.t('scope.all'), flat && this.t('flat')].filter(Boolean).join(' '));
    else if (chosen.length > 1 || !describe(this.t, chosen[0])[1]) this.#write('.meta span', this.t('scope.some', { count: chosen.length }));
    else this.#write('.meta span', [`${chosen[0].name}: ${describe(this.t, chosen[0]).join(' ')}`, chosen[0].error?.detail].filter(Boolean).join(' '));

    this.#guard?.set(busy, this.#unsaved > 0);
    const now = performance.now();
    if (this.#busy && !busy && !counts.waiting) {
      this.#say([this.t('finished', { count: counts.done }), counts.failed ? this.t('failed', { count: counts.failed }) : ''].join(' ').trim());
      const { done, failed, cancelled } = counts;
      this.dispatchEvent(new CustomEvent('background-batch-finish', { bubbles: true, composed: true, detail: { done, failed, cancelled } }));
    } else if (busy && now - this.#said > sayMs) {
      this.#say(overall);
    }
    this.#busy = busy || counts.waiting > 0;
  }

  /** @param {BatchQueue['counts']} counts */
  #overall(counts) {
    const ms = this.queue.paused ? null : this.queue.msLeft;
    const seconds = Math.ceil((ms ?? 0) / 10000) * 10;
    const left = seconds < 60 ? this.t('left.seconds', { count: seconds }) : this.t('left.minutes', { count: Math.round(seconds / 60) });
    return [
      this.t('overall', { done: counts.done, total: counts.total }),
      counts.failed ? this.t('failed', { count: counts.failed }) : '',
      counts.cancelled ? this.t('cancelled', { count: counts.cancelled }) : '',
      this.queue.paused ? this.t('paused') : ms === null ? '' : left,
    ].filter(Boolean).join(' · ');
  }

  /** @param {import('./files.js').Skipped[]} skipped */
  #skip(skipped) {
    const { t } = this;
    this.#skipped.push(...skipped);
    this.#part('.skipped ul').replaceChildren(...this.#skipped.map(({ name, reason }) => {
      const entry = document.createElement('li');
      entry.textContent = `${name}: ${t(reason)}`;
      return entry;
    }));
    this.#part('.skipped').hidden = !this.#skipped.length;
    this.#write('.skipped summary', t('skipped', { count: this.#skipped.length }));
  }

  /** @param {DragEvent} event @param {number} step dragenter and dragleave come for every child */
  #drag(event, step) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#depth = Math.max(0, this.#depth + step);
    this.toggleAttribute('dragging', this.#depth > 0);
  }

  /** @param {string} sentence to the screen and to a screen reader */
  #note(sentence) {
    this.#noted = sentence;
    this.#say(sentence);
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#said = performance.now();
    this.#write('[role=status]', sentence);
  }

  /** Unchanged text is left alone: no layout, no second announcement. @param {string} selector @param {string} content */
  #write(selector, content) {
    const element = this.#part(selector);
    if (element.textContent !== content) element.textContent = content;
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return /** @type {ShadowRoot} */ (this.shadowRoot).querySelector(selector);
  }
}

if (!customElements.get('background-batch')) customElements.define('background-batch', BackgroundBatch);
