// Starts Chromium and opens the page, with everything observed that the tests ask about.
import { chromium } from 'playwright-core';
import { MapLens, PATIENCE_MS } from './maplens.mjs';
import { DESKTOP } from './shots.mjs';

/** Where index.html is served; `cargo xtask test` says. By hand: `cargo xtask serve`, then this default. */
export const PAGE_URL = process.env.MAPLENS_URL ?? 'http://127.0.0.1:8080/';

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic'];

/** WebGPU on the software adapter of a headless browser. */
export const WITH_WEBGPU = ['--enable-unsafe-webgpu'];
export const WITHOUT_WEBGPU = [];

export function launch(flags = WITH_WEBGPU) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', ...QUIET, ...flags] });
}

/**
 * Opens the page; `requests`, `problems` and long tasks are recorded from the first byte on. `url` is for the page under
 * another address.
 */
export async function open(browser, { url = PAGE_URL, ...options } = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, acceptDownloads: true, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const maplens = new MapLens(page, context);
  await page.addInitScript(observe);
  const answer = await page.goto(url);
  if (!answer.ok()) throw new Error(`${url} answers ${answer.status()}`);
  return maplens;
}

/** Opens the page and waits until the demo's map is there; `device` computes what comes after it. */
export async function openWithDemo(browser, { device, ...options } = {}) {
  const maplens = await open(browser, options);
  await maplens.firstMap();
  if (device) await maplens.choose('device-choice', device);
  return maplens;
}

/** Runs in the page before its own scripts. */
function observe() {
  window.longTasks = [];
  const keep = (list) => list.getEntries().forEach(({ startTime, duration }) => window.longTasks.push({ startTime, duration }));
  new PerformanceObserver(keep).observe({ type: 'longtask', buffered: true });
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
  const statusOf = () => document.querySelector('[data-testid="status"]')?.dataset.state;
  const mapIsThere = () => document.querySelector('[data-testid="logits"]') && statusOf() === 'ready';
  const stamp = () => {
    if (statusOf()) window.mountedAt ??= performance.now();
    if (mapIsThere()) window.firstMapAt ??= Date.now();
  };
  new MutationObserver(stamp).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] });
}
