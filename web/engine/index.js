// The public JavaScript API in a page. Importing it costs nothing: the worker,
// the wasm and the model are fetched with the first call.
import { createApi } from './api.js';
import { EngineClient } from './client.js';
import { spawnWorker } from './worker/spawn.js';

/**
 * @typedef {import('./api.js').Input} Input
 * @typedef {import('./api.js').Options} Options
 * @typedef {import('./api.js').More} More
 * @typedef {import('./api.js').Report} Report
 * @typedef {import('./api.js').Previewing} Previewing
 * @typedef {import('./api.js').PickSession} PickSession
 * @typedef {import('./api.js').Prompt} Prompt
 * @typedef {import('./api.js').Retouching} Retouching
 * @typedef {import('./core/retouch.js').Brush} Brush
 */

export const { removeBackground, segment, retouch, preview, pick, preload, convert, probe, abi, dispose } = createApi(
  new EngineClient(spawnWorker),
);
export { CutawayError } from './core/errors.js';
export { bundled } from './lists/bundled.js';
export { fileNameOf, readLook, writeLook } from './core/look.js';
