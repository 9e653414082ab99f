// Charts, pixel by pixel: what the Python client logged is drawn where it belongs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { launch, screenshot } from './support/browser.mjs';
import { inkColumns, rgb } from './support/canvas.mjs';
import { checkPage } from './support/check.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { at, chartMenu, largeChart, linesOf, metricChart, metricPage } from './support/pages.mjs';
import { startServe } from './support/serve.mjs';

describe('charts', { timeout: 240_000 }, () => {
  let browser, mlflow, edge, logged;
  before(async () => {
    [browser, mlflow] = await Promise.all([launch(), startMlflow()]);
    logged = JSON.parse(await runPython('charts.py', [mlflow.uri]));
    edge = await startServe(['--tracking-uri', mlflow.uri]);
  });
  after(async () => {
    await browser?.close();
    await edge?.stop();
    await mlflow?.stop();
  });
  const page = (name, body) => checkPage(name, () => browser, body);
  const openMetric = (page, runs, metric, choices) =>
    page.goto(at(edge.url, metricPage(runs.map((run) => run.id), metric, logged.experiment, choices)));
  const openRun = (page, run) => page.goto(at(edge.url, `/experiments/${logged.experiment}/runs/${run.id}/model-metrics`));

  /** The columns of a line once they are as `ready` wants them. */
  async function drawn(page, canvas, colour, ready) {
    let columns = [];
    for (let i = 0; i < 200; i++) {
      columns = await inkColumns(canvas, rgb(colour)).catch(() => []);
      if (ready(columns)) return columns;
      await page.waitForTimeout(100);
    }
    assert.fail(`not drawn as expected: ${JSON.stringify(inked(columns).slice(0, 40).map((x) => [x, ...columns[x]]))}`);
  }
  const inked = (columns) => columns.flatMap((ink, x) => (ink ? [x] : []));
  const spans = (columns) => inked(columns).length > columns.length / 2;

  page('a spike of one step among 50,000 is a lit column where its step is', async (page) => {
    const { spiked } = logged.runs;
    await openMetric(page, [spiked], 'long');
    const canvas = linesOf(largeChart(page));
    const columns = await drawn(page, canvas, spiked.colour, spans);
    const xs = inked(columns);
    const [first, last] = [xs[0], xs.at(-1)];
    assert.equal(xs.length, last - first + 1, 'a line from side to side');
    const height = Math.max(...xs.map((x) => columns[x][1]));
    const high = xs.filter((x) => columns[x][0] < height / 2);
    const expected = first + ((last - first) * logged.spike) / (logged.long - 1);
    assert.ok(high.length >= 1 && high.length <= 2, `the spike is ${high.length} columns wide`);
    assert.ok(Math.abs(high[0] - expected) <= 1.5, `the spike is at ${high}, its step at ${expected}`);
  });

  page('zooming reaches the single point, and a double click shows all again', async (page) => {
    const { spiked } = logged.runs;
    await openMetric(page, [spiked], 'long');
    const chart = largeChart(page);
    const canvas = linesOf(chart);
    await drawn(page, canvas, spiked.colour, spans);
    const box = await canvas.boundingBox();
    const highest = async () => {
      const columns = await inkColumns(canvas, rgb(spiked.colour));
      return inked(columns).reduce((a, b) => (columns[b][0] < columns[a][0] ? b : a));
    };
    for (let i = 0; i < 24; i++) {
      await page.mouse.move(box.x + (await highest()) + 0.5, box.y + box.height / 2);
      await page.mouse.wheel(0, -300);
      await page.waitForTimeout(60);
    }
    await page.mouse.move(box.x + (await highest()) + 0.5, box.y + box.height / 2);
    await chart.getByText(`step ${logged.spike}`).waitFor();
    await chart.locator('.tip').getByText('9', { exact: true }).waitFor();
    // The spike is a mountain now, as wide as the chart: two slopes from step to step.
    const columns = await inkColumns(canvas, rgb(spiked.colour));
    const middle = (Math.min(...inked(columns).map((x) => columns[x][0])) + Math.max(...inked(columns).map((x) => columns[x][1]))) / 2;
    assert.ok(inked(columns).filter((x) => columns[x][0] < middle).length > 20);
    await screenshot(page, 'charts-single-point');
    await canvas.locator('xpath=following-sibling::canvas').dblclick();
    const all = await drawn(page, canvas, spiked.colour, (now) => inked(now).filter((x) => now[x][0] < middle).length <= 2);
    assert.ok(spans(all));
  });

  page('NaN is a gap, and the two lines beside it end where it begins', async (page) => {
    const { spiked } = logged.runs;
    await openMetric(page, [spiked], 'gap');
    const columns = await drawn(page, linesOf(largeChart(page)), spiked.colour, spans);
    const xs = inked(columns);
    const [first, last] = [xs[0], xs.at(-1)];
    const column = (step) => first + ((last - first) * step) / 199;
    for (let x = Math.ceil(column(79)) + 3; x < column(120) - 3; x++) assert.equal(columns[x], null, `column ${x} is empty`);
    for (const step of [10, 78, 121, 190]) assert.ok(columns[Math.round(column(step))], `step ${step} is drawn`);
    await largeChart(page).getByText('200 points, 40 of them no number').waitFor();
  });

  page('on a logarithmic axis equal ratios are equal distances, and what has no place is counted', async (page) => {
    const { spiked } = logged.runs;
    await openMetric(page, [spiked], 'decades', { y_axis_scale: 'log' });
    const columns = await drawn(page, linesOf(largeChart(page)), spiked.colour, spans);
    const xs = inked(columns);
    const [first, last] = [xs[0], xs.at(-1)];
    const y = (x) => (columns[x][0] + columns[x][1]) / 2;
    for (const share of [0.25, 0.5, 0.75]) {
      const x = Math.round(first + share * (last - first));
      const straight = y(first) + share * (y(last) - y(first));
      assert.ok(Math.abs(y(x) - straight) < 8, `at ${share}: ${y(x)} instead of ${straight}`);
    }
    await largeChart(page).getByText('2 at or below zero left out').waitFor();
  });

  page('runs have their own colours, and a curve that is switched off is gone', async (page) => {
    const { spiked, calm } = logged.runs;
    await openMetric(page, [spiked, calm], 'long');
    const canvas = linesOf(largeChart(page));
    await drawn(page, canvas, spiked.colour, spans);
    const columns = await drawn(page, canvas, calm.colour, spans);
    // 3 lies above 1: between the long line and its spike.
    const long = await inkColumns(canvas, rgb(spiked.colour));
    const x = inked(columns)[40];
    assert.ok(columns[x][1] < long[x][0]);
    await page.getByRole('checkbox', { name: `Show long of ${calm.name}` }).uncheck();
    await drawn(page, canvas, calm.colour, (now) => inked(now).length === 0);
    assert.match(decodeURIComponent(page.url()), new RegExp(`deselected_curves=\\["${calm.id}-long"\\]`));
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: spiked.name }) });
    assert.match((await row.innerText()).replace(/\s+/g, ' '), /long 1 49999 1 0 9 31337 50,000/);
  });

  page('a chart is saved as PNG, SVG and CSV', async (page) => {
    const { spiked } = logged.runs;
    await openMetric(page, [spiked], 'wave');
    const chart = largeChart(page);
    await drawn(page, linesOf(chart), spiked.colour, spans);
    const saved = async (item) => {
      const download = page.waitForEvent('download');
      await chartMenu(chart, item);
      const file = await download;
      return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
    };
    const png = await saved('Download PNG');
    assert.equal(png.name, 'wave.png');
    assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
    assert.deepEqual([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], [1920, 1024]);
    const svg = (await saved('Download SVG')).bytes.toString();
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.ok(svg.includes(`stroke="${spiked.colour}"`) && svg.includes('>wave</text>'));
    const lines = (await saved('Download CSV')).bytes.toString().trim().split('\r\n');
    assert.equal(lines[0], 'id,series,step,value');
    assert.equal(lines.length, 151);
    assert.equal(lines[10], `${spiked.id},spiked,9,${1 + Math.sin(1)}`);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'All points as CSV' }).click();
    const all = (await readFile(await (await download).path())).toString().trim().split('\r\n');
    assert.equal(all[1], `${spiked.id},spiked,wave,1,0,1767225600000`);
  });

  page('of 200 charts only those on screen are painted', async (page) => {
    await openRun(page, logged.runs.many);
    await metricChart(page, 'many/m000').waitFor();
    assert.equal(await page.getByRole('main').getByRole('figure').count(), 200);
    const canvases = page.getByRole('main').locator('figure canvas');
    await metricChart(page, 'many/m000').scrollIntoViewIfNeeded();
    await metricChart(page, 'many/m000').locator('canvas').first().waitFor();
    assert.ok((await canvases.count()) < 60, `${await canvases.count()} canvases`);
    await metricChart(page, 'many/m199').scrollIntoViewIfNeeded();
    const last = metricChart(page, 'many/m199');
    await drawn(page, linesOf(last), logged.runs.many.colour, spans);
    assert.equal(await metricChart(page, 'many/m000').locator('canvas').count(), 0);
    assert.ok((await canvases.count()) < 60, `${await canvases.count()} canvases`);
  });

  page('one cursor goes through all charts of a board', async (page) => {
    const { spiked } = logged.runs;
    await openRun(page, spiked);
    const wave = metricChart(page, 'wave');
    await wave.scrollIntoViewIfNeeded();
    await drawn(page, linesOf(wave), spiked.colour, spans);
    await drawn(page, linesOf(metricChart(page, 'gap')), spiked.colour, spans);
    const box = await linesOf(wave).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await wave.locator('.tip').getByText(/^step \d+$/).waitFor();
    await metricChart(page, 'gap').locator('.tip').waitFor();
    await page.mouse.move(5, 5);
    await metricChart(page, 'gap').locator('.tip').waitFor({ state: 'detached' });
  });

  page('a board is searched, changed and kept', async (page) => {
    const { spiked } = logged.runs;
    await openRun(page, spiked);
    await metricChart(page, 'wave').waitFor();
    const titles = () => page.getByRole('main').getByRole('figure').getByRole('heading').allInnerTexts();
    assert.deepEqual(await titles(), ['decades', 'gap', 'long', 'wave']);
    const search = page.getByRole('textbox', { name: /Search charts/ });
    await search.fill('/^(gap|wave)$/');
    await metricChart(page, 'long').waitFor({ state: 'detached' });
    assert.deepEqual(await titles(), ['gap', 'wave']);
    await search.fill('');
    await metricChart(page, 'long').waitFor();
    await chartMenu(metricChart(page, 'wave'), 'Move to the top');
    await chartMenu(metricChart(page, 'gap'), 'Remove the chart');
    await metricChart(page, 'gap').waitFor({ state: 'detached' });
    assert.deepEqual(await titles(), ['wave', 'decades', 'long']);
    await metricChart(page, 'long').getByRole('figcaption').or(metricChart(page, 'long').locator('figcaption')).first().dragTo(metricChart(page, 'wave'));
    await page.waitForFunction(() => document.querySelector('main figure h3')?.textContent === 'long');
    await page.reload();
    await metricChart(page, 'wave').waitFor();
    assert.deepEqual(await titles(), ['long', 'wave', 'decades']);
  });

  page('a history that does not come says so in its card, and comes when asked again', async (page) => {
    const { spiked } = logged.runs;
    await page.route(/get-history\?.*metric_key=gap/, (route) => route.abort());
    await openRun(page, spiked);
    const gap = metricChart(page, 'gap');
    await gap.scrollIntoViewIfNeeded();
    await gap.getByText(/1 history was not loaded/).waitFor({ timeout: 60_000 });
    await drawn(page, linesOf(metricChart(page, 'wave')), spiked.colour, spans);
    await page.unroute(/get-history\?.*metric_key=gap/);
    await gap.getByRole('button', { name: 'Try again' }).click();
    await drawn(page, linesOf(gap), spiked.colour, spans);
  });
});
