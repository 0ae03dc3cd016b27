/**
 * AI Gen Studio: one job of 1 to 20 pictures, started under an Idempotency-Key
 * (202 new, 200 the same again, 409 another body), then polled. Errors are
 * {error: {code, message, details?}, request_id}; the words are `completed`,
 * `failed`, `cancelled` (two l), `partially_completed`.
 *
 * Easy to get wrong: an invalid request does not use up its key; the job is
 * told by key and environment, so another key does not see it; 20 inputs with
 * several results each are over the 20 results that a job may have.
 *
 * @module shim/dialects/aigenstudio
 */
import { bearer, jsonResponse, objectsOf, pictureResponse } from '../../http.js';
import { randomHex } from '../../ids.js';
import { sourceHeader } from '../../records.js';
import { actions } from './actions.js';
import { failures } from './failures.js';
import { ends, jobs, results, summary, sweep } from './jobs.js';
import { remote } from './remote.js';
import { parse } from './requests.js';
import { hosts, pathPrefix, relayed, routes } from './routes.js';
import { sign } from './webhook.js';

/** @type {import('../../types.js').Dialect} */
export const aigenstudio = {
  name: 'aigenstudio',
  title: 'AI Gen Studio',
  hosts,
  routes,
  pathPrefix,
  relayed,
  failures,
  keyForm: /^aigen_(test|live)_\w+/,
  newKey: (secret) => `aigen_live_${secret}`,
  limits: { sourceBytes: 10e6 },
  credential: bearer,
  sign,
  jobs,
  ends,
  sweep,
  remote,
  parse,

  run: (input, call) => actions[call.operation](input, call),

  async reply(outcome, { operation, base, services }) {
    if (operation === 'getResult') {
      return pictureResponse(outcome.blob, outcome.type, sourceHeader(outcome));
    }
    const request_id = requestId();
    const bodies = /** @type {Record<string, () => any>} */ ({
      removeBackground: () => ({ job: summary(outcome.job), remaining_paid_credits: 0, request_id }),
      getJob: async () => ({ job: summary(outcome), results: await results(outcome, base, services), request_id }),
      listJobs: () => ({ jobs: outcome.jobs.map(summary), next_cursor: outcome.next, request_id }),
      listTools: () => ({ tools: outcome, request_id }),
    });
    const status = operation === 'removeBackground' && outcome.fresh ? 202 : 200;
    const sources = new Set((outcome.results ?? []).map((/** @type {any} */ r) => r.source).filter(Boolean));
    return jsonResponse(status, await bodies[operation](), {
      'x-request-id': request_id,
      ...(sources.size > 0 && { 'x-cutaway-source': [...sources].sort().join(', ') }),
    });
  },

  fail(error) {
    const [status, words = ''] = failures[error.code] ?? failures.internal;
    const request_id = requestId();
    const { field } = error.detail;
    return jsonResponse(
      status,
      {
        error: { code: words.split('|')[0], message: error.message, ...(field && { details: { field } }) },
        request_id,
      },
      { 'x-request-id': request_id },
    );
  },

  swapLinks(body, swap) {
    for (const item of objectsOf(body.results)) item.result_url = swap(item.result_url);
  },
};

const requestId = () => `req_${randomHex(10)}`;
