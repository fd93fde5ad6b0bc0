// After the page has loaded, no byte leaves the machine, and the browser holds the page to it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo, PAGE_URL } from './browser.mjs';
import { mapsFolder, scan } from './inputs.mjs';

describe('privacy', () => {
  let browser, maplens, foreign;
  const foreignRequests = [];
  before(async () => {
    foreign = createServer((request, response) => {
      foreignRequests.push(request.url);
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end('reached');
    });
    await new Promise((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(async () => {
    await browser.close();
    foreign.close();
  });

  test('every request goes to the page’s own folder, by GET, without a body', () => {
    const strange = maplens.requests.filter(({ url, method, body }) => !isOwn(url) || method !== 'GET' || body !== null);
    assert.deepEqual(strange, []);
  });

  test('own files, computing and saving cause no request', async () => {
    const before = maplens.requests.length;
    await maplens.openModelFolder(mapsFolder('image_sr5_conv5'));
    await maplens.openImages(scan('sub-TRIV24'));
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    for (const button of ['download-nifti', 'download-pt', 'download-png', 'download-record']) await maplens.download(button);
    // Browsers fetch a page's icon when they find the time.
    const isCaused = ({ url }) => !/^(blob|data):/.test(url) && !url.endsWith('/icons/maplens.svg');
    assert.deepEqual(maplens.requests.slice(before).filter(isCaused), []);
  });

  test('the policy stops the page from reaching another server', async () => {
    const said = await maplens.page.evaluate(reach, foreignUrl('page'));
    assert.equal(said, 'refused');
    const image = await maplens.page.evaluate(
      (url) => new Promise((resolve) => Object.assign(new Image(), { onload: () => resolve('loaded'), onerror: () => resolve('refused'), src: url })),
      foreignUrl('image'),
    );
    assert.equal(image, 'refused');
    const violations = await maplens.page.evaluate(() => window.violations);
    assert.ok(violations.some((directive) => directive.startsWith('connect-src')) && violations.some((directive) => directive.startsWith('img-src')), String(violations));
  });

  test('the policy stops the worker too', async () => {
    // A worker from a file on the server has that file's headers as its policy, not the page's <meta>; one from a blob inherits the page's.
    const workers = maplens.page.workers();
    assert.ok(workers.length > 0, 'no worker is running');
    for (const worker of workers) assert.equal(await worker.evaluate(reach, foreignUrl('worker')), 'refused', worker.url());
  });

  test('the other server has heard nothing', () => assert.deepEqual(foreignRequests, []));

  test('the address holds no data and no file names', async () => {
    assert.doesNotMatch(maplens.page.url(), /TRIV|maps|nii/i);
  });

  function foreignUrl(path) {
    return `http://127.0.0.1:${foreign.address().port}/${path}`;
  }
});

function isOwn(url) {
  return url.startsWith(PAGE_URL) || url.startsWith(`blob:${new URL(PAGE_URL).origin}/`) || url.startsWith('data:');
}

/** Runs in the page or the worker. */
async function reach(url) {
  try {
    return await (await fetch(url, { method: 'POST', body: 'voxels' })).text();
  } catch {
    return 'refused';
  }
}
