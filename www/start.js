// Starts the page's program. A file of its own, because the page's policy allows no inline script.
// What is said here is said before the program knows the user's language.
const NO_NETWORK = "the network or the page's server cannot be reached. Check the connection and reload the page.";
const OLD_BROWSER = "It needs a browser with WebAssembly of the last four years.";

try {
  const { default: init } = await import("./app.js");
  await init();
} catch (error) {
  const isServed = await fetch("app_bg.wasm", { method: "HEAD", cache: "no-store" }).then(({ ok }) => ok, () => false);
  const state = document.getElementById("shell-state");
  if (state) state.textContent = `The page could not be started: ${isServed ? `${error}. ${OLD_BROWSER}` : NO_NETWORK}`;
  throw error;
}
