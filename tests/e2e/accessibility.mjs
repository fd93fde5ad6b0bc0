// WCAG 2.2 AA as far as axe-core can tell, in both schemes, languages and at two widths, folded and unfolded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { DESKTOP, TELEPHONE } from './shots.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

describe('accessibility', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
    // The page's policy admits no foreign script; the debugger's own evaluation is not the page's.
    await maplens.page.evaluate(AXE);
    await maplens.unfold('layers');
    await maplens.get('add-ad-mask').click();
    await maplens.get('overlay-row').waitFor();
    await maplens.get('layers').evaluate((details) => (details.open = false));
  });
  after(() => browser.close());

  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [DESKTOP, TELEPHONE]) {
      for (const language of ['en', 'fr']) {
        test(`no violations: ${colorScheme}, ${viewport.width} px, ${language}`, async () => {
          const { page } = maplens;
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport);
          await maplens.get('language').selectOption(language);
          assert.deepEqual(await violations(page), []);
          await maplens.get('tab-figure').click();
          assert.deepEqual(await violations(page), []);
          await maplens.get('tab-regions').click();
          await maplens.get('clusters-table').waitFor();
          assert.deepEqual(await violations(page), []);
          await maplens.get('tab-map').click();
          await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
          // The rows are made when it opens.
          await maplens.get('numbers').locator('table').last().waitFor();
          assert.deepEqual(await violations(page), []);
        });
      }
    }
  }

  test('no violations beside kept maps', async () => {
    const { page } = maplens;
    await page.setViewportSize(DESKTOP);
    await maplens.get('language').selectOption('en');
    await maplens.get('tab-compare').click();
    for (let n = 0; n < 2; n += 1) {
      await maplens.get('pin-map').click();
      assert.equal(await maplens.settled(), 'ready', await maplens.error());
    }
    await maplens.get('show-difference').check();
    await maplens.get('difference-column').waitFor();
    await maplens.get('compare-maps').click();
    await maplens.settled();
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), []);
    }
    await maplens.get('tab-map').click();
  });

  test('no violations in the help and beside an error', async () => {
    const { page } = maplens;
    await maplens.get('language').selectOption('en');
    await page.keyboard.press('Escape');
    await page.locator('body').press('?');
    await page.locator('dialog[open]').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await maplens.openImages([{ name: 'broken.nii', mimeType: '', buffer: Buffer.from('not a NIfTI') }]);
    assert.notEqual(await maplens.error(), '');
    assert.deepEqual(await violations(page), []);
  });

  test('who asks for less motion gets none', async () => {
    const { page } = maplens;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const style = getComputedStyle(element);
          return parseFloat(style.transitionDuration) > 0.01 || (style.animationName !== 'none' && parseFloat(style.animationDuration) > 0.01);
        })
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(moving, []);
  });
});

/** One line for each rule and element that breaks it. */
async function violations(page) {
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), TAGS);
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary.split('\n')[1]?.trim()}`));
}
