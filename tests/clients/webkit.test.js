/**
 * The page in Safari's engine: WebKitGTK by its own driver (Debian's package
 * webkit2gtk-driver, with its MiniBrowser), on a screen of its own (xvfb). What
 * an engine may do otherwise is tried: pixels, zoom, the matte by hand, the
 * batch and its ZIP. Skipped by name where one of them is missing.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dist } from '../../tools/build.js';
import { serveStatic } from '../../tools/serve.js';

const libraries = '/usr/lib/x86_64-linux-gnu';
const browser = (existsSync(libraries) ? readdirSync(libraries) : [])
  .filter((name) => /^webkit2gtk-4/.test(name))
  .map((name) => join(libraries, name, 'MiniBrowser'))
  .find((path) => existsSync(path));
/** @param {string} name */
const has = (name) => spawnSync('which', [name]).status === 0;
const missing = [
  ...(browser ? [] : ['MiniBrowser']),
  ...['WebKitWebDriver', 'Xvfb'].filter((name) => !has(name)),
  ...(existsSync(join(dist, 'index.html')) ? [] : ['dist/']),
];
const skip = missing.length ? `no ${missing.join(', ')} here: apt-get install webkit2gtk-driver xvfb` : false;

/** @returns {Promise<number>} a port that nobody has */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @type {import('node:child_process').ChildProcess[]} */ const children = [];
/** @type {{ url: string, close: () => Promise<void> }} */ let site;
let session = '';
let driver = '';

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function ask(method, path, body) {
  const response = await fetch(`${driver}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${path}: ${value?.error}: ${value?.message}`);
  return value;
}

/** Runs a function in the page; it may be asynchronous. @param {(...args: any[]) => unknown} work @param {unknown[]} args */
const inPage = async (work, ...args) => {
  const script = `const done = arguments[arguments.length - 1];
    (async () => (${work})(...[...arguments].slice(0, -1)))().then((value) => done({ value }), (error) => done({ error: error + ' ' + error?.stack }))`;
  const { value, error } = await ask('POST', `${session}/execute/async`, { script, args });
  if (error) throw new Error(error);
  return value;
};

before(async () => {
  if (skip) return;
  site = await serveStatic();
  const port = await freePort();
  const display = `:${200 + (process.pid % 700)}`;
  children.push(spawn('Xvfb', [display, '-screen', '0', '1400x900x24', '-nolisten', 'tcp'], { stdio: 'ignore' }));
  const env = {
    ...process.env,
    DISPLAY: display,
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  };
  children.push(spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' }));
  driver = `http://127.0.0.1:${port}`;
  const capabilities = {
    alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } },
  };
  for (let tries = 0; !session; tries++) {
    try {
      const { sessionId } = await ask('POST', '/session', { capabilities });
      session = `/session/${sessionId}`;
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200)); // driver and screen are starting
    }
  }
  await ask('POST', `${session}/timeouts`, { script: 240_000, pageLoad: 60_000 });
  await ask('POST', `${session}/url`, { url: site.url });
  await inPage(helpers);
  await inPage(() =>
    /** @type {any} */ (window).until(() => document.querySelector('background-remover:defined') && true),
  );
});

after(async () => {
  if (session) await ask('DELETE', session).catch(() => {});
  for (const child of children) {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  }
  await site?.close();
});

/** What every step in the page may call. */
const helpers = () => {
  const w = /** @type {any} */ (window);
  w.until = async (/** @type {() => unknown} */ holds, what = 'it') => {
    const end = performance.now() + 150_000;
    for (;;) {
      const value = holds();
      if (value) return value;
      if (performance.now() > end) throw new Error(`${what} never came`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  w.duck = async (/** @type {string} */ name, width = 0) => {
    const blob = await (await fetch('samples/duck.jpg')).blob();
    if (!width) return new File([blob], name, { type: 'image/jpeg' });
    const bitmap = await createImageBitmap(blob);
    const canvas = Object.assign(document.createElement('canvas'), { width, height: Math.round(width * 0.75) });
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
    return new File([small], name, { type: 'image/jpeg' });
  };
  w.part = (/** @type {string} */ selector, host = 'background-remover') =>
    document.querySelector(host)?.shadowRoot?.querySelector(selector);
};

test('a photo is cut out, to the bytes of the engine called by itself', { skip }, async () => {
  const made = await inPage(async () => {
    const { until, duck } = /** @type {any} */ (window);
    const remover = /** @type {any} */ (
      await until(() => document.querySelector('background-remover:defined'), 'the element')
    );
    const heard = new Promise((resolve) =>
      remover.addEventListener('background-remover-result', resolve, { once: true }),
    );
    remover.add([await duck('duck.jpg')]);
    const { blob, report } = /** @type {any} */ (await heard).detail;
    const { removeBackground } = await import(new URL('engine/index.js', location.href).href);
    const alone = await removeBackground(await duck('duck.jpg'));
    const [a, b] = await Promise.all([blob, alone.blob].map(async (one) => new Uint8Array(await one.arrayBuffer())));
    return {
      same: a.length === b.length && a.every((byte, i) => byte === b[i]),
      found: report.subject.found,
      bytes: a.length,
    };
  });
  assert.equal(made.found, true);
  assert.ok(made.same && made.bytes > 100_000, JSON.stringify(made));
});

test('it is zoomed, looked at on black, put on a canvas with a shadow', { skip }, async () => {
  const seen = await inPage(async () => {
    const { until, part } = /** @type {any} */ (window);
    part('[data-act=zoom-in]').click();
    await until(() => part('.view').classList.contains('zoomed'), 'zoom');
    part('.look.black input').click();
    const look = part('.stage').dataset.look;
    part('.look input').click();
    const remover = /** @type {any} */ (document.querySelector('background-remover'));
    remover.setAttribute('shadow', '');
    remover.setAttribute('canvas', 'amazon');
    await until(() => /2000 × 2000/.test(part('[part=meta]').textContent), 'the file');
    await until(() => !part('.exact').hidden, 'the picture');
    return { look, wide: part('.exact').naturalWidth };
  });
  assert.deepEqual(seen, { look: 'black', wide: 2000 });
});

test('a dab by hand is in the result, and undo takes it back', { skip }, async () => {
  const box = await inPage(async () => {
    const { until, part } = /** @type {any} */ (window);
    const remover = /** @type {any} */ (document.querySelector('background-remover'));
    for (const name of ['shadow', 'canvas']) remover.removeAttribute(name);
    part('.bar [data-act=retouch]').click();
    await until(() => part('.retouch').dataset.shown, 'the retoucher');
    const { left, top, width, height } = part('.retouch canvas').getBoundingClientRect();
    return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) };
  });
  await ask('POST', `${session}/actions`, {
    actions: [
      {
        type: 'pointer',
        id: 'mouse',
        parameters: { pointerType: 'mouse' },
        actions: [
          { type: 'pointerMove', duration: 0, ...box },
          { type: 'pointerDown', button: 0 },
          { type: 'pointerMove', duration: 100, x: box.x + 30, y: box.y },
          { type: 'pointerUp', button: 0 },
        ],
      },
    ],
  });
  const seen = await inPage(async () => {
    const { until, part } = /** @type {any} */ (window);
    await until(() => !part('.retouch [data-act=undo]').disabled, 'the dab');
    const remover = document.querySelector('background-remover');
    const heard = new Promise((resolve) =>
      remover?.addEventListener('background-remover-result', resolve, { once: true }),
    );
    part('.retouch [data-act=accept]').click();
    const { report } = /** @type {any} */ (await heard).detail;
    part('[data-act=undo]').click();
    return report.engine;
  });
  assert.equal(seen, 'none');
});

test('many photos, one of them large, and a ZIP of all', { skip }, async () => {
  const seen = await inPage(async () => {
    const { until, part, duck } = /** @type {any} */ (window);
    const remover = /** @type {any} */ (document.querySelector('background-remover'));
    remover.reset();
    remover.add(await Promise.all(Array.from({ length: 7 }, (_, i) => duck(`${i + 1}.jpg`, 300))));
    const batch = await until(() => document.querySelector('background-batch'), 'the batch');
    await until(() => batch.queue.counts.done === 7, 'seven photos');
    await batch.look(batch.queue.items[2]);
    await until(() => part('.rail .at')?.textContent.startsWith('3 '), 'the rail');
    part('[data-rail=next]').click();
    const name = await until(
      () => part('[part=name]').textContent === '4.jpg' && part('[part=name]').textContent,
      'the next',
    );
    part('[data-rail=close]').click();
    delete (/** @type {any} */ (window).showSaveFilePicker);
    const made = new Promise((resolve) => {
      const create = URL.createObjectURL;
      URL.createObjectURL = (/** @type {any} */ blob) => {
        if (blob.type === 'application/zip') resolve(blob.size);
        return create.call(URL, blob);
      };
    });
    part('[data-act=zip]', 'background-batch').click();
    return {
      name,
      zip: await made,
      all: batch.queue.items.reduce(
        (/** @type {number} */ sum, /** @type {any} */ { result }) => sum + result.blob.size,
        0,
      ),
    };
  });
  assert.equal(seen.name, '4.jpg');
  assert.ok(seen.zip > seen.all && seen.zip < seen.all + 3000, JSON.stringify(seen));
});
