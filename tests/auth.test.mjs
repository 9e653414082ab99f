// Logins, permissions and workspaces in real workerd: each request held against
// a live `mlflow server --app-name basic-auth`, and used by the unmodified client.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { serveFails, startServe } from './support/serve.mjs';

const PASSWORD = 'a-long-password';
const ADMIN = 'admin-password-1';
const TOKEN = 'token-of-the-admin-1';
const OURS = { MILLRACE_AUTH: 'basic', MILLRACE_ADMIN_PASSWORD: ADMIN, MILLRACE_ADMIN_TOKEN: TOKEN };

/** MLflow with its basic-auth app; `stop` removes its users, too. */
async function startBasicAuth() {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-auth-'));
  const config = path.join(dir, 'basic_auth.ini');
  await writeFile(
    config,
    `[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///${dir}/auth.db\nadmin_username = admin\n` +
      'authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n',
  );
  const env = {
    MLFLOW_AUTH_CONFIG_PATH: config,
    MLFLOW_AUTH_ADMIN_PASSWORD: ADMIN,
    MLFLOW_FLASK_SERVER_SECRET_KEY: 'of a test',
  };
  const mlflow = await startMlflow({ flags: ['--app-name', 'basic-auth'], env });
  const stop = async () => {
    await mlflow.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { ...mlflow, stop };
}

const basic = (user, password) => ({ Authorization: `Basic ${btoa(`${user}:${password}`)}` });
const passwordOf = (user) => (user === 'admin' ? ADMIN : PASSWORD);

/** Sends `{ as, get | post | patch | delete, body }`; gives `{ status, body }`, body being JSON or undefined. */
async function ask(uri, { as, body, headers, ...call }) {
  const [[verb, where]] = Object.entries(call);
  const prefix = /^[23]\.0\//.test(where) ? where : `2.0/mlflow/${where}`;
  const response = await fetch(`${uri}/api/${prefix}`, {
    method: verb.toUpperCase(),
    headers: {
      ...(as && basic(as, passwordOf(as))),
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    // A refusal is a text.
  }
  return { status: response.status, body: json, text, headers: response.headers };
}

// What differs from server to server; of users, MLflow 3 leaves out what MLflow 2 had.
const OWN = new Set([
  ...['run_id', 'run_uuid', 'model_id', 'root_uri', 'creation_time', 'last_update_time', 'creation_timestamp'],
  ...['schema_id', 'queue_id', 'created_at', 'last_updated_at', 'creation_time_ms', 'last_update_time_ms'],
  ...['last_updated_timestamp', 'creation_timestamp_ms', 'last_updated_timestamp_ms'],
]);
const LEFT_OUT = new Set([
  ...['artifact_uri', 'artifact_location', 'workspace', 'message', 'sqlstate', 'error_class', 'inputs', 'outputs', 'tags'],
  ...['experiment_permissions', 'registered_model_permissions', 'user_id'],
  // MLflow names a next page where nothing on it may be read.
  'next_page_token',
]);

function comparable(value) {
  if (Array.isArray(value)) {
    return value.map(comparable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => !LEFT_OUT.has(key));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, OWN.has(key) ? typeof inner : comparable(inner)]).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const V3 = '3.0/mlflow';
const grant = (as, username, resource_type, resource_id, permission) => ({
  as,
  post: `${V3}/users/permissions/grant`,
  body: { username, resource_type, resource_id, permission },
});
const revoke = (as, username, resource_type, resource_id) => ({
  as,
  post: `${V3}/users/permissions/revoke`,
  body: { username, resource_type, resource_id },
});
const permission = (as, username, type, id) => ({
  as,
  get: `${V3}/users/permissions/get?username=${username}&resource_type=${type}&resource_id=${id}`,
});

/** What somebody may do with ann's experiment 1, its run, and her model. */
const tries = (as) => [
  { as, get: 'experiments/get?experiment_id=1' },
  { as, get: "experiments/get-by-name?experiment_name=ann's" },
  { as, post: 'experiments/search', body: { max_results: 10 } },
  { as, post: 'experiments/search', body: { max_results: 1 } },
  { as, post: 'experiments/set-experiment-tag', body: { experiment_id: '1', key: 'k', value: 'v' } },
  { as, post: 'runs/create', body: { experiment_id: '1', run_name: 'r', start_time: 1 } },
  ({ run }) => ({ as, get: `runs/get?run_id=${run}` }),
  ({ run }) => ({ as, post: 'runs/log-metric', body: { run_id: run, key: 'm', value: 1, timestamp: 1 } }),
  ({ run }) => ({ as, post: 'runs/log-batch', body: { run_id: run, params: [{ key: 'p', value: '1' }] } }),
  ({ run }) => ({ as, post: 'runs/set-tag', body: { run_id: run, key: 'k', value: 'v' } }),
  ({ run }) => ({ as, get: `metrics/get-history?run_id=${run}&metric_key=m` }),
  ({ run }) => ({ as, get: `artifacts/list?run_id=${run}` }),
  { as, post: 'runs/search', body: { experiment_ids: ['1'], max_results: 1 } },
  { as, post: 'runs/search', body: { experiment_ids: ['0', '1'], max_results: 1, order_by: ['start_time DESC'] } },
  { as, post: 'logged-models/search', body: { experiment_ids: ['1'] } },
  ({ model }) => ({ as, get: `logged-models/${model}` }),
  ({ model }) => ({ as, patch: `logged-models/${model}/tags`, body: { tags: [{ key: 'k', value: 'v' }] } }),
  { as, get: 'registered-models/get?name=m' },
  { as, get: 'registered-models/search?max_results=10' },
  { as, get: 'model-versions/get?name=m&version=1' },
  { as, get: 'model-versions/search?max_results=10' },
  { as, patch: 'registered-models/update', body: { name: 'm', description: 'd' } },
  { as, post: 'registered-models/set-tag', body: { name: 'm', key: 'k', value: 'v' } },
  { as, post: 'model-versions/create', body: { name: 'm', source: 's3://b/m' } },
  { as, post: 'model-versions/set-tag', body: { name: 'm', version: '1', key: 'k', value: 'v' } },
  { as, delete: 'model-versions/delete-tag', body: { name: 'm', version: '1', key: 'k' } },
  ({ queue }) => ({ as, get: `${V3}/review-queues/get?queue_id=${queue}` }),
  ({ other }) => ({ as, get: `${V3}/review-queues/get?queue_id=${other}` }),
  ...['Q', 'other'].map((name) => ({ as, get: `${V3}/review-queues/get-by-name?experiment_id=1&name=${name}` })),
  { as, get: `${V3}/review-queues/list?experiment_id=1` },
  ({ queue }) => ({ as, get: `${V3}/review-queues/items/list?queue_id=${queue}` }),
  ({ queue }) => ({ as, post: `${V3}/review-queues/items/add`, body: { queue_id: queue, item_ids: [] } }),
  ({ queue }) => ({ as, post: `${V3}/review-queues/items/remove`, body: { queue_id: queue, item_ids: ['x'] } }),
  ({ queue }) => ({ as, post: `${V3}/review-queues/items/set-status`, body: { queue_id: queue, item_id: 'x', status: 'COMPLETE' } }),
  ({ other }) => ({ as, post: `${V3}/review-queues/items/set-status`, body: { queue_id: other, item_id: 'x', status: 'COMPLETE' } }),
  ({ queue }) => ({ as, post: `${V3}/review-queues/update`, body: { queue_id: queue, name: 'q2' } }),
  ({ queue }) => ({ as, post: `${V3}/review-queues/delete`, body: { queue_id: queue } }),
  { as, post: `${V3}/review-queues/create`, body: { experiment_id: '1', name: `by ${as}`, queue_type: 'CUSTOM' } },
  { as, post: `${V3}/review-queues/get-or-create-user`, body: { experiment_id: '1', user: as } },
  { as, get: `${V3}/label-schemas/list?experiment_id=1` },
  { as, get: `${V3}/label-schemas/get-by-name?experiment_id=1&name=Feedback` },
  { as, post: `${V3}/label-schemas/create`, body: { experiment_id: '1', name: `by ${as}`, type: 'FEEDBACK', input: { text: {} } } },
  permission(as, as, 'experiment', '1'),
  permission(as, as, 'registered_model', 'm'),
  grant(as, as, 'experiment', '1', 'MANAGE'),
];

/** The journey: steps, in order; a function of what came before where that is needed. */
const journey = [
  { get: 'users/current' },
  { get: 'experiments/search?max_results=5' },
  { get: 'users/current', headers: basic('admin', 'wrong-password') },
  { get: 'users/current', headers: { Authorization: 'Basic ?' } },
  { as: 'admin', get: 'users/current' },
  ...['ann', 'bob'].map((username) => ({ as: 'admin', post: 'users/create', body: { username, password: PASSWORD } })),
  { as: 'admin', post: 'users/create', body: { username: 'ann', password: PASSWORD } },
  { as: 'admin', post: 'users/create', body: { username: 'cat', password: 'short' } },
  { as: 'admin', post: 'users/create', body: { username: 'cat' } },
  { as: 'ann', post: 'users/create', body: { username: 'cat', password: PASSWORD } },
  { as: 'ann', get: 'users/current' },
  { as: 'ann', get: 'users/get?username=ann' },
  { as: 'ann', get: 'users/get?username=bob' },
  { as: 'ann', get: 'users/list' },
  { as: 'admin', get: 'users/get?username=nobody' },
  { as: 'ann', patch: 'users/update-admin', body: { username: 'ann', is_admin: true } },
  { as: 'ann', patch: 'users/update-password', body: { username: 'ann', password: 'a-new-password' } },
  { as: 'ann', patch: 'users/update-password', body: { username: 'ann', password: 'a-new-password', current_password: 'x' } },
  { as: 'ann', patch: 'users/update-password', body: { username: 'ann', password: PASSWORD, current_password: PASSWORD } },
  { as: 'ann', patch: 'users/update-password', body: { username: 'bob', password: 'a-new-password' } },
  { as: 'ann', delete: 'users/delete', body: { username: 'bob' } },
  { as: 'admin', delete: 'users/delete', body: { username: 'admin' } },
  { as: 'ann', post: 'experiments/create', body: { name: "ann's" } },
  { as: 'ann', post: 'runs/create', body: { experiment_id: '1', run_name: 'r', start_time: 5 }, keep: ['run', (b) => b.run.info.run_id] },
  { as: 'ann', post: 'logged-models', body: { experiment_id: '1', name: 'l' }, keep: ['model', (b) => b.model.info.model_id], blind: true },
  { as: 'ann', post: 'registered-models/create', body: { name: 'm' } },
  { as: 'ann', post: 'model-versions/create', body: { name: 'm', source: 's3://b/m' } },
  {
    as: 'ann',
    post: `${V3}/review-queues/create`,
    body: { experiment_id: '1', name: 'q', queue_type: 'CUSTOM', users: ['Bob'] },
    keep: ['queue', (b) => b.review_queue.queue_id],
  },
  {
    as: 'ann',
    post: `${V3}/review-queues/create`,
    body: { experiment_id: '1', name: 'other', queue_type: 'CUSTOM' },
    keep: ['other', (b) => b.review_queue.queue_id],
  },
  ({ other }) => ({ as: 'ann', post: `${V3}/review-queues/update`, body: { queue_id: other, newOwner: 'ann' } }),
  permission('ann', 'ann', 'experiment', '1'),
  permission('ann', 'bob', 'experiment', '1'),
  permission('ann', 'ann', 'workspace', '*'),
  permission('admin', 'bob', 'experiment', '1'),
  permission('admin', 'nobody', 'experiment', '1'),
  { as: 'ann', get: `${V3}/users/current/permissions` },
  ...tries('bob'),
  grant('ann', 'bob', 'experiment', '1', 'EDIT'),
  grant('ann', 'bob', 'experiment', '1', 'EDIT'),
  grant('ann', 'nobody', 'experiment', '1', 'EDIT'),
  grant('ann', 'bob', 'experiment', '1', 'NO_PERMISSIONS'),
  grant('ann', 'bob', 'experiment', '1', 'ALL'),
  grant('ann', 'bob', 'experiment', '*', 'READ'),
  grant('ann', 'bob', 'thing', '1', 'READ'),
  grant('ann', 'bob', 'workspace', '*', 'USE'),
  grant('admin', 'bob', 'run', '1', 'READ'),
  grant('ann', 'bob', 'registered_model', 'm', 'EDIT'),
  ...tries('bob'),
  // Who may only change an experiment owns the queues that they made.
  { as: 'bob', get: `${V3}/review-queues/get-by-name?experiment_id=1&name=by%20bob`, keep: ['mine', (b) => b.review_queue.queue_id] },
  ({ mine }) => ({ as: 'bob', post: `${V3}/review-queues/update`, body: { queue_id: mine, newOwner: 'ann' } }),
  ({ mine }) => ({ as: 'bob', post: `${V3}/review-queues/update`, body: { queue_id: mine, update_users: true, users: ['bob'] } }),
  { as: 'bob', get: `${V3}/review-queues/get-by-name?experiment_id=1&name=bob`, keep: ['own', (b) => b.review_queue.queue_id] },
  ({ own }) => ({ as: 'bob', post: `${V3}/review-queues/delete`, body: { queue_id: own } }),
  ({ mine }) => ({ as: 'bob', post: `${V3}/review-queues/delete`, body: { queue_id: mine } }),
  revoke('ann', 'bob', 'experiment', '1'),
  revoke('ann', 'bob', 'experiment', '1'),
  revoke('ann', 'bob', 'registered_model', 'm'),
  grant('ann', 'bob', 'experiment', '1', 'DENY'),
  grant('ann', 'bob', 'registered_model', 'm', 'DENY'),
  ...tries('bob'),
  revoke('ann', 'bob', 'experiment', '1'),
  revoke('ann', 'bob', 'registered_model', 'm'),
  // Roles.
  { as: 'ann', post: `${V3}/roles/create`, body: { workspace: 'default', name: 'r' } },
  { as: 'admin', post: `${V3}/roles/create`, body: { workspace: 'default', name: 'r', description: 'd' }, keep: ['role', (b) => b.role.id] },
  { as: 'admin', post: `${V3}/roles/create`, body: { workspace: 'default', name: 'r' } },
  { as: 'admin', post: `${V3}/roles/create`, body: { workspace: 'default', name: '__user_2__' } },
  { as: 'admin', post: `${V3}/roles/create`, body: { workspace: 'default' } },
  ({ role }) => ({ as: 'ann', get: `${V3}/roles/get?role_id=${role}` }),
  ({ role }) => ({ as: 'bob', get: `${V3}/roles/get?role_id=${role}` }),
  { as: 'bob', get: `${V3}/roles/list?workspace=default` },
  { as: 'bob', get: `${V3}/roles/list` },
  { as: 'admin', get: `${V3}/roles/get?role_id=99` },
  { as: 'admin', get: `${V3}/roles/get` },
  ...[
    ['run', '*', 'EDIT'],
    ['run', '*', 'EDIT'],
    ['run', '1', 'EDIT'],
    ['workspace', '*', 'READ'],
    ['thing', '*', 'READ'],
    ['experiment', '*', 'NO_PERMISSIONS'],
    ['registered_model_version', '*', 'DENY'],
    ['logged_model', '*', 'DENY'],
  ].map(([resource_type, resource_pattern, level]) => ({ role }) => ({
    as: 'admin',
    post: `${V3}/roles/permissions/add`,
    body: { role_id: role, resource_type, resource_pattern, permission: level },
    keep: ['permission', (b) => b.role_permission?.id],
  })),
  ({ role }) => ({ as: 'admin', get: `${V3}/roles/permissions/list?role_id=${role}` }),
  ({ role }) => ({ as: 'admin', post: `${V3}/roles/assign`, body: { username: 'bob', role_id: role } }),
  ({ role }) => ({ as: 'admin', post: `${V3}/roles/assign`, body: { username: 'bob', role_id: role } }),
  ({ role }) => ({ as: 'admin', get: `${V3}/roles/users/list?role_id=${role}` }),
  { as: 'bob', get: `${V3}/users/roles/list?username=bob` },
  { as: 'ann', get: `${V3}/users/roles/list?username=bob` },
  { as: 'bob', get: `${V3}/users/permissions/list?username=bob` },
  ...tries('bob'),
  ({ role }) => ({ as: 'admin', patch: `${V3}/roles/update`, body: { role_id: role, name: 's' } }),
  ({ role }) => ({ as: 'admin', patch: `${V3}/roles/update`, body: { role_id: role } }),
  ({ role }) => ({ as: 'admin', delete: `${V3}/roles/unassign`, body: { username: 'bob', role_id: role } }),
  ({ role }) => ({ as: 'admin', delete: `${V3}/roles/unassign`, body: { username: 'bob', role_id: role } }),
  ({ role }) => ({ as: 'admin', post: `${V3}/roles/permissions/add`, body: { role_id: role, resource_type: 'workspace', resource_pattern: '*', permission: 'MANAGE' } }),
  ({ role }) => ({ as: 'admin', post: `${V3}/roles/assign`, body: { username: 'bob', role_id: role } }),
  // Who manages the workspace.
  { as: 'bob', post: 'users/create', body: { username: 'dan', password: PASSWORD } },
  { as: 'bob', delete: 'users/delete', body: { username: 'dan' } },
  { as: 'bob', get: `${V3}/roles/list` },
  grant('bob', 'dan', 'experiment', '*', 'READ'),
  ({ run }) => ({ as: 'bob', get: `runs/get?run_id=${run}` }),
  ({ role }) => ({ as: 'admin', delete: `${V3}/roles/delete`, body: { role_id: role } }),
  ({ role }) => ({ as: 'admin', delete: `${V3}/roles/delete`, body: { role_id: role } }),
  // What goes with a model's name.
  grant('ann', 'bob', 'registered_model', 'm', 'DENY'),
  { as: 'bob', post: 'registered-models/rename', body: { name: 'm', new_name: 'n' } },
  { as: 'ann', post: 'registered-models/rename', body: { name: 'm', new_name: 'n' } },
  { as: 'bob', get: 'registered-models/get?name=n' },
  { as: 'ann', delete: 'registered-models/delete', body: { name: 'n' } },
  { as: 'bob', post: 'registered-models/create', body: { name: 'n' } },
  { as: 'bob', get: 'registered-models/get?name=n' },
  { as: 'ann', delete: 'registered-models/delete', body: { name: 'n' } },
  { as: 'bob', get: 'registered-models/get?name=none' },
  { as: 'bob', get: 'model-versions/get?name=none&version=1' },
  { as: 'bob', get: 'runs/get?run_id=none' },
  { as: 'bob', get: 'runs/get' },
  { as: 'bob', get: 'experiments/get?experiment_id=77' },
  { as: 'bob', get: 'experiments/get-by-name?experiment_name=none' },
  { as: 'bob', post: 'experiments/delete', body: { experiment_id: '1' } },
  { as: 'ann', post: 'experiments/delete', body: { experiment_id: '1' } },
  { as: 'ann', post: 'experiments/restore', body: { experiment_id: '1' } },
  { as: 'admin', delete: 'users/delete', body: { username: 'ann' } },
  { as: 'ann', get: 'users/current' },
  { as: 'admin', get: `${V3}/users/permissions/list?username=ann` },
];

describe('logins and permissions', () => {
  let mlflow;
  let edge;
  before(async () => {
    [mlflow, edge] = await Promise.all([startBasicAuth(), startServe([], OURS)]);
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop()]));

  check('each of them is answered as MLflow answers it', async () => {
    const different = [];
    const kept = { mlflow: {}, edge: {} };
    for (const [index, step] of journey.entries()) {
      const answers = [];
      let asked;
      for (const [name, uri] of [['mlflow', mlflow.uri], ['edge', edge.url]]) {
        const { keep, blind, ...request } = typeof step === 'function' ? step(kept[name]) : step;
        const { status, body } = await ask(uri, request);
        if (keep && status === 200) kept[name][keep[0]] = keep[1](body);
        asked = { index, ...request };
        answers.push({ status, ...(body && !blind && status < 400 && { body: comparable(body) }), code: body?.error_code });
      }
      try {
        assert.deepEqual(answers[1], answers[0]);
      } catch {
        different.push(`${JSON.stringify(asked)}:\n   ${JSON.stringify(answers[1])}\n   instead of ${JSON.stringify(answers[0])}`);
      }
    }
    assert.deepEqual(different, []);
  });
});

describe('a server with logins', () => {
  let mlflow;
  let edge;
  before(async () => {
    [mlflow, edge] = await Promise.all([startBasicAuth(), startServe([], OURS)]);
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop()]));

  check('does for the unmodified client what MLflow does', async () => {
    const env = { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: ADMIN };
    const [expected, got] = await Promise.all([
      runPython('auth.py', [mlflow.uri], { env }),
      runPython('auth.py', [edge.url, TOKEN], { env }),
    ]);
    assert.deepEqual(JSON.parse(got), JSON.parse(expected));
  });

  check('asks browsers for a password, and lets anybody see what it is', async () => {
    const { status, text, headers } = await ask(edge.url, { get: 'users/current' });
    assert.equal(status, 401);
    assert.equal(headers.get('www-authenticate'), 'Basic realm="mlflow"');
    assert.doesNotMatch(text, /^\{/);
    // The dashboard asks by its own form, which a challenge would keep waiting.
    const script = await fetch(`${edge.url}/api/2.0/mlflow/users/current`, { headers: { 'Sec-Fetch-Dest': 'empty' } });
    assert.deepEqual([script.status, script.headers.get('www-authenticate')], [401, null]);
    for (const [method, where] of [
      ['GET', '/get-artifact?run_id=x&path=a'],
      ['PUT', '/api/2.0/mlflow-artifacts/artifacts/1/a'],
      ['GET', '/api/2.0/mlflow-artifacts/artifacts?path='],
      ['DELETE', '/ajax-api/2.0/mlflow-artifacts/artifacts/1/a'],
      ['POST', '/graphql'],
      ['POST', '/v1/traces'],
    ]) {
      assert.equal((await fetch(edge.url + where, { method })).status, 401, where);
    }
    for (const open of ['/', '/api/3.0/mlflow/server-info', '/ping']) {
      assert.equal((await fetch(edge.url + open)).status, 200, open);
    }
    // What the edge asks its workspaces is for nobody else.
    const internal = await fetch(`${edge.url}/internal/caller`, { headers: basic('admin', ADMIN) });
    assert.equal(internal.status, 404);
  });

  check('what the edge asks its workspaces stays within, however its path or host is written', async () => {
    const changes = { user_id: 2, workspace: 'default', changes: [{ Made: { resource_type: 'workspace', id: '*' } }] };
    const { port } = new URL(edge.url);
    // fetch would tidy the path up.
    const raw = (path, host) =>
      new Promise((resolve, reject) => {
        const headers = { 'Content-Type': 'application/json', ...(host && { Host: host }) };
        const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject);
        request.end(JSON.stringify(changes));
      });
    for (const path of ['/internal/changes', '/api/../internal/changes', '/api/%2e%2e/internal/changes', '/api/..\\internal/changes']) {
      const status = await raw(path);
      assert.ok(status >= 400 && status !== 500, `${path}: ${status}`);
      for (const host of ['workspace.internal', 'sender.workspace.internal', 'WORKSPACE.internal:80']) {
        assert.equal(await raw(path, host), 403, `${path} of ${host}`);
      }
    }
    assert.equal(await raw('/api/2.0/mlflow/experiments/search', 'workspace.internal'), 403);
  });

  check('takes a token, and logs no secret', async () => {
    const { body } = await ask(edge.url, { get: 'users/current', headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.equal(body.user.is_admin, true);
    const wrong = await ask(edge.url, { get: 'users/current', headers: { Authorization: 'Bearer wrong-wrong-wrong-wrong' } });
    assert.equal(wrong.status, 401);
    for (const secret of [ADMIN, TOKEN, PASSWORD]) assert.doesNotMatch(edge.log(), new RegExp(secret));
  });
});

describe('a server that everybody may read', () => {
  let edge;
  before(async () => {
    edge = await startServe([], { ...OURS, MILLRACE_AUTH: 'read-only' });
  });
  after(() => edge?.stop());

  check('takes nothing from strangers, and tells them so', async () => {
    assert.equal((await ask(edge.url, { get: 'experiments/get?experiment_id=0' })).status, 200);
    const refused = await ask(edge.url, { post: 'experiments/create', body: { name: 'x' } });
    assert.equal(refused.status, 403);
    assert.equal(refused.body.error_code, 'PERMISSION_DENIED');
    assert.match(refused.body.message, /read-only/);
    const put = await fetch(`${edge.url}/api/2.0/mlflow-artifacts/artifacts/0/a`, { method: 'PUT', body: 'x' });
    assert.equal(put.status, 403);
    assert.equal((await ask(edge.url, { as: 'admin', post: 'experiments/create', body: { name: 'x' } })).status, 200);
  });
});

describe('workspaces', () => {
  let edge;
  before(async () => {
    edge = await startServe([], {
      MILLRACE_WORKSPACES: 'true',
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: 'https://page.example',
    });
  });
  after(() => edge?.stop());

  check('keep their experiments and files to themselves', async () => {
    const created = await ask(edge.url, { post: `${V3}/workspaces`, body: { name: 'team-a', description: 'd' } });
    assert.deepEqual(created.body, { workspace: { name: 'team-a', description: 'd' } });
    const { text, artifact_uri, found } = JSON.parse(await runPython('workspace.py', [edge.url, 'team-a']));
    assert.equal(text, 'of the team');
    assert.match(artifact_uri, /^mlflow-artifacts:\/workspaces\/team-a\/1\//);
    assert.deepEqual(found, { 'team-a': ['Default', 'of the team'], default: ['Default'] });
  });

  check('have to be there, and have names', async () => {
    const status = async (name) =>
      (await ask(edge.url, { get: 'experiments/get?experiment_id=0', headers: { 'X-MLFLOW-WORKSPACE': name } })).status;
    assert.deepEqual([await status('none'), await status('A b'), await status('default'), await status('')], [404, 400, 200, 200]);
    assert.equal((await ask(edge.url, { delete: `${V3}/workspaces/default` })).status, 400);
    const info = await ask(edge.url, { get: `${V3}/server-info`, headers: { 'X-MLFLOW-WORKSPACE': 'none' } });
    assert.equal(info.body.workspaces_enabled, true);
  });

  check('may be used by the pages that are named, and no others', async () => {
    const from = (origin, init = {}) =>
      fetch(`${edge.url}/api/2.0/mlflow/experiments/get?experiment_id=0`, { ...init, headers: { Origin: origin, ...init.headers } });
    const allowed = await from('https://page.example');
    assert.equal(allowed.status, 200);
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://page.example');
    assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true');
    const preflight = await from('https://page.example', {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization,content-type');
    const refused = await from('https://evil.example');
    assert.equal(refused.status, 403);
    assert.equal(refused.headers.get('access-control-allow-origin'), null);
  });
});

describe('serve', () => {
  check('is open to others only where it is told so', async () => {
    const { code, stderr } = await serveFails(['--host', '0.0.0.0', '--port', '0'], { MILLRACE_AUTH: '' });
    assert.notEqual(code, 0);
    assert.match(stderr, /MILLRACE_AUTH=basic/);
  });

  check('refuses the header of a workspace where there are none', async () => {
    const edge = await startServe();
    try {
      const headers = { 'X-MLFLOW-WORKSPACE': 'team-a' };
      const { status, body } = await ask(edge.url, { get: 'experiments/get?experiment_id=0', headers });
      assert.deepEqual([status, body.error_code], [500, 'FEATURE_DISABLED']);
    } finally {
      await edge.stop();
    }
  });
});
