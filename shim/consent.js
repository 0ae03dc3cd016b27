/**
 * The user's agreement to send pictures to a remote service: remembered,
 * revocable, shown by the page. Without it no policy lets a picture leave.
 *
 * It is given to one service at one address. A page that points the same API
 * at another address asks again.
 *
 * @module shim/consent
 */

/**
 * @typedef {object} Consent
 * @property {(dialect: string, baseUrl: string) => boolean | Promise<boolean>} granted
 */

/** Nothing may leave. @type {Consent} */
export const NO_CONSENT = { granted: () => false };

/**
 * Agreement kept in a Storage (localStorage by default): only the API's name,
 * its origin and the time, never a key.
 * @param {{ storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, key?: string, now?: () => number }} [options]
 */
export function createConsent({ storage = globalThis.localStorage, key = 'cutaway-consent', now = Date.now } = {}) {
  const events = new EventTarget();
  /** @returns {Record<string, { origin: string, at: string }>} */
  function load() {
    try {
      const value = JSON.parse(storage.getItem(key) ?? '{}');
      return typeof value === 'object' && value !== null ? value : {};
    } catch {
      return {}; // unreadable means not given
    }
  }
  /** @param {string} baseUrl */
  const originOf = (baseUrl) => new URL(baseUrl, globalThis.location?.href).origin;
  /** @param {Record<string, unknown>} all */
  function save(all) {
    if (Object.keys(all).length === 0) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(all));
    events.dispatchEvent(new Event('change'));
  }
  return {
    /** Fires `change` after grant() and revoke(). */
    events,
    /** @param {string} dialect @param {string} baseUrl */
    granted(dialect, baseUrl) {
      const given = load();
      return Object.hasOwn(given, dialect) && given[dialect]?.origin === originOf(baseUrl);
    },
    /** Call it from the user's own click only. @param {string} dialect @param {string} baseUrl */
    grant(dialect, baseUrl) {
      save({ ...load(), [dialect]: { origin: originOf(baseUrl), at: new Date(now()).toISOString() } });
    },
    /** Takes the agreement back, for one API or for all. @param {string} [dialect] */
    revoke(dialect) {
      const { [dialect ?? '']: _, ...rest } = load();
      save(dialect === undefined ? {} : rest);
    },
    /** What was agreed to, for the page to show. */
    list: load,
  };
}
