// Which file goes where, decided before any work: no original is written over,
// no result over another one, and what cannot be written is said at once.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { failure } from '../web/engine/core/errors.js';
import { fileNameOf, safePath, stemOf } from '../web/engine/core/look.js';

/** @typedef {import('../web/engine/core/look.js').Look} Look */

/** Wrong usage ends the program with status 2. */
export class UsageError extends Error {}

/** @type {Record<string, string>} */
const formatOfEnding = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.jpe': 'jpeg',
  '.jfif': 'jpeg',
  '.webp': 'webp',
};
/** @type {Record<string, string>} */
const endingOfFormat = { png: '.png', jpeg: '.jpg', webp: '.webp' };
/** Endings of pictures: those that a folder is searched for, and those that promise what is not written. */
const pictures = /\.(png|jpe?g|jpe|jfif|webp|bmp|dib|gif|hei[cf]s?|avif|tiff?|jxl|ico)$/i;
const unwritable =
  /\.(bmp|dib|gif|tiff?|avifs?|hei[cf]s?|jxl|jp2|j2k|jpx|jpf|jxr|svgz?|ico|cur|psd|psb|xcf|eps|ai|pdf|raw|dng|cr[23]|nef|arw|tga|p[bgpn]m|pam|qoi|exr|hdr|apng|webm|mp4|mov)$/i;

/** By the ending of a name; undefined for one that says nothing. @param {string} path */
export const formatOf = (path) => formatOfEnding[extname(path).toLowerCase()];

/** Bytes of a file or of stdin. @param {string} path */
export async function read(path) {
  try {
    if (path !== '-') return await readFile(path);
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    throw failure('read_failed', /** @type {Error} */ (error).message);
  }
}

/** Where a path leads when it is a link, also one to nothing yet. @param {string} path */
async function target(path) {
  for (let links = 0; links < 40; links++) {
    const to = await readlink(path).catch(() => null);
    if (to === null) break;
    path = resolve(dirname(path), to);
  }
  return path;
}

/**
 * All of the file or nothing: written beside its place, then renamed. A link is
 * followed; a device or a pipe that exists is written straight.
 *
 * @param {string} path
 * @param {Uint8Array} bytes
 */
export async function write(path, bytes) {
  if (path === '-') {
    await new Promise((done, refused) => {
      process.stdout.write(bytes, (error) =>
        error ? refused(failure('write_failed', error.message)) : done(undefined),
      );
    });
    return;
  }
  const existing = await stat(path).catch(() => null);
  const direct = existing !== null && !existing.isFile();
  // /dev/stdout leads to a pipe that has no place
  const place = direct ? path : await target(path);
  // short, whatever the file is called: names have an end at 255 bytes
  const partial = direct ? place : join(dirname(place), `.cutaway-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(partial, direct ? 'w' : 'wx');
    try {
      await file.writeFile(bytes);
      if (!direct) await file.sync();
    } finally {
      await file.close();
    }
    if (!direct) await rename(partial, place);
  } catch (error) {
    if (!direct) await rm(partial, { force: true });
    throw failure('write_failed', /** @type {Error} */ (error).message);
  }
}

/** @param {string} dir */
async function folder(dir) {
  await mkdir(dir, { recursive: true }).catch((error) => {
    throw failure('write_failed', error.message);
  });
}

/** As a file system that folds letter case may see a name, ß and ss the same, too. @param {string} name */
const folded = (name) => name.normalize('NFC').toUpperCase().toLowerCase();

/**
 * What a path is, by whatever name: the same for two names of one file. A file
 * that is not there yet has that of its folder and its name, in which letter
 * case and composition of accents count for nothing, since some file systems
 * see none.
 *
 * @param {string} path
 */
async function identity(path) {
  const place = await target(path);
  const info = await stat(place, { bigint: true }).catch(() => null);
  if (info) return `${info.dev}:${info.ino}`;
  const above = await realpath(dirname(place)).catch(() => resolve(dirname(place)));
  return `${above}/${folded(basename(place))}`;
}

/** A name with its end, of at most 255 bytes, as file systems have it. @param {string} name @param {string} end */
function fitting(name, end) {
  const letters = [...name];
  while (Buffer.byteLength(letters.join('') + end) > 255) letters.pop();
  return letters.join('') + end;
}

/**
 * Pictures in a folder, by their paths in it. One that links lead to again
 * counts once.
 *
 * @param {string} folder @param {boolean} recursive @param {Set<string>} seen identities of folders that are not looked into
 * @param {string} [inside]
 * @returns {Promise<string[]>}
 */
async function picturesIn(folder, recursive, seen, inside = '') {
  const here = join(folder, inside);
  const id = await identity(here);
  if (seen.has(id)) return [];
  seen.add(id);
  const found = [];
  for (const name of await readdir(here)) {
    const isPicture = pictures.test(name);
    if (!recursive && !isPicture) continue;
    const path = join(inside, name);
    const isFolder = (await stat(join(folder, path)).catch(() => null))?.isDirectory();
    if (!isFolder && isPicture) found.push(path);
    if (isFolder && recursive) found.push(...(await picturesIn(folder, recursive, seen, path)));
  }
  return found;
}

/**
 * A folder among the inputs means the pictures in it, by name; where results go
 * is no part of it, unless it is that folder itself.
 *
 * @param {string[]} inputs
 * @param {boolean} recursive those of the folders in it, too
 * @param {string} output
 * @returns {Promise<{ input: string, inside: string }[]>} inside: the folders between that one and the picture
 */
async function expand(inputs, recursive, output) {
  const all = [];
  for (const input of inputs) {
    const info = input === '-' ? null : await stat(input).catch(() => null);
    if (!info?.isDirectory()) {
      all.push({ input, inside: '' });
      continue;
    }
    const results = await identity(output);
    const names = (
      await picturesIn(input, recursive, new Set(results === (await identity(input)) ? [] : [results])).catch(
        (error) => {
          throw failure('read_failed', error.message);
        },
      )
    ).sort();
    if (!names.length)
      throw new UsageError(
        `${input}: no picture in this folder${recursive ? '' : '; --recursive looks into those in it'}`,
      );
    for (const name of names)
      all.push({ input: join(input, name), inside: dirname(name) === '.' ? '' : dirname(name) });
  }
  return all;
}

/**
 * What results in a folder are called there: paths from it without their
 * ending. Group 1 is the photo's.
 *
 * @param {Look[]} looks
 */
const resultNames = (looks) =>
  [{ pattern: '{name}-cutout', name: '' }, ...looks].map(({ pattern, name }) => {
    /** @type {Record<string, string>} */
    const places = { '{look}': literal(safePath(name.replaceAll('/', '_'))), '{n}': '\\d+', '{name}': '(.+)' };
    const parts = pattern.split(/(\{\w+\})/).map((part) => places[part] ?? literal(part));
    return new RegExp(`^${parts.join('')}(?:-\\d+)?$`);
  });

/** @param {string} text for a regular expression */
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * What an earlier run made, of inputs: where the names of two say that one is
 * made of the other.
 *
 * @param {string[]} inputs
 * @param {string} folder where results go
 * @param {Look[]} looks
 * @returns {Set<string>}
 */
function resultsAmong(inputs, folder, looks) {
  /** @param {string} input */
  const stem = (input) => stemOf(relative(folder, resolve(input)));
  const stems = new Set(inputs.map(stem));
  const names = resultNames(looks);
  /** @param {string} own */
  const isResult = (own) =>
    names.some((name) => {
      const photo = name.exec(own)?.[1];
      return photo !== undefined && photo !== own && stems.has(photo);
    });
  return new Set(inputs.filter((input) => isResult(stem(input))));
}

/** A name for a file of that format beside `path`. @param {string} path @param {string} more @param {string} format */
const suggestion = (path, more, format) =>
  join(dirname(path), basename(path, extname(path)) + more + (endingOfFormat[format] ?? '.png'));

/**
 * Where each input goes. In a folder that holds inputs, a result takes a name
 * that nothing there has, `IMG_1-cutout.png`; in another one it takes the
 * photo's, `IMG_1.png`, and replaces what an earlier run put there. What an
 * earlier run put beside the photos is not cut out again.
 *
 * @param {string[]} inputs files, folders, or '-'
 * @param {string} output a file, a folder (ending in / or there), or '-'
 * @param {object} how
 * @param {string} [how.format]
 * @param {boolean} [how.recursive]
 * @param {string[]} [how.others] files that are read besides: a background, a matte, looks
 * @param {Look[]} [how.looks] each photo is made in each of them; in a folder their patterns name the files
 * @param {(sentence: string) => void} [how.tell] hears of inputs that are left out
 * @returns {Promise<{ input: string, output: string, look?: Look }[]>}
 */
export async function destinations(inputs, output, { format, recursive = false, others = [], looks = [], tell }) {
  const info = output === '-' ? null : await stat(output).catch(() => null);
  const isFolder = output.endsWith('/') || info?.isDirectory() === true;
  const all = await expand(inputs, recursive, output);
  const paths = all.map(({ input }) => input).filter((input) => input !== '-');
  const results = resultsAmong(paths, output, looks);
  const photos = all.filter(({ input }) => !results.has(input));
  if (!isFolder && (all.length > 1 || all[0].input !== inputs[0]))
    throw new UsageError('several inputs need a folder: -o DIR/');
  if (!isFolder && looks.length > 1) throw new UsageError('several looks need a folder: -o DIR/');
  if (results.size) {
    const [one] = results;
    const more = results.size > 1 ? ` and ${results.size - 1} more` : '';
    tell?.(`${one}${more}: result of an earlier run, left out; named without its photo it is cut out`);
  }
  /** @type {Map<string, string>} */
  const sources = new Map();
  for (const path of [...paths, ...others]) if (path !== '-') sources.set(await identity(path), path);
  if (!isFolder) {
    if (output === '-') return [{ input: inputs[0], output, look: looks[0] }];
    const ending = unwritable.exec(output);
    if (ending) {
      throw new UsageError(`${output}: ${ending[0]} cannot be written; ${Object.keys(formatOfEnding).join(' ')} can`);
    }
    if (format && endingOfFormat[format] && (formatOf(output) ?? format) !== format) {
      const other = suggestion(output, '', format);
      throw new UsageError(`${output} is no name of a ${format} file: -o ${other}, or --format ${formatOf(output)}`);
    }
    const original = sources.get(await identity(output));
    if (original !== undefined) {
      throw new UsageError(
        `${output} would be written over ${original}, which is an original: -o ${suggestion(output, '-cutout', format ?? formatOf(output) ?? 'png')}`,
      );
    }
    await folder(dirname(await target(output)));
    return [{ input: inputs[0], output, look: looks[0] }];
  }
  const ending = endingOfFormat[format ?? 'png'] ?? '.png';
  const homes = new Set();
  for (const path of paths) homes.add(await identity(dirname(resolve(path))));
  /** @type {Set<string>} */
  const taken = new Set(sources.keys());
  /** @param {string} dir @param {string} name @param {string} ending @param {boolean} named by a pattern: as it is, where it can be */
  const place = async (dir, name, ending, named) => {
    await folder(dir);
    const isHome = homes.has(await identity(dir));
    /** @param {string} path */
    const isFree = async (path) =>
      !taken.has(await identity(path)) && !(isHome && (await stat(path).catch(() => null)));
    const more = isHome && !named ? '-cutout' : '';
    let path = join(dir, fitting(name, more + ending));
    for (let i = 2; !(await isFree(path)); i++) path = join(dir, fitting(name, `${more}-${i}${ending}`)); // a/x.jpg and b/x.jpg
    taken.add(await identity(path));
    return path;
  };
  const jobs = [];
  for (const [i, { input, inside }] of photos.entries()) {
    const name = input === '-' ? 'stdin' : basename(input, extname(input));
    if (!looks.length) jobs.push({ input, output: await place(join(output, inside), name, ending, false) });
    for (const look of looks) {
      const options = { ...look.options, ...(format && { format: /** @type {any} */ (format) }) };
      const of = { name: join(inside, basename(input === '-' ? 'stdin' : input)), n: i + 1, total: photos.length };
      const path = join(output, fileNameOf({ ...look, options }, of));
      jobs.push({
        input,
        look,
        output: await place(dirname(path), basename(path, extname(path)), extname(path), true),
      });
    }
  }
  return jobs;
}
