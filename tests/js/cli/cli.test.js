// The command line as a user meets it: exit statuses, files, one line of error.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { model as onnx, node } from '../../../tools/onnx-writer.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png, readPng } from '../pictures.js';
import { runNode } from '../run-node.js';

const cutaway = fileURLToPath(new URL('../../../bin/cutaway.js', import.meta.url));
/** @type {string} */ let dir;
/** @type {string} */ let model;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-cli-'));
  await writeFile(join(dir, 'model.onnx'), brightnessModel());
  await writeFile(join(dir, 'model.json'), JSON.stringify(brightnessManifest()));
  await writeFile(join(dir, 'disc.jpg'), disc(60, 40)); // a PNG by content
  await writeFile(join(dir, 'bad.jpg'), 'no picture');
  model = join(dir, 'model.onnx');
});
after(() => rm(dir, { recursive: true }));

/** @param {string[]} args @param {Uint8Array} [input] stdin */
const run = (args, input) => runNode(dir, [cutaway, ...args], input);
const cut = (/** @type {string[]} */ ...args) => run([...args, '--model', model]);

test('a photo in, a cut-out and one report out', async () => {
  const { status, stdout, stderr } = await cut('disc.jpg', '-o', 'out.png', '--json');
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const lines = stdout.toString().trim().split('\n');
  assert.equal(lines.length, 1);
  const report = JSON.parse(lines[0]);
  assert.deepEqual(
    [report.input, report.output, report.width, report.height, report.format],
    ['disc.jpg', 'out.png', 60, 40, 'png'],
  );
  const file = await readFile(join(dir, 'out.png'));
  assert.equal(report.bytes, file.length);
  assert.equal(report.engine, 'c');
  assert.deepEqual([readPng(file).width, readPng(file).height], [60, 40]);
});

test('the format follows the ending of the output, or --format', async () => {
  assert.equal((await cut('disc.jpg', '-o', 'a.webp', '--quality', '80')).status, 0);
  assert.equal((await readFile(join(dir, 'a.webp'))).toString('latin1', 8, 12), 'WEBP');
  assert.equal((await cut('disc.jpg', '-o', 'a.bin', '--format', 'jpeg')).status, 0);
  assert.equal((await readFile(join(dir, 'a.bin'))).readUInt16BE(0), 0xffd8);
});

test('- is stdin and stdout', async () => {
  const { status, stdout } = await run(['-', '-o', '-', '--model', model], disc(31, 17));
  assert.equal(status, 0);
  assert.deepEqual([readPng(stdout).width, readPng(stdout).height], [31, 17]);
});

test('many inputs go to a folder; a bad one does not stop the rest', async () => {
  await mkdir(join(dir, 'sub'), { recursive: true });
  await writeFile(join(dir, 'sub/disc.jpg'), disc(20, 20));
  const { status, stdout, stderr } = await cut('disc.jpg', 'bad.jpg', 'sub/disc.jpg', '-o', 'many/', '--json');
  assert.equal(status, 1);
  assert.equal(stdout.toString().trim().split('\n').length, 2);
  assert.match(stderr, /^cutaway: bad\.jpg: unsupported_format: [^\n]+\n$/);
  assert.deepEqual(readdirSync(join(dir, 'many')).sort(), ['disc-2.png', 'disc.png']);
});

test('what cannot be done is one line and exit status 1, and leaves no file', async () => {
  for (const [args, code] of /** @type {[string[], string][]} */ ([
    [['bad.jpg', '-o', 'x.png'], 'unsupported_format'],
    [['missing.jpg', '-o', 'x.png'], 'read_failed'],
    [['disc.jpg', '-o', 'bad.jpg/dir/x.png'], 'write_failed'],
    [['disc.jpg', '-o', 'x.png', '--background', 'missing.jpg'], 'read_failed'],
  ])) {
    const { status, stderr } = await cut(...args);
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(`^cutaway: [^\\n]*${code}: [^\\n]+\\n$`));
  }
  assert.equal(existsSync(join(dir, 'x.png')), false);
  const { status, stderr } = await run(['disc.jpg', '-o', 'x.png', '--model', join(dir, 'bad.jpg')]);
  assert.equal(status, 1);
  assert.match(stderr, /model_fetch_failed|bad_manifest/);
});

test('wrong usage is exit status 2', async () => {
  for (const args of [
    [],
    ['disc.jpg'],
    ['disc.jpg', 'bad.jpg', '-o', 'one.png'],
    ['disc.jpg', '-o', 'x.png', '--nonsense'],
    ['disc.jpg', '-o', 'x.png', '--quality', 'high'],
    ['disc.jpg', '-o', 'x.png', '--quality', '101'],
    ['disc.jpg', '-o', 'x.png', '--background', '#12'],
    ['disc.jpg', '-o', '-', '--json'],
    ['disc.jpg', '-o', ''],
    ['', '-o', 'x.png'],
    ['disc.jpg', '-o', 'x.png', '--format', 'jpeg'],
  ]) {
    const { status, stderr } = await run(args);
    assert.equal(status, 2, `${args}: ${stderr}`);
    assert.match(stderr, /^cutaway: /);
  }
  assert.equal(existsSync(join(dir, 'x.png')), false);
});

test('a full disk leaves no half file', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
  const { status, stderr } = await cut('disc.jpg', '-o', '/dev/full');
  assert.equal(status, 1);
  assert.match(stderr, /write_failed/);
  // a real file system that is full: a tmpfs of 4 KB, where it may be mounted
  const small = join(dir, 'small');
  await mkdir(small);
  const { spawnSync } = await import('node:child_process');
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', small]).status !== 0)
    return t.skip('a tmpfs cannot be mounted here');
  try {
    await writeFile(
      join(dir, 'big.png'),
      png(300, 300, (x, y) => [255, 244 + ((x * y * 7) % 11), 255 - ((x * x * 31 + y * y * 17) % 7)]),
    );
    const big = await cut('big.png', '-o', 'small/big.png');
    assert.equal(big.status, 1, big.stderr);
    assert.match(big.stderr, /write_failed/);
    assert.deepEqual(readdirSync(small), []);
  } finally {
    spawnSync('umount', [small]);
  }
});

test('--engine takes the one that is named', async () => {
  for (const name of ['c', 'ort']) {
    const { stdout } = await cut('disc.jpg', '-o', `${name}.png`, '--engine', name, '--json');
    assert.equal(JSON.parse(stdout.toString()).engine, name);
  }
  // the model is a mean of three numbers: both find the same
  assert.deepEqual(
    readPng(await readFile(join(dir, 'c.png'))).rgba,
    readPng(await readFile(join(dir, 'ort.png'))).rgba,
  );
});

test('plan prints what engine c makes of the default model, columns in line, sums at the end', async () => {
  const { status, stdout, stderr } = await run(['plan', 'base']);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const lines = stdout.toString().trim().split('\n');
  const total = lines.pop() ?? '';
  const [head, ...rows] = lines;
  assert.match(head, /^operator +fused +shape +MACs +kernel +offset +bytes$/);
  assert.ok(
    rows.every((row) => row.length <= head.length),
    'no row is wider than the names of the columns',
  );
  const plan = JSON.parse((await run(['plan', 'base', '--json'])).stdout.toString());
  const pairs = plan.steps.filter((/** @type {any} */ { before }) => before).length;
  assert.equal(rows.length, plan.steps.length + pairs);
  assert.ok(pairs > 0 && rows.filter((row) => / bands$/.test(row)).length === pairs);
  const end = head.indexOf('MACs') + 4;
  const macs = rows.map((row) => Number(/(\d+)$/.exec(row.slice(0, end))?.[1]));
  assert.equal(
    macs.reduce((sum, value) => sum + value),
    plan.macs,
  );
  const {
    input: { size },
  } = JSON.parse(await readFile(new URL('../../../models/base/manifest.json', import.meta.url), 'utf8'));
  const side = size.join('x');
  assert.equal(
    total,
    `1x3x${side} to 1x1x${side}: ${(plan.macs / 1e9).toFixed(3)} GMAC, arena ${plan.arena_bytes} bytes, ` +
      `weights ${plan.weight_bytes} bytes, arithmetic i16`,
  );
  for (const { offset, bytes } of plan.steps) assert.ok(offset + bytes <= plan.arena_bytes);
});

/** @param {string} name @param {string} op @param {(number | string)[]} dims */
const single = (name, op, dims) =>
  writeFile(
    join(dir, name),
    onnx({ nodes: [node(op, ['x'], ['y'], {}, 'the_node')], inputs: [['x', dims]], outputs: [['y', dims]] }),
  );

test('plan takes the size from --size, the manifest, or the file', async () => {
  const shapeOf = async (/** @type {string[]} */ ...args) => {
    const { status, stdout, stderr } = await run(['plan', ...args, '--json']);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout.toString()).input.shape;
  };
  await single('fixed.onnx', 'Relu', [1, 3, 24, 40]);
  await single('open.onnx', 'Relu', [1, 3, 'h', 'w']);
  assert.deepEqual(await shapeOf('fixed.onnx'), [1, 3, 24, 40]);
  assert.deepEqual(await shapeOf('open.onnx', '--size', '32x16'), [1, 3, 16, 32]);
  const open = await run(['plan', 'open.onnx']);
  assert.equal(open.status, 2);
  assert.match(open.stderr, /--size/);
  await writeFile(join(dir, 'open.json'), JSON.stringify(brightnessManifest(48)));
  assert.deepEqual(await shapeOf('open.onnx'), [1, 3, 48, 48]);
  assert.deepEqual(await shapeOf('open.onnx', '--size', '8x8'), [1, 3, 8, 8]);
});

test('a model that engine c cannot run has no plan: one line, exit status 1', async () => {
  await single('softplus.onnx', 'Softplus', [1, 3, 8, 8]);
  await writeFile(join(dir, 'torn.onnx'), brightnessModel().subarray(0, 90));
  await writeFile(join(dir, 'list.onnx'), brightnessModel());
  await writeFile(join(dir, 'list.json'), '[]');
  for (const [file, code] of [
    ['softplus.onnx', 'unsupported_model: .*Softplus.*the_node'],
    ['bad.jpg', 'bad_model'],
    ['torn.onnx', 'bad_model'],
    ['missing.onnx', 'read_failed'],
    ['list.onnx', 'bad_manifest'],
  ]) {
    const { status, stdout, stderr } = await run(['plan', file]);
    assert.equal(status, 1, `${file}: ${stderr}`);
    assert.equal(stdout.length, 0);
    assert.match(stderr, new RegExp(`^cutaway: ${code}[^\\n]+\\n$`));
  }
  for (const args of [[], ['base', 'base'], ['base', '--size', '320'], ['base', '-o', 'x.png']]) {
    assert.equal((await run(['plan', ...args])).status, 2, `${args}`);
  }
});

test('--help and --version answer', async () => {
  assert.match((await run(['--help'])).stdout.toString(), /cutaway IN -o OUT/);
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.equal((await run(['--version'])).stdout.toString(), `cutaway ${version}\n`);
});
