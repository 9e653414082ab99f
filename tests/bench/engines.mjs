// The engines of the comparison behind one face, in Node and in a page alike:
// `start(at, read)` gives `load(model)`, that gives a session with
// `prepare(inputs)`, whose result is a function that runs the model on them.
//
// `at(path)` is the address of a file of the stage, `read(path)` its bytes.
// An input is `{ name, dtype, shape, elements }`, and so is an output.

const DTYPES = new Map([
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [BigInt64Array, 'int64'],
  [Int32Array, 'int32'],
  [Uint8Array, 'uint8'],
  [Array, 'string'],
]);

/** Ours, of one of the two modules: `tabular` is without tract. */
const ours = (folder, name) => async (at, read) => {
  const module = await import(at(`${folder}/${name}.js`));
  // A page's main thread refuses to start a large module synchronously.
  await module.default({ module_or_path: await WebAssembly.compile(await read(`${folder}/${name}_bg.wasm`)) });
  const load = (model) => {
    const session = new module.Session(model, []);
    const prepare = (inputs) => {
      const ordered = session.inputNames.map((name) => inputs.find((input) => input.name === name));
      const elements = ordered.map((input) => input.elements);
      const shapes = Uint32Array.from(ordered.flatMap(({ shape }) => [shape.length, ...shape]));
      return () => session.run(elements, shapes);
    };
    const outputs = (ran) =>
      session.outputNames.map((name, i) => {
        const elements = ran[2 * i];
        return { name, elements, shape: [...ran[2 * i + 1]], dtype: DTYPES.get(elements.constructor) };
      });
    return { prepare, outputs, free: () => session.free() };
  };
  return { load };
};

/** onnxruntime-web as its users have it: the CPU build, on one thread. */
async function onnxruntime(at, read) {
  const ort = await import(at('ort/ort.wasm.bundle.min.mjs'));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = (await read('ort/ort-wasm-simd-threaded.wasm')).buffer;
  ort.env.logLevel = 'error';
  const load = async (model) => {
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const prepare = (inputs) => {
      const tensors = inputs.map(({ name, dtype, elements, shape }) => [name, new ort.Tensor(dtype, elements, shape)]);
      const feeds = Object.fromEntries(tensors);
      return () => session.run(feeds);
    };
    const outputs = (ran) =>
      session.outputNames.map((name) => {
        const { data, dims, type } = ran[name];
        return { name, elements: data, shape: dims, dtype: type };
      });
    return { prepare, outputs, free: () => session.release() };
  };
  return { load };
}

/** By name; `ours` depends on which module a row is for. */
export const engines = (kind) => ({
  ours: kind === 'tabular' ? ours('tabular', 'suite-tabular') : ours('networks', 'suite'),
  onnxruntime,
});
