// The first thing anybody sees: the page opens on the demo study and shows a map.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, openWithDemo } from './browser.mjs';
import { quickest } from './timing.mjs';
import { checkMap, ON_CPU } from './checks.mjs';

/** From the last demo file's arrival to the map, on the CPU of a two-core machine. */
const FIRST_MAP_MS = 2000;
/** ClinicaDL's logits of sub-TRIV24; the page shows a few digits. */
const LOGITS = [7.2745, -3.1468];

describe('demo study', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await open(browser);
    await maplens.firstMap();
  });
  after(() => browser.close());

  test('a map is there soon after its files', async () => {
    const milliseconds = await quickest(FIRST_MAP_MS, async (count) => {
      const opened = count === 0 ? maplens : await openWithDemo(browser);
      const mapAt = await opened.page.evaluate(() => window.firstMapAt);
      const filesAt = Math.max(...opened.demoFinished.filter((time) => time <= mapAt));
      console.log(`# first map ${mapAt - filesAt} ms after its files`);
      if (opened !== maplens) await opened.context.close();
      return mapAt - filesAt;
    });
    assert.ok(milliseconds <= FIRST_MAP_MS, `${milliseconds} ms`);
  });

  test('logits, planes and crosshair are shown', async () => {
    const logits = await maplens.logits();
    assert.equal(logits.length, LOGITS.length);
    logits.forEach((logit, node) => assert.ok(Math.abs(logit - LOGITS[node]) < 0.01, `node ${node}: ${logit}`));
    for (const plane of ['coronal', 'sagittal', 'axial']) {
      assert.ok((await maplens.colours(`canvas-${plane}`)) > 20, `${plane} is blank`);
    }
    assert.match(await maplens.get('crosshair-mm').innerText(), /\d/);
    assert.match(await maplens.get('crosshair-value').innerText(), /\d/);
    assert.match(await maplens.get('model-summary').innerText(), /Conv4_FC3/);
    assert.equal(await maplens.get('participant-row').count(), 4);
  });

  test('the gradients are those of ClinicaDL', async () => {
    checkMap(await maplens.download('download-nifti'), 'demo__sub-TRIV24__gd_n0', ON_CPU);
  });

  test('Grad-CAM is that of ClinicaDL', async () => {
    await maplens.choose('method', 'grad-cam');
    assert.equal(await maplens.compute(), 'ready');
    checkMap(await maplens.download('download-nifti'), 'demo__sub-TRIV24__gc_n0', ON_CPU);
  });

  test('another participant is explained with the model that is loaded', async () => {
    await maplens.choose('method', 'gradients');
    await maplens.showParticipant('sub-TRIV25');
    assert.equal(await maplens.compute(), 'ready');
    checkMap(await maplens.download('download-nifti'), 'demo__sub-TRIV25__gd_n0', ON_CPU);
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));
});
