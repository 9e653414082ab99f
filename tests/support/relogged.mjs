// A saved ONNX model, logged and registered at a live MLflow, with our edge before it.
import { launch } from './browser.mjs';
import { pyfunc, runPython, startMlflow } from './mlflow.mjs';
import { startServe } from './serve.mjs';

/**
 * Logs the model in `folder` as `name`. Returns `{ browser, mlflow, edge, logged, expected, stop }`:
 * `logged` is what relog.py says, `expected` what `mlflow.pyfunc` answers to `row`.
 */
export async function startRelogged(folder, name, row) {
  const [browser, mlflow] = await Promise.all([launch(), startMlflow()]);
  const logged = JSON.parse(await runPython('relog.py', [mlflow.uri, folder, name]));
  const edge = await startServe(['--tracking-uri', mlflow.uri]);
  const expected = JSON.parse((await pyfunc(folder, [row]))[0].body);
  const stop = () => Promise.all([browser.close(), edge.stop(), mlflow.stop()]);
  return { browser, mlflow, edge, logged, expected, stop };
}
