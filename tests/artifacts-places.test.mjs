// Runs, logged models and versions that name a place of an object store
// themselves, and addresses of their files: as a live `mlflow server` with the
// same credentials answers, and nothing of places that were not named.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import { comparable, JSON_TYPE, raw } from './support/artifact-requests.mjs';
import { check } from './support/check.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { startServe } from './support/serve.mjs';
import { startAzure, startS3 } from './support/stores.mjs';

const FILES = { 'MLmodel': 'm', 'data/a b.csv': 'a,b\n1,2\n', 'data/ü.txt': 'ü', 'data/deep/x.bin': 'xyz', 'data/%41': 'percent', empty: '' };

async function post(uri, target, body) {
  const answer = await raw(uri, 'POST', `/api/2.0/mlflow/${target}`, { headers: JSON_TYPE, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, `${target}: ${answer.body}`);
  return JSON.parse(answer.body);
}

/** An experiment at a place, with a run, a logged model and a version of it, each with files. */
async function fill(uri, root, put) {
  const { experiment_id: experiment } = await post(uri, 'experiments/create', { name: root, artifact_location: root });
  const { run } = await post(uri, 'runs/create', { experiment_id: experiment });
  const { model } = await post(uri, 'logged-models', { experiment_id: experiment, name: 'logged', source_run_id: run.info.run_id });
  for (const info of [run.info, model.info]) {
    for (const [file, text] of Object.entries(FILES)) await put(`${info.artifact_uri}/${file}`, Buffer.from(text));
  }
  await post(uri, 'registered-models/create', { name: 'named' });
  await post(uri, 'model-versions/create', { name: 'named', source: model.info.artifact_uri, model_id: model.info.model_id });
  await post(uri, 'model-versions/create', { name: 'named', source: `${run.info.artifact_uri}/data`, run_id: run.info.run_id });
  return { run: run.info.run_id, model: model.info.model_id, root };
}

const GETS = ({ run, model }) => [
  `/api/2.0/mlflow/artifacts/list?run_id=${run}`,
  `/ajax-api/2.0/mlflow/artifacts/list?run_id=${run}&path=data`,
  `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=data/`,
  `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=none`,
  `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=MLmodel`,
  `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=..`,
  ...['MLmodel', 'data/a%20b.csv', 'data/%C3%BC.txt', 'data/deep/x.bin', 'empty', '../x', '%2e%2e%2fx'].map((file) => `/get-artifact?run_id=${run}&path=${file}`),
  `/api/2.0/mlflow/logged-models/${model}/artifacts/directories`,
  `/api/2.0/mlflow/logged-models/${model}/artifacts/directories?artifact_directory_path=data`,
  `/ajax-api/2.0/mlflow/logged-models/${model}/artifacts/files?artifact_file_path=data/deep/x.bin`,
  '/model-versions/get-artifact?name=named&version=1&path=MLmodel',
  '/model-versions/get-artifact?name=named&version=2&path=deep/x.bin',
];

/** The answers of a server, with what is its own made the same. */
async function answers(uri, own) {
  const all = [];
  for (const target of GETS(own)) {
    const plain = (text) => text.replaceAll(own.run, 'RUN').replaceAll(own.model, 'MODEL').replaceAll(own.root, 'ROOT');
    const got = comparable(await raw(uri, 'GET', target), own.run);
    all.push(JSON.parse(plain(JSON.stringify({ target, ...got }))));
  }
  return all;
}

const presign = (uri, way, body) => raw(uri, 'POST', `/api/2.0/mlflow/artifacts/presigned-${way}-url`, { headers: JSON_TYPE, body: JSON.stringify(body) });

/** A file goes up and down by addresses, which are good for it alone. */
async function byAddresses(uri, { run, model }) {
  for (const owner of [{ run_id: run }, { model_id: model }]) {
    const bytes = randomBytes(1000);
    const up = await presign(uri, 'upload', { ...owner, path: 'up/a b ü.bin', expiration: 60 });
    assert.equal(up.status, 200, up.body.toString());
    const { presigned_url: to, headers } = JSON.parse(up.body);
    const sent = await fetch(to, { method: 'PUT', headers, body: bytes });
    assert.ok(sent.ok, await sent.text());
    if (owner.model_id) continue;
    const read = await raw(uri, 'GET', `/get-artifact?run_id=${run}&path=up/a%20b%20%C3%BC.bin`);
    assert.deepEqual(read.body, bytes);
    const down = JSON.parse((await presign(uri, 'download', { ...owner, path: 'up/a b ü.bin' })).body);
    assert.equal(down.file_size, 1000);
    const got = await fetch(down.presigned_url, { headers: down.headers });
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), bytes);
    assert.match(got.headers.get('content-disposition') ?? '', /^attachment/);
  }
}

/** What is not named is not read, and the answer says so. */
async function elsewhere(uri, root) {
  const { experiment_id: experiment } = await post(uri, 'experiments/create', { name: root, artifact_location: root });
  const { run } = await post(uri, 'runs/create', { experiment_id: experiment });
  const id = run.info.run_id;
  for (const answer of [
    await raw(uri, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${id}`),
    await raw(uri, 'GET', `/get-artifact?run_id=${id}&path=a`),
    await presign(uri, 'upload', { run_id: id, path: 'a' }),
    await presign(uri, 'download', { run_id: id, path: 'a' }),
  ]) {
    const { error_code: code, message } = JSON.parse(answer.body);
    assert.deepEqual([answer.status, code], [501, 'NOT_IMPLEMENTED'], root);
    assert.match(message, /none of the places/);
  }
}

describe('artifacts at a place of S3', () => {
  let store;
  let mlflow;
  let edge;
  const owners = [];
  before(async () => {
    store = await startS3('direct');
    const env = { ...store.env, AWS_DEFAULT_REGION: 'us-east-1', AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required' };
    const roots = { MILLRACE_ARTIFACT_ROOTS: 's3://direct/mill, s3://direct/flow' };
    [mlflow, edge] = await Promise.all([startMlflow({ env }), startServe([], { ...store.env, ...roots })]);
    const put = (uri, bytes) => store.put(uri.replace('s3://direct/', ''), bytes);
    owners.push(await fill(mlflow.uri, 's3://direct/flow', put), await fill(edge.url, 's3://direct/mill', put));
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop(), store?.stop()]));

  check('they are listed and read as by MLflow', async () => {
    const [expected, got] = await Promise.all([answers(mlflow.uri, owners[0]), answers(edge.url, owners[1])]);
    assert.deepEqual(got, expected);
  });

  check('what is not there is no file', async () => {
    const [, { run }] = owners;
    for (const [target, status] of [[`run_id=${run}&path=none`, 404], [`run_id=${run}&path=data`, 400]]) {
      assert.equal((await raw(edge.url, 'GET', `/get-artifact?${target}`)).status, status, target);
    }
  });

  check('files go up and down by addresses, asked for and refused as by MLflow', async () => {
    await byAddresses(mlflow.uri, owners[0]);
    await byAddresses(edge.url, owners[1]);
    const proxied = await Promise.all([mlflow.uri, edge.url].map((uri) => post(uri, 'runs/create', { experiment_id: '0' })));
    const asked = (own, { run }) => [
      ['upload', { run_id: own.run, path: 'x.png' }],
      ['upload', { run_id: own.run, path: 'x.unknown', expiration: '60' }],
      ['upload', { run_id: own.run, model_id: own.model, path: 'x' }],
      ['upload', { path: 'x' }],
      ['upload', { run_id: own.run }],
      ['upload', { run_id: own.run, path: '../x' }],
      ['upload', { run_id: 'none', path: 'x' }],
      ['upload', { model_id: 'm-none', path: 'x' }],
      ['upload', { run_id: run.info.run_id, path: 'x' }],
      ['download', { run_id: own.run, path: 'MLmodel' }],
      ['download', { run_id: own.run, path: 'none' }],
      ['download', { run_id: own.run, path: 'MLmodel', expiration: 0 }],
      ['download', { run_id: own.run, path: 'MLmodel', expiration: 604_801 }],
      ['download', { run_id: own.run }],
      ['download', { path: 'x' }],
      ['download', { run_id: own.run, path: '%2e%2e/x' }],
      ['download', { run_id: 'none', path: 'x' }],
      ['download', { run_id: run.info.run_id, path: 'x' }],
    ];
    const answersOf = async (uri, own, run) => {
      const all = [];
      for (const [way, body] of asked(own, run)) {
        const answer = await presign(uri, way, body);
        const { presigned_url: url, headers, file_size: size, error_code: code } = JSON.parse(answer.body);
        all.push({ way, body: { ...body, run_id: undefined, model_id: body.model_id && 'MODEL' }, status: answer.status, code, isUrl: url?.startsWith('http://127.0.0.1'), headers, size });
      }
      return all;
    };
    const [expected, got] = await Promise.all([answersOf(mlflow.uri, owners[0], proxied[0]), answersOf(edge.url, owners[1], proxied[1])]);
    assert.deepEqual(got, expected);
  });

  check('a small file is uploaded through the server, as by MLflow', async () => {
    for (const [uri, { run }] of [[mlflow.uri, owners[0]], [edge.url, owners[1]]]) {
      const answer = await raw(uri, 'POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=up/t.txt`, { body: 'text' });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal((await raw(uri, 'GET', `/get-artifact?run_id=${run}&path=up/t.txt`)).body.toString(), 'text');
    }
  });

  check('places that were not named are not read', async () => {
    for (const root of ['s3://other/mill', 's3://direct/other', 's3://direct/milling', 's3://direct', 's3://direct/mill/../other', 'wasbs://direct@h.example/mill', 'gs://direct/mill', '/tmp/x']) {
      await elsewhere(edge.url, root);
    }
  });
});

describe('artifacts at a place of Azure Blob', () => {
  check('they are listed and read as by MLflow, and have addresses', async () => {
    const store = await startAzure('direct');
    const account = 'wasbs://direct@devstoreaccount1.blob.core.windows.net';
    const roots = { MILLRACE_ARTIFACT_ROOTS: account };
    const [mlflow, edge] = await Promise.all([startMlflow({ env: store.env }), startServe([], { ...store.env, ...roots })]);
    try {
      const put = (uri, bytes) => store.put(encodeURI(uri.replace(`${account}/`, '')), bytes);
      const [theirs, ours] = [await fill(mlflow.uri, `${account}/flow`, put), await fill(edge.url, `${account}/mill`, put)];
      const [expected, got] = await Promise.all([answers(mlflow.uri, theirs), answers(edge.url, ours)]);
      assert.deepEqual(got, expected);
      // MLflow signs no addresses for Azure.
      await byAddresses(edge.url, ours);
    } finally {
      await Promise.all([mlflow.stop(), edge.stop()]);
      await store.stop();
    }
  });
});
