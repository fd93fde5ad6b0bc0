// What the page answers to benches/browser/main.mjs, whichever engine runs in it.
import * as meters from './meters.mjs';

let engine;

window.bench = {
  /** Makes the engine of `given.module` ready. */
  async load(given) {
    const start = performance.now();
    const { default: Engine } = await import(given.module);
    engine = new Engine(given);
    await engine.load();
    return { wall_s: (performance.now() - start) / 1000, ...(await taken()) };
  },

  /** Computes `repeat` maps of one image after the other. */
  async run(input, repeat) {
    let milliseconds = 0;
    for (let index = 0; index < repeat; index++) milliseconds += (await timed((input + index) % 2)).milliseconds;
    return { wall_s: milliseconds / 1000, ...(await taken()) };
  },

  /** Computes a map and posts it to the server. */
  async values(input) {
    if (engine.beforeValues) await engine.beforeValues(input);
    const { milliseconds, map } = await timed(input, true);
    await fetch('/values', { method: 'POST', body: map });
    return { wall_s: milliseconds / 1000, ...(await taken()) };
  },
};

/** An engine may say itself how long it computed, without reading the image; else the clock counts. */
async function timed(input, forValues = false) {
  const start = performance.now();
  const { map, milliseconds } = await (forValues && engine.mapForValues ? engine.mapForValues(input) : engine.map(input));
  return { map, milliseconds: milliseconds ?? performance.now() - start };
}

async function taken() {
  const { wasm, buffers, binding } = (await engine.meters?.()) ?? meters.read();
  const mib = (bytes) => bytes / 2 ** 20;
  return { ...(wasm && { peak_mib: mib(wasm) }), ...(buffers && { gpu_mib: mib(buffers), binding_mib: mib(binding) }) };
}
