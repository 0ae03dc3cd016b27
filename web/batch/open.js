// Many photos, or a folder, go from the page's element to <background-batch>,
// which takes its place until it is closed. It is loaded when that happens.
import { dropped, isFolder } from './files.js';

/** @typedef {import('./background-batch.js').BackgroundBatch} BackgroundBatch */

/** More photos than this are many. */
const few = 5;

/**
 * Many photos for the element, or a folder, open the batch instead.
 *
 * @param {HTMLElement & { add: (files: File[]) => void }} remover
 * @param {HTMLElement} button opens the empty batch
 */
export function offerBatch(remover, button) {
  /** @type {BackgroundBatch | undefined} */
  let batch;
  let taken = false;

  /** Loads the batch once, with the settings of the element, and gives it the photos. @param {(File | FileSystemEntry)[]} entries */
  async function open(entries) {
    const { BackgroundBatch } = await import('./background-batch.js');
    if (!batch) {
      batch = /** @type {BackgroundBatch} */ (document.createElement('background-batch'));
      batch.closable = true;
      batch.addEventListener('background-batch-close', () => show(false));
      for (const { name, value } of remover.attributes) {
        if ([...BackgroundBatch.observedAttributes, 'model', 'remember'].includes(name))
          batch.setAttribute(name, value);
      }
      remover.after(batch);
      batch.preload();
    }
    show(true);
    await batch.add(entries);
  }

  /** @param {boolean} many */
  function show(many) {
    const inside = document.activeElement;
    if (!batch) return;
    batch.hidden = !many;
    remover.hidden = many;
    button.hidden = many;
    const [from, to] = many ? [remover, batch] : [batch, remover];
    if (inside === from || inside === button) {
      /** @type {HTMLElement | null | undefined} */ (to.shadowRoot?.querySelector('[part=frame]'))?.focus({
        preventScroll: true,
      });
    }
  }

  const isOpen = () => batch?.hidden === false;

  button.addEventListener('click', () => void open([]));
  // before the element and the page see it: folders are gone from a later look
  document.addEventListener(
    'drop',
    (event) => {
      const entries = event.dataTransfer?.types.includes('Files') ? dropped(event.dataTransfer) : [];
      const own = batch && event.composedPath().includes(batch);
      if (own || (entries.length <= few && !entries.some(isFolder) && !isOpen())) return;
      event.preventDefault();
      taken = true;
      setTimeout(() => {
        taken = false;
      });
      void open(entries);
    },
    { capture: true },
  );
  remover.addEventListener('background-remover-accept', (event) => {
    const { files, sample } = /** @type {CustomEvent} */ (event).detail;
    if (taken) event.preventDefault();
    else if (
      !sample &&
      (files.length > few || isOpen()) &&
      files.every((/** @type {unknown} */ file) => file instanceof File)
    ) {
      event.preventDefault();
      void open(files);
    }
  });
}
