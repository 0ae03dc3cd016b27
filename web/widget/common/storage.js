// What is remembered on this machine: settings of who asks for it, never photos.
// Where storage is refused or full, it lasts as long as the page.

/** @type {Map<string, unknown>} */
const here = new Map();

/**
 * @param {string} name
 * @returns {any} what remember() was last given; undefined when nothing was
 */
export function recall(name) {
  if (here.has(name)) return here.get(name);
  try {
    return JSON.parse(localStorage.getItem(`cutaway.${name}`) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {unknown} value JSON */
export function remember(name, value) {
  try {
    localStorage.setItem(`cutaway.${name}`, JSON.stringify(value));
    here.delete(name);
  } catch {
    // refused, or the disk is full
    here.set(name, value);
  }
}
