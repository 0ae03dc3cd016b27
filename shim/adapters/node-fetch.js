/**
 * A fetch for Node that cannot be led into the private network.
 *
 * The address that a name resolves to is judged at the moment of connecting,
 * in the socket's own lookup, so a name that changes between check and use
 * (DNS rebinding) gains nothing. Redirects are handed back, not followed:
 * fetch-url.js judges each. One connection per request, no compression.
 *
 * @module shim/adapters/node-fetch
 */
import { lookup as resolve } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { ShimError } from '../errors.js';
import { isPrivateAddress, isPrivateHost } from '../net-guard.js';

/**
 * The fetch itself, over node:http and node:https with a lookup that judges.
 * @param {{ trustedOrigins?: readonly string[], lookup?: typeof resolve }} [options]
 *   trustedOrigins: may be private; lookup: for tests
 * @returns {typeof fetch} of the init only method, headers, body and signal
 */
export function createGuardedFetch({ trustedOrigins = [], lookup = resolve } = {}) {
  /** @type {import('node:net').LookupFunction} */
  function guardedLookup(hostname, options, done) {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = /** @type {import('node:dns').LookupAddress[]} */ (/** @type {unknown} */ (found ?? []));
      if (error) done(error, '', 0);
      else if (addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address))) {
        done(new ShimError('url_refused', 'The address points into a private network.'), '', 0);
      } else if (options.all) done(null, addresses);
      else done(null, addresses[0].address, addresses[0].family);
    });
  }

  return async function guardedFetch(input, init = {}) {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const trusted = trustedOrigins.includes(url.origin);
    // An address written as a number never reaches a lookup.
    if (!trusted && isPrivateHost(url.hostname)) {
      throw new ShimError('url_refused', 'The address points into a private network.');
    }
    const body =
      init.body === undefined || init.body === null
        ? undefined
        : Buffer.from(await new Response(init.body).arrayBuffer());
    return new Promise((resolveFetch, reject) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const sent = request(
        url,
        {
          method: init.method ?? 'GET',
          agent: false,
          signal: init.signal ?? undefined,
          headers: {
            'user-agent': 'cutaway',
            accept: 'image/*, */*;q=0.1',
            'accept-encoding': 'identity',
            ...Object.fromEntries(new Headers(init.headers)),
            ...(body && { 'content-length': String(body.length) }),
          },
          ...(!trusted && { lookup: guardedLookup }),
        },
        (answer) => {
          const status = answer.statusCode ?? 502;
          const headers = new Headers();
          for (const [name, values] of Object.entries(answer.headersDistinct)) {
            for (const value of values ?? []) headers.append(name, value);
          }
          const bare = [101, 204, 205, 304].includes(status);
          if (bare) answer.resume();
          try {
            resolveFetch(new Response(bare ? null : /** @type {any} */ (Readable.toWeb(answer)), { status, headers }));
          } catch (error) {
            answer.destroy();
            reject(error); // a status outside 200..599
          }
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  };
}
