// Loads a model from its folder, with the engine that it needs: the module
// `tabular` is small and runs most models from scikit-learn, XGBoost and
// LightGBM; `scoring` is ten times that and runs the rest.
//
// `engines.tabular` and `engines.scoring` start and give a module; `read`
// gives the bytes of a file of the folder. Both may be asynchronous. Unless
// `strict`, the model writes predictions as MLflow does.

export async function loadModel(engines, read, strict = false) {
  const tabular = await engines.tabular();
  const mlmodel = await read("MLmodel");
  const path = tabular.modelFile(mlmodel);
  const onnx = await read(path);
  const requirements = new tabular.Requirements(onnx);
  const { externalFiles, networks } = requirements;
  requirements.free();
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const files = await Promise.all(externalFiles.map((name) => read(folder + name)));
  const engine = networks ? await engines.scoring() : tabular;
  return { engine, model: new engine.Model(mlmodel, onnx, externalFiles, files, strict) };
}
