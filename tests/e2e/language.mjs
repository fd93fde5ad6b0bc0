// The page in French: words, numbers, and what must not change with the language.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, openWithDemo, PAGE_URL } from './browser.mjs';

describe('language', () => {
  let browser;
  before(async () => (browser = await launch()));
  after(() => browser.close());

  test('a French browser gets a French page, with French numbers', async () => {
    const maplens = await openWithDemo(browser, { locale: 'fr-FR' });
    assert.equal(await maplens.page.locator('html').getAttribute('lang'), 'fr');
    assert.equal((await maplens.get('compute').innerText()).trim(), 'Calculer');
    assert.match(await maplens.get('crosshair-value').innerText(), /saillance −?\d/);
    assert.match(await maplens.page.locator('body').innerText(), /\d,\d/);
    assert.doesNotMatch(await maplens.get('logits').innerText(), /\d\.\d/);
    assert.equal(await maplens.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
    await maplens.context.close();
  });

  test('switching keeps the map, the form and the view', async () => {
    const maplens = await openWithDemo(browser);
    await maplens.choose('method', 'grad-cam');
    await maplens.compute();
    const before = [await maplens.get('crosshair-mm').innerText(), (await maplens.download('download-nifti')).bytes];
    await maplens.get('language').selectOption('fr');
    assert.equal(await maplens.get('method').inputValue(), 'grad-cam');
    const after = [await maplens.get('crosshair-mm').innerText(), (await maplens.download('download-nifti')).bytes];
    assert.equal(after[0].replaceAll(',', '.'), before[0]);
    assert.ok(after[1].equals(before[1]), 'the map is another one');
    assert.ok((await maplens.get('canvas-axial').screenshot()).length > 2000, 'the plane is empty');
    assert.equal((await maplens.get('compute').innerText()).trim(), 'Calculer');
    await maplens.get('language').selectOption('en');
    assert.equal((await maplens.get('compute').innerText()).trim(), 'Compute');
    await maplens.context.close();
  });

  test('the address keeps the language', async () => {
    const maplens = await open(browser, { url: `${PAGE_URL}#lang=fr` });
    await maplens.firstMap();
    assert.equal((await maplens.get('compute').innerText()).trim(), 'Calculer');
    await maplens.get('opacity').fill('0.5');
    await maplens.page.waitForFunction(() => location.hash.includes('opacity=0.5'));
    assert.match(await maplens.page.evaluate(() => location.hash), /lang=fr/);
    await maplens.page.reload();
    await maplens.firstMap();
    assert.equal((await maplens.get('compute').innerText()).trim(), 'Calculer');
    await maplens.context.close();
  });

  test('what nobody translated says so by staying English, not by being empty', async () => {
    const maplens = await open(browser, { url: `${PAGE_URL}#lang=xx` });
    await maplens.firstMap();
    assert.equal((await maplens.get('compute').innerText()).trim(), 'Compute');
    await maplens.context.close();
  });
});
