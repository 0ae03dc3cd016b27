// Browser tests run on what ships: dist/, served under the strict CSP, with
// and without cross-origin isolation. CHROMIUM and FIREFOX name other binaries.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// the shell draws no window: the same pages at three quarters of the time
process.env.CHROMIUM ??=
  ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  ) ?? '';
process.env.FIREFOX ??= ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path)) ?? '';

/** Of this checkout alone: another one's server must not answer its tests. */
const plain =
  4200 +
  2 *
    (createHash('sha256')
      .update(import.meta.dirname ?? process.cwd())
      .digest()
      .readUInt16LE() %
      1000);
const isolated = plain + 1;

/** @param {number} port @param {string[]} flags */
const server = (port, ...flags) => ({
  // bytes are compared with the shell's, so the core is the same on all machines; relaxed.spec.js is about the other
  command: ['node tools/serve.js --port', port, '--quiet --without cutaway-relaxed.wasm', ...flags].join(' '),
  url: `http://127.0.0.1:${port}/index.html`,
  reuseExistingServer: !process.env.CI,
});

/** Without motion, which costs a processor that draws; page.spec.js, Firefox and the tests of time have it. @param {number} port */
const use = (port) => ({
  baseURL: `http://127.0.0.1:${port}/`,
  contextOptions: { reducedMotion: /** @type {const} */ ('reduce') },
});

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'build/playwright',
  reporter: 'line',
  workers: 1,
  timeout: 60_000,
  globalTimeout: 45 * 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    serviceWorkers: 'block', // they hide requests from a test; specs about them allow them
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      // as root there is no sandbox; a closed network needs the second
      args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
    },
  },
  projects: [
    // the longest files first, so that no worker is left with one at the end
    {
      // stock Firefox, by a bridge that tells why it is one; where there is none its tests are skipped
      name: 'firefox',
      testMatch: /(page|widget)\.spec\.js$/,
      retries: 1, // the bridge is nobody's product: once more, and said to be flaky
      use: {
        baseURL: use(plain).baseURL,
        browserName: 'firefox',
        channel: 'moz-firefox',
        // the panel of downloads would take the keyboard from the page
        launchOptions: {
          executablePath: 'tests/browser/firefox',
          args: [],
          firefoxUserPrefs: { 'browser.download.alwaysOpenPanel': false },
        },
      },
    },
    { name: 'plain', use: use(plain) },
    // isolation touches what starts workers and what uses threads: the engine by itself but for what is tagged @once,
    // and elsewhere what is tagged @isolated
    { name: 'isolated', use: use(isolated), grep: /@isolated|engine\.spec/, grepInvert: /@once/ },
  ],
  webServer: [server(plain), server(isolated, '--isolate')],
});
