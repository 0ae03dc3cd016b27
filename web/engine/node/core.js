// Where the core lies in Node.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from '../core/errors.js';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** What is compiled of C, as built, or as staged for shipping. @param {string} name e.g. 'cutaway.wasm' @returns {Promise<WebAssembly.Module>} */
export async function compileBuilt(name) {
  const found = [join(root, 'build/wasm', name), join(root, 'dist', name)].find((file) => existsSync(file));
  if (!found) throw failure('engine_unavailable', `${name} is not built: npm run build`, 'load');
  return WebAssembly.compile(await readFile(found));
}
