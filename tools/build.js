// npm run build: sets up, compiles cutaway.wasm, makes the lists that follow
// it, stages dist/ (what ships).
// As a module it gives the same steps to start, test and bench.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { relayTable } from '../shim/adapters/service-worker-table.js';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const dist = join(root, 'dist');

/**
 * @param {string} folder
 * @param {string} to
 * @param {...string} files
 * @returns {[string, string][]}
 */
const from = (folder, to, ...files) => files.map((file) => [`${folder}/${file}`, `${to}/${file}`]);

/** What dist/ holds: [from, to]; a folder is copied whole, but for what only Node and TypeScript use. */
const staged = [
  ['web/index.html', 'index.html'],
  ['web/page.js', 'page.js'],
  ['web/page.css', 'page.css'],
  ['web/theme-boot.js', 'theme-boot.js'],
  ['web/app.js', 'app.js'],
  ['web/manifest.webmanifest', 'manifest.webmanifest'],
  ['web/icons', 'icons'],
  ['web/texts', 'texts'],
  ['web/engine', 'engine'],
  ['web/widget', 'widget'],
  ['web/batch', 'batch'],
  ['web/samples', 'samples'],
  ['shim', 'shim'],
  ['build/wasm/cutaway.wasm', 'cutaway.wasm'],
  ['build/wasm/cutaway-threads.wasm', 'cutaway-threads.wasm'],
  ['build/wasm/cutaway-relaxed.wasm', 'cutaway-relaxed.wasm'],
  ['build/wasm/cms.wasm', 'cms.wasm'],
  ['models/base', 'models/base'],
  ['models/detail', 'models/detail'],
  ['models/pick', 'models/pick'],
  ['models/known.json', 'models/known.json'],
  ['LICENSE', 'LICENSE.txt'], // the ending tells a host that it is text
  ...from(
    'node_modules/onnxruntime-web/dist',
    'vendor/ort',
    'ort.wasm.min.mjs',
    'ort-wasm-simd-threaded.mjs',
    'ort-wasm-simd-threaded.wasm',
  ),
  ...from(
    'node_modules/@jsquash/webp',
    'vendor/webp',
    'LICENSE',
    'codec/dec/webp_dec.js',
    'codec/dec/webp_dec.wasm',
    'codec/enc/webp_enc_simd.js',
    'codec/enc/webp_enc_simd.wasm',
  ),
  ...from('node_modules/@jsquash/avif', 'vendor/avif', 'LICENSE', 'codec/dec/avif_dec.js', 'codec/dec/avif_dec.wasm'),
  ...from('node_modules/@jsquash/jxl', 'vendor/jxl', 'LICENSE', 'codec/dec/jxl_dec.js', 'codec/dec/jxl_dec.wasm'),
  ...from('node_modules/libheif-js', 'vendor/heif', 'libheif-wasm/LICENSE', 'libheif-wasm/libheif-bundle.mjs'),
  ...from('node_modules/geotiff', 'vendor/tiff', 'LICENSE', 'dist-browser/geotiff.js'),
  ...from('node_modules/client-zip', 'vendor/client-zip', 'LICENSE.txt', 'index.js'),
  ...from('node_modules/ag-psd', 'vendor/psd', 'LICENSE', 'dist/bundle.js'),
  ...from(
    'node_modules/@noble/hashes',
    'vendor/noble',
    'LICENSE',
    'sha2.js',
    'legacy.js',
    'utils.js',
    '_md.js',
    '_u64.js',
  ),
];

/** What may be missing; then no line that names it goes into dist/. */
const optional = ['models/pick', 'build/wasm/cutaway-relaxed.wasm'];
/** The files that name it. */
export const naming = ['engine/worker/assets.js', 'engine/lists/bundled.js'];

/**
 * Runs a command; ends the process with its status when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options] quiet: output only on failure
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? 'pipe' : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (done.error) throw done.error;
  if (done.status === 0) return;
  if (quiet) process.stderr.write(done.stdout + done.stderr);
  process.stderr.write(`${command} ${args.join(' ')}: exit status ${done.status ?? done.signal}\n`);
  process.exit(1);
}

/** @param {string[]} flags of tools/setup */
export function setup(...flags) {
  run(join(root, 'tools/setup'), flags);
}

/**
 * Configures once, then builds what changed.
 *
 * @param {string} preset of CMakePresets.json
 * @param {...string} targets all, when none is named
 */
export function compile(preset, ...targets) {
  // the folder may have been made on another machine or by another generator
  if (!existsSync(join(root, 'build', preset, 'build.ninja'))) {
    rmSync(join(root, 'build', preset), { recursive: true, force: true });
    run('cmake', ['--preset', preset], { quiet: true });
  }
  const only = targets.flatMap((name) => ['--target', name]);
  run('cmake', ['--build', '--preset', preset, ...only], {
    quiet: true,
    env: { NODE_PATH: '/usr/share/nodejs' },
  });
}

/** Newest change below a path, in ms; 0 when it is missing. @param {string} path @returns {number} */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Copies what changed into dist/, and takes away what is no longer named. */
export function stage() {
  const named = new Set([
    'offline.js',
    'service-worker.js',
    'THIRD_PARTY.txt',
    ...staged.map(([, to]) => to.split('/')[0]),
  ]);
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    if (!named.has(name)) rmSync(join(dist, name), { recursive: true });
  }
  for (const [path, to] of staged) {
    const source = join(root, path);
    const target = join(dist, to);
    if (!existsSync(source)) {
      if (!optional.includes(path)) throw new Error(`${path} is missing`);
      rmSync(target, { recursive: true, force: true });
      continue;
    }
    if (newest(source) <= newest(target)) continue;
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, {
      recursive: true,
      filter: (path) => !/\/(node(-[\w-]+)?|engine-pool|cli-serve|folder)\.js$|\/engine\/node$|\.d\.ts$/.test(path),
    });
  }
  stageRelay();
  stageNaming();
}

/** A text less the lines that name a file, or one of a folder. @param {string} text @param {string[]} missing paths in dist/ */
export const namingNone = (text, missing) =>
  text
    .split('\n')
    .filter((line) => !missing.some((path) => line.includes(`'${path}'`) || line.includes(`${path}/`)))
    .join('\n');

/** Whoever bundles dist/ follows each address in it: of what has not come there is none. */
function stageNaming() {
  const missing = staged
    .filter(([path]) => optional.includes(path) && !existsSync(join(root, path)))
    .map(([, to]) => to);
  for (const path of naming)
    writeIfNew(join(dist, path), namingNone(readFileSync(join(root, 'web', path), 'utf8'), missing));
}

/** @param {string} target @param {string} text */
function writeIfNew(target, text) {
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}

/** Writes the shim's service worker with its table: beside the shim, and at the root, since its scope is the folder it lies in. */
function stageRelay() {
  const text = relayTable() + readFileSync(join(root, 'shim/adapters/service-worker.js'), 'utf8');
  for (const path of ['shim/adapters/service-worker.js', 'service-worker.js']) {
    writeIfNew(join(dist, path), text);
  }
}

/** Writes dist/THIRD_PARTY.txt: the list, and the notices that have to go with what is compiled in or copied. */
function stageNotices() {
  /** @param {string} path */
  const text = (path) => readFileSync(join(root, path), 'utf8').trim();
  const [, stb] = text('build/third_party/stb/stb_image.h').split('ALTERNATIVE A - MIT License\n');
  const notices = [
    text('THIRD_PARTY.md').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
    `cJSON\n\n${text('build/third_party/cjson/LICENSE')}`,
    `libdeflate\n\n${text('build/third_party/libdeflate/COPYING')}`,
    `Little CMS\n\n${text('build/third_party/lcms2/COPYING')}`,
    `stb_image, stb_image_write\n\n${stb.slice(0, stb.indexOf('\n---')).trim()}`,
    text('tools/notices.txt'), // of those that bring no file
    '@jsquash/webp, @jsquash/avif, @jsquash/jxl, libheif-js, geotiff, client-zip, ag-psd, @noble/hashes: LICENSE beside each in vendor/',
  ];
  writeFileSync(join(dist, 'THIRD_PARTY.txt'), `${notices.join(`\n\n${'-'.repeat(78)}\n\n`)}\n`);
}

/** What no visitor of the page ever needs, or only for a model of their own (ONNX Runtime), a rare format or a click (kept by the
 * engine from then on). */
const notOffline =
  /^(models\/pick\/model\.onnx$|samples\/(?!duck|\w+-small)|vendor\/(ort|noble|avif|jxl|heif|tiff|psd)\/|engine\/core\/codecs\/fax\.js$|cms\.wasm$|cutaway-(threads|relaxed)\.wasm$|shim\/|service-worker\.js$|offline\.js$|404\.html$|card\.png$|\.nojekyll$)|\/(LICENSE|[^/]*\.md)$/;

/** @param {string} dir @param {string} [at] @returns {string[]} paths below dir, sorted */
function paths(dir, at = '') {
  return readdirSync(join(dir, at), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? paths(dir, `${at}${entry.name}/`) : [at + entry.name]));
}

/**
 * Writes the page's service worker with the list of what it keeps.
 *
 * @param {string} [dir] a copy of dist/
 */
export function stageOffline(dir = dist) {
  const files = Object.fromEntries(
    paths(dir)
      .filter((path) => !notOffline.test(path))
      .map((path) => [
        path,
        createHash('sha256')
          .update(readFileSync(join(dir, path)))
          .digest('hex'),
      ]),
  );
  const text = `self.cutawayFiles = ${JSON.stringify(files, null, 1)};\n${readFileSync(join(root, 'web/offline.js'), 'utf8')}`;
  writeIfNew(join(dir, 'offline.js'), text);
}

/** @param {...string} flags of tools/setup */
export function build(...flags) {
  setup(...flags);
  compile('wasm', 'cutaway', 'cutaway-threads', 'cutaway-relaxed', 'cms');
  run('node', ['tools/make-lists.js']);
  stage();
  stageNotices();
  stageOffline();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  build();
  process.stdout.write('dist/ is ready\n');
}
