// The controls of what lies around the cut-out. They write the host's
// attributes, as the toolbar does, and say what those say. Loaded when opened.
import { readStyle, writeStyle } from '../../engine/core/style-text.js';
import { options } from '../../engine/lists/options.js';
import english from '../../texts/en/style.js';
import { edgeNames } from './attributes.js';
import { centred, readPlace, writePlace } from './canvas-place.js';
import { passports } from './passports.js';
import { rememberSettings } from './settings.js';
import { obey, shops } from './shops.js';
import { localize, texts } from '../common/texts.js';
import { percent } from '../common/units.js';

/** Of canvases by ratio; the shops' come from the core. */
const ratios = ['square', 'portrait', 'wide'];

const markup = `
<fieldset><legend data-t="canvas"></legend>
  <label><span data-t="canvas"></span><select class="canvas"></select></label>
  <div class="of-own" role="group" data-label="own" hidden><label><span data-t="own.width"></span><input type="number" class="typed own-width" min="16" max="30000" step="1"></label>
  <label><span data-t="own.height"></span><input type="number" class="typed own-height" min="16" max="30000" step="1"></label> px</div>
  <span class="of-canvas"><label><span data-t="size"></span><input type="range" class="scale" step="0.02"></label>
  <label><span data-t="across"></span><input type="range" class="across" step="0.5"></label>
  <label><span data-t="down"></span><input type="range" class="down" step="0.5"></label>
  <button type="button" class="plain back" data-t="reset"></button></span>
</fieldset>
<fieldset><legend data-t="shadow"></legend>
  <label class="check"><input type="checkbox" class="shadow"><span data-t="shadow"></span></label>
  <span class="of-shadow"><label><span data-t="distance"></span><input type="range" class="y" min="0" max="8" step="0.25"></label>
  <label><span data-t="softness"></span><input type="range" class="blur" min="0" max="10" step="0.25"></label>
  <label><span data-t="strength"></span><input type="range" class="opacity" min="0.05" max="1" step="0.05"></label></span>
</fieldset>
<fieldset><legend data-t="ground"></legend>
  <label class="check"><input type="checkbox" class="cast"><span data-t="cast"></span></label>
  <span class="of-cast"><label><span data-t="direction"></span><input type="range" class="cast-angle" min="0" max="355" step="5"></label>
  <label><span data-t="length"></span><input type="range" class="cast-length" min="0" max="3" step="0.05"></label>
  <label><span data-t="softness"></span><input type="range" class="cast-blur" min="0" max="10" step="0.25"></label>
  <label><span data-t="strength"></span><input type="range" class="cast-opacity" min="0.05" max="1" step="0.05"></label>
  <label><span data-t="colour"></span><input type="color" class="cast-color"></label></span>
  <label class="check"><input type="checkbox" class="contact"><span data-t="contact"></span></label>
  <span class="of-contact"><label><span data-t="softness"></span><input type="range" class="contact-blur" min="0" max="5" step="0.1"></label>
  <label><span data-t="strength"></span><input type="range" class="contact-opacity" min="0.05" max="1" step="0.05"></label></span>
  <label class="check"><input type="checkbox" class="natural"><span data-t="natural"></span></label>
  <span class="of-natural"><label><span data-t="strength"></span><input type="range" class="natural-opacity" min="0.05" max="1" step="0.05"></label></span>
  <label class="check"><input type="checkbox" class="reflection"><span data-t="reflection"></span></label>
  <span class="of-reflection"><label><span data-t="length"></span><input type="range" class="reflection-length" min="0.05" max="1" step="0.05"></label>
  <label><span data-t="strength"></span><input type="range" class="reflection-opacity" min="0.05" max="1" step="0.05"></label></span>
</fieldset>
<fieldset><legend data-t="outline"></legend>
  <label class="check"><input type="checkbox" class="outline"><span data-t="outline"></span></label>
  <span class="of-outline"><label><span data-t="width"></span><input type="range" class="width" min="0.2" max="5" step="0.1"></label>
  <label><span data-t="colour"></span><input type="color" class="color"></label></span>
</fieldset>
<fieldset><legend data-t="gradient"></legend>
  <label class="check"><input type="checkbox" class="gradient"><span data-t="gradient"></span></label>
  <span class="of-gradient"><label><span data-t="from"></span><input type="color" class="from" value="#8fd3f4"></label>
  <label><span data-t="to"></span><input type="color" class="to" value="#fdf3e3"></label>
  <label><span data-t="angle"></span><input type="range" class="angle" min="0" max="345" step="15" value="180"></label></span>
</fieldset>
<fieldset class="edges"><legend data-t="edges"></legend>
  <details><summary data-t="edges"></summary>
  <span><label><span data-t="shift"></span><input type="range" class="shift" min="-20" max="20" step="1"></label>
  <label><span data-t="feather"></span><input type="range" class="feather" min="0" max="40" step="1"></label>
  <label><span data-t="smooth"></span><input type="range" class="smooth" min="0" max="40" step="1"></label>
  <label><span data-t="holes"></span><input type="range" class="holes" min="0" max="400" step="4"></label>
  <label><span data-t="decontaminate"></span><input type="range" class="decontaminate" min="0" max="200" step="5"></label></span>
  </details>
</fieldset>
<fieldset class="of-fit"><legend data-t="fit"></legend>
  <label><span data-t="fit"></span><select class="fit"><option value="cover" data-t="fit.cover"></option><option value="contain" data-t="fit.contain"></option><option value="stretch" data-t="fit.stretch"></option></select></label>
</fieldset>
<fieldset><legend data-t="keep"></legend>
  <label><span data-t="keep"></span><select class="keep"><option value="subject" data-t="keep.subject"></option><option value="background" data-t="keep.background"></option></select></label>
</fieldset>`;

/**
 * Values to type beside the sliders: the unit, and how a slider's number is
 * said and read.
 *
 * @type {Record<string, { unit: string, say?: (value: number) => number, read?: (said: number) => number, digits?: number }>}
 */
const typed = {
  y: { unit: '%', digits: 2 },
  blur: { unit: '%', digits: 2 },
  opacity: { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  width: { unit: '%', digits: 1 },
  angle: { unit: '°' },
  scale: { unit: '%', say: (value) => 2 ** value * 100, read: (said) => Math.log2(Math.max(said, 0.1) / 100) },
  across: { unit: '%', digits: 1 },
  down: { unit: '%', digits: 1 },
  'cast-angle': { unit: '°' },
  'cast-length': { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  'cast-blur': { unit: '%', digits: 2 },
  'cast-opacity': { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  'contact-blur': { unit: '%', digits: 1 },
  'contact-opacity': { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  'natural-opacity': { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  'reflection-length': { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  'reflection-opacity': { unit: '%', say: (value) => value * 100, read: (said) => said / 100 },
  shift: { unit: 'px' },
  feather: { unit: 'px' },
  smooth: { unit: 'px' },
  holes: { unit: 'px' },
  decontaminate: { unit: '%' },
};

/** Styles of the ground, and the keys that have a control of the class name-key. @type {Record<string, string[]>} */
const ground = {
  cast: ['angle', 'length', 'blur', 'opacity', 'color'],
  contact: ['blur', 'opacity'],
  natural: ['opacity'],
  reflection: ['length', 'opacity'],
};

/** A size of one's own begins with this. */
const ownSize = '1080x1080';

/** What a shadow and an outline are to begin with: the core's own. */
const usual = (/** @type {string} */ name) =>
  Object.fromEntries(Object.entries(options[name].keys ?? {}).map(([key, row]) => [key, row.default]));

/** A country and its size, in the language. @param {string} code @param {string} language */
function passportName(code, language) {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' });
  const size = passports[code]?.size.map((mm) => new Intl.NumberFormat(language).format(mm)).join(' × ');
  return `${names.of(code.toUpperCase())}${size ? ` · ${size} mm` : ''}`;
}

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
  const group = document.createElement('optgroup');
  group.label = t('canvas.passports');
  group.append(
    ...names
      .filter((name) => /^passport-\w\w$/.test(name))
      .map((name) => new Option(passportName(name.slice(9), language), name))
      .sort((a, b) => a.text.localeCompare(b.text, language)),
  );
  part('canvas').append(
    new Option(t('canvas.none'), ''),
    ...names
      .filter((name) => !name.startsWith('passport-'))
      .map((name) => new Option(t.find(`canvas.${name}`) ?? name, name)),
    ...(group.childElementCount ? [group] : []),
    new Option(t('own'), 'own'),
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
    canvas: () => {
      const { value } = part('canvas');
      const shop = shops[value];
      set('canvas', value === 'own' ? ownSize : value || null);
      if (value === 'own') part('own-width').focus();
      if (!shop) return;
      obey(shop, host);
      rememberSettings(host);
    },
    scale: () => place?.set({ scale: 2 ** part('scale').value }),
    across: () => place?.set({ x: Number(part('across').value) }),
    down: () => place?.set({ y: Number(part('down').value) }),
    fit: () => set('fit', part('fit').value === 'cover' ? null : part('fit').value),
    keep: () => set('keep', part('keep').value === 'background' ? 'background' : null),
    ...Object.fromEntries(
      Object.entries(ground).map(([name, keys]) => [
        name,
        () => {
          const value = (/** @type {string} */ key) =>
            options[name].keys?.[key].type === 'length'
              ? `${part(`${name}-${key}`).value}%`
              : part(`${name}-${key}`).value;
          set(name, part(name).checked ? writeStyle(Object.fromEntries(keys.map((key) => [key, value(key)]))) : null);
        },
      ]),
    ),
    ...Object.fromEntries(
      edgeNames.map((name) => [
        name,
        () => {
          const { value } = part(name);
          const { type, default: usual } = options[name];
          set(name, Number(value) === Number(usual) ? null : type === 'length' ? `${value}px` : value);
        },
      ]),
    ),
  };
  for (const [name, inputs] of Object.entries({
    shadow: ['shadow', 'y', 'blur', 'opacity'],
    outline: ['outline', 'width', 'color'],
    gradient: ['gradient', 'from', 'to', 'angle'],
    canvas: ['canvas'],
    scale: ['scale'],
    across: ['across'],
    down: ['down'],
    fit: ['fit'],
    keep: ['keep'],
    ...Object.fromEntries(edgeNames.map((name) => [name, [name]])),
    ...Object.fromEntries(
      Object.entries(ground).map(([name, keys]) => [name, [name, ...keys.map((key) => `${name}-${key}`)]]),
    ),
  })) {
    for (const input of inputs)
      part(input).addEventListener('input', /** @type {Record<string, () => void>} */ (write)[name], { signal });
  }

  for (const field of ['own-width', 'own-height']) {
    part(field).addEventListener(
      'change',
      () => {
        const sides = ['own-width', 'own-height'].map((side) => part(side).valueAsNumber);
        if (!sides.every((side) => side >= 16 && side <= 30000)) return sync();
        const name = sides.map(Math.round).join('x');
        const at = place?.get();
        set('canvas', canvas && at ? writePlace({ ...at, name }, canvas) : name);
      },
      { signal },
    );
  }

  /** A field after each slider, for its value. */
  for (const [name, { unit, read = (/** @type {number} */ said) => said }] of Object.entries(typed)) {
    const slider = part(name);
    const field = Object.assign(document.createElement('input'), { type: 'number', className: 'typed', step: 'any' });
    field.inputMode = 'decimal';
    field.setAttribute('aria-label', `${slider.closest('label').textContent.trim()}, ${unit}`);
    const box = document.createElement('span');
    box.className = 'value';
    box.append(field, unit);
    slider.closest('label').after(box);
    field.addEventListener(
      'change',
      () => {
        if (field.value !== '' && Number.isFinite(field.valueAsNumber)) {
          slider.value = String(read(field.valueAsNumber));
          slider.dispatchEvent(new Event('input'));
        }
        sync();
      },
      { signal },
    );
  }
  const sayValues = () => {
    for (const [name, { say = (/** @type {number} */ value) => value, digits = 0 }] of Object.entries(typed)) {
      const field = part(name).closest('label').nextElementSibling.querySelector('.typed');
      if (field.getRootNode().activeElement !== field)
        field.value = String(Number(say(Number(part(name).value)).toFixed(digits)));
    }
  };

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
    for (const [name, keys] of Object.entries(ground)) {
      const text = host.getAttribute(name);
      const style = text === null ? {} : readStyle(text);
      part(name).checked = text !== null;
      part(`of-${name}`).hidden = text === null;
      const values = { ...usual(name), ...(typeof style === 'object' ? style : {}) };
      for (const key of keys) {
        const input = part(`${name}-${key}`);
        input.value = input.type === 'color' ? values[key] : parseFloat(String(values[key]));
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
    const own = /^(\d+)x(\d+)$/.exec(name);
    part('of-own').hidden = !own;
    ['own-width', 'own-height'].forEach((field, i) => {
      if (own && part(field).getRootNode().activeElement !== part(field)) part(field).value = own[i + 1];
    });
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
    part('of-fit').hidden = 'backgroundImage' in host && !host.backgroundImage; // in a batch nobody knows yet
    part('fit').value = host.getAttribute('fit') ?? 'cover';
    part('keep').value = host.getAttribute('keep') === 'background' ? 'background' : 'subject';
    for (const name of edgeNames) {
      const text = host.getAttribute(name);
      // a share of the photo's side, said by a page, has no place on a slider of pixels
      part(name).value = text?.endsWith('%') ? '0' : String(parseFloat(text ?? String(options[name].default)) || 0);
      if (text !== null) part('edges').querySelector('details').open = true;
    }
    sayValues();
  };
  sync();
  return sync;
}
