// How closely the chosen photo's result is looked at: zoom and pan of both
// sides of the slider by style alone, and what its edges are seen on. The
// slider is as large as what is to be seen of the picture; inside, a plane of
// the fitted picture's size is moved and scaled.
import { percent } from '../common/units.js';
import { handleZoom, Zoom, zoomStep } from '../common/zoom.js';

/** So long after the last step the picture is drawn sharp. */
const restMs = 180;
/** From here on pixels are shown as such. */
const pixelZoom = 3;
/** Two presses within this are one double click. */
const doubleMs = 500;

/** What edges can be seen on; 'result' is the picture as it will be. */
export const looks = ['result', 'white', 'black', 'green', 'matte'];

export class Viewport {
  #size = { width: 3, height: 2 };
  #room = { width: 0, height: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #pressed = { at: -doubleMs, value: 50 };

  /**
   * @param {HTMLElement} box
   * @param {{ signal: AbortSignal, t: () => import('../common/messages.js').Translate, look: () => void }} needs
   *   look: another one was chosen
   */
  constructor(box, { signal, t, look }) {
    this.t = t;
    /** @param {string} selector @returns {any} */
    const part = (selector) => box.querySelector(selector);
    this.stage = /** @type {HTMLElement} */ (part('.stage'));
    this.view = /** @type {HTMLElement} */ (part('.view'));
    this.lens = /** @type {HTMLElement} */ (part('.lens'));
    this.percent = /** @type {HTMLElement} */ (part('.lens .zoom'));
    this.slider = /** @type {import('../compare-slider.js').CompareSlider} */ (part('compare-slider'));
    this.planes = /** @type {HTMLElement[]} */ ([...box.querySelectorAll('.plane')]);
    this.zoom = new Zoom({
      picture: () => this.#size,
      room: () => this.#room,
      changed: () => this.#lay(),
      enlarge: true,
    });
    handleZoom(this.view, this.zoom, {
      signal,
      shared: true,
      theirs: (event) => this.#isTheirs(event),
      pans: (event) => this.#pans(event),
      taken: () => this.#unpress(),
      twice: () => this.#unpress(),
    });
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(this.view);
    signal.addEventListener('abort', () => {
      observer.disconnect();
      clearTimeout(this.#timer);
    });
    this.lens.addEventListener(
      'change',
      ({ target }) => {
        this.stage.dataset.look = /** @type {HTMLInputElement} */ (target).value;
        look();
      },
      { signal },
    );
  }

  /** @returns {string} of looks */
  get look() {
    return this.stage.dataset.look ?? looks[0];
  }

  /** The picture as it is, and all of it: another photo comes. */
  reset() {
    this.stage.dataset.look = looks[0];
    /** @type {HTMLInputElement} */ (this.lens.querySelector('input')).checked = true;
    this.zoom.fitted = true;
    this.#measure();
  }

  /** What is shown has this size from now on, in pixels. @param {number} width @param {number} height */
  show(width, height) {
    if (width === this.#size.width && height === this.#size.height) return;
    const same = Math.abs(width / height - this.#size.width / this.#size.height) < 0.002 * (width / height);
    const before = this.#size.width;
    this.#size = { width, height };
    if (!same) this.zoom.fitted = true;
    else {
      // the same picture in other pixels: what is looked at stays
      this.zoom.zoom *= before / width;
      this.zoom.x *= width / before;
      this.zoom.y *= width / before;
    }
    this.#measure();
  }

  /** A button or a key: 'zoom-in', 'zoom-out', 'zoom-fit'. @param {string} act */
  act(act) {
    if (this.slider.hidden) return;
    if (act === 'zoom-fit' && this.zoom.fitted) this.zoom.to(1);
    else if (act === 'zoom-fit') this.zoom.fit();
    else this.zoom.by(act === 'zoom-in' ? zoomStep : 1 / zoomStep);
  }

  /** Pushes the picture by keys. @param {number} x @param {number} y @returns {boolean} whether there was something to push */
  push(x, y) {
    if (this.zoom.fitted || this.slider.hidden) return false;
    this.zoom.pan(x * 60, y * 60);
    return true;
  }

  #measure() {
    const { clientWidth, clientHeight } = this.view;
    if (!clientWidth || !clientHeight) return;
    this.#room = { width: clientWidth, height: clientHeight };
    this.zoom.resize();
  }

  /** Slider and planes, where zoom and pan put them. */
  #lay() {
    if (!this.#room.width) return;
    const { zoom, whole, x, y, fitted } = this.zoom;
    const { width, height } = this.#size;
    const [left, top] = [-x * zoom, -y * zoom];
    const seen = {
      left: Math.max(0, left),
      top: Math.max(0, top),
      right: Math.min(this.#room.width, left + width * zoom),
      bottom: Math.min(this.#room.height, top + height * zoom),
    };
    this.slider.style.translate = `${seen.left}px ${seen.top}px`;
    this.slider.style.width = `${seen.right - seen.left}px`;
    this.slider.style.height = `${seen.bottom - seen.top}px`;
    for (const plane of this.planes) {
      plane.style.width = `${width * whole}px`;
      plane.style.height = `${height * whole}px`;
      plane.style.transform = `translate(${left - seen.left}px, ${top - seen.top}px) scale(${zoom / whole})`;
    }
    this.view.classList.toggle('zoomed', !fitted);
    this.view.classList.toggle('close', zoom >= pixelZoom);
    const said = percent(this.t().language, zoom);
    if (this.percent.textContent !== said) {
      this.percent.textContent = said;
      this.percent.setAttribute('aria-label', `${said}. ${this.t()('zoom.fit')}`);
    }
    if (fitted) return;
    this.view.classList.add('moving');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.view.classList.remove('moving'), restMs);
  }

  /** In another language. */
  speak() {
    this.percent.textContent = '';
    this.#lay();
  }

  /** The subject's own drags, and what is no picture. @param {Event} event */
  #isTheirs(event) {
    if (this.slider.hidden || this.slider.classList.contains('asked')) return true;
    return (
      event.type !== 'wheel' && event.composedPath().some((one) => one instanceof Element && one.matches('.placer'))
    );
  }

  /** What of the first pointer pushes the picture: all but the slider's grip, once there is something to push. @param {PointerEvent} event */
  #pans(event) {
    const now = performance.now();
    if (now - this.#pressed.at > doubleMs) this.#pressed.value = this.slider.value;
    this.#pressed.at = now;
    if (this.zoom.fitted || event.button > 1) return false;
    return !event.composedPath().some((one) => one instanceof Element && one.matches('.grip'));
  }

  /** The slider as it was before the first press. */
  #unpress() {
    this.slider.value = this.#pressed.value;
  }
}
