// Our page and MLflow's own, on the same `mlflow server`, in the same Chromium:
// `cargo xtask bench dashboard`.
import { brotliCompressSync } from 'node:zlib';
import { launch } from '../support/browser.mjs';
import { python, siteDir } from '../support/environment.mjs';
import { startMlflow } from '../support/mlflow.mjs';
import { run, stopAll } from '../support/processes.mjs';
import { startStatic } from '../support/static-server.mjs';
import { described, digits, flag, publish, table } from './machine.mjs';

const NAMES = { ours: 'Millrace', mlflow: 'MLflow' };
const RUNS = 200;
const KEYS = 10;

/** A static host that compresses, as they all do; MLflow's server does not. */
const host = () => {
  const kept = new Map();
  const encode = (file, body) => {
    if (!kept.has(file)) kept.set(file, brotliCompressSync(body));
    return kept.get(file);
  };
  return startStatic(siteDir(), '/', { 'Content-Encoding': 'br' }, encode);
};

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
  // The memories of wasm modules, which no browser counts in a page's heap.
  await page.addInitScript(() => {
    window.memories = [];
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...given) => {
        const made = await original(...given);
        const memory = (made.instance ?? made).exports.memory;
        if (memory) window.memories.push(memory);
        return made;
      };
    }
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Performance.enable');
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
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
  const wasm = await page.evaluate(() => (window.memories ?? []).reduce((sum, memory) => sum + memory.buffer.byteLength, 0));
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  await context.close();
  return { ...before, paint, row, heap: heap + wasm, nodes };
}

/** How long frames took while something was done, in milliseconds, in ascending order. */
async function frames(page, act) {
  await page.evaluate(() => {
    window.frameTimes = [];
    let last;
    const tick = (now) => {
      if (last !== undefined) window.frameTimes.push(now - last);
      last = now;
      window.frame = requestAnimationFrame(tick);
    };
    window.frame = requestAnimationFrame(tick);
  });
  await act();
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.frame);
    return window.frameTimes;
  });
  return times.toSorted((a, b) => a - b);
}

const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

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

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

async function main(args) {
  const save = flag(args, '--save');
  const rounds = args.includes('--quick') ? 1 : 5;
  const mlflow = await startMlflow();
  const site = await host();
  const browser = await launch();
  try {
    const { experiment, newest } = await fill(mlflow.uri);
    const hash = `#/experiments/${experiment}/runs`;
    const urls = { ours: `http://127.0.0.1:${site.port}/?server=${encodeURIComponent(mlflow.uri)}${hash}`, mlflow: `${mlflow.uri}/${hash}` };
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
    await publish(['# Dashboard', about, described([['MLflow', stdout.trim()], ['Chromium', browser.version()]]), table(head, lines)].join('\n\n'), save);
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
