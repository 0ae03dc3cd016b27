// The code in the documents, for the tests that run it.
import { readFileSync } from 'node:fs';

/** @param {string} path from the project's root @param {string} language after the fence @returns {string[]} */
export const blocks = (path, language) =>
  [...readFileSync(new URL(`../${path}`, import.meta.url), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, said]) => said === language)
    .map(([, , code]) => code);
