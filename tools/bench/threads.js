// One thread against two, at 12 megapixels, in one isolated page: two engines
// that take turns, so that whatever else the machine does meets both.
import { enlarge, inChromium, median, photos, table } from './browser.js';

const runs = 11;
const stages = ['decode', 'prepare', 'infer', 'matte', 'refine', 'foreground', 'compose', 'encode'];

/** @param {{ threads?: number }} [how] against one */
export async function benchThreads({ threads = 2 } = {}) {
  const all = await photos();
  const photo = all.find(({ name }) => /girl|animal|cat/.test(name)) ?? all[0];
  const measured = await inChromium(
    async (page) => {
      await page.evaluate(enlarge, { base64: photo.bytes.toString('base64'), width: 4000, height: 3000 });
      return page.evaluate(
        async ({ runs, threads }) => {
          if (!crossOriginIsolated) throw new Error('the page is not isolated');
          const [{ createApi }, { EngineClient }, { spawnWorker }] = await Promise.all(
            ['/engine/api.js', '/engine/client.js', '/engine/worker/spawn.js'].map(
              (path) => import(/** @type {any} */ (path)),
            ),
          );
          const file = /** @type {any} */ (globalThis).largePhoto;
          const engines = [1, threads].map((threads) => createApi(new EngineClient(spawnWorker, { threads })));
          /** @type {any[][]} */
          const taken = [[], []];
          /** @type {string[]} */
          const hashes = [];
          for (let run = -2; run < runs; run++)
            for (const [i, engine] of engines.entries()) {
              const from = performance.now();
              const { blob, report } = await engine.removeBackground(file, { effort: 'fast' });
              const ms = performance.now() - from;
              if (run < 0) {
                const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
                hashes[i] = hash.join();
              } else taken[i].push({ ms, times: report.timings_ms, threads: report.threads });
            }
          if (hashes[0] !== hashes[1]) throw new Error('the results differ');
          return taken;
        },
        { runs, threads },
      );
    },
    { isolate: true, without: 'cutaway-relaxed.wasm' }, // one thread of which gives other bits
  );
  const used = measured.map((list) => list[list.length - 1].threads);
  if (used[0] !== 1 || used[1] !== threads) throw new Error(`threads were ${used}, not 1 and ${threads}`);
  /** @param {any[]} list @param {string} stage */
  const of = (list, stage) => median(list.map(({ ms, times }) => (stage === 'job' ? ms : (times[stage] ?? 0))));
  const rows = [...stages, 'job'].map((stage) => {
    const [one, more] = measured.map((list) => of(list, stage));
    return { stage, one, more, ratio: one / more };
  });
  return {
    result: { photo: photo.name, runs, threads, unit: 'ms, median', rows },
    text: `ms, medians of ${runs} turns each, ${photo.name} at 12 MP, the same bytes; goals for 2: infer >= 1.7, job >= 1.4\n${table(
      [
        ['', '1 thread', `${threads} threads`, 'ratio'],
        ...rows.map(({ stage, one, more, ratio }) => [stage, one, more, ratio]),
      ],
    )}`,
  };
}
