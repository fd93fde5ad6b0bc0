// A data group is interpreted, its results are kept, handed over and forgotten.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo, PAGE_URL } from './browser.mjs';
import { checkTree, ON_CPU } from './checks.mjs';
import { FIXTURES } from './inputs.mjs';

const N_SESSIONS = 4;
const GROUP = 'page_group';
/** What every zip of this file's runs must hold. */
const TREE = { group: GROUP, sessions: N_SESSIONS, method: 'gradients', individual: true };
/** The demo's network sees every second voxel of a cropped MNI image of 1 mm. */
const PLACED = { nifti: 'placed', 'voxel-size': 2, origin: [-84 + 4, -119 + 8, -78 + 8] };
const CLINICADL = { manifest: `${FIXTURES}/demo/manifest.json`, case: 'demo__sub-TRIV24__gd_n0', tolerance: ON_CPU };
const FORM = { 'data-group': GROUP, 'save-individual': true, 'save-nifti': 'placed' };

describe('a group run', () => {
  let browser, maplens, first;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
  });
  after(() => browser.close());

  test('what is missing is said, and the button waits for it', async () => {
    await maplens.fillGroup({ 'data-group': '', 'run-name': '' });
    assert.ok(await maplens.get('run-group').isDisabled());
    assert.match(await maplens.get('run-missing').innerText(), /data group.*name/);
    await maplens.fillGroup({ ...FORM, 'run-name': 'run1', 'run-selections': [] });
    assert.match(await maplens.get('run-missing').innerText(), /selection metric/);
    await maplens.fillGroup({ 'run-selections': ['loss'], 'run-splits': [] });
    assert.match(await maplens.get('run-missing').innerText(), /split/);
    await maplens.fillGroup({ 'run-splits': ['0'] });
    assert.ok(await maplens.get('run-group').isEnabled());
    assert.ok(await maplens.get('run-missing').isHidden());
  });

  test('the form says what the group is, and is a command line', async () => {
    assert.match(await maplens.get('data-group-state').innerText(), /^New.* 4 sessions/);
    const command = await maplens.get('command').innerText();
    assert.match(command, /^maplens interpret maps_trivial page_group run1 gradients /);
    for (const option of ['--save_individual', '--save_nifti', '--participants_tsv']) assert.ok(command.includes(option), command);
    assert.doesNotMatch(command, /--overwrite|--split|--selection_metrics|--target_node|--nifti_form/);
    await maplens.fillGroup({ 'data-group': 'train' });
    assert.match(await maplens.get('data-group-state').innerText(), /There is such a group/);
    await maplens.fillGroup({ 'data-group': GROUP });
  });

  test('it runs to its end, and only fetches what of the demo study and of its own program was not there yet', async () => {
    const before = maplens.requests.length;
    assert.equal(await maplens.runGroup(), 'ready', await maplens.error());
    assert.deepEqual(await maplens.runProgress('run1'), [N_SESSIONS, N_SESSIONS]);
    assert.match(await maplens.run('run1').innerText(), /complete/);
    assert.match(await maplens.get('run-report').innerText(), /run1: 4 maps/);
    // The scripts that start a helper are asked for when the first block comes that is worth sharing.
    const ours = /\/(icons\/maplens\.svg|demo\/.*|helper_start\.js|worker\.js)$/;
    const isOwn = ({ url, method }) => url.startsWith('blob:') || (method === 'GET' && ours.test(url));
    assert.deepEqual(maplens.requests.slice(before).filter((request) => !isOwn(request)), []);
  });

  test('its results are those of clinicadl interpret', async () => {
    first = await maplens.download('download-results', maplens.run('run1'));
    assert.match(first.name, /\.zip$/);
    checkTree(first, { ...TREE, ...PLACED, ...CLINICADL, name: 'run1' });
  });

  test('the same name again is refused', async () => {
    await maplens.fillGroup({ 'save-nifti': 'none' });
    assert.equal(await maplens.runGroup(), 'failed');
    assert.match(await maplens.error(), /already/);
    assert.deepEqual(await maplens.runProgress('run1'), [N_SESSIONS, N_SESSIONS], 'the old results are still there');
  });

  test('--overwrite_name replaces it', async () => {
    await maplens.fillGroup({ 'overwrite-name': true });
    assert.equal(await maplens.runGroup(), 'ready', await maplens.error());
    checkTree(await maplens.download('download-results', maplens.run('run1')), { ...TREE, name: 'run1' });
    await maplens.fillGroup({ 'overwrite-name': false });
  });

  test('a cancelled run goes on, and comes to the same maps', async () => {
    await maplens.fillGroup({ 'run-name': 'run2' });
    await maplens.get('run-group').click();
    await maplens.page.waitForFunction(
      (n) => new RegExp(`[1-${n - 1}] / ${n}`).test(document.querySelector('[data-testid="run-progress"]').innerText),
      N_SESSIONS,
    );
    assert.equal(await maplens.state(), 'computing');
    await maplens.get('cancel').click();
    await maplens.expectReady();
    const [done, total] = await maplens.runProgress('run2');
    assert.ok(done > 0 && done < total && total === N_SESSIONS, `${done} of ${total}`);
    assert.match(await maplens.run('run2').innerText(), /goes on when started again/);
    assert.equal(await maplens.runGroup(), 'ready', await maplens.error());
    assert.deepEqual(await maplens.runProgress('run2'), [N_SESSIONS, N_SESSIONS]);
    const second = await maplens.download('download-results', maplens.run('run2'));
    checkTree(second, { ...TREE, name: 'run2', 'same-as': first.path, 'same-name': 'run1' });
  });

  test('results can be saved to a folder', async () => {
    // Headless browsers ask nobody: a folder of the origin's own storage stands in for the user's.
    await maplens.page.evaluate(() => {
      window.showDirectoryPicker = async (options) => {
        window.pickerOptions = options;
        return (await navigator.storage.getDirectory()).getDirectoryHandle('chosen', { create: true });
      };
    });
    await maplens.run('run2').getByTestId('save-results').click();
    await maplens.expectReady();
    assert.deepEqual(await maplens.page.evaluate(() => window.pickerOptions), { mode: 'readwrite' });
    const saved = await maplens.page.evaluate(sizesBelow, 'chosen');
    const mean = `maps_trivial/split-0/best-loss/${GROUP}/interpret-run2/mean_image-0_map.pt`;
    assert.ok(saved[mean] > 4 * 80 * 96 * 80, JSON.stringify(saved));
    assert.ok(saved[`maps_trivial/groups/${GROUP}/data.tsv`] > 0, JSON.stringify(saved));
  });

  test('a folder that is not chosen, or cannot be, is no trouble', async () => {
    await maplens.page.evaluate(() => (window.showDirectoryPicker = async () => Promise.reject(new DOMException('no', 'AbortError'))));
    await maplens.run('run2').getByTestId('save-results').click();
    await maplens.expectReady();
    await maplens.page.evaluate(() => (window.showDirectoryPicker = async () => Promise.reject(new DOMException('not here', 'SecurityError'))));
    await maplens.run('run2').getByTestId('save-results').click();
    assert.equal(await maplens.settled(), 'failed');
    assert.match(await maplens.error(), /no folder could be chosen \(not here\).*zip/s);
  });

  test('a group of the training cannot be overwritten, a name is no path', async () => {
    await maplens.fillGroup({ 'data-group': 'train', 'run-name': 'run3', overwrite: true });
    assert.equal(await maplens.runGroup(), 'failed');
    assert.match(await maplens.error(), /train/);
    await maplens.fillGroup({ 'data-group': '../other', overwrite: false });
    assert.equal(await maplens.runGroup(), 'failed');
    assert.match(await maplens.error(), /\.\.\/other/);
    assert.equal(await maplens.run('run3').count(), 0, 'nothing is kept of what was not begun');
  });

  test('results outlive the page', async () => {
    await maplens.page.reload();
    await maplens.firstMap();
    assert.deepEqual(await maplens.runProgress('run1'), [N_SESSIONS, N_SESSIONS]);
    assert.deepEqual(await maplens.runProgress('run2'), [N_SESSIONS, N_SESSIONS]);
  });

  test('forgetting asks once, and leaves nothing behind', async () => {
    for (const name of ['run1', 'run2']) {
      const forget = maplens.run(name).getByTestId('forget-results');
      await forget.click();
      assert.match(await forget.innerText(), /Really/);
      assert.equal(await maplens.run(name).count(), 1);
      await forget.click();
      await maplens.expectReady();
      assert.equal(await maplens.run(name).count(), 0);
    }
    const left = Object.keys(await maplens.page.evaluate(sizesBelow, 'maplens'));
    assert.deepEqual(left.filter((path) => /run[12]|\.pt$|\.nii\.gz$|\.zip$/.test(path)), []);
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));
});

describe('a group run where the browser keeps nothing', () => {
  // Browsers grant storage to secure origins only; an address that is neither https nor this machine by name is none.
  const HOST = 'keeps-nothing.test';
  let browser, maplens;
  before(async () => {
    browser = await launch([`--host-resolver-rules=MAP ${HOST} ${new URL(PAGE_URL).hostname}`]);
    const url = new URL(PAGE_URL);
    url.hostname = HOST;
    maplens = await openWithDemo(browser, { url: url.href });
  });
  after(() => browser.close());

  test('the page says so, and offers the zip alone', async () => {
    await maplens.page.getByText('keeps no files for the page').waitFor();
    await maplens.fillGroup({ ...FORM, 'run-name': 'held', 'run-splits': ['0'] });
    assert.equal(await maplens.runGroup(), 'ready', await maplens.error());
    checkTree(await maplens.download('download-results', maplens.run('held')), { ...TREE, ...PLACED, name: 'held' });
    assert.ok(await maplens.run('held').getByTestId('save-results').isHidden());
  });
});

/** Runs in the page: path → size of the files below a folder of the origin's storage. */
async function sizesBelow(name) {
  const sizes = {};
  const walk = async (folder, prefix) => {
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === 'directory') await walk(handle, `${prefix}${name}/`);
      else sizes[prefix + name] = (await handle.getFile()).size;
    }
  };
  const origin = await navigator.storage.getDirectory();
  await walk(await origin.getDirectoryHandle(name, { create: true }), '');
  return sizes;
}
