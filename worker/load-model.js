// Loads a model from its folder, with the engine that it needs: the module
// `tabular` is small and runs most models from scikit-learn, XGBoost and
// LightGBM; `scoring` is ten times that and runs the rest.
//
// `engines.tabular` and `engines.scoring` start and give a module; `read`
// gives a file of the folder, as bytes or as an answer with the bytes to come;
// `room` makes room in a module for so many bytes of files. All may be
// asynchronous. No file is larger than `limit`, nor are all together. Unless
// `strict`, the model writes predictions as MLflow does.

import { join } from "./bodies.js";

export async function loadModel(engines, read, options = {}) {
  const { strict = false, limit = Infinity, room = () => {} } = options;
  let left = limit;
  const taken = (bytes) => {
    left -= bytes.byteLength;
    return bytes;
  };
  const tabular = await engines.tabular();
  const mlmodel = taken(await bytesOf("MLmodel", await read("MLmodel"), left));
  const path = tabular.modelFile(mlmodel);
  const onnx = taken(await bytesOf(path, await read(path), left));
  const requirements = new tabular.Requirements(onnx);
  const { externalFiles, networks } = requirements;
  requirements.free();
  const engine = networks ? await engines.scoring() : tabular;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  // One after the other: each is as large as memory allows.
  await room(engine, onnx.byteLength);
  const files = [];
  try {
    for (const name of externalFiles) {
      const source = await read(folder + name);
      await room(engine, lengthOf(source) ?? 0);
      const file = new engine.File(lengthOf(source) ?? 0);
      files.push(file);
      await pour(folder + name, source, left, (chunk) => file.push(taken(chunk)));
    }
  } catch (error) {
    // After a trap there is nothing left to give back.
    if (!(error instanceof WebAssembly.RuntimeError)) for (const file of files) file.free();
    throw error;
  }
  return { engine, model: new engine.Model(mlmodel, onnx, externalFiles, files, strict) };
}

// A failure that a host may answer with this status.
export function failure(status, message) {
  return Object.assign(new Error(message), { status });
}

function tooLarge(path) {
  return failure(507, `the file ${path} is larger than the memory that there is for models`);
}

// How many bytes there are, where that is known.
function lengthOf(source) {
  if (source instanceof Uint8Array) return source.byteLength;
  // What is compressed on its way is as long as it turns out to be.
  if (source.headers.get("content-encoding")) return undefined;
  const declared = source.headers.get("content-length");
  return declared === null ? undefined : Number(declared);
}

async function bytesOf(path, source, limit) {
  if (source instanceof Uint8Array) return source;
  const chunks = [];
  await pour(path, source, limit, (chunk) => chunks.push(chunk));
  return join(chunks);
}

// Hands the bytes over as they come, or fails at the first one too many.
async function pour(path, source, limit, take) {
  const expected = lengthOf(source);
  if (expected > limit) {
    await source.body?.cancel();
    throw tooLarge(path);
  }
  if (source instanceof Uint8Array) return take(source);
  let length = 0;
  const chunks = source.body?.[Symbol.asyncIterator]();
  try {
    while (chunks) {
      const { done, value } = await chunks.next().catch(() => {
        throw failure(502, `the file ${path} broke off after ${length} bytes`);
      });
      if (done) break;
      length += value.byteLength;
      if (length > limit) throw tooLarge(path);
      take(value);
    }
  } finally {
    await chunks?.return().catch(() => {});
  }
  if (expected !== undefined && expected !== length) {
    throw failure(502, `the file ${path} has ${length} bytes and should have ${expected}`);
  }
}
