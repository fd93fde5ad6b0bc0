// The page's thread stays free, and Cancel is heard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { asTarGz, mapsFolder, scan } from './inputs.mjs';

const LONGEST_TASK_MS = 50;
const CANCEL_MS = 100;

describe('responsiveness', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  test('Cancel answers within 100 ms, and the page goes on', async () => {
    await maplens.get('compute').click();
    await maplens.page.waitForFunction(() => document.querySelector('[data-testid="status"]').dataset.state === 'computing');
    await maplens.page.waitForTimeout(150);
    const milliseconds = await maplens.page.evaluate(cancelAndWait);
    console.log(`# cancelled after ${milliseconds.toFixed(0)} ms`);
    assert.ok(milliseconds <= CANCEL_MS, `${milliseconds} ms`);
    await maplens.expectReady();
    assert.equal(await maplens.error(), '');
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
  });

  test('no task blocks the page while a model loads or a map computes', async () => {
    await maplens.openModel(asTarGz(mapsFolder('image_sr5_conv5')));
    await maplens.openImages(scan('sub-TRIV24'));
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    const tasks = await maplens.page.evaluate(() => window.longTasks.filter((task) => task.startTime > window.mountedAt));
    const words = tasks.map(({ startTime, duration }) => `${duration.toFixed(0)} ms at ${startTime.toFixed(0)}`);
    console.log(`# tasks over ${LONGEST_TASK_MS} ms since the page was mounted: ${words.join(', ') || 'none'}`);
    assert.deepEqual(tasks.filter((task) => task.duration > LONGEST_TASK_MS), []);
  });
});

/** Runs in the page: clicks Cancel and gives the milliseconds until nothing computes any more. */
function cancelAndWait() {
  const [status, cancel] = ['status', 'cancel'].map((testId) => document.querySelector(`[data-testid="${testId}"]`));
  return new Promise((resolve, reject) => {
    if (status.dataset.state !== 'computing') reject(new Error(`nothing to cancel: ${status.dataset.state}`));
    const start = performance.now();
    const look = () => status.dataset.state !== 'computing' && resolve(performance.now() - start);
    new MutationObserver(look).observe(status, { attributes: true });
    cancel.click();
    look();
  });
}
