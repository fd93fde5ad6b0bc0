// The page without a mouse.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';

/** Every control of the contract that is enabled once a map is there and Grad-CAM is chosen. */
const CONTROLS = [
  ...['open-model', 'open-model-folder', 'open-images', 'participant-row', 'split', 'selection', 'method', 'target', 'level'],
  ...['convention', 'device-choice', 'compute', 'auto-compute', 'canvas-coronal', 'canvas-sagittal', 'canvas-axial', 'threshold', 'opacity'],
  ...['colormap', 'download-nifti', 'download-pt', 'download-png', 'download-record', 'more-downloads', 'download-clinicadl-nifti'],
  ...['group-form', 'data-group', 'run-name', 'run-selections', 'run-splits', 'run-diagnoses', 'save-individual', 'save-nifti'],
  ...['overwrite', 'overwrite-name', 'run-group', 'command', 'profile-coronal', 'profile-sagittal', 'profile-axial', 'histogram'],
];
const MOST_STOPS = 300;

describe('keyboard', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
    // What Compute does is seen where nothing is computed before it.
    await maplens.get('auto-compute').uncheck();
  });
  after(() => browser.close());

  test('Tab reaches every control, and its focus is seen', async () => {
    await maplens.choose('method', 'grad-cam');
    await maplens.fillGroup({ 'data-group': 'reached', 'run-name': 'reached' });
    await maplens.unfold('more-downloads');
    const stops = await tabThrough(maplens.page);
    const reached = new Set(stops.map((stop) => stop.testId));
    assert.deepEqual(CONTROLS.filter((control) => !reached.has(control)), []);
    assert.deepEqual(stops.filter((stop) => !stop.seen).map((stop) => stop.testId || stop.name), []);
  });

  test('a map is computed without a mouse', async () => {
    const { page } = maplens;
    const before = (await maplens.download('download-nifti')).bytes;
    await tabTo(page, 'method');
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    await tabTo(page, 'compute');
    await page.keyboard.press('Enter');
    await maplens.expectReady();
    assert.ok(!(await maplens.download('download-nifti')).bytes.equals(before), 'the map is the old one');
  });

  test('what is typed into a field is no shortcut', async () => {
    const planes = () => maplens.page.locator('canvas[data-testid^="canvas-"]:visible').count();
    const before = await planes();
    await maplens.get('run-name').fill('');
    await maplens.page.keyboard.type('v');
    assert.equal(await maplens.get('run-name').inputValue(), 'v');
    assert.equal(await planes(), before, 'V shows one plane');
  });

  test('arrows move the crosshair', async () => {
    await tabTo(maplens.page, 'canvas-axial');
    const before = await maplens.get('crosshair-mm').innerText();
    await maplens.page.keyboard.press('ArrowLeft');
    await maplens.page.waitForTimeout(150);
    assert.notEqual(await maplens.get('crosshair-mm').innerText(), before);
  });

  test('every control has a name that a screen reader says', async () => {
    const nameless = await maplens.page.evaluate(() => {
      // What is folded away has no rendered text.
      const name = (control) => control.labels?.[0]?.textContent || control.getAttribute('aria-label') || control.textContent || control.title;
      return [...document.querySelectorAll('input, select, button')].filter((control) => !name(control)?.trim()).map((control) => control.outerHTML);
    });
    assert.deepEqual(nameless, []);
  });
});

async function tabThrough(page) {
  const stops = [];
  // Blurring is not enough: Tab goes on from what had the focus last.
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  for (let count = 0; count < MOST_STOPS; count += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(focused);
    if (!stop || (stops.length > 0 && stop.order === stops[0].order)) break;
    stops.push(stop);
  }
  return stops;
}

async function tabTo(page, testId) {
  for (let count = 0; count < MOST_STOPS; count += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(focused))?.testId === testId) return;
  }
  throw new Error(`Tab does not reach ${testId}`);
}

/** Runs in the page: what has the focus, and whether a ring or something like it shows it. */
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shows = (node) => {
    const style = node && getComputedStyle(node);
    return !!style && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none');
  };
  return {
    testId: element.closest('[data-testid]')?.dataset.testid ?? '',
    name: element.outerHTML.slice(0, 80),
    order: [...document.querySelectorAll('*')].indexOf(element),
    // A hidden file input shows its focus on its label.
    seen: shows(element) || shows(element.closest('label')),
  };
}
