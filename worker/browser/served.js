// Which models this site's Service Worker answers for: kept in the Cache API,
// which the page's worker and the Service Worker share.
//
// The list is [{name, version, cache}], the newest first; `cache` is where the
// model's files are.

// The files of the site that work without a network.
export const SHELL = "millrace-shell";

const LISTS = "millrace-served";
const list = new URL("./served.json", import.meta.url).href;

export async function served() {
  const answer = await (await caches.open(LISTS)).match(list);
  return answer ? answer.json() : [];
}

async function write(models) {
  await (await caches.open(LISTS)).put(list, Response.json(models));
}

// Serves a model from now on. `files` are the addresses that the page was made of.
export async function serve(model, files) {
  const shell = await caches.open(SHELL);
  const engines = ["tabular.js", "tabular_bg.wasm", "model-worker.js", "model-files.js", "served.js", "load-model.js", "bodies.js", "endpoint.js", "scoring.js"];
  const own = engines.map((name) => new URL(`./${name}`, import.meta.url).href);
  const all = new Set([...files, ...own, new URL("./", import.meta.url).href]);
  if (model.networks) all.add(new URL("./scoring_bg.wasm", import.meta.url).href);
  // One that is gone by now is not worth the rest.
  await Promise.all([...all].map((file) => shell.add(file).catch(() => {})));
  // An address has one model, and a model one address.
  const others = (await served()).filter(
    ({ cache, name, version }) => cache !== model.cache && !(name === model.name && version === model.version),
  );
  await write([model, ...others]);
}

// As what the model that a cache holds is served: {name, version}, or null.
export async function servedAs(cache) {
  const found = (await served()).find((model) => model.cache === cache);
  return found ? { name: found.name, version: found.version } : null;
}

// Serves it no longer; answers whether any is left.
export async function withdraw(cache) {
  const left = (await served()).filter((model) => model.cache !== cache);
  await write(left);
  if (left.length === 0) await caches.delete(SHELL);
  return left.length > 0;
}
