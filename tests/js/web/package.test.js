// The package as npm would have it: nothing runs at its installation, it works
// from a foreign folder, and its types are right for every way of resolving.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const away = mkdtempSync(join(tmpdir(), 'cutaway-package-'));
const installed = join(away, 'node_modules/cutaway');
/** @param {string} command @param {string[]} args @param {string} [cwd] */
function run(command, args, cwd = root) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8 });
  } catch (error) {
    const { stdout, stderr } = /** @type {any} */ (error);
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  }
}
const tsc = join(root, 'node_modules/typescript/bin/tsc');
let tarball = '';
/** @type {string[]} */ let files = [];

before(() => {
  run('node', [tsc, '-p', 'jsconfig.types.json']);
  const [packed] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', away]));
  tarball = join(away, packed.filename);
  files = packed.files.map((/** @type {{ path: string }} */ { path }) => path);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(away, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(away, 'node_modules', name));
  }
  writeFileSync(join(away, 'package.json'), '{ "type": "module" }');
});
after(() => rmSync(away, { recursive: true, force: true }));

test('holds what runs and nothing of the workshop, and installs without a script', () => {
  for (const path of ['dist/widget/background-remover.js', 'dist/texts/de/studio.js', 'dist/cutaway.wasm', 'dist/models/base/model.onnx', 'dist/offline.js',
    'web/engine/node.js', 'models/base/model.onnx', 'shim/index.js', 'bin/cutaway.js', 'web/widget/element.d.ts', 'LICENSE', 'README.md']) {
    assert.ok(files.includes(path), path);
  }
  assert.deepEqual(files.filter((path) => /^(tests|tools|wasm|cmake|\.ci)\/|^web\/(texts|page)|^build\/(?!types)/.test(path)), []);
  const { scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(scripts[name], undefined);
});

test('cuts a photo out from another folder, by API and by shell', () => {
  cpSync(join(root, 'web/samples/duck.jpg'), join(away, 'duck.jpg'));
  writeFileSync(join(away, 'cut.js'), `import { removeBackground } from 'cutaway';
    import { readFileSync } from 'node:fs';
    const { report } = await removeBackground(new Blob([readFileSync('duck.jpg')]));
    console.log(report.width, report.subject.found);`);
  assert.equal(run('node', ['cut.js'], away), '1200 true\n');
  run('node', [join(installed, 'bin/cutaway.js'), 'duck.jpg', '-o', 'duck.webp'], away);
  assert.equal(readFileSync(join(away, 'duck.webp')).subarray(8, 12).toString(), 'WEBP');
});

test('a strict TypeScript program finds its types, as Node and as a bundler resolve', () => {
  writeFileSync(join(away, 'use.ts'), `
    import { removeBackground, CutawayError } from 'cutaway';
    import { BackgroundRemover, type ResultDetail } from 'cutaway/element';
    import { createShim } from 'cutaway/shim';
    const { blob, report } = await removeBackground(new Blob([]), { format: 'webp', background: '#ffffff' });
    const size: number = blob.size + report.width + report.subject.box[0];
    const element: BackgroundRemover = document.createElement('background-remover');
    element.addEventListener('background-remover-result', ({ detail }) => { const seen: ResultDetail = detail; console.log(seen.report.format); });
    const first: File | null = element.value;
    // @ts-expect-error a number is no source
    element.add([7]);
    // @ts-expect-error there is no such format
    void removeBackground(new Blob([]), { format: 'tiff' });
    console.log(size, first, new CutawayError('internal', 'x').code, createShim);
  `);
  for (const [module, resolution] of [['NodeNext', 'NodeNext'], ['ESNext', 'Bundler']]) {
    writeFileSync(join(away, 'tsconfig.json'), JSON.stringify({ files: ['use.ts'], compilerOptions: { noEmit: true, strict: true,
      target: 'ES2022', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [], module, moduleResolution: resolution } }));
    run('node', [tsc, '-p', 'tsconfig.json'], away);
  }
});

test('publint finds nothing', async () => {
  const { publint } = await import('publint');
  const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test('arethetypeswrong finds nothing in a package that is modules only', () => {
  const found = run('node', [join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only', '--format', 'ascii',
    '--no-emoji', '--no-color']); // a problem is an exit status, which throws
  const lines = [...found.matchAll(/^(?:node16 \(from ESM\)|bundler): (\w+)/gm)].map(([, word]) => word);
  assert.deepEqual([...new Set(lines)], ['OK']);
  assert.ok(lines.length >= 10);
});
