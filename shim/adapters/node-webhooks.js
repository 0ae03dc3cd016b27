/**
 * Delivers AI Gen Studio's webhooks, signed (Node; a page can neither).
 *
 * X-Aigen-Signature is v1=HMAC-SHA256(key, "<timestamp>.<event id>.<body>"),
 * where key is the hex text of SHA-256 of the API key. That digest is held in
 * memory only: an event of a job that outlived a restart cannot be signed and
 * is not sent. Retried until 2xx or the last of the delays (our choice; the
 * vendor's schedule is not known).
 *
 * @module shim/adapters/node-webhooks
 */
import { hex, hmacSha256 } from '../sha256.js';

const DELAYS_MS = [1e3, 4e3, 16e3, 60e3, 300e3];
const TIMEOUT_MS = 10e3;

/**
 * The three headers of an event.
 * @param {string} secret hex SHA-256 of the API key @param {string} eventId
 * @param {string} body @param {number} seconds Unix time
 */
export function signAigen(secret, eventId, body, seconds) {
  return {
    'x-aigen-signature': `v1=${hex(hmacSha256(secret, `${seconds}.${eventId}.${body}`))}`,
    'x-aigen-timestamp': String(seconds),
    'x-aigen-event-id': eventId,
  };
}

/**
 * @param {{ fetch: typeof fetch, delaysMs?: readonly number[], now?: () => number }} options
 *   fetch: the guarded one; the address comes from a request
 */
export function createWebhooks({ fetch, delaysMs = DELAYS_MS, now = Date.now }) {
  /** @type {Set<NodeJS.Timeout>} */ const timers = new Set();
  let closed = false;

  /**
   * @param {string} url @param {string} secret @param {{ id: string }} event @param {number} tries
   */
  async function attempt(url, secret, event, tries) {
    const body = JSON.stringify(event);
    const delivered = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signAigen(secret, event.id, body, Math.floor(now() / 1000)) },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).then(async (response) => {
      await response.body?.cancel();
      return response.ok;
    }, () => false);
    if (delivered || closed || tries >= delaysMs.length) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(url, secret, event, tries + 1);
    }, delaysMs[tries]);
    timer.unref();
    timers.add(timer);
  }

  return {
    /** @param {import('../types.js').Delivery} delivery */
    deliver({ url, secret, event }) {
      if (secret !== undefined && !closed) void attempt(url, secret, event, 0);
    },
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
