/**
 * What requests say, checked.
 *
 * @module shim/dialects/img-processing/requests
 */
import { ShimError, invalid } from '../../errors.js';
import { jsonLimit, parseUrl, readJson } from '../../http.js';
import { randomText } from '../../ids.js';
import { readHeader } from '../../image-header.js';

export const FORMATS = ['png', 'jpeg', 'webp'];
const MAX_URL = 2048;

export const IMAGES = 'ip-images';
export const newId = () => `image_${randomText(24)}`;
/** Where the bytes of an image are. @param {string} id */
export const keyOf = (id) => `${IMAGES}.${id}`;

/** The input of an operation, or the error that names the field.
 * @param {import('../../types.js').Call} call */
export async function parse(call) {
  const { request, operation, params, query } = call;
  const limit = jsonLimit(call.services.inputs);
  switch (operation) {
    case 'uploadImage':
      return parseForm(request, call.services);
    case 'createImageFromUrl':
      return parseCreate(await readJson(request, { limit }));
    case 'listImages':
      return parsePage(query);
    case 'removeBackground': {
      const { name } = await readJson(request, { limit, optional: true });
      return { ...params, name: parseName(name) };
    }
    case 'convertImage':
      return { ...params, ...parseConvert(await readJson(request, { limit })) };
    default:
      return params;
  }
}

/** Characters as a person counts them, not UTF-16 units. @param {string} text */
const lengthOf = (text) => [...text].length;

/** @param {unknown} name @param {boolean} [required] @returns {string | undefined} */
function parseName(name, required = false) {
  if (name === undefined && !required) return undefined;
  if (typeof name !== 'string')
    throw invalid('name', name === undefined ? 'name is required' : 'name must be a string');
  if (lengthOf(name) < 1 || lengthOf(name) > 30) throw invalid('name', 'name must have 1 to 30 characters');
  return name;
}

/**
 * A form, whose picture goes to the store as it comes: many uploads at once take no memory.
 * @param {Request} request @param {import('../../types.js').Services} services
 */
async function parseForm(request, { form, limits, store }) {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) throw invalid('body', 'The body must be multipart/form-data');
  const id = newId();
  const key = keyOf(id);
  try {
    const { fields, saved } = await form(request, {
      file: 'image',
      limit: limits.imageBytes,
      save: (stream) => store.write(key, stream),
    }).catch((error) => {
      throw tooLarge(error, limits.imageBytes);
    });
    const name = /** @type {string} */ (parseName(fields.get('name'), true));
    if (!saved) throw invalid('image', 'image must be a file');
    const { size } = (await store.open(key)) ?? { size: 0 };
    return { id, name, size, ...(await headerOf((bytes) => store.read(key, bytes), size, 'image')) };
  } catch (error) {
    await store.erase(key);
    throw error;
  }
}

/**
 * Format and size of a picture from its beginning; of one whose header lies far
 * behind (a long profile, a preview), from all of it.
 * @param {(bytes: number) => Promise<Blob | undefined>} read @param {number} size @param {string} field
 */
async function headerOf(read, size, field) {
  for (const bytes of [64 * 1024, 1024 * 1024, Infinity]) {
    const start = await read(Math.min(bytes, size));
    const header = start && readHeader(new Uint8Array(await start.arrayBuffer()));
    if (header && FORMATS.includes(header.format)) return header;
    if (header || bytes >= size) break;
  }
  throw notOne(field);
}

/** @param {string} field */
const notOne = (field) => invalid(field, `${field} must be a JPEG, PNG or WebP picture`);

/** @param {any} error @param {number} limit */
export function tooLarge(error, limit) {
  return error.code === 'body_too_large'
    ? new ShimError('body_too_large', `The image is larger than ${limit / 1e6} MB.`)
    : error;
}

/** @param {Blob} blob @param {string} field */
export const parsePicture = (blob, field) => headerOf(async (bytes) => blob.slice(0, bytes), blob.size, field);

/** @param {Record<string, any>} body */
function parseCreate({ name, url }) {
  const text = parseName(name, true);
  const parsed = parseUrl(url);
  if (!parsed || (parsed.protocol !== 'data:' && url.length > MAX_URL))
    throw invalid('url', `url must be an address of at most ${MAX_URL} characters`);
  return { name: text, url: parsed };
}

/** @param {URLSearchParams} query */
function parsePage(query) {
  // The vendor's client sends the text "undefined" when it has no cursor.
  const [take, from] = ['take', 'from'].map((name) => {
    const text = query.get(name);
    return text === null || text === '' || text === 'undefined' ? undefined : text;
  });
  if (take !== undefined && !/^([1-9]|[1-9]\d|100)$/.test(take))
    throw invalid('take', 'take must be an integer from 1 to 100');
  return { take: Number(take ?? 10), from };
}

/** @param {Record<string, any>} body */
function parseConvert({ format, quality, name }) {
  if (!['jpeg', 'png', 'webp', 'jpg'].includes(format))
    throw invalid('format', 'format must be one of jpeg, png, webp, jpg');
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw invalid('quality', 'quality must be between 1 and 100');
  }
  return { format: format === 'jpg' ? 'jpeg' : format, quality, name: parseName(name) };
}
