// The page: the element, photos dropped beside it, and what the last run took.
import './widget/background-remover.js';

/** @type {(id: string) => any} */
const byId = (id) => document.getElementById(id);
const remover = /** @type {import('./widget/background-remover.js').BackgroundRemover} */ (document.querySelector('background-remover'));

// Once the page stands, everything a photo needs is fetched, so that the network
// may go before the first one comes. By itself an element waits for a hint.
const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ call) => setTimeout(call, 200));
window.addEventListener('load', () => whenIdle(() => remover.preload()));

// A photo that misses the drop zone must not replace the page.
for (const type of ['dragover', 'drop']) {
  document.addEventListener(type, (event) => {
    const drag = /** @type {DragEvent} */ (event);
    if (drag.defaultPrevented || !drag.dataTransfer?.types.includes('Files')) return;
    drag.preventDefault();
    if (type === 'drop') remover.add([...drag.dataTransfer.files]);
  });
}

document.addEventListener('background-remover-result', (event) => {
  const { report, name } = /** @type {CustomEvent} */ (event).detail;
  const { total, ...steps } = report.timings_ms;
  const rows = [...Object.entries(steps), ['total', total]].map(([step, ms]) => {
    const row = document.createElement('tr');
    row.className = step;
    for (const text of [step, Number(ms).toFixed(1)]) row.insertCell().textContent = text;
    return row;
  });
  byId('run-table').tBodies[0].replaceChildren(...rows);
  byId('run-table').hidden = false;
  byId('run-empty').hidden = true;
  const threads = report.threads === 1 ? 'one thread' : `${report.threads} threads`;
  const found = report.subject.found ? `${Math.round(report.subject.coverage * 100)} % of the picture is subject` : 'no subject found';
  byId('run-facts').textContent = `${name}: ${report.width} × ${report.height}, model ${report.model}, ` +
    `engine ${report.engine} on ${threads}, ${found}, ${(report.peak_heap_bytes / 1e6).toFixed(0)} MB of memory at most.`;
});

byId('copy-snippet').addEventListener('click', async () => {
  const button = byId('copy-snippet');
  try {
    await navigator.clipboard.writeText(byId('snippet').textContent);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not copied';
  }
  setTimeout(() => {
    button.textContent = 'Copy code';
  }, 1600);
});
