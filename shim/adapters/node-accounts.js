/**
 * Accounts: a file of hashed keys. Everything that is made with a key belongs
 * to its account, in all dialects; several keys may have one account.
 *
 *   { "keys": [{ "name": "shop", "hash": "sha256:…", "dialects": ["…"],
 *                "rate": 600, "quota": 10000, "expires": "2027-01-01T00:00:00Z", "active": true }] }
 *
 * `rate` is calls a minute at this process, `quota` pictures a day (UTC) at all
 * that share the store; what is left out has no limit. Keys are long and
 * random, so one round of SHA-256 keeps them: there is nothing to guess. The
 * file is read again when it has changed; one that cannot be read leaves the
 * keys as they were.
 *
 * @module shim/adapters/node-accounts
 */
import { createHash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { randomText } from '../ids.js';
import { isObject } from '../http.js';

const LOOK_MS = 2000;
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const HASH = /^sha256:[0-9a-f]{64}$/;

/**
 * @typedef {object} KeyEntry
 * @property {string} name of the account @property {string} hash
 * @property {readonly string[]} [dialects] all without
 * @property {number} [rate] @property {number} [quota]
 * @property {string} [expires] @property {boolean} [active]
 */

/** @param {string} key */
export const hashOf = (key) => `sha256:${createHash('sha256').update(`cutaway key ${key}`).digest('hex')}`;

/**
 * The keys of a file's text, or an error that says which is wrong.
 * @param {string} text @param {readonly string[]} names of dialects
 * @returns {KeyEntry[]}
 */
function parse(text, names) {
  const { keys } = JSON.parse(text);
  if (!Array.isArray(keys)) throw new TypeError('"keys" must be a list');
  for (const [i, key] of keys.entries()) {
    const wrong = (/** @type {string} */ what) => new TypeError(`keys[${i}]: ${what}`);
    if (!isObject(key) || !NAME.test(key.name)) throw wrong('name must be 1 to 40 of a-z 0-9 -');
    if (!HASH.test(key.hash)) throw wrong('hash must be sha256: and 64 hex digits');
    for (const name of key.dialects ?? []) if (!names.includes(name)) throw wrong(`${name} is no dialect`);
    for (const field of ['rate', 'quota'])
      if (key[field] !== undefined && !(Number.isInteger(key[field]) && key[field] >= 0))
        throw wrong(`${field} must be an integer`);
    if (key.expires !== undefined && Number.isNaN(Date.parse(key.expires))) throw wrong('expires must be a date');
  }
  return keys;
}

/**
 * Reads the file, and answers whose a key is.
 * @param {{ file: string, dialects: readonly import('../types.js').Dialect[], onError?: (error: unknown) => void, now?: () => number }} options
 */
export async function createAccounts({ file, dialects, onError = () => {}, now = Date.now }) {
  const names = dialects.map(({ name }) => name);
  /** @type {Map<string, KeyEntry>} */ let byHash = new Map();
  /** @type {Map<string, { left: number, at: number }>} */ const buckets = new Map();
  let changed = 0;
  let looked = 0;

  async function load() {
    const { mtimeMs } = await stat(file);
    if (mtimeMs === changed) return;
    byHash = new Map(parse(await readFile(file, 'utf8'), names).map((key) => [key.hash, key]));
    changed = mtimeMs;
  }
  await load();

  /** Seconds until an account may ask again, 0 if it may. @param {string} name @param {number} rate a minute */
  function wait(name, rate) {
    const time = now();
    const { left, at } = buckets.get(name) ?? { left: rate, at: time };
    const filled = Math.min(rate, left + ((time - at) / 60e3) * rate);
    buckets.set(name, { left: Math.max(0, filled < 1 ? filled : filled - 1), at: time });
    return filled >= 1 ? 0 : Math.ceil(((1 - filled) * 60) / Math.max(rate, 1e-9));
  }

  return {
    /** For createShim(). @param {{ dialect: string, key: string }} who
     * @returns {Promise<import('../create-shim.js').Verdict>} */
    async authorize({ dialect, key }) {
      if (now() - looked > LOOK_MS) {
        looked = now();
        await load().catch(onError);
      }
      const entry = key === '' ? undefined : byHash.get(hashOf(key));
      if (!entry) return 'invalid_key';
      if (entry.active === false) return 'inactive_key';
      if (entry.expires && Date.parse(entry.expires) <= now()) return 'expired_key';
      if (entry.dialects && !entry.dialects.includes(dialect)) return 'no_access';
      const retryAfter = entry.rate === undefined ? 0 : wait(entry.name, entry.rate);
      return {
        account: entry.name,
        quota: entry.quota,
        ...(retryAfter > 0 && { retryAfter: Math.min(retryAfter, 3600) }),
      };
    },
  };
}

/**
 * Adds a key to the file, which is made if there is none.
 * @param {string} file @param {string} account @param {import('../types.js').Dialect} dialect whose form it has
 * @returns {Promise<string>} the key: it is told this once
 */
export async function addKey(file, account, { name, newKey = (secret) => secret }) {
  if (!NAME.test(account)) throw new TypeError('the name of an account is 1 to 40 of a-z 0-9 -');
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    return '{"keys":[]}';
  });
  const all = JSON.parse(text);
  const key = newKey(randomText(40));
  all.keys.push({ name: account, hash: hashOf(key), dialects: [name] });
  const beside = `${file}.${randomText(8)}`;
  await writeFile(beside, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  await rename(beside, file);
  return key;
}
