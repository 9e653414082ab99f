// The workspace in workerd against `mlflow server` on SQLite, both with their
// defaults: `cargo xtask bench tracking`.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { python, testsDir } from '../support/environment.mjs';
import { startMlflow } from '../support/mlflow.mjs';
import { run, stopAll } from '../support/processes.mjs';
import { startServe, workspaceFile } from '../support/serve.mjs';
import { described, digits, flag, publish, quantile, table } from './machine.mjs';

const NAMES = { ours: 'Millrace in workerd', mlflow: 'MLflow' };
const CLIENTS = [1, 8];
const ARTIFACT = 64 << 20;
const SEARCH = { filter: 'metrics.loss < 0.5', order_by: ['metrics.accuracy DESC'], max_results: 100 };

/** Among more runs MLflow's search takes hours, so it is not asked. */
const SEARCHED_BY_MLFLOW = 100_000;

const agent = new http.Agent({ keepAlive: true });

/** What a server answers. By `node:http`: `fetch` takes four times the processor, which the servers need. */
function call(uri, path, body) {
  const sent = body && JSON.stringify(body);
  const headers = body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
  return new Promise((resolve, reject) => {
    const answered = (response) => {
      const { statusCode } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part)).on('error', reject);
      response.on('end', () => (statusCode === 200 ? resolve(text) : reject(new Error(`${path}: ${statusCode}: ${text.slice(0, 200)}`))));
    };
    const options = { agent, method: body ? 'POST' : 'GET', headers };
    http.request(`${uri}/api/2.0/mlflow/${path}`, options, answered).on('error', reject).end(sent);
  }).then(JSON.parse);
}

/** How often a second `clients` clients do `work`, one after another each, for so long. */
async function rate(clients, seconds, work) {
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  let done = 0;
  const client = async (index) => {
    while (performance.now() < end) {
      await work(index, done);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return done / ((performance.now() - start) / 1000);
}

/**
 * How long `work` takes, in milliseconds, over so many times or seconds: sorted.
 * The first time is left out, unless it takes all the time there is.
 */
async function times(seconds, work) {
  const once = async () => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const first = await once();
  if (first > seconds * 1000) return [first];
  const all = [];
  const end = performance.now() + seconds * 1000;
  while (all.length < 3 || (performance.now() < end && all.length < 200)) all.push(await once());
  return all.sort((a, b) => a - b);
}

/** The memory of a process and all that it started, in MB. */
async function memory(pid) {
  const children = new Map();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => undefined);
    const parent = stat && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = (id) => [id, ...(children.get(id) ?? []).flatMap(tree)];
  // What processes share is counted once, at each its share.
  const of = async (id) => {
    const text = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
    return Number(text.match(/^Pss:\s+(\d+)/m)?.[1] ?? 0) / 1024;
  };
  const all = await Promise.all(tree(pid).map(of));
  return all.reduce((sum, one) => sum + one, 0);
}

/** `(row, { server: value })` for what writes do, on new servers. */
async function writes({ seconds }, add) {
  const [ours, mlflow] = await Promise.all([startServe(), startMlflow()]);
  const servers = { ours: { uri: ours.url, pid: ours.pid }, mlflow: { uri: mlflow.uri, pid: mlflow.pid } };
  const both = async (name, unit, measure) => {
    const values = {};
    for (const [server, one] of Object.entries(servers)) values[server] = await measure(one);
    add(name, unit, values);
  };
  const metric = (step) => ({ key: `m${step % 20}`, value: Math.sin(step), timestamp: step, step });
  const batch = Array.from({ length: 20 }, (_, i) => metric(i));
  const create = (uri) => call(uri, 'runs/create', { experiment_id: '0', start_time: 1 }).then((r) => r.run.info.run_id);
  try {
    await both('memory at rest', 'MB', ({ pid }) => memory(pid));
    for (const clients of CLIENTS) {
      await both(`runs created, each with a batch of 20 values; clients: ${clients}`, '/s', ({ uri }) =>
        rate(clients, seconds, async () => {
          await call(uri, 'runs/log-batch', { run_id: await create(uri), metrics: batch });
        }),
      );
    }
    for (const clients of CLIENTS) {
      await both(`values logged one by one; clients: ${clients}`, '/s', async ({ uri }) => {
        const runs = await Promise.all(Array.from({ length: clients }, () => create(uri)));
        return rate(clients, seconds, (client, n) => call(uri, 'runs/log-metric', { run_id: runs[client], ...metric(n) }));
      });
    }
    const bytes = new Uint8Array(ARTIFACT).map((_, i) => (i * 31) >> 3);
    const url = (uri) => `${uri}/api/2.0/mlflow-artifacts/artifacts/0/bench/artifacts/big.bin`;
    await both('an artifact of 64 MB up', 'ms', async ({ uri }) => {
      const all = await times(seconds, async () => {
        const response = await fetch(url(uri), { method: 'PUT', body: bytes });
        assert.equal(response.status, 200, await response.text());
      });
      return quantile(all, 0.5);
    });
    await both('the same down', 'ms', async ({ uri }) => {
      const all = await times(seconds, async () => {
        const got = await fetch(url(uri)).then((response) => response.arrayBuffer());
        assert.equal(got.byteLength, ARTIFACT);
      });
      return quantile(all, 0.5);
    });
    await both('memory after all that', 'MB', ({ pid }) => memory(pid));
  } finally {
    await Promise.all([ours.stop(), mlflow.stop()]);
  }
}

/** The same for reads, among so many runs. */
async function reads(count, dir, { seconds }, add) {
  const data = path.join(dir, `data-${count}`);
  const first = await startServe([], {}, data);
  await call(first.url, 'experiments/get?experiment_id=0');
  await first.stop();
  const file = await workspaceFile(data);
  const { code, stdout, stderr } = await run(python(), [path.join(testsDir, 'python', 'fill.py'), file, String(count)], { timeoutMs: 1_200_000 });
  assert.equal(code, 0, stderr);
  const { experiment, long } = JSON.parse(stdout);
  const copy = path.join(dir, `copy-${count}.db`);
  await copyFile(file, copy);
  const [ours, mlflow] = await Promise.all([startServe([], {}, data), startMlflow({ store: copy })]);
  const servers = { ours: ours.url, mlflow: mlflow.uri };
  const runs = count.toLocaleString('en');
  const both = async (name, work, asked = Object.keys(servers)) => {
    const [p50, p99, answers] = [{}, {}, {}];
    for (const server of asked) {
      const all = await times(seconds, async () => (answers[server] = await work(servers[server])));
      [p50[server], p99[server]] = [quantile(all, 0.5), quantile(all, 0.99)];
    }
    for (const server of asked) assert.deepEqual(answers[server], answers.ours);
    add(`${name}, p50`, 'ms', p50);
    add(`${name}, p99`, 'ms', p99);
  };
  try {
    await both(`search by a metric, ordered by another, among ${runs} runs`, async (uri) => {
      const page = await call(uri, 'runs/search', { experiment_ids: [experiment], ...SEARCH });
      return page.runs.map((one) => one.info.run_id);
    }, count > SEARCHED_BY_MLFLOW ? ['ours'] : undefined);
    await both(`the newest 100 of ${runs} runs`, async (uri) => {
      const page = await call(uri, 'runs/search', { experiment_ids: [experiment], max_results: 100 });
      return page.runs.map((one) => one.info.run_id);
    });
    await both(`a history of 100,000 points, among ${runs} runs`, async (uri) => {
      const { metrics } = await call(uri, `metrics/get-history?run_id=${long}&metric_key=curve`);
      return [metrics.length, metrics.at(-1).value];
    });
  } finally {
    await Promise.all([ours.stop(), mlflow.stop()]);
  }
}

async function main(args) {
  const save = flag(args, '--save');
  const quick = flag(args, '--quick', false) !== undefined;
  const options = { seconds: quick ? 2 : 6 };
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-bench-'));
  const lines = [];
  const add = (name, unit, { ours, mlflow }) => {
    if (mlflow === undefined) {
      lines.push([name, unit, digits(ours), '', '']);
      console.error(`    ${name}: ${digits(ours)} ${unit}`);
      return;
    }
    const better = unit === '/s' ? ours / mlflow : mlflow / ours;
    const ratio = better < 1 ? `**${digits(better)}**` : digits(better);
    lines.push([name, unit, digits(ours), digits(mlflow), ratio]);
    console.error(`    ${name}: ${digits(ours)} ${unit} against ${digits(mlflow)}`);
  };
  try {
    await writes(options, add);
    for (const count of quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000]) await reads(count, dir, options, add);
    const { stdout } = await run(python(), ['-c', 'from importlib.metadata import version; print(version("mlflow"))']);
    const about =
      'Made by `cargo xtask bench tracking --save`; [how to read it](README.md). A ratio over 1 says that ours is better, ' +
      'one below is bold. Both keep what they acknowledge; one process of clients. MLflow is not asked to search among more than 100,000 runs.';
    const head = ['what', 'unit', NAMES.ours, NAMES.mlflow, 'ratio'];
    const report = ['# Tracking', about, described([['MLflow', stdout.trim()]]), table(head, lines)];
    await publish(report.join('\n\n'), save);
  } finally {
    await stopAll();
    await rm(dir, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`bench: ${String(error.message).split('\n')[0]}`);
  process.exit(1);
});
