// Static server of dist/ with the headers that the product promises to work
// under: node tools/serve.js [--port 8080] [--host 127.0.0.1] [--isolate] [--dir dist] [--without FILE]
// --isolate adds COOP and COEP, which lets the engines use threads; --without
// serves dist/ as if it had been made without a file that is optional.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { dist, naming, namingNone } from './build.js';

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.md': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** No eval, no blob: worker, no other host; pictures may be blobs of the page. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' blob: data:",
  "connect-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * A file as it is in a dist/ that lacks another file.
 *
 * @param {string} lacked @param {string} path of the file @param {string} dir
 * @returns {Promise<string | undefined>} undefined: the same
 */
async function madeWithout(lacked, path, dir) {
  const read = (/** @type {string} */ name) => readFile(join(dir, name), 'utf8');
  if (naming.includes(path)) return namingNone(await read(path), [lacked]);
  if (path !== 'offline.js') return undefined;
  let text = await read(path);
  for (const name of naming) {
    const whole = await read(name);
    text = text.replace(sha256(whole), sha256(namingNone(whole, [lacked])));
  }
  return text;
}

/** @param {string} text */
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/**
 * @param {{ port?: number, host?: string, isolate?: boolean, dir?: string, policy?: string, without?: string }} [options] port 0: any free one;
 *   without: a file that no file but those of `naming` names
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveStatic({
  port = 0,
  host = '127.0.0.1',
  isolate = false,
  dir = dist,
  policy = contentSecurityPolicy,
  without,
} = {}) {
  const server = createServer(async (request, response) => {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cache-Control', 'no-cache');
    if (isolate) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    try {
      let path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
      if (path.endsWith('/')) path += 'index.html';
      const file = normalize(join(dir, path));
      const hidden = path.includes('\0') || path === `/${without}`;
      const info = file.startsWith(dir + sep) && !hidden ? await stat(file) : null;
      if (!info?.isFile()) throw new Error('no such file');
      const etag = `"${info.size.toString(36)}-${Math.floor(info.mtimeMs).toString(36)}"`;
      response.setHeader('ETag', etag);
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304).end();
        return;
      }
      const type = types[extname(file)] ?? 'application/octet-stream';
      const text = without && (await madeWithout(without, path.slice(1), dir));
      if (text) {
        response.setHeader('Content-Type', type);
        response.end(text);
        return;
      }
      const packed = /^text\/|json|svg/.test(type) && /\bgzip\b/.test(String(request.headers['accept-encoding']));
      response.setHeader('Vary', 'Accept-Encoding');
      response.writeHead(200, {
        'Content-Type': type,
        ...(packed ? { 'Content-Encoding': 'gzip' } : { 'Content-Length': info.size }),
      });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      const bytes = createReadStream(file).on('error', () => response.destroy());
      (packed ? bytes.pipe(createGzip()) : bytes).pipe(response);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
      dir: { type: 'string', default: dist },
      isolate: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      without: { type: 'string' },
    },
  });
  const { url } = await serveStatic({ ...values, port: Number(values.port) });
  if (!values.quiet) process.stdout.write(`${url}\n`);
}
