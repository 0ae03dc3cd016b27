// The same API in Node: jobs run in a worker thread on the same wasm.
import { Worker } from 'node:worker_threads';
import { createApi } from './api.js';
import { EngineClient } from './client.js';

/**
 * @typedef {import('./api.js').Input} Input
 * @typedef {import('./api.js').Options} Options
 * @typedef {import('./api.js').More} More
 * @typedef {import('./api.js').Report} Report
 * @typedef {import('./api.js').Previewing} Previewing
 * @typedef {import('./api.js').Retouching} Retouching
 */

/** @returns {import('./ort.js').WorkerLike} */
function spawn() {
  const worker = new Worker(new URL('./node-worker.js', import.meta.url));
  worker.unref();
  return {
    postMessage(message) {
      worker.ref(); // an answer is awaited; an idle worker keeps no process alive
      worker.postMessage(message);
    },
    terminate: () => void worker.terminate(),
    listen(onMessage, onCrash) {
      worker.on('message', (message) => {
        if (message.type === 'done' || message.type === 'failed') worker.unref();
        onMessage(message);
      });
      worker.on('error', (error) => onCrash(error.message));
      worker.on('exit', () => onCrash('the worker thread ended'));
    },
  };
}

/** An engine of its own, with a worker thread of its own. */
export function createNodeEngine() {
  const client = new EngineClient(spawn);
  return Object.assign(createApi(client), { client });
}

export const { removeBackground, segment, retouch, preview, preload, convert, probe, abi, dispose } = createNodeEngine();
export { CutawayError } from './errors.js';
export { planModel } from './node-plan.js';
