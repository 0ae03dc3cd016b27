/**
 * Ids, tokens and time stamps in the shapes of the three APIs.
 * `crypto.getRandomValues` is there on every page and in Node; `randomUUID` is
 * not (secure contexts only), so UUIDs are put together here.
 *
 * @module shim/ids
 */
import { hex } from './sha256.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * `length` characters of [a-z0-9], each equally likely.
 * @param {number} length
 */
export function randomText(length) {
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // 252 = 7 * 36: bytes above it would favour the first letters.
      if (byte < 252 && text.length < length) text += LETTERS[byte % 36];
    }
  }
  return text;
}

/** @param {number} bytes */
export const randomHex = (bytes) => hex(crypto.getRandomValues(new Uint8Array(bytes)));

/** A version 4 UUID (RFC 9562). */
export function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const h = hex(b);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/**
 * A clock whose stamps never repeat: `created_at` then orders records and can
 * serve as a page cursor. Runs ahead of the real time by at most one
 * millisecond per stamp given in the same millisecond.
 * @param {() => number} [now] milliseconds since 1970
 */
export function createClock(now = Date.now) {
  let last = 0;
  return {
    now,
    /** @returns {number} milliseconds, greater than every stamp before */
    stamp() {
      last = Math.max(now(), last + 1);
      return last;
    },
  };
}

/** @param {number} ms */
export const iso = (ms) => new Date(ms).toISOString();
