// Starts the engine's program in its worker. Requests that arrive before it is ready are kept and handed over in order.
import init from "./worker.js";

// Where the engine finds what its helpers are started with.
self.helperStart = new URL("helper_start.js", import.meta.url).href;

const early = [];
self.onmessage = (event) => early.push(event);

try {
  await init();
  for (const event of early) self.onmessage(event);
} catch (error) {
  self.postMessage({ stopped: String(error) });
}
