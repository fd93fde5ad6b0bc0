// How long the page's thread is busy with one redraw: reacting to the input, rendering, painting the canvases. In Chromium,
// with the demo's scan of 1 mm, under a map of 2 mm and, with `full`, of 1 mm (that map takes some ten seconds to compute). Then
// the same of four maps side by side, until the last of them is painted; and the memory of the page's own program with one map.
//
// `node benches/redraw.mjs [full]` prints one JSON row per work; MAPLENS_URL and CHROMIUM as for tests/e2e. Each work runs
// a few times, and the run with the smallest 95th percentile counts: other programs can only make one longer.
import { join } from 'node:path';
import { launch, open, WITHOUT_WEBGPU } from '../tests/e2e/browser.mjs';
import { FIXTURES, scan } from '../tests/e2e/inputs.mjs';

const N_RUNS = 5;
const N_FRAMES = 120;

/** Four maps of one scan, each of its own voxels. */
const KEPT = ['gradients', 'grad-cam'].flatMap((method) => ['0', '1'].map((target) => ({ method, target })));

/** Keys that move the crosshair, and bring it back: at the picture's edge nothing is drawn. */
const AROUND = ['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown'];

/** Of the demo's scan, 169×208×179 voxels of 1 mm, as float32. */
const VOLUME_BYTES = 169 * 208 * 179 * 4;

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
  await measureAll(await opened(), 'map-2mm');
  if (process.argv.includes('full')) {
    const maplens = await opened();
    await maplens.openModel(join(FIXTURES, 'maps/image_full_conv4.tar.gz'));
    await maplens.openImages(scan('sub-TRIV24'));
    await maplens.compute();
    await measureAll(maplens, 'map-1mm');
  }
} finally {
  await browser.close();
}

async function opened() {
  const maplens = await open(browser);
  // Before the page's program is there; the reload is quick.
  await maplens.page.addInitScript(holdMemory);
  await maplens.page.reload();
  await maplens.firstMap();
  await maplens.page.evaluate(observe);
  return maplens;
}

async function measureAll(maplens, map) {
  console.log(JSON.stringify({ engine: 'maplens-page', work: `memory-one-${map}`, ...(await memory(maplens)) }));
  for (const [work, step] of Object.entries(WORKS)) {
    const runs = [];
    for (let run = 0; run < N_RUNS; run += 1) runs.push(await measure(maplens, step));
    const best = runs.reduce((a, b) => (b.p95_ms < a.p95_ms ? b : a));
    console.log(JSON.stringify({ engine: 'maplens-page', work: `redraw-${work}-${map}`, ...best }));
  }
  await keepFour(maplens);
  const runs = [];
  for (let run = 0; run < N_RUNS; run += 1) runs.push(await measureLinked(maplens));
  const best = runs.reduce((a, b) => (b.p95_ms < a.p95_ms ? b : a));
  console.log(JSON.stringify({ engine: 'maplens-page', work: `redraw-four-${map}`, ...best }));
}

/** Memory of the page's program, and buffers that JavaScript holds beside it; the engine's worker has its own. */
async function memory({ page, context }) {
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
  const program = await page.evaluate(() => window.memories.reduce((bytes, memory) => bytes + memory.buffer.byteLength, 0));
  // The program's own memory may be counted among the buffers.
  const buffers = backingStorageSize >= program ? backingStorageSize - program : backingStorageSize;
  const mib = (bytes) => Number((bytes / 2 ** 20).toFixed(1));
  return { program_mib: mib(program), buffers_mib: mib(buffers), volumes: Number(((program + buffers) / VOLUME_BYTES).toFixed(2)) };
}

async function keepFour(maplens) {
  await maplens.get('tab-compare').click();
  for (const { method, target } of KEPT) {
    await maplens.choose('method', method);
    await maplens.choose('target', target);
    if ((await maplens.compute()) !== 'ready') throw new Error(await maplens.error());
    await maplens.get('pin-map').click();
    await maplens.settled();
  }
  const kept = await maplens.get('compare-column').count();
  if (kept !== KEPT.length) throw new Error(`${kept} maps are kept, not ${KEPT.length}`);
}

/** The crosshair is moved by keys; for each step all that the page does until nothing is left to draw. */
async function measureLinked(maplens) {
  const { page } = maplens;
  await maplens.get('canvas-coronal').evaluate((canvas) => canvas.focus({ preventScroll: true }));
  const times = [];
  for (let frame = 0; frame < N_FRAMES; frame += 1) {
    await page.evaluate(() => (window.pieces_ms = []));
    await page.keyboard.press(AROUND[frame % AROUND.length]);
    const pieces = await page.evaluate(() => window.still());
    // Columns are drawn one a frame, after the frame's own planes.
    if (pieces.length <= KEPT.length) throw new Error(`${pieces.length} pieces of work: not all columns were drawn`);
    times.push({ all: pieces.reduce((sum, ms) => sum + ms, 0), longest: Math.max(...pieces) });
  }
  const at = (share, of) => Number(times.map(of).sort((a, b) => a - b)[Math.floor((times.length - 1) * share)].toFixed(2));
  const all = (time) => time.all;
  return { inputs: times.length, p50_ms: at(0.5, all), p95_ms: at(0.95, all), max_ms: at(1, all), piece_p95_ms: at(0.95, (time) => time.longest) };
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
  window.pieces_ms = [];
  window.nextFrame = window.requestAnimationFrame.bind(window);
  // Reacting to an input ends, microtasks included, before the window's last listener hears of it.
  let [since, reacting] = [0, 0];
  for (const kind of ['pointermove', 'input', 'keydown']) {
    window.addEventListener(kind, () => (since = performance.now()), { capture: true });
    window.addEventListener(kind, () => (reacting += performance.now() - since));
  }
  window.requestAnimationFrame = (callback) =>
    window.nextFrame((time) => {
      const start = performance.now();
      callback(time);
      const spent = performance.now() - start;
      window.frames_ms.set(time, (window.frames_ms.get(time) ?? reacting) + spent);
      window.pieces_ms.push(reacting + spent);
      reacting = 0;
    });
  // Columns are drawn in turns that a message gives: in the microtasks after it.
  const port = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
  const timed = (handler) => async (event) => {
    const start = performance.now();
    handler(event);
    for (let turn = 0; turn < 20; turn += 1) await null;
    window.pieces_ms.push(performance.now() - start);
  };
  Object.defineProperty(MessagePort.prototype, 'onmessage', { ...port, set(handler) { port.set.call(this, handler && timed(handler)); } });
  /** Waits until a few frames have brought no work, and gives what there was. */
  window.still = async () => {
    for (let [quiet, last] = [0, -1]; quiet < 3; ) {
      await new Promise((resolve) => window.nextFrame(() => setTimeout(resolve)));
      quiet = window.pieces_ms.length === last ? quiet + 1 : 0;
      last = window.pieces_ms.length;
    }
    return window.pieces_ms;
  };
}

/** Runs in the page before its own scripts: `memories` are those of all programs that start. */
function holdMemory() {
  window.memories = [];
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await original.apply(WebAssembly, given);
      const { memory } = (made.instance ?? made).exports;
      if (memory) window.memories.push(memory);
      return made;
    };
  }
}
