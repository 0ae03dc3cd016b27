// The package as npm would have it: nothing runs at its installation, it works
// from a foreign folder, and its types are right for every way of resolving.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { installPackage, root, run } from '../../package.js';

const tsc = join(root, 'node_modules/typescript/bin/tsc');
/** @type {ReturnType<typeof installPackage>} */ let outside;

before(() => {
  run('node', [tsc, '-p', 'jsconfig.types.json']);
  outside = installPackage();
});
after(() => rmSync(outside.away, { recursive: true, force: true }));

test('holds what runs and nothing of the workshop, and installs without a script', () => {
  const { files, installed } = outside;
  for (const path of [
    'dist/widget/background-remover.js',
    'dist/texts/de/studio.js',
    'dist/cutaway.wasm',
    'dist/models/base/model.onnx',
    'dist/offline.js',
    'web/engine/node.js',
    'models/base/model.onnx',
    'shim/index.js',
    'bin/cutaway.js',
    'web/widget/element.d.ts',
    'LICENSE',
    'README.md',
  ]) {
    assert.ok(files.includes(path), path);
  }
  assert.deepEqual(
    files.filter((path) => /^(tests|tools|wasm|cmake|\.ci)\/|^web\/(texts|page)|^build\/(?!types)/.test(path)),
    [],
  );
  const { scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(scripts[name], undefined);
});

test('cuts a photo out from another folder, by API and by shell', () => {
  const { away, installed } = outside;
  cpSync(join(root, 'web/samples/duck.jpg'), join(away, 'duck.jpg'));
  writeFileSync(
    join(away, 'cut.js'),
    `import { removeBackground } from 'cutaway';
    import { readFileSync } from 'node:fs';
    const { report } = await removeBackground(new Blob([readFileSync('duck.jpg')]));
    console.log(report.width, report.subject.found);`,
  );
  assert.equal(run('node', ['cut.js'], away), '1200 true\n');
  writeFileSync(
    join(away, 'pool.js'),
    `import { createPool } from 'cutaway/pool';
    import { readFileSync } from 'node:fs';
    const pool = createPool({ size: 2 });
    const made = await Promise.all([1, 2, 3].map(() => pool.removeBackground(new Blob([readFileSync('duck.jpg')]), { format: 'jpeg' })));
    console.log(made.map(({ report }) => report.width).join());`,
  );
  assert.equal(run('node', ['pool.js'], away), '1200,1200,1200\n');
  run('node', [join(installed, 'bin/cutaway.js'), 'duck.jpg', '-o', 'duck.webp'], away);
  assert.equal(readFileSync(join(away, 'duck.webp')).subarray(8, 12).toString(), 'WEBP');
});

test('a strict TypeScript program finds its types, as Node and as a bundler resolve', () => {
  const { away } = outside;
  writeFileSync(
    join(away, 'use.ts'),
    `
    import { removeBackground, CutawayError } from 'cutaway';
    import { BackgroundRemover, type ResultDetail } from 'cutaway/element';
    import { createShim } from 'cutaway/shim';
    import { createPool, poolSize, type Pool, type Report } from 'cutaway/pool';
    import { BackgroundBatch, type FinishDetail } from 'cutaway/batch';
    const { blob, report } = await removeBackground(new Blob([]), { format: 'webp', background: '#ffffff' });
    const size: number = blob.size + report.width + report.subject.box[0];
    const element: BackgroundRemover = document.createElement('background-remover');
    element.addEventListener('background-remover-result', ({ detail }) => { const seen: ResultDetail = detail; console.log(seen.report.format); });
    const first: File | null = element.value;
    // @ts-expect-error a number is no source
    element.add([7]);
    // @ts-expect-error there is no such format
    void removeBackground(new Blob([]), { format: 'tiff' });
    const pool: Pool = createPool({ size: Math.min(2, poolSize()) });
    const made: Report = (await pool.removeBackground(new Blob([]), { crop: true })).report;
    const batch: BackgroundBatch = document.createElement('background-batch');
    batch.addEventListener('background-batch-finish', ({ detail }) => { const seen: FinishDetail = detail; console.log(seen.done, made.width); });
    // @ts-expect-error a size is a number
    createPool({ size: 'two' });
    console.log(size, first, new CutawayError('internal', 'x').code, createShim);
  `,
  );
  for (const [module, resolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    writeFileSync(
      join(away, 'tsconfig.json'),
      JSON.stringify({
        files: ['use.ts'],
        compilerOptions: {
          noEmit: true,
          strict: true,
          target: 'ES2022',
          lib: ['ES2023', 'DOM', 'DOM.Iterable'],
          types: [],
          module,
          moduleResolution: resolution,
        },
      }),
    );
    run('node', [tsc, '-p', 'tsconfig.json'], away);
  }
});

test('publint finds nothing', async () => {
  const { publint } = await import('publint');
  const { messages } = await publint({ pkgDir: outside.installed, strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test('arethetypeswrong finds nothing in a package that is modules only', () => {
  const found = run('node', [
    join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
    outside.tarball,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-emoji',
    '--no-color',
  ]); // a problem is an exit status, which throws
  const lines = [...found.matchAll(/^(?:node16 \(from ESM\)|bundler): (\w+)/gm)].map(([, word]) => word);
  assert.deepEqual([...new Set(lines)], ['OK']);
  assert.ok(lines.length >= 10);
});
