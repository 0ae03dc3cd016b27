/**
 * What requests say, checked.
 *
 * @module shim/dialects/aigenstudio/requests
 */
import { parseColor } from '../../css-color.js';
import { invalid } from '../../errors.js';
import { isObject, jsonLimit, parseUrl, readJson } from '../../http.js';
import { isPrivateHost } from '../../net-guard.js';

const MAX_INPUTS = 20;
const MAX_RESULTS = 20; // vendor: per job, whatever number_of_images says
const TOOLS = [
  'remove_background',
  'image_editing',
  'image_ai_edit',
  'ai_background',
  'image_generation',
  'ad_creative',
];
const STATUSES = ['queued', 'processing', 'completed', 'failed', 'cancelled', 'partially_completed'];

/** The input of an operation, or the error that names the field.
 * @param {import('../../types.js').Call} call */
export async function parse(call) {
  const { request, operation, params, query } = call;
  const own = request.headers.get('x-request-id');
  // Only where the contract knows a 400; elsewhere it has no effect at all.
  if (own !== null && own.length > 160 && ['removeBackground', 'listJobs'].includes(operation))
    throw invalid('X-Request-Id', 'X-Request-Id must have at most 160 characters');
  switch (operation) {
    case 'removeBackground': {
      const name = request.headers.get('idempotency-key') ?? '';
      if (!/^[A-Za-z0-9._:-]{8,160}$/.test(name)) {
        throw invalid('Idempotency-Key', 'Idempotency-Key must have 8 to 160 characters of A-Z a-z 0-9 . _ : -');
      }
      const body = await readJson(request, { limit: jsonLimit(call.services.inputs) });
      return { name, body, ...parseJob(body) };
    }
    case 'listJobs':
      return parsePage(query);
    case 'getResult':
      return { ...params, token: query.get('token') ?? '' };
    default:
      return params;
  }
}

/** The body of a new job, field by field in the order of the documents.
 * @param {Record<string, any>} body */
function parseJob({ input, background = {}, output = {}, webhook_url: webhook }) {
  if (!Array.isArray(input) || input.length < 1 || input.length > MAX_INPUTS) {
    throw invalid('input', `input must hold 1 to ${MAX_INPUTS} images.`);
  }
  const sources = input.map((one, i) => {
    const at = `input[${i}]`;
    if (!isObject(one)) throw invalid(at, `${at} must be an object.`);
    const { image_url: address, external_id: external } = one;
    const url = parseUrl(address);
    // The 2048 are for addresses; a data: URL is the picture itself.
    if (!url || (url.protocol !== 'data:' && address.length > 2048)) {
      throw invalid(`${at}.image_url`, `${at}.image_url must be an address of at most 2048 characters.`);
    }
    if (!['http:', 'https:', 'blob:', 'data:'].includes(url.protocol)) {
      throw invalid(`${at}.image_url`, `${at}.image_url must be an http or https address.`);
    }
    if (external !== undefined && (typeof external !== 'string' || external.length < 1 || [...external].length > 200)) {
      throw invalid(`${at}.external_id`, `${at}.external_id must have 1 to 200 characters.`);
    }
    return { url, external: external ?? null };
  });

  if (!isObject(background)) throw invalid('background', 'background must be an object.');
  const { type = 'transparent', color } = background;
  if (!['transparent', 'white', 'color'].includes(type)) {
    throw invalid('background.type', 'background.type must be one of transparent, white, color.');
  }
  if (color !== undefined && (typeof color !== 'string' || [...color].length > 80)) {
    throw invalid('background.color', 'background.color must be text of at most 80 characters.');
  }
  const paint = type === 'color' ? parseColor(color ?? '') : type;
  if (!paint)
    throw invalid('background.color', 'background.color must be an opaque CSS colour when background.type is color.');

  if (!isObject(output)) throw invalid('output', 'output must be an object.');
  const { format = 'png', number_of_images: copies = 1 } = output;
  if (!['jpg', 'png', 'webp'].includes(format))
    throw invalid('output.format', 'output.format must be one of jpg, png, webp.');
  if (!Number.isInteger(copies) || copies < 1 || copies > 4) {
    throw invalid('output.number_of_images', 'output.number_of_images must be an integer from 1 to 4.');
  }
  if (copies * input.length > MAX_RESULTS) {
    throw invalid(
      'output.number_of_images',
      `A job has at most ${MAX_RESULTS} results; this one would have ${copies * input.length}.`,
    );
  }
  if (webhook !== undefined) {
    const url = parseUrl(webhook);
    if (
      url?.protocol !== 'https:' ||
      webhook.length > 2048 ||
      isPrivateHost(url.hostname) ||
      url.username ||
      url.password
    ) {
      throw invalid('webhook_url', 'webhook_url must be a public https address of at most 2048 characters.');
    }
  }
  return { sources, background: paint, format: format === 'jpg' ? 'jpeg' : format, copies, webhook };
}

/** What a list of jobs is narrowed to. @param {URLSearchParams} query */
function parsePage(query) {
  const api = query.get('api') ?? undefined;
  const status = query.get('status') ?? undefined;
  const limit = query.get('limit') ?? '20';
  const cursor = query.get('cursor') ?? undefined;
  if (api !== undefined && !TOOLS.includes(api)) throw invalid('api', `api must be one of ${TOOLS.join(', ')}.`);
  if (status !== undefined && !STATUSES.includes(status))
    throw invalid('status', `status must be one of ${STATUSES.join(', ')}.`);
  if (!/^([1-9]|[1-9]\d|100)$/.test(limit)) throw invalid('limit', 'limit must be an integer from 1 to 100.');
  const before = cursor === undefined ? Infinity : Date.parse(cursor);
  if (Number.isNaN(before) || (cursor !== undefined && !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(cursor))) {
    throw invalid('cursor', 'cursor must be a date and time.');
  }
  return { api, status, limit: Number(limit), before };
}
