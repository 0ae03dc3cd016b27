/**
 * A remote with faults: a real `serve()` behind a TCP-level front that can
 * refuse, delay, cut off, garble or replace any answer. Counts paid calls and
 * keeps every header it was sent.
 */
import http from 'node:http';
import { serve } from '../../../../shim/adapters/node-server.js';
import { createFakeEngine } from './fake-engine.js';

const PAID = [
  ['POST', /^\/v1\/image-background-remover$/],
  ['POST', /^\/v1\/images\/[^/]+\/(remove-background|convert)$/],
  ['POST', /^\/api\/v1\/remove-background$/],
];

/**
 * @param {{ fault?: (hit: { method: string, path: string, n: number }) => string | number | undefined | [number, Record<string,string>, string], options?: object }} [setup]
 *   fault: what to do with the n-th request of its kind, from 0. A number is a
 *   status; [status, headers, body] an answer; else one of reset-before,
 *   reset-after, reset-body, trickle, truncate, html, hang
 */
export async function startRemote({ fault = () => undefined, options = {} } = {}) {
  const inner = await serve({ port: 0, engine: createFakeEngine(), onError: () => {}, ...options });
  const seen = [];
  const counts = new Map();
  const front = http.createServer((request, response) => {
    const path = request.url.split('?')[0];
    const kind = `${request.method} ${path.replace(/(c[a-z0-9]{24}|image_\w{24}|[0-9a-f-]{36})/g, ':id')}`;
    const n = counts.get(kind) ?? 0;
    counts.set(kind, n + 1);
    seen.push({ method: request.method, url: request.url, path, headers: request.headers });
    const what = fault({ method: request.method, path, n });
    if (what === 'reset-before') {
      request.socket.destroy();
      return;
    }
    if (what === 'hang') return;
    if (typeof what === 'number') {
      response.writeHead(what, { 'content-type': 'application/json' }).end('{"message":"made to fail"}');
      return;
    }
    if (Array.isArray(what)) {
      response.writeHead(what[0], what[1]).end(what[2]);
      return;
    }
    const through = http.request(
      inner.address + request.url,
      { method: request.method, headers: request.headers },
      (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => {
          const body = Buffer.concat(parts);
          const headers = { ...answer.headers };
          if (what === 'reset-after') {
            request.socket.destroy();
            return;
          }
          if (what === 'html') {
            response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>');
            return;
          }
          if (what === 'truncate') delete headers['content-length'];
          response.writeHead(answer.statusCode, headers);
          if (what === 'reset-body') {
            response.write(body.subarray(0, body.length >> 1));
            setTimeout(() => request.socket.destroy(), 5);
            return;
          }
          if (what === 'truncate') {
            response.end(body.subarray(0, body.length >> 1));
            return;
          }
          if (what === 'trickle') {
            let at = 0;
            const drip = setInterval(() => {
              if (at >= body.length || response.destroyed) {
                clearInterval(drip);
                response.end();
                return;
              }
              response.write(body.subarray(at, ++at));
            }, 20);
            return;
          }
          response.end(body);
        });
      },
    );
    through.on('error', () => request.socket.destroy());
    request.pipe(through);
  });
  await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${front.address().port}`,
    inner,
    seen,
    /** Calls that cost something and reached the remote's application. */
    paid: () => seen.filter(({ method, path }) => PAID.some(([m, p]) => m === method && p.test(path))),
    async close() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await inner.close();
    },
  };
}
