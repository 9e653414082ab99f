// A module Web Worker that runs one picked model off the page's main thread.
//
//   {id, op: "load", files: [{path, bytes}]}  ->  {id, ok: true, model, example}
//   {id, op: "invoke", path, contentType, body}  ->  {id, ok: true, status, contentType, body}
//
// While the engine downloads: {id, op: "progress", done, total, what}.
// A failure answers {id, ok: false, error}.

import init, * as scoring from "./scoring.js";

let engine;
let model;

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
    if (error instanceof WebAssembly.RuntimeError) restart();
    postMessage({ id, ok: false, error: error?.message ?? String(error) });
  }
};

async function load(id, files) {
  engine ??= start(id).catch((error) => {
    engine = undefined;
    throw error;
  });
  await engine;
  const byPath = new Map(files.map(({ path, bytes }) => [path, new Uint8Array(bytes)]));
  const file = (path) => {
    const bytes = byPath.get(path);
    if (!bytes) throw new Error(`the folder has no file ${path}`);
    return bytes;
  };
  const mlmodel = file("MLmodel");
  const onnxPath = scoring.modelFile(mlmodel);
  const onnx = file(onnxPath);
  const folder = onnxPath.includes("/") ? onnxPath.slice(0, onnxPath.lastIndexOf("/") + 1) : "";
  const names = scoring.externalFiles(onnx);
  const loaded = new scoring.Model(mlmodel, onnx, names, names.map((name) => file(folder + name)));
  model?.free();
  model = loaded;
  const example = byPath.get("serving_input_example.json");
  return {
    model: model.describe(),
    example: example ? new TextDecoder().decode(example) : null,
  };
}

function invoke({ path, contentType, body }) {
  if (!model) throw new Error("no model is loaded");
  const answer = model.handle("POST", path, contentType, new Uint8Array(body));
  const { status, contentType: type } = answer;
  return { status, contentType: type, body: answer.takeBody().buffer };
}

// Fetches the engine, telling how far it has come.
async function start(id) {
  const response = await fetch(new URL("./scoring_bg.wasm", import.meta.url));
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
  await init({ module_or_path: new Response(counted, { headers }) });
}

function restart() {
  model = undefined;
  scoring.__wbg_reset_state();
}
