// Loads the dashboard. When that fails, says so in the page, in words.
globalThis.importViewer = (name) => import(`./viewers/${name}.js`);
try {
  const { default: init } = await import("./web.js");
  await init({ module_or_path: new URL("./web_bg.wasm", import.meta.url) });
} catch (error) {
  const notice = document.getElementById("boot-error");
  const detail = document.getElementById("boot-error-detail");
  if (notice && detail) {
    detail.textContent = error instanceof Error ? error.message : String(error);
    notice.hidden = false;
  }
  throw error;
}
