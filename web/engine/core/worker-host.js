// A worker's side of the protocol; the same in a browser's worker and in a
// Node worker thread. One job at a time: the client queues.
//
//   → {id, type, input?: Blob, background?: Blob, matte?: Blob, options?}   a type of requests.js
//   → {id, type: 'call', number, call, args}     of held-calls.js, or close: of the picture that this request's answer numbered
//   → {type: 'abort', id}                        no answer of its own
//   → {type: 'threads', max}                     before all others, no answer: how many threads it may use
//   → {type: 'trim'}                             the same: a new wasm instance, the old one's memory is given back
//   ← {id, type: 'progress', progress: {stage, fraction, loaded?, total?}}
//   ← {id, type: 'done', value, heapBytes}       value.bytes is transferred
//   ← {id, type: 'failed', error: {code, message, detail, stage}}
//
// An instance that trapped is replaced here before the failure is told.
import { CutawayError } from './errors.js';
import { requests } from './requests.js';

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./pipeline.js').Parts} Parts
 * @typedef {import('./requests.js').Held} Held
 */

/** @param {Core} core @param {Blob | undefined} blob @returns {Promise<any>} its bytes */
async function read(core, blob) {
  if (!blob) return undefined;
  const max = core.abi.limits.max_input_bytes;
  // the core would say the same, but a browser cannot even read 2 GB in one piece
  if (blob.size > max)
    throw core.error('too_large', `The file has ${blob.size} bytes; ${max} are read at most.`, 'decode');
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw CutawayError.wrap(error, 'read_failed', 'decode');
  }
}

/**
 * Answers what comes through the port.
 *
 * @param {{ post: (message: any, transfer?: ArrayBuffer[]) => void, listen: (handler: (message: any) => void) => void }} port
 * @param {(maxThreads: number | undefined) => Promise<Parts>} makeParts made once, on the first request; again after a failure;
 *   maxThreads: unless nothing was said
 */
export function hostJobs(port, makeParts) {
  /** @type {Promise<Parts> | null} */
  let making = null;
  /** @type {Map<number, AbortController>} */
  const running = new Map();
  /** @type {number | undefined} */ let maxThreads;
  /** @type {Map<number, Held>} by the number of the request that began it */
  const held = new Map();

  const ready = () => {
    making ??= makeParts(maxThreads);
    making.catch(() => {
      making = null;
    });
    return making;
  };

  /** Another instance in place of the one there was; whoever holds that goes on with it. @param {Parts} parts */
  async function replaceCore(parts) {
    const old = parts.core;
    parts.core = await parts.newCore();
    old.end();
  }

  /** A call of a picture that is held; one whose instance crashed is held no longer. @param {Core} core @param {any} request */
  async function callHeld(core, { number, call, args }) {
    const begun = held.get(number);
    if (!begun) throw core.error('bad_state', 'This picture is not held any more.', 'held');
    if (call === 'close') {
      held.delete(number);
      begun.free();
      return begun.core.end(); // which it has for itself
    }
    if (!Object.hasOwn(begun.calls, call)) throw core.error('bad_argument', `There is no call ${call}.`, 'held');
    try {
      return await /** @type {any} */ (begun)[call](...args);
    } catch (error) {
      if (begun.core.crashed) held.delete(number);
      throw error;
    }
  }

  /** The value that a request is answered with. @param {any} request @param {AbortSignal} signal */
  async function answer({ id, type, input, background, matte, options = {}, ...more }, signal) {
    const parts = await ready().catch((error) => {
      throw CutawayError.wrap(error, 'engine_unavailable', 'load');
    });
    const { core } = parts;
    if (type === 'call') return callHeld(core, more);
    if (!Object.hasOwn(requests, type)) throw core.error('bad_argument', `There is no request ${type}.`);
    const picture = {
      bytes: await read(core, input),
      background: await read(core, background),
      matte: await read(core, matte),
      options,
    };
    return requests[/** @type {import('./requests.js').Name} */ (type)](parts, picture, {
      signal,
      onProgress: (progress) => port.post({ id, type: 'progress', progress }),
      hold(begun) {
        held.set(id, begun);
        return id;
      },
    });
  }

  port.listen(async (request) => {
    if (request.type === 'abort') {
      running.get(request.id)?.abort();
      return;
    }
    if (request.type === 'trim') {
      // a job that has begun keeps the instance it began with
      const parts = await making?.catch(() => null);
      if (parts) await replaceCore(parts);
      return;
    }
    if (request.type === 'threads') {
      maxThreads = request.max;
      return;
    }
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const value = await answer(request, controller.signal);
      const parts = await ready();
      const bytes = /** @type {any} */ (value)?.bytes;
      const transfer = bytes instanceof Uint8Array ? [/** @type {ArrayBuffer} */ (bytes.buffer)] : [];
      port.post({ id, type: 'done', value, heapBytes: parts.core.heapBytes }, transfer);
    } catch (error) {
      const parts = await making?.catch(() => null);
      if (parts?.core.crashed) await replaceCore(parts);
      port.post({ id, type: 'failed', error: CutawayError.wrap(error).toJSON() });
    } finally {
      running.delete(id);
    }
  });
}
