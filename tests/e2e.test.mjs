// The whole thing: a real MLflow server, what the Python client logged on it,
// the dashboard in Chromium through the edge, and the logged model at the edge.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { screenshot } from './support/browser.mjs';
import { coloured, rgb } from './support/canvas.mjs';
import { check, checkPage } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { pyfunc } from './support/mlflow.mjs';
import { at, experimentLink, filterRuns, metricChart, runRow, seeText, serverState } from './support/pages.mjs';
import { startWorld } from './support/world.mjs';

/** Four significant digits without trailing zeros, powers of ten as `1e-12`: as the page shows numbers. */
const shown = (value) => String(Number(value.toPrecision(4)));

describe('an MLflow server in the dashboard', { timeout: 240_000 }, () => {
  let world;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());
  const page = (name, body) => checkPage(name, () => world.browser, body);
  const runsOf = (id) => `/experiments/${id}/runs`;

  page('from the experiments to a run, by clicking', async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url));
    await serverState(page).filter({ hasText: /connected · .*3\.\d+/ }).waitFor();
    await experimentLink(page, experiment.name).click();
    await page.waitForURL(new RegExp(`#/experiments/${experiment.id}`));
    await runRow(page, runs.spiked.name).getByRole('link', { name: runs.spiked.name }).click();
    await page.waitForURL(new RegExp(`#/experiments/${experiment.id}/runs/${runs.spiked.id}`));
    await page.getByRole('heading', { name: runs.spiked.name }).waitFor();
    await page.goBack();
    await runRow(page, runs.plain.name).waitFor();
  });

  page('the runs table has every run, with its status, parameters and metrics', async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}?compareRunsMode=TABLE`));
    for (const { name, status, params, metrics } of Object.values(runs)) {
      const row = runRow(page, name);
      await row.waitFor();
      const text = (await row.innerText()).replace(/\s+/g, ' ');
      assert.match(text, new RegExp(status, 'i'), `the status of ${name} in: ${text}`);
      for (const [key, values] of Object.entries(metrics)) {
        const last = values.at(-1);
        assert.ok(` ${text} `.includes(` ${shown(last)} `), `${key} = ${shown(last)} in: ${text}`);
      }
      // A parameter that is the same in all runs may stand above the table.
      const whole = await page.getByRole('main').innerText();
      for (const value of Object.values(params)) assert.ok(whole.includes(value), `${value} on the page`);
    }
  });

  page('a filter narrows the table, stays in the address, and comes back with it', async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url, runsOf(experiment.id)));
    await runRow(page, runs.failed.name).waitFor();
    await filterRuns(page, 'metrics.score > 1');
    await runRow(page, runs.failed.name).waitFor({ state: 'detached' });
    for (const kept of ['spiked', 'plain']) assert.ok(await runRow(page, runs[kept].name).isVisible(), kept);
    for (const gone of ['running', 'bare', 'awkward']) assert.equal(await runRow(page, runs[gone].name).count(), 0, gone);
    assert.match(decodeURIComponent(page.url().replaceAll('+', ' ')), /metrics\.score > 1/);
    await page.reload();
    await runRow(page, runs.plain.name).waitFor();
    assert.equal(await runRow(page, runs.bare.name).count(), 0);
    await filterRuns(page, "params.optimizer = 'adam' and attributes.status = 'RUNNING'");
    await runRow(page, runs.plain.name).waitFor({ state: 'detached' });
    await runRow(page, runs.running.name).waitFor();
    await filterRuns(page, '');
    await runRow(page, runs.bare.name).waitFor();
  });

  page("a filter that is wrong shows the server's own words, and the next one works", async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url, runsOf(experiment.id)));
    await runRow(page, runs.plain.name).waitFor();
    const filter = 'metrics.score >';
    const response = await fetch(`${world.mlflow.uri}/api/2.0/mlflow/runs/search`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ experiment_ids: [experiment.id], filter }),
    });
    const { message } = await response.json();
    await filterRuns(page, filter);
    await page.getByText(message.slice(0, 40)).first().waitFor();
    await filterRuns(page, 'metrics.score > 2');
    await runRow(page, runs.plain.name).waitFor({ state: 'detached' });
    await runRow(page, runs.spiked.name).waitFor();
  });

  page('the run page has parameters, last metric values, tags and the note', async (page) => {
    const { experiment, runs } = world.logged;
    const { id, params, tags, metrics } = runs.spiked;
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}/${id}`));
    for (const [key, value] of Object.entries(params)) {
      await page.getByRole('row', { name: key }).filter({ hasText: value }).first().waitFor();
    }
    for (const [key, values] of Object.entries(metrics)) {
      await page.getByRole('row', { name: key }).filter({ hasText: shown(values.at(-1)) }).first().waitFor();
    }
    await seeText(page, tags.team);
    await seeText(page, /The spike is a bad shard/);
    await seeText(page, /ada/);
  });

  page("the chart draws the whole history: the line from side to side, and the spike", async (page) => {
    const { experiment, runs, spike } = world.logged;
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}/${runs.spiked.id}/model-metrics`));
    const canvas = metricChart(page, 'loss').locator('canvas').first();
    await canvas.scrollIntoViewIfNeeded();
    const line = rgb(runs.spiked.tags['mlflow.runColor']);
    // Drawn when the history has come.
    let drawn;
    for (let i = 0; i < 100 && !(drawn?.columns > 50); i++) {
      await page.waitForTimeout(100);
      drawn = await coloured(canvas, line);
    }
    await screenshot(page, 'e2e-run');
    const [first, last] = drawn.span ?? [0, 0];
    assert.ok(last - first > drawn.width / 2, `the line spans the plot: ${JSON.stringify(drawn)}`);
    // A falling curve is drawn in nearly every column of its span.
    assert.ok(drawn.columns > 0.6 * (last - first), JSON.stringify(drawn));
    // The only high point is the spike, at its step, and it reaches the upper part of the plot.
    const expected = first + ((last - first) * spike.step) / (runs.spiked.metrics.loss.length - 1);
    assert.ok(Math.abs(drawn.top.x - expected) < Math.max(4, 0.02 * drawn.width), `the top is at ${drawn.top.x}, the spike at ${expected}`);
    assert.ok(drawn.top.y < drawn.height / 3, JSON.stringify(drawn));
  });

  page('a NaN, a single value and an empty run are shown for what they are', async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}/${runs.spiked.id}/model-metrics`));
    await metricChart(page, 'val_mae').getByText(/3 points, 1 of them no number/).waitFor();
    assert.equal(await metricChart(page, 'score').count(), 0, 'one value is a number, not a chart');
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('row', { name: /^score/ }).filter({ hasText: '2.5' }).waitFor();
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}/${runs.bare.id}`));
    await page.getByRole('heading', { name: runs.bare.name }).waitFor();
    assert.equal(await page.locator('canvas').count(), 0);
  });

  page('what was logged is text, never markup', async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}/${runs.awkward.id}`));
    await page.getByRole('heading', { name: runs.awkward.name }).waitFor();
    await page.getByText('<script>alert(1)</script>').first().waitFor();
    assert.equal(await page.locator('main script, main b:text("bold")').count(), 0);
    await seeText(page, /Zürich 🚢/);
  });

  page('the links that MLflow prints open here', async (page) => {
    const { experiment, runs } = world.logged;
    for (const hash of [`/experiments/${experiment.id}/runs/${runs.plain.id}`, `/runs/${runs.plain.id}`]) {
      await page.goto('about:blank');
      await page.goto(at(world.edge.url, hash));
      await page.getByRole('heading', { name: runs.plain.name }).waitFor();
    }
    await page.goto(at(world.edge.url, `/experiments/${experiment.id}`));
    await runRow(page, runs.plain.name).waitFor();
  });

  page('a run that does not exist is said not to, in words', async (page) => {
    await page.goto(at(world.edge.url, `/runs/${'0'.repeat(32)}`));
    await seeText(page, /not found/i);
  });

  page('every request of the page goes to the edge', async (page) => {
    const { experiment, runs } = world.logged;
    await page.goto(at(world.edge.url, `${runsOf(experiment.id)}/${runs.spiked.id}/model-metrics`));
    await metricChart(page, 'loss').waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(page.requested.filter((url) => !url.startsWith(`${world.edge.url}/`) && !/^(data|blob):/.test(url)), []);
  });

  check('the logged model answers at the edge as mlflow.pyfunc does, in all four forms', async () => {
    const { folder, columns } = world.logged.model;
    const rows = [columns.map((_, i) => i / 3 - 1), columns.map((_, i) => Math.sin(i)), columns.map(() => 0)];
    const records = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
    const byColumn = Object.fromEntries(columns.map((name, i) => [name, rows.map((row) => row[i])]));
    const bodies = [
      { dataframe_split: { columns, data: rows } },
      { dataframe_records: records },
      { instances: records },
      { inputs: byColumn },
    ];
    const expected = await pyfunc(folder, bodies);
    for (const [i, body] of bodies.entries()) {
      const response = await fetch(`${world.edge.url}/invocations`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.equal(expected[i].status, 200, expected[i].body);
      assertClose(JSON.parse(text), JSON.parse(expected[i].body));
    }
  });
});
