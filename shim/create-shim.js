/**
 * createShim(): the three APIs as one function (Request) -> Promise<Response>.
 *
 * This file finds the dialect and the route, keeps jobs running in the
 * background and takes half-done ones up again after a restart. What a request
 * means, and every word of an answer, is the dialect's.
 *
 * @module shim/create-shim
 */
import { NO_CONSENT } from './consent.js';
import { ShimError, asShimError } from './errors.js';
import { PAGE_INPUTS } from './fetch-url.js';
import { createClock } from './ids.js';
import { createLocks, createQueue } from './queue.js';
import { POLICIES, createRemover } from './remote.js';
import { createMemoryStore } from './store/memory.js';
import { aigenstudio } from './dialects/aigenstudio/index.js';
import { imgProcessing } from './dialects/img-processing/index.js';
import { magicHour } from './dialects/magic-hour/index.js';

/** All three, in the order in which they are asked. */
export const DIALECTS = Object.freeze([magicHour, imgProcessing, aigenstudio]);

/** @type {import('./types.js').Limits} */
export const DEFAULT_LIMITS = Object.freeze({
  uploadBytes: 200e6, imageBytes: 20e6, sourceBytes: 10e6, queue: 64, localTimeoutMs: 120e3,
});

const SWEEP_EVERY_MS = 600e3;

/**
 * @typedef {object} ShimOptions
 * @property {readonly (string | import('./types.js').Dialect)[]} [dialects] all three by default
 * @property {import('./types.js').Engine} [engine] none: every local attempt
 *   fails with `engine_unavailable`
 * @property {import('./store/memory.js').Store} [store] in memory by default
 * @property {Record<string, import('./remote/client.js').RemoteOptions>} [remote] by dialect name
 * @property {import('./remote.js').Policy} [policy] `local-only` by default
 * @property {import('./consent.js').Consent} [consent] none given by default
 * @property {readonly string[] | '*'} [bases] URL bases besides the vendors' own
 *   that these APIs are served under, such as `http://127.0.0.1:8787`; '*': any
 * @property {boolean} [blobUrls] results as blob: addresses, for a page without
 *   a service worker where `<img src>` must work. They end with the page
 * @property {import('./fetch-url.js').InputPolicy} [inputs] which addresses in
 *   requests are fetched; in Node give adapters/node-fetch.js
 * @property {Partial<import('./types.js').Limits>} [limits]
 * @property {(who: { dialect: string, operation: string, key: string }) => string | undefined} [authorize]
 *   undefined lets the call pass; otherwise invalid_key, expired_key,
 *   inactive_key, no_access or no_credits. Every key passes by default
 * @property {(delivery: import('./types.js').Delivery) => void} [webhook]
 * @property {(error: unknown) => void} [onError] trouble with nobody to tell
 * @property {() => number} [now]
 */

/**
 * @param {ShimOptions} [options]
 */
export function createShim({
  dialects = DIALECTS, engine, store = createMemoryStore(), remote, policy = 'local-only', consent = NO_CONSENT,
  bases = [], blobUrls = false, inputs = PAGE_INPUTS, limits: someLimits, authorize, webhook,
  onError = (error) => console.error(error), now,
} = {}) {
  const spoken = dialects.map((one) => {
    const found = typeof one === 'string' ? DIALECTS.find((d) => d.name === one) : one;
    if (!found) throw new TypeError(`no dialect is known by the name ${one}`);
    return found;
  });
  const limits = { ...DEFAULT_LIMITS, ...someLimits };
  const extraBases = bases === '*' ? [] : bases.map((base) => base.replace(/\/$/, ''));
  const clock = createClock(now);
  const events = new EventTarget();
  const inThisTab = createLocks();
  const queue = createQueue({ concurrency: engine?.concurrency ?? 1, limit: limits.queue });
  setPolicy(policy);

  /** @type {Map<string, AbortController>} */ const running = new Map();
  /** @type {Map<string, string>} */ const secrets = new Map();
  /** @type {Map<string, string>} */ const objectUrls = new Map();
  let lastSweep = 0;
  let closed = false;
  /** @type {Promise<void> | undefined} */ let recovered;

  /** @type {import('./types.js').Services} */
  const services = {
    store, queue, clock, inputs, limits, blobUrls, webhook,
    locked: (name, task) => inThisTab(name, () => (store.exclusively ? store.exclusively(name, task) : task())),
    remover: createRemover({ engine, remote, policy: () => policy, consent, localTimeoutMs: limits.localTimeoutMs }),
    async objectUrl(key) {
      const known = objectUrls.get(key);
      if (known) return known;
      const blob = await store.read(key);
      if (!blob) return undefined;
      objectUrls.set(key, URL.createObjectURL(blob));
      return objectUrls.get(key);
    },
    dropUrl(key) {
      const url = objectUrls.get(key);
      if (url) URL.revokeObjectURL(url);
      objectUrls.delete(key);
    },
    emit(type, detail) { events.dispatchEvent(new CustomEvent(type, { detail })); },
    launch(dialect, id, place) {
      const name = `${dialect.name} ${id}`;
      const stop = new AbortController();
      running.set(name, stop);
      place.run(async () => { if (!closed) await dialect.work?.(id, services, stop.signal); })
        .catch(onError)
        .finally(() => { running.delete(name); secrets.delete(id); });
    },
    halt(dialect, id) { running.get(`${dialect.name} ${id}`)?.abort(new ShimError('aborted', 'Cancelled.')); },
    async adopt(dialect, record) {
      const name = `${dialect.name} ${record.id}`;
      if (closed || running.has(name) || !dialect.active?.(record) || await store.alive(record.owner)) return;
      await services.locked(`adopt ${name}`, async () => {
        if (running.has(name)) return;
        const fresh = await store.get(/** @type {string} */ (dialect.jobs), record.id);
        if (!fresh || !dialect.active?.(fresh)) return;
        await store.put(/** @type {string} */ (dialect.jobs), { ...fresh, owner: store.owner });
        services.launch(dialect, record.id, queue.reserve({ force: true }));
      });
    },
    secret(jobId, secret) {
      if (secret !== undefined) secrets.set(jobId, secret);
      return secrets.get(jobId);
    },
  };

  /** @param {string} next */
  function setPolicy(next) {
    if (!POLICIES.includes(next)) throw new TypeError(`policy is one of ${POLICIES.join(', ')}`);
    policy = /** @type {import('./remote.js').Policy} */ (next);
  }

  /**
   * The base and the API path of a URL, or undefined when it is not ours.
   * @param {URL} url @param {import('./types.js').Dialect} dialect
   */
  function locate(url, dialect) {
    if (bases === '*') return { base: url.origin, path: url.pathname };
    const plain = url.origin + url.pathname;
    const base = [...dialect.hosts, ...extraBases].find((one) => plain.startsWith(`${one}/`));
    return base === undefined ? undefined : { base, path: plain.slice(base.length) };
  }

  /** @param {URL} url @param {string} method */
  function find(url, method) {
    const asked = method === 'HEAD' ? 'GET' : method;
    for (const dialect of spoken) {
      const place = locate(url, dialect);
      if (!place) continue;
      const fits = dialect.routes.filter((route) => route.path.test(place.path)
        && (bases === '*' || !route.narrow || route.narrow.test(place.path)));
      if (fits.length === 0) continue;
      const route = fits.find((one) => one.method === asked);
      return { dialect, route, base: place.base, path: place.path, allow: fits.map((one) => one.method) };
    }
    return undefined;
  }

  /** Takes up the jobs that a former life left half done, and clears away. */
  async function recover() {
    for (const dialect of spoken) {
      if (!dialect.jobs) continue;
      // Oldest first, so that they run in the order in which they came.
      for (const record of (await store.list(dialect.jobs)).reverse()) await services.adopt(dialect, record);
    }
    await clearAway();
    // A blob is written before its record: one without a record is left from
    // a crash, or is another tab's that is not done. Asked after the list, so
    // that nobody who could have written one of these is missed.
    const keys = await store.keys();
    for (const key of await store.alone() ? keys : []) {
      const [shelf, id] = key.split('.');
      if (!(await store.get(shelf, id))) await store.erase(key);
    }
  }

  async function clearAway() {
    lastSweep = clock.now();
    for (const dialect of spoken) await dialect.sweep(services, lastSweep);
  }

  const shim = {
    /** `image.completed`, `job.completed` and the like, as the vendors send
     * them by webhook; `cutaway-report` with {dialect, id, report}. */
    events,

    get policy() { return policy; },
    set policy(next) { setPolicy(next); },

    /** Whether a request is the shim's to answer.
     * @param {string | URL} url @param {string} [method] */
    owns: (url, method = 'GET') => find(new URL(url), method.toUpperCase()) !== undefined,

    /**
     * The answer, or undefined when the request is none of the shim's.
     * @param {Request} request
     * @returns {Promise<Response | undefined>}
     */
    async fetch(request) {
      const url = new URL(request.url);
      const found = find(url, request.method);
      if (!found) return undefined;
      const { dialect, route, base, path, allow } = found;
      const operation = route?.operation ?? '';
      try {
        if (closed) throw new ShimError('busy', 'Shutting down.', { retryAfter: 5 });
        if (!route) throw new ShimError('method_not_allowed', undefined, { allow: [...new Set(allow)].join(', ') });
        await (recovered ??= recover());
        if (clock.now() - lastSweep > SWEEP_EVERY_MS) await clearAway();

        const key = dialect.credential(request);
        const refusal = route.open ? undefined : authorize?.({ dialect: dialect.name, operation, key });
        if (refusal) throw new ShimError(refusal);
        /** @type {import('./types.js').Call} */
        const call = {
          request, operation, base, key, services, query: url.searchParams,
          params: { ...(/** @type {RegExpExecArray} */ (route.path.exec(path)).groups) },
        };
        const response = await dialect.reply(await dialect.run(await dialect.parse(call), call), call);
        return request.method === 'HEAD' ? new Response(null, response) : response;
      } catch (error) {
        const known = asShimError(error);
        if (known.code === 'internal') onError(known.cause ?? known);
        return refused(dialect, known, request, operation);
      }
    },

    /**
     * The answer to a request that fetch() declined: 404 in the words of the
     * API whose territory the path is in. For servers, which must say something.
     * @param {Request} request @param {ShimError} [error]
     */
    refuse(request, error = new ShimError('not_found')) {
      const { pathname } = new URL(request.url);
      const dialect = spoken.find((one) => one.territory.test(pathname)) ?? spoken[0];
      return refused(dialect, error, request, '');
    },

    /** Once, before the first request; fetch() does it otherwise. */
    ready: () => (recovered ??= recover()),

    /**
     * Cancels a job; its record says so.
     * @param {string} dialectName @param {string} id
     */
    cancel(dialectName, id) {
      const dialect = spoken.find((one) => one.name === dialectName);
      if (dialect) services.halt(dialect, id);
    },

    /** Where a result came from and what the engine said of it, for a job of
     * Magic Hour or AI Gen Studio, or an image of IMG Processing.
     * @param {string} shelf `mh-projects`, `ag-jobs` or `ip-images` @param {string} id */
    report: async (shelf, id) => (await store.get(shelf, id))?.report,

    /** Removes what has expired; also done every ten minutes of use. */
    sweep: clearAway,

    /** Resolves when nothing waits or runs. */
    idle: () => queue.idle(),

    /** Takes nothing more, ends running jobs as they are (the next life takes
     * them up again) and closes the store. */
    async close() {
      closed = true;
      for (const stop of running.values()) stop.abort(new ShimError('aborted', 'Shutting down.', { shutdown: true }));
      await queue.idle();
      for (const key of [...objectUrls.keys()]) services.dropUrl(key);
      await store.close();
    },
  };
  return shim;
}

/**
 * @param {import('./types.js').Dialect} dialect @param {ShimError} error
 * @param {Request} request @param {string} operation
 */
function refused(dialect, error, request, operation) {
  const response = dialect.fail(error, { request, operation });
  if (error.detail.allow) response.headers.set('allow', error.detail.allow);
  const wait = error.detail.retryAfter;
  if ([429, 503].includes(response.status)) response.headers.set('retry-after', String(wait ?? 5));
  return request.method === 'HEAD' ? new Response(null, response) : response;
}

/** @typedef {ReturnType<typeof createShim>} Shim */

/**
 * An `authorize` that takes only keys of the vendor's form. Nothing is checked
 * but the form: the shim knows no accounts.
 * @param {{ dialect: string, key: string }} who
 */
export function strictKeys({ dialect, key }) {
  const form = { 'magic-hour': /^mhk_\w+/, 'img-processing': /^(test|live)_\w+/, aigenstudio: /^aigen_(test|live)_\w+/ }[dialect];
  return form?.test(key) ? undefined : 'invalid_key';
}
