// Child processes that never outlive their test: each leads a process group of
// its own, and the whole group is ended when the test is done with it, or at
// the latest when this Node process exits. Output is kept, to be shown on failure.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_GRACE_MS = 8_000;

/** Every process that is under way, for the log dump on failure and the last clean-up. */
const running = new Set();

/** Signals a whole group; false when nobody of it is left. */
const signalGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
};

process.on('exit', () => running.forEach(({ pid }) => signalGroup(pid, 'SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

/**
 * A started command: what it printed so far (`stdout`, `stderr`, and `log`, both as they came),
 * `exited` (a promise of its exit) and `exit` (that exit, when it has come).
 */
class Started {
  stdout = '';
  stderr = '';
  log = '';
  exit = undefined;

  constructor(name, child) {
    this.name = name;
    this.pid = child.pid;
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (chunk) => {
        this[stream] += chunk;
        this.log += chunk;
      });
    }
    this.exited = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve((this.exit = { code, signal })));
    });
    this.exited.catch(() => {}); // reported to whoever waits for it
  }

  /** Waits until `probe()` gives something truthy and returns it; fails when the process ends first. */
  async until(what, probe, timeoutMs) {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const value = await probe();
      if (value) return value;
      if (this.exit) throw new Error(`${this.name} ended with ${this.exit.signal ?? this.exit.code}, without ${what}\n${this.log}`);
      if (Date.now() > end) throw new Error(`${this.name}: no ${what} after ${timeoutMs} ms\n${this.log}`);
      await sleep(50);
    }
  }

  /** Ends the whole process group, politely first, and returns how the leader ended. */
  async stop(signal = 'SIGTERM') {
    const end = Date.now() + STOP_GRACE_MS;
    signalGroup(this.pid, signal);
    while (signalGroup(this.pid, 0) && Date.now() < end) await sleep(25);
    signalGroup(this.pid, 'SIGKILL');
    running.delete(this);
    return this.exited;
  }
}

/** Starts `command` as the leader of a new process group, with `input` as its standard input. */
export function start(name, command, args, { env = {}, cwd, input } = {}) {
  const child = spawn(command, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (input !== undefined) child.stdin.end(input);
  const started = new Started(name, child);
  running.add(started);
  return started;
}

/** Runs `command` to its end and returns `{ code, stdout, stderr }`; a time-out is an error. */
export async function run(command, args, { timeoutMs = 120_000, ...options } = {}) {
  const started = start(`${command} ${args.join(' ')}`, command, args, options);
  try {
    const { code } = await Promise.race([
      started.exited,
      sleep(timeoutMs, undefined, { ref: false }).then(() => {
        throw new Error(`${started.name}: still running after ${timeoutMs} ms\n${started.log}`);
      }),
    ]);
    return { code, stdout: started.stdout, stderr: started.stderr };
  } finally {
    await started.stop('SIGKILL');
  }
}

/** Ends whatever a failed set-up has left running; without it, this Node process would wait for it. */
export const stopAll = () => Promise.all([...running].map((started) => started.stop()));

/** True while any process of the group that `pid` leads is alive. */
export const groupAlive = (pid) => signalGroup(pid, 0);

/** The logs of everything that is running now, for a failure's report. */
export const logs = () =>
  [...running].map(({ name, log }) => `--- ${name}\n${log.slice(-6000) || '(nothing)'}`).join('\n');

/** A port of 127.0.0.1 that nothing listens on at this moment. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
