// Zoom, pan, windowing and undo on the planes: by mouse, touch, keys and controls.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';

describe('gestures', () => {
  let browser, maplens;
  before(async () => {
    browser = await launch();
    maplens = await openWithDemo(browser);
  });
  after(() => browser.close());

  const zoom = async () => 2 ** Number(await maplens.get('zoom').inputValue());
  const size = () => maplens.get('canvas-axial').evaluate((canvas) => [canvas.width, canvas.height]);
  const middle = async () => {
    const box = await maplens.get('canvas-axial').boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };

  test('Ctrl and the wheel zoom around the pointer, in all planes, and the address says so', async () => {
    const [wide, high] = await size();
    await maplens.page.mouse.move(...(await middle()));
    await maplens.page.keyboard.down('Control');
    for (let turn = 0; turn < 6; turn += 1) await maplens.page.mouse.wheel(0, -100);
    await maplens.page.keyboard.up('Control');
    await maplens.still();
    const factor = await zoom();
    assert.ok(factor > 2.5 && factor < 3.5, `zoom ${factor}`);
    const now = await size();
    assert.ok(Math.abs(now[0] - wide / factor) <= 1.5 && Math.abs(now[1] - high / factor) <= 1.5, `${now} of ${[wide, high]} voxels`);
    assert.match(await maplens.address(), /zoom=2\.9\d*&center=/);
  });

  test('Shift and a drag move the picture, not the crosshair', async () => {
    const [before, position] = [await maplens.picture(), await maplens.get('crosshair-mm').innerText()];
    const [x, y] = await middle();
    await maplens.page.keyboard.down('Shift');
    await drag([x, y], [x + 25, y + 10]);
    await maplens.page.keyboard.up('Shift');
    await maplens.still();
    assert.notEqual(await maplens.picture(), before);
    assert.equal(await maplens.get('crosshair-mm').innerText(), position);
  });

  test('the right button changes contrast and brightness of the image', async () => {
    const before = await maplens.picture();
    const [x, y] = await middle();
    await drag([x, y], [x + 60, y - 40], 'right');
    await maplens.still();
    assert.notEqual(await maplens.picture(), before);
    assert.match(await maplens.address(), /window=/);
  });

  test('undo takes the changes back one by one, redo does them again', async () => {
    const states = [await maplens.picture()];
    for (let step = 0; step < 3; step += 1) {
      await maplens.page.keyboard.press('Control+z');
      await maplens.still();
      states.push(await maplens.picture());
    }
    assert.equal(new Set(states).size, states.length, 'a step changed nothing');
    for (let step = 2; step >= 0; step -= 1) {
      await maplens.get('redo').click();
      await maplens.still();
      assert.equal(await maplens.picture(), states[step], `redo does not lead to state ${step}`);
    }
  });

  test('a reload shows the same part', async () => {
    const before = [await maplens.picture(), await zoom()];
    await maplens.page.reload();
    await maplens.firstMap();
    assert.equal(await zoom(), before[1]);
    await maplens.page.waitForTimeout(300);
    assert.equal(await maplens.picture(), before[0]);
  });

  test('the whole picture comes back, by button and key', async () => {
    await maplens.get('reset-view').click();
    assert.equal(await zoom(), 1);
    await maplens.page.locator('body').press('z');
    assert.ok((await zoom()) > 1);
    await maplens.page.locator('body').press('0');
    assert.equal(await zoom(), 1);
  });

  test('the slider zooms', async () => {
    const [wide] = await size();
    await maplens.get('zoom').fill('1.5');
    await maplens.still();
    assert.ok(Math.abs(Math.log2(await zoom()) - 1.5) < 0.01, `zoom ${await zoom()}`);
    assert.ok((await size())[0] < wide / 2, 'the picture shows as much as before');
    await maplens.get('zoom').fill('0');
    await maplens.still();
    assert.deepEqual(maplens.problems, []);
  });

  test('the whole picture does not move, and leaves nothing to undo', async () => {
    // The address follows the view when it has been still.
    await maplens.still();
    const [before, [x, y]] = [await maplens.address(), await middle()];
    await maplens.page.keyboard.down('Shift');
    await drag([x, y], [x + 30, y + 30]);
    await maplens.page.keyboard.up('Shift');
    await maplens.still();
    await maplens.page.locator('body').press('z');
    await maplens.still();
    await maplens.get('undo').click();
    await maplens.still();
    assert.equal(await maplens.address(), before);
  });

  test('two fingers zoom', async () => {
    const [x, y] = await middle();
    const session = await maplens.context.newCDPSession(maplens.page);
    const touch = (type, apart) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: apart === null ? [] : [{ x: x - apart, y, id: 1 }, { x: x + apart, y, id: 2 }],
      });
    await touch('touchStart', 20);
    for (const apart of [25, 30, 35, 40]) await touch('touchMove', apart);
    await touch('touchEnd', null);
    await maplens.still();
    const factor = await zoom();
    assert.ok(factor > 1.7 && factor < 2.3, `fingers twice as far apart zoom by ${factor}`);
    await maplens.get('reset-view').click();
  });

  test('nonsense in the address is not followed', async () => {
    await maplens.page.goto(`${maplens.page.url().split('#')[0]}#zoom=1e9&center=a,b,c&window=5`);
    await maplens.page.reload();
    await maplens.firstMap();
    assert.equal(await zoom(), 1);
    assert.deepEqual(maplens.problems, []);
  });

  async function drag(from, to, button = 'left') {
    const { mouse } = maplens.page;
    await mouse.move(...from);
    await mouse.down({ button });
    await mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    await mouse.move(...to);
    await mouse.up({ button });
  }
});
