// Worker threads as the client and engine ort use them.
import { Worker } from 'node:worker_threads';

/** A thread that keeps the process alive only while it is asked something. @param {URL} url @returns {import('../backends/ort.js').WorkerLike} */
export function openThread(url) {
  const worker = new Worker(url);
  worker.unref();
  return {
    postMessage(message, transfer = []) {
      worker.ref(); // an answer is awaited; an idle worker keeps no process alive
      worker.postMessage(message, transfer);
    },
    terminate: () => void worker.terminate(),
    listen(onMessage, onCrash) {
      worker.on('message', (message) => {
        if (message.type !== 'progress') worker.unref();
        onMessage(message);
      });
      worker.on('error', (error) => onCrash(error.message));
      worker.on('exit', () => onCrash('the worker thread ended'));
    },
  };
}

/** The thread that hosts jobs. */
export const spawnThread = () => openThread(new URL('./worker.js', import.meta.url));
