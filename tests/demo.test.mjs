// One world, written by `cargo xtask demo` to a live MLflow server and to our own
// edge: what both answer about it afterwards is the same.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { xtask } from './support/environment.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { run } from './support/processes.mjs';
import { startServe } from './support/serve.mjs';

const UNTIL = '1790000000000';

async function ask(uri, path, body) {
  const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
    method: body ? 'POST' : 'GET',
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
  return response.json();
}

const demo = async (uri, ...args) => {
  const all = ['demo', '--tracking-uri', uri, '--until', UNTIL, ...args];
  const { code, stderr } = await run(xtask(), all, { timeoutMs: 300_000 });
  return { code, stderr };
};

/** `{ key: value }` of a list of `{ key, … }`. */
const byKey = (list = [], value = (item) => item.value) =>
  Object.fromEntries(list.map((item) => [item.key, value(item)]).sort(([a], [b]) => (a < b ? -1 : 1)));

/** All that a run is, without what every server makes up itself. */
function described({ info, data, inputs = {}, outputs = {} }, names) {
  const tags = byKey(data.tags);
  const parent = tags['mlflow.parentRunId'];
  return {
    name: info.run_name,
    status: info.status,
    start: info.start_time,
    end: info.end_time,
    stage: info.lifecycle_stage,
    user: info.user_id,
    metrics: byKey(data.metrics, ({ value, step, timestamp }) => [value, step, timestamp]),
    params: byKey(data.params),
    tags: { ...tags, ...(parent && { 'mlflow.parentRunId': names.get(parent) }) },
    datasets: (inputs.dataset_inputs ?? []).map((input) => JSON.stringify([input.tags, byName(input.dataset)])).sort(),
    models: (outputs.model_outputs ?? []).length,
  };
}

const byName = (object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

const SEARCHES = [
  { filter: 'metrics.`val/accuracy` > 0.5', order_by: ['metrics.`val/accuracy` DESC'] },
  { filter: "params.optimiser = 'sgd' AND metrics.`train/loss` != 0", order_by: ['params.learning_rate'] },
  { filter: "tags.`mlflow.user` = 'ada'" },
  { filter: "attributes.status = 'FAILED'" },
  { filter: "tags.fold LIKE '_' AND metrics.r2 > 0", order_by: ['metrics.r2 ASC', 'run_name DESC'] },
  { filter: "params.`base model` ILIKE 'MINI%'", order_by: ['metrics.`f1 score` DESC'] },
  { filter: "datasets.name = 'cifar-10' AND datasets.context = 'validation'", order_by: ['start_time ASC'] },
  { filter: 'metrics.nothing > 0' },
  { order_by: ['metrics.`train/loss` DESC'] },
];

/** What a server answers about the world. */
async function answers(uri) {
  const { experiments } = await ask(uri, 'experiments/search', { max_results: 100, filter: "name LIKE 'demo/%'", order_by: ['name ASC'] });
  const ids = experiments.map((e) => e.experiment_id);
  const { runs } = await ask(uri, 'runs/search', { experiment_ids: ids, max_results: 1000 });
  const names = new Map(runs.map((r) => [r.info.run_id, r.info.run_name]));
  const named = new Map(runs.map((r) => [r.info.run_name, r.info.run_id]));
  const search = async (one) => {
    const { runs = [] } = await ask(uri, 'runs/search', { experiment_ids: ids, max_results: 1000, ...one });
    return runs.map((r) => r.info.run_name);
  };
  const history = async (name, key) => {
    const query = new URLSearchParams({ run_id: named.get(name), metric_key: key });
    const { metrics = [] } = await ask(uri, `metrics/get-history?${query}`);
    return metrics.map(({ value, step, timestamp }) => [value, step, timestamp]);
  };
  const { registered_models } = await ask(uri, 'registered-models/search?order_by=name');
  const { model_versions } = await ask(uri, "model-versions/search?filter=name%3D'demo-progression'&order_by=version_number");
  const files = async (name) => {
    const { files } = await ask(uri, `artifacts/list?run_id=${named.get(name)}`);
    return files.map(({ path, is_dir, file_size }) => [path, is_dir, file_size]);
  };
  const read = async (name, file) => {
    const response = await fetch(`${uri}/get-artifact?run_id=${named.get(name)}&path=${encodeURIComponent(file)}`);
    return [response.status, response.headers.get('content-disposition'), await response.text()];
  };
  return {
    experiments: experiments.map(({ name, tags, lifecycle_stage }) => [name, byKey(tags), lifecycle_stage]),
    runs: runs.map((one) => described(one, names)),
    searches: await Promise.all(SEARCHES.map(search)),
    histories: [await history('sgd-1e0', 'train/loss'), await history('ridge-d7-2', 'val/rmse')],
    models: registered_models.map(({ name, description, tags, aliases = [], latest_versions = [] }) => ({
      ...{ name, description, tags: byKey(tags), aliases },
      latest: latest_versions.map(({ version, current_stage }) => [version, current_stage]).sort(),
    })),
    versions: model_versions.map(({ version, current_stage, description, status, run_id, aliases }) => ({
      ...{ version, current_stage, description, status, aliases },
      run: names.get(run_id),
    })),
    files: [await files('diffusion-small'), await files('ridge-d7-2')],
    read: [await read('minilm-de', 'report.json'), await read('minilm-de', 'examples.csv'), await read('minilm-de', 'none')].map(
      // Of an error MLflow's words differ.
      ([status, ...rest]) => (status === 200 ? [status, ...rest] : [status]),
    ),
  };
}

describe('a demo world', () => {
  let [mlflow, edge, theirs, ours] = [];
  before(async () => {
    [mlflow, edge] = await Promise.all([startMlflow(), startServe()]);
  });
  after(async () => {
    await Promise.all([mlflow?.stop(), edge?.stop()]);
  });

  check('is written to both', async () => {
    for (const uri of [mlflow.uri, edge.url]) {
      const { code, stderr } = await demo(uri);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /4 experiments, 54 runs, \d+ values of metrics, 2 registered models with 5 versions/);
    }
    [theirs, ours] = [await answers(mlflow.uri), await answers(edge.url)];
  });

  for (const part of ['experiments', 'runs', 'searches', 'histories', 'models', 'versions', 'files', 'read']) {
    check(`${part} are the same`, () => assert.deepEqual(ours[part], theirs[part]));
  }

  check('is not written twice', async () => {
    const { code, stderr } = await demo(edge.url);
    assert.notEqual(code, 0);
    assert.match(stderr, /already exists.*--prefix/);
  });
});
