// The public JavaScript API in a page. Importing it costs nothing: the worker,
// the wasm and the model are fetched with the first call.
import { createApi } from './api.js';
import { EngineClient } from './client.js';
import { foreignWorker } from './foreign-worker.js';

/** The address has to be written out, for bundlers. */
function start() {
  try {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  } catch {
    return foreignWorker('./worker.js');
  }
}

/**
 * @typedef {import('./api.js').Input} Input
 * @typedef {import('./api.js').Options} Options
 * @typedef {import('./api.js').More} More
 * @typedef {import('./api.js').Report} Report
 */

/** @returns {import('./ort.js').WorkerLike} */
function spawn() {
  const worker = start();
  return {
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
    listen(onMessage, onCrash) {
      worker.onmessage = ({ data }) => onMessage(data);
      worker.onerror = (event) => onCrash(event.message ?? 'the worker could not be loaded');
      worker.onmessageerror = () => onCrash('a message could not be read');
    },
  };
}

export const { removeBackground, segment, preload, convert, probe, abi, dispose } = createApi(new EngineClient(spawn));
export { CutawayError } from './errors.js';
