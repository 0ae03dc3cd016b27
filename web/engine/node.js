// The same API in Node: jobs run in a worker thread on the same wasm.
import { createApi } from './api.js';
import { EngineClient } from './client.js';
import { spawnThread } from './node/spawn.js';

/**
 * @typedef {import('./api.js').Input} Input
 * @typedef {import('./api.js').Options} Options
 * @typedef {import('./api.js').More} More
 * @typedef {import('./api.js').Report} Report
 * @typedef {import('./api.js').Previewing} Previewing
 * @typedef {import('./api.js').PickSession} PickSession
 * @typedef {import('./api.js').Retouching} Retouching
 */

/**
 * An engine of its own, with a worker thread of its own.
 *
 * @param {{ threads?: number, niceness?: number }} [how] threads that work on one picture; more than one pay for large
 *   ones, in a process that stays. niceness: 0..19, on Linux: how far they step back for whatever else wants a core, so
 *   that a server answers while pictures are worked on
 */
export function createNodeEngine({ threads, niceness } = {}) {
  const client = new EngineClient(() => spawnThread({ niceness }), { threads });
  return Object.assign(createApi(client), { client });
}

export const { removeBackground, segment, retouch, preview, pick, preload, convert, probe, abi, dispose } =
  createNodeEngine();
export { CutawayError } from './core/errors.js';
export { fileNameOf, readLook, writeLook } from './core/look.js';
export { planModel } from './node/plan.js';
