/**
 * The service worker's half: it relays requests to a page and does no work
 * itself, since a service worker has no Worker and the engine needs one. With
 * it `<img src>` and scripts that know nothing of Cutaway are answered too.
 *
 * A classic script, for every browser; put a copy of dist/service-worker.js at
 * the root of the site, or a file there that says
 * `importScripts('/shim/adapters/service-worker.js')`. The page's half is
 * service-worker-page.js.
 *
 * To the pages, each with a port: {type: 'cutaway-hello'}, answered by {type:
 * 'taken'} where there is a shim. To one that answered: {type:
 * 'cutaway-request', method, url, headers, body}; back {type: 'taken'} at once,
 * then {type: 'response', status, headers, body} or {type: 'declined'}. The
 * worker says {type: 'abort'} on the port when the caller has given up.
 *
 * This file must tell at once, before any page is asked, whether a request
 * might be the shim's. What may be is the table `self.cutawayRelayed`, hosts
 * and paths, that stands before this text in dist/; service-worker-table.js
 * makes it of the dialects.
 */
(() => {
  const TAKEN_MS = 3000; // a page whose main thread is busy for longer is passed over

  const worker = /** @type {any} */ (self);
  if (!worker.cutawayRelayed) throw new Error('no table of hosts and paths: take this file from dist/');
  const hosts = /** @type {string[]} */ (worker.cutawayRelayed.hosts);
  const paths = worker.cutawayRelayed.paths.map((/** @type {string} */ path) => new RegExp(path));

  /** @param {URL} url */
  const mayBeOurs = (url) =>
    (hosts.includes(url.origin) || url.origin === worker.location.origin) &&
    paths.some((/** @type {RegExp} */ path) => path.test(url.pathname));
  worker.cutawayMayBeOurs = mayBeOurs; // for tests

  worker.addEventListener('install', () => worker.skipWaiting());
  worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
  worker.addEventListener('fetch', (/** @type {any} */ event) => {
    if (event.request.mode === 'navigate' || !mayBeOurs(new URL(event.request.url))) return;
    event.respondWith(relay(event));
  });

  /** @type {string | undefined} */ let known; // id of the page that answered last

  /** The answer of a page, or the network's where no page has one. @param {any} event */
  async function relay({ request }) {
    const untouched = request.clone();
    const message = {
      type: 'cutaway-request',
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer(),
    };
    // Twice: the page that answered last time may be gone or stuck.
    for (let tries = 0; tries < 2; tries++) {
      const page = await findPage();
      if (!page) break;
      const answer = await ask(page, message, request.signal);
      if (answer?.type === 'response')
        return new Response(answer.body, { status: answer.status, headers: answer.headers });
      if (answer?.type === 'declined') break;
      known = undefined;
    }
    return fetch(untouched);
  }

  /** A page with a shim: the one known, else the first to say so. */
  async function findPage() {
    const pages = await worker.clients.matchAll({ type: 'window' });
    const before = pages.find((/** @type {any} */ page) => page.id === known);
    if (before) return before;
    return new Promise((resolve) => {
      let left = pages.length;
      if (left === 0) resolve(undefined);
      for (const page of pages) {
        void ask(page, { type: 'cutaway-hello' }).then((answer) => {
          if (answer) {
            known ??= page.id;
            resolve(page);
          } else if (--left === 0) resolve(undefined);
        });
      }
    });
  }

  /**
   * Sends a message to a page and waits until it is answered, or not taken.
   * @param {any} page @param {any} message @param {AbortSignal} [signal]
   * @returns {Promise<any>} undefined when the page does not take it in time
   */
  function ask(page, message, signal) {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      const timer = setTimeout(() => {
        port1.close();
        resolve(undefined);
      }, TAKEN_MS);
      port1.onmessage = ({ data }) => {
        clearTimeout(timer);
        if (data.type === 'taken' && message.type !== 'cutaway-hello') return; // the answer comes later
        port1.close();
        resolve(data);
      };
      signal?.addEventListener('abort', () => port1.postMessage({ type: 'abort' }), { once: true });
      page.postMessage(message, [port2]);
    });
  }
})();
