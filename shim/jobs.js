/**
 * Jobs: taken into the line of the store, worked on so many at a time, stopped,
 * tried again, given up.
 *
 * A job is a record that has `queue`. Whoever shares the store may claim it;
 * what a holder writes afterwards is refused when it has lost the job. A job
 * whose process died is claimed again, three times at most.
 *
 * One that takes longer than its share goes on, but no longer counts among the
 * jobs at a time: the next one begins beside it.
 *
 * @module shim/jobs
 */
import { ShimError } from './errors.js';
import { isShutdown } from './records.js';

const ATTEMPTS = 3;
const SHARE_MS = 10e3;
const BEAT_MS = 5e3;
const LOOK_MS = 2e3;

/**
 * @typedef {object} Kind one dialect's jobs
 * @property {import('./types.js').Jobs} jobs
 * @property {(holder: import('./store/memory.js').Holder, id: string, stop: AbortController, left: () => void) => import('./types.js').Services} servicesFor
 *   left: to be called when a write has taken the job out of the line
 * @property {(id: string) => void} ended
 */

/** @param {string} collection @param {string} id */
const nameOf = (collection, id) => `${collection} ${id}`;

/**
 * The line of one store, as one process sees it.
 * @param {object} options
 * @param {import('./store/memory.js').Store} options.store
 * @param {number} options.concurrency jobs at a time; 0: others work
 * @param {number} options.limit jobs that wait or are worked on
 * @param {(error: unknown) => void} options.onError
 * @param {number} [options.shareMs] @param {number} [options.beatMs] @param {number} [options.lookMs]
 */
export function createJobs({
  store,
  concurrency,
  limit,
  onError,
  shareMs = SHARE_MS,
  beatMs = BEAT_MS,
  lookMs = LOOK_MS,
}) {
  /** @type {Map<string, Kind>} */ const kinds = new Map();
  /** @type {Map<string, { job: import('./store/memory.js').Job, stop: AbortController }>} */ const running = new Map();
  /** @type {Map<string, number>} */ const turns = new Map();
  /** @type {Map<string, Set<() => void>>} */ const waiters = new Map();
  /** @type {Set<string>} jobs that have a place here */ const placed = new Set();
  /** @type {(() => void)[]} */ const idlers = [];
  let taken = 0; // places, where the store is ours alone
  let slots = 0; // jobs that count
  let late = 0; // jobs beyond their share
  let typicalMs = 1000;
  let closed = false;
  let drained = false;
  let again = false;
  /** @type {Promise<void> | undefined} */ let pumping;
  /** @type {Set<ReturnType<typeof setTimeout>>} */ const timers = new Set();

  /** @param {number} ms @param {() => void} task */
  function every(ms, task) {
    const timer = setInterval(task, ms);
    /** @type {any} */ (timer).unref?.();
    timers.add(timer);
  }
  if (store.beat) {
    every(beatMs, () => void beat().catch(onError));
    every(lookMs, wake);
  }
  store.hear?.((topic, text) => {
    if (topic === 'job') wake();
    if (topic === 'done') told(text);
    if (topic === 'cancel') running.get(text)?.stop.abort(new ShimError('aborted', 'Cancelled.'));
  });

  /** @param {string} name of a job that has ended, here or elsewhere */
  function told(name) {
    for (const resolve of waiters.get(name) ?? []) resolve();
  }

  /** Says that this process lives, and stops what it has lost or what was cancelled elsewhere. */
  async function beat() {
    const mine = [...running.values()];
    const now = await /** @type {NonNullable<typeof store.beat>} */ (store.beat)(mine.map(({ job }) => job));
    for (const [i, { stop }] of mine.entries()) {
      if (!now[i])
        stop.abort(new ShimError('aborted', 'Another process has this job now.', { shutdown: true, lost: true }));
      else if (now[i]?.cancelled) stop.abort(new ShimError('aborted', 'Cancelled.'));
    }
  }

  /** Looks for jobs, if there is room to work on them. */
  function wake() {
    if (closed || drained || concurrency === 0) return;
    if (pumping) {
      again = true;
      return;
    }
    pumping = pump()
      .catch((error) => {
        onError(error);
        const timer = setTimeout(wake, lookMs);
        /** @type {any} */ (timer).unref?.();
      })
      .finally(() => {
        pumping = undefined;
        if (again) {
          again = false;
          wake();
        } else if (running.size === 0) for (const resolve of idlers.splice(0)) resolve();
      });
  }

  async function pump() {
    while (!closed && !drained && slots < concurrency) {
      const job = await store.claim({ collections: [...kinds.keys()], turns });
      if (!job) return;
      void run(job);
    }
  }

  /** One attempt at one job.
   * @param {import('./store/memory.js').Job} job */
  async function run(job) {
    const { collection, record } = job;
    const { id } = record;
    const name = nameOf(collection, id);
    const { jobs, servicesFor, ended } = /** @type {Kind} */ (kinds.get(collection));
    const stop = new AbortController();
    const holder = { owner: record.owner, attempt: record.queue.attempts };
    const started = Date.now();
    let counts = true;
    running.set(name, { job, stop });
    slots++;
    if (!placed.has(name)) taken++;
    placed.add(name);
    const share = setTimeout(() => {
      if (late >= concurrency) return;
      counts = false;
      late++;
      slots--;
      wake();
    }, shareMs);
    if (record.queue.cancelled) stop.abort(new ShimError('aborted', 'Cancelled.'));
    if (closed) stop.abort(new ShimError('aborted', 'Shutting down.', { shutdown: true }));
    let over = true;
    try {
      let left = false;
      const services = servicesFor(holder, id, stop, () => {
        left = true;
      });
      if (holder.attempt > ATTEMPTS) {
        const error = new ShimError('engine_crashed', `${ATTEMPTS} attempts at it ended with their process.`);
        await jobs.fail?.(id, services, error);
        if (!jobs.fail) onError(error);
      } else await jobs.work(id, services, stop.signal);
      over = left || !isShutdown(stop.signal);
      // An attempt that was broken off by us does not count.
      const back = (/** @type {any} */ queue) => ({ ...queue, running: undefined, attempts: queue.attempts - 1 });
      if (!left) await store.update(collection, id, ({ queue }) => ({ queue: over ? undefined : back(queue) }), holder);
    } catch (error) {
      over = false;
      if (!(/** @type {any} */ (error)?.detail?.lost)) {
        onError(error);
        await store
          .update(collection, id, ({ queue }) => ({ queue: { ...queue, running: undefined } }), holder)
          .catch(() => {});
      }
    } finally {
      clearTimeout(share);
      running.delete(name);
      if (counts) slots--;
      else late--;
      if (over) {
        typicalMs = 0.8 * typicalMs + 0.2 * (Date.now() - started);
        if (placed.delete(name)) taken--;
        ended(id);
        told(name);
        void store.tell?.('done', name).catch(onError);
      }
      if ((closed || drained) && running.size === 0) for (const resolve of idlers.splice(0)) resolve();
      wake();
    }
  }

  /** A place for one job more, or the error `busy` with seconds to wait. */
  async function reserve() {
    const busy = (/** @type {number} */ queued) =>
      new ShimError('busy', `The queue is full: ${limit} requests are waiting.`, {
        retryAfter: Math.min(60, Math.max(1, Math.ceil((typicalMs * queued) / Math.max(1, concurrency) / 2000))),
      });
    if (!store.shared) {
      if (taken >= limit) throw busy(taken);
      taken++;
      return;
    }
    const queued = await store.queued(); // about: others ask at the same time
    if (queued >= limit) throw busy(queued);
    taken++;
  }

  return {
    /** @param {Kind} kind */
    add(kind) {
      kinds.set(kind.jobs.collection, kind);
    },
    wake,

    /**
     * Takes a job into the line once it is on record.
     * @template {{ id: string }} T
     * @param {string} collection @param {string} lane
     * @param {(queue: import('./store/memory.js').Queued) => Promise<T>} make
     */
    async accept(collection, lane, make) {
      await reserve();
      let kept = false;
      try {
        const record = /** @type {T & { queue?: any }} */ (await make({ lane, attempts: 0 }));
        if (!record.queue) await store.update(collection, record.id, () => ({ queue: { lane, attempts: 0 } }));
        kept = true;
        const name = nameOf(collection, record.id);
        // It may have begun already, or even be over.
        if (store.shared || placed.has(name) || !(await store.get(collection, record.id))?.queue) taken--;
        else placed.add(name);
        wake();
        void store.tell?.('job', '').catch(onError);
        return /** @type {T} */ (record);
      } finally {
        if (!kept) taken--;
      }
    },

    /** Into the line, what a process of an earlier version left half done.
     * @param {string} collection @param {any} record */
    async adopt(collection, record) {
      if (record.queue || (await store.alive(record.owner))) return;
      await store.update(collection, record.id, (now) => (now.queue ? {} : { queue: { lane: '', attempts: 0 } }));
    },

    /** Stops a job, whoever has it. @param {string} collection @param {string} id */
    async halt(collection, id) {
      const name = nameOf(collection, id);
      const stop = () => running.get(name)?.stop.abort(new ShimError('aborted', 'Cancelled.'));
      if (running.has(name)) {
        stop();
        return;
      }
      await store.update(collection, id, ({ queue }) => (queue ? { queue: { ...queue, cancelled: true } } : {}));
      stop(); // it may have begun meanwhile
      await store.tell?.('cancel', name);
      wake();
    },

    /** Resolves when a job has ended, here or elsewhere. @param {string} collection @param {string} id */
    async finished(collection, id) {
      const name = nameOf(collection, id);
      const all = waiters.get(name) ?? new Set();
      waiters.set(name, all);
      /** @type {() => void} */ let ring = () => {};
      const rung = new Promise((resolve) => {
        ring = () => resolve(undefined);
      });
      all.add(ring);
      // Told or not: what is told may be lost with a connection.
      const timer = store.shared
        ? setInterval(() => {
            store.get(collection, id).then((record) => !record?.queue && ring(), onError);
          }, lookMs)
        : undefined;
      try {
        if ((await store.get(collection, id))?.queue) await rung;
      } finally {
        clearInterval(timer);
        all.delete(ring);
        if (all.size === 0) waiters.delete(name);
      }
    },

    /** Jobs under way here. */
    get running() {
      return running.size;
    },

    /** Resolves when nothing waits or is worked on; of a shared store, here. */
    async idle() {
      for (;;) {
        await pumping;
        const rest = closed || store.shared || concurrency === 0 ? 0 : await store.queued();
        if (running.size === 0 && rest === 0 && !pumping) return;
        if (running.size > 0 || pumping) await new Promise((resolve) => idlers.push(() => resolve(undefined)));
        else {
          wake();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    },

    /** Begins nothing more, and waits for what is under way, but no longer than that. @param {number} ms */
    async drain(ms) {
      drained = true;
      await pumping;
      const end = Date.now() + ms;
      while (running.size > 0 && Date.now() < end) {
        /** @type {ReturnType<typeof setTimeout> | undefined} */ let timer;
        await Promise.race([
          new Promise((resolve) => idlers.push(() => resolve(undefined))),
          new Promise((resolve) => {
            timer = setTimeout(() => resolve(undefined), end - Date.now());
          }),
        ]);
        clearTimeout(timer);
      }
    },

    /** Begins nothing more and breaks off what is under way: the next process goes on with it. */
    async close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      for (const { stop } of running.values())
        stop.abort(new ShimError('aborted', 'Shutting down.', { shutdown: true }));
      await pumping;
      while (running.size > 0) await new Promise((resolve) => idlers.push(() => resolve(undefined)));
      for (const name of [...waiters.keys()]) told(name);
    },
  };
}
