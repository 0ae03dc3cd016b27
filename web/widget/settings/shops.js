// What shops ask of a picture beside its size: chosen with their canvas, told
// when it is changed. Only what a shop requires stands here; `read` is when the
// rule was read. Amazon's page is for sellers who are logged in; its rule is
// as several guides of 2026 quote it.

/**
 * @typedef {object} Shop
 * @property {string} name
 * @property {Record<string, string | null>} asks attributes; null: absent
 * @property {string} source
 * @property {string} read ISO date
 */

/** @type {Record<string, Shop>} by canvas */
export const shops = {
  amazon: {
    name: 'Amazon',
    asks: {
      background: 'white',
      format: 'jpeg',
      colorspace: 'srgb',
      keep: null,
      shadow: null,
      outline: null,
      canvas: 'amazon',
    },
    source: 'https://sellercentral.amazon.com/help/hub/reference/external/G1881',
    read: '2026-11-27',
  },
  ebay: {
    name: 'eBay',
    asks: { keep: null, outline: null },
    source: 'https://www.ebay.com/help/policies/listing-policies/picture-policy?id=4370',
    read: '2026-11-27',
  },
};

/** The shop that a canvas is for. @param {string | null} canvas the attribute @returns {Shop | undefined} */
export const shopOf = (canvas) => shops[/^(?:preset=)?(\w+)/.exec(canvas ?? '')?.[1] ?? ''];

/**
 * What of a shop's rule does not hold.
 *
 * @param {Shop} shop
 * @param {Element} host
 * @returns {string[]} names of attributes
 */
export const broken = ({ asks }, host) =>
  Object.keys(asks).filter((name) => {
    const is = host.getAttribute(name);
    if (name === 'canvas') return Number(/(?:^|,)scale=([\d.]+)/.exec(is ?? '')?.[1] ?? 1) < 0.85; // moved is not against it
    return asks[name] === null ? is !== null && is !== 'subject' : is !== asks[name];
  });

/** Everything as the shop asks for it. @param {Shop} shop @param {Element} host */
export function obey({ asks }, host) {
  for (const [name, value] of Object.entries(asks)) {
    if (value === null) host.removeAttribute(name);
    else if (host.getAttribute(name) !== value) host.setAttribute(name, value);
  }
}
