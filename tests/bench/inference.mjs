// Our engine against onnxruntime-web: `cargo xtask bench inference`.
//
// Each round of each row is a process (a page, in Chromium) of its own, so that
// no row profits from code that another has warmed.
import { mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { launch } from '../support/browser.mjs';
import { run } from '../support/processes.mjs';
import { startStatic } from '../support/static-server.mjs';
import { described, digits, flag, geometric, publish, quantile, table, variable } from './machine.mjs';

const scripts = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const TIMEOUT_MS = 300_000;

// A page's clock has steps of 5 µs where it is isolated, and of 100 µs elsewhere.
const ISOLATED = {
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** One folder for both hosts, that leads to everything they read. */
async function stage() {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-bench-'));
  const folders = {
    scripts,
    rows: variable('MILLRACE_BENCH_ROWS'),
    tabular: variable('MILLRACE_BENCH_TABULAR'),
    networks: variable('MILLRACE_BENCH_NETWORKS'),
    ort: path.join(variable('MILLRACE_BENCH_PEERS'), 'onnxruntime-web/dist'),
  };
  for (const [name, folder] of Object.entries(folders)) await symlink(path.resolve(folder), path.join(dir, name));
  return { dir, stop: () => rm(dir, { recursive: true, force: true }) };
}

/** Node: `measure` in a process of its own. */
function startNode(dir) {
  const measure = async (row, options) => {
    const input = JSON.stringify({ row, options });
    const args = [path.join(scripts, 'node-host.mjs'), dir];
    const { code, stdout, stderr } = await run(process.execPath, args, { input, timeoutMs: TIMEOUT_MS });
    if (code !== 0) throw new Error(stderr.trim().split('\n').slice(-5).join(' ') || `Node ended with ${code}`);
    return JSON.parse(stdout.trim().split('\n').at(-1));
  };
  return { name: `Node ${process.version}`, measure, stop: async () => {} };
}

/** Chromium: `measure` in a page of its own. */
async function startChromium(dir) {
  const [server, browser] = await Promise.all([startStatic(dir, '/', ISOLATED), launch()]);
  const base = `http://127.0.0.1:${server.port}/`;
  const measure = async (row, options) => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT_MS);
      await page.goto(`${base}scripts/page.html`);
      return await page.evaluate(
        async ([base, row, options]) => {
          if (!crossOriginIsolated) throw new Error('the page is not isolated: its clock is too coarse');
          const { measure } = await import(`${base}scripts/measure.mjs`);
          const at = (file) => base + file;
          const read = async (file) => {
            const response = await fetch(at(encodeURI(file)));
            if (!response.ok) throw new Error(`${file}: ${response.status}`);
            return new Uint8Array(await response.arrayBuffer());
          };
          return measure(row, at, read, options);
        },
        [base, row, options],
      );
    } finally {
      await context.close();
    }
  };
  const stop = async () => {
    await browser.close();
    await server.stop();
  };
  return { name: `Chromium ${browser.version()}`, measure, stop };
}

const HOSTS = { node: startNode, chromium: startChromium };

/** All rounds of a row: for each engine its times, or why there are none. */
async function rounds(host, row, { count, budget }) {
  const times = { ours: undefined, onnxruntime: undefined };
  for (let round = 0; round < count; round++) {
    let measured;
    try {
      measured = await host.measure(row, { budget, swap: round % 2 === 1 });
    } catch (error) {
      const reason = String(error.message).split('\n')[0];
      measured = { ours: { error: reason }, onnxruntime: { error: reason } };
    }
    for (const [name, { error, started, load, first, samples }] of Object.entries(measured)) {
      const all = (times[name] ??= { started: [], load: [], first: [], samples: [] });
      if (error) times[name] = { ...all, error };
      else for (const [key, values] of Object.entries({ started, load, first, samples })) all[key].push(...[values].flat());
    }
    if (Object.values(times).some(({ error }) => error)) break;
  }
  return times;
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => quantile(sorted(values), 0.5);

function summary({ error, load, first, samples }) {
  if (error) return { error };
  const steady = sorted(samples);
  return {
    load: median(load),
    first: median(first),
    min: steady[0],
    median: quantile(steady, 0.5),
    low: quantile(steady, 0.1),
    high: quantile(steady, 0.9),
  };
}

const PHASES = ['load', 'first', 'min', 'median'];
const HEAD = [
  'model',
  'rows',
  'load: ours / ORT',
  'first run: ours / ORT',
  'ours: min / median (p10–p90)',
  'ORT: min / median (p10–p90)',
  ...PHASES.map((phase) => `ORT ÷ ours, ${phase}`),
];

const steady = ({ min, median, low, high }) => `${digits(min)} / ${digits(median)} (${digits(low)}–${digits(high)})`;
const factor = (x) => (x >= 0.995 ? digits(x) : `**${digits(x)}**`);

function cells(row, ours, ort) {
  const start = [row.name.split('/')[0], row.batch.toLocaleString('en')];
  const shown = (one, cell) => (one.error ? '–' : cell(one));
  const ratios = ours.error || ort.error ? PHASES.map(() => '–') : PHASES.map((phase) => factor(ort[phase] / ours[phase]));
  const both = (cell) => [shown(ours, cell), shown(ort, cell)];
  const pair = (phase) => both((one) => digits(one[phase])).join(' / ');
  return [...start, pair('load'), pair('first'), ...both(steady), ...ratios];
}

/** The geometric means of the ratios of some rows. */
function mean(name, pairs) {
  const good = pairs.filter(({ ours, ort }) => !ours.error && !ort.error);
  if (good.length === 0) return [];
  const ratio = (phase) => geometric(good.map(({ ours, ort }) => ort[phase] / ours[phase]));
  return [[`*${name}*`, ...Array(5).fill(''), ...PHASES.map((phase) => factor(ratio(phase)))]];
}

/** A host's part of the report. */
async function report(host, rows, options) {
  const pairs = [];
  const started = { tabular: [], networks: [], onnxruntime: [] };
  for (const row of rows) {
    const { ours, onnxruntime } = await rounds(host, row, options);
    started[row.engine].push(...ours.started);
    started.onnxruntime.push(...onnxruntime.started);
    const pair = { row, ours: summary(ours), ort: summary(onnxruntime) };
    pairs.push(pair);
    const failed = pair.ours.error ?? pair.ort.error;
    const line = failed ? failed : `ours ${steady(pair.ours)} ms, ORT ${steady(pair.ort)} ms`;
    console.error(`    ${host.name}, ${row.name}: ${line}`);
  }
  const group = (engine) => pairs.filter(({ row }) => row.engine === engine);
  const lines = pairs.map(({ row, ours, ort }) => cells(row, ours, ort));
  const means = [...mean('geometric mean, tabular', group('tabular')), ...mean('geometric mean, networks', group('networks'))];
  const failures = pairs.flatMap(({ row, ours, ort }) => [
    ...(ours.error ? [`- ${row.name}, ours: ${ours.error}`] : []),
    ...(ort.error ? [`- ${row.name}, onnxruntime-web: ${ort.error}`] : []),
  ]);
  const starts = Object.entries(started)
    .filter(([, times]) => times.length)
    .map(([name, times]) => `${name === 'onnxruntime' ? 'onnxruntime-web' : `ours (${name})`} ${digits(median(times))} ms`);
  return [
    `## ${host.name}`,
    table(HEAD, [...lines, ...means]),
    `Starting the engine (compile, instantiate, a first model of one addition): ${starts.join(', ')}.`,
    ...(failures.length ? [`Not timed:\n\n${failures.join('\n')}`] : []),
  ].join('\n\n');
}

async function main(args) {
  const file = flag(args, '--save');
  const quick = flag(args, '--quick', false) !== undefined;
  const wanted = flag(args, '--rows') ?? '';
  const only = flag(args, '--host');
  if (only && !HOSTS[only]) throw new Error(`--host ${only}: there are ${Object.keys(HOSTS).join(' and ')}`);
  const options = quick ? { count: 1, budget: 300 } : { count: 3, budget: 400 };
  const { rows, onnxruntime } = JSON.parse(await readFile(path.join(variable('MILLRACE_BENCH_ROWS'), 'rows.json'), 'utf8'));
  const chosen = rows.filter(({ name }) => name.includes(wanted));
  if (chosen.length === 0) throw new Error(`--rows ${wanted}: no row has such a name; there are ${rows.map(({ name }) => name).join(', ')}`);
  const at = await stage();
  const parts = [];
  const versions = [];
  try {
    for (const [name, start] of Object.entries(HOSTS)) {
      if (only && only !== name) continue;
      const host = await start(at.dir);
      try {
        parts.push(await report(host, chosen, options));
        versions.push([name === 'node' ? 'Node' : 'Chromium', host.name.split(' ')[1]]);
      } finally {
        await host.stop();
      }
    }
    const web = JSON.parse(await readFile(path.join(variable('MILLRACE_BENCH_PEERS'), 'onnxruntime-web/package.json'), 'utf8')).version;
    const size = async (wasm) => `${((await stat(path.join(at.dir, wasm))).size / 1e6).toFixed(1)} MB`;
    versions.push(
      ['onnxruntime-web', `${web}, CPU, one thread (${await size('ort/ort-wasm-simd-threaded.wasm')})`],
      ['ours, tabular', `profile kernels (${await size('tabular/suite-tabular_bg.wasm')})`],
      ['ours, networks', `profile ${variable('MILLRACE_BENCH_PROFILE')} (${await size('networks/suite_bg.wasm')})`],
      ['answers checked against', `native onnxruntime ${onnxruntime}`],
    );
  } finally {
    await at.stop();
  }
  const about =
    'Made by `cargo xtask bench inference --save`; [how to read it](README.md). Times are milliseconds; ' +
    'a ratio over 1 says that ours is faster, one below is bold.';
  await publish(['# Inference', about, described(versions), ...parts].join('\n\n'), file);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`bench: ${String(error.message).split('\n')[0]}`);
  process.exit(1);
});
