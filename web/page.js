// The page: the element, photos dropped beside it, language and colours, and
// what the last run took.
import { offerBatch } from './batch/open.js';
import './widget/background-remover.js';
import english from './texts/en/page.js';
import { recall, remember } from './widget/common/storage.js';
import { localize, texts, translator } from './widget/common/texts.js';
import { bytes, percent } from './widget/common/units.js';

/** @typedef {import('./widget/background-remover.js').BackgroundRemover} BackgroundRemover */

/** @type {(id: string) => any} */
const byId = (id) => document.getElementById(id);
const remover = /** @type {BackgroundRemover} */ (document.querySelector('background-remover'));
const page = document.documentElement;

let t = translator('en', english);
/** @type {any} detail of the last result */ let last;

/** @param {string} language */
async function speak(language) {
  page.lang = byId('language').value = language; // the element follows the attribute
  const next = await texts(language, 'page', english);
  if (page.lang !== language) return;
  t = next;
  localize(document, t);
  document.title = t('title');
  page.classList.remove('unsaid');
  layRun();
}

/** The browser's own bar in light and in dark. */
const bars = [...document.querySelectorAll('meta[name=theme-color]')].map(
  (meta) => /** @type {HTMLMetaElement} */ (meta),
);
const barColours = bars.map(({ content }) => content);

/** @param {string} theme */
function colour(theme) {
  byId('theme').value = theme;
  bars.forEach((bar, i) => {
    bar.content = barColours[theme === 'system' ? i : Number(theme === 'dark')];
  });
  if (theme === 'system') delete page.dataset.theme;
  else page.dataset.theme = theme;
}

void speak(page.lang);
colour(page.dataset.theme ?? 'system');
byId('language').addEventListener('change', () => {
  remember('language', byId('language').value);
  void speak(byId('language').value);
});
byId('theme').addEventListener('change', () => {
  remember('theme', byId('theme').value);
  colour(byId('theme').value);
});
// another tab of the page
window.addEventListener('storage', ({ key }) => {
  if (key === 'cutaway.theme') colour(recall('theme') ?? 'system');
  if (key === 'cutaway.language') void speak(recall('language') ?? page.lang);
});

// Once the page stands, everything a photo needs is fetched, so that the network
// may go before the first one comes. By itself an element waits for a hint.
// After that comes what makes the page an app. A page that animates may
// never be idle: a second is the longest wait.
const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ call) => setTimeout(call, 200));
window.addEventListener('load', () =>
  whenIdle(
    async () => {
      const app = import('./app.js'); // at once: the network may go while the model is made ready
      app.catch(() => {}); // the page works without it
      await remover.preload();
      await (await app).startApp(remover, () => t);
    },
    { timeout: 1000 },
  ),
);

offerBatch(remover, byId('many'));

byId('samples').addEventListener('click', (/** @type {MouseEvent} */ { target }) => {
  const { sample } = /** @type {Element} */ (target).closest('button')?.dataset ?? {};
  if (sample) remover.add([new URL(`samples/${sample}.jpg`, import.meta.url).href], { trusted: true });
});

// A photo that misses the drop zone must not replace the page; the element's own
// file, dragged out, is not meant for it.
let own = false;
document.addEventListener('dragstart', () => (own = true));
document.addEventListener('dragend', () => (own = false));
for (const type of ['dragover', 'drop']) {
  document.addEventListener(type, (event) => {
    const drag = /** @type {DragEvent} */ (event);
    if (own || drag.defaultPrevented || !drag.dataTransfer?.types.includes('Files')) return;
    drag.preventDefault();
    if (type === 'drop') remover.add([...drag.dataTransfer.files]);
  });
}

// The first photo: all of the element is to be seen, with its buttons.
document.addEventListener('background-remover-accept', () => {
  if (remover.getAttribute('state') === 'empty')
    requestAnimationFrame(() => remover.scrollIntoView({ block: 'nearest' }));
});

/** Addresses of pictures in what was dropped or pasted: an image of a page, links. @param {DataTransfer | null} data */
function addressesIn(data) {
  const html = new DOMParser().parseFromString(data?.getData('text/html') ?? '', 'text/html');
  const images = [...html.querySelectorAll('img')].map(({ src }) => src);
  const lines = `${data?.getData('text/uri-list')}\n${images.length ? '' : data?.getData('text/plain')}`.split(/\r?\n/);
  const found = images.length ? images : lines.map((line) => line.trim());
  return [...new Set(found.filter((address) => /^(https?|data|blob):\S+$/.test(address)))].slice(0, 20);
}

// A link or a picture of another page, dropped or pasted: its address is fetched, where that address allows it, and
// said to be closed where not.
for (const type of ['dragover', 'drop']) {
  document.addEventListener(type, (event) => {
    const drag = /** @type {DragEvent} */ (event);
    const types = drag.dataTransfer?.types ?? [];
    if (own || drag.defaultPrevented || types.includes('Files') || !types.includes('text/uri-list')) return;
    drag.preventDefault(); // never to another page
    if (type === 'drop') remover.add(addressesIn(drag.dataTransfer));
  });
}
document.addEventListener('paste', ({ clipboardData, target, defaultPrevented }) => {
  const field = target instanceof Element && target.closest('input,textarea,select,[contenteditable]');
  if (!defaultPrevented && !field && !clipboardData?.files.length) remover.add(addressesIn(clipboardData));
});

document.addEventListener('background-remover-result', (event) => {
  last = /** @type {CustomEvent} */ (event).detail;
  layRun();
});

/** What the last run took, as a table. */
function layRun() {
  if (!last) return;
  const { report, name } = last;
  const { language } = t;
  const milliseconds = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const { total, ...steps } = report.timings_ms;
  const rows = [...Object.entries(steps), ['total', total]].map(([step, ms]) => {
    const row = document.createElement('tr');
    row.className = step;
    for (const text of [t.find(`step.${step}`) ?? step, milliseconds.format(Number(ms))])
      row.insertCell().textContent = text;
    return row;
  });
  byId('run-table').tBodies[0].replaceChildren(...rows);
  byId('run-table').hidden = false;
  byId('run-empty').hidden = true;
  byId('run-facts').textContent = t('run.facts', {
    name,
    size: `${report.width} × ${report.height}`,
    model: report.model,
    engine: report.engine,
    threads: t('run.threads', { count: report.threads }),
    subject: report.subject.found
      ? t('run.subject', { share: percent(language, report.subject.coverage) })
      : t('run.nothing'),
    memory: bytes(language, report.peak_heap_bytes),
  });
}

// The address is this page's own: the lines work wherever they are put.
byId('snippet').textContent = byId('snippet').textContent.replace(
  'widget/background-remover.js',
  new URL('widget/background-remover.js', import.meta.url).href,
);

byId('copy-snippet').addEventListener('click', async () => {
  const button = byId('copy-snippet');
  try {
    await navigator.clipboard.writeText(byId('snippet').textContent);
    button.textContent = t('embed.copied');
  } catch {
    button.textContent = t('embed.refused');
  }
  setTimeout(() => {
    button.textContent = t('embed.copy');
  }, 1600);
});
