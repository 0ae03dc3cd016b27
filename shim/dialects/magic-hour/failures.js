/**
 * Status, and `error.code` of a project that failed so.
 *
 * @module shim/dialects/magic-hour/failures
 */
import { failures as table } from '../../failures.js';

export const failures = table(
  [500, 'unknown_error'],
  [
    [[400, 'invalid_parameters'], 'bad_option invalid_request conflict'],
    [[401, 'unknown_error'], 'invalid_key expired_key inactive_key'],
    [[402, 'insufficient_credits'], 'no_credits'],
    [[403, 'unknown_error'], 'expired_link no_access consent_required'],
    [[404, 'unknown_error'], 'not_found'],
    [[405, 'unknown_error'], 'method_not_allowed'],
    [[413, 'file_too_large'], 'body_too_large'],
    [[422, 'file_too_large'], 'too_large'],
    [
      [422, 'invalid_file_format'],
      'empty_input unsupported_format unsupported_variant corrupt_image needs_codec fetch_failed ' +
        'read_failed unusable_image',
    ],
    [[422, 'invalid_parameters'], 'url_refused remote_needs_public_url'],
    [[429, 'unknown_error'], 'busy'],
    [[502, 'unknown_error'], 'remote_failed remote_refused'],
    [[503, 'unknown_error'], 'out_of_memory aborted timeout model_fetch_failed engine_unavailable remote_unavailable'],
  ],
);
