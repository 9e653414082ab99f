// The model registry and logged models in real workerd, held against a live
// `mlflow server`, and used by the unmodified Python client.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { requests } from './support/registry-requests.mjs';
import { startServe } from './support/serve.mjs';
import { differences } from './support/tracking.mjs';

describe('our own model registry', () => {
  let mlflow;
  let edge;
  let dir;
  before(async () => {
    [mlflow, edge] = await Promise.all([startMlflow(), startServe()]);
    dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-registry-'));
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop(), dir && rm(dir, { recursive: true, force: true })]));

  check('answers each request as MLflow does', async () => {
    assert.deepEqual(await differences(mlflow.uri, edge.url, requests), []);
  });

  check('takes what the unmodified Python client registers, as MLflow does', async () => {
    const answer = async (uri) => JSON.parse(await runPython('registry.py', [uri, dir]));
    assert.deepEqual(await answer(edge.url), await answer(mlflow.uri));
  });
});
