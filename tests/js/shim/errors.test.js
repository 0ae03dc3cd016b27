import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DIALECTS, SHIM_CODES, ShimError } from '../../../shim/index.js';
import { asShimError } from '../../../shim/errors.js';
import { documents, operationOf } from './support/contract.js';
import { VENDORS } from './support/vendors.js';

const header = readFileSync(new URL('../../../wasm/base/status.h', import.meta.url), 'utf8');
const ENGINE_CODES = [...header.matchAll(/X\(CUT_\w+,\s*\d+,\s*"(\w+)",/g)].map(([, code]) => code);

test('the status list of the engine is found', () => {
  assert.ok(ENGINE_CODES.length >= 28, String(ENGINE_CODES.length));
  for (const code of ['ok', 'out_of_memory', 'engine_crashed', 'internal']) assert.ok(ENGINE_CODES.includes(code));
});

for (const dialect of DIALECTS) {
  test(`${dialect.name} maps every code of the engine and of the shim, and no other`, () => {
    assert.deepEqual(
      Object.keys(dialect.failures).sort(),
      [...new Set([...ENGINE_CODES, ...Object.keys(SHIM_CODES)])].sort(),
    );
  });

  test(`${dialect.name} answers every code with an error that its contract knows`, async () => {
    const known = new Set([
      ...Object.keys(documents[dialect.name].paths[VENDORS[dialect.name].errorsOf].post.responses),
      '404',
      '405',
      '413',
    ]);
    for (const code of Object.keys(dialect.failures)) {
      const response = dialect.fail(new ShimError(code, 'A sentence.'), {
        request: new Request('http://x/'),
        operation: '',
      });
      assert.ok(response.status >= 400 && known.has(String(response.status)), `${code}: ${response.status}`);
      const body = await response.json();
      assert.equal(typeof VENDORS[dialect.name].messageOf(body), 'string');
    }
  });
}

test('each code of AI Gen Studio has a word for a result that failed so', () => {
  const words = ['source_unreachable', 'source_too_large', 'unsupported_source_type', 'processing_failed'];
  for (const [code, [, pair]] of Object.entries(DIALECTS.find(({ name }) => name === 'aigenstudio').failures))
    assert.ok(words.includes(pair.split('|')[1]), code);
});

test('an unexpected error tells nothing of the inside', () => {
  for (const thrown of [new Error('/home/me/key.txt'), 'text', null, undefined, { code: 'x', message: 'y' }]) {
    const error = asShimError(thrown);
    assert.deepEqual([error.code, error.message], ['internal', 'An unexpected error; please report it.']);
  }
});

test('the routes are the operations of the contract, and the storage ones beside it', () => {
  for (const { name, routes } of DIALECTS) {
    const documented = Object.values(documents[name].paths).flatMap((item) =>
      ['get', 'post', 'put', 'delete'].flatMap((method) => item[method]?.operationId ?? []),
    );
    assert.deepEqual(routes.map((route) => route.operation).sort(), [...documented, ...VENDORS[name].storage].sort());
  }
  assert.equal(operationOf('img-processing', 'POST', '/v1/images/upload').operationId, 'uploadImage');
});
