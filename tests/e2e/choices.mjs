// Whatever loads, fails, is cancelled or overtaken: picture, selected row, form, record and saved file are of the same participant and choices.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, openWithDemo, PAGE_URL } from './browser.mjs';
import { badImages, mapsFolder, mapsWithMoreCheckpoints, nifti, scan } from './inputs.mjs';
import { shoot } from './shots.mjs';

const [FIRST, SECOND, THIRD, FOURTH] = ['sub-TRIV24', 'sub-TRIV25', 'sub-TRIV26', 'sub-TRIV27'];

describe('the picture is bound to what it is of', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  test('the first picture has a name, and all of it agrees', async () => {
    await expectAgreement(maplens, { participant: FIRST, method: 'gradients', target: '0' });
    assert.match(await maplens.get('picture-label').innerText(), /sub-TRIV24 · ses-M000 · Gradients · AD \(node 0\)/);
  });

  test('while an image loads, the one before stays selected, dimmed under its own name', async () => {
    const held = await hold(maplens, SECOND);
    await click(maplens, SECOND);
    await held.began;
    assert.deepEqual(await rows(maplens, 'aria-busy'), [SECOND]);
    assert.deepEqual(await rows(maplens, 'aria-selected'), [FIRST]);
    assert.equal(await label(maplens, 'data-participant'), FIRST);
    assert.equal(await label(maplens, 'data-current'), 'false');
    assert.match(await maplens.get('picture-label').innerText(), /sub-TRIV25 · ses-M000 is being read/);
    assert.match(await maplens.get('numbers-of').innerText(), /sub-TRIV24/);
    await shoot(maplens.page, 'choices-coming', { windows: [{ width: 1440, height: 900 }] });
    held.release();
    await maplens.expectReady();
    await expectAgreement(maplens, { participant: SECOND, method: 'gradients', target: '0' });
  });

  test('an image that is cancelled leaves everything where it was', async () => {
    const held = await hold(maplens, THIRD);
    await click(maplens, THIRD);
    await held.began;
    await maplens.get('cancel').click();
    assert.deepEqual(await rows(maplens, 'aria-busy'), []);
    held.release();
    await maplens.expectReady();
    await expectAgreement(maplens, { participant: SECOND, method: 'gradients', target: '0' });
  });

  test('without a network, another participant of the demo leaves everything where it was', async () => {
    const lost = (route) => route.abort('internetdisconnected');
    const address = new RegExp(`demo/.*${FOURTH}.*nii`);
    await maplens.page.route(address, lost);
    await click(maplens, FOURTH);
    assert.equal(await maplens.settled(), 'failed');
    await maplens.page.unroute(address, lost);
    await expectAgreement(maplens, { participant: SECOND, method: 'gradients', target: '0' });
    assert.equal(await label(maplens, 'data-current'), 'true');
    await maplens.showParticipant(FOURTH);
    await expectAgreement(maplens, { participant: FOURTH, method: 'gradients', target: '0' });
  });

  test('of quick clicks the last one counts', async () => {
    for (const order of [[FIRST, SECOND, THIRD], [FOURTH, THIRD, FIRST], [SECOND, FIRST, SECOND, FIRST]]) {
      await maplens.page.evaluate((order) => {
        for (const participant of order) document.querySelector(`tr[data-participant="${participant}"]`).click();
      }, order);
      await maplens.expectReady();
      await expectAgreement(maplens, { participant: order.at(-1), method: 'gradients', target: '0' });
    }
  });

  test('choosing what is chosen loads nothing', async () => {
    const states = await maplens.page.evaluate(async (participant) => {
      const seen = [];
      const status = document.querySelector('[data-testid="status"]');
      const observer = new MutationObserver(() => seen.push(status.dataset.state));
      observer.observe(status, { attributes: true, attributeFilter: ['data-state'] });
      document.querySelector(`tr[data-participant="${participant}"]`).click();
      for (const testId of ['split', 'selection', 'method', 'target', 'device-choice']) {
        document.querySelector(`[data-testid="${testId}"]`).dispatchEvent(new Event('change', { bubbles: true }));
      }
      await new Promise((resolve) => setTimeout(resolve, 600));
      observer.disconnect();
      return seen;
    }, FIRST);
    assert.deepEqual(states, []);
  });

  test('an image that is refused is not selected, and nothing of the one before is left', async () => {
    const fourAxes = nifti('sub-FOUR_ses-M000_T1w.nii.gz', [20, 20, 20, 3], (index) => index % 7);
    for (const file of [fourAxes, badImages.nonsense()]) {
      assert.equal(await maplens.openImages(scan(FIRST)), 'ready', await maplens.error());
      await expectAgreement(maplens, { participant: FIRST, method: 'gradients', target: '0' });
      assert.equal(await maplens.openImages(file), 'failed');
      const shown = await rows(maplens, 'aria-selected');
      if (shown.length) await expectAgreement(maplens, { participant: FIRST, method: 'gradients', target: '0' });
      else await expectNothing();
    }
    await shoot(maplens.page, 'choices-refused', { windows: [{ width: 1440, height: 900 }] });
  });

  test('nothing was reported on the console', () => {
    assert.deepEqual(maplens.problems.filter((text) => !/INTERNET_DISCONNECTED/.test(text)), []);
  });

  async function expectNothing() {
    assert.equal(await label(maplens, 'data-participant'), null);
    assert.equal(await maplens.get('picture-label').innerText(), '');
    assert.equal(await maplens.get('logits').count(), 0);
    for (const plane of ['coronal', 'sagittal', 'axial']) {
      assert.equal(await maplens.get(`canvas-${plane}`).evaluate((canvas) => canvas.width * canvas.height), 0, `${plane} shows a picture`);
    }
    for (const button of ['download-nifti', 'download-pt', 'download-png', 'download-record']) assert.ok(await maplens.get(button).isDisabled());
  }
});

describe('choices', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser, { device: 'cpu' });
    assert.equal(await maplens.openModelFolder(mapsWithMoreCheckpoints()), 'ready', await maplens.error());
    assert.equal(await maplens.openImages(scan(FIRST)), 'ready', await maplens.error());
  });
  after(() => browser.close());

  test('what is chosen while a split or a selection loads stays', async () => {
    const rounds = [
      [['split', '1'], ['method', 'grad-cam'], ['level', '6'], ['target', '1']],
      [['split', '0'], ['selection', 'BA'], ['level', '4'], ['target', '0']],
      [['selection', 'BA'], ['level', '8'], ['selection', 'loss'], ['target', '1']],
    ];
    for (const choices of rounds) {
      await chooseAtOnce(maplens, choices);
      await maplens.expectReady();
      const { split, selection, ...last } = Object.fromEntries(choices);
      await expectAgreement(maplens, { participant: FIRST, method: 'grad-cam', ...last, split: split ?? '0', selection: selection ?? 'loss' });
    }
  });

  test('Compute waits for what loads, and computes what the form shows then', async () => {
    await maplens.get('auto-compute').uncheck();
    await chooseAtOnce(maplens, [['split', '1']], 'compute', [['level', '5'], ['target', '0']]);
    await maplens.expectReady();
    await expectAgreement(maplens, { participant: FIRST, method: 'grad-cam', level: '5', target: '0', split: '1', selection: 'loss' });
  });

  test('without the switch a map under other choices says so, and is saved as what it is', async () => {
    await maplens.choose('target', '1');
    await maplens.choose('level', '7');
    assert.equal(await label(maplens, 'data-current'), 'false');
    assert.match(await maplens.get('picture-label').innerText(), /level 5 .*Not what is chosen: press Compute/);
    assert.match(await maplens.get('numbers-of').innerText(), /level 5 .*node 0/);
    await shoot(maplens.page, 'choices-outdated', { windows: [{ width: 1440, height: 900 }, { width: 390, height: 844 }] });
    const said = { participant: FIRST, method: 'grad-cam', level: '5', target: '0', split: '1', selection: 'loss' };
    await expectPictureSaved(maplens, said);
    assert.equal(await maplens.compute(), 'ready', await maplens.error());
    await expectAgreement(maplens, { ...said, level: '7', target: '1' });
  });

  test('a map of the split before stays under its own name, and is saved as what it is', async () => {
    await maplens.choose('split', '0');
    assert.equal(await label(maplens, 'data-current'), 'false');
    await expectPictureSaved(maplens, { participant: FIRST, method: 'grad-cam', level: '7', target: '1', split: '1', selection: 'loss' });
    await maplens.get('auto-compute').check();
    await maplens.expectReady();
    await expectAgreement(maplens, { participant: FIRST, method: 'grad-cam', level: '7', target: '1', split: '0', selection: 'loss' });
  });

  test('another model keeps what it has, too, and a refused one changes nothing', async () => {
    const said = { participant: FIRST, method: 'grad-cam', level: '7', target: '1', selection: 'loss' };
    assert.equal(await maplens.openModelFolder(mapsFolder('image_sr5_conv5')), 'ready', await maplens.error());
    await expectAgreement(maplens, said);
    assert.equal(await maplens.openModel(badImages.nonsense()), 'failed');
    await expectAgreement(maplens, said);
  });

  test('an element that is not there is refused in words', async () => {
    assert.equal(await maplens.openModel(mapsFolder('slice_sag_resnet18.tar.gz')), 'ready', await maplens.error());
    await maplens.chooseElement(81);
    for (const typed of ['9999', '3', '-1', '']) {
      await maplens.chooseElement(typed);
      assert.equal(await maplens.get('element').inputValue(), '81', `${typed} was taken`);
      assert.match(await maplens.get('element-problem').innerText(), /There is no slice .*only slice 78–\d+\. It is still slice 81\./);
    }
    assert.equal(await label(maplens, 'data-element'), '81');
    await maplens.chooseElement(82);
    assert.ok(await maplens.get('element-problem').isHidden());
    assert.equal(await label(maplens, 'data-element'), '82');
  });
});

describe('maps follow choices', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  test('a target, a method, a participant: each has its map without a button', async () => {
    await maplens.choose('target', '1');
    await expectAgreement(maplens, { participant: FIRST, method: 'gradients', target: '1' });
    await maplens.choose('method', 'grad-cam');
    await expectAgreement(maplens, { participant: FIRST, method: 'grad-cam', target: '1' });
    await maplens.showParticipant(SECOND);
    await expectAgreement(maplens, { participant: SECOND, method: 'grad-cam', target: '1' });
  });

  test('the newest wish wins, and the map before stays until it is there', async () => {
    const seen = await maplens.page.evaluate(async () => {
      const choose = (testId, value) => {
        const select = document.querySelector(`[data-testid="${testId}"]`);
        select.value = value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      };
      const without = [];
      const observer = new MutationObserver(() => document.querySelector('[data-testid="logits"]') || without.push(performance.now()));
      observer.observe(document, { subtree: true, childList: true });
      for (const level of ['2', '4', '6', '8']) {
        choose('level', level);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      const label = document.querySelector('[data-testid="picture-label"]');
      return { without, current: label.dataset.current };
    });
    assert.equal(seen.current, 'false');
    await maplens.expectReady();
    assert.deepEqual(seen.without, []);
    await expectAgreement(maplens, { participant: SECOND, method: 'grad-cam', level: '8', target: '1' });
  });

  test('Compute beside a map that follows is no error', async () => {
    await chooseAtOnce(maplens, [['target', '0']], 'compute');
    await maplens.expectReady();
    await maplens.get('compute').click();
    await maplens.get('compute').click();
    await maplens.expectReady();
    await expectAgreement(maplens, { participant: SECOND, method: 'grad-cam', level: '8', target: '0' });
  });

  test('what was cancelled is not computed again by itself', async () => {
    await chooseAtOnce(maplens, [['target', '1']], 'cancel');
    await maplens.expectReady();
    assert.equal(await label(maplens, 'data-current'), 'false');
    assert.equal(await label(maplens, 'data-target'), '0');
    assert.equal(await maplens.compute(), 'ready');
    await expectAgreement(maplens, { participant: SECOND, method: 'grad-cam', level: '8', target: '1' });
  });

  test('a map that cannot be computed by itself is explained where it is missing', async () => {
    assert.equal(await maplens.openImages(badImages.constant()), 'ready', await maplens.error());
    assert.match(await maplens.get('no-map').innerText(), /constant/);
    assert.equal(await maplens.compute(), 'failed');
  });

  test('the switch turns it off, and the address keeps it', async () => {
    await maplens.page.goto(PAGE_URL);
    await maplens.firstMap();
    await maplens.get('auto-compute').uncheck();
    await maplens.choose('target', '1');
    assert.equal(await label(maplens, 'data-target'), '0');
    await maplens.still();
    assert.match(await maplens.address(), /[#&]auto=off(&|$)/);
    const other = await open(browser, { url: `${PAGE_URL}#auto=off` });
    await other.firstMap();
    assert.ok(!(await other.get('auto-compute').isChecked()));
    await other.choose('target', '1');
    assert.equal(await label(other, 'data-target'), '0');
    await other.get('auto-compute').check();
    await other.expectReady();
    assert.equal(await label(other, 'data-target'), '1');
    await other.close();
  });
});

/** Asserts that everything that names the shown map names the same one, which is `said`. */
async function expectAgreement(maplens, said) {
  const form = await maplens.page.evaluate(() => {
    const value = (testId) => document.querySelector(`[data-testid="${testId}"]`).value;
    return Object.fromEntries(['method', 'level', 'target', 'split', 'selection'].map((testId) => [testId, value(testId)]));
  });
  const { participant, ...choices } = said;
  for (const [field, value] of Object.entries(choices)) assert.equal(form[field], value, `the form's ${field}`);
  assert.deepEqual(await rows(maplens, 'aria-selected'), [participant], 'the selected row');
  assert.equal(await label(maplens, 'data-current'), 'true', await maplens.get('picture-label').innerText());
  await expectPictureSaved(maplens, said);
}

/** Asserts that the label, the record and the saved file are of the map `said`. */
async function expectPictureSaved(maplens, { participant, method, level, target, split = '0', selection = 'loss' }) {
  const [{ name, bytes }, map] = [await maplens.download('download-record'), await maplens.download('download-nifti')];
  const { input, explanation, model } = JSON.parse(bytes.toString('utf8'));
  const shownLevel = await label(maplens, 'data-level');
  const of = {
    label: [await label(maplens, 'data-participant'), await label(maplens, 'data-method'), await label(maplens, 'data-target'), await label(maplens, 'data-split'), await label(maplens, 'data-selection')],
    record: [input.participant_id, explanation.method, String(explanation.target_node), String(model.split), model.selection],
  };
  const said = [participant, method, target, split, selection];
  assert.deepEqual(of, { label: said, record: said });
  assert.equal(explanation.level === null ? null : String(explanation.level), shownLevel);
  if (level !== undefined) assert.equal(shownLevel, level);
  for (const file of [name, map.name]) assert.ok(file.startsWith(`${participant}_ses-M000_`), file);
}

function label(maplens, attribute) {
  return maplens.get('picture-label').getAttribute(attribute);
}

/** The participants of the rows whose attribute is `true`. */
function rows(maplens, attribute) {
  return maplens.page.locator(`[data-testid="participant-row"][${attribute}="true"]`).evaluateAll((all) => all.map((row) => row.dataset.participant));
}

function click(maplens, participant) {
  return maplens.page.locator(`[data-testid="participant-row"][data-participant="${participant}"]`).click();
}

/** Chooses and clicks without waiting for anything in between. */
function chooseAtOnce(maplens, choices, button, more = []) {
  return maplens.page.evaluate(
    ({ choices, button, more }) => {
      const element = (testId) => document.querySelector(`[data-testid="${testId}"]`);
      const choose = ([testId, value]) => {
        element(testId).value = value;
        element(testId).dispatchEvent(new Event('change', { bubbles: true }));
        // The page shows what was chosen before the next choice is made, as it does for people.
        return new Promise((resolve) => setTimeout(resolve));
      };
      const all = async () => {
        for (const choice of choices) await choose(choice);
        if (button) element(button).click();
        for (const choice of more) await choose(choice);
      };
      return all();
    },
    { choices, button, more },
  );
}

/** Keeps a demo participant's image back until `release` is called; `began` is when it is asked for. */
async function hold(maplens, participant) {
  const address = new RegExp(`demo/.*${participant}.*nii`);
  const held = {};
  held.began = new Promise((resolve) => (held.begin = resolve));
  const released = new Promise((resolve) => (held.release = resolve));
  await maplens.page.route(address, async (route) => {
    held.begin();
    await released;
    await route.continue();
  });
  return held;
}
