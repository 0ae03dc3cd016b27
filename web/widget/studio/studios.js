// Which studio an element has, for what shows the photos of a batch in it. It
// is there once the element has loaded it.

/** @typedef {import('./studio.js').Studio} Studio */

/** @type {WeakMap<Element, Studio>} */
const there = new WeakMap();
/** @type {WeakMap<Element, ((studio: Studio) => void)[]>} */
const waiting = new WeakMap();

/** @param {Element} host @param {Studio} studio */
export function enter(host, studio) {
  there.set(host, studio);
  for (const tell of waiting.get(host) ?? []) tell(studio);
  waiting.delete(host);
}

/** @param {Element} host */
export const leave = (host) => there.delete(host);

/** @param {Element} host @returns {Studio | undefined} */
export const studioOf = (host) => there.get(host);

/** @param {Element} host connected, and asked to load it @returns {Promise<Studio>} */
export const whenStudio = (host) =>
  new Promise((resolve) => {
    const studio = there.get(host);
    if (studio) resolve(studio);
    else waiting.set(host, [...(waiting.get(host) ?? []), resolve]);
  });
