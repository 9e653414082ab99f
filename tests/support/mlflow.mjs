// A real MLflow server and the unmodified Python client.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { olderPython, python, testsDir } from './environment.mjs';
import { freePort, run, start } from './processes.mjs';

const START_MS = 120_000;

// No telemetry, no job workers: nothing leaves the machine and nothing idles.
export const QUIET = {
  DO_NOT_TRACK: 'true',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
  MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
  PYTHONWARNINGS: 'ignore',
};

/**
 * Starts `mlflow server` on SQLite in a new folder, or on the file `store`; with
 * `older` that of MLflow 2, on a folder.
 * Returns `{ uri, dir, pid, stop }`; `stop` removes the folder too.
 */
export async function startMlflow({ flags = [], env = {}, port, store, older = false } = {}) {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-mlflow-'));
  const listen = port ?? (await freePort());
  const server = start(
    `mlflow server ${flags.join(' ')}`,
    older ? olderPython() : python(),
    [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(listen), '--workers', '1'],
      ...['--backend-store-uri', older ? path.join(dir, 'runs') : `sqlite:///${store ?? path.join(dir, 'mlflow.db')}`],
      ...['--artifacts-destination', path.join(dir, 'artifacts'), ...flags],
    ],
    { cwd: dir, env: { ...QUIET, ...env } },
  );
  const uri = `http://127.0.0.1:${listen}`;
  const stop = async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await server.until('answer from /health', () => fetch(`${uri}/health`).then((r) => r.ok, () => false), START_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { uri, dir, pid: server.pid, stop };
}

/** Runs a script of tests/python and returns what it printed; a failure carries its error output. */
export async function runPython(script, args, { input, env = {}, older = false } = {}) {
  const { code, stdout, stderr } = await run(older ? olderPython() : python(), [path.join(testsDir, 'python', script), ...args], {
    input,
    env: { ...QUIET, ...env },
  });
  if (code !== 0) throw new Error(`${script} ended with ${code}\n${stderr}`);
  return stdout;
}

/** Logs the experiment of seed.py on a server and returns what it says it logged. */
export const seed = async (uri, modelDir) => JSON.parse(await runPython('seed.py', [uri, modelDir]));

/**
 * What MLflow's scoring server answers to each of `[{ model, body }]`, a folder
 * and the text of a JSON body: `[{ status, body }]`, `body` being text.
 */
export async function pyfuncAll(requests) {
  const input = requests.map((request) => JSON.stringify(request)).join('\n');
  const lines = (await runPython('predict.py', [], { input })).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** What MLflow's scoring server answers to each body. */
export const pyfunc = (model, bodies) => pyfuncAll(bodies.map((body) => ({ model, body: JSON.stringify(body) })));
