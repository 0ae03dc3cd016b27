// The detail network in the pipeline: what it changes, what it must not, and
// what happens without it. The real network on the real core.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { CEngine } from '../../../web/engine/backends/c.js';
import { loadCore } from '../../../web/engine/core/core.js';
import { CutawayError } from '../../../web/engine/core/errors.js';
import { cutOut } from '../../../web/engine/core/pipeline.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { brightnessManifest } from '../onnx.js';
import { png, readPng } from '../pictures.js';

const engine = createNodeEngine();
after(() => engine.dispose());

const folder = new URL('../../../models/detail/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8'));
const bytes = await readFile(new URL('model.onnx', folder));
const module = await WebAssembly.compile(await readFile(new URL('../../../build/wasm/cutaway.wasm', import.meta.url)));
const newCore = () => loadCore(module);

/** Bright strands, one pixel wide, around a bright disc, on a dark ground. @param {number} w @param {number} h @param {[number, number]} [from] */
const hairy = (w, h, [x0, y0] = [0, 0]) =>
  png(w, h, (x, y) => {
    const [dx, dy] = [x + x0 - 300, y + y0 - 220];
    const [r, angle] = [Math.hypot(dx, dy), Math.atan2(dy, dx)];
    const strand = r < 190 && Math.abs(Math.sin(angle * 40 + r / 30)) * r * 0.025 < 0.5;
    return r < 130 || strand ? [235, 225, 215] : [30 + ((x + x0) % 7), 40, 52];
  });

/** The pipeline in this thread with an engine that sees the disc and some of its surroundings, and the detail network of a test's choice. */
async function parts(loadDetail = detailLoader()) {
  return /** @type {import('../../../web/engine/core/pipeline.js').Parts} */ ({
    core: await newCore(),
    newCore,
    webp: { preload: assert.fail, decode: assert.fail, encode: assert.fail },
    loadModel: async () => ({ name: 'disc', manifest: brightnessManifest(), engine: disc }),
    loadDetail,
  });
}

/** @type {import('../../../web/engine/core/pipeline.js').Engine} */
const disc = {
  name: 'c',
  threads: 1,
  run: async ({ width, height }) => {
    const data = new Float32Array(width * height);
    for (let i = 0; i < data.length; i++) {
      const r = Math.hypot(
        (((i % width) + 0.5) / width) * 600 - 300,
        ((Math.floor(i / width) + 0.5) / height) * 440 - 220,
      );
      data[i] = Math.min(1, Math.max(0, (180 - r) / 60));
    }
    return { data, width, height };
  },
};

/** @param {(run: CEngine['run']) => CEngine['run']} [change] */
function detailLoader(change = (run) => run) {
  /** @type {Promise<any> | undefined} */ let loading;
  return () =>
    (loading ??= (async () => {
      const own = new CEngine({ newCore });
      await own.load(bytes, manifest);
      own.run = change(own.run.bind(own));
      return { name: 'detail', version: manifest.version, manifest, engine: own };
    })());
}

/** @param {Awaited<ReturnType<typeof parts>>} own @param {any} [options] @param {any} [more] */
async function alphaOf(own, options = {}, more = {}) {
  const { bytes: file, report } = await cutOut(
    own,
    { bytes: hairy(600, 440), options: { kind: 'photo', ...options } },
    more,
  );
  return { alpha: readPng(file).rgba.filter((_, i) => i % 4 === 3), report };
}

test('the manifest promises the file that is there, and the tile that C hands out', async () => {
  assert.deepEqual([manifest.bytes, manifest.sha256], [bytes.length, createHash('sha256').update(bytes).digest('hex')]);
  const core = await newCore();
  const job = core.newJob();
  assert.deepEqual(manifest.input.size, [job.get('tile_blocks'), job.get('tile_blocks')]);
  job.free();
});

test('strands that the map has as fog become strands, and what is far from them stays', async (t) => {
  const own = await parts();
  const fast = await alphaOf(own, { effort: 'fast' });
  const standard = await alphaOf(own);
  const high = await alphaOf(own, { effort: 'high' });
  assert.equal(fast.report.detail, null);
  assert.deepEqual(standard.report.detail, {
    tiles: standard.report.detail.tiles,
    side: 600,
    model: `detail ${manifest.version}`,
    error: undefined,
  });
  assert.ok(standard.report.timings_ms.detail > 0);
  assert.ok(high.report.detail.tiles > standard.report.detail.tiles, 'high looks again');
  const truth = readPng(hairy(600, 440)).rgba.filter((_, i) => i % 4 === 0);
  const gap = (/** @type {Uint8Array} */ alpha) => {
    let sum = 0;
    for (let i = 0; i < alpha.length; i++) sum += Math.abs(alpha[i] - (truth[i] > 128 ? 255 : 0));
    return sum / 255;
  };
  const gaps = [fast, standard, high].map(({ alpha }) => Math.round(gap(alpha)));
  t.diagnostic(
    `pixels that are wrong: fast, standard, high ${gaps}; tiles ${standard.report.detail.tiles}, ${high.report.detail.tiles}`,
  );
  assert.ok(gaps[1] < 0.8 * gaps[0] && gaps[2] < 0.8 * gaps[0], `${gaps}`);
  for (let i = 0; i < truth.length; i++) {
    const r = Math.hypot((i % 600) - 300, Math.floor(i / 600) - 220);
    if (r < 80) assert.equal(standard.alpha[i], 255);
    if (r > 212) assert.equal(standard.alpha[i], 0);
  }
});

test('where tiles begin does not show: the same pixels in a picture that begins elsewhere', async (t) => {
  const core = await newCore();
  const { engine: net } = await detailLoader()();
  /** Alpha after details; the matte is a ramp around the disc, so that refinement, which would differ too, plays no part. @param {number} dx @param {number} dy */
  async function detailed(dx, dy) {
    const [w, h] = [600 - dx, 440 - dy];
    const job = core.newJob();
    job.options({});
    job.manifest({ input: { size: [w, h], mean: [0, 0, 0], std: [1, 1, 1] }, output: { kind: 'alpha' } });
    job.picture('decode', hairy(w, h, [dx, dy]));
    job.prepare();
    const data = new Float32Array(w * h).map((_, i) => {
      const r = Math.hypot((i % w) + dx - 300, Math.floor(i / w) + dy - 220);
      return Math.min(1, Math.max(0, (190 - r) / 60));
    });
    job.matte({ data, width: w, height: h });
    job.step('refine', 'refine');
    const before = job.copy('alpha', w * h);
    for (let tile = job.tile(); tile; tile = job.tile()) job.tileAnswer(await net.run(tile));
    const alpha = job.copy('alpha', w * h);
    job.free();
    return { w, before, alpha };
  }
  const whole = await detailed(0, 0);
  for (const [dx, dy] of [
    [32, 16],
    [48, 64],
  ]) {
    const part = await detailed(dx, dy);
    let [sum, far, count] = [0, 0, 0];
    for (let y = 0; y < 440 - dy; y++) {
      for (let x = 0; x < part.w; x++) {
        const [i, j] = [(y + dy) * 600 + x + dx, y * part.w + x];
        if (
          part.before[j] === whole.before[i] &&
          whole.alpha[i] === whole.before[i] &&
          part.alpha[j] === part.before[j]
        )
          continue;
        const gap = Math.abs(whole.alpha[i] - part.alpha[j]);
        sum += gap;
        count++;
        if (gap > 64) far++;
      }
    }
    t.diagnostic(
      `begun ${dx}, ${dy} further: of ${count} pixels that change, mean gap ${(sum / count).toFixed(2)}/255, ${far} above 64`,
    );
    assert.ok(count > 10000);
    assert.ok(sum / count < 6 && far < 0.01 * count, `${sum / count}, ${far} of ${count}`);
  }
});

test('without the network, or when it fails, the result is that of fast, and the report says why', async () => {
  const { alpha } = await alphaOf(await parts(), { effort: 'fast' });
  const missing = new CutawayError('model_fetch_failed', 'The model could not be fetched.', { detail: 'HTTP 404' });
  let runs = 0;
  const broken = {
    missing: () => Promise.reject(missing),
    nan: detailLoader((run) => async (input) => {
      const answer = await run(input);
      if (++runs === 3) answer.data[5] = NaN;
      return answer;
    }),
    short: detailLoader(() => async ({ width, height }) => ({ data: new Float32Array(9), width, height })),
  };
  const codes = { missing: 'model_fetch_failed', nan: 'bad_output', short: 'bad_output' };
  for (const [name, loadDetail] of Object.entries(broken)) {
    const own = await parts(loadDetail);
    const found = await alphaOf(own);
    assert.deepEqual(found.alpha, alpha, name);
    assert.equal(found.report.detail.error.code, codes[/** @type {'nan'} */ (name)]);
    assert.equal(own.core.liveBlocks, 0, name);
  }
});

test('a cancel between two tiles stops the job at once and leaves nothing behind', async () => {
  const stop = new AbortController();
  let [from, runs] = [0, 0];
  const own = await parts(
    detailLoader((run) => async (input, more) => {
      if (++runs === 2) {
        from = performance.now();
        stop.abort();
      }
      return run(input, more);
    }),
  );
  await assert.rejects(alphaOf(own, {}, { signal: stop.signal }), { code: 'aborted' });
  assert.ok(performance.now() - from < 50, `after ${performance.now() - from} ms`);
  assert.equal(own.core.liveBlocks, 0);
});

test('a matte that is given stays as it is', async () => {
  const matte = png(600, 440, (x, y) => [(x + y) % 256, (x + y) % 256, (x + y) % 256]);
  const photo = new Blob([hairy(600, 440)]);
  const { blob, report } = await engine.removeBackground(photo, { matte: new Blob([matte]), mask: true });
  assert.equal(report.detail, null);
  const { rgba } = readPng(new Uint8Array(await blob.arrayBuffer()));
  for (let i = 0; i < 600 * 440; i += 97) assert.equal(rgba[4 * i], ((i % 600) + Math.floor(i / 600)) % 256);
});

test('ONNX Runtime says the same of the tiles', async (t) => {
  const photo = new Blob([await readFile(new URL('../../../web/samples/duck.jpg', import.meta.url))]);
  const mask = async (/** @type {'c' | 'ort'} */ name) => {
    const { blob, report } = await engine.segment(photo, { engine: name });
    assert.ok(report.detail?.tiles, name);
    return readPng(new Uint8Array(await blob.arrayBuffer())).rgba.filter((_, i) => i % 4 === 0);
  };
  const [c, ort] = [await mask('c'), await mask('ort')];
  let [sum, far] = [0, 0];
  for (let i = 0; i < c.length; i++) {
    sum += Math.abs(c[i] - ort[i]);
    if (Math.abs(c[i] - ort[i]) > 32) far++;
  }
  t.diagnostic(`mean difference ${(sum / c.length / 255).toExponential(2)}, ${far} of ${c.length} pixels above 32/255`);
  assert.ok(sum / c.length / 255 < 1e-3);
  assert.ok(far < 1e-3 * c.length);
});
