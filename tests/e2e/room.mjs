// Room for what is looked at: the figure fits its window, the border to the planes moves, narrow windows waste and cut nothing, and
// an image on another grid begins with the whole picture.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, openWithDemo } from './browser.mjs';
import { nifti } from './inputs.mjs';
import { DESKTOP, expectToFit, shoot, TELEPHONE } from './shots.mjs';

const LAPTOPS = [DESKTOP, { width: 1024, height: 768 }];
/** What a browser shows of a laptop's window when it is zoomed to 200 %. */
const ZOOMED = { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 };
const TABS = ['map', 'figure', 'compare', 'regions'];
/** Least height of the planes beside a figure. */
const STRIP = 60;
/** Voxels of the small image; 3 mm each, away from the demo's grid. */
const SIZE = [40, 50, 30];

describe('room', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  const box = (testId) => maplens.get(testId).boundingBox();
  const share = async () => Number(await maplens.get('splitter').getAttribute('aria-valuenow'));

  for (const window of LAPTOPS) {
    test(`the whole figure is in sight, its options beside it: ${window.width}×${window.height}`, async () => {
      await maplens.page.setViewportSize(window);
      await maplens.get('tab-figure').click();
      for (const mode of ['ortho', 'mosaic', 'tiled', 'x']) {
        await maplens.get('figure-mode').selectOption(mode);
        await maplens.get('figure-caption').getByText(new RegExp(`display mode ${mode}`)).waitFor();
        const [figure, field] = [await box('figure-canvas'), await box('figure-mode')];
        assert.ok(figure.x >= 0 && figure.y >= 0 && figure.width > 100 && figure.height > 50, `${mode}: ${JSON.stringify(figure)}`);
        assert.ok(figure.x + figure.width <= window.width && figure.y + figure.height <= window.height, `${mode}: ${JSON.stringify(figure)}`);
        assert.ok(field.x >= figure.x + figure.width && field.y < window.height, `${mode}: options at ${field.x}, ${field.y}`);
        const shape = await maplens.get('figure-canvas').evaluate((canvas) => canvas.width / canvas.height);
        assert.ok(Math.abs(figure.width / figure.height / shape - 1) < 0.03, `${mode}: stretched`);
      }
      assert.ok((await box('canvas-axial')).height >= STRIP, 'the planes are gone');
      const scrolls = await maplens.page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
      assert.ok(scrolls <= 1, `the page is ${scrolls} px higher than its window`);
      await maplens.get('figure-mode').selectOption('ortho');
    });

    test(`planes keep the room beside the map, and leave it to the other panels: ${window.width}×${window.height}`, async () => {
      await maplens.page.setViewportSize(window);
      const heights = [];
      for (const tab of TABS) {
        await maplens.get(`tab-${tab}`).click();
        heights.push((await box('canvas-axial')).height);
        const row = await box('tab-map');
        assert.ok(row.y + row.height < window.height, `${tab}: the tabs are below the edge`);
        await expectToFit(maplens.page);
      }
      assert.ok(heights.slice(1).every((height) => height < 0.6 * heights[0] && height >= STRIP), heights.join(', '));
    });
  }

  test('the border is dragged, and a double click brings the usual back', async () => {
    await maplens.page.setViewportSize(DESKTOP);
    await maplens.get('tab-figure').click();
    const [usual, bar, planes] = [await share(), await box('splitter'), await box('canvas-axial')];
    const { mouse } = maplens.page;
    await mouse.move(bar.x + bar.width / 3, bar.y + bar.height / 2);
    await mouse.down();
    await mouse.move(bar.x + bar.width / 3, bar.y + 60);
    await mouse.move(bar.x + bar.width / 3, bar.y + 120);
    await mouse.up();
    assert.ok(Math.abs((await box('splitter')).y - bar.y - 120 + bar.height / 2) <= 3, `moved by ${(await box('splitter')).y - bar.y}`);
    assert.ok((await box('canvas-axial')).height > planes.height + 40, 'the planes are no larger');
    await mouse.move(bar.x, bar.y - 40);
    assert.ok((await share()) > usual + 5, 'it moves without a button');
    await maplens.get('splitter').dblclick();
    assert.equal(await share(), usual);
    assert.ok(Math.abs((await box('splitter')).y - bar.y) < 1);
  });

  test('the border moves by keys, within its ends, and a reload keeps it', async () => {
    const bar = maplens.get('splitter');
    const [low, high] = [Number(await bar.getAttribute('aria-valuemin')), Number(await bar.getAttribute('aria-valuemax'))];
    assert.equal(await bar.getAttribute('role'), 'separator');
    const usual = await share();
    for (const [key, expected] of [
      ...[['ArrowDown', usual + 2], ['ArrowUp', usual], ['PageDown', usual + 10], ['Home', low], ['ArrowUp', low], ['End', high], ['ArrowDown', high]],
      ['PageUp', high - 10],
    ]) {
      await bar.press(key);
      assert.equal(await share(), expected, key);
    }
    await maplens.get('tab-map').click();
    const besideMap = await share();
    assert.notEqual(besideMap, high - 10, 'the Map panel has a share of its own');
    await maplens.get('splitter').press('ArrowUp');
    await maplens.still();
    await maplens.page.reload();
    await maplens.firstMap();
    assert.equal(await share(), besideMap - 2);
    await maplens.get('tab-regions').click();
    assert.equal(await share(), high - 10);
    await maplens.get('splitter').dblclick();
    await maplens.get('tab-map').click();
    await maplens.get('splitter').dblclick();
  });

  test('nonsense in the address gives the usual shares', async () => {
    const usual = await share();
    for (const wrong of ['99', '-1', 'a', 'NaN', '']) {
      const other = await open(browser, { url: `${maplens.page.url().split('#')[0]}#planes=${wrong}&strip=${wrong}` });
      assert.equal(Number(await other.get('splitter').getAttribute('aria-valuenow')), usual, wrong);
      await other.close();
    }
  });

  test('on a telephone nothing sticks out, and the place beside the third plane is used', async () => {
    await maplens.page.setViewportSize(TELEPHONE);
    for (const tab of TABS) {
      await maplens.get(`tab-${tab}`).click();
      await expectToFit(maplens.page);
    }
    await maplens.get('tab-map').click();
    const [third, second, words] = [await box('canvas-axial'), await box('canvas-sagittal'), await box('crosshair-mm')];
    assert.ok(words.x >= third.x + third.width && words.y > second.y + second.height, 'the quarter is empty');
    assert.ok(words.y < third.y + third.height + 60 && words.x + words.width <= TELEPHONE.width, JSON.stringify(words));
    assert.equal(await maplens.get('splitter').isVisible(), false);
  });

  for (const window of [TELEPHONE, ...LAPTOPS]) {
    for (const language of ['en', 'fr']) {
      test(`no option's words are cut: ${window.width} px, ${language}`, async () => {
        await maplens.page.setViewportSize(window);
        await maplens.get('language').selectOption(language);
        await maplens.page.evaluate(() => document.querySelectorAll('details:not([data-testid=about-map])').forEach((details) => (details.open = true)));
        assert.deepEqual(await maplens.page.evaluate(cutOptions), []);
        await maplens.get('tab-figure').click();
        assert.deepEqual(await maplens.page.evaluate(cutOptions), []);
        await maplens.get('tab-map').click();
        await maplens.page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = false)));
        await maplens.get('language').selectOption('en');
      });
    }
  }

  for (const locale of ['en', 'fr']) {
    test(`at 200 % the header leaves the window to the rest: ${locale}`, async () => {
      const zoomed = await openWithDemo(browser, { ...ZOOMED, locale });
      const header = await zoomed.page.locator('.header').boundingBox();
      assert.ok(header.height <= 0.16 * ZOOMED.viewport.height, `${header.height} px`);
      const [name, help] = [await zoomed.page.locator('.header__name').boundingBox(), await zoomed.page.locator('.header__help').boundingBox()];
      assert.ok(Math.abs(name.y + name.height / 2 - help.y - help.height / 2) < 6, 'the help button has a line of its own');
      await expectToFit(zoomed.page);
      for (const tab of TABS) {
        await zoomed.get(`tab-${tab}`).click();
        await expectToFit(zoomed.page);
      }
      await zoomed.close();
    });
  }

  test('participants on one grid are seen at the same place', async () => {
    await maplens.page.setViewportSize(DESKTOP);
    await maplens.get('zoom').fill('1.5');
    await clickAt(0.3, 0.3);
    const before = [await maplens.get('crosshair-mm').innerText(), await maplens.get('zoom').inputValue()];
    await maplens.showParticipant('sub-TRIV25');
    assert.deepEqual([await maplens.get('crosshair-mm').innerText(), await maplens.get('zoom').inputValue()], before);
  });

  test('an image on another grid begins with the whole picture, in its middle', async () => {
    await clickAt(0.9, 0.1);
    assert.ok(Number(await maplens.get('zoom').inputValue()) > 0);
    const affine = [3, 0, 0, 100, 0, 3, 0, -60, 0, 0, 3, 20];
    await maplens.openImages(nifti('sub-OTHER_ses-M000_T1w.nii.gz', SIZE, (index) => (index * 7) % 101, { affine }));
    await maplens.get('crosshair-voxel').getByText(/\d/).waitFor();
    assert.equal(await maplens.get('zoom').inputValue(), '0');
    const voxel = (await maplens.get('crosshair-voxel').innerText()).match(/\d+/g).map(Number);
    voxel.forEach((index, axis) => assert.ok(Math.abs(index - SIZE[axis] / 2) <= 1, `voxel ${voxel} of ${SIZE}`));
    const size = await maplens.get('canvas-axial').evaluate((canvas) => [canvas.width, canvas.height]);
    assert.deepEqual(size, SIZE.slice(0, 2));
  });

  test('looks as it should', async () => {
    const seen = await openWithDemo(browser);
    for (const tab of TABS) await shoot(seen.page, `room-${tab}`, { windows: [...LAPTOPS, TELEPHONE, ZOOMED.viewport], prepare: () => seen.get(`tab-${tab}`).click() });
    await seen.close();
  });

  async function clickAt(across, down) {
    const { x, y, width, height } = await box('canvas-axial');
    await maplens.page.mouse.click(x + width * across, y + height * down);
  }
});

/** Runs in the page: selects with an option that is wider than they are, with the arrow at their end. */
function cutOptions() {
  const ink = document.createElement('canvas').getContext('2d');
  const shown = [...document.querySelectorAll('select')].filter((select) => select.offsetWidth > 0);
  return shown.flatMap((select) => {
    ink.font = getComputedStyle(select).font;
    const widest = Math.max(0, ...[...select.options].map((option) => ink.measureText(option.text).width));
    return widest + 24 > select.clientWidth ? [`${select.dataset.testid}: ${Math.ceil(widest)} of ${select.clientWidth} px`] : [];
  });
}
