// A researcher's way: open a MAPS and a scan that are not the demo, compute, save, read what was saved with Python.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo, WITHOUT_WEBGPU } from './browser.mjs';
import { checkMap, ON_CPU, ON_WEBGPU } from './checks.mjs';
import { asTarGz, asZip, mapsFolder, mapsWithMoreCheckpoints, ROOT, scan } from './inputs.mjs';

const MODEL = mapsFolder('image_sr5_conv5');
const GRADIENTS = 'image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gd_n0';
const GRAD_CAM = 'image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gc_n0';
/** The scan's 1 mm grid begins at (−84, −119, −78) mm; size reduction 5 crops 4, 0 and 8 voxels off its start and keeps every fifth. */
const GRID = { 'voxel-size': 5, origin: [-84 + 4, -119 + 0, -78 + 8] };

describe('own files', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
    // Each map is the one that is asked for here, with the times of its own steps in its record.
    await maplens.get('auto-compute').uncheck();
  });
  after(() => browser.close());

  test('a scan through open-images, a MAPS as .tar.gz through open-model: gradients', async () => {
    assert.equal(await maplens.openModel(asTarGz(MODEL)), 'ready', await maplens.error());
    assert.match(await maplens.get('model-summary').innerText(), /Conv5_FC3/);
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
    assert.equal(await maplens.get('participant-row').count(), 1);
    await explain('gradients', '0');
    checkMap(await maplens.download('download-nifti'), GRADIENTS, ON_CPU, GRID);
  });

  test('the tensor export loads in torch', async () => {
    checkMap(await maplens.download('download-pt'), GRADIENTS, ON_CPU);
  });

  test('the record names what the map was made of', async () => {
    const record = JSON.parse((await maplens.download('download-record')).bytes.toString('utf8'));
    const values = leaves(record);
    const strings = values.map(String);
    const checkpoint = readFileSync(join(MODEL, 'split-0/best-loss/model.pth.tar'));
    const said = ['Conv5_FC3', 'loss', 'gradients', 'clinicadl-1.6.1', 'read_model', 'read_input', 'first_map', createHash('sha256').update(checkpoint).digest('hex')];
    assert.deepEqual(said.filter((word) => !strings.includes(word)), []);
    assert.equal(strings.filter((text) => /^[0-9a-f]{64}$/.test(text)).length, 3, 'three hashes: model, input, map');
    const keys = JSON.stringify(record);
    for (const key of ['split', 'target', 'level', 'device', 'logits', 'min', 'max', 'mean', 'milliseconds', 'version', 'memory']) {
      assert.match(keys, new RegExp(`"[^"]*${key}[^"]*":`), `no ${key}`);
    }
  });

  test('the figure is a picture', async () => {
    const { bytes, name } = await maplens.download('download-png');
    assert.match(name, /\.png$/);
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.ok(bytes.length > 5000, `${bytes.length} bytes`);
  });

  test('the same MAPS as .zip: Grad-CAM', async () => {
    assert.equal(await maplens.openModel(asZip(MODEL)), 'ready', await maplens.error());
    await explain('grad-cam', '0');
    checkMap(await maplens.download('download-nifti'), GRAD_CAM, ON_CPU, GRID);
  });

  test('the same MAPS as a folder, another node, Grad-CAM at a level', async () => {
    assert.equal(await maplens.openModelFolder(MODEL), 'ready', await maplens.error());
    await explain('gradients', '1');
    checkMap(await maplens.download('download-nifti'), 'image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gd_n1', ON_CPU);
    await maplens.choose('method', 'grad-cam');
    await maplens.choose('level', '4');
    await explain('grad-cam', '0');
    checkMap(await maplens.download('download-nifti'), 'image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gc_n0_l4', ON_CPU);
  });

  test('another split and selection of a MAPS that has them', async () => {
    assert.equal(await maplens.openModelFolder(mapsWithMoreCheckpoints()), 'ready', await maplens.error());
    const options = (testId) => maplens.get(testId).locator('option').evaluateAll((all) => all.map((option) => option.value));
    assert.deepEqual(await options('split'), ['0', '1']);
    assert.deepEqual(await options('selection'), ['loss', 'BA']);
    assert.equal(await maplens.choose('selection', 'BA'), 'ready', await maplens.error());
    assert.equal(await maplens.choose('split', '1'), 'ready', await maplens.error());
    assert.deepEqual(await options('selection'), ['loss']);
  });

  test('a whole CAPS folder lists its participants', async () => {
    assert.equal(await maplens.openModelFolder(MODEL), 'ready', await maplens.error());
    assert.equal(await maplens.openImagesFolder(join(ROOT, 'www/demo/caps')), 'ready', await maplens.error());
    assert.equal(await maplens.get('participant-row').count(), 4);
  });

  test('WebGPU, forced, gives the same map', async () => {
    await maplens.openImages(scan('sub-TRIV24'));
    await maplens.choose('device-choice', 'webgpu');
    await explain('gradients', '0');
    checkMap(await maplens.download('download-nifti'), GRADIENTS, ON_WEBGPU, GRID);
    const record = (await maplens.download('download-record')).bytes.toString('utf8');
    assert.match(record, /webgpu/i);
  });

  async function explain(method, target) {
    await maplens.choose('method', method);
    await maplens.choose('target', target);
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
  }
});

describe('without WebGPU', () => {
  test('the page says so in words and computes on the CPU', async (t) => {
    const browser = await launch(WITHOUT_WEBGPU);
    t.after(() => browser.close());
    const maplens = await openWithDemo(browser);
    await maplens.choose('device-choice', 'webgpu');
    const device = maplens.get('device');
    const words = `${await device.getAttribute('title')} ${await device.innerText()} ${await maplens.error()} ${await maplens.get('status').innerText()}`;
    assert.match(words, /WebGPU/, words);
    assert.match(await device.innerText(), /CPU/);
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    checkMap(await maplens.download('download-nifti'), 'demo__sub-TRIV24__gd_n0', ON_CPU);
  });
});

/** All values of a JSON document that are no containers. */
function leaves(value) {
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [value];
}
