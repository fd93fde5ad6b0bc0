// Starts the page's program. A file of its own, because the page's policy allows no inline script.
import init from "./app.js";

try {
  await init();
} catch (error) {
  const state = document.getElementById("shell-state");
  if (state) state.textContent = `The page could not be started: ${error}. It needs a browser with WebAssembly of the last four years.`;
  throw error;
}
