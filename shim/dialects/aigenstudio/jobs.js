/**
 * Jobs: what is on record, the work on one, and how long it is kept.
 *
 * @module shim/dialects/aigenstudio/jobs
 */
import { ShimError, asShimError } from '../../errors.js';
import { fetchInput } from '../../fetch-url.js';
import { iso, randomHex } from '../../ids.js';
import { isShutdown } from '../../records.js';
import { failures } from './failures.js';
import { ROOT } from './routes.js';
import { sign } from './webhook.js';

export const JOBS = 'ag-jobs';
export const KEYS = 'ag-keys';
export const JOB_MS = 30 * 24 * 3600e3; // our choice, for jobs, results and their keys
const SOURCE_FORMATS = ['jpeg', 'png', 'webp'];

/** @param {any} job */
const active = (job) => job.status === 'queued' || job.status === 'processing';

export const ends = { [JOBS]: (/** @type {any} */ job) => job.created + JOB_MS };

/** @type {import('../../types.js').Jobs} */
export const jobs = {
  collection: JOBS,
  active,

  /** The inputs that are not settled, each told as soon as it is. */
  async work(id, services, signal) {
    const { store } = services;
    let job = await store.get(JOBS, id);
    if (!job || !active(job)) return;
    /** @param {(now: any) => Record<string, any>} change */
    const save = async (change) => {
      job = await services.update(JOBS, id, (now) => ({ ...change(now), updated: services.clock.now() }));
    };
    const announce = announceOf(id, () => job, services);

    if (isShutdown(signal)) return;
    if (!signal.aborted) {
      // else it was cancelled while it waited
      await save(() => ({ status: 'processing' }));
      await announce('job.processing');
    }
    const { background, format } = job;
    const left = job.input
      .map((/** @type {any} */ source, /** @type {number} */ i) => ({ source, i }))
      .filter((/** @type {any} */ { i }) => job.results.some((/** @type {any} */ r) => r.input === i && !settled(r)));

    await services
      .remove({
        items: left.map((/** @type {any} */ { source, i }) => ({
          id: `input-${i}`,
          action: 'remove',
          options: { background, format },
          image: once(() => open(source, `${JOBS}.${id}.source${i}`, job.base, services, signal)),
          // An address of ours means nothing to a remote.
          ...(/^https?:/.test(source.url) && !source.url.startsWith(`${job.base}/`) && { url: source.url }),
        })),
        trace: job.trace,
        remember: (trace) => save(() => ({ trace })),
        signal,
        deliver: async (item, result) => {
          if (isShutdown(signal)) return;
          const input = Number(item.slice('input-'.length));
          if (!(result instanceof ShimError)) await store.write(`${JOBS}.${id}.${input}`, result.blob);
          await save((now) => ({
            results: now.results.map((/** @type {any} */ r) =>
              r.input === input ? { ...r, ...outcomeOf(result, signal) } : r,
            ),
          }));
          const same = job.results.filter((/** @type {any} */ r) => r.input === input);
          if (!(result instanceof ShimError)) services.emitReport(id, result.report);
          if (same[0].status !== 'cancelled') await announce(`result.${same[0].status}`, same);
        },
      })
      .catch((error) => {
        // Only the store can fail here; what is left is said to have failed.
        if (isShutdown(signal)) return undefined;
        const known = asShimError(error);
        return save((now) => ({
          results: now.results.map((/** @type {any} */ r) => (settled(r) ? r : { ...r, ...outcomeOf(known, signal) })),
        }));
      });
    if (isShutdown(signal)) return;
    await save((now) => ({ status: statusOf(now.results), completed: services.clock.now(), queue: undefined }));
    await announce(`job.${job.status}`);
  },

  /** What is not settled has failed. */
  async fail(id, services, error) {
    const never = new AbortController().signal;
    const job = await services.update(JOBS, id, (now) => {
      const results = now.results.map((/** @type {any} */ r) =>
        settled(r) ? r : { ...r, ...outcomeOf(error, never) },
      );
      const at = services.clock.now();
      return { results, status: statusOf(results), completed: at, updated: at, queue: undefined };
    });
    if (job) await announceOf(id, () => job, services)(`job.${job.status}`);
  },
};

/**
 * Tells an event of a job, by webhook too if it was asked for.
 * @param {string} id @param {() => any} now the job as it is @param {import('../../types.js').Services} services
 * @returns {(type: string, some?: any[]) => Promise<void>} some: results that it is about, all by default
 */
const announceOf = (id, now, services) => async (type, some) => {
  const job = now();
  const event = {
    id: `evt_${randomHex(10)}`,
    type,
    created_at: iso(services.clock.now()),
    job: summary(job),
    results: (await results(job, job.base, services)).filter((one) => !some || some.some((r) => r.id === one.id)),
  };
  services.emit(type, event);
  if (job.webhook_url) services.webhook?.({ url: job.webhook_url, secret: services.secret(id), event, job: id, sign });
};

/** @param {import('../../types.js').Services} services @param {number} now */
export async function sweep({ store }, now) {
  for (const job of await store.list(JOBS, { expired: now })) {
    if (active(job)) continue;
    for (let i = 0; i < job.input.length; i++) {
      await store.erase(`${JOBS}.${job.id}.${i}`);
      await store.erase(`${JOBS}.${job.id}.source${i}`);
    }
    await store.remove(KEYS, job.keyId);
    await store.remove(JOBS, job.id);
  }
}

/** @param {any} result */
const settled = (result) => ['completed', 'failed', 'cancelled'].includes(result.status);

/** @param {any[]} all */
function statusOf(all) {
  const count = (/** @type {string} */ status) => all.filter((r) => r.status === status).length;
  if (count('completed') === all.length) return 'completed';
  if (count('completed') > 0) return 'partially_completed';
  return count('cancelled') > 0 ? 'cancelled' : 'failed';
}

/** @param {import('../../remote.js').Result} result @param {AbortSignal} signal */
function outcomeOf(result, signal) {
  if (!(result instanceof ShimError)) return { status: 'completed', source: result.source, report: result.report };
  if (signal.aborted) return { status: 'cancelled', error_code: null, error_message: null };
  const [, words = ''] = failures[result.code] ?? failures.internal;
  return {
    status: 'failed',
    error_code: words.split('|')[1],
    error_message: result.message,
    report: { error: result.code, ...result.detail },
  };
}

/**
 * @param {URL | string} url @param {import('../../types.js').Services} services
 * @param {string} base @param {AbortSignal} [signal]
 */
export async function fetchSource(url, { inputsFor, limits }, base, signal) {
  try {
    return await fetchInput(
      url,
      { ...inputsFor(base), maxBytes: limits.sourceBytes },
      { signal, formats: SOURCE_FORMATS },
    );
  } catch (error) {
    const known = asShimError(error);
    throw known.code === 'body_too_large'
      ? new ShimError('too_large', `The source image is larger than ${limits.sourceBytes / 1e6} MB.`)
      : known;
  }
}

/**
 * @param {{ url: string, here: boolean }} source @param {string} key of the stored copy @param {string} base
 * @param {import('../../types.js').Services} services @param {AbortSignal} signal
 * @returns {Promise<Blob>}
 */
async function open({ url, here }, key, base, services, signal) {
  if (!here) return fetchSource(url, services, base, signal);
  const blob = await services.store.read(key);
  if (!blob) throw new ShimError('read_failed', 'The picture has been removed.');
  return blob;
}

/** Keeps the first answer. @template T @param {() => Promise<T>} get */
function once(get) {
  /** @type {Promise<T> | undefined} */ let kept;
  return () => (kept ??= get());
}

/** @param {any} job */
export function summary({ id, status, sandbox, results: all, created, updated, completed }) {
  const count = (/** @type {string} */ word) => all.filter((/** @type {any} */ r) => r.status === word).length;
  return {
    id,
    api: 'remove_background',
    status,
    sandbox,
    total_results: all.length,
    completed_results: count('completed'),
    failed_results: count('failed'),
    credits_reserved: 0,
    created_at: iso(created),
    updated_at: iso(updated),
    completed_at: completed === null ? null : iso(completed),
  };
}

/**
 * One entry per result, in the order of the inputs.
 * @param {any} job @param {string} base @param {import('../../types.js').Services} services
 * @returns {Promise<any[]>}
 */
export function results(job, base, services) {
  const waiting = job.status === 'processing' ? 'processing' : 'queued';
  return Promise.all(
    job.results.map(async (/** @type {any} */ r) => {
      const { external, url } = job.input[r.input];
      const extension = job.format === 'jpeg' ? 'jpg' : job.format;
      const link =
        r.status !== 'completed'
          ? null
          : (services.blobUrls && (await services.objectUrl(`${JOBS}.${job.id}.${r.input}`))) ||
            `${base}${ROOT}/results/${job.id}-${r.input}.${extension}?token=${job.token}`;
      return {
        id: r.id,
        external_id: external,
        status: settled(r) ? r.status : waiting,
        source_url: url,
        result_url: link,
        thumbnail_url: null,
        error_code: r.error_code,
        error_message: r.error_message,
        credits_reserved: 0,
        credits_used: 0,
      };
    }),
  );
}
