// Artifacts in real workerd: files of runs in a local folder, in S3, Azure Blob
// and R2, by the unmodified Python client and by raw HTTP, held against a live
// `mlflow server` where answers are comparable.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { comparable, JSON_TYPE, raw } from './support/artifact-requests.mjs';
import { check } from './support/check.mjs';
import { startMiniflare } from './support/miniflare.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { startServe } from './support/serve.mjs';
import { filesOf, startAzure, startS3 } from './support/stores.mjs';

const MIB = 1024 * 1024;
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const put = (uri, file, body, headers) => raw(uri, 'PUT', `${ARTIFACTS}/${file}`, { body, headers });
const get = (uri, file, headers) => raw(uri, 'GET', `${ARTIFACTS}/${file}`, { headers });
const list = async (uri, folder) => JSON.parse((await raw(uri, 'GET', `${ARTIFACTS}?path=${encodeURIComponent(folder)}`)).body).files ?? [];

/** A new run of experiment 0. */
async function newRun(uri) {
  const answer = await raw(uri, 'POST', '/api/2.0/mlflow/runs/create', { headers: JSON_TYPE, body: '{"experiment_id":"0"}' });
  assert.equal(answer.status, 200, answer.body.toString());
  return JSON.parse(answer.body).run.info.run_id;
}

const NAMES = ['a.csv', 'a b.json', 'ü.txt', 'model.pkl', 'MLmodel', 'p.PNG', 'page.html', 's.svg', 't.tar.gz', 'x.gz', 'noend', '.dot', '"q".txt', 'a%2525b', 'a.pdf', 'a.js', 'a.parquet', 'a.npy', 'v.mp4'];
const EVIL = ['..%2fa', '%2e%2e%2fa', '%252e%252e%252fa', 'a%2f..%2f..%2fb', '%2fetc%2fpasswd', '/etc/passwd', 'a%23b', 'c%3a%2fa', 'file%3a%2f%2f%2fetc%2fpasswd', '..%09%2fa'];

/** The requests, in order, for a run; `[method, target, options]`. */
const requests = (run) => {
  const root = `0/${run}/artifacts`;
  const at = (file) => `${ARTIFACTS}/${root}/${file}`;
  const ajax = (target) => target.replace('/api/', '/ajax-api/');
  const body = 'a,b\n1,2\n';
  return [
    ...NAMES.flatMap((name) => {
      const file = encodeURIComponent(name).replaceAll("'", '%27');
      return [
        ['PUT', at(`sub/${file}`), { body }],
        ['GET', at(`sub/${file}`)],
        ['GET', `/get-artifact?run_id=${run}&path=sub/${file}`],
      ];
    }),
    ['PUT', ajax(at('deep/er/x.bin')), { body: randomBytes(1000).fill(7) }],
    ['PUT', at('empty'), { body: '', headers: { 'Transfer-Encoding': 'chunked' } }],
    ['PUT', at('folder/'), { body }],
    ['GET', ajax(at('deep/er/x.bin'))],
    ['GET', at('empty')],
    ...['bytes=2-4', 'bytes=3-', 'bytes=-2', 'bytes=0-999', 'bytes=999-'].flatMap((Range) => [
      ['GET', at('sub/a.csv'), { headers: { Range } }],
      ['GET', `/get-artifact?run_uuid=${run}&path=sub/a.csv`, { headers: { Range } }],
    ]),
    ['HEAD', `/get-artifact?run_id=${run}&path=sub/a.csv`],
    ['GET', at('none')],
    ['GET', at('sub')],
    ['GET', `/get-artifact?run_id=${run}&path=none`],
    ['GET', `/get-artifact?run_id=${run}&path=sub`],
    ['GET', `/get-artifact?run_id=none&path=sub`],
    ['GET', `${ARTIFACTS}?path=${root}`],
    ['GET', `${ARTIFACTS}?path=${root}/sub`],
    ['GET', ajax(`${ARTIFACTS}?path=${root}/deep/`)],
    ['GET', `${ARTIFACTS}?path=${root}/none`],
    ['GET', `${ARTIFACTS}?path=${root}/empty`],
    ['GET', `/api/2.0/mlflow/artifacts/list?run_id=${run}`],
    ['GET', `/ajax-api/2.0/mlflow/artifacts/list?run_uuid=${run}&path=deep`],
    ['GET', `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=none`],
    ['GET', '/api/2.0/mlflow/artifacts/list?run_id=none'],
    ['GET', '/api/2.0/mlflow/artifacts/list'],
    ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=up/loaded.txt`, { body, headers: { 'Content-Type': 'text/plain' } }],
    ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=up/empty.txt`, { body: '' }],
    ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}`, { body }],
    ['POST', '/ajax-api/2.0/mlflow/upload-artifact?path=x', { body }],
    ['POST', '/ajax-api/2.0/mlflow/upload-artifact?run_uuid=none&path=x', { body }],
    ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=x`, { body: Buffer.alloc(10 * MIB + 1) }],
    ['GET', at('up/loaded.txt')],
    ...EVIL.flatMap((evil) => [
      ['PUT', `${ARTIFACTS}/${evil}`, { body }],
      ['GET', `${ARTIFACTS}/${evil}`],
      ['GET', `${ARTIFACTS}?path=${evil}`],
      ['GET', `/get-artifact?run_id=${run}&path=${evil}`],
      ['GET', `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=${evil}`],
      ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=${evil}`, { body }],
      // Flask redirects from two slashes to one.
      ...(/^(\/|%2f)/.test(evil) ? [] : [
        ['DELETE', `${ARTIFACTS}/${evil}`],
        ['POST', `/api/2.0/mlflow-artifacts/mpu/create/${evil}`, { body: '{"path":"x","num_parts":1}', headers: JSON_TYPE }],
      ]),
    ]),
    ['POST', `/api/2.0/mlflow-artifacts/mpu/create/${root}`, { body: '{"path":"x","num_parts":2}', headers: JSON_TYPE }],
    ['POST', `/api/2.0/mlflow-artifacts/mpu/complete/${root}`, { body: '{"path":"x","upload_id":"u","parts":[{"part_number":1}]}', headers: JSON_TYPE }],
    ['POST', `/api/2.0/mlflow-artifacts/mpu/abort/${root}`, { body: '{"path":"x","upload_id":"u"}', headers: JSON_TYPE }],
    ['GET', `/api/2.0/mlflow-artifacts/presigned/${root}/sub/a.csv`],
    ['DELETE', at('sub/a.csv')],
    ['DELETE', at('sub/a.csv')],
    ['GET', at('sub/a.csv')],
    ['DELETE', ajax(at('deep'))],
    ['GET', `${ARTIFACTS}?path=${root}`],
  ];
};

/** The resident memory of workerd, which xtask has started, in bytes: now, and the most so far. */
async function memoryOf(edge) {
  const children = (await readFile(`/proc/${edge.pid}/task/${edge.pid}/children`, 'utf8')).trim().split(' ');
  const status = await readFile(`/proc/${children[0]}/status`, 'utf8');
  const [now, most] = ['VmRSS', 'VmHWM'].map((name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+) kB`))[1]) * 1024);
  return { now, most };
}

/** So many bytes, made while they are sent. */
const zeros = (bytes) => Readable.from((function* () {
  const chunk = Buffer.alloc(MIB);
  for (let sent = 0; sent < bytes; sent += MIB) yield chunk;
})());

describe('artifacts in a local folder', () => {
  let mlflow;
  let edge;
  before(async () => {
    [mlflow, edge] = await Promise.all([startMlflow(), startServe()]);
  });
  after(() => Promise.all([mlflow?.stop(), edge?.stop()]));

  check('each request is answered as MLflow answers it', async () => {
    const servers = [mlflow.uri, edge.url];
    const runs = await Promise.all(servers.map(newRun));
    const lists = runs.map(requests);
    const different = [];
    for (const [index, [method, target]] of lists[0].entries()) {
      const answers = [];
      for (const [at, uri] of servers.entries()) {
        const [, own, options] = lists[at][index];
        answers.push(comparable(await raw(uri, method, own, options), runs[at]));
      }
      const [expected, got] = answers;
      // FastAPI's own refusals have no code.
      if (expected.status >= 400 && expected.error === undefined) got.error = undefined;
      try {
        assert.deepEqual(got, expected);
      } catch {
        different.push(`${method} ${target.replaceAll(runs[0], 'RUN')}: ${JSON.stringify(got)}\n   instead of ${JSON.stringify(expected)}`);
      }
    }
    assert.deepEqual(different, []);
  });

  check('files of logged models and of registered versions, as from MLflow', async () => {
    const send = async (uri, target, body) => {
      const answer = await raw(uri, 'POST', `/api/2.0/mlflow/${target}`, { headers: JSON_TYPE, body: JSON.stringify(body) });
      assert.equal(answer.status, 200, `${target}: ${answer.body}`);
      return JSON.parse(answer.body);
    };
    const answersOf = async (uri) => {
      const { model } = await send(uri, 'logged-models', { experiment_id: '0', name: 'logged' });
      const id = model.info.model_id;
      const folder = new URL(model.info.artifact_uri).pathname.slice(1);
      for (const file of ['MLmodel', 'data/a.csv']) assert.equal((await put(uri, `${folder}/${file}`, file)).status, 200);
      await send(uri, 'registered-models/create', { name: 'a b' });
      await send(uri, 'model-versions/create', { name: 'a b', source: model.info.artifact_uri, model_id: id });
      await send(uri, 'model-versions/create', { name: 'a b', source: `models:/${id}`, model_id: id });
      const directories = (of) => `logged-models/${of}/artifacts/directories`;
      const files = (of, file) => `/ajax-api/2.0/mlflow/logged-models/${of}/artifacts/files?artifact_file_path=${file}`;
      const version = (number, file) => `/model-versions/get-artifact?name=a%20b&version=${number}&path=${file}`;
      const answers = [];
      for (const target of [
        `/api/2.0/mlflow/${directories(id)}`,
        `/ajax-api/2.0/mlflow/${directories(id)}?artifact_directory_path=data`,
        `/api/2.0/mlflow/${directories(id)}?artifact_directory_path=none`,
        `/api/2.0/mlflow/${directories(id)}?artifact_directory_path=..%2f..`,
        `/api/2.0/mlflow/${directories('m-none')}`,
        ...['MLmodel', 'data/a.csv', 'data', 'none', '..%2fx', ''].map((file) => files(id, file)),
        files('m-none', 'MLmodel'),
        ...[1, 2].flatMap((number) => ['MLmodel', 'data/a.csv', 'data', 'none', '..%2fx'].map((file) => version(number, file))),
        version(9, 'MLmodel'),
      ]) {
        answers.push({ target: target.replaceAll(id, 'ID'), ...comparable(await raw(uri, 'GET', target), id) });
      }
      return answers;
    };
    const [expected, got] = await Promise.all([mlflow.uri, edge.url].map(answersOf));
    assert.deepEqual(got, expected);
  });

  check('the unmodified Python client logs and reads files, and loads a model', async () => {
    const [expected, got] = (await Promise.all([mlflow.uri, edge.url].map((uri) => runPython('artifacts.py', [uri])))).map(JSON.parse);
    assert.deepEqual(got, expected);
    assert.deepEqual(got.predictions, [[4], [4], [4]]);
  });

  check("they are plain files, in MLflow's own layout", async () => {
    const run = await newRun(edge.url);
    assert.equal((await put(edge.url, `0/${run}/artifacts/a/b.txt`, 'plain')).status, 200);
    assert.equal(await readFile(path.join(edge.dir, 'artifacts/0', run, 'artifacts/a/b.txt'), 'utf8'), 'plain');
  });

  check('what would leave the folder is refused, however it is written', async () => {
    const before = (await readdir(edge.dir)).sort();
    for (const evil of [...EVIL, '../../x', '..\\x', 'a%5c..%5cx', '%2e%2e/%2e%2e/x', './../x']) {
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const { status } = await raw(edge.url, method, `${ARTIFACTS}/${evil}`, { body: method === 'PUT' ? 'x' : undefined });
        assert.ok([400, 404, 405, 501].includes(status), `${method} ${evil}: ${status}`);
      }
    }
    for (const all of ['', '/', '/.', '/%2e']) {
      const { status } = await raw(edge.url, 'DELETE', ARTIFACTS + all);
      assert.ok([400, 404].includes(status), `DELETE ${all}: ${status}`);
    }
    assert.deepEqual((await readdir(edge.dir)).sort(), before);
  });

  check('a file never takes the place of a folder, nor a folder that of a file', async () => {
    assert.equal((await put(edge.url, 'place/a/b', 'x')).status, 200);
    assert.equal((await put(edge.url, 'place/a', 'x')).status, 400);
    assert.equal((await put(edge.url, 'place/a/b/c', 'x')).status >= 400, true);
    assert.equal((await get(edge.url, 'place/a/b')).body.toString(), 'x');
    assert.equal((await raw(edge.url, 'DELETE', `${ARTIFACTS}/place/a/b/c`)).status >= 200, true);
    assert.equal((await get(edge.url, 'place/a/b')).body.toString(), 'x');
  });

  check("other sites' pages are refused", async () => {
    const headers = { Origin: 'https://evil.example' };
    assert.equal((await put(edge.url, 'evil', 'x', headers)).status, 403);
    assert.equal((await get(edge.url, 'evil', headers)).status, 403);
    assert.equal((await get(edge.url, 'evil')).status, 404);
  });

  check('a large file goes up and down while the memory stays as it is', async () => {
    const size = 192 * MIB;
    await put(edge.url, 'large/warm', 'x');
    const start = await memoryOf(edge);
    const up = await fetch(`${edge.url}${ARTIFACTS}/large/file`, { method: 'PUT', body: zeros(size), duplex: 'half' });
    assert.equal(up.status, 200, await up.text());
    let length = 0;
    const down = await fetch(`${edge.url}${ARTIFACTS}/large/file`);
    for await (const chunk of down.body) length += chunk.byteLength;
    assert.equal(length, size);
    const end = await memoryOf(edge);
    assert.ok(end.most - start.now < size / 4, `${start.now} bytes grew to ${end.most}`);
  });

  check('an upload that breaks off leaves nothing', async () => {
    const { hostname, port } = new URL(edge.url);
    const target = `${ARTIFACTS}/broken/file`;
    const request = httpRequest({ hostname, port, method: 'PUT', path: target, headers: { 'Content-Length': 10 * MIB } });
    request.on('error', () => {});
    request.write(Buffer.alloc(MIB));
    await sleep(200);
    const closed = new Promise((resolve) => request.on('close', resolve));
    request.destroy();
    await closed;
    await sleep(200);
    assert.equal((await get(edge.url, 'broken/file')).status, 404);
    assert.deepEqual(await list(edge.url, 'broken'), []);
  });

  check('a folder of many files is listed with their sizes', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `f${String(i).padStart(3, '0')}`);
    for (let i = 0; i < names.length; i += 50) {
      await Promise.all(names.slice(i, i + 50).map((name, at) => put(edge.url, `many/${name}`, 'x'.repeat(i + at + 1))));
    }
    assert.deepEqual(await list(edge.url, 'many'), names.map((name, i) => ({ path: name, is_dir: false, file_size: i + 1 })));
  });

  check('the server says that it serves artifacts', async () => {
    const { body } = await raw(edge.url, 'GET', '/api/3.0/mlflow/server-info');
    assert.equal(JSON.parse(body).artifact_serving_enabled, true);
  });
});

/** What every store has to do; azurite does not refuse a part that begins after the end. */
async function exercise(uri, { outOfRange = 416 } = {}) {
  const bytes = randomBytes(300_000);
  const file = 'exp/run/artifacts/a%20b/%C3%BC%26%3C.bin';
  const folder = 'exp/run/artifacts';
  for (const [body, headers] of [
    [bytes, {}],
    ['', { 'Transfer-Encoding': 'chunked' }],
    // A body that does not say how long it is.
    [bytes, { 'Transfer-Encoding': 'chunked' }],
  ]) {
    const answer = await put(uri, file, body, headers);
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(sha256((await get(uri, file)).body), sha256(body));
  }
  const whole = await get(uri, file);
  assert.equal(whole.headers['content-length'], '300000');
  assert.equal(whole.headers['x-content-type-options'], 'nosniff');
  for (const [Range, start, end] of [['bytes=10-19', 10, 20], ['bytes=299990-', 299_990, 300_000], ['bytes=-5', 299_995, 300_000]]) {
    const part = await get(uri, file, { Range });
    assert.equal(part.status, 206, Range);
    assert.equal(part.headers['content-range'], `bytes ${start}-${end - 1}/300000`);
    assert.deepEqual(part.body, bytes.subarray(start, end), Range);
  }
  assert.equal((await get(uri, file, { Range: 'bytes=300000-' })).status, outOfRange);
  const head = await raw(uri, 'HEAD', `${ARTIFACTS}/${file}`);
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '300000', 0]);
  assert.equal((await put(uri, `${folder}/a b.txt`.replace(' ', '%20'), 'x')).status, 200);
  assert.equal((await put(uri, `${folder}2/other`, 'x')).status, 200);
  assert.deepEqual(await list(uri, folder), [
    { path: 'a b', is_dir: true },
    { path: 'a b.txt', is_dir: false, file_size: 1 },
  ]);
  assert.deepEqual(await list(uri, `${folder}/a b`), [{ path: 'ü&<.bin', is_dir: false, file_size: 300_000 }]);
  assert.deepEqual(await list(uri, `${folder}/none`), []);
  assert.deepEqual(await list(uri, `${folder}/a b.txt`), []);
  // s3rver sees a folder only if a file is directly in it.
  assert.equal((await put(uri, 'exp/own', 'x')).status, 200);
  assert.deepEqual(await list(uri, ''), [{ path: 'exp', is_dir: true }]);
  assert.equal((await get(uri, folder)).status, 400);
  assert.equal((await get(uri, `${folder}/none`)).status, 404);
  assert.equal((await put(uri, 'a%2f..%2f..%2fb', 'x')).status, 400);
  // A folder goes, and its neighbours stay.
  assert.equal((await raw(uri, 'DELETE', `${ARTIFACTS}/${folder}`)).status, 200);
  assert.deepEqual(await list(uri, 'exp/run'), [{ path: 'artifacts2', is_dir: true }]);
  for (const gone of [`${folder}2/other`, 'exp/own']) {
    assert.equal((await raw(uri, 'DELETE', `${ARTIFACTS}/${gone}`)).status, 200);
  }
  assert.deepEqual(await list(uri, ''), []);
}

/** More than a page of a listing, with what is in it deleted at once. */
async function exercisePages(uri) {
  const names = Array.from({ length: 1003 }, (_, i) => `n${String(i).padStart(4, '0')}`);
  for (let i = 0; i < names.length; i += 50) {
    await Promise.all(names.slice(i, i + 50).map((name) => put(uri, `many/${name}`, 'x')));
  }
  assert.deepEqual((await list(uri, 'many')).map(({ path: name }) => name), names);
  assert.equal((await raw(uri, 'DELETE', `${ARTIFACTS}/many`)).status, 200);
  assert.deepEqual(await list(uri, 'many'), []);
}

/** A file of 12 MiB goes up in parts and comes back, by the unmodified client. */
async function uploadInParts(uri) {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-parts-'));
  try {
    const bytes = randomBytes(12 * MIB);
    await writeFile(path.join(dir, 'large ü.bin'), bytes);
    const { digest, run } = JSON.parse(await runPython('upload_in_parts.py', [uri, path.join(dir, 'large ü.bin')]));
    assert.equal(digest, sha256(bytes));
    return run;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** An upload in parts that is begun, and given up, which s3rver does not know. */
async function giveUp(uri, { aborted = 200, hasTags = true } = {}) {
  const send = (step, body) => raw(uri, 'POST', `/api/2.0/mlflow-artifacts/mpu/${step}/some/folder`, { headers: JSON_TYPE, body: JSON.stringify(body) });
  const begun = await send('create', { path: '/home/me/file.bin', num_parts: 2 });
  assert.equal(begun.status, 200, begun.body.toString());
  const { upload_id: uploadId, credentials } = JSON.parse(begun.body);
  assert.deepEqual(credentials.map(({ part_number: part }) => part), [1, 2]);
  const part = await fetch(credentials[0].url, { method: 'PUT', body: randomBytes(5 * MIB) });
  assert.ok(part.ok, await part.text());
  assert.equal(part.headers.has('etag'), hasTags);
  assert.equal((await send('abort', { path: '/home/me/file.bin', upload_id: uploadId })).status, aborted);
  assert.equal((await get(uri, 'some/folder/file.bin')).status, 404);
  for (const wrong of [{ path: 'x', num_parts: 0 }, { path: 'x', num_parts: 10_001 }, { num_parts: 1 }]) {
    assert.equal((await send('create', wrong)).status, 400, JSON.stringify(wrong));
  }
}

/** A file that does not say how long it is goes on in pieces; of one that breaks off, nothing is left. */
async function exercisePieces(uri) {
  const bytes = randomBytes(17 * MIB + 1);
  const headers = { 'Transfer-Encoding': 'chunked' };
  assert.equal((await put(uri, 'pieces/a%20%C3%BC.bin', bytes, headers)).status, 200);
  assert.equal(sha256((await get(uri, 'pieces/a%20%C3%BC.bin')).body), sha256(bytes));
  assert.equal((await put(uri, 'pieces/even', bytes.subarray(0, 16 * MIB), headers)).status, 200);
  assert.equal(sha256((await get(uri, 'pieces/even')).body), sha256(bytes.subarray(0, 16 * MIB)));
  const { hostname, port } = new URL(uri);
  const request = httpRequest({ hostname, port, method: 'PUT', path: `${ARTIFACTS}/pieces/broken`, headers });
  request.on('error', () => {});
  await new Promise((resolve) => request.write(bytes, resolve));
  await sleep(500);
  request.destroy();
  await sleep(500);
  assert.equal((await get(uri, 'pieces/broken')).status, 404);
  assert.equal((await raw(uri, 'DELETE', `${ARTIFACTS}/pieces`)).status, 200);
}

/** A file is read by an address of its own. */
async function readsByItself(uri) {
  await put(uri, 'read/by%20itself.txt', 'presigned');
  const presigned = JSON.parse((await raw(uri, 'GET', '/api/2.0/mlflow-artifacts/presigned/read/by%20itself.txt')).body);
  assert.equal(presigned.file_size, 9);
  assert.equal(await (await fetch(presigned.url)).text(), 'presigned');
  assert.equal((await raw(uri, 'GET', '/api/2.0/mlflow-artifacts/presigned/none')).status, 404);
}

describe('artifacts in a store', () => {
  check('S3', async () => {
    const store = await startS3('artifacts');
    const edge = await startServe(['--artifacts', 's3://artifacts/a b'], store.env);
    try {
      await exercise(edge.url);
      await exercisePages(edge.url);
      await uploadInParts(edge.url);
      await exercisePieces(edge.url);
      const start = await memoryOf(edge);
      const up = await fetch(`${edge.url}${ARTIFACTS}/large/file`, { method: 'PUT', body: zeros(192 * MIB), duplex: 'half' });
      assert.equal(up.status, 200, await up.text());
      assert.deepEqual(await list(edge.url, 'large'), [{ path: 'file', is_dir: false, file_size: 192 * MIB }]);
      const end = await memoryOf(edge);
      assert.ok(end.most - start.now < 96 * MIB, `${start.now} bytes grew to ${end.most}`);
      await giveUp(edge.url, { aborted: 500 });
      await readsByItself(edge.url);
      assert.ok(!(await filesOf(edge.dir)).some(([name]) => name.startsWith('artifacts/')), 'nothing is kept here');
    } finally {
      await edge.stop();
      await store.stop();
    }
  });

  check('S3 that refuses or is gone', async () => {
    const store = await startS3('artifacts');
    const wrong = await startServe(['--artifacts', 's3://artifacts/p'], { ...store.env, AWS_ACCESS_KEY_ID: 'NOBODY' });
    try {
      const refused = await put(wrong.url, 'a', 'x');
      assert.equal(refused.status, 500);
      assert.match(JSON.parse(refused.body).message, /refused/);
      await store.stop();
      const gone = await put(wrong.url, 'a', 'x');
      assert.equal(gone.status, 503);
      assert.equal(JSON.parse(gone.body).error_code, 'TEMPORARILY_UNAVAILABLE');
    } finally {
      await wrong.stop();
      await store.stop();
    }
  });

  check('Azure Blob', async () => {
    const store = await startAzure('artifacts');
    const edge = await startServe(['--artifacts', 'wasbs://artifacts@devstoreaccount1.blob.core.windows.net/a b'], store.env);
    try {
      await exercise(edge.url, { outOfRange: 206 });
      await exercisePages(edge.url);
      await uploadInParts(edge.url);
      await exercisePieces(edge.url);
      // Blocks have no tags.
      await giveUp(edge.url, { hasTags: false });
      await readsByItself(edge.url);
    } finally {
      await edge.stop();
      await store.stop();
    }
  });

  check('R2', async () => {
    const miniflare = await startMiniflare({
      r2Buckets: { ARTIFACTS: 'artifacts' },
      durableObjects: { WORKSPACE: { className: 'Workspace', useSQLite: true } },
      bindings: { MILLRACE_ARTIFACTS: 'r2://ARTIFACTS/a b', MILLRACE_AUTH: 'none' },
    });
    try {
      const uri = (await miniflare.ready).origin;
      await exercise(uri);
      await exercisePages(uri);
      await exercisePieces(uri);
      const run = await uploadInParts(uri);
      const bucket = await miniflare.getR2Bucket('ARTIFACTS');
      const { objects } = await bucket.list();
      assert.deepEqual(objects.map(({ key, size }) => [key, size]), [[`a b/0/${run}/artifacts/parts/large ü.bin`, 12 * MIB]]);
      await giveUp(uri);
    } finally {
      await miniflare.dispose();
    }
  });

  check('none: the server says so, and that it serves no artifacts', async () => {
    const miniflare = await startMiniflare({
      durableObjects: { WORKSPACE: { className: 'Workspace', useSQLite: true } },
      bindings: { MILLRACE_AUTH: 'none' },
    });
    try {
      const uri = (await miniflare.ready).origin;
      assert.equal((await put(uri, 'a', 'x')).status, 503);
      const { body } = await raw(uri, 'GET', '/api/3.0/mlflow/server-info');
      assert.equal(JSON.parse(body).artifact_serving_enabled, false);
    } finally {
      await miniflare.dispose();
    }
  });
});
