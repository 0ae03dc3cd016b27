// A helper's thread in Node: see core/threads.js.
import { parentPort } from 'node:worker_threads';
import { hostHelp } from '../core/threads.js';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
hostHelp({
  post: (message) => port.postMessage(message),
  listen: (handler) => port.on('message', handler),
  close: () => port.close(),
});
