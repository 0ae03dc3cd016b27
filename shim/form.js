/**
 * A multipart form with one file in it, by the platform's own reader. A server
 * has a streaming one instead (adapters/node-form.js).
 *
 * @module shim/form
 */
import { ShimError, invalid } from './errors.js';
import { readBytes } from './http.js';

/** Boundaries and part headers around the file, and the other fields. */
export const FORM_OVERHEAD_BYTES = 64 * 1024;

/** @param {number} limit */
export const fileTooLarge = (limit) =>
  new ShimError('body_too_large', `The file is larger than ${limit} bytes.`, { limit });

export const badForm = () => invalid('body', 'The form could not be read');

/**
 * The text fields of a form, and its file, which is saved while it comes.
 * @param {Request} request
 * @param {{ file: string, limit: number, save: (stream: ReadableStream<Uint8Array>) => Promise<unknown> }} wish
 *   file: the name of its field; limit: its bytes
 * @returns {Promise<{ fields: Map<string, string>, saved: boolean }>} saved: whether there was a file
 */
export async function readForm(request, { file: name, limit, save }) {
  const type = request.headers.get('content-type') ?? '';
  const bytes = await readBytes(request, limit + FORM_OVERHEAD_BYTES);
  const form = await new Response(/** @type {BodyInit} */ (bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw badForm();
    });
  const file = form.get(name);
  /** @type {Map<string, string>} */ const fields = new Map();
  for (const [key, value] of form) if (typeof value === 'string' && !fields.has(key)) fields.set(key, value);
  if (!file || typeof file === 'string') return { fields, saved: false };
  if (file.size > limit) throw fileTooLarge(limit);
  await save(file.stream());
  return { fields, saved: true };
}
