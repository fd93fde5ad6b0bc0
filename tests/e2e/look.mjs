// What the page looks like: dark and light, three window sizes, controls that redraw. The pictures are for people to look at.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { DESKTOP, expectToFit, save, shoot, TELEPHONE } from './shots.mjs';

const WINDOWS = [DESKTOP, { width: 1024, height: 768 }, TELEPHONE];

describe('look', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  for (const window of WINDOWS) {
    test(`fits ${window.width}×${window.height}`, () => shoot(maplens.page, 'page', { windows: [window] }));
  }

  test('fits with everything unfolded', async () => {
    const { page } = maplens;
    await maplens.choose('method', 'grad-cam');
    await maplens.fillGroup({ 'data-group': 'a-group-with-a-name-that-is-rather-long', 'run-name': 'a-run-with-a-name-that-is-rather-long' });
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    for (const window of WINDOWS) {
      await page.setViewportSize(window);
      await page.waitForTimeout(200);
      await save(page, `unfolded-${window.width}`, { fullPage: true });
      await expectToFit(page);
    }
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = false)));
  });

  test('dark and light follow the system', async () => {
    const background = async (colorScheme) => {
      await maplens.page.emulateMedia({ colorScheme });
      return maplens.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor);
    };
    assert.notEqual(await background('light'), await background('dark'));
  });

  test('threshold, opacity and colormap redraw at once', async () => {
    await maplens.page.setViewportSize(DESKTOP);
    const picture = () => maplens.get('canvas-axial').screenshot();
    let last = await picture();
    const changes = [
      () => maplens.get('opacity').evaluate(slideTo, 0.2),
      () => maplens.get('threshold').evaluate(slideTo, 0.9),
      async () => {
        const other = await maplens.get('colormap').evaluate((select) => [...select.options].find((option) => option.value !== select.value).value);
        await maplens.get('threshold').evaluate(slideTo, 0.1);
        await maplens.get('opacity').evaluate(slideTo, 0.9);
        last = await picture();
        await maplens.get('colormap').selectOption(other);
      },
    ];
    for (const change of changes) {
      await change();
      await maplens.page.waitForTimeout(150);
      const next = await picture();
      assert.ok(!next.equals(last), 'the picture did not change');
      last = next;
    }
  });

  test('a click sets the crosshair in all planes', async () => {
    const before = await maplens.get('crosshair-mm').innerText();
    const box = await maplens.get('canvas-axial').boundingBox();
    await maplens.page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.4);
    await maplens.page.waitForTimeout(150);
    assert.notEqual(await maplens.get('crosshair-mm').innerText(), before);
  });
});

/** Runs in the page: moves a range input to a share of its range, as dragging does. */
function slideTo(input, share) {
  const [min, max] = [Number(input.min || 0), Number(input.max || 100)];
  input.value = String(min + share * (max - min));
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
