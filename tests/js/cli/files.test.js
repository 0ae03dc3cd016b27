// Where results go, before any work: no original and no other result is ever
// written over, by whatever name it is called.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { destinations, formatOf, UsageError, write } from '../../../bin/files.js';
import { brightnessManifest, brightnessModel } from '../onnx.js';
import { disc, png } from '../pictures.js';
import { runNode } from '../run-node.js';

/** @type {string} */ let dir;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutaway-files-'));
  for (const name of ['a.jpg', 'a.png', 'c.png']) await writeFile(join(dir, name), name);
});
afterEach(() => rm(dir, { recursive: true }));

/** @param {string} name */
const at = (name) => join(dir, name);

/** Outputs by name, from the folder. @param {string[]} inputs @param {string} output @param {object} [how] */
async function outputs(inputs, output, how = {}) {
  const jobs = await destinations(inputs.map(at), output.endsWith('/') ? `${at(output)}/` : at(output), how);
  return jobs.map((job) => relative(dir, job.output));
}

/** @param {Promise<unknown>} work @param {RegExp} says */
const refused = (work, says) =>
  assert.rejects(work, (error) => error instanceof UsageError && says.test(error.message));

test('in a folder that holds the photos, results take names that nothing there has', async () => {
  assert.deepEqual(await outputs(['a.jpg', 'a.png'], '.'), ['a-cutout.png', 'a-cutout-2.png']);
  assert.deepEqual(await outputs(['c.png'], './'), ['c-cutout.png']);
  await writeFile(at('c-cutout.png'), 'kept');
  assert.deepEqual(await outputs(['c.png'], '.'), ['c-cutout-2.png']);
  await mkdir(at('sub'));
  assert.deepEqual(await outputs(['c.png'], 'sub/../'), ['c-cutout-2.png']);
});

test('a second run over a folder leaves what the first made of its photos, and says so', async () => {
  /** @type {string[]} */ const told = [];
  const tell = (/** @type {string} */ sentence) => told.push(sentence);
  await mkdir(at('in/deep'), { recursive: true });
  for (const name of ['in/1.jpg', 'in/deep/2.jpg', 'in/red-cutout.jpg']) await writeFile(at(name), '');
  const first = await outputs(['in'], 'in/', { recursive: true, tell });
  assert.deepEqual(first, ['in/1-cutout.png', 'in/deep/2-cutout.png', 'in/red-cutout-cutout.png']);
  assert.deepEqual(told, []); // a photo that is only called so
  for (const name of first) await writeFile(at(name), '');
  const second = await destinations([at('in')], `${at('in')}/`, { recursive: true, tell });
  assert.deepEqual(
    second.map(({ input }) => relative(dir, input)),
    ['in/1.jpg', 'in/deep/2.jpg', 'in/red-cutout.jpg'],
  );
  assert.deepEqual(
    second.map(({ output }) => relative(dir, output)),
    ['in/1-cutout-2.png', 'in/deep/2-cutout-2.png', 'in/red-cutout-cutout-2.png'],
  );
  assert.equal(told.length, 1);
  assert.match(told[0], /1-cutout\.png and 2 more: result of an earlier run, left out/);
  // the shell's own *.png, too; alone it is a picture like any other; it never costs the file
  assert.deepEqual(await outputs(['c.png', 'in/1.jpg', 'in/1-cutout.png'], 'out/'), ['out/c.png', 'out/1.png']);
  assert.deepEqual(await outputs(['in/1-cutout.png'], 'out/'), ['out/1-cutout.png']);
  await writeFile(at('c-cutout.png'), '');
  await refused(outputs(['c.png', 'c-cutout.png'], 'c-cutout.png'), /folder/);
});

test('results by looks, and those in a folder of their own, are left out of a second run', async () => {
  const look = { name: 'Shop', pattern: '{look}/{name}-{n}', options: {} };
  const story = { name: 'Story (9:16)', pattern: '{name}-{look}', options: /** @type {const} */ ({ format: 'webp' }) };
  await mkdir(at('in'));
  for (const name of ['in/1.jpg', 'in/2.jpg']) await writeFile(at(name), '');
  const how = { recursive: true, looks: [look, story] };
  const first = await outputs(['in'], 'in/', how);
  assert.deepEqual(first, ['in/Shop/1-1.png', 'in/1-Story (9_16).webp', 'in/Shop/2-2.png', 'in/2-Story (9_16).webp']);
  for (const name of first) await writeFile(at(name), '');
  const inputs = async (/** @type {string} */ output, how = {}) =>
    (await destinations([at('in')], at(output), { recursive: true, ...how })).map(({ input }) => relative(dir, input));
  const photos = ['in/1.jpg', 'in/2.jpg'];
  assert.deepEqual([...new Set(await inputs('in/', how))], photos);
  await rm(at('in'), { recursive: true });
  await mkdir(at('in/cut'), { recursive: true });
  for (const name of [...photos, 'in/cut/1.png']) await writeFile(at(name), '');
  assert.deepEqual(await inputs('in/cut/'), photos); // where results go is not looked into
  assert.deepEqual(await inputs('out/'), ['in/1.jpg', 'in/2.jpg', 'in/cut/1.png']);
});

test('a format that is not the name’s is refused, with both ways out', async () => {
  await refused(
    outputs(['c.png'], 'x.png', { format: 'jpeg' }),
    /x\.png is no name of a jpeg file: -o .*x\.jpg, or --format png/,
  );
  await refused(outputs(['c.png'], 'x.JPG', { format: 'webp' }), /-o .*x\.webp, or --format jpeg/);
  assert.deepEqual(await outputs(['c.png'], 'x.jpe', { format: 'jpeg' }), ['x.jpe']);
  assert.deepEqual(await outputs(['c.png'], 'x.bin', { format: 'jpeg' }), ['x.bin']);
});

test('in another folder a result has the name of its photo, and no two have the same', async () => {
  await mkdir(at('sub'));
  await writeFile(at('sub/A.jpg'), '');
  assert.deepEqual(await outputs(['a.jpg', 'a.png', 'sub/A.jpg'], 'out/'), ['out/a.png', 'out/a-2.png', 'out/A-3.png']);
  await writeFile(at('out/a.png'), 'of an earlier run');
  assert.deepEqual(await outputs(['a.jpg'], 'out/'), ['out/a.png']);
});

test('an output that is an input is refused, with what to write instead', async () => {
  await refused(outputs(['c.png'], 'c.png'), /c\.png would be written over .*c\.png.*-o .*c-cutout\.png/);
  await mkdir(at('sub'));
  await refused(outputs(['c.png'], 'sub/../c.png'), /an original/);
  await symlink(at('c.png'), at('link.png'));
  await refused(outputs(['c.png'], 'link.png'), /an original/);
  await refused(outputs(['link.png'], 'c.png'), /an original/);
  await link(at('c.png'), at('hard.png'));
  await refused(outputs(['c.png'], 'hard.png'), /an original/);
  await refused(outputs(['c.png'], 'a.png', { others: [at('a.png')] }), /an original/);
  assert.deepEqual(await outputs(['a.jpg'], '.', { others: [at('c.png')] }), ['a-cutout.png']);
});

test('letter case is seen as the file system sees it, and never costs an original', async () => {
  const folds = existsSync(at('C.PNG'));
  if (!folds) {
    assert.deepEqual(await outputs(['c.png'], 'C.PNG'), ['C.PNG']); // another file there
    await link(at('c.png'), at('C.PNG')); // one file by both names, as where case is folded
  }
  await refused(outputs(['c.png'], 'C.PNG'), /an original/);
  await refused(outputs(['C.PNG'], 'c.png'), /an original/);
  // of results that are not there yet nobody can ask: all that might be one file are told apart
  await mkdir(at('sub'));
  for (const name of ['straße.jpg', 'sub/STRASSE.jpg', 'sub/Straße.jpg']) await writeFile(at(name), '');
  assert.deepEqual(await outputs(['straße.jpg', 'sub/STRASSE.jpg'], 'out/'), ['out/straße.png', 'out/STRASSE-2.png']);
});

test('a model and its manifest are originals, too', async () => {
  await writeFile(at('model.onnx'), brightnessModel());
  await writeFile(at('model.json'), JSON.stringify(brightnessManifest()));
  await writeFile(at('c.png'), disc(40, 30));
  const cutaway = fileURLToPath(new URL('../../../bin/cutaway.js', import.meta.url));
  for (const file of ['model.onnx', 'model.json']) {
    const { status, stderr } = await runNode(dir, [cutaway, 'c.png', '-o', file, '--model', 'model.onnx']);
    assert.deepEqual([status, /would be written over .*an original/.test(stderr)], [2, true], stderr);
  }
});

test('a name is as long as file systems allow, whatever is put behind it', async () => {
  const name = `${'あ'.repeat(83)}.jpg`; // 253 bytes
  await writeFile(at(name), '');
  assert.deepEqual(await outputs([name], 'out/'), [`out/${'あ'.repeat(83)}.png`]);
  const [other] = await outputs([name], '.');
  assert.equal(other, `${'あ'.repeat(81)}-cutout.png`); // 254
  await write(at(other), Buffer.from('x'));
});

test('a pipe behind a link of the system is written to', async () => {
  const files = new URL('../../../bin/files.js', import.meta.url).href;
  const script = `import { write } from '${files}'; await write('/dev/stdout', Buffer.from('whole'));`;
  const command = '"$0" --input-type=module -e "$1" | cat';
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, script]);
  assert.equal(stdout, 'whole');
});

test('a link to a folder with the photos is that folder', async () => {
  await symlink(dir, at('here'));
  assert.deepEqual(await outputs(['c.png'], 'here/'), ['here/c-cutout.png']);
});

test('missing folders are made before the work', async () => {
  assert.deepEqual(await outputs(['c.png'], 'new/dir/out.png'), ['new/dir/out.png']);
  assert.ok(existsSync(at('new/dir')));
});

test('a folder as input means the pictures in it, with --recursive those below', async () => {
  await mkdir(at('in/deep'), { recursive: true });
  for (const name of ['in/2.JPG', 'in/1.webp', 'in/notes.txt', 'in/.DS_Store', 'in/deep/3.png'])
    await writeFile(at(name), '');
  assert.deepEqual(await outputs(['in'], 'out/'), ['out/1.png', 'out/2.png']);
  assert.deepEqual(await outputs(['in'], 'out/', { recursive: true }), ['out/1.png', 'out/2.png', 'out/deep/3.png']);
  await symlink('.', at('in/deep/again')); // a way round, and a folder that is called like a picture
  await mkdir(at('in/album.png'));
  await writeFile(at('in/album.png/4.jpg'), '');
  assert.deepEqual(await outputs(['in'], 'out/'), ['out/1.png', 'out/2.png']);
  assert.deepEqual(await outputs(['in'], 'out/', { recursive: true }), [
    'out/1.png',
    'out/2.png',
    'out/album.png/4.png',
    'out/deep/3.png',
  ]);
  await refused(outputs(['in'], 'out.png'), /folder/);
  await mkdir(at('empty'));
  await refused(outputs(['empty'], 'out/'), /no picture.*--recursive/);
});

test('an ending that is not written is refused, with those that are', async () => {
  for (const name of ['x.gif', 'x.avif', 'x.TIFF', 'x.bmp', 'x.heic', 'x.svg']) {
    await refused(outputs(['c.png'], name), /cannot be written; \.png \.jpg \.jpeg \.jpe \.jfif \.webp can/);
  }
  assert.deepEqual(['a.jpg', 'a.JPEG', 'a.jpe', 'a.jfif', 'a.webp', 'a.png', 'a.bin', 'a'].map(formatOf), [
    'jpeg',
    'jpeg',
    'jpeg',
    'jpeg',
    'webp',
    'png',
    undefined,
    undefined,
  ]);
});

test('a link as output is followed, and stays a link', async () => {
  await writeFile(at('target.png'), 'old');
  await symlink('target.png', at('link.png'));
  await write(at('link.png'), Buffer.from('new'));
  assert.ok(lstatSync(at('link.png')).isSymbolicLink());
  assert.equal(await readFile(at('target.png'), 'utf8'), 'new');
  await symlink('nothing-yet.png', at('dangling.png'));
  await write(at('dangling.png'), Buffer.from('made'));
  assert.equal(await readFile(at('nothing-yet.png'), 'utf8'), 'made');
});

test('a name as long as a file system takes can be written', async () => {
  const name = `${'猫'.repeat(83)}.png`; // 253 bytes
  await write(at(name), Buffer.from('x'));
  assert.ok(readdirSync(dir).includes(name));
});

test('the shell: originals stay, the file at fault is named', async () => {
  await writeFile(at('model.onnx'), brightnessModel());
  await writeFile(at('model.json'), JSON.stringify(brightnessManifest()));
  await writeFile(at('c.png'), disc(40, 30));
  await writeFile(at('d.png'), disc(40, 30));
  await writeFile(
    at('small.png'),
    png(8, 8, () => [255, 255, 255]),
  );
  const cutaway = fileURLToPath(new URL('../../../bin/cutaway.js', import.meta.url));
  /** @param {string[]} args */
  const run = (...args) => runNode(dir, [cutaway, ...args, '--model', 'model.onnx']);
  const before = await readFile(at('c.png'));
  assert.equal((await run('c.png', '-o', '.')).status, 0);
  assert.deepEqual(await readFile(at('c.png')), before);
  assert.ok(existsSync(at('c-cutout.png')));
  assert.equal((await run('c.png', '-o', 'c.png')).status, 2);

  const background = await run('c.png', 'd.png', '-o', 'out/', '--background', 'a.jpg'); // no picture
  assert.equal(background.status, 1);
  assert.match(background.stderr, /^cutaway: a\.jpg: unsupported_format: [^\n]+\n$/);
  const matte = await run('c.png', 'd.png', '-o', 'out/', '--matte', 'small.png');
  assert.equal(matte.status, 1);
  assert.equal(matte.stderr.match(/cutaway: small\.png \(for [cd]\.png\): bad_option/g)?.length, 2);
  for (const colour of ['black', '#fff', 'rgb(1 2 3)'])
    assert.equal((await run('c.png', '-o', 'colour.png', '--background', colour)).stderr, '');
  const wrong = await run('c.png', '-o', 'colour.png', '--background', 'blak');
  assert.deepEqual([wrong.status, /bad_option.*blak/.test(wrong.stderr)], [2, true]);
});
