// The retoucher's tool that takes what is pointed at: hover shows what a click
// would take, a click or a box takes it, Alt or the switch takes it away. What
// is said goes to the engine's pick session, what it answers to the retouch:
// supposed at once, settled as steps of undo when something else begins.
import english from '../../texts/en/pick.js';
import { adoptStyles } from '../common/adopt-styles.js';
import { localize, texts } from '../common/texts.js';
import { isMeant } from '../common/zoom.js';
import { boxBetween, changeOf, clickOn, Thing } from './things.js';

/**
 * @typedef {import('../../engine/index.js').PickSession} PickSession
 * @typedef {import('../../engine/index.js').Retouching} Retouching
 * @typedef {import('../common/zoom.js').Point} Point
 * @typedef {import('./things.js').Way} Way
 * @typedef {import('./things.js').Said} Said
 * @typedef {import('./things.js').Answer} Answer
 *
 * @typedef {object} Needs
 * @property {HTMLElement} sheet the window, with the canvas in it
 * @property {HTMLElement} bar its tools
 * @property {Retouching} retouching
 * @property {import('../common/zoom.js').Zoom} view
 * @property {string} language
 * @property {(onProgress: (share: number) => void) => Promise<PickSession>} session fetches its model, too
 * @property {(text: string) => void} say
 * @property {<T>(call: () => Promise<T>) => Promise<T | undefined>} call one after another, strokes among them; a failure ends
 *   the retouch
 * @property {() => void} changed what is to be seen, or to be undone
 */

/** Between two looks at what is below a pointer. */
const REST_MS = 90;
/** A pointer that went no further still shows the same, CSS pixels. */
const NEAR = 3;
/** Of an arrow key, CSS pixels. */
const STEP = 12;

/** What a click does, in words, and with Alt. */
const hows = /** @type {const} */ ({
  add: ['how.add', 'alt.take'],
  take: ['how.take', 'alt.add'],
  only: ['how.only', 'alt.take'],
});

const overlay = `
<canvas class="meant" aria-hidden="true" hidden></canvas><i class="frame-of-box" hidden></i><i class="cross" hidden></i>`;
const controls = `
<div class="picking" role="radiogroup" data-label="way">
  <label class="chip"><input type="radio" name="way" value="add" checked><span data-t="way.add"></span></label>
  <label class="chip"><input type="radio" name="way" value="take"><span data-t="way.take"></span></label>
  <label class="chip"><input type="radio" name="way" value="only"><span data-t="way.only"></span></label>
</div>
<p class="picking how"><span></span><span class="alt"></span></p>`;
const styles = `
.sheet-of-photo .meant{inset:0 auto auto 0;background:none;pointer-events:none}
.frame-of-box{position:absolute;border:2px dashed var(--_spark);outline:1px solid #0009;background:#ffd54a1f;pointer-events:none}
.cross{position:absolute;left:-14px;top:-14px;width:28px;height:28px;pointer-events:none;filter:drop-shadow(0 0 1px #000) drop-shadow(0 0 1px #000);background:linear-gradient(#fff,#fff) 50%/2px 100% no-repeat,linear-gradient(#fff,#fff) 50%/100% 2px no-repeat}
.cross[data-way=take]{transform:rotate(45deg)}
.picking{display:flex;flex-wrap:wrap;align-items:center;gap:6px}
.picking .chip{position:relative;cursor:pointer}
.picking .chip input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.picking .chip:has(:checked){background:var(--_spark);border-color:var(--_spark);color:#1b1a0f}
.picking .chip:has(:focus-visible){outline:3px solid #fff;outline-offset:2px}
.picking.how{font-size:.875rem;opacity:.9}
@media (hover:none){.picking .alt{display:none}}
canvas[data-tool=pick]{cursor:crosshair!important}
@container (max-width:640px){.picking[role]{flex:1 1 100%}.picking .chip{flex:1;justify-content:center;padding:0 6px;font-size:.82rem}.picking.how{flex-basis:100%;font-size:.8rem}}
`;

/**
 * Fetches what it needs and makes the tool.
 *
 * @param {Needs} needs
 * @returns {Promise<PickTool>}
 */
export async function openPick(needs) {
  const t = await texts(needs.language, 'pick', english);
  const waiting = Object.assign(document.createElement('p'), { className: 'picking how', textContent: t('loading') });
  needs.bar.prepend(waiting);
  adoptStyles(/** @type {ShadowRoot} */ (needs.bar.getRootNode()), styles);
  needs.say(t('loading'));
  try {
    const percent = new Intl.NumberFormat(t.language, { style: 'percent' });
    const session = await needs.session((share) => {
      waiting.textContent = t('loading.of', { share: percent.format(share) });
    });
    return new PickTool(needs, session, t);
  } finally {
    waiting.remove();
  }
}

export class PickTool {
  /** @type {Thing | undefined} that is being pointed at */ #thing;
  #waiting = 0;
  /** Clicks that wait for their answer. */
  #pending = 0;
  /** What was said is on its way to the retouch: no longer to be taken back here. */
  #settling = 0;
  /** @type {{ key: string, answer: Answer } | undefined} the last answer */ #seen;
  /** @type {{ place: Point, alt: boolean } | null} what is to be looked at next */ #wish = null;
  /** @type {{ place: Point, alt: boolean } | null} where the pointer or the cross is */ #at = null;
  #looking = false;
  /** @type {{ id: number, from: Point, to: Point, alt: boolean, box: boolean } | null} a pointer that is down */ #press =
    null;
  /** @type {Point | null} the cross of the arrow keys */ #cross = null;
  #gone = false;

  /** @param {Needs} needs @param {PickSession} session @param {import('../common/texts.js').Translate<typeof english>} t */
  constructor(needs, session, t) {
    this.needs = needs;
    this.session = session;
    this.t = t;
    /** @param {string} markup */
    const made = (markup) => {
      const template = document.createElement('template');
      template.innerHTML = markup;
      return template.content;
    };
    needs.sheet.append(made(overlay));
    const bar = made(controls);
    localize(bar, t); // the rest of it is the retoucher's
    needs.bar.prepend(bar);
    this.controls = /** @type {HTMLElement[]} */ ([...needs.bar.querySelectorAll('.picking')]);
    this.hint = /** @type {HTMLElement} */ (needs.bar.querySelector('.how'));
    this.switch = /** @type {HTMLInputElement[]} */ ([...needs.bar.querySelectorAll('.picking input')]);
    for (const one of this.switch) one.addEventListener('change', () => this.#tell());
    this.#tell();
  }

  /** Undo and redo of the thing that is being pointed at; the retouch has what is settled. */
  get undos() {
    return this.#settling ? 0 : this.#pending + (this.#thing?.steps.length ?? 0);
  }

  get redos() {
    return this.#settling || this.#pending ? 0 : (this.#thing?.undone.length ?? 0);
  }

  /** @returns {Way} */
  get way() {
    return /** @type {Way} */ (this.switch.find(({ checked }) => checked)?.value ?? 'add');
  }

  set way(way) {
    for (const one of this.switch) one.checked = one.value === way;
    this.#tell();
  }

  /** It is the tool in hand, or another one is. @param {boolean} shown */
  show(shown) {
    for (const one of this.controls) one.hidden = !shown;
    if (shown) return this.#tell();
    this.leave();
    this.#cross = null;
    this.#layCross();
  }

  /** What a click does now. */
  #tell() {
    const [how, alt] = this.hint.children;
    how.textContent = this.t(hows[this.way][0]);
    alt.textContent = this.t(hows[this.way][1]);
    this.#layCross();
  }

  /** @param {boolean} alt @returns {Way} */
  #wayOf(alt) {
    if (!alt) return this.way;
    return this.way === 'take' ? 'add' : 'take';
  }

  get #photo() {
    return this.needs.retouching.state;
  }

  /** @param {Point} place of the window @returns {Point | null} pixels of the photo; null: beside it */
  #on(place) {
    const at = this.needs.view.under(place);
    const { width, height } = this.#photo;
    return at.x >= 0 && at.y >= 0 && at.x < width && at.y < height ? at : null;
  }

  /* ---- what is asked, and what follows ---- */

  /** @param {import('./things.js').Prompt} prompt @returns {Promise<Answer>} */
  async #ask(prompt) {
    const key = JSON.stringify(prompt);
    if (this.#seen?.key === key) return this.#seen.answer;
    const answer = await this.session.show(prompt);
    this.#seen = { key, answer };
    return answer;
  }

  /** @param {() => Promise<void>} call */
  async #do(call) {
    this.#waiting++;
    this.#wish = null;
    await this.needs.call(call);
    this.#waiting--;
    if (this.#gone) return;
    this.#lay(null);
    this.needs.changed();
  }

  /** @param {() => { said: Said, begins: boolean }} what asked for when its turn has come @param {Way} way */
  #tellEngine(what, way) {
    this.#pending++;
    return this.#do(async () => {
      this.#pending--;
      const { said, begins } = what();
      const thing = begins || !this.#thing ? new Thing(way) : this.#thing;
      const answer = await this.#ask(thing.prompt(said));
      if (this.#gone) return;
      if (!answer.found && !thing.steps.length) return this.needs.say(this.t('nothing'));
      if (thing !== this.#thing) await this.#settle();
      thing.add(said, answer);
      this.#thing = thing;
      await this.#suppose();
      if (this.way === 'only') this.way = 'add'; // what is clicked next belongs to it
      this.needs.say(this.t(way === 'take' ? 'taken' : 'picked'));
    });
  }

  /** Shows the thing as it is. */
  async #suppose() {
    const thing = this.#thing;
    const answer = thing?.answer;
    await this.needs.retouching.suppose(thing && answer ? { way: thing.way, ...answer } : null);
  }

  /** Makes the thing steps of the retouch. @param {boolean} [last] one step is enough: nobody goes back any more */
  async #settle(last = false) {
    const thing = this.#thing;
    this.#thing = undefined;
    const { retouching } = this.needs;
    const steps = thing?.steps.slice(last ? -1 : 0) ?? [];
    for (const [i, { answer }] of steps.entries()) {
      await retouching.suppose({ way: /** @type {Thing} */ (thing).way, ...answer });
      await retouching.settle(i > 0, i === steps.length - 1);
    }
  }

  /** Something else begins: a stroke, or the end. What was said before comes first. @param {boolean} [last] @returns {Promise<void>} */
  async settle(last) {
    this.#settling++;
    await this.needs.call(() => this.#settle(last));
    this.#settling--;
    if (!this.#gone) this.needs.changed();
  }

  undo() {
    void this.#do(async () => {
      if (this.#thing?.undo()) await this.#suppose();
    });
  }

  redo() {
    void this.#do(async () => {
      if (this.#thing?.redo()) await this.#suppose();
    });
  }

  /** @param {Point} place @param {boolean} alt */
  #click(place, alt) {
    const at = this.#on(place);
    const way = this.#wayOf(alt);
    if (at) void this.#tellEngine(() => clickOn(this.#thing, way, at.x, at.y, this.#photo), way);
  }

  /* ---- what a click would take ---- */

  /** @param {Point} place @param {boolean} alt */
  hover(place, alt) {
    this.#at = { place, alt };
    const last = this.#wish ?? this.#lookedAt;
    if (last && last.alt === alt && Math.hypot(last.place.x - place.x, last.place.y - place.y) < NEAR) return;
    this.#wish = { place, alt };
    if (!this.#looking) void this.#look();
  }

  /** @type {{ place: Point, alt: boolean } | null} */ #lookedAt = null;

  /** One look after another, the newest wish first; none while a click waits for its answer. */
  async #look() {
    this.#looking = true;
    while (this.#wish && !this.#waiting && !this.#gone) {
      const wish = this.#wish;
      this.#wish = null;
      this.#lookedAt = wish;
      const at = this.#on(wish.place);
      const way = this.#wayOf(wish.alt);
      const { said, begins } = clickOn(this.#thing, way, at?.x ?? 0, at?.y ?? 0, this.#photo);
      const now = begins ? undefined : this.#thing;
      const thing = now ?? new Thing(way);
      const answer = at && (await this.#ask(thing.prompt(said)).catch(() => null)); // a click will say what is wrong
      if (this.#gone) break;
      if (!this.#waiting && this.#at) this.#lay(answer && changeOf(answer, now?.answer, thing.way));
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
    this.#looking = false;
  }

  /** The pointer is gone. */
  leave() {
    this.#at = this.#wish = this.#lookedAt = null;
    this.#lay(null);
  }

  /** @param {ReturnType<typeof changeOf>} change */
  #lay(change) {
    const canvas = /** @type {HTMLCanvasElement} */ (this.needs.sheet.querySelector('.meant'));
    canvas.hidden = !change;
    if (!change) {
      this.#lookedAt = null;
      return;
    }
    canvas.width = change.width;
    canvas.height = change.height;
    canvas.getContext('2d')?.putImageData(new ImageData(change.data, change.width, change.height), 0, 0);
    this.place();
  }

  /** Where the view has moved to. */
  place() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.needs.sheet.querySelector('.meant'));
    const { zoom, x, y } = this.needs.view;
    const { width, height } = this.#photo;
    canvas.style.translate = `${-x * zoom}px ${-y * zoom}px`;
    canvas.style.width = `${width * zoom}px`;
    canvas.style.height = `${height * zoom}px`;
  }

  /* ---- the hand ---- */

  /** @param {PointerEvent} event @param {Point} place */
  down({ pointerId, altKey }, place) {
    this.#cross = null;
    this.#layCross();
    this.#press = { id: pointerId, from: place, to: place, alt: altKey, box: false };
  }

  /** @param {PointerEvent} event @param {Point} place */
  move(event, place) {
    const press = this.#press;
    if (press?.id !== event.pointerId) {
      if (!press && event.pointerType !== 'touch') this.hover(place, event.altKey);
      return;
    }
    press.to = place;
    if (!press.box && !isMeant(press.from, place)) return;
    press.box = true;
    this.leave();
    this.#layBox();
  }

  /** @param {PointerEvent} event */
  up({ pointerId, type }) {
    const press = this.#press;
    if (press?.id !== pointerId) return;
    this.cancel();
    if (type === 'pointercancel') return;
    if (!press.box) return this.#click(press.from, press.alt);
    const { view } = this.needs;
    const box = boxBetween(view.under(press.from), view.under(press.to), this.#photo);
    const way = this.#wayOf(press.alt);
    if (box) void this.#tellEngine(() => ({ said: { box }, begins: true }), way);
  }

  /** What the pointer began is not meant: a second finger came, or Escape. @returns {boolean} whether there was anything */
  cancel() {
    const was = this.#press;
    this.#press = null;
    this.#layBox();
    return Boolean(was);
  }

  #layBox() {
    const frame = /** @type {HTMLElement} */ (this.needs.sheet.querySelector('.frame-of-box'));
    frame.hidden = !this.#press?.box;
    if (!this.#press?.box) return;
    const { from, to } = this.#press;
    frame.style.left = `${Math.min(from.x, to.x)}px`;
    frame.style.top = `${Math.min(from.y, to.y)}px`;
    frame.style.width = `${Math.abs(from.x - to.x)}px`;
    frame.style.height = `${Math.abs(from.y - to.y)}px`;
  }

  /** The arrows move a cross. @param {number} x -1, 0 or 1 @param {number} y */
  nudge(x, y) {
    const { clientWidth, clientHeight } = this.needs.sheet;
    const from = this.#cross ?? this.#at?.place ?? { x: clientWidth / 2, y: clientHeight / 2 };
    this.#cross = {
      x: Math.min(clientWidth - 1, Math.max(0, from.x + x * STEP)),
      y: Math.min(clientHeight - 1, Math.max(0, from.y + y * STEP)),
    };
    this.#layCross();
    this.hover(this.#cross, false);
  }

  /** Enter: a click where the cross is. @param {boolean} alt takes away */
  enter(alt) {
    if (!this.#cross) return this.nudge(0, 0);
    this.#click(this.#cross, alt);
  }

  /** Alt goes down or up: what a click would do is another thing. @param {boolean} alt */
  alternate(alt) {
    if (this.#at && this.#at.alt !== alt) this.hover(this.#at.place, alt);
  }

  #layCross() {
    const cross = /** @type {HTMLElement | null} */ (this.needs.sheet.querySelector('.cross'));
    if (!cross) return;
    cross.hidden = !this.#cross;
    cross.dataset.way = this.way;
    if (this.#cross) cross.style.translate = `${this.#cross.x}px ${this.#cross.y}px`;
  }

  /** Gives the session back. */
  dispose() {
    this.#gone = true;
    void this.session.close();
  }
}
