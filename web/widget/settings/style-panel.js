// The controls of what lies around the cut-out. They write the host's
// attributes, as the toolbar does, and say what those say. Loaded when opened.
import { readStyle, writeStyle } from '../../engine/core/style-text.js';
import { options } from '../../engine/lists/options.js';
import english from '../../texts/en/style.js';
import { centred, readPlace, writePlace } from './canvas-place.js';
import { rememberSettings } from './settings.js';
import { localize, texts } from '../common/texts.js';
import { percent } from '../common/units.js';

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
  <label><span data-t="keep"></span><select class="keep"><option value="subject" data-t="keep.subject"></option><option value="background" data-t="keep.background"></option></select></label>
</fieldset>
<fieldset>
  <label><span data-t="canvas"></span><select class="canvas"></select></label>
  <span class="of-canvas"><label><span data-t="size"></span><input type="range" class="scale" step="0.02"></label>
  <label><span data-t="across"></span><input type="range" class="across" step="0.5"></label>
  <label><span data-t="down"></span><input type="range" class="down" step="0.5"></label>
  <button type="button" class="plain back" data-t="reset"></button></span>
</fieldset>`;

/** What a shadow and an outline are to begin with: the core's own. */
const usual = (/** @type {string} */ name) =>
  Object.fromEntries(Object.entries(options[name].keys ?? {}).map(([key, row]) => [key, row.default]));

/**
 * Fills the panel.
 *
 * @param {HTMLElement} box
 * @param {HTMLElement} host
 * @param {{ language: string, canvas: import('./canvas-place.js').Canvas | undefined, signal: AbortSignal }} more canvas: what the core knows of them
 * @returns {Promise<() => void>} to be called when an attribute has changed
 */
export async function openStyle(box, host, { language, canvas, signal }) {
  const t = await texts(language, 'style', english);
  const template = document.createElement('template');
  template.innerHTML = markup;
  box.replaceChildren(template.content);
  localize(box, t);
  /** @param {string} name @returns {any} */
  const part = (name) => box.querySelector(`.${name}`);
  const names = [
    ...ratios,
    ...(canvas?.presets ?? []).map(({ name }) => name).filter((name) => !ratios.includes(name)),
  ];
  part('canvas').append(
    new Option(t('canvas.none'), ''),
    ...names.map((name) => new Option(t.find(`canvas.${name}`) ?? name, name)),
  );

  /** @param {string} name @param {string | null} value */
  const set = (name, value) => {
    if (value === null) host.removeAttribute(name);
    else host.setAttribute(name, value);
    rememberSettings(host);
  };
  /** The subject's place on the canvas: the same state as a drag of the picture. */
  const place = canvas && {
    /** @returns {import('./canvas-place.js').Place | null} */
    get: () => (host.getAttribute('canvas') ? readPlace(host.getAttribute('canvas') ?? '', canvas) : null),
    /** @param {object} change */
    set: (change) => {
      const at = place?.get();
      if (at) set('canvas', writePlace({ ...at, ...change }, canvas));
    },
  };
  if (canvas) {
    part('scale').min = Math.log2(canvas.keys.scale.min); // the same way to half the size as to twice
    part('scale').max = Math.log2(canvas.keys.scale.max);
    for (const name of ['across', 'down'])
      Object.assign(part(name), { min: -canvas.keys.x.max_percent, max: canvas.keys.x.max_percent });
    part('back').addEventListener(
      'click',
      () => {
        const at = place?.get();
        if (at) place?.set(centred(at, canvas));
      },
      { signal },
    );
  }
  const write = {
    shadow: () =>
      set(
        'shadow',
        part('shadow').checked
          ? writeStyle({ y: `${part('y').value}%`, blur: `${part('blur').value}%`, opacity: part('opacity').value })
          : null,
      ),
    outline: () =>
      set(
        'outline',
        part('outline').checked ? writeStyle({ width: `${part('width').value}%`, color: part('color').value }) : null,
      ),
    gradient: () =>
      set(
        'background',
        part('gradient').checked
          ? `linear-gradient(${part('angle').value}deg, ${part('from').value}, ${part('to').value})`
          : 'transparent',
      ),
    canvas: () => set('canvas', part('canvas').value || null),
    scale: () => place?.set({ scale: 2 ** part('scale').value }),
    across: () => place?.set({ x: Number(part('across').value) }),
    down: () => place?.set({ y: Number(part('down').value) }),
    keep: () => set('keep', part('keep').value === 'background' ? 'background' : null),
  };
  for (const [name, inputs] of Object.entries({
    shadow: ['shadow', 'y', 'blur', 'opacity'],
    outline: ['outline', 'width', 'color'],
    gradient: ['gradient', 'from', 'to', 'angle'],
    canvas: ['canvas'],
    scale: ['scale'],
    across: ['across'],
    down: ['down'],
    keep: ['keep'],
  })) {
    for (const input of inputs)
      part(input).addEventListener('input', /** @type {Record<string, () => void>} */ (write)[name], { signal });
  }

  const sync = () => {
    for (const name of /** @type {const} */ (['shadow', 'outline'])) {
      const text = host.getAttribute(name);
      const style = text === null ? {} : readStyle(text);
      part(name).checked = text !== null;
      part(`of-${name}`).hidden = text === null;
      for (const [key, value] of Object.entries({ ...usual(name), ...(typeof style === 'object' ? style : {}) })) {
        const input = part(key);
        if (input) input.value = input.type === 'color' ? value : parseFloat(String(value));
      }
    }
    const gradient = /^linear-gradient\((\d+)deg, (#[0-9a-f]{6}), (#[0-9a-f]{6})\)$/i.exec(
      host.getAttribute('background') ?? '',
    );
    part('gradient').checked = Boolean(gradient);
    part('of-gradient').hidden = !gradient;
    ['angle', 'from', 'to'].forEach((name, i) => {
      if (gradient) part(name).value = gradient[i + 1];
    });
    const at = place?.get();
    const name = at?.name ?? host.getAttribute('canvas') ?? '';
    if (name && !names.includes(name)) {
      names.push(name);
      part('canvas').append(new Option(name, name));
    }
    part('canvas').value = name;
    part('of-canvas').hidden = !at;
    if (at) {
      for (const [input, value, said] of /** @type {[string, number, number][]} */ ([
        ['scale', Math.log2(at.scale), at.scale],
        ['across', at.x, at.x / 100],
        ['down', at.y, at.y / 100],
      ])) {
        part(input).value = String(value);
        part(input).setAttribute('aria-valuetext', percent(language, said));
      }
    }
    part('keep').value = host.getAttribute('keep') === 'background' ? 'background' : 'subject';
  };
  sync();
  return sync;
}
