// <compare-slider value="50"><img slot="before"><img slot="after"></compare-slider>
// Two pictures of one size, one over the other; `value` percent from the left
// is the first. Drag or touch anywhere, or use the keys of a slider: arrows 2,
// page keys 10, Home, End. Sideways drags are the slider's, the page keeps up
// and down. With the class `placed` only the grip is the slider's, since the
// second picture has drags of its own, and with `asked` nothing is, so that the
// pictures are what a pointer finds. Left and right are the picture's, in
// every script. Fires `input`. `t` is what it says, in English until another
// language is set.
import english from '../texts/en/studio.js';
import { translator } from './common/texts.js';
import { percent } from './common/units.js';

const styles = `
:host{--at:50%;--share:.5;position:relative;display:block;overflow:hidden;touch-action:pan-y;cursor:ew-resize;user-select:none;-webkit-user-select:none;isolation:isolate}
:host([hidden]){display:none}
div{position:absolute;inset:0}
.before{clip-path:inset(0 calc(100% - var(--at)) 0 0)}
.after{clip-path:inset(0 0 0 var(--at))}
.bar{transform:translateX(var(--at));container-type:inline-size;outline:0}
.bar::before{content:"";position:absolute;inset:0 auto 0 -1px;width:2px;background:#fff;box-shadow:0 0 0 1px #0005}
.grip{inset:auto;left:-22px;transform:translateX(clamp(24px - var(--share)*100cqw,0px,100cqw - 24px - var(--share)*100cqw));top:calc(50% - 22px);width:44px;height:44px;border-radius:50%;background:#fff;color:#15211d;
box-shadow:0 1px 6px #0007;display:grid;place-items:center}
:host(.placed) .bar,:host(.asked) .bar,:host(.asked) .grip{pointer-events:none}:host(.placed:not(.asked)) .grip{pointer-events:auto}
.bar:focus-visible .grip{outline:3px solid #0b6bcb;outline-offset:2px;box-shadow:0 0 0 2px #fff}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
:host([moving]) .before,:host([moving]) .after{transition:clip-path .7s cubic-bezier(.3,.7,.2,1)}
:host([moving]) .bar{transition:transform .7s cubic-bezier(.3,.7,.2,1)}
@media print{.bar,.before{display:none}.after{clip-path:none}}
::slotted(*){position:absolute;inset:0;width:100%;height:100%}
`;

const markup = `
<div class="after"><slot name="after"></slot></div>
<div class="before"><slot name="before"></slot></div>
<div class="bar" part="bar" role="slider" tabindex="0" aria-valuemin="0" aria-valuemax="100">
  <div class="grip" part="grip"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 7l-5 5 5 5M15 7l5 5-5 5"/></svg></div>
</div>`;

/** Key to [step, absolute]. @type {Record<string, [number, boolean]>} */
const keys = {
  ArrowLeft: [-2, false],
  ArrowDown: [-2, false],
  ArrowRight: [2, false],
  ArrowUp: [2, false],
  PageDown: [-10, false],
  PageUp: [10, false],
  Home: [0, true],
  End: [100, true],
};

/** @type {CSSStyleSheet | undefined} */
let sheet;

export class CompareSlider extends HTMLElement {
  static observedAttributes = ['value'];

  /** @type {AbortController | undefined} */ #connection;
  #value = 50;
  #t = translator('en', english);

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const template = document.createElement('template');
    template.innerHTML = markup;
    root.append(template.content);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
    }
    root.adoptedStyleSheets = [sheet];
  }

  /** Percent from the left that shows the first picture, 0..100. */
  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = Math.min(100, Math.max(0, Number(value) || 0));
    this.style.setProperty('--at', `${this.#value}%`);
    this.style.setProperty('--share', String(this.#value / 100));
    const before = Math.round(this.#value);
    const { language } = this.#t;
    this.#bar.setAttribute('aria-valuenow', String(before));
    this.#bar.setAttribute('aria-label', this.#t('compare'));
    this.#bar.setAttribute(
      'aria-valuetext',
      this.#t('compare.value', {
        before: percent(language, before / 100),
        after: percent(language, (100 - before) / 100),
      }),
    );
  }

  set t(/** @type {import('./common/messages.js').Translate} */ t) {
    this.#t = t;
    this.value = this.#value;
  }

  get #bar() {
    return /** @type {HTMLElement} */ (this.shadowRoot?.querySelector('.bar'));
  }

  /** What listens ends with this connection. */
  connectedCallback() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    this.value = this.#value;
    this.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0 || this.classList.contains('asked')) return;
        this.setPointerCapture(event.pointerId);
        this.#bar.focus({ preventScroll: true });
        event.preventDefault();
        this.#point(event);
      },
      { signal },
    );
    this.addEventListener(
      'pointermove',
      (event) => {
        if (this.hasPointerCapture(event.pointerId)) this.#point(event);
      },
      { signal },
    );
    this.#bar.addEventListener(
      'keydown',
      (event) => {
        const key = keys[event.key];
        if (!key || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.#user(key[1] ? key[0] : this.#value + key[0]);
      },
      { signal },
    );
  }

  disconnectedCallback() {
    this.#connection?.abort();
  }

  /** @param {string} _name @param {string | null} _before @param {string | null} now */
  attributeChangedCallback(_name, _before, now) {
    this.value = Number(now ?? 50);
  }

  focus() {
    this.#bar.focus();
  }

  /** Sweeps from all before to `value`, unless motion is unwelcome. @param {number} value */
  async reveal(value) {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.value = value;
      return;
    }
    this.value = 100;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    this.setAttribute('moving', '');
    this.value = value;
    setTimeout(() => this.removeAttribute('moving'), 750);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const { left, width } = this.getBoundingClientRect();
    if (width) this.#user(((event.clientX - left) / width) * 100);
  }

  /** @param {number} value */
  #user(value) {
    this.removeAttribute('moving');
    this.value = value;
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }
}

if (!customElements.get('compare-slider')) customElements.define('compare-slider', CompareSlider);
