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

  async openImagesFolder(folder) {
    await this.get('open-images-folder').setInputFiles(folder);
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

  /** Chooses the element of that number, as it stands in names of files. */
  async chooseElement(number) {
    const field = this.get('element');
    if ((await field.evaluate((control) => control.tagName)) === 'SELECT') return this.choose('element', String(number));
    await field.fill(String(number));
    await field.press('Enter');
    return this.settled();
  }

  /** Fills in the form of a group run. Keys are test ids; a list says which boxes of a fieldset are checked. */
  async fillGroup(fields) {
    await this.get('group-form').evaluate((details) => (details.open = true));
    for (const [testId, value] of Object.entries(fields)) {
      const field = this.get(testId);
      if (Array.isArray(value)) {
        for (const box of await field.getByRole('checkbox').all()) await box.setChecked(value.includes(await box.getAttribute('value')));
      } else if (typeof value === 'boolean') await field.setChecked(value);
      else if ((await field.evaluate((control) => control.tagName)) === 'SELECT') await field.selectOption(value);
      else await field.fill(value);
    }
  }

  /** Runs the group as the form says and waits for its end. */
  async runGroup() {
    await this.get('run-group').click();
    return this.settled();
  }

  /** The kept run of that name. */
  run(name) {
    return this.page.locator(`[data-testid="run-row"][data-name="${name}"]`);
  }

  /** How many maps of a kept run there are, and how many there are to be. */
  async runProgress(name) {
    const { done, total } = await this.run(name).evaluate((row) => row.dataset);
    return [Number(done), Number(total)];
  }

  /** Clicks a download button and gives the file's path, suggested name and bytes. */
  async download(testId, within = this.page) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), within.getByTestId(testId).click()]);
    const path = await download.path();
    return { path, name: download.suggestedFilename(), bytes: await readFile(path) };
  }

  /** The same for a form of the map that is folded away. */
  async downloadMore(testId) {
    await this.get('more-downloads').evaluate((details) => (details.open = true));
    return this.download(testId);
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
