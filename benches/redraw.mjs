// How long the page's thread is busy with one redraw: reacting to the input, rendering, painting the canvases. In Chromium,
// with the demo's scan of 1 mm, under a map of 2 mm and, with `full`, of 1 mm (that map takes some ten seconds to compute).
//
// `node benches/redraw.mjs [full]` prints one JSON row per work; MAPLENS_URL and CHROMIUM as for tests/e2e. Each work runs
// a few times, and the run with the smallest 95th percentile counts: other programs can only make one longer.
import { join } from 'node:path';
import { launch, openWithDemo, WITHOUT_WEBGPU } from '../tests/e2e/browser.mjs';
import { FIXTURES, scan } from '../tests/e2e/inputs.mjs';

const N_RUNS = 5;
const N_FRAMES = 120;

/** The works: how to make the page redraw once; what changes is in the name. */
const WORKS = {
  // Two planes move, the third is where the pointer is: only its lines do.
  'drag-crosshair': async ({ page, get }, frame) => {
    const { x, y, width, height } = await get('canvas-coronal').boundingBox();
    const angle = (frame / N_FRAMES) * 2 * Math.PI;
    await page.mouse.move(x + width * (0.5 + 0.3 * Math.cos(angle)), y + height * (0.5 + 0.3 * Math.sin(angle)));
    if (frame === 0) await page.mouse.down();
    if (frame === N_FRAMES - 1) await page.mouse.up();
  },
  // All three planes are rendered anew.
  'three-planes': async ({ page, get }, frame) => {
    if (frame === 0) await get('opacity').focus();
    await page.keyboard.press(frame % 2 ? 'ArrowRight' : 'ArrowLeft');
  },
};

const browser = await launch(WITHOUT_WEBGPU);
try {
  const maplens = await openWithDemo(browser);
  await maplens.page.evaluate(observe);
  await measureAll(maplens, 'map-2mm');
  if (process.argv.includes('full')) {
    await maplens.openModel(join(FIXTURES, 'maps/image_full_conv4.tar.gz'));
    await maplens.openImages(scan('sub-TRIV24'));
    await maplens.compute();
    await measureAll(maplens, 'map-1mm');
  }
} finally {
  await browser.close();
}

async function measureAll(maplens, map) {
  for (const [work, step] of Object.entries(WORKS)) {
    const runs = [];
    for (let run = 0; run < N_RUNS; run += 1) runs.push(await measure(maplens, step));
    const best = runs.reduce((a, b) => (b.p95_ms < a.p95_ms ? b : a));
    console.log(JSON.stringify({ engine: 'maplens-page', work: `redraw-${work}-${map}`, ...best }));
  }
}

async function measure(maplens, step) {
  const context = { page: maplens.page, get: (testId) => maplens.get(testId) };
  await maplens.page.evaluate(() => window.frames_ms.clear());
  for (let frame = 0; frame < N_FRAMES; frame += 1) {
    await step(context, frame);
    await maplens.page.evaluate(() => new Promise((resolve) => window.nextFrame(() => setTimeout(resolve))));
  }
  const times = await maplens.page.evaluate(() => [...window.frames_ms.values()]);
  if (times.length < N_FRAMES / 2) throw new Error(`only ${times.length} of ${N_FRAMES} inputs led to a redraw`);
  times.sort((a, b) => a - b);
  const at = (share) => Number(times[Math.floor((times.length - 1) * share)].toFixed(2));
  return { frames: times.length, p50_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
}

/** Runs in the page: `frames_ms` gets the time of each frame that redraws, by its time stamp. */
function observe() {
  window.frames_ms = new Map();
  window.nextFrame = window.requestAnimationFrame.bind(window);
  // Reacting to an input ends, microtasks included, before the window's last listener hears of it.
  let [since, reacting] = [0, 0];
  for (const kind of ['pointermove', 'input']) {
    window.addEventListener(kind, () => (since = performance.now()), { capture: true });
    window.addEventListener(kind, () => (reacting += performance.now() - since));
  }
  window.requestAnimationFrame = (callback) =>
    window.nextFrame((time) => {
      const start = performance.now();
      callback(time);
      window.frames_ms.set(time, (window.frames_ms.get(time) ?? reacting) + performance.now() - start);
      reacting = 0;
    });
}
