// The data folder's file is itself an `mlflow.db`: an unchanged `mlflow server`
// opens it, and we open the one that it made; `cargo xtask import` takes in others.
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { python, rootDir, xtask } from './support/environment.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { run } from './support/processes.mjs';
import { startServe, workspaceFile } from './support/serve.mjs';
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

describe("the workspace's file", () => {
  let dir;
  before(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-file-'))));
  after(() => rm(dir, { recursive: true, force: true }));

  check('keeps nothing of a request that the store fails on, and all of those before and after', async () => {
    const data = await mkdtemp(path.join(os.tmpdir(), 'millrace-failing-'));
    after(() => rm(data, { recursive: true, force: true }));
    let edge = await startServe([], {}, data);
    const { body } = await ask(edge.url, { post: 'runs/create', body: { experiment_id: '0', start_time: 5 } });
    const { run_id } = body.run.info;
    await edge.stop();
    const refuse = "CREATE TRIGGER refuse BEFORE INSERT ON tags WHEN new.key = 'refused' BEGIN SELECT RAISE(ABORT, 'refused'); END";
    const program = 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])';
    const { code, stderr } = await run(python(), ['-c', program, await workspaceFile(data), refuse]);
    assert.equal(code, 0, stderr);
    edge = await startServe([], {}, data);
    const log = (key, tags = []) =>
      ask(edge.url, { post: 'runs/log-batch', body: { run_id, metrics: [{ key, value: 1, timestamp: 1, step: 0 }], tags } });
    assert.equal((await log('before')).status, 200);
    assert.equal((await log('with', [{ key: 'refused', value: '1' }])).status, 500);
    assert.equal((await log('after')).status, 200);
    // Of several at once, those that were acknowledged are there, and no others.
    const keys = Array.from({ length: 24 }, (_, i) => `many${i}`);
    const statuses = await Promise.all(keys.map((key, i) => log(key, i % 8 === 3 ? [{ key: 'refused', value: '1' }] : []).then((a) => a.status)));
    const kept = async () => (await ask(edge.url, { get: `runs/get?run_id=${run_id}` })).body.run.data.metrics.map(({ key }) => key);
    const expected = ['before', 'after', ...keys.filter((_, i) => statuses[i] === 200)].sort();
    assert.deepEqual((await kept()).sort(), expected);
    await edge.stop();
    edge = await startServe([], {}, data);
    assert.deepEqual((await kept()).sort(), expected);
    await edge.stop();
  });

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

const IMPORT_MS = 600_000; // the first one compiles SQLite

/** `cargo xtask import` with these arguments: `{ code, stdout, stderr }`. */
const importing = (...args) => run(xtask(), ['import', ...args], { cwd: rootDir, timeoutMs: IMPORT_MS });

describe('an mlflow.db that is imported', () => {
  let dir;
  before(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-import-'))));
  after(() => rm(dir, { recursive: true, force: true }));

  check('is served as its own MLflow served it', async () => {
    const store = path.join(dir, 'mlflow.db');
    const mlflow = await startMlflow({ store });
    const requests = await fill(mlflow.uri);
    const expected = await answers(mlflow.uri, requests);
    await mlflow.stop();
    const before = await readFile(store);
    const data = path.join(dir, 'new');
    const { code, stdout, stderr } = await importing(store, '--data', data);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /2 experiments\n.*1 runs\n.*2 metric values/);
    assert.deepEqual(await readFile(store), before);
    const edge = await startServe([], {}, data);
    assert.deepEqual(await answers(edge.url, requests), expected);
    await edge.stop();
  });

  check('may be of MLflow 2, and brings its artifacts', async () => {
    const fixtures = path.join(rootDir, 'crates/mlflow-import/tests/data');
    const [data, artifacts] = [path.join(dir, 'old'), path.join(dir, 'mlartifacts')];
    const recorded = JSON.parse(await readFile(path.join(fixtures, 'mlflow-2.22.json'), 'utf8'));
    const [{ info }] = recorded.find((one) => one.path === 'runs/search').answer.runs;
    const folder = path.join(artifacts, info.experiment_id, info.run_id, 'artifacts');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'note.txt'), 'ü');
    const old = path.join(dir, 'old.db');
    await copyFile(path.join(fixtures, 'mlflow-2.22.db'), old);
    // Empty, but for what serving it once leaves there.
    await (await startServe([], {}, data)).stop();
    const { code, stderr } = await importing(old, '--data', data, '--artifacts', artifacts);
    assert.equal(code, 0, stderr);
    const edge = await startServe([], {}, data);
    const { body } = await ask(edge.url, { get: `runs/get?run_id=${info.run_id}` });
    assert.equal(body.run?.info.run_name, info.run_name);
    const file = await fetch(`${edge.url}/get-artifact?path=note.txt&run_uuid=${info.run_id}`);
    assert.equal(await file.text(), 'ü');

    const running = await importing(old, '--data', data);
    assert.equal(running.code, 1);
    assert.match(running.stderr, /in use.*stop `cargo xtask serve`/);
    await edge.stop();
    const full = await importing(old, '--data', data);
    assert.equal(full.code, 1);
    assert.match(full.stderr, /has runs or models already/);
  });

  check('is looked at before anything is built', async () => {
    const missing = await importing(path.join(dir, 'missing.db'));
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /there is no .*missing\.db/);
  });
});
