// One round of one row: both engines in turns, in Node or in a page.
import { engines } from './engines.mjs';

// Shorter runs are timed many at once: a page's clock has steps of 5 µs.
const BLOCK_MS = 2;
const FEWEST = 5;

// onnxruntime's names for numpy's.
const DTYPES = { float32: 'float32', float64: 'float64', int64: 'int64', int32: 'int32', string: 'string' };
const ARRAYS = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array };

// What sums in another order may differ by: relative, then absolute.
const CLOSE = [1e-3, 2e-4];

async function tensor(read, { name, dtype, shape, file }) {
  if (!DTYPES[dtype]) throw new Error(`${name} is of type ${dtype}, which the benchmark lacks`);
  const bytes = await read(`rows/${file}`);
  const elements =
    dtype === 'string' ? JSON.parse(new TextDecoder().decode(bytes)) : new ARRAYS[dtype](bytes.slice().buffer);
  return { name, dtype, shape, elements };
}

/** What is wrong with outputs, or nothing. */
function difference(outputs, expected) {
  if (outputs.length !== expected.length) return `${outputs.length} outputs instead of ${expected.length}`;
  for (const [i, { name, dtype, shape, elements }] of expected.entries()) {
    const got = outputs[i];
    if (got.name !== name) return `output ${i} is '${got.name}' instead of '${name}'`;
    if (got.dtype !== dtype || String(got.shape) !== String(shape)) {
      return `output '${name}' is ${got.dtype}[${got.shape}] instead of ${dtype}[${shape}]`;
    }
    const isClose = dtype.startsWith('float')
      ? (a, b) => Math.abs(a - b) <= CLOSE[1] + CLOSE[0] * Math.abs(b) || (Number.isNaN(a) && Number.isNaN(b)) || a === b
      : (a, b) => a === b;
    for (let at = 0; at < elements.length; at++) {
      if (!isClose(got.elements[at], elements[at])) {
        return `output '${name}' has ${got.elements[at]} instead of ${elements[at]} at ${at}`;
      }
    }
  }
}

const now = () => performance.now();

/** How long `times` runs take. Ours answers at once, onnxruntime by a promise. */
async function time(run, times) {
  const start = now();
  for (let i = 0; i < times; i++) {
    const ran = run();
    if (ran instanceof Promise) await ran;
  }
  return now() - start;
}

/** Starts an engine, with a model of one addition, so that all of it is there. */
async function begin(start, at, read) {
  const model = await read('rows/models/start.onnx');
  const input = { name: 'x', dtype: 'float32', shape: [1], elements: new Float32Array(1) };
  const before = now();
  const engine = await start(at, read);
  const session = await engine.load(model);
  await session.prepare([input])();
  await session.free();
  return { engine, started: now() - before };
}

async function loadAndRun(engine, model, inputs, expected) {
  // Whoever keeps the bytes keeps a copy of its own.
  const bytes = model.slice();
  const before = now();
  const session = await engine.load(bytes);
  const loaded = now();
  const run = session.prepare(inputs);
  const ran = await run();
  const first = now() - loaded;
  const problem = difference(session.outputs(ran), expected);
  if (problem) throw new Error(`differs from native onnxruntime: ${problem}`);
  return { session, run, load: loaded - before, first };
}

/** Runs until it is as quick as it gets, and says how many runs fill a block. */
async function warm(run, budget) {
  let [total, each] = [0, Infinity];
  for (let times = 1; total < budget; times = Math.max(1, Math.ceil(Math.min(2 * times, (budget - total) / each)))) {
    const took = await time(run, times);
    total += took;
    each = Math.max(1e-4, Math.min(each, took / times));
  }
  return Math.max(1, Math.ceil(BLOCK_MS / each));
}

/**
 * A round of `row`: for each engine `{ started, load, first, samples }` in
 * milliseconds, or `{ error }`. `budget` is how long each one is timed, and
 * `swap` says who is first.
 */
export async function measure(row, at, read, { budget, swap }) {
  const model = await read(`rows/${row.model}`);
  const inputs = await Promise.all(row.inputs.map((input) => tensor(read, input)));
  const expected = await Promise.all(row.outputs.map((output) => tensor(read, output)));
  const names = swap ? ['onnxruntime', 'ours'] : ['ours', 'onnxruntime'];
  const [results, under] = [{}, []];
  const attempt = async (name, work) => {
    try {
      await work();
    } catch (error) {
      results[name] = { error: String(error?.message ?? error).replace(/\s+/g, ' ') };
    }
  };
  const begun = {};
  for (const name of names) {
    await attempt(name, async () => {
      begun[name] = await begin(engines(row.engine)[name], at, read);
    });
  }
  for (const [name, { engine, started }] of Object.entries(begun)) {
    await attempt(name, async () => {
      const { session, run, load, first } = await loadAndRun(engine, model, inputs, expected);
      results[name] = { started, load, first, samples: [] };
      under.push({ name, session, run });
    });
  }
  for (const one of under) one.times = await warm(one.run, budget / 3);
  // Each is timed as long as the other, in turns, the first one first and last.
  const spent = () => Math.min(...under.map(({ name }) => results[name].samples.length));
  const end = now() + budget * under.length;
  while (under.length && (now() < end || spent() < FEWEST)) {
    for (const { name, run, times } of under) results[name].samples.push((await time(run, times)) / times);
    under.reverse();
  }
  for (const { session } of under) await session.free();
  return results;
}
