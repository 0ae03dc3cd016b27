// The user's agreement: asked by a click, shown, remembered, taken back; and
// without it the shim sends nothing.
import { expect, test, withoutEngine } from './page-helpers.js';

const remotes = { 'magic-hour': { name: 'Magic Hour', baseUrl: '/vendor-api' } };

/** @param {import('@playwright/test').Page} page */
const setUp = (page) =>
  page.evaluate(async (remotes) => {
    await import(/** @type {any} */ ('/widget/remote-consent.js'));
    const { createConsent, createShim } = await import(/** @type {any} */ ('/shim/index.js'));
    const panel = /** @type {any} */ (document.createElement('remote-consent'));
    const consent = createConsent();
    panel.remotes = remotes;
    panel.consent = consent;
    document.querySelector('main')?.prepend(panel);
    const w = /** @type {any} */ (window);
    w.consent = consent;
    // no engine: the policy would have every picture sent
    w.shim = createShim({
      policy: 'local-first',
      remote: { 'magic-hour': { baseUrl: new URL('/vendor-api', location.href).href, key: 'k' } },
      consent,
    });
  }, remotes);

test.beforeEach(({ page }) => withoutEngine(page)); // there is none, so that a policy would send

test('nothing is agreed to until the user clicks, and it can be taken back', async ({ page }) => {
  await page.goto('/');
  await setUp(page);
  const panel = page.locator('remote-consent');
  await expect(panel).toContainText('Photos are not sent to Magic Hour');
  await page.evaluate(() =>
    /** @type {any} */ (document.querySelector('remote-consent')).shadowRoot.querySelector('button').click(),
  );
  await expect(panel).toContainText('not sent'); // a script's click is none
  await page.keyboard.press('Tab');
  await panel.getByRole('button', { name: 'Allow: photos to Magic Hour' }).press('Enter');
  await expect(panel).toContainText('Photos may be sent to Magic Hour');
  await expect(panel.getByRole('button', { name: 'Take back: photos to Magic Hour' })).toBeFocused();
  await page.reload();
  await setUp(page);
  await expect(panel).toContainText('may be sent'); // remembered
  await panel.getByRole('button', { name: /Take back/ }).click();
  await expect(panel).toContainText('not sent');
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test('without the agreement no picture leaves, whatever the policy', async ({ page }) => {
  /** @type {string[]} */
  const sent = [];
  await page.route('**/vendor-api/**', (route) => {
    sent.push(route.request().url());
    return route.fulfill({ status: 200, contentType: 'application/json', body: '{}' });
  });
  await page.goto('/');
  await setUp(page);
  const remove = () =>
    page.evaluate(async () => {
      const { shim } = /** @type {any} */ (window);
      const ask = (/** @type {string} */ path, /** @type {any} */ body) =>
        shim.fetch(
          new Request(`https://api.magichour.ai${path}`, {
            method: 'POST',
            headers: { Authorization: 'Bearer mhk_test_key', 'Content-Type': 'application/json' },
            body: JSON.stringify(body),
          }),
        );
      const {
        items: [{ upload_url, file_path }],
      } = await (await ask('/v1/files/upload-urls', { items: [{ type: 'image', extension: 'jpg' }] })).json();
      await shim.fetch(
        new Request(upload_url, { method: 'PUT', body: await (await fetch('/samples/duck.jpg')).blob() }),
      );
      const created = await ask('/v1/image-background-remover', { assets: { image_file_path: file_path } });
      const { id } = await created.json();
      for (let i = 0; i < 100; i++) {
        const project = await (
          await shim.fetch(
            new Request(`https://api.magichour.ai/v1/image-projects/${id}`, {
              headers: { Authorization: 'Bearer mhk_test_key' },
            }),
          )
        ).json();
        if (['complete', 'error', 'canceled'].includes(project.status)) return project.status;
        await new Promise((resolve) => {
          setTimeout(resolve, 50);
        });
      }
      return 'never ended';
    });
  expect(await remove()).toBe('error');
  expect(sent).toEqual([]);
  await page.locator('remote-consent').getByRole('button', { name: /Allow/ }).click();
  await remove();
  expect(sent.length).toBeGreaterThan(0);
});
