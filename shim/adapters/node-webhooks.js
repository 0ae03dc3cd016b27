/**
 * Delivers webhooks, signed as the dialect says (Node; a page can neither).
 *
 * The secret is held in memory only: an event of a job that outlived a restart
 * cannot be signed and is not sent. Retried until 2xx or the last of the
 * delays (our choice; no vendor's schedule is known).
 *
 * @module shim/adapters/node-webhooks
 */
const DELAYS_MS = [1e3, 4e3, 16e3, 60e3, 300e3];
const TIMEOUT_MS = 10e3;

/**
 * Sends deliveries and keeps those that were not taken for another try.
 * @param {{ fetch: typeof fetch, delaysMs?: readonly number[], now?: () => number }} options
 *   fetch: the guarded one; the address comes from a request
 */
export function createWebhooks({ fetch, delaysMs = DELAYS_MS, now = Date.now }) {
  /** @type {Set<NodeJS.Timeout>} */ const timers = new Set();
  let closed = false;

  /**
   * One try, signed anew since the signature has its time.
   * @param {import('../types.js').Delivery} delivery @param {string} secret
   * @param {number} tries that were made before
   */
  async function attempt(delivery, secret, tries) {
    const { url, event, sign } = delivery;
    const body = JSON.stringify(event);
    const delivered = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sign(secret, event.id, body, Math.floor(now() / 1000)) },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    if (delivered || closed || tries >= delaysMs.length) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(delivery, secret, tries + 1);
    }, delaysMs[tries]);
    timer.unref();
    timers.add(timer);
  }

  return {
    /** @param {import('../types.js').Delivery} delivery */
    deliver(delivery) {
      if (delivery.secret !== undefined && !closed) void attempt(delivery, delivery.secret, 0);
    },
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
