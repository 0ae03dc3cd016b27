// The ways out of the studio for a finished file, each a thin layer over what
// the browser offers: download, clipboard, share sheet, drag.

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
