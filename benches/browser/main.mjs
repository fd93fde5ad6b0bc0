// An engine in headless Chromium as one of those that `cargo xtask bench` measures (protocol: benches/README.md).
//
//   node benches/browser/main.mjs ENGINE [THREADS]
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Chromium } from './chromium.mjs';
import { serve } from './server.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const { MAPLENS_DIST, MAPLENS_STOCK } = process.env;

/** Module of benches that runs in the page, and what it is told. */
const ENGINES = {
  'maplens-wasm': ['browser/page/maplens.mjs', { program: 'dist', device: 'cpu' }],
  'maplens-webgpu': ['browser/page/maplens.mjs', { program: 'dist', device: 'webgpu' }],
  'burn-flex-wasm': ['browser/page/maplens.mjs', { program: 'stock', device: 'cpu' }],
  'burn-stock-webgpu': ['browser/page/maplens.mjs', { program: 'stock', device: 'webgpu' }],
  'onnxruntime-web-wasm': ['peers/onnxruntime_web.mjs', {}],
  'tfjs-webgpu': ['peers/tfjs_webgpu.mjs', {}],
};

const [module, options] = ENGINES[process.argv[2]];
/** Of our engine on the CPU; its peers have one. */
const threads = Number(process.argv[3] ?? 1);
const folders = { benches: join(HERE, '..'), dist: MAPLENS_DIST, stock: MAPLENS_STOCK };
const server = await serve(folders);
const chromium = await Chromium.launch();

async function load({ work, case: files }) {
  folders.case = files.folder;
  await chromium.open(`${server.url}benches/browser/page/index.html`);
  // The browser gives the page files of the disk, as if they had been chosen.
  await chromium.page.setInputFiles('#maps', [
    join(files.maps, 'maps.json'),
    join(files.maps, 'groups/train+validation.tsv'),
    files.checkpoint,
  ]);
  await chromium.page.setInputFiles('#images', [0, 1].map((index) => join(files.images, `sub-BENCH${index}_ses-M000_T1w.nii`)));
  const given = { ...options, threads, work, shape: files.shape, module: `${server.url}benches/${module}` };
  return chromium.measured((page) => page.evaluate((given) => window.bench.load(given), given));
}

function run({ input, repeat }) {
  return chromium.measured((page) => page.evaluate(([input, repeat]) => window.bench.run(input, repeat), [input, repeat]));
}

async function values({ input, path }) {
  const answer = await chromium.measured((page) => page.evaluate((input) => window.bench.values(input), input));
  await writeFile(path, server.posted());
  return answer;
}

const JOBS = { load, run, values };
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = await JOBS[request.do](request).catch((error) => ({ error: String(error.message ?? error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await chromium.close();
server.close();
