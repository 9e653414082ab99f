// The edge in workerd against MLflow's own server: `cargo xtask bench serving`.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { assertClose } from '../support/close.mjs';
import { python } from '../support/environment.mjs';
import { freePort, run, start, stopAll } from '../support/processes.mjs';
import { startServe } from '../support/serve.mjs';
import { described, digits, flag, publish, table, variable } from './machine.mjs';

const scripts = path.dirname(new URL(import.meta.url).pathname);
const START_MS = 120_000;

const MODELS = { forest: 'random forest, 100 trees', pipeline: 'one-hot, scaler, logistic regression' };
const ROWS = [1, 1000];
const CONNECTIONS = [1, 8];
const HEAD = ['model', 'rows a request', 'connections', 'server', 'requests/s', 'predictions/s', 'p50, ms', 'p99, ms'];

// Nothing leaves the machine.
const QUIET = { DO_NOT_TRACK: 'true', MLFLOW_DISABLE_TELEMETRY: 'true', PYTHONWARNINGS: 'ignore' };

const answers = (url) => fetch(url).then((response) => response.ok, () => false);

/** `mlflow models serve`, one worker. */
async function startMlflow(model) {
  const port = await freePort();
  const serve = ['-m', 'mlflow', 'models', 'serve', '--model-uri', model, '--host', '127.0.0.1', '--port', String(port)];
  // MLflow looks for uvicorn on PATH.
  const env = { ...QUIET, PATH: `${path.dirname(python())}:${process.env.PATH}` };
  const server = start('mlflow models serve', python(), [...serve, '--workers', '1', '--env-manager', 'local'], { env });
  const url = `http://127.0.0.1:${port}`;
  await server.until('answer from /ping', () => answers(`${url}/ping`), START_MS);
  return { url, stop: () => server.stop() };
}

/** A Worker that gives the body back, in the same workerd. */
async function startEcho(dir) {
  const port = await freePort();
  const worker = await readFile(path.join(scripts, 'echo-worker.js'), 'utf8');
  const config = path.join(dir, 'echo.capnp');
  await writeFile(path.join(dir, 'worker.js'), worker);
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .echo)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const echo :Workerd.Worker = (
  compatibilityDate = "2026-09-01",
  modules = [(name = "worker.js", esModule = embed "worker.js")],
);
`,
  );
  const server = start('workerd', variable('MILLRACE_BENCH_WORKERD'), ['serve', config]);
  const url = `http://127.0.0.1:${port}`;
  await server.until('answer', () => answers(url), START_MS);
  return { url, stop: () => server.stop() };
}

async function predictions(url, body) {
  const response = await fetch(`${url}/invocations`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** Throughput and latency of a server under `connections` clients that send one request after another. */
async function load(url, file, connections, seconds) {
  const args = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--timeout', '60s'];
  const script = ['--latency', '--script', path.join(scripts, 'post.lua')];
  const { code, stdout, stderr } = await run(variable('MILLRACE_BENCH_WRK'), [...args, ...script, `${url}/invocations`], {
    env: { MILLRACE_BODY: file },
    timeoutMs: (seconds + 60) * 1000,
  });
  if (code !== 0) throw new Error(`wrk ended with ${code}: ${stderr.trim()}`);
  const counted = JSON.parse(stdout.trim().split('\n').at(-1));
  if (counted.status || counted.failed) throw new Error(`${counted.status + counted.failed} of ${counted.requests} requests failed`);
  return counted;
}

/** The rows of one model: every server in turns, for each size and number of connections. */
async function measure(name, model, echo, { seconds, warmUp }) {
  const lines = [];
  const servers = { 'MLflow, one worker': startMlflow(model), 'Millrace in workerd': startServe(['--model', model]) };
  const settled = await Promise.allSettled(Object.values(servers));
  const started = Object.keys(servers).map((server, i) => [server, settled[i]]);
  try {
    const failed = started.filter(([, { reason }]) => reason);
    const notes = failed.map(([server, { reason }]) => `- ${MODELS[name]}, ${server}: ${reason.message.trim().split('\n').at(-1)}`);
    const running = started.filter(([, { value }]) => value).map(([server, { value }]) => [server, value.url]);
    for (const rows of ROWS) {
      const file = path.join(variable('MILLRACE_BENCH_SERVED'), `${name}.${rows}.json`);
      const body = await readFile(file, 'utf8');
      const answered = await Promise.all(running.map(([, url]) => predictions(url, body)));
      if (answered.length === 2) assertClose(answered[1], answered[0], 1e-4);
      for (const connections of CONNECTIONS) {
        for (const [server, url] of [...running, ['a Worker that echoes', echo.url]]) {
          await load(url, file, connections, warmUp);
          const { requests, seconds: took, p50, p99 } = await load(url, file, connections, seconds);
          const rate = requests / took;
          const predicted = url === echo.url ? '' : digits(rate * rows);
          const cells = [digits(rate), predicted, digits(p50), digits(p99)];
          lines.push([MODELS[name], rows.toLocaleString('en'), connections, server, ...cells]);
          console.error(`    ${name}, ${rows} rows a request, connections ${connections}, ${server}: ${digits(rate)} requests/s`);
        }
      }
    }
    return { lines, notes };
  } finally {
    await Promise.all(started.map(([, { value }]) => value?.stop()));
  }
}

/** How long a new workerd takes to a model that is loaded, in milliseconds: the median of five. */
async function startUp(model) {
  const times = [];
  for (let turn = 0; turn < 5; turn++) {
    const served = await startServe(['--model', model]);
    times.push(Number(served.log().match(/loaded in (\d+) ms/)[1]));
    await served.stop();
  }
  return times.sort((a, b) => a - b)[2];
}

async function version(command, args) {
  const { stdout } = await run(command, args, { env: QUIET });
  return stdout.trim().split('\n').at(-1).replace(/^workerd /, '');
}

async function main(args) {
  const file = flag(args, '--save');
  const quick = flag(args, '--quick', false) !== undefined;
  const options = quick ? { seconds: 3, warmUp: 1 } : { seconds: 6, warmUp: 2 };
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-bench-'));
  try {
    const out = path.join(dir, 'models');
    await mkdir(out);
    const names = Object.keys(MODELS);
    const save = [path.join(scripts, 'save.py'), variable('MILLRACE_BENCH_SERVED'), out, ...names];
    const { code, stderr } = await run(python(), save, { env: QUIET });
    assert.equal(code, 0, `saving the models: ${stderr.trim().split('\n').at(-1)}`);
    const echo = await startEcho(dir);
    const parts = [];
    const startUps = [];
    for (const name of names) {
      try {
        startUps.push([MODELS[name], digits(await startUp(path.join(out, name)))]);
        parts.push(await measure(name, path.join(out, name), echo, options));
      } catch (error) {
        parts.push({ lines: [], notes: [`- ${MODELS[name]}: ${error.message.trim().split('\n')[0]}`] });
      }
    }
    await echo.stop();
    const versions = [
      ['workerd', await version(variable('MILLRACE_BENCH_WORKERD'), ['--version'])],
      ['MLflow, onnxruntime, Python', await version(python(), ['-c', VERSIONS])],
      ['wrk', 'one thread, keep-alive, on the same machine'],
    ];
    const notes = parts.flatMap((part) => part.notes);
    const about =
      'Made by `cargo xtask bench serving --save`; [how to read it](README.md). The Worker that echoes is the limit: ' +
      'what workerd and the load generator do when nothing is computed.';
    const report = ['# Serving', about, described(versions), table(HEAD, parts.flatMap((part) => part.lines))];
    report.push('From a new workerd to a loaded model: both modules are compiled and instantiated, the files read, the model made, and a request answered.');
    report.push(table(['model', 'ms'], startUps));
    await publish([...report, ...(notes.length ? [`Not timed:\n\n${notes.join('\n')}`] : [])].join('\n\n'), file);
  } finally {
    await stopAll();
    await rm(dir, { recursive: true, force: true });
  }
}

const VERSIONS = `import platform
from importlib.metadata import version
print(version("mlflow") + ", " + version("onnxruntime") + ", " + platform.python_version())`;

main(process.argv.slice(2)).catch((error) => {
  console.error(`bench: ${String(error.message).split('\n')[0]}`);
  process.exit(1);
});
