/**
 * HTTP to a remote API, without trusting it and without spending twice.
 *
 * - The key goes into one header of calls below the base URL and nowhere else:
 *   not to upload or result addresses, not over a redirect, not into an error.
 * - A call that may cost something (`once`) is sent one time. It is sent again
 *   only after 429 or 503 with Retry-After, where the server says that it did
 *   nothing. Free or idempotent calls are retried a few times.
 * - Bodies are capped, addresses in answers are checked, pictures are sniffed.
 *
 * @module shim/remote/client
 */
import { ShimError } from '../errors.js';
import { checkUrl, fetchBytes } from '../fetch-url.js';
import { isObject, parseUrl, readBytes, within } from '../http.js';
import { MIME, readHeader } from '../image-header.js';

/**
 * @typedef {object} RemoteOptions one remote service
 * @property {string} baseUrl where the API lies; a same-origin proxy that adds
 *   the key is the recommended one, and then `key` is not needed
 * @property {string | (() => string | Promise<string>)} [key] held in memory
 * @property {typeof fetch} [fetch] for calls below baseUrl
 * @property {typeof fetch} [fetchPublic] for addresses in answers; in Node the
 *   guarded one
 * @property {boolean} [followsItself] whether fetchPublic follows redirects
 * @property {number} [callTimeoutMs] one call, 30 s
 * @property {number} [transferTimeoutMs] one upload or download, 120 s
 * @property {number} [totalTimeoutMs] a whole removal, 10 minutes
 * @property {number} [maxImageBytes] of a result, 100 MB
 * @property {(poll: number) => number} [pollMs] instead of the API's own pace
 * @property {number} [retryMs] base of the back-off, 500 ms
 * @property {(blob: Blob) => Promise<string>} [publish] for an API that takes
 *   public addresses only: puts a picture somewhere public, gives the address
 */

/**
 * @typedef {object} Message one call
 * @property {unknown} [json] @property {FormData} [form] the body, one of them
 * @property {Record<string, string>} [headers]
 * @property {boolean} [once] it may cost something
 * @property {AbortSignal} [signal]
 */

/**
 * @template T
 * @typedef {object} Kind of answer
 * @property {string} name for people
 * @property {string} accept @property {number} maxBytes @property {number} timeoutMs
 * @property {(response: Response, bytes: Uint8Array) => T | undefined} take
 *   undefined: it is no such answer
 */

const MAX_JSON_BYTES = 1e6;
const MAX_RETRY_AFTER_S = 120;
const FREE_TRIES = 4;

/**
 * Seconds of a Retry-After header (RFC 9110 §10.2.3), undefined without one.
 * @param {Headers} headers @param {number} now
 */
export function retryAfterSeconds(headers, now = Date.now()) {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : NaN; // Date.parse takes "-1" for a year
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** @param {number} ms @param {AbortSignal} [signal] @returns {Promise<void>} */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * One remote: calls with the key below its base URL, transfers without it elsewhere.
 * @param {RemoteOptions} options
 * @param {(key: string) => [string, string]} credential the header of a key
 */
export function createRemoteClient(options, credential) {
  const {
    fetch: call = (input, init) => globalThis.fetch(input, init),
    key,
    callTimeoutMs = 30e3,
    transferTimeoutMs = 120e3,
    maxImageBytes = 100e6,
    retryMs = 500,
  } = options;
  const base = new URL(options.baseUrl, globalThis.location?.href);
  if (!/^https?:$/.test(base.protocol) || base.username || base.password || base.search) {
    throw new TypeError('the base URL of a remote is plain http(s), without user, password or query');
  }
  const root = base.href.replace(/\/$/, '');
  /** @type {import('../fetch-url.js').InputPolicy} */
  const outside = {
    schemes: ['http', 'https'],
    trustedOrigins: [base.origin],
    fetch: options.fetchPublic ?? call,
    followsItself: options.followsItself ?? typeof globalThis.document !== 'undefined',
    maxBytes: maxImageBytes,
    timeoutMs: transferTimeoutMs,
  };

  /** Text that may be shown: short, one line, and never with the key in it.
   * @param {unknown} text @param {string} secret */
  function harmless(text, secret) {
    const line = String(text)
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .slice(0, 200);
    return secret ? line.replaceAll(secret, '[key]') : line;
  }

  /**
   * One attempt. Resolves with any HTTP answer; network trouble throws.
   * @param {string} method @param {string} path
   * @param {{ json?: unknown, form?: FormData, headers?: Record<string, string> }} message
   * @param {Kind<unknown>} kind @param {AbortSignal | undefined} signal @param {string} secret
   */
  function attempt(method, path, { json, form, headers = {} }, { accept, maxBytes, timeoutMs }, signal, secret) {
    return within(timeoutMs, signal, async (limited) => {
      /** @type {Record<string, string>} */ const sent = { ...headers, accept };
      if (secret) {
        const [name, value] = credential(secret);
        sent[name] = value;
      }
      if (json !== undefined) sent['content-type'] = 'application/json';
      const response = await call(root + path, {
        method,
        headers: sent,
        redirect: 'error',
        credentials: 'same-origin',
        referrerPolicy: 'no-referrer',
        body: json === undefined ? form : JSON.stringify(json),
        signal: limited,
      });
      return { response, bytes: response.status === 204 ? new Uint8Array(0) : await readBytes(response, maxBytes) };
    });
  }

  /**
   * One call below the base URL, sent again only where nothing is paid twice.
   * @template T
   * @param {string} method @param {string} path @param {Message} message
   * @param {Kind<T>} kind of answer that is wanted
   * @returns {Promise<T>} what a 2xx answer holds
   */
  async function exchange(method, path, { once = false, signal, ...message }, kind) {
    const secret = typeof key === 'function' ? await key() : (key ?? '');
    for (let tries = 1; ; tries++) {
      const last = once || tries === FREE_TRIES;
      let answer;
      try {
        answer = await attempt(method, path, message, kind, signal, secret);
      } catch (error) {
        if (signal?.aborted) throw error;
        // Sent or not, answered or not: nobody knows. Only a free call goes again.
        if (last)
          throw new ShimError('remote_failed', 'The remote service could not be reached, or its answer broke off.', {
            unsure: once,
          });
        await sleep(retryMs * 2 ** (tries - 1), signal);
        continue;
      }
      const { response, bytes } = answer;
      if (response.ok) {
        const value = kind.take(response, bytes);
        if (value !== undefined) return value;
        // A proxy's HTML page, or JSON that was cut off.
        if (last)
          throw new ShimError('remote_failed', `The remote service did not answer with ${kind.name}.`, {
            unsure: once,
          });
        await sleep(retryMs * 2 ** (tries - 1), signal);
        continue;
      }

      const wait = retryAfterSeconds(response.headers);
      const declined = response.status === 429 || (response.status === 503 && wait !== undefined);
      const again = once
        ? declined && wait !== undefined
        : response.status >= 500 || [408, 429].includes(response.status);
      if (!again || tries === FREE_TRIES || (wait ?? 0) > MAX_RETRY_AFTER_S) {
        throw refusal(response, bytes, secret, wait, once);
      }
      await sleep(wait !== undefined ? wait * 1000 : retryMs * 2 ** (tries - 1), signal);
    }
  }

  return {
    options,

    /**
     * The JSON object that a call is answered with.
     * @param {string} method @param {string} path below the base URL
     * @param {Message} [message]
     * @returns {Promise<Record<string, any>>}
     */
    json: (method, path, message = {}) =>
      exchange(method, path, message, {
        name: 'JSON',
        accept: 'application/json',
        maxBytes: MAX_JSON_BYTES,
        timeoutMs: callTimeoutMs,
        take: parseAnswer,
      }),

    /**
     * The picture that a call is answered with, for an API that answers with the
     * result itself.
     * @param {string} method @param {string} path below the base URL
     * @param {string} format what it must be @param {Message} [message]
     */
    picture: (method, path, format, message = {}) =>
      exchange(method, path, message, {
        name: 'a picture',
        accept: 'image/*',
        maxBytes: maxImageBytes,
        timeoutMs: transferTimeoutMs,
        take: (_, bytes) => picture(bytes, format),
      }),

    /**
     * Puts a picture to an address that the remote gave. No key goes with it.
     * @param {string} address @param {Blob} blob @param {AbortSignal} [signal]
     */
    async upload(address, blob, signal) {
      const url = publicUrl(address);
      const sent = await within(transferTimeoutMs, signal, (limited) =>
        /** @type {typeof fetch} */ (outside.fetch)(url.href, {
          method: 'PUT',
          body: blob,
          redirect: 'error',
          credentials: 'omit',
          referrerPolicy: 'no-referrer',
          signal: limited,
        }),
      ).catch((error) => {
        if (signal?.aborted) throw error;
        throw new ShimError('remote_failed', 'The picture could not be uploaded to the remote service.');
      });
      await sent.body?.cancel().catch(() => {});
      if (!sent.ok)
        throw new ShimError('remote_failed', `The upload to the remote service was answered ${sent.status}.`);
    },

    /**
     * The picture at an address that the remote gave.
     * @param {string} address @param {string} format what it must be
     * @param {AbortSignal} [signal]
     */
    async download(address, format, signal) {
      const url = publicUrl(address);
      for (let tries = 1; ; tries++) {
        try {
          const { bytes } = await fetchBytes(url, outside, signal);
          return picture(bytes, format);
        } catch (error) {
          if (signal?.aborted) throw error;
          const status = error instanceof ShimError ? error.detail.status : undefined;
          const again =
            error instanceof ShimError && error.code === 'fetch_failed' && (status === undefined || status >= 500);
          if (!again || tries === FREE_TRIES) {
            throw new ShimError(
              'remote_failed',
              error instanceof ShimError
                ? `The result of the remote service could not be taken: ${error.message}`
                : 'The result of the remote service could not be fetched.',
            );
          }
          await sleep(retryMs * 2 ** (tries - 1), signal);
        }
      }
    },

    /**
     * The picture that a path below the base URL answers with, key included.
     * @param {string} path @param {string} format @param {AbortSignal} [signal]
     */
    async downloadOwn(path, format, signal) {
      const secret = typeof key === 'function' ? await key() : (key ?? '');
      for (let tries = 1; ; tries++) {
        try {
          return await within(transferTimeoutMs, signal, async (limited) => {
            const response = await call(root + path, {
              headers: secret ? [credential(secret)] : [],
              redirect: 'error',
              credentials: 'same-origin',
              signal: limited,
            });
            if (!response.ok) {
              await response.body?.cancel().catch(() => {});
              throw new ShimError('remote_failed', `The result was answered ${response.status}.`, {
                final: response.status < 500,
              });
            }
            return picture(await readBytes(response, maxImageBytes), format);
          });
        } catch (error) {
          if (signal?.aborted) throw error;
          const known = error instanceof ShimError ? error : new ShimError('remote_failed');
          if (known.detail.final || known.code === 'body_too_large' || tries === FREE_TRIES) {
            throw new ShimError('remote_failed', known.message);
          }
          await sleep(retryMs * 2 ** (tries - 1), signal);
        }
      }
    },
  };

  /** The JSON object of an answer, if it is one.
   * @param {Response} response @param {Uint8Array} bytes */
  function parseAnswer(response, bytes) {
    if (response.status === 204) return {};
    try {
      const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      return isObject(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * The error of an answer that is none, with what the remote said of it.
   * @param {Response} response @param {Uint8Array} bytes @param {string} secret
   * @param {number | undefined} wait @param {boolean} once
   */
  function refusal(response, bytes, secret, wait, once) {
    let said = '';
    let code;
    try {
      const body = JSON.parse(new TextDecoder().decode(bytes));
      said = body.error?.message ?? body.message ?? '';
      code = body.error?.code;
    } catch {
      /* not JSON: only the status counts */
    }
    const about = {
      status: response.status,
      ...(wait !== undefined && { retryAfter: wait }),
      ...(typeof code === 'string' && { code: harmless(code, secret) }),
    };
    const tail = typeof said === 'string' && said ? `: ${harmless(said, secret)}` : '.';
    const name = `The remote service answered ${response.status}${tail}`;
    return response.status >= 500
      ? new ShimError('remote_failed', name, { ...about, unsure: once })
      : new ShimError('remote_refused', name, about);
  }

  /** @param {unknown} address */
  function publicUrl(address) {
    const url = typeof address === 'string' && address.length <= 8192 ? parseUrl(address) : undefined;
    if (!url) throw new ShimError('remote_failed', 'The remote service gave an address that is none.');
    try {
      checkUrl(url, outside);
    } catch {
      throw new ShimError('remote_failed', 'The remote service gave an address that may not be fetched.');
    }
    return url;
  }
}

/** @typedef {ReturnType<typeof createRemoteClient>} RemoteClient */

/**
 * Bytes as a picture of one format, or an error.
 * @param {Uint8Array} bytes @param {string} format
 */
function picture(bytes, format) {
  const header = readHeader(bytes);
  if (!header || header.format !== format) {
    throw new ShimError('remote_failed', `The remote service's result is not a ${format.toUpperCase()} picture.`, {
      final: true,
    });
  }
  return {
    blob: new Blob([/** @type {BlobPart} */ (bytes)], { type: MIME[header.format] }),
    report: { width: header.width, height: header.height, format, bytes: bytes.length },
  };
}

/**
 * An id from a remote answer, fit to stand in a path.
 * @param {unknown} id @returns {string}
 */
export function remoteId(id) {
  if (typeof id === 'string' && /^[\w-]{1,128}$/.test(id)) return id;
  throw new ShimError('remote_failed', 'The remote service gave no usable id.', { unsure: true });
}
