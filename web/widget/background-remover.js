// <background-remover>: a photo in, its cut-out out.
//
//   <background-remover background="transparent" format="png" src="photo.jpg">
//
// All that a page pays at load: the empty drop zone. The studio and the engine
// come with the first pointer or photo. docs/embedding.md is its manual; a test
// compares it with this source.
import { resultNames } from '../engine/lists/result-names.js';
import english from '../texts/en/element.js';
import { baseStyles } from './common/base-styles.js';
import { languageOf, localize, texts } from './common/texts.js';

/**
 * @typedef {import('./studio/queue.js').Engine} Engine
 * @typedef {import('./studio/studio.js').Studio} Studio
 * @typedef {{ name: string, source: Blob | string }} Input a string is a URL
 */

/** Fixed markup: no data goes through innerHTML. */
const markup = `
<section class="frame" part="frame" tabindex="-1">
  <div class="drop" part="drop">
    <svg class="cut" aria-hidden="true"><rect x="1" y="1" width="100%" height="100%" rx="14"/></svg>
    <slot name="mark"><svg class="mark" viewBox="0 0 112 84" aria-hidden="true">
      <path class="sheet" d="M8 18h80v58H8z"/><path class="hill" d="M8 68l22-22 14 13 10-9 34 26H8z"/>
      <circle class="hole" cx="66" cy="36" r="11"/><circle class="sun" cx="66" cy="36" r="11"/>
    </svg></slot>
    <p class="lead" part="lead" data-t="drop"></p>
    <p class="hint" data-t="or"></p>
    <p class="actions">
      <button type="button" class="primary" part="button choose" data-do="choose" data-t="choose"></button>
      <slot name="more"></slot>
      <button type="button" class="quiet" part="button sample" data-do="sample" data-t="sample"></button>
    </p>
    <p class="hint small" part="hint" data-t="kinds"></p>
  </div>
  <div class="studio" hidden></div>
  <input class="files" type="file" multiple hidden accept="image/*,.heic,.heif" tabindex="-1" aria-hidden="true">
</section>
<p class="unseen" role="status" aria-live="polite"></p>`;

/** Takes a paste made outside of all. @type {BackgroundRemover | undefined} */
let last;

/** @type {CSSStyleSheet | undefined} */
let sheet;

export class BackgroundRemover extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = [...resultNames, 'model', 'src', 'sample', 'lang', 'name', 'required', 'state', 'pick'];

  /** @type {Engine | undefined} */ #engine;
  /** @type {Promise<Studio> | undefined} */ #studio;
  /** @type {Studio | undefined} */ #ready;
  /** @type {AbortController | undefined} */ #connection;
  #internals = this.attachInternals();
  /** @type {File[]} */ #files = [];
  /** @type {import('./common/texts.js').Translate<typeof english> | undefined} */ #t;
  #language = '';
  #warm = false;
  #depth = 0;
  #dragsOwn = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const template = document.createElement('template');
    template.innerHTML = markup;
    root.append(template.content);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(baseStyles);
    }
    root.adoptedStyleSheets = [sheet];
  }

  /** What removes backgrounds; another one may be set before the first photo. */
  get engine() {
    return this.#engine;
  }

  set engine(engine) {
    this.#engine = engine;
  }

  /** The picture behind the subject; wins over the attribute `background`. @type {Blob | null} */
  get backgroundImage() {
    return this.#ready?.backgroundImage ?? null;
  }

  set backgroundImage(blob) {
    void this.#open().then((studio) => studio.setBackgroundImage(blob));
  }

  /** The form's control: results in the order of the photos. */
  get files() {
    return [...this.#files];
  }

  /** The first result, or null. @returns {File | null} */
  get value() {
    return this.#files[0] ?? null;
  }

  get name() {
    return this.getAttribute('name') ?? '';
  }

  set name(name) {
    this.setAttribute('name', name);
  }

  get form() {
    return this.#internals.form;
  }

  get validity() {
    return this.#internals.validity;
  }

  get validationMessage() {
    return this.#internals.validationMessage;
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  formResetCallback() {
    this.reset();
  }

  /** @param {boolean} disabled by its own attribute or by a fieldset */
  formDisabledCallback(disabled) {
    this.#part('.frame').inert = disabled;
  }

  /** What listens ends with this connection. */
  connectedCallback() {
    const connection = new AbortController();
    this.#connection = connection;
    const { signal } = connection;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    const input = this.#part('.files');
    /** @param {EventTarget} target @param {string} type @param {(event: any) => void} listener */
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });

    for (const type of ['pointerenter', 'focusin', 'dragenter']) {
      on(this, type, () => {
        last = this;
        void this.preload();
      });
    }
    on(root, 'click', (event) => {
      const what = event.target.closest?.('[data-do]')?.dataset.do;
      if (what === 'choose') input.click();
      if (what === 'sample') this.add([this.#sample], { trusted: true });
    });
    on(input, 'change', () => {
      this.add([...(input.files ?? [])]);
      input.value = '';
    });
    on(this, 'dragenter', (event) => this.#drag(event, 1));
    on(this, 'dragleave', (event) => this.#drag(event, -1));
    on(this, 'dragover', (event) => this.#drag(event, 0));
    on(this, 'drop', (event) => {
      this.#depth = 0;
      this.removeAttribute('dragging');
      if (this.#dragsOwn || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
    // its own file, dragged out, is no photo to take in
    on(this, 'dragstart', () => (this.#dragsOwn = true));
    on(this, 'dragend', () => (this.#dragsOwn = false));
    on(document, 'paste', (event) => this.#paste(event));
    on(document, 'keydown', (event) => this.#press(event));
    const watch = new MutationObserver(() => void this.#speak());
    watch.observe(document.documentElement, { subtree: true, attributeFilter: ['lang'] });
    signal.addEventListener('abort', () => watch.disconnect());
    void this.#speak();
    if (!this.hasAttribute('state')) this.setAttribute('state', 'empty');
    last ??= this;
    this.#settle();
    const src = this.getAttribute('src');
    if (src) this.add([src]);
  }

  disconnectedCallback() {
    this.#connection?.abort();
    this.#ready = undefined;
    this.#studio = undefined;
    this.#take([]);
    if (last === this) last = undefined;
    this.#show(false);
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === 'sample') this.#part('[data-do=sample]').hidden = now === '';
    else if (name === 'lang') void this.#speak();
    else if (/^(name|required|state)$/.test(name)) this.#settle();
    else if (name === 'pick') this.#ready?.offerPick();
    else if (name !== 'src') this.#ready?.optionsChanged();
    else if (now) this.add([now]); // before it is connected connectedCallback does it
  }

  /**
   * Photos into the queue. Fires background-remover-accept first, which may be
   * cancelled.
   *
   * @param {(Blob | string)[]} sources
   * @param {{ trusted?: boolean }} [how]
   */
  add(sources, { trusted = false } = {}) {
    if (!sources.length || this.#connection?.signal.aborted !== false || this.matches(':disabled')) return;
    const accepted = this.dispatchEvent(
      new CustomEvent('background-remover-accept', {
        bubbles: true,
        composed: true,
        cancelable: true,
        detail: { files: sources, sample: trusted },
      }),
    );
    if (!accepted) return;
    const focused = Boolean(this.shadowRoot?.activeElement);
    if (this.getAttribute('state') === 'empty') this.setAttribute('state', 'working');
    const { signal } = /** @type {AbortController} */ (this.#connection);
    void this.#open().then((studio) => {
      if (signal.aborted) return;
      this.#show(true);
      studio.add(sources.map(named), focused);
    });
  }

  /** Stops what runs and what waits. */
  cancel() {
    this.#ready?.cancel();
  }

  /** Asks what is to be kept. @returns {Promise<void>} when that is done, given up, or about nothing */
  async pick() {
    await this.#ready?.pick();
  }

  /** Back to the empty drop zone. */
  reset() {
    this.#ready?.clear();
  }

  /** @returns {Promise<Studio>} loaded once a connection */
  #open() {
    if (this.#studio) return this.#studio;
    const { signal } = /** @type {AbortController} */ (this.#connection ?? new AbortController());
    this.#studio = import('./studio/studio.js').then(async ({ Studio }) => {
      if (signal.aborted) return new Promise(() => {}); // taken out of the page meanwhile: nobody waits
      const studio = new Studio(this, {
        root: /** @type {ShadowRoot} */ (this.shadowRoot),
        engine: () => this.#load(),
        show: (studio) => this.#show(studio),
        choose: () => this.#part('.files').click(),
        made: (files) => this.#take(files),
      });
      signal.addEventListener('abort', () => studio.dispose());
      await studio.speak(this.#language || 'en');
      if (!signal.aborted) this.#ready = studio;
      return studio;
    });
    return this.#studio;
  }

  /** @returns {Promise<Engine>} */
  async #load() {
    if (this.#engine) return this.#engine;
    const engine = /** @type {Engine} */ (await import('../engine/index.js'));
    this.#engine ??= engine; // one set during the import stays
    return this.#engine;
  }

  /** Fetches what the first photo will need. A failure is told when a photo meets it. */
  async preload() {
    if (this.#warm) return;
    this.#warm = true;
    this.#open().catch(() => {});
    try {
      await (await this.#load()).preload?.({ model: this.getAttribute('model') ?? undefined });
    } catch {
      this.#warm = false;
    }
  }

  get #sample() {
    return this.getAttribute('sample') || new URL('../samples/duck.jpg', import.meta.url).href;
  }

  /** @param {DragEvent} event @param {number} step dragenter and dragleave come for every child */
  #drag(event, step) {
    if (this.#dragsOwn || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#depth = Math.max(0, this.#depth + step);
    this.toggleAttribute('dragging', this.#depth > 0);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const path = event.composedPath();
    const typing = /** @type {HTMLElement} */ (path[0]);
    const within = path.includes(this);
    if (!within && (last !== this || typing?.isContentEditable || /^(INPUT|TEXTAREA)$/.test(typing?.tagName))) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  /** Keys of its own, with `page-keys` of the page. @param {KeyboardEvent} event */
  #press(event) {
    const elsewhere = last === this && this.hasAttribute('page-keys') && event.target === document.body;
    if (!elsewhere && !event.composedPath().includes(this)) return;
    if (this.#ready) this.#ready.press(event);
    else if (event.key === '?') void this.#open().then((studio) => studio.press(event));
  }

  /** Until the texts are here nothing is written. */
  async #speak() {
    const language = languageOf(this);
    if (language === this.#language) return;
    this.#language = language;
    const drop = this.#part('.drop');
    drop.classList.toggle('unsaid', language !== 'en');
    void this.#studio?.then((studio) => studio.speak(language));
    const t = await texts(language, 'element', english);
    if (language !== this.#language) return;
    this.#t = t;
    localize(drop, t);
    drop.classList.remove('unsaid');
    const frame = this.#part('.frame');
    frame.lang = t.language;
    frame.setAttribute('aria-label', t('label'));
    this.#settle();
  }

  /** @param {File[]} files */
  #take(files) {
    this.#files = files;
    this.#settle();
  }

  /** What a form gets, and whether that will do. */
  #settle() {
    const [first, ...more] = this.#files;
    /** @type {File | FormData | null} */
    let value = first ?? null;
    if (more.length && this.name) {
      value = new FormData();
      for (const file of this.#files) value.append(this.name, file);
    }
    this.#internals.setFormValue(value);
    const missing = !first && this.hasAttribute('required');
    const text = this.getAttribute('state') === 'working' ? 'needs_result' : 'needs_photo';
    this.#internals.setValidity(
      { valueMissing: missing },
      missing ? (this.#t?.(text) ?? english[text]) : '',
      this.#part('.frame'),
    );
  }

  /** @param {boolean} studio */
  #show(studio) {
    this.#part('.drop').hidden = studio;
    this.#part('.studio').hidden = !studio;
    if (!studio) this.setAttribute('state', 'empty');
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return /** @type {ShadowRoot} */ (this.shadowRoot).querySelector(selector);
  }
}

/** @param {Blob | string} source @returns {Input} */
function named(source) {
  if (typeof source !== 'string') return { source, name: (source instanceof File && source.name) || 'photo' };
  const url = new URL(source, document.baseURI);
  return {
    source: url.href,
    name: url.protocol.startsWith('http') ? url.pathname.split('/').pop() || 'photo' : 'photo',
  };
}

if (!customElements.get('background-remover')) customElements.define('background-remover', BackgroundRemover);
