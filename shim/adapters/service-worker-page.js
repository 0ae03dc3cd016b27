/**
 * The page's half of the service worker relay: answers what
 * service-worker.js, which describes the messages, passes on.
 *
 * @module shim/adapters/service-worker-page
 */

/**
 * Answers relayed requests with a shim until the returned function is called.
 * @param {Pick<import('../create-shim.js').Shim, 'fetch'>} shim
 * @param {{ container?: Pick<ServiceWorkerContainer, 'addEventListener' | 'removeEventListener' | 'startMessages'> }} [options]
 */
export function answerServiceWorker(shim, { container = navigator.serviceWorker } = {}) {
  /** Takes a request, and sends back the shim's answer or that it declines.
   * @param {MessageEvent} event */
  const listen = async ({ data, ports: [port] }) => {
    if (!port || !['cutaway-hello', 'cutaway-request'].includes(data?.type)) return;
    port.postMessage({ type: 'taken' });
    if (data.type === 'cutaway-hello') return;
    const stop = new AbortController();
    port.onmessage = ({ data: word }) => {
      if (word?.type === 'abort') stop.abort();
    };
    try {
      const { method, url, headers, body } = data;
      const response = await shim.fetch(new Request(url, { method, headers, body, signal: stop.signal }));
      if (!response) {
        port.postMessage({ type: 'declined' });
        return;
      }
      const bare = response.body === null;
      const bytes = bare ? null : await response.arrayBuffer();
      port.postMessage(
        { type: 'response', status: response.status, headers: [...response.headers], body: bytes },
        bytes ? [bytes] : [],
      );
    } catch {
      port.postMessage({ type: 'declined' });
    }
  };
  container.addEventListener('message', /** @type {any} */ (listen));
  container.startMessages();
  return () => container.removeEventListener('message', /** @type {any} */ (listen));
}

/**
 * Registers the service worker, answers for it, and waits until it controls
 * this page, so that the very next fetch goes through it.
 * @param {Pick<import('../create-shim.js').Shim, 'fetch'>} shim
 * @param {{ script?: string | URL, scope?: string }} [options] script: on this
 *   origin, at or above the scope
 * @returns {Promise<() => void>} stops answering; the registration stays
 */
export async function startServiceWorker(shim, { script = '/service-worker.js', scope } = {}) {
  const stop = answerServiceWorker(shim);
  await navigator.serviceWorker.register(script, { ...(scope && { scope }) });
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  }
  return stop;
}
