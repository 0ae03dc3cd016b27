// The program that is mutated: a copy of the tree, compiled three times, and what runs on it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { root } from '../build.js';

/**
 * One program that `npm test` runs on the C, or `stages`.
 * @typedef {object} Program
 * @property {string} name
 * @property {string[]} args
 * @property {string[]} objects of its own
 *
 * A build of the tree.
 * @typedef {object} Build
 * @property {string} dir
 * @property {Map<string, string[]>} commands how each source is compiled, by its path from the root
 * @property {Map<string, string>} objects what it is compiled to
 * @property {string[]} core the objects that every program has
 * @property {Map<string, Program>} programs
 * @property {string[]} link
 * @property {string[]} guard a command that limits a program's memory
 */

const home = join(root, 'build', 'mutate');
const tree = join(home, 'tree');
const gigabyte = 2 ** 30;

/** @type {Record<string, { type: string, define: string[], link: string[], guard: string[], env: Record<string, string> }>} */
const kinds = {
  fast: {
    type: 'None',
    define: ['-DCMAKE_C_FLAGS=-O1'],
    link: [],
    guard: ['prlimit', `--as=${6 * gigabyte}`, '--core=0'],
    env: {},
  },
  asan: {
    type: 'RelWithDebInfo',
    define: ['-DCUT_SANITIZE=ON'],
    link: ['-fsanitize=address,undefined'],
    guard: ['prlimit', '--core=0'],
    env: { ASAN_OPTIONS: 'hard_rss_limit_mb=6000:detect_leaks=1' },
  },
  coverage: { type: 'None', define: ['-DCMAKE_C_FLAGS=--coverage'], link: ['--coverage'], guard: [], env: {} },
};

/** @param {string} command @param {string[]} args @returns {string} its output; throws when it fails */
function must(command, args, cwd = home) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: gigabyte });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${done.error ?? done.stdout + done.stderr}`);
  return done.stdout;
}

/** @param {string} dir @returns {string[]} files below it */
function filesIn(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(dir, entry.name)) : [join(dir, entry.name)],
  );
}

/** Copies what changed, so that a run does not see what is edited meanwhile. @returns {string} a digest of the tree */
export function copyTree() {
  const parts = ['wasm', 'tests/c', 'tests/fuzz', 'cmake', 'CMakeLists.txt', 'package.json'];
  /** @type {Set<string>} */
  const wanted = new Set();
  for (const part of parts.filter((name) => existsSync(join(root, name)))) {
    const from = join(root, part);
    for (const path of statSync(from).isDirectory() ? filesIn(from) : [from]) {
      const to = join(tree, relative(root, path));
      wanted.add(to);
      if (existsSync(to) && readFileSync(to).equals(readFileSync(path))) continue;
      mkdirSync(dirname(to), { recursive: true });
      cpSync(path, to);
      utimesSync(to, new Date(), new Date());
    }
  }
  for (const path of existsSync(tree) ? filesIn(tree) : []) if (!wanted.has(path)) rmSync(path);
  const digest = createHash('sha256');
  for (const path of [...wanted].sort()) digest.update(path).update(readFileSync(path));
  return digest.digest('hex').slice(0, 16);
}

/** @param {string} kind of `kinds` @returns {Build} */
export function build(kind) {
  const { type, define, link, guard } = kinds[kind];
  const dir = join(home, kind);
  // sources that came or went are globbed anew
  must('cmake', [
    '-G',
    'Ninja',
    '-S',
    tree,
    '-B',
    dir,
    `-DCMAKE_BUILD_TYPE=${type}`,
    '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON',
    `-DCUT_THIRD_PARTY=${join(root, 'build/third_party')}`,
    ...define,
  ]);
  if (kind === 'coverage') {
    // lines are counted as they are written
    const ninja = join(dir, 'build.ninja');
    writeFileSync(ninja, readFileSync(ninja, 'utf8').replace(/ -O[s0-9]\b/g, ' -O0'));
  }
  /** @type {Build} */
  const made = {
    dir,
    commands: new Map(),
    objects: new Map(),
    core: [],
    programs: new Map(),
    link: ['gcc', ...link],
    guard,
  };
  /** @type {Map<string, string[]>} */
  const parts = new Map();
  for (const { command, file } of JSON.parse(readFileSync(join(dir, 'compile_commands.json'), 'utf8'))) {
    const args = command
      .match(/"(?:\\.|[^"\\])*"|\S+/g)
      .map((/** @type {string} */ word) => word.replace(/\\"/g, '"').replace(/^"(.*)"$/s, '$1'));
    const object = join(dir, args[args.indexOf('-o') + 1]);
    const owner = /CMakeFiles\/([^/]+)\.dir\//.exec(object)?.[1] ?? '';
    parts.set(owner, [...(parts.get(owner) ?? []), object]);
    if (owner !== 'core') continue;
    made.commands.set(relative(tree, file), args);
    made.objects.set(relative(tree, file), object);
    made.link[0] = args[0];
  }
  must('ninja', ['-C', dir, '-j', '1', ...[...parts.values()].flat().map((object) => relative(dir, object))]);
  made.core = [...(parts.get('core') ?? []), ...(parts.get('third_party') ?? [])];
  const { tests } = JSON.parse(must('ctest', ['--test-dir', dir, '--show-only=json-v1']));
  for (const { name, command } of [...tests, { name: 'stages', command: [''] }]) {
    made.programs.set(name, { name, args: command.slice(1), objects: parts.get(name) ?? [] });
  }
  return made;
}

/** Files of ours: third-party glue is what is compiled without warnings. @param {Build} made */
export const ownFiles = (made) =>
  [...made.commands]
    .filter(([, args]) => !args.includes('-w'))
    .map(([file]) => file)
    .sort();

/** @param {string} file @returns {string} the copy's text */
export const sourceOf = (file) => readFileSync(join(tree, file), 'utf8');

/**
 * Links and runs a program.
 *
 * @param {Build} made
 * @param {Program} program
 * @param {string} path where it is put
 * @param {(object: string) => string} instead of each object, another or itself
 * @param {number} [timeout] in ms
 * @param {Record<string, string>} [env]
 */
function start(made, program, path, instead, timeout, env = {}) {
  mkdirSync(dirname(path), { recursive: true });
  must(made.link[0], [...made.link.slice(1), ...program.objects, ...made.core.map(instead), '-o', path, '-lm']);
  const [command, ...args] = [...made.guard, path, ...program.args];
  const keep = program.name === 'stages';
  return spawnSync(command, args, {
    cwd: tree,
    timeout,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
    maxBuffer: gigabyte,
    stdio: ['ignore', keep ? 'pipe' : 'ignore', 'ignore'],
    env: { ...process.env, ...kinds[basename(made.dir)].env, ...env },
  });
}

/**
 * What has been learnt about a program, anew when a part of it has been compiled anew.
 *
 * @template T
 * @param {Build} made
 * @param {Program} program
 * @param {(path: string) => T} learn
 * @returns {T}
 */
function known(made, program, learn) {
  const newest = Math.max(...[...program.objects, ...made.core].map((object) => statSync(object).mtimeMs));
  const path = join(made.dir, 'known', `${program.name}.json`);
  if (existsSync(path)) {
    const { of, value } = JSON.parse(readFileSync(path, 'utf8'));
    if (of === newest) return value;
  }
  mkdirSync(dirname(path), { recursive: true });
  const value = learn(join(made.dir, 'known', program.name));
  writeFileSync(path, JSON.stringify({ of: newest, value }));
  return value;
}

/**
 * Runs a program unmutated: it must pass.
 *
 * @param {Build} made
 * @param {Program} program
 * @returns {{ ms: number, stdout: string | null }} stdout: of `stages`
 */
function unmutated(made, program) {
  return known(made, program, (path) => {
    const begun = Date.now();
    const done = start(made, program, path, (object) => object);
    rmSync(path, { force: true });
    if (done.status !== 0) throw new Error(`${program.name} fails without a mutation (${made.dir})`);
    return { ms: Date.now() - begun, stdout: done.stdout };
  });
}

/**
 * How often a program runs which line, by gcov, and for how long.
 *
 * @param {Build} made of kind coverage
 * @param {Program} program
 * @param {string} path where it is put
 * @returns {{ ms: number, files: [string, [number, number][]][] }} files: name, [line, times]
 */
function counts(made, program, path) {
  const scratch = join(home, 'gcov');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const begun = Date.now();
  start(made, program, path, (object) => object, undefined, { GCOV_PREFIX: scratch });
  const ms = Date.now() - begun;
  rmSync(path, { force: true });
  const core = join(scratch, made.dir, 'CMakeFiles/core.dir');
  const data = existsSync(core) ? filesIn(core) : [];
  for (const file of data) {
    // gcov wants what the compiler noted beside what was counted
    const notes = file.replace(/\.gcda$/, '.gcno');
    cpSync(notes.slice(scratch.length), notes);
  }
  must('gcov', ['--json-format', ...data], scratch);
  /** @type {[string, [number, number][]][]} */
  const files = [];
  for (const name of readdirSync(scratch).filter((entry) => entry.endsWith('.gcov.json.gz'))) {
    for (const { file, lines } of JSON.parse(gunzipSync(readFileSync(join(scratch, name))).toString()).files) {
      files.push([
        relative(tree, file),
        lines.map((/** @type {{ line_number: number, count: number }} */ line) => [line.line_number, line.count]),
      ]);
    }
  }
  rmSync(scratch, { recursive: true, force: true });
  return { ms, files };
}

/**
 * Which programs run which line: file, line, names. A line that gcov does not
 * know (a table, part of an expression) is not in it.
 *
 * @param {Build} made of kind coverage
 * @param {(name: string) => boolean} wanted
 * @returns {{ lines: Map<string, Map<number, Set<string>>>, ms: Map<string, number> }}
 */
export function coverage(made, wanted) {
  /** @type {Map<string, Map<number, Set<string>>>} */
  const all = new Map();
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const program of [...made.programs.values()].filter(({ name }) => wanted(name))) {
    const { ms, files } = known(made, program, (path) => counts(made, program, path));
    times.set(program.name, ms);
    for (const [file, lines] of files) {
      const ofFile = all.get(file) ?? new Map();
      all.set(file, ofFile);
      for (const [line, count] of lines) {
        const names = ofFile.get(line) ?? new Set();
        ofFile.set(line, names);
        if (count > 0) names.add(program.name);
      }
    }
  }
  return { lines: all, ms: times };
}

/**
 * Compiles a changed source.
 *
 * @param {Build} made
 * @param {string} file whose place it takes
 * @param {string} text
 * @param {string[]} [flags] after the others
 * @returns {string | null} the object; null when it does not compile
 */
export function compileMutant(made, file, text, flags = []) {
  const args = made.commands.get(file) ?? [];
  const source = join(home, 'mutant.c');
  const object = join(home, 'mutant.o');
  writeFileSync(source, text);
  const done = spawnSync(
    args[0],
    [...args.slice(1, args.indexOf('-o')), ...flags, '-iquote', dirname(join(tree, file)), '-o', object, '-c', source],
    { cwd: made.dir, timeout: 120_000 },
  );
  return done.status === 0 ? object : null;
}

/** Whether two texts of a file become the same code when optimised, so that no test can tell them apart. @param {Build} made @param {string} file @param {string} a @param {string} b */
export function sameCode(made, file, a, b) {
  return ['-O1', '-O3'].some((level) => {
    const [first, second] = [a, b].map((text) => {
      const object = compileMutant(made, file, text, [level, '-g0', '-DNDEBUG']);
      return object ? readFileSync(object).toString('base64') : null;
    });
    return first !== null && first === second;
  });
}

/**
 * Links a program with a mutant's object and runs it.
 *
 * @param {Build} made
 * @param {string} file that the object is of
 * @param {string} object
 * @param {string} name of the program
 * @returns {boolean} whether it noticed
 */
export function notices(made, file, object, name) {
  const program = /** @type {Program} */ (made.programs.get(name));
  const was = unmutated(made, program);
  const own = made.objects.get(file);
  // the time is for endless loops; the machine may be busier than when it was measured
  const done = start(made, program, join(home, 'mutant'), (part) => (part === own ? object : part), was.ms * 5 + 3000);
  return done.status !== 0 || done.stdout !== was.stdout;
}
