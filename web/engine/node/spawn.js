// The worker thread that hosts jobs in Node.
import { Worker } from 'node:worker_threads';

/** @returns {import('../backends/ort.js').WorkerLike} */
export function spawnThread() {
  const worker = new Worker(new URL('./worker.js', import.meta.url));
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
