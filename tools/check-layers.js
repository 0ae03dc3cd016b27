// Fails when a file uses a room that it may not (ARCHITECTURE.md, "Rooms").
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { root } from './build.js';
import { includeCircles, roomBreaches } from './c-includes.js';

/** C: which rooms of wasm/, or headers of one, a room may include, besides its own. @type {Record<string, string[]>} */
const cRooms = {
  base: [],
  include: ['base'],
  image: ['base'],
  nn: ['base', 'include', 'nn/onnx', 'nn/graph', 'nn/plan', 'nn/kernels'],
  'nn/onnx': ['base'],
  'nn/graph': ['base', 'nn/onnx'],
  'nn/plan': ['base', 'nn/graph', 'nn/kernels'],
  'nn/kernels': ['base', 'nn/graph', 'nn/plan/step.h', 'nn/plan/pack.h'],
  matte: ['base', 'image'],
  detail: ['base', 'image', 'matte'],
  compose: ['base', 'image', 'matte'],
  edit: ['base', 'include', 'image', 'matte', 'detail'],
  cms: [],
  options: ['base', 'include', 'compose', 'matte'],
  job: ['base', 'include', 'image', 'nn', 'matte', 'detail', 'compose', 'edit', 'options'],
};
/** Inside wasm/, what only these files may include. @type {Record<string, RegExp>} */
const cKept = {
  'cJSON.h': /^base\/json\.c$/,
  'stb_image.h': /^image\/stb_image\.c$/,
  'stb_image_write.h': /^image\/stb_image_write\.c$/,
  'lib/deflate_constants.h': /^image\/libdeflate_runs\.c$/,
  'lib/ht_matchfinder.h': /^image\/libdeflate_runs\.c$/,
  'lib/deflate_compress.c': /^image\/libdeflate_runs\.c$/,
  'lcms2.h': /^cms\/cms\.c$/,
  'lcms2_plugin.h': /^cms\/cms\.c$/,
  'libdeflate.h': /^image\/(icc|libdeflate_runs|stb_image)\.c$/,
};

/** JS: [files, what they may import]. The first match counts. @type {[RegExp, RegExp][]} */
const jsRules = [
  [/^web\/engine\/lists\//, /^$/],
  [/^web\/engine\/core\//, /^web\/engine\/(core|lists)\//],
  [/^web\/engine\/backends\//, /^web\/engine\/(core|backends)\//],
  [/^web\/engine\/worker\//, /^web\/engine\/(core|backends|worker)\//],
  [/^web\/engine\/node\//, /^(web\/engine\/(core|backends|node)\/|node:)/],
  [/^web\/engine\/(node|node-pool)\.js$/, /^(web\/engine\/(core\/(errors|look)|node\/\w+|\w+)\.js$|node:)/],
  [/^web\/engine\/\w+\.js$/, /^web\/engine\/(core\/(errors|held-calls|look)|worker\/spawn|lists\/\w+|\w+)\.js$/],
  [/^web\/texts\//, /^web\/texts\//],
  [/^web\/widget\/common\//, /^web\/(widget\/common\/|texts\/|engine\/lists\/)/],
  [/^web\/widget\/settings\//, /^web\/(widget\/(common|settings)\/|texts\/|engine\/(lists\/|core\/style-text\.js$))/],
  [/^web\/widget\/pick\//, /^web\/(widget\/(common|pick)\/|texts\/)/],
  [/^web\/widget\/retouch\//, /^web\/(widget\/(common|pick|retouch)\/|texts\/)/],
  [/^web\/widget\//, /^web\/(widget\/|texts\/|engine\/((index|line)\.js$|lists\/|core\/(style-text|look)\.js$))/],
  [/^web\/batch\//, /^web\/(batch\/|widget\/|texts\/|engine\/(index|line|pool|core\/look)\.js$)/],
  [/^web\/(page|app)\.js$/, /^web\/(widget\/|texts\/|batch\/open\.js$|app\.js$|engine\/index\.js$)/],
  [/^shim\/(\w+\/)*node-[\w-]+\.js$/, /^(shim\/|node:|(@fastify\/busboy|pg|prom-client|@aws-sdk\/client-s3)$)/],
  [/^shim\//, /^(shim\/|node:)/],
  [/^bin\//, /^(bin\/|web\/engine\/(lists\/|(node|core\/(errors|look|style-text))\.js$)|shim\/|node:)/],
];
/** Files that may touch what a browser's worker does not have. */
const engineWithDom = /\b(document|window|HTMLElement)\s*[.(]/;

/** @param {string} dir @param {RegExp} pattern @returns {string[]} paths from the root */
function files(dir, pattern) {
  if (!existsSync(join(root, dir))) return [];
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = `${dir}/${entry.name}`;
    return entry.isDirectory() ? files(path, pattern) : pattern.test(entry.name) ? [path] : [];
  });
}

/** @type {string[]} */
const breaches = [];

const sources = Object.fromEntries(
  files('wasm', /\.[ch]$/).map((path) => [path.slice('wasm/'.length), readFileSync(join(root, path), 'utf8')]),
);
breaches.push(
  ...roomBreaches(sources, cRooms, cKept),
  ...includeCircles(sources).map((circle) => `wasm/ includes in a circle: ${circle.join(', ')}`),
);

for (const path of ['web', 'shim', 'bin'].flatMap((dir) => files(dir, /\.js$/))) {
  const allowed = jsRules.find(([pattern]) => pattern.test(path))?.[1];
  if (!allowed) continue;
  const text = readFileSync(join(root, path), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, ''); // types in comments may name anything
  const imports = [
    ...code.matchAll(/^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g),
  ];
  for (const [, name] of imports) {
    const target = name.startsWith('.') ? relative(root, normalize(join(root, dirname(path), name))) : name;
    if (!allowed.test(target)) breaches.push(`${path} imports ${target}`);
  }
  if (path.startsWith('web/engine/') && engineWithDom.test(code.replace(/\/\/.*/g, '')))
    breaches.push(`${path} touches the DOM`);
}

if (breaches.length) {
  process.stderr.write(`${breaches.join('\n')}\n${breaches.length} breaches of the layers\n`);
  process.exit(1);
}
process.stdout.write('layers: no breach\n');
