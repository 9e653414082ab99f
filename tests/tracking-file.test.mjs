// The data folder's file is itself an `mlflow.db`: an unchanged `mlflow server`
// opens it, and we open the one that it made.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { startServe } from './support/serve.mjs';
import { ask, comparable } from './support/tracking.mjs';

/** Fills a server with one of each, and gives the requests that read it back. */
async function fill(uri) {
  const post = async (path, body) => (await ask(uri, { post: path, body })).body;
  const { experiment_id } = await post('experiments/create', { name: 'one', tags: [{ key: 'k', value: 'ü' }] });
  const { run } = await post('runs/create', { experiment_id, run_name: 'first', start_time: 5 });
  const { run_id } = run.info;
  const { model } = await post('logged-models', { experiment_id, name: 'lm', params: [{ key: 'p', value: '1' }] });
  const { model_id } = model.info;
  await post('runs/log-batch', {
    run_id,
    metrics: [
      { key: 'loss', value: 1 / 3, timestamp: 7, step: 2, model_id },
      { key: 'nan', value: 'NaN', timestamp: 8, step: 1 },
    ],
    params: [{ key: 'depth', value: '3' }],
    tags: [{ key: 'note', value: 'a\nb' }],
  });
  await post('registered-models/create', { name: 'm', description: 'd' });
  await post('model-versions/create', { name: 'm', source: `models:/${model_id}`, model_id });
  await post('registered-models/alias', { name: 'm', alias: 'champion', version: '1' });
  return [
    { get: `experiments/get?experiment_id=${experiment_id}` },
    { get: 'experiments/get?experiment_id=0' },
    { get: `runs/get?run_id=${run_id}` },
    { get: `metrics/get-history?run_id=${run_id}&metric_key=loss` },
    { get: `logged-models/${model_id}` },
    { get: 'registered-models/get?name=m' },
    { get: 'registered-models/alias?name=m&alias=champion' },
    { post: 'runs/search', body: { experiment_ids: [experiment_id], filter: 'metrics.loss < 0.5' } },
  ];
}

const answers = async (uri, requests) => {
  const all = [];
  for (const request of requests) {
    const { status, body } = await ask(uri, request);
    all.push({ request, status, body: comparable(body) });
  }
  return all;
};

/** The one workspace's file. */
async function workspaceFile(dir) {
  const files = await readdir(dir, { recursive: true });
  const [file, ...others] = files.filter((name) => name.endsWith('.sqlite') && !name.includes('metadata'));
  assert.deepEqual(others, []);
  return path.join(dir, file);
}

describe("the workspace's file", () => {
  let dir;
  before(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-file-'))));
  after(() => rm(dir, { recursive: true, force: true }));

  check('is served by an unchanged MLflow, and by us again', async () => {
    let edge = await startServe([], {}, dir);
    const requests = await fill(edge.url);
    const expected = await answers(edge.url, requests);
    await edge.stop();
    const mlflow = await startMlflow({ store: await workspaceFile(dir) });
    assert.deepEqual(await answers(mlflow.uri, requests), expected);
    await ask(mlflow.uri, { post: 'experiments/create', body: { name: 'theirs' } });
    await mlflow.stop();
    edge = await startServe([], {}, dir);
    assert.deepEqual(await answers(edge.url, requests), expected);
    const theirs = await ask(edge.url, { get: 'experiments/get-by-name?experiment_name=theirs' });
    assert.equal(theirs.body.experiment?.name, 'theirs');
    await edge.stop();
  });

  check('may be one that MLflow made', async () => {
    const store = path.join(dir, 'mlflow.db');
    const mlflow = await startMlflow({ store });
    const requests = await fill(mlflow.uri);
    const expected = await answers(mlflow.uri, requests);
    await mlflow.stop();
    const file = await workspaceFile(dir);
    await Promise.all(['-wal', '-shm'].map((end) => rm(file + end, { force: true })));
    await copyFile(store, file);
    const edge = await startServe([], {}, dir);
    assert.deepEqual(await answers(edge.url, requests), expected);
    await edge.stop();
  });
});
