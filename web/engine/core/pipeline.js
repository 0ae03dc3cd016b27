// THE order of a job in JavaScript, the same in a browser's worker and in
// Node. It knows no platform: engines, models and codecs are handed to it. Long
// because half of it is the types of what is asked and answered.
import { readPicture } from './codecs/ladder.js';
import { aborted, CutawayError, throwIfAborted } from './errors.js';
import { greyPng } from './grey-png.js';
import { Picking } from './picking.js';
import { Preview } from './preview.js';
import { Retouch } from './retouch.js';
import { yieldToEvents } from './yield.js';

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./core.js').Job} Job
 * @typedef {{ data: Float32Array, width: number, height: number }} Tensor
 * @typedef {(progress: { stage: string, fraction: number, loaded?: number, total?: number }) => void} OnProgress
 *   fraction: of the whole job, 0..1; loaded, total: bytes of the model while it loads
 *
 * @typedef {object} Engine what runs a model
 * @property {'c' | 'ort'} name
 * @property {number} threads
 * @property {number} [peakBytes] of an engine whose memory is ours to count
 * @property {(input: Tensor, more: { signal?: AbortSignal, onProgress?: (share: number) => void }) => Promise<Tensor>} run
 *
 * @typedef {{ name: string, version?: string, manifest: any, engine: Engine, note?: string }} LoadedModel
 *   note: why another engine than the preferred one was taken
 *
 * @typedef {object} Parts
 * @property {Core} core
 * @property {() => Promise<Core>} newCore another instance of the same compiled module
 * @property {(choice: { model?: unknown, engine?: string }, more: { signal?: AbortSignal,
 *   onProgress?: (loaded: number, total: number) => void }) => Promise<LoadedModel>} loadModel
 * @property {Parts['loadModel']} [loadPick] the bundled network that is told what is meant
 * @property {(choice: { engine?: string }, more: { signal?: AbortSignal }) => Promise<LoadedModel>} [loadDetail] the
 *   bundled network that makes a matte finer, tile by tile; without it none is made finer
 * @property {{ encode: (image: { data: Uint8ClampedArray, width: number, height: number }, quality: number) => Promise<Uint8Array> }} webp
 * @property {import('./codecs/ladder.js').Rung[]} rungs who decodes what the core does not, in the order of trying
 * @property {import('./codecs/cms.js').ToSrgb} toSrgb who converts the colours that the core cannot
 *
 * @typedef {import('../lists/options.js').Shadow} Shadow
 * @typedef {import('../lists/options.js').Outline} Outline
 * @typedef {import('../lists/options.js').Canvas} Canvas
 *
 * @typedef {import('../lists/options.js').Output & Beside} Options what a caller may ask for; the core checks the values of
 *   the first part (cut_job_options)
 *
 * @typedef {object} Beside what C is not told
 * @property {Blob | Uint8Array} [matte] a grey picture of the photo's size, PNG or JPEG, instead of the model's answer
 * @property {boolean} [keepMatte] the answer has the matte, too: for the same photo with other options
 * @property {unknown} [model] "base", a known name, a URL, or { manifest, bytes | url }
 * @property {'auto' | 'c' | 'ort'} [engine]
 * @property {Prompt} [pick] what somebody means, for the model of prompts, which is fetched for it
 * @property {Box} [box] the part of the photo that alone counts, at its own resolution
 *
 * @typedef {[x: Place, y: Place, width: Place, height: Place]} Box
 * @typedef {number | string} Place pixels of the upright photo, or "N%" of its width or height
 * @typedef {{ points?: [x: Place, y: Place, belongs?: 0 | 1][], box?: Box }} Prompt points: clicks in the order in which
 *   they were made; 1 (or nothing): this belongs to it, 0: it does not; box: around it. One of them at least
 */

/**
 * @typedef {{ bytes: Uint8Array, options: Options, background?: Uint8Array, matte?: Uint8Array }} Picture
 *   background, matte: the files that the options name
 */

/** Share of a warm job that each stage takes, for one progress bar. @type {[string, number][]} */
const shares = [
  ['decode', 0.15],
  ['load', 0.1],
  ['prepare', 0.05],
  ['infer', 0.3],
  ['matte', 0.02],
  ['refine', 0.08],
  ['detail', 0.1],
  ['foreground', 0.08],
  ['compose', 0.02],
  ['encode', 0.1],
];

/** @typedef {{ model?: string, error?: { code: string, detail: string }, peakBytes: number }} Detail */

/** How the note begins when an engine was replaced for its answer. */
const retried = 'Tried again, since ';

const mime = /** @type {Record<string, string>} */ ({ png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' });

/**
 * The promise's value, or "aborted" as soon as the signal says so.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<T>}
 */
function unlessAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted('load'));
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Times stages, reports progress, stops between stages when aborted. */
class Stages {
  /** @param {AbortSignal | undefined} signal @param {OnProgress | undefined} onProgress */
  constructor(signal, onProgress) {
    this.signal = signal;
    this.onProgress = onProgress;
    this.started = performance.now();
    this.reached = 0;
    /** @type {Record<string, number>} */ this.times = {};
  }

  /** @param {string} stage @param {number} share of the stage, 0..1 @param {object} [more] */
  progress(stage, share, more) {
    let before = 0;
    for (const [name, part] of shares) {
      if (name === stage) {
        // a second pass over the photo goes through the same stages: never back
        this.reached = Math.max(this.reached, before + part * share);
        return this.onProgress?.({ stage, fraction: this.reached, ...more });
      }
      before += part;
    }
  }

  /**
   * One stage: timed, told, and with errors that name it.
   *
   * @template T
   * @param {string} stage
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(stage, work) {
    await yieldToEvents();
    throwIfAborted(this.signal, stage);
    this.progress(stage, 0);
    const from = performance.now();
    try {
      return await work();
    } catch (error) {
      throw CutawayError.wrap(error, 'internal', stage);
    } finally {
      this.times[stage] = (this.times[stage] ?? 0) + performance.now() - from;
    }
  }

  /** Milliseconds by stage and in total, to a hundredth. */
  timings() {
    const all = { load: 0, ...this.times, total: performance.now() - this.started };
    return Object.fromEntries(Object.entries(all).map(([stage, ms]) => [stage, Math.round(ms * 100) / 100]));
  }
}

/** @param {Job} job @param {Parts} parts */
async function encode(job, { webp, core }) {
  if (job.step('encode', 'encode')) return;
  let bytes;
  try {
    bytes = await webp.encode(job.pixels(), job.quality);
  } catch (error) {
    if (error instanceof CutawayError) throw error;
    throw core.error('encode_failed', error instanceof Error ? error.message : String(error), 'encode');
  }
  job.stepWith('encode', 'encoded', bytes);
}

/** A matte that the caller gives. @param {Job} job @param {Core} core @param {Uint8Array} bytes */
function useMatte(job, core, bytes) {
  if (!job.stepWith('matte', 'set_matte', bytes))
    throw core.error('bad_option', 'A matte is a PNG or a JPEG file.', 'matte');
}

/** The model's answer has the shape that its manifest promises. @param {Tensor} map @param {Core} core */
function checkMap(map, core) {
  if (map.data.length === map.width * map.height && map.data.length > 0) return;
  throw core.error(
    'bad_output',
    `The model answered ${map.data.length} values for ${map.width} x ${map.height}.`,
    'infer',
  );
}

/**
 * The same model on the other engine, after an answer that is none: a fault of
 * the one that "auto" took is not the user's. Any other error stays what it is.
 *
 * @param {Parts} parts
 * @param {{ model: unknown, wanted?: string, used: LoadedModel, error: unknown, signal?: AbortSignal }} run
 * @returns {Promise<LoadedModel>}
 */
async function otherEngine({ loadModel }, { model, wanted = 'auto', used, error, signal }) {
  const { code, detail } = CutawayError.wrap(error, 'internal');
  if (code !== 'bad_output' || wanted !== 'auto' || used.note?.startsWith(retried)) throw error;
  try {
    const other = await loadModel({ model, engine: used.engine.name === 'c' ? 'ort' : 'c' }, { signal });
    return { ...other, note: `${retried}${used.engine.name}: ${detail}` };
  } catch {
    throwIfAborted(signal, 'load');
    throw error; // what was wrong first says more than that there is no other engine
  }
}

/** What the core is to know of the options. @param {Options} options @param {boolean} hasBackground */
function askedOf(
  { model, engine: _engine, matte: _matte, keepMatte: _keepMatte, pick: _pick, box: _box, ...options },
  hasBackground,
) {
  const asked = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  // who names a model wants its answer
  if (model !== undefined && model !== 'base') asked.kind ??= 'photo';
  return hasBackground ? { ...asked, background: 'image' } : asked;
}

/**
 * From DECODED to INFERRED: as many runs of the model as the job asks for.
 *
 * @param {Job} job
 * @param {Parts} parts
 * @param {{ model?: unknown, wanted?: string, used: LoadedModel }} how
 * @param {Stages} stages
 * @returns {Promise<LoadedModel>} the one that answered last
 */
async function passes(job, parts, { model, wanted, used: first }, stages) {
  const { signal } = stages;
  let used = first;
  /** @param {Tensor} tensor */
  const pass = async (tensor) => {
    const map = await stages.run('infer', async () => {
      const answer = await used.engine.run(tensor, { signal, onProgress: (share) => stages.progress('infer', share) });
      checkMap(answer, parts.core);
      return answer;
    });
    await stages.run('matte', () => job.matte(map));
  };
  do {
    const tensor = await stages.run('prepare', () => job.prepare(used.manifest.input.planes));
    try {
      await pass(tensor);
    } catch (error) {
      used = await otherEngine(parts, { model, wanted, used, error, signal });
      await pass(tensor);
    }
  } while (job.hasNextPass);
  return used;
}

/**
 * What the detail network finds, laid into the matte. Without it (it could not be had, it failed) the matte stays as it
 * was refined: that is no reason to fail the job.
 *
 * @param {Job} job REFINED
 * @param {Parts} parts
 * @param {string | undefined} wanted engine
 * @param {Stages} stages
 * @returns {Promise<Detail | null>} null: there was nothing to look for
 */
async function toDetail(job, { loadDetail }, wanted, stages) {
  const { signal } = stages;
  if (!loadDetail) return null;
  return stages.run('detail', async () => {
    try {
      let tile = job.tile();
      if (!tile) return job.report().detail && { peakBytes: 0 };
      const { name, version, engine } = await unlessAborted(loadDetail({ engine: wanted }, { signal }), signal);
      for (let done = 1; tile; done++) {
        job.tileAnswer(await engine.run(tile, { signal }));
        await yieldToEvents();
        throwIfAborted(signal, 'detail');
        tile = job.tile();
        stages.progress('detail', done / (done + 20)); // how many there are is not known before
      }
      return { model: `${name} ${version}`, peakBytes: engine.peakBytes ?? 0 };
    } catch (error) {
      throwIfAborted(signal, 'detail');
      if (job.core.crashed) throw error;
      const { code, detail } = CutawayError.wrap(error, 'internal', 'detail');
      return { error: { code, detail }, peakBytes: 0 };
    }
  });
}

/**
 * A job from NEW to REFINED: the photo and its matte.
 *
 * @param {Job} job options are set
 * @param {Parts} parts
 * @param {Picture} input
 * @param {Stages} stages
 * @returns {Promise<{ way: import('./codecs/ladder.js').Way, name: string, version?: string, note?: string,
 *   detail: Detail | null, engine: { name: string, threads: number, peakBytes?: number } }>} way: how the photo was
 *   decoded; the rest: what made the matte
 */
async function toMatte(job, parts, { bytes, background, matte, options }, stages) {
  const { model, engine: wanted, pick, box } = options;
  const { core } = parts;
  const { signal } = stages;
  if (wanted !== undefined && !['auto', 'c', 'ort'].includes(wanted)) {
    throw core.error('bad_option', `engine is auto, c or ort, not "${wanted}".`, 'options');
  }
  const ways = Object.entries({ matte, pick, box }).filter(([, value]) => value !== undefined);
  if (ways.length > 1)
    throw core.error('bad_option', `Of ${ways.map(([name]) => name).join(' and ')} only one counts.`, 'options');
  const loadModel = (pick && model === undefined && parts.loadPick) || parts.loadModel;
  // The model loads while the photo decodes; a bad photo is told first.
  const loading = matte
    ? null
    : loadModel(
        { model, engine: wanted },
        {
          signal,
          onProgress: (loaded, total) => stages.progress('load', total ? loaded / total : 0, { loaded, total }),
        },
      );
  loading?.catch(() => {});
  const way = await stages.run('decode', async () => {
    const photo = await readPicture(job, parts, 'decode', bytes, signal);
    if (background) await readPicture(job, parts, 'background', background, signal);
    return photo;
  });
  if (!loading || matte) {
    await stages.run('matte', () => useMatte(job, core, /** @type {Uint8Array} */ (matte)));
    return { way, name: 'given', engine: { name: 'none', threads: 1 }, detail: null };
  }
  if (!pick && !box && !job.needsModel) {
    await stages.run('matte', () => job.ownMatte());
    return { way, name: 'none', engine: { name: 'none', threads: 1 }, detail: null };
  }
  let used = await stages.run('load', () => unlessAborted(loading, signal));
  job.manifest(used.manifest);
  if (pick || box) await stages.run('prepare', () => job.pick(pick ?? { box }));
  used = await passes(job, { ...parts, loadModel }, { model, wanted, used }, stages);
  await stages.run('refine', () => job.step('refine', 'refine'));
  return { way, ...used, detail: await toDetail(job, parts, wanted, stages) };
}

/** What the report says of it. @param {import('./codecs/ladder.js').Way} way */
const said = ({ format, decoder, note }) => ({ format, decoder, ...(note ? { note } : {}) });

/** From REFINED to DONE. @param {Job} job @param {Parts} parts @param {Stages} stages */
async function toFile(job, parts, stages) {
  await stages.run('foreground', () => job.step('foreground', 'foreground'));
  await stages.run('compose', () => job.step('compose', 'compose'));
  await stages.run('encode', () => encode(job, parts));
  const { input, subject, placed, natural, detail, width, height, format } = job.report();
  const bytes = job.bytes();
  const report = { width, height, format, bytes: bytes.length, photo: input, subject, placed, natural, detail };
  return { bytes, type: mime[format], report };
}

/**
 * From a file to the finished file.
 *
 * @param {Parts} parts
 * @param {Picture} input
 * @param {{ signal?: AbortSignal, onProgress?: OnProgress }} [more]
 * @returns {Promise<{ bytes: Uint8Array, type: string, matte?: Uint8Array, report: any }>} matte: a PNG, where it was asked for
 */
export async function cutOut(parts, input, { signal, onProgress } = {}) {
  const { core } = parts;
  const stages = new Stages(signal, onProgress);
  core.resetPeak();
  const job = core.newJob();
  try {
    job.options(askedOf(input.options, Boolean(input.background)));
    const { way, name, version, note, engine, detail } = await toMatte(job, parts, input, stages);
    const kept = input.options.keepMatte && !input.matte ? job.alpha() : undefined;
    const { bytes, type, report } = await toFile(job, parts, stages);
    // of a photo that is clear in places alpha is less than its matte
    const matte =
      kept && report.subject.found && !report.photo.alpha
        ? await greyPng(kept, report.photo.width, report.photo.height)
        : undefined;
    onProgress?.({ stage: 'done', fraction: 1 });
    return {
      bytes,
      type,
      matte,
      report: {
        input: null,
        output: null,
        ...report,
        photo: { ...report.photo, bytes: input.bytes.length, ...said(way) },
        model: version ? `${name} ${version}` : name,
        engine: engine.name,
        threads: engine.threads,
        core: core.variant,
        detail: detail && { tiles: 0, side: 0, ...report.detail, model: detail.model, error: detail.error },
        ...(note ? { engine_note: note } : {}),
        timings_ms: stages.timings(),
        peak_heap_bytes: core.peakBytes + (engine.peakBytes ?? 0) + (detail?.peakBytes ?? 0),
      },
    };
  } finally {
    job.free();
  }
}

/**
 * A photo and its matte for something that goes on holding them, in an
 * instance of its own: what it holds goes with it.
 *
 * @template Held
 * @param {Parts} parts
 * @param {Picture} input
 * @param {{ signal?: AbortSignal, onProgress?: OnProgress }} more
 * @param {(job: Job, own: Parts) => Held} make
 * @returns {Promise<Held>} to be freed by its user
 */
async function hold(parts, input, { signal, onProgress }, make) {
  const own = { ...parts, core: await parts.newCore() };
  const job = own.core.newJob();
  try {
    const { kind, partial } = askedOf(input.options, false); // what the matte depends on
    job.options({ ...(kind && { kind }), ...(partial && { partial }) });
    await toMatte(job, own, input, new Stages(signal, onProgress));
    return make(job, own);
  } finally {
    job.free();
  }
}

/** To be pointed at. @param {Parts} parts @param {Picture} input @param {{ signal?: AbortSignal, onProgress?: OnProgress }} [more] */
export async function pick(parts, { bytes, options: { model, engine: wanted } }, { signal, onProgress } = {}) {
  const loadModel = (model === undefined && parts.loadPick) || parts.loadModel;
  const own = { ...parts, core: await parts.newCore(), loadModel };
  const stages = new Stages(signal, onProgress);
  const job = own.core.newJob();
  try {
    const loading = loadModel(
      { model, engine: wanted },
      { signal, onProgress: (loaded, total) => stages.progress('load', total ? loaded / total : 0, { loaded, total }) },
    );
    loading.catch(() => {});
    await stages.run('decode', () => readPicture(job, own, 'decode', bytes, signal));
    let used = await stages.run('load', () => unlessAborted(loading, signal));
    job.manifest(used.manifest);
    return new Picking(job, async () => {
      used = await passes(job, own, { model, wanted, used }, new Stages(undefined, undefined));
    });
  } catch (error) {
    job.free();
    throw error;
  }
}

/** To be retouched. @param {Parts} parts @param {Picture} input @param {{ signal?: AbortSignal, onProgress?: OnProgress }} [more] */
export const retouch = (parts, input, more = {}) =>
  hold(parts, input, more, (job, { loadDetail }) => {
    const { engine } = input.options;
    return new Retouch(job, loadDetail && (() => loadDetail({ engine }, {})));
  });

/** To be seen with any options. @param {Parts} parts @param {Picture} input @param {{ signal?: AbortSignal, onProgress?: OnProgress }} [more] */
export const preview = (parts, input, more = {}) =>
  hold(
    parts,
    input,
    more,
    (job, own) =>
      new Preview(job, async (to, bytes) => {
        await readPicture(to, own, 'background', bytes);
      }),
  );

/**
 * Another format for a picture, pixels unchanged (JPEG: flattened on white): a
 * job whose matte is 1 everywhere.
 *
 * @param {Parts} parts
 * @param {{ bytes: Uint8Array, options: Options }} input format, quality and background of the options count
 */
export async function convert(parts, { bytes, options }) {
  const { core } = parts;
  const { format, quality, background } = options;
  const job = core.newJob();
  try {
    job.options(
      Object.fromEntries(Object.entries({ format, quality, background }).filter(([, value]) => value !== undefined)),
    );
    job.manifest({ input: { size: [1, 1], mean: [0, 0, 0], std: [1, 1, 1] }, output: { kind: 'alpha' } });
    await readPicture(job, parts, 'decode', bytes);
    job.prepare();
    job.matte({ data: new Float32Array([1]), width: 1, height: 1 });
    for (const stage of ['refine', 'foreground', 'compose']) job.step(stage, stage);
    await encode(job, parts);
    const { width, height, format: made } = job.report();
    const result = job.bytes();
    return { bytes: result, type: mime[made], report: { width, height, format: made, bytes: result.length } };
  } finally {
    job.free();
  }
}

/**
 * Format and size from a file's header; where only a codec can read that, from
 * the whole file.
 *
 * @param {Parts} parts
 * @param {{ bytes: Uint8Array }} input
 * @returns {Promise<{ format: string, width: number, height: number }>} upright
 */
export async function probe(parts, { bytes }) {
  const job = parts.core.newJob();
  try {
    const { format } = job.probe(bytes) ? job.report().input : await readPicture(job, parts, 'decode', bytes);
    const { width, height } = job.report().input;
    return { format, width, height };
  } finally {
    job.free();
  }
}
