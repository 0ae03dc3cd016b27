// The package as npm would install it, in a folder away from this one, for the
// tests that use it from outside.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** @param {string} command @param {string[]} args @param {string} [cwd] @returns {string} stdout; throws with all of the output */
export function run(command, args, cwd = root) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8 });
  } catch (error) {
    const { stdout, stderr } = /** @type {any} */ (error);
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  }
}

/** @param {string} away a folder @param {string} name of a package that this project has too */
export function borrow(away, name) {
  const at = join(away, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), at);
}

/** @returns {{ away: string, installed: string, tarball: string, files: string[] }} */
export function installPackage() {
  const away = mkdtempSync(join(tmpdir(), 'cutaway-package-'));
  const installed = join(away, 'node_modules/cutaway');
  const [packed] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', away]));
  const tarball = join(away, packed.filename);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) borrow(away, name);
  writeFileSync(join(away, 'package.json'), '{ "type": "module" }');
  return { away, installed, tarball, files: packed.files.map((/** @type {{ path: string }} */ { path }) => path) };
}
