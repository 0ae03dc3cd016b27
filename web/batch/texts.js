// What the batch says: its own texts, and those it shares with the studio.
import english from '../texts/en/batch.js';
import shared from '../texts/en/studio.js';
import { texts, translator } from '../widget/common/texts.js';

/** @typedef {import('../widget/common/texts.js').Translate<typeof english & typeof shared>} Translate */

/** @param {any} own @param {any} others @returns {Translate} */
function both(own, others) {
  /** @type {any} */
  const t = (/** @type {string} */ key, /** @type {any} */ values) =>
    ((own.find(key) ?? own.find(`${key}_other`)) ? own : others)(key, values);
  return Object.assign(t, {
    language: own.language,
    find: (/** @type {string} */ key) => own.find(key) ?? others.find(key),
  });
}

export const inEnglish = both(translator('en', english), translator('en', shared));

/** @param {string} language @returns {Promise<Translate>} */
export const speak = async (language) =>
  both(...(await Promise.all([texts(language, 'batch', english), texts(language, 'studio', shared)])));
