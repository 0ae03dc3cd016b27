/**
 * AI Gen Studio: one job of 1 to 20 pictures, started under an Idempotency-Key
 * (202 new, 200 the same again, 409 another body), then polled. Errors are
 * {error: {code, message, details?}, request_id}; the words are `completed`,
 * `failed`, `cancelled` (two l), `partially_completed`.
 *
 * Easy to get wrong: an invalid request does not use up its key; the job is
 * told by key and environment, so another key does not see it; 20 inputs with
 * several results each are over the 20 results that a job may have.
 *
 * @module shim/dialects/aigenstudio
 */
import { parseColor } from '../../css-color.js';
import { ShimError, asShimError, invalid } from '../../errors.js';
import { fetchPicture } from '../../fetch-url.js';
import { bearer, canonicalJson, isObject, jsonResponse, parseUrl, pictureResponse, readJson } from '../../http.js';
import { iso, randomHex, randomText, uuid } from '../../ids.js';
import { MIME } from '../../image-header.js';
import { isPrivateHost } from '../../net-guard.js';
import { hex, sha256 } from '../../sha256.js';

const JOBS = 'ag-jobs';
const KEYS = 'ag-keys';
const ROOT = '/api/v1';
const MAX_INPUTS = 20;
const MAX_RESULTS = 20; // vendor: per job, whatever number_of_images says
const JOB_MS = 30 * 24 * 3600e3; // our choice, for jobs, results and their keys
const SOURCE_FORMATS = ['jpeg', 'png', 'webp'];
const TOOLS = ['remove_background', 'image_editing', 'image_ai_edit', 'ai_background', 'image_generation', 'ad_creative'];
const STATUSES = ['queued', 'processing', 'completed', 'failed', 'cancelled', 'partially_completed'];

/** @type {import('../../../types.js').Dialect} */
export const aigenstudio = {
  name: 'aigenstudio',
  hosts: ['https://aigenstudio.app'],
  territory: /^\/api\/v1(\/|$)/,
  jobs: JOBS,
  routes: [
    { operation: 'removeBackground', method: 'POST', path: /^\/api\/v1\/remove-background$/ },
    { operation: 'listJobs', method: 'GET', path: /^\/api\/v1\/jobs$/ },
    { operation: 'getJob', method: 'GET', path: /^\/api\/v1\/jobs\/(?<id>[^/]+)$/ },
    { operation: 'listTools', method: 'GET', path: /^\/api\/v1\/tools$/, open: true },
    { operation: 'getResult', method: 'GET', path: /^\/api\/v1\/results\/(?<job>[0-9a-f-]{36})-(?<index>\d{1,2})\.(?:png|jpg|webp)$/, open: true },
  ],

  /** Status and error.code. The second half of a pair after `|` is the
   * error_code of a result that failed so. */
  failures: {
    ok: [500, 'internal_error|processing_failed'],
    bad_argument: [500, 'internal_error|processing_failed'],
    bad_state: [500, 'internal_error|processing_failed'],
    out_of_memory: [500, 'internal_error|processing_failed'],
    bad_option: [400, 'invalid_payload|processing_failed'],
    bad_manifest: [500, 'internal_error|processing_failed'],
    empty_input: [400, 'invalid_payload|unsupported_source_type'],
    unsupported_format: [400, 'invalid_payload|unsupported_source_type'],
    unsupported_variant: [400, 'invalid_payload|unsupported_source_type'],
    too_large: [400, 'invalid_payload|source_too_large'],
    corrupt_image: [400, 'invalid_payload|processing_failed'],
    needs_codec: [400, 'invalid_payload|unsupported_source_type'],
    bad_model: [500, 'internal_error|processing_failed'],
    unsupported_model: [500, 'internal_error|processing_failed'],
    bad_output: [500, 'internal_error|processing_failed'],
    encode_failed: [500, 'internal_error|processing_failed'],
    engine_crashed: [500, 'internal_error|processing_failed'],
    aborted: [500, 'internal_error|processing_failed'],
    timeout: [500, 'internal_error|processing_failed'],
    fetch_failed: [400, 'invalid_payload|source_unreachable'],
    model_fetch_failed: [500, 'internal_error|processing_failed'],
    model_hash_mismatch: [500, 'internal_error|processing_failed'],
    engine_unavailable: [500, 'internal_error|processing_failed'],
    inference_failed: [500, 'internal_error|processing_failed'],
    read_failed: [500, 'internal_error|source_unreachable'],
    write_failed: [500, 'internal_error|processing_failed'],
    busy: [429, 'rate_limit_exceeded|processing_failed'],
    internal: [500, 'internal_error|processing_failed'],
    invalid_request: [400, 'invalid_payload|processing_failed'],
    body_too_large: [400, 'invalid_payload|source_too_large'],
    not_found: [404, 'not_found|processing_failed'],
    method_not_allowed: [405, 'method_not_allowed|processing_failed'],
    expired_link: [404, 'not_found|processing_failed'],
    conflict: [409, 'idempotency_conflict|processing_failed'],
    unusable_image: [400, 'invalid_payload|unsupported_source_type'],
    url_refused: [400, 'invalid_payload|source_unreachable'],
    invalid_key: [401, 'invalid_api_key|processing_failed'],
    expired_key: [401, 'api_key_expired|processing_failed'],
    inactive_key: [401, 'api_key_inactive|processing_failed'],
    no_access: [403, 'api_access_not_enabled|processing_failed'],
    no_credits: [402, 'insufficient_api_credits|processing_failed'],
    consent_required: [403, 'api_access_not_enabled|processing_failed'],
    remote_unavailable: [500, 'internal_error|processing_failed'],
    remote_failed: [500, 'internal_error|processing_failed'],
    remote_refused: [500, 'internal_error|processing_failed'],
    remote_needs_public_url: [400, 'invalid_payload|source_unreachable'],
  },

  credential: bearer,
  active: (job) => job.status === 'queued' || job.status === 'processing',

  async parse(call) {
    const { request, operation, params, query } = call;
    const own = request.headers.get('x-request-id');
    // Only where the contract knows a 400; elsewhere it has no effect at all.
    if (own !== null && own.length > 160 && ['removeBackground', 'listJobs'].includes(operation)) throw invalid('X-Request-Id', 'X-Request-Id must have at most 160 characters');
    switch (operation) {
      case 'removeBackground': {
        const name = request.headers.get('idempotency-key') ?? '';
        if (!/^[A-Za-z0-9._:-]{8,160}$/.test(name)) {
          throw invalid('Idempotency-Key', 'Idempotency-Key must have 8 to 160 characters of A-Z a-z 0-9 . _ : -');
        }
        const body = await readJson(request);
        return { name, body, ...parseJob(body) };
      }
      case 'listJobs': return parsePage(query);
      case 'getResult': return { ...params, token: query.get('token') ?? '' };
      default: return params;
    }
  },

  run(input, call) {
    return actions[/** @type {keyof typeof actions} */ (call.operation)](input, call);
  },

  async reply(outcome, { operation, base, services }) {
    if (operation === 'getResult') {
      return pictureResponse(outcome.blob, outcome.blob.type, outcome.source && { 'x-cutaway-source': outcome.source });
    }
    const request_id = requestId();
    const bodies = /** @type {Record<string, () => any>} */ ({
      removeBackground: () => ({ job: summary(outcome.job), remaining_paid_credits: 0, request_id }),
      getJob: async () => ({ job: summary(outcome), results: await results(outcome, base, services), request_id }),
      listJobs: () => ({ jobs: outcome.jobs.map(summary), next_cursor: outcome.next, request_id }),
      listTools: () => ({ tools: outcome, request_id }),
    });
    const status = operation === 'removeBackground' && outcome.fresh ? 202 : 200;
    const sources = new Set((outcome.results ?? []).map((/** @type {any} */ r) => r.source).filter(Boolean));
    return jsonResponse(status, await bodies[operation](), {
      'x-request-id': request_id,
      ...(sources.size > 0 && { 'x-cutaway-source': [...sources].sort().join(', ') }),
    });
  },

  fail(error) {
    const [status, words = ''] = aigenstudio.failures[error.code] ?? aigenstudio.failures.internal;
    const request_id = requestId();
    const { field } = error.detail;
    return jsonResponse(status, {
      error: { code: words.split('|')[0], message: error.message, ...(field && { details: { field } }) },
      request_id,
    }, { 'x-request-id': request_id });
  },

  async work(id, services, signal) {
    const { store } = services;
    let job = await store.get(JOBS, id);
    if (!job || !aigenstudio.active?.(job)) return;
    /** @param {(now: any) => Record<string, any>} change */
    const save = async (change) => { job = await update(services, id, change); };
    /** @param {string} type @param {any[]} [some] */
    const announce = async (type, some) => {
      const event = {
        id: `evt_${randomHex(10)}`, type, created_at: iso(services.clock.now()), job: summary(job),
        results: (await results(job, job.base, services)).filter((one) => !some || some.some((r) => r.id === one.id)),
      };
      services.emit(type, event);
      if (job.webhook_url) services.webhook?.({ url: job.webhook_url, secret: services.secret(id), event });
    };

    if (signal.reason?.detail?.shutdown) return; // the next life goes on
    if (!signal.aborted) { // else it was cancelled while it waited
      await save(() => ({ status: 'processing' }));
      await announce('job.processing');
    }
    const { background, format } = job;
    const left = job.input.map((/** @type {any} */ source, /** @type {number} */ i) => ({ source, i }))
      .filter((/** @type {any} */ { i }) => job.results.some((/** @type {any} */ r) => r.input === i && !settled(r)));

    await services.remover.work({
      dialect: 'aigenstudio',
      items: left.map((/** @type {any} */ { source, i }) => ({
        id: `input-${i}`, action: 'remove', options: { background, format },
        image: once(() => open(source, `${JOBS}.${id}.source${i}`, services, signal)),
        ...(/^https?:/.test(source.url) && { url: source.url }),
      })),
      trace: job.trace,
      remember: (trace) => save(() => ({ trace })),
      signal,
      deliver: async (item, result) => {
        if (signal.reason?.detail?.shutdown) return;
        const input = Number(item.slice('input-'.length));
        if (!(result instanceof ShimError)) await store.write(`${JOBS}.${id}.${input}`, result.blob);
        await save((now) => ({
          results: now.results.map((/** @type {any} */ r) => (r.input === input ? { ...r, ...outcomeOf(result, signal) } : r)),
        }));
        const same = job.results.filter((/** @type {any} */ r) => r.input === input);
        if (!(result instanceof ShimError)) services.emit('cutaway-report', { dialect: 'aigenstudio', id, report: result.report });
        if (same[0].status !== 'cancelled') await announce(`result.${same[0].status}`, same);
      },
    }).catch((error) => {
      // Only the store can fail here; what is left is said to have failed.
      const known = asShimError(error);
      return save((now) => ({ results: now.results.map((/** @type {any} */ r) => (settled(r) ? r : { ...r, ...outcomeOf(known, signal) })) }));
    });
    if (signal.reason?.detail?.shutdown) return;
    await save((now) => ({ status: statusOf(now.results), completed: services.clock.now() }));
    await announce(`job.${job.status}`);
  },

  async sweep({ store }, now) {
    for (const job of await store.list(JOBS)) {
      if (now < job.created + JOB_MS || aigenstudio.active?.(job)) continue;
      for (let i = 0; i < job.input.length; i++) {
        await store.erase(`${JOBS}.${job.id}.${i}`);
        await store.erase(`${JOBS}.${job.id}.source${i}`);
      }
      await store.remove(KEYS, job.keyId);
      await store.remove(JOBS, job.id);
    }
  },
};

const requestId = () => `req_${randomHex(10)}`;

/** @param {any} result */
const settled = (result) => ['completed', 'failed', 'cancelled'].includes(result.status);

/** @param {any[]} all */
function statusOf(all) {
  const count = (/** @type {string} */ status) => all.filter((r) => r.status === status).length;
  if (count('completed') === all.length) return 'completed';
  if (count('completed') > 0) return 'partially_completed';
  return count('cancelled') > 0 ? 'cancelled' : 'failed';
}

/** @param {import('../../../remote.js').Result} result @param {AbortSignal} signal */
function outcomeOf(result, signal) {
  if (!(result instanceof ShimError)) return { status: 'completed', source: result.source, report: result.report };
  if (signal.aborted) return { status: 'cancelled', error_code: null, error_message: null };
  const [, words = ''] = aigenstudio.failures[result.code] ?? aigenstudio.failures.internal;
  return { status: 'failed', error_code: words.split('|')[1], error_message: result.message, report: { error: result.code, ...result.detail } };
}

/** Whose job it is: environment and key. The key itself is never kept, and
 * this is not the digest that signs webhooks. @param {string} key */
function ownerOf(key) {
  const environment = key.startsWith('aigen_live_') ? 'live' : 'test';
  return { sandbox: environment === 'test', scope: `${environment}-${hex(sha256(`cutaway job owner ${key}`)).slice(0, 16)}` };
}

/** @param {Record<string, any>} body */
function parseJob({ input, background = {}, output = {}, webhook_url: webhook }) {
  if (!Array.isArray(input) || input.length < 1 || input.length > MAX_INPUTS) {
    throw invalid('input', `input must hold 1 to ${MAX_INPUTS} images.`);
  }
  const sources = input.map((one, i) => {
    const at = `input[${i}]`;
    if (!isObject(one)) throw invalid(at, `${at} must be an object.`);
    const { image_url: address, external_id: external } = one;
    const url = parseUrl(address);
    // The 2048 are for addresses; a data: URL is the picture itself.
    if (!url || (url.protocol !== 'data:' && address.length > 2048)) {
      throw invalid(`${at}.image_url`, `${at}.image_url must be an address of at most 2048 characters.`);
    }
    if (!['http:', 'https:', 'blob:', 'data:'].includes(url.protocol)) {
      throw invalid(`${at}.image_url`, `${at}.image_url must be an http or https address.`);
    }
    if (external !== undefined && (typeof external !== 'string' || external.length < 1 || [...external].length > 200)) {
      throw invalid(`${at}.external_id`, `${at}.external_id must have 1 to 200 characters.`);
    }
    return { url, external: external ?? null };
  });

  if (!isObject(background)) throw invalid('background', 'background must be an object.');
  const { type = 'transparent', color } = background;
  if (!['transparent', 'white', 'color'].includes(type)) {
    throw invalid('background.type', 'background.type must be one of transparent, white, color.');
  }
  if (color !== undefined && (typeof color !== 'string' || [...color].length > 80)) {
    throw invalid('background.color', 'background.color must be text of at most 80 characters.');
  }
  const paint = type === 'color' ? parseColor(color ?? '') : type;
  if (!paint) throw invalid('background.color', 'background.color must be an opaque CSS colour when background.type is color.');

  if (!isObject(output)) throw invalid('output', 'output must be an object.');
  const { format = 'png', number_of_images: copies = 1 } = output;
  if (!['jpg', 'png', 'webp'].includes(format)) throw invalid('output.format', 'output.format must be one of jpg, png, webp.');
  if (!Number.isInteger(copies) || copies < 1 || copies > 4) {
    throw invalid('output.number_of_images', 'output.number_of_images must be an integer from 1 to 4.');
  }
  if (copies * input.length > MAX_RESULTS) {
    throw invalid('output.number_of_images', `A job has at most ${MAX_RESULTS} results; this one would have ${copies * input.length}.`);
  }
  if (webhook !== undefined) {
    const url = parseUrl(webhook);
    if (!url || url.protocol !== 'https:' || isPrivateHost(url.hostname) || url.username || url.password) {
      throw invalid('webhook_url', 'webhook_url must be a public https address.');
    }
  }
  return { sources, background: paint, format: format === 'jpg' ? 'jpeg' : format, copies, webhook };
}

/** @param {URLSearchParams} query */
function parsePage(query) {
  const api = query.get('api') ?? undefined;
  const status = query.get('status') ?? undefined;
  const limit = query.get('limit') ?? '20';
  const cursor = query.get('cursor') ?? undefined;
  if (api !== undefined && !TOOLS.includes(api)) throw invalid('api', `api must be one of ${TOOLS.join(', ')}.`);
  if (status !== undefined && !STATUSES.includes(status)) throw invalid('status', `status must be one of ${STATUSES.join(', ')}.`);
  if (!/^([1-9]|[1-9]\d|100)$/.test(limit)) throw invalid('limit', 'limit must be an integer from 1 to 100.');
  const before = cursor === undefined ? Infinity : Date.parse(cursor);
  if (Number.isNaN(before) || (cursor !== undefined && !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(cursor))) {
    throw invalid('cursor', 'cursor must be a date and time.');
  }
  return { api, status, limit: Number(limit), before };
}

/** @type {Record<string, (input: any, call: import('../../../types.js').Call) => Promise<any>>} */
const actions = {
  removeBackground({ name, body, sources, background, format, copies, webhook }, { services, key, base }) {
    const { store, clock, queue, locked } = services;
    const { scope, sandbox } = ownerOf(key);
    const keyId = hex(sha256(`${scope} ${name}`));
    const digest = hex(sha256(canonicalJson(body)));
    // One at a time per key: of two equal requests at once, one makes the job.
    return locked(keyId, async () => {
      const known = await store.get(KEYS, keyId);
      const earlier = known && await store.get(JOBS, known.job);
      if (earlier) {
        if (known.digest !== digest) throw new ShimError('conflict');
        await services.adopt(aigenstudio, earlier);
        return { job: earlier, fresh: false };
      }
      const place = queue.reserve();
      try {
        const created = clock.stamp();
        const id = uuid();
        const input = [];
        for (const [i, { url, external }] of sources.entries()) {
          const here = url.protocol === 'blob:' || url.protocol === 'data:';
          // Taken now: the page may revoke the address before the job runs.
          if (here) await store.write(`${JOBS}.${id}.source${i}`, await fetchSource(url, services));
          input.push({ url: here ? `${url.protocol}${url.protocol === 'blob:' ? url.pathname : ''}` : url.href, external, here });
        }
        const job = {
          id, scope, sandbox, keyId, base, status: 'queued', created, updated: created, completed: null,
          owner: store.owner, background, format, webhook_url: webhook ?? null, token: randomText(32), input,
          results: input.flatMap((_, i) => Array.from({ length: copies }, () => (
            { id: uuid(), input: i, status: 'queued', error_code: null, error_message: null }))),
        };
        // The job first: a key without a job would make its retry a new job.
        await store.put(JOBS, job);
        await store.put(KEYS, { id: keyId, job: id, digest, created });
        if (webhook) services.secret(id, hex(sha256(key)));
        services.launch(aigenstudio, id, place);
        return { job, fresh: true };
      } catch (error) {
        place.release();
        throw error;
      }
    });
  },

  async getJob({ id }, { services, key }) {
    const job = /^[0-9a-f-]{36}$/.test(id) ? await services.store.get(JOBS, id) : undefined;
    if (job?.scope !== ownerOf(key).scope) throw new ShimError('not_found', 'No such job.');
    await services.adopt(aigenstudio, job);
    return job;
  },

  async listJobs({ api, status, limit, before }, { services: { store }, key }) {
    const { scope } = ownerOf(key);
    const fits = (await store.list(JOBS)).filter((job) => job.scope === scope && job.created < before
      && (status === undefined || job.status === status) && (api === undefined || api === 'remove_background'));
    const jobs = fits.slice(0, limit);
    return { jobs, next: fits.length > limit ? iso(jobs[limit - 1].created) : null };
  },

  async listTools() {
    return [{
      id: 'remove_background', name: 'Remove Background', description: 'Cut the subject out of a photo.',
      endpoint: '/remove-background', credits_per_result: 0,
    }];
  },

  async getResult({ job: id, index, token }, { services: { store } }) {
    const job = await store.get(JOBS, id);
    const blob = job?.token === token ? await store.read(`${JOBS}.${id}.${Number(index)}`) : undefined;
    if (!blob) throw new ShimError('not_found', 'No such result.');
    return {
      blob: blob.slice(0, blob.size, /** @type {Record<string, string>} */ (MIME)[job.format]),
      source: job.results.find((/** @type {any} */ r) => r.input === Number(index))?.source,
    };
  },
};

/** @param {URL | string} url @param {import('../../../types.js').Services} services @param {AbortSignal} [signal] */
async function fetchSource(url, { inputs, limits }, signal) {
  try {
    return await fetchPicture(url, { ...inputs, maxBytes: limits.sourceBytes }, { signal, formats: SOURCE_FORMATS });
  } catch (error) {
    const known = asShimError(error);
    throw known.code === 'body_too_large' ? new ShimError('too_large', `The source image is larger than ${limits.sourceBytes / 1e6} MB.`) : known;
  }
}

/**
 * @param {{ url: string, here: boolean }} source @param {string} key of the stored copy
 * @param {import('../../../types.js').Services} services @param {AbortSignal} signal
 * @returns {Promise<Blob>}
 */
async function open({ url, here }, key, services, signal) {
  if (!here) return fetchSource(url, services, signal);
  const blob = await services.store.read(key);
  if (!blob) throw new ShimError('read_failed', 'The picture has been removed.');
  return blob;
}

/** Keeps the first answer. @template T @param {() => Promise<T>} get */
function once(get) {
  /** @type {Promise<T> | undefined} */ let kept;
  return () => (kept ??= get());
}

/**
 * Changes a job under its lock.
 * @param {import('../../../types.js').Services} services @param {string} id
 * @param {(now: any) => Record<string, any>} change
 */
function update({ store, locked, clock }, id, change) {
  return locked(`${JOBS} ${id}`, async () => {
    const now = await store.get(JOBS, id);
    const next = { ...now, ...change(now), updated: clock.now() };
    await store.put(JOBS, next);
    return next;
  });
}

/** @param {any} job */
function summary({ id, status, sandbox, results: all, created, updated, completed }) {
  const count = (/** @type {string} */ word) => all.filter((/** @type {any} */ r) => r.status === word).length;
  return {
    id, api: 'remove_background', status, sandbox, total_results: all.length, completed_results: count('completed'),
    failed_results: count('failed'), credits_reserved: 0, created_at: iso(created), updated_at: iso(updated),
    completed_at: completed === null ? null : iso(completed),
  };
}

/**
 * One entry per result, in the order of the inputs.
 * @param {any} job @param {string} base @param {import('../../../types.js').Services} services
 * @returns {Promise<any[]>}
 */
function results(job, base, services) {
  const waiting = job.status === 'processing' ? 'processing' : 'queued';
  return Promise.all(job.results.map(async (/** @type {any} */ r) => {
    const { external, url } = job.input[r.input];
    const extension = job.format === 'jpeg' ? 'jpg' : job.format;
    const link = r.status !== 'completed' ? null
      : (services.blobUrls && await services.objectUrl(`${JOBS}.${job.id}.${r.input}`))
        || `${base}${ROOT}/results/${job.id}-${r.input}.${extension}?token=${job.token}`;
    return {
      id: r.id, external_id: external, status: settled(r) ? r.status : waiting, source_url: url, result_url: link,
      thumbnail_url: null, error_code: r.error_code, error_message: r.error_message, credits_reserved: 0, credits_used: 0,
    };
  }));
}
