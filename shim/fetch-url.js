/**
 * Fetches a picture that somebody named by its address.
 *
 * http(s) always passes the guard first: no credentials in the address, no
 * private host, the same again after each of at most three redirects, a byte
 * limit, a time limit, and bytes that are a picture. In a page blob: and data:
 * are fine too: they can only name what the page has already.
 *
 * @module shim/fetch-url
 */
import { ShimError } from './errors.js';
import { readBytes, within } from './http.js';
import { isPrivateHost } from './net-guard.js';
import { sniff, MIME } from './image-header.js';

/** Redirects that are followed: the least that a vendor documents. */
export const MAX_REDIRECTS = 3;

/**
 * @typedef {object} InputPolicy what addresses in requests may name
 * @property {readonly string[]} [schemes] of 'http', 'https', 'blob', 'data'
 * @property {typeof fetch} [fetch] in Node a guarded one, adapters/node-fetch.js
 * @property {boolean} [followsItself] true in a page, where `redirect: 'manual'`
 *   hides the target: the browser follows, and its own rules guard the network
 * @property {readonly string[]} [trustedOrigins] origins that may be private
 * @property {number} [maxBytes] @property {number} [timeoutMs]
 * @property {(url: URL) => Promise<Blob | undefined>} [own] the picture of an address that
 *   this very server gave, taken without a request; throws where it gave none such.
 *   undefined: the address is another's
 */

/** Defaults for a page. @type {Required<InputPolicy>} */
export const PAGE_INPUTS = {
  schemes: ['http', 'https', 'blob', 'data'],
  fetch: (input, init) => globalThis.fetch(input, init),
  followsItself: true,
  trustedOrigins: [],
  maxBytes: 50e6,
  timeoutMs: 10000,
  own: async () => undefined,
};

/** Nothing may be fetched. @type {Required<InputPolicy>} */
export const NO_INPUTS = { ...PAGE_INPUTS, schemes: [] };

/**
 * Refuses an address that the policy does not allow.
 * @param {URL} url @param {InputPolicy} policy
 */
export function checkUrl(url, { schemes = [], trustedOrigins = [] }) {
  const scheme = url.protocol.slice(0, -1);
  if (!schemes.includes(scheme)) {
    throw new ShimError('url_refused', `Addresses of the kind ${url.protocol} are not fetched.`);
  }
  if (scheme === 'blob' || scheme === 'data') return;
  if (url.username || url.password) {
    throw new ShimError('url_refused', 'An address with a user name or password is not fetched.');
  }
  if (isPrivateHost(url.hostname) && !trustedOrigins.includes(url.origin)) {
    throw new ShimError('url_refused', 'The address points into a private network.');
  }
}

/**
 * The bytes at an address, whatever they are.
 * @param {string | URL} address @param {InputPolicy} inputs
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ bytes: Uint8Array, type: string }>} type: the header's
 */
export function fetchBytes(address, inputs, signal) {
  const policy = { ...PAGE_INPUTS, ...inputs };
  let url = new URL(address);
  checkUrl(url, policy);
  return within(policy.timeoutMs, signal, async (limited) => {
    for (let hops = 0; ; hops++) {
      const response = await policy
        .fetch(url.href, {
          redirect: policy.followsItself ? 'follow' : 'manual',
          credentials: 'omit',
          referrerPolicy: 'no-referrer',
          signal: limited,
        })
        .catch((error) => {
          if (error instanceof ShimError || limited.aborted) throw error;
          throw new ShimError('fetch_failed', 'The picture could not be fetched.');
        });
      const target = response.headers.get('location');
      if ([301, 302, 303, 307, 308].includes(response.status) && target !== null) {
        await response.body?.cancel().catch(() => {});
        if (hops === MAX_REDIRECTS) throw new ShimError('fetch_failed', `More than ${MAX_REDIRECTS} redirects.`);
        try {
          url = new URL(target, url);
        } catch {
          throw new ShimError('fetch_failed', 'A redirect leads nowhere.');
        }
        checkUrl(url, { ...policy, schemes: policy.schemes.filter((scheme) => scheme.startsWith('http')) });
        continue;
      }
      if (!response.ok) {
        await response.body?.cancel().catch(() => {});
        throw new ShimError('fetch_failed', `The server of the picture answered ${response.status}.`, {
          status: response.status,
        });
      }
      const bytes = await readBytes(response, policy.maxBytes).catch((error) => {
        if (error instanceof ShimError || limited.aborted) throw error;
        throw new ShimError('fetch_failed', 'The connection broke in the middle of the picture.');
      });
      return { bytes, type: (response.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase() };
    }
  });
}

/**
 * The picture at an address: its bytes must be one, and must not contradict
 * what the server says they are.
 * @param {string | URL} address @param {InputPolicy} inputs
 * @param {{ signal?: AbortSignal, formats?: readonly string[] }} [options]
 * @returns {Promise<Blob>}
 */
export async function fetchPicture(address, inputs, { signal, formats = Object.keys(MIME) } = {}) {
  const own = await inputs.own?.(new URL(address));
  const { bytes, type } = own
    ? { bytes: new Uint8Array(await own.arrayBuffer()), type: '' }
    : await fetchBytes(address, inputs, signal);
  if (own && bytes.length > (inputs.maxBytes ?? PAGE_INPUTS.maxBytes))
    throw new ShimError('body_too_large', `The picture has more than the ${inputs.maxBytes} bytes allowed.`);
  const format = sniff(bytes);
  if (!format || !formats.includes(format)) {
    throw new ShimError('unsupported_format', 'What the address holds is not a picture of a supported format.');
  }
  // Stores and proxies often say nothing useful; a definite contradiction, an
  // HTML page or another picture format, is refused.
  const vague = ['', 'application/octet-stream', 'binary/octet-stream', 'image/*', 'image/jpg'];
  if (!vague.includes(type) && type !== MIME[format]) {
    throw new ShimError('unsupported_format', `The server calls the file ${type}, but it is ${MIME[format]}.`);
  }
  return new Blob([/** @type {BlobPart} */ (bytes)], { type: MIME[format] });
}

/**
 * The same for an address that a request named. That its server is slow is that
 * server's fault, not the engine's, and no reason to ask another engine.
 * @type {typeof fetchPicture}
 */
export async function fetchInput(address, inputs, options) {
  try {
    return await fetchPicture(address, inputs, options);
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'timeout' || options?.signal?.aborted) throw error;
    throw new ShimError('fetch_failed', 'The picture did not arrive in time.');
  }
}
