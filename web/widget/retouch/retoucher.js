// Retouching of one photo, over the studio's stage: brush, eraser, objects,
// zoom and pan. What is seen is rendered by the engine from the full-size
// matte, a view at a time; nothing here touches a pixel but to show it.
// Long because it is one tool's whole life: pointer, keys, touch and view share its state.
import english from '../../texts/en/retouch.js';
import { adoptStyles } from '../common/adopt-styles.js';
import { tellKeys } from '../common/keys-sheet.js';
import { localize, texts } from '../common/texts.js';
import { percent } from '../common/units.js';
import { handleZoom, isMeant, Zoom, zoomStep } from '../common/zoom.js';
import { canPick } from '../pick/offered.js';
import { retoucherMarkup, retoucherStyles } from './markup.js';
import { ObjectFrame } from './object-frame.js';

/**
 * @typedef {import('../common/texts.js').Translate<typeof english>} Translate
 * @typedef {import('../../engine/index.js').Retouching} Retouching
 * @typedef {import('../../engine/index.js').PickSession} PickSession
 * @typedef {'erase' | 'restore' | 'refine' | 'edge' | 'pick' | 'objects' | 'move'} Tool
 * @typedef {'shift' | 'feather' | 'smooth' | 'holes' | 'decontaminate'} Kind of what is done to an edge
 */

/** The tools that draw. */
const brushes = ['erase', 'restore', 'refine', 'edge'];

/** What a hand may ask of an edge, in pixels of the photo, or in percent. @type {Record<Kind, { min: number, max: number, usual: number, unit?: string }>} */
const amounts = {
  shift: { min: -20, max: 20, usual: -2 },
  feather: { min: 1, max: 40, usual: 4 },
  smooth: { min: 1, max: 40, usual: 6 },
  holes: { min: 1, max: 400, usual: 60 },
  decontaminate: { min: 0, max: 200, usual: 170, unit: '%' },
};

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Told in the sheet: keys, and the text that says what they do. @type {[string, import('../common/texts.js').Key<typeof english>][]} */
const told = [
  ['E', 'erase'],
  ['R', 'restore'],
  ['P', 'pick'],
  ['H', 'refine'],
  ['G', 'edge'],
  ['O', 'objects'],
  ['M', 'move'],
  ['[ ]', 'key.size'],
  ['+ − 0', 'key.zoom'],
  ['← ↑ → ↓', 'key.brush'],
  ['⇧ + ← ↑ → ↓', 'key.push'],
  ['␣', 'key.dab'],
  [mac ? '⌥ + ↩' : 'Alt + ↩', 'key.away'],
  [mac ? '⌘ Z' : 'Ctrl + Z', 'undo'],
  [mac ? '⇧ ⌘ Z' : 'Ctrl + ⇧ + Z', 'redo'],
  ['Esc', 'cancel'],
];

/** Pixels that a view has at most: more would not be made within a frame. */
const MAX_PIXELS = 1.6e6;

/**
 * Opens the retoucher over the studio, until it is done.
 *
 * @param {HTMLElement} studio its `.retouch` is filled, the rest inert meanwhile
 * @param {{ engine: import('../studio/queue.js').Engine, photo: Blob, name: string, language: string, options: object,
 *   signal: AbortSignal, say: (text: string) => void, explain?: (error: unknown) => string, pick?: boolean }} what signal: gives it
 *   up; explain: an error in words; pick: begins with what is to be kept, by a click
 * @returns {Promise<Blob | null>} the matte by hand; null: it is to stay as it is
 */
export async function retouch(studio, { engine, photo, name, language, options, signal, say, explain, pick = false }) {
  const box = /** @type {HTMLElement} */ (studio.querySelector('.retouch'));
  const others = /** @type {NodeListOf<HTMLElement>} */ (studio.querySelectorAll('.stage,.strip,.bar'));
  const t = await texts(language, 'retouch', english);
  if (!engine.retouch) throw Object.assign(new Error('This engine cannot retouch.'), { code: 'engine_unavailable' });
  const retouching = await engine.retouch(photo, { ...options, signal });
  const were = [...others].map(({ inert }) => inert);
  try {
    if (signal.aborted) return null;
    adoptStyles(/** @type {ShadowRoot} */ (studio.getRootNode()), retoucherStyles);
    for (const other of others) other.inert = true;
    box.hidden = false;
    const session = canPick(engine)
      ? (/** @type {(progress: { stage: string, fraction: number }) => void} */ onProgress) =>
          /** @type {NonNullable<typeof engine.pick>} */ (engine.pick)(photo, { signal, onProgress })
      : undefined;
    const retoucher = new Retoucher(box, retouching, { name, t, say, signal, explain, session });
    if (pick) retoucher.pick('only');
    return await retoucher.finished;
  } finally {
    others.forEach((other, i) => {
      other.inert = were[i];
    });
    box.inert = false;
    box.hidden = true;
    delete box.dataset.shown;
    box.replaceChildren();
    void retouching.close();
  }
}

class Retoucher {
  #life = new AbortController();
  /** @type {(matte: Blob | null) => void} */ #settle = () => {};
  /** @type {(error: unknown) => void} */ #fail = () => {};
  /** @type {Tool} */ #tool = 'erase';
  /** @type {Kind} */ #kind = 'shift';
  #amounts = Object.fromEntries(Object.entries(amounts).map(([kind, { usual }]) => [kind, usual]));
  #backdrop = 'checker';
  #size = 40; // radius of the brush, CSS pixels
  /** @type {{ id: number, points: number[], from: import('../common/zoom.js').Point, begun: boolean } | null} the stroke of this
   * pointer; points wait to be sent; a finger's has not begun before it moves or is lifted */
  #stroke = null;
  /** What could be done again is a stroke that two fingers took back: nobody meant it. */
  #unmeant = false;
  /** @type {Promise<unknown>} calls go one after another */ #calls = Promise.resolve();
  #drawing = false;
  #stale = false;
  #cursor = { x: 0, y: 0, shown: false };
  /** @type {ObjectFrame} */ #frame;
  /** @type {import('../pick/pick-tool.js').PickTool | undefined} */ #pick;
  /** @type {Promise<void> | undefined} */ #picking;

  /**
   * @param {HTMLElement} box filled by the retoucher
   * @param {Retouching} retouching
   * @param {{ name: string, t: Translate, say: (text: string) => void, signal: AbortSignal, explain?: (error: unknown) => string,
   *   session?: (onProgress: (progress: { stage: string, fraction: number }) => void) => Promise<PickSession> }} more
   */
  constructor(box, retouching, { name, t, say, signal, explain, session }) {
    this.box = box;
    this.explain = explain;
    this.session = session;
    this.retouching = retouching;
    this.t = t;
    this.say = say;
    const template = document.createElement('template');
    template.innerHTML = retoucherMarkup;
    box.replaceChildren(template.content);
    this.#frame = new ObjectFrame(this.#part('.object'));
    localize(box, t);
    this.#part('[data-tool=pick]').hidden = !session;
    this.canvas = /** @type {HTMLCanvasElement} */ (this.#part('canvas'));
    this.canvas.setAttribute('aria-label', t('canvas', { name }));
    /** The matte in the end; null when it was given up. @type {Promise<Blob | null>} */
    this.finished = new Promise((resolve, reject) => {
      this.#settle = (matte) => {
        this.#life.abort();
        resolve(matte);
      };
      this.#fail = (error) => {
        this.#life.abort();
        reject(error);
      };
    });
    signal.addEventListener('abort', () => this.#settle(null));
    this.view = new Zoom({
      picture: () => this.retouching.state,
      room: () => ({ width: this.canvas.clientWidth, height: this.canvas.clientHeight }),
      changed: () => {
        this.#sync();
        this.#pick?.place();
        this.#render();
      },
      fill: 0.96,
      least: 0.5,
      slack: 0.25,
    });
    this.#listen();
    this.#sync();
    this.#resize();
    this.canvas.focus({ preventScroll: true });
  }

  /** Buttons, keys, pointers, wheel and size of the canvas. */
  #listen() {
    const { signal } = this.#life;
    /** @param {EventTarget} target @param {string} type @param {(event: any) => void} listener */
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(this.box, 'click', (event) => {
      const { tool, act, backdrop } = event.target.closest?.('[data-tool],[data-act],[data-backdrop]')?.dataset ?? {};
      if (tool) this.#setTool(tool);
      if (backdrop) this.#backdrop = backdrop;
      if (act || backdrop) event.stopPropagation();
      if (act) this.#act(act);
      this.#sync();
    });
    on(this.#part('.size'), 'input', (event) => {
      this.#size = Number(event.target.value);
      this.#moveCursor();
    });
    on(this.#part('.kind'), 'change', (event) => {
      this.#kind = event.target.value;
      this.#sync();
    });
    for (const [selector, type] of [
      ['.amount', 'input'],
      ['.edge .typed', 'change'],
    ])
      on(this.#part(selector), type, ({ target }) => {
        const { min, max } = amounts[this.#kind];
        if (Number.isFinite(target.valueAsNumber))
          this.#amounts[this.#kind] = Math.min(max, Math.max(min, Math.round(target.valueAsNumber)));
        this.#sync();
      });
    on(this.#part('.ghost'), 'change', () => this.#render());
    on(this.box, 'keydown', (event) => this.#key(event));
    on(this.canvas, 'pointerdown', (event) => this.#down(event));
    on(this.canvas, 'pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel']) on(this.canvas, type, (event) => this.#up(event));
    on(this.canvas, 'pointerleave', () => {
      if (this.#tool === 'pick') this.#pick?.leave();
      this.#cursor.shown = false;
      this.#moveCursor();
    });
    handleZoom(this.#part('.sheet-of-photo'), this.view, {
      signal,
      pans: ({ button }) => button === 1 || (button === 0 && this.#tool === 'move'),
      taken: () => this.#takeBack(),
      doubles: false, // two dabs are no zoom
    });
    on(this.box, 'keyup', (event) => event.key === 'Alt' && this.#pick?.alternate(false));
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.canvas);
    signal.addEventListener('abort', () => {
      observer.disconnect();
      this.#pick?.dispose();
    });
  }

  /** @param {string} act */
  #act(act) {
    const { undos, redos } = this.retouching.state;
    const pick = this.#pick;
    // what is pointed at is newer than what the retouch has, and what was taken back of it older
    if (act === 'undo' && pick?.undos) return pick.undo();
    if (act === 'redo' && !redos && pick?.redos) return pick.redo();
    if ((act === 'undo' && !undos) || (act === 'redo' && (!redos || this.#unmeant))) return;
    if (act === 'undo' || act === 'redo')
      this.#change(this.t(act === 'undo' ? 'undo.said' : 'redo.said'), () => this.retouching[act]());
    else if (act === 'everywhere') this.#everywhere();
    else if (act === 'in') this.view.by(zoomStep);
    else if (act === 'out') this.view.by(1 / zoomStep);
    else if (act === 'fit') this.view.fit();
    else if (act === 'keys')
      tellKeys(
        this.box,
        this.t,
        told.map(([key, text]) => [key, this.t(text)]),
      );
    else if (act === 'give-up') this.#giveUp();
    else if (act === 'discard') this.#settle(null);
    else if (act === 'keep') this.#part('.ask').close();
    else if (act === 'accept') void this.#accept();
  }

  /** The edge of the whole picture. */
  #everywhere() {
    this.#settlePick();
    const [kind, amount] = [this.#kind, this.#amounts[this.#kind]];
    void this.#call(async () => {
      const before = this.retouching.state.undos;
      const { undos } = await this.retouching.everywhere(kind, amount);
      this.#unmeant = false;
      this.say(this.t(undos === before ? 'edge.none' : 'edge.said'));
    }).then(() => {
      this.#sync();
      this.#render();
    });
  }

  /** Nothing that was done is lost by one key. */
  #giveUp() {
    const undos = this.retouching.state.undos + (this.#pick?.undos ?? 0);
    if (!undos && !this.#stroke) return this.#settle(null);
    this.#part('.ask p').textContent = this.t('discard.ask', { count: Math.max(1, undos) });
    this.#part('.ask').showModal();
  }

  /** The matte, if anything was done to it. */
  async #accept() {
    this.box.inert = true;
    await this.#pick?.settle(true);
    const matte = await this.#call(async () => (this.retouching.state.undos ? this.retouching.matte() : null));
    this.#settle(matte ?? null);
  }

  /** @param {Tool} tool */
  #setTool(tool) {
    if (tool === 'pick' && !this.#pick) return this.pick();
    this.#tool = tool;
    this.#pick?.show(tool === 'pick');
    this.#part('.trouble').hidden = true;
    if (tool !== 'objects') return;
    this.#settlePick();
    void this.#listObjects().then(() => this.say(this.#part('.counted').textContent));
  }

  /** The objects as they are now: how many, and what a click will do to each. */
  async #listObjects() {
    const parts = await this.#call(() => this.retouching.objects());
    if (!parts) return;
    this.#frame.parts = parts;
    this.#part('.counted').textContent = this.t('objects.said', { count: parts.length });
    this.#moveCursor();
  }

  /**
   * Somebody points at what is meant. What that needs is fetched the first time.
   *
   * @param {import('../pick/things.js').Way} [way]
   */
  pick(way = 'add') {
    if (!this.session || this.#picking) return;
    this.#part('.trouble').hidden = true;
    this.#picking = this.#openPick(way)
      .catch((error) => {
        if (this.#life.signal.aborted) return;
        const text = this.explain?.(error) ?? String(/** @type {Error} */ (error).message ?? error);
        Object.assign(this.#part('.trouble'), { hidden: false, textContent: text });
      })
      .finally(() => {
        this.#picking = undefined;
        if (!this.#life.signal.aborted) this.#sync();
      });
    this.#sync();
  }

  /** @param {import('../pick/things.js').Way} way */
  async #openPick(way) {
    const { openPick } = await import('../pick/pick-tool.js');
    const pick = await openPick({
      sheet: this.#part('.sheet-of-photo'),
      bar: this.#part('.tools.low'),
      retouching: this.retouching,
      view: this.view,
      language: this.t.language,
      session: (onProgress) =>
        /** @type {NonNullable<typeof this.session>} */ (this.session)(
          ({ stage, fraction }) => stage === 'load' && onProgress(fraction),
        ),
      say: this.say,
      call: (call) => this.#call(call),
      changed: () => {
        this.#sync();
        this.#render();
      },
    });
    if (this.#life.signal.aborted) return pick.dispose();
    this.#pick = pick;
    pick.way = way;
    this.#setTool('pick');
    this.canvas.focus({ preventScroll: true });
  }

  /** Something else begins: what was pointed at becomes steps of undo, before it. */
  #settlePick() {
    if (this.#pick?.undos) void this.#pick.settle();
  }

  /** The controls say what is. */
  #sync() {
    const undos = this.retouching.state.undos + (this.#pick?.undos ?? 0);
    const redos = this.retouching.state.redos + (this.#pick?.redos ?? 0);
    for (const button of this.box.querySelectorAll('[data-tool],[data-backdrop]')) {
      const { tool, backdrop } = /** @type {HTMLElement} */ (button).dataset;
      button.setAttribute('aria-pressed', String(tool ? tool === this.#tool : backdrop === this.#backdrop));
    }
    this.#part('[data-act=undo]').disabled = undos === 0;
    this.#part('[data-act=redo]').disabled = redos === 0 || this.#unmeant;
    this.#part('[data-tool=pick]').setAttribute('aria-busy', String(Boolean(this.#picking)));
    this.#part('.brush').hidden = ['pick', 'objects'].includes(this.#tool) || Boolean(this.#picking);
    this.#part('.counted').hidden = this.#tool !== 'objects';
    this.#part('.brush').inert = !brushes.includes(this.#tool);
    this.#part('.snapping').hidden = this.#tool === 'refine' || this.#tool === 'edge';
    this.#part('.edge').hidden = this.#tool !== 'edge';
    const { min, max, unit = 'px' } = amounts[this.#kind];
    const amount = this.#amounts[this.#kind];
    const [slider, field] = [this.#part('.amount'), this.#part('.edge .typed')];
    for (const input of [slider, field]) Object.assign(input, { min, max, step: 1, value: amount });
    slider.setAttribute('aria-valuetext', `${amount} ${unit}`);
    field.setAttribute('aria-label', this.t(unit === '%' ? 'amount.percent' : 'amount.px'));
    this.#part('.edge .unit').textContent = unit;
    this.canvas.dataset.tool = this.#tool;
    this.canvas.dataset.backdrop = this.#backdrop;
    this.#part('.zoom').textContent = percent(this.t.language, this.view.zoom);
    this.#moveCursor();
  }

  /* ---- calls of the engine ---- */

  /**
   * One call after another; a failure ends the retouch.
   *
   * @template T
   * @param {() => Promise<T>} call
   * @returns {Promise<T | undefined>}
   */
  #call(call) {
    const result = this.#calls.then(call);
    this.#calls = result.catch((error) => this.#fail(error));
    return result.catch(() => undefined);
  }

  /** @param {string} text said when it is done @param {() => Promise<unknown>} call */
  #change(text, call) {
    void this.#call(call).then(() => {
      this.#unmeant = false;
      if (text) this.say(text);
      this.#sync();
      this.#render();
      if (this.#tool === 'objects') void this.#listObjects();
    });
  }

  /** A view of what is on screen; the newest wish wins. */
  #render() {
    this.#stale = true;
    if (this.#drawing || this.#life.signal.aborted) return;
    this.#drawing = true;
    void this.#call(async () => {
      this.#stale = false;
      const { width, height } = this.canvas;
      const { zoom, x, y } = this.view;
      const step = this.canvas.clientWidth / (zoom * width);
      const style = this.#part('.ghost').checked ? 'ghost' : 'result';
      const view = await this.retouching.view({ x, y, step, width, height, style });
      if (this.canvas.width === width && this.canvas.height === height) {
        this.canvas.getContext('2d')?.putImageData(new ImageData(view.data, width, height), 0, 0);
      }
    }).finally(() => {
      this.#drawing = false;
      this.box.dataset.shown = 'true';
      if (this.#stale) this.#render();
    });
  }

  /** The canvas has the room that there is. */
  #resize() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    const ratio = Math.min(devicePixelRatio, Math.sqrt(MAX_PIXELS / (clientWidth * clientHeight)));
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.view.resize();
  }

  /* ---- pointers ---- */

  /** @param {MouseEvent} event @returns {{ x: number, y: number }} CSS pixels of the canvas */
  #place({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** @param {{ x: number, y: number }} place @returns {[number, number]} in the photo */
  #photo(place) {
    const { x, y } = this.view.under(place);
    return [x, y];
  }

  get #brush() {
    return /** @type {import('../../engine/index.js').Brush} */ ({
      mode: this.#tool === 'edge' ? this.#kind : this.#tool,
      amount: this.#tool === 'edge' ? this.#amounts[this.#kind] : undefined,
      radius: Math.min(2048, Math.max(0.5, this.#size / this.view.zoom)),
      hardness: 1 - Number(this.#part('.soft').value) / 100,
      snap: this.#part('.snap').checked,
    });
  }

  /** A finger or button goes down: a stroke begins, or an object toggles. What moves the picture does not come here. @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || this.#stroke) return;
    const place = this.#place(event);
    this.canvas.setPointerCapture(event.pointerId);
    if (this.#tool === 'pick') return this.#pick?.down(event, place);
    this.#stroke = { id: event.pointerId, points: [], from: place, begun: false };
    // a finger may be the first of two
    if (event.pointerType !== 'touch') this.#begin(this.#stroke);
  }

  /** @param {{ from: { x: number, y: number }, begun: boolean }} stroke */
  #begin(stroke) {
    stroke.begun = true;
    this.#settlePick();
    const [x, y] = this.#photo(stroke.from);
    if (this.#tool === 'objects') {
      this.#stroke = null;
      this.#change('', () => this.retouching.toggle(x, y));
      return;
    }
    const brush = this.#brush;
    this.#change('', () => this.retouching.begin(x, y, brush));
  }

  /** Draws. @param {PointerEvent} event */
  #move(event) {
    const place = this.#place(event);
    this.#cursor = { ...place, shown: event.pointerType !== 'touch' };
    this.#moveCursor();
    if (this.#tool === 'pick') return this.#pick?.move(event, place);
    const stroke = this.#stroke;
    if (stroke?.id !== event.pointerId) return;
    if (!stroke.begun && !isMeant(stroke.from, place)) return;
    if (!stroke.begun) this.#begin(stroke);
    if (!this.#stroke) return;
    const all = event.getCoalescedEvents?.() ?? [];
    const wasEmpty = stroke.points.length === 0;
    for (const part of all.length ? all : [event]) stroke.points.push(...this.#photo(this.#place(part)));
    if (wasEmpty) this.#send(stroke);
  }

  /** What has been drawn since the last call went out. @param {{ points: number[] }} stroke */
  #send(stroke) {
    this.#change('', () => this.retouching.draw(stroke.points.splice(0)));
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (this.#tool === 'pick') return this.#pick?.up(event);
    const stroke = this.#stroke;
    if (stroke?.id !== event.pointerId) return;
    if (!stroke.begun && event.type === 'pointerup') this.#begin(stroke);
    this.#stroke = null;
    if (!stroke.begun || this.#tool === 'objects') return;
    if (stroke.points.length) this.#send(stroke);
    this.#change('', () => this.#end());
  }

  /** The stroke is over. What a network has to look at takes a while, and may not be had: that is told, and all goes on. */
  async #end() {
    const refines = this.#tool === 'refine';
    this.box.classList.toggle('busy', refines);
    if (refines) this.say(this.t('refine.busy'));
    try {
      const { failed } = await this.retouching.end();
      if (refines) this.say(this.t(failed ? 'refine.failed' : 'refine.said'));
      if (failed) this.#tell(this.t('refine.failed'));
    } finally {
      this.box.classList.remove('busy');
    }
  }

  /** For a while, over the picture. @param {string} text */
  #tell(text) {
    const note = this.#part('.told');
    note.textContent = text;
    note.hidden = false;
    setTimeout(() => {
      note.hidden = true;
    }, 6000);
  }

  /** A second finger is down: what the first one drew was not meant. */
  #takeBack() {
    this.#pick?.cancel();
    const stroke = this.#stroke;
    this.#stroke = null;
    if (!stroke?.begun) return;
    void this.#call(async () => {
      await this.retouching.end();
      await this.retouching.undo();
      this.#unmeant = true;
    }).then(() => {
      this.#sync();
      this.#render();
    });
  }

  #moveCursor() {
    const cursor = this.#part('.cursor');
    cursor.hidden = !brushes.includes(this.#tool) || !this.#cursor.shown;
    cursor.style.width = cursor.style.height = `${2 * this.#size}px`;
    cursor.style.translate = `${this.#cursor.x - this.#size}px ${this.#cursor.y - this.#size}px`;
    const over = this.#tool === 'objects' && this.#cursor.shown;
    this.#frame.lay(over ? this.view.under(this.#cursor) : undefined, this.view, (kept) =>
      this.t(kept ? 'objects.drop' : 'objects.back'),
    );
  }

  /* ---- keys ---- */

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    /** @type {Record<string, () => void>} */
    const keys = command
      ? {
          z: () => this.#act(shiftKey ? 'redo' : 'undo'),
          Z: () => this.#act('redo'),
          y: () => this.#act('redo'),
        }
      : {
          e: () => this.#setTool('erase'),
          r: () => this.#setTool('restore'),
          p: () => this.#setTool('pick'),
          h: () => this.#setTool('refine'),
          g: () => this.#setTool('edge'),
          o: () => this.#setTool('objects'),
          m: () => this.#setTool('move'),
          '[': () => this.#setSize(this.#size / 1.25),
          ']': () => this.#setSize(this.#size * 1.25),
          '+': () => this.#act('in'),
          '=': () => this.#act('in'),
          '-': () => this.#act('out'),
          0: () => this.#act('fit'),
          '?': () => this.#act('keys'),
          Escape: () => void (this.#pick?.cancel() || this.#act('give-up')),
          ...(this.#tool === 'pick' ? { Alt: () => this.#pick?.alternate(true) } : {}),
        };
    if (event.target instanceof Element && event.target.closest('dialog')) {
      event.stopPropagation(); // its own Escape, Tab and Enter
      return;
    }
    if (event.target instanceof Element && event.target.matches('select,[type=number]')) {
      if (key !== 'Escape' && !command) return event.stopPropagation(); // what is typed there
    }
    if (event.target === this.canvas && !command)
      Object.assign(keys, {
        ArrowLeft: () => this.#nudge(-1, 0, shiftKey),
        ArrowRight: () => this.#nudge(1, 0, shiftKey),
        ArrowUp: () => this.#nudge(0, -1, shiftKey),
        ArrowDown: () => this.#nudge(0, 1, shiftKey),
        ' ': () => this.#dab(event.altKey),
        Enter: () => this.#dab(event.altKey),
      });
    if (!command) event.stopPropagation(); // none of the studio's keys meanwhile
    const action = keys[key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
    this.#sync();
  }

  /** @param {number} size */
  #setSize(size) {
    const input = this.#part('.size');
    this.#size = Math.min(Number(input.max), Math.max(Number(input.min), size));
    input.value = String(this.#size);
  }

  /** The arrows move the brush, with Shift the picture. @param {number} x @param {number} y @param {boolean} picture */
  #nudge(x, y, picture) {
    if (picture) return this.view.pan(x * 40, y * 40);
    if (this.#tool === 'pick') return this.#pick?.nudge(x, y);
    const { clientWidth, clientHeight } = this.canvas;
    if (!this.#cursor.shown) this.#cursor = { x: clientWidth / 2, y: clientHeight / 2, shown: true };
    const by = Math.max(2, this.#size / 2);
    this.#cursor.x = Math.min(clientWidth, Math.max(0, this.#cursor.x + x * by));
    this.#cursor.y = Math.min(clientHeight, Math.max(0, this.#cursor.y + y * by));
  }

  /** The tool where the cursor is. @param {boolean} alt */
  #dab(alt) {
    if (this.#tool === 'pick') return this.#pick?.enter(alt);
    if (!this.#cursor.shown || this.#tool === 'move') return;
    this.#settlePick();
    const [x, y] = this.#photo(this.#cursor);
    const brush = this.#brush;
    if (this.#tool === 'objects') this.#change('', () => this.retouching.toggle(x, y));
    else {
      const said = { erase: 'erase.said', restore: 'restore.said', edge: 'edge.said', refine: '' };
      const text = /** @type {import('../common/texts.js').Key<typeof english> | ''} */ (said[this.#tool]);
      this.#change(text && this.t(text), async () => {
        await this.retouching.begin(x, y, brush);
        await this.#end();
      });
    }
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.box.querySelector(selector);
  }
}
