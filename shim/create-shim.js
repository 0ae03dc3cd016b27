/**
 * createShim(): the vendors' APIs as one function (Request) -> Promise<Response>.
 *
 * This file finds the dialect and the route, keeps jobs running in the
 * background and takes half-done ones over after a restart. What a request
 * means, and every word of an answer, is the dialect's. Long because all that has to be in step
 * (routes, keys, quotas, jobs) is in step here.
 *
 * @module shim/create-shim
 */
import { NO_CONSENT } from './consent.js';
import { DIALECTS } from './dialects/index.js';
import { ShimError, asShimError } from './errors.js';
import { PAGE_INPUTS } from './fetch-url.js';
import { readForm } from './form.js';
import { createClock } from './ids.js';
import { createJobs } from './jobs.js';
import { POLICIES, createRemover } from './remote.js';
import { hex, sha256 } from './sha256.js';
import { createMemoryStore } from './store/memory.js';

/** @param {readonly import('./types.js').Dialect[]} dialects @returns {import('./types.js').Limits} */
const limitsOf = (dialects) =>
  Object.assign({ queue: 64, localTimeoutMs: 120e3 }, ...dialects.map((one) => one.limits));

export const DEFAULT_LIMITS = Object.freeze(limitsOf(DIALECTS));

const SWEEP_EVERY_MS = 600e3;
/** Webhooks that only the process that took the request can sign. */
const HOOKS = 'cutaway-hooks';
const HOOK_MS = 3600e3;
const SECRET_MS = 60e3;
/** How many pictures each account had made on a day. */
const USAGE = 'cutaway-usage';
const USAGE_MS = 3 * 24 * 3600e3;

/** All collections that a dialect keeps blobs for. @param {import('./types.js').Dialect} dialect */
const collectionsOf = ({ jobs, ends = {} }) => [...Object.keys(ends), ...(jobs ? [jobs.collection] : [])];

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
 * @property {(who: { dialect: string, operation: string, key: string }) => Verdict | Promise<Verdict>} [authorize]
 *   undefined lets the call pass; otherwise invalid_key, expired_key,
 *   inactive_key, no_access or no_credits, or whose key it is. Every key passes by default
 * @property {number} [concurrency] pictures at a time, the engine's by default; 0: other
 *   processes that share the store work on them
 * @property {number} [shareMs] how long a job counts among those at a time, 10 s
 * @property {typeof readForm} [form] reads multipart bodies; in Node adapters/node-form.js
 * @property {(delivery: import('./types.js').Delivery) => void} [webhook]
 * @property {(error: unknown) => void} [onError] trouble with nobody to tell
 * @property {() => number} [now]
 *
 * @typedef {string | undefined | { account: string, quota?: number, retryAfter?: number }} Verdict
 *   account: what is made with the key is this account's alone; quota: pictures
 *   a day (UTC) that it may have made; retryAfter: it asks too often, and may again in so many seconds
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
  concurrency = engine?.concurrency ?? 1,
  shareMs,
  form = readForm,
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
  const line = createJobs({ store, concurrency, limit: limits.queue, onError, shareMs });
  setPolicy(policy);

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
    clock,
    inputs,
    limits,
    blobUrls,
    webhook,
    form,
    update: store.update.bind(store),
    inputsFor: (/** @type {string} */ base) => ({ ...inputs, own: (/** @type {URL} */ url) => ownPicture(url, base) }),
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
   * Sends a webhook, or has it sent by the process that has the secret to sign it with.
   * @param {string} dialect @param {import('./types.js').Delivery} delivery
   */
  async function deliver(dialect, delivery) {
    if (delivery.secret !== undefined || !store.tell) {
      webhook?.(delivery);
      return;
    }
    const { url, event, job } = delivery;
    const created = clock.stamp();
    await store.create([[HOOKS, { id: event.id, created, expires: created + HOOK_MS, dialect, url, event, job }]]);
    await store.tell('hook', event.id);
  }
  store.hear?.((topic, text) => {
    if (topic === 'hook') void signed(text).catch(onError);
    // What was told of a job before its end may arrive after it.
    if (topic === 'done') setTimeout(() => secrets.delete(text.split(' ')[1]), SECRET_MS).unref?.();
  });

  /** A webhook that another process could not sign. @param {string} id */
  async function signed(id) {
    const hook = await store.get(HOOKS, id);
    const secret = hook && secrets.get(hook.job);
    const sign = spoken.find(({ name }) => name === hook?.dialect)?.sign;
    if (secret === undefined || !sign) return;
    await store.remove(HOOKS, id);
    webhook?.({ url: hook.url, event: hook.event, job: hook.job, secret, sign });
  }

  /**
   * Makes the record of a job and takes its pictures off the account's quota of the day.
   * @template T
   * @param {import('./types.js').Call | undefined} call @param {number} pictures @param {() => Promise<T>} make
   */
  async function charged(call, pictures, make) {
    if (call?.quota === undefined) return make();
    const now = clock.now();
    const id = `${call.account}.${new Date(now).toISOString().slice(0, 10)}`;
    const { quota } = call;
    let fits = false;
    /** @param {number} more */
    const add = (more) =>
      store.update(USAGE, id, ({ pictures: used }) => {
        fits = used + more <= quota;
        return fits ? { pictures: used + more } : {};
      });
    if (!(await add(pictures))) {
      await store.create([[USAGE, { id, created: now, scope: id, pictures: 0, expires: now + USAGE_MS }]]);
      await add(pictures);
    }
    if (!fits) throw new ShimError('no_credits', `The account's ${quota} pictures of today are used up.`);
    try {
      return await make();
    } catch (error) {
      await add(-pictures);
      throw error;
    }
  }

  /**
   * What one dialect gets: what is shared, and the care of its own jobs.
   * @param {import('./types.js').Dialect} dialect
   * @returns {import('./types.js').Services}
   */
  function servicesFor({ name: dialect, jobs }) {
    const collection = jobs?.collection ?? '';

    /** @type {import('./types.js').Services} */
    const services = {
      ...shared,
      webhook: webhook && ((delivery) => void deliver(dialect, delivery).catch(onError)),
      async remove(batch) {
        const results = await remover.work({ dialect, ...batch });
        for (const one of results)
          if (one instanceof ShimError) shared.emit('cutaway-failure', { dialect, code: one.code });
        return results;
      },
      emitReport: (id, report) => shared.emit('cutaway-report', { dialect, id, report }),
      accept: (make, call, pictures = 1) =>
        line.accept(collection, call?.lane ?? '', (queue) => charged(call, pictures, () => make(queue))),
      finished: (id) => line.finished(collection, id),
      halt(id) {
        void line.halt(collection, id).catch(onError);
      },
      async takeOver(record) {
        if (!jobs || closed || !jobs.active(record)) return;
        if (!record.queue) await line.adopt(collection, record);
        if (!store.beat) line.wake();
      },
    };
    if (jobs) {
      line.add({
        jobs,
        ended: (id) => store.tell || secrets.delete(id),
        servicesFor(holder, own, stop, left) {
          let held = true;
          return {
            ...services,
            async update(where, id, change) {
              if (!held || where !== collection || id !== own) return store.update(where, id, change);
              try {
                const next = await store.update(where, id, change, holder);
                held = Boolean(next?.queue);
                if (!held) left();
                return next;
              } catch (error) {
                if (/** @type {any} */ (error)?.detail?.lost) stop.abort(error);
                throw error;
              }
            },
          };
        },
      });
    }
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
      const fits = fitting(dialect, place.path);
      if (fits.length === 0) continue;
      const route = fits.find((one) => one.method === asked);
      return { dialect, route, base: place.base, path: place.path, allow: fits.map((one) => one.method) };
    }
    return undefined;
  }

  /**
   * The picture at an address that this server gave under a base, without a
   * request to itself; undefined if the address is none such.
   * @param {URL} url @param {string} base
   */
  async function ownPicture(url, base) {
    for (const dialect of spoken) {
      const place = bases === '*' && url.origin !== base ? undefined : locate(url, dialect);
      const route = place && fitting(dialect, place.path).find((one) => one.storage && one.method === 'GET');
      if (!place || !route) continue;
      try {
        const call = callOf(new Request(url), { dialect, route, ...place });
        const { blob } = await dialect.run(await dialect.parse(call), call);
        return blob instanceof Blob ? blob : await new Response(blob.stream()).blob();
      } catch (error) {
        if (asShimError(error).code === 'internal') throw error;
        throw new ShimError('fetch_failed', 'There is no picture at this address any more.');
      }
    }
    return undefined;
  }

  /** @param {import('./types.js').Dialect} dialect @param {string} path */
  const fitting = (dialect, path) =>
    dialect.routes.filter(
      (route) => route.path.test(path) && (bases === '*' || !route.narrow || route.narrow.test(path)),
    );

  /**
   * A request taken apart, for its dialect.
   * @param {Request} request
   * @param {{ dialect: import('./types.js').Dialect, route: import('./types.js').Route, base: string, path: string }} found
   * @param {{ account: string, quota?: number }} [who] @returns {import('./types.js').Call}
   */
  function callOf(request, { dialect, route, base, path }, { account, quota } = { account: '' }) {
    const key = dialect.credential(request);
    return {
      request,
      operation: route.operation,
      base,
      key,
      account,
      quota,
      // Of a key no more than tells it from others. Where keys are anybody's to make up they share turns:
      // to choose between lanes takes time, and so many can be made.
      get lane() {
        return hex(sha256(`cutaway lane ${account || key}`)).slice(0, account ? 16 : 2);
      },
      query: new URL(request.url).searchParams,
      services: /** @type {import('./types.js').Services} */ (services.get(dialect)),
      params: { .../** @type {RegExpExecArray} */ (route.path.exec(path)).groups },
    };
  }

  /** Takes over the jobs that a previous process left half done, and clears away. */
  async function recover() {
    // A store with a beat was never one of an earlier version, and is too large to be read through.
    if (!store.beat) await upgrade();
    line.wake();
    await clearAway();
    if (store.beat) return;
    // A blob is written before its record: one without a record is left from
    // a crash, or is another tab's that is not done. Asked after the list, so
    // that nobody who could have written one of these is missed.
    const collections = spoken.flatMap(collectionsOf);
    const keys = (await store.keys()).filter((key) => collections.includes(key.split('.')[0]));
    for (const key of (await store.alone()) ? keys : []) {
      const [collection, id] = key.split('.');
      if (!(await store.get(collection, id))) await store.erase(key);
    }
  }

  /** Records of earlier versions have no place in the line, and no end. */
  async function upgrade() {
    for (const { jobs, ends = {} } of spoken) {
      if (jobs) {
        const unfinished = (await store.list(jobs.collection, { oldest: true })).filter(
          (record) => !record.queue && jobs.active(record),
        );
        for (const record of unfinished) await line.adopt(jobs.collection, record);
      }
      for (const [collection, end] of Object.entries(ends)) {
        for (const record of await store.list(collection)) {
          const expires = record.expires === undefined ? end(record) : undefined;
          if (expires !== undefined) await store.update(collection, record.id, () => ({ expires }));
        }
      }
    }
  }

  async function clearAway() {
    lastSweep = clock.now();
    for (const [dialect, own] of services) await dialect.sweep(own, lastSweep);
    for (const collection of [USAGE, HOOKS])
      for (const { id } of await store.list(collection, { expired: lastSweep })) await store.remove(collection, id);
    await store.clear?.(spoken.flatMap(collectionsOf));
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
     * @param {(what: { dialect: string, operation: string, account?: string }) => void} [told] what it turned out to ask
     * @returns {Promise<Response | undefined>}
     */
    async fetch(request, told) {
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
        const verdict = route.open ? undefined : await authorize?.({ dialect: dialect.name, operation, key });
        if (typeof verdict === 'string') throw new ShimError(verdict);
        if (verdict?.retryAfter)
          throw new ShimError('busy', 'This key asks too often.', { retryAfter: verdict.retryAfter });
        told?.({ dialect: dialect.name, operation, account: verdict?.account });
        const call = callOf(request, { dialect, route, base, path }, verdict);
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
    idle: () => line.idle(),

    /** Jobs that wait or are worked on, in the whole store. */
    queued: () => store.queued(),

    /** Jobs that are worked on here. */
    get running() {
      return line.running;
    },

    /** Begins no more jobs, and lets those under way end for so long. @param {number} ms */
    drain: (ms) => line.drain(ms),

    /** Takes nothing more, ends running jobs as they are (the next process takes
     * them over) and closes the store. */
    async close() {
      closed = true;
      await line.close();
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
