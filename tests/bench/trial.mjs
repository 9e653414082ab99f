// A model tried in the page: one row after another, the first of a cold start,
// and the rows of a large table.
import { readFile, writeFile } from 'node:fs/promises';
import { at, runForm, seeText } from '../support/pages.mjs';

/** How often one row is asked about. */
const TURNS = 60;

const VIEW = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' };
const tryPage = (base, model) => at(base, `/try?model=${encodeURIComponent(model)}`);

/** The first answer of a browser that has nothing of the page or the model, from the click that opens it; in milliseconds. */
export async function coldTrial(browser, base, model) {
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
export async function singleRows(browser, base, model) {
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
export async function scoredTable(browser, base, model, file, rows) {
  const page = await (await browser.newContext(VIEW)).newPage();
  await page.goto(tryPage(base, model));
  await runForm(page);
  const process = await renderer(browser, page);
  await page.getByRole('group', { name: 'The request as' }).getByRole('button', { name: 'Table' }).click();
  await page.locator('.rows input[type=file]').setInputFiles(file);
  await page.waitForTimeout(500);
  // The most that it held is counted from now on.
  await writeFile(`/proc/${process}/clear_refs`, '5');
  const { VmRSS: before } = await memory(process);
  await page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.tasks.push(entry.duration))).observe({ type: 'longtask' });
  });
  const began = performance.now();
  await page.getByRole('button', { name: 'Score the rows' }).click();
  await seeText(page, new RegExp(`${rows.toLocaleString('en')} rows scored in`), { timeout: 600_000 });
  const took = performance.now() - began;
  const { VmHWM: most } = await memory(process);
  const task = await page.evaluate(() => Math.max(0, ...window.tasks));
  await page.context().close();
  return { took, task, memory: most - before };
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
