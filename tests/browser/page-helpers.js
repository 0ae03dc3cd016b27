// Shared by the specs of the page and the element: a watched page, photos made
// in the browser, an engine whose answers a test decides, and axe-core.
import axeCore from 'axe-core';
import { expect, test as base } from '@playwright/test';

/**
 * Collects what goes wrong quietly on a page: console errors, uncaught errors,
 * CSP violations and requests to other hosts.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} baseURL
 * @returns {Promise<string[]>} it grows
 */
async function watch(page, baseURL) {
  /** @type {string[]} */
  const trouble = [];
  page.on('console', (message) => message.type() === 'error' && trouble.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (/^https?:/.test(url) && !url.startsWith(baseURL)) trouble.push(`another host: ${url}`);
  });
  await page.addInitScript(() => {
    window.longTasks = [];
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries())
        window.longTasks.push(`${Math.round(duration)} ms at ${Math.round(startTime)}`);
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value, sources } of list.getEntries()) {
        if (!hadRecentInput)
          window.shifts.push([
            value,
            ...sources.map(
              ({ node, previousRect, currentRect }) =>
                `${node?.className ?? node?.nodeName} ${JSON.stringify([previousRect, currentRect])}`,
            ),
          ]);
      }
    }).observe({ type: 'layout-shift', buffered: true });
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return trouble;
}

/** Until the page's service worker has it: everything lies on the machine then. @param {import('@playwright/test').Page} page */
export const controlled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        if (navigator.serviceWorker.controller) resolve(undefined);
        else navigator.serviceWorker.addEventListener('controllerchange', () => resolve(undefined), { once: true });
      }),
  );

/**
 * A page on which nothing may go wrong quietly: what watch() collects fails the
 * test at its end; so do tasks over 50 ms, where a test asks for it by `longTasks`.
 */
export const test = base.extend({
  trouble: [
    async ({ page, baseURL }, use) => {
      const trouble = await watch(page, baseURL);
      await use(trouble);
      expect(trouble).toEqual([]);
    },
    { auto: true },
  ],
});

/**
 * The same for the tests of a file that share one visit, where the way to what
 * they are about costs more than they do. A test that fails ends it, as
 * Playwright goes on in a new process.
 *
 * @param {(page: import('@playwright/test').Page) => Promise<void>} visit before the first test
 * @param {(page: import('@playwright/test').Page) => Promise<void>} again puts the page back before each other
 */
export function sharedVisit(visit, again) {
  /** @type {{ page: import('@playwright/test').Page, trouble: string[] } | undefined} */
  let shared;
  const test = base.extend({
    page: async ({ browser, baseURL }, use) => {
      if (shared) await again(shared.page);
      else {
        const page = await browser.newPage();
        shared = { page, trouble: await watch(page, baseURL) };
        await visit(page);
      }
      await use(shared.page);
    },
    trouble: [
      async ({ page: _page }, use) => {
        await use(shared.trouble);
        expect(shared.trouble.splice(0)).toEqual([]);
      },
      { auto: true },
    ],
  });
  test.describe.configure({ mode: 'default' }); // one process has them all
  test.afterAll(() => shared?.page.close());
  return test;
}

/**
 * Between two tests of a shared visit: no photo, and the element's attributes, language and place as they came.
 *
 * @param {import('@playwright/test').Page} page
 */
export async function putBack(page) {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.mouse.move(1, 1);
  await page.evaluate(async () => {
    const element = document.querySelector('background-remover');
    element.reset();
    element.backgroundImage = null;
    const markup = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
    const own = markup.querySelector('background-remover');
    for (const name of element.getAttributeNames())
      if (name !== 'state' && !own.hasAttribute(name)) element.removeAttribute(name);
    for (const { name, value } of own.attributes) element.setAttribute(name, value);
    document.documentElement.lang = 'en';
    localStorage.clear();
    scrollTo(0, 0);
  });
  await expect(page.locator('background-remover')).toHaveAttribute('state', 'empty');
}

/**
 * For tests that bring an engine of their own, before the page is opened: the
 * worker that the page starts ahead of the first photo does nothing, and no
 * model is loaded beside the test.
 *
 * @param {import('@playwright/test').Page | import('@playwright/test').BrowserContext} target
 */
export const withoutEngine = (target) =>
  target.addInitScript(() => {
    const { Worker } = window;
    window.Worker = /** @type {any} */ (
      (url, options) => {
        if (!/\/engine\//.test(String(url))) return new Worker(url, options);
        return Object.assign(new EventTarget(), { postMessage() {}, terminate() {} });
      }
    );
  });

export { expect };

/** For test.skip(): of a file that has its turn in Firefox too. @type {[({ browserName }: { browserName: string }) => boolean, string]} */
export const withoutFirefox = [
  ({ browserName }) => browserName === 'firefox' && !process.env.FIREFOX,
  'no Firefox here: apt-get install firefox-esr',
];

/** For test.use(): motion as most people have it. */
export const inMotion = { contextOptions: {} };

/**
 * Around tests that measure time: other work on the machine makes them slower,
 * never faster, so that one good run of three is the proof. tools/test.js runs
 * them alone, by their title.
 *
 * @param {() => void} define
 */
export const inTime = (define) =>
  test.describe('in time', () => {
    test.describe.configure({ retries: 2 });
    test.use(inMotion);
    define();
  });

/**
 * What axe-core finds wrong, a line each. It is brought to a page once, which costs nearly as much as a run; of what is
 * right it need not tell every element, which took most of its time.
 *
 * @param {import('@playwright/test').Page} page of one frame
 * @returns {Promise<{ violations: string[], passes: number }>} passes: how many rules had something to look at
 */
export async function axe(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeCore.source);
  const { violations, passes } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'], iframes: false }),
  );
  const told = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`).join('; ')}`,
  );
  return { violations: told, passes: passes.length };
}

/** The sample picture that ships. */
export const sample = new URL('../../web/samples/duck.jpg', import.meta.url).pathname;

/** A real PNG of one colour, made without a browser. @param {number} width @param {number} height */
export const bmp = (width, height, [r, g, b] = [200, 120, 40]) => {
  const row = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + row * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) file.set([b, g, r], 54 + y * row + x * 3);
  }
  return file;
};

/** @param {string} name @param {number[]} [rgb] */
export const photo = (name, rgb) => ({ name, mimeType: 'image/bmp', buffer: bmp(40, 30, rgb) });

/**
 * Gives an element an engine that a test holds in its hand: `calls` lists what
 * was asked, `hold` stops it until `release()`, `next` makes it fail once.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} [selector]
 */
export async function fakeEngine(page, selector = 'background-remover') {
  await page.evaluate((which) => {
    const fake = (window.fake = { calls: [], hold: false, fail: null, found: true, preloads: 0, running: 0, most: 0 });
    const element = document.querySelector(which);
    window.heard = [];
    for (const name of ['accept', 'progress', 'result', 'error']) {
      element.addEventListener(`background-remover-${name}`, (event) =>
        window.heard.push({ name, detail: event.detail }),
      );
    }
    const colours = { white: '#ffffff', blur: '#8899aa' };
    element.engine = {
      preload: async () => void fake.preloads++,
      removeBackground: async (blob, { background, format, crop, margin, quality, signal, onProgress }) => {
        fake.calls.push({
          name: blob.name,
          background: typeof background === 'string' ? background : 'image',
          format,
          crop,
          margin,
          quality,
        });
        fake.most = Math.max(fake.most, ++fake.running);
        try {
          onProgress?.({ stage: 'load', fraction: 0.1, loaded: 1_200_000, total: 2_400_000 });
          const failure = fake.fail;
          fake.fail = null;
          if (failure) throw Object.assign(new Error(failure.message ?? 'no'), failure);
          if (fake.hold) {
            await new Promise((resolve, reject) => {
              fake.release = resolve;
              signal.addEventListener('abort', () =>
                reject(Object.assign(new Error('Cancelled.'), { code: 'aborted' })),
              );
            });
          }
          onProgress?.({ stage: 'infer', fraction: 0.5 });
          const bitmap = await createImageBitmap(blob);
          const canvas = new OffscreenCanvas(crop ? 20 : bitmap.width, crop ? 10 : bitmap.height);
          const context = canvas.getContext('2d');
          if (background !== 'transparent' || format === 'jpeg') {
            context.fillStyle =
              colours[background] ??
              (typeof background === 'string' && background !== 'transparent' ? background : '#ffffff');
            context.fillRect(0, 0, canvas.width, canvas.height);
          }
          context.drawImage(bitmap, 10, 10, 20, 10, crop ? 0 : 10, crop ? 0 : 10, 20, 10);
          const made = await canvas.convertToBlob({ type: `image/${format}` });
          return {
            blob: made,
            report: {
              width: canvas.width,
              height: canvas.height,
              format,
              bytes: made.size,
              model: 'fake',
              engine: 'c',
              threads: 1,
              subject: { found: fake.found, coverage: 0.17, box: [10, 10, 20, 10] },
              timings_ms: { decode: 1, infer: 2, total: 3 },
              peak_heap_bytes: 1e6,
            },
          };
        } finally {
          fake.running--;
        }
      },
    };
  }, selector);
}

/** @param {import('@playwright/test').Page} page @param {object} change */
export const setFake = (page, change) => page.evaluate((values) => Object.assign(window.fake, values), change);

/** Names of the events heard, progress left out. @param {import('@playwright/test').Page} page */
export const heard = (page) =>
  page.evaluate(() => window.heard.map(({ name }) => name).filter((name) => name !== 'progress'));

/** A drag with files in it, as the browser would send it. */
export async function dropFiles(page, selector, files, types = ['dragenter', 'dragover', 'drop']) {
  const parcels = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }));
  return page.evaluate(
    ({ selector: which, parcels: list, types: order }) => {
      const data = new DataTransfer();
      for (const { name, mimeType, base64 } of list) {
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type: mimeType }));
      }
      const target = document.querySelector(which);
      return order.map((type) => {
        const event = new DragEvent(type, { bubbles: true, composed: true, cancelable: true, dataTransfer: data });
        target.dispatchEvent(event);
        return event.defaultPrevented;
      });
    },
    { selector, parcels, types },
  );
}

/** @param {import('@playwright/test').Page} page @param {string} selector where the paste happens @param {object} file */
export async function pasteFile(page, selector, { name, mimeType, buffer }) {
  await page.evaluate(
    ({ selector: which, name: called, mimeType: type, base64 }) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], called, { type }));
      document
        .querySelector(which)
        .dispatchEvent(
          new ClipboardEvent('paste', { bubbles: true, composed: true, cancelable: true, clipboardData: data }),
        );
    },
    { selector, name, mimeType, base64: buffer.toString('base64') },
  );
}
