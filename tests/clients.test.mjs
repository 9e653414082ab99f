// What people do with MLflow's own tools, against our tracking server in real
// workerd and against a live `mlflow server`, which have to tell them the same:
// whole journeys of the newest client and of one of the last major version, a
// project, and a model from the registry that is loaded and served.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { olderPython, python, rootDir, testsDir } from './support/environment.mjs';
import { QUIET, startMlflow } from './support/mlflow.mjs';
import { freePort, run, start } from './support/processes.mjs';
import { startServe } from './support/serve.mjs';

const onnx = path.join(rootDir, 'examples/demo-model/model/model.onnx');
const project = path.join(testsDir, 'python/project');

/** Runs a Python with arguments and gives what it printed. */
async function runWith(program, args, env = {}) {
  const { code, stdout, stderr } = await run(program, args, { env: { ...QUIET, ...env }, timeoutMs: 240_000 });
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

describe("MLflow's own tools", () => {
  let mlflow, edge, dir;
  before(async () => {
    [mlflow, edge] = await Promise.all([startMlflow(), startServe()]);
    dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-clients-'));
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop(), dir && rm(dir, { recursive: true, force: true })]));

  for (const [name, program] of [['newest', python], ['last 2', olderPython]]) {
    check(`the ${name} client's whole journey`, async () => {
      const script = path.join(testsDir, 'python/journey.py');
      const journey = async (uri) => JSON.parse((await runWith(program(), [script, uri, onnx])).split('\n').at(-1));
      const told = await journey(edge.url);
      assert.deepEqual(told, await journey(mlflow.uri));
      assert.equal(told.predictions.equal, true);
    });
  }

  check('a project that is run', async () => {
    const told = async (uri) => {
      const args = ['-m', 'mlflow', 'run', project, '--env-manager', 'local', '-P', 'alpha=0.25', '-P', 'name=ä b', '--experiment-name', 'projects'];
      const PATH = `${path.dirname(python())}:${process.env.PATH}`;
      await runWith(python(), args, { MLFLOW_TRACKING_URI: uri, PATH });
      const read = [
        'import json, mlflow, sys',
        'mlflow.set_tracking_uri(sys.argv[1])',
        "[run] = mlflow.search_runs(experiment_names=['projects'], output_format='list')",
        "text = mlflow.artifacts.load_text(run.info.artifact_uri + '/hello.txt')",
        "print(json.dumps([run.info.status, run.data.params, run.data.metrics, sorted(run.data.tags), text]))",
      ].join('\n');
      return JSON.parse(await runWith(python(), ['-c', read, uri]));
    };
    const ours = await told(edge.url);
    assert.deepEqual(ours, await told(mlflow.uri));
    assert.deepEqual([ours[0], ours[2].doubled, ours[4]], ['FINISHED', 0.5, 'hello ä b']);
  });

  check('a registered model that is loaded and served', async () => {
    const register = [
      'import json, mlflow, sys, numpy as np, pandas as pd',
      'from sklearn.linear_model import LinearRegression',
      'mlflow.set_tracking_uri(sys.argv[1])',
      "x = pd.DataFrame({'a': np.arange(6.0), 'b': [1.0, 0, 2, 0, 3, 0]})",
      "model = LinearRegression().fit(x, x['a'] * 2 + x['b'])",
      'with mlflow.start_run():',
      "    mlflow.sklearn.log_model(model, name='m', registered_model_name='served', pip_requirements=[], input_example=x)",
      "mlflow.MlflowClient().set_registered_model_alias('served', 'champion', '1')",
      "loaded = mlflow.pyfunc.load_model('models:/served@champion')",
      "print(json.dumps([model.predict(x).tolist(), loaded.predict(x).tolist()]))",
    ].join('\n');
    const [logged, loaded] = JSON.parse((await runWith(python(), ['-c', register, edge.url])).split('\n').at(-1));
    assert.deepEqual(loaded, logged);

    const port = await freePort();
    const serve = ['-m', 'mlflow', 'models', 'serve', '-m', 'models:/served@champion', '--env-manager', 'local', '-h', '127.0.0.1', '-p', String(port)];
    const PATH = `${path.dirname(python())}:${process.env.PATH}`;
    const server = start('mlflow models serve', python(), serve, { cwd: dir, env: { ...QUIET, MLFLOW_TRACKING_URI: edge.url, PATH } });
    try {
      const url = `http://127.0.0.1:${port}`;
      await server.until('answer from /ping', () => fetch(`${url}/ping`).then((r) => r.ok, () => false), 120_000);
      const answer = await fetch(`${url}/invocations`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ dataframe_split: { columns: ['a', 'b'], data: [0, 1, 2, 3, 4, 5].map((a, i) => [a, [1, 0, 2, 0, 3, 0][i]]) } }),
      });
      assert.deepEqual((await answer.json()).predictions, logged);
    } finally {
      await server.stop();
    }
  });
});
