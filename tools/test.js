// npm test: sets up, builds, runs every test. The last line is
// "N passed, N failed". `npm test -- c js browser` runs only the named suites.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, compile, root } from './build.js';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const results = join(root, 'build', 'test-results');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function run(command, args, env = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (done.error) throw done.error;
  return done.status ?? 1;
}

/**
 * A suite that crashed before it could count is one failure.
 *
 * @param {Counts | null} counts
 * @param {number} status of the runner
 * @returns {Counts}
 */
function honest(counts, status) {
  const sum = counts ?? { passed: 0, failed: 0, skipped: 0 };
  return status !== 0 && sum.failed === 0 ? { ...sum, failed: 1 } : sum;
}

/** A check that only passes or fails. @param {number} status @returns {Counts} */
const single = (status) => ({ passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 });

/** @param {string} dir @param {string} ending @returns {string[]} */
function filesIn(dir, ending) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesIn(join(dir, entry.name), ending)
        : entry.name.endsWith(ending)
          ? [join(dir, entry.name)]
          : [],
    )
    .sort();
}

/** Builds all of a preset and runs its tests. @param {string} preset @returns {Counts} */
function ctest(preset) {
  compile(preset);
  const report = join(results, `${preset}.xml`);
  const status = run('ctest', [
    '--preset',
    preset,
    '--parallel',
    String(availableParallelism()),
    '--output-junit',
    report,
  ]);
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  /** @param {string} name */
  const number = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = number('failures');
  const skipped = number('skipped') + number('disabled');
  return honest(text ? { passed: number('tests') - failed - skipped, failed, skipped } : null, status);
}

/** Every C stage gives the same bits natively and in wasm, which run side by side. @returns {Promise<Counts>} */
async function sameBits() {
  /** @param {string} command @param {...string} args */
  const output = (command, ...args) =>
    promisify(execFile)(command, args, { maxBuffer: 1 << 26 }).then(
      ({ stdout }) => ({ fine: stdout.length > 0, text: stdout }),
      (error) => ({ fine: false, text: `${error.stdout}${error.stderr}${error.message}` }),
    );
  const [native, wasm] = await Promise.all([
    output(join(root, 'build/asan/stages')),
    output('node', join(root, 'tools/run-wasi.js'), join(root, 'build/wasm/stages.wasm')),
  ]);
  const same = native.fine && wasm.fine && native.text === wasm.text;
  process.stdout.write(
    same
      ? `native == wasm: ${native.text.trim().split('\n').length} stage hashes agree\n`
      : `native and wasm differ:\n${native.text}\n${wasm.text}\n`,
  );
  return single(same ? 0 : 1);
}

/** The vendors' own clients; where one is not to be had, its test is skipped by name. */
function installClients() {
  if (existsSync(join(root, 'build/clients/.asked'))) return;
  spawnSync(join(root, 'tests/clients/setup'), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 900_000,
  });
  mkdirSync(join(root, 'build/clients'), { recursive: true });
  writeFileSync(join(root, 'build/clients/.asked'), '');
}

/** Node's tests, and those with the vendors' clients. @returns {Counts} */
function nodeTests() {
  installClients();
  const tap = join(results, 'js.tap');
  // Node 20 can wait for ever at its end: for an optimising thread, which waits for the main one to collect garbage
  const status = run('node', [
    '--no-concurrent-recompilation',
    '--test',
    `--test-concurrency=${availableParallelism() + 1}`, // those of replicas and of failures wait half of their time
    '--test-timeout=600000', // a file that leaves something open would wait for ever: it fails
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
    ...filesIn(join(root, 'tests/js'), '.test.js'),
    ...filesIn(join(root, 'tests/clients'), '.test.js'),
  ]);
  const text = existsSync(tap) ? readFileSync(tap, 'utf8') : '';
  /** @param {string} name */
  const number = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return honest(
    {
      passed: number('pass'),
      failed: number('fail') + number('cancelled'),
      skipped: number('skipped') + number('todo'),
    },
    status,
  );
}

/** @param {string[]} only files and flags @param {Record<string, string>} [env] @returns {Counts} */
function playwright(only, env = {}) {
  const report = join(results, 'browser.json');
  rmSync(report, { force: true });
  const status = run('npx', ['--no-install', 'playwright', 'test', ...only, '--reporter=list,json'], {
    ...env,
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (!existsSync(report)) return honest(null, status || 1);
  // flaky: passed when it was repeated; only tests of time (inTime) and Firefox's are
  const { stats } = JSON.parse(readFileSync(report, 'utf8'));
  return honest({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }, status);
}

/** Two at a time; then, alone, those that measure time (inTime in tests/browser/page-helpers.js). @returns {Counts} */
function browserTests() {
  const together = playwright(['--grep-invert', ' in time ', '--workers', '2']);
  const alone = playwright(['--grep', ' in time ', '--workers', '1']);
  return {
    passed: together.passed + alone.passed,
    failed: together.failed + alone.failed,
    skipped: together.skipped + alone.skipped,
  };
}

/** Biome on JavaScript, clang-format on C where there is one. @returns {Counts} */
function lint() {
  const counts = single(run('npx', ['--no-install', 'biome', 'ci', '.']));
  const formatter = ['clang-format-19', 'clang-format'].find((name) =>
    / 19\./.test(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  );
  if (!formatter) {
    process.stdout.write('skipped: the format of C, no clang-format 19 here (Debian: clang-format-19)\n');
    return { ...counts, skipped: 1 };
  }
  const sources = ['wasm', 'tests/c', 'tests/fuzz'].flatMap((dir) =>
    ['.c', '.h'].flatMap((ending) => filesIn(join(root, dir), ending)),
  );
  const format = single(run(formatter, ['--dry-run', '--Werror', ...sources]));
  return { passed: counts.passed + format.passed, failed: counts.failed + format.failed, skipped: 0 };
}

/** @type {Record<string, () => Counts | Promise<Counts>>} */
const suites = {
  lint,
  layers: () => single(run('node', ['tools/check-layers.js'])),
  types: () => single(run('npx', ['--no-install', 'tsc', '-p', 'jsconfig.json'])),
  c: () => ctest('asan'),
  'c-wasm': () => ctest('wasm'),
  bits: sameBits,
  js: nodeTests,
  browser: browserTests,
  next: () => playwright(['examples.spec.js', '--project=plain', '-g', 'next'], { CUTAWAY_NEXT: '1' }),
  lighthouse: () => single(run('node', ['tools/lighthouse.js'])),
};
/** Only when they are named. */
const heavy = ['next', 'lighthouse'];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length) {
  process.stderr.write(`unknown suite ${unknown}; there are ${Object.keys(suites).join(', ')}\n`);
  process.exit(2);
}

build('--tests');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const table = [];
for (const [name, suite] of Object.entries(suites)) {
  if (!(chosen.length ? chosen.includes(name) : !heavy.includes(name))) continue;
  process.stdout.write(`\n== ${name}\n`);
  const started = Date.now();
  const counts = await suite();
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  table.push(
    `${name.padEnd(8)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(3)} failed ` +
      `${String(counts.skipped).padStart(3)} skipped  ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
}
process.stdout.write(`\n${table.join('\n')}\n`);
if (!chosen.length)
  process.stdout.write(`not run, for their size: ${heavy.join(', ')} (npm test -- ${heavy.join(' ')})\n`);
if (total.skipped) process.stdout.write(`${total.skipped} skipped: each says above what it misses\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed || !total.passed ? 1 : 0);
