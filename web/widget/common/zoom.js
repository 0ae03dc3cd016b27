// Zoom and pan of a picture in a window, and the hand that does it: wheel,
// pinch, drag, double click. The stage of results and the retoucher both use
// it; it touches no pixel, who uses it lays the picture by `zoom`, `x` and `y`.

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ x: number, y: number }} Point CSS pixels of the window */

export const maxZoom = 8;
/** Of a button or a key. */
export const zoomStep = 1.5;
/** Of a wheel's pixel. */
const wheelStep = 1.0016;
/** A wheel that scrolls the page goes on doing so, and one that zooms too, until it has rested for so long. */
const restMs = 300;
/** A finger that went no further has not begun to draw or to pan. */
const slopPx = 6;

export class Zoom {
  /** CSS pixels per pixel of the picture. */
  zoom = 1;
  /** What of the picture lies in the corner of the window. */
  x = 0;
  y = 0;
  /** All of the picture is to be seen, whatever the window's size. */
  fitted = true;

  /**
   * @param {object} of
   * @param {() => Size} of.picture pixels
   * @param {() => Size} of.room the window, CSS pixels
   * @param {() => void} of.changed zoom, x or y
   * @param {boolean} [of.enlarge] a picture smaller than the window is enlarged to fit
   * @param {number} [of.fill] share of the window that a fitted picture takes
   * @param {number} [of.least] smallest zoom, as a share of the fitted one
   * @param {number} [of.slack] share of the window by which the picture may be pushed beyond its edge
   */
  constructor({ picture, room, changed, enlarge = false, fill = 1, least = 1, slack = 0 }) {
    this.picture = picture;
    this.room = room;
    this.changed = changed;
    this.of = { enlarge, fill, least, slack };
  }

  /** The zoom at which all is to be seen. */
  get whole() {
    const { width, height } = this.picture();
    const room = this.room();
    const whole = Math.min(room.width / width, room.height / height);
    return (this.of.enlarge ? whole : Math.min(whole, 1)) * this.of.fill;
  }

  get most() {
    return Math.max(maxZoom, this.whole);
  }

  fit() {
    this.to(this.whole, { x: 0, y: 0 });
    this.fitted = true;
    this.changed();
  }

  /** The window or the picture has another size. */
  resize() {
    if (this.fitted) this.fit();
    else this.to(this.zoom, { x: 0, y: 0 });
  }

  /** Keeps what lies under a point; without one, what lies in the middle. @param {number} zoom @param {Point} [at] */
  to(zoom, at = this.middle) {
    const under = this.under(at);
    const { whole } = this;
    this.zoom = Math.min(this.most, Math.max(whole * this.of.least, zoom));
    this.x = under.x - at.x / this.zoom;
    this.y = under.y - at.y / this.zoom;
    this.fitted = this.of.least === 1 && this.zoom <= whole * 1.001;
    this.#hold();
  }

  /** @param {number} factor @param {Point} [at] */
  by(factor, at) {
    this.to(this.zoom * factor, at);
  }

  /** @param {number} dx CSS pixels that the window moves over the picture @param {number} dy */
  pan(dx, dy) {
    this.x += dx / this.zoom;
    this.y += dy / this.zoom;
    if (this.of.least !== 1) this.fitted = false;
    this.#hold();
  }

  /** Of the picture, in its pixels. @param {Point} at @returns {Point} */
  under({ x, y }) {
    return { x: this.x + x / this.zoom, y: this.y + y / this.zoom };
  }

  get middle() {
    const { width, height } = this.room();
    return { x: width / 2, y: height / 2 };
  }

  /** The picture stays in sight: in the middle where it is smaller than the window. */
  #hold() {
    const { width, height } = this.picture();
    const room = this.room();
    /** @param {number} at @param {number} size @param {number} seen */
    const held = (at, size, seen) =>
      seen >= size
        ? (size - seen) / 2
        : Math.min(Math.max(at, -seen * this.of.slack), size - seen * (1 - this.of.slack));
    this.x = held(this.x, width, room.width / this.zoom);
    this.y = held(this.y, height, room.height / this.zoom);
    this.changed();
  }
}

/**
 * The hand on the window. One pointer is asked after: `pans` says whether it
 * pushes the picture; if not it is its owner's, until a second finger comes.
 * Two fingers always zoom and push; `taken` then tells the owner to take back
 * what the first finger began.
 *
 * @param {HTMLElement} target the window
 * @param {Zoom} zoom
 * @param {object} on
 * @param {AbortSignal} on.signal ends it
 * @param {(event: PointerEvent | MouseEvent | WheelEvent) => boolean} [on.theirs] not for the zoom at all
 * @param {(event: PointerEvent) => boolean} on.pans
 * @param {() => void} [on.taken] two fingers are down
 * @param {() => void} [on.twice] a double click, after the zoom
 * @param {boolean} [on.doubles] a double click zooms in, and out again
 * @param {boolean} [on.shared] the page scrolls by the same wheel, where there is nothing to zoom out of
 */
export function handleZoom(target, zoom, { signal, theirs = () => false, pans, taken, twice, doubles = true, shared }) {
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  let panning = false;
  let scrolled = -restMs;
  let zoomed = -restMs;
  /** @param {string} type @param {(event: any) => void} listener @param {EventTarget} [on] */
  const listen = (type, listener, on = target) =>
    on.addEventListener(type, listener, { signal, capture: true, passive: false });
  /** @param {MouseEvent} event @returns {Point} */
  const place = ({ clientX, clientY }) => {
    const { left, top } = target.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  /** @param {PointerEvent} event */
  const own = (event) => {
    event.preventDefault();
    event.stopPropagation();
    target.setPointerCapture(event.pointerId);
  };

  listen('pointerdown', (event) => {
    if (theirs(event)) return;
    fingers.set(event.pointerId, place(event));
    if (fingers.size > 1) {
      if (fingers.size === 2 && !panning) taken?.();
      panning = true;
      for (const id of fingers.keys()) target.setPointerCapture(id);
      own(event);
    } else if (pans(event)) {
      panning = true;
      own(event);
    }
  });
  listen('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    fingers.set(event.pointerId, now);
    if (!panning) return;
    event.stopPropagation();
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const share = other ? 2 : 1; // of two fingers, the middle counts
    zoom.pan((before.x - now.x) / share, (before.y - now.y) / share);
    if (!other) return;
    /** @param {Point} at */
    const far = (at) => Math.max(1, Math.hypot(at.x - other.x, at.y - other.y));
    zoom.by(far(now) / far(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  });
  for (const type of ['pointerup', 'pointercancel']) {
    listen(type, (event) => {
      if (!fingers.delete(event.pointerId)) return;
      if (panning) event.stopPropagation();
      if (!fingers.size) panning = false;
    });
  }
  listen('dblclick', (event) => {
    if (!doubles || theirs(event)) return;
    event.preventDefault();
    if (zoom.fitted) zoom.to(Math.max(1, zoom.whole * 2.5), place(event));
    else zoom.fit();
    twice?.();
  });
  if (shared) listen('scroll', ({ target: at }) => at === document && (scrolled = performance.now()), window);
  target.addEventListener(
    'wheel',
    (event) => {
      if (event.defaultPrevented || theirs(event)) return;
      const now = performance.now();
      const out = event.deltaY > 0;
      if (shared && !event.ctrlKey && zoom.fitted) {
        if (now - scrolled < restMs && now - zoomed > restMs) return;
        if (out && now - zoomed > restMs) return;
      }
      event.preventDefault();
      zoomed = now;
      if (event.shiftKey && !event.ctrlKey) zoom.pan(event.deltaX || event.deltaY, event.deltaX ? event.deltaY : 0);
      else zoom.by(wheelStep ** -event.deltaY, place(event));
    },
    { signal, passive: false },
  );
}

/** Whether a finger has moved far enough to mean it. @param {Point} from @param {Point} to */
export const isMeant = (from, to) => Math.hypot(to.x - from.x, to.y - from.y) > slopPx;
