// What is said of a batch as a whole: how far it is, what the buttons are for,
// what was left out.
import { percent } from '../widget/common/units.js';
import { canRetry, isDoubtful } from './batch-queue.js';
import { inEnglish } from './texts.js';
import { describe } from './tiles.js';

/**
 * @typedef {import('./batch-queue.js').Item} Item
 * @typedef {import('./batch-queue.js').BatchQueue} BatchQueue
 * @typedef {import('./files.js').Skipped} Skipped
 *
 * @typedef {object} Now
 * @property {BatchQueue} queue
 * @property {Item[]} chosen
 * @property {Item[]} scope what buttons and settings are for
 * @property {number | undefined} zipped share of the ZIP that is written; undefined: none is
 * @property {string} noted a sentence that stands until the next click
 * @property {boolean} sorted the doubtful ones lie first
 * @property {number} looks so many looks the ZIP has each photo in; 0: as the settings are
 */

export class Overview {
  #t = inEnglish;
  /** @type {Skipped[]} */ #skipped = [];

  /** @param {ParentNode} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {import('./texts.js').Translate} t */
  speak(t) {
    this.#t = t;
    this.skip([]);
  }

  /** Header, toolbar, and the line below it. @param {Now} now @returns {string} the header's sentence */
  show({ queue, chosen, scope, zipped, noted, sorted, looks }) {
    const { counts } = queue;
    const overall = this.#overall(queue, counts);
    this.write('.overall', overall);
    const meter = this.#part('.meter');
    meter.setAttribute('aria-valuenow', String(Math.round(counts.fraction * 100)));
    meter.style.setProperty('--progress', String(counts.fraction * 100));
    this.#showButtons(
      queue,
      counts.waiting > 0,
      counts.waiting + counts.working > 0,
      chosen.length > 0,
      scope,
      zipped,
      looks,
    );
    const doubtful = queue.items.filter(isDoubtful).length;
    this.write('[data-act=sort]', this.#t('sort', { n: doubtful }));
    this.#part('[data-act=sort]').hidden = !doubtful && !sorted;
    this.#part('[data-act=sort]').setAttribute('aria-pressed', String(sorted));
    this.write('.meta span', noted || this.#describe(queue, chosen));
    return overall;
  }

  /**
   * Each button says what it would do to the photos that it is for.
   *
   * @param {BatchQueue} queue
   * @param {boolean} waits something does
   * @param {boolean} runs or is under way
   * @param {boolean} some are chosen
   * @param {Item[]} scope
   * @param {number | undefined} zipped
   * @param {number} looks
   */
  #showButtons({ paused }, waits, runs, some, scope, zipped, looks) {
    const t = this.#t;
    const done = scope.filter(({ result, mark }) => result && mark !== 'left').length;
    const retry = scope.filter(canRetry).length;
    this.write('[data-act=pause]', t(paused ? 'resume' : 'pause'));
    this.#part('[data-act=pause]').disabled = !paused && !waits;
    this.#part('[data-act=cancel]').disabled = !scope.some(({ state }) => state === 'waiting' || state === 'working');
    this.write('[data-act=retry]', t('retry', { count: retry }));
    this.#part('[data-act=retry]').hidden = !retry;
    this.#part('[data-act=remove]').hidden = !some;
    this.#part('[data-act=shared]').hidden = !some || !scope.some(({ own }) => own);
    this.#part('[data-act=deselect]').hidden = !some;
    this.write(
      '[data-act=zip]',
      zipped !== undefined
        ? t('zip.stop', { percent: percent(t.language, zipped) })
        : done && looks
          ? t('zip.looks', { photos: done, looks })
          : done && runs
            ? t('zip.so_far', { done, total: scope.length })
            : done === 1
              ? t('download')
              : done
                ? t('zip', { count: done })
                : t('zip.none'),
    );
    this.#part('[data-act=zip]').disabled = zipped === undefined && !done;
  }

  /** The chosen photos, or what holds for all. @param {BatchQueue} queue @param {Item[]} chosen */
  #describe({ options }, chosen) {
    const t = this.#t;
    const [first] = chosen;
    const flat = options.format === 'jpeg' && options.background === 'transparent';
    if (!first) return [t('scope.all'), flat && t('flat')].filter(Boolean).join(' ');
    const [what, hint] = describe(t, first);
    if (chosen.length > 1 || !hint) return t('scope.some', { count: chosen.length });
    return [`${first.name}: ${what} ${hint}`, first.error?.detail].filter(Boolean).join(' ');
  }

  /** How many are done, have failed, were cancelled, and the time left. @param {BatchQueue} queue @param {BatchQueue['counts']} counts */
  #overall({ paused, msLeft }, counts) {
    const t = this.#t;
    const ms = paused ? null : msLeft;
    const seconds = Math.ceil((ms ?? 0) / 10000) * 10;
    const left =
      seconds < 60 ? t('left.seconds', { count: seconds }) : t('left.minutes', { count: Math.round(seconds / 60) });
    return [
      t('overall', { done: counts.done, total: counts.total }),
      counts.failed ? t('failed', { count: counts.failed }) : '',
      counts.cancelled ? t('cancelled', { count: counts.cancelled }) : '',
      paused ? t('paused') : ms === null ? '' : left,
    ]
      .filter(Boolean)
      .join(' · ');
  }

  /** What was left out, and why. @param {Skipped[] | null} skipped more of them; null: none any more */
  skip(skipped) {
    const t = this.#t;
    this.#skipped = skipped ? [...this.#skipped, ...skipped] : [];
    this.#part('.skipped ul').replaceChildren(
      ...this.#skipped.map(({ name, reason }) => {
        const entry = document.createElement('li');
        entry.textContent = `${name}: ${t(reason)}`;
        return entry;
      }),
    );
    this.#part('.skipped').hidden = !this.#skipped.length;
    this.write('.skipped summary', t('skipped', { count: this.#skipped.length }));
  }

  /** Unchanged text is left alone: no layout, no second announcement. @param {string} selector @param {string} content */
  write(selector, content) {
    const element = this.#part(selector);
    if (element.textContent !== content) element.textContent = content;
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.root.querySelector(selector);
  }
}
