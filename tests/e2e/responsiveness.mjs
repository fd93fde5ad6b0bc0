// The page's thread stays free, and Cancel is heard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { asTarGz, mapsFolder, scan } from './inputs.mjs';
import { quickest } from './timing.mjs';

const LONGEST_TASK_MS = 50;

describe('responsiveness', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  test('no task blocks the page while a model loads or a map computes', async () => {
    const longest = await quickest(LONGEST_TASK_MS, async (count) => {
      // The first time, all that has happened since the page was mounted counts: the demo, too.
      const since = await maplens.page.evaluate((first) => (first ? window.mountedAt : performance.now()), count === 0);
      await maplens.openModel(asTarGz(mapsFolder('image_sr5_conv5')));
      await maplens.openImages(scan('sub-TRIV24'));
      assert.equal(await maplens.compute(), 'ready', await maplens.error());
      const tasks = await maplens.page.evaluate((since) => window.longTasks.filter((task) => task.startTime > since), since);
      const words = tasks.map(({ startTime, duration }) => `${duration.toFixed(0)} ms at ${startTime.toFixed(0)}`);
      console.log(`# tasks over ${LONGEST_TASK_MS} ms: ${words.join(', ') || 'none'}`);
      return Math.max(0, ...tasks.map((task) => task.duration));
    });
    assert.ok(longest <= LONGEST_TASK_MS, `a task of ${longest} ms`);
  });
});
