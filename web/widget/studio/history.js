// What can be taken back in the studio, and taken again: settings (placement
// among them), a retouch, "Start over". Settings that change in a row are one
// step. No DOM here.

/**
 * @template S
 * @typedef {{ before: S, after: S, at: number }} Change of the settings
 */

/** @typedef {{ undo: () => void, redo: () => void }} Deed anything else */

/** Changes of settings closer than this are one. */
const togetherMs = 700;
const most = 50;

/** @template S what the settings are */
export class History {
  /** @type {(Change<S> | Deed)[]} */ #back = [];
  /** @type {(Change<S> | Deed)[]} */ #forth = [];
  #replaying = false;

  /**
   * @param {object} settings
   * @param {() => S} settings.read
   * @param {(settings: S) => void} settings.write
   * @param {(a: S, b: S) => boolean} settings.same
   * @param {() => void} settings.changed what can be undone, redone
   */
  constructor({ read, write, same, changed }) {
    this.read = read;
    this.write = write;
    this.same = same;
    this.changed = changed;
    this.known = read();
  }

  get undos() {
    return this.#back.length;
  }

  get redos() {
    return this.#forth.length;
  }

  /** The settings may have changed. @param {boolean} counts as a step; otherwise they are where it starts from @param {boolean} [held] in the middle of one gesture */
  note(counts, held = false) {
    if (this.#replaying) return;
    const now = this.read();
    const { known } = this;
    if (this.same(known, now)) return;
    this.known = now;
    if (!counts) return;
    const at = performance.now();
    const last = this.#back.at(-1);
    if (last && 'before' in last && !this.#forth.length && (held || at - last.at < togetherMs)) {
      last.after = now;
      last.at = at;
      if (this.same(last.before, now)) this.#back.pop();
      this.changed();
    } else this.#push({ before: known, after: now, at });
  }

  /** The next change of the settings is a step of its own. */
  rest() {
    const last = this.#back.at(-1);
    if (last && 'before' in last) last.at = -togetherMs;
  }

  /** @param {Deed} deed that has been done */
  add(deed) {
    if (!this.#replaying) this.#push(deed);
  }

  /** @returns {boolean} whether there was something to take back */
  undo() {
    return this.#go(this.#back, this.#forth, 'undo');
  }

  redo() {
    return this.#go(this.#forth, this.#back, 'redo');
  }

  forget() {
    this.#back = [];
    this.#forth = [];
    this.changed();
  }

  /** @param {Change<S> | Deed} step */
  #push(step) {
    this.#back.push(step);
    if (this.#back.length > most) this.#back.shift();
    this.#forth = [];
    this.changed();
  }

  /** @param {(Change<S> | Deed)[]} from @param {(Change<S> | Deed)[]} to @param {'undo' | 'redo'} way */
  #go(from, to, way) {
    const step = from.pop();
    if (!step) return false;
    to.push(step);
    this.#replaying = true;
    try {
      if ('before' in step) {
        this.write(way === 'undo' ? step.before : step.after);
        step.at = -togetherMs;
      } else step[way]();
    } finally {
      this.#replaying = false;
      this.known = this.read();
    }
    this.changed();
    return true;
  }
}
