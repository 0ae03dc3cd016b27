// The stage of the chosen photo: its name, how far the work on it is, what went
// wrong, and the photo itself while there is no cut-out to show.
import { canRetry, errorText, stageText } from '../common/messages.js';
import { isDoubtful } from '../pick/offered.js';

/**
 * @typedef {import('./queue.js').Item} Item
 * @typedef {import('../common/messages.js').Translate} Translate
 */

export class Stage {
  /** @type {Item | undefined} the photo that is shown */ #item;
  /** Somebody can point at what is meant. */
  canPick = false;

  /**
   * @param {HTMLElement} box
   * @param {{ t: () => Translate, url: (blob: Blob) => string }} needs
   */
  constructor(box, { t, url }) {
    this.box = box;
    this.t = t;
    this.url = url;
  }

  /** How far the work is. @param {Item} item @param {number} ahead photos that are worked on before it */
  progress({ state, progress }, ahead) {
    const t = this.t();
    const percent = Math.round((progress?.fraction ?? 0) * 100);
    this.part('.stage').style.setProperty('--progress', String(percent));
    this.part('.progress p').textContent =
      state === 'waiting' && ahead > 0 ? t('waiting', { count: ahead }) : stageText(t, progress);
    this.part('.meter').setAttribute('aria-valuenow', String(percent));
  }

  /** @param {Item} item @param {string} state of the element */
  show(item, state) {
    this.#item = item;
    this.part('.stage').dataset.state = state;
    this.part('.name').textContent = item.name;
    this.part('.name').title = item.name;
    this.part('.progress').hidden = state !== 'working';
    this.message(item);
    this.doubt(item);
  }

  clear() {
    this.#item = undefined;
  }

  /**
   * What went wrong, or that no subject was found, and what can be done.
   *
   * @param {Item} item
   * @param {import('./queue.js').Failure} [renderError] of the file, when the cut-out is fine
   */
  message(item, renderError) {
    const t = this.t();
    const error = renderError ?? item.error;
    const missing = item.state === 'done' && item.cutout?.report?.subject?.found === false;
    this.part('.message').hidden = !(item.state === 'error' || missing || renderError);
    const [title, hint] =
      missing && item.matte
        ? [t('cleared'), t('cleared.do')]
        : missing
          ? [t('nothing'), t('nothing.do')]
          : errorText(t, error);
    this.part('.by-hand').hidden = !missing || this.part('.bar [data-act=retouch]').hidden;
    this.part('.pick-it').hidden = !missing || !this.canPick;
    this.part('.message strong').textContent = title;
    this.part('.message .hint').textContent = hint;
    const detail = missing ? '' : /** @type {any} */ (error)?.detail || error?.message || '';
    this.part('.message .detail').textContent = detail === title ? '' : detail;
    this.part('[data-act=retry]').hidden = missing || !canRetry(error);
  }

  /** Asks whether what was found is what is meant. @param {Item} item */
  doubt(item) {
    this.part('.doubt').hidden = !(this.canPick && isDoubtful(item) && !item.sure);
  }

  /**
   * The untouched photo, while it is worked on or cannot be. It appears when it
   * is decoded and its shape is known, so that nothing jumps.
   *
   * @param {Item} item
   * @param {boolean} found the slider shows it
   */
  photo(item, found) {
    const photo = this.part('.photo');
    const blob = item.photo ?? item.source;
    const url = typeof blob === 'string' ? '' : this.url(blob);
    photo.hidden = found || !url || photo.src !== url || !photo.dataset.ready;
    if (found || !url || photo.src === url) return;
    delete photo.dataset.ready;
    photo.src = url;
    photo.decode().then(
      () => {
        if (photo.src !== url) return;
        photo.dataset.ready = 'true';
        photo.style.setProperty('--ratio', String(photo.naturalWidth / photo.naturalHeight || 1));
        photo.hidden = this.#item !== item || !this.part('compare-slider').hidden;
      },
      () => {},
    ); // a file that is no picture: the message says it
  }

  /** @param {string} selector @returns {any} */
  part(selector) {
    return this.box.querySelector(selector);
  }
}
