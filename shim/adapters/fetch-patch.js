/**
 * install(): puts a shim under a page's own `fetch`.
 *
 * Requests that the shim owns are answered by it, all others go to the fetch
 * that was there before, untouched. Both call styles are taken: (string, init)
 * and (Request, init). `<img src>` does not go through fetch: use blob: results
 * (`createShim({ blobUrls: true })`) or the service worker for it.
 *
 * @module shim/adapters/fetch-patch
 */

/**
 * @param {Pick<import('../create-shim.js').Shim, 'owns' | 'fetch'>} shim
 * @param {{ target?: { fetch: typeof fetch }, origins?: readonly string[] }} [options]
 *   origins: only these, of all that the shim owns; for a shim whose bases
 *   include the page's own origin, say, while only the vendors' is wanted
 * @returns {() => void} puts back the fetch that was there before
 */
export function install(shim, { target = globalThis, origins } = {}) {
  const before = target.fetch;
  let on = true;

  /** @type {typeof fetch} */
  const patched = async function fetch(input, init) {
    if (on) {
      const isRequest = typeof Request !== 'undefined' && input instanceof Request;
      const url = new URL(isRequest ? input.url : String(input), globalThis.location?.href);
      const method = init?.method ?? (isRequest ? input.method : 'GET');
      if ((!origins || origins.includes(url.origin)) && shim.owns(url, method)) {
        const request = isRequest ? new Request(input, init) : new Request(url, init);
        request.signal.throwIfAborted();
        const response = await Promise.race([shim.fetch(request), whenAborted(request.signal)]);
        if (response) return response;
      }
    }
    return before.call(target === globalThis ? undefined : target, input, init);
  };
  target.fetch = patched;

  return () => {
    on = false; // whoever wrapped fetch after us still calls through
    if (target.fetch === patched) target.fetch = before;
  };
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
function whenAborted(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
