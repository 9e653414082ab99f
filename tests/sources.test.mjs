// Where models come from: an MLflow server, http, S3, Azure Blob and R2, each
// compared with the same model in a local folder; which pages may ask; and what
// happens where a model is missing, broken or too large.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './support/check.mjs';
import { startMiniflare } from './support/miniflare.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { freePort } from './support/processes.mjs';
import { serveFails, startServe } from './support/serve.mjs';
import { startStatic } from './support/static-server.mjs';
import { filesOf, startAzure, startS3 } from './support/stores.mjs';

const BODY = { dataframe_split: { columns: ['a', 'b'], data: [[0, 0], [1, 0]] } };

const post = (url, body = BODY, headers = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });

/** What a model answers: the two leaves of its tree. */
const leaves = async (url) => {
  const response = await post(url);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).predictions.map((row) => Object.values(row)[0]);
};

const assertError = async (response, status, pattern) => {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(JSON.parse(text).message, pattern);
};

let mlflow;
let dir;
let versions;
before(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-sources-'));
  mlflow = await startMlflow();
  versions = JSON.parse(await runPython('register.py', [mlflow.uri, dir, 'tree', '3', '5']));
});
after(async () => {
  await mlflow?.stop();
  await rm(dir, { recursive: true, force: true });
});

const setAlias = async (alias, version) => {
  const response = await post(`${mlflow.uri}/api/2.0/mlflow/registered-models/alias`, { name: 'tree', alias, version });
  assert.equal(response.status, 200);
};

describe('models of an MLflow server', () => {
  let edge;
  before(async () => {
    await setAlias('champion', '1');
    const uris = ['models:/tree@champion', 'models:/tree/2', 'models:/tree/latest', `models:/${versions[0].model}`, `runs:/${versions[1].run}/model`];
    edge = await startServe(['--tracking-uri', mlflow.uri, '--model', versions[0].folder, ...uris.flatMap((uri) => ['--model', uri])], {
      MILLRACE_SERVE_REGISTERED: 'tree',
      MILLRACE_REFRESH_SECONDS: '1',
    });
  });
  after(() => edge?.stop());

  check('by alias, version, latest, logged model and run: as from the folder', async () => {
    const names = (await (await fetch(`${edge.url}/millrace.json`)).json()).models.map(({ name }) => name);
    const answers = {};
    for (const name of names) answers[name] = await leaves(`${edge.url}/models/${name}/invocations`);
    assert.deepEqual(Object.values(answers), [[3, -3], [3, -3], [5, -5], [5, -5], [3, -3], [5, -5]], JSON.stringify(names));
  });

  check('each version and alias of a served model answers under its own path', async () => {
    assert.deepEqual(await leaves(`${edge.url}/models/tree/1/invocations`), [3, -3]);
    assert.deepEqual(await leaves(`${edge.url}/models/tree/2/invocations`), [5, -5]);
    await setAlias('fresh', '2');
    assert.deepEqual(await leaves(`${edge.url}/models/tree/@fresh/invocations`), [5, -5]);
    assert.equal((await fetch(`${edge.url}/models/tree/%40fresh/ping`)).status, 200);
  });

  check('a moved alias is picked up while the old model answers', async () => {
    const url = `${edge.url}/models/tree/@champion/invocations`;
    assert.deepEqual(await leaves(url), [3, -3]);
    await setAlias('champion', '2');
    try {
      for (let i = 0; ; i++) {
        const answer = await leaves(url);
        if (answer[0] === 5) break;
        assert.deepEqual(answer, [3, -3]);
        assert.ok(i < 100, 'the new version answers in the end');
        await sleep(100);
      }
      assert.deepEqual(await leaves(url), [5, -5]);
    } finally {
      await setAlias('champion', '1');
    }
  });

  check('what is not there or not served is 404, and the next request is answered', async () => {
    for (const at of ['tree/99', 'tree/@nobody', 'other/1', 'tree/latest', 'tree/..%2f1', '..%2ftree/1']) {
      const response = await post(`${edge.url}/models/${at}/invocations`);
      assert.equal(response.status, 404, `${at}: ${await response.text()}`);
    }
    assert.deepEqual(await leaves(`${edge.url}/models/tree/1/invocations`), [3, -3]);
  });
});

describe('models of our own registry', () => {
  check('answer without any other server, and from the start of the next one', async () => {
    const data = path.join(dir, 'data');
    const start = (flags) => startServe(flags, { MILLRACE_SERVE_REGISTERED: '*' }, data);
    let edge = await start([]);
    try {
      const registered = JSON.parse(await runPython('register.py', [edge.url, path.join(dir, 'ours'), 'tree', '6', '7']));
      const alias = { name: 'tree', alias: 'champion', version: '2' };
      assert.equal((await post(`${edge.url}/api/2.0/mlflow/registered-models/alias`, alias)).status, 200);
      assert.deepEqual(await leaves(`${edge.url}/models/tree/1/invocations`), [6, -6]);
      assert.deepEqual(await leaves(`${edge.url}/models/tree/@champion/invocations`), [7, -7]);
      assert.equal((await post(`${edge.url}/models/tree/9/invocations`)).status, 404);
      await edge.stop();
      const uris = ['models:/tree@champion', `runs:/${registered[0].run}/model`];
      edge = await start(uris.flatMap((uri) => ['--model', uri]));
      const { models } = await (await fetch(`${edge.url}/millrace.json`)).json();
      const answers = [];
      for (const { name } of models) answers.push(await leaves(`${edge.url}/models/${name}/invocations`));
      assert.deepEqual(answers, [[7, -7], [6, -6]]);
    } finally {
      await edge.stop();
    }
  });
});

describe('an MLflow server that keeps files on its own disk', () => {
  check('hands them out itself', async () => {
    const own = await startMlflow({ flags: ['--no-serve-artifacts'] }).catch(() => undefined);
    if (!own) return;
    try {
      await runPython('register.py', [own.uri, path.join(dir, 'own'), 'tree', '4']);
      const edge = await startServe(['--tracking-uri', own.uri, '--model', 'models:/tree/1']);
      try {
        assert.deepEqual(await leaves(`${edge.url}/invocations`), [4, -4]);
      } finally {
        await edge.stop();
      }
    } finally {
      await own.stop();
    }
  });
});

describe('an MLflow server that goes away', () => {
  check('is named with 502, and other models answer', async () => {
    // In front of the server, so that it can be taken away.
    let gone = false;
    const front = createServer(async (request, response) => {
      if (gone) return request.socket.destroy();
      const answer = await fetch(mlflow.uri + request.url);
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
    const uri = `http://127.0.0.1:${front.address().port}`;
    const edge = await startServe(['--tracking-uri', uri, '--model', 'models:/tree/1'], { MILLRACE_SERVE_REGISTERED: '*' });
    try {
      gone = true;
      await assertError(await post(`${edge.url}/models/tree/2/invocations`), 502, /127\.0\.0\.1/);
      assert.deepEqual(await leaves(`${edge.url}/invocations`), [3, -3]);
      gone = false;
      assert.deepEqual(await leaves(`${edge.url}/models/tree/2/invocations`), [5, -5]);
    } finally {
      await edge.stop();
      front.close();
      front.closeAllConnections();
    }
  });

  check('from the start is said in one line', async () => {
    const uri = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await serveFails(['--port', '0', '--tracking-uri', uri, '--model', 'models:/tree/1']);
    assert.notEqual(code, 0);
    assert.match(stderr.trim().split('\n').at(-1), /^xtask: .*tree.*127\.0\.0\.1/);
  });

  check('is our own where none is given', async () => {
    const { stderr } = await serveFails(['--port', '0', '--model', 'models:/tree/1']);
    assert.match(stderr, /xtask: the model 'tree' was not found/);
  });
});

describe('models over http', () => {
  check('a folder of a static host is as the folder itself', async () => {
    const host = await startStatic(versions[1].folder, '/m odels/tree/'.replace(' ', '%20'));
    try {
      const edge = await startServe(['--model', `http://127.0.0.1:${host.port}/m odels/tree`]);
      try {
        assert.deepEqual(await leaves(`${edge.url}/invocations`), [5, -5]);
      } finally {
        await edge.stop();
      }
    } finally {
      await host.stop();
    }
  });

  check('a truncated model, one that breaks off and one that is missing are told', async () => {
    const folder = path.join(dir, 'broken');
    await cp(versions[0].folder, folder, { recursive: true });
    const whole = await readFile(path.join(folder, 'model.onnx'));
    await truncate(path.join(folder, 'model.onnx'), 60);
    const host = await startStatic(folder);
    // Promises all bytes and sends half of them.
    const breaking = createServer(async (request, response) => {
      const file = await readFile(path.join(versions[0].folder, path.basename(request.url)));
      response.writeHead(200, { 'Content-Length': file.length });
      if (!request.url.endsWith('.onnx')) return response.end(file);
      response.write(file.subarray(0, whole.length / 2), () => response.destroy());
    });
    await new Promise((resolve) => breaking.listen(0, '127.0.0.1', resolve));
    const last = async (uri) => (await serveFails(['--port', '0', '--model', uri])).stderr.trim().split('\n').at(-1);
    try {
      const at = `http://127.0.0.1:${host.port}`;
      assert.match(await last(`${at}/`), /^xtask: .*not a readable ONNX model/);
      assert.match(await last(`${at}/nowhere/`), /^xtask: .*MLmodel is missing/);
      assert.match(await last(`http://127.0.0.1:${breaking.address().port}/`), /^xtask: .*model\.onnx.*(broke off|does not answer)/);
      await writeFile(path.join(folder, 'model.onnx'), whole);
      const edge = await startServe(['--model', `${at}/`]);
      assert.deepEqual(await leaves(`${edge.url}/invocations`), [3, -3]);
      await edge.stop();
    } finally {
      await host.stop();
      breaking.close();
      breaking.closeAllConnections();
    }
  });
});

describe('models in stores that want signatures', () => {
  check('S3', async () => {
    const s3 = await startS3('models');
    try {
      for (const [name, bytes] of await filesOf(versions[1].folder)) await s3.put(`a b/tree/${name}`, bytes);
      const edge = await startServe(['--model', 's3://models/a b/tree'], s3.env);
      try {
        assert.deepEqual(await leaves(`${edge.url}/invocations`), [5, -5]);
        const config = await readFile(path.join(edge.dir, 'workerd.capnp'), 'utf8');
        assert.doesNotMatch(config, /S3RVER/, 'no secret is written down');
      } finally {
        await edge.stop();
      }
      const flags = ['--port', '0', '--model', 's3://models/a b/tree'];
      const { stderr } = await serveFails(flags, { ...s3.env, AWS_ACCESS_KEY_ID: 'wrong-key-1' });
      assert.match(stderr.trim().split('\n').at(-1), /^xtask: .*refused, with status 403/);
      assert.doesNotMatch(stderr, /wrong-key-1|S3RVER/);
    } finally {
      await s3.stop();
    }
  });

  check('Azure Blob', async () => {
    const azure = await startAzure('models');
    try {
      for (const [name, bytes] of await filesOf(versions[1].folder)) await azure.put(`trees/tree/${name}`, bytes);
      const uri = 'wasbs://models@devstoreaccount1.blob.core.windows.net/trees/tree';
      const edge = await startServe(['--model', uri], azure.env);
      try {
        assert.deepEqual(await leaves(`${edge.url}/invocations`), [5, -5]);
      } finally {
        await edge.stop();
      }
      const wrong = azure.env.AZURE_STORAGE_CONNECTION_STRING.replace(/AccountKey=[^;]+/, `AccountKey=${Buffer.from('wrong').toString('base64')}`);
      const { stderr } = await serveFails(['--port', '0', '--model', uri], { AZURE_STORAGE_CONNECTION_STRING: wrong });
      assert.match(stderr.trim().split('\n').at(-1), /^xtask: .*refused, with status 403/);
    } finally {
      await azure.stop();
    }
  });

  check('R2', async () => {
    const miniflare = await startMiniflare({
      r2Buckets: { MODELS: 'models' },
      bindings: { MILLRACE_MODELS: JSON.stringify([{ name: 'tree', uri: 'r2://MODELS/a b/tree' }, { name: 'none', uri: 'r2://MODELS/none' }]) },
    });
    try {
      const url = (await miniflare.ready).href;
      const bucket = await miniflare.getR2Bucket('MODELS');
      for (const [name, bytes] of await filesOf(versions[1].folder)) await bucket.put(`a b/tree/${name}`, bytes);
      assert.deepEqual(await leaves(`${url}invocations`), [5, -5]);
      await assertError(await post(`${url}models/none/invocations`), 503, /MLmodel is missing/);
    } finally {
      await miniflare.dispose();
    }
  });
});

describe('memory', () => {
  check('a model that is too large is 507, and the next request is answered', async () => {
    const large = path.join(dir, 'large');
    await cp(versions[0].folder, large, { recursive: true });
    await writeFile(path.join(large, 'model.onnx'), Buffer.alloc(9 * 1024 * 1024));
    const host = await startStatic(dir);
    const at = `http://127.0.0.1:${host.port}`;
    try {
      const memory = { MILLRACE_MAX_MEMORY_BYTES: String(8 * 1024 * 1024) };
      const { stderr } = await serveFails(['--port', '0', '--model', `${at}/large`], memory);
      assert.match(stderr.trim().split('\n').at(-1), /^xtask: .*model\.onnx is larger than the memory/);
    } finally {
      await host.stop();
    }
  });

  check('models that were not used for longest make room, and come back', async () => {
    const all = [1, 2, 3, 4, 5, 6];
    await runPython('register.py', [mlflow.uri, path.join(dir, 'wide'), 'wide', '--trees=20000', ...all.map(String)]);
    const host = await startStatic(path.join(dir, 'wide'));
    const loads = () => host.requests.filter((request) => request === 'GET /1/model.onnx').length;
    const uris = all.map((version) => `http://127.0.0.1:${host.port}/${version}`);
    const edge = await startServe(uris.flatMap((uri) => ['--model', uri]), { MILLRACE_MAX_MEMORY_BYTES: String(22 * 1024 * 1024) });
    const answers = async (version) =>
      assert.deepEqual(await leaves(`${edge.url}/models/${version}/invocations`), [version * 20000, version * -20000]);
    try {
      for (let round = 0; round < 3; round++) for (const version of all) await answers(version);
      assert.ok(loads() > 1, 'the first had made room');
      await answers(1);
      const before = loads();
      for (let i = 0; i < 5; i++) await answers(1);
      assert.equal(loads(), before, 'what is in use stays');
      await Promise.all([...all, ...all, ...all].map(answers));
      // One that makes room while a body comes is loaded again for it.
      await answers(1);
      const body = JSON.stringify(BODY);
      const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
      const slow = httpRequest(`${edge.url}/models/1/invocations`, { method: 'POST', headers });
      const late = new Promise((resolve, reject) => slow.on('response', resolve).on('error', reject));
      slow.write(body.slice(0, 9));
      await sleep(100);
      for (const version of all.slice(1)) await answers(version);
      slow.end(body.slice(9));
      assert.equal((await late).resume().statusCode, 200);
      // The file alone would fit; what the engine makes of it does not.
      const { stderr } = await serveFails(['--port', '0', '--model', uris[0]], { MILLRACE_MAX_MEMORY_BYTES: String(12 * 1024 * 1024) });
      assert.match(stderr.trim().split('\n').at(-1), /^xtask: .*does not fit into the 12582912 bytes/);
    } finally {
      await edge.stop();
      await host.stop();
    }
  });
});

describe('pages of other origins', () => {
  const page = 'https://page.example';
  const preflight = (url, origin) =>
    fetch(url, { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' } });

  check('may call where they are named', async () => {
    const edge = await startServe(['--model', versions[0].folder], { MILLRACE_CORS_ORIGINS: `${page}, http://127.0.0.1:9` });
    try {
      for (const url of [`${edge.url}/invocations`, `${edge.url}/models/1/invocations`]) {
        const asked = await preflight(url, page);
        assert.equal(asked.status, 204);
        assert.equal(asked.headers.get('access-control-allow-origin'), page);
        assert.match(asked.headers.get('access-control-allow-methods'), /POST/);
        assert.match(asked.headers.get('access-control-allow-headers'), /content-type/i);
        assert.ok(Number(asked.headers.get('access-control-max-age')) > 0);
        // The second time, the edge has left a shortcut.
        for (let i = 0; i < 2; i++) {
          const answer = await post(url, BODY, { Origin: page });
          assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [200, page]);
          assert.match(answer.headers.get('vary'), /origin/i);
          const wrong = await post(url, { nonsense: 1 }, { Origin: page });
          assert.deepEqual([wrong.status, wrong.headers.get('access-control-allow-origin')], [400, page], 'an error can be read, too');
          const unasked = await post(url);
          assert.deepEqual([unasked.status, unasked.headers.get('access-control-allow-origin')], [200, null]);
          assert.match(unasked.headers.get('vary'), /origin/i);
        }
      }
      for (const other of ['https://evil.example', 'null', `${page}.evil.example`]) {
        const asked = await preflight(`${edge.url}/invocations`, other);
        assert.deepEqual([asked.status, asked.headers.get('access-control-allow-origin')], [405, null]);
        for (let i = 0; i < 2; i++) {
          const answer = await post(`${edge.url}/invocations`, BODY, { Origin: other });
          assert.equal(answer.headers.get('access-control-allow-origin'), null);
        }
      }
      const tracking = await preflight(`${edge.url}/api/2.0/mlflow/experiments/search`, page);
      assert.equal(tracking.headers.get('access-control-allow-origin'), null, 'predictions alone are open');
    } finally {
      await edge.stop();
    }
  });

  check('may not call by default, and all may where that is said', async () => {
    const closed = await startServe(['--model', versions[0].folder]);
    const asked = await preflight(`${closed.url}/invocations`, page);
    assert.deepEqual([asked.status, asked.headers.get('access-control-allow-origin')], [405, null]);
    await closed.stop();
    const open = await startServe(['--model', versions[0].folder], { MILLRACE_CORS_ORIGINS: '*' });
    const answer = await post(`${open.url}/invocations`, BODY, { Origin: page });
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    await open.stop();
  });
});
