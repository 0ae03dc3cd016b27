/**
 * Magic Hour: upload addresses, uploads, one removal per project, poll,
 * download, delete. Contract: asynchronous, errors are {message}, the words are
 * `complete`, `error`, `canceled` (one l).
 *
 * `frame_cost` and `total_frame_cost` are always there although newer vendor
 * documents dropped them: the JS, Python and Rust clients throw without. They
 * are 0 and integers, since nothing is charged here.
 *
 * @module shim/dialects/magic-hour
 */
import { bearer, jsonResponse, objectsOf, pictureResponse, textResponse } from '../../http.js';
import { iso } from '../../ids.js';
import { sourceHeader } from '../../records.js';
import { actions } from './actions.js';
import { failures } from './failures.js';
import { describe, ends, jobs, sweep } from './jobs.js';
import { remote } from './remote.js';
import { parse } from './requests.js';
import { hosts, pathPrefix, relayed, routes, storageOf } from './routes.js';

/** @type {import('../../types.js').Dialect} */
export const magicHour = {
  name: 'magic-hour',
  title: 'Magic Hour',
  hosts,
  routes,
  pathPrefix,
  relayed,
  failures,
  keyForm: /^mhk_\w+/,
  newKey: (secret) => `mhk_live_${secret}`,
  limits: { uploadBytes: 200e6 }, // the vendor's free plan
  credential: bearer,
  jobs,
  ends,
  sweep,
  remote,
  parse,

  run: (input, call) => actions[call.operation](input, call),

  async reply(outcome, call) {
    switch (call.operation) {
      case 'createUploadUrls':
        return jsonResponse(200, {
          items: outcome.map((/** @type {any} */ asset) => ({
            upload_url: `${storageOf(call.base)}/${asset.path}?auth-value=${asset.token}`,
            expires_at: iso(asset.linkEnds),
            file_path: asset.path,
          })),
        });
      case 'uploadAsset':
        return textResponse(200, '');
      case 'createImageBackgroundRemoval':
        return jsonResponse(200, { id: outcome.id, frame_cost: 0, credits_charged: 0 });
      case 'getImageProject':
        return jsonResponse(200, await describe(outcome, call.base, call.services), sourceHeader(outcome));
      case 'deleteImageProject':
        return new Response(null, { status: 204 });
      default:
        return pictureResponse(outcome.blob, 'image/png', sourceHeader(outcome.project));
    }
  },

  fail(error, { operation }) {
    const [status] = failures[error.code] ?? failures.internal;
    if (operation === 'uploadAsset' || operation === 'downloadOutput') {
      return textResponse(status, status === 403 ? 'Request has expired' : error.message);
    }
    const fixed = { 401: 'Unauthorized', 404: 'Not Found' }[status];
    return jsonResponse(status, { message: fixed ?? error.message });
  },

  swapLinks(body, swap) {
    for (const item of objectsOf(body.items)) item.upload_url = swap(item.upload_url);
    for (const item of objectsOf(body.downloads)) item.url = swap(item.url);
  },
};
