// A model tried in the page: one row after another, the first of a cold start, and
// many rows at once: `cargo xtask bench trial`.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launch } from '../support/browser.mjs';
import { at, runForm, seeText } from '../support/pages.mjs';
import { stopAll } from '../support/processes.mjs';
import { startStatic } from '../support/static-server.mjs';
import { described, digits, flag, publish, quantile, table, variable } from './machine.mjs';
import { compressedSite } from './site.mjs';

/** How often one row is asked about. */
const TURNS = 60;
/** How many rows the file has, and how many are sent in one request. */
const ROWS = 100_000;
const SENT = 20_000;

const VIEW = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' };
const tryPage = (base, model) => at(base, `/try?model=${encodeURIComponent(model)}`);

/** The first answer of a browser that has nothing of the page or the model, from the click that opens it; in milliseconds. */
async function coldTrial(browser, base, model) {
  const page = await (await browser.newContext(VIEW)).newPage();
  await page.goto(at(base, '/settings'));
  await page.getByRole('heading', { level: 1 }).waitFor();
  // As a link to the trial is followed, from a page that is there; the request
  // is run as soon as it can be.
  const took = await page.evaluate(async (address) => {
    const seen = (find) =>
      new Promise((resolve) => {
        const look = () => {
          const found = find();
          if (found) watch.disconnect(), resolve(found);
        };
        const watch = new MutationObserver(look);
        watch.observe(document.body, { subtree: true, childList: true, attributes: true });
        look();
      });
    const began = performance.now();
    location.href = address;
    const button = await seen(() => document.querySelector('.console .button.primary[aria-disabled=false]'));
    button.click();
    await seen(() => document.querySelector('.answer-head'));
    return performance.now() - began;
  }, tryPage(base, model));
  await page.context().close();
  return took;
}

/** Answers to one row after the first, each from the click to the answer in the document, in ascending order. */
async function singleRows(browser, base, model) {
  const page = await (await browser.newContext(VIEW)).newPage();
  await page.goto(tryPage(base, model));
  await runForm(page);
  const times = await page.evaluate(async (turns) => {
    const button = document.querySelector('.console .button.primary');
    const answer = document.querySelector('.answer');
    const times = [];
    for (let turn = 0; turn < turns; turn++) {
      // As from a hand: the page is at rest, and its frame was drawn.
      await new Promise((done) => setTimeout(done, 100));
      const before = answer.querySelector('.answer-head');
      const began = performance.now();
      await new Promise((done) => {
        const watch = new MutationObserver(() => {
          const now = answer.querySelector('.answer-head');
          if (now && now !== before) watch.disconnect(), done();
        });
        watch.observe(answer, { childList: true, subtree: true });
        button.click();
      });
      times.push(performance.now() - began);
    }
    return times;
  }, TURNS);
  await page.context().close();
  return times.toSorted((a, b) => a - b);
}

/** A table scored: `{ took, task, memory }`, how long that took and the longest task of the page, in milliseconds, and how far its process grew at most, in bytes. */
async function scoredTable(browser, base, model, file) {
  const page = await (await browser.newContext(VIEW)).newPage();
  await page.goto(tryPage(base, model));
  await runForm(page);
  const process = await renderer(browser, page);
  await requestAs(page, 'Table');
  await page.locator('.rows input[type=file]').setInputFiles(file);
  await page.waitForTimeout(500);
  // The most that it held is counted from now on.
  await writeFile(`/proc/${process}/clear_refs`, '5');
  const { VmRSS: before } = await memory(process);
  const task = await longestTask(page);
  const began = performance.now();
  await page.getByRole('button', { name: 'Score the rows' }).click();
  await seeText(page, new RegExp(`${ROWS.toLocaleString('en')} rows scored in`), { timeout: 600_000 });
  const took = performance.now() - began;
  const { VmHWM: most } = await memory(process);
  const found = { took, task: await task(), memory: most - before };
  await page.context().close();
  return found;
}

/** Many rows as one request that was written by hand: the longest task of the page from the button's press to the answer, in milliseconds, and the request's length, in bytes. */
async function largeRequest(browser, base, model, file) {
  const page = await (await browser.newContext(VIEW)).newPage();
  await page.goto(tryPage(base, model));
  await runForm(page);
  const [head, ...rows] = (await readFile(file, 'utf8')).split('\n', SENT + 1);
  const data = rows.map((row) => row.split(',').map(Number));
  const body = JSON.stringify({ dataframe_split: { columns: head.split(','), data } });
  await requestAs(page, 'JSON');
  await page.getByRole('textbox', { name: 'Request body' }).fill(body);
  // What a text of this length costs the browser's editor is over then.
  await page.waitForTimeout(3000);
  const task = await longestTask(page);
  await page.getByRole('button', { name: 'Run the model' }).click();
  await seeText(page, /The first 100( of [\d,]+)? rows/, { timeout: 60_000 });
  await page.waitForTimeout(1000);
  const longest = await task();
  await page.context().close();
  return { task: longest, length: body.length };
}

const requestAs = (page, way) => page.getByRole('group', { name: 'The request as' }).getByRole('button', { name: way }).click();

/** Begins to watch for tasks of 50 ms and more; what it gives tells the longest, 0 if there was none. */
async function longestTask(page) {
  await page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.tasks.push(entry.duration))).observe({ type: 'longtask' });
  });
  return () => page.evaluate(() => Math.max(0, ...window.tasks));
}

/** The process that draws a page, with its workers: that of the browser's that was busy for longest meanwhile. */
async function renderer(browser, page) {
  const cdp = await browser.newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
  };
  const before = await times();
  await page.evaluate(() => {
    const until = performance.now() + 300;
    while (performance.now() < until);
  });
  const grown = [...(await times())].map(([id, time]) => [time - (before.get(id) ?? time), id]);
  await cdp.detach();
  return grown.toSorted(([a], [b]) => b - a)[0][1];
}

/** What a process holds, and the most that it held, in bytes. */
async function memory(process) {
  const status = await readFile(`/proc/${process}/status`, 'utf8');
  return Object.fromEntries([...status.matchAll(/^(VmRSS|VmHWM):\s+(\d+) kB$/gm)].map(([, name, size]) => [name, Number(size) * 1024]));
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

async function main(args) {
  const save = flag(args, '--save');
  const rounds = args.includes('--quick') ? 1 : 5;
  const folder = variable('MILLRACE_BENCH_TRIAL');
  const file = path.join(folder, 'rows.csv');
  const models = await startStatic(folder, '/', { 'Access-Control-Allow-Origin': '*' });
  const model = `http://127.0.0.1:${models.port}/model/`;
  const site = await compressedSite();
  const base = `http://127.0.0.1:${site.port}/`;
  const browser = await launch();
  try {
    const cold = [];
    for (let round = 0; round < rounds; round++) cold.push(await coldTrial(browser, base, model));
    const single = await singleRows(browser, base, model);
    const scored = await scoredTable(browser, base, model, file);
    const large = await largeRequest(browser, base, model, file);
    const task = (longest) => (longest > 0 ? `${digits(longest)} ms` : 'none over 50 ms');
    const found = table(['a forest of 120 kB, 30 columns', 'Millrace'], [
      ['first answer after the click that opens it, nothing cached', `${digits(median(cold))} ms`],
      ['answer to one row after that, from click to document, median', `${digits(quantile(single, 0.5))} ms`],
      ['the same, 95th percentile', `${digits(quantile(single, 0.95))} ms`],
      [`${ROWS.toLocaleString('en')} rows of CSV scored`, `${digits(scored.took / 1000)} s`],
      ["growth of the page's process meanwhile, at most", `${digits(scored.memory / 1e6)} MB`],
      ['longest task of the page meanwhile', task(scored.task)],
      [`longest task while ${SENT.toLocaleString('en')} rows are one request, ${digits(large.length / 1e6)} MB of JSON`, task(large.task)],
    ]);
    const about =
      'Made by `cargo xtask bench trial --save`; [how to read it](README.md). A model runs in the page, without a server; MLflow has nothing like it.';
    await publish(['# Try it', about, described([['Chromium', browser.version()]]), found].join('\n\n'), save);
  } finally {
    await browser.close();
    await site.stop();
    await models.stop();
  }
}

try {
  await main(process.argv.slice(2));
} finally {
  await stopAll();
}
