// The photos of one element and the order in which the engine works on them:
// one job at a time, and a re-render that somebody looks at before the next
// waiting photo. No DOM here.
//
// Every photo is cut out once, transparent and whole: that PNG is what the
// studio lays over any background at once. The file asked for (another
// background, format, crop) is made by a second run when it is needed. What is
// looked at first is a draft, without the details that the file will have.
import { Line } from '../../engine/line.js';

/**
 * @typedef {{ stage: string, fraction?: number, loaded?: number, total?: number }} Progress
 * @typedef {{ background: string | Blob, format: 'png' | 'jpeg' | 'webp', quality?: number, crop?: boolean, margin?: string } & import('../settings/attributes.js').Styles} Options
 * @typedef {{ removeBackground: (source: Blob | string, options?: any) => Promise<Result>,
 *   preload?: (options?: any) => Promise<unknown>,
 *   preview?: (source: Blob | string, options?: any) => Promise<import('../../engine/index.js').Previewing>,
 *   convert?: (source: Blob | string, options?: any) => Promise<{ blob: Blob }>,
 *   abi?: () => Promise<{ options: Record<string, any> }>,
 *   retouch?: (source: Blob | string, options?: any) => Promise<import('../../engine/index.js').Retouching>,
 *   pick?: (source: Blob | string, options?: any) => Promise<import('../../engine/index.js').PickSession>,
 *   bundled?: readonly string[] }} Engine bundled: the models that come along, by name; all that it needs if it does not say
 * @typedef {{ blob: Blob, report: any }} Result
 * @typedef {{ code: string, message: string }} Failure
 *
 * @typedef {object} Item
 * @property {number} id
 * @property {string} name
 * @property {Blob | string} source
 * @property {Blob} [photo] the source as bytes
 * @property {'waiting' | 'working' | 'done' | 'error'} state
 * @property {Progress} [progress]
 * @property {Result} [cutout] transparent, whole, PNG; report.draft: made in haste, no file
 * @property {Blob} [matte] by hand, instead of the model's
 * @property {number} [kept] key of what lies in storage (kept.js)
 * @property {boolean} [sure] somebody looked at what was found, and it is meant
 * @property {Failure} [error]
 * @property {{ key: string, result: Promise<Result>, abort: AbortController }} [render] the last file asked for
 */

/** @param {unknown} error @param {string} [code] @returns {Failure} */
function failed(error, code = 'internal') {
  const { code: known, name, message } = /** @type {any} */ (error ?? {});
  if (typeof known === 'string') return /** @type {Failure} */ (error);
  return { code: name === 'AbortError' ? 'aborted' : code, message: String(message ?? error) };
}

export class Queue {
  /** @type {Item[]} */ items = [];
  /** @type {{ run: () => Promise<void>, item: Item }[]} */ #renders = [];
  /** @type {{ item: Item, abort: AbortController } | undefined} */ #current;
  #line = new Line(
    () => 1,
    () => this.#next(),
  );
  #ids = 0;
  /** @type {WeakMap<Blob, number>} */ #blobs = new WeakMap();

  /**
   * @param {object} parts
   * @param {() => Promise<Engine>} parts.engine
   * @param {() => { model?: string, [name: string]: unknown }} parts.common options of every run
   * @param {(item: Item) => void} parts.changed state or progress of an item
   */
  constructor({ engine, common, changed }) {
    this.engine = engine;
    this.common = common;
    this.changed = changed;
  }

  get busy() {
    return this.#line.busy;
  }

  /** @param {{ name: string, source: Blob | string }[]} inputs @returns {Item[]} */
  add(inputs) {
    const fresh = inputs.map(
      ({ name, source }) => /** @type {Item} */ ({ id: ++this.#ids, name, source, state: 'waiting' }),
    );
    this.items.push(...fresh);
    fresh.forEach(this.changed);
    this.#line.fill();
    return fresh;
  }

  /** @param {Item} item that failed or was cancelled */
  retry(item) {
    if (item.state !== 'error') return;
    Object.assign(item, { state: 'waiting', error: undefined, progress: undefined });
    this.changed(item);
    this.#line.fill();
  }

  /** The photo is cut out anew, along this matte. @param {Item} item done @param {Blob} matte */
  retouched(item, matte) {
    item.render?.abort.abort();
    Object.assign(item, { matte, state: 'waiting', render: undefined, progress: undefined });
    this.changed(item);
    this.#line.fill();
  }

  /** What was there before is there again; what had not come far begins anew. @param {Omit<Item, 'id'>[]} items @returns {Item[]} */
  restore(items) {
    const back = items.map((item) => {
      const begun = item.state === 'done' || (item.state === 'error' && item.error?.code !== 'aborted');
      return Object.assign(item, {
        id: ++this.#ids,
        render: undefined,
        ...(begun ? {} : { state: 'waiting', error: undefined }),
      });
    });
    this.items.unshift(.../** @type {Item[]} */ (back));
    this.#line.fill();
    return /** @type {Item[]} */ (back);
  }

  /** Stops the running photo and the waiting ones. */
  cancel() {
    for (const item of this.items.filter(({ state }) => state === 'waiting'))
      this.#fail(item, { code: 'aborted', message: 'Cancelled.' });
    this.#current?.abort.abort();
  }

  /** Stops everything and forgets it. */
  clear() {
    const { items } = this;
    this.items = [];
    this.#renders = [];
    for (const item of items) item.render?.abort.abort();
    this.#current?.abort.abort();
  }

  /**
   * The file for these options; the cut-out itself when it already is that. A
   * newer call with other options aborts the one before.
   *
   * @param {Item} item done
   * @param {Options} options
   * @returns {Promise<Result>}
   */
  render(item, options) {
    const key = this.#key(options);
    const plain = key === this.#key({ background: 'transparent', format: 'png' });
    if (item.cutout && plain && !item.cutout.report?.draft) {
      item.render?.abort.abort();
      item.render = undefined;
      return Promise.resolve(item.cutout);
    }
    if (item.render?.key === key) return item.render.result;
    item.render?.abort.abort();
    const abort = new AbortController();
    /** @type {Promise<Result>} */
    const result = new Promise((resolve, reject) => {
      this.#renders.unshift({
        item,
        run: async () => {
          try {
            if (abort.signal.aborted) throw failed({ name: 'AbortError', message: 'Cancelled.' });
            const engine = await this.engine();
            const file = await engine.removeBackground(/** @type {Blob} */ (item.photo), {
              ...this.common(),
              ...options,
              matte: item.matte,
              signal: abort.signal,
            });
            if (plain) item.cutout = file;
            resolve(file);
          } catch (error) {
            if (item.render?.abort === abort) item.render = undefined;
            reject(failed(error));
          }
        },
      });
    });
    result.catch(() => {});
    item.render = { key, result, abort };
    this.#line.fill();
    return result;
  }

  /** Stops making a file for other options than these. @param {Item} item @param {Options} options in force */
  drop(item, options) {
    if (!item.render || item.render.key === this.#key(options)) return;
    item.render.abort.abort();
    item.render = undefined;
  }

  /** A file that somebody looks at before the next waiting photo. */
  #next() {
    const render = this.#renders.shift();
    if (render) return render.run;
    const item = this.items.find(({ state }) => state === 'waiting');
    return item && (() => this.#cut(item));
  }

  /** Cuts one photo out; what fails is its error. @param {Item} item */
  async #cut(item) {
    const abort = new AbortController();
    const { signal } = abort;
    this.#current = { item, abort };
    item.state = 'working';
    this.changed(item);
    try {
      item.photo ??= await fetched(item.source, signal);
      this.changed(item);
      const engine = await this.engine().catch((error) => {
        throw failed(error, 'engine_unavailable');
      });
      // in haste when nothing else waits: then the file is made at once
      const common = this.common();
      const draft =
        !item.matte &&
        common.effort !== 'fast' &&
        !!engine.preview &&
        this.items.every((one) => one.state !== 'waiting');
      const cutout = await engine.removeBackground(item.photo, {
        ...common,
        ...(draft ? { effort: 'fast' } : {}),
        background: 'transparent',
        format: 'png',
        matte: item.matte,
        signal,
        onProgress: (/** @type {Progress} */ progress) => {
          if (item.state !== 'working' || signal.aborted) return;
          item.progress = progress;
          this.changed(item);
        },
      });
      if (signal.aborted) throw failed({ name: 'AbortError', message: 'Cancelled.' });
      if (draft && cutout.report?.subject?.found) cutout.report.draft = true;
      Object.assign(item, { cutout, state: 'done' });
      this.changed(item);
    } catch (error) {
      this.#fail(item, signal.aborted ? { code: 'aborted', message: 'Cancelled.' } : failed(error));
    }
    this.#current = undefined;
  }

  /** @param {Item} item @param {Failure} error */
  #fail(item, error) {
    Object.assign(item, { state: 'error', error, progress: undefined });
    this.changed(item);
  }

  /** @param {Options} options */
  #key({ background, format, quality, crop, margin, ...styles }) {
    if (typeof background !== 'string') {
      const known = this.#blobs.get(background) ?? ++this.#ids;
      this.#blobs.set(background, known);
      background = `blob ${known}`;
    }
    return JSON.stringify([
      background,
      format,
      format === 'png' ? 0 : (quality ?? 0),
      crop ? (margin ?? '0%') : null,
      styles,
    ]);
  }
}

/** @param {Blob | string} source @param {AbortSignal} signal @returns {Promise<Blob>} */
async function fetched(source, signal) {
  if (typeof source !== 'string') return source;
  try {
    const response = await fetch(source, { signal });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return await response.blob();
  } catch (error) {
    throw failed(error, 'fetch_failed');
  }
}
