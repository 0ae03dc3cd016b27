import { drawsFor } from './draw.js';
import { openWorker } from './open-worker.js';

/** The engine's worker in a page. */
export const spawnWorker = () =>
  drawsFor(openWorker(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }), './worker.js'));
