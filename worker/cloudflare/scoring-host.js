// Holds the scoring modules for the edge: instantiates each at its first use,
// keeps the loaded models, makes room for another, and starts a module anew
// after a trap.
//
// Memory. An isolate has 128 MB, and the memory of a wasm module grows and
// never shrinks. So each module refuses to allocate more than its share of the
// limit (a trap, instead of the isolate's end); models that were not used for
// longest are dropped to make room, which their module uses again; and a module
// that no model is left in is started anew, which gives its memory back. Where
// the modules have grown past the limit all the same, both are started anew for
// the one model that is asked for. What is dropped comes back when it is asked
// for.

import tabularModule from "./tabular_bg.wasm";
import * as tabular from "./tabular.js";
import scoringModule from "./scoring_bg.wasm";
import * as scoring from "./scoring.js";
import { keepsTo } from "./bodies.js";
import { failure, loadModel } from "./load-model.js";

// Module to its exports.
const started = new Map();
// Key to {engine, model}, the one that was not used for longest first.
const models = new Map();

function start(engine, module) {
  // After a restart the exports are others.
  started.set(engine, engine.initSync({ module }));
  return engine;
}

const engines = {
  tabular: () => start(tabular, tabularModule),
  scoring: () => start(scoring, scoringModule),
};

// A module is started anew, and what was loaded in it is gone.
function restart(engine) {
  for (const [key, loaded] of models) {
    if (loaded.engine === engine) models.delete(key);
  }
  if (started.delete(engine)) engine.__wbg_reset_state();
}

// The memory that a module has taken from the isolate.
function sizeOf(engine) {
  return started.get(engine)?.memory.buffer.byteLength ?? 0;
}

function sizeOfAll() {
  return sizeOf(tabular) + sizeOf(scoring);
}

function other(engine) {
  return engine === tabular ? scoring : tabular;
}

function isEmpty(engine) {
  return [...models.values()].every((loaded) => loaded.engine !== engine);
}

// Lets a module use what the other leaves of the limit.
function share(engine, limit) {
  engine.limitMemory(Math.max(0, limit - sizeOf(other(engine))));
}

// A module without models is of about this size.
const EMPTY = 4 * 1024 * 1024;

// How many times its file a model takes while it loads: tensors are held once,
// and once more in the form that the engine runs; a tree's numbers are a byte or
// two each in the file.
function timesOf(engine) {
  return engine === tabular ? 8 : 2;
}

// Makes room in a module for files of so many bytes.
function makeRoom(engine, bytes, limit) {
  const used = () => engine.allocatedBytes() + sizeOf(other(engine)) + timesOf(engine) * bytes;
  for (const [key, loaded] of models) {
    if (used() <= limit) break;
    models.delete(key);
    loaded.model.free();
    if (loaded.engine !== engine && isEmpty(loaded.engine)) restart(loaded.engine);
  }
  // It may have grown while it read what the model requires.
  if (isEmpty(other(engine)) && sizeOf(other(engine)) > EMPTY) restart(other(engine));
  share(engine, limit);
}

export function hasModel(key) {
  return models.has(key);
}

// One model is loaded at a time. Who waits looks again by itself: the request
// that loads may be cut off at any moment.
const LOAD_TIMEOUT = 120_000;
let loadingSince = 0;

async function turn(key) {
  while (loadingSince && Date.now() - loadingSince < LOAD_TIMEOUT) {
    await scheduler.wait(20);
    if (models.has(key)) return false;
  }
  loadingSince = Date.now();
  return true;
}

// Loads a model under a key, with all that is loaded in at most `limit` bytes.
export async function load(key, strict, read, limit) {
  if (models.has(key) || !(await turn(key))) return;
  try {
    await loadWithin(key, strict, read, limit);
    if (sizeOfAll() > limit) {
      // Memory that others left behind: once more, alone.
      for (const engine of [tabular, scoring]) restart(engine);
      await loadWithin(key, strict, read, limit);
    }
    if (sizeOfAll() > limit) {
      for (const engine of [tabular, scoring]) restart(engine);
      throw outOfMemory(limit);
    }
  } finally {
    loadingSince = 0;
  }
}

async function loadWithin(key, strict, read, limit) {
  try {
    const room = (engine, bytes) => makeRoom(engine, bytes, limit);
    const loaded = await loadModel(engines, read, { strict, limit, room });
    models.set(key, loaded);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    // Which of them trapped is unknown.
    for (const engine of [tabular, scoring]) restart(engine);
    console.error(error.stack);
    throw outOfMemory(limit);
  }
}

function outOfMemory(limit) {
  const most = `${limit} bytes of memory that there are for models (MILLRACE_MAX_MEMORY_BYTES)`;
  return failure(507, `it does not fit into the ${most}`);
}

// Answers with a loaded model; `body` is null where it was over the limit.
export function invoke(key, path, request, body, maxBody) {
  const { engine, model } = use(key);
  const { method, headers } = request;
  const sentType = headers.get("content-type") ?? undefined;
  const accept = headers.get("accept") ?? undefined;
  try {
    if (body === null) return respond(engine.bodyTooLarge(maxBody));
    return respond(model.handle(method, path, sentType, accept, body));
  } catch (error) {
    restartIfTrapped(engine, error);
    throw error;
  }
}

// The model of a key, which now is the one that was used last.
function use(key) {
  const loaded = models.get(key);
  if (loaded) {
    models.delete(key);
    models.set(key, loaded);
  }
  return loaded;
}

// A trap (out of memory, stack overflow) leaves an instance unusable, and with
// it every model in it.
function restartIfTrapped(engine, error) {
  if (error instanceof WebAssembly.RuntimeError) restart(engine);
}

function respond(answer, more) {
  const { status, contentType, allow } = answer;
  const headers = { ...more, "content-type": contentType };
  if (allow) headers.allow = allow;
  return new Response(answer.takeBody(), { status, headers });
}

// What the edge decided about requests for predictions: where they come from
// and go to (see `placeOf`) to {key, maxBody, until, init}. With it such a
// request is answered without the edge's module, which costs more than most
// predictions do.
const shortcuts = new Map();
const MAX_SHORTCUTS = 64;

// A URL has no space in it.
function placeOf(request) {
  const origin = request.headers.get("origin");
  return origin === null ? request.url : `${request.url} ${origin}`;
}

// Until a point in time, requests like this one go to the model of a key, and
// its answers have these headers, as JSON, besides their own.
export function addShortcut(request, key, maxBody, headers, until) {
  if (shortcuts.size >= MAX_SHORTCUTS) shortcuts.clear();
  const init = { headers: { ...JSON.parse(headers), "content-type": "application/json" } };
  shortcuts.set(placeOf(request), { key, maxBody, until, init });
}

export function clearShortcuts() {
  shortcuts.clear();
}

// What there is for a request. What it gives is true of a body that says its
// length and keeps to the limit, and until the next wait.
export function shortcutFor(request) {
  if (request.method !== "POST") return undefined;
  const shortcut = shortcuts.get(placeOf(request));
  if (!shortcut || shortcut.until <= Date.now() || !models.has(shortcut.key)) return undefined;
  return keepsTo(request, shortcut.maxBody) ? shortcut : undefined;
}

// Answers a request for predictions by a shortcut. Nothing where the model made
// room for another while the body came, and where it traps.
export function predict(request, shortcut, body) {
  const loaded = use(shortcut.key);
  if (!loaded) return undefined;
  const { engine, model } = loaded;
  const sentType = request.headers.get("content-type") ?? undefined;
  const accept = request.headers.get("accept") ?? undefined;
  try {
    return new Response(model.invocations(sentType, accept, body), shortcut.init);
  } catch (error) {
    if (error instanceof engine.Answer) return respond(error, shortcut.init.headers);
    restartIfTrapped(engine, error);
    console.error(error.stack);
    return undefined;
  }
}
