// Numbers of a map: relevance of each slice below the planes, the histogram with its threshold, the percentile at the crosshair,
// tables and files; and maps of which there is nothing to draw.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { checkNumbers } from './checks.mjs';
import { mapsFolder, scan } from './inputs.mjs';
import { shoot } from './shots.mjs';

const PLANES = ['coronal', 'sagittal', 'axial'];
/** The world's axis along which a plane's slices follow each other. */
const AXIS = { coronal: 1, sagittal: 0, axial: 2 };
/** From an input to the picture and the words. */
const DRAWN_MS = 150;

describe('numbers', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
    await measured();
  });
  after(() => browser.close());

  test('tables, and the percentile at the crosshair, are those of numpy on the saved map', async () => {
    await check({ at: (await crosshair()).join(','), percentile: await percentile() });
    await maplens.get('profile-axial').focus();
    for (let step = 0; step < 5; step += 1) await maplens.page.keyboard.press('ArrowLeft');
    await maplens.page.waitForTimeout(DRAWN_MS);
    await check({ at: (await crosshair()).join(','), percentile: await percentile() });
    assert.match(await maplens.get('crosshair-image').innerText(), /^image −?\d/);
    assert.match(await maplens.get('crosshair-value').innerText(), /^image \S+ +saliency −?\d/);
  });

  test('a click in a profile goes to that slice, across its plane alone; arrows go on from there', async () => {
    for (const plane of PLANES) {
      const before = await crosshair();
      const { x, y, width, height } = await maplens.get(`profile-${plane}`).boundingBox();
      await maplens.page.mouse.click(x + width * 0.37, y + height / 2);
      const clicked = await crosshair();
      const [n, place] = await maplens.get(`profile-${plane}`).evaluate((slider) => [Number(slider.max), Number(slider.value)]);
      assert.ok(Math.abs(place / n - 0.37) < 0.02, `${plane}: slice ${place} of ${n}`);
      await maplens.page.keyboard.press('ArrowRight');
      const stepped = await crosshair();
      for (const axis of [0, 1, 2]) {
        if (axis !== AXIS[plane]) assert.deepEqual([clicked[axis], stepped[axis]], [before[axis], before[axis]], `${plane}: axis ${axis} moved`);
      }
      assert.notEqual(clicked[AXIS[plane]], before[AXIS[plane]]);
      // The demo's map has voxels of 2 mm.
      assert.ok(Math.abs(stepped[AXIS[plane]] - clicked[AXIS[plane]] - 2) < 0.15, `${plane}: from ${clicked} to ${stepped}`);
      assert.equal(await maplens.get(`profile-${plane}`).inputValue(), String(place + 1));
      assert.match(await maplens.get(`profile-${plane}`).getAttribute('aria-valuetext'), /^[xyz] −?\d+.* mm, mean magnitude \d/);
    }
  });

  test('the threshold follows a drag in the histogram while it lasts, and keys; the planes follow it', async () => {
    const { page } = maplens;
    const slider = maplens.get('histogram');
    await maplens.get('profile-coronal').focus();
    const { x, y, width, height } = await slider.boundingBox();
    const largest = Number(await slider.getAttribute('aria-valuemax'));
    // The map has both signs, so 0 is in the middle.
    const share = async () => Number(await slider.getAttribute('aria-valuenow')) / largest;
    const before = await maplens.picture();
    await page.mouse.move(x + width * 0.55, y + height / 2);
    await page.mouse.down();
    const seen = new Set([before]);
    for (const at of [0.6, 0.65, 0.7]) {
      await page.mouse.move(x + width * at, y + height / 2);
      await page.waitForTimeout(DRAWN_MS);
      seen.add(await maplens.picture());
      assert.ok(Math.abs((await share()) - (2 * at - 1)) < 0.02, `${await share()} of the range at ${at}`);
    }
    await page.mouse.up();
    assert.ok(seen.size >= 3, `${seen.size} pictures`);
    const dragged = await share();
    assert.ok(Math.abs(Number(await maplens.get('threshold').inputValue()) - 100) < 5, 'the slider stands elsewhere');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('PageDown');
    assert.ok(Math.abs((await share()) - (dragged - 17 / 128)) < 0.01, `${await share()} after ${dragged}`);
    // Left of the middle are values of the other sign, and the same magnitudes.
    await page.mouse.click(x + width * 0.4, y + height / 2);
    assert.ok(Math.abs((await share()) - 0.2) < 0.02, `${await share()}`);
    await page.waitForTimeout(600);
    const [kept, address] = [await share(), await maplens.address()];
    await page.reload();
    await maplens.firstMap();
    await measured();
    assert.ok(Math.abs((await share()) - kept) < 1e-4, `${await share()}, not ${kept}, of ${address}`);
    await page.keyboard.press('Tab');
    await maplens.choose('threshold-mode', 'absolute');
    await slider.focus();
    await page.keyboard.press('Home');
    assert.equal(await maplens.get('threshold').inputValue(), '0');
    await page.keyboard.press('End');
    assert.equal(await share(), 1);
    await maplens.choose('threshold-mode', 'percentile');
    await maplens.get('undo').click();
  });

  test('the tables hold a row for each slice and each bin', async () => {
    await maplens.unfold('numbers');
    const counts = await maplens.get('numbers').locator('tbody').evaluateAll((bodies) => bodies.map((body) => body.rows.length));
    const slices = await Promise.all(PLANES.map(async (plane) => Number(await maplens.get(`profile-${plane}`).getAttribute('max')) + 1));
    assert.deepEqual(counts, [...slices, 256]);
    const files = [await maplens.download('download-profiles'), await maplens.download('download-histogram')].map(({ name }) => name);
    assert.deepEqual(files, ['sub-TRIV24_ses-M000_image-0_map_profiles.tsv', 'sub-TRIV24_ses-M000_image-0_map_histogram.tsv']);
  });

  test('in French, too, and nothing is wider than a telephone', async () => {
    await maplens.choose('language', 'fr');
    await maplens.page.waitForTimeout(DRAWN_MS);
    assert.match(await maplens.get('crosshair-percentile').innerText(), /^percentile \d+,\d$/);
    assert.match(await maplens.get('numbers').locator('table').first().innerText(), /Magnitudes par coupe, plan coronal\s+y mm\s+somme\s+moyenne/);
    await shootPage('numbers-fr');
    await maplens.choose('language', 'en');
    await shootPage('numbers');
  });

  test('another method and another participant have their own numbers', async () => {
    await maplens.choose('method', 'grad-cam');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await measured();
    await check({ at: (await crosshair()).join(','), percentile: await percentile() });
    // Rectified: no value is below 0, so the bins begin there.
    const { x, y, width, height } = await maplens.get('histogram').boundingBox();
    await maplens.page.mouse.click(x + width * 0.5, y + height / 2);
    const [now, most] = await maplens.get('histogram').evaluate((slider) => [Number(slider.ariaValueNow), Number(slider.ariaValueMax)]);
    assert.ok(Math.abs(now / most - 0.5) < 0.02, `${now} of ${most}`);
    await maplens.get('auto-compute').uncheck();
    await maplens.showParticipant('sub-TRIV25');
    assert.ok(await maplens.get('profile-axial').isHidden(), 'numbers of a map that is gone');
    assert.equal(await maplens.get('crosshair-percentile').innerText(), '');
  });

  test('of several channels the shown one is measured; a slice is one slice', async () => {
    assert.equal(await maplens.openModel(mapsFolder('slice_sag_resnet18.tar.gz')), 'ready', await maplens.error());
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
    await maplens.chooseElement(81);
    await maplens.choose('method', 'gradients');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    for (const channel of ['0', '2']) {
      await maplens.choose('channel', channel);
      await measured();
      assert.equal(await maplens.get('profile-sagittal').getAttribute('max'), '0');
      await check({ channel, at: (await crosshair()).join(','), percentile: await percentile() });
    }
  });

  test('a map of one value is described, not drawn', async () => {
    await maplens.choose('method', 'grad-cam');
    const levels = await maplens.get('level').locator('option').count();
    await maplens.choose('level', String(levels));
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await maplens.get('histogram-words').waitFor();
    assert.match(await maplens.get('histogram-words').innerText(), /^\S+ everywhere$/);
    assert.equal(await maplens.get('histogram').count(), 0);
    const words = await maplens.get('profile-words').allInnerTexts();
    assert.deepEqual(words.map((text) => / everywhere$/.test(text)), [true, true, true]);
    assert.equal(await percentile(), 0);
    await maplens.get('profile-coronal').focus();
    const before = await crosshair();
    await maplens.page.keyboard.press('Home');
    assert.notDeepEqual(await crosshair(), before);
    await check({});
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));

  /** Until the engine has read the numbers off the map. */
  async function measured() {
    await maplens.get('profile-axial').waitFor();
  }

  async function crosshair() {
    await maplens.page.waitForTimeout(DRAWN_MS);
    const text = (await maplens.get('crosshair-mm').innerText()).replaceAll('−', '-').replaceAll(',', '.');
    return text.match(/-?\d+(\.\d+)?/g).map(Number);
  }

  async function percentile() {
    const [, percent] = (await maplens.get('crosshair-percentile').innerText()).match(/^percentile (\S+)$/);
    return Number(percent);
  }

  async function check(said) {
    await maplens.unfold('numbers');
    const [map, profiles, histogram] = [
      await maplens.download('download-nifti'),
      await maplens.download('download-profiles'),
      await maplens.download('download-histogram'),
    ];
    checkNumbers(map, profiles, histogram, said);
  }

  function shootPage(name) {
    const { page } = maplens;
    return shoot(page, name, { prepare: () => page.evaluate(() => window.scrollTo(0, 0)), whole: true });
  }
});
