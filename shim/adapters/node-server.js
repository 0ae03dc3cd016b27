/**
 * serve(): the shim as an HTTP server on this machine.
 *
 * Who may ask: only requests whose Host is a name of this machine (a web page
 * cannot rebind its own name onto us), and, when a browser sends an Origin,
 * only pages of this machine or of `allowOrigins`. Everybody else is refused
 * before anything is read: the store holds the user's pictures.
 *
 * What it holds in memory for others is bounded: bodies come in pieces of 64 kB,
 * so many at a time, and every wait has an end.
 *
 * The log gets method, path without query, status and time; never a header.
 *
 * @module shim/adapters/node-server
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { isIP } from 'node:net';
import { hostname as ownName } from 'node:os';
import { finished } from 'node:stream';
import { createShim } from '../create-shim.js';
import { ShimError, invalid } from '../errors.js';
import { PAGE_INPUTS } from '../fetch-url.js';
import { DIALECTS } from '../dialects/index.js';
import { randomHex } from '../ids.js';
import { createFolderStore } from '../store/folder.js';
import { createMemoryStore } from '../store/memory.js';
import { answerEarly, bodyOf, send } from './node-bodies.js';
import { createGuardedFetch } from './node-fetch.js';
import { readNodeForm } from './node-form.js';
import { createProxy } from './node-proxy.js';
import { createWebhooks } from './node-webhooks.js';

/** The request that is being answered, for whoever tells of trouble in it. */
export const requestIds = new AsyncLocalStorage();

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const EXPOSED = 'x-cutaway-source, x-request-id, retry-after, content-length';
const GRACE_MS = 5000;
const OPERATION = /^\/(healthz|readyz|metrics)$/;
/** Longer than proxies keep a connection that rests (nginx and most balancers: 60 s): who closes first while
 * the other sends costs a request. */
const REST_MS = 75e3;
/** Requests of one connection that wait for their answers. No client of today sends one before it has the
 * last; who sends thousands at once would have them all begun before anybody else's. */
const PIPELINED = 16;
/** A Host header: a name or an address, and a port. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * @typedef {object} ServeOptions
 * @property {number} [port] 0 for any free one; 8787
 * @property {string} [host] 127.0.0.1
 * @property {import('../types.js').Engine & { close?(): Promise<void> }} [engine] closed with the server
 * @property {string} [dir] folder of the store; in memory without
 * @property {import('../store/memory.js').Store} [store] instead of dir
 * @property {string} [publicUrl] how clients reach it, through a proxy: addresses in
 *   answers begin so, and its host may be asked for
 * @property {import('./node-metrics.js').Metrics} [metrics]
 * @property {boolean} [proxyNeedsKey] `authorize` is asked about calls of the proxy, too
 * @property {'api' | 'worker' | 'both'} [role] api: others that share the store work on
 *   the jobs; worker: answers nothing but /healthz, /readyz and /metrics
 * @property {number} [lingerMs] between the first word of a stop and the last request, so
 *   that a balancer hears of it, 0 @property {number} [drainMs] for jobs under way, 5 s
 * @property {Record<string, import('./node-proxy.js').ProxyTarget>} [proxy] by dialect, under /proxy/<dialect>
 * @property {readonly string[]} [allowOrigins] pages elsewhere that may ask too
 * @property {readonly string[]} [trustedOrigins] private origins that URL inputs may name
 * @property {number} [bodyIdleMs] longest silence within a request body, 15 s
 * @property {number} [headersMs] from a connection to the end of a request's headers, 30 s
 * @property {number} [stallMs] how long an answer may wait for a client that takes none of it, 60 s
 * @property {number} [bodies] requests at a time whose bodies come in; beyond it 429; 256
 * @property {(entry: LogEntry) => void} [log]
 *
 * @typedef {{ id: string, method: string, path: string, status: number, ms: number, dialect?: string, operation?: string, account?: string }} LogEntry
 */

/**
 * Makes the shim and its server, and listens.
 * @param {ServeOptions & Omit<import('../create-shim.js').ShimOptions, 'store' | 'bases' | 'blobUrls'>} [options]
 */
export async function serve({
  port = 8787,
  host = '127.0.0.1',
  engine,
  dir,
  store,
  proxy = {},
  allowOrigins = [],
  trustedOrigins = [],
  bodyIdleMs = 15e3,
  headersMs = 30e3,
  stallMs = 60e3,
  bodies = 256,
  publicUrl,
  metrics,
  role = 'both',
  proxyNeedsKey = false,
  lingerMs = 0,
  drainMs = GRACE_MS,
  log,
  ...shimOptions
} = {}) {
  const kept = store ?? (dir ? await createFolderStore({ dir }) : createMemoryStore({ maxBytes: 1e9 }));
  const fetchPublic = createGuardedFetch({ trustedOrigins });
  const webhooks = createWebhooks({ fetch: fetchPublic });
  const shim = createShim({
    bases: '*',
    inputs: { ...PAGE_INPUTS, schemes: ['http', 'https'], fetch: fetchPublic, followsItself: false, trustedOrigins },
    webhook: webhooks.deliver,
    form: readNodeForm,
    ...shimOptions,
    ...(role === 'api' && { concurrency: 0 }),
    engine,
    store: kept,
    remote: Object.fromEntries(
      Object.entries(shimOptions.remote ?? {}).map(([name, one]) => [
        name,
        {
          followsItself: false,
          fetchPublic: createGuardedFetch({ trustedOrigins: [new URL(one.baseUrl).origin, ...trustedOrigins] }),
          ...one,
        },
      ]),
    ),
  });
  const forward = createProxy(proxy, { trustedOrigins });
  metrics?.watch(shim);
  await shim.ready();
  const publicBase = publicUrl === undefined ? undefined : new URL(publicUrl);
  let stopping = false;

  /** For whoever runs it: probes and counts. They come by any name. @param {string} path */
  async function operate(path) {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
    if (path === '/healthz') return new Response('ok\n', { headers });
    if (path === '/metrics')
      return metrics
        ? new Response(await metrics.text(), { headers: { ...headers, 'content-type': metrics.contentType } })
        : new Response('no metrics are kept\n', { status: 404, headers });
    const reason = stopping
      ? 'stopping'
      : await Promise.race([
          Promise.resolve(kept.ping?.()).then(
            () => '',
            () => 'the store is out of reach',
          ),
          new Promise((resolve) => setTimeout(resolve, 2000, 'the store does not answer').unref()),
        ]);
    return new Response(`${reason || 'ready'}\n`, { status: reason ? 503 : 200, headers });
  }

  const local = host === '::1' || LOOPBACK.test(host);
  /** @param {string} name of the Host header, without the port */
  function hostAllowed(name) {
    if (LOOPBACK.test(name) || name === publicBase?.hostname) return true;
    // Reached from other machines: by address or by this machine's name.
    return (
      !local &&
      (isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
        [ownName(), `${ownName()}.local`, host].some((one) => one.toLowerCase() === name))
    );
  }

  /** @param {string | undefined} origin @param {string} ownHost */
  function originAllowed(origin, ownHost) {
    if (origin === undefined || allowOrigins.includes(origin)) return true;
    try {
      const { hostname, host: from } = new URL(origin);
      return LOOPBACK.test(hostname) || from === ownHost || origin === publicBase?.origin;
    } catch {
      return false; // "null": a sandboxed frame, a file: page
    }
  }

  let bodiesIn = 0;

  /** Where there are accounts, the proxy, which spends our own key, is theirs alone.
   * @param {Request} request */
  async function guardProxy(request) {
    const [, name] = /^\/proxy\/([\w-]+)\//.exec(new URL(request.url).pathname) ?? [];
    const dialect = DIALECTS.find((one) => one.name === name);
    if (!dialect) return undefined;
    const key = dialect.credential(request);
    const verdict = await shimOptions.authorize?.({ dialect: dialect.name, operation: 'proxy', key });
    const code = typeof verdict === 'string' ? verdict : verdict?.retryAfter ? 'busy' : undefined;
    return code === undefined ? undefined : dialect.fail(new ShimError(code), { request, operation: '' });
  }

  /** Who may ask, then the proxy, the shim, or a refusal in the API's words.
   * @param {http.IncomingMessage} incoming @param {LogEntry} entry @returns {Promise<Response>} */
  async function answer(incoming, entry) {
    const ownHost = incoming.headers.host ?? '';
    const { origin } = incoming.headers;
    const path = incoming.url?.startsWith('/') ? incoming.url : '/';
    let url;
    try {
      if (!HOST.test(ownHost) || (incoming.headersDistinct.host?.length ?? 0) > 1) throw new TypeError('no host');
      // Joined as text: as a reference, "//elsewhere/" would change the host.
      url = new URL(`http://${ownHost}${path}`);
    } catch {
      const known = URL.canParse(`http://localhost${path}`) ? path : '/';
      return shim.refuse(new Request(`http://localhost${known}`), invalid('host', 'The Host header is not valid.'));
    }
    const operation = incoming.method === 'GET' && OPERATION.test(url.pathname);
    if (operation && originAllowed(origin, ownHost)) return operate(url.pathname);
    if (publicBase && url.hostname === publicBase.hostname) url = new URL(`${publicBase.origin}${path}`);
    const bare = () => new Request(url);
    if (role === 'worker') return shim.refuse(bare());
    if (!hostAllowed(url.hostname) || !originAllowed(origin, ownHost)) {
      return shim.refuse(bare(), new ShimError('no_access', 'Pages from elsewhere may not use this server.'));
    }
    if (incoming.method === 'OPTIONS') return preflight(incoming);

    const headers = new Headers();
    for (let i = 0; i < incoming.rawHeaders.length; i += 2)
      headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
    const method = incoming.method ?? 'GET';
    let request;
    try {
      const announced =
        (incoming.headers['content-length'] ?? '0') !== '0' || incoming.headers['transfer-encoding'] !== undefined;
      const body = announced && method !== 'GET' && method !== 'HEAD' ? bodyOf(incoming, bodyIdleMs) : undefined;
      if (body && bodiesIn >= bodies) {
        await body.cancel();
        return shim.refuse(bare(), new ShimError('busy', 'Too many uploads at a time.', { retryAfter: 2 }));
      }
      const gone = new AbortController();
      if (body) {
        bodiesIn++;
        finished(incoming, { writable: false }, () => {
          bodiesIn--;
          if (!incoming.complete) gone.abort();
        });
      }
      // Without a body nothing can break off.
      const more = body && { body, duplex: 'half', signal: gone.signal };
      request = new Request(url, /** @type {RequestInit} */ ({ method, headers, ...more }));
    } catch {
      // TRACE and CONNECT cannot be put into a Request; any method that no
      // route has is answered alike, with the methods that there are.
      return (await shim.fetch(new Request(url, { method: 'UNKNOWN' }))) ?? shim.refuse(bare());
    }
    const passed = await guarded?.(request);
    if (passed) return passed;
    return (
      (await forward(request)) ??
      (await shim.fetch(request, (what) => void Object.assign(entry, what))) ??
      shim.refuse(request)
    );
  }

  // Keep-alive probes of TCP: a peer that is gone without a word is found out.
  const guarded = proxyNeedsKey ? guardProxy : undefined;
  const sockets = { keepAlive: true, keepAliveInitialDelay: 30e3, connectionsCheckingInterval: headersMs };
  /** @type {WeakMap<import('node:net').Socket, number>} */ const unanswered = new WeakMap();
  const server = http.createServer(sockets, async (incoming, outgoing) => {
    const { socket } = incoming;
    const count = (/** @type {number} */ more) => {
      unanswered.set(socket, (unanswered.get(socket) ?? 0) + more);
      return unanswered.get(socket) ?? 0;
    };
    if (count(1) > PIPELINED) {
      socket.destroy();
      return;
    }
    outgoing.once('close', () => count(-1));
    const started = performance.now();
    const [named] = [incoming.headers['x-request-id']].flat();
    /** @type {LogEntry} */
    const entry = {
      id: named && /^[\w.:-]{1,160}$/.test(named) ? named : randomHex(8),
      method: incoming.method ?? '',
      path: (incoming.url ?? '').split('?')[0].slice(0, 500),
      status: 500,
      ms: 0,
    };
    try {
      const response = await requestIds
        .run(entry.id, () => answer(incoming, entry))
        .catch((error) => {
          shimOptions.onError?.(error);
          return shim.refuse(
            new Request('http://localhost/'),
            new ShimError('internal', 'An unexpected error; please report it.'),
          );
        });
      entry.status = response.status;
      outgoing.setHeader('x-request-id', entry.id); // an API that names requests has its own
      for (const [name, value] of response.headers) outgoing.setHeader(name, value);
      const { origin } = incoming.headers;
      outgoing.setHeader('vary', 'Origin');
      if (origin !== undefined && originAllowed(origin, incoming.headers.host ?? '')) {
        outgoing.setHeader('access-control-allow-origin', origin);
        outgoing.setHeader('access-control-expose-headers', EXPOSED);
        outgoing.setHeader('cross-origin-resource-policy', 'cross-origin');
      }
      outgoing.setTimeout(stallMs, () => outgoing.destroy());
      if (!incoming.complete) await answerEarly(incoming, outgoing, response);
      else await send(outgoing, response);
    } catch {
      outgoing.destroy(); // the client went away in the middle
    } finally {
      entry.ms = Math.round(performance.now() - started);
      metrics?.request(entry);
      log?.(entry);
    }
  });
  server.requestTimeout = 300e3; // a whole request, however it trickles
  server.headersTimeout = headersMs;
  server.keepAliveTimeout = REST_MS;

  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(undefined));
  }).catch(async (error) => {
    await shim.close();
    throw error;
  });
  const bound = /** @type {import('node:net').AddressInfo} */ (server.address());
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;

  return {
    /** `http://127.0.0.1:8787` */
    address: `http://${shown}:${bound.port}`,
    port: bound.port,
    shim,
    /** Says that it stops, takes nothing new, lets answers and jobs end for a while,
     * then stops. Jobs that are not done are taken up by another, or the next,
     * on the same store. */
    async close() {
      stopping = true;
      if (lingerMs > 0) await new Promise((resolve) => setTimeout(resolve, lingerMs));
      await shim.drain(drainMs);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await shim.close();
      await closed;
      clearTimeout(timer);
      webhooks.close();
      await engine?.close?.();
    },
  };
}

/** @param {http.IncomingMessage} incoming */
function preflight({ headers }) {
  const asked = headers['access-control-request-headers'] ?? '';
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-max-age': '600',
      ...(/^[\w\s,-]{1,2000}$/.test(asked) && { 'access-control-allow-headers': asked }),
      ...(headers['access-control-request-private-network'] === 'true' && {
        'access-control-allow-private-network': 'true',
      }),
    },
  });
}
