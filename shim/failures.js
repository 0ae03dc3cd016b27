/**
 * A dialect's answers to errors, without naming every error: one usual answer
 * and the exceptions, laid over the full list of codes.
 *
 * @module shim/failures
 */
import { ENGINE_CODES, SHIM_CODES } from './errors.js';

/** @typedef {readonly [status: number, word?: string]} Failure */

/**
 * The answer to each code. A code that does not exist, or is named twice, is a
 * mistake of the dialect and throws when it is loaded.
 * @param {Failure} usual
 * @param {readonly (readonly [answer: Failure, codes: string])[]} exceptions codes: with blanks between
 * @returns {Readonly<Record<string, Failure>>}
 */
export function failures(usual, exceptions) {
  /** @type {Map<string, Failure>} */
  const table = new Map([...ENGINE_CODES, ...Object.keys(SHIM_CODES)].map((code) => [code, usual]));
  for (const [answer, codes] of exceptions) {
    for (const code of codes.split(' ')) {
      if (table.get(code) !== usual) throw new TypeError(`${code} is no code of an error, or is named twice`);
      table.set(code, answer);
    }
  }
  return Object.freeze(Object.fromEntries(table));
}
