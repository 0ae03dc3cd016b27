/**
 * The one error of the shim, and the words it adds to the engine's status list
 * (wasm/base/status.h). Every dialect maps every code of both lists to its own
 * status and body (failures.js); tests/js/shim/errors.test.js fails when one is missing.
 *
 * @module shim/errors
 */
import { statuses } from './statuses.js';

/** Codes of the engine, in the order of wasm/base/status.h. */
export const ENGINE_CODES = Object.freeze(Object.keys(statuses));

/** Codes that arise in the shim itself, with one line for people. */
export const SHIM_CODES = Object.freeze({
  invalid_request: 'The request is not valid.',
  body_too_large: 'The request body is larger than this call takes.',
  not_found: 'No such resource.',
  method_not_allowed: 'This path does not take that method.',
  expired_link: 'The link has expired, or its signature is wrong.',
  conflict: 'This idempotency key was used with another body.',
  unusable_image: 'The picture named in the request cannot be used.',
  url_refused: 'This address may not be fetched.',
  invalid_key: 'The API key is missing or not valid.',
  expired_key: 'The API key has expired.',
  inactive_key: 'The API key is switched off.',
  no_access: 'This key may not do that.',
  no_credits: 'Not enough credits.',
  consent_required: 'The user has not agreed to send pictures to the remote service.',
  remote_unavailable: 'No remote service is set up for this API.',
  remote_failed: 'The remote service could not be reached or broke.',
  remote_refused: 'The remote service refused the request.',
  remote_needs_public_url: 'The remote service takes public http(s) addresses only.',
});

/** An error with a code a program can branch on; the shape of CutawayError. */
export class ShimError extends Error {
  /**
   * @param {string} code a code of wasm/base/status.h or of SHIM_CODES
   * @param {string} [message] one sentence; the code's own line by default
   * @param {Record<string, any>} [detail] what a program may need besides
   */
  constructor(code, message, detail = {}) {
    super(message ?? /** @type {Record<string, string>} */ (SHIM_CODES)[code] ?? statuses[code]?.text ?? code);
    this.name = 'ShimError';
    this.code = code;
    this.detail = detail;
    this.stage = 'shim';
  }
}

/**
 * A request field that breaks the contract.
 * @param {string} field dotted path, such as `input[3].image_url`
 * @param {string} message a sentence that names the field
 */
export function invalid(field, message) {
  return new ShimError('invalid_request', message, { field });
}

/**
 * Any thrown value as a ShimError: engine errors keep their code and sentence,
 * aborts become `aborted`, and everything else is `internal` with no text of
 * its own, so that neither a stack nor a path reaches a client.
 * @param {unknown} error
 * @returns {ShimError}
 */
export function asShimError(error) {
  if (error instanceof ShimError) return error;
  if (error && typeof error === 'object') {
    const { code, message, detail, name } = /** @type {any} */ (error);
    if (name === 'AbortError') return new ShimError('aborted');
    if (name === 'TimeoutError') return new ShimError('timeout');
    if (name === 'CutawayError' && typeof code === 'string') {
      return new ShimError(code, String(message), typeof detail === 'object' && detail ? detail : {});
    }
  }
  const wrapped = new ShimError('internal');
  wrapped.cause = error;
  return wrapped;
}
