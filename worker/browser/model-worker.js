// A module Web Worker that runs one picked model off the page's main thread.
//
//   {id, op: "load", files: [{path, bytes}]}  ->  {id, ok: true, model, example}
//   {id, op: "invoke", path, contentType, body}  ->  {id, ok: true, status, contentType, body}
//
// While the engine downloads: {id, op: "progress", done, total, what}.
// A failure answers {id, ok: false, error}.

import * as tabular from "./tabular.js";
import * as scoring from "./scoring.js";
import { loadModel } from "./load-model.js";

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
    postMessage({ id, ok: false, error: error?.message ?? String(error) });
  }
};

async function load(id, files) {
  const byPath = new Map(files.map(({ path, bytes }) => [path, new Uint8Array(bytes)]));
  const read = (path) => {
    const bytes = byPath.get(path);
    if (!bytes) throw new Error(`the folder has no file ${path}`);
    return bytes;
  };
  const engines = {
    tabular: () => start(id, "tabular", tabular),
    scoring: () => start(id, "scoring", scoring),
  };
  const next = await loadModel(engines, read);
  loaded?.model.free();
  loaded = next;
  const example = byPath.get("serving_input_example.json");
  return {
    model: loaded.model.describe(),
    example: example ? new TextDecoder().decode(example) : null,
  };
}

function invoke({ path, contentType, body }) {
  if (!loaded) throw new Error("no model is loaded");
  const answer = loaded.model.handle("POST", path, contentType, undefined, new Uint8Array(body));
  const { status, contentType: type } = answer;
  return { status, contentType: type, body: answer.takeBody().buffer };
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
