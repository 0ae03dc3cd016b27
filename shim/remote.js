/**
 * Where a picture is worked on: here, there, or there when here fails.
 *
 *   local-only    the default: nothing ever leaves
 *   local-first   the remote when the engine is missing, fails, takes too long
 *                 or the picture is beyond it; never when the request is wrong
 *   remote-first  the engine when the remote fails
 *   remote-only
 *
 * A picture leaves only under a policy that says so, to a remote that is set
 * up, and with the user's agreement (consent.js). One job makes at most one
 * paid call, also across a restart: the intent is on record before the call is
 * made, and without an idempotency key an unanswered call is never repeated.
 *
 * @module shim/remote
 */
import { ShimError, asShimError } from './errors.js';
import { within } from './http.js';
import { sniff } from './image-header.js';
import { randomHex } from './ids.js';
import { createRemoteClient } from './remote/client.js';
import { statuses } from './statuses.js';

/** @typedef {'local-only' | 'local-first' | 'remote-first' | 'remote-only'} Policy */
export const POLICIES = Object.freeze(['local-only', 'local-first', 'remote-first', 'remote-only']);

/** Local failures that another engine may not share, by whose fault they are. */
const CURABLE = ['limit', 'model', 'machine', 'program'];

/**
 * @typedef {object} Trace what a job remembers of its remote call
 * @property {'paying' | 'created'} phase
 * @property {string[]} items ids of the items in the call
 * @property {string} key @property {string} [id] of the remote job
 *
 * @typedef {object} Batch
 * @property {string} dialect
 * @property {import('./remote/flow.js').Item[]} items
 * @property {Trace} [trace] that a previous process left of this job
 * @property {(trace: Trace) => Promise<void>} [remember]
 * @property {(id: string, result: Result) => Promise<void>} [deliver] called as
 *   soon as an item is done, before the others are
 * @property {AbortSignal} [signal]
 *
 * @typedef {{ blob: Blob, source: 'local' | 'remote', report: Record<string, any> } | ShimError} Result
 */

/**
 * What works on pictures under a policy: the engine, the remotes, the order of the two.
 * @param {object} options
 * @param {import('./types.js').Engine} [options.engine]
 * @param {Record<string, import('./remote/client.js').RemoteOptions>} [options.remote] by dialect
 * @param {ReadonlyMap<string, import('./remote/flow.js').Remote>} options.vendors how to speak to each, by dialect
 * @param {() => Policy} options.policy
 * @param {import('./consent.js').Consent} options.consent
 * @param {number} options.localTimeoutMs for one picture
 */
export function createRemover({ engine, remote = {}, vendors, policy, consent, localTimeoutMs }) {
  /** @type {Map<string, import('./remote/client.js').RemoteClient>} */
  const clients = new Map();
  for (const [name, options] of Object.entries(remote)) {
    const vendor = vendors.get(name);
    if (!vendor) throw new TypeError(`no remote is known by the name ${name}`);
    clients.set(name, createRemoteClient(options, vendor.credential));
  }

  /** One picture in the engine here; a failure is the result.
   * @param {import('./remote/flow.js').Item} item @param {AbortSignal} [signal] @returns {Promise<Result>} */
  async function locally(item, signal) {
    try {
      const image = await item.image();
      if (!engine) throw new ShimError('engine_unavailable', 'No engine is at hand.');
      const picture = await item.backgroundImage?.();
      const { format, quality, background } = item.options;
      const made = await within(localTimeoutMs, signal, async (limited) =>
        item.action === 'convert'
          ? engine.convert(image, { format, quality, signal: limited })
          : engine.removeBackground(image, {
              format,
              signal: limited,
              background: picture ?? background ?? 'transparent',
              ...(quality !== undefined && { quality }),
            }),
      );
      const report =
        'report' in made ? made.report : { width: made.width, height: made.height, format, bytes: made.blob.size };
      return { blob: made.blob, source: 'local', report: { ...report, source: 'local' } };
    } catch (error) {
      return asShimError(error);
    }
  }

  /**
   * Whether a local failure may be taken to the remote.
   * @param {ShimError} error @param {import('./remote/flow.js').Item} item @param {string} dialect
   */
  async function curable(error, item, dialect) {
    if (CURABLE.includes(statuses[error.code]?.fault)) return true;
    if (error.code !== 'unsupported_format') return false;
    // A picture all the same, of a kind that only the remote reads?
    const start = new Uint8Array(await (await item.image()).slice(0, 32).arrayBuffer());
    return vendors.get(dialect)?.formats.includes(sniff(start)) ?? false;
  }

  /** The error that keeps a picture from the remote now, if one does. @param {string} dialect */
  async function barred(dialect) {
    const client = clients.get(dialect);
    if (!client) return new ShimError('remote_unavailable');
    const agreed = await Promise.resolve()
      .then(() => consent.granted(dialect, client.options.baseUrl))
      .catch(() => false);
    return agreed === true ? undefined : new ShimError('consent_required');
  }

  /**
   * Pictures at the vendor's, in one call that is on record before it is made;
   * failures are results.
   * @param {Batch} batch @param {import('./remote/flow.js').Item[]} items
   * @returns {Promise<Result[]>} in the order of items
   */
  async function remotely(batch, items) {
    const { dialect, signal } = batch;
    const flow = /** @type {import('./remote/flow.js').Remote} */ (vendors.get(dialect));
    let trace = batch.trace;
    const bar = await barred(dialect);
    // A call that was paid for is followed to its end: that sends nothing more.
    if (bar && (trace?.phase !== 'created' || bar.code !== 'consent_required')) return items.map(() => bar);
    const client = /** @type {import('./remote/client.js').RemoteClient} */ (clients.get(dialect));

    const fit = items.filter((item) => (trace ? trace.items.includes(item.id) : !flow.refuses(item, client.options)));
    /** @type {Map<string, Result>} */ const results = new Map();
    for (const item of items) {
      results.set(
        item.id,
        flow.refuses(item, client.options) ??
          new ShimError('remote_failed', 'The paid call was made without this picture.'),
      );
    }
    if (fit.length > 0) {
      try {
        await within(client.options.totalTimeoutMs ?? 600e3, signal, async (limited) => {
          if (trace?.phase === 'paying' && !flow.idempotent) {
            throw new ShimError(
              'remote_failed',
              'It is not known whether the remote call was made before the restart; it is not repeated.',
              { unsure: true },
            );
          }
          const key = trace?.key ?? `cutaway-${randomHex(16)}`;
          const call = {
            client,
            items: fit,
            key,
            signal: limited,
            paying: () => note({ phase: 'paying', items: fit.map((i) => i.id), key }),
          };
          const made = trace?.id ?? (await flow.create(call));
          if (!trace?.id && typeof made === 'string')
            await note({ phase: 'created', items: fit.map((i) => i.id), key, id: made });
          const outcomes = typeof made === 'string' ? ((await flow.follow?.(call, made)) ?? []) : made;
          fit.forEach((item, i) => {
            const outcome = outcomes[i];
            results.set(
              item.id,
              outcome instanceof ShimError
                ? outcome
                : { blob: outcome.blob, source: 'remote', report: { ...outcome.report, source: 'remote' } },
            );
          });
        });
      } catch (error) {
        const known = asShimError(error);
        for (const item of fit) results.set(item.id, known);
      }
    }
    return items.map((item) => /** @type {Result} */ (results.get(item.id)));

    /** @param {Trace} next */
    async function note(next) {
      trace = next;
      batch.trace = next;
      await batch.remember?.(next);
    }
  }

  return {
    /**
     * Works on every item. Never rejects: a failure is its item's result.
     * @param {Batch} batch
     * @returns {Promise<Result[]>} in the order of batch.items
     */
    async work(batch) {
      const { items, dialect, signal } = batch;
      const rule = policy();
      /** @type {Map<string, Result>} */ const results = new Map();
      /** @param {import('./remote/flow.js').Item} item @param {Result} result */
      const settle = async (item, result) => {
        results.set(item.id, result);
        await batch.deliver?.(item.id, result);
      };
      /** @param {import('./remote/flow.js').Item} item @param {ShimError | undefined} earlier @param {Result} result */
      const joined = (item, earlier, result) =>
        settle(
          item,
          result instanceof ShimError && earlier
            ? new ShimError(result.code, result.message, { ...result.detail, before: earlier.code })
            : result,
        );

      // A paid call is under way: its result first, whatever the policy is now.
      const remoteGoesFirst = batch.trace !== undefined || rule === 'remote-first' || rule === 'remote-only';
      if (remoteGoesFirst) {
        const outcomes = await remotely(batch, items);
        for (const [i, item] of items.entries()) {
          const outcome = outcomes[i];
          const tryHere = outcome instanceof ShimError && rule !== 'remote-only' && !signal?.aborted;
          if (tryHere) await joined(item, outcome, await locally(item, signal));
          else await settle(item, outcome);
        }
      } else {
        /** @type {[import('./remote/flow.js').Item, ShimError][]} */ const failed = [];
        for (const item of items) {
          const result = await locally(item, signal);
          const goOn =
            result instanceof ShimError &&
            rule === 'local-first' &&
            !signal?.aborted &&
            (await curable(result, item, dialect));
          const bar = goOn ? await barred(dialect) : undefined;
          if (goOn && bar) {
            await settle(item, new ShimError(result.code, result.message, { ...result.detail, remote: bar.code }));
          } else if (goOn) failed.push([item, result]);
          else await settle(item, result);
        }
        if (failed.length > 0) {
          const outcomes = await remotely(
            batch,
            failed.map(([item]) => item),
          );
          for (const [i, [item, earlier]] of failed.entries()) await joined(item, earlier, outcomes[i]);
        }
      }
      return items.map((item) => /** @type {Result} */ (results.get(item.id)));
    },
  };
}
