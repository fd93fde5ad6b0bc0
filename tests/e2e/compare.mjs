// Maps side by side: kept, drawn at one crosshair, compared in numbers, and what cannot be compared is said.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { checkComparison } from './checks.mjs';
import { mapsFolder, nifti, scan } from './inputs.mjs';
import { coloursOf } from './maplens.mjs';
import { shoot } from './shots.mjs';

/** From a click to the last column's picture: one column a frame, and room for two slow cores. */
const DRAWN_MS = 600;

describe('maps side by side', () => {
  let browser, maplens;
  /** Downloaded maps by letter. */
  const files = {};
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
    await maplens.get('tab-compare').click();
  });
  after(() => browser.close());

  test('two nodes of one image, kept beside each other', async () => {
    assert.equal(await maplens.get('comparison').count(), 0);
    await keep('A');
    await maplens.choose('target', '1');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await keep('B');
    assert.match(await label('A'), /sub-TRIV24.*Gradients.*node 0.*split 0 · loss.*maps_trivial/s);
    assert.match(await label('B'), /sub-TRIV24.*Gradients.*node 1/s);
    assert.match(await maplens.get('compare-status').innerText(), /^2 of 4 maps kept, \d/);
    for (const plane of ['coronal', 'sagittal', 'axial']) assert.ok((await colours('A', plane)) > 20, `${plane} is blank`);
  });

  test('their numbers are those of numpy on the saved files', async () => {
    assert.match(await row('A-B').innerText(), /not computed/);
    await compare();
    await checkPair('A-B', { voxels: 'all', top: 5 });
    await maplens.get('top-percent').fill('0.5');
    await maplens.get('top-percent').press('Enter');
    await maplens.choose('compare-voxels', 'either-non-zero');
    assert.match(await row('A-B').innerText(), /not computed/, 'numbers of other settings are not shown');
    await compare();
    await checkPair('A-B', { voxels: 'either-non-zero', top: 0.5 });
    await maplens.get('top-percent').fill('0');
    await maplens.get('top-percent').press('Enter');
    await maplens.get('top-percent').fill('5');
    await maplens.get('top-percent').press('Enter');
    await maplens.choose('compare-voxels', 'all');
    await compare();
  });

  test('a click in a column moves the crosshair of all', async () => {
    const before = await maplens.get('crosshair-mm').innerText();
    await column('A').getByTestId('compare-axial').click({ position: { x: 70, y: 100 } });
    await maplens.page.waitForTimeout(DRAWN_MS);
    assert.notEqual(await maplens.get('crosshair-mm').innerText(), before);
    // The page shows map B itself, too.
    const [, shown] = (await maplens.get('crosshair-value').innerText()).match(/saliency (\S+)/);
    assert.equal(await value('B'), shown);
    assert.notEqual(await value('A'), shown);
  });

  test('colours end at a common magnitude, or at each map’s own', async () => {
    const ends = async () => [await end('A'), await end('B')];
    const [a, b] = await ends();
    assert.equal(a, b);
    await maplens.choose('compare-range', 'own');
    const own = await ends();
    assert.notEqual(own[0], own[1]);
    assert.ok(own.includes(a), `${own} lacks the common ${a}`);
    await maplens.choose('compare-range', 'common');
  });

  test('the difference of the first two is drawn', async () => {
    await maplens.get('show-difference').check();
    const difference = maplens.get('difference-column');
    await difference.waitFor();
    await maplens.page.waitForTimeout(DRAWN_MS);
    const [a, b, shown] = [await value('A'), await value('B'), await difference.getByTestId('compare-value').innerText()].map(number);
    // Three digits of each are shown.
    assert.ok(Math.abs(a - b - shown) <= 0.011 * Math.max(Math.abs(a), Math.abs(b)), `${a} − ${b} is not ${shown}`);
    assert.ok((await colours('A', 'axial')) > 20 && (await coloursOf(difference.getByTestId('compare-axial'))) > 20);
  });

  test('a mask on show is outlined in every column', async () => {
    // 3 mm voxels from (−60, −100, −50), all but those at the faces.
    const [size, affine] = [[40, 50, 40], [3, 0, 0, -60, 0, 3, 0, -100, 0, 0, 3, -50]];
    const isInside = (index) => [index % 40, Math.floor(index / 40) % 50, Math.floor(index / 2000)].every((at, axis) => at > 1 && at < size[axis] - 2);
    await maplens.unfold('layers');
    await maplens.get('open-overlay').setInputFiles(nifti('block.nii.gz', size, (index) => Number(isInside(index)), { affine }));
    assert.equal(await maplens.settled(), 'ready', await maplens.error());
    const outlined = async (letter) => {
      await maplens.page.waitForTimeout(DRAWN_MS);
      return column(letter).getByTestId('compare-axial').evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let n = 0;
        for (let at = 0; at < data.length; at += 4) n += data[at] === 0 && data[at + 1] === 158 && data[at + 2] === 115;
        return n;
      });
    };
    for (const letter of ['A', 'B']) assert.ok((await outlined(letter)) > 50, letter);
    await maplens.get('overlay-remove').click();
    for (const letter of ['A', 'B']) assert.equal(await outlined(letter), 0, letter);
  });

  test('another participant and another method; a fifth map is refused in words', async () => {
    await maplens.showParticipant('sub-TRIV25');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await keep('C');
    await maplens.choose('method', 'grad-cam');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await keep('D');
    assert.match(await label('D'), /sub-TRIV25.*Grad-CAM, level \d+.*ClinicaDL 1\.6\.1/s);
    await maplens.page.waitForTimeout(DRAWN_MS);
    const toButton = () => maplens.get('pin-map').evaluate((button) => button.scrollIntoView({ block: 'start' }));
    await shoot(maplens.page, 'compare', { prepare: toButton });
    await compare();
    assert.equal(await maplens.get('comparison-row').count(), 6);
    for (const pair of ['A-C', 'B-D', 'C-D']) await checkPair(pair, { voxels: 'all', top: 5 });
    await maplens.get('pin-map').click();
    assert.match(await maplens.get('compare-status').innerText(), /Four maps are kept.*remove one/);
    assert.equal(await maplens.get('compare-column').count(), 4);
    assert.equal(await maplens.error(), '');
  });

  test('what is kept stays in another language', async () => {
    await maplens.choose('language', 'fr');
    assert.equal(await maplens.get('compare-column').count(), 4);
    assert.match(await label('B'), /nœud 1.*partition 0/s);
    await maplens.page.waitForTimeout(DRAWN_MS);
    assert.ok((await colours('D', 'coronal')) > 20);
    await maplens.choose('language', 'en');
  });

  test('a map of another model lies on another grid: drawn in its place, without numbers', async () => {
    await column('A').getByTestId('remove-map').click();
    assert.equal(await maplens.openModelFolder(mapsFolder('image_sr5_conv5')), 'ready', await maplens.error());
    await maplens.choose('method', 'gradients');
    await maplens.choose('target', '0');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await keep('A');
    await maplens.page.waitForTimeout(DRAWN_MS);
    assert.ok((await colours('A', 'coronal')) > 20);
    await compare();
    assert.match(await row('A-B').innerText(), /A and B lie on different grids/);
    assert.match(await maplens.get('difference-refused').innerText(), /A and B lie on different grids/);
    assert.equal(await maplens.get('difference-column').count(), 0);
    await checkPair('B-C', { voxels: 'all', top: 5 }, 'the first model is gone, its maps are not');
  });

  test('a constant map correlates with nothing, which is said', async () => {
    for (const letter of ['A', 'B', 'C', 'D']) await column(letter).getByTestId('remove-map').click();
    assert.equal(await maplens.openModel(mapsFolder('slice_sag_resnet18.tar.gz')), 'ready', await maplens.error());
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
    await maplens.chooseElement(81);
    await maplens.choose('method', 'grad-cam');
    for (const [letter, level] of [['A', '8'], ['B', undefined]]) {
      const levels = await maplens.get('level').locator('option').count();
      await maplens.choose('level', level ?? String(levels));
      assert.equal(await maplens.compute(), 'ready', await maplens.error());
      await keep(letter);
    }
    await compare();
    assert.match(await row('A-B').innerText(), /not defined: B has one value everywhere/);
    assert.equal(await row('A-B').getAttribute('data-pearson'), null);
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));

  /** Keeps the present map, whose file is downloaded for the check. */
  async function keep(letter) {
    await maplens.get('tab-map').click();
    files[letter] = await maplens.download('download-nifti');
    await maplens.get('tab-compare').click();
    await maplens.get('pin-map').click();
    await column(letter).waitFor();
    assert.equal(await maplens.settled(), 'ready', await maplens.error());
  }

  async function compare() {
    await maplens.get('compare-maps').click();
    assert.equal(await maplens.settled(), 'ready', await maplens.error());
  }

  function column(letter) {
    return maplens.page.locator(`[data-testid="compare-column"][data-letter="${letter}"]`);
  }

  function row(pair) {
    return maplens.page.locator(`[data-testid="comparison-row"][data-pair="${pair}"]`);
  }

  function label(letter) {
    return column(letter).getByTestId('compare-label').innerText();
  }

  function value(letter) {
    return column(letter).getByTestId('compare-value').innerText();
  }

  function end(letter) {
    return column(letter).getByTestId('compare-range-of').innerText();
  }

  function colours(letter, plane) {
    return coloursOf(column(letter).getByTestId(`compare-${plane}`));
  }

  async function checkPair(pair, { voxels, top }, why) {
    const { pearson, spearman, dice, voxels: n } = await row(pair).evaluate((element) => ({ ...element.dataset }));
    assert.ok(n, why ?? `${pair} has no numbers`);
    checkComparison(pair.split('-').map((letter) => files[letter]), { voxels, top, pearson, spearman, dice, n });
  }
});

function number(text) {
  return Number(text.replaceAll('−', '-'));
}
