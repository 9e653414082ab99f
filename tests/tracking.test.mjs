// The workspace in real workerd: MLflow's REST API from our own store, held
// against a live `mlflow server`, and used by the unmodified Python client.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { startServe } from './support/serve.mjs';
import { ask, comparable } from './support/tracking.mjs';

/** The requests, in order; a function of the run's id where one is needed. */
const requests = [
  { post: 'experiments/create', body: { name: 'first', tags: [{ key: 'team', value: 'a' }] } },
  { post: 'experiments/create', body: { name: 'first' } },
  { post: 'experiments/create', body: {} },
  { post: 'experiments/create', body: { name: 'ä'.repeat(501) } },
  { get: 'experiments/get?experiment_id=1' },
  { get: 'experiments/get?experiment_id=77' },
  { get: 'experiments/get' },
  { get: 'experiments/get-by-name?experiment_name=first' },
  { get: 'experiments/get-by-name?experiment_name=none' },
  { post: 'experiments/search', body: {} },
  { post: 'experiments/search', body: { max_results: 50_001 } },
  { post: 'experiments/search', body: { max_results: 1 } },
  { get: 'experiments/search?max_results=5' },
  { post: 'experiments/search', body: { max_results: 5, page_token: 'nonsense' } },
  { post: 'runs/create', body: { experiment_id: '77' } },
  {
    post: 'runs/create',
    body: {
      ...{ experiment_id: '1', user_id: 'u', run_name: 'fast-otter-1', start_time: '1700000000000' },
      tags: [{ key: 'mlflow.source.name', value: 'x.py' }],
    },
  },
  { post: 'runs/create', body: { experiment_id: '1', run_name: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] } },
  (run) => ({ get: `runs/get?run_id=${run}` }),
  { get: 'runs/get?run_id=none' },
  { get: 'runs/get' },
  (run) => ({ post: 'runs/log-parameter', body: { run_id: run, key: 'lr', value: '0.1' } }),
  (run) => ({ post: 'runs/log-parameter', body: { run_id: run, key: 'lr', value: '0.1' } }),
  (run) => ({ post: 'runs/log-parameter', body: { run_id: run, key: 'lr', value: '0.2' } }),
  (run) => ({ post: 'runs/log-parameter', body: { run_id: run } }),
  (run) => ({ post: 'runs/log-parameter', body: { run_id: run, key: 'long', value: 'x'.repeat(7000) } }),
  (run) => ({ post: 'runs/log-metric', body: { run_id: run, key: 'loss', value: 0.5, timestamp: 5, step: 0 } }),
  (run) => ({ post: 'runs/log-metric', body: { run_id: run, key: 'loss', value: 'NaN', timestamp: '6', step: 1 } }),
  (run) => ({ post: 'runs/log-metric', body: { run_id: run, key: 'top', value: 'Infinity', timestamp: 6, step: -3 } }),
  (run) => ({
    post: 'runs/log-batch',
    body: {
      run_id: run,
      metrics: [
        { key: 'loss', value: 1 / 3, timestamp: 7, step: 2 },
        { key: 'loss', value: 0.25, timestamp: 8, step: 2 },
        { key: 'loss', value: 9, timestamp: 9, step: 1 },
      ],
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'note', value: 'ü' }],
    },
  }),
  (run) => ({
    post: 'runs/log-batch',
    body: { run_id: run, params: Array.from({ length: 101 }, (_, i) => ({ key: `k${i}`, value: 'v' })) },
  }),
  (run) => ({
    post: 'runs/log-batch',
    body: { run_id: run, params: [{ key: 'new', value: '1' }, { key: 'depth', value: '4' }] },
  }),
  (run) => ({ post: 'runs/set-tag', body: { run_id: run, key: 'note', value: 'o' } }),
  (run) => ({ post: 'runs/set-tag', body: { run_id: run, key: 'mlflow.runName', value: 'renamed' } }),
  { post: 'runs/set-tag', body: { run_id: 'none', key: 'k', value: 'v' } },
  (run) => ({ get: `metrics/get-history?run_id=${run}&metric_key=loss` }),
  (run) => ({ get: `metrics/get-history?run_id=${run}&metric_key=loss&max_results=2` }),
  (run) => ({ get: `metrics/get-history?run_id=${run}&metric_key=none` }),
  (run) => ({ post: 'runs/update', body: { run_id: run, status: 'FINISHED', end_time: 1700000009000 } }),
  (run) => ({ get: `runs/get?run_id=${run}` }),
  { post: 'runs/search', body: { experiment_ids: ['1'] } },
  { post: 'runs/search', body: { experiment_ids: ['0'] } },
  { post: 'runs/search', body: { experiment_ids: ['1'], run_view_type: 'DELETED_ONLY' } },
  { post: 'runs/search', body: { experiment_ids: ['1'], max_results: 50_001 } },
];

describe('our own tracking server', () => {
  let mlflow;
  let edge;
  before(async () => {
    [mlflow, edge] = await Promise.all([startMlflow(), startServe()]);
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop()]));

  check('answers each request as MLflow does', async () => {
    const different = [];
    const runs = {};
    for (const request of requests) {
      const answers = [];
      for (const [name, uri] of [['mlflow', mlflow.uri], ['edge', edge.url]]) {
        const concrete = typeof request === 'function' ? request(runs[name]) : request;
        const answer = await ask(uri, concrete);
        runs[name] ??= answer.body.run?.info?.run_id;
        answers.push({ request: concrete.get ?? concrete.post, ...answer });
      }
      const [expected, got] = answers.map(({ status, body }) => ({ status, body: comparable(body) }));
      try {
        assert.deepEqual(got, expected);
      } catch {
        const what = answers[1].request.replace(/run_id=\w{32}/, 'run_id=…');
        const brief = (answer) => JSON.stringify(answer).replace(/(x{20}|ä{20}).*?"/, '…"');
        different.push(`${what}: ${brief(got)}\n   instead of ${brief(expected)}`);
      }
    }
    assert.deepEqual(different, []);
  });

  check('takes what the unmodified Python client logs', async () => {
    const answer = JSON.parse(await runPython('log.py', [edge.url]));
    assert.deepEqual(answer, {
      params: { p: '1', q: 'two' },
      squares: [0, 1, 4, 9],
      latest: 9,
      status: 'FINISHED',
      tags: { purpose: 'test' },
      found: 1,
    });
  });

  check('says what it does not have', async () => {
    const { status, body } = await ask(edge.url, { post: 'runs/create-promptlab-run', body: {} });
    assert.equal(status, 501);
    assert.equal(body.error_code, 'NOT_IMPLEMENTED');
    assert.match(body.message, /promptlab/);
  });

  check("refuses another site's page", async () => {
    const response = await fetch(`${edge.url}/api/2.0/mlflow/experiments/get?experiment_id=0`, {
      headers: { Origin: 'https://evil.example' },
    });
    assert.equal(response.status, 403);
  });

  // The second request to an address goes straight to the workspace, if it may.
  check('asks of each request to an address what it asks of the first', async () => {
    const search = async (headers) => {
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: '{"max_results": 1}' };
      const response = await fetch(`${edge.url}/api/2.0/mlflow/experiments/search`, init);
      return [response.status, Object.keys(await response.json())[0]];
    };
    const found = [200, 'experiments'];
    assert.deepEqual([await search({}), await search({})], [found, found]);
    assert.deepEqual(await search({ Origin: 'https://evil.example' }), [403, 'error_code']);
    assert.deepEqual(await search({ 'X-MLflow-Workspace': 'other' }), [500, 'error_code']);
    assert.deepEqual(await search({}), found);
  });

  check('refuses a body that is too large, and the next request works', async () => {
    const tooLarge = await ask(edge.url, { post: 'experiments/create', body: { name: 'x'.repeat(9_000_000) } });
    assert.equal(tooLarge.status, 413);
    // One that does not say how long it is.
    const unsaid = await fetch(`${edge.url}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: new Blob([JSON.stringify({ name: 'x'.repeat(9_000_000) })]).stream(),
      duplex: 'half',
    });
    assert.equal(unsaid.status, 413);
    assert.equal((await ask(edge.url, { get: 'experiments/get?experiment_id=0' })).status, 200);
  });
});

describe('the data folder', () => {
  check('keeps experiments and runs from one start to the next', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-data-'));
    let edge = await startServe([], {}, dir);
    try {
      await ask(edge.url, { post: 'experiments/create', body: { name: 'kept' } });
      // workerd is killed here, not asked to end.
      await edge.stop();
      edge = await startServe([], {}, dir);
      const { body } = await ask(edge.url, { get: 'experiments/get-by-name?experiment_name=kept' });
      assert.equal(body.experiment?.name, 'kept');
    } finally {
      await edge.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });
});
