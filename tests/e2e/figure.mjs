// The panel of figures: presets, cuts, files with the map's hash in them, the link; and what is said when something makes no sense.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, openWithDemo } from './browser.mjs';
import { nifti } from './inputs.mjs';

const TEMPLATE = '**/demo/template/**';
/** nilearn's: panels of 2.2 inches, 0.7 for the bar, 2.6 high, at 100 dots per inch. */
const HANDBOOK_PIXELS = [2 * 220 + 70, 260];

describe('figure', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
    await maplens.get('tab-figure').click();
    await drawn(maplens, /display mode ortho/);
  });
  after(() => browser.close());

  test('the first figure shows the map over its image, at the crosshair', async () => {
    assert.ok((await maplens.colours('figure-canvas')) > 50, 'the figure is blank');
    const [x] = (await maplens.get('crosshair-mm').innerText()).replaceAll('−', '-').match(/-?\d+(\.\d+)?/);
    assert.match(await caption(), new RegExp(`cuts ${x}`));
    assert.equal(await maplens.get('figure-problem').isVisible(), false);
  });

  test("the handbook's figure is one click away", async () => {
    await maplens.get('figure-preset-handbook').click();
    await drawn(maplens, /display mode yz, cuts -50,14, threshold 0.001, colormap cold_hot/);
    assert.equal(await maplens.get('figure-mode').inputValue(), 'yz');
    assert.equal(await maplens.get('figure-background').inputValue(), 'template');
    // White paper: the first pixel of the canvas.
    assert.deepEqual(await pixel(0, 0), [255, 255, 255, 255]);
  });

  test('a click in a panel moves the crosshair of the page', async () => {
    await maplens.get('figure-canvas').scrollIntoViewIfNeeded();
    const box = await maplens.get('figure-canvas').boundingBox();
    await maplens.page.mouse.click(box.x + box.width * 0.2, box.y + box.height * 0.5);
    const text = (await maplens.get('crosshair-mm').innerText()).replaceAll('−', '-');
    // The first panel of `yz` is the coronal slice at y = −50.
    assert.equal(Number(text.match(/-?\d+(\.\d+)?/g)[1]), -50, text);
  });

  test('every file holds the hash of the record', async () => {
    const record = JSON.parse((await downloadFromMap('download-record')).bytes.toString());
    const hash = record.map.sha256;
    assert.match(hash, /^[0-9a-f]{64}$/);
    await maplens.get('figure-title').fill('AD & <CN>');
    await drawn(maplens, /display mode yz/);
    const svg = await eventually(async () => (await maplens.download('figure-svg')).bytes.toString(), (text) => text.includes('AD &amp; &lt;CN&gt;'));
    assert.ok(svg.includes(`<map-sha256>${hash}</map-sha256>`) && svg.includes('<text '), 'hash and vector text');
    for (const times of [1, 2, 4]) {
      await maplens.get('figure-scale').selectOption(String(times));
      const { bytes, name } = await maplens.download('figure-png');
      assert.match(name, /^sub-TRIV24_ses-M000_image-0_map\.png$/);
      assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], HANDBOOK_PIXELS.map((pixels) => pixels * times));
      assert.ok(bytes.includes(hash) && bytes.includes('Map SHA-256') && bytes.includes('display mode yz'), `${times}×: texts`);
      assert.ok(bytes.subarray(-8).includes('IEND'));
    }
    const planes = (await downloadFromMap('download-png')).bytes;
    assert.ok(planes.includes(hash) && planes.includes('Map SHA-256') && planes.includes('three planes as the page shows them, at='), 'planes');
    const html = await maplens.download('figure-html');
    assert.match(html.name, /\.html$/);
    const offline = await (await browser.newContext({ offline: true })).newPage();
    const asked = [];
    offline.on('request', (request) => asked.push(request.url()));
    await offline.goto(`file://${html.path}`).catch(() => offline.setContent(html.bytes.toString()));
    await offline.setContent(html.bytes.toString());
    assert.equal(await offline.locator('meta[name="map-sha256"]').getAttribute('content'), hash);
    assert.equal(await offline.locator('tbody tr').count(), 2);
    assert.ok(await offline.locator('svg image').first().evaluate((image) => image.getBBox().width > 50), 'slices');
    assert.equal(await offline.locator('script').count(), 0);
    assert.deepEqual(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
    await offline.context().close();
  });

  test('the link holds the settings and no title, and survives a reload', async () => {
    await maplens.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await maplens.get('copy-link').click();
    await maplens.get('copy-link-said').getByText(/copied/).waitFor();
    const link = await maplens.page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /figure=mode:yz;at:given;cuts:-50,14;threshold:1e-3;ground:template;paper:white/);
    assert.doesNotMatch(link, /AD|CN|sub-/);
    const other = await open(browser, { url: link });
    await drawn(other, /display mode yz, cuts -50,14/);
    assert.equal(await other.get('tab-figure').getAttribute('aria-selected'), 'true');
    await other.close();
  });

  test('nonsense is told beside the figure, which stays', async () => {
    const wrong = async (testId, words, expected) => {
      const before = await maplens.get(testId).inputValue();
      await maplens.get(testId).fill(words);
      await maplens.get('figure-problem').getByText(expected).waitFor();
      assert.equal(await maplens.get('figure').getAttribute('data-state'), 'failed');
      assert.ok((await maplens.colours('figure-canvas')) > 50, 'the last figure is gone');
      assert.equal(await maplens.state(), 'ready');
      await maplens.get(testId).fill(before);
      await maplens.get('figure-problem').waitFor({ state: 'hidden' });
    };
    await wrong('figure-cuts', 'left,right', /cuts make no sense/);
    await wrong('figure-cuts', '1,2,3', /display mode yz needs two coordinates in millimetres, and 3 were given/);
    await wrong('figure-threshold', '-3', /threshold makes no sense/);
    await wrong('figure-vmax', '0', /above 0/);
    await wrong('figure-dim', 'dark', /dimming makes no sense/);
  });

  test('a threshold above the map, and cuts outside it, are said', async () => {
    await maplens.get('figure-threshold').fill('1e30');
    await maplens.get('figure-notes').getByText(/the threshold 1e\+30 hides the whole map, whose largest magnitude is/).waitFor();
    await maplens.get('figure-cuts').fill('-50,900');
    await maplens.get('figure-notes').getByText(/the map has no slice at z = 900 mm/).waitFor();
  });

  test('a mosaic has a row for each plane', async () => {
    await maplens.get('figure-threshold').fill('97%');
    await maplens.get('figure-preset-mosaic').click();
    await drawn(maplens, /display mode mosaic, cuts automatic/);
    assert.ok((await maplens.colours('figure-canvas')) > 50);
    await maplens.get('figure-preset-crosshair').click();
    await drawn(maplens, /display mode ortho/);
  });

  test('an own background and the masks on the planes are in the figure, and leave it with them', async () => {
    const svg = async () => (await maplens.download('figure-svg')).bytes.toString();
    const outlined = (text) => text.includes('stroke="#009e73"');
    const drawnAnew = (isRight) => eventually(svg, isRight);
    await maplens.get('figure-background').selectOption('image');
    await drawn(maplens, /display mode ortho/);
    assert.equal(await maplens.get('figure-background').locator('option[value=own]').count(), 0);
    const plain = await svg();
    await maplens.unfold('layers');
    const ground = nifti('ground.nii.gz', [45, 55, 45], (index) => index % 90, { affine: [4, 0, 0, -90, 0, 4, 0, -120, 0, 0, 4, -70] });
    await maplens.get('open-background').setInputFiles(ground);
    await maplens.expectReady();
    await maplens.get('figure-background').selectOption('own');
    const own = await drawnAnew((text) => text !== plain);
    await maplens.get('add-ad-mask').click();
    await maplens.expectReady();
    const contours = await drawnAnew(outlined);
    await maplens.get('figure-masks').selectOption('filled');
    await drawnAnew((text) => !outlined(text) && text.match(/<image/g).length > contours.match(/<image/g).length);
    await maplens.still();
    assert.match(await maplens.address(), /figure=([^&]*;)?masks:filled/);
    assert.doesNotMatch(await maplens.address(), /own|ground:/);
    await maplens.choose('language', 'fr');
    assert.match(await maplens.get('figure-masks').innerText(), /remplis/);
    assert.match(await maplens.get('figure-background').innerText(), /votre fichier/);
    await maplens.choose('language', 'en');
    await maplens.get('figure-masks').selectOption('contour');
    await drawnAnew(outlined);
    const html = (await maplens.download('figure-html')).bytes.toString();
    assert.ok(outlined(html), 'the file lacks the mask');
    // Hidden on the planes, it is in no figure either.
    await maplens.unfold('layers');
    await maplens.get('overlay-visible').uncheck();
    assert.equal(await drawnAnew((text) => !outlined(text)), own);
    await maplens.get('overlay-remove').click();
    await maplens.get('figure-background').selectOption('image');
    assert.equal(await drawnAnew((text) => text !== own), plain);
    await maplens.choose('background', 'participant');
    assert.equal(await maplens.get('figure-problem').isVisible(), false);
  });

  test('the figure follows the crosshair', async () => {
    const before = await caption();
    await maplens.get('canvas-axial').focus();
    for (let step = 0; step < 5; step += 1) await maplens.page.keyboard.press('ArrowRight');
    await eventually(caption, (text) => text !== before && /display mode ortho/.test(text));
  });

  test('nothing was reported on the console', () => assert.deepEqual(maplens.problems, []));

  test('without the template the rest goes on', async () => {
    const other = await openWithDemo(browser);
    await other.context.route(TEMPLATE, (route) => route.fulfill({ status: 404 }));
    await other.get('tab-figure').click();
    await drawn(other, /display mode ortho/);
    await other.get('figure-background').selectOption('template');
    await other.get('figure-problem').getByText(/404/).waitFor();
    assert.equal(await other.state(), 'ready');
    await other.get('figure-background').selectOption('none');
    await drawn(other, /display mode ortho/);
    assert.equal(await other.get('figure-problem').isVisible(), false);
    await other.close();
  });

  test('no task of the page is long while figures are drawn', async () => {
    await maplens.get('figure-background').selectOption('image');
    await drawn(maplens, /display mode ortho/);
    const since = await maplens.now();
    for (const paper of ['black', 'white', 'black', 'white']) {
      await maplens.get('figure-paper').selectOption(paper);
      await maplens.page.waitForTimeout(300);
    }
    const longest = await maplens.longestTask(since);
    console.log(`# longest task while four figures were drawn: ${longest} ms`);
    assert.ok(longest <= 200, `${longest} ms`);
  });

  const caption = () => maplens.get('figure-caption').innerText();

  /** A file of the other panel. */
  async function downloadFromMap(testId) {
    await maplens.get('tab-map').click();
    const file = await maplens.download(testId);
    await maplens.get('tab-figure').click();
    return file;
  }

  function pixel(x, y) {
    return maplens.get('figure-canvas').evaluate((canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data], [x, y]);
  }
});

/** Waits for a figure whose description says so. */
async function drawn(maplens, description) {
  await maplens.get('figure-caption').getByText(description).waitFor();
  await maplens.page.waitForFunction(() => document.querySelector('[data-testid="figure"]').dataset.state === 'ready');
  // The canvas follows when the browser has read the SVG.
  await maplens.page.waitForTimeout(200);
}

async function eventually(ask, isRight) {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (tries > 100) throw new Error(`still ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
