// The flags of `cutaway`, read: what each takes, and which of them cannot both
// be meant.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { options } from '../web/engine/lists/options.js';
import { UsageError } from './files.js';

/** @typedef {{ type: 'string' | 'boolean', short?: string, multiple?: boolean }} Flag */

/** What the shell adds to the core's options. */
const own = /** @type {const} */ ({
  output: { type: 'string', short: 'o' },
  look: { type: 'string', multiple: true },
  matte: { type: 'string' },
  pick: { type: 'string', multiple: true },
  box: { type: 'string' },
  model: { type: 'string' },
  engine: { type: 'string' },
  recursive: { type: 'boolean' },
  json: { type: 'boolean' },
  size: { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
});
/** @type {Record<string, Flag>} */
const flags = {
  ...own,
  ...Object.fromEntries(
    Object.entries(options).map(([name, { type }]) => [name, { type: type === 'boolean' ? 'boolean' : 'string' }]),
  ),
};

/**
 * @typedef {{ [name in keyof typeof own]?: (typeof own)[name]['type'] extends 'string' ? string : boolean } &
 *   { pick?: string[], look?: string[] } & Record<string, any>} Values
 */

/** Says something of the switch before it; what is there as a file is a photo. @param {string} arg */
const isOfSwitch = (arg) => /^\w+$|^[^-].*=/.test(arg) && !existsSync(arg);

/**
 * Flags with what they take, as parseArgs knows it: a switch stands bare, as
 * `--crop` does, or before what it is to be like, `--shadow blur=2%`; a number
 * may be below 0.
 *
 * @param {string[]} argv
 */
function withValues(argv) {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const said = argv.slice(end);
  for (let i = end - 1; i >= 0; i--) {
    const name = argv[i].startsWith('--') ? argv[i].slice(2) : '';
    const isSwitch = options[name]?.type === 'switch';
    const [next] = i + 1 < end ? said : [];
    if (next !== undefined && (isSwitch ? isOfSwitch(next) : flags[name]?.type === 'string' && /^-\.?\d/.test(next)))
      said.splice(0, 1, `${argv[i]}=${next}`);
    else said.unshift(isSwitch ? `${argv[i]}=default` : argv[i]);
  }
  return said;
}

/** @param {string[]} argv @returns {{ values: Values, positionals: string[] }} */
export function parse(argv) {
  try {
    // `-` is a file here, which parseArgs takes for a positional already
    const said = /** @type {any} */ (parseArgs({ args: withValues(argv), options: flags, allowPositionals: true }));
    if (said.values.format === 'jpg') said.values.format = 'jpeg';
    return said;
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/** Flags, some with a value, that cannot both be meant, and why. @type {[one: string, other: string, why: string][]} */
const never = [
  ['matte', 'pick', 'the matte says what is meant'],
  ['matte', 'box', 'the matte says what is meant'],
  ['kind graphic', 'pick', 'a graphic is keyed by its ground'],
  ['kind graphic', 'box', 'a graphic is keyed by its ground'],
  ['crop', 'canvas', 'the canvas is where the result ends'],
  ['background transparent', 'format jpeg', 'a JPEG has nothing transparent, only png and webp have'],
  ['json', 'output -', 'both want stdout'],
  .../** @type {[string, string, string][]} */ (
    ['background', 'fit', 'shadow', 'cast', 'contact', 'natural', 'reflection', 'outline'].map((name) => [
      'mask',
      name,
      'a mask is the matte alone',
    ])
  ),
];

/**
 * Refuses flags that contradict each other, by their names.
 *
 * @param {Values} values
 * @param {string[]} inputs
 * @param {string | undefined} format of the file, by its name where no flag says it
 */
export function checkTogether(values, inputs, format) {
  /** @param {string} flag */
  const isSaid = (flag) => {
    const [name, value] = flag.split(' ');
    const said = name === 'format' ? format : values[name];
    return value === undefined ? said !== undefined : said === value;
  };
  const both = never.find(([one, other]) => isSaid(one) && isSaid(other));
  if (both) throw new UsageError(`--${both[0]} and --${both[1]} contradict each other: ${both[2]}`);
  const { background, matte, look = [] } = values;
  if ([...inputs, background, matte, ...look].filter((path) => path === '-').length > 1)
    throw new UsageError('- is stdin, which can be read once: name the other as a file');
}
