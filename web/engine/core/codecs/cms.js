// Little CMS (wasm/cms/cms.c): values of a device, by its profile of tables, to
// sRGB. Loaded when a photo has such a profile.
import { once } from './package.js';

/**
 * @typedef {{ data: Uint8Array, width: number, height: number, orientation: number, profile: Uint8Array, isCmyk: boolean }} Device
 *   data: RGBA, or CMYK with 255 for no ink
 * @typedef {(device: Device) => Promise<Uint8Array | null>} ToSrgb straight RGBA; null: the profile cannot be used. Throws
 *   where there is no engine
 */

/** Pixels at once. */
const band = 1 << 16;

/** @param {() => Promise<WebAssembly.Module>} load cms.wasm @returns {ToSrgb} */
export function colourEngine(load) {
  const engine = once(async () => {
    const module = await load();
    /** What Little CMS could do with files is never asked for. @type {Record<string, Record<string, () => number>>} */
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 52;
    const { exports } = await WebAssembly.instantiate(module, imports);
    /** @type {any} */ (exports)._initialize?.();
    return /** @type {any} */ (exports);
  });

  return async ({ data, profile, isCmyk }) => {
    const { memory, cms_buffer_new: alloc, cms_buffer_free: free, ...cms } = await engine();
    const at = alloc(Math.max(profile.length, band * 8));
    if (!at) return null;
    let transform = 0;
    try {
      new Uint8Array(memory.buffer).set(profile, at);
      transform = cms.cms_new(at, profile.length);
      if (!transform) return null;
      const out = new Uint8Array(data.length);
      for (let from = 0; from < data.length; from += band * 4) {
        const part = data.subarray(from, from + band * 4);
        new Uint8Array(memory.buffer).set(part, at);
        cms.cms_convert(transform, at + band * 4, at, part.length / 4, isCmyk ? 0 : 1);
        out.set(new Uint8Array(memory.buffer, at + band * 4, part.length), from);
      }
      return out;
    } finally {
      if (transform) cms.cms_free(transform);
      free(at);
    }
  };
}
