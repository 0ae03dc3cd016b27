// The studio's keys: one table for what they do and for the sheet that tells
// them. Single keys can be switched off there (WCAG 2.1.4) and stay off.
import { canShare } from './export.js';
import { tellKeys } from '../common/keys-sheet.js';
import { recall, remember } from '../common/storage.js';

/** Single keys, and what Studio.act() makes of them; the text is key.<act>. @type {readonly { key: string, act: string }[]} */
export const shortcuts = [
  { key: 'o', act: 'add' },
  { key: 'd', act: 'download' },
  { key: 's', act: 'share' },
  { key: 'c', act: 'crop' },
  { key: 'f', act: 'format' },
  { key: 'b', act: 'peek' },
  { key: 'n', act: 'next' },
  { key: 'p', act: 'previous' },
  { key: '+', act: 'zoom-in' },
  { key: '-', act: 'zoom-out' },
  { key: '0', act: 'zoom-fit' },
  { key: 'l', act: 'loupe' },
  { key: '?', act: 'keys' },
];

/** Keys 1, 2, …: the swatches of this order. */
export const backgrounds = ['transparent', 'white', '#000000', 'blur', 'image'];

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Shown in the sheet, handled elsewhere. @type {[string, string][]} */
const others = [
  [`1 – ${backgrounds.length}`, 'key.backgrounds'],
  [mac ? '⌘ Z' : 'Ctrl + Z', 'key.undo'],
  [mac ? '⇧ ⌘ Z' : 'Ctrl + ⇧ + Z', 'key.redo'],
  [mac ? '⌘ V' : 'Ctrl + V', 'key.paste'],
  [mac ? '⌘ C' : 'Ctrl + C', 'key.copy'],
  ['Esc', 'key.cancel'],
  [mac ? '⌘ + ↗' : 'Ctrl + ↗', 'key.drag'],
  ['⇧ + ← ↑ → ↓', 'key.push'],
];

export const fields =
  'input:not([type=checkbox],[type=color],[type=file],[type=radio],[type=range]),textarea,select,[contenteditable]';

/**
 * @param {KeyboardEvent} event
 * @returns {string} an act, a background, 'cancel', 'copy', an arrow, or '' for a key that is not the studio's
 */
export function actOf(event) {
  const { key } = event;
  if (event.defaultPrevented || event.altKey || key === undefined) return '';
  const target = /** @type {Element} */ (event.composedPath()[0]);
  if (target instanceof Element && target.matches(fields)) return '';
  if (target instanceof Element && target.closest('dialog')) return '';
  if (key === 'Escape') return 'cancel';
  if (event.ctrlKey || event.metaKey) {
    if (/^[zy]$/i.test(key)) return event.shiftKey || /y/i.test(key) ? 'redo' : 'undo';
    return key === 'c' && !getSelection()?.toString() ? 'copy' : '';
  }
  if (event.shiftKey && key.startsWith('Arrow')) return target instanceof HTMLInputElement ? '' : key;
  if (recall('single-keys') === false) return '';
  if (key === '=') return 'zoom-in'; // the key of + without Shift
  return backgrounds[Number(key) - 1] ?? shortcuts.find((shortcut) => shortcut.key === key.toLowerCase())?.act ?? '';
}

/**
 * The sheet that tells the studio's keys, and switches single ones off.
 *
 * @param {ParentNode} root where it is shown; there is one at most
 * @param {import('../common/messages.js').Translate} t
 * @param {[string, string][]} [more] keys of who leads through many photos, and what they do
 */
export function openSheet(root, t, more = []) {
  const here = shortcuts.filter(({ act }) => act !== 'share' || canShare());
  const rows = [...here.map(({ key, act }) => [key.toUpperCase(), `key.${act}`]), ...others];
  const label = document.createElement('label');
  label.className = 'check';
  const single = document.createElement('input');
  single.type = 'checkbox';
  single.checked = recall('single-keys') !== false;
  single.addEventListener('change', () => remember('single-keys', single.checked));
  label.append(single, t('keys.single'));
  const hint = Object.assign(document.createElement('p'), { textContent: t('keys.single.hint') });
  tellKeys(
    root,
    t,
    [...rows.map(([key, text]) => /** @type {[string, string]} */ ([key, t.find(text) ?? ''])), ...more],
    [label, hint],
  );
}
