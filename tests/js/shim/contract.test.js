/** Each operation of the documents with each of its documented statuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECTS, ShimError, createShim } from '../../../shim/index.js';
import { checkResponse, documents, fitsRequest, prefixOf, seen, until } from './support/contract.js';
import { createFakeEngine } from './support/fake-engine.js';
import { png } from './support/pictures.js';

const operations = DIALECTS.flatMap((dialect) =>
  Object.entries(documents[dialect.name].paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'delete'].flatMap((method) =>
      item[method] ? [{ dialect, path, method: method.toUpperCase(), ...item[method] }] : [],
    ),
  ),
);
const ids = {
  asset_id: 'cabc',
  file_name: 'a.png',
  id: 'cabc',
  image_id: 'image_abc',
  jobId: '11111111-1111-4111-8111-111111111111',
};

for (const { dialect, path, method, operationId, responses } of operations) {
  const url = `http://127.0.0.1${prefixOf(dialect.name)}${path.replace(/\{(\w+)\}/g, (_, name) => ids[name])}`;
  const route = dialect.routes.find((one) => one.operation === operationId);

  for (const status of Object.keys(responses).filter((one) => Number(one) >= 400)) {
    test(`${dialect.name} ${operationId} answers ${status} as documented, for every code that maps to it`, async () => {
      const codes = Object.keys(dialect.failures).filter((code) => String(dialect.failures[code][0]) === status);
      assert.ok(codes.length > 0, 'some code has this status');
      for (const code of codes) {
        // Open calls ask nobody for permission; there only the words are checked.
        const response = route.open
          ? dialect.fail(new ShimError(code), { request: new Request(url, { method }), operation: operationId })
          : await createShim({ bases: '*', onError: () => {}, authorize: () => code }).fetch(
              new Request(url, { method }),
            );
        assert.equal(response.status, Number(status), code);
        await checkResponse(dialect.name, method, url, response);
        if (status === '429' && !route.open) assert.match(response.headers.get('retry-after'), /^\d+$/);
      }
    });
  }
}

test('every documented success is had in one errand per API', async () => {
  const shim = createShim({
    bases: '*',
    engine: createFakeEngine(),
    inputs: { schemes: ['https'], followsItself: false, fetch: async () => new Response(png()) },
  });
  const call = async (name, method, path, body, headers = {}) => {
    const url = path.startsWith('http') ? path : `http://127.0.0.1${path}`;
    const response = await shim.fetch(
      new Request(url, {
        method,
        headers,
        body:
          body === undefined || body instanceof FormData || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    );
    await checkResponse(name, method, url, response);
    return (response.headers.get('content-type') ?? '').includes('json') ? response.json() : undefined;
  };
  const mh = (...args) => call('magic-hour', ...args);
  const {
    items: [slot],
  } = await mh('POST', '/v1/files/upload-urls', { items: [{ type: 'image', extension: 'png' }] });
  await mh('PUT', slot.upload_url, png());
  const { id } = await mh('POST', '/v1/image-background-remover', { assets: { image_file_path: slot.file_path } });
  const project = await until(
    () => mh('GET', `/v1/image-projects/${id}`),
    (p) => p.status === 'complete',
  );
  await mh('GET', project.downloads[0].url);
  await mh('DELETE', `/v1/image-projects/${id}`);

  const ip = (...args) => call('img-processing', ...args);
  const form = new FormData();
  form.append('name', 'a');
  form.append('image', new Blob([png()]));
  const image = await ip('POST', '/v1/images/upload', form);
  await ip('POST', '/v1/images', { name: 'b', url: 'https://pictures.example/b.png' });
  await ip('GET', '/v1/images');
  await ip('GET', `/v1/images/${image.id}`);
  for (const verb of ['publish', 'unpublish', 'remove-background']) await ip('POST', `/v1/images/${image.id}/${verb}`);
  for (const format of ['png', 'jpeg', 'webp']) {
    const made = await ip('POST', `/v1/images/${image.id}/convert`, { format });
    await ip('GET', `/v1/images/${made.id}/download`);
  }
  await ip('DELETE', `/v1/images/${image.id}`);

  const ag = (method, path, body) =>
    call('aigenstudio', method, `/api/v1${path}`, body, { 'idempotency-key': 'one-errand' });
  const start = () => ag('POST', '/remove-background', { input: [{ image_url: 'https://pictures.example/a.png' }] });
  const { job } = await start();
  await start();
  await until(
    () => ag('GET', `/jobs/${job.id}`),
    (d) => d.job.status === 'completed',
  );
  await ag('GET', '/jobs');
  await ag('GET', '/tools');

  for (const { dialect, operationId, responses } of operations) {
    for (const status of Object.keys(responses).filter((one) => Number(one) < 400)) {
      assert.ok(seen.has(`${dialect.name} ${operationId} ${status}`), `${operationId} ${status}`);
    }
  }
});

/** A field that is null counts as absent. */
const withoutNulls = (value) =>
  JSON.parse(
    JSON.stringify(value, (_, node) =>
      node && typeof node === 'object' && !Array.isArray(node)
        ? Object.fromEntries(Object.entries(node).filter(([, one]) => one !== null))
        : node,
    ),
  );

/** Every value in a JSON tree in turn taken away or replaced. */
function* mutations(value) {
  const strange = [
    null,
    0,
    -1,
    1.5,
    101,
    true,
    '',
    ' ',
    'x'.repeat(5000),
    '\u0000',
    '💥'.repeat(31),
    [],
    [null],
    {},
    { a: 1 },
    '__proto__',
    'undefined',
    Array(21).fill('x'),
  ];
  function* walk(node, rebuild) {
    for (const one of strange) yield rebuild(one);
    if (Array.isArray(node)) {
      for (const [i, item] of node.entries())
        yield* walk(item, (next) => rebuild(node.with?.(i, next) ?? Object.assign([...node], { [i]: next })));
    } else if (node && typeof node === 'object') {
      for (const key of Object.keys(node)) {
        const { [key]: _, ...rest } = node;
        yield rebuild(rest);
        yield* walk(node[key], (next) => rebuild({ ...node, [key]: next }));
      }
      yield rebuild({ ...node, unheard: 'of' });
    }
  }
  yield* walk(value, (next) => next);
}

for (const { dialect, path, method, operationId, requestBody } of operations.filter(
  (one) => one.requestBody?.content['application/json'],
)) {
  test(`${dialect.name} ${operationId}: each breach of its schema in turn is a documented 4xx, never a 2xx or 5xx`, async () => {
    const shim = createShim({
      bases: '*',
      engine: createFakeEngine(),
      limits: { queue: 1e6 },
      inputs: { schemes: ['https'], followsItself: false, fetch: async () => new Response(png()) },
    });
    const form = new FormData();
    form.append('name', 'a');
    form.append('image', new Blob([png()]));
    const image = await (
      await shim.fetch(new Request('http://127.0.0.1/v1/images/upload', { method: 'POST', body: form }))
    ).json();
    const url = `http://127.0.0.1${prefixOf(dialect.name)}${path.replace('{image_id}', image.id)}`;
    let breaches = 0;
    let n = 0;
    for (const { value } of Object.values(requestBody.content['application/json'].examples)) {
      for (const body of mutations(value)) {
        const request = new Request(url, {
          method,
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', 'idempotency-key': `mutation-${n++}` },
        });
        const response = await shim.fetch(request);
        const what = JSON.stringify(body).slice(0, 200);
        await checkResponse(dialect.name, method, url, response).catch((error) => {
          throw new Error(`${what}: ${error.message}`);
        });
        assert.ok(response.status < 500, `${response.status} ${what}`);
        if (fitsRequest(dialect.name, path, withoutNulls(body))) continue;
        breaches++;
        assert.ok(response.status >= 400, `${response.status} ${what}`);
      }
    }
    assert.ok(breaches > 20, String(breaches));
    await shim.idle();
  });
}
