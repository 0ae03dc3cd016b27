/**
 * Checks answers against the OpenAPI documents in ../contract: the status must
 * be documented for that operation, the Content-Type too, and the body must
 * fit its schema.
 */
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { DIALECTS } from '../../../../shim/index.js';
import { VENDORS } from './vendors.js';

const ajv = new Ajv2020.default({ strict: false, allErrors: true });
addFormats.default(ajv);

export const documents = Object.fromEntries(
  DIALECTS.map(({ name }) => {
    const document = JSON.parse(readFileSync(new URL(`../contract/${name}.openapi.json`, import.meta.url), 'utf8'));
    ajv.addSchema(document, name);
    return [name, document];
  }),
);

/** Answers that the documents do not know; each is told in shim/README.md. */
const BEYOND = [{ status: 405 }, { status: 413, operation: 'uploadAsset' }, { status: 400, operation: 'uploadAsset' }];

const at = (...path) =>
  `#/${path.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/')}`;

/** What stands before the paths of a document in requests: the path of the vendor's base URL. */
export const prefixOf = (name) =>
  new URL(DIALECTS.find((one) => one.name === name).remote.baseUrl).pathname.replace(/\/$/, '');

/** The operation of a method and an API path. */
export function operationOf(name, method, path) {
  const prefix = prefixOf(name);
  const plain = path.startsWith(prefix) ? path.slice(prefix.length) : path;
  const found = Object.entries(documents[name].paths).find(([template, item]) => {
    const pattern = new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
    // "upload" is no image id, though the template of GET would take it.
    return pattern.test(plain) && item[method.toLowerCase()];
  });
  return found && { template: found[0], method: method.toLowerCase(), ...found[1][method.toLowerCase()] };
}

const check = (ref, value, what) => {
  const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref });
  if (!validate(value)) throw new Error(`${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
};

/** Seen [operationId, status] pairs, for coverage. */
export const seen = new Set();

/**
 * Throws when an answer is not as documented. Reads a copy of the body.
 * @param {string} name of the API @param {string} method @param {string} url @param {Response} response
 */
export async function checkResponse(name, method, url, response) {
  const path = new URL(url).pathname;
  const operation = operationOf(name, method, path);
  const { status } = response;
  const what = `${method} ${path} -> ${status}`;
  if (!operation) {
    if (![404, 405].includes(status)) throw new Error(`${what}: not an operation of ${name}`);
    return checkError(name, status, response, what);
  }
  seen.add(`${name} ${operation.operationId} ${status}`);
  let place = ['paths', operation.template, operation.method, 'responses', String(status)];
  let answer = operation.responses[status];
  if (!answer) {
    const known = BEYOND.some(
      (one) =>
        one.status === status &&
        (one.operation ?? operation.operationId) === operation.operationId &&
        (one.dialect ?? name) === name,
    );
    if (!known) throw new Error(`${what}: this status is not documented`);
    return checkError(name, status, response, what);
  }
  if (answer.$ref) {
    place = answer.$ref.slice(2).split('/');
    answer = documents[name].components.responses[place[2]];
  }
  const text = await response.clone().text();
  if (!answer.content) {
    if (text !== '') throw new Error(`${what}: a body where none is documented`);
    return;
  }
  const type = (response.headers.get('content-type') ?? '').split(';')[0];
  if (!answer.content[type]) throw new Error(`${what}: Content-Type ${type} is not documented`);
  if (type === 'application/json') check(`${name}${at(...place, 'content', type, 'schema')}`, JSON.parse(text), what);
}

/** An error outside the documents still has the API's own shape. */
async function checkError(name, _status, response, what) {
  const type = (response.headers.get('content-type') ?? '').split(';')[0];
  if (type === 'text/plain') return; // storage hosts
  check(
    `${name}${at('components', 'schemas', VENDORS[name].errorSchema)}`,
    JSON.parse(await response.clone().text()),
    what,
  );
}

/** A value against a schema of components, such as `ImageEvent`. */
export const checkSchema = (name, schema, value) =>
  check(`${name}${at('components', 'schemas', schema)}`, value, schema);

/** Whether a body fits the request schema of a POST. @param {string} path template */
export function fitsRequest(name, path, body) {
  const ref = `${name}${at('paths', path, 'post', 'requestBody', 'content', 'application/json', 'schema')}`;
  return (ajv.getSchema(ref) ?? ajv.compile({ $ref: ref }))(body);
}

/** A fetch over a shim that checks every answer on its way. */
export function checkedFetch(shim, name) {
  return async (url, init) => {
    const request = new Request(url, init);
    const response = (await shim.fetch(request)) ?? shim.refuse(request);
    await checkResponse(name, request.method, url, response);
    return response;
  };
}

/** Polls until `done` says so. */
export async function until(look, done, ms = 5) {
  for (let tries = 0; tries < 2000; tries++) {
    const value = await look();
    if (done(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  throw new Error('waited too long');
}
