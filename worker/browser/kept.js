// The models that this browser keeps, and which of them the site's Service Worker
// answers for. The page, its workers and the Service Worker share it.
//
// One cache has the content of files, each once, under its SHA-256, however many
// models have it; and the list of models, [{id, address, folder, plain, server,
// uris, files, networks, used, served}]:
//
//   id         `address` and `folder`: where its files are, see model-files.js
//   server     the MLflow server that said where; empty for a folder on the web
//   uris       what it was opened as
//   files      path to {digest, size, version}
//   networks   whether it needs the large engine
//   used       when it was opened last, in milliseconds since 1970
//   served     {name, version, since}, if the Service Worker answers for it

// The files of the site that work without a network.
export const SHELL = "millrace-shell";

const STORE = "millrace-models";
const OWN = [
  "tabular.js", "tabular_bg.wasm", "scoring.js", "model-worker.js", "model-files.js", "kept.js",
  "load-model.js", "bodies.js", "endpoint.js",
];
const here = (name) => new URL(`./${name}`, import.meta.url).href;
const LIST = here("kept/models.json");
const contentAt = (digest) => here(`kept/${digest}`);

// The store, or undefined where the browser has none for this site.
export function openStore() {
  return globalThis.caches?.open(STORE).catch(() => undefined);
}

export async function models() {
  const list = await (await openStore())?.match(LIST);
  return list ? list.json() : [];
}

// Writes what `change` makes of the list; one after the other, in all tabs.
async function update(change) {
  const store = await openStore();
  if (!store) return [];
  return navigator.locks.request(STORE, async () => {
    const list = change(await models());
    await store.put(LIST, Response.json(list));
    return list;
  });
}

export const idOf = ({ address, folder }) => `${address}${folder}`;

// Keeps what is known of a model. What it was opened as is no other's any more:
// an alias moves from one to the next.
export async function remember(model) {
  const { id, server } = model;
  await update((list) => {
    const before = list.find((one) => one.id === id);
    const apart = (one) => (one.server === server ? one.uris.filter((uri) => !model.uris.includes(uri)) : one.uris);
    const others = list.filter((one) => one.id !== id).map((one) => ({ ...one, uris: apart(one) }));
    const uris = [...new Set([...(before?.uris ?? []), ...model.uris])];
    return [{ ...before, ...model, uris, used: Date.now() }, ...others];
  });
}

// Forgets the models of these ids, and the files that no other has. Answers
// whether any is left that is served.
export async function forget(ids) {
  const list = await update((all) => all.filter((one) => !ids.includes(one.id)));
  const needed = new Set([LIST, ...list.flatMap((one) => Object.values(one.files).map(({ digest }) => contentAt(digest)))]);
  const store = await openStore();
  for (const { url } of (await store?.keys()) ?? []) if (!needed.has(url)) await store.delete(url);
  return leftServed(list);
}

// The content of a kept file; undefined if it is not there, or no longer what it
// was, which is as good as not there.
export async function content(digest) {
  const store = await openStore();
  const answer = await store?.match(contentAt(digest));
  const bytes = answer && new Uint8Array(await answer.arrayBuffer());
  if (bytes && (await digestOf(bytes)) !== digest) {
    await store.delete(contentAt(digest));
    return undefined;
  }
  return bytes;
}

// Keeps a file's content, and answers what `files` says of it.
export async function keep({ bytes, version }) {
  const digest = await digestOf(bytes);
  const store = await openStore();
  if (!(await store.match(contentAt(digest)))) await store.put(contentAt(digest), new Response(bytes));
  return { digest, size: bytes.byteLength, version };
}

export async function digestOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Those that are served, the newest first.
export async function served() {
  return (await models()).filter((one) => one.served).sort((a, b) => b.served.since - a.served.since);
}

// Serves a model from now on. `files` are the addresses that the page was made of.
export async function serve(id, name, version, files) {
  const model = (await models()).find((one) => one.id === id);
  if (!model) throw new Error("this browser does not keep the model any more");
  const all = new Set([...files, ...OWN.map(here), here("")]);
  if (model.networks) all.add(here("scoring_bg.wasm"));
  const shell = await caches.open(SHELL);
  // One that is gone by now is not worth the rest.
  await Promise.all([...all].map((file) => shell.add(file).catch(() => {})));
  await update((list) => list.map((one) => {
    if (one.id === id) return { ...one, served: { name, version, since: Date.now() } };
    // An address has one model.
    const isTaken = one.served?.name === name && one.served.version === version;
    return isTaken ? { ...one, served: undefined } : one;
  }));
}

// Serves it no longer. Answers whether any is left that is.
export async function withdraw(id) {
  return leftServed(await update((list) => list.map((one) => (one.id === id ? { ...one, served: undefined } : one))));
}

async function leftServed(list) {
  const isAny = list.some((one) => one.served);
  if (!isAny) await caches.delete(SHELL);
  return isAny;
}
