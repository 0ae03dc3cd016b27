/**
 * Status and error.code. The half after `|` is the error_code of a result that
 * failed so.
 *
 * @module shim/dialects/aigenstudio/failures
 */
import { failures as table } from '../../failures.js';

/** @param {number} status @param {string} code @param {string} [ofResult] @returns {[number, string]} */
const failure = (status, code, ofResult = 'processing_failed') => [status, `${code}|${ofResult}`];

export const failures = table(failure(500, 'internal_error'), [
  [failure(400, 'invalid_payload'), 'bad_option corrupt_image invalid_request'],
  [failure(400, 'invalid_payload', 'source_too_large'), 'too_large body_too_large'],
  [failure(400, 'invalid_payload', 'source_unreachable'), 'fetch_failed url_refused remote_needs_public_url'],
  [
    failure(400, 'invalid_payload', 'unsupported_source_type'),
    'empty_input unsupported_format unsupported_variant needs_codec unusable_image',
  ],
  [failure(401, 'api_key_expired'), 'expired_key'],
  [failure(401, 'api_key_inactive'), 'inactive_key'],
  [failure(401, 'invalid_api_key'), 'invalid_key'],
  [failure(402, 'insufficient_api_credits'), 'no_credits'],
  [failure(403, 'api_access_not_enabled'), 'no_access consent_required'],
  [failure(404, 'not_found'), 'not_found expired_link'],
  [failure(405, 'method_not_allowed'), 'method_not_allowed'],
  [failure(409, 'idempotency_conflict'), 'conflict'],
  [failure(429, 'rate_limit_exceeded'), 'busy'],
  [failure(500, 'internal_error', 'source_unreachable'), 'read_failed'],
]);
