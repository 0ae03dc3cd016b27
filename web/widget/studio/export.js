// The ways out of the studio for a finished file, each a thin layer over what
// the browser offers: download, clipboard, share sheet, drag. And what is said
// of the file.
import { fileNameOf, stemOf } from '../../engine/core/look.js';
import { bytes } from '../common/units.js';

/**
 * @typedef {import('./queue.js').Result} Result
 * @typedef {import('./queue.js').Options} Options
 */

/**
 * @param {string} name of the photo
 * @param {Result} result
 * @param {Options} options
 * @param {{ look: import('../../engine/core/look.js').Look, n: number, total: number }} [worn] a look whose pattern names it: the
 *   photo is the n-th of so many
 * @returns {File}
 */
export function fileOf(name, { blob }, { format }, worn) {
  const path = worn && fileNameOf({ ...worn.look, options: { format } }, { ...worn, name });
  const usual = `${stemOf(name)}-cutout.${format === 'jpeg' ? 'jpg' : format}`;
  return new File([blob], path?.split('/').pop() ?? usual, { type: blob.type });
}

/** Format, size, time, on one line. @param {import('../common/messages.js').Translate} t @param {Result} result @param {Options} options */
export function describe(t, { blob, report }, { format, background }) {
  const seconds = new Intl.NumberFormat(t.language, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'narrow',
    maximumFractionDigits: 2,
  });
  const flat = format === 'jpeg' && background === 'transparent' ? [t('flat')] : [];
  return [
    format.toUpperCase(),
    `${report.width} × ${report.height}`,
    bytes(t.language, blob.size),
    seconds.format((report.timings_ms?.total ?? 0) / 1000),
    ...flat,
  ].join(' · ');
}

/** @param {string} url @param {string} name */
export function save(url, name) {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** The clipboard takes PNG only; the write has to begin in the click. @param {Promise<Blob>} png */
export const copy = (png) => navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);

/** Whether the share sheet takes pictures here. */
export const canShare = () =>
  Boolean(navigator.canShare?.({ files: [new File(['x'], 'x.png', { type: 'image/png' })] }));

/** @param {File} file @returns {Promise<boolean>} false: dismissed by the user, which is no failure */
export async function share(file) {
  try {
    await navigator.share({ files: [file] });
    return true;
  } catch (error) {
    if (/** @type {DOMException} */ (error).name === 'AbortError') return false;
    throw error;
  }
}

/**
 * What a drag carries: the file itself for pages, and the form in which
 * Chromium lets it be dropped in a folder.
 *
 * @param {DataTransfer} data
 * @param {File} file
 * @param {string} url of its bytes
 */
export function carry(data, file, url) {
  data.effectAllowed = 'copy';
  data.setData('DownloadURL', `${file.type}:${file.name}:${url}`);
  data.items.add(file);
}
