// The page as a user sees it. Everything goes through the public data-testid contract (README, "Handles for automation").
import { readFile } from 'node:fs/promises';

/** Longest wait for anything; the slowest thing here is a map on software WebGPU. */
export const PATIENCE_MS = 90_000;

const BUSY = ['loading', 'computing'];

export class MapLens {
  constructor(page, context) {
    Object.assign(this, { page, context, requests: [], problems: [] });
    context.on('request', (request) => this.requests.push({ url: request.url(), method: request.method(), body: request.postData() }));
    context.on('requestfinished', (request) => this.#finished(request));
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('crash', () => this.problems.push('the page crashed'));
  }

  /** The element with this test id. */
  get(testId) {
    return this.page.getByTestId(testId);
  }

  state() {
    return this.get('status').getAttribute('data-state');
  }

  /** Waits until nothing is running and gives the state. */
  async settled() {
    const deadline = Date.now() + PATIENCE_MS;
    for (let quiet = 0; quiet < 4; ) {
      if (Date.now() > deadline) throw new Error(`still ${await this.state()} after ${PATIENCE_MS} ms`);
      await this.page.waitForTimeout(50);
      quiet = BUSY.includes(await this.state()) ? 0 : quiet + 1;
    }
    return this.state();
  }

  /** Waits for the map that the page computes when it opens. */
  async firstMap() {
    const arrived = await Promise.race([this.get('logits').waitFor().then(() => true), this.get('error').waitFor().then(() => false)]);
    if (!arrived) throw new Error(`no map: ${await this.error()}`);
    await this.expectReady();
  }

  async expectReady() {
    const state = await this.settled();
    if (state !== 'ready') throw new Error(`the page is ${state}: ${await this.error()}`);
  }

  /** The text of the visible error, or an empty string. */
  async error() {
    return (await this.get('error').count()) ? (await this.get('error').first().innerText()).trim() : '';
  }

  async openModel(files) {
    await this.get('open-model').setInputFiles(files);
    return this.settled();
  }

  async openModelFolder(folder) {
    await this.get('open-model-folder').setInputFiles(folder);
    return this.settled();
  }

  async openImages(files) {
    await this.get('open-images').setInputFiles(files);
    return this.settled();
  }

  async choose(testId, value) {
    await this.get(testId).selectOption(value);
    return this.settled();
  }

  async compute() {
    await this.get('compute').click();
    return this.settled();
  }

  /** Clicks a download button and gives the file's path, suggested name and bytes. */
  async download(testId) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.get(testId).click()]);
    const path = await download.path();
    return { path, name: download.suggestedFilename(), bytes: await readFile(path) };
  }

  /** The logits shown, in the order of the nodes. */
  async logits() {
    const cells = await this.get('logits').locator('tbody tr td:nth-child(2)').allInnerTexts();
    return cells.map((text) => Number(text.replace('−', '-')));
  }

  /** Number of distinct colours on a canvas. */
  colours(testId) {
    return this.get(testId).evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  }

  close() {
    return this.context.close();
  }

  /** When each demo file had arrived, in milliseconds since 1970. */
  demoFinished = [];

  #finished(request) {
    if (request.url().includes('/demo/')) this.demoFinished.push(Date.now());
  }
}
