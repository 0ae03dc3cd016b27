/**
 * The signature of a webhook.
 *
 * X-Aigen-Signature is v1=HMAC-SHA256(secret, "<timestamp>.<event id>.<body>"),
 * where the secret is the hex text of SHA-256 of the API key.
 *
 * @module shim/dialects/aigenstudio/webhook
 */
import { hex, hmacSha256, sha256 } from '../../sha256.js';

/** @param {string} key the API key */
export const secretOf = (key) => hex(sha256(key));

/** @type {import('../../types.js').Sign} */
export const sign = (secret, eventId, body, seconds) => ({
  'x-aigen-signature': `v1=${hex(hmacSha256(secret, `${seconds}.${eventId}.${body}`))}`,
  'x-aigen-timestamp': String(seconds),
  'x-aigen-event-id': eventId,
});
