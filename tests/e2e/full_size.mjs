// A network at the full resolution of its scans, whose first activation alone is 201 MB, on the CPU path.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { checkMap, ON_CPU } from './checks.mjs';
import { FIXTURES, scan } from './inputs.mjs';
import { quickest } from './timing.mjs';

const MODEL = join(FIXTURES, 'maps/image_full_conv4.tar.gz');
const GRAD_CAM = 'image_full_conv4__s0_loss__sub-TRIV24_image-0__gc_n1';
/** Clinica's cropped t1-linear grid. */
const GRID = { 'voxel-size': 1, origin: [-84, -119, -78] };
/** WebAssembly's whole address space; a page that comes near it dies on most machines. */
const ADDRESS_SPACE = 2 ** 32;
/** A map takes several times as long. */
const CANCEL_MS = 100;

describe('full resolution', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
    assert.equal(await maplens.openModel(MODEL), 'ready', await maplens.error());
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
  });
  after(() => browser.close());

  test('Cancel answers within 100 ms in the midst of a map, and the page goes on', async () => {
    const milliseconds = await quickest(CANCEL_MS, async () => {
      const taken = await maplens.page.evaluate(computeAndCancel);
      console.log(`# cancelled after ${taken.toFixed(0)} ms`);
      await maplens.expectReady();
      return taken;
    });
    assert.ok(milliseconds <= CANCEL_MS, `${milliseconds} ms`);
    assert.equal(await maplens.error(), '');
  });

  test('Grad-CAM is that of ClinicaDL', async () => {
    await maplens.choose('method', 'grad-cam');
    await maplens.choose('target', '1');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    checkMap(await maplens.download('download-nifti'), GRAD_CAM, ON_CPU, GRID);
  });

  test('a gradient map fits into WebAssembly’s memory with room to spare', async () => {
    await maplens.choose('method', 'gradients');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    const record = JSON.parse((await maplens.download('download-record')).bytes.toString('utf8'));
    const { milliseconds } = record.timings.find(({ stage }) => stage.endsWith('_map'));
    console.log(`# ${(milliseconds / 1000).toFixed(1)} s, peak WebAssembly memory ${(record.peak_memory_bytes / 2 ** 20).toFixed(0)} MiB`);
    assert.deepEqual(record.map.shape, [169, 208, 179]);
    assert.ok(record.peak_memory_bytes < ADDRESS_SPACE / 4, `${record.peak_memory_bytes} bytes`);
  });
});

/**
 * Runs in the page: asks for a map, clicks Cancel as soon as it can be clicked, and gives the milliseconds until nothing computes
 * any more.
 */
function computeAndCancel() {
  const [status, compute, cancel] = ['status', 'compute', 'cancel'].map((testId) => document.querySelector(`[data-testid="${testId}"]`));
  return new Promise((resolve) => {
    let start;
    const look = () => {
      const isComputing = status.dataset.state === 'computing';
      if (start !== undefined) {
        if (!isComputing) resolve(performance.now() - start);
      } else if (isComputing && !cancel.disabled) {
        start = performance.now();
        cancel.click();
      }
    };
    const observer = new MutationObserver(look);
    [status, cancel].forEach((element) => observer.observe(element, { attributes: true }));
    compute.click();
  });
}
