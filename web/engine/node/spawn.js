// Worker threads as the client and engine ort use them.
import { Worker } from 'node:worker_threads';

/**
 * A thread that keeps the process alive only while it is asked something.
 *
 * @param {URL} url
 * @param {unknown} [workerData] what the thread is told at its start
 * @returns {import('../backends/ort.js').WorkerLike}
 */
export function openThread(url, workerData) {
  const worker = new Worker(url, { workerData });
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

/**
 * The thread that hosts jobs.
 *
 * @param {{ niceness?: number }} [how] niceness: 0..19, on Linux: how far it steps back for whatever else wants a
 *   core, so that a server answers while pictures are worked on
 */
export const spawnThread = (how) => openThread(new URL('./worker.js', import.meta.url), how);
