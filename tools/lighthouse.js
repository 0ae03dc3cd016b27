// npm run lighthouse: performance, accessibility and best practices of the
// staged site, on a phone and on a desktop; below 95 is a failure. Lighthouse is
// 180 MB and used nowhere else, so it is installed into build/ when asked for.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, root, run } from './build.js';
import { serveStatic } from './serve.js';
import { stageSite } from './site.js';

const version = '13.5.0';
const goal = 95;
/** Other work on the machine makes a page slower, never faster: the best of these counts. */
const tries = 3;
const away = join(root, 'build/lighthouse');
const cli = join(away, 'node_modules/lighthouse/cli/index.js');
const categories = ['performance', 'accessibility', 'best-practices'];

build('--tests');
if (!existsSync(cli) || JSON.parse(readFileSync(join(cli, '../../package.json'), 'utf8')).version !== version) {
  mkdirSync(away, { recursive: true });
  writeFileSync(join(away, 'package.json'), '{}'); // else npm would take the project's own
  run('npm', ['install', '--prefix', away, '--save-exact', '--no-audit', '--no-fund', `lighthouse@${version}`]);
}
const dir = join(root, 'build/site');
stageSite({ dir });
const { url, close } = await serveStatic({ dir });
process.stdout.write(
  `| | ${categories.join(' | ')} | first paint | largest paint | blocked | shift |\n|---|${'---|'.repeat(categories.length + 4)}\n`,
);
let worst = 100;
for (const [name, ...flags] of [['phone'], ['desktop', '--preset=desktop']]) {
  /** @type {any} */ let best;
  for (let i = 0; i < tries && (!best || score(best) < goal); i++) {
    const out = join(away, `${name}.json`);
    // asynchronous, since the server is in this process
    await new Promise((resolve, reject) =>
      execFile(
        'node',
        [
          cli,
          url,
          '--quiet',
          '--no-enable-error-reporting',
          '--output=json',
          `--output-path=${out}`,
          `--only-categories=${categories}`,
          '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking',
          ...flags,
        ],
        { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' } },
        (error) => (error ? reject(error) : resolve(undefined)),
      ),
    );
    const report = JSON.parse(readFileSync(out, 'utf8'));
    if (!best || score(report) > score(best)) best = report;
  }
  worst = Math.min(worst, score(best));
  const points = categories.map((category) => Math.round(best.categories[category].score * 100));
  const audits = [
    'first-contentful-paint',
    'largest-contentful-paint',
    'total-blocking-time',
    'cumulative-layout-shift',
  ].map((audit) => best.audits[audit].displayValue);
  process.stdout.write(`| ${[name, ...points, ...audits].join(' | ')} |\n`);
  if (score(best) >= goal) continue;
  for (const { title, score: points } of Object.values(best.audits)) {
    if (points !== null && points < 0.9) process.stderr.write(`  ${name}: ${title}\n`);
  }
}
await close();
process.exit(worst < goal ? 1 : 0);

/** @param {any} report @returns {number} the lowest of its categories */
function score(report) {
  return Math.min(...categories.map((category) => Math.round(report.categories[category].score * 100)));
}
