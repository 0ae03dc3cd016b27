/**
 * cutaway/shim: other vendors' APIs, answered by the engine on this machine.
 * See README.md for what is served, field by field.
 *
 * @module shim
 */
export { createShim, strictKeys, DEFAULT_LIMITS } from './create-shim.js';
export { DIALECTS } from './dialects/index.js';
export { createConsent, NO_CONSENT } from './consent.js';
export { ShimError, SHIM_CODES } from './errors.js';
export { PAGE_INPUTS, NO_INPUTS } from './fetch-url.js';
export { POLICIES } from './remote.js';
export { createMemoryStore } from './store/memory.js';
export { createIndexedDbStore } from './store/indexeddb.js';
export { install } from './adapters/fetch-patch.js';
