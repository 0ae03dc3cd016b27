/**
 * What service-worker.js passes on, as the line of script that stands before
 * its text. A service worker that is a classic script can import no dialect.
 *
 * @module shim/adapters/service-worker-table
 */
import { DIALECTS } from '../dialects/index.js';

/** @param {readonly Pick<import('../types.js').Dialect, 'hosts' | 'relayed'>[]} [dialects] */
export const relayTable = (dialects = DIALECTS) =>
  `self.cutawayRelayed = ${JSON.stringify({
    hosts: dialects.flatMap(({ hosts }) => hosts),
    paths: dialects.map(({ relayed }) => relayed.source),
  })};\n`;
