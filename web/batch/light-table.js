// One photo of the batch, large: the studio of a <background-remover> shows it,
// a rail below the stage leads through the others, and says what becomes of it.
// What is done there (settings, a matte by hand) is the batch's.
import '../widget/background-remover.js';
import { adoptStyles } from '../widget/common/adopt-styles.js';
import { localize } from '../widget/common/texts.js';
import { resultNames } from '../widget/settings/attributes.js';
import { fields } from '../widget/studio/shortcuts.js';
import { studioOf, whenStudio } from '../widget/studio/studios.js';
import { effective, isDoubtful } from './batch-queue.js';

/**
 * @typedef {import('./batch-queue.js').Item} Item
 * @typedef {import('./batch-queue.js').Options} Options
 * @typedef {import('../widget/background-remover.js').BackgroundRemover} Remover
 * @typedef {import('../widget/studio/studio.js').Studio} Studio
 *
 * @typedef {object} Needs
 * @property {() => Remover} remover in whose studio it is shown, on the page
 * @property {() => import('./texts.js').Translate} t
 * @property {() => Item[]} order of the photos as the grid has them
 * @property {(item: Item) => Options} options of a photo
 * @property {(options: Options, items: Item[]) => void} choose settings of these, or of all
 * @property {(look: import('../engine/core/look.js').Look, items: Item[]) => void} wear
 * @property {(item: Item) => void} shared its settings are those of the others
 * @property {(item: Item, matte: Blob | undefined) => void} mended
 * @property {(item: Item, mark: Item['mark']) => void} mark
 * @property {(item: Item | undefined) => void} closed that was looked at
 */

/** Settings that move are not followed by every photo at once. */
const settleMs = 600;
/** A finger that went so far across has turned a page. */
const swipePx = 48;

const markup = `
<button type="button" class="plain all" data-rail="close"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z"/></svg><span data-t="rail.close"></span></button>
<div class="way">
  <button type="button" class="plain icon" data-rail="previous" data-label="rail.previous" data-title="rail.previous"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m12 4-6 6 6 6"/></svg></button>
  <span class="at"></span>
  <button type="button" class="plain icon" data-rail="next" data-label="rail.next" data-title="rail.next"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m8 4 6 6-6 6"/></svg></button>
</div>
<span class="doubt" data-t="doubt" hidden></span>
<label class="check"><input type="checkbox" class="alone"><span data-t="alone"></span></label>
<div class="fate">
  <button type="button" class="plain" data-rail="kept" aria-pressed="false"><i aria-hidden="true">✓</i><span data-t="mark.kept"></span></button>
  <button type="button" class="plain" data-rail="left" aria-pressed="false"><i aria-hidden="true">✕</i><span data-t="mark.left"></span></button>
</div>`;

const styles = `
.led>.strip:not(.rail),.led .top [data-act=clear],.led [data-act=all]{display:none!important}
.rail{flex-wrap:wrap;align-items:center;gap:8px 14px;padding-bottom:8px;touch-action:pan-y;user-select:none;-webkit-user-select:none;background:var(--_surface)}
.rail>*{flex:none}
.rail .way,.rail .fate{display:flex;align-items:center;gap:6px}
.rail .at{min-width:5.2em;text-align:center;font-size:.94rem;font-weight:600;font-variant-numeric:tabular-nums}
.rail .plain{display:inline-flex;align-items:center;gap:8px;min-height:42px}
.rail .plain.icon{width:42px;padding:0;justify-content:center}
.rail svg{width:18px;height:18px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.rail .all svg{fill:currentColor;stroke:none}
.rail i{font-style:normal}
.rail .fate{margin-inline-start:auto}
.rail .plain[aria-pressed=true]{background:var(--_spark);border-color:#0000;color:#1b1a0f}
.rail :is(svg,i){flex:none}
:host(:dir(rtl)) .rail .way svg{transform:scaleX(-1)}
.doubt{display:inline-flex;align-items:center;gap:6px;padding:3px 10px;border-radius:14px;background:#ffd54a;color:#1b1a0f;font-size:.82rem;font-weight:600}
.doubt[hidden]{display:none}
.led .picture:not(.placed){touch-action:pan-y}
@container (max-width:640px){
.rail{gap:6px 8px;padding:8px 12px 2px}
.rail .plain{padding:0 10px;font-size:.88rem}.rail .at{min-width:4em;font-size:.88rem}
.rail .way{margin-inline:auto}.rail .all+.way+.doubt{order:1}.rail .check{order:2;min-height:30px;margin-inline-start:auto}
.rail .fate{margin:0}.rail .fate span,.rail .all span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.rail .fate .plain,.rail .all{width:42px;padding:0;justify-content:center}
}
@media (max-height:500px){.rail{flex-wrap:nowrap;overflow-x:auto;padding-block:4px;gap:8px}.rail .fate{margin:0}.rail .doubt{order:1}.rail .check{order:2}.rail .at{min-width:4em}.rail .plain{min-height:36px}.rail .fate span,.rail .all span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.rail .plain.icon{width:36px}}
@media (forced-colors:active){.rail .plain[aria-pressed=true]{outline:3px solid Highlight}.doubt{border:1px solid}}
`;

export class LightTable {
  /** @type {Item | undefined} on the stage */ #item;
  /** @type {Studio | undefined} */ #studio;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Record<string, unknown>} the settings that the studio was given, or has told */ #known = {};
  #alone = false;
  #swipes = new WeakSet();

  /** @param {Needs} on */
  constructor(on) {
    this.on = on;
    this.rail = document.createElement('div');
    this.rail.className = 'strip rail';
    this.rail.setAttribute('role', 'group');
    const template = document.createElement('template');
    template.innerHTML = markup;
    this.rail.append(template.content);
    this.rail.addEventListener('click', ({ target }) => {
      const what = /** @type {Element} */ (target).closest('button')?.dataset.rail;
      if (what) this.#act(what);
    });
    this.#part('.alone').addEventListener('change', () => this.#setAlone());
    swipe(
      this.rail,
      () => true,
      (step) => this.#go(step),
    );
  }

  /** The photo that is looked at. */
  get item() {
    return this.#item;
  }

  /**
   * Shows a photo. Of what the studio shows already only the rail is new.
   *
   * @param {Item} item
   * @param {{ stays?: boolean }} [how] stays: its photos are on the stage already
   */
  async open(item, { stays = false } = {}) {
    const remover = this.on.remover();
    void remover.preload();
    const studio = studioOf(remover) ?? (await whenStudio(remover));
    if (item.gone) return;
    this.#studio = studio;
    adoptStyles(/** @type {ShadowRoot} */ (remover.shadowRoot), styles);
    studio.lead({
      rail: this.rail,
      keys: () => this.#keys(),
      press: (event) => this.#press(event),
      go: (step) => this.#go(step),
      shown: ({ photo, source }) => this.#shown(photo ?? source),
      settings: () => this.#settings(),
      worn: (look) => {
        if (this.#item) this.on.wear(look, this.#alone ? [this.#item] : []);
        this.#known = this.#told();
      },
      mended: ({ photo, matte }) => {
        const one = this.on.order().find((other) => other.photo === photo);
        if (one) this.on.mended(one, matte);
      },
      close: () => this.close(),
    });
    if (!this.#swipes.has(studio)) {
      this.#swipes.add(studio);
      const { slider, viewport } = studio;
      const turns = (/** @type {PointerEvent} */ event) =>
        Boolean(this.#item) &&
        event.pointerType === 'touch' &&
        viewport.zoom.fitted &&
        !slider.classList.contains('placed') &&
        !event.composedPath().some((one) => one instanceof Element && one.matches('.grip'));
      swipe(slider, turns, (step) => this.#go(step));
    }
    if (stays) {
      this.#item = item;
      this.#known = this.#told();
      this.update();
    } else this.#present(item);
  }

  /** Back to all photos. */
  close() {
    const item = this.#item;
    const studio = this.#studio;
    if (!item) return;
    this.#tell();
    this.#item = this.#studio = undefined;
    studio?.lead(undefined);
    this.on.closed(item);
  }

  /** Something of the photos has changed. */
  update() {
    const item = this.#item;
    if (!item) return;
    if (item.gone) return this.close();
    const t = this.on.t();
    const order = this.on.order();
    const at = order.indexOf(item);
    this.#write('.at', t('rail.at', { at: at + 1, total: order.length }));
    this.#part('[data-rail=previous]').disabled = at <= 0;
    this.#part('[data-rail=next]').disabled = at === order.length - 1;
    this.#part('.doubt').hidden = !isDoubtful(item);
    this.#part('.alone').checked = this.#alone || Boolean(item.own);
    for (const mark of ['kept', 'left'])
      this.#part(`[data-rail=${mark}]`).setAttribute('aria-pressed', String(item.mark === mark));
  }

  /** In another language. */
  speak() {
    const t = this.on.t();
    localize(this.rail, t);
    this.rail.setAttribute('aria-label', t('rail'));
    for (const mark of ['kept', 'left']) {
      const button = this.#part(`[data-rail=${mark}]`);
      button.title = t(mark === 'kept' ? 'mark.kept' : 'mark.left');
    }
    this.update();
  }

  /** Its photo and its settings, to the studio. @param {Item} item */
  #present(item) {
    const options = this.on.options(item);
    const { background, ...rest } = options;
    const image = background instanceof Blob ? background : null;
    const said = /** @type {Record<string, any>} */ ({ ...rest, background: image ? null : background });
    const attributes = Object.fromEntries(resultNames.map((name) => [name, said[name] ?? null]));
    attributes.crop = Boolean(said.crop);
    this.#item = item;
    this.#alone = Boolean(item.own);
    const { result, matte, made, name, photo } = item;
    const plain = result && JSON.stringify(effective(options)) === JSON.stringify(effective({}));
    this.#studio?.present(
      {
        name: name.split('/').pop() ?? '',
        photo,
        hand: matte,
        made: item.error ? undefined : made?.matte,
        cutout: plain ? result : undefined,
      },
      { attributes, image },
    );
    this.#known = this.#told();
    this.update();
  }

  /** @param {1 | -1} step */
  #go(step) {
    const order = this.on.order();
    const next = this.#item && order[order.indexOf(this.#item) + step];
    if (!next) return;
    this.#tell();
    this.#present(next);
    const t = this.on.t();
    const at = t('rail.at', { at: order.indexOf(next) + 1, total: order.length });
    const { status } = /** @type {Studio} */ (this.#studio);
    status.textContent = [`${at}: ${next.name}.`, isDoubtful(next) ? `${t('doubt')}.` : ''].join(' ').trim();
  }

  /** The studio shows another photo by itself: what was done to it was taken back. @param {Blob | string} photo */
  #shown(photo) {
    const item = this.on.order().find((one) => one.photo === photo);
    if (!item || item === this.#item) return;
    this.#item = item;
    this.#alone = Boolean(item.own);
    this.update();
  }

  /** A button of the rail was pressed: a mark goes on to the next photo. @param {string} what it does */
  #act(what) {
    if (what === 'close') this.close();
    else if (what === 'next') this.#go(1);
    else if (what === 'previous') this.#go(-1);
    else if (this.#item) {
      const item = this.#item;
      const mark = /** @type {Item['mark']} */ (what === item.mark ? undefined : what);
      this.on.mark(item, mark);
      this.update();
      if (mark) this.#go(1);
    }
    const focused = /** @type {HTMLButtonElement | null} */ (
      /** @type {ShadowRoot} */ (this.rail.getRootNode()).activeElement
    );
    if (focused?.disabled) this.#part('[data-rail=close]').focus();
  }

  /** Settings are for this photo from now on, or it has those of the others again. */
  #setAlone() {
    const item = /** @type {Item} */ (this.#item);
    const alone = this.#part('.alone').checked;
    this.#tell(); // what was chosen until now
    this.#alone = alone;
    this.update();
    if (this.#alone || !item.own) return;
    this.on.shared(item);
    this.#present(item);
  }

  /** What the studio is set to. */
  #told() {
    const { attributes, image } = /** @type {Studio} */ (this.#studio).settings;
    return { ...attributes, background: image ?? attributes.background ?? 'transparent' };
  }

  #settings() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), settleMs);
  }

  /** What was chosen since, to the photos it is for. */
  #tell() {
    clearTimeout(this.#timer);
    if (!this.#item || !this.#studio) return;
    const now = this.#told();
    const changed = Object.entries(now).filter(([name, value]) => this.#known[name] !== value);
    this.#known = now;
    if (changed.length) this.on.choose(Object.fromEntries(changed), this.#alone ? [this.#item] : []);
    this.update();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #press(event) {
    const { key, defaultPrevented, altKey, ctrlKey, metaKey, shiftKey } = event;
    const target = /** @type {Element} */ (event.composedPath()[0]);
    if (defaultPrevented || altKey || ctrlKey || metaKey || shiftKey || !(target instanceof Element)) return false;
    if (target.matches(fields) || target.closest('dialog')) return false;
    if (key === 'Escape') this.close();
    else if (key === 'k') this.#act('kept');
    else if (key === 'x') this.#act('left');
    else if (!/^Arrow(Left|Right)$/.test(key) || target.matches('input,[role=slider],.placer')) return false;
    else this.#go((key === 'ArrowRight') === (getComputedStyle(this.rail).direction === 'ltr') ? 1 : -1);
    return true;
  }

  /** @returns {[string, string][]} */
  #keys() {
    const t = this.on.t();
    return [
      ['← →', t('rail')],
      ['K', t('mark.kept')],
      ['X', t('mark.left')],
      ['Esc', t('rail.close')],
    ];
  }

  /** @param {string} selector @param {string} text */
  #write(selector, text) {
    if (this.#part(selector).textContent !== text) this.#part(selector).textContent = text;
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.rail.querySelector(selector);
  }
}

/**
 * A finger across, to the next photo or the one before; up and down are the page's.
 *
 * @param {HTMLElement} target
 * @param {(event: PointerEvent) => boolean} takes whether this one is no other's
 * @param {(step: 1 | -1) => void} go
 */
function swipe(target, takes, go) {
  /** @type {{ id: number, x: number, y: number } | undefined} */ let from;
  target.addEventListener(
    'pointerdown',
    (event) => {
      from = undefined;
      if (!event.isPrimary || event.pointerType !== 'touch' || !takes(event)) return;
      from = { id: event.pointerId, x: event.clientX, y: event.clientY };
      if (target.localName === 'compare-slider') event.stopImmediatePropagation(); // whose drag it would be
    },
    { capture: true },
  );
  target.addEventListener('pointerup', ({ pointerId, clientX, clientY }) => {
    if (from?.id !== pointerId) return;
    const [dx, dy] = [clientX - from.x, clientY - from.y];
    from = undefined;
    if (Math.abs(dx) < swipePx || Math.abs(dy) > Math.abs(dx)) return;
    const forth = dx < 0 === (getComputedStyle(target).direction === 'ltr');
    go(forth ? 1 : -1);
  });
  target.addEventListener('pointercancel', () => {
    from = undefined;
  });
}
