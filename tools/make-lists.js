// Writes what is made of cut_abi_json(): the lists that JavaScript needs
// without the core, and the options' rows in the documents. npm run build runs
// it; a file is written only when it changes. `--check` writes nothing and
// fails when something would be written.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { oneOf, values } from '../bin/usage.js';
import { root } from './build.js';

/** @typedef {import('../web/engine/core/core.js').Abi} Abi */
/** @typedef {import('../web/engine/core/core.js').OptionInfo} OptionInfo */

const columns = 120;

/** What the core as built says. @returns {Promise<Abi>} */
export async function readAbi() {
  const { instance } = await WebAssembly.instantiate(readFileSync(join(root, 'build/wasm/cutaway.wasm')), {
    env: { emscripten_notify_memory_growth() {} },
  });
  const { cut_abi_json: abi, memory, _initialize: start } = /** @type {any} */ (instance.exports);
  start?.();
  const bytes = new Uint8Array(memory.buffer, abi());
  return JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
}

/**
 * A value as the source would have it, broken where a line would be too long.
 *
 * @param {unknown} value
 * @param {string} [indent]
 * @param {number} [taken] of the line, by what stands before and behind
 * @returns {string}
 */
function literal(value, indent = '', taken = 0) {
  if (typeof value === 'string') return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const list = Array.isArray(value);
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  /** @param {string} inside */
  const parts = (inside) =>
    Object.entries(value).map(([key, one]) => {
      const name = list ? '' : `${/^\w+$/.test(key) ? key : literal(key)}: `;
      return name + literal(one, inside, inside ? name.length + 1 : -Infinity);
    });
  const flat = list ? `[${parts('').join(', ')}]` : `{ ${parts('').join(', ')} }`;
  if (indent.length + taken + flat.length <= columns) return flat;
  const inside = `${indent}  `;
  return `${open}\n${parts(inside)
    .map((part) => `${inside}${part},\n`)
    .join('')}${indent}${close}`;
}

/** @param {string} source */
const head = (source) => `// Made by tools/make-lists.js from ${source}: npm run build writes it anew.\n`;

/** @param {OptionInfo} option @param {string} name @returns {string} its type in TypeScript */
function typeOf({ type, values: words = [] }, name) {
  if (type === 'boolean') return 'boolean';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'choice') return words.map((word) => `'${word}'`).join(' | ');
  if (type === 'length') return 'Length';
  if (type === 'background') return 'string | Blob | Uint8Array';
  const own = name[0].toUpperCase() + name.slice(1);
  if (type === 'switch') return `boolean | ${own}`;
  return type === 'canvas' ? `string | ${own}` : 'string';
}

/** Lines of a comment, within the columns. @param {string} text */
const comment = (text) =>
  ` * ${text.replace(new RegExp(`(.{1,${columns - 5}})(?: |$)`, 'g'), (_, line, at) => `${at ? '\n *   ' : ''}${line}`)}\n`;

/** @param {string} name @param {Record<string, OptionInfo>} rows */
const typedef = (name, rows) =>
  comment(`@typedef {object} ${name}`) +
  Object.entries(rows)
    .map(([key, row]) => comment(`@property {${typeOf(row, key)}} [${key}] ${row.words}`))
    .join('');

/** The types of options, for editors and the packed declarations. @param {Record<string, OptionInfo>} options */
function types(options) {
  const objects = Object.entries(options)
    .filter(([, { keys }]) => keys)
    .map(([name, { type, keys = {} }]) => {
      const own = name[0].toUpperCase() + name.slice(1);
      if (type !== 'canvas') return typedef(own, keys);
      return (
        `${typedef('Fit', Object.fromEntries(Object.entries(keys).filter(([, key]) => key.type !== 'size')))} *\n` +
        ` * @typedef {Fit & ({ preset: string } | { ratio: string } | { width: number, height: number })} ${own}\n`
      );
    });
  return `/**\n * @typedef {string | number} Length "5%", "40px" or pixels\n *\n${objects.join(' *\n')} *\n${typedef('Output', options)} */\n`;
}

/** The modules. @param {Abi} abi @returns {Record<string, string>} by path */
export function modules({ options, statuses, limits }) {
  const listed = Object.fromEntries(statuses.map(({ code, fault, text }) => [code, { fault, text }]));
  const codes =
    `${head('wasm/base/status.h')}\n/** @type {Readonly<Record<string, { fault: string, text: string }>>} by code */\n` +
    `export const statuses = ${literal(listed)};\n`;
  return {
    'web/engine/lists/options.js':
      `${head('wasm/options/list.h')}\n${types(options)}\n` +
      `/** @type {Readonly<Record<string, import('../core/core.js').OptionInfo>>} */\nexport const options = ${literal(options)};\n`,
    // all that the element pays for at load, byte by byte
    'web/engine/lists/result-names.js':
      '// Made by tools/make-lists.js.\nexport const resultNames = ' +
      `'${Object.keys(options)
        .filter((name) => options[name].scope === 'result')
        .join(' ')}'.split(' ');\n`,
    'web/engine/lists/limits.js':
      `${head('wasm/job/abi.c')}\n/** As abi() has them. @type {Readonly<Record<string, number>>} */\n` +
      `export const limits = ${literal(limits)};\n`,
    'web/engine/lists/statuses.js': codes,
    'shim/statuses.js': codes, // which takes nothing from the engine but by argument
  };
}

/** @param {string} text */
const code = (text) => `\`${text.replaceAll('|', '\\|')}\``;
/** @param {OptionInfo} option */
const usual = ({ default: value }) => (value === null || value === false ? 'off' : code(literal(value)));

/** Values as JavaScript says them. @param {OptionInfo} option */
function inJavaScript({ keys = {}, ...option }) {
  const { type } = option;
  if (type === 'boolean') return code('true');
  if (type === 'switch') {
    return `${code('true')}, or ${code(literal(Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.default])), '', -Infinity))}`;
  }
  if (type === 'canvas') {
    const own = Object.entries(keys)
      .filter(([, { type }]) => type !== 'size')
      .map(([name, key]) => (key.values ? `${name}: ${typeOf(key, name)}` : name));
    const texts = values({ keys, ...option })
      .slice(0, -1)
      .map((value) => code(literal(value)));
    return `${texts.join(', ')}, or ${code(`{ preset | ratio | width, height, ${own.join(', ')} }`)}`;
  }
  if (type === 'integer' || type === 'number') return values(option).join();
  return oneOf(
    values(option).map((value) => (type === 'background' && value === 'image' ? 'a Blob' : code(literal(value)))),
  );
}

/** Values as an attribute says them. @param {OptionInfo} option */
function inMarkup(option) {
  const { type } = option;
  if (type === 'boolean') return 'present or not';
  if (type === 'integer' || type === 'number') return values(option).join();
  const said = values(option)
    .filter((value) => type !== 'background' || value !== 'image')
    .map(code);
  return type === 'switch' ? `empty, or ${said}` : oneOf(said);
}

/**
 * The documents: of the table behind the mark, the rows that an option has.
 *
 * @type {Record<string, (options: Record<string, OptionInfo>) => string[][]>} cells, the first of them the name
 */
const documents = {
  'README.md': (options) =>
    Object.entries(options).map(([name, option]) => [name, `${inJavaScript(option)}: ${option.words}`, usual(option)]),
  'docs/embedding.md': (options) =>
    Object.entries(options)
      .filter(([, { scope }]) => scope !== 'call')
      .map(([name, option]) => {
        const absent =
          option.default === null || option.default === false ? '' : `; ${code(String(option.default))} if absent`;
        return [name, inMarkup(option), `${option.words}${absent}`];
      }),
};
const mark = '<!-- rows of the core’s options: tools/make-lists.js -->\n';

/**
 * @param {string} path of `documents`
 * @param {string} text as it is
 * @param {Record<string, OptionInfo>} options
 */
export function document(path, text, options) {
  const from = text.indexOf(mark) + mark.length;
  if (from < mark.length) throw new Error(`${path}: the mark is missing: ${mark}`);
  const [table] = /** @type {RegExpExecArray} */ (/(?:^\|.*\n)+/m.exec(text.slice(from)));
  const [title, rule, ...rows] = table.trimEnd().split('\n');
  const made = documents[path](options).map(([name, ...cells]) => `| ${[code(name), ...cells].join(' | ')} |`);
  const others = rows.filter((row) => !((/`([^`]+)`/.exec(row)?.[1] ?? '') in options));
  return (
    text.slice(0, from) + text.slice(from).replace(table, () => `${[title, rule, ...made, ...others].join('\n')}\n`)
  );
}

/** What would have to be written. @param {Abi} abi @returns {Record<string, string>} text by path */
export function stale(abi) {
  /** @param {string} path */
  const read = (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return '';
    }
  };
  const wanted = {
    ...modules(abi),
    ...Object.fromEntries(Object.keys(documents).map((path) => [path, document(path, read(path), abi.options)])),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([path, text]) => read(path) !== text));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const changed = stale(await readAbi());
  if (process.argv.includes('--check')) {
    for (const path of Object.keys(changed)) process.stderr.write(`${path} is not what the core says: npm run build\n`);
    process.exit(Object.keys(changed).length ? 1 : 0);
  }
  for (const [path, text] of Object.entries(changed)) {
    writeFileSync(join(root, path), text);
    process.stdout.write(`${path} follows the core\n`);
  }
}
