// Do the tests bite? Changes one token of our C (a comparison, a sign, an
// operator, a constant), runs what `npm test` runs on C natively, and counts
// how often a test fails.
//   node tools/mutate                     300 mutants of seed 15
//   node tools/mutate --count 50 --seed 7
//   node tools/mutate --only 'wasm/matte' paths that match; or --only foreground.c
//   node tools/mutate --again             only those that the last report calls survived
//   node tools/mutate --quick             without sanitizers and without stages
// Writes build/mutate/report.json and prints the same as text. One core, niced.
// What was interrupted goes on when it is called again.
//
// Each mutant runs first without sanitizers, on the programs that execute its
// line (by gcov), the likely ones first; what survives runs once more under
// ASan and UBSan, as in npm test. Not counted:
//   - what does not build, since warnings are errors;
//   - what the compiler turns into the same code as the original;
//   - what equal.json lists: no input can tell it from the original, or it
//     only costs time. Each has its reason there.
// `stages` prints hashes which npm test compares with wasm's, so a mutant that
// only changes them is no find; the report says how many there are.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, setup } from '../build.js';
import { mutantsOf, mutated } from './mutants.js';
import { build, compileMutant, copyTree, coverage, notices, ownFiles, sameCode, sourceOf } from './program.js';

/**
 * @typedef {import('./mutants.js').Mutant} Mutant
 * @typedef {'found' | 'survived' | 'not built' | 'same code' | 'equal'} Verdict
 * @typedef {Mutant & { verdict: Verdict, by: string, stages?: boolean }} Judged by: the program that failed
 */

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    again: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const report = join(root, 'build', 'mutate', 'report.json');

/** @type {{ file: string, from: string, to: string, why: string }[]} */
const equal = JSON.parse(readFileSync(new URL('equal.json', import.meta.url), 'utf8'));

/** A line, however it is formatted. @param {string} text */
const bare = (text) => text.replace(/\s/g, '');

/** @param {Mutant} mutant */
const isEqual = ({ file, from, to }) =>
  equal.some(
    (known) => known.file === basename(file) && bare(known.from) === bare(from) && bare(known.to) === bare(to),
  );

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

setPriority(10);
setup();
mkdirSync(dirname(report), { recursive: true });
const digest = copyTree();

/** A test, not `stages`. @param {string} name */
const isTest = (name) => name !== 'stages';
say('compiling, running everything once with coverage ...');
const fast = build('fast');
const { lines, ms } = coverage(build('coverage'), isTest);
const asan = options.quick ? null : build('asan');
/** Under ASan everything takes longer: the programs of whole jobs are left out there. @param {string} name */
const isBrief = (name) => (ms.get(name) ?? 0) < 8000;

/** How often a program has found a mutant of a file: it goes first. @type {Map<string, number>} */
const finds = new Map();

/** The programs that run a line, the likely and quick ones first. @param {Mutant} mutant @returns {string[]} */
function programsFor({ file, line }) {
  const known = lines.get(file);
  const all = new Set([...(known?.values() ?? [])].flatMap((names) => [...names]));
  const names = known?.get(line) ?? (all.size ? all : new Set(fast.programs.keys()));
  /** @param {string} name */
  const found = (name) => finds.get(`${file} ${name}`) ?? 0;
  return [...names].filter(isTest).sort((a, b) => found(b) - found(a) || (ms.get(a) ?? 0) - (ms.get(b) ?? 0));
}

/** @param {Mutant} mutant @returns {Judged} */
function judge(mutant) {
  const { file } = mutant;
  const source = sourceOf(file);
  const text = mutated(source, mutant);
  const object = compileMutant(fast, file, text);
  if (!object) return { ...mutant, verdict: 'not built', by: '' };
  for (const name of programsFor(mutant)) {
    if (!notices(fast, file, object, name)) continue;
    finds.set(`${file} ${name}`, (finds.get(`${file} ${name}`) ?? 0) + 1);
    return { ...mutant, verdict: 'found', by: name };
  }
  if (sameCode(fast, file, source, text)) return { ...mutant, verdict: 'same code', by: '' };
  if (!asan) return { ...mutant, verdict: 'survived', by: '' };
  const checked = compileMutant(asan, file, text);
  for (const name of checked ? programsFor(mutant).filter(isBrief) : []) {
    if (notices(asan, file, /** @type {string} */ (checked), name))
      return { ...mutant, verdict: 'found', by: `${name} under ASan` };
  }
  const again = compileMutant(fast, file, text);
  return { ...mutant, verdict: 'survived', by: '', stages: again !== null && notices(fast, file, again, 'stages') };
}

/** @type {Mutant[]} */
let chosen = ownFiles(fast)
  .filter((file) => new RegExp(options.only).test(file))
  .flatMap((file) => mutantsOf(file, sourceOf(file), Number(options.seed)))
  .sort((a, b) => (a.rank < b.rank ? -1 : 1));
const population = chosen.length;
if (options.again) {
  const last = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).mutants : [];
  const ranks = new Set(
    last.filter((/** @type {Judged} */ m) => m.verdict === 'survived').map((/** @type {Judged} */ m) => m.rank),
  );
  chosen = chosen.filter(({ rank }) => ranks.has(rank));
}

// An interrupted run goes on where it was, as long as neither code nor tests have changed.
const log = join(dirname(report), `judged-${digest}${options.quick ? '-quick' : ''}.jsonl`);
/** @type {Map<string, Judged>} */
const before = new Map(
  (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map((/** @type {Judged} */ known) => [known.rank, known]),
);

/** @type {Judged[]} */
const judged = [];
const counts = () => ({
  found: judged.filter((m) => m.verdict === 'found').length,
  survived: judged.filter((m) => m.verdict === 'survived').length,
});
for (const mutant of chosen) {
  const { found, survived } = counts();
  if (found + survived >= Number(options.count)) break;
  const done = isEqual(mutant)
    ? { ...mutant, verdict: /** @type {Verdict} */ ('equal'), by: '' }
    : (before.get(mutant.rank) ?? judge(mutant));
  judged.push(done);
  if (!before.has(mutant.rank)) appendFileSync(log, `${JSON.stringify(done)}\n`);
  say(
    `${found + survived + 1} ${done.verdict}${done.stages ? ' (stages differ)' : ''} ${done.by} ${done.file}:${done.line}  ${done.from}  =>  ${done.to}`,
  );
}

/** @param {string} name @param {Judged[]} of */
function row(name, of) {
  /** @param {Verdict} verdict */
  const number = (verdict) => of.filter((m) => m.verdict === verdict).length;
  const found = number('found');
  const all = found + number('survived');
  return `| ${name} | ${all} | ${found} | ${all ? Math.round((found / all) * 100) : '–'} % | ${number('equal') + number('same code')} | ${number('not built')} |`;
}

const rooms = [...new Set(judged.map(({ file }) => dirname(file)))].sort();
const survivors = judged
  .filter((m) => m.verdict === 'survived')
  .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
process.stdout.write(
  `${[
    `seed ${options.seed}, ${population} possible mutants, commit ${commit}`,
    '',
    '| room | mutants | found | | equal | not built |',
    '|---|---|---|---|---|---|',
    ...rooms.map((room) =>
      row(
        room,
        judged.filter(({ file }) => dirname(file) === room),
      ),
    ),
    row('all', judged),
    '',
    `${survivors.filter((m) => m.stages).length} of ${survivors.length} survivors change what stages prints`,
    ...survivors.map((m) => `${m.file}:${m.line}${m.stages ? ' (stages)' : ''}\n    ${m.from}\n    ${m.to}`),
  ].join('\n')}\n`,
);
writeFileSync(
  options.again ? report.replace('.json', '-again.json') : report,
  `${JSON.stringify({ seed: Number(options.seed), commit, population, ...counts(), mutants: judged }, null, 1)}\n`,
);
