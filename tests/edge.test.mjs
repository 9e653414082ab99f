// The edge in real workerd: the scoring protocol on the golden models, the
// proxy to one MLflow server, and what a user gets wrong first.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { rootDir, testsDir } from './support/environment.mjs';
import { pyfunc, pyfuncAll, runPython, startMlflow } from './support/mlflow.mjs';
import { freePort, groupAlive } from './support/processes.mjs';
import { serveFails, startServe } from './support/serve.mjs';

const model = (name) => path.join(testsDir, 'golden', 'models', name);
const readCases = async () =>
  (await readFile(path.join(testsDir, 'golden', 'scoring.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));

/** Whether two bodies say the same; the numbers may be what another engine computed. */
const sameBody = (actual, expected) => {
  if (actual === expected) return true;
  try {
    assertClose(JSON.parse(actual), JSON.parse(expected));
    return true;
  } catch {
    return false;
  }
};

/** An answer, as far as a case of scoring.jsonl says what it is. */
const asExpected = (expect, { status, contentType, text }) => {
  const parsed = text.startsWith('{') && expect.status !== 200 ? JSON.parse(text) : {};
  return {
    status,
    ...('contentType' in expect && { contentType }),
    ...('body' in expect && { body: sameBody(text, expect.body) ? expect.body : text }),
    ...('error_code' in expect && { error_code: parsed.error_code }),
    ...('detail' in expect && { detail: parsed.detail }),
    // The recorded text is cut after some hundred characters.
    ...('text' in expect && { text: text.slice(0, expect.text.length) }),
  };
};

/** Posts exact bytes: a string body would make `fetch` add a content type. */
const post = (url, body, contentType = 'application/json', headers = {}) =>
  fetch(url, {
    method: 'POST',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    headers: contentType ? { 'Content-Type': contentType, ...headers } : headers,
  });

/** An error that a person and an MLflow client can both read. */
const assertMlflowError = async (response, status, code) => {
  const text = await response.text();
  assert.equal(response.status, status, text);
  const error = JSON.parse(text);
  if (code) assert.equal(error.error_code, code, text);
  assert.ok(error.message?.length > 10, `a message in ${text}`);
  return error;
};

const DF = { dataframe_records: [{ a: 0, b: 1, c: 2, d: 3 }] };
const DF_ANSWER = '{"predictions": [{"output": 3.0}]}';

describe('scoring in workerd', () => {
  let edge;
  const names = ['df', 'tensor', 'two', 'nosig', 'uneq', 'big', 'forest', 'forest_arrays', 'words', 'line', 'lines', 'pipeline'];
  before(async () => {
    edge = await startServe(names.flatMap((name) => ['--model', model(name)]));
  });
  after(() => edge?.stop());

  check('the golden models answer as MLflow does', async () => {
    const wrong = [];
    for (const { name, model, method, path, contentType, accept, body, expect } of await readCases()) {
      const url = `${edge.url}/models/${model}${path}`;
      const headers = accept ? { Accept: accept } : {};
      const response = method === 'POST' ? await post(url, body, contentType, headers) : await fetch(url, { method });
      const got = asExpected(expect, {
        status: response.status,
        contentType: response.headers.get('content-type'),
        text: await response.text(),
      });
      try {
        assert.deepEqual(got, expect);
      } catch {
        wrong.push({ case: `${model}: ${name}`, got, expect });
      }
    }
    assert.deepEqual(wrong, []);
  });

  check('a request is answered the second time as the first, which has no shortcut yet', async () => {
    const cases = (await readCases()).filter(({ method, path }) => method === 'POST' && path === '/invocations');
    cases.push({ name: 'too large', model: 'df', contentType: 'application/json', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    for (const [i, { name, model, contentType, accept, body }] of cases.entries()) {
      const asked = async () => {
        // Shortcuts are kept by URL.
        const url = `${edge.url}/models/${model}/invocations?${i}`;
        const response = await post(url, body, contentType, accept ? { Accept: accept } : {});
        const headers = [...response.headers].filter(([name]) => name !== 'date');
        return { status: response.status, headers, text: await response.text() };
      };
      const first = await asked();
      assert.deepEqual(await asked(), first, `${model}: ${name}`);
    }
  });

  check('the recorded answers are what mlflow.pyfunc gives today', async () => {
    const cases = (await readCases()).filter(({ contentType }) => contentType === 'application/json');
    const answers = await pyfuncAll(cases.map((one) => ({ model: model(one.model), body: one.body })));
    const wrong = [];
    for (const [i, { name, model, expect, mlflow = expect }] of cases.entries()) {
      const { status, body } = answers[i];
      const got = asExpected(mlflow, { status, contentType: 'application/json', text: body });
      try {
        assert.deepEqual(got, mlflow);
      } catch {
        wrong.push({ case: `${model}: ${name}`, got, mlflow });
      }
    }
    assert.deepEqual(wrong, []);
  });

  check('weights in an external file give what mlflow.pyfunc gives', async () => {
    const rows = [[0.5, -1.25, 3, 1e-3], [1e6, 0.1, 0.2, 0.3]];
    const bodies = [{ inputs: rows }, { dataframe_split: { data: rows } }];
    const expected = await pyfunc(model('big'), bodies);
    for (const [i, body] of bodies.entries()) {
      const response = await post(`${edge.url}/models/big/invocations`, body);
      assert.equal(response.status, 200);
      assertClose(await response.json(), JSON.parse(expected[i].body));
    }
  });

  check('the first model answers at the root', async () => {
    const response = await post(`${edge.url}/invocations`, DF);
    assert.equal(await response.text(), DF_ANSWER);
    for (const probe of ['/ping', '/health']) {
      const answer = await fetch(edge.url + probe);
      assert.deepEqual([answer.status, await answer.text()], [200, '\n'], probe);
    }
    const version = await fetch(`${edge.url}/version`);
    assert.equal(version.status, 200);
    assert.match(await version.text(), /^\d+\.\d+\.\d+/);
  });

  check('a request without a content type is refused with 415', async () => {
    assert.equal((await post(`${edge.url}/invocations`, DF, null)).status, 415);
  });

  check('a body over the limit gets 413, and the next request an answer', async () => {
    const tooLarge = JSON.stringify({ ...DF, padding: 'x'.repeat(10 * 1024 * 1024) });
    const error = await assertMlflowError(await post(`${edge.url}/invocations`, tooLarge), 413);
    assert.match(error.message, /MILLRACE_MAX_BODY_BYTES|limit/);
    assert.equal((await post(`${edge.url}/invocations`, DF)).status, 200);
  });

  check('a body over the limit that does not say its length gets 413 too', async () => {
    const status = await new Promise((resolve, reject) => {
      const outgoing = httpRequest(`${edge.url}/invocations`, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
      outgoing.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      for (let i = 0; i < 11; i++) outgoing.write('x'.repeat(1024 * 1024));
      outgoing.end();
    });
    assert.equal(status, 413);
    assert.equal((await post(`${edge.url}/invocations`, DF)).status, 200);
  });

  check('hostile bodies get 400 and never stop the Worker', async () => {
    for (const body of [
      '',
      '\0',
      '['.repeat(100_000),
      '{"inputs":'.repeat(20_000),
      '{"dataframe_split":{"data":' + '['.repeat(50_000),
      '{"dataframe_records":[{"a":1e999,"b":-1e999,"c":0,"d":"9223372036854775808"}]}',
      '{"inputs":{"a":[],"b":[],"c":[],"d":[1]}}',
      '{"dataframe_split":{"columns":["a","a","a","a"],"data":[[1,2,3,4]]}}',
      '{"dataframe_split":{"columns":[null,1,{},[]],"data":[[1,2,3,4]]}}',
      '{"inputs":"\ud800"}',
    ]) {
      const response = await post(`${edge.url}/invocations`, body);
      assert.ok(response.status === 400 || response.status === 200, `${response.status} for ${body.slice(0, 60)}`);
    }
    assert.equal(await (await post(`${edge.url}/invocations`, DF)).text(), DF_ANSWER);
  });

  check('many requests at once all get their own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const response = await post(`${edge.url}/invocations`, { dataframe_records: [{ a: i, b: 1, c: 2, d: 3 }] });
        return (await response.json()).predictions[0].output;
      }),
    );
    const base = answers[0];
    assert.deepEqual(answers, answers.map((_, i) => base + i * ((answers[1] ?? 0) - base)));
    assert.ok(answers[1] > base);
  });

  check('unknown models and paths are told apart', async () => {
    const error = await assertMlflowError(await post(`${edge.url}/models/nope/invocations`, DF), 404, 'RESOURCE_DOES_NOT_EXIST');
    assert.match(error.message, /nope/);
    assert.equal((await fetch(`${edge.url}/no-such-file.js`)).status, 404);
    await assertMlflowError(await fetch(`${edge.url}/api/2.0/mlflow/nothing`), 501, 'NOT_IMPLEMENTED');
    for (const outside of ['/%2e%2e/%2e%2e/Cargo.toml', '/..%2f..%2fCargo.toml', '/models/df/../../Cargo.toml']) {
      const response = await fetch(edge.url + outside);
      assert.ok(!(await response.text()).includes('[workspace'), outside);
    }
  });

  check('the page is served with the right types and never cached too long', async () => {
    const page = await fetch(edge.url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /^text\/html/);
    const wasm = (await page.text()).match(/[\w./-]+\.wasm/)?.[0];
    if (wasm) {
      const module = await fetch(new URL(wasm, `${edge.url}/`));
      assert.equal(module.headers.get('content-type'), 'application/wasm');
    }
    const settings = await (await fetch(`${edge.url}/millrace.json`)).json();
    assert.deepEqual(settings.tracking, { url: '', label: '' });
    assert.deepEqual(settings.models.map(({ name }) => name), names);
  });
});

describe('the dialect of a deployment', () => {
  check('is what MILLRACE_SCORING says, unless a request asks for the other', async () => {
    const edge = await startServe(['--model', model('lines')], { MILLRACE_SCORING: 'strict' });
    const body = { dataframe_split: { columns: ['age', 'bmi'], data: [[30, 22.5]] } };
    const ask = async (headers) => (await post(`${edge.url}/invocations`, body, 'application/json', headers)).json();
    try {
      assertClose(await ask({}), { predictions: [{ variable: [37.5, 68.5] }] });
      assertClose(await ask({ Accept: 'application/json; scoring=mlflow' }), {
        predictions: [{ variable: 37.5 }, { variable: 68.5 }],
      });
      const refused = await post(`${edge.url}/invocations`, body, 'application/json', { Accept: '*/*; scoring=loose' });
      assert.equal(refused.status, 406);
    } finally {
      await edge.stop();
    }
  });
});

describe('the limit of a body', () => {
  check('is what MILLRACE_MAX_BODY_BYTES says, to the byte', async () => {
    const body = JSON.stringify(DF);
    const edge = await startServe(['--model', model('df')], { MILLRACE_MAX_BODY_BYTES: String(body.length) });
    try {
      assert.equal((await post(`${edge.url}/invocations`, body)).status, 200);
      const error = await assertMlflowError(await post(`${edge.url}/invocations`, `${body} `), 413);
      assert.match(error.message, new RegExp(`larger than ${body.length} bytes`));
    } finally {
      await edge.stop();
    }
  });
});

describe('serve without options', () => {
  check('serves the demo model as its README says, and stops everything at Ctrl-C', async () => {
    const edge = await startServe();
    try {
      const readme = await readFile(path.join(rootDir, 'examples', 'demo-model', 'README.md'), 'utf8');
      const body = readme.match(/-d '(.+)'/)[1];
      const answer = readme.match(/It answers `(.+?)`/)[1];
      const response = await post(`${edge.url}/invocations`, body);
      assert.deepEqual([response.status, await response.text()], [200, answer]);
    } finally {
      const { code, signal } = await edge.stop('SIGINT');
      assert.ok(code === 0 || code === 130 || signal === 'SIGINT', `ended with ${code ?? signal}`);
    }
    assert.ok(!groupAlive(edge.pid), 'nothing of it is left');
    await assert.rejects(fetch(`${edge.url}/ping`), 'nothing listens any more');
  });
});

describe('what serve refuses', () => {
  let dir;
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-bad-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  /** It must end by itself with one line that says what and to which thing, and no stack trace. */
  const assertRefuses = async (flags, ...patterns) => {
    const { code, stderr } = await serveFails(['--port', '0', ...flags]);
    assert.notEqual(code, 0);
    const lines = stderr.trim().split('\n').filter((line) => line.startsWith('xtask: '));
    assert.equal(lines.length, 1, `one line starts with "xtask: " in:\n${stderr}`);
    assert.equal(stderr.trim().split('\n').at(-1), lines[0], 'and it is the last');
    for (const pattern of patterns) assert.match(lines[0], pattern);
    assert.doesNotMatch(stderr, /panicked|RUST_BACKTRACE|\.rs:\d+/);
  };

  check('a folder that is not there', () => assertRefuses(['--model', path.join(dir, 'nowhere')], /nowhere/));

  check('a folder that is no MLmodel', () => assertRefuses(['--model', dir], /MLmodel/));

  check('an MLmodel without the ONNX flavor', async () => {
    const folder = path.join(dir, 'sklearn');
    await cp(model('df'), folder, { recursive: true });
    const text = await readFile(path.join(folder, 'MLmodel'), 'utf8');
    await writeFile(path.join(folder, 'MLmodel'), text.replace(/^ {2}onnx:\n( {4}.*\n)+/m, '  sklearn:\n    pickled_model: model.pkl\n'));
    await assertRefuses(['--model', folder], /onnx/i);
  });

  check('an MLmodel that is no YAML', async () => {
    const folder = path.join(dir, 'yaml');
    await cp(model('df'), folder, { recursive: true });
    await writeFile(path.join(folder, 'MLmodel'), 'flavors: [unclosed\n\t: :');
    await assertRefuses(['--model', folder], /MLmodel/);
  });

  check('a truncated model.onnx', async () => {
    const folder = path.join(dir, 'truncated');
    await cp(model('df'), folder, { recursive: true });
    await truncate(path.join(folder, 'model.onnx'), 60);
    await assertRefuses(['--model', folder], /'truncated'/, /not a readable ONNX model/);
  });

  check('an external data file that is missing', async () => {
    const folder = path.join(dir, 'no-data');
    await cp(model('big'), folder, { recursive: true, filter: (file) => !file.endsWith('.data') });
    await assertRefuses(['--model', folder], /\.data/);
  });

  check('a port in use', async () => {
    const port = await freePort();
    const occupant = createServer().listen(port, '127.0.0.1');
    try {
      await assertRefuses(['--port', String(port)], new RegExp(`${port}`), /in use/);
    } finally {
      occupant.close();
    }
  });

  check('a tracking address that is none', () => assertRefuses(['--tracking-uri', 'sqlite:///x.db'], /sqlite/));
});

describe('the proxy', () => {
  let mlflow;
  let edge;
  before(async () => {
    mlflow = await startMlflow();
    edge = await startServe(['--tracking-uri', mlflow.uri, '--model', model('df')]);
  });
  after(async () => {
    await edge?.stop();
    await mlflow?.stop();
  });

  check('the unmodified Python client logs a run and an artifact through it and reads them back', async () => {
    const read = JSON.parse(await runPython('roundtrip.py', [edge.url]));
    assert.deepEqual(read, { params: { p: '1' }, metric: [0, 1, 4, 9], artifact: 'hällo\n', found: 1 });
  });

  check('both API prefixes and the version reach the server', async () => {
    for (const prefix of ['api', 'ajax-api']) {
      const response = await post(`${edge.url}/${prefix}/2.0/mlflow/experiments/search`, { max_results: 5 });
      assert.equal(response.status, 200);
      assert.ok((await response.json()).experiments.length >= 1);
    }
    const version = await (await fetch(`${edge.url}/version`)).text();
    assert.equal(version, await (await fetch(`${mlflow.uri}/version`)).text());
  });

  check("the server's own errors arrive unchanged", async () => {
    const bad = { experiment_ids: ['0'], filter: 'metrics.x >' };
    const [ours, theirs] = await Promise.all(
      [edge.url, mlflow.uri].map(async (url) => {
        const response = await post(`${url}/api/2.0/mlflow/runs/search`, bad);
        return [response.status, await response.json()];
      }),
    );
    assert.deepEqual(ours, theirs);
    assert.equal(ours[0], 400);
  });

  check("another site's page is refused, our own is not", async () => {
    const search = (origin, name = '/api/2.0/mlflow/experiments/search') =>
      post(edge.url + name, { max_results: 1 }, 'application/json', { Origin: origin });
    assert.equal((await search(edge.url)).status, 200);
    for (const origin of ['http://evil.example', 'null', edge.url.replace('http:', 'https:'), `${edge.url}0`]) {
      await assertMlflowError(await search(origin), 403, 'PERMISSION_DENIED');
      assert.equal((await search(origin, '/ajax-api/2.0/mlflow/experiments/search')).status, 403, origin);
    }
    const read = await fetch(`${edge.url}/api/2.0/mlflow/experiments/get?experiment_id=0`, { headers: { Origin: 'http://evil.example' } });
    assert.equal(read.status, 403);
  });

  check('a foreign host name that leads here is refused: DNS rebinding', async () => {
    const status = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(edge.url);
      const headers = { Host: `evil.example:${port}` };
      httpRequest({ hostname, port, path: '/api/2.0/mlflow/experiments/get?experiment_id=0', headers })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });

  check('it forwards nowhere else', async () => {
    let visits = 0;
    const elsewhere = createServer((_, response) => {
      visits += 1;
      response.end('elsewhere');
    });
    await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const other = `127.0.0.1:${elsewhere.address().port}`;
    try {
      for (const target of [`/api/@${other}/`, `/api//${other}/x`, `/api/2.0/http://${other}/`, `/api/..%2f..%2f@${other}`]) {
        assert.notEqual(await (await fetch(edge.url + target)).text(), 'elsewhere', target);
      }
      // An absolute request target, as a forward proxy takes it.
      const { hostname, port } = new URL(edge.url);
      await new Promise((resolve, reject) => {
        httpRequest({ hostname, port, path: `http://${other}/api/2.0/x`, headers: { Host: other } })
          .on('response', (response) => response.resume().on('end', resolve))
          .on('error', reject)
          .end();
      });
      assert.equal(visits, 0);
    } finally {
      elsewhere.close();
    }
  });

  check('a model still answers beside it', async () => {
    assert.equal(await (await post(`${edge.url}/invocations`, DF)).text(), DF_ANSWER);
  });

  check('a server that has gone away is named', async () => {
    const orphan = await startServe(['--tracking-uri', `http://127.0.0.1:${await freePort()}`, '--model', model('df')]);
    try {
      const response = await fetch(`${orphan.url}/api/2.0/mlflow/experiments/get?experiment_id=0`);
      const error = await assertMlflowError(response, 502);
      assert.match(error.message, /127\.0\.0\.1/);
    } finally {
      await orphan.stop();
    }
  });
});
