// Backgrounds and overlays: what a reader of maps does with them, and files that are none.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { badImages, nifti, scratch } from './inputs.mjs';

/** Millimetres; all voxels within 4 mm of it are in the mask, too. */
const INSIDE_AD_MASK = [-40, -60, 40];
/** 3 mm voxels from (−60, −100, −50). */
const PLACE = [3, 0, 0, -60, 0, 3, 0, -100, 0, 0, 3, -50];
const SIZE = [40, 50, 40];

describe('layers', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
    await maplens.unfold('layers');
  });
  after(() => browser.close());
  afterEach(async () => {
    while (await rows().count()) await maplens.get('overlay-remove').first().click();
    await frame();
  });

  /** What is asked for is drawn in the next frame, however long that takes to come. */
  const frame = () => maplens.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
  /** Waits until a plane shows a picture again: on a busy machine a frame takes its time. */
  const shows = async (wanted) => {
    for (let tries = 0; (await maplens.picture()) !== wanted; tries += 1) {
      assert.ok(tries < 50, 'the picture does not come back');
      await frame();
    }
  };
  const rows = () => maplens.get('overlay-row');
  const region = async () => (await maplens.get('crosshair-region').innerText()).trim();
  const lookAt = async (point) => {
    await maplens.page.evaluate((at) => (location.hash = location.hash.replace(/at=[^&]*/, `at=${at}`)), point.join(','));
    await maplens.page.reload();
    await maplens.firstMap();
    await maplens.unfold('layers');
  };
  /** Pixels of a colour, within what blending over a dark picture leaves of it. */
  const pixelsOf = (color, plane = 'axial') =>
    maplens.get(`canvas-${plane}`).evaluate((canvas, [red, green, blue]) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let n = 0;
      for (let at = 0; at < data.length; at += 4) n += data[at] === red && data[at + 1] === green && data[at + 2] === blue;
      return n;
    }, color);
  const open = async (testId, files) => {
    await maplens.get(testId).setInputFiles(files);
    return maplens.settled();
  };
  /** Drops files on an element, as a hand does. */
  const drop = async (testId, paths) => {
    const files = paths.map((path) => ({ name: basename(path), base64: readFileSync(path).toString('base64') }));
    await maplens.get(testId).evaluate((element, files) => {
      const dataTransfer = new DataTransfer();
      for (const { name, base64 } of files) dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
      for (const kind of ['dragenter', 'dragover', 'drop']) element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }, files);
  };
  /** A click on a switch of the panel, and the picture after it. */
  const switched = async (testId, isOn) => {
    await maplens.get(testId).setChecked(isOn);
    await frame();
    return maplens.picture();
  };

  test('the AD mask is outlined over the map, then filled, named at the crosshair, hidden and taken away', async () => {
    await lookAt(INSIDE_AD_MASK);
    const plain = await maplens.picture();
    assert.equal(await region(), '');
    await maplens.get('add-ad-mask').click();
    await maplens.expectReady();
    assert.equal(await rows().count(), 1);
    assert.equal(await rows().getAttribute('data-kind'), 'mask');
    await frame();
    const outline = await pixelsOf([0, 158, 115]);
    assert.ok(outline > 50, `${outline} pixels of outline`);
    assert.equal(await region(), 'in AD mask');
    await maplens.get('overlay-style').selectOption('filled');
    await frame();
    const filled = await pixelsOf([0, 158, 115]);
    assert.ok(filled > 5 * outline, `${filled} pixels filled, ${outline} outlined`);
    await maplens.get('overlay-opacity').fill('0.5');
    await frame();
    assert.equal(await pixelsOf([0, 158, 115]), 0, 'half the opacity leaves none of the full colour');
    await maplens.get('overlay-visible').uncheck();
    await shows(plain);
    assert.equal(await region(), '');
    await maplens.get('add-cn-mask').click();
    await maplens.expectReady();
    assert.equal(await rows().count(), 2);
    assert.ok(await maplens.get('add-cn-mask').isDisabled(), 'a mask is added once');
    while (await rows().count()) await maplens.get('overlay-remove').first().click();
    await shows(plain);
  });

  test('undo and redo go through what was changed of an overlay, not through opening and removing it', async () => {
    await maplens.get('add-ad-mask').click();
    await maplens.expectReady();
    await maplens.still();
    const pictures = [await maplens.picture()];
    for (const change of [
      () => maplens.get('overlay-opacity').fill('0.5'),
      () => maplens.get('overlay-style').selectOption('filled'),
      () => maplens.get('overlay-visible').uncheck(),
    ]) {
      await change();
      await maplens.still();
      pictures.push(await maplens.picture());
    }
    assert.equal(new Set(pictures).size, pictures.length, 'a change that is not seen');
    for (const picture of pictures.slice(0, -1).reverse()) {
      await maplens.page.locator('body').press('Control+z');
      await shows(picture);
    }
    assert.equal(await maplens.get('overlay-opacity').inputValue(), '1');
    assert.equal(await maplens.get('overlay-style').inputValue(), 'outline');
    for (const picture of pictures.slice(1)) {
      await maplens.get('redo').click();
      await shows(picture);
    }
    // The second mask is no step, and what was done before it is still there to be undone.
    await maplens.get('add-cn-mask').click();
    await maplens.expectReady();
    await maplens.still();
    await maplens.get('overlay-remove').last().click();
    await maplens.still();
    await maplens.get('undo').click();
    await shows(pictures.at(-2));
    assert.equal(await rows().count(), 1);
  });

  test('an atlas of another grid names the region under the crosshair', async () => {
    // Region 7 left of x = 0, region 12 right of it.
    const atlas = nifti('atlas_dseg.nii.gz', SIZE, (index) => (index % 40 < 20 ? 7 : 12), { affine: PLACE });
    const table = join(scratch, 'atlas_dseg.tsv');
    writeFileSync(table, 'index\tname\n7\tLeft half\n');
    assert.equal(await open('open-overlay', [atlas, table]), 'ready', await maplens.error());
    assert.equal(await rows().getAttribute('data-kind'), 'labels');
    assert.match(await rows().innerText(), /1 of 2 regions have no name/);
    assert.equal(await region(), 'in Left half');
    assert.doesNotMatch(await rows().innerText(), /beside the picture/);
  });

  test('labels without a table are told by number, and that names are missing is said', async () => {
    const atlas = nifti('labels.nii.gz', SIZE, (index) => (index % 40 < 20 ? 7 : 12), { affine: PLACE });
    assert.equal(await open('open-overlay', atlas), 'ready', await maplens.error());
    assert.match(await rows().innerText(), /no table of names came with it/);
    assert.equal(await region(), 'in region 7');
  });

  test('what lies in voxel space or does not say where it lies is shown with a doubt', async () => {
    assert.equal(await open('open-overlay', nifti('voxels.nii.gz', SIZE, () => 1)), 'ready', await maplens.error());
    assert.match(await rows().innerText(), /its affine is the identity/);
    const unplaced = nifti('unplaced.nii.gz', SIZE, () => 1, { affine: PLACE, sformCode: 0 });
    assert.equal(await open('open-overlay', unplaced), 'ready', await maplens.error());
    assert.match(await rows().last().innerText(), /does not say where it lies/);
  });

  test('a map of its own colours; one that lies elsewhere is said to', async () => {
    const map = nifti('other_map.nii.gz', SIZE, (index) => ((index % 17) - 8) / 3, { affine: PLACE });
    assert.equal(await open('open-overlay', map), 'ready');
    assert.equal(await rows().getAttribute('data-kind'), 'map');
    const viridis = await maplens.picture();
    await maplens.get('overlay-colormap').selectOption('RdBu_r');
    await frame();
    assert.notEqual(await maplens.picture(), viridis);
    await maplens.get('overlay-remove').click();
    const elsewhere = PLACE.with(3, 900);
    assert.equal(await open('open-overlay', nifti('far.nii.gz', [5, 5, 5], () => 1, { affine: elsewhere })), 'ready');
    assert.match(await rows().innerText(), /beside the picture/);
  });

  test('files that are no image, four axes, zeros or a table alone are refused in words, and nothing is lost', async () => {
    await maplens.get('add-ad-mask').click();
    await maplens.expectReady();
    await frame();
    const seen = await maplens.picture();
    const table = join(scratch, 'alone.csv');
    writeFileSync(table, 'index,name\n1,A\n');
    for (const [file, words] of [
      [badImages.nonsense(), /sub-JUNK/],
      [nifti('run.nii.gz', [4, 4, 4, 3], () => 1), /4×4×4×3 voxels, but one 3D volume/],
      [nifti('zeros.nii.gz', [4, 4, 4], () => 0), /all voxels are 0/],
      [nifti('nan.nii.gz', [4, 4, 4], () => NaN), /no voxel is a number/],
      [table, /without its label image/],
    ]) {
      assert.equal(await open('open-overlay', file), 'failed');
      assert.match(await maplens.error(), words);
      assert.equal(await rows().count(), 1);
    }
    await shows(seen);
  });

  test('files dropped on the panel are overlays, each its own, and on the background a background', async () => {
    const participants = await maplens.get('participant-row').count();
    const [one, two] = ['one.nii.gz', 'two.nii.gz'].map((name) => nifti(name, SIZE, (index) => Number(index % 40 < 20), { affine: PLACE }));
    await drop('layers', [one, two]);
    assert.equal(await maplens.settled(), 'ready', await maplens.error());
    assert.deepEqual(await rows().evaluateAll((all) => all.map((row) => row.dataset.name)), ['one.nii.gz', 'two.nii.gz']);
    await drop('background', [nifti('ground.nii.gz', SIZE, (index) => index % 90, { affine: PLACE })]);
    assert.equal(await maplens.settled(), 'ready', await maplens.error());
    assert.equal(await maplens.get('background').inputValue(), 'own');
    assert.equal(await maplens.get('participant-row').count(), participants, 'they are nobody’s images');
    await maplens.choose('background', 'participant');
    await maplens.still();
  });

  test('the template lies below the map when it is asked for, and the address says so', async () => {
    const participant = await maplens.picture();
    const before = maplens.requests.filter(({ url }) => url.includes('/template/')).length;
    await maplens.choose('background', 'template');
    await maplens.still();
    assert.notEqual(await maplens.picture(), participant);
    assert.match(await maplens.address(), /ground=template/);
    assert.equal(maplens.requests.filter(({ url }) => url.includes('/template/')).length, before + 1);
    await maplens.get('undo').click();
    await frame();
    assert.equal(await maplens.get('background').inputValue(), 'participant');
    await shows(participant);
  });

  test('an own background lies below the map; its name is not in the address', async () => {
    const ground = nifti('private_name.nii.gz', [90, 110, 90], (index) => index % 90, { affine: [2, 0, 0, -90, 0, 2, 0, -120, 0, 0, 2, -70] });
    assert.equal(await open('open-background', ground), 'ready', await maplens.error());
    assert.equal(await maplens.get('background').inputValue(), 'own');
    await maplens.still();
    assert.doesNotMatch(await maplens.address(), /private|own/);
    await maplens.choose('background', 'participant');
    await maplens.still();
  });

  test('a background beside the map says that nothing of the map can be seen', async () => {
    const far = nifti('far_ground.nii.gz', [9, 9, 9], (index) => index, { affine: PLACE.with(3, 900) });
    assert.equal(await open('open-background', far), 'ready', await maplens.error());
    assert.match(await maplens.get('background-oddities').innerText(), /lies beside this background/);
    await maplens.choose('background', 'participant');
    assert.equal(await maplens.get('background-oddities').innerText(), '');
    await maplens.still();
  });

  test('an overlay in a picture that is wider than the map says that it does not reach the map', async () => {
    // Along x the demo's map ends at 80 mm, its image at 85, this picture at 138.
    const wide = nifti('wide_ground.nii.gz', [70, 80, 70], (index) => index % 90, { affine: [4, 0, 0, -140, 0, 4, 0, -170, 0, 0, 4, -120] });
    assert.equal(await open('open-background', wide), 'ready', await maplens.error());
    const block = (name, x) => nifti(name, [5, 5, 5], () => 1, { affine: PLACE.with(3, x) });
    assert.equal(await open('open-overlay', [block('in_map.nii.gz', 0), block('in_picture.nii.gz', 105)]), 'ready', await maplens.error());
    const said = () => rows().evaluateAll((all) => all.map((row) => row.innerText.match(/[^.\n]*(?:does not reach|beside)[^.\n]*/)?.[0] ?? ''));
    assert.deepEqual(await said(), ['', 'It does not reach the map']);
    await maplens.choose('language', 'fr');
    await maplens.unfold('layers');
    assert.match(await rows().last().innerText(), /Elle n’atteint pas la carte\./);
    await maplens.choose('language', 'en');
    await maplens.unfold('layers');
    await maplens.choose('background', 'participant');
    assert.deepEqual(await said(), ['', 'It lies beside the picture: nothing of it can be seen']);
    await maplens.still();
  });

  test('contrast and brightness move by keys, are in the address, and come back', async () => {
    const plain = await maplens.picture();
    for (const [testId, key] of [['contrast', 'ArrowRight'], ['brightness', 'ArrowRight']]) {
      await maplens.get(testId).focus();
      const before = await maplens.picture();
      for (let step = 0; step < 5; step += 1) await maplens.page.keyboard.press(key);
      await maplens.still();
      assert.notEqual(await maplens.picture(), before, testId);
    }
    assert.match(await maplens.address(), /window=/);
    await maplens.get('reset-view').click();
    await shows(plain);
    await maplens.still();
  });

  test('dimmed, on white, fading below the threshold: each changes the picture, all are in the address, undo takes them back', async () => {
    const plain = await maplens.picture();
    let last = plain;
    for (const testId of ['dim', 'white-paper', 'transparent-threshold']) {
      const next = await switched(testId, true);
      assert.notEqual(next, last, testId);
      last = next;
      await maplens.still();
    }
    assert.match(await maplens.address(), /layers=dim,white,fading/);
    for (let step = 0; step < 3; step += 1) await maplens.get('undo').click();
    await shows(plain);
  });

  test('the glass brain is the same picture wherever the crosshair is, and slices come back', async () => {
    const slice = await maplens.picture();
    await maplens.get('glass-brain').check();
    await maplens.page.waitForFunction(() => document.querySelector('[data-testid=canvas-axial]').toDataURL().length > 2000);
    await maplens.page.waitForTimeout(1500);
    const glass = await maplens.picture();
    assert.notEqual(glass, slice);
    await maplens.get('canvas-coronal').focus();
    for (let step = 0; step < 5; step += 1) await maplens.page.keyboard.press('PageUp');
    for (let step = 0; step < 5; step += 1) await maplens.page.keyboard.press('ArrowUp');
    await shows(glass);
    await maplens.get('glass-brain').uncheck();
    await frame();
    assert.notEqual(await maplens.picture(), glass);
    assert.deepEqual(maplens.problems, []);
  });
});
