// Every extraction mode and network, opened and explained by hand: what the page saves is what ClinicaDL computed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { checkDifference, checkMap, ON_CPU } from './checks.mjs';
import { capsWithMasks, FIXTURES, mapsFolder, mapsWithPrediction, scan } from './inputs.mjs';

const CASES = JSON.parse(readFileSync(join(FIXTURES, 'manifest.json'), 'utf8')).cases;
/** Clinica's cropped t1-linear grid. */
const SHAPE = [169, 208, 179];
const ORIGIN = [-84, -119, -78];
/** The page shows three digits of outputs. */
const SHOWN = 5.1e-3;
const PARTICIPANT = 'sub-TRIV24';

/**
 * `first`: first voxel of the element in the scan, where there are elements; `number`: of the element in names of files;
 * `sliceAxis`: along which slices are cut; `reduced`: kept voxels and the first of them, for whole images.
 */
const MODELS = [
  {
    maps: 'patch50_stride.tar.gz',
    // 3×4×3 patches: number 13 is the second, first and second along the axes.
    where: { number: 13, first: [50, 0, 50] },
    cases: ['s0_loss__sub-TRIV24_patch-13__gd_n0', 's0_loss__sub-TRIV24_patch-13__gc_n0', 's0_loss__sub-TRIV24_patch-13__gc_n0_l6'],
  },
  {
    maps: 'roi_conv4',
    where: { number: 0, first: [33, 73, 43] },
    needsMasks: true,
    cases: [
      's0_loss__sub-TRIV24_roi-0__gd_n0',
      's0_loss__sub-TRIV24_roi-0__gc_n1_l12',
      's1_loss__sub-TRIV24_roi-0__gd_n0',
      's1_loss__sub-TRIV24_roi-0__gc_n0',
      's0_BA__sub-TRIV24_roi-0__gd_n0_both',
    ],
  },
  {
    maps: 'roi_random_plain',
    where: { number: 0, first: [33, 73, 43] },
    needsMasks: true,
    cases: ['s0_loss__sub-TRIV24_roi-0__gd_n1', 's0_loss__sub-TRIV24_roi-0__gc_n0_l2'],
  },
  {
    maps: 'slice_cor_all',
    where: { number: 102, first: [0, 102, 0], sliceAxis: 1 },
    cases: ['s0_loss__sub-TRIV24_slice-102__gd_n0', 's0_loss__sub-TRIV24_slice-102__gc_n0', 's0_loss__sub-TRIV24_slice-102__gc_n1_l8'],
  },
  {
    maps: 'slice_random_bn2d.tar.gz',
    where: { number: 102, first: [0, 102, 0], sliceAxis: 1 },
    cases: ['s0_loss__sub-TRIV24_slice-102__gd_n0', 's0_loss__sub-TRIV24_slice-102__gc_n0', 's0_loss__sub-TRIV24_slice-102__gc_n1_l1'],
  },
  {
    // 78 slices are discarded at the start: the fourth element is slice 81.
    maps: 'slice_sag_resnet18.tar.gz',
    where: { number: 81, first: [81, 0, 0], sliceAxis: 0 },
    cases: ['s0_loss__sub-TRIV24_slice-3__gd_n0', 's0_loss__sub-TRIV24_slice-3__gc_n1_l8', 's0_loss__sub-TRIV24_slice-3__gc_n0'],
  },
  {
    maps: 'image_sr5_random_bn',
    where: { reduced: { step: 5, first: [4, 0, 8] } },
    cases: ['s0_loss__sub-TRIV24_image-0__gd_n0', 's0_loss__sub-TRIV24_image-0__gc_n1_l1'],
  },
  {
    maps: 'image_sr5_random_in',
    where: { reduced: { step: 5, first: [4, 0, 8] } },
    cases: ['s0_loss__sub-TRIV24_image-0__gd_n1', 's0_loss__sub-TRIV24_image-0__gc_n0'],
  },
  {
    maps: 'image_sr4_multi',
    where: { reduced: { step: 4, first: [4, 8, 8] } },
    cases: ['s0_loss__sub-TRIV24_image-0__gd_n2', 's0_loss__sub-TRIV24_image-0__gc_n2_l8'],
  },
  {
    maps: 'image_sr5_age',
    where: { reduced: { step: 5, first: [4, 0, 8] } },
    cases: ['s0_loss__sub-TRIV24_image-0__gd_n0', 's0_loss__sub-TRIV24_image-0__gc_n0_l4'],
  },
];

describe('extraction modes and networks', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
  });
  after(() => browser.close());

  for (const { maps, where, needsMasks, cases } of MODELS) {
    const name = maps.replace('.tar.gz', '');
    test(name, async (t) => {
      await open(maps, needsMasks);
      for (const [index, id] of cases.map((id) => `${name}__${id}`).entries()) {
        await t.test(id, async () => {
          await explain(id, where);
          const files = [await maplens.download('download-nifti'), await maplens.download('download-pt')];
          checkMap(files, id, ON_CPU, placed(where));
          const isFirst = index === 0;
          if (isFirst && where.first) checkMap(await maplens.downloadMore('download-whole-image'), id, ON_CPU, onWholeImage(where));
        });
      }
    });
  }

  test('a model of regions says which mask the images lack, and goes on when they have it', async () => {
    await open('image_sr5_age');
    assert.equal(await maplens.openModelFolder(mapsFolder('roi_random_plain')), 'ready', 'the model opens, and the scan stays in sight');
    assert.equal(await maplens.compute(), 'failed');
    assert.match(await maplens.error(), /no mask matches .*leftHippocampusBox.*masks/s);
    await openImages(true);
    await explain('roi_random_plain__s0_loss__sub-TRIV24_roi-0__gd_n0', { number: 0 });
  });

  test('both arithmetics of Grad-CAM, and their difference', async () => {
    await open('image_sr5_conv5');
    const id = 'image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gc_n0';
    await explain(id, {});
    assert.match(await maplens.get('convention-difference').innerText(), /the paper .*sums the channels/);
    const exact = await maplens.download('download-pt');
    checkMap(exact, id, ON_CPU);
    await maplens.choose('convention', 'corrected');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    const corrected = await maplens.download('download-pt');
    await maplens.choose('quantity', 'difference');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    checkDifference(exact, corrected, await maplens.download('download-pt'));
    await maplens.choose('quantity', 'map');
    await maplens.choose('convention', 'clinicadl-1.6.1');
    await maplens.choose('method', 'gradients');
    assert.ok(await maplens.get('quantity').isDisabled(), 'gradients have no two arithmetics');
  });

  test('outputs are held against ClinicaDL’s own prediction, where the MAPS has it', async () => {
    const id = 'image_sr5_age__s0_loss__sub-TRIV24_image-0__gd_n0';
    const [age] = find(id).logits;
    const row = { participant_id: PARTICIPANT, session_id: 'ses-M000', image_id: 0, true_label: 76.9, predicted_label: age };
    await openModel(mapsWithPrediction('image_sr5_age', row));
    await openImages();
    await explain(id, {});
    const words = await maplens.get('self-check').innerText();
    const [, recorded, difference] = words.match(/test_image_level_prediction\.tsv\): (\S+); difference (\S+)$/) ?? assert.fail(words);
    assert.ok(Math.abs(Number(recorded) - age) <= SHOWN * age && Number(difference.replace('−', '-')) < 1e-4 * age, words);
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));

  /** In the order in which the images fit the model that is open at each step. */
  async function open(maps, needsMasks) {
    if (needsMasks) await openImages(needsMasks);
    await openModel(mapsFolder(maps));
    if (!needsMasks) await openImages();
  }

  async function openModel(path) {
    const state = path.endsWith('.tar.gz') ? await maplens.openModel(path) : await maplens.openModelFolder(path);
    assert.equal(state, 'ready', await maplens.error());
  }

  async function openImages(needsMasks) {
    const state = needsMasks ? await maplens.openImagesFolder(capsWithMasks(PARTICIPANT)) : await maplens.openImages(scan(PARTICIPANT));
    assert.equal(state, 'ready', await maplens.error());
    assert.equal(await maplens.get('participant-row').count(), 1);
  }

  /** Chooses all that a case says, and computes. */
  async function explain(id, { number }) {
    const { split, selection_metric, method, target_node, level, logits } = find(id);
    await chooseIfOther('split', String(split));
    await chooseIfOther('selection', selection_metric);
    if (number !== undefined) await maplens.chooseElement(number);
    await maplens.choose('method', method);
    await maplens.choose('target', String(target_node));
    if (method === 'grad-cam') await maplens.choose('level', String(level ?? (await nLevels())));
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    assert.match(await maplens.get('crosshair-value').innerText(), /saliency/, 'the crosshair misses the map');
    const shown = await maplens.logits();
    shown.forEach((logit, node) => assert.ok(Math.abs(logit - logits[node]) <= SHOWN * Math.abs(logits[node]), `node ${node}: ${logit}, not ${logits[node]}`));
  }

  async function chooseIfOther(testId, value) {
    if ((await maplens.get(testId).inputValue()) !== value) assert.equal(await maplens.choose(testId, value), 'ready', await maplens.error());
  }

  function nLevels() {
    return maplens.get('level').locator('option').count();
  }
});

function find(id) {
  return CASES.find((one) => one.id === id) ?? assert.fail(`no case ${id}`);
}

/** check_map.py's options for a map on its own grid. */
function placed({ number, first, sliceAxis, reduced }) {
  const { step, first: from } = reduced ?? { step: 1, first };
  return { 'voxel-size': step, origin: ORIGIN.map((at, axis) => at + from[axis]), number: number ?? 0, ...along(sliceAxis) };
}

/** The same for a map on the scan's grid. */
function onWholeImage({ number, first, sliceAxis }) {
  return { 'voxel-size': 1, origin: ORIGIN, number, 'whole-image': SHAPE, 'first-voxel': first, ...along(sliceAxis) };
}

function along(sliceAxis) {
  return sliceAxis === undefined ? {} : { 'slice-axis': sliceAxis };
}
