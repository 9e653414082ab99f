// Bad input, held against a live `mlflow server`: the same status and error code
// each time, and nothing stored.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { startServe } from './support/serve.mjs';
import { ask } from './support/tracking.mjs';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** What is asked for, with a body that would do, and the names of its texts. */
const endpoints = (run) => [
  ['POST', 'experiments/create', { name: 'new' }, ['name', 'artifact_location']],
  ['POST', 'experiments/set-experiment-tag', { experiment_id: '0', key: 'k', value: 'v' }, ['key', 'value']],
  ['POST', 'runs/create', { experiment_id: '0' }, ['run_name']],
  ['POST', 'runs/set-tag', { run_id: run, key: 'k', value: 'v' }, ['run_id', 'key', 'value']],
  ['POST', 'runs/log-metric', { run_id: run, key: 'k', value: 1, timestamp: 1 }, ['run_id', 'key']],
  ['POST', 'runs/log-parameter', { run_id: run, key: 'k', value: 'v' }, ['run_id', 'key', 'value']],
  ['POST', 'runs/log-batch', { run_id: run, tags: [{ key: 'k', value: 'v' }] }, ['run_id']],
  ['POST', 'runs/search', { experiment_ids: ['0'] }, ['filter']],
  ['POST', 'registered-models/create', { name: 'new' }, ['name', 'description']],
  ['POST', 'logged-models', { experiment_id: '0', name: 'm' }, ['name']],
];

/** One request in full: `{ status, code }`. */
const send = (server, method, path, body, headers = JSON_TYPE) =>
  new Promise((resolve, reject) => {
    // fetch would tidy up the path.
    const { hostname, port } = new URL(server);
    const request = http.request({ hostname, port, method, path, headers }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      let code;
      try {
        code = JSON.parse(text).error_code;
      } catch {
        code = undefined;
      }
      resolve({ status: response.statusCode, code, text });
    });
    request.on('error', reject);
    request.end(body);
  });

describe('bad input', () => {
  let servers;
  const runs = new Map();
  before(async () => {
    servers = await Promise.all([startMlflow(), startServe()]);
    for (const server of servers) {
      server.at = server.uri ?? server.url;
      const { body } = await ask(server.at, { post: 'runs/create', body: { experiment_id: '0', run_name: 'r' } });
      runs.set(server.at, body.run.info.run_id);
    }
  });
  after(() => Promise.all((servers ?? []).map((server) => server.stop())));

  /** All that a server keeps which these requests could have changed. */
  const kept = async (at) => {
    const asked = [
      { get: 'experiments/search?max_results=100&view_type=ALL' },
      { post: 'runs/search', body: { experiment_ids: ['0'], run_view_type: 'ALL' } },
      { get: 'registered-models/search' },
      { post: 'logged-models/search', body: { experiment_ids: ['0'] } },
    ];
    return Promise.all(asked.map((one) => ask(at, one).then(({ body }) => body)));
  };

  /** Sends requests to both servers, and says where ours differs or keeps something. */
  async function compare(requests, { byCode = true } = {}) {
    const different = [];
    const stored = await Promise.all(servers.map(({ at }) => kept(at)));
    for (const request of requests) {
      const [theirs, ours] = await Promise.all(servers.map(({ at }) => send(at, ...request(runs.get(at)))));
      // Where MLflow itself breaks, ours refuses.
      const isSame =
        theirs.status >= 500
          ? ours.status >= 400 && ours.status < 500
          : theirs.status === ours.status && (!byCode || (theirs.code ?? ours.code) === ours.code);
      if (!isSame) {
        const [method, path, body] = request('RUN');
        const [short, want, got] = [body, theirs.text, ours.text].map((text) => String(text ?? '').slice(0, 120));
        different.push(`${method} ${path} ${short}: ${ours.status} ${got} instead of ${theirs.status} ${want}`);
      }
    }
    assert.deepEqual(different, []);
    assert.deepEqual(await kept(servers[1].at), stored[1], 'nothing is stored');
  }

  const api = (path) => `/api/2.0/mlflow/${path}`;
  const each = (broken) =>
    endpoints('RUN').flatMap(([, , , names], at) =>
      broken(names).map((change) => (run) => {
        const [method, path, body] = endpoints(run)[at];
        return [method, api(path), ...change(body)];
      }),
    );

  check('that is no JSON, or none of an object', async () => {
    // MLflow reads what is no JSON as nothing, which is enough for a search; ours refuses it.
    const texts = ['', '{', '[]', '"text"', '1', 'null', '{"a":1}}', '{"experiment_id": NaN', "{'a': 1}", '\ufeff{}', '\u0000'];
    await compare(each(() => texts.map((text) => () => [text])).filter((request) => !request('')[1].endsWith('search')), { byCode: false });
  });

  check('of another content type', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream'];
    await compare(each(() => types.map((type) => (body) => [JSON.stringify(body), { 'Content-Type': type }])));
  });

  check('of the wrong types', async () => {
    const wrong = [1, 1.5, true, [], {}, ['a'], { a: 1 }];
    await compare(each((names) => names.flatMap((name) => wrong.map((value) => (body) => [JSON.stringify({ ...body, [name]: value })]))));
  });

  // Names may be as long as they like, for MLflow on SQLite, and for ours.
  check('that is too long', async () => {
    const long = 'x'.repeat(10_000);
    await compare(each((names) => names.filter((name) => ['run_id', 'key'].includes(name)).map((name) => (body) => [JSON.stringify({ ...body, [name]: long })])));
  });

  // MLflow takes some that are none, such as true or 1.5 for a time; ours refuses them.
  check('in numbers', async () => {
    const values = ['"NaN-ish"', '"abc"', '""', '[1]', '{}', '"1e400x"'];
    const stamps = ['"x"', '[]', '{}'];
    const metric = (run, fields) => `{"run_id": "${run}", "key": "k", "value": 1, "timestamp": 1, ${fields}}`;
    await compare([
      ...values.map((value) => (run) => ['POST', api('runs/log-metric'), metric(run, `"value": ${value}`)]),
      ...stamps.flatMap((value) => ['timestamp', 'step'].map((name) => (run) => ['POST', api('runs/log-metric'), metric(run, `"${name}": ${value}`)])),
    ]);
  });

  check('in paths of files', async () => {
    const paths = [
      ...['../x', 'a/../../x', '/etc/passwd', '%2e%2e/x', '%2e%2e%2fx', '..%2fx', '%252e%252e%252fx', 'a/%2e%2e/%2e%2e/x', '..\\x', '..%5cx', 'a%00b', './../x', 'file:///etc/passwd'],
      ...['%2fetc%2fpasswd', '....//x', 'a/..%2f..%2fx'],
    ];
    // What a path that is only odd means is the store's business: not found, or refused.
    for (const path of paths) {
      for (const [method, at] of [
        ['GET', `/api/2.0/mlflow-artifacts/artifacts/${path}`],
        ['PUT', `/api/2.0/mlflow-artifacts/artifacts/${path}`],
        ['DELETE', `/api/2.0/mlflow-artifacts/artifacts/${path}`],
        ['GET', `/get-artifact?run_id=RUN&path=${path}`],
        ['GET', `/api/2.0/mlflow/artifacts/list?run_id=RUN&path=${path}`],
      ]) {
        const { status, text } = await send(servers[1].at, method, at.replace('RUN', runs.get(servers[1].at)), method === 'PUT' ? 'x' : undefined, {});
        assert.ok(status < 500, `${method} ${at}: ${status}`);
        assert.ok(!text.includes('root:'), `${method} ${at}`);
        if (method === 'GET' && at.startsWith('/get')) assert.notEqual(status, 200, `${method} ${at}`);
      }
    }
  });

  check('with a body that is too large', async () => {
    const [, ours] = servers;
    const { status, code } = await send(ours.at, 'POST', api('runs/set-tag'), JSON.stringify({ value: 'x'.repeat(9_000_000) }));
    assert.equal(status, 413);
    assert.equal(code, 'BAD_REQUEST');
  });

  check('with fields that nobody knows, which are passed over', async () => {
    for (const { at } of servers) {
      const body = JSON.stringify({ run_id: runs.get(at), key: 'known', value: 'v', unknown: { deep: [1] } });
      assert.equal((await send(at, 'POST', api('runs/set-tag'), body)).status, 200);
    }
  });
});
