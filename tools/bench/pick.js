// From a click to the picture at 12 megapixels, in a page: the network's
// answer, and the view of it over the matte, as the retoucher asks for them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dist } from '../build.js';
import { inChromium, median, photos, table } from './browser.js';

export async function benchPick() {
  if (!existsSync(join(dist, 'models/pick'))) return { result: null, text: 'models/pick is not there' };
  const [photo] = await photos();
  const result = await inChromium((page) =>
    page.evaluate(
      async ({ base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const canvas = new OffscreenCanvas(4000, 3000);
        canvas.getContext('2d')?.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, 4000, 3000);
        const large = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
        const { pick, retouch } = await import(/** @type {any} */ ('/engine/index.js'));
        const from = performance.now();
        const session = await pick(large);
        const opened = performance.now() - from;
        const retouching = await retouch(large);
        /** @type {Record<string, number[]>} */
        const times = { answer: [], suppose: [], view: [], total: [], hover: [], settle: [] };
        /** @template T @param {string} name @param {() => Promise<T>} call */
        const timed = async (name, call) => {
          const begin = performance.now();
          const value = await call();
          times[name].push(performance.now() - begin);
          return value;
        };
        /** @type {[number, number, number][]} */
        const points = [];
        for (let i = 0; i < 12; i++) {
          const [x, y] = [1000 + 170 * i, 1500 + 60 * (i % 5)];
          // where a pointer rests before it clicks, and elsewhere
          for (const off of [300, 0])
            await timed('hover', () => session.show({ points: [...points, [x + off, y, 1]] }));
          points.push([x, y + 1, Number(i % 3 !== 2)]);
          await timed('total', async () => {
            const answer = await timed('answer', () => session.show({ points: points }));
            await timed('suppose', () => retouching.suppose({ way: 'add', ...answer }));
            await timed('view', () =>
              retouching.view({ x: 0, y: 0, step: 4000 / 1180, width: 1180, height: 885, style: 'ghost' }),
            );
          });
          if (i % 4 === 3) {
            await timed('settle', () => retouching.settle());
            points.length = 0;
          }
        }
        return { opened, times };
      },
      { base64: photo.bytes.toString('base64') },
    ),
  );
  const medians = Object.fromEntries(Object.entries(result.times).map(([name, values]) => [name, median(values)]));
  return {
    result: { opened: result.opened, ...medians },
    text: table([
      ['12 megapixels', 'ms', 'goal'],
      ['click to picture', medians.total, '<= 90'],
      ['  the answer', medians.answer, ''],
      ['  handed over', medians.suppose, ''],
      ['  the view of 1180 x 885', medians.view, ''],
      ['a look ahead', medians.hover, ''],
      ['a step at full size', medians.settle, ''],
      ['the session opened, model and all', result.opened, ''],
    ]),
  };
}
