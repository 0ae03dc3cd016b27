/**
 * IMG Processing: synchronous images. Upload or create from an address, then
 * every operation answers 201 with a new image object. Errors are
 * {type, error, status, message?, errors?} and always JSON, because the
 * vendor's client parses them unconditionally.
 *
 * Keys starting with test_ see their own images only. Easy to get wrong: an
 * empty body that claims to be JSON is refused; `from` is the id of the first
 * image of the page; links keep the vendor's host wherever the shim runs.
 *
 * @module shim/dialects/img-processing
 */
import { jsonResponse, pictureResponse } from '../../http.js';
import { iso } from '../../ids.js';
import { MIME } from '../../image-header.js';
import { sourceHeader } from '../../records.js';
import { failures } from './failures.js';
import { actions, ends, jobs, sweep } from './images.js';
import { remote } from './remote.js';
import { keyOf, parse } from './requests.js';
import { VENDOR, hosts, pathPrefix, relayed, routes, storageOf } from './routes.js';

/** Titles by status, and the last word of the error's `type` address. */
const TITLES = /** @type {Record<number, [string, string]>} */ ({
  400: ['Bad Request', 'bad-request'],
  401: ['Unauthorized', 'unauthorized'],
  403: ['Forbidden', 'forbidden'],
  404: ['Not Found', 'not-found'],
  405: ['Method Not Allowed', 'method-not-allowed'],
  413: ['Payload Too Large', 'payload-too-large'],
  429: ['Too Many Requests', 'too-many-requests'],
  500: ['Internal Server Error', 'internal-server-error'],
});

/** @type {import('../../types.js').Dialect} */
export const imgProcessing = {
  name: 'img-processing',
  title: 'IMG Processing',
  hosts,
  routes,
  pathPrefix,
  relayed,
  failures,
  keyForm: /^(test|live)_\w+/,
  newKey: (secret) => `live_${secret}`,
  limits: { imageBytes: 20e6 },
  credential: (request) => request.headers.get('x-api-key')?.trim() ?? '',
  jobs,
  ends,
  sweep,
  remote,
  parse,

  run: (input, call) => actions[call.operation](input, call),

  reply(outcome, { operation, base, services }) {
    switch (operation) {
      case 'listImages':
        return listAnswer(outcome, base, services);
      case 'deleteImage':
        return new Response(null, { status: 204 });
      case 'downloadImage':
      case 'viewPublished':
        return pictureResponse(
          outcome.blob,
          /** @type {Record<string, string>} */ (MIME)[outcome.image.format],
          sourceHeader(outcome.image),
        );
      default:
        return describe(outcome, base, services).then((image) =>
          jsonResponse(operation === 'getImage' ? 200 : 201, image, sourceHeader(outcome)),
        );
    }
  },

  fail(error) {
    const [status] = failures[error.code] ?? failures.internal;
    const [title, word] = TITLES[status];
    const { field } = error.detail;
    return jsonResponse(status, {
      type: `https://docs.img-processing.com/errors/${word}`,
      error: title,
      status,
      message: field ? 'The request is not valid.' : error.message,
      ...(field && { errors: [error.message] }),
    });
  },
};

/**
 * @param {any} image @param {string} base @param {import('../../types.js').Services} services
 */
async function describe({ id, name, published, width, height, format, size, created }, base, services) {
  const open = services.blobUrls && published ? await services.objectUrl(keyOf(id)) : undefined;
  const url = published ? (open ?? `${storageOf(base)}/images/${id}`) : null;
  return { id, name, url, width, height, format, size, created_at: iso(created) };
}

/** @param {any} list @param {string} base @param {import('../../types.js').Services} services */
async function listAnswer({ take, page, next, previous }, base, services) {
  /** @param {string | null} id */
  const link = (id) => (id === null ? null : `${VENDOR}/v1/images?take=${take}&from=${id}`);
  return jsonResponse(200, {
    data: await Promise.all(page.map((/** @type {any} */ image) => describe(image, base, services))),
    links: { previous: link(previous), next: link(next) },
  });
}
