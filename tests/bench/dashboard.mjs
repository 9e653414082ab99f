// Our page and MLflow's own, on the same `mlflow server`, in the same Chromium:
// `cargo xtask bench dashboard`.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { launch } from '../support/browser.mjs';
import { python, testsDir } from '../support/environment.mjs';
import { startMlflow } from '../support/mlflow.mjs';
import { run, stopAll } from '../support/processes.mjs';
import { startServe, workspaceFile } from '../support/serve.mjs';
import { frames, heap, part, watchMemories } from './frames.mjs';
import { described, digits, flag, publish, table } from './machine.mjs';
import { manyRuns } from './many-runs.mjs';
import { compressedSite } from './site.mjs';
import { perSecond, slow, zoomLibrary, zoomOurs } from './zoom.mjs';

const NAMES = { ours: 'Millrace', mlflow: 'MLflow' };
const RUNS = 200;
const KEYS = 10;

/** An experiment with many runs, the same whenever it is made; gives its id and the newest run's name. */
async function fill(uri) {
  const call = async (what, body) => {
    const response = await fetch(`${uri}/api/2.0/mlflow/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    if (!response.ok) throw new Error(`${what}: ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const { experiment_id } = await call('experiments/create', { name: 'bench' });
  let newest;
  for (let n = 0; n < RUNS; n++) {
    newest = `run-${n}`;
    const { run } = await call('runs/create', { experiment_id, run_name: newest, start_time: 1_700_000_000_000 + n * 60_000 });
    const { run_id } = run.info;
    const keys = Array.from({ length: KEYS }, (_, key) => key);
    const value = (key, step) => Math.abs(Math.sin(n * 7.13 + key * 3.7)) / (1 + step);
    await call('runs/log-batch', {
      run_id,
      params: keys.map((key) => ({ key: `param_${key}`, value: String((n * (key + 3)) % 17) })),
      metrics: keys.flatMap((key) => [0, 1, 2].map((step) => ({ key: `metric_${key}`, value: value(key, step), step, timestamp: 1_700_000_000_000 + step }))),
    });
    await call('runs/update', { run_id, status: 'FINISHED', end_time: 1_700_000_050_000 + n * 60_000 });
  }
  return { experiment: experiment_id, newest };
}

/** One cold visit: what it took until the newest run's name was on the screen, and what it holds after. */
async function visit(browser, url, newest, throttle) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await watchMemories(page);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  if (throttle > 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  let bytes = 0;
  let requests = 0;
  cdp.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
  cdp.on('Network.requestWillBeSent', () => (requests += 1));
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByText(newest, { exact: true }).first().waitFor({ timeout: 120_000 });
  const row = performance.now() - start;
  const before = { bytes, requests };
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);
  await page.waitForTimeout(2000);
  const held = await heap(page);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  await context.close();
  return { ...before, paint, row, heap: held, nodes };
}

/** Turns the wheel over the middle of the table, down and up again. */
async function scroll(page) {
  await page.mouse.move(500, 500);
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.wheel(0, turn < 30 ? 150 : -150);
    await page.waitForTimeout(16);
  }
}

// What each page calls the heading of a column that can be clicked.
const HEADER = {
  ours: (page, name) => page.getByRole('columnheader').getByRole('button', { name, exact: true }),
  mlflow: (page, name) => page.getByRole('columnheader').filter({ hasText: name }).first(),
};

/** What using a page takes: `{ scroll, sort, filter }`, in milliseconds of frames. */
async function use(browser, side, url, newest) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const ready = () => page.getByText(newest, { exact: true }).first().waitFor({ timeout: 120_000 });
  const settle = () => page.waitForTimeout(3000);
  await page.goto(`${url}?compareRunsMode=TABLE`);
  await ready();
  await settle();
  const scrolled = await frames(page, () => scroll(page));
  const sorted = await frames(page, async () => {
    await HEADER[side](page, 'Duration').click();
    await page.waitForTimeout(1500);
  });
  const box = page.locator('input[placeholder*="metrics"], input[role=combobox], [role=search] input').first();
  const filtered = await frames(page, async () => {
    await box.fill('metrics.metric_0 > 0.5');
    await box.press('Enter');
    await page.waitForTimeout(1500);
  });
  await page.context().close();
  return { scroll: part(scrolled, 0.95), sort: sorted.at(-1), filter: filtered.at(-1) };
}

/** Makes an experiment, and gives its id. */
async function createExperiment(uri, name) {
  const response = await fetch(`${uri}/api/2.0/mlflow/experiments/create`, {
    method: 'POST',
    body: JSON.stringify({ name }),
    headers: { 'content-type': 'application/json' },
  });
  return (await response.json()).experiment_id;
}

/** Writes runs into a server's file by `seed_runs.py`: gives the experiment and the ids of the first runs. */
async function seed(file, experiment_id, what, count, size) {
  const script = path.join(testsDir, 'bench/seed_runs.py');
  const given = [file, experiment_id, what, String(count), String(size)];
  const { code, stdout, stderr } = await run(python(), [script, ...given], { timeoutMs: 1_800_000 });
  if (code !== 0) throw new Error(`seed_runs.py ended with ${code}\n${stderr}`);
  return { experiment: experiment_id, runs: JSON.parse(stdout) };
}

/** Zooming into lines, beside the libraries that draw such: a table. */
async function zooming(browser, mlflow, base, quick) {
  const shape = { lines: 20, points: quick ? 5000 : 50_000 };
  const id = await createExperiment(mlflow.uri, 'bench lines');
  const { experiment, runs } = await seed(path.join(mlflow.dir, 'mlflow.db'), id, 'lines', shape.lines, shape.points);
  const found = {
    [NAMES.ours]: await zoomOurs(browser, base, experiment, runs),
    uPlot: await zoomLibrary(browser, 'uPlot', shape),
    Plotly: await zoomLibrary(browser, 'Plotly', shape),
  };
  const row = (words, of) => [words, ...Object.values(found).map((times) => `${digits(of(times))} ms`)];
  const words = `${shape.lines} lines of ${shape.points} points`;
  return table(['', ...Object.keys(found)], [
    row(`frame while zooming, 95th percentile, ${words}`, slow),
    row('longest frame', (times) => times.at(-1)),
    ['frames a second', ...Object.values(found).map((times) => digits(perSecond(times)))],
  ]);
}

/**
 * Many runs in our table, which MLflow's shows a hundred of at a time, from our
 * server, since MLflow's takes ten minutes to give them all: a table.
 */
async function many(browser, quick) {
  const count = quick ? 2000 : 100_000;
  const keys = quick ? 10 : 50;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-bench-'));
  const found = await seeded(dir, count, keys, (url) => manyRuns(browser, url, count)).finally(() => rm(dir, { recursive: true, force: true }));
  return table([`${count} runs with ${keys} parameters and ${keys} metrics`, NAMES.ours], [
    ['first row on the screen', `${digits(found.row)} ms`],
    ['all runs loaded', `${digits(found.all / 1000)} s`],
    ['heap, JavaScript and wasm', `${digits(found.heap / 1e6)} MB`],
    ...[['scrolling', found.scrolled], ['sorting', found.sorted], ['filtering', found.filtered]].flatMap(([what, times]) => [
      [`frame while ${what}, 95th percentile`, `${digits(slow(times))} ms`],
      [`longest frame while ${what}`, `${digits(times.at(-1))} ms`],
    ]),
  ]);
}

/** What `measure` gives for the page of so many runs, at a server of ours that keeps them in `dir`. */
async function seeded(dir, count, keys, measure) {
  const first = await startServe([], {}, dir);
  const experiment = await createExperiment(first.url, 'bench runs');
  await first.stop();
  await seed(await workspaceFile(dir), experiment, 'runs', count, keys);
  const server = await startServe([], {}, dir);
  try {
    return await measure(`${server.url}/#/experiments/${experiment}/runs`);
  } finally {
    await server.stop();
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

async function main(args) {
  const save = flag(args, '--save');
  const quick = args.includes('--quick');
  const rounds = quick ? 1 : 5;
  const mlflow = await startMlflow();
  const site = await compressedSite();
  const browser = await launch();
  try {
    const { experiment, newest } = await fill(mlflow.uri);
    const hash = `#/experiments/${experiment}/runs`;
    const base = `http://127.0.0.1:${site.port}/?server=${encodeURIComponent(mlflow.uri)}`;
    const urls = { ours: `${base}${hash}`, mlflow: `${mlflow.uri}/${hash}` };
    const lines = [];
    for (const throttle of [1, 4]) {
      const seen = { ours: [], mlflow: [] };
      // One visit each to warm the server, then in turns.
      for (let round = 0; round <= rounds; round++) {
        for (const side of Object.keys(urls)) {
          const found = await visit(browser, urls[side], newest, throttle);
          if (round > 0) seen[side].push(found);
        }
      }
      const of = (side, what) => median(seen[side].map((one) => one[what]));
      const line = (name, what, scale, unit) => {
        const [ours, theirs] = [of('ours', what) / scale, of('mlflow', what) / scale];
        const label = throttle > 1 ? `${name}, processor ${throttle} times slower` : name;
        lines.push([label, `${digits(ours)} ${unit}`, `${digits(theirs)} ${unit}`, digits(theirs / ours)]);
      };
      if (throttle === 1) {
        line('bytes to the first row', 'bytes', 1000, 'kB');
        line('requests to the first row', 'requests', 1, '');
        line('heap, JavaScript and wasm', 'heap', 1e6, 'MB');
        line('elements in the page', 'nodes', 1, '');
      }
      line('first contentful paint', 'paint', 1, 'ms');
      line('first row on the screen', 'row', 1, 'ms');
    }
    const used = { ours: [], mlflow: [] };
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      for (const side of Object.keys(urls)) used[side].push(await use(browser, side, urls[side], newest));
    }
    for (const [what, words] of [
      ['scroll', 'frame while scrolling, 95th percentile'],
      ['sort', 'longest frame while sorting'],
      ['filter', 'longest frame while filtering'],
    ]) {
      const [ours, theirs] = ['ours', 'mlflow'].map((side) => median(used[side].map((one) => one[what])));
      lines.push([words, `${digits(ours)} ms`, `${digits(theirs)} ms`, digits(theirs / ours)]);
    }
    const { stdout } = await run(python(), ['-c', 'import mlflow; print(mlflow.__version__)']);
    const about =
      'Made by `cargo xtask bench dashboard --save`; [how to read it](README.md). A ratio over 1 says that ours is better. ' +
      `An experiment of ${RUNS} runs with ${KEYS} parameters and ${KEYS} metrics, opened with a cold cache, ${rounds} times in turns; medians. ` +
      'Our page comes from a host that compresses, MLflow\'s from its own server, which does not.';
    const head = ['', NAMES.ours, NAMES.mlflow, 'ratio'];
    const tables = [
      table(head, lines),
      await zooming(browser, mlflow, base, quick),
      await many(browser, quick),
    ];
    const versions = described([['MLflow', stdout.trim()], ['Chromium', browser.version()]]);
    await publish(['# Dashboard', about, versions, ...tables].join('\n\n'), save);
  } finally {
    await browser.close();
    await site.stop();
    await mlflow.stop();
  }
}

try {
  await main(process.argv.slice(2));
} finally {
  await stopAll();
}
