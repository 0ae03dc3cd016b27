// Photos, folders and ZIP files for the specs of the batch.
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { createHash } from 'node:crypto';
import { sample, test as base } from './page-helpers.js';

/** As in page-helpers.js, with a folder of the test's own. */
export const test = base.extend({
  folder: async ({}, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'cutaway-batch-'));
    await use(dir);
    await rm(dir, { recursive: true, force: true });
  },
});

/**
 * Real photos that all differ: the sample, scaled, mirrored and in other light.
 *
 * @param {import('@playwright/test').Page} page
 * @param {number} count
 * @param {number} [width] 4:3
 * @returns {Promise<Buffer[]>} JPEG
 */
export async function photos(page, count, width = 400) {
  const source = (await readFile(sample)).toString('base64');
  const made = await page.evaluate(
    async ([base64, many, w]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(w, w * 0.75);
      const context = canvas.getContext('2d');
      const all = [];
      for (let i = 0; i < many; i++) {
        context.setTransform(i % 2 ? -1 : 1, 0, 0, 1, i % 2 ? w : 0, 0);
        context.filter = `brightness(${0.8 + (i % 5) * 0.1})`;
        context.drawImage(bitmap, 0, 0, w, w * 0.75 + (i >> 1) * 2);
        const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
        const bytes = new Uint8Array(await blob.arrayBuffer());
        let text = '';
        for (const byte of bytes) text += String.fromCharCode(byte);
        all.push(btoa(text));
      }
      return all;
    },
    /** @type {const} */ ([source, count, width]),
  );
  return made.map((base64) => Buffer.from(base64, 'base64'));
}

/** @param {string} folder @param {Record<string, Buffer | string>} files by path @returns {Promise<string[]>} where they lie */
export async function write(folder, files) {
  return Promise.all(
    Object.entries(files).map(async ([path, content]) => {
      const to = join(folder, path);
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, content);
      return to;
    }),
  );
}

export const sha256 = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * A ZIP by its own directory, with nothing of what wrote it.
 *
 * @param {Buffer} zip
 * @returns {Record<string, Buffer>} contents by name; a wrong checksum or flag throws
 */
export function unzip(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('no end of a directory');
  const count = zip.readUInt16LE(end + 10);
  /** @type {Record<string, Buffer>} */
  const files = {};
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (zip.toString('latin1', at, at + 4) !== 'PK\x01\x02') throw new Error(`entry ${i} is none`);
    const [flags, method] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10)];
    const [sum, size] = [zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 24)];
    const [nameLength, extra, comment, local] = [
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (method !== 0 || !(flags & 0x800)) throw new Error(`${name}: method ${method}, flags ${flags}`);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(start, start + size);
    if (crc32(content) !== sum) throw new Error(`${name}: wrong checksum`);
    if (name in files) throw new Error(`${name} is there twice`);
    files[name] = content;
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

/**
 * What the one-photo engine makes of files, as hashes.
 *
 * @param {import('@playwright/test').Page} page
 * @param {Buffer[]} files
 * @param {object} [options]
 * @returns {Promise<string[]>}
 */
export const alone = async (page, files, options = {}) =>
  Promise.all(
    await page.evaluate(
      async ([list, chosen]) => {
        const { removeBackground } = await import('/engine/index.js');
        const made = [];
        for (const base64 of list) {
          const { blob } = await removeBackground(await (await fetch(`data:;base64,${base64}`)).blob(), chosen);
          const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
          made.push([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
        }
        return made;
      },
      /** @type {const} */ ([files.map((file) => file.toString('base64')), options]),
    ),
  );

/**
 * Of the tasks over 50 ms that the browser's observer saw, those that had the
 * processor so long. The others waited for it: two workers on a machine of two
 * cores, or any neighbour, make a page's tasks wait.
 *
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<void>} work
 * @returns {Promise<{ seen: number, heavy: string[] }>}
 */
export async function longTasks(page, work) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  const zero = await page.evaluate(() => {
    window.longTasks.length = 0;
    return performance.mark('zero').startTime;
  });
  await work();
  const seen = await page.evaluate(() => window.longTasks);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const mark = traceEvents.find(({ name, cat }) => name === 'zero' && cat === 'blink.user_timing');
  const tasks = traceEvents.filter(
    ({ pid, tid, ph, name }) =>
      pid === mark.pid && tid === mark.tid && ph === 'X' && name === 'ThreadControllerImpl::RunTask',
  );
  if (!tasks.length) throw new Error('no task in the trace');
  const heavy = seen.flatMap((text) => {
    const [duration, start] = text.match(/\d+/g).map((ms) => Number(ms) * 1000);
    const from = mark.ts + start - zero * 1000;
    const shared = ({ ts, dur }) => Math.min(ts + dur, from + duration) - Math.max(ts, from);
    const task = tasks.reduce((best, other) => (shared(other) > shared(best) ? other : best));
    return task.tdur > 50_000 ? [`${text}, ${Math.round(task.tdur / 1000)} ms of the processor`] : [];
  });
  return { seen: seen.length, heavy };
}

/** Without the picker the browser saves as usual, which a test can watch. @param {import('@playwright/test').Page} page */
export const withoutPicker = (page) =>
  page.addInitScript(() => {
    delete window.showSaveFilePicker;
  });

/**
 * An engine that the test holds in its hand, for a batch on the page.
 *
 * @param {import('@playwright/test').Page} page
 * @param {number} [size]
 */
export const fakeBatchEngine = (page, size = 2) =>
  page.evaluate((workers) => {
    const fake = (window.fake = { calls: [], running: 0, most: 0, hold: true, fail: {} });
    document.querySelector('background-batch').engine = {
      size: workers,
      removeBackground: (photo, options) =>
        new Promise((resolve, reject) => {
          fake.most = Math.max(fake.most, ++fake.running);
          let over = false;
          const end = (settle, value) => {
            if (!over) fake.running--;
            over = true;
            settle(value);
          };
          const call = {
            name: photo.name,
            options,
            done: () =>
              end(resolve, { blob: photo.slice(0, photo.size, 'image/bmp'), report: { subject: { found: true } } }),
            fail: (code) => end(reject, Object.assign(new Error(code), { code })),
          };
          options.signal.addEventListener('abort', () => call.fail('aborted'), { once: true });
          fake.calls.push(call);
          if (fake.fail[photo.name]) call.fail(fake.fail[photo.name]);
          else if (!fake.hold) setTimeout(call.done, 5);
        }),
    };
  }, size);
