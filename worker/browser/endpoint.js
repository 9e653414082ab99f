// A module Service Worker that answers MLflow's scoring protocol under the
// site's own address, from the models that are kept in this browser:
//
//   POST invocations                            the model that was served last
//   POST models/<name>/<version>/invocations    that one
//   GET  ping, health, version                  of either
//
// Without a network it answers with the site's own files, too. All else is the
// network's. A Service Worker may not import while it runs, so both engines'
// JavaScript is here; their WebAssembly is fetched when a model needs it.

import * as tabular from "./tabular.js";
import * as scoring from "./scoring.js";
import { SHELL, served } from "./kept.js";
import { loadModel } from "./load-model.js";
import { keptContent } from "./model-files.js";

const scope = new URL("./", import.meta.url);
const SCORING = /^(?:models\/([^/]+)\/([^/]+)\/)?(invocations|ping|health|version)$/;
// Name to a promise of the started module.
const started = new Map();
// A model's id to {files, model}: which files it was made of, and a promise of it.
const loaded = new Map();
// The largest body that is scored.
const LARGEST_BODY = 64 << 20;

addEventListener("install", (event) => event.waitUntil(skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  const path = url.pathname.slice(scope.pathname.length);
  const asked = SCORING.exec(path);
  if (asked) return event.respondWith(answer(request, asked));
  if (request.method === "GET" && isShell(path, url)) event.respondWith(fromNetworkFirst(request));
});

// The site's own files, and none of a server that shares its address.
function isShell(path, url) {
  if (/^(?:api|ajax-api|models|v1)\//.test(path)) return false;
  return path === "" || (url.search === "" && /\.(?:html|js|wasm|css|svg|json)$/.test(path));
}

async function fromNetworkFirst(request) {
  const shell = await caches.open(SHELL);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await shell.put(bare(request), fresh.clone()).catch(() => {});
    return fresh;
  } catch (error) {
    const kept = await shell.match(bare(request));
    if (kept) return kept;
    throw error;
  }
}

// The page is one file, whatever it is asked for.
function bare(request) {
  const url = new URL(request.url);
  return url.origin + url.pathname;
}

async function answer(request, [, name, version, what]) {
  const models = await served();
  const asked = name === undefined ? models[0] : models.find(
    ({ served }) => encodeURIComponent(served.name) === plain(name) && encodeURIComponent(served.version) === plain(version),
  );
  // Others may serve here as well: at the edge, for one.
  if (!asked) return fetch(request);
  try {
    const model = await modelOf(asked);
    // Not as a stream: not every browser gives a Service Worker one.
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.byteLength > LARGEST_BODY) return problem(413, `the body is larger than ${LARGEST_BODY >> 20} MiB`);
    const type = request.headers.get("content-type") ?? undefined;
    const given = model.handle(request.method, `/${what}`, type, request.headers.get("accept") ?? undefined, body);
    const { status, contentType } = given;
    return new Response(given.takeBody(), { status, headers: { "content-type": contentType } });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) await restart();
    return problem(500, error.message);
  }
}

const problem = (status, message) =>
  Response.json({ error_code: status === 413 ? "BAD_REQUEST" : "INTERNAL_ERROR", message }, { status });

// A segment of a path with every character escaped that can be.
function plain(segment) {
  try {
    return encodeURIComponent(decodeURIComponent(segment));
  } catch {
    return segment;
  }
}

// The model as it is kept now: the page may have fetched another one in its place.
async function modelOf({ id, files }) {
  const now = JSON.stringify(files);
  const known = loaded.get(id);
  if (known && known.files === now) return known.model;
  known?.model.then((model) => model.free(), () => {});
  const model = load(files).catch((error) => {
    loaded.delete(id);
    throw error;
  });
  loaded.set(id, { files: now, model });
  return model;
}

async function load(files) {
  const engines = { tabular: () => start("tabular", tabular), scoring: () => start("scoring", scoring) };
  return (await loadModel(engines, (path) => keptContent({ files }, path))).model;
}

function start(name, engine) {
  if (!started.has(name)) {
    const starting = fromNetworkFirst(new Request(new URL(`./${name}_bg.wasm`, scope)))
      .then((wasm) => engine.default({ module_or_path: wasm }))
      .then(() => engine)
      .catch((error) => {
        started.delete(name);
        throw error;
      });
    started.set(name, starting);
  }
  return started.get(name);
}

// After a trap no instance that took part can be used again.
async function restart() {
  loaded.clear();
  for (const engine of await Promise.all(started.values())) engine.__wbg_reset_state();
}
