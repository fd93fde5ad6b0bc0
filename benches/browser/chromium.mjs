// Headless Chromium with one page, and what its processes take. Only Linux tells: elsewhere CPU time and memory are absent.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../tests/e2e/package.json', import.meta.url))('playwright-core');

// WebGPU on the software adapter of a headless browser, and no conversation with the world.
const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-webgpu', '--disable-background-networking'];
const QUIET = ['--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic'];
/** The processes that compute. */
const COMPUTING = ['renderer', 'gpu-process'];
/** Longest wait for one answer, in milliseconds: a software adapter takes its time. */
const PATIENCE = 1_200_000;

export class Chromium {
  static async launch() {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...QUIET] });
    const page = await browser.newPage();
    const self = Object.assign(new Chromium(), { browser, page, lastWords: '' });
    page.on('console', (message) => message.type() === 'error' && (self.lastWords = message.text()));
    page.on('pageerror', (error) => (self.lastWords = String(error)));
    self.crashed = new Promise((resolve) => page.once('crash', resolve));
    return self;
  }

  async open(url) {
    const answer = await this.page.goto(url);
    if (!answer.ok()) throw new Error(`${url} answers ${answer.status()}`);
  }

  /** Does something in the page that answers with `wall_s`, and adds CPU seconds and the page's largest resident size. */
  async measured(job) {
    const processes = this.processes();
    processes.forEach(({ pid }) => resetPeak(pid));
    const cpu = seconds(processes);
    const answer = await this.answerOf(job(this.page));
    const after = this.processes();
    const renderers = after.filter(({ type }) => type === 'renderer');
    const rss_mib = Math.max(...renderers.map(({ pid }) => peakMib(pid)), 0);
    const version = `Chromium ${this.browser.version()}`;
    return { peak_mib: rss_mib, rss_mib, version, ...answer, cpu_s: seconds(after) - cpu };
  }

  /** Fails when the page crashes or nothing is heard of it. */
  async answerOf(job) {
    let timer;
    const silence = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE, `no answer within ${PATIENCE / 1000} s`)));
    const crash = this.crashed.then(() => 'the page crashed');
    const failure = Promise.race([silence, crash]).then((what) => Promise.reject(new Error(`${what}; its last words: ${this.lastWords}`)));
    return Promise.race([job, failure]).finally(() => clearTimeout(timer));
  }

  /** The computing processes among those that this one has started, and they in turn. */
  processes() {
    const all = processIds().map((pid) => ({ pid, parent: parentOf(pid) }));
    const ours = new Set([process.pid]);
    for (let before = 0; before < ours.size; ) {
      before = ours.size;
      all.filter(({ parent }) => ours.has(parent)).forEach(({ pid }) => ours.add(pid));
    }
    ours.delete(process.pid);
    return [...ours].map((pid) => ({ pid, type: typeOf(pid) })).filter(({ type }) => COMPUTING.includes(type));
  }

  close() {
    return this.browser.close();
  }
}

function processIds() {
  return attempt(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name)).map(Number);
}

function parentOf(pid) {
  // The name of the program, in brackets, may hold anything.
  return attempt(() => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1).trim().split(' ')[1]), 0);
}

function typeOf(pid) {
  return attempt(() => /--type=([a-z-]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1], undefined);
}

/** CPU seconds of all threads that are alive. */
function seconds(processes) {
  const threads = processes.flatMap(({ pid }) => attempt(() => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`), []));
  return threads.reduce((sum, thread) => sum + attempt(() => Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]), 0), 0) / 1e9;
}

function resetPeak(pid) {
  attempt(() => writeFileSync(`/proc/${pid}/clear_refs`, '5'));
}

function peakMib(pid) {
  return attempt(() => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024, 0);
}

/** Processes come and go while one looks at them. */
function attempt(look, otherwise) {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
