// Zooming into lines of many points: ours, and the libraries that draw lines.
import path from 'node:path';
import { testsDir } from '../support/environment.mjs';
import { metricPage } from '../support/pages.mjs';
import { frames, part } from './frames.mjs';

const SIZE = { width: 1200, height: 500 };
/** How often the wheel turns, in and out again. */
const TURNS = 30;

const library = (name) => path.join(testsDir, 'bench/node_modules', name);

/** The series that `seed_runs.py` wrote, made in the page. */
const series = ({ lines, points }) => {
  const value = (run, step) => Math.abs(Math.sin(run * 7.13 + step / 911)) / (1 + step / 5000) + ((step * 7919 + run) % 101) / 2000;
  const xs = Float64Array.from({ length: points }, (_, step) => step);
  return { xs, ys: Array.from({ length: lines }, (_, run) => xs.map((step) => value(run, step))) };
};

/** Draws the series, and gives the page `window.zoomTo(from, to)`. */
const drawn = {
  uPlot: async (page, shape) => {
    await page.addScriptTag({ path: library('uplot/dist/uPlot.iife.min.js') });
    await page.evaluate(
      ([make, shape, size]) => {
        const { xs, ys } = new Function(`return (${make})`)()(shape);
        const lines = ys.map((_, run) => ({ stroke: `hsl(${run * 18} 60% 50%)`, width: 1 }));
        const chart = new window.uPlot({ ...size, scales: { x: { time: false } }, series: [{}, ...lines] }, [xs, ...ys], document.body);
        window.zoomTo = (min, max) => chart.setScale('x', { min, max });
      },
      [String(series), shape, SIZE],
    );
  },
  Plotly: async (page, shape) => {
    await page.addScriptTag({ path: library('plotly.js-dist-min/plotly.min.js') });
    await page.evaluate(
      async ([make, shape, size]) => {
        const { xs, ys } = new Function(`return (${make})`)()(shape);
        const box = document.body.appendChild(document.createElement('div'));
        const lines = ys.map((y) => ({ x: xs, y, type: 'scattergl', mode: 'lines', line: { width: 1 } }));
        await window.Plotly.newPlot(box, lines, size);
        window.zoomTo = (from, to) => window.Plotly.relayout(box, { 'xaxis.range': [from, to] });
      },
      [String(series), shape, SIZE],
    );
  },
};

/** Frames of a library while its x axis goes in to a hundredth and out again, in ascending order. */
export async function zoomLibrary(browser, name, shape) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.setContent('<!doctype html><body></body>');
  await drawn[name](page, shape);
  await page.waitForTimeout(1000);
  const times = await frames(page, () =>
    page.evaluate(
      async ([turns, points]) => {
        for (let turn = 0; turn < 2 * turns; turn++) {
          const deep = turn < turns ? turn + 1 : 2 * turns - turn - 1;
          const half = (points / 2) * 0.86 ** deep;
          await window.zoomTo(points / 2 - half, points / 2 + half);
          await new Promise((done) => requestAnimationFrame(done));
        }
      },
      [TURNS, shape.points],
    ),
  );
  await page.context().close();
  return times;
}

/** The same on our page of a metric, by the wheel. */
export async function zoomOurs(browser, base, experiment, runs) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${base}#${metricPage(runs, 'loss', experiment)}`);
  const chart = page.getByRole('main').getByRole('figure').first();
  await chart.locator('canvas').first().waitFor({ timeout: 120_000 });
  // All histories are there once the chart stops counting them.
  await page.waitForFunction(() => !/ of \d+ loaded|so far/.test(document.querySelector('main figure figcaption').innerText), null, { timeout: 300_000 });
  await page.waitForTimeout(1000);
  const box = await chart.locator('canvas').first().boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const times = await frames(page, async () => {
    for (let turn = 0; turn < 2 * TURNS; turn++) {
      await page.mouse.wheel(0, turn < TURNS ? -100 : 100);
      await page.waitForTimeout(16);
    }
  });
  await page.context().close();
  return times;
}

/** A frame in twenty takes longer. */
export const slow = (times) => part(times, 0.95);

/** How many frames there were in a second. */
export const perSecond = (times) => (1000 * times.length) / times.reduce((sum, time) => sum + time, 0);
