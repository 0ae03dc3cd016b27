// What a page may ask of its worker, by name: the one list. The client's calls
// are typed by it, the host looks a name up in it and refuses any other.
import { convert, cutOut, pick, preview, probe, retouch } from './pipeline.js';

/**
 * @typedef {import('./pipeline.js').Parts} Parts
 * @typedef {import('./pipeline.js').Picture} Picture
 * @typedef {import('./retouch.js').Retouch | import('./preview.js').Preview | import('./picking.js').Picking} Held
 * @typedef {object} More
 * @property {AbortSignal} signal
 * @property {import('./pipeline.js').OnProgress} onProgress
 * @property {(begun: Held) => number} hold keeps a picture for calls; its number
 */

export const requests = {
  /** @param {Parts} parts @param {Picture} picture @param {More} more */
  remove: (parts, picture, more) => cutOut(parts, picture, more),

  /** @param {Parts} parts @param {Picture} picture @param {More} more */
  async retouch(parts, picture, more) {
    const begun = await retouch(parts, picture, more);
    return { number: more.hold(begun), state: begun.state };
  },

  /** @param {Parts} parts @param {Picture} picture @param {More} more */
  preview: async (parts, picture, more) => ({ number: more.hold(await preview(parts, picture, more)) }),

  /** @param {Parts} parts @param {Picture} picture @param {More} more */
  pick: async (parts, picture, more) => ({ number: more.hold(await pick(parts, picture, more)) }),

  /** @param {Parts} parts @param {Picture} picture */
  convert: (parts, picture) => convert(parts, picture),

  /** @param {Parts} parts @param {Picture} picture */
  probe: (parts, picture) => probe(parts, picture),

  /** @param {Parts} parts @param {Picture} picture model, engine and effort of its options count @param {More} more */
  async preload({ loadModel, loadDetail }, { options: { effort, ...options } }, { signal, onProgress }) {
    const { name, version, engine } = await loadModel(options, {
      signal,
      onProgress: (loaded, total) => onProgress({ stage: 'load', fraction: total ? loaded / total : 0, loaded, total }),
    });
    // not waited for: a picture that comes meanwhile must not wait for it either, and without it says so
    if (effort !== 'fast') loadDetail?.({ engine: options.engine }, {}).catch(() => {});
    return { model: version ? `${name} ${version}` : name, engine: engine.name };
  },

  /** @param {Parts} parts */
  abi: ({ core }) => core.abi,

  /** A limit on what C may allocate, for tests. @param {Parts} parts @param {{ options: any }} request */
  memory: ({ core }, { options }) => core.limitMemory(options.limit_bytes),
};

/** @typedef {keyof typeof requests} Name */
