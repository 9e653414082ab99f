// The comparison of runs, on MLflow's server and on ours: what differs between
// what was logged, and by how much.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, chartMenu, linesOf, metricChart, seeText } from './support/pages.mjs';
import { ask } from './support/tracking.mjs';

const RUNS = [
  { run_name: 'one', params: { lr: '0.1', net: 'mlp', seed: '7', config: 'a: 1\nb: 2\nc: 3, and more of it' }, metrics: { loss: 0.5, accuracy: 0.9 }, tags: { team: 'red' } },
  { run_name: 'two', params: { lr: '0.01', net: 'cnn', seed: '7', config: 'a: 1\nb: 4\nc: 3, and more of it' }, metrics: { loss: 0.25, accuracy: 0.91 }, tags: { team: 'blue' } },
  { run_name: '<b>three</b>', params: { lr: '0.001', net: 'cnn', seed: '7', config: 'a: 1\nc: 3, and more of it' }, metrics: { loss: 0.75 }, tags: {} },
];

/** The colour in the middle of the picture in an element, once it is there. */
async function middle(element) {
  const picture = element.locator('img');
  await picture.waitFor();
  return picture.evaluate(async (image) => {
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return [...context.getImageData(image.naturalWidth / 2, image.naturalHeight / 2, 1, 1).data].slice(0, 3);
  });
}

/** Logs the runs, one in an experiment of its own; gives their ids and those of the experiments. */
async function log(uri) {
  const post = async (what, body) => (await ask(uri, { post: what, body })).body;
  const experiments = [];
  for (const name of ['compared', 'elsewhere']) experiments.push((await post('experiments/create', { name })).experiment_id);
  const runs = [];
  for (const [nth, { run_name, params, metrics, tags }] of RUNS.entries()) {
    const { run } = await post('runs/create', { experiment_id: experiments[nth === 2 ? 1 : 0], run_name, start_time: 1000 });
    const pairs = (values) => Object.entries(values).map(([key, value]) => ({ key, value }));
    const points = pairs(metrics).flatMap(({ key, value }) => [
      { key, value: 2, step: 0, timestamp: 1 },
      { key, value, step: 1, timestamp: 2 },
    ]);
    await post('runs/log-batch', { run_id: run.info.run_id, params: pairs(params), metrics: points, tags: pairs(tags) });
    runs.push(run.info.run_id);
  }
  return { runs, experiments };
}

for (const [name, start] of Object.entries(bothServers)) {
  describe(`a comparison on ${name}`, { timeout: 180_000 }, () => {
    let browser, server, logged;
    before(async () => {
      [browser, server] = await Promise.all([launch(), start()]);
      logged = await log(server.api);
      await runPython('images.py', [server.api, ...logged.runs.slice(0, 2)]);
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });
    const page = (words, body, options) => checkPage(`${words} (${name})`, () => browser, body, options);
    const open = (page, choices = {}, runs = logged.runs) => {
      const lists = { runs: JSON.stringify(runs), experiments: JSON.stringify(logged.experiments) };
      return page.goto(at(server.url, `/compare-runs?${new URLSearchParams({ ...lists, ...choices })}`));
    };
    const line = (page, key) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: key }) });
    const cells = async (page, key) => {
      await line(page, key).waitFor();
      return (await line(page, key).getByRole('cell').allInnerTexts()).map((text) => text.trim().replaceAll(/\s+/g, ' '));
    };
    const keys = async (page) => (await page.getByRole('rowheader').allInnerTexts()).map((text) => text.split('\n')[0].trim());

    page('values stand beside each other, with what changed from the first', async (page) => {
      await open(page);
      assert.deepEqual(await cells(page, 'lr'), ['0.1', '0.01 -0.09', '0.001 -0.099']);
      assert.deepEqual(await cells(page, 'loss'), ['0.5', '0.25 (best) -0.25', '0.75 +0.25']);
      assert.deepEqual(await cells(page, 'accuracy'), ['0.9', '0.91 (best) +0.01', '']);
      assert.equal(await line(page, 'seed').count(), 0, 'what is the same is left out');
      const shown = await keys(page);
      assert.ok(shown.indexOf('lr') < shown.indexOf('net'), 'what differs most comes first');
      await page.getByRole('columnheader').getByRole('link', { name: '<b>three</b>' }).waitFor();
    });

    page('all of it, another baseline, one run less: each is in the address', async (page) => {
      await open(page);
      await page.getByRole('checkbox', { name: 'Only differences' }).uncheck();
      assert.deepEqual(await cells(page, 'seed'), ['7', '7', '7']);
      await page.getByRole('button', { name: 'Actions of two' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'Compare the others with it' }).click();
      await page.getByText('baseline').waitFor();
      await page.reload();
      assert.deepEqual(await cells(page, 'loss'), ['0.5 +0.25', '0.25 (best)', '0.75 +0.5']);
      await page.getByRole('button', { name: 'Actions of one' }).click();
      await page.getByRole('menuitem', { name: 'Leave it out' }).click();
      await seeText(page, 'Comparing 2 runs');
      // The heading goes by the address; the table follows when the runs have come.
      await page.getByRole('columnheader').getByRole('link', { name: 'one', exact: true }).waitFor({ state: 'detached' });
      assert.deepEqual(await cells(page, 'loss'), ['0.25 (best)', '0.75 +0.5']);
    });

    page('a long text is compared line by line', async (page) => {
      await open(page);
      await page.getByRole('button', { name: 'diff config' }).click();
      const diff = page.getByRole('region', { name: 'Differences, line by line' });
      const lines = async () => (await diff.locator('div').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
      await diff.waitFor();
      assert.deepEqual(await lines(), ['a: 1', '- removed b: 2', '+ added b: 4', 'c: 3, and more of it'].map((text) => text));
      await page.getByRole('dialog', { name: 'config' }).getByRole('combobox').selectOption('<b>three</b>');
      await page.waitForFunction(() => document.querySelectorAll('.text-diff > div').length === 3);
    });

    page('the differences are saved as CSV', async (page) => {
      await open(page);
      await line(page, 'lr').waitFor();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
      const rows = (await readFile(await download.path(), 'utf8')).split('\r\n');
      assert.equal(rows[0], ',,one,two,<b>three</b>');
      assert.ok(rows.includes('param,lr,0.1,0.01,0.001'));
      assert.ok(rows.includes('metric,loss,0.5,0.25,0.75'));
    });

    page('the charts of the runs are drawn together', async (page) => {
      await open(page);
      await page.getByRole('button', { name: 'Charts' }).click();
      await page.getByRole('figure').filter({ has: page.getByRole('heading', { name: 'loss', exact: true }) }).waitFor();
    });

    page('images that Python logged are in the grid, a row a run, at the step of the slider', async (page) => {
      const requests = [];
      page.on('request', (request) => requests.push(request.url()));
      await open(page, { view: 'charts' });
      const grid = metricChart(page, 'Images');
      await grid.scrollIntoViewIfNeeded();
      const near = (found, colour) => assert.ok(found.every((value, i) => Math.abs(value - colour[i]) < 8), `${found} instead of ${colour}`);
      const dog = (run, step) => grid.getByRole('button', { name: `samples/dog, step ${step}, ${run}` });
      near(await middle(dog('one', 2)), [0, 160, 200]);
      near(await middle(dog('two', 2)), [60, 160, 200]);
      await grid.getByText('6 images').waitFor();
      const files = () => requests.filter((url) => url.includes('get-artifact'));
      assert.ok(files().length === 2 && files().every((url) => url.includes('compressed.webp')), files().join());
      await grid.getByRole('slider', { name: 'Step of the images' }).fill('1');
      near(await middle(dog('one', 1)), [0, 80, 200]);
      // The step is the card's, and comes back with it.
      await page.reload();
      await metricChart(page, 'Images').scrollIntoViewIfNeeded();
      near(await middle(dog('two', 1)), [60, 80, 200]);
      await dog('two', 1).click();
      const dialog = page.getByRole('dialog', { name: 'samples/dog, step 1, two' });
      assert.deepEqual(await middle(dialog), [60, 80, 200]);
      await page.keyboard.press('ArrowRight');
      assert.deepEqual(await middle(page.getByRole('dialog', { name: 'samples/dog, step 2, two' })), [60, 160, 200]);
      await page.keyboard.press('Escape');
      assert.deepEqual(await violations(page), []);
    });

    page('pictures of a folder are columns beside the keys', async (page) => {
      await open(page, { view: 'charts' });
      const grid = metricChart(page, 'Images');
      await chartMenu(grid, 'Configure…');
      const dialog = page.getByRole('dialog', { name: 'Chart' });
      await dialog.getByLabel('Folder with more pictures').fill('plots');
      await dialog.getByLabel('Folder with more pictures').press('Enter');
      await dialog.getByRole('checkbox', { name: 'plots/curve.png' }).check();
      await dialog.getByRole('button', { name: 'Done' }).click();
      const curve = metricChart(page, 'plots/curve.png');
      assert.deepEqual(await middle(curve.getByRole('button', { name: 'plots/curve.png, two' })), [250, 60, 0]);
      assert.equal(await curve.getByRole('slider').count(), 0, 'a file has no step');
    });

    page('a table of differences on a board, held against the run that is chosen', async (page) => {
      await open(page, { view: 'charts' });
      await page.getByRole('button', { name: 'Add a chart' }).click();
      await page.getByRole('menuitem', { name: 'Difference table' }).click();
      await page.getByRole('dialog', { name: 'Chart' }).getByRole('button', { name: 'Done' }).click();
      const card = metricChart(page, 'Differences');
      const inCard = async (key) =>
        (await card.getByRole('row').filter({ has: page.getByRole('rowheader', { name: key }) }).getByRole('cell').allInnerTexts()).map((text) => text.trim().replaceAll(/\s+/g, ' '));
      await card.getByRole('rowheader', { name: 'loss' }).waitFor();
      assert.deepEqual(await inCard('loss'), ['0.5', '0.25 (best) -0.25', '0.75 +0.25']);
      assert.deepEqual(await inCard('team'), ['red', 'blue', '']);
      assert.deepEqual(await inCard('seed'), [], 'what is the same is left out');
      await card.getByLabel('Baseline').selectOption('two');
      await card.getByText('+0.5', { exact: true }).waitFor();
      await card.getByLabel('Only differences').uncheck();
      await card.getByRole('rowheader', { name: 'seed' }).waitFor();
      assert.deepEqual(await inCard('Status'), ['RUNNING', 'RUNNING', 'RUNNING']);
      const saved = page.waitForEvent('download');
      await chartMenu(card, 'Download CSV');
      assert.match(await readFile(await (await saved).path(), 'utf8'), /param,seed,7,7,7\r\n/);
      await page.reload();
      await metricChart(page, 'Differences').scrollIntoViewIfNeeded();
      await card.getByText('+0.5', { exact: true }).waitFor();
      assert.deepEqual(await inCard('seed'), ['7', '7', '7']);
      assert.deepEqual(await violations(page), []);
    });

    page('a link has the charts as they were changed', async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await open(page, { view: 'charts' });
      const more = () => page.getByRole('button', { name: 'More for the board' }).click();
      await more();
      await page.getByRole('menuitem', { name: 'Add a section' }).click();
      await page.getByRole('heading', { name: 'New section' }).waitFor();
      await more();
      await page.getByRole('menuitem', { name: 'Copy a link to these charts' }).click();
      await seeText(page, 'Copied');
      const link = await page.evaluate(() => navigator.clipboard.readText());
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      await page.goto(link);
      await page.getByRole('heading', { name: 'New section' }).waitFor();
      await page.getByRole('figure').filter({ has: page.getByRole('heading', { name: 'loss', exact: true }) }).waitFor();
      assert.doesNotMatch(page.url(), /[?&]charts=/, 'from now on it is as this device has it');
    });

    page('axes are brushed by the keyboard', async (page) => {
      await open(page, { view: 'charts' });
      await page.getByRole('button', { name: 'Add a chart' }).click();
      await page.getByRole('menuitem', { name: 'Parallel coordinates' }).click();
      await page.getByRole('dialog', { name: 'Chart' }).getByRole('button', { name: 'Done' }).click();
      const upper = page.getByRole('slider', { name: 'lr, upper end' });
      await upper.focus();
      assert.equal(await upper.getAttribute('aria-valuetext'), '0.1');
      await page.keyboard.press('ArrowDown');
      await seeText(page, 'Show all');
      assert.equal(await upper.getAttribute('aria-valuetext'), '0.01');
      await page.getByRole('status').filter({ hasText: 'lr from 0.001 to 0.01: 2 runs' }).first().waitFor({ state: 'attached' });
      assert.deepEqual(await violations(page), []);
      assert.match(decodeURIComponent(page.url()), /[?&]brush=\[\["params\.lr",0\.001,0\.01\]\]/);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' });
      assert.doesNotMatch(page.url(), /[?&]brush=/);
    });

    page('on paper charts are light, whatever the theme is', async (page) => {
      await open(page, { view: 'charts' });
      const canvas = linesOf(metricChart(page, 'loss'));
      // The brightest thing on a chart: its words on a dark page, nothing on a light one.
      const ink = () =>
        canvas.evaluate((element) => {
          const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
          let grey = 0;
          for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) < 30) grey = Math.max(grey, data[at]);
          return grey;
        });
      const until = async (fits) => {
        for (let i = 0; i < 100 && !fits(await ink()); i++) await page.waitForTimeout(50);
        return ink();
      };
      await canvas.waitFor();
      const dark = await until((value) => value > 0);
      await page.emulateMedia({ media: 'print' });
      const paper = await until((value) => value !== dark);
      assert.notEqual(paper, dark);
      await page.emulateMedia({ media: 'screen' });
      assert.equal(await until((value) => value === dark), dark);
    }, { colorScheme: 'dark' });

    page('a run that is not there is named', async (page) => {
      await open(page, {}, [...logged.runs, 'f'.repeat(32)]);
      await seeText(page, `Not on this server: ${'f'.repeat(32)}`);
      assert.equal((await cells(page, 'lr')).length, 3);
    });
  });
}
