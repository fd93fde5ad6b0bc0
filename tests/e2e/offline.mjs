// The network goes while the page is open: what has to be fetched says so, what is open goes on, and it comes back with the network.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch, openWithDemo, WITHOUT_WEBGPU } from './browser.mjs';
import { mapsFolder, scan } from './inputs.mjs';

const DEMO = '**/demo/**';
const GONE = /the network or the page's server cannot be reached/;

describe('offline', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch(WITHOUT_WEBGPU);
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());
  afterEach(() => maplens.context.unroute(DEMO));

  const lose = (context, files) => context.route(files, (route) => route.abort('internetdisconnected'));
  const saysSo = async () => {
    await maplens.get('error').getByText(GONE).waitFor();
    assert.doesNotMatch(await maplens.error(), /still there|give it again|give them again/);
  };

  test('another participant of the demo', async () => {
    await lose(maplens.context, DEMO);
    await row('sub-TRIV26').click();
    await saysSo();
    assert.match(await maplens.error(), /sub-TRIV26.*check the network connection and try again/s);
    await maplens.context.unroute(DEMO);
    await row('sub-TRIV26').click();
    await maplens.expectReady();
    assert.equal(await maplens.error(), '');
  });

  test('the demo’s masks', async () => {
    await lose(maplens.context, DEMO);
    await maplens.get('show-demo-masks').click();
    await saysSo();
    assert.equal(await maplens.get('overlay-row').count(), 0);
  });

  test('the template under the planes', async () => {
    await maplens.unfold('layers');
    await lose(maplens.context, DEMO);
    await maplens.get('background').selectOption('template');
    await saysSo();
    await maplens.get('background').selectOption('participant');
  });

  test('the template in a figure', async () => {
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await maplens.get('tab-figure').click();
    await maplens.get('figure-caption').getByText(/display mode ortho/).waitFor();
    await lose(maplens.context, DEMO);
    await maplens.get('figure-background').selectOption('template');
    await maplens.get('figure-problem').getByText(GONE).waitFor();
    await maplens.get('figure-background').selectOption('image');
    await maplens.get('figure-problem').waitFor({ state: 'hidden' });
    await maplens.get('tab-map').click();
  });

  test('an answer that is not the file is told from no answer', async () => {
    await maplens.context.route(DEMO, (route) => route.fulfill({ status: 503 }));
    await row('sub-TRIV27').click();
    await maplens.get('error').getByText(/could not be fetched from the page's server \(it answers 503\)/).waitFor();
  });

  test('own files need no network', async () => {
    await lose(maplens.context, '**/*');
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
    assert.equal(await maplens.openModelFolder(mapsFolder('image_sr5_conv5')), 'ready', await maplens.error());
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await maplens.context.unroute('**/*');
  });

  test('the demo itself', async () => {
    const other = await browser.newContext().then(async (context) => {
      await lose(context, DEMO);
      return context.newPage();
    });
    await other.goto(maplens.page.url().split('#')[0]);
    await other.getByTestId('error').getByText(GONE).waitFor();
    assert.match(await other.getByTestId('error').innerText(), /works with your own model and images/);
    await other.context().close();
  });

  for (const file of ['worker.js', 'worker_bg.wasm', 'worker_start.js']) {
    test(`the engine's ${file}, until the network is back`, async () => {
      const context = await browser.newContext();
      await lose(context, `**/${file}`);
      const page = await context.newPage();
      await page.goto(maplens.page.url().split('#')[0]);
      await page.getByTestId('error').getByText(/could not be loaded.*If the network is gone/s).waitFor();
      await context.unroute(`**/${file}`);
      await page.getByRole('button', { name: 'Restart the engine' }).click();
      await page.getByTestId('logits').waitFor();
      await context.close();
    });
  }

  for (const file of ['app.js', 'app_bg.wasm']) {
    test(`the page's ${file}`, async () => {
      const context = await browser.newContext();
      await lose(context, `**/${file}`);
      if (file === 'app.js') await lose(context, '**/app_bg.wasm');
      const page = await context.newPage();
      await page.goto(maplens.page.url().split('#')[0]);
      await page.locator('#shell-state').getByText(/the network or the page's server cannot be reached/).waitFor();
      await context.close();
    });
  }

  function row(participant) {
    return maplens.page.locator(`[data-testid="participant-row"][data-participant="${participant}"]`);
  }
});
