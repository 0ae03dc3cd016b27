// What people read, in their language: web/texts/README.md tells the format.

/** @type {readonly string[]} */
export const languages = ['en', 'de', 'fr', 'es', 'ja', 'zh'];

/**
 * @typedef {Record<string, string>} Table
 * @typedef {Record<string, string | number>} Values `count` chooses the plural
 */

/**
 * A plural has one name, without its form.
 * @template {Table} T
 * @typedef {{ [K in keyof T]: K extends `${infer Base}_${'one' | 'many' | 'other'}` ? Base : K }[keyof T]} Key
 */

/**
 * @template {Table} T
 * @typedef {((key: Key<T>, values?: Values) => string) & { language: string, find: (key: string) => string | undefined }} Translate
 * find: by a key that is put together at run time
 */

/** First of the tags that there are texts for, by its language alone. @param {Iterable<string | null | undefined>} tags */
export function choose(tags) {
  for (const tag of tags) {
    const language = tag?.split('-')[0].toLowerCase();
    if (language && languages.includes(language)) return language;
  }
  return 'en';
}

/** The language around an element, across shadow roots, else the browser's. @param {Element} element */
export function languageOf(element) {
  for (
    let at = /** @type {Element | undefined} */ (element);
    at;
    at = /** @type {ShadowRoot} */ (at.getRootNode()).host
  ) {
    const declared = at.closest('[lang]');
    if (declared) return choose([declared.getAttribute('lang'), ...navigator.languages]);
  }
  return choose(navigator.languages);
}

/**
 * Texts of a table, with places filled.
 *
 * @template {Table} T
 * @param {string} language
 * @param {T} table
 * @returns {Translate<T>}
 */
export function translator(language, table) {
  const numbers = new Intl.NumberFormat(language);
  const plurals = new Intl.PluralRules(language);
  /** @type {Table} */
  const all = table;
  const translate = (/** @type {any} */ key, /** @type {Values} */ values = {}) => {
    const text = ('count' in values ? all[`${key}_${plurals.select(Number(values.count))}`] : all[key]) ?? key;
    return text.replace(/{{(\w+)}}/g, (/** @type {string} */ place, /** @type {string} */ name) => {
      const value = values[name] ?? place;
      return typeof value === 'number' ? numbers.format(value) : value;
    });
  };
  return Object.assign(translate, { language, find: (/** @type {string} */ key) => all[key] });
}

/**
 * The texts of a room; English when the others cannot be fetched.
 *
 * @template {Table} T
 * @param {string} language
 * @param {string} room a file of web/texts/<language>
 * @param {T} english
 * @returns {Promise<Translate<T>>}
 */
export async function texts(language, room, english) {
  if (language !== 'en') {
    try {
      const { tables } = await import('../../texts/tables.js');
      return translator(language, /** @type {T} */ ((await tables[language][room]()).default));
    } catch {} // no network: better English than nothing
  }
  return translator('en', english);
}

/**
 * Writes the texts that markup asks for: data-t is the text itself, data-label
 * the name for screen readers, data-title the tooltip.
 *
 * @param {ParentNode} root
 * @param {{ find: (key: string) => string | undefined }} t
 */
export function localize(root, { find }) {
  for (const element of root.querySelectorAll('[data-t],[data-label],[data-title]')) {
    const { t: text, label, title } = /** @type {HTMLElement} */ (element).dataset;
    if (text) element.textContent = find(text) ?? text;
    if (label) element.setAttribute('aria-label', find(label) ?? label);
    if (title) element.setAttribute('title', find(title) ?? title);
  }
}
