// A cohort costs time, not memory: 200 participants take little more of it than 10.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { launch, openWithDemo } from './browser.mjs';
import { checkTree } from './checks.mjs';
import { cohortOfPreparedRegions, mapsOfPreparedRegion } from './inputs.mjs';

const [SMALL, LARGE] = [10, 200];
const MOST = 1.5;
const FORM = { 'data-group': 'cohort', 'run-name': 'run', 'run-splits': ['0'], 'run-selections': ['loss'], 'save-individual': true };
const TREE = { group: 'cohort', name: 'run', mode: 'roi', method: 'grad-cam', individual: true };

describe('cohorts', () => {
  const used = new Map();

  for (const size of [SMALL, LARGE]) {
    test(`of ${size} participants`, async (t) => {
      // WebAssembly's memory never shrinks, nor does a process's peak: each cohort has a browser of its own.
      const browser = await launch();
      t.after(() => browser.close());
      const maplens = await openWithDemo(browser, { device: 'cpu' });
      await maplens.choose('method', 'grad-cam');
      // The demo's images lack the region's mask, so that the page reports an error until the cohort's are there.
      await maplens.openModelFolder(mapsOfPreparedRegion());
      assert.equal(await maplens.openImagesFolder(cohortOfPreparedRegions(size)), 'ready', await maplens.error());
      assert.equal(await maplens.get('participant-row').count(), size);
      await maplens.fillGroup(FORM);
      const started = performance.now();
      await maplens.get('run-group').click();
      await maplens.page.waitForFunction(isOver, null, { timeout: 280_000, polling: 500 });
      assert.equal(await maplens.settled(), 'ready', await maplens.error());
      assert.deepEqual(await maplens.runProgress('run'), [size, size]);
      const seconds = (performance.now() - started) / 1000;
      used.set(size, { wasm: await peakOfEngine(maplens), process: await peakOfProcess(browser) });
      console.log(`# ${size} participants: ${seconds.toFixed(1)} s, ${inWords(used.get(size))}`);
      if (size === SMALL) checkTree(await maplens.download('download-results', maplens.run('run')), { ...TREE, sessions: size });
      assert.deepEqual(maplens.problems, []);
    });
  }

  test(`${LARGE} take at most ${MOST} times the memory of ${SMALL}`, () => {
    for (const what of ['wasm', 'process']) {
      const ratio = used.get(LARGE)[what] / used.get(SMALL)[what];
      console.log(`# ${what}: ${ratio.toFixed(2)}`);
      assert.ok(ratio <= MOST, `${what}: ${ratio}`);
    }
  });
});

/** Runs in the page: whether the group run has come to its end, good or bad. */
function isOver() {
  return document.querySelector('[data-testid="status"]').dataset.state !== 'computing';
}

/** Bytes of the engine's WebAssembly memory, as the record of one more map says; it has never been larger. */
async function peakOfEngine(maplens) {
  assert.equal(await maplens.compute(), 'ready', await maplens.error());
  return JSON.parse((await maplens.download('download-record')).bytes.toString('utf8')).peak_memory_bytes;
}

/** Bytes that the page's process, the worker in it included, ever had in memory. */
async function peakOfProcess(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => peakOfPid(id));
  return Math.max(...peaks);
}

function peakOfPid(pid) {
  const [, kibibytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmHWM:\s+(\d+) kB$/m);
  return Number(kibibytes) * 1024;
}

function inWords({ wasm, process }) {
  const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return `WebAssembly ${mebibytes(wasm)}, process ${mebibytes(process)}`;
}
