// The styles in force, each a chip by which it is taken off: none works unseen
// behind a panel that is closed.
import { readStyle } from '../../engine/core/style-text.js';
import { stylesOf } from '../settings/attributes.js';
import { rememberSettings } from '../settings/settings.js';

/** @typedef {import('../common/messages.js').Translate} Translate */

/**
 * @param {HTMLElement} host
 * @returns {string[]} attributes that say a style
 */
function wornBy(host) {
  const gradient = /^linear-gradient\(/.test(host.getAttribute('background') ?? '');
  return [...Object.keys(stylesOf(host)), ...(gradient ? ['background'] : [])];
}

/** What a chip says. @param {string} name @param {HTMLElement} host @param {Translate} t */
function wordsOf(name, host, t) {
  const text = host.getAttribute(name) ?? '';
  const style = readStyle(text);
  const canvas = typeof style === 'object' ? (style.preset ?? style.ratio ?? `${style.width} × ${style.height}`) : text;
  const [, country] = /^passport-(\w\w)$/.exec(String(canvas)) ?? [];
  if (country) {
    const region = new Intl.DisplayNames(t.language, { type: 'region', fallback: 'code' }).of(country.toUpperCase());
    return `${t('worn.canvas', { name: t('worn.canvas.passport') })} (${region})`;
  }
  return name === 'canvas'
    ? t('worn.canvas', { name: t.find(`worn.canvas.${canvas}`) ?? String(canvas) })
    : (t.find(`worn.${name}`) ?? `${name} ${text}`);
}

/**
 * Takes a style off.
 *
 * @param {HTMLElement} host
 * @param {string} name
 */
export function takeOff(host, name) {
  if (name === 'background') host.setAttribute(name, 'transparent');
  else host.removeAttribute(name);
  rememberSettings(host);
}

/**
 * Lays the chips anew where they have changed.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement} host
 * @param {Translate} t
 */
export function layWorn(list, host, t) {
  const names = wornBy(host);
  const words = names.map((name) => wordsOf(name, host, t));
  const said = JSON.stringify([t.language, words]);
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  const focused = /** @type {ShadowRoot} */ (list.getRootNode()).activeElement;
  const at = [...list.children].findIndex((entry) => entry.contains(focused));
  list.replaceChildren(
    ...names.map((name, i) => {
      const entry = document.createElement('li');
      const button = document.createElement('button');
      button.setAttribute('type', 'button');
      button.dataset.off = name;
      button.title = t('worn.off');
      const unseen = Object.assign(document.createElement('span'), {
        className: 'unseen',
        textContent: `, ${t('worn.off')}`,
      });
      button.append(words[i], unseen);
      entry.append(button);
      return entry;
    }),
  );
  if (at >= 0)
    /** @type {HTMLElement | undefined} */ (list.querySelectorAll('button')[Math.min(at, names.length - 1)])?.focus();
}
