// What `cutaway --help` says of the core's options, made of their list: the
// values as the shell takes them, which are the elements' attributes, too.

/** @typedef {import('../web/engine/core/core.js').OptionInfo} OptionInfo */

/** The column where a flag's meaning begins, and where the terminal ends. */
const left = 32,
  right = 120;

/** @param {Record<string, OptionInfo>} keys */
const usualOf = (keys) =>
  Object.entries(keys)
    .map(([name, key]) => `${name}=${key.default}`)
    .join(',');

/** Of passports by country one stands for all. @param {string[]} names */
const short = (names) => names.filter((name) => !/^passport-(?!us$)\w\w$/.test(name));

/**
 * The values of an option, one by one, as a shell or an attribute says them.
 *
 * @param {OptionInfo} option
 * @returns {string[]} none: it is there or not
 */
export function values({ type, values = [], keys = {}, presets = [], min, max }) {
  if (type === 'choice' || type === 'background') return values;
  if (type === 'integer' || type === 'number') return [`${min} to ${max}`];
  if (type === 'length') return ['5%', '40px'];
  if (type === 'switch') return [usualOf(keys)];
  if (type === 'canvas')
    return [
      ...short(presets.map(({ name }) => name)),
      '4:5',
      '800x600',
      'preset=amazon,fit=photo,scale=0.8,x=5%,y=-40px',
    ];
  return [];
}

/** @param {string[]} words @returns {string} "a, b or c" */
export const oneOf = (words) =>
  words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join();

/** Broken between words, each line after the first below the first. @param {string} flag @param {string} text */
export function entry(flag, text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (left + lines[lines.length - 1].length + word.length > right) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  return lines.map((line, i) => (i ? ' '.repeat(left) : `  ${flag}`.padEnd(left)) + line.trimEnd()).join('\n');
}

/**
 * @param {string} name
 * @param {OptionInfo} option
 * @param {{ file?: string, usual?: string }} shell what "image" is here; a default that is the shell's own
 */
function line(name, option, { file = 'image', usual }) {
  const { type, words } = option;
  const letter = name[0].toUpperCase();
  const flag = type === 'boolean' ? `--${name}` : `--${name} ${type === 'switch' ? `[${letter}]` : letter}`;
  const said = values(option).map((value) => {
    if (type === 'background' && value === 'image') return file;
    if (value === option.default && !usual) return `${value} (default)`;
    return /[ (]/.test(value) && type === 'background' ? `'${value}'` : value;
  });
  if (type === 'switch') said.unshift('alone');
  const number = type === 'integer' || type === 'number' ? `, default ${option.default}` : usual ? ` (${usual})` : '';
  return entry(flag, said.length ? `${oneOf(said)}${number}: ${words}` : String(words));
}

/** @param {Record<string, OptionInfo>} options @returns {string} lines of --help */
export const optionLines = (options) =>
  Object.entries(options)
    .map(([name, option]) =>
      line(name, option, {
        file: 'an image file',
        ...(name === 'format' && { usual: "default: by OUT's ending, else png" }),
      }),
    )
    .join('\n');
