// Many photos, or a folder, go from the page's element to <background-batch>,
// which is loaded then. Both are one place: what was on the stage stays there
// when more photos come, and the batch lies behind it.
import { studioOf, whenStudio } from '../widget/studio/studios.js';
import { dropped, isFolder } from './files.js';

/** @typedef {import('./background-batch.js').BackgroundBatch} BackgroundBatch */

/** More photos than this are many. */
const few = 5;

/**
 * Many photos for the element, or a folder, open the batch instead.
 *
 * @param {import('../widget/background-remover.js').BackgroundRemover} remover
 * @param {HTMLElement} button opens the empty batch
 */
export function offerBatch(remover, button) {
  /** @type {BackgroundBatch | undefined} */
  let batch;
  /** The photos are the batch's, wherever they are shown. */
  let many = false;
  let taken = false;
  /** Photos that the element has taken; known before its studio is there. */
  let held = 0;
  const holds = () => {
    if (remover.getAttribute('state') === 'empty') held = 0;
    return Math.max(held, studioOf(remover)?.queue.items.length ?? 0);
  };

  /** Loads the batch once, with the settings of the element, and gives it the photos. @param {(File | FileSystemEntry)[]} entries */
  async function open(entries) {
    const before = many;
    many = true;
    const { BackgroundBatch } = await import('./background-batch.js');
    if (!batch) {
      batch = /** @type {BackgroundBatch} */ (document.createElement('background-batch'));
      batch.closable = true;
      batch.remover = remover;
      batch.addEventListener('background-batch-close', close);
      batch.hidden = true;
      remover.after(batch);
    }
    if (!before) {
      const names = [...BackgroundBatch.observedAttributes, 'model', 'remember'];
      for (const name of batch.getAttributeNames()) if (names.includes(name)) batch.removeAttribute(name);
      for (const { name, value } of remover.attributes) if (names.includes(name)) batch.setAttribute(name, value);
      batch.preload();
    }
    if (!before && holds()) await takeOver(batch);
    else if (!before) show(true);
    if (entries.length && !batch.hidden) batch.scrollIntoView({ block: 'nearest' }); // with its buttons
    await batch.add(entries);
  }

  /** The photos of the element are the batch's from now on; the one on the stage stays there. @param {BackgroundBatch} into */
  async function takeOver(into) {
    const studio = studioOf(remover) ?? (await whenStudio(remover));
    while (holds() && !studio.queue.items.length) await new Promise((resolve) => setTimeout(resolve, 20)); // on their way
    const items = studio.queue.items.slice();
    into.backgroundImage = studio.backgroundImage;
    const photos = await Promise.all(items.map(({ photo, source }) => photo ?? fetched(source)));
    await into.take(items.map(({ name, matte }, i) => ({ name, photo: photos[i], matte })));
    const chosen = photos[items.indexOf(/** @type {any} */ (studio.chosen))];
    const there = into.queue.items;
    await into.look(there.find(({ photo }) => photo === chosen) ?? there[0], { stays: true });
  }

  /** The batch has no photo any more. */
  function close() {
    many = false;
    held = 0;
    show(false);
    remover.reset();
  }

  /** @param {boolean} all the grid, or the element */
  function show(all) {
    const inside = document.activeElement;
    if (!batch) return;
    batch.hidden = !all;
    remover.hidden = all;
    const [from, to] = all ? [remover, batch] : [batch, remover];
    if (inside === from || inside === button) {
      /** @type {HTMLElement | null | undefined} */ (to.shadowRoot?.querySelector('[part=frame]'))?.focus({
        preventScroll: true,
      });
    }
  }

  button.addEventListener('click', () => void open([]));
  // before the element and the page see it: folders are gone from a later look
  document.addEventListener(
    'drop',
    (event) => {
      const entries = event.dataTransfer?.types.includes('Files') ? dropped(event.dataTransfer) : [];
      const own = batch && event.composedPath().includes(batch);
      if (own || (holds() + entries.length <= few && !entries.some(isFolder) && !many)) return;
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
    else if (many || (!sample && holds() + files.length > few && files.every(isFile))) {
      event.preventDefault();
      void Promise.all(files.map(fetched)).then(open);
    } else if (!event.defaultPrevented) {
      holds();
      held += files.length;
    }
  });
}

/** @param {unknown} value @returns {value is File} */
const isFile = (value) => value instanceof File;

/** @param {Blob | string} source @returns {Promise<File>} empty where it cannot be had: the batch says so */
async function fetched(source) {
  if (source instanceof File) return source;
  const name = typeof source === 'string' ? new URL(source, document.baseURI).pathname.split('/').pop() : '';
  const blob =
    source instanceof Blob
      ? source
      : await fetch(source).then(
          (answer) => answer.blob(),
          () => new Blob(),
        );
  return new File([blob], name || 'photo', { type: blob.type });
}
