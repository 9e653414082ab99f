// Webhooks in real workerd: what they are told, held against what a live
// `mlflow server` tells; again where they were away; and where none may be.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { startServe, workerdOf } from './support/serve.mjs';
import { ask, comparable, differences } from './support/tracking.mjs';

const SECRET = 'between us';
// Webhooks on this machine, which has to be said.
const env = {
  MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
  MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
  MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=',
  MLFLOW_WEBHOOK_CACHE_TTL: '0',
};

const EVENTS = [
  ...['REGISTERED_MODEL', 'MODEL_VERSION', 'PROMPT', 'PROMPT_VERSION'].map((entity) => ({ entity, action: 'CREATED' })),
  ...['MODEL_VERSION_TAG', 'PROMPT_TAG', 'PROMPT_VERSION_TAG'].flatMap((entity) => ['SET', 'DELETED'].map((action) => ({ entity, action }))),
  ...['MODEL_VERSION_ALIAS', 'PROMPT_ALIAS'].flatMap((entity) => ['CREATED', 'DELETED'].map((action) => ({ entity, action }))),
];

/** Listens, and keeps what comes by the path's first part; `answers` says with what statuses a path answers first. */
async function startReceiver() {
  const heard = {};
  const answers = {};
  const server = http.createServer(async (request, response) => {
    const chunks = await request.toArray();
    const who = request.url.slice(1);
    (heard[who] ??= []).push({ headers: request.headers, body: Buffer.concat(chunks).toString(), at: Date.now() });
    const status = answers[who]?.shift() ?? 200;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(`answered ${status}`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const until = async (who, count, ms = 30_000) => {
    for (const end = Date.now() + ms; (heard[who]?.length ?? 0) < count; ) {
      if (Date.now() > end) assert.fail(`${who} heard ${heard[who]?.length ?? 0} of ${count} messages`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return heard[who];
  };
  return { url: `http://127.0.0.1:${server.address().port}`, heard, answers, until, stop: () => server.close() };
}

const isPrompt = { key: 'mlflow.prompt.is_prompt', value: 'true' };
const said = { key: 'k', value: 'v' };
const of = (name, rest) => ({ name, version: '1', ...rest });

/** Everything that webhooks are told of, and some that they are not. */
const changes = [
  { post: 'registered-models/create', body: { name: 'm', tags: [said], description: 'ä "d"' } },
  { post: 'registered-models/create', body: { name: 'm' } },
  { post: 'registered-models/create', body: { name: 'p', tags: [isPrompt, said, { key: '_mlflow_prompt_type', value: 'text' }] } },
  { post: 'model-versions/create', body: { name: 'm', source: 's3://b/m', run_id: 'r', tags: [said], description: 'd' } },
  { post: 'model-versions/create', body: { name: 'm', source: 's3://b/m' } },
  { post: 'model-versions/create', body: { name: 'p', source: 'dummy-source', tags: [isPrompt, said, { key: 'mlflow.prompt.text', value: 'Hi {{x}}' }] } },
  ...['m', 'p'].flatMap((name) => [
    { post: 'registered-models/set-tag', body: { name, ...said } },
    { delete: 'registered-models/delete-tag', body: { name, key: 'k' } },
    { post: 'model-versions/set-tag', body: of(name, said) },
    { delete: 'model-versions/delete-tag', body: of(name, { key: 'k' }) },
    { post: 'registered-models/alias', body: of(name, { alias: 'a' }) },
    { delete: 'registered-models/alias', body: { name, alias: 'a' } },
    { patch: 'registered-models/update', body: { name, description: 'e' } },
  ]),
];
const TOLD = 15;

/** A message without what differs each time; with the headers that it has. */
const essence = ({ headers, body }) => {
  const { timestamp, ...message } = JSON.parse(body);
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/);
  const own = Object.keys(headers).filter((name) => name.startsWith('x-mlflow')).sort();
  return { own, type: headers['content-type'], message: comparable(message), spaced: body.startsWith('{"entity": ') };
};

/** Checks a signature as receivers are told to. */
function assertSigned({ headers, body }) {
  const signed = `${headers['x-mlflow-delivery-id']}.${headers['x-mlflow-timestamp']}.${body}`;
  const expected = createHmac('sha256', SECRET).update(signed).digest('base64');
  assert.equal(headers['x-mlflow-signature'], `v1,${expected}`);
}

describe('webhooks', () => {
  let receiver, mlflow, edge;
  before(async () => {
    receiver = await startReceiver();
    [mlflow, edge] = await Promise.all([startMlflow({ env }), startServe([], env)]);
  });
  after(() => Promise.all([receiver?.stop(), mlflow?.stop(), edge?.stop()]));

  /** Makes a webhook of the receiver's path on a server, and gives its id. */
  const hook = async (server, who, events = EVENTS, rest = { secret: SECRET }) => {
    const { body } = await ask(server, { post: 'webhooks', body: { name: who, url: `${receiver.url}/${who}`, events, ...rest } });
    assert.ok(body.webhook?.webhook_id, JSON.stringify(body));
    return body.webhook.webhook_id;
  };
  const MODELS = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }];
  const create = (server, name) => ask(server, { post: 'registered-models/create', body: { name } });

  check('are told what MLflow tells, signed as it signs', async () => {
    await hook(mlflow.uri, 'theirs');
    await hook(edge.url, 'ours');
    assert.deepEqual(await differences(mlflow.uri, edge.url, changes), []);
    const [theirs, ours] = await Promise.all(['theirs', 'ours'].map((who) => receiver.until(who, TOLD)));
    [...theirs, ...ours].forEach(assertSigned);
    const sorted = (messages) => messages.map(essence).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    assert.deepEqual(sorted(ours), sorted(theirs));
    assert.equal(new Set(ours.map(({ headers }) => headers['x-mlflow-delivery-id'])).size, TOLD);
    assert.deepEqual(ours.slice(0, 3).map(({ body }) => JSON.parse(body).entity), ['registered_model', 'prompt', 'model_version']);
  });

  check('are tried out with an example of each event, as MLflow does', async () => {
    const answers = {};
    for (const [who, server] of [['their test', mlflow.uri], ['our test', edge.url]]) {
      const name = who.replace(' ', '-');
      const id = await hook(server, name);
      const test = (body) => ask(server, { post: `webhooks/${id}/test`, body });
      answers[who] = [await test({}), ...(await Promise.all(EVENTS.map((event) => test({ event }))))];
      receiver.answers[name] = [404];
      answers[who].push(await test({}));
      const messages = (await receiver.until(name, EVENTS.length + 2)).map(essence).map((message) => JSON.stringify(message));
      answers[who].push(messages.sort(), await ask(server, { post: 'webhooks/none/test', body: {} }).then(({ status }) => status));
    }
    assert.deepEqual(answers['our test'], answers['their test']);
  });

  check('say which workspace a message is from, where there are any, as MLflow does', async () => {
    const enabled = { ...env, MLFLOW_ENABLE_WORKSPACES: 'true' };
    const servers = await Promise.all([startMlflow({ env: enabled }), startServe([], enabled)]);
    try {
      const told = [];
      for (const [who, server] of [['their-spaces', servers[0].uri], ['our-spaces', servers[1].url]]) {
        await ask(server, { post: '../../3.0/mlflow/workspaces', body: { name: 'team-a' } });
        for (const workspace of ['default', 'team-a']) {
          const headers = { 'X-MLFLOW-WORKSPACE': workspace };
          const url = `${receiver.url}/${who}`;
          const { body } = await ask(server, { post: 'webhooks', body: { name: who, url, events: MODELS, secret: SECRET }, headers });
          await ask(server, { post: `webhooks/${body.webhook.webhook_id}/test`, body: {}, headers });
          await ask(server, { post: 'registered-models/create', body: { name: 'm' }, headers });
        }
        const messages = await receiver.until(who, 4);
        messages.forEach(assertSigned);
        told.push(messages.map(({ body }) => [Object.keys(JSON.parse(body)).at(-1), JSON.parse(body).workspace]).sort());
      }
      assert.deepEqual(told[1], told[0]);
      assert.deepEqual(told[1].map(([, name]) => name), ['default', 'default', 'team-a', 'team-a']);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });

  check('are told again when they were away, and not followed elsewhere', async () => {
    Object.assign(receiver.answers, { flaky: [503, 500], refusing: [401], moving: [302] });
    for (const who of ['flaky', 'refusing', 'moving']) await hook(edge.url, who, MODELS);
    await create(edge.url, 'again');
    const heard = await receiver.until('flaky', 3);
    assert.equal(new Set(heard.map(({ body }) => body)).size, 1);
    assert.equal(new Set(heard.map(({ headers }) => headers['x-mlflow-delivery-id'])).size, 1);
    assert.ok(heard[2].at - heard[1].at >= 1900, 'later each time');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(['flaky', 'refusing', 'moving', 'elsewhere'].map((who) => receiver.heard[who]?.length), [3, 1, 1, undefined]);
  });

  check('do not keep a request waiting', async () => {
    const slow = http.createServer(() => {});
    await new Promise((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${slow.address().port}/`;
    await ask(edge.url, { post: 'webhooks', body: { name: 'slow', url, events: MODELS } });
    const start = Date.now();
    assert.equal((await create(edge.url, 'quick')).status, 200);
    assert.ok(Date.now() - start < 2000);
    slow.closeAllConnections();
    slow.close();
  });

  check('hear of what was acknowledged before the server was killed', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-webhooks-'));
    let server = await startServe([], env, dir);
    try {
      receiver.answers.killed = [503, 503];
      await hook(server.url, 'killed', MODELS);
      await create(server.url, 'kept');
      await receiver.until('killed', 2);
      process.kill(await workerdOf(server), 'SIGKILL');
      await server.stop();
      server = await startServe([], env, dir);
      await ask(server.url, { get: 'experiments/get?experiment_id=0' });
      const heard = await receiver.until('killed', 3);
      assert.deepEqual(JSON.parse(heard.at(-1).body).data.name, 'kept');
      assertSigned(heard.at(-1));
    } finally {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });

  check('are nowhere but on the public network, unless that was said', async () => {
    const server = await startServe();
    try {
      const { port } = new URL(receiver.url);
      for (const url of [
        ...['127.0.0.1', 'localhost', '127.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1', '169.254.169.254'].map((host) => `https://${host}:${port}/x`),
        ...['https://workspace.internal/api', 'https://sender.workspace.internal/', 'https://example.com@127.0.0.1/', 'http://example.com/', 'https:///x', '  '],
      ]) {
        const answer = await ask(server.url, { post: 'webhooks', body: { name: 'x', url, events: MODELS } });
        assert.equal(answer.status, 400, url);
        assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE', url);
      }
      // A name that leads here, whoever gave it out: the network looks at the address.
      const { body } = await ask(server.url, { post: 'webhooks', body: { name: 'x', url: 'https://localtest.example/', events: MODELS } });
      const tested = await ask(server.url, { post: `webhooks/${body.webhook.webhook_id}/test`, body: {} });
      assert.equal(tested.body.result.success, false);
    } finally {
      await server.stop();
    }
  });
});
