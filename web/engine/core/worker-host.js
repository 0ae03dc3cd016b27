// A worker's side of the protocol; the same in a browser's worker and in a
// Node worker thread. One job at a time: the client queues.
//
//   → {id, type: 'remove', input: Blob, background?: Blob, matte?: Blob, options}
//   → {id, type: 'convert', input: Blob, options}
//   → {id, type: 'retouch', input: Blob, matte?: Blob, options}   value.retouch: its number
//   → {id, type: 'preview', input: Blob, matte?: Blob, options}   value.preview: its number
//   → {id, type: 'held', number, call, args}                      a method of what one of these two began
//   → {id, type: 'probe', input: Blob}
//   → {id, type: 'preload', options: {model, engine}}
//   → {id, type: 'abi'}
//   → {type: 'abort', id}                        no answer of its own
//   → {type: 'trim'}                             the same: a new wasm instance, the old one's memory is given back
//   ← {id, type: 'progress', progress: {stage, fraction, loaded?, total?}}
//   ← {id, type: 'done', value, heapBytes}       value.bytes is transferred
//   ← {id, type: 'failed', error: {code, message, detail, stage}}
//
// An instance that trapped is replaced here before the failure is told.
import { CutawayError, failure } from './errors.js';
import { convert, cutOut, preview, probe, retouch } from './pipeline.js';

/** @param {import('./core.js').Core} core @param {Blob} blob @returns {Promise<Uint8Array>} */
async function read(core, blob) {
  const most = core.abi.limits.max_input_bytes;
  // the core would say the same, but a browser cannot even read 2 GB in one piece
  if (blob.size > most) throw core.error('too_large', `The file has ${blob.size} bytes; ${most} are read at most.`, 'decode');
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw CutawayError.wrap(error, 'read_failed', 'decode');
  }
}

/**
 * @param {{ post: (message: any, transfer?: ArrayBuffer[]) => void, listen: (handler: (message: any) => void) => void }} port
 * @param {() => Promise<import('./pipeline.js').Parts>} makeParts made once, on the first request; again after a failure
 */
export function hostJobs(port, makeParts) {
  /** @type {Promise<import('./pipeline.js').Parts> | null} */
  let making = null;
  /** @type {Map<number, AbortController>} */
  const running = new Map();
  /** @type {Map<number, import('./retouch.js').Retouch | import('./preview.js').Preview>} by the number of the request that began it */
  const held = new Map();

  const ready = () => {
    making ??= makeParts();
    making.catch(() => { making = null; });
    return making;
  };

  /** @param {any} request */
  async function callHeld({ number, call, args }) {
    const begun = held.get(number);
    if (!begun) throw failure('bad_state', 'This picture is not held any more.', 'held');
    if (!begun.calls.has(call)) throw failure('bad_argument', `There is no call ${call}.`, 'held');
    if (call === 'close') held.delete(number);
    try {
      return await /** @type {any} */ (begun)[call](...args);
    } catch (error) {
      if (begun.core.crashed) held.delete(number);
      throw error;
    }
  }

  /** @param {any} request @param {AbortSignal} signal */
  async function answer({ id, type, input, background, matte, options = {}, ...more }, signal) {
    if (type === 'held') return callHeld(more);
    /** @param {any} progress */
    const onProgress = (progress) => port.post({ id, type: 'progress', progress });
    const parts = await ready().catch((error) => { throw CutawayError.wrap(error, 'engine_unavailable', 'load'); });
    const bytes = input && await read(parts.core, input);
    const behind = background && await read(parts.core, background);
    const given = matte && await read(parts.core, matte);
    switch (type) {
      case 'remove': return cutOut(parts, { bytes, options, background: behind, matte: given }, { signal, onProgress });
      case 'retouch': {
        const begun = await retouch(parts, { bytes, options, matte: given }, { signal, onProgress });
        held.set(id, begun);
        return { retouch: id, ...begun.state };
      }
      case 'preview': {
        held.set(id, await preview(parts, { bytes, options, matte: given }, { signal, onProgress }));
        return { preview: id };
      }
      case 'convert': return convert(parts, { bytes, options });
      case 'probe': return probe(parts, { bytes });
      case 'abi': return parts.core.abi;
      case 'memory': parts.core.limitMemory(options.limit_bytes); return {};
      default: {
        const { name, version, engine } = await parts.loadModel(options, {
          signal, onProgress: (loaded, total) => onProgress({ stage: 'load', fraction: total ? loaded / total : 0, loaded, total }),
        });
        // after a preload nothing needs the network, WebP neither; without the codec every other format works
        await parts.webp.preload().catch(() => {});
        return { model: version ? `${name} ${version}` : name, engine: engine.name };
      }
    }
  }

  port.listen(async (request) => {
    if (request.type === 'abort') {
      running.get(request.id)?.abort();
      return;
    }
    if (request.type === 'trim') {
      // a job that has begun keeps the instance it began with
      const parts = await making?.catch(() => null);
      if (parts) parts.core = await parts.newCore();
      return;
    }
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const value = await answer(request, controller.signal);
      const parts = await ready();
      const { bytes } = /** @type {any} */ (value);
      const transfer = bytes instanceof Uint8Array ? [/** @type {ArrayBuffer} */ (bytes.buffer)] : [];
      port.post({ id, type: 'done', value, heapBytes: parts.core.heapBytes }, transfer);
    } catch (error) {
      const parts = await making?.catch(() => null);
      if (parts?.core.crashed) parts.core = await parts.newCore();
      port.post({ id, type: 'failed', error: CutawayError.wrap(error).toJSON() });
    } finally {
      running.delete(id);
    }
  });
}
