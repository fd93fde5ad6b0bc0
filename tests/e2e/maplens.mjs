// The page as a user sees it. Everything goes through the public data-testid contract (README, "Handles for automation").
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Longest wait for anything; the slowest thing here is a map on software WebGPU. */
export const PATIENCE_MS = 90_000;

const BUSY = ['loading', 'computing'];
/** The page writes the view into its address, and notes it for undo, when it has been still for 300 ms. */
const STILL_MS = 450;

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

  /** Shows another participant of those that are loaded. */
  async showParticipant(name) {
    await this.page.locator(`[data-testid="participant-row"][data-participant="${name}"]`).click();
    await this.expectReady();
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
    await this.unfold('group-form');
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
    await this.unfold('more-downloads');
    return this.download(testId);
  }

  /** The logits shown, in the order of the nodes. */
  async logits() {
    const cells = await this.get('logits').locator('tbody tr td:nth-child(2)').allInnerTexts();
    return cells.map((text) => Number(text.replace('−', '-')));
  }

  /** Number of distinct colours on a canvas. */
  colours(testId) {
    return coloursOf(this.get(testId));
  }

  /** A short word for what a plane shows. */
  async picture(plane = 'axial') {
    const pixels = await this.get(`canvas-${plane}`).evaluate((canvas) => canvas.toDataURL());
    return createHash('sha256').update(pixels).digest('hex').slice(0, 12);
  }

  /** Opens what is folded away. */
  unfold(testId) {
    return this.get(testId).evaluate((details) => (details.open = true));
  }

  /** Waits until the address says what is seen. */
  still() {
    return this.page.waitForTimeout(STILL_MS);
  }

  /** The address from its `#` on. */
  address() {
    return this.page.evaluate(() => location.hash);
  }

  /** Milliseconds of the page's clock. */
  now() {
    return this.page.evaluate(() => performance.now());
  }

  /** Milliseconds that the longest of the page's tasks over 50 ms took since then, 0 without any. */
  longestTask(since) {
    const longest = (since) => Math.max(0, ...window.longTasks.filter(({ startTime }) => startTime > since).map(({ duration }) => duration));
    return this.page.evaluate(longest, since);
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

/** Number of distinct colours on a located canvas. */
export function coloursOf(canvas) {
  return canvas.evaluate((element) => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}
