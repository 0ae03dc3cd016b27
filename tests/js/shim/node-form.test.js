/** The streaming reader of forms, as IMG Processing's upload uses it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNodeForm } from '../../../shim/adapters/node-form.js';
import { createMemoryStore } from '../../../shim/index.js';

const read = async (text, type = 'multipart/form-data; boundary=b', options = {}) => {
  const store = createMemoryStore();
  const request = new Request('http://x/', { method: 'POST', body: text, headers: { 'content-type': type } });
  const { fields, saved } = await readNodeForm(request, {
    file: 'image',
    limit: 1000,
    save: (stream) => store.write('a', stream),
    ...options,
  });
  return [Object.fromEntries(fields), saved, saved ? await (await store.read('a')).text() : undefined];
};
const part = (disposition, text, more = '') =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${text}\r\n`;

test('D14: names without quotes, filename*, a preamble, an epilogue are read', async () => {
  const file = (disposition) =>
    `${part('name=name', 'shoe')}${part(disposition, 'BYTES', 'Content-Type: image/png\r\n')}--b--`;
  for (const [what, text] of [
    ['quoted', file('name="image"; filename="a.png"')],
    ['unquoted', file('name=image; filename=a.png')],
    ['filename*', file('name="image"; filename*=UTF-8\'\'%E2%82%AC.png')],
    ['upper case', file('NAME="image"; FILENAME="a.png"')],
    ['preamble', `This is a form.\r\n${file('name=image; filename=a.png')}`],
    ['epilogue', `${file('name=image; filename=a.png')}\r\nbye`],
  ])
    assert.deepEqual(await read(text), [{ name: 'shoe' }, true, 'BYTES'], what);
  assert.deepEqual(await read(`${part('name="image"; filename="a"', 'X')}${part('name="name"', 'n')}--b--`), [
    { name: 'n' },
    true,
    'X',
  ]);
});

test('a form that is cut off, has no boundary, too many or too long fields is a bad one', {
  timeout: 5000,
}, async () => {
  const bad = { code: 'invalid_request', message: 'The form could not be read' };
  await assert.rejects(read(part('name="image"; filename="a"', 'half').slice(0, -2)), bad);
  await assert.rejects(read('--b\r\nbroken'), bad);
  await assert.rejects(read('x', 'multipart/form-data'), bad);
  await assert.rejects(read(`${part('name="x"', 'y').repeat(40)}--b--`, undefined, { limit: 1e6 }), bad);
  await assert.rejects(read(`${part('name="x"', 'y'.repeat(9000))}--b--`, undefined, { limit: 1e6 }), bad);
});

test('a file over the limit, a body over it, and a store that is full end the reading', { timeout: 5000 }, async () => {
  const big = `${part('name="image"; filename="a"', 'x'.repeat(1001))}--b--`;
  await assert.rejects(read(big), { code: 'body_too_large' });
  await assert.rejects(read(part('name="other"; filename="a"', 'x'.repeat(80000))), {
    code: /body_too_large|invalid_request/,
  });
  const full = Object.assign(new Error('full'), { code: 'write_failed' });
  await assert.rejects(
    read(`${part('name="image"; filename="a"', 'x')}--b--`, undefined, { save: () => Promise.reject(full) }),
    { code: 'write_failed' },
  );
});

test('a body that breaks off in the file ends the saving', { timeout: 5000 }, async () => {
  const store = createMemoryStore();
  let n = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (n++ === 0) controller.enqueue(new TextEncoder().encode(part('name="image"; filename="a"', 'x'.repeat(500))));
      else controller.error(new TypeError('broke off'));
    },
  });
  const request = new Request('http://x/', {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  await assert.rejects(readNodeForm(request, { file: 'image', limit: 1000, save: (s) => store.write('a', s) }));
  assert.deepEqual(await store.keys(), []);
});
