// Our worker, started as the page of src/ui starts it and spoken to in the same messages (src/engine/message).

export default class MapLens {
  #job = 0;
  #waiting = new Map();
  #runs = 0;

  constructor({ program, device, threads, work }) {
    Object.assign(this, { program, device, threads, work });
  }

  async load() {
    this.#start();
    const { Device } = await this.#ask({ ChooseDevice: { choice: this.device, threads: this.threads } });
    if (Device.kind !== this.device) throw new Error(`no ${this.device} here: ${Device.note}`);
    await this.#read();
    const { Participants } = await this.#ask('OpenImages', files('images'));
    this.participants = Participants.rows.map(({ participant }) => participant);
  }

  async map(input) {
    this.#runs += 1;
    if (this.work === 'read') return this.#read();
    return this.work === 'target' ? this.#explain(0, this.#runs % 2) : this.#explain(input, 0);
  }

  mapForValues(input) {
    return this.#explain(input, 0);
  }

  /** A change of the target is checked after a map of the other one. */
  async beforeValues(input) {
    if (this.work === 'target') await this.#explain(input, 1);
  }

  /** What the worker's own meters say. They do not see its helpers: of several threads the page's resident size counts. */
  async meters() {
    const { wasm, ...graphics } = await this.#metersOfWorker();
    return this.threads > 1 ? graphics : { wasm, ...graphics };
  }

  #metersOfWorker() {
    const channel = new BroadcastChannel('meters');
    return new Promise((resolve) => {
      channel.onmessage = ({ data }) => {
        channel.close();
        resolve(data);
      };
      channel.postMessage('read');
    });
  }

  #start() {
    const at = (path) => JSON.stringify(new URL(path, location.origin).href);
    const script = [
      `import { read } from ${at('/benches/browser/page/meters.mjs')};`,
      `const channel = new BroadcastChannel('meters');`,
      `channel.onmessage = ({ data }) => data === 'read' && channel.postMessage(read());`,
      // Not a static import: that would come before the line above, and what arrives meanwhile is kept there only.
      `const early = []; self.onmessage = (event) => early.push(event);`,
      `await import(${at(`/${this.program}/worker_start.js`)}); early.forEach((event) => self.onmessage(event));`,
    ];
    this.worker = new Worker(URL.createObjectURL(new Blob(script, { type: 'text/javascript' })), { type: 'module' });
    this.worker.onmessage = ({ data }) => this.#receive(data);
    this.worker.onerror = ({ message }) => this.#stopped(message ?? 'it could not be started');
  }

  async #read() {
    const start = performance.now();
    await this.#ask('OpenModel', files('maps'));
    return { milliseconds: performance.now() - start };
  }

  async #explain(input, target) {
    const method = ['gradcam', 'read'].includes(this.work) ? { 'grad-cam': { level: null } } : 'gradients';
    const participant = this.participants[input];
    const explanation = { participant, element: 0, method, target, convention: 'clinicadl-1.6.1', quantity: 'map' };
    const { Map: ready, buffers } = await this.#ask({ Explain: explanation });
    return { milliseconds: ready.milliseconds, map: buffers[0] };
  }

  #ask(request, given = []) {
    const id = ++this.#job;
    this.worker.postMessage({ json: JSON.stringify({ id, request }), files: given });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive({ json, buffers, stopped }) {
    if (stopped) return this.#stopped(stopped);
    const { job, event } = JSON.parse(json);
    if (event.Progress) return;
    const { resolve, reject } = this.#waiting.get(job);
    this.#waiting.delete(job);
    if (event.Failed) reject(new Error(`${event.Failed.what}; ${event.Failed.hint}`));
    else resolve({ ...event, buffers });
  }

  #stopped(words) {
    this.#waiting.forEach(({ reject }) => reject(new Error(`the worker stopped: ${words}`)));
    this.#waiting.clear();
  }
}

/** Where each file of a MAPS lies in it. */
const FOLDERS = { 'model.pth.tar': 'maps/split-0/best-loss/', 'train+validation.tsv': 'maps/groups/', 'maps.json': 'maps/' };

function files(input) {
  return [...document.getElementById(input).files].map((file) => ({ path: (FOLDERS[file.name] ?? '') + file.name, file }));
}
