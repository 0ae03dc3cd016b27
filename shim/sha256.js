/**
 * SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104), synchronous.
 *
 * WebCrypto would do, but `crypto.subtle` is missing on plain-http pages and
 * only answers later; both would reach into every caller. For short texts
 * (keys, request bodies, webhook bodies), not for pictures.
 *
 * @module shim/sha256
 */

const PRIMES = (() => {
  /** @type {number[]} */ const found = [];
  for (let n = 2; found.length < 64; n++) {
    if (found.every((p) => n % p !== 0)) found.push(n);
  }
  return found;
})();

/** First 32 bits of the fraction of x. @param {number} x */
const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) >>> 0;
const ROUND = Uint32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (p) => fraction(Math.sqrt(p)));

/** @param {number} x @param {number} n */
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

/**
 * FIPS 180-4 §6.2, block by block over the padded message.
 * @param {Uint8Array | string} message text is taken as UTF-8
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(message) {
  const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);

  const state = Uint32Array.from(START);
  const w = new Uint32Array(64);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) >>> 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] += word;
    });
  }
  const digest = new Uint8Array(32);
  state.forEach((word, i) => new DataView(digest.buffer).setUint32(4 * i, word));
  return digest;
}

/** Lower-case hex. @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/**
 * RFC 2104: the hash of the outer key and the hash of the inner key and message.
 * @param {Uint8Array | string} key @param {Uint8Array | string} message
 * @returns {Uint8Array} 32 bytes
 */
export function hmacSha256(key, message) {
  const encode = (/** @type {Uint8Array | string} */ x) => (typeof x === 'string' ? new TextEncoder().encode(x) : x);
  let short = encode(key);
  if (short.length > 64) short = sha256(short);
  const inner = new Uint8Array(64).fill(0x36);
  const outer = new Uint8Array(64).fill(0x5c);
  short.forEach((byte, i) => {
    inner[i] ^= byte;
    outer[i] ^= byte;
  });
  const join = (/** @type {Uint8Array} */ a, /** @type {Uint8Array} */ b) => {
    const both = new Uint8Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  };
  return sha256(join(outer, sha256(join(inner, encode(message)))));
}
