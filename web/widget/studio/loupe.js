// The magnifier on the stage: what lies under the pointer, three times as large
// as it is seen, before or after as the slider has it there. Style alone, of
// pictures that are decoded anyhow. Loaded when it is asked for.

/** Times. */
const power = 3;
const side = 190;

export class Loupe {
  #life = new AbortController();

  /** @param {HTMLElement} view of the stage @param {import('../compare-slider.js').CompareSlider} slider */
  constructor(view, slider) {
    this.view = view;
    this.slider = slider;
    this.lens = Object.assign(document.createElement('div'), { className: 'loupe', hidden: true });
    this.lens.setAttribute('aria-hidden', 'true');
    this.picture = document.createElement('img');
    this.picture.alt = '';
    this.lens.append(this.picture);
    view.append(this.lens);
    const { signal } = this.#life;
    view.addEventListener('pointermove', (event) => this.#move(event), { signal, capture: true });
    view.addEventListener('pointerleave', () => (this.lens.hidden = true), { signal });
  }

  close() {
    this.#life.abort();
    this.lens.remove();
  }

  /** @param {PointerEvent} event */
  #move({ clientX, clientY, pointerType }) {
    const room = this.slider.getBoundingClientRect();
    const inside = clientX >= room.left && clientX <= room.right && clientY >= room.top && clientY <= room.bottom;
    this.lens.hidden = !inside || pointerType === 'touch' || this.slider.hidden;
    if (this.lens.hidden) return;
    const before = ((clientX - room.left) / room.width) * 100 < this.slider.value;
    const shown = /** @type {HTMLImageElement} */ (
      this.slider.querySelector(before ? '.before' : '.exact:not([hidden])') ?? this.slider.querySelector('.cutout')
    );
    if (!shown.src) return;
    if (this.picture.src !== shown.src) this.picture.src = shown.src;
    const { left, top, width, height } = shown.getBoundingClientRect();
    const at = this.view.getBoundingClientRect();
    this.lens.classList.toggle('checker', !before);
    this.lens.style.translate = `${clientX - at.left - side / 2}px ${clientY - at.top - side / 2}px`;
    this.picture.style.width = `${width * power}px`;
    this.picture.style.height = `${height * power}px`;
    this.picture.style.translate = `${side / 2 - (clientX - left) * power}px ${side / 2 - (clientY - top) * power}px`;
  }
}
