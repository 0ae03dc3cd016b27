// <background-batch>: hundreds of photos in, their cut-outs out, as a ZIP.
//
//   <background-batch background="white" format="jpeg" crop margin="5%"></background-batch>
//
// Attributes: those of the core's options, model and remember as for
// <background-remover>, for all photos that were given none of their own;
// workers (how many at once; by itself what the machine can). Photos also come
// by add(). `engine` may be set before the first: { size, removeBackground };
// `remover`, a <background-remover> beside it, shows one of them large (by itself it has one inside).
// Fires background-batch-finish {done, failed, cancelled} and background-batch-close.
// Long because it is one element's whole life; what can stand alone does (overview, tiles, settings, zip).
import { createPool, poolSize } from '../engine/pool.js';
import { adoptStyles } from '../widget/common/adopt-styles.js';
import { baseStyles } from '../widget/common/base-styles.js';
import { errorText } from '../widget/common/messages.js';
import { languageOf, localize } from '../widget/common/texts.js';
import { fileNameOf } from '../engine/core/look.js';
import { LooksDrawer } from '../widget/looks/drawer.js';
import { attributesFrom, attributesOf, outputOf, resultNames, runNames } from '../widget/settings/attributes.js';
import { canvasesOf } from '../widget/settings/canvas-place.js';
import { rememberSettings } from '../widget/settings/settings.js';
import { studioStyles } from '../widget/studio/styles.js';
import { BatchQueue, doubtOf } from './batch-queue.js';
import { collect, dropped, isFolder, takeDrops } from './files.js';
import { KeepAwake } from './keep-awake.js';
import { markup } from './markup.js';
import { Overview } from './overview.js';
import { Settings } from './settings.js';
import { batchStyles } from './styles.js';
import { inEnglish, speak } from './texts.js';
import { Tiles } from './tiles.js';
import { download, entriesOf, entryOf, openTarget, resultName, writeZip, zipName } from '../widget/studio/zip.js';

/**
 * @typedef {import('./batch-queue.js').Item} Item
 * @typedef {import('./batch-queue.js').Options} Options
 * @typedef {import('./batch-queue.js').Engine & { preload?: (options?: any) => Promise<unknown>,
 *   abi?: () => Promise<{ options: any }>, retouch?: import('../widget/studio/queue.js').Engine['retouch'], dispose?: () => void }} Engine
 * @typedef {import('../engine/core/look.js').Look} Look
 */

/** So often the page shows what changed; and says it to a screen reader, while nothing else happens. */
const showMs = 100;
const sayMs = 15000;
/** A second click within this time means it. */
const sureMs = 4000;

/** The attributes that are the settings of all. */
const names = [...resultNames, ...runNames];

export class BackgroundBatch extends HTMLElement {
  static observedAttributes = names;

  t = inEnglish;
  #language = '';
  /** @type {Engine | undefined} */ #engine;
  /** @type {Blob | null} */ #backgroundImage = null;
  /** @type {AbortController | undefined} */ #connection;
  /** @type {KeepAwake | undefined} */ #awake;
  /** @type {Set<Item>} */ #dirty = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #applying;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #sure;
  /** @type {AbortController | undefined} */ #zipping;
  #zipped = 0;
  /** Said until the next click. */ #noted = '';
  /** @type {WeakSet<object>} results that are on the disk */ #saved = new WeakSet();
  #busy = false;
  /** The engine is not its own. */ #given = false;
  /** @type {AbortController | undefined} of the retouch that is open */ #retouching;
  /** @type {import('../widget/background-remover.js').BackgroundRemover | undefined} */ #remover;
  /** @type {Promise<import('./light-table.js').LightTable> | undefined} */ #table;
  /** @type {import('./light-table.js').LightTable | undefined} loaded */ #large;
  /** The least sure come first. */ #sorted = false;
  /** @type {Look | undefined} that was put on all of them: its pattern names the files */ #look;
  /** @type {Look[]} that the ZIP is to have each photo in */ #looks = [];
  #said = 0;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const template = document.createElement('template');
    template.innerHTML = markup;
    root.append(template.content);
    adoptStyles(root, baseStyles, studioStyles, batchStyles);
    this.overview = new Overview(root);
    this.settings = new Settings(this.#part('.bar'), {
      choose: (options) => this.#choose(options),
      canvas: () => canvasesOf(this.engine),
    });
    const chosen = () => this.tiles.chosen;
    this.looks = new LooksDrawer(root, {
      language: () => this.t.language,
      options: () =>
        /** @type {Look['options']} */ (
          outputOf((name) => (chosen()[0] ? this.queue.optionsOf(chosen()[0]) : this.#options)[name])
        ),
      wear: (look) => this.#wear(look),
      ticked: (looks) => {
        this.#looks = looks;
        this.#show();
      },
    });
    this.#part('[data-pick=looks]').addEventListener('click', () => void this.looks.toggle());
    this.queue = new BatchQueue({
      engine: () => this.#use(),
      seen: (item) => this.tiles.sees(item),
      changed: (item) => {
        this.#dirty.add(item);
        if (item.state === 'cancelled') {
          // somebody looks at it
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
    return (this.#engine ??= createPool({ size: Number(this.getAttribute('workers')) || poolSize() }));
  }

  set engine(engine) {
    this.#engine?.dispose?.();
    this.#engine = engine;
    this.#given = true;
  }

  /** The element in whose studio one photo is shown large: its own, or one that is set before. */
  get remover() {
    return (this.#remover ??= this.#makeRemover());
  }

  set remover(remover) {
    this.#remover = remover;
  }

  /** Whether there is somewhere to go back to; without it there is no button for that. */
  get closable() {
    return this.hasAttribute('closable');
  }

  set closable(closable) {
    this.toggleAttribute('closable', closable);
  }

  /** The background image; wins over the attribute `background`. @type {Blob | null} */
  get backgroundImage() {
    return this.#backgroundImage;
  }

  set backgroundImage(blob) {
    this.#backgroundImage = blob;
    this.#apply();
  }

  /** Everything that listens ends with this connection. */
  connectedCallback() {
    const connection = (this.#connection = new AbortController());
    const { signal } = connection;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#awake = new KeepAwake(signal);
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
    takeDrops(this, signal, (data) => void this.add(dropped(data)));
    const watch = new MutationObserver(() => void this.#speak());
    watch.observe(document.documentElement, { subtree: true, attributeFilter: ['lang'] });
    signal.addEventListener('abort', () => watch.disconnect());
    this.queue.setOptions(this.#options);
    void this.#speak();
  }

  disconnectedCallback() {
    this.#connection?.abort();
    this.#zipping?.abort();
    this.#large?.close();
    this.#discard();
    this.tiles.dispose();
    this.#engine?.dispose?.();
  }

  /** @param {string} _name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(_name, before, now) {
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
    this.overview.skip(skipped);
    const there = this.take(photos);
    this.#say(
      [
        this.t('added', { count: photos.length }),
        skipped.length ? `${this.t('skipped', { count: skipped.length })}.` : '',
      ]
        .join(' ')
        .trim(),
    );
    await there;
  }

  /** Photos that are ones, to the end of the line. @param {{ name: string, photo: Blob, matte?: Blob }[]} photos matte: by hand */
  async take(photos) {
    const items = this.queue.add(photos);
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
    this.overview.speak(t);
    this.tiles.speak();
    this.looks.speak();
    this.#large?.speak();
    this.#show();
  }

  /** @returns {import('./batch-queue.js').Engine} */
  #use() {
    const { engine } = this;
    const model = this.getAttribute('model') ?? undefined;
    return {
      size: engine.size,
      removeBackground: (photo, options) => engine.removeBackground(photo, { model, ...options }),
    };
  }

  /** What buttons and settings are for: the chosen photos, or all. @returns {Item[]} */
  get #scope() {
    const { chosen } = this.tiles;
    return chosen.length ? chosen : this.queue.items;
  }

  /** What a button of the toolbar does. @param {string} act of the toolbar */
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
    if (act === 'sort') this.#sort(!this.#sorted);
    if (act === 'zip') void this.#zip();
    if (act === 'clear') this.#clear();
    if (act === 'back') this.#close();
    const focused = /** @type {HTMLButtonElement | null | undefined} */ (this.shadowRoot?.activeElement);
    this.#show();
    if (focused?.hidden || focused?.disabled) this.tiles.focus();
  }

  /** What a tile's button does. @param {import('./tiles.js').Act} act of one tile @param {Item} item */
  #one(act, item) {
    if (act === 'edit') void this.#retouch(item);
    if (act === 'look') void this.look(item);
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

  /**
   * Shows a photo large, in the studio; `closed` is the way back.
   *
   * @param {Item} [item] the first of the grid by itself
   * @param {{ stays?: boolean }} [how] stays: it is on the stage of `remover` already
   */
  async look(item = this.tiles.items[0], how) {
    if (!item || this.#retouching) return;
    this.#table ??= import('./light-table.js').then(({ LightTable }) => this.#makeTable(LightTable));
    const table = (this.#large = await this.#table);
    if (item.gone || this.#connection?.signal.aborted) return;
    this.#swap(true);
    await table.open(item, how);
    if (how?.stays) return;
    /** @type {HTMLElement | null | undefined} */ (this.remover.shadowRoot?.querySelector('[part=frame]'))?.focus({
      preventScroll: true,
    });
    this.remover.scrollIntoView({ block: 'nearest' });
  }

  /** The table, which asks and tells this element. @param {typeof import('./light-table.js').LightTable} LightTable */
  #makeTable(LightTable) {
    const table = new LightTable({
      remover: () => this.remover,
      t: () => this.t,
      order: () => this.tiles.items,
      options: (item) => this.queue.optionsOf(item),
      choose: (options, items) => this.#choose(options, items),
      wear: (look, items) => this.#wear(look, items),
      shared: (item) => this.queue.setOwn([item], null),
      mended: (item, matte) => this.queue.retouched(item, matte === item.made?.matte ? undefined : matte),
      mark: (item, mark) => {
        this.queue.mark([item], mark);
        this.#show();
      },
      closed: (item) => {
        this.#swap(false);
        this.#show();
        this.scrollIntoView({ block: 'nearest' });
        if (item) this.tiles.focus(item);
      },
    });
    table.speak();
    return table;
  }

  /** One photo, or all of them. @param {boolean} large */
  #swap(large) {
    const { remover } = this;
    const inside = remover.getRootNode() === this.shadowRoot;
    (inside ? this.#part('.frame') : this).hidden = large;
    remover.hidden = !large;
  }

  /** The studio of its own: what is added there is added here, and its events are nobody else's. */
  #makeRemover() {
    const remover = /** @type {import('../widget/background-remover.js').BackgroundRemover} */ (
      document.createElement('background-remover')
    );
    remover.className = 'large';
    remover.hidden = true;
    for (const name of ['model', ...runNames]) {
      const value = this.getAttribute(name);
      if (value !== null) remover.setAttribute(name, value);
    }
    if (this.#given) remover.engine = /** @type {any} */ (this.engine);
    for (const name of ['accept', 'progress', 'result', 'error']) {
      remover.addEventListener(`background-remover-${name}`, (event) => {
        event.stopPropagation();
        if (name !== 'accept') return;
        event.preventDefault();
        const { files } = /** @type {CustomEvent} */ (event).detail;
        void this.add(files.filter((/** @type {unknown} */ file) => file instanceof File));
      });
    }
    /** @type {ShadowRoot} */ (this.shadowRoot).append(remover);
    return remover;
  }

  /** @param {boolean} sorted the least sure first; otherwise as they came */
  #sort(sorted) {
    this.#sorted = sorted;
    this.tiles.sort(sorted ? (a, b) => doubtOf(a) - doubtOf(b) || a.id - b.id : (a, b) => a.id - b.id);
  }

  /** The matte by hand, over the grid; the photo is cut out anew along it. @param {Item} item */
  async #retouch(item) {
    if (this.#retouching) return;
    const life = (this.#retouching = new AbortController());
    const { engine } = this;
    try {
      const { retouch } = await import('../widget/retouch/retoucher.js');
      const matte = await retouch(this.#part('.frame'), {
        engine: /** @type {any} */ (engine),
        name: item.name,
        photo: item.photo,
        language: this.#language,
        signal: life.signal,
        options: { model: this.getAttribute('model') ?? undefined, matte: item.matte },
        say: (text) => this.#say(text),
      });
      if (matte && !item.gone) this.queue.retouched(item, matte);
    } catch (error) {
      if (!life.signal.aborted)
        this.#note(`${item.name}: ${errorText(/** @type {any} */ (this.t), /** @type {any} */ (error)).join(' ')}`);
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

  /** The first click asks when results would be lost, the second one means it. */
  #clear() {
    const count = this.#unsaved;
    const button = this.#part('[data-act=clear]');
    const sure = button.classList.toggle('sure', count > 0 && !this.#sure);
    clearTimeout(this.#sure);
    this.#sure = undefined;
    button.textContent = sure ? this.t('clear.sure', { count }) : this.t('clear');
    if (!sure) {
      this.#discard();
      if (this.closable) return this.#close();
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

  /** There is nothing here any more, or never was. */
  #close() {
    this.dispatchEvent(new CustomEvent('background-batch-close', { bubbles: true, composed: true }));
  }

  #discard() {
    this.#retouching?.abort();
    this.#sorted = false;
    this.#look = undefined;
    this.#remove(this.queue.items);
    this.queue.paused = false;
    this.overview.skip(null);
    this.#show();
  }

  /** How many results are nowhere but here. */
  get #unsaved() {
    return this.queue.items.filter(({ result }) => result && !this.#saved.has(result)).length;
  }

  /** Settings of the chosen photos, or of all. @param {Options} options @param {Item[]} [chosen] none: all */
  #choose(options, chosen = this.tiles.chosen) {
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

  /** A look, as settings of the chosen photos, or of all. @param {Look} look @param {Item[]} [chosen] */
  #wear(look, chosen) {
    const { attributes, image } = attributesFrom(look.options);
    this.#choose({ ...attributes, background: image ?? String(attributes.background ?? 'transparent') }, chosen);
    if (!(chosen ?? this.tiles.chosen).length) this.#look = look;
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
    return {
      ...said,
      background: this.#backgroundImage ?? (background || 'transparent'),
      format: format || 'png',
      margin: margin || '5%',
    };
  }

  /** Writes the results into a ZIP, or stops the one that is being written. */
  async #zip() {
    if (this.#zipping) return this.#zipping.abort();
    const items = this.#scope.filter(({ result, mark }) => result && mark !== 'left');
    const looks = this.#looks;
    if (items.length === 1 && !looks.length) return this.#one('save', items[0]);
    const name = zipName(items);
    const zipping = (this.#zipping = new AbortController());
    this.#zipped = 0;
    let lost = 0;
    try {
      const target = await openTarget(name);
      this.#show();
      const results = items.map(({ result }) => result);
      const entries = looks.length
        ? this.#inLooks(items, looks, zipping.signal)
        : items.map((item) => this.#entry(item));
      await writeZip(entries, target, {
        signal: zipping.signal,
        ahead: this.engine.size + 1,
        onProgress: (fraction) => {
          this.#zipped = fraction;
          this.#timer ??= setTimeout(() => this.#show(), showMs);
        },
        lost: (i) => {
          lost++;
          if (looks.length) return; // of one look: the result is still there
          results[i] = undefined;
          this.queue.lose(items[i], { code: 'result_lost' });
        },
      });
      for (const result of results) if (result) this.#saved.add(result);
      this.#note([this.t('saved', { name }), lost ? this.t('failed', { count: lost }) : ''].join(' ').trim());
    } catch (error) {
      const { name: kind } = /** @type {Error} */ (error);
      if (zipping.signal.aborted) this.#note(this.t('save.stopped'));
      else if (kind !== 'AbortError')
        this.#note(this.t(kind === 'QuotaExceededError' ? 'save.full' : 'save.failed', { name }));
    } finally {
      this.#zipping = undefined;
      this.#show();
    }
  }

  /** @param {Item} item with a result */
  #entry(item) {
    const { items } = this.queue;
    const { result, name } = item;
    const look = this.#look && { ...this.#look, options: { format: /** @type {any} */ (result?.format) } };
    const photo = { name, n: items.indexOf(item) + 1, total: items.length };
    return { ...entryOf(item), ...(look && { name: fileNameOf(look, photo) }) };
  }

  /** Every photo in every look, along the matte that there is. @param {Item[]} items @param {Look[]} looks @param {AbortSignal} signal */
  #inLooks(items, looks, signal) {
    const engine = this.#use();
    const photos = items.map((item) => ({ ...item, item, n: this.queue.items.indexOf(item) + 1 }));
    return entriesOf(photos, looks, this.queue.items.length, async ({ item, photo }, { options }) => {
      const { blob } = await engine.removeBackground(photo, {
        ...this.queue.runOf(item),
        ...options,
        matte: this.queue.matteOf(item),
        signal,
      });
      return blob;
    });
  }

  /** What changed, to tiles, header and toolbar. */
  #show() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const item of this.#dirty) this.tiles.update(item);
    this.#dirty.clear();
    this.#large?.update();
    const { queue } = this;
    const { counts } = queue;
    const { chosen } = this.tiles;
    const busy = counts.working > 0 || (counts.waiting > 0 && !queue.paused);
    this.#part('.empty').hidden = counts.total > 0 || !this.#part('.skipped').hidden;
    this.#part('.scroll').hidden = !this.#part('.empty').hidden;
    this.setAttribute('state', !counts.total ? 'empty' : busy ? 'working' : counts.waiting ? 'paused' : 'done');

    const overall = this.overview.show({
      queue,
      chosen,
      scope: this.#scope,
      zipped: this.#zipping && this.#zipped,
      noted: this.#noted,
      sorted: this.#sorted,
      looks: this.#looks.length,
    });
    this.looks.changed();
    this.settings.show(chosen[0] ? queue.optionsOf(chosen[0]) : queue.options);
    this.#awake?.set(busy, this.#unsaved > 0);
    const now = performance.now();
    if (this.#busy && !busy && !counts.waiting) {
      if (this.#sorted) this.#sort(true);
      this.#say(
        [this.t('finished', { count: counts.done }), counts.failed ? this.t('failed', { count: counts.failed }) : '']
          .join(' ')
          .trim(),
      );
      const { done, failed, cancelled } = counts;
      this.dispatchEvent(
        new CustomEvent('background-batch-finish', {
          bubbles: true,
          composed: true,
          detail: { done, failed, cancelled },
        }),
      );
    } else if (busy && now - this.#said > sayMs) {
      this.#say(overall);
    }
    this.#busy = busy || counts.waiting > 0;
  }

  /** @param {string} sentence to the screen and to a screen reader */
  #note(sentence) {
    this.#noted = sentence;
    this.#say(sentence);
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#said = performance.now();
    this.overview.write('[role=status]', sentence);
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return /** @type {ShadowRoot} */ (this.shadowRoot).querySelector(selector);
  }
}

if (!customElements.get('background-batch')) customElements.define('background-batch', BackgroundBatch);
