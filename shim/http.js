/**
 * Small pieces that every dialect needs around Request and Response.
 *
 * @module shim/http
 */
import { ShimError, invalid } from './errors.js';

/** Largest JSON request body where data: addresses are taken, which are pictures. */
export const MAX_JSON_BYTES = 32 * 1024 * 1024;
/** Elsewhere: the biggest legal one, 20 inputs with addresses of 2048 characters, is 48 kB. */
const MAX_PLAIN_JSON_BYTES = 1024 * 1024;
/** Brackets in brackets; the deepest legal body has four. */
const MAX_DEPTH = 32;
/** A timer that fires later than that: the process stood still. */
const LATE_MS = 1000;

/** Largest JSON request body under a policy of inputs. @param {import('./fetch-url.js').InputPolicy} inputs */
export const jsonLimit = ({ schemes = [] }) => (schemes.includes('data') ? MAX_JSON_BYTES : MAX_PLAIN_JSON_BYTES);

/**
 * @param {number} status @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
export function jsonResponse(status, body, headers = {}) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

/**
 * @param {number} status @param {string} text
 * @param {Record<string, string>} [headers]
 */
export function textResponse(status, text, headers = {}) {
  return new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

/**
 * A picture as an answer, streamed. `nosniff`, because the bytes came from a client.
 * @param {import('./store/memory.js').Opened} picture @param {string} type @param {Record<string, string>} [headers]
 */
export function pictureResponse(picture, type, headers = {}) {
  return new Response(picture instanceof Blob ? picture : picture.stream(), {
    headers: {
      'content-type': type,
      'content-length': String(picture.size),
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
}

/**
 * The bytes of a body, stopped as soon as it passes the limit.
 * @param {Request | Response} message @param {number} limit bytes
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(message, limit) {
  const announced = Number(message.headers.get('content-length') ?? 0);
  if (announced > limit) {
    await message.body?.cancel().catch(() => {});
    throw new ShimError('body_too_large', `The body has ${announced} bytes; ${limit} are allowed.`, { limit });
  }
  if (!message.body) return new Uint8Array(0);
  /** @type {Uint8Array[]} */ const parts = [];
  let size = 0;
  const reader = message.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel().catch(() => {});
      throw new ShimError('body_too_large', `The body has more than the ${limit} bytes allowed.`, { limit });
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * A body as a stream that breaks with `body_too_large` at the limit, so that
 * it can go to the disk without passing through memory as a whole.
 * @param {Request} request @param {number} limit bytes
 * @returns {ReadableStream<Uint8Array>}
 */
export function limitedBody(request, limit) {
  const tooLarge = () =>
    new ShimError('body_too_large', `The body has more than the ${limit} bytes allowed.`, { limit });
  if (Number(request.headers.get('content-length') ?? 0) > limit) {
    request.body?.cancel().catch(() => {});
    throw tooLarge();
  }
  let size = 0;
  return (request.body ?? /** @type {ReadableStream<Uint8Array>} */ (new Blob([]).stream())).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        size += chunk.length;
        if (size > limit) controller.error(tooLarge());
        else controller.enqueue(chunk);
      },
    }),
  );
}

/**
 * A JSON object from the body. A field that is null counts as absent: clients
 * in typed languages send their optional fields so.
 * @param {Request} request
 * @param {{ limit?: number, optional?: boolean }} [options] optional: no body
 *   at all gives {}. An empty body that claims to be JSON is refused anyway.
 * @returns {Promise<Record<string, any>>}
 */
export async function readJson(request, { limit = MAX_JSON_BYTES, optional = false } = {}) {
  const bytes = await readBytes(request, limit);
  if (bytes.length === 0) {
    const claims = /json/i.test(request.headers.get('content-type') ?? '');
    if (optional && !claims) return {};
    throw invalid('body', 'Missing request body');
  }
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('body', 'The request body is not valid JSON');
  }
  if (!isObject(value)) throw invalid('body', 'The request body must be a JSON object');
  dropNulls(value);
  return value;
}

/**
 * Takes the fields that are null out of an object and of all in it. Goes level
 * by level, so that no depth of brackets can exhaust the stack.
 * @param {Record<string, any>} root
 */
function dropNulls(root) {
  /** @type {any[]} */ let level = [root];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw invalid('body', `The request body is nested deeper than ${MAX_DEPTH} levels`);
    /** @type {any[]} */ const next = [];
    for (const node of level) {
      for (const [key, value] of Object.entries(node)) {
        if (value === null && !Array.isArray(node)) delete node[key];
        else if (typeof value === 'object' && value !== null) next.push(value);
      }
    }
    level = next;
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects in a list that came from outside and may be none. @param {unknown} list */
export const objectsOf = (list) => (Array.isArray(list) ? list.filter(isObject) : []);

/**
 * An absolute URL, or undefined. Parsed only, not judged.
 * @param {unknown} text
 */
export function parseUrl(text) {
  if (typeof text !== 'string' || /[\s\u0000-\u001f]/.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The bearer token, or '' without one. @param {Request} request */
export function bearer(request) {
  return /^bearer +(\S.*)$/i.exec(request.headers.get('authorization') ?? '')?.[1].trim() ?? '';
}

/**
 * JSON text that is the same for the same value, whatever the order of keys.
 * @param {unknown} value @returns {string}
 */
export function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${fields.join(',')}}`;
}

/**
 * A timer that fires after so long, as far as this process ran: time in which
 * it stood still (a machine asleep, SIGSTOP, no processor) is given once more,
 * up to as long again. Whoever is waited for is not to blame for it.
 * @param {number} ms @param {() => void} task
 * @returns {() => void} stops it
 */
export function runningTimer(ms, task) {
  let spare = ms;
  /** @type {ReturnType<typeof setTimeout>} */ let timer;
  /** @param {number} wait */
  function arm(wait) {
    const due = performance.now() + wait;
    timer = setTimeout(() => {
      const late = performance.now() - due;
      const more = late > LATE_MS ? Math.min(late, spare) : 0;
      spare -= more;
      if (more > 0) arm(more);
      else task();
    }, wait);
  }
  arm(ms);
  return () => clearTimeout(timer);
}

/**
 * Runs a task at most so long. The task's signal fires at the limit, and the
 * promise is rejected then even if the task does not listen.
 * @template T
 * @param {number} ms @param {AbortSignal | undefined} outer
 * @param {(signal: AbortSignal) => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function within(ms, outer, task) {
  const limit = new AbortController();
  const stop = () => limit.abort(outer?.reason ?? new ShimError('aborted', 'Cancelled.'));
  if (outer?.aborted) stop();
  outer?.addEventListener('abort', stop, { once: true });
  const stopTimer = runningTimer(ms, () =>
    limit.abort(new ShimError('timeout', `It took longer than ${ms / 1000} s and was stopped.`)),
  );
  try {
    return await new Promise((resolve, reject) => {
      const fail = () => reject(limit.signal.reason);
      if (limit.signal.aborted) {
        fail();
        return;
      }
      limit.signal.addEventListener('abort', fail, { once: true });
      task(limit.signal).then(resolve, (error) => reject(limit.signal.aborted ? limit.signal.reason : error));
    });
  } finally {
    stopTimer();
    outer?.removeEventListener('abort', stop);
  }
}
