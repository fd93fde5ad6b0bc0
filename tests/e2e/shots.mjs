// Pictures of the page for people to look at. What sticks out of a window fails.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('shots/', import.meta.url));

export const DESKTOP = { width: 1440, height: 900 };
export const TELEPHONE = { width: 390, height: 844 };

/** Pictures in windows of these sizes, light and dark, each after `prepare`; with `whole`, of the whole page, too. */
export async function shoot(page, name, { windows = [DESKTOP, TELEPHONE], prepare = () => {}, whole = false } = {}) {
  for (const window of windows) {
    await page.setViewportSize(window);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await prepare();
      await page.waitForTimeout(200);
      await save(page, `${name}-${window.width}-${colorScheme}`);
      if (whole) await save(page, `${name}-${window.width}-${colorScheme}-all`, { fullPage: true });
    }
    await expectToFit(page);
  }
  await page.setViewportSize(DESKTOP);
}

/** Saves one picture; Playwright makes the folder. */
export function save(page, name, options = {}) {
  return page.screenshot({ path: `${FOLDER}${name}.png`, ...options });
}

/** Fails if the page is wider than its window. */
export async function expectToFit(page) {
  const [overflow, width] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth - clientWidth, clientWidth];
  });
  assert.ok(overflow <= 1, `${width}: ${overflow} px stick out on the right`);
}
