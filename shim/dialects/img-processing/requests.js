/**
 * What requests say, checked.
 *
 * @module shim/dialects/img-processing/requests
 */
import { ShimError, invalid } from '../../errors.js';
import { parseUrl, readBytes, readJson } from '../../http.js';
import { MIME, readHeader } from '../../image-header.js';

export const FORMATS = ['png', 'jpeg', 'webp'];
const FORM_OVERHEAD_BYTES = 64 * 1024; // boundaries and part headers around the file

/** The input of an operation, or the error that names the field.
 * @param {import('../../types.js').Call} call */
export async function parse(call) {
  const { request, operation, params, query } = call;
  switch (operation) {
    case 'uploadImage':
      return parseForm(request, call.services.limits.imageBytes);
    case 'createImageFromUrl':
      return parseCreate(await readJson(request));
    case 'listImages':
      return parsePage(query);
    case 'removeBackground': {
      const { name } = await readJson(request, { optional: true });
      return { ...params, name: parseName(name) };
    }
    case 'convertImage':
      return { ...params, ...parseConvert(await readJson(request)) };
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

/** @param {Request} request @param {number} limit bytes of the file */
async function parseForm(request, limit) {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) throw invalid('body', 'The body must be multipart/form-data');
  const bytes = await readBytes(request, limit + FORM_OVERHEAD_BYTES).catch((error) => {
    throw tooLarge(error, limit);
  });
  const form = await new Response(/** @type {BodyInit} */ (bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw invalid('body', 'The form could not be read');
    });
  const name = /** @type {string} */ (parseName(form.get('name') ?? undefined, true));
  const file = form.get('image');
  if (!file || typeof file === 'string') throw invalid('image', 'image must be a file');
  if (file.size > limit) throw tooLarge(new ShimError('body_too_large'), limit);
  return { name, ...(await parsePicture(file, 'image')) };
}

/** @param {any} error @param {number} limit */
export function tooLarge(error, limit) {
  return error.code === 'body_too_large'
    ? new ShimError('body_too_large', `The image is larger than ${limit / 1e6} MB.`)
    : error;
}

/** @param {Blob} blob @param {string} field */
export async function parsePicture(blob, field) {
  const header = readHeader(new Uint8Array(await blob.arrayBuffer()));
  if (!header || !FORMATS.includes(header.format)) throw invalid(field, `${field} must be a JPEG, PNG or WebP picture`);
  return { blob: blob.slice(0, blob.size, MIME[header.format]), ...header };
}

/** @param {Record<string, any>} body */
function parseCreate({ name, url }) {
  const text = parseName(name, true);
  const parsed = parseUrl(url);
  if (!parsed) throw invalid('url', 'url must be an address');
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
