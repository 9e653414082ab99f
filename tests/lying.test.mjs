// Slow, failing and lying servers: a real `mlflow server` behind one that breaks
// some of its answers. The page says what happened where it happened, tries again
// what is safe to, keeps what it had, and never shows half of something as whole.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe } from 'node:test';
import { launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { siteDir } from './support/environment.mjs';
import { faults, startLying } from './support/lying-server.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { at, experimentLink, runCell, runNames, seeText } from './support/pages.mjs';
import { startStatic } from './support/static-server.mjs';

const RUNS = 130;
// The page asks for a screenful first, and then for the rest.
const FIRST = 26;

const SEARCH = '/api/2.0/mlflow/runs/search';

describe('a server that fails, lies or is slow', { timeout: 240_000 }, () => {
  let browser, mlflow, site, server, experiment;

  before(async () => {
    [browser, mlflow, site] = await Promise.all([launch(), startMlflow(), startStatic(siteDir())]);
    experiment = (await runPython('many.py', [mlflow.uri, String(RUNS)])).trim();
    server = await startLying(mlflow.uri, `http://127.0.0.1:${site.port}`);
  });
  after(() => Promise.all([browser?.close(), server?.stop(), site?.stop(), mlflow?.stop()]));
  beforeEach(() => {
    server.lie = undefined;
    server.asked.length = 0;
  });

  const page = (name, body) => checkPage(name, () => browser, body);
  const goto = (page, hash) => page.goto(at(server.url, hash, server.url));
  const runsPage = (page) => goto(page, `/experiments/${experiment}/runs`);
  const searches = () => server.asked.filter(({ path }) => path === SEARCH);
  const isFirst = ({ path, json }) => path === SEARCH && !json.page_token && json.max_results === FIRST;
  const isNext = ({ path, json }) => path === SEARCH && Boolean(json.page_token);
  const alert = (page) => page.getByRole('alert').filter({ visible: true });
  const again = (page) => page.getByRole('button', { name: 'Try again' });
  const all = (page) => seeText(page, new RegExp(`^${RUNS} runs$`));

  for (const status of [429, 503]) {
    page(`a ${status} with Retry-After is asked again, and nothing is said`, async (page) => {
      let refusals = 0;
      server.lie = (asked) => isFirst(asked) && refusals++ < 2 && faults.status(status, { 'Retry-After': '1' });
      await runsPage(page);
      await all(page);
      assert.equal(searches().filter(isFirst).length, 3);
      assert.equal(await alert(page).count(), 0);
    });
  }

  page('a server that stays away is named, and can be asked again', async (page) => {
    server.lie = (asked) => asked.path === SEARCH && faults.status(500, {}, '<h1>Internal <b>Server</b> Error</h1>');
    await runsPage(page);
    const said = alert(page);
    await said.getByRole('heading', { name: 'The server is not available' }).waitFor();
    // Somebody else's page is no part of ours.
    assert.equal(await said.locator('b').count(), 0);
    assert.deepEqual(await runNames(page), []);
    server.lie = undefined;
    await again(page).click();
    await all(page);
    assert.equal(await alert(page).count(), 0);
  });

  page("a proxy's page with status 200 is not taken for an answer", async (page) => {
    server.lie = (asked) => asked.path === SEARCH && faults.status(200, {}, '<title>Log in</title><p>Please log in');
    await runsPage(page);
    await alert(page).getByRole('heading', { name: 'This is not an answer of MLflow' }).waitFor();
    await seeText(page, /Log in/);
  });

  for (const how of ['half', 'cut']) {
    page(`an answer that is ${how === 'half' ? 'half as long as it was' : 'cut off on its way'} is not shown`, async (page) => {
      server.lie = (asked) => isFirst(asked) && faults[how];
      await runsPage(page);
      await alert(page).waitFor();
      assert.deepEqual(await runNames(page), []);
      server.lie = undefined;
      await again(page).click();
      await all(page);
    });

    page(`a further page that is ${how} leaves those before it, and says that there are more`, async (page) => {
      server.lie = (asked) => isNext(asked) && faults[how];
      await runsPage(page);
      await alert(page).waitFor();
      await seeText(page, new RegExp(`^${FIRST} loaded$`));
      assert.ok((await runNames(page)).length > 0);
      server.lie = undefined;
      await again(page).click();
      await all(page);
      // What was there is not asked for again.
      assert.equal(searches().filter(isFirst).length, 1);
    });
  }

  page('runs that can not be read again are still there, and it is said above them', async (page) => {
    await runsPage(page);
    await all(page);
    server.lie = (asked) => asked.path === SEARCH && faults.status(500, {}, 'broken');
    await page.getByRole('button', { name: 'Refresh' }).click();
    const said = alert(page).filter({ hasText: 'These runs are from before' });
    await said.waitFor();
    assert.ok((await said.boundingBox()).y < 450, 'in sight');
    assert.ok((await runNames(page)).length > 0);
    server.lie = undefined;
    await again(page).click();
    await said.waitFor({ state: 'detached' });
    await all(page);
  });

  page('an experiment that is not there is no empty one', async (page) => {
    await goto(page, '/experiments/99999/runs');
    await alert(page).getByRole('heading', { name: 'The server has no such thing' }).waitFor();
    await seeText(page, /No Experiment with id=99999 exists/);
    assert.equal(await page.getByText('No runs yet').count(), 0);
  });

  page("a run's table of metrics says which history did not come, and reads it again", async (page) => {
    await runsPage(page);
    await all(page);
    server.lie = ({ path }) => path.endsWith('/metrics/get-history') && faults.status(500, {}, 'broken');
    await page.getByRole('link', { name: 'run-128', exact: true }).click();
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'loss', exact: true }) });
    await row.getByRole('button', { name: 'Try again' }).waitFor();
    server.lie = undefined;
    await row.getByRole('button', { name: 'Try again' }).click();
    await row.getByRole('cell', { name: '1', exact: true }).waitFor();
    assert.equal(await row.getByRole('button', { name: 'Try again' }).count(), 0);
    assert.deepEqual((await row.getByRole('cell').allInnerTexts()).slice(0, 5), ['16', '16', '16', '0', '1']);
  });

  page('a history that does not come is marked in its cell, and read when the runs are read again', async (page) => {
    server.lie = ({ path }) => path.endsWith('/metrics/get-history') && faults.status(500, {}, 'broken');
    await runsPage(page);
    await all(page);
    await page.getByRole('button', { name: 'Column loss' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Its minimum' }).click();
    const see = async (words) => {
      let seen;
      for (let i = 0; i < 400 && seen !== words; i++) {
        await page.waitForTimeout(50);
        seen = await runCell(page, 'run-128', 'min loss');
      }
      assert.equal(seen, words);
    };
    await see('!');
    server.lie = undefined;
    await page.getByRole('button', { name: 'Refresh' }).click();
    await see('16');
  });

  page('a server that names the same page as the next for ever is stopped', async (page) => {
    server.lie = (asked) =>
      asked.path === SEARCH &&
      (async (response, real) => {
        const { body } = await real();
        faults.json({ ...JSON.parse(body), next_page_token: 'again' })(response);
      });
    await runsPage(page);
    await alert(page).getByRole('heading', { name: 'The server gives the same page again and again' }).waitFor();
    await page.waitForTimeout(500);
    assert.ok(searches().length <= 3, `${searches().length} searches`);
  });

  page('runs that move to the next page meanwhile are shown once', async (page) => {
    let first;
    server.lie = (asked) =>
      asked.path === SEARCH &&
      (async (response, real) => {
        const answer = JSON.parse((await real()).body);
        if (isFirst(asked)) first = answer.runs;
        // As if five runs had begun in between.
        else if (isNext(asked)) answer.runs = [...first.slice(-5), ...answer.runs];
        faults.json(answer)(response);
      });
    await runsPage(page);
    await all(page);
  });

  page('what takes half a minute is waited for, and says so', async (page) => {
    server.lie = (asked) => isFirst(asked) && faults.late(30_000);
    await runsPage(page);
    await seeText(page, /Loading…/);
    assert.deepEqual(await runNames(page), []);
    assert.equal(await alert(page).count(), 0);
    await seeText(page, new RegExp(`^${RUNS} runs$`), { timeout: 60_000 });
    assert.equal(searches().filter(isFirst).length, 1, 'it was not asked twice');
  });

  page('a change that is safe to repeat is tried again, and what was typed stays', async (page) => {
    await runsPage(page);
    await all(page);
    const [name] = await runNames(page);
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    server.lie = ({ path }) => path.endsWith('/runs/update') && faults.status(503);
    await page.getByRole('button', { name: 'Rename' }).click();
    const box = page.getByRole('textbox', { name: /name/i });
    await box.fill('another');
    await box.press('Enter');
    await alert(page).filter({ hasText: 'the server is not available (503)' }).waitFor();
    assert.equal(await box.inputValue(), 'another');
    assert.ok(server.asked.filter(({ path }) => path.endsWith('/runs/update')).length > 1);
  });

  page('a change that might be made twice is asked for once', async (page) => {
    const create = ({ path }) => path.endsWith('/experiments/create');
    server.lie = (asked) => create(asked) && faults.status(503);
    await goto(page, '/experiments');
    await page.getByRole('button', { name: 'New experiment' }).click();
    const dialog = page.getByRole('dialog', { name: 'New experiment' });
    await dialog.getByLabel('Name').fill('new here');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await alert(page).waitFor();
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'new here');
    assert.equal(server.asked.filter(create).length, 1);
  });

  page('texts of a server are text', async (page) => {
    const nasty = '<img src=x onerror=alert(1)>\u202Egnp.exe\u0000 \u{1F9EA} ' + 'x'.repeat(6000);
    server.lie = ({ path }) =>
      path.endsWith('/experiments/search') &&
      (async (response, real) => {
        const answer = JSON.parse((await real()).body);
        for (const one of answer.experiments ?? []) {
          one.tags = [{ key: 'mlflow.note.content', value: `**bold** ${nasty}` }, { key: nasty.slice(0, 200), value: nasty }];
        }
        faults.json(answer)(response);
      });
    await goto(page, '/experiments');
    await experimentLink(page, 'many').waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    await seeText(page, /<img src=x onerror=alert\(1\)>/);
  });
});
