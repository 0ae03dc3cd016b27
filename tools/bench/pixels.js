// All but the inference, stage by stage, at 2, 12 and 24 megapixels, against
// the same work by canvas calls (peer.js), both in the same Chromium.
import { readFile } from 'node:fs/promises';
import { enlarge, inChromium, median, photos, table } from './browser.js';

const sizes = [
  [1632, 1224],
  [4000, 3000],
  [5656, 4242],
];
const stages = ['decode', 'prepare', 'matte', 'refine', 'foreground', 'compose', 'encode'];
const runs = 5;

export async function benchPixels() {
  const all = await photos();
  const photo = all.find(({ name }) => /girl|animal|cat/.test(name)) ?? all[0]; // a fresh clone has its own sample
  const peer = (await readFile(new URL('peer.js', import.meta.url), 'utf8')).replace('export ', '');
  const result = await inChromium(async (page) => {
    // through the debugger, since the page's own policy forbids inline script
    await page.evaluate(`${peer}; globalThis.peerCutOut = peerCutOut; undefined`);
    /** @type {any[]} */
    const rows = [];
    for (const [width, height] of sizes) {
      const fileBytes = await page.evaluate(enlarge, { base64: photo.bytes.toString('base64'), width, height });
      const measured = await page.evaluate(
        async ({ runs }) => {
          const file = /** @type {any} */ (globalThis).largePhoto;
          const { removeBackground, segment } = await import(/** @type {any} */ ('/engine/index.js'));
          const peer = /** @type {any} */ (globalThis).peerCutOut;
          // the same matte for both, at the size of the peer's model
          const side = 1024;
          const small = new OffscreenCanvas(side, side).getContext('2d');
          if (!small) throw new Error('no 2d context');
          small.drawImage(await createImageBitmap((await segment(file)).blob), 0, 0, side, side);
          const map = Float32Array.from(
            { length: side * side },
            (
              (grey) => (_, i) =>
                grey[i * 4] / 255
            )(small.getImageData(0, 0, side, side).data),
          );
          const ours = [],
            theirs = [];
          await removeBackground(file); // both warm
          await peer(file, side, map);
          for (let i = 0; i < runs; i++) {
            const { report } = await removeBackground(file);
            ours.push({ times: report.timings_ms, bytes: report.bytes, peak: report.peak_heap_bytes });
            theirs.push(await peer(file, side, map));
          }
          return { ours, theirs };
        },
        { runs },
      );

      /** @param {any[]} list @param {string} stage */
      const of = (list, stage) => median(list.map(({ times }) => times[stage] ?? 0));
      /** @param {any[]} list */
      const total = (list) =>
        median(list.map(({ times }) => stages.reduce((sum, stage) => sum + (times[stage] ?? 0), 0)));
      rows.push({
        megapixels: (width * height) / 1e6,
        file_bytes: fileBytes,
        cutaway_ms: Object.fromEntries(stages.map((stage) => [stage, of(measured.ours, stage)])),
        canvas_ms: Object.fromEntries(stages.map((stage) => [stage, of(measured.theirs, stage)])),
        infer_ms: of(measured.ours, 'infer'),
        cutaway_total_ms: total(measured.ours),
        canvas_total_ms: total(measured.theirs),
        ratio: total(measured.ours) / total(measured.theirs),
        cutaway_bytes: measured.ours[0].bytes,
        canvas_bytes: measured.theirs[0].bytes,
        heap_per_pixel_byte: measured.ours[0].peak / (width * height * 4),
      });
    }
    return rows;
  });
  const head = ['MP', '', ...stages, 'total', 'ratio', 'PNG MB'];
  const text = table([
    head,
    ...result.flatMap((row) => [
      [
        `${row.megapixels.toFixed(1)}`,
        'cutaway',
        ...stages.map((s) => row.cutaway_ms[s]),
        row.cutaway_total_ms,
        row.ratio,
        row.cutaway_bytes / 1e6,
      ],
      ['', 'canvas', ...stages.map((s) => row.canvas_ms[s]), row.canvas_total_ms, 1, row.canvas_bytes / 1e6],
    ]),
  ]);
  return {
    result: { photo: photo.name, runs, unit: 'ms, median', rows: result },
    text: `ms, median of ${runs}, ${photo.name}, inference left out; goal at 12 MP: ratio <= 0.6\n${text}`,
  };
}
