// What a hand waits for while it retouches 12 megapixels, in wasm in Node, one
// thread: opening, strokes and their end, objects, views.
import { loadCore } from '../../web/engine/core/core.js';
import { Retouch } from '../../web/engine/core/retouch.js';
import { createNodeEngine } from '../../web/engine/node.js';
import { compileBuilt } from '../../web/engine/node/core.js';
import { median, table } from './browser.js';
import { H, map, photo, refined, W } from './compose.js';

/** As the tool asks for them in a stage of that size. */
const view = { width: 1400, height: 1050 };

/** @param {number} [rounds] */
export async function benchRetouch(rounds = 5) {
  const core = await loadCore(await compileBuilt('cutaway.wasm'));
  const [file, answer] = [photo(), map()];
  /** @type {Record<string, number[]>} */
  const times = {};
  /** @param {string} name @param {() => unknown} work */
  const timed = async (name, work) => {
    const from = performance.now();
    await work();
    (times[name] ??= []).push(performance.now() - from);
  };
  for (let round = 0; round < rounds; round++) {
    const engine = createNodeEngine();
    await timed('open, model included', async () => (await engine.retouch(new Blob([file]))).close());
    engine.dispose();
    const job = refined(core, {}, file, answer);
    const edit = new Retouch(job);
    job.free();
    for (const radius of [20, 80, 250, 600]) {
      for (const snap of [false, true]) {
        const [x, y] = [W / 2 - radius * 2, H / 2];
        edit.begin(x, y, { mode: 'erase', radius, snap });
        for (let i = 1; i <= 8; i++)
          await timed(`brush of ${radius}, a quarter further${snap ? ', snapping' : ''}`, () =>
            edit.draw([x + (i * radius) / 4, y]),
          );
        await timed('end of a stroke', () => edit.end());
        await timed('undo', () => edit.undo());
      }
    }
    await timed('objects, the first time', () => edit.objects());
    const fitted = { x: 0, y: 0, step: W / view.width, ...view };
    const middle = { x: W / 2, y: H / 2, ...view };
    await timed('view, fitted', () => edit.view(fitted));
    await timed('view, fitted, with what is removed', () => edit.view({ ...fitted, style: 'ghost' }));
    await timed('view at 100 %', () => edit.view({ ...middle, step: 1 }));
    await timed('view at 800 %', () => edit.view({ ...middle, step: 1 / 8 }));
    edit.free();
  }
  const result = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  return { result, text: table([['12 MP, a view of 1400 x 1050', 'ms'], ...Object.entries(result)]) };
}
