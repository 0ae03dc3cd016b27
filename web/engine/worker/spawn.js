// The engine's worker in a page.
import { foreignWorker } from './foreign-worker.js';

/** The address has to be written out, for bundlers. */
function start() {
  try {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  } catch {
    return foreignWorker('./worker.js');
  }
}

/** @returns {import('../backends/ort.js').WorkerLike} */
export function spawnWorker() {
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
