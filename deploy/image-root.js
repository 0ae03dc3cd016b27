// Lays out the root of the container's image: what `cutaway serve` needs to run
// and nothing else. No shell, no package manager, no ONNX Runtime.
//
//   node deploy/image-root.js OUT     after `npm run build`, on a Debian or alike
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2];
if (!out) {
  process.stderr.write('usage: node deploy/image-root.js OUT\n');
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });

/** @param {string} from @param {string} to @param {RegExp} [without] paths */
function copy(from, to, without = /^$/) {
  const target = join(out, to);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(realpathSync(from), target, { recursive: true, filter: (path) => !without.test(path) });
}

/** A program and the libraries that it is linked with. @param {string} from @param {string} to */
function program(from, to) {
  copy(from, to);
  chmodSync(join(out, to), 0o755);
  for (const [, library] of execFileSync('ldd', [from], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g))
    copy(library, library);
}

program(process.execPath, 'usr/bin/node');
try {
  execFileSync('strip', ['--strip-unneeded', join(out, 'usr/bin/node')]);
} catch {
  process.stderr.write('image-root: no strip here (Debian: binutils); node stays as large as it is\n');
}
program('/usr/bin/flock', 'usr/bin/flock');
copy('/etc/ssl/certs/ca-certificates.crt', 'etc/ssl/certs/ca-certificates.crt');
for (const [path, text] of [
  ['etc/passwd', 'cutaway:x:65532:65532::/data:/sbin/nologin\n'],
  ['etc/group', 'cutaway:x:65532:\n'],
  ['etc/nsswitch.conf', 'hosts: files dns\n'],
])
  writeFileSync(join(out, path), text);
for (const folder of ['tmp', 'data']) mkdirSync(join(out, folder), { mode: 0o1777 });
chmodSync(join(out, 'tmp'), 0o1777);
chmodSync(join(out, 'data'), 0o1777);

for (const path of [
  'bin',
  'shim',
  'web/engine',
  'models/base',
  'models/detail',
  ...(existsSync(join(root, 'models/pick')) ? ['models/pick'] : []), // not in every version
  'models/known.json',
  'package.json',
  'LICENSE',
  'THIRD_PARTY.md',
])
  copy(join(root, path), join('app', path));
for (const name of ['cutaway.wasm', 'cms.wasm']) copy(join(root, 'dist', name), `app/dist/${name}`);

/** What npm has installed, less what no server needs: the second engine, and what pages alone load. */
const left = ['onnxruntime-web', 'client-zip', 'ag-psd', '@noble/hashes'];
/** What packages hold for those who develop with them, and encoders of formats that are only read. */
const idle = /\.(map|[cm]?ts|md|flow)$|\/(tests?|bench(marks)?|docs|examples|dist-es)$|\/(avif|jxl)\/codec\/enc$/;
/** @param {string} name @param {string} from the folder of whoever asks for it */
function pack(name, from) {
  let dir = from;
  while (!existsSync(join(dir, 'node_modules', name))) {
    if (dir === dirname(dir)) throw new Error(`${name} is not installed`);
    dir = dirname(dir);
  }
  const source = join(dir, 'node_modules', name);
  const target = join('app', source.slice(root.length));
  if (existsSync(join(out, target))) return;
  copy(source, target, idle);
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  for (const one of Object.keys(dependencies)) pack(one, source);
}
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const name of Object.keys(dependencies)) if (!left.includes(name)) pack(name, root);

const [size] = execFileSync('du', ['-sm', out], { encoding: 'utf8' }).split('\t');
process.stdout.write(`${out}: ${size} MB\n`);
