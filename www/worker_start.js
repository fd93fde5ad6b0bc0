// Starts the engine's program in its worker. Requests that arrive before it is ready are kept and handed over in order.

// Where the engine finds what its helpers are started with.
self.helperStart = new URL("helper_start.js", import.meta.url).href;

const early = [];
self.onmessage = (event) => early.push(event);

try {
  const { default: init } = await import("./worker.js");
  await init();
  for (const event of early) self.onmessage(event);
} catch (error) {
  const isServed = await fetch("worker_bg.wasm", { method: "HEAD", cache: "no-store" }).then(({ ok }) => ok, () => false);
  // Without words: the program was not to be had.
  self.postMessage({ stopped: isServed ? String(error) : "" });
}
