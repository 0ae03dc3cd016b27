// What makes the page an app: works offline from the second visit on, can be
// installed, takes photos from the share sheet and from "Open with", and tells
// of a new version. Loaded after everything that a photo needs.

/** @typedef {import('./widget/background-remover.js').BackgroundRemover} BackgroundRemover */
/** @typedef {import('./widget/common/texts.js').Translate<typeof import('./texts/en/page.js').default>} Translate */

/** @type {(id: string) => any} */
const byId = (id) => document.getElementById(id);

/** @param {BackgroundRemover} remover @param {() => Translate} t in the language of the moment */
export async function startApp(remover, t) {
  offerInstall();
  showSamples();
  /** @type {any} */ (window).launchQueue?.setConsumer(async (/** @type {any} */ { files }) => {
    remover.add(await Promise.all(files.map((/** @type {any} */ file) => file.getFile())));
  });
  await takeShared(remover, t);
  const registration = await register();
  if (registration) watchUpdates(registration, t);
}

/** Small pictures of the samples; without a network there are none, and none to try. */
function showSamples() {
  for (const image of document.querySelectorAll('#samples img')) {
    const { sample } = /** @type {HTMLElement} */ (image.parentElement).dataset;
    image.addEventListener('error', () => image.closest('li')?.remove());
    image.setAttribute('src', new URL(`samples/${sample}-small.jpg`, import.meta.url).href);
  }
}

/** Files that offline.js put aside for this page. @param {BackgroundRemover} remover @param {() => Translate} t */
async function takeShared(remover, t) {
  const shared = new URLSearchParams(location.search).get('shared');
  if (shared === null) return;
  history.replaceState(null, '', location.pathname);
  const cache = await caches.open('cutaway-shared');
  const files = await Promise.all(
    (await cache.keys()).map(async (key) => {
      const response = /** @type {Response} */ (await cache.match(key));
      await cache.delete(key);
      const name = decodeURIComponent(response.headers.get('x-name') ?? 'photo');
      return new File([await response.blob()], name, { type: response.headers.get('content-type') ?? '' });
    }),
  );
  remover.add(files);
  if (shared !== 'some') return;
  const notice = byId('notice');
  notice.textContent = t()('shared.full');
  notice.hidden = false;
  remover.addEventListener(
    'background-remover-accept',
    () => {
      notice.hidden = true;
    },
    { once: true },
  );
}

/**
 * A folder has one service worker. Where a site has put another one here, such
 * as the shim's relay, that one stays and the page does without.
 */
async function register() {
  if (!navigator.serviceWorker || /** @type {any} */ (navigator).connection?.saveData) return undefined;
  const [script, scope] = ['./offline.js', './'].map((path) => new URL(path, import.meta.url).href);
  try {
    const there = await navigator.serviceWorker.getRegistration(scope);
    const worker = there?.active ?? there?.waiting ?? there?.installing;
    if (there?.scope === scope && worker && worker.scriptURL !== script) return undefined;
    return await navigator.serviceWorker.register(script, { scope, updateViaCache: 'none' });
  } catch {
    return undefined; // refused, or the network is gone: the page works all the same
  }
}

/** Tells of a new version, and loads it when the only tab agrees. @param {ServiceWorkerRegistration} registration @param {() => Translate} t */
function watchUpdates(registration, t) {
  const notice = byId('update');
  const hint = byId('update-hint');
  const reload = byId('update-reload');
  let others = false;

  const show = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    const working = Boolean(document.querySelector('[state=working],[state=paused]'));
    reload.hidden = working || others;
    hint.textContent = others ? t()('update.others') : working ? t()('update.busy') : '';
    notice.hidden = false;
  };
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', show);
  });
  new MutationObserver(show).observe(document.documentElement, { subtree: true, attributeFilter: ['state', 'lang'] });
  document.addEventListener('visibilitychange', () => {
    others = false;
    show();
    if (!document.hidden) registration.update().catch(() => {});
  });
  show();

  reload.addEventListener('click', () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      others = data === 'others';
      show();
    };
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    registration.waiting?.postMessage('cutaway-start', [port2]);
  });
}

/** Shows the button when the browser offers to install the page. */
function offerInstall() {
  const button = byId('install');
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    button.hidden = false;
    button.onclick = async () => {
      const { outcome } = await /** @type {any} */ (event).prompt();
      button.hidden = outcome === 'accepted';
    };
  });
  window.addEventListener('appinstalled', () => {
    button.hidden = true;
  });
}
