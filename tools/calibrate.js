// Finds what ranges a model's feature maps take on photos and writes them into
// the ONNX file (metadata "cutaway.ranges"), where the 16-bit arithmetic of
// engine c takes its scales from. Any other reader ignores them.
//   node tools/calibrate.js MANIFEST.json PHOTO|FOLDER...
// The manifest names the file; its bytes and SHA-256 are brought up to date.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadCore } from '../web/engine/core/core.js';
import { CEngine } from '../web/engine/backends/c.js';
import { webpCodec } from '../web/engine/core/codecs/webp.js';
import { build, root } from './build.js';
import { withMetadata } from './onnx-metadata.js';

const key = 'cutaway.ranges';
/** More photos than this widen the ranges by nothing that matters. */
const most = 300;

/** @param {string[]} paths files and folders @returns {string[]} pictures, in order of name */
function pictures(paths) {
  return paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
          .filter((file) => /\.(jpe?g|png|bmp|webp)$/i.test(file))
      : [path],
  );
}

/**
 * @param {Uint8Array} model
 * @param {any} manifest
 * @param {string[]} files
 * @returns {Promise<string>} as cut_net_ranges() says
 */
export async function rangesOf(model, manifest, files) {
  const module = await WebAssembly.compile(readFileSync(join(root, 'build/wasm/cutaway.wasm')));
  const engine = new CEngine({ newCore: () => loadCore(module), arithmetic: 'record' });
  await engine.load(withMetadata(model, key, null), manifest);
  const core = await loadCore(module);
  const webpDir = dirname(createRequire(import.meta.url).resolve('@jsquash/webp/package.json'));
  const webp = webpCodec({
    module: (path) => import(pathToFileURL(join(webpDir, path)).href),
    wasm: async (path) => WebAssembly.compile(readFileSync(join(webpDir, path))),
  });
  for (const file of files) {
    const job = core.newJob();
    try {
      job.manifest(manifest);
      const bytes = readFileSync(file);
      if (!job.picture('decode', bytes)) job.picturePixels('decode', await webp.decode(bytes), bytes);
      await engine.run(job.prepare());
    } finally {
      job.free();
    }
  }
  return engine.ranges;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [manifestFile, ...paths] = process.argv.slice(2);
  if (!manifestFile || !paths.length) {
    process.stderr.write('node tools/calibrate.js MANIFEST.json PHOTO|FOLDER...\n');
    process.exit(2);
  }
  build();
  const text = readFileSync(manifestFile, 'utf8');
  const manifest = JSON.parse(text);
  const modelFile = join(dirname(manifestFile), manifest.file);
  const model = new Uint8Array(readFileSync(modelFile));
  const all = pictures(paths);
  const files = all.filter((_, i) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length));
  const ranges = await rangesOf(model, manifest, files);
  const calibrated = withMetadata(model, key, ranges);
  writeFileSync(modelFile, calibrated);
  // the manifest is kept as its author wrote it, but for two values
  writeFileSync(
    manifestFile,
    text
      .replace(/("bytes":\s*)\d+/, `$1${calibrated.length}`)
      .replace(/("sha256":\s*")[0-9a-f]+/, `$1${createHash('sha256').update(calibrated).digest('hex')}`),
  );
  process.stdout.write(
    `${modelFile}: ranges of ${ranges.trim().split('\n').length} feature maps from ${files.length} photos\n`,
  );
}
