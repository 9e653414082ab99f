// Loads the dashboard. When that fails, says so in the page, in words.
globalThis.importModule = (path) => import(`./${path}.js`);
const program = new URL("./web_bg.wasm", import.meta.url);
// It is compiled as it comes, while the rest is still on its way. A host that
// gives it another type fails here; what takes it all the same is `init`.
const compiled = WebAssembly.compileStreaming(fetch(program)).catch(() => program);
const parsed = new Promise((done) => {
  if (document.readyState !== "loading") done();
  else document.addEventListener("DOMContentLoaded", done, { once: true });
});
try {
  const { default: init } = await import("./web.js");
  await parsed;
  await init({ module_or_path: await compiled });
} catch (error) {
  await parsed;
  const notice = document.getElementById("boot-error");
  const detail = document.getElementById("boot-error-detail");
  if (notice && detail) {
    detail.textContent = error instanceof Error ? error.message : String(error);
    notice.hidden = false;
  }
  throw error;
}
