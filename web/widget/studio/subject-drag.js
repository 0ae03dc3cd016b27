// The subject on its canvas, by hand: drag moves it, wheel, two fingers, + and
// - size it, arrows move it a little, a double click or Home puts it back.
// It only writes the host's attribute `canvas`; who shows that is the studio.
// A wheel is the page's until the picture has the focus, or Ctrl is held (which
// is also how a pinch on a trackpad comes).
import { centred, held, readPlace, writePlace } from '../settings/canvas-place.js';

/**
 * @typedef {import('../settings/canvas-place.js').Place} Place
 * @typedef {import('../settings/canvas-place.js').Canvas} Canvas
 */

/** Said, and remembered, when nothing changed for so long. */
const SETTLE_MS = 400;
/** Of a key, of a key with Shift: percent of the canvas, and times the size. */
const steps = { near: 1, far: 5, size: 1.05 };

/** @type {Record<string, [number, number]>} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class SubjectDrag {
  /** @type {Map<number, { x: number, y: number }>} */ #pointers = new Map();
  /** @type {Place | undefined} while a gesture lasts: not rounded */ #at;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {HTMLElement} layer as large as the canvas is shown
   * @param {object} on
   * @param {HTMLElement} on.host
   * @param {Canvas} on.canvas
   * @param {AbortSignal} on.signal
   * @param {(begun: boolean) => void} on.gesture begins, ends
   * @param {(place: Place) => void} on.settled
   */
  constructor(layer, { host, canvas, signal, gesture, settled }) {
    this.layer = layer;
    this.host = host;
    this.canvas = canvas;
    this.gesture = gesture;
    this.settled = settled;
    /** @param {string} type @param {(event: any) => void} listener */
    const on = (type, listener) => layer.addEventListener(type, listener, { signal });
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel']) on(type, (event) => this.#up(event));
    on('dblclick', () => this.#write(centred(this.#place, canvas)));
    on('keydown', (event) => this.#key(event));
    layer.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && /** @type {ShadowRoot} */ (layer.getRootNode()).activeElement !== layer) return;
        event.preventDefault();
        this.#size(1.0016 ** -event.deltaY);
      },
      { signal, passive: false },
    );
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  get #place() {
    return this.#at ?? readPlace(this.host.getAttribute('canvas') ?? '', this.canvas);
  }

  /** @param {Place} place */
  #write(place) {
    const kept = held(place, this.canvas);
    if (this.#at) this.#at = kept;
    this.host.setAttribute('canvas', writePlace(kept, this.canvas));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settled(this.#place), SETTLE_MS);
  }

  /** @param {number} x percent @param {number} y */
  #shift(x, y) {
    const place = this.#place;
    this.#write({ ...place, x: place.x + x, y: place.y + y });
  }

  /** Around the subject's own middle. @param {number} times */
  #size(times) {
    const place = this.#place;
    this.#write({ ...place, scale: place.scale * times });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    event.stopPropagation(); // the slider's drags begin at its bar
    event.preventDefault();
    this.layer.focus({ preventScroll: true });
    this.layer.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#at) return;
    this.#at = this.#place;
    this.layer.toggleAttribute('data-held', true);
    this.gesture(true);
  }

  /** One finger shifts, two size as well. @param {PointerEvent} event */
  #move({ pointerId, clientX, clientY }) {
    const before = this.#pointers.get(pointerId);
    if (!before || !this.#at) return;
    const now = { x: clientX, y: clientY };
    const { width, height } = this.layer.getBoundingClientRect();
    const share = 100 / this.#pointers.size; // of two fingers, the middle counts
    const [other] = [...this.#pointers].filter(([id]) => id !== pointerId).map(([, at]) => at);
    this.#pointers.set(pointerId, now);
    /** @param {{ x: number, y: number }} at */
    const far = (at) => Math.max(1, Math.hypot(at.x - other.x, at.y - other.y));
    const times = other ? far(now) / far(before) : 1;
    const { x, y, scale, ...rest } = this.#at;
    this.#write({
      ...rest,
      scale: scale * times,
      x: x + ((now.x - before.x) / width) * share,
      y: y + ((now.y - before.y) / height) * share,
    });
  }

  /** @param {PointerEvent} event */
  #up({ pointerId }) {
    if (!this.#pointers.delete(pointerId) || this.#pointers.size) return;
    this.#at = undefined;
    this.layer.removeAttribute('data-held');
    this.gesture(false);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, shiftKey } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = shiftKey ? steps.far : steps.near;
    if (arrows[key]) this.#shift(arrows[key][0] * by, arrows[key][1] * by);
    else if (key === '+' || key === '=') this.#size(steps.size);
    else if (key === '-' || key === '_') this.#size(1 / steps.size);
    else if (key === 'Home') this.#write(centred(this.#place, this.canvas));
    else return;
    event.preventDefault();
  }
}
