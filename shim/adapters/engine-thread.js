/**
 * One thread of engine-pool.js, which describes the messages.
 *
 * @module shim/adapters/engine-thread
 */
import { parentPort, workerData } from 'node:worker_threads';
import { asShimError, ShimError } from '../errors.js';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
/** @type {Promise<import('../types.js').Engine>} */
const engine = import(workerData.module).then((m) => m[workerData.factory](workerData.options));
engine.catch(() => {}); // told with the first job

/** @type {Map<number, AbortController>} */
const running = new Map();

port.on('message', async ({ id, action, bytes, type, backdrop, options, abort }) => {
  if (abort) {
    running.get(id)?.abort(new ShimError('aborted', 'Cancelled.'));
    return;
  }
  const stop = new AbortController();
  running.set(id, stop);
  try {
    const works = await engine.catch((error) => {
      throw error?.name === 'CutawayError' ? error : new ShimError('engine_unavailable', 'The inference engine could not be loaded.');
    });
    const image = new Blob([bytes], { type });
    const wishes = { ...options, signal: stop.signal, ...(backdrop && { background: new Blob([backdrop]) }) };
    const { blob, report, ...size } = action === 'convert'
      ? /** @type {any} */ (await works.convert(image, wishes)) : await works.removeBackground(image, wishes);
    const made = await blob.arrayBuffer();
    port.postMessage({ id, bytes: made, type: blob.type, more: report ?? size }, [made]);
  } catch (thrown) {
    const { code, message, detail } = asShimError(thrown);
    port.postMessage({ id, error: { code, message, detail } });
  } finally {
    running.delete(id);
  }
});
