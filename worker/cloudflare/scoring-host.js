// Holds the scoring modules for the edge: instantiates each at its first use,
// keeps the loaded models, and starts a module anew after a trap.

import tabularModule from "./tabular_bg.wasm";
import * as tabular from "./tabular.js";
import scoringModule from "./scoring_bg.wasm";
import * as scoring from "./scoring.js";
import { loadModel } from "./load-model.js";

const started = new Set();
// Name to {engine, model}.
const models = new Map();

function start(engine, module) {
  if (!started.has(engine)) {
    engine.initSync({ module });
    started.add(engine);
  }
  return engine;
}

const engines = {
  tabular: () => start(tabular, tabularModule),
  scoring: () => start(scoring, scoringModule),
};

// A trap (out of memory, stack overflow) leaves an instance unusable, and
// with it every model in it. Which one trapped is unknown while a model loads.
function restart(trapped) {
  for (const engine of trapped) {
    for (const [name, loaded] of models) {
      if (loaded.engine === engine) models.delete(name);
    }
    if (started.has(engine)) engine.__wbg_reset_state();
  }
}

export function hasModel(name) {
  return models.has(name);
}

export async function load(name, strict, read) {
  try {
    const loaded = await loadModel(engines, read, strict);
    if (!models.has(name)) models.set(name, loaded);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) restart([tabular, scoring]);
    throw error;
  }
}

export async function invoke(name, path, request, maxBody) {
  const body = await readBody(request, maxBody);
  const sentType = request.headers.get("content-type") ?? undefined;
  const accept = request.headers.get("accept") ?? undefined;
  const { engine, model } = models.get(name);
  try {
    const answer =
      body === null
        ? engine.bodyTooLarge(maxBody)
        : model.handle(request.method, path, sentType, accept, body);
    const { status, contentType, allow } = answer;
    const headers = { "content-type": contentType };
    if (allow) headers.allow = allow;
    return new Response(answer.takeBody(), { status, headers });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) restart([engine]);
    throw error;
  }
}

// How many times the limit is taken in from a client that sends too much: it
// reads the answer only once it has sent its body.
const DRAINED = 4;

// The body, or null if it is over the limit.
async function readBody(request, limit) {
  if (!request.body) return new Uint8Array(0);
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared <= limit) return new Uint8Array(await request.arrayBuffer());
  let chunks = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length <= limit) chunks.push(chunk);
    else chunks = [];
    if (length > limit * DRAINED) return null;
  }
  if (length > limit) return null;
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}
