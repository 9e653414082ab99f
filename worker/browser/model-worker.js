// A module Web Worker that runs one picked model off the page's main thread.
//
//   {id, op: "load", files: [{path, bytes}]}  ->  {id, ok: true, model, example}
//   {id, op: "open", place, server, uri, confirmed}  ->  {id, ok: true, model, example, readme, kept}
//   {id, op: "reopen", server, uri}  ->  the same, without a network; or {id, ok: true, model: null}
//   {id, op: "invoke", path, contentType, body}  ->  {id, ok: true, status, contentType, body, took}
//
// `took` is how long the model itself was busy, in milliseconds.
// A place is what model-files.js says, `server` and `uri` what kept.js says; `kept`
// is {id, cached, full, damaged, serving}, and only there where the browser keeps
// models: `serving` is as what the Service Worker answers for it, {name, version},
// or null. While anything downloads: {id, op: "progress", done, total, what}. A
// failure answers {id, ok: false, error}, with the `status` of a file that its
// server withheld; a model to be asked about first, {id, ok: false, large}.

import * as tabular from "./tabular.js";
import * as scoring from "./scoring.js";
import { idOf, models, remember } from "./kept.js";
import { loadModel } from "./load-model.js";
import { openKept, openPlace } from "./model-files.js";

// Name to a promise of the started module.
const started = new Map();
// {engine, model}
let loaded;

onmessage = async ({ data }) => {
  const { id } = data;
  try {
    switch (data.op) {
      case "load":
        postMessage({ id, ok: true, ...(await load(id, data.files)) });
        break;
      case "open":
        postMessage({ id, ok: true, ...(await open(id, data)) });
        break;
      case "reopen":
        postMessage({ id, ok: true, ...(await reopen(id, data)) });
        break;
      case "invoke": {
        const answer = invoke(data);
        postMessage({ id, ok: true, ...answer }, [answer.body]);
        break;
      }
      default:
        throw new Error(`no such operation: ${data.op}`);
    }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) await restart();
    postMessage({ id, ok: false, error: error?.message ?? String(error), large: error?.large, status: error?.status });
  }
};

async function load(id, files) {
  const byPath = new Map(files.map(({ path, bytes }) => [path, new Uint8Array(bytes)]));
  const read = (path) => {
    const bytes = byPath.get(path);
    if (!bytes) throw new Error(`the folder has no file ${path}`);
    return bytes;
  };
  await use(id, read);
  const text = (path) => byPath.has(path) ? new TextDecoder().decode(byPath.get(path)) : null;
  return { model: loaded.model.describe(), example: await exampleOf(text) };
}

async function open(id, { place, server, uri, confirmed }) {
  // The engine comes while the model does: most models need this one.
  start(id, "tabular", tabular).catch(() => {});
  const { read, readText, state } = await openPlace(place, confirmed, (done, total) => {
    postMessage({ id, op: "progress", what: "model", done, total });
  });
  const { address, folder, plain } = place;
  const record = { id: idOf(place), address, folder, plain, server, uris: [uri], files: state.files };
  try {
    await use(id, read);
  } catch (error) {
    // What came before the question is there when it is answered.
    if (error.large && state.hasStore) await remember(record).catch(() => {});
    throw error;
  }
  const example = await exampleOf(readText);
  // Among a run's files nobody puts one.
  const readme = place.plain ? await readText("README.md") : null;
  let kept = null;
  if (state.hasStore) {
    const isListed = await remember({ ...record, networks: loaded.engine === scoring }).then(() => true, () => false);
    kept = await keeping(record.id, { cached: state.downloaded === 0, full: state.full || !isListed, damaged: state.damaged });
  }
  return { model: loaded.model.describe(), example, readme, kept };
}

async function reopen(id, { server, uri }) {
  const found = await openKept(server, uri);
  if (!found) return { model: null };
  await use(id, found.read);
  return {
    model: loaded.model.describe(),
    example: await exampleOf(found.readText),
    readme: await found.readText("README.md"),
    kept: await keeping(found.model.id, { cached: true, full: false, damaged: false }),
  };
}

// An example of a request; models from before MLflow 2.15 have its data alone.
const exampleOf = async (text) => (await text("serving_input_example.json")) ?? (await text("input_example.json"));

async function keeping(id, state) {
  const served = (await models()).find((one) => one.id === id)?.served;
  return { id, ...state, serving: served ? { name: served.name, version: served.version } : null };
}

async function use(id, read) {
  const engines = {
    tabular: () => start(id, "tabular", tabular),
    scoring: () => start(id, "scoring", scoring),
  };
  const next = await loadModel(engines, read);
  loaded?.model.free();
  loaded = next;
}

function invoke({ path, contentType, body }) {
  if (!loaded) throw new Error("no model is loaded");
  const began = performance.now();
  const answer = loaded.model.handle("POST", path, contentType, undefined, new Uint8Array(body));
  const { status, contentType: type } = answer;
  const bytes = answer.takeBody().buffer;
  return { status, contentType: type, body: bytes, took: performance.now() - began };
}

function start(id, name, engine) {
  if (!started.has(name)) {
    const starting = fetchEngine(id, name, engine).catch((error) => {
      started.delete(name);
      throw error;
    });
    started.set(name, starting);
  }
  return started.get(name);
}

// Fetches the engine, telling how far it has come.
async function fetchEngine(id, name, engine) {
  const response = await fetch(new URL(`./${name}_bg.wasm`, import.meta.url));
  if (!response.ok) throw new Error(`the engine could not be fetched: status ${response.status}`);
  const total = Number(response.headers.get("content-length")) || 0;
  let done = 0;
  const counted = response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        done += chunk.byteLength;
        postMessage({ id, op: "progress", what: "engine", done, total });
        controller.enqueue(chunk);
      },
    }),
  );
  const headers = { "content-type": "application/wasm" };
  await engine.default({ module_or_path: new Response(counted, { headers }) });
  return engine;
}

// After a trap no instance that took part can be used again.
async function restart() {
  loaded = undefined;
  for (const engine of await Promise.all(started.values())) engine.__wbg_reset_state();
}
