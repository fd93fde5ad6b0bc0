// What can be wrong with files: one sentence and a hint each, and what was loaded before stays usable.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { badImages, badModels, mapsFolder, scan } from './inputs.mjs';

/** Enough for what, which file and what to do; a debug dump of a nested error is longer. */
const LENGTH = { least: 30, most: 500 };

describe('bad input', () => {
  let browser, maplens, engine;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
    // The others are its helpers.
    [engine] = maplens.page.workers();
    await maplens.openModelFolder(mapsFolder('image_sr5_conv5'));
    await maplens.openImages(scan('sub-TRIV24'));
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
  });
  after(() => browser.close());

  const models = [
    ['a folder that is no MAPS', badModels.noMaps, [/maps\.json/]],
    ['a missing checkpoint', badModels.withoutCheckpoint, [/model\.pth\.tar|checkpoint/]],
    ['an unsupported architecture', badModels.unsupported, [/VAE_X7/, /Conv5_FC3/, /Conv4_FC3/, /Stride_Conv5_FC3/]],
    ['a truncated checkpoint', badModels.truncated, [/model\.pth\.tar/]],
    ['an archive of nonsense', badModels.nonsense, [/maps_nonsense\.tar\.gz/]],
  ];
  for (const [name, file, words] of models) {
    test(`model: ${name}`, async () => {
      assert.equal(await maplens.openModel(file()), 'failed');
      await checkError(words);
      await checkUsable();
    });
  }

  test('images: a file of nonsense', async () => {
    assert.equal(await maplens.openImages(badImages.nonsense()), 'failed');
    await checkError([/sub-JUNK/]);
    await maplens.openImages(scan('sub-TRIV24'));
    await checkUsable();
  });

  const images = [
    ['the wrong shape', badImages.wrongShape, [/10/, /12/, /14/]],
    ['a constant image', badImages.constant, [/constant|same value|one value/i]],
    ['an image of NaN', badImages.nan, [/NaN|not a number|constant|same value|one value/i]],
  ];
  for (const [name, file, words] of images) {
    test(`images: ${name}`, async () => {
      // Listing it may succeed: its voxels are read when it is shown or explained.
      if ((await maplens.openImages(file())) !== 'failed') assert.equal(await maplens.compute(), 'failed');
      await checkError(words);
      assert.match(await maplens.get('model-summary').innerText(), /Conv5_FC3/);
      await maplens.openImages(scan('sub-TRIV24'));
      await checkUsable();
    });
  }

  test('the engine has never stopped', () => {
    assert.deepEqual(maplens.problems.filter((text) => /panic|unreachable|RuntimeError/.test(text)), []);
    assert.ok(maplens.page.workers().includes(engine), 'another engine has taken its place');
  });

  async function checkError(words) {
    const text = await maplens.error();
    console.log(`# ${text.replace(/\s+/g, ' ')}`);
    assert.ok(text.length >= LENGTH.least && text.length <= LENGTH.most, `${text.length} characters: ${text}`);
    for (const word of words) assert.match(text, word);
    assert.equal(await maplens.get('error').count(), 1, 'one error at a time');
  }

  async function checkUsable() {
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    assert.equal(await maplens.error(), '', 'the error has gone with the next success');
  }
});
