// `cargo xtask serve` as its user starts it, on what is built already.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { rootDir, xtask } from './environment.mjs';
import { run, start } from './processes.mjs';

const START_MS = 60_000;
const env = { MILLRACE_NO_BUILD: '1' };

/** The file of the one workspace in a data folder. */
export async function workspaceFile(dir) {
  const files = await readdir(dir, { recursive: true });
  const [file, ...others] = files.filter((name) => name.endsWith('.sqlite') && !name.includes('metadata'));
  assert.deepEqual(others, []);
  return path.join(dir, file);
}

/**
 * Starts `xtask serve` on any port and waits until it says that it listens;
 * `extraEnv` is set for it besides. State is kept in `dir`, or in a new folder.
 * Returns `{ url, dir, log(), stop(signal) }`; `stop` removes a new folder too.
 */
export async function startServe(flags = [], extraEnv = {}, dir = undefined) {
  const program = xtask();
  const isNew = dir === undefined;
  dir ??= await mkdtemp(path.join(os.tmpdir(), 'millrace-data-'));
  const args = ['serve', '--port', '0', '--data', dir, ...flags];
  const server = start(`xtask ${args.join(' ')}`, program, args, {
    cwd: rootDir,
    env: { ...env, ...extraEnv },
  });
  const stop = async (signal) => {
    const exit = await server.stop(signal);
    if (isNew) await rm(dir, { recursive: true, force: true });
    return exit;
  };
  try {
    const url = await server.until(
      'line "listening on"',
      () => server.log.match(/listening on (http:\/\/127\.0\.0\.1:\d+)/)?.[1],
      START_MS,
    );
    return { url, dir, pid: server.pid, log: () => server.log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs `xtask serve` with flags (and `extraEnv`) that must make it refuse; returns `{ code, stdout, stderr }`. */
export const serveFails = async (flags, extraEnv = {}) => {
  const program = xtask();
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-data-'));
  try {
    return await run(program, ['serve', '--data', dir, ...flags], { cwd: rootDir, env: { ...env, ...extraEnv }, timeoutMs: START_MS });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

/** The process of workerd, which `xtask serve` has started in a group of its own. */
export async function workerdOf({ pid }) {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
  assert.equal(children.length, 1, `serve has ${children.length} children`);
  return children[0];
}
