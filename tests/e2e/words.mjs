// What somebody who knows no ClinicaDL reads: what is seen in one sentence, a word on each term where it stands, what the demo is.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo, WITHOUT_WEBGPU } from './browser.mjs';
import { capsWithMasks, mapsFolder, scan } from './inputs.mjs';

/** Fields that are about a term. */
const FIELDS = ['method', 'target', 'level', 'convention', 'quantity', 'split', 'selection', 'threshold', 'threshold-mode'];

describe('words', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch(WITHOUT_WEBGPU);
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  const sentence = () => maplens.get('meaning').innerText();
  /** Waits for a sentence: a map may be computed by itself. */
  const says = async (words) => {
    await maplens.get('meaning').getByText(words).or(maplens.get('meaning').filter({ hasText: words })).first().waitFor();
    return sentence();
  };
  const computed = async (choices) => {
    for (const [testId, value] of choices) await maplens.choose(testId, value);
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
  };

  test('the sentence follows method, node, arithmetic and quantity', async () => {
    assert.match(await sentence(), /small changes of intensity would change the AD output most, in this scan: positive .* raises it, negative .* lowers it/);
    await computed([['target', '1']]);
    assert.match(await says(/CN output/), /small changes of intensity would change the CN output most/);
    await computed([['method', 'grad-cam'], ['level', '12'], ['target', '0']]);
    assert.match(await says(/level 12/), /features after level 12 speak for .*the AD output, in this scan, weighed as ClinicaDL 1\.6\.1 does: one value for each cell of a \d+×\d+×\d+ grid/);
    assert.doesNotMatch(await sentence(), /small changes/);
    await computed([['convention', 'corrected']]);
    // Its negative part is cut off: nothing speaks against.
    assert.match(await says(/speak for the AD output/), /^(?!.*(against|1\.6\.1)).*level 12/);
    await computed([['quantity', 'difference']]);
    assert.match(await says(/differs/), /by how much ClinicaDL 1\.6\.1’s Grad-CAM of the AD output differs from the corrected one/);
    await computed([['quantity', 'map'], ['convention', 'clinicadl-1.6.1'], ['method', 'gradients']]);
  });

  test('in French, too', async () => {
    await maplens.get('language').selectOption('fr');
    assert.match(await sentence(), /de petits changements d’intensité changeraient le plus la sortie AD, dans cette image/);
    await maplens.get('language').selectOption('en');
  });

  test('every term has its word where it stands, and the same in the help', async () => {
    const listed = await maplens.get('terms').locator('dd').evaluateAll((all) => all.map((dd) => dd.textContent));
    assert.ok(listed.length >= 10 && listed.every((words) => words.length > 40));
    for (const testId of FIELDS) {
      const control = maplens.get(testId);
      const title = await control.evaluate((element) => element.closest('label').title);
      assert.ok(listed.includes(title), `${testId}: ${title}`);
      assert.equal(await control.getAttribute('aria-description'), title, testId);
    }
    const headings = await maplens.get('logits').locator('thead th').evaluateAll((all) => all.map((th) => th.title));
    assert.equal(headings.length, 3);
    assert.ok(headings.every((title) => listed.includes(title)), String(headings));
    await maplens.page.locator('body').press('?');
    await maplens.get('terms').waitFor();
    await maplens.page.keyboard.press('Escape');
  });

  test('“What am I looking at?” opens and closes by keys, and says what the demo is', async () => {
    const summary = maplens.get('about-map').locator('summary');
    await summary.focus();
    await maplens.page.keyboard.press('Enter');
    const words = await maplens.get('about-map').innerText();
    assert.match(words, /synthetic/);
    assert.match(words, /AD mask \(left hemisphere and cerebellum\).*CN mask \(right hemisphere\)/s);
    assert.match(words, /neither where a disease is nor whether the network is right/);
    await maplens.page.keyboard.press('Tab');
    await maplens.page.keyboard.press('Escape');
    assert.equal(await maplens.get('about-map').evaluate((details) => details.open), false);
    assert.equal(await maplens.state(), 'ready');
    await summary.click();
    await maplens.get('tab-map').click();
    assert.equal(await maplens.get('about-map').evaluate((details) => details.open), false, 'a click elsewhere closes it');
    assert.match(await maplens.page.locator('.header').innerText(), /[Ss]ynthetic/);
  });

  test('one click shows the two masks, another takes them away', async () => {
    const before = await maplens.picture();
    await maplens.get('show-demo-masks').click();
    await maplens.get('overlay-row').nth(1).waitFor({ state: 'attached' });
    await maplens.settled();
    const kinds = await maplens.get('overlay-row').evaluateAll((rows) => rows.map((row) => row.dataset.kind));
    assert.deepEqual(kinds, ['mask', 'mask']);
    await maplens.page.waitForTimeout(200);
    assert.notEqual(await maplens.picture(), before);
    await maplens.get('show-demo-masks').click();
    assert.equal(await maplens.get('overlay-row').count(), 0);
    // One that was opened by hand is not opened twice.
    await maplens.unfold('layers');
    await maplens.get('add-cn-mask').click();
    await maplens.get('overlay-row').first().waitFor();
    await maplens.get('show-demo-masks').click();
    await maplens.get('overlay-row').nth(1).waitFor();
    await maplens.settled();
    assert.equal(await maplens.get('overlay-row').count(), 2);
    await maplens.get('show-demo-masks').click();
  });

  test('of a regression, and of a region, it says so', async () => {
    assert.equal(await maplens.openModelFolder(mapsFolder('image_sr5_age')), 'ready', await maplens.error());
    await maplens.openImages(scan('sub-TRIV24'));
    await computed([['method', 'gradients']]);
    assert.match(await says(/predicted/), /would change the predicted age most, in this scan/);
    assert.equal(await maplens.get('show-demo-masks').count(), 0, 'own files have no demo masks');
    assert.doesNotMatch(await maplens.get('about-map').textContent(), /synthetic/);
    await maplens.openModelFolder(mapsFolder('roi_conv4'));
    await maplens.openImagesFolder(capsWithMasks('sub-TRIV24'));
    await computed([['method', 'gradients']]);
    assert.match(await says(/of this scan/), /would change the .* output most, in \w+ of this scan/);
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));
});
