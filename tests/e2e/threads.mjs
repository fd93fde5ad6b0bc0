// Several threads on the CPU path: the same map, bit for bit, however many compute and whatever becomes of the helpers.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, open, PAGE_URL } from './browser.mjs';
import { FIXTURES, scan } from './inputs.mjs';

/** At full resolution: blocks that are worth sharing. */
const MODEL = join(FIXTURES, 'maps/image_full_conv4.tar.gz');
const HELPERS = 2;

/** Says with a request that a helper has answered. */
const COUNTED = `
const send = self.postMessage.bind(self);
self.postMessage = (message, ...rest) => {
  if (message.buffer) fetch(new URL('helped', import.meta.url));
  send(message, ...rest);
};`;

/** Modules that take the place of the one that starts a helper. */
const BROKEN = {
  'cannot be read': 'this is no script',
  'never answers': 'self.postMessage({ ready: true }); self.onmessage = () => {};',
  'answers too little': `self.postMessage({ ready: true }); self.onmessage = ({ data }) => {
    const order = typeof data.words === 'string' && JSON.parse(data.words);
    const words = order && order.Forward && String(order.Forward.piece.number);
    if (words) self.postMessage({ words, buffer: new ArrayBuffer(4), floats: 1, bytes: 0 });
  };`,
  'answers what is no message': 'self.postMessage({ ready: true }); self.onmessage = () => self.postMessage("no");',
  'ends itself': 'self.postMessage({ ready: true }); self.onmessage = () => self.close();',
};

describe('threads', () => {
  let browser, server, alone;
  before(async () => {
    browser = await launch();
    server = await serve();
    const maplens = await opened(1);
    assert.match(await maplens.get('device').innerText(), /^CPU$/);
    alone = await mapOf(maplens);
    await maplens.close();
    assert.equal(server.started, 0, 'one thread needs no helper');
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  test('three threads give the bytes of one, and the page says that they are three', async () => {
    server.script = (own) => own + COUNTED;
    const maplens = await opened(1 + HELPERS);
    assert.match(await maplens.get('device').innerText(), /^CPU, 3 threads$/);
    let started;
    for (let count = 0; count < 3; count += 1) {
      const map = await mapOf(maplens);
      assert.ok(map.bytes.equals(alone.bytes), `map ${count} differs`);
      assert.equal(map.record.map.sha256, alone.record.map.sha256);
      assert.equal(map.record.device.threads, 1 + HELPERS);
      started ??= server.started;
      console.log(`# ${timings(map)} with ${server.helped} answers of helpers so far; alone ${timings(alone)}`);
    }
    assert.equal(server.started, started, 'helpers stay');
    assert.ok(server.helped > 0, 'helpers have helped');
    assert.deepEqual([maplens.warnings, maplens.problems, await maplens.page.evaluate(() => window.violations)], [[], [], []]);
    assert.match(maplens.page.url(), /[#&]threads=3(&|$)/, 'the address keeps the number');
    await maplens.close();
  });

  test('a cancel is heard while helpers work, and the next map is the same', async () => {
    const maplens = await opened(1 + HELPERS);
    await mapOf(maplens);
    await maplens.choose('target', '1');
    await maplens.get('compute').click();
    await maplens.get('cancel').click();
    await maplens.expectReady();
    await maplens.choose('target', '0');
    assert.ok((await mapOf(maplens)).bytes.equals(alone.bytes));
    await maplens.close();
  });

  for (const [what, script] of Object.entries(BROKEN)) {
    test(`a helper that ${what} changes nothing`, async () => {
      server.script = () => script;
      const maplens = await opened(1 + HELPERS);
      // Helpers may be heard of after the first map only.
      for (let count = 0; count < 3 && maplens.warnings.length === 0; count += 1) {
        assert.ok((await mapOf(maplens)).bytes.equals(alone.bytes));
      }
      assert.equal(maplens.warnings.length, 1, String(maplens.warnings));
      assert.match(maplens.warnings[0], /one thread from now on/);
      assert.ok((await mapOf(maplens)).bytes.equals(alone.bytes));
      await maplens.close();
    });
  }

  test('without the script that starts helpers there is a map all the same', async () => {
    server.script = () => undefined;
    const maplens = await opened(1 + HELPERS);
    assert.ok((await mapOf(maplens)).bytes.equals(alone.bytes));
    await maplens.close();
  });

  async function opened(threads) {
    const maplens = await open(browser, { url: `${server.url}#threads=${threads}` });
    maplens.warnings = warningsOf(maplens);
    await maplens.firstMap();
    await maplens.choose('device-choice', 'cpu');
    assert.equal(await maplens.openModel(MODEL), 'ready', await maplens.error());
    assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
    return maplens;
  }
});

/** A map that starts from the image, not from what the last one left. */
async function mapOf(maplens) {
  assert.equal(await maplens.openImages(scan('sub-TRIV24')), 'ready', await maplens.error());
  assert.equal(await maplens.compute(), 'ready', await maplens.error());
  const [{ bytes }, record] = [await maplens.download('download-pt'), await maplens.download('download-record')];
  return { bytes, record: JSON.parse(record.bytes.toString('utf8')) };
}

function timings({ record }) {
  return record.timings.filter(({ stage }) => stage.endsWith('_map')).map(({ milliseconds }) => `${milliseconds.toFixed(0)} ms`).join();
}

function warningsOf(maplens) {
  const warnings = [];
  maplens.page.on('console', (message) => message.type() === 'warning' && message.text().includes('thread') && warnings.push(message.text()));
  return warnings;
}

/** The page under another address, where `script` may change the module that starts a helper. */
async function serve() {
  const own = { started: 0, helped: 0, script: (text) => text };
  const server = createServer(async ({ url }, response) => {
    if (url === '/helped') {
      own.helped += 1;
      return response.end();
    }
    const answer = await fetch(new URL(`.${url}`, PAGE_URL));
    let body = Buffer.from(await answer.arrayBuffer());
    if (url === '/helper_start.js') {
      own.started += 1;
      body = own.script(body.toString('utf8'));
    }
    response.writeHead(body === undefined ? 404 : answer.status, { 'content-type': answer.headers.get('content-type') }).end(body);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return Object.assign(own, { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() });
}
