// Single-token mutants of C: which there are, and a sample of them.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/**
 * @typedef {object} Mutant
 * @property {string} file from the root
 * @property {number} line from 1
 * @property {string} from the line as it is, trimmed
 * @property {string} to the line as it becomes, trimmed
 * @property {number} at where the token begins in the file
 * @property {string} old the token
 * @property {string} new what stands in its place
 * @property {string} rank the sample is those of the smallest rank
 */

/** @param {string} text @returns {string} 64 hexadecimal digits */
const digest = (text) => createHash('sha256').update(text).digest('hex');

/** Binary operators: by this code's style they stand between spaces, unlike pointers and signs. @type {Record<string, string[]>} */
const binary = {
  '<': ['<=', '>='],
  '>': ['>=', '<='],
  '<=': ['<', '>'],
  '>=': ['>', '<'],
  '==': ['!='],
  '!=': ['=='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
  '&&': ['||'],
  '||': ['&&'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '|=': ['&='],
  '&=': ['|='],
};

/** A constant beside the old one, in the old one's type. @param {string} text @returns {string[]} */
function otherConstants(text) {
  const [, digits, suffix] = /** @type {RegExpExecArray} */ (
    /^(0[xX][0-9a-fA-F]+|[\d.]+(?:[eE][+-]?\d+)?)(\w*)$/.exec(text)
  );
  if (/^0[xX]/.test(digits) || /^\d+$/.test(digits)) {
    const value = BigInt(digits);
    return (value === 0n ? [1n] : [value + 1n, value - 1n]).map((n) => `${n}${suffix}`);
  }
  const value = Number(digits);
  return (value === 0 ? [1] : [value * 2, value / 2]).map((n) => `${/[.e]/.test(String(n)) ? n : `${n}.0`}${suffix}`);
}

/**
 * Blanks what no mutant may be in: comments, strings, characters, preprocessor
 * lines with what continues them. Offsets stay.
 *
 * @param {string} source
 */
function codeOnly(source) {
  return source.replace(
    /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:.*\\\n)*.*/gm,
    (text) => text.replace(/[^\n]/g, ' '),
  );
}

const token =
  /(?<number>(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\w*)|(?<binary>(?<=\s)(?:<<|>>|[<>=!]=|&&|\|\||[-+*/&|]=|[-+*/%<>&|])(?=\s))|(?<sign>-(?=[\w(.]))|(?<not>!(?=[\w(*]))/g;

/**
 * Tokens with what could stand in their place. Larger arrays do no harm, so
 * the sizes in declarations are left alone; `++` is too, as no test misses it.
 *
 * @param {string} source
 * @returns {{ at: number, old: string, choices: string[] }[]}
 */
function tokens(source) {
  const code = codeOnly(source);
  return [...code.matchAll(token)].flatMap((match) => {
    const { number, sign } = match.groups ?? {};
    const old = match[0];
    const before = code.slice(0, match.index);
    if (number) {
      if (/\b(?!return\b|sizeof\b|case\b|else\b)\w+ \**\w+(\[\w*\])*\[$/.test(before)) return [];
      return [{ at: match.index, old, choices: otherConstants(old) }];
    }
    if (sign) {
      // not a binary minus without spaces, not the second half of --, -= or ->
      return /(?:[-+*/%<>=&|!,(?:[{]|\breturn)\s*$/.test(before) && !before.endsWith('-')
        ? [{ at: match.index, old, choices: [' '] }]
        : [];
    }
    return [{ at: match.index, old, choices: old === '!' ? [' '] : binary[old] }];
  });
}

/**
 * All mutants of a file, one for each token, in no order. Seed, name and line
 * alone make the choice among a token's and the rank: the sample stays nearly
 * the same when files move and other lines change.
 *
 * @param {string} file from the root
 * @param {string} source
 * @param {number} seed
 * @returns {Mutant[]}
 */
export function mutantsOf(file, source, seed) {
  /** @type {Map<string, number>} lines with the same text */
  const seen = new Map();
  const starts = [0, ...[...source.matchAll(/\n/g)].map((match) => match.index + 1)];
  let line = 0;
  return tokens(source).map(({ at, old, choices }) => {
    while (line + 1 < starts.length && starts[line + 1] <= at) line++;
    const whole = source.slice(starts[line], starts[line + 1] ?? source.length);
    const from = whole.trim();
    const column = at - starts[line] - whole.search(/\S/);
    const place = `${seed} ${basename(file)} ${from} ${column}`;
    const nth = seen.get(place) ?? 0;
    seen.set(place, nth + 1);
    const rank = digest(`${place} ${nth}`);
    const next = choices[parseInt(rank.slice(-6), 16) % choices.length];
    const to = `${whole.slice(0, at - starts[line])}${next}${whole.slice(at - starts[line] + old.length)}`.trim();
    return { file, line: line + 1, from, to, at, old, new: next, rank };
  });
}

/** @param {string} source @param {Mutant} mutant */
export const mutated = (source, mutant) =>
  source.slice(0, mutant.at) + mutant.new + source.slice(mutant.at + mutant.old.length);
