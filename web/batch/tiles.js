// The grid: a tile for each photo, chosen by click, touch or keyboard. One
// tile at a time is in the tab order; arrows, Home and End go on from there,
// Space chooses, Shift takes the range along, Ctrl+A all, Escape none, Enter or
// a double click shows it large, E retouches.
import { errorText } from '../widget/common/messages.js';
import { canRetry, isDoubtful } from './batch-queue.js';
import { Thumbnails } from './thumbnails.js';

/**
 * @typedef {import('./batch-queue.js').Item} Item
 * @typedef {import('./texts.js').Translate} Translate
 */

/** Tiles made in one go; then the page gets a turn. */
const inOneGo = 25;

/** @type {Record<string, 'state.waiting' | 'state.working' | 'state.done' | 'state.cancelled'>} */
const states = { waiting: 'state.waiting', working: 'state.working', done: 'state.done', cancelled: 'state.cancelled' };
/** @typedef {'cancel' | 'save' | 'retry' | 'remove' | 'edit' | 'look'} Act of a tile's buttons */
/** @type {Record<Act, 'act.cancel' | 'act.save' | 'act.retry' | 'act.remove' | 'act.edit' | 'act.look'>} */
const labels = {
  cancel: 'act.cancel',
  save: 'act.save',
  retry: 'act.retry',
  remove: 'act.remove',
  edit: 'act.edit',
  look: 'act.look',
};

/** @param {Translate} t @param {Item} item @returns {[string, string]} what it is, what to do about it */
export function describe(t, { state, error, matte }) {
  if (state !== 'failed') return [t(states[state]), ''];
  if (error?.code === 'no_subject' && matte) return [t('cleared'), t('cleared.do')];
  if (error?.code === 'no_subject') return [t('nothing'), t('nothing.do')];
  if (error?.code === 'result_lost') return [t('lost'), t('lost.do')];
  return errorText(/** @type {any} */ (t), error);
}

/** @param {Item} item @returns {Act} what its button does */
const actionOf = (item) =>
  item.state === 'done' ? 'save' : canRetry(item) ? 'retry' : item.state === 'failed' ? 'remove' : 'cancel';

/** A cut-out to be touched up, or one to be made by hand. @param {Item} item */
const canEdit = ({ state, error }) => state === 'done' || error?.code === 'no_subject';

export class Tiles {
  /** @type {Map<number, { item: Item, tile: HTMLLIElement, pick: HTMLInputElement }>} */ #tiles = new Map();
  /** @type {HTMLLIElement[]} in the order of the list */ #order = [];
  /** @type {HTMLLIElement | undefined} in the tab order */ #current;
  /** @type {HTMLLIElement | undefined} where a range begins */ #anchor;

  /**
   * @param {HTMLElement} list
   * @param {object} on
   * @param {() => Translate} on.t
   * @param {(act: Act, item: Item) => void} on.act
   * @param {() => boolean} on.edits there is something to retouch with
   * @param {() => void} on.chosen
   */
  constructor(list, on) {
    this.list = list;
    this.on = on;
    this.thumbnails = new Thumbnails(/** @type {HTMLElement} */ (list.parentElement));
    list.addEventListener('click', (event) => this.#click(event));
    list.addEventListener('dblclick', (event) => this.#double(event));
    list.addEventListener('keydown', (event) => this.#key(event));
    list.addEventListener('focusin', (event) => this.#enter(/** @type {Element} */ (event.target).closest('li')));
  }

  /** @returns {Item[]} */
  get chosen() {
    return [...this.#tiles.values()].filter(({ pick }) => pick.checked).map(({ item }) => item);
  }

  /** @param {Item[]} items as many as there may be; the page stays alive meanwhile */
  async add(items) {
    for (let i = 0; i < items.length; i += inOneGo) {
      if (i) await new Promise((resolve) => setTimeout(resolve));
      const fresh = items
        .slice(i, i + inOneGo)
        .filter(({ gone }) => !gone)
        .map((item) => this.#make(item));
      this.list.append(...fresh);
      this.#order.push(...fresh);
      this.#enter(this.#current ?? this.#order[0] ?? null);
    }
  }

  /** The tile says what its photo is now; what it says already is left alone. @param {Item} item */
  update(item) {
    const entry = this.#tiles.get(item.id);
    if (!entry) return;
    const { tile, pick } = entry;
    tile.style.setProperty('--fraction', String(item.fraction));
    const act = actionOf(item);
    const edit = canEdit(item) && this.on.edits();
    const doubtful = isDoubtful(item);
    const shown = [item.state, item.error?.code, item.own ? 'own' : '', edit, item.mark, doubtful].join(' ');
    if (tile.dataset.shown !== shown) {
      const t = this.on.t();
      const [what, hint] = describe(t, item);
      Object.assign(tile.dataset, { shown, state: item.state, mark: item.mark ?? (doubtful ? 'doubt' : '') });
      tile.toggleAttribute('data-own', Boolean(item.own));
      const mark = item.mark
        ? t(item.mark === 'kept' ? 'state.kept' : 'state.left')
        : doubtful && !hint
          ? t('doubt')
          : '';
      const note = [what, mark, item.own ? t('state.own') : ''].filter(Boolean).join(' · ');
      part(tile, '.state').textContent = note;
      tile.title = [item.name, what, hint].filter(Boolean).join('\n');
      pick.setAttribute('aria-label', `${item.name}, ${note}`);
      for (const [button, what] of /** @type {[HTMLElement, Act][]} */ ([
        [part(tile, '.do'), act],
        [part(tile, '.edit'), 'edit'],
        [part(tile, '.look-at'), 'look'],
      ])) {
        button.dataset.do = what;
        button.setAttribute('aria-label', t(labels[what], { name: item.name }));
        button.title = button.getAttribute('aria-label') ?? '';
      }
      part(tile, '.edit').hidden = !edit;
    }
    this.thumbnails.set(tile, part(tile, 'img'), item.result?.blob ?? item.photo);
  }

  /** In another language. */
  speak() {
    for (const { item, tile } of this.#tiles.values()) {
      delete tile.dataset.shown;
      this.update(item);
    }
  }

  /** Tab order and focus go on to the tile that follows. @param {Item} item */
  remove(item) {
    const entry = this.#tiles.get(item.id);
    if (!entry) return;
    const { tile } = entry;
    const at = this.#order.indexOf(tile);
    const focused = tile.contains(/** @type {ShadowRoot} */ (this.list.getRootNode()).activeElement);
    this.thumbnails.forget(tile);
    this.#tiles.delete(item.id);
    this.#order.splice(at, 1);
    if (this.#current === tile) this.#enter(this.#order[at] ?? this.#order[at - 1] ?? null);
    if (this.#anchor === tile) this.#anchor = undefined;
    tile.remove();
    if (focused) this.focus();
  }

  /** @returns {Item[]} as they lie */
  get items() {
    return this.#order.flatMap(({ dataset }) => this.#tiles.get(Number(dataset.id))?.item ?? []);
  }

  /** Lays them in another order; focus and choice stay. @param {(a: Item, b: Item) => number} compare */
  sort(compare) {
    const focused = /** @type {HTMLElement | null} */ (
      /** @type {ShadowRoot} */ (this.list.getRootNode()).activeElement
    );
    const sorted = this.items.sort(compare).map(({ id }) => /** @type {any} */ (this.#tiles.get(id)).tile);
    if (sorted.every((tile, i) => tile === this.#order[i])) return;
    this.#order = sorted;
    this.list.append(...sorted);
    if (focused && this.list.contains(focused)) focused.focus({ preventScroll: true });
    this.#anchor = undefined;
  }

  clear() {
    for (const { item } of [...this.#tiles.values()]) this.remove(item);
  }

  /** @param {boolean} chosen */
  chooseAll(chosen) {
    for (const { pick } of this.#tiles.values()) pick.checked = chosen;
    this.on.chosen();
  }

  /** @param {Item} [item] */
  focus(item) {
    if (item) this.#enter(this.#tiles.get(item.id)?.tile ?? this.#current ?? null);
    this.#current?.querySelector('input')?.focus();
  }

  /** @param {Item} item */
  sees(item) {
    const entry = this.#tiles.get(item.id);
    return Boolean(entry && this.thumbnails.sees(entry.tile));
  }

  dispose() {
    this.thumbnails.dispose();
  }

  /** A tile of a photo that has none yet. @param {Item} item */
  #make(item) {
    const tile = document.createElement('li');
    tile.className = 'tile';
    tile.dataset.id = String(item.id);
    const pick = Object.assign(document.createElement('input'), { type: 'checkbox', className: 'pick', tabIndex: -1 });
    const image = Object.assign(document.createElement('img'), { alt: '', hidden: true, decoding: 'async' });
    const view = Object.assign(document.createElement('div'), { className: 'pic' });
    view.append(image);
    const file = Object.assign(document.createElement('span'), {
      className: 'file',
      textContent: item.name.split('/').pop() ?? '',
    });
    const state = Object.assign(document.createElement('span'), { className: 'state' });
    const buttons = ['edit act', 'do act', 'look-at act'].map((className) =>
      Object.assign(document.createElement('button'), { type: 'button', className, tabIndex: -1 }),
    );
    tile.append(pick, view, file, state, ...buttons);
    this.#tiles.set(item.id, { item, tile, pick });
    this.update(item);
    return tile;
  }

  /** The one tile that Tab reaches. @param {HTMLLIElement | null} tile */
  #enter(tile) {
    if (tile === this.#current) return;
    const reach = (/** @type {HTMLLIElement | null | undefined} */ which, /** @type {number} */ index) => {
      for (const control of which?.querySelectorAll('input, button') ?? []) {
        /** @type {HTMLElement} */ (control).tabIndex = index;
      }
    };
    reach(this.#current, -1);
    reach(tile, 0);
    this.#current = tile ?? undefined;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const tile = target.closest('li');
    const entry = tile && this.#tiles.get(Number(tile.dataset.id));
    if (!entry) return;
    const act = target.closest('button')?.dataset.do;
    if (act) return this.on.act(/** @type {Act} */ (act), entry.item);
    if (target !== entry.pick) return;
    if (event.shiftKey && this.#anchor) this.#range(this.#anchor, tile, entry.pick.checked);
    this.#anchor = tile;
    this.on.chosen();
  }

  /** Twice on one photo: all of it is shown, and it is chosen as it was before. @param {MouseEvent} event */
  #double({ target }) {
    const tile = /** @type {HTMLElement} */ (target).closest('li');
    const entry = tile && this.#tiles.get(Number(tile.dataset.id));
    if (entry && target === entry.pick) this.on.act('look', entry.item);
  }

  /** @param {HTMLLIElement} from @param {HTMLLIElement} to @param {boolean} checked */
  #range(from, to, checked) {
    const [a, b] = [this.#order.indexOf(from), this.#order.indexOf(to)].sort((x, y) => x - y);
    for (const tile of this.#order.slice(a, b + 1)) part(tile, 'input').checked = checked;
  }

  /** Moves, chooses, removes by keyboard, as the head of this file says. @param {KeyboardEvent} event */
  #key(event) {
    const { key } = event;
    const item = this.#current && this.#tiles.get(Number(this.#current.dataset.id))?.item;
    if (key === 'Delete' && item) {
      this.on.act('remove', item);
    } else if (key === 'Enter' && item && event.target instanceof HTMLInputElement) {
      this.on.act('look', item);
    } else if (key === 'e' && !event.ctrlKey && !event.metaKey && item && canEdit(item) && this.on.edits()) {
      this.on.act('edit', item);
    } else if (key === 'a' && (event.ctrlKey || event.metaKey)) {
      this.chooseAll(true);
    } else if (key === 'Escape' && this.chosen.length) {
      this.chooseAll(false);
      event.stopPropagation();
    } else {
      const next = this.#order[this.#step(key)];
      if (!next) return;
      if (event.shiftKey && this.#current) {
        this.#anchor ??= this.#current;
        this.#range(this.#anchor, next, true);
        this.on.chosen();
      }
      part(next, 'input').focus();
    }
    event.preventDefault();
  }

  /** @param {string} key @returns {number} place of the tile it leads to; -1 when it is no such key */
  #step(key) {
    const at = this.#current ? this.#order.indexOf(this.#current) : 0;
    const style = getComputedStyle(this.list);
    const across = style.gridTemplateColumns.split(' ').length;
    const forward = style.direction === 'rtl' ? -1 : 1;
    const last = this.#order.length - 1;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: across, ArrowUp: -across };
    if (key === 'Home') return 0;
    if (key === 'End') return last;
    return key in steps ? Math.max(0, Math.min(last, at + steps[key])) : -1;
  }
}

/** @param {Element} tile @param {string} selector @returns {any} */
const part = (tile, selector) => tile.querySelector(selector);
