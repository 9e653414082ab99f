// Traces, their spans and assessments, evaluation datasets and webhooks in real
// workerd, held against a live `mlflow server`.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { startServe } from './support/serve.mjs';
import { requests } from './support/traces-requests.mjs';
import { differences } from './support/tracking.mjs';

describe('our own traces', () => {
  let mlflow;
  let edge;
  before(async () => {
    [mlflow, edge] = await Promise.all([startMlflow(), startServe()]);
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop()]));

  check('answer each request as MLflow does', async () => {
    assert.deepEqual(await differences(mlflow.uri, edge.url, requests), []);
  });
});
