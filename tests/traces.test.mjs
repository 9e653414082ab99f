// Traces, on MLflow's server and on ours: what is on screen is what the Python
// client logged and finds itself, of an experiment, a run and a logged model.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { launch, PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { at, seeText } from './support/pages.mjs';
import { startServe } from './support/serve.mjs';

const STATES = { OK: 'Finished', ERROR: 'Failed', IN_PROGRESS: 'Running' };

/** A duration as the page has it. */
const lasted = (ms) => (ms < 1000 ? `${ms} ms` : `${Math.floor(ms / 1000)}.${Math.floor(ms / 100) % 10} s`);

/** What the page shows of an assessment's value. */
const said = ({ value, failed }) => {
  if (failed) return 'failed';
  if (value === true || value === 'yes') return 'yes';
  if (value === false || value === 'no') return 'no';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Fails where axe finds anything on a desk in light colours and on a phone in dark ones, or something sticks out of the phone. */
async function looksRight(page, name) {
  assert.deepEqual(await violations(page), []);
  await screenshot(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(PHONE);
  const out = await page.evaluate(() => {
    const main = document.querySelector('main');
    return [document.documentElement.scrollWidth > innerWidth, main.scrollWidth > main.clientWidth];
  });
  assert.deepEqual(out, [false, false], 'nothing sticks out');
  assert.deepEqual(await violations(page), []);
  await screenshot(page, `${name}-phone`);
}

// All at once: what starts a server mostly waits.
const worlds = {};
let browser;
before(async () => {
  const both = Object.entries(bothServers).map(async ([name, start]) => {
    const server = (worlds[name] = await start());
    server.logged = JSON.parse(await runPython('trace_pages.py', [server.api]));
  });
  const older = startMlflow({ older: true }).then(async (mlflow) => {
    const edge = await startServe(['--tracking-uri', mlflow.uri]);
    worlds['MLflow 2'] = { url: edge.url, stop: () => Promise.all([edge.stop(), mlflow.stop()]) };
  });
  [browser] = await Promise.all([launch(), older, ...both]);
});
after(async () => {
  await browser?.close();
  await Promise.all(Object.values(worlds).map((server) => server.stop()));
});

for (const name of Object.keys(bothServers)) {
  describe(`traces on ${name}`, { timeout: 240_000 }, () => {
    let server, logged;
    before(() => {
      server = worlds[name];
      logged = server.logged;
    });
    const page = (words, body, options) => checkPage(`${words} (${name})`, () => browser, body, options);
    const app = () => logged.experiments.app;
    const link = (page, id) => page.locator(`[id="row-${id}"]`);
    const open = async (page, address = `/experiments/${app()}/traces`) => page.goto(at(server.url, address));
    const table = (page) => page.getByRole('table', { name: 'Traces' });
    const ids = (page) => table(page).getByRole('rowheader').getByRole('link').evaluateAll((links) => links.map((one) => one.id.slice(4)));
    const trace = (page) => page.getByRole('article');
    const steps = (page) => trace(page).getByRole('table', { name: 'Steps' });
    const step = (page, words) => steps(page).getByRole('button', { name: words });
    const text = (page, words) => trace(page).getByRole('region', { name: words, exact: true });
    const found = (id) => logged.all.find((one) => one.id === id);
    const openTrace = async (page, id) => {
      await open(page, `/experiments/${app()}/traces?selectedEvaluationId=${id}`);
      await steps(page).waitFor();
    };

    page('the table has what the client finds, the newest first, and what was thought of it', async (page) => {
      await open(page, `/experiments/${app()}/runs`);
      await page.getByRole('navigation', { name: 'Parts of the experiment' }).getByRole('link', { name: 'Traces' }).click();
      await link(page, logged.good).waitFor();
      assert.deepEqual(await ids(page), [logged.unfinished, ...logged.all.map(({ id }) => id)]);
      const heads = await table(page).getByRole('columnheader').allInnerTexts();
      const column = (words) => heads.findIndex((head) => head.split('\n')[0].trim() === words);
      const cells = (id) => link(page, id).locator('xpath=ancestor::tr').locator('td, th');
      for (const { id, state, request, response, milliseconds, tokens, assessments } of logged.all) {
        const texts = (await cells(id).allTextContents()).map((text) => text.trim());
        const of = (words) => texts[column(words)];
        assert.equal(of('Status'), STATES[state]);
        assert.equal(of('Request'), request);
        assert.equal(of('Response'), (response ?? '').length > 200 ? `${response.slice(0, 200)}…` : (response ?? ''));
        assert.equal(of('Duration'), lasted(milliseconds));
        assert.equal(of('Tokens'), String(tokens ?? ''));
        const valid = assessments.filter((one) => one.valid);
        for (const one of valid) assert.equal(of(one.name), said(one), one.name);
        assert.equal(texts.slice(column('Tokens') + 1).filter((text) => text).length, valid.length, 'and nothing else');
      }
      assert.equal((await cells(logged.unfinished).nth(column('Status')).innerText()).trim(), 'Running');
      const title = await cells(logged.good).nth(column('correct')).getAttribute('title');
      assert.equal(title, 'yes · a person · ada · it is right');
      assert.match(await cells(logged.hostile).nth(column('grounded')).getAttribute('title'), /a judge · a-judge · the judge sleeps/);

      const of = (name) => logged.all.flatMap(({ assessments }) => assessments).filter((one) => one.valid && one.name === name);
      const scores = of('score').map(({ value }) => value);
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      const correct = of('correct').map(({ value }) => value);
      const share = Math.round((100 * correct.filter(Boolean).length) / correct.length);
      assert.equal(heads[column('score')].split('\n')[1], `mean ${Number(mean.toPrecision(4))}`);
      assert.equal(heads[column('correct')].split('\n')[1], `${share} % yes`);
      assert.equal(heads[column('wanted')].split('\n')[1], 'expected');
      await seeText(page, `${logged.all.length + 1} traces`);
    });

    page('one opens and closes by keyboard, and is what the client says of it', async (page) => {
      await open(page);
      await link(page, logged.good).focus();
      await page.keyboard.press('Enter');
      await steps(page).waitFor();
      assert.match(page.url(), new RegExp(`selectedEvaluationId=${logged.good}`));
      await page.waitForFunction(() => document.activeElement?.id === 'trace-title');
      const { spans, assessments } = found(logged.good);
      const rows = await steps(page).locator('tbody tr').evaluateAll((rows) =>
        rows.map((row) => [row.querySelector('bdi').textContent, row.querySelector('.span-type').textContent, row.querySelector('.sr-only').textContent]),
      );
      assert.deepEqual(rows, spans.map(({ name, type }, nth) => [name, type, `level ${nth === 0 ? 1 : 2}`]));
      const facts = await trace(page).locator('.facts').first().innerText();
      for (const fact of [logged.good, 'ada', 'session-7', '42']) assert.ok(facts.includes(fact), fact);
      await trace(page).getByText('team', { exact: true }).waitFor();

      assert.deepEqual(JSON.parse(await text(page, 'Inputs').innerText()), spans[0].inputs);
      assert.equal(await text(page, 'Outputs').innerText(), spans[0].outputs);
      await step(page, 'answer').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('title')), 'chat');
      assert.deepEqual(JSON.parse(await text(page, 'Inputs').innerText()), spans[2].inputs);
      assert.deepEqual(JSON.parse(await text(page, 'Outputs').innerText()), spans[2].outputs);
      assert.equal(JSON.parse(await text(page, 'Attributes').innerText())['mlflow.chat.tokenUsage'].total_tokens, 42);

      const opinions = await trace(page).locator('.opinions li').allInnerTexts();
      assert.equal(opinions.length, assessments.length);
      for (const [nth, one] of assessments.entries()) {
        for (const part of [one.name, said(one), one.source, one.rationale ?? '', one.valid ? '' : 'replaced by another']) {
          assert.ok(opinions[nth].includes(part), `${opinions[nth]} has ${part}`);
        }
      }
      await page.keyboard.press('Escape');
      await steps(page).waitFor({ state: 'detached' });
      assert.doesNotMatch(page.url(), /selectedEvaluationId/);
      await page.waitForFunction((id) => document.activeElement?.id === id, `row-${logged.good}`);
      await page.goBack();
      await steps(page).waitFor();
      await trace(page).getByRole('link', { name: 'Close' }).click();
      await link(page, logged.good).waitFor();
    });

    page('an error shows where it happened and what it said', async (page) => {
      await open(page, `/experiments/${app()}/traces/${logged.bad}`);
      await step(page, /divide/).click();
      assert.match(await step(page, /divide/).innerText(), /Failed/);
      const detail = trace(page).getByRole('region', { name: 'The chosen step' });
      await detail.getByText('division by zero').first().waitFor();
      const [event] = found(logged.bad).spans[1].events;
      assert.equal((await text(page, 'Stack trace').innerText()).trim(), event['exception.stacktrace'].trim());
      const type = JSON.parse(await text(page, 'Attributes of the event').innerText())['exception.type'];
      assert.equal(type, event['exception.type']);
    });

    page('what was asked by somebody hostile is text', async (page) => {
      await openTrace(page, logged.hostile);
      const { spans, tags } = found(logged.hostile);
      assert.deepEqual(JSON.parse(await text(page, 'Inputs').innerText()), spans[0].inputs);
      assert.equal(await trace(page).locator('.tag').filter({ hasText: 'odd' }).locator('.tag-value').textContent(), tags.odd);
      assert.equal(await page.locator('script:not([src])').count(), 0);
    });

    page('hundreds of steps come some at a time, and of a long text the beginning', async (page) => {
      await openTrace(page, logged.long);
      const all = steps(page).locator('tbody tr');
      assert.equal(await all.count(), 500);
      await trace(page).getByText(`and ${logged.steps - 500} more`).waitFor();
      await trace(page).getByRole('button', { name: 'Show more' }).click();
      await page.waitForFunction((many) => document.querySelectorAll('.spans tbody tr').length === many, logged.steps);
      const output = await text(page, 'Outputs').innerText();
      assert.ok(output.length > 5_000 && output.length < 50_000, `${output.length} letters`);
      await trace(page).getByText('Only the beginning is shown; the whole is 200 kB, and can be copied.').waitFor();
    });

    page('a run and a logged model have theirs, asked for when they are wanted', async (page) => {
      const searches = () => page.requested.filter((url) => url.includes('/traces/search')).length;
      for (const [path, expected, other] of [
        [`runs/${logged.run}`, logged['of run'], 'run'],
        [`models/${logged.model}`, logged['of model'], 'model'],
      ]) {
        const before = searches();
        await open(page, `/experiments/${app()}/${path}`);
        const tabs = page.getByRole('navigation', { name: `Parts of the ${other}` });
        await tabs.getByRole('link', { name: 'Overview' }).waitFor();
        assert.equal(searches(), before, 'not before');
        await tabs.getByRole('link', { name: 'Traces' }).click();
        await link(page, expected[0]).waitFor();
        assert.ok(page.url().endsWith(`/${path}/traces`));
        assert.deepEqual(await ids(page), expected);
        await link(page, expected[0]).click();
        await steps(page).waitFor();
        await page.reload();
        await steps(page).waitFor();
        const back = trace(page).locator('.facts').getByRole('link').first();
        assert.ok((await back.getAttribute('href')).endsWith(path), 'and leads there');
      }
      await trace(page).getByRole('link', { name: 'Close' }).click();
      await page.getByRole('navigation', { name: 'Parts of the model' }).getByRole('link', { name: 'Overview' }).click();
      await page.getByRole('heading', { name: 'Parameters' }).waitFor();
    });

    page('more than a page are shown when asked for, and none says how one is made', async (page) => {
      await open(page, `/experiments/${logged.experiments.many}/traces`);
      await seeText(page, 'first 100');
      await page.getByRole('button', { name: 'Show more' }).click();
      await seeText(page, `${logged.many} traces`);
      const all = await ids(page);
      assert.equal(new Set(all).size, logged.many);
      await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
      await open(page, `/experiments/${logged.experiments.none}/traces`);
      await page.getByRole('heading', { name: 'No traces yet' }).waitFor();
      await seeText(page, /@mlflow\.trace/);
    });

    page('one whose steps the server does not have says so in its place', async (page) => {
      await open(page, `/experiments/${app()}/traces/${logged.unfinished}`);
      await page.getByRole('alert').getByText('Trace data not stored in tracking store').waitFor({ timeout: 30_000 });
      assert.match(await trace(page).locator('.trace-head').innerText(), /Running/);
      await trace(page).getByRole('link', { name: 'Close' }).click();
      await link(page, logged.unfinished).waitFor();
    });
  });
}

describe('what traces look like', () => {
  // The page is the same at both servers.
  const server = () => worlds['our server'];
  const views = {
    table: ({ experiments }) => `/experiments/${experiments.app}/traces`,
    none: ({ experiments }) => `/experiments/${experiments.none}/traces`,
    error: ({ experiments, bad }) => `/experiments/${experiments.app}/traces/${bad}`,
    thought: ({ experiments, good }) => `/experiments/${experiments.app}/traces/${good}`,
    hostile: ({ experiments, hostile }) => `/experiments/${experiments.app}/traces/${hostile}`,
    run: ({ experiments, run }) => `/experiments/${experiments.app}/runs/${run}/traces`,
    model: ({ experiments, model, ...logged }) => `/experiments/${experiments.app}/models/${model}/traces?selectedEvaluationId=${logged['of model'][0]}`,
  };
  for (const [view, address] of Object.entries(views)) {
    checkPage(`${view}: axe finds nothing in either theme, and nothing sticks out of a phone`, () => browser, async (page) => {
      await page.goto(at(server().url, address(server().logged)));
      await page.locator(':is(.trace-preview, .empty, .span-detail h3):visible').first().waitFor();
      await looksRight(page, `traces-${view}`);
    });
  }
});

describe('traces on MLflow 2', () => {
  checkPage('a server that keeps none says so', () => browser, async (page) => {
    await page.goto(at(worlds['MLflow 2'].url, '/experiments/0/traces'));
    await page.getByRole('heading', { name: 'This server keeps no traces' }).waitFor();
    assert.deepEqual(await violations(page), []);
  });
});
