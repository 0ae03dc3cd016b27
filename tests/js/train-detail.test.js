// The recipe of models/train/detail, small: from drawn pairs to an ONNX file and its evaluation.
// Needs a Python with models/train/requirements.txt; CUTAWAY_PYTHON names it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { disc, png } from './pictures.js';

const python = process.env.CUTAWAY_PYTHON ?? 'python3';
const recipes = fileURLToPath(new URL('../../models/train/detail', import.meta.url));
const able = spawnSync(python, ['-c', 'import torch, cv2, scipy, onnx, onnxruntime']).status === 0;
const skip = able ? false : 'no Python with models/train/requirements.txt';
/** @type {string} */ let dir;

/** @param {string[]} args @returns {string} what it printed */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(python, args, {
    encoding: 'utf8',
    cwd: recipes,
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** @param {number} w @param {number} h */
const mask = (w, h) =>
  png(
    w,
    h,
    (x, y) => {
      const value = Math.hypot((x + 0.5) / w - 0.5, (y + 0.5) / h - 0.5) < 0.3 ? 255 : 0;
      return [value, value, value];
    },
    { channels: 3 },
  );

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-train-detail-'));
  const data = join(dir, 'shared/data');
  for (const name of ['photos', 'truth', 'mattes']) await mkdir(join(dir, name), { recursive: true });
  for (const name of ['nosubject/lal', 'nosubject/dtd']) await mkdir(join(data, name), { recursive: true });
  for (const set of ['duts_tr', 'human290', 'feral_cats']) {
    const where = join(data, 'train', set);
    for (const name of ['images', 'masks']) await mkdir(join(where, name), { recursive: true });
    for (let i = 0; i < 3; i++) {
      await writeFile(join(where, `images/p${i}.webp`), disc(90 + i, 80)); // decoders look at the content
      await writeFile(join(where, `masks/p${i}.png`), mask(90 + i, 80));
    }
  }
  for (const set of ['lal', 'dtd']) {
    for (let i = 0; i < 2; i++)
      await writeFile(
        join(data, `nosubject/${set}/q${i}.png`),
        png(60, 60, (x) => [i * 5, 90, (x * 7) % 256], { channels: 3 }),
      );
  }
  await writeFile(join(dir, 'photos/d.png'), disc(200, 150));
  for (const name of ['truth', 'mattes']) await writeFile(join(dir, `${name}/d.png`), mask(200, 150));
});
after(() => rm(dir, { recursive: true, force: true }));

test('makes crops, packs them, trains, goes on, exports, measures', { skip, timeout: 600_000 }, async () => {
  const crops = join(dir, 'work/crops');
  for (const [name, seed] of [
    ['tr', '1'],
    ['held', '2'],
  ]) {
    const made = run(
      'photos.py',
      '--shared',
      join(dir, 'shared'),
      '--raw',
      dir,
      '--cutouts',
      dir,
      '--photos',
      '3',
      '--seed',
      seed,
      '--out',
      join(crops, `real/${name}.npy`),
    );
    assert.match(made, /^\d+ crops of 3 composites/);
  }
  run('pack.py', 'into', join(dir, 'crops.zip'), crops);
  const args = [
    'train.py',
    '--work',
    join(dir, 'out'),
    '--packed',
    join(dir, 'crops.zip'),
    '--mix',
    'real=1',
    '--batch',
    '2',
    '--side',
    '64',
  ];
  run(...args, '--minutes', '0.1');
  const log = await readFile(join(dir, 'out/log.txt'), 'utf8');
  const steps = Number(
    log
      .match(/step (\d+) held out/g)
      ?.at(-1)
      ?.match(/\d+/)?.[0],
  );
  assert.ok(steps > 3, log);
  run(...args, '--minutes', '0.15');
  const after = await readFile(join(dir, 'out/log.txt'), 'utf8');
  assert.ok(after.startsWith(log), 'the log goes on');
  assert.match(after.slice(log.length), new RegExp(`^step ${steps} crops`, 'm'), 'from the step it was stopped at');

  const model = join(dir, 'model.onnx');
  assert.match(
    run('export.py', join(dir, 'out/detail.pt'), model, '--crops', join(crops, 'real/held.npy')),
    /int8 weights: greatest difference/,
  );
  const table = run(
    'evaluate.py',
    model,
    '--photos',
    join(dir, 'photos'),
    '--mattes',
    join(dir, 'mattes'),
    '--truth',
    join(dir, 'truth'),
    '--rounds',
    '1',
  );
  assert.match(table, /^1 photos[\s\S]*^coarse +0\.000[\s\S]*^1 rounds/m);
});

test('packs crops with little loss', { skip }, () =>
  run(
    '-c',
    `
import numpy as np, pack
rng = np.random.default_rng(0)
x, y = np.meshgrid(np.arange(160), np.arange(160))
crop = np.dstack([x, y, (x + y) // 2, np.clip(3 * x - 200, 0, 255), np.clip(2 * y - 90, 0, 255)]).astype(np.uint8)
gap = np.abs(pack.decoded(*pack.encoded(crop)).astype(int) - crop)
assert gap[..., 3:].max() <= 2 and gap[..., :3].mean() < 2, (gap[..., 3:].max(), gap[..., :3].mean())`,
  ),
);

test('changes only what is near the undecided, and holds whole regions', { skip }, () =>
  run(
    '-c',
    `
import numpy as np, torch, apply, network
torch.manual_seed(0)
net = network.Net().eval()
torch.nn.init.normal_(net.last.weight, 0, .2)
rng = np.random.default_rng(0)
photo = rng.integers(0, 255, (300, 420, 3)).astype(np.uint8)
alpha = np.clip((np.arange(420) - 205) / 10, 0, 1).astype(np.float32) * np.ones((300, 1), np.float32)
one, two = apply.refined(net, photo, alpha, 2)
far = np.abs(np.arange(420) - 210) > 5 + 2 * apply.REACH + 2
assert (one[:, far] == alpha[:, far]).all() and (two[:, far] == alpha[:, far]).all()
assert np.abs(one - alpha).max() > .1
region = alpha.copy(); region[100:, :100] = 1
assert (apply.held(alpha, region)[200:, :50] == 0).all(), 'a region that appeared is taken back'
strand = alpha.copy(); strand[100:102, :100] = 1
assert (apply.held(alpha, strand) == strand).all(), 'a strand is not'`,
  ),
);

test('blocks and pixels are the same picture, and no logits leave alpha as it is', { skip }, () =>
  run(
    '-c',
    `
import torch, network
alpha, rgb = torch.rand(2, 1, 8, 12), torch.rand(2, 3, 8, 12)
blocks = network.pack(rgb, alpha)
assert blocks.shape == (2, 16, 4, 6)
assert torch.equal(blocks[:, 4 * 3 + 3], alpha[:, 0, 1::2, 1::2]) and torch.equal(blocks[:, 4], rgb[:, 0, ::2, 1::2] * 2 - 1)
assert torch.allclose(network.answer(torch.zeros(2, 4, 4, 6), alpha.clamp(.02, .98)), (alpha.clamp(.02, .98) - .01) / .98, atol=1e-6)
z = torch.zeros(2, 4, 4, 6); z[:, 2] = 9
assert (network.answer(z, alpha)[:, 0, 1::2, ::2] > .9).all() and (network.answer(z, alpha)[:, 0, ::2] < 1).any()`,
  ),
);
