// Starts one of the engine's helpers with the program that the engine runs, which is the first thing that it is sent.
// What arrives before it is ready is kept and handed over in order.
import init from "./worker.js";

self.onmessage = async ({ data: module }) => {
  const early = [];
  self.onmessage = (event) => early.push(event);
  try {
    await init({ module_or_path: module });
    for (const event of early) self.onmessage(event);
  } catch (error) {
    self.postMessage({ stopped: String(error) });
  }
};
