/**
 * Replays what real clients put on the wire (docs: CONTRACT §5) and compares
 * the shape of each answer with the recorded one: same status, same fields,
 * same kinds. Ids and addresses of the recording are replaced on the way.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createShim } from '../../../shim/index.js';
import { checkResponse, until } from './support/contract.js';
import { createFakeEngine } from './support/fake-engine.js';
import { png } from './support/pictures.js';

const load = (name) =>
  readFileSync(new URL(`./recordings/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Names and kinds of all fields. */
const shape = (value) =>
  Array.isArray(value)
    ? [...new Set(value.map((one) => JSON.stringify(shape(one))))].sort()
    : value && typeof value === 'object'
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, shape(value[key])]),
        )
      : value === null
        ? 'null'
        : typeof value;

const inputs = {
  schemes: ['http', 'https'],
  followsItself: false,
  fetch: async (url) =>
    /pictures|shoe|example/.test(url)
      ? new Response(png(), { headers: { 'content-type': 'image/png' } })
      : new Response('', { status: 404 }),
};

/** Pairs of text to replace, learnt by walking both answers in step. */
function learn(recorded, given, map) {
  if (typeof recorded === 'string' && typeof given === 'string') {
    if (recorded !== given && /\b(c[0-9a-f]{24}|api-assets|image_|[0-9a-f]{8}-[0-9a-f]{4})|^http/.test(recorded))
      map.set(recorded, given);
  } else if (recorded && given && typeof recorded === 'object') {
    for (const key of Object.keys(recorded)) learn(recorded[key], given[key], map);
  }
}

for (const [file, dialect] of [
  ['requests.jsonl', 'magic-hour'],
  ['mh071-requests.jsonl', 'magic-hour'],
  ['py-requests.jsonl', 'magic-hour'],
  ['go-requests.jsonl', 'magic-hour'],
]) {
  test(`${file}: every recorded request gets an answer of the recorded shape`, async () => {
    const shim = createShim({ engine: createFakeEngine(), bases: '*', inputs });
    const map = new Map();
    const translate = (text) =>
      [...map].sort((a, b) => b[0].length - a[0].length).reduce((all, [from, to]) => all.replaceAll(from, to), text);
    let compared = 0;
    for (const { method, url, headers, body, status, response: recorded } of load(file)) {
      const [, host = '127.0.0.1:8787'] = /host: (\S+)/i.exec(headers.join('\n')) ?? [];
      const target = translate(`http://${host}${url}`);
      const bytes = method === 'PUT' ? png() : body ? translate(body) : undefined;
      const fields = headers
        .map((one) => one.split(/: (.*)/s).slice(0, 2))
        .filter(([name]) => !/^(host|connection|content-length|transfer-encoding|expect)$/i.test(name));
      const ask = () => shim.fetch(new Request(target, { method, headers: fields, body: bytes }));
      let answer = await ask();
      assert.ok(answer, `${method} ${url} is the shim's`);
      await checkResponse(dialect, method, target, answer);
      if (method === 'GET' && recorded?.status === 'complete') {
        answer = await until(
          ask,
          (one) =>
            one
              .clone()
              .text()
              .then((text) => text.includes('"complete"')) && one,
        );
        await shim.idle();
        answer = await ask();
      }
      // After a DELETE the trial server forgot; the contract's choice is 200.
      if (status === 404 && answer.status === 200 && method === 'GET') {
        assert.equal((await answer.json()).enabled, false);
        continue;
      }
      // Paths that were never given out: the trial server did not look.
      if (/"(bg\.png|api-assets\/a\/b\.png)"/.test(body ?? '')) {
        assert.equal(answer.status, 422);
        break;
      }
      assert.equal(answer.status, status, `${method} ${url}`);
      if (!recorded || typeof recorded !== 'object') continue;
      const given = await answer.json();
      learn(recorded, given, map);
      // The trial server left an omitted name null; the contract has a default.
      const comparable = ({ status: _, downloads: __, error: ___, name: ____, ...rest }) => rest;
      assert.deepEqual(shape(comparable(given)), shape(comparable(recorded)), `${method} ${url}`);
      compared++;
    }
    assert.ok(compared >= 3, String(compared));
  });
}

test('img-boundary.jsonl: every request of the SDK is taken, at the fetch boundary', async () => {
  const shim = createShim({
    engine: createFakeEngine(),
    inputs: { ...inputs, fetch: async () => new Response(png()) },
  });
  // Recorded ids stand for the first image made, then for the newest.
  const ids = new Map();
  let first;
  let newest;
  for (const { method, url, headers, body } of load('img-boundary.jsonl')) {
    if (!/^https:/.test(url)) continue;
    const fields = headers.map((one) => one.split(/: (.*)/s).slice(0, 2));
    let sent = body || undefined;
    if (/upload$/.test(url)) {
      const [, boundary] = /boundary=(\S+)/.exec(fields.find(([name]) => name === 'content-type')[1]);
      const name = /name="name"\r\n\r\n(.*)\r\n/.exec(body)[1];
      sent = Buffer.concat([
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n${name}\r\n--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="blob"\r\nContent-Type: image/png\r\n\r\n`,
        ),
        png(),
        Buffer.from(`\r\n--${boundary}--\r\n`),
      ]);
    }
    const target = url.replace(/image_[0-9a-f]{24}/, (recorded) => {
      if (!ids.has(recorded)) ids.set(recorded, ids.size === 0 ? first : newest);
      return ids.get(recorded);
    });
    const answer = await shim.fetch(new Request(target, { method, headers: fields, body: sent }));
    await checkResponse('img-processing', method, target, answer);
    const deleted = method === 'GET' && answer.status === 404;
    assert.ok(answer.ok || deleted, `${method} ${url}: ${answer.status}`);
    if (answer.status === 201) {
      ({ id: newest } = await answer.json());
      first ??= newest;
    }
  }
});

test('aigen-requests.jsonl: the recorded statuses', async () => {
  const shim = createShim({
    engine: createFakeEngine(),
    bases: '*',
    inputs,
    authorize: ({ key }) => (/^aigen_test_\d+$/.test(key) ? undefined : 'invalid_key'),
  });
  const map = new Map();
  let n = 0;
  for (const { method, url, headers, body, status, response: recorded } of load('aigen-requests.jsonl')) {
    const fields = headers
      .map((one) => one.split(/: (.*)/s).slice(0, 2))
      .filter(([name]) => !/^(host|connection|content-length|transfer-encoding)$/i.test(name));
    const target = [...map].reduce((text, [from, to]) => text.replaceAll(from, to), `http://127.0.0.1:8787${url}`);
    const ask = () => shim.fetch(new Request(target, { method, headers: fields, body: body || undefined }));
    const answer = await ask();
    await checkResponse('aigenstudio', method, target, answer);
    assert.equal(answer.status, status, `${method} ${url}`);
    const given = await answer.json();
    learn(recorded, given, map);
    if (recorded.error) assert.equal(given.error.code, recorded.error.code);
    n++;
  }
  assert.equal(n, 12);
});
