// Holds the scoring module for the edge: instantiates it at the first use,
// keeps the loaded models, and starts it anew after a trap.

import scoringModule from "./scoring_bg.wasm";
import * as scoring from "./scoring.js";

let started = false;
const models = new Map();

function start() {
  if (!started) {
    scoring.initSync({ module: scoringModule });
    started = true;
  }
}

// A trap (out of memory, stack overflow) leaves the instance unusable, and
// with it every model in it.
function guarded(work) {
  start();
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      models.clear();
      scoring.__wbg_reset_state();
    }
    throw error;
  }
}

export function hasModel(name) {
  return models.has(name);
}

export function modelFile(mlmodel) {
  return guarded(() => scoring.modelFile(mlmodel));
}

export function externalFiles(model) {
  return guarded(() => scoring.externalFiles(model));
}

export function loadModel(name, mlmodel, model, names, files) {
  if (!models.has(name)) {
    models.set(name, guarded(() => new scoring.Model(mlmodel, model, names, files)));
  }
}

export async function invoke(name, path, request, maxBody) {
  const body = await readBody(request, maxBody);
  const sentType = request.headers.get("content-type") ?? undefined;
  return guarded(() => {
    const answer =
      body === null
        ? scoring.bodyTooLarge(maxBody)
        : models.get(name).handle(request.method, path, sentType, body);
    const { status, contentType, allow } = answer;
    const headers = { "content-type": contentType };
    if (allow) headers.allow = allow;
    return new Response(answer.takeBody(), { status, headers });
  });
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
