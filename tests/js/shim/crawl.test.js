/**
 * Hostile requests on raw sockets, against a process of its own: whatever comes,
 * it goes on answering, gives no 5xx and no word of its inside, and its memory
 * stays within a bound. Seeded, so that a fault can be had again.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { png } from './support/pictures.js';
import { killAll, startServer } from './support/processes.js';

after(killAll);

/** Text out, in pieces; the answer back, or '' when it hung up. */
const raw = (port, pieces, { wait = 0, limitMs = 4000 } = {}) =>
  new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', async () => {
      for (const piece of [pieces].flat()) {
        if (socket.destroyed) return;
        socket.write(piece);
        if (wait) await new Promise((next) => setTimeout(next, wait));
      }
    });
    const timer = setTimeout(() => socket.destroy(), limitMs);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });

const request = (line, headers, body = '') =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers.map((one) => `${one}\r\n`).join('')}\r\n${body}`;
const sized = (line, headers, body) => request(line, [...headers, `Content-Length: ${Buffer.byteLength(body)}`], body);
const JSON_TYPE = 'Content-Type: application/json';
const KEY = 'Idempotency-Key: some-request';
const form = (parts, boundary = 'b') =>
  sized('POST /v1/images/upload', [`Content-Type: multipart/form-data; boundary=${boundary}`], parts);

/** A PNG that says it is huge: 60,000 × 60,000 of one colour, a few kB. */
function bomb() {
  const small = png(4, 4);
  const huge = Buffer.from(small);
  huge.writeUInt32BE(60000, 16);
  huge.writeUInt32BE(60000, 20);
  return Buffer.concat([huge, deflateSync(Buffer.alloc(1e6))]);
}

/** What is sent, by kind. */
const attacks = {
  'two lengths': request('POST /v1/images', [JSON_TYPE, 'Content-Length: 2', 'Content-Length: 20'], '{}'),
  'length and chunks': request(
    'POST /v1/images',
    [JSON_TYPE, 'Content-Length: 4', 'Transfer-Encoding: chunked'],
    '0\r\n\r\nGET /v1/images HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ),
  'chunks in another spelling': request('POST /v1/images', [JSON_TYPE, 'Transfer-Encoding: xchunked'], '0\r\n\r\n'),
  'a chunk size that is none': request('POST /v1/images', [JSON_TYPE, 'Transfer-Encoding: chunked'], 'zz\r\n\r\n'),
  'a chunk size without end': request('POST /v1/images', [JSON_TYPE, 'Transfer-Encoding: chunked'], '1'.repeat(5000)),
  'a negative length': request('POST /v1/images', [JSON_TYPE, 'Content-Length: -1'], '{}'),
  'a length beyond all': request('POST /v1/images', [JSON_TYPE, 'Content-Length: 99999999999999999999'], '{}'),
  'folded header': request('GET /v1/images', ['X-A: b\r\n c']),
  'line feeds alone': 'GET /v1/images HTTP/1.1\nHost: localhost\n\n',
  'no version': 'GET /v1/images\r\n\r\n',
  'another protocol': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'an upgrade': request('GET /v1/images', ['Upgrade: websocket', 'Connection: Upgrade']),
  CONNECT: 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
  'a long path': request(`GET /v1/images/${'a'.repeat(60000)}`, []),
  'many headers': request(
    'GET /v1/images',
    Array.from({ length: 3000 }, (_, i) => `X-${i}: y`),
  ),
  'a long header': request('GET /v1/images', [`X-A: ${'b'.repeat(100000)}`]),
  'zero bytes in the path': request('GET /v1/images/%00%00', []),
  'dots in the path': request('GET /v1/images/..%2f..%2f..%2fetc%2fpasswd/download', []),
  'a deep body': sized('POST /api/v1/remove-background', [JSON_TYPE, KEY], `{"a":${'['.repeat(400000)}`),
  'a deep body that is whole': sized(
    'POST /api/v1/remove-background',
    [JSON_TYPE, KEY],
    `{"input":[{"image_url":"https://a.example/a.png"}],"a":${'['.repeat(90000)}${']'.repeat(90000)}}`,
  ),
  'a wide body': sized(
    'POST /api/v1/remove-background',
    [JSON_TYPE, KEY],
    JSON.stringify(Object.fromEntries(Array.from({ length: 40000 }, (_, i) => [`k${i}`, i]))),
  ),
  'keys of objects': sized('POST /v1/images', [JSON_TYPE], '{"__proto__":{"name":"a"},"constructor":{"prototype":{}}}'),
  'half a character': sized('POST /v1/images', [JSON_TYPE], '{"name":"\ud800","url":"https://a.example/\\ud800"}'),
  'numbers beyond all': sized('POST /v1/images/image_x/convert', [JSON_TYPE], '{"format":"png","quality":1e999}'),
  'a form without end': form(
    `--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n${'x'.repeat(9000)}`,
  ),
  'a form of boundaries': form('--b\r\n'.repeat(50000)),
  'a form of many parts': form(`--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n`.repeat(5000)),
  'a form with a long part header': form(
    `--b\r\nContent-Disposition: form-data; name="${'n'.repeat(100000)}"\r\n\r\nx\r\n--b--`,
  ),
  'a form in a form': form('--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n--c--\r\n--b--'),
  'a boundary that is a pattern': form('--(a+)+$\r\n', '(a+)+$'),
  'a picture that says it is huge': Buffer.concat([
    Buffer.from(
      `POST /v1/images/upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${bomb().length + 164}\r\n\r\n` +
        '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n',
    ),
    bomb(),
    Buffer.from('\r\n--b--\r\n'),
  ]),
  'a colour that is a pattern': sized(
    'POST /api/v1/remove-background',
    [JSON_TYPE, KEY],
    `{"input":[{"image_url":"https://a.example/a.png"}],"background":{"type":"color","color":"rgb(${' '.repeat(70)})"}}`,
  ),
  'addresses of this network': sized(
    'POST /v1/images',
    [JSON_TYPE],
    '{"name":"a","url":"http://[::ffff:127.0.0.1]:1/a.png"}',
  ),
  'an id of a request with a line': request('GET /v1/images', ['X-Request-Id: a\x0bb']),
};

test('hostile requests: it answers, with no 5xx and no word of the inside, within its memory', {
  timeout: 240e3,
}, async (t) => {
  const server = await startServer(['--dir', 'none', '--workers', '1', '--quiet']);
  const { port } = new URL(server.address);
  const status = () => readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  const mb = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status())[1]) / 1024;
  const linux = process.platform === 'linux';
  const before = linux ? mb('VmRSS') : 0;
  const alive = async (what) => assert.equal((await fetch(`${server.address}/healthz`)).status, 200, what);

  for (const [what, text] of Object.entries(attacks)) {
    const answer = await raw(Number(port), text);
    const [, code] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
    assert.ok(answer === '' || (code && Number(code) < 500), `${what}: ${answer.slice(0, 80)}`);
    assert.ok(!/node:|\bat .*\.js|Error:|\/work|\/tmp/.test(answer), `${what}: ${answer.slice(0, 300)}`);
    assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length ?? 1, 1, `${what}: one request, one answer`);
    await alive(what);
  }

  // Seeded noise: valid requests with bytes changed, cut off, doubled.
  let seed = 20261127;
  const random = (below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  const bodies = Object.values(attacks).map((one) => Buffer.from(one));
  for (let round = 0; round < 12; round++) {
    const some = Array.from({ length: 25 }, () => {
      const bytes = Buffer.from(bodies[random(bodies.length)].subarray(0, 20000));
      for (let n = random(6); n >= 0; n--) bytes[random(bytes.length)] = random(256);
      return raw(Number(port), bytes.subarray(0, 1 + random(bytes.length)), { limitMs: 400 });
    });
    for (const answer of await Promise.all(some)) assert.ok(!/^HTTP\/1\.1 5(?!05)/.test(answer), answer.slice(0, 120));
  }
  await alive('after the noise');

  // Slow ones: a hundred connections that give a byte now and then.
  const slow = Array.from({ length: 100 }, (_, i) => {
    const socket = net.connect(Number(port), '127.0.0.1', () =>
      socket.write(
        i % 2 ? 'POST /v1/images HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{' : 'GET /v1/ima',
      ),
    );
    socket.on('error', () => {});
    return socket;
  });
  for (let n = 0; n < 5; n++) {
    for (const socket of slow) if (!socket.destroyed) socket.write('x');
    await alive('beside slow ones');
  }
  for (const socket of slow) socket.destroy();
  if (linux) {
    t.diagnostic(`${Math.round(before)} MB before, ${Math.round(mb('VmHWM'))} MB at most`);
    assert.ok(mb('VmHWM') - before < 250, `${Math.round(mb('VmHWM') - before)} MB more`);
  }
  server.child.kill('SIGKILL');
});
