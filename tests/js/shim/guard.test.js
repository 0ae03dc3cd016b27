import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { createGuardedFetch } from '../../../shim/adapters/node-fetch.js';
import { fetchPicture } from '../../../shim/fetch-url.js';
import { isPrivateAddress, isPrivateHost } from '../../../shim/net-guard.js';
import { png } from './support/pictures.js';

test('addresses that are not public', () => {
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.8',
    '198.18.0.1',
    '198.19.255.255',
    '203.0.113.5',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '2001::1',
    '2001:db8::1',
    '3fff::1',
    '4000::1',
    'x',
    '',
    '1.2.3',
    '256.1.1.1',
    ':::',
    '1::2::3',
  ]) {
    assert.equal(isPrivateAddress(address), true, address);
  }
});

test('addresses that are', () => {
  for (const address of [
    '1.1.1.1',
    '8.8.8.8',
    '100.63.0.1',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '198.17.0.1',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '[2a00:1450::1]',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ]) {
    assert.equal(isPrivateAddress(address), false, address);
  }
});

test('names that are private by their text', () => {
  for (const name of [
    'localhost',
    'localhost.',
    'a.localhost',
    'printer.local',
    'router.lan',
    'db.internal',
    'intranet',
    'x.home.arpa',
    '',
    ...[
      'http://0x7f.1/',
      'http://2130706433/',
      'http://0177.0.0.1/',
      'http://127.1/',
      'http://[::ffff:127.0.0.1]/',
    ].map((u) => new URL(u).hostname),
  ]) {
    assert.equal(isPrivateHost(name), true, name);
  }
  for (const name of ['example.com', 'example.com.', 'localhost.example.com', '8.8.8.8'])
    assert.equal(isPrivateHost(name), false, name);
});

// A server that plays the outside world: names resolve to it by `lookup`.
const picture = png();
const hits = [];
const server = http.createServer((request, response) => {
  hits.push(request.url);
  const to = /^\/to\/(.*)/.exec(request.url);
  if (to) response.writeHead(302, { location: decodeURIComponent(to[1]) }).end();
  else if (request.url === '/slow.png')
    response.writeHead(200, { 'content-type': 'image/png' }).write(picture.subarray(0, 20));
  else if (request.url === '/long.png') response.writeHead(200).end(Buffer.alloc(5000, 'x'));
  else if (request.url === '/broken.png') {
    response.writeHead(200, { 'content-length': 500 });
    response.write(picture.subarray(0, 20));
    setTimeout(() => response.destroy(), 20);
  } else response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});
const { port } = server.address();
const origin = `http://pictures.example:${port}`;

const names = {};
const lookup = (name, _options, done) =>
  setImmediate(() => done(null, [{ address: names[name] ?? '127.0.0.1', family: 4 }]));
const plain = { schemes: ['http', 'https'], followsItself: false, maxBytes: 4000, timeoutMs: 1500 };
/** The outside world on loopback: this origin is trusted, all else is judged. */
const inputs = { ...plain, trustedOrigins: [origin], fetch: createGuardedFetch({ lookup, trustedOrigins: [origin] }) };
// node:http resolves names itself for a trusted origin; give it an address.
const local = `http://127.0.0.1:${port}`;
const trusting = { ...plain, trustedOrigins: [local], fetch: createGuardedFetch({ lookup, trustedOrigins: [local] }) };

test('a picture is fetched, redirects are followed up to three', async () => {
  assert.equal((await fetchPicture(`${local}/a.png`, trusting)).size, picture.length);
  const chain = (n) => (n === 0 ? `${local}/a.png` : `${local}/to/${encodeURIComponent(chain(n - 1))}`);
  assert.equal((await fetchPicture(chain(3), trusting)).type, 'image/png');
  await assert.rejects(fetchPicture(chain(4), trusting), { code: 'fetch_failed' });
});

test('a name that resolves into the private network is refused at the socket', async () => {
  const before = hits.length;
  const guarded = { ...plain, fetch: createGuardedFetch({ lookup }) };
  await assert.rejects(fetchPicture(`${origin}/a.png`, guarded), { code: 'url_refused' });
  names['rebinding.example'] = '10.0.0.7';
  await assert.rejects(fetchPicture('http://rebinding.example/a.png', guarded), { code: 'url_refused' });
  assert.equal(hits.length, before, 'nothing was asked');
});

test('one private address among several is enough to refuse', async () => {
  const both = (_name, _options, done) =>
    done(null, [
      { address: '8.8.8.8', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  const guarded = { ...plain, fetch: createGuardedFetch({ lookup: both }) };
  await assert.rejects(fetchPicture(`${origin}/a.png`, guarded), { code: 'url_refused' });
});

test('a redirect is judged like a first address', async () => {
  for (const [target, code] of [
    ['http://127.0.0.1:1/x', 'url_refused'],
    ['http://localhost/x', 'url_refused'],
    ['http://[::1]/', 'url_refused'],
    ['file:///etc/passwd', 'url_refused'],
    ['data:image/png;base64,AA', 'url_refused'],
    ['http://u:p@8.8.8.8/', 'url_refused'],
    ['http://', 'fetch_failed'],
  ]) {
    await assert.rejects(fetchPicture(`${local}/to/${encodeURIComponent(target)}`, trusting), { code }, target);
  }
});

test('too long, too slow, broken off, not a picture', async () => {
  await assert.rejects(fetchPicture(`${local}/long.png`, trusting), { code: 'body_too_large' });
  await assert.rejects(fetchPicture(`${local}/slow.png`, trusting), { code: 'timeout' });
  await assert.rejects(fetchPicture(`${local}/broken.png`, trusting), { code: 'fetch_failed' });
  await assert.rejects(fetchPicture(`${local}/long.png`, { ...trusting, maxBytes: 6000 }), {
    code: 'unsupported_format',
  });
});

test('credentials in the address, other schemes and a closed policy are refused', async () => {
  for (const address of [
    'http://user:pw@8.8.8.8/a.png',
    'ftp://8.8.8.8/a.png',
    'blob:http://x/y',
    'data:image/png;base64,AA',
  ]) {
    await assert.rejects(fetchPicture(address, inputs), { code: 'url_refused' });
  }
  await assert.rejects(fetchPicture('https://pictures.example/a.png', { ...plain, schemes: [] }), {
    code: 'url_refused',
  });
});

test('an abort of the caller stops the fetch', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(fetchPicture(`${local}/slow.png`, { ...trusting, timeoutMs: 60e3 }, { signal: stop.signal }), {
    name: 'AbortError',
  });
});
