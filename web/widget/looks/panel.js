// The looks: put on with a click, several of them ticked for one ZIP, kept
// under a name, taken out as a file and in again. Loaded when opened. What it
// is for, one photo or a batch, its owner says.
import { maxLookChars, readLook, usualPattern, writeLook } from '../../engine/core/look.js';
import english from '../../texts/en/looks.js';
import { adoptStyles } from '../common/adopt-styles.js';
import { localize, texts } from '../common/texts.js';
import { shops } from '../settings/shops.js';
import { save } from '../studio/export.js';
import { forgetLook, keepLook, recallLooks } from './store.js';

/**
 * @typedef {import('../../engine/core/look.js').Look} Look
 * @typedef {import('../common/texts.js').Translate<typeof english>} Translate
 *
 * @typedef {object} Owner
 * @property {() => Look['options']} options in force
 * @property {(look: Look) => void} wear puts a look on
 * @property {(looks: Look[]) => void} ticked which are for the ZIP
 * @property {(looks: Look[]) => void} [zip] makes it; without it the owner has a button of its own for that
 */

const markup = `
<ul class="all" data-label="looks"></ul>
<p class="out" hidden><button type="button" class="plain" data-look="zip"></button></p>
<form class="new">
  <label><span data-t="name"></span><input class="name" maxlength="60" autocomplete="off" required></label>
  <label><span data-t="pattern"></span><input class="pattern" maxlength="120" autocomplete="off" spellcheck="false"></label>
  <button class="plain" data-t="keep"></button>
  <button type="button" class="plain" data-look="import" data-t="import"></button>
</form>
<p class="told" role="status"></p>
<input type="file" class="file" accept=".json,application/json" multiple hidden tabindex="-1" aria-hidden="true">`;

const styles = `
.bar>.presets{display:block;flex-basis:100%;min-width:0;padding:6px 0;border-block:1px solid var(--_edge);font-size:.9rem;overflow-y:auto;overscroll-behavior:contain;max-height:250px;scrollbar-width:thin}
.presets .all{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(270px,100%),1fr));gap:2px 14px;margin:0;padding:0;list-style:none}
.presets li{display:grid;grid-template-columns:auto minmax(0,1fr) auto auto;align-items:center;gap:2px;min-height:44px}
.presets .wear{display:grid;min-height:42px;padding:3px 10px;border:1px solid #0000;border-radius:10px;background:none;text-align:start;align-content:center}
.presets .wear:hover{border-color:var(--_ink)}
.presets .wear b{font-weight:600}
.presets .wear b,.presets .wear small{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.presets .wear small{color:var(--_muted);font-size:.8rem}
.presets .wear[aria-pressed=true]{border-color:var(--_ink);background:color-mix(in srgb,var(--_ink),#0000 90%)}
.presets .icon{width:38px;height:38px;padding:0;border:0;border-radius:9px;background:none}
.presets .icon:hover{background:color-mix(in srgb,var(--_ink),#0000 88%)}
.presets .icon svg{display:block;width:18px;height:18px;margin:auto;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.presets .check{min-height:38px;padding-inline:2px 8px;gap:5px;font-size:.76rem;color:var(--_muted)}
.presets .new{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:end;padding-top:8px;margin-top:4px;border-top:1px solid color-mix(in srgb,var(--_edge),#0000 40%)}
.presets .new label{display:grid;gap:2px;flex:1 1 130px;min-width:0;font-size:.82rem;color:var(--_muted)}
.presets .new input{width:100%;min-height:40px;padding:0 10px;border:1px solid color-mix(in srgb,var(--_ink),#0000 62%);border-radius:10px;background:var(--_surface);color:var(--_ink);font:inherit;font-size:.92rem}
.presets .new .plain{min-height:40px}
.presets .out{padding:4px 0}
.presets .told{min-height:0;font-size:.86rem;padding-top:4px;overflow-wrap:anywhere}.presets .told:empty{display:none}
.presets .told[data-wrong]{color:#a1241b;color:light-dark(#a1241b,#ffb0a8)}
@container (max-width:640px){.bar>.presets{max-height:236px}}
`;

/** A few that everybody has, until there is one of that name. @type {{ key: 'shop' | 'square' | 'story', options: Look['options'] }[]} */
const starters = [
  {
    key: 'shop',
    options: /** @type {Look['options']} */ (
      Object.fromEntries(Object.entries(shops.amazon.asks).filter(([, value]) => value !== null))
    ),
  },
  {
    key: 'square',
    options: { background: 'white', shadow: true, canvas: 'square', format: 'jpeg' },
  },
  { key: 'story', options: { background: 'blur', canvas: '9:16', format: 'jpeg' } },
];

const icons = {
  export: 'M10 3v9m-3.5-3L10 12.5 13.5 9M4 16.5h12',
  forget: 'M4 6h12M8 6V4h4v2m-6 0 .7 10.5h6.6L14 6',
};

/** The looks' part of a toolbar: closed at first, filled when it is opened. */
export class LooksPanel {
  /** @type {Look[]} */ #looks = [];
  /** @type {Set<string>} by name */ #ticked = new Set();
  #worn = '';
  /** The settings as the worn one left them. */ #wornAs = '';
  /** @type {Set<string>} names of those that are kept here */ #kept = new Set();
  /** @type {Translate | undefined} */ #t;

  /** @param {HTMLElement} box @param {Owner} owner */
  constructor(box, owner) {
    this.box = box;
    this.owner = owner;
    const template = document.createElement('template');
    template.innerHTML = markup;
    box.replaceChildren(template.content);
    adoptStyles(/** @type {ShadowRoot} */ (box.getRootNode()), styles);
    this.#part('.pattern').placeholder = usualPattern;
    box.addEventListener('click', (event) => this.#click(/** @type {HTMLElement} */ (event.target)));
    box.addEventListener('change', ({ target }) => {
      const input = /** @type {HTMLInputElement} */ (target);
      if (input.matches('.tick')) this.#tick(input.value, input.checked);
      if (!input.matches('.file')) return;
      void this.#import([...(input.files ?? [])]);
      input.value = '';
    });
    this.#part('.new').addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.#keep();
    });
  }

  /** In this language, with what is kept. @param {string} language */
  async speak(language) {
    this.#t = await texts(language, 'looks', english);
    localize(this.box, this.#t);
    await this.#recall();
  }

  /** The settings may be others now: then no look is worn any more. */
  changed() {
    if (!this.#worn || JSON.stringify(this.owner.options()) === this.#wornAs) return;
    this.#worn = '';
    this.#lay();
  }

  /** @returns {Look[]} ticked for the ZIP */
  get ticked() {
    return this.#looks.filter(({ name }) => this.#ticked.has(name));
  }

  async #recall() {
    const t = /** @type {Translate} */ (this.#t);
    const kept = await recallLooks();
    const own = starters
      .map(({ key, options }) => ({ name: t(key), pattern: usualPattern, options }))
      .filter(({ name }) => !kept.some((look) => look.name === name));
    this.#looks = [...own, ...kept];
    for (const name of this.#ticked) if (!this.#looks.some((look) => look.name === name)) this.#ticked.delete(name);
    this.#kept = new Set(kept.map(({ name }) => name));
    this.#lay();
    this.#count();
  }

  /** What is ticked now. */
  #count() {
    const { ticked } = this;
    const { zip } = this.owner;
    this.owner.ticked(ticked);
    this.#part('.out').hidden = !zip || !ticked.length;
    if (this.#t) this.#part('[data-look=zip]').textContent = this.#t('zip', { count: ticked.length });
  }

  /** A row for each look. */
  #lay() {
    const t = this.#t;
    if (!t) return;
    const list = this.#part('.all');
    const root = /** @type {ShadowRoot} */ (this.box.getRootNode());
    const at = [...list.querySelectorAll('button,input')].indexOf(/** @type {Element} */ (root.activeElement));
    list.replaceChildren(...this.#looks.map((look) => this.#row(look, t)));
    if (at >= 0) (list.querySelectorAll('button,input')[at] ?? list.querySelector('button'))?.focus();
  }

  /** A tick, the look itself to put on, and what can be done with it. @param {Look} look @param {Translate} t */
  #row(look, t) {
    const { name, options } = look;
    const row = document.createElement('li');
    const label = Object.assign(document.createElement('label'), { className: 'check', title: t('tick', { name }) });
    const tick = Object.assign(document.createElement('input'), {
      type: 'checkbox',
      className: 'tick',
      value: name,
      checked: this.#ticked.has(name),
    });
    tick.setAttribute('aria-label', t('tick', { name }));
    label.append(tick, 'ZIP');
    const wear = Object.assign(document.createElement('button'), { type: 'button', className: 'wear' });
    wear.setAttribute('aria-pressed', String(this.#worn === name));
    wear.dataset.wear = name;
    const said = [(options.format ?? 'png').toUpperCase(), sizeOf(options), backgroundOf(options, t)];
    wear.append(
      Object.assign(document.createElement('b'), { textContent: name }),
      Object.assign(document.createElement('small'), { textContent: said.filter(Boolean).join(' · ') }),
    );
    row.append(label, wear, this.#button('export', name, t('export', { name })));
    if (this.#kept.has(name)) row.append(this.#button('forget', name, t('forget', { name })));
    return row;
  }

  /** @param {'export' | 'forget'} what @param {string} name @param {string} label */
  #button(what, name, label) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'icon', title: label });
    button.setAttribute('aria-label', label);
    Object.assign(button.dataset, { look: what, name });
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 20 20');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', icons[what]);
    svg.append(path);
    button.append(svg);
    return button;
  }

  /** @param {HTMLElement} target */
  #click(target) {
    const button = target.closest('button');
    const { wear, look, name } = button?.dataset ?? {};
    if (look === 'zip') this.owner.zip?.(this.ticked);
    if (look === 'import') this.#part('.file').click();
    if (wear) this.#wear(wear);
    if (look === 'export') void this.#export(name ?? '');
    if (look === 'forget') void forgetLook(name ?? '').then(() => this.#recall());
  }

  /** @param {string} name */
  #wear(name) {
    const look = this.#looks.find((one) => one.name === name);
    if (!look || !this.#t) return;
    this.owner.wear(look);
    this.#worn = name;
    this.#wornAs = JSON.stringify(this.owner.options());
    this.#part('.name').value = this.#kept.has(name) ? name : '';
    this.#part('.pattern').value = look.pattern;
    this.#lay();
    this.#tell(this.#t('worn', { name }));
  }

  /** @param {string} name @param {boolean} on */
  #tick(name, on) {
    if (on) this.#ticked.add(name);
    else this.#ticked.delete(name);
    this.#count();
  }

  /** The settings in force, under a name. */
  async #keep() {
    const name = this.#part('.name').value;
    const pattern = this.#part('.pattern').value.trim() || usualPattern;
    await this.#take(() => ({ 'cutaway-look': 1, name, pattern, options: this.owner.options() }));
  }

  /** @param {File[]} files */
  async #import(files) {
    for (const file of files) {
      // no more of it than shows that it is too long: a character has four bytes at most
      const text = await file.slice(0, 4 * maxLookChars + 4).text();
      await this.#take(() => text);
    }
  }

  /** One more look, or what is wrong with it. @param {() => unknown} said */
  async #take(said) {
    const t = /** @type {Translate} */ (this.#t);
    try {
      const look = readLook(said());
      if (!(await keepLook(look))) return this.#tell(t('full'), true);
      if (typeof said() !== 'string') [this.#worn, this.#wornAs] = [look.name, JSON.stringify(this.owner.options())];
      await this.#recall();
      this.#tell(t('kept', { name: look.name }));
    } catch (error) {
      this.#tell(
        t('wrong', { detail: String(/** @type {any} */ (error).detail || error).replace(/^look: /, '') }),
        true,
      );
    }
  }

  /** As a file, for others, the shell and the API. @param {string} name */
  async #export(name) {
    const look = this.#looks.find((one) => one.name === name);
    if (!look) return;
    const url = URL.createObjectURL(new Blob([await writeLook(look)], { type: 'application/json' }));
    save(url, `${name.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '') || 'look'}.json`);
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  /** @param {string} text @param {boolean} [wrong] */
  #tell(text, wrong = false) {
    const told = this.#part('.told');
    told.toggleAttribute('data-wrong', wrong);
    told.textContent = text;
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.box.querySelector(selector);
  }
}

/** Of canvases, the same in every language. @type {Record<string, string>} */
const canvasNames = { square: '1:1', portrait: '4:5', wide: '16:9', etsy: 'Etsy', shopify: 'Shopify' };

/** @param {Look['options']} options */
function sizeOf({ canvas, crop }) {
  if (!canvas) return crop ? '⌗' : '';
  const { preset, ratio, width, height } = /** @type {Record<string, string | number>} */ (
    typeof canvas === 'string' ? { preset: canvas } : canvas
  );
  const name = String(preset ?? ratio ?? `${width} × ${height}`);
  return canvasNames[name] ?? shops[name]?.name ?? name.replace('x', ' × ');
}

/** @param {Look['options']} options @param {Translate} t */
function backgroundOf({ background = 'transparent' }, t) {
  if (typeof background !== 'string') return t('of.image');
  if (/^linear/.test(background)) return t('of.gradient');
  if (background === 'transparent') return t('of.transparent');
  if (background === 'white') return t('of.white');
  return background === 'blur' ? t('of.blur') : background;
}
