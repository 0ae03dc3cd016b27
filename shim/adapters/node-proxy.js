/**
 * The proxy that adds the key: `/proxy/<dialect>/...` goes to the vendor with
 * the server's own key, so that no key ever reaches a page.
 *
 * Only the calls of the contract pass. Upload and result addresses in the
 * vendor's answers are replaced by signed ones of this server, because the
 * vendors' storage may not allow a page of another origin; the signature keeps
 * the proxy from fetching anything that the vendor did not name. Who may ask
 * is decided before, in node-server.js.
 *
 * @module shim/adapters/node-proxy
 */
import { DIALECTS } from '../dialects/index.js';
import { ShimError } from '../errors.js';
import { checkUrl } from '../fetch-url.js';
import { jsonResponse, parseUrl, readBytes } from '../http.js';
import { randomHex } from '../ids.js';
import { hex, hmacSha256 } from '../sha256.js';
import { createGuardedFetch } from './node-fetch.js';

/** @typedef {{ baseUrl: string, key: string }} ProxyTarget */

const MAX_BYTES = 200e6;
const TIMEOUT_MS = 120e3;
const HEADERS = ['content-type', 'accept', 'idempotency-key', 'x-request-id'];
const BACK = [
  'content-type',
  'retry-after',
  'x-request-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];

/**
 * Passes calls and relayed addresses on; declines all that is no proxy path.
 * @param {Record<string, ProxyTarget>} targets
 * @param {{ trustedOrigins?: readonly string[] }} [options]
 * @returns {(request: Request) => Promise<Response | undefined>} undefined: not a proxy path
 */
export function createProxy(targets, { trustedOrigins = [] } = {}) {
  const secret = randomHex(32);
  const sign = (/** @type {string} */ url) => hex(hmacSha256(secret, url));

  return async function forward(request) {
    const url = new URL(request.url);
    const [, name, rest] = /^\/proxy\/([\w-]+)(\/.*)$/.exec(url.pathname) ?? [];
    const target = name !== undefined && Object.hasOwn(targets, name) ? targets[name] : undefined;
    const dialect = DIALECTS.find((one) => one.name === name);
    if (!target || !dialect) return undefined;
    const refuse = (/** @type {ShimError} */ error) => dialect.fail(error, { request, operation: '' });
    const base = new URL(target.baseUrl);
    const root = base.href.replace(/\/$/, '');
    const guarded = createGuardedFetch({ trustedOrigins: [base.origin, ...trustedOrigins] });
    const schemes = ['http', 'https'];

    try {
      if (rest === '/relay') {
        const to = parseUrl(url.searchParams.get('to'));
        if (!to || url.searchParams.get('mac') !== sign(to.href) || !['GET', 'PUT'].includes(request.method)) {
          return refuse(new ShimError('no_access', 'This address was not given by the remote service.'));
        }
        checkUrl(to, { schemes, trustedOrigins: [base.origin, ...trustedOrigins] });
        const body = request.method === 'PUT' ? await readBytes(request, MAX_BYTES) : undefined;
        return passBack(
          await guarded(to.href, {
            method: request.method,
            body: /** @type {BodyInit} */ (body),
            signal: AbortSignal.timeout(TIMEOUT_MS),
          }),
        );
      }
      // Routes begin with the path of the vendor's base URL, if it has one.
      const path = new URL(dialect.remote.baseUrl).pathname.replace(/\/$/, '') + rest;
      const known = dialect.routes.some(
        (route) => route.path.test(path) && route.method === request.method && !route.storage,
      );
      if (!known) return undefined;
      const headers = new Headers([dialect.remote.credential(target.key)]);
      for (const one of HEADERS)
        if (request.headers.has(one)) headers.set(one, /** @type {string} */ (request.headers.get(one)));
      const sent = request.body ? await readBytes(request, MAX_BYTES) : undefined;
      const answer = await fetch(root + rest + url.search, {
        method: request.method,
        headers,
        body: /** @type {BodyInit} */ (sent),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!dialect.swapLinks || !answer.ok || !/json/.test(answer.headers.get('content-type') ?? ''))
        return passBack(answer);
      const body = JSON.parse(new TextDecoder().decode(await readBytes(answer, 1e6)));
      dialect.swapLinks(body, (address) => {
        const to = parseUrl(address);
        return to
          ? `${url.origin}/proxy/${name}/relay?to=${encodeURIComponent(to.href)}&mac=${sign(to.href)}`
          : address;
      });
      return jsonResponse(answer.status, body, pick(answer.headers));
    } catch (error) {
      return refuse(error instanceof ShimError ? error : new ShimError('remote_failed'));
    }
  };
}

/** @param {Headers} headers @returns {Record<string, string>} */
function pick(headers) {
  return Object.fromEntries(
    BACK.flatMap((name) => (headers.has(name) ? [[name, /** @type {string} */ (headers.get(name))]] : [])),
  );
}

/** @param {Response} answer */
function passBack(answer) {
  const bare = [204, 205, 304].includes(answer.status);
  return new Response(bare ? null : answer.body, {
    status: answer.status,
    headers: { ...pick(answer.headers), 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
  });
}
