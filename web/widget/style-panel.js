// The controls of what lies around the cut-out. They write the host's
// attributes, as the toolbar does, and say what those say. Loaded when opened.
import english from '../texts/en/style.js';
import { rememberSettings } from './settings.js';
import { readStyle, writeStyle } from './style.js';
import { localize, texts } from './texts.js';

/** Of canvases by ratio; the shops' come from the core. */
const ratios = ['square', 'portrait', 'wide'];

const markup = `
<fieldset><legend data-t="around"></legend>
  <label class="check"><input type="checkbox" class="shadow"><span data-t="shadow"></span></label>
  <span class="of-shadow"><label><span data-t="distance"></span><input type="range" class="y" min="0" max="8" step="0.25"></label>
  <label><span data-t="softness"></span><input type="range" class="blur" min="0" max="10" step="0.25"></label>
  <label><span data-t="strength"></span><input type="range" class="opacity" min="0.05" max="1" step="0.05"></label></span>
</fieldset>
<fieldset>
  <label class="check"><input type="checkbox" class="outline"><span data-t="outline"></span></label>
  <span class="of-outline"><label><span data-t="width"></span><input type="range" class="width" min="0.2" max="5" step="0.1"></label>
  <label><span data-t="colour"></span><input type="color" class="color"></label></span>
</fieldset>
<fieldset>
  <label class="check"><input type="checkbox" class="gradient"><span data-t="gradient"></span></label>
  <span class="of-gradient"><label><span data-t="from"></span><input type="color" class="from" value="#8fd3f4"></label>
  <label><span data-t="to"></span><input type="color" class="to" value="#fdf3e3"></label>
  <label><span data-t="angle"></span><input type="range" class="angle" min="0" max="345" step="15" value="180"></label></span>
</fieldset>
<fieldset>
  <label><span data-t="canvas"></span><select class="canvas"></select></label>
  <label><span data-t="keep"></span><select class="keep"><option value="subject" data-t="keep.subject"></option><option value="background" data-t="keep.background"></option></select></label>
</fieldset>`;

/** What a shadow and an outline are to begin with: the core's own. */
const usual = { shadow: { y: '1%', blur: '3%', opacity: 0.35 }, outline: { width: '1%', color: '#ffffff' } };

/**
 * Names of the canvases that the core knows; an engine may have none.
 *
 * @param {Pick<import('./queue.js').Engine, 'abi'>} engine
 * @returns {Promise<string[]>}
 */
export async function presetsOf(engine) {
  const abi = await engine.abi?.().catch(() => undefined);
  return (abi?.options.canvas?.presets ?? []).map((/** @type {{ name: string }} */ { name }) => name);
}

/**
 * Fills the panel.
 *
 * @param {HTMLElement} box
 * @param {HTMLElement} host
 * @param {{ language: string, presets: string[], signal: AbortSignal }} more presets: of canvases, by the core
 * @returns {Promise<() => void>} to be called when an attribute has changed
 */
export async function openStyle(box, host, { language, presets, signal }) {
  const t = await texts(language, 'style', english);
  const template = document.createElement('template');
  template.innerHTML = markup;
  box.replaceChildren(template.content);
  localize(box, t);
  /** @param {string} name @returns {any} */
  const part = (name) => box.querySelector(`.${name}`);
  const names = [...ratios, ...presets.filter((name) => !ratios.includes(name))];
  part('canvas').append(new Option(t('canvas.none'), ''), ...names.map((name) => new Option(t.find(`canvas.${name}`) ?? name, name)));

  /** @param {string} name @param {string | null} value */
  const set = (name, value) => {
    if (value === null) host.removeAttribute(name);
    else host.setAttribute(name, value);
    rememberSettings(host);
  };
  const write = {
    shadow: () => set('shadow', part('shadow').checked
      ? writeStyle({ y: `${part('y').value}%`, blur: `${part('blur').value}%`, opacity: part('opacity').value }) : null),
    outline: () => set('outline', part('outline').checked ? writeStyle({ width: `${part('width').value}%`, color: part('color').value }) : null),
    gradient: () => set('background', part('gradient').checked
      ? `linear-gradient(${part('angle').value}deg, ${part('from').value}, ${part('to').value})` : 'transparent'),
    canvas: () => set('canvas', part('canvas').value || null),
    keep: () => set('keep', part('keep').value === 'background' ? 'background' : null),
  };
  for (const [name, inputs] of Object.entries({
    shadow: ['shadow', 'y', 'blur', 'opacity'], outline: ['outline', 'width', 'color'],
    gradient: ['gradient', 'from', 'to', 'angle'], canvas: ['canvas'], keep: ['keep'],
  })) {
    for (const input of inputs) part(input).addEventListener('input', /** @type {Record<string, () => void>} */ (write)[name], { signal });
  }

  const sync = () => {
    for (const name of /** @type {const} */ (['shadow', 'outline'])) {
      const text = host.getAttribute(name);
      const style = text === null ? {} : readStyle(text);
      part(name).checked = text !== null;
      part(`of-${name}`).hidden = text === null;
      for (const [key, value] of Object.entries({ ...usual[name], ...(typeof style === 'object' ? style : {}) })) {
        const input = part(key);
        if (input) input.value = input.type === 'color' ? value : parseFloat(String(value));
      }
    }
    const gradient = /^linear-gradient\((\d+)deg, (#[0-9a-f]{6}), (#[0-9a-f]{6})\)$/i.exec(host.getAttribute('background') ?? '');
    part('gradient').checked = Boolean(gradient);
    part('of-gradient').hidden = !gradient;
    ['angle', 'from', 'to'].forEach((name, i) => { if (gradient) part(name).value = gradient[i + 1]; });
    const canvas = host.getAttribute('canvas') ?? '';
    if (canvas && !names.includes(canvas)) part('canvas').append(new Option(canvas, canvas));
    part('canvas').value = canvas;
    part('keep').value = host.getAttribute('keep') === 'background' ? 'background' : 'subject';
  };
  sync();
  return sync;
}
