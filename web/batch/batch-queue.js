// The photos of a batch and their way: in order, as many at once as the engine
// has workers. No DOM here. A result belongs to the options it was made with:
// when they change, it goes and its photo waits again; its matte stays, so that
// it is only put together anew.
import { Line } from '../engine/line.js';
import { isUnsure } from '../widget/common/doubt.js';
import { canRetry as isWorthRetrying } from '../widget/common/messages.js';
import { asked, outputOf, runNames } from '../widget/settings/attributes.js';

/**
 * @typedef {{ background?: string | Blob, format?: string, quality?: number | string | null, crop?: boolean, margin?: string,
 *   [name: string]: unknown }} Options the rest as attributes say it
 * @typedef {{ size: number, removeBackground: (photo: Blob, options: any) => Promise<{ blob: Blob, report: any, matte?: Blob }> }} Engine
 * @typedef {{ code: string, message?: string, detail?: string }} Failure
 * @typedef {'waiting' | 'working' | 'done' | 'failed' | 'cancelled'} State
 *
 * @typedef {object} Item
 * @property {number} id
 * @property {string} name with its folders: "shoes/red/01.jpg"
 * @property {Blob} photo
 * @property {State} state
 * @property {number} fraction of the work on it, 0..1
 * @property {Blob} [matte] by hand, instead of the model's
 * @property {{ matte: Blob, key: string, confidence?: number }} [made] the model's, what it was made with, how sure it is
 * @property {'kept' | 'left'} [mark] looked at, and found good, or left out of what is saved
 * @property {Options} [own] what it has otherwise than the others
 * @property {{ blob: Blob, report: any, key: string, format: string }} [result]
 * @property {Failure} [error]
 * @property {AbortController} [abort] of the run
 * @property {boolean} [gone] removed
 */

/** @param {Item} item */
export const canRetry = ({ state, error }) =>
  state === 'cancelled' || (state === 'failed' && error?.code !== 'no_subject' && isWorthRetrying(error));

/** Not sure to be right, and nobody has seen to it yet. @param {Item} item */
export const isDoubtful = ({ mark, matte, made, state, error }) =>
  !mark &&
  !matte &&
  ((state === 'failed' && error?.code === 'no_subject') || (state === 'done' && isUnsure(made?.confidence)));

/** The least sure first; what nobody knows yet, or is sure of, last. @param {Item} item @returns {number} */
export const doubtOf = (item) => (isDoubtful(item) ? (item.error ? 0 : (item.made?.confidence ?? 0)) : 1);

/**
 * What an engine is asked for: without what changes nothing.
 *
 * @param {Options} options
 * @returns {Record<string, any> & { format: string }}
 */
export function effective(options) {
  /** @param {string} name */
  const read = (name) => options[name];
  const { quality, ...output } = outputOf(read);
  return { ...output, ...(quality && output.format !== 'png' ? { quality } : {}), ...asked(runNames, read) };
}

/** So many runs make the average for the time left. */
const remembered = 24;

export class BatchQueue {
  /** @type {Item[]} */ items = [];
  /** @type {Options} */ options = {};
  paused = false;
  #line = new Line(
    () => this.engine().size,
    () => this.#next(),
  );
  #ids = 0;
  /** @type {number[]} */ #lasted = [];
  /** @type {WeakMap<Blob, number>} */ #blobs = new WeakMap();

  /**
   * @param {object} parts
   * @param {() => Engine} parts.engine
   * @param {(item: Item) => boolean} [parts.seen] its tile can be seen
   * @param {(item: Item) => void} parts.changed its state, progress, options; also when it was removed
   */
  constructor({ engine, changed, seen = () => false }) {
    this.seen = seen;
    this.engine = engine;
    this.changed = changed;
  }

  /** @param {{ name: string, photo: Blob, matte?: Blob }[]} inputs matte: by hand @returns {Item[]} */
  add(inputs) {
    const fresh = inputs.map(
      (input) => /** @type {Item} */ ({ ...input, id: ++this.#ids, state: 'waiting', fraction: 0 }),
    );
    this.items.push(...fresh);
    this.#fill();
    return fresh;
  }

  /** What runs is finished, nothing new begins. */
  pause() {
    this.paused = true;
  }

  resume() {
    this.paused = false;
    this.#fill();
  }

  /** @param {Item[]} items */
  cancel(items = this.items) {
    for (const item of items) {
      if (item.state === 'waiting') this.#set(item, 'cancelled');
      if (item.state === 'working') item.abort?.abort();
    }
  }

  /** @param {Item[]} items those that can be are tried again */
  retry(items = this.items) {
    for (const item of items) if (canRetry(item)) this.#set(item, 'waiting');
    this.#fill();
  }

  /** @param {Item[]} items */
  remove(items) {
    const gone = new Set(items);
    this.items = this.items.filter((item) => !gone.has(item));
    for (const item of items) {
      item.gone = true;
      item.result = undefined;
      item.abort?.abort();
      this.changed(item);
    }
    this.#fill();
  }

  /** The photo is put together anew, along this matte. @param {Item} item @param {Blob | undefined} matte undefined: the model's */
  retouched(item, matte) {
    item.matte = matte;
    item.result = undefined;
    if (item.state !== 'working') this.#set(item, 'waiting'); // a run that is not over begins anew by itself
    this.#fill();
  }

  /** @param {Item[]} items looked at @param {Item['mark']} mark undefined: nobody has */
  mark(items, mark) {
    for (const item of items) {
      item.mark = mark;
      this.changed(item);
    }
  }

  /** The result cannot be read any more. @param {Item} item @param {Failure} error */
  lose(item, error) {
    item.result = undefined;
    this.#set(item, 'failed', error);
  }

  /** For all that have none of their own. @param {Options} options */
  setOptions(options) {
    this.options = options;
    this.#refresh();
  }

  /** @param {Item[]} items @param {Options | null} own what is theirs; null: nothing is */
  setOwn(items, own) {
    for (const item of items) {
      item.own = own ? { ...item.own, ...own } : undefined;
      this.changed(item);
    }
    this.#refresh();
  }

  /** @param {{ own?: Options }} item @returns {Options} */
  optionsOf = ({ own }) => ({ ...this.options, ...own });

  get counts() {
    const counts = {
      total: this.items.length,
      waiting: 0,
      working: 0,
      done: 0,
      failed: 0,
      cancelled: 0,
      retry: 0,
      fraction: 0,
    };
    for (const item of this.items) {
      counts[item.state]++;
      if (canRetry(item)) counts.retry++;
      counts.fraction += item.state === 'waiting' ? 0 : item.state === 'working' ? item.fraction : 1;
    }
    counts.fraction /= counts.total || 1;
    return counts;
  }

  /** @returns {number | null} null: nothing is left, or nothing is known yet */
  get msLeft() {
    const left = this.items.reduce(
      (sum, { state, fraction }) => sum + (state === 'waiting' ? 1 : state === 'working' ? 1 - fraction : 0),
      0,
    );
    if (!left || !this.#lasted.length) return null;
    const average = this.#lasted.reduce((sum, ms) => sum + ms, 0) / this.#lasted.length;
    return Math.max((average * left) / this.engine().size, 0);
  }

  /** No engine is made before there is a photo for it. */
  #fill() {
    if (this.items.length) this.#line.fill();
  }

  #next() {
    const waits = this.paused ? [] : this.items.filter(({ state }) => state === 'waiting');
    const item = waits.find((one) => one.made && this.seen(one)) ?? waits[0]; // what is looked at is put together first
    return item && (() => this.#run(item));
  }

  /** One photo through the engine; when its options changed meanwhile it waits again. @param {Item} item */
  async #run(item) {
    const abort = new AbortController();
    item.abort = abort;
    this.#set(item, 'working');
    const key = this.#key(item);
    const options = effective(this.optionsOf(item));
    const matteKey = this.#matteKey(item);
    const matte = this.matteOf(item);
    const started = performance.now();
    const gone = () => abort.signal.aborted;
    try {
      const {
        blob,
        report,
        matte: made,
      } = await this.engine().removeBackground(item.photo, {
        ...options,
        ...(matte ? { matte } : { keepMatte: true }),
        signal: abort.signal,
        onProgress: (/** @type {{ fraction: number }} */ { fraction }) => {
          if (gone()) return;
          item.fraction = fraction;
          this.changed(item);
        },
      });
      if (gone()) throw new DOMException('Cancelled.', 'AbortError');
      if (made) item.made = { matte: made, key: matteKey, confidence: report.subject?.confidence };
      this.#lasted.push(performance.now() - started);
      if (this.#lasted.length > remembered) this.#lasted.shift();
      if (key !== this.#key(item)) return this.#set(item, 'waiting');
      if (report.subject?.found === false) return this.#set(item, 'failed', { code: 'no_subject' });
      item.result = { blob, report, key, format: options.format };
      this.#set(item, 'done');
    } catch (error) {
      if (gone()) this.#set(item, 'cancelled');
      else this.#set(item, 'failed', /** @type {Failure} */ (error));
    } finally {
      item.abort = undefined;
    }
  }

  /** What was made with other options is made again. */
  #refresh() {
    for (const item of this.items) {
      if (!item.result || item.result.key === this.#key(item)) continue;
      item.result = undefined;
      this.#set(item, 'waiting');
    }
    this.#fill();
  }

  /** @param {Item} item @param {State} state @param {Failure} [error] */
  #set(item, state, error) {
    Object.assign(item, { state, error, fraction: 0 });
    this.changed(item);
  }

  /** How its matte is made. @param {Item} item */
  runOf(item) {
    const options = this.optionsOf(item);
    return asked(runNames, (name) => options[name]);
  }

  /** By hand, or the model's as it would make it now. @param {Item} item @returns {Blob | undefined} */
  matteOf(item) {
    return item.matte ?? (item.made?.key === this.#matteKey(item) ? item.made.matte : undefined);
  }

  /** What the model's matte is made with. @param {Item} item */
  #matteKey(item) {
    return JSON.stringify(this.runOf(item));
  }

  /** What its result is made of, but for the photo. @param {Item} item */
  #key(item) {
    const { background, ...rest } = effective(this.optionsOf(item));
    return JSON.stringify([
      typeof background === 'string' ? background : this.#number(background),
      rest,
      item.matte && this.#number(item.matte),
    ]);
  }

  /** @param {Blob} blob */
  #number(blob) {
    const known = this.#blobs.get(blob) ?? ++this.#ids;
    this.#blobs.set(blob, known);
    return known;
  }
}
