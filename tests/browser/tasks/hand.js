// A hand that counts its clicks, for tasks done as a user does them. A choice
// in a list is one; what the system's own dialog takes (which files, where to)
// is nobody's here.
import { readFile } from 'node:fs/promises';

export class Hand {
  clicks = 0;

  /** @param {import('@playwright/test').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {import('@playwright/test').Locator} target */
  async click(target) {
    this.clicks++;
    await target.click();
  }

  /** @param {import('@playwright/test').Locator} list @param {string} value */
  async choose(list, value) {
    this.clicks++;
    await list.selectOption(value);
  }

  /** Opens files by this button. @param {import('@playwright/test').Locator} button @param {any} files */
  async open(button, files) {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.click(button)]);
    await chooser.setFiles(files);
  }

  /** @param {import('@playwright/test').Locator} button @returns {Promise<{ name: string, bytes: Buffer }>} */
  async save(button) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.click(button)]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** Clicks since the last time. */
  count() {
    const { clicks } = this;
    this.clicks = 0;
    return clicks;
  }
}
