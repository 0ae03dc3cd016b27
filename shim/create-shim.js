/**
 * createShim(): the vendors' APIs as one function (Request) -> Promise<Response>.
 *
 * This file finds the dialect and the route, keeps jobs running in the
 * background and takes half-done ones over after a restart. What a request
 * means, and every word of an answer, is the dialect's.
 *
 * @module shim/create-shim
 */
import { NO_CONSENT } from './consent.js';
import { DIALECTS } from './dialects/index.js';
import { ShimError, asShimError } from './errors.js';
import { PAGE_INPUTS } from './fetch-url.js';
import { createClock } from './ids.js';
import { createLocks, createQueue } from './queue.js';
import { POLICIES, createRemover } from './remote.js';
import { createMemoryStore } from './store/memory.js';

/** @param {readonly import('./types.js').Dialect[]} dialects @returns {import('./types.js').Limits} */
const limitsOf = (dialects) =>
  Object.assign({ queue: 64, localTimeoutMs: 120e3 }, ...dialects.map((one) => one.limits));

export const DEFAULT_LIMITS = Object.freeze(limitsOf(DIALECTS));

const SWEEP_EVERY_MS = 600e3;

/**
 * @typedef {object} ShimOptions
 * @property {readonly (string | import('./types.js').Dialect)[]} [dialects] all by default
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
 * The function, and what is around it: events, policy, jobs, clearing away.
 * @param {ShimOptions} [options]
 */
export function createShim({
  dialects = DIALECTS,
  engine,
  store = createMemoryStore(),
  remote,
  policy = 'local-only',
  consent = NO_CONSENT,
  bases = [],
  blobUrls = false,
  inputs = PAGE_INPUTS,
  limits: someLimits,
  authorize,
  webhook,
  onError = (error) => console.error(error),
  now,
} = {}) {
  const spoken = dialects.map((one) => {
    const found = typeof one === 'string' ? DIALECTS.find((d) => d.name === one) : one;
    if (!found) throw new TypeError(`no dialect is known by the name ${one}`);
    return found;
  });
  const limits = /** @type {import('./types.js').Limits} */ ({ ...DEFAULT_LIMITS, ...limitsOf(spoken), ...someLimits });
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

  const remover = createRemover({
    engine,
    remote,
    policy: () => policy,
    consent,
    localTimeoutMs: limits.localTimeoutMs,
    vendors: new Map([...DIALECTS, ...spoken].map((one) => [one.name, one.remote])),
  });

  const shared = {
    store,
    queue,
    clock,
    inputs,
    limits,
    blobUrls,
    webhook,
    /** @type {import('./types.js').Services['locked']} */
    locked: (name, task) => inThisTab(name, () => (store.exclusively ? store.exclusively(name, task) : task())),
    /** @param {string} key */
    async objectUrl(key) {
      const known = objectUrls.get(key);
      if (known) return known;
      const blob = await store.read(key);
      if (!blob) return undefined;
      objectUrls.set(key, URL.createObjectURL(blob));
      return objectUrls.get(key);
    },
    /** @param {string} key */
    dropUrl(key) {
      const url = objectUrls.get(key);
      if (url) URL.revokeObjectURL(url);
      objectUrls.delete(key);
    },
    /** @param {string} type @param {any} detail */
    emit(type, detail) {
      events.dispatchEvent(new CustomEvent(type, { detail }));
    },
    /** @param {string} jobId @param {string} [secret] */
    secret(jobId, secret) {
      if (secret !== undefined) secrets.set(jobId, secret);
      return secrets.get(jobId);
    },
  };

  /**
   * What one dialect gets: what is shared, and the care of its own jobs.
   * @param {import('./types.js').Dialect} dialect
   * @returns {import('./types.js').Services}
   */
  function servicesFor({ name: dialect, jobs }) {
    /** @param {string} id */
    const nameOf = (id) => `${dialect} ${id}`;

    /** @param {string} id @param {ReturnType<typeof queue.reserve>} place */
    function launch(id, place) {
      const stop = new AbortController();
      running.set(nameOf(id), stop);
      place
        .run(async () => {
          if (!closed) await jobs?.work(id, services, stop.signal);
        })
        .catch(onError)
        .finally(() => {
          running.delete(nameOf(id));
          secrets.delete(id);
        });
    }

    /** @type {import('./types.js').Services} */
    const services = {
      ...shared,
      remove: (batch) => remover.work({ dialect, ...batch }),
      emitReport: (id, report) => shared.emit('cutaway-report', { dialect, id, report }),
      async accept(make) {
        const place = queue.reserve();
        try {
          const record = await make();
          launch(record.id, place);
          return record;
        } catch (error) {
          place.release();
          throw error;
        }
      },
      halt(id) {
        running.get(nameOf(id))?.abort(new ShimError('aborted', 'Cancelled.'));
      },
      async takeOver(record) {
        const { id } = record;
        if (!jobs || closed || running.has(nameOf(id)) || !jobs.active(record) || (await store.alive(record.owner)))
          return;
        await shared.locked(`take over ${nameOf(id)}`, async () => {
          if (running.has(nameOf(id))) return;
          const fresh = await store.get(jobs.collection, id);
          if (!fresh || !jobs.active(fresh)) return;
          await store.put(jobs.collection, { ...fresh, owner: store.owner });
          launch(id, queue.reserve({ force: true }));
        });
      },
    };
    return services;
  }
  /** @type {Map<import('./types.js').Dialect, import('./types.js').Services>} */
  const services = new Map(spoken.map((one) => [one, servicesFor(one)]));

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

  /** The dialect whose path a URL has, and the route of that method if there is one.
   * @param {URL} url @param {string} method */
  function find(url, method) {
    const asked = method === 'HEAD' ? 'GET' : method;
    for (const dialect of spoken) {
      const place = locate(url, dialect);
      if (!place) continue;
      const fits = dialect.routes.filter(
        (route) => route.path.test(place.path) && (bases === '*' || !route.narrow || route.narrow.test(place.path)),
      );
      if (fits.length === 0) continue;
      const route = fits.find((one) => one.method === asked);
      return { dialect, route, base: place.base, path: place.path, allow: fits.map((one) => one.method) };
    }
    return undefined;
  }

  /** Takes over the jobs that a previous process left half done, and clears away. */
  async function recover() {
    for (const [{ jobs }, { takeOver }] of services) {
      if (!jobs) continue;
      // Oldest first, so that they run in the order in which they came.
      for (const record of (await store.list(jobs.collection)).reverse()) await takeOver(record);
    }
    await clearAway();
    // A blob is written before its record: one without a record is left from
    // a crash, or is another tab's that is not done. Asked after the list, so
    // that nobody who could have written one of these is missed.
    const keys = await store.keys();
    for (const key of (await store.alone()) ? keys : []) {
      const [collection, id] = key.split('.');
      if (!(await store.get(collection, id))) await store.erase(key);
    }
  }

  async function clearAway() {
    lastSweep = clock.now();
    for (const [dialect, own] of services) await dialect.sweep(own, lastSweep);
  }

  const shim = {
    /** `image.completed`, `job.completed` and the like, as the vendors send
     * them by webhook; `cutaway-report` with {dialect, id, report}. */
    events,

    get policy() {
      return policy;
    },
    set policy(next) {
      setPolicy(next);
    },

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
          request,
          operation,
          base,
          key,
          query: url.searchParams,
          services: /** @type {import('./types.js').Services} */ (services.get(dialect)),
          params: { .../** @type {RegExpExecArray} */ (route.path.exec(path)).groups },
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
     * API whose path prefix it has. For servers, which must say something.
     * @param {Request} request @param {ShimError} [error]
     */
    refuse(request, error = new ShimError('not_found')) {
      const { pathname } = new URL(request.url);
      const dialect = spoken.find((one) => one.pathPrefix.test(pathname)) ?? spoken[0];
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
      if (dialect) services.get(dialect)?.halt(id);
    },

    /** Where a result came from and what the engine said of it.
     * @param {string} collection of a dialect's jobs or images @param {string} id */
    report: async (collection, id) => (await store.get(collection, id))?.report,

    /** Removes what has expired; also done every ten minutes of use. */
    sweep: clearAway,

    /** Resolves when nothing waits or runs. */
    idle: () => queue.idle(),

    /** Takes nothing more, ends running jobs as they are (the next process takes
     * them over) and closes the store. */
    async close() {
      closed = true;
      for (const stop of running.values()) stop.abort(new ShimError('aborted', 'Shutting down.', { shutdown: true }));
      await queue.idle();
      for (const key of [...objectUrls.keys()]) shared.dropUrl(key);
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
  return DIALECTS.find(({ name }) => name === dialect)?.keyForm.test(key) ? undefined : 'invalid_key';
}
