// Where the core lies in Node.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from '../core/errors.js';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The core as built, or as staged for shipping. @returns {Promise<WebAssembly.Module>} */
export async function compileCore() {
  const found = [join(root, 'build/wasm/cutaway.wasm'), join(root, 'dist/cutaway.wasm')].find((file) =>
    existsSync(file),
  );
  if (!found) throw failure('engine_unavailable', 'cutaway.wasm is not built: npm run build', 'load');
  return WebAssembly.compile(await readFile(found));
}
