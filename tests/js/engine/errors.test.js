// What goes wrong: each with its typed error, the worker alive, the next photo
// fine.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CutawayError } from '../../../web/engine/core/errors.js';
import { statuses as listed } from '../../../web/engine/lists/statuses.js';
import { createNodeEngine } from '../../../web/engine/node.js';
import { encoder } from '../encoders.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png } from '../pictures.js';

const corpus = new URL('../../fuzz/corpus/fuzz_decode/', import.meta.url);
const engine = createNodeEngine();
const model = { manifest: brightnessManifest(), bytes: brightnessModel() };
/** @type {string} */ let cacheHome;

before(async () => {
  cacheHome = await mkdtemp(join(tmpdir(), 'cutaway-test-'));
  process.env.XDG_CACHE_HOME = cacheHome; // worker threads inherit it
});
after(async () => {
  engine.dispose();
  await rm(cacheHome, { recursive: true });
});

/** @param {Uint8Array} file @param {object} [options] */
const cut = (file, options) => engine.removeBackground(new Blob([file]), { model, ...options });

/** @param {Promise<unknown>} promise @param {string} code */
async function failsWith(promise, code) {
  const error = await promise.then(
    () => assert.fail(`no ${code}`),
    (reason) => reason,
  );
  assert.ok(error instanceof CutawayError, String(error?.stack));
  assert.equal(error.code, code, `${error.message} ${error.detail}`);
  assert.ok(error.message.endsWith('.'), error.message);
  return error;
}

/** The engine still works. */
async function nextPhotoIsFine() {
  const { report } = await cut(disc(40, 30));
  assert.equal(report.subject.found, true);
}

const seed = (/** @type {string} */ name) => readFile(new URL(name, corpus));

test('what is no picture is refused by content, whatever its name', async () => {
  await failsWith(cut(new Uint8Array(0)), 'empty_input');
  await failsWith(cut(Buffer.from('hello, this is text\n'.repeat(20))), 'unsupported_format');
  await failsWith(cut(Buffer.from('%PDF-1.7')), 'unsupported_format');
  await nextPhotoIsFine();
});

test('of a photo, what lies behind it and its matte, the sentence names the one at fault', async () => {
  const photo = disc(40, 30);
  const heic = await readFile(new URL('../../pictures/photo.heic', import.meta.url));
  for (const [behind, code] of /** @type {[Uint8Array, string][]} */ ([
    [(await seed('rgb.png')).subarray(0, 90), 'corrupt_image'],
    [Buffer.from('hello'), 'unsupported_format'],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'needs_codec'],
    [heic.subarray(0, 5000), 'corrupt_image'],
  ])) {
    const error = await failsWith(cut(photo, { background: new Blob([behind]) }), code);
    assert.deepEqual(
      [error.stage, error.detail.match(/^The background: (?!.*background)./)?.length],
      ['background', 1],
    );
  }
  const error = await failsWith(cut(photo, { matte: new Blob([photo.subarray(0, 60)]) }), 'corrupt_image');
  assert.match(error.detail, /^The matte: /);
  assert.doesNotMatch((await failsWith(cut(photo.subarray(0, 60)), 'corrupt_image')).detail, /background|matte/);
});

test('files cut off anywhere are corrupt, unless no pixel was lost: never half a picture', async () => {
  let corrupt = 0;
  for (const name of ['baseline.jpg', 'progressive.jpg', 'rgb.png', 'rgba.png', 'frame.gif', 'rgb.bmp']) {
    const bytes = await seed(name);
    for (const share of [0.3, 0.5, 0.7, 0.9, 0.97]) {
      const part = bytes.subarray(0, Math.floor(bytes.length * share));
      const result = await cut(part).catch((error) => error);
      if (result instanceof CutawayError) {
        assert.deepEqual([result.code, result.stage], ['corrupt_image', 'decode']);
        corrupt++;
        continue;
      }
      const whole = await cut(bytes); // only its end marker, trailer or checksum is gone
      assert.deepEqual(
        new Uint8Array(await result.blob.arrayBuffer()),
        new Uint8Array(await whole.blob.arrayBuffer()),
        `${name} ${share}`,
      );
    }
  }
  assert.ok(corrupt >= 25, `${corrupt} of 30`);
  await nextPhotoIsFine();
});

test('header bombs are refused from the header, in under 5 ms', async () => {
  const bomb = png(1, 1, () => [0, 0, 0], { claim: [65500, 65500] });
  await failsWith(engine.probe(new Blob([bomb])), 'too_large'); // warm
  const times = [];
  for (let i = 0; i < 9; i++) {
    const from = performance.now();
    await failsWith(engine.probe(new Blob([bomb])), 'too_large');
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  assert.ok(times[4] < 5, `median ${times[4]} ms, worker's round trip included`);
  await failsWith(cut(bomb), 'too_large');
  await nextPhotoIsFine();
});

test('a PNG that lies about its size is corrupt, and inflates into little memory', async () => {
  await failsWith(cut(png(600, 400, () => [1, 2, 3], { claim: [2, 2] })), 'corrupt_image');
  await failsWith(cut(png(20, 20, () => [1, 2, 3], { claim: [600, 400] })), 'corrupt_image');
  await nextPhotoIsFine();
});

test('variants are read or refused by name', async () => {
  for (const name of [
    'cmyk.jpg',
    'grey.jpg',
    'palette.png',
    'one-bit.png',
    'grey-alpha.png',
    'sixteen.png',
    'palette.bmp',
    'frame.gif',
    'lossless.webp',
  ]) {
    const { report } = await cut(await seed(name));
    assert.ok(report.width > 0, name);
  }
  const arithmetic = Buffer.from(await seed('baseline.jpg'));
  arithmetic[arithmetic.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc9;
  assert.match((await failsWith(cut(arithmetic), 'unsupported_variant')).detail, /arithmetic/);
});

test('options are checked before any work', async () => {
  for (const options of [
    { format: 'gif' },
    { quality: 0 },
    { background: 'redd' },
    { margin: '5em' },
    { colour: 1 },
    { engine: 'gpu' },
    { crop: 'yes' },
  ]) {
    await failsWith(cut(disc(40, 30), options), 'bad_option');
  }
  await nextPhotoIsFine();
});

test('a model that is no ONNX file, or has another input, is a bad model', async () => {
  const manifest = brightnessManifest();
  await failsWith(cut(disc(40, 30), { model: { manifest, bytes: Buffer.from('not a model at all') } }), 'bad_model');
  await failsWith(
    cut(disc(40, 30), { model: { manifest: brightnessManifest(32), bytes: brightnessModel(64) } }),
    'bad_model',
  );
  await failsWith(
    cut(disc(40, 30), {
      model: { manifest: { ...manifest, input: { ...manifest.input, std: [0, 1, 1] } }, bytes: brightnessModel() },
    }),
    'bad_manifest',
  );
  await failsWith(cut(disc(40, 30), { model: 'no-such-model' }), 'bad_manifest');
  await failsWith(cut(disc(40, 30), { model: 'file:///nowhere/model.onnx' }), 'model_fetch_failed');
  await nextPhotoIsFine();
});

test('a model download cut in the middle fails, and the next try fetches only the rest', async () => {
  const bytes = Buffer.from(brightnessModel());
  const { createHash } = await import('node:crypto');
  const manifest = {
    ...brightnessManifest(),
    file: 'model.onnx',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  /** @type {(string | undefined)[]} */
  const ranges = [];
  let broken = true;
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.json')) return response.end(JSON.stringify(manifest));
    ranges.push(request.headers.range);
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start ? 206 : 200, { 'Content-Length': bytes.length - start, ETag: '"v1"' });
    if (!broken) return response.end(bytes.subarray(start));
    response.write(bytes.subarray(start, 60));
    return setTimeout(() => response.destroy(), 50);
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const url = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/manifest.json`;
  try {
    await failsWith(cut(disc(40, 30), { model: url }), 'model_fetch_failed');
    broken = false;
    /** @type {any[]} */
    const seen = [];
    const { report } = await cut(disc(40, 30), {
      model: url,
      onProgress: (/** @type {any} */ p) => p.total && seen.push(p),
    });
    assert.equal(report.subject.found, true);
    assert.deepEqual(ranges, [undefined, 'bytes=60-']);
    assert.deepEqual([seen[0].loaded, seen[0].total], [60, bytes.length]);
    manifest.sha256 = '0'.repeat(64);
    await failsWith(cut(disc(40, 30), { model: `${url}?wrong` }), 'model_hash_mismatch');
  } finally {
    server.close();
    server.closeAllConnections();
  }
  await nextPhotoIsFine();
});

test('a cancel is answered at every stage, and the next photo is fine', async () => {
  const stages = ['decode', 'load', 'prepare', 'infer', 'matte', 'refine', 'foreground', 'compose', 'encode'];
  for (const [stage, name] of stages.flatMap((stage) => [
    [stage, 'c'],
    [stage, 'ort'],
  ])) {
    const controller = new AbortController();
    let after = 0;
    const error = await failsWith(
      cut(disc(120, 90), {
        engine: name,
        signal: controller.signal,
        onProgress: (/** @type {any} */ progress) => {
          if (controller.signal.aborted) after++;
          if (progress.stage === stage) controller.abort();
        },
      }),
      'aborted',
    );
    assert.equal(error.name, 'CutawayError');
    assert.equal(after, 0, `progress after the cancel in ${stage} on ${name}`);
  }
  await failsWith(cut(disc(40, 30), { signal: AbortSignal.abort() }), 'aborted');
  await nextPhotoIsFine();
});

test('a worker killed in mid-job fails that job; those behind it go on', async () => {
  const own = createNodeEngine();
  try {
    await own.removeBackground(new Blob([disc(40, 30)]), { model });
    const first = own.removeBackground(new Blob([disc(900, 900)]), {
      model,
      onProgress: () => own.client.worker?.terminate(),
    });
    const second = own.removeBackground(new Blob([disc(40, 30)]), { model });
    await failsWith(first, 'engine_crashed');
    assert.equal((await second).report.subject.found, true);
  } finally {
    own.dispose();
  }
});

test('memory that is refused is out_of_memory, and the instance lives', async () => {
  await engine.client.ask('memory', { options: { limit_bytes: 3_000_000 } });
  await failsWith(cut(disc(1500, 1000)), 'out_of_memory');
  await engine.client.ask('memory', { options: { limit_bytes: 0 } });
  await nextPhotoIsFine();
  assert.equal((await cut(disc(1500, 1000))).report.width, 1500);
});

test('a request that the worker does not know is an error, not something else', async () => {
  for (const type of ['prelaod', 'constructor', 'toString', undefined]) {
    await assert.rejects(engine.client.ask(/** @type {any} */ (type), {}), { code: 'bad_argument' }, String(type));
  }
  await nextPhotoIsFine();
});

test('a URL that cannot be fetched is fetch_failed', async () => {
  await failsWith(engine.removeBackground('http://127.0.0.1:9/nothing.png'), 'fetch_failed');
});

test('many jobs at once are done one after another, each with its own answer', async () => {
  const sizes = Array.from({ length: 12 }, (_, i) => 20 + i);
  const results = await Promise.all(sizes.map((size) => cut(disc(size, size))));
  assert.deepEqual(
    results.map(({ report }) => report.width),
    sizes,
  );
});

test("the sentences that JavaScript needs without the core are the core's own", async () => {
  const { statuses } = await engine.abi();
  assert.deepEqual(
    Object.keys(listed),
    statuses.map(({ code }) => code),
  );
  for (const [code, { text }] of Object.entries(listed)) {
    assert.equal(statuses.find((status) => status.code === code)?.text, text, code);
  }
});

test('a lossy WebP of any number of partitions is read, and refused when one starts as none can', async () => {
  const encode = await encoder('webp');
  const [w, h] = [40, 150];
  const rgba = Uint8ClampedArray.from({ length: w * h * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * i * 7) % 251));
  for (const more of [{ partitions: 0 }, { partitions: 1, segments: 1 }, { partitions: 3 }]) {
    const file = Buffer.from(encode(rgba, w, h, { ...more, method: 2 })); // above it writes one partition
    assert.equal(file.toString('latin1', 12, 16), 'VP8 ');
    const count = 1 << more.partitions;
    const sizes = 30 + (file.readUIntLE(20, 3) >> 5); // behind the first partition
    const starts = [30, sizes + 3 * (count - 1)];
    for (let i = 0; i + 1 < count; i++) starts.push(starts[i + 1] + file.readUIntLE(sizes + 3 * i, 3));
    assert.equal(starts.length, 1 + count);
    const { width, height } = await engine.convert(new Blob([file]), { format: 'png' });
    assert.deepEqual([width, height], [w, h]);
    for (const at of starts) {
      const other = Buffer.from(file);
      assert.notEqual(other[at], 255);
      other[at] = 255;
      await failsWith(engine.convert(new Blob([other]), { format: 'png' }), 'corrupt_image');
    }
  }
});
