// The task that picking is for: a photo of two alike, and one of them is meant. Made of the repository's own duck; with the
// bundled model, where there is one.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { maskOf, nextClick, overlapOf } from '../../../models/eval/metrics/clicks.js';
import { createDecoder } from '../../../tools/eval-files.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { png } from '../pictures.js';

const skip = existsSync(new URL('../../../models/pick/manifest.json', import.meta.url))
  ? false
  : 'models/pick is not there';
const engine = createNodeEngine();
after(() => engine.dispose());

/**
 * The duck's photo at half its size and, beside it, the same mirrored, so that there is no seam.
 *
 * @returns {Promise<{ photo: Blob, width: number, height: number, masks: Uint8Array[] }>} masks: of each duck
 */
async function twoDucks() {
  const file = await readFile(new URL('../../../web/samples/duck.jpg', import.meta.url));
  const decode = await createDecoder();
  const ground = await decode(file);
  const { blob } = await engine.removeBackground(new Blob([file]), { format: 'png' });
  const duck = await decode(new Uint8Array(await blob.arrayBuffer()));
  const [width, height] = [ground.width, ground.height / 2];
  const masks = [new Uint8Array(width * height), new Uint8Array(width * height)];
  const picture = png(
    width,
    height,
    (x, y) => {
      const isLeft = x < width / 2;
      const column = isLeft ? 2 * x : 2 * (width - 1 - x);
      /** The mean of the four pixels below. @param {ArrayLike<number>} data @param {number} c */
      const mean = (data, c) => {
        const i = 4 * (2 * y * ground.width + column) + c;
        const below = i + 4 * ground.width;
        return Math.round((data[i] + data[i + 4] + data[below] + data[below + 4]) / 4);
      };
      masks[isLeft ? 0 : 1][y * width + x] = Number(mean(duck.data, 3) >= 128);
      return [0, 1, 2].map((c) => mean(ground.data, c));
    },
    { channels: 3 },
  );
  return { photo: new Blob([picture]), width, height, masks };
}

test('one of two ducks in three clicks, whichever is meant', { skip }, async () => {
  const { photo, width, height, masks } = await twoDucks();
  for (const [i, truth] of masks.entries()) {
    const session = await engine.pick(photo);
    /** @type {[number, number, 0 | 1][]} */ const points = [];
    const overlaps = [];
    let found = new Uint8Array(width * height);
    while (points.length < 3) {
      const click = nextClick(truth, found, width, height);
      if (!click) break;
      points.push([click.x + 0.5, click.y + 0.5, click.keep]);
      found = Uint8Array.from(maskOf(await session.show({ points }), width, height));
      overlaps.push(overlapOf(truth, found));
    }
    await session.close();
    assert.ok(
      Math.max(...overlaps) >= 0.85,
      `duck ${i + 1}: ${overlaps.map((overlap) => overlap.toFixed(3)).join(', ')}`,
    );
    // and the file that the option makes of these clicks has that duck and not the other
    const { blob, report } = await engine.removeBackground(photo, { pick: { points }, format: 'png' });
    assert.match(report.model, /^pick /);
    const cut = await (await createDecoder())(new Uint8Array(await blob.arrayBuffer()));
    const alpha = Uint8Array.from({ length: width * height }, (_, k) => Number(cut.data[4 * k + 3] >= 128));
    assert.ok(overlapOf(truth, alpha) >= 0.85, `the file of duck ${i + 1}: ${overlapOf(truth, alpha).toFixed(3)}`);
    assert.ok(overlapOf(masks[1 - i], alpha) < 0.3);
  }
});

test('what is picked while a matte is retouched has the edge that the file of the same pick has', {
  skip,
}, async () => {
  const photo = new Blob([await readFile(new URL('../../../web/samples/hair.jpg', import.meta.url))]);
  const decode = await createDecoder();
  const decoded = async (/** @type {Blob} */ blob) => decode(new Uint8Array(await blob.arrayBuffer()));
  const { width, height } = await decoded(photo);
  /** @type {{ box: [number, number, number, number] }} */
  const prompt = { box: [width * 0.1, height * 0.03, width * 0.8, height * 0.95] };
  const file = await decoded((await engine.removeBackground(photo, { pick: prompt, format: 'png' })).blob);
  const session = await engine.pick(photo);
  const { data, ...size } = await session.show(prompt);
  await session.close();
  const retouching = await engine.retouch(photo);
  /** Mean difference of alpha, of 255, once it is a step. @param {boolean} detailed */
  const difference = async (detailed) => {
    await retouching.suppose({ way: 'only', data, ...size });
    assert.equal((await retouching.settle(false, detailed)).undos, 1);
    const matte = await decoded(await retouching.matte());
    assert.equal((await retouching.undo()).undos, 0);
    let sum = 0;
    for (let i = 0; i < width * height; i++) sum += Math.abs(matte.data[4 * i] - file.data[4 * i + 3]);
    return sum / width / height;
  };
  const [coarse, fine] = [await difference(false), await difference(true)];
  await retouching.close();
  assert.ok(coarse > 1, `hair has no details to find: ${coarse.toFixed(3)}`);
  assert.ok(fine < 0.1, `mean difference ${fine.toFixed(3)}`); // the map came in 8 bits
});
