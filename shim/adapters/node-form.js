/**
 * A multipart form as it comes: the file goes on in pieces, so that many
 * uploads at once take next to no memory. Read by @fastify/busboy, which takes
 * what RFC 7578 allows and platforms refuse: names without quotes, `filename*`,
 * text before the first boundary.
 *
 * @module shim/adapters/node-form
 */
import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { ShimError } from '../errors.js';
import { FORM_OVERHEAD_BYTES, badForm, fileTooLarge } from '../form.js';

const LIMITS = { fields: 20, parts: 30, fieldSize: 8192, headerPairs: 20, headerSize: 8192 };

/** @type {typeof import('../form.js').readForm} */
export async function readNodeForm(request, { file: name, limit, save }) {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > limit + FORM_OVERHEAD_BYTES) {
    await request.body?.cancel().catch(() => {});
    throw fileTooLarge(limit);
  }
  /** @type {import('@fastify/busboy').BusboyInstance} */ let parser;
  try {
    parser = new Busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      limits: { ...LIMITS, files: 1, fileSize: limit },
      isPartAFile: (field, _, filename) => field === name && filename !== undefined,
    });
  } catch {
    throw badForm(); // no boundary
  }
  /** @type {Map<string, string>} */ const fields = new Map();
  /** @type {Promise<unknown> | undefined} */ let saving;
  const body = Readable.fromWeb(/** @type {any} */ (request.body ?? new Blob([]).stream()));
  const stop = () => {
    body.unpipe(parser);
    body.destroy();
  };

  await new Promise((resolve, reject) => {
    /** @param {unknown} error */
    const fail = (error) => {
      stop();
      reject(error);
    };
    let size = 0;
    body.on('data', (chunk) => {
      size += chunk.length;
      if (size > limit + FORM_OVERHEAD_BYTES) fail(fileTooLarge(limit));
    });
    // What breaks the body is told as it is; what the parser cannot read is the form's fault.
    body.on('error', fail);
    parser.on('error', (error) => fail(error instanceof ShimError ? error : badForm()));
    parser.on('field', (key, value, _, cut) => {
      if (cut) fail(badForm());
      else if (!fields.has(key)) fields.set(key, value);
    });
    for (const one of ['partsLimit', 'fieldsLimit']) parser.on(/** @type {any} */ (one), () => fail(badForm()));
    parser.on('file', (_, stream) => {
      const pieces = Readable.from(
        (async function* () {
          for await (const chunk of stream) yield new Uint8Array(chunk);
          if (stream.truncated) throw fileTooLarge(limit);
        })(),
      );
      stream.on('error', () => {}); // told by the loop above
      // A body that breaks must end the file too, or whoever saves it waits for ever.
      body.once('close', () => body.readableEnded || stream.destroy(badForm()));
      saving = save(/** @type {any} */ (Readable.toWeb(pieces)));
      saving.catch(fail);
    });
    parser.on('finish', () => resolve(undefined));
    body.pipe(parser);
  }).finally(() => saving?.catch(() => {}));
  await saving;
  return { fields, saved: saving !== undefined };
}
