/**
 * The page's service worker: everything the page may need lies on the machine
 * after the first visit. tools/build.js writes `self.cutawayFiles`, a list of
 * path → SHA-256 of dist/, before this text, so that a new version of any file
 * is a new version of this one.
 *
 * Files are kept by their hash: an update fetches what has changed, and what the
 * running version needs stays until its last tab is closed. A file that
 * arrives with another hash (a deployment under way) fails the installation,
 * which the browser tries again later.
 *
 * ONNX Runtime is left out: it is 14 MB that the bundled model never needs.
 *
 * Messages: 'cutaway-start', with a port: begin to serve, if no other tab may
 * be in the middle of something; otherwise 'others' comes back.
 */
(() => {
  const worker = /** @type {any} */ (self);
  /** @type {Record<string, string>} */
  const files = worker.cutawayFiles;
  const scope = new URL('./', worker.location.href);
  const STORE = `cutaway-files ${scope.pathname}`;
  const SHARED = 'cutaway-shared'; // app.js takes them from there
  const AT_ONCE = 6;

  /** @param {string} hash */
  const keyOf = (hash) => new URL(`?cutaway-file=${hash}`, scope).href;

  worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(fill()));
  worker.addEventListener('activate', (/** @type {any} */ event) =>
    event.waitUntil(tidy().then(() => worker.clients.claim())),
  );

  async function fill() {
    const store = await caches.open(STORE);
    const known = new Set((await store.keys()).map(({ url }) => url));
    const todo = Object.entries(files).filter(([, hash]) => !known.has(keyOf(hash)));
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = todo.pop(); next; next = todo.pop()) await keep(store, ...next);
      }),
    );
  }

  /** @param {Cache} store @param {string} path @param {string} hash */
  async function keep(store, path, hash) {
    const response = await fetch(new URL(path, scope), { cache: 'no-cache' });
    const bytes = await response.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const found = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    if (!response.ok || found !== hash) throw new Error(`${path}: status ${response.status}, hash ${found}`);
    const headers = new Headers(response.headers); // with the policies of the site
    for (const name of ['content-encoding', 'content-length']) headers.delete(name);
    await store.put(keyOf(hash), new Response(bytes, { headers }));
  }

  async function tidy() {
    const store = await caches.open(STORE);
    const wanted = new Set(Object.values(files).map(keyOf));
    await Promise.all((await store.keys()).map((request) => wanted.has(request.url) || store.delete(request)));
  }

  worker.addEventListener('fetch', (/** @type {any} */ event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
    const path = decodeURIComponent(url.pathname.slice(scope.pathname.length)) || 'index.html';
    if (request.method === 'POST' && path === 'share') event.respondWith(receive(request));
    else if (request.method === 'GET' && Object.hasOwn(files, path)) event.respondWith(serve(request, files[path]));
  });

  /** @param {Request} request @param {string} hash */
  async function serve(request, hash) {
    const store = await caches.open(STORE);
    return (await store.match(keyOf(hash))) ?? fetch(request); // a browser may have cleared it
  }

  /** Photos from another app's share sheet. @param {Request} request */
  async function receive(request) {
    const shared = await caches.open(SHARED);
    const photos = (await request.formData()).getAll('photos').filter((photo) => photo instanceof File);
    const put = await Promise.allSettled(
      photos.map((photo, i) =>
        shared.put(
          new URL(`?shared=${i}`, scope),
          new Response(photo, {
            headers: { 'content-type': photo.type, 'x-name': encodeURIComponent(photo.name) },
          }),
        ),
      ),
    );
    const full = put.some(({ status }) => status === 'rejected'); // no space: the page says so
    return Response.redirect(new URL(full ? '?shared=some' : '?shared', scope).href, 303);
  }

  worker.addEventListener('message', async (/** @type {any} */ { data, ports: [port] }) => {
    if (data !== 'cutaway-start') return;
    const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const ours = windows.filter((/** @type {any} */ { url }) => url.startsWith(scope.href));
    if (ours.length > 1) port.postMessage('others');
    else worker.skipWaiting();
  });
})();
