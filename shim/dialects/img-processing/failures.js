/**
 * Status; the words follow from it (index.js).
 *
 * @module shim/dialects/img-processing/failures
 */
import { failures as table } from '../../failures.js';

export const failures = table(
  [500],
  [
    [
      [400],
      'bad_option empty_input unsupported_format unsupported_variant too_large corrupt_image ' +
        'needs_codec fetch_failed invalid_request conflict unusable_image url_refused ' +
        'remote_needs_public_url',
    ],
    [[401], 'invalid_key expired_key inactive_key'],
    [[403], 'no_access no_credits consent_required'],
    [[404], 'not_found expired_link'],
    [[405], 'method_not_allowed'],
    [[413], 'body_too_large'],
    [[429], 'busy'],
  ],
);
