// Clusters of the map: their table, its file, small ones that are not drawn, and what is said where there are none.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { checkClusters } from './checks.mjs';
import { mapsFolder, nifti, scan } from './inputs.mjs';
import { shoot } from './shots.mjs';
import { quickest } from './timing.mjs';

/** Until a wish for clusters has been sent, or a frame been drawn. */
const SOON_MS = 120;
/** Most clusters that are listed. */
const LIMIT = 100;
const LONGEST_TASK_MS = 50;

describe('regions', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
  });
  after(() => browser.close());

  test('the clusters above the threshold are listed, the strongest first', async () => {
    assert.equal(await rows().count(), 0, 'nobody has asked yet');
    await maplens.get('tab-regions').click();
    await found();
    const listed = await numbers();
    assert.ok(listed.length > 1 && listed.length <= LIMIT, `${listed.length} rows`);
    const strength = listed.map(({ peakValue }) => Math.abs(peakValue));
    assert.deepEqual(strength, strength.toSorted((a, b) => b - a));
    assert.match(await status(), /^[\d\u202f]+ clusters above \S+: [\d\u202f]+ voxels\./);
    await maplens.still();
    assert.match(await maplens.address(), /tab=regions/);
  });

  test('the table’s file holds the same numbers, and Python finds them in the saved map', async () => {
    const table = await check();
    assert.match(table.name, /_clusters\.tsv$/);
    const [header, first] = table.bytes.toString().split('\n').map((line) => line.split('\t'));
    assert.deepEqual(header.slice(0, 6), ['Cluster ID', 'X', 'Y', 'Z', 'Peak Stat', 'Cluster Size (mm3)'], 'nilearn’s names');
    const [strongest] = await numbers();
    assert.equal(Number(first[4]), strongest.peakValue);
    assert.equal(Number(first[6]), strongest.size);
  });

  test('a click on a peak moves the crosshair there; so does the keyboard', async () => {
    for (const index of [3, 0]) {
      const row = rows().nth(index);
      if (index) await row.click();
      else await row.getByRole('button').press('Enter');
      await maplens.page.waitForTimeout(SOON_MS);
      const place = (await row.getByRole('button').innerText()).split(' ');
      const [x, y, z] = (await maplens.get('crosshair-mm').innerText()).match(/[−\d.]+/g);
      assert.deepEqual([x, y, z], place);
      const [, shown] = (await maplens.get('crosshair-value').innerText()).match(/saliency (\S+)/);
      assert.equal(shown, await row.locator('td').first().innerText());
    }
  });

  test('clusters below a size are neither drawn nor listed; the address keeps the size, undo takes it back', async () => {
    const [all, before] = [await maplens.picture(), await status()];
    await smallest(30);
    const listed = await numbers();
    assert.ok(listed.length && listed.every(({ size }) => size >= 30), JSON.stringify(listed.slice(-1)));
    assert.match(await status(), /of at least 30 voxels.*Smaller ones are not drawn: [\d\u202f]+ with [\d\u202f]+ voxels/);
    const label = await maplens.get('min-cluster-size').locator('xpath=..').innerText();
    const [voxelMm3] = listed.map(({ size, mm3 }) => mm3 / size);
    assert.equal(Number(label.match(/voxels\s+([\d.]+) mm³/)[1]), 30 * voxelMm3);
    const large = await maplens.picture();
    assert.notEqual(large, all);
    await check();
    // The filter holds whatever tab is in front, and after a reload.
    await maplens.get('tab-map').click();
    await maplens.still();
    assert.equal(await maplens.picture(), large);
    assert.match(await maplens.address(), /cluster=30/);
    await maplens.page.reload();
    await maplens.firstMap();
    await maplens.choose('device-choice', 'cpu');
    await maplens.compute();
    await maplens.page.waitForTimeout(600);
    assert.equal(await maplens.get('min-cluster-size').inputValue(), '30');
    assert.equal(await maplens.picture(), large);
    await smallest(1);
    assert.equal(await maplens.picture(), all);
    await maplens.still();
    await maplens.get('undo').click();
    await maplens.page.waitForTimeout(600);
    assert.equal(await maplens.picture(), large);
    await maplens.get('tab-regions').click();
    await smallest(1);
    assert.equal(await status(), before);
  });

  test('a glass brain shows what is drawn', async () => {
    const glass = async () => {
      await maplens.page.waitForTimeout(1500);
      return maplens.picture();
    };
    await maplens.unfold('layers');
    await maplens.get('glass-brain').check();
    const all = await glass();
    await smallest(30);
    assert.notEqual(await glass(), all);
    await maplens.get('glass-brain').uncheck();
    await smallest(1);
  });

  test('an atlas names the regions of the peaks, in the file, too', async () => {
    assert.equal(await maplens.get('clusters-table').getByText('Region', { exact: true }).count(), 0);
    const everywhere = nifti('all_over.nii.gz', [50, 60, 50], () => 1, { affine: [4, 0, 0, -100, 0, 4, 0, -130, 0, 0, 4, -90] });
    await maplens.get('open-overlay').setInputFiles(everywhere);
    assert.equal(await maplens.settled(), 'ready', await maplens.error());
    assert.match(await rows().first().innerText(), /all_over/);
    const toWords = () => maplens.get('clusters-status').evaluate((words) => words.scrollIntoView({ block: 'center' }));
    await shoot(maplens.page, 'regions', { prepare: toWords });
    const { bytes } = await maplens.download('download-clusters');
    assert.equal(bytes.toString().split('\n')[1].split('\t')[7], 'all_over');
    await maplens.get('overlay-remove').click();
    assert.doesNotMatch(await rows().first().innerText(), /all_over/);
  });

  test('a threshold above all values, a size above all clusters: words, no table', async () => {
    await smallest(1_000_000);
    assert.match(await status(), /^All clusters above \S+ \([\d\u202f]+\) are smaller than 1\u202f000\u202f000 voxels, so nothing is drawn/);
    assert.equal(await maplens.get('clusters-table').count(), 0);
    await smallest(1);
    await withThreshold('abs=0');
    assert.match(await status(), /The threshold is 0: every voxel that is not 0 counts/);
    await withThreshold('abs=1');
    assert.match(await status(), /^No voxel of the map exceeds the threshold of 1\.00: the largest magnitude is 0\.\d+\. Lower the threshold\.$/);
    assert.equal(await maplens.get('clusters-table').count(), 0);
    assert.equal(await maplens.get('download-clusters').count(), 0);
    await withThreshold('pct=95');
    assert.ok((await rows().count()) > 1);
    assert.equal(await maplens.error(), '');
  });

  test('while the threshold is dragged the newest wins, and no task is long', async () => {
    const longest = await quickest(LONGEST_TASK_MS, async () => {
      const since = await maplens.now();
      for (let percent = 60; percent <= 99; percent += 1) await maplens.get('threshold').fill(String(percent));
      await found();
      const longest = await maplens.longestTask(since);
      console.log(`# longest task over 50 ms while dragging: ${longest || 'none'}`);
      return longest;
    });
    assert.ok(longest <= LONGEST_TASK_MS, `a task of ${longest} ms`);
    const [, above] = (await status()).match(/above ([^:]+):/);
    const shown = await maplens.get('threshold').locator('xpath=..').innerText();
    assert.ok(shown.includes(above), `${shown} · ${above}`);
    await slide('95');
  });

  test('another map has other clusters, and so has another channel', async () => {
    const [demo] = await numbers();
    await maplens.get('auto-compute').uncheck();
    assert.equal(await maplens.openModel(mapsFolder('slice_sag_resnet18.tar.gz')), 'ready', await maplens.error());
    assert.equal(await maplens.get('clusters-table').count(), 0);
    assert.match(await status(), /No map has been computed/);
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await found();
    const [first] = await numbers();
    assert.notDeepEqual(first, demo);
    await maplens.choose('channel', '1');
    await found();
    assert.notDeepEqual((await numbers())[0], first);
  });

  test('in French, with its decimal comma', async () => {
    await maplens.choose('language', 'fr');
    await found();
    assert.match(await status(), /^[\d\u202f]+ amas au-dessus de \d+,\d+/);
    await maplens.choose('language', 'en');
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));

  function rows() {
    return maplens.get('cluster-row');
  }

  function status() {
    return maplens.get('clusters-status').innerText();
  }

  /** Waits until the table is of what is seen. */
  async function found() {
    await maplens.page.waitForTimeout(SOON_MS);
    await maplens.page.locator('[data-testid="clusters-status"][data-state="ready"]').waitFor();
    await maplens.page.waitForTimeout(SOON_MS);
  }

  async function smallest(n) {
    await maplens.get('min-cluster-size').fill(String(n));
    if (await maplens.get('clusters-status').isVisible()) await found();
    else await maplens.page.waitForTimeout(600);
  }

  async function slide(value) {
    await maplens.get('threshold').fill(value);
    await found();
  }

  /** Opens the page with a threshold in its address. */
  async function withThreshold(words) {
    await maplens.still();
    await maplens.page.evaluate((threshold) => (location.hash = location.hash.replace(/(pct|abs)=[^&]*/, threshold)), words);
    await maplens.page.reload();
    await maplens.get('logits').waitFor({ state: 'attached' });
    await maplens.expectReady();
    await found();
  }

  function numbers() {
    return rows().evaluateAll((all) =>
      all.map(({ dataset }) => ({ size: Number(dataset.size), mm3: Number(dataset.mm3), peakValue: Number(dataset.peakValue), mm: dataset.mm })),
    );
  }

  /** Has Python look for the table's clusters in the map. */
  async function check() {
    const table = await maplens.download('download-clusters');
    await maplens.get('tab-map').click();
    const map = await maplens.download('download-nifti');
    await maplens.get('tab-regions').click();
    await found();
    checkClusters(map, table);
    return table;
  }
});
