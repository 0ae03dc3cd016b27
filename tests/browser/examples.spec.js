// Each example is built from the packed package, without a line for it in the
// bundler's settings, and does the same three things, under the strict policy.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '../../tools/serve.js';
import { borrow, installPackage, root, run } from '../package.js';
import { expect, sample, test } from './page-helpers.js';

const builders = { webpack: ['webpack-cli/bin/cli.js', '--mode', 'production'], vite: ['vite/bin/vite.js', 'build'] };
/** @type {ReturnType<typeof installPackage>} */ let outside;
test.beforeAll(() => { outside = installPackage(); });
test.afterAll(() => rmSync(outside.away, { recursive: true, force: true }));

const examples = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
for (const name of examples) {
  test.describe(name, () => {
    /** @type {Awaited<ReturnType<typeof serveStatic>>} */ let site;
    test.beforeAll(async () => {
      const dir = join(outside.away, name);
      cpSync(join(root, 'examples', name), dir, { recursive: true });
      const { dependencies, devDependencies } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
      const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
      for (const [need, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        if (need === 'cutaway') continue;
        expect(version, need).toBe(ours[need]);
        try { borrow(outside.away, need); } catch {} // the example before has it
      }
      const [tool, ...args] = name === 'webpack' ? builders.webpack : builders.vite;
      run('node', [join(root, 'node_modules', tool), ...args], dir);
      site = await serveStatic({ dir: name === 'webpack' ? dir : join(dir, 'dist') });
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
      const sent = await page.evaluate(() => [...new FormData(document.querySelector('form'))].map(([key, { name, size }]) => [key, name, size > 1e4]));
      expect(sent).toEqual([['picture', 'duck-cutout.png', true]]);
    });
  });
}
