// Each example is built from the packed package, without a line for it in the
// bundler's settings, and does the same three things, under the strict policy;
// Next.js writes scripts into its pages, which the policy has to allow there.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentSecurityPolicy, serveStatic } from '../../tools/serve.js';
import { borrow, installPackage, root, run } from '../package.js';
import { expect, sample, test } from './page-helpers.js';

const builders = {
  webpack: ['webpack-cli/bin/cli.js', '--mode', 'production'],
  vite: ['vite/bin/vite.js', 'build'],
  next: ['next/dist/bin/next', 'build'],
};
/** @type {ReturnType<typeof installPackage>} */ let outside;
test.beforeAll(() => {
  outside = installPackage();
});
test.afterAll(() => rmSync(outside.away, { recursive: true, force: true }));

/** As its user would: it takes no links to elsewhere. @returns {string} */
function installNext() {
  const dir = join(root, 'build/next');
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  for (const old of ['app', 'out', 'node_modules/cutaway']) rmSync(join(dir, old), { recursive: true, force: true });
  cpSync(join(root, 'examples/next/package.json'), join(dir, 'package.json'));
  const wanted = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  wanted.dependencies.cutaway = `file:${outside.tarball}`;
  writeFileSync(join(dir, 'package.json'), JSON.stringify(wanted));
  run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--prefer-offline'], dir);
  return dir;
}

const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
for (const name of examples) {
  test.describe(name, () => {
    test.skip(name === 'next' && !process.env.CUTAWAY_NEXT, 'Next.js is 340 MB: npm test -- next');
    /** @type {Awaited<ReturnType<typeof serveStatic>>} */ let site;
    test.beforeAll(async () => {
      if (name === 'next') test.setTimeout(300_000);
      const dir = name === 'next' ? installNext() : join(outside.away, name);
      cpSync(join(root, 'examples', name), dir, {
        recursive: true,
        filter: (path) => !(name === 'next' && path.endsWith('/package.json')),
      });
      const { dependencies, devDependencies } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
      const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
      for (const [need, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        if (need === 'cutaway' || need === 'next') continue;
        expect(version, need).toBe(ours[need]);
        if (name !== 'next')
          try {
            borrow(outside.away, need);
          } catch {} // the example before has it
      }
      const [tool, ...args] = builders[name] ?? builders.vite;
      run('node', [join(name === 'next' ? dir : root, 'node_modules', tool), ...args], dir);
      site = await serveStatic({
        dir: name === 'webpack' ? dir : join(dir, name === 'next' ? 'out' : 'dist'),
        ...(name === 'next' && { policy: contentSecurityPolicy.replace("script-src 'self'", "$& 'unsafe-inline'") }),
      });
    });
    test.afterAll(() => site.close());
    test.beforeEach(async ({ page, trouble }) => {
      await page.goto(site.url);
      trouble.splice(0); // this host is another one than the tests' own
    });
    test.afterEach(({ trouble }) => {
      const rest = trouble.splice(0).filter((line) => !line.startsWith(`another host: ${site.url}`));
      trouble.push(...rest);
    });

    const cut = async (page) => {
      await page.locator('background-remover .files').setInputFiles(sample);
      await expect(page.locator('output')).toHaveText('1200 × 900 png', { timeout: 45_000 });
    };

    test('a photo becomes a result that the page hears of', async ({ page }) => {
      await cut(page);
      await page.locator('background-remover').evaluate((element) => element.setAttribute('lang', 'de'));
      await expect(page.getByRole('button', { name: 'Herunterladen', exact: true })).toBeVisible();
    });

    test('the page’s own state sets background and format', async ({ page }) => {
      await cut(page);
      await page.locator('#white').check();
      await expect(page.locator('output')).toHaveText('1200 × 900 jpeg');
      await page.locator('#white').uncheck();
      await expect(page.locator('output')).toHaveText('1200 × 900 png');
      await page.locator('[part=format]').selectOption('webp'); // its codec is a file of its own
      await expect(page.locator('output')).toHaveText('1200 × 900 webp');
    });

    test('the file is a field of the form', async ({ page }) => {
      await cut(page);
      const sent = await page.evaluate(() =>
        [...new FormData(document.querySelector('form'))].map(([key, { name, size }]) => [key, name, size > 1e4]),
      );
      expect(sent).toEqual([['picture', 'duck-cutout.png', true]]);
    });
  });
}

test('Vite’s development server needs no setting', async ({ page, trouble }) => {
  const { createServer } = await import('vite');
  for (const name of ['index.html', 'main.js']) cpSync(join(root, 'examples/vite', name), join(outside.away, name));
  const server = await createServer({
    root: outside.away,
    configFile: false,
    server: { port: 0, host: '127.0.0.1' },
    logLevel: 'error',
    clearScreen: false,
  });
  try {
    await server.listen();
    const url = `http://127.0.0.1:${server.httpServer?.address().port}/`;
    await page.goto(url);
    await page.locator('background-remover .files').setInputFiles(sample);
    await expect(page.locator('output')).toHaveText('1200 × 900 png', { timeout: 45_000 });
    await page.locator('background-remover').evaluate((element) => element.setAttribute('lang', 'de'));
    await expect(page.getByRole('button', { name: 'Herunterladen', exact: true })).toBeVisible();
    await page.locator('[part=format]').selectOption('webp');
    await expect(page.locator('output')).toHaveText('1200 × 900 webp', { timeout: 45_000 });
    const rest = trouble.splice(0).filter((line) => !line.startsWith(`another host: ${url}`));
    expect(rest).toEqual([]);
  } finally {
    await server.close();
  }
});
