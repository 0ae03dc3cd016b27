/**
 * The npm package `magic-hour`, unmodified, as one file for a page: three Node
 * modules replaced, two globals injected, as its use in a page needs.
 */
import { build } from 'esbuild';

const stubs = {
  fs: 'export const existsSync = () => false; export default { existsSync };',
  stream: 'export class Readable {}; export default { Readable };',
};

/** @returns {Promise<string>} the text of a classic script that sets `MagicHour` */
export async function bundleMagicHour() {
  const {
    outputFiles: [file],
  } = await build({
    stdin: {
      contents: "export { default } from 'magic-hour';",
      resolveDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'MagicHour',
    platform: 'browser',
    minify: true,
    logLevel: 'silent',
    inject: [new URL('./page-globals.js', import.meta.url).pathname],
    alias: { path: 'path-browserify' },
    plugins: [
      {
        name: 'stubs',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(fs|stream)$/ }, ({ path }) => ({ path, namespace: 'stub' }));
          onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
            contents: stubs[/** @type {keyof typeof stubs} */ (path)],
          }));
        },
      },
    ],
  });
  return file.text;
}
