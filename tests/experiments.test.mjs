// The page of experiments, on MLflow's server and on ours: what is on screen is
// what was logged, and what is changed there is changed on the server.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { bothServers } from './support/both-servers.mjs';
import { launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, experimentLink, fillDialog, rowMenu } from './support/pages.mjs';
import { ask } from './support/tracking.mjs';

for (const [name, start] of Object.entries(bothServers)) {
  describe(`experiments on ${name}`, { timeout: 300_000 }, () => {
    let browser, server, logged;
    before(async () => {
      [browser, server] = await Promise.all([launch(), start()]);
      logged = JSON.parse(await runPython('pages.py', [server.api]));
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });
    const page = (words, body, options) => checkPage(`${words} (${name})`, () => browser, body, options);
    const open = (page, query = '') => page.goto(at(server.url, `/experiments${query}`));
    const experiment = async (id) => (await ask(server.api, { get: `experiments/get?experiment_id=${id}` })).body.experiment;
    const tag = (found, key) => found.tags?.find((one) => one.key === key)?.value;
    const ids = () => logged.experiments;
    const row = (page, leaf) => page.getByRole('row').filter({ has: page.getByRole('link', { name: leaf, exact: true }) });

    page('slashes make folders, which close and are looked into', async (page) => {
      await open(page);
      await experimentLink(page, 'cats').waitFor();
      await page.getByRole('button', { name: 'Close vision' }).click();
      await experimentLink(page, 'cats').waitFor({ state: 'detached' });
      await page.reload();
      await experimentLink(page, 'speech').waitFor();
      assert.equal(await experimentLink(page, 'cats').count(), 0, 'it stays closed');
      await page.getByRole('button', { name: 'Open vision' }).click();
      await experimentLink(page, 'cats').waitFor();
      await page.getByRole('link', { name: 'team', exact: true }).first().click();
      await experimentLink(page, "alone's \"one\"").waitFor({ state: 'detached' });
      assert.match(page.url(), /folder=team/);
      await experimentLink(page, 'cats').waitFor();
    });

    page('runs are counted, and the tags are there', async (page) => {
      await open(page);
      await row(page, 'cats').getByText('14', { exact: true }).waitFor();
      await row(page, 'dogs').getByText('0', { exact: true }).waitFor();
      assert.match(await row(page, 'cats').innerText(), /owner\s*Ada/);
    });

    page('words and quotes search, a tag filters, and the address keeps both', async (page) => {
      await open(page);
      await experimentLink(page, 'cats').waitFor();
      const box = page.getByRole('textbox', { name: 'Search experiments by name' });
      await box.fill("alone's");
      await experimentLink(page, 'cats').waitFor({ state: 'detached' });
      await experimentLink(page, "alone's \"one\"").waitFor();
      await page.reload();
      await experimentLink(page, "alone's \"one\"").waitFor();
      assert.equal(await box.inputValue(), "alone's");
      await box.fill('');
      await experimentLink(page, 'cats').waitFor();
      await page.getByRole('button', { name: 'Filter by a tag' }).click();
      const dialog = page.getByRole('dialog', { name: 'Filter by a tag' });
      await dialog.getByLabel('Key').fill('team');
      await dialog.getByLabel('Value').fill('team');
      await dialog.getByRole('button', { name: 'Filter' }).click();
      await experimentLink(page, "alone's \"one\"").waitFor({ state: 'detached' });
      await experimentLink(page, 'speech').waitFor();
      await page.getByRole('button', { name: 'Remove the condition team is team' }).click();
      await experimentLink(page, "alone's \"one\"").waitFor();
    });

    page('a head sorts, and says so', async (page) => {
      await open(page, '?folder=team/vision');
      await experimentLink(page, 'cats').waitFor();
      const head = page.getByRole('columnheader', { name: 'Name' });
      const order = () => page.locator('table tbody th a').allInnerTexts();
      await head.getByRole('button').click();
      await page.locator('th[aria-sort=ascending]').filter({ hasText: 'Name' }).waitFor();
      await page.waitForFunction(() => document.querySelector('tbody th a')?.textContent === 'cats');
      assert.deepEqual(await order(), ['cats', 'dogs']);
      await head.getByRole('button').click();
      await page.waitForFunction(() => document.querySelector('tbody th a')?.textContent === 'dogs');
      assert.match(page.url(), /orderByKey=name&orderByAsc=false/);
    });

    page('a star brings an experiment up, and stays on this device', async (page) => {
      await open(page);
      await page.getByRole('button', { name: 'Star team/speech' }).click();
      await page.waitForFunction(() => document.querySelector('tbody th a')?.textContent === 'team/speech');
      await page.reload();
      await page.waitForFunction(() => document.querySelector('tbody th a')?.textContent === 'team/speech');
    });

    page('create, rename, describe, tag, delete, undo: all of it is on the server', async (page) => {
      await open(page);
      await experimentLink(page, 'cats').waitFor();
      await page.getByRole('button', { name: 'New experiment' }).click();
      // A name that is taken: the server's words stand by the field.
      await fillDialog(page, 'New experiment', { Name: 'team/speech' }, 'Create');
      await page.getByRole('alert').filter({ hasText: /already exists/i }).waitFor();
      await fillDialog(page, 'New experiment', { Name: 'made here' }, 'Create');
      await experimentLink(page, 'made here').waitFor();
      const made = (await ask(server.api, { get: 'experiments/get-by-name?experiment_name=made%20here' })).body.experiment;
      assert.equal(made.lifecycle_stage, 'active');

      await rowMenu(page, 'made here', 'Rename…');
      await fillDialog(page, 'Rename made here', { Name: 'renamed' }, 'Rename');
      await experimentLink(page, 'renamed').waitFor();
      assert.equal((await experiment(made.experiment_id)).name, 'renamed');

      await rowMenu(page, 'renamed', 'Describe…');
      await fillDialog(page, 'Describe renamed', { 'Description, in Markdown': '## What *it* is' }, 'Save');
      await row(page, 'renamed').getByText('What it is').waitFor();
      assert.equal(tag(await experiment(made.experiment_id), 'mlflow.note.content'), '## What *it* is');

      await rowMenu(page, 'renamed', 'Tags…');
      await page.getByRole('button', { name: 'Add a tag' }).click();
      await fillDialog(page, 'Add a tag', { Key: 'k', Value: '<b>v</b>' }, 'Save');
      await page.getByRole('button', { name: 'Edit the tag k' }).waitFor();
      assert.equal(tag(await experiment(made.experiment_id), 'k'), '<b>v</b>');
      await page.getByRole('dialog', { name: 'Tags of renamed' }).getByRole('button', { name: 'Close' }).click();

      await rowMenu(page, 'renamed', 'Delete…');
      await page.getByRole('dialog', { name: 'Delete the experiment renamed?' }).getByRole('button', { name: 'Delete' }).click();
      await experimentLink(page, 'renamed').waitFor({ state: 'detached' });
      assert.equal((await experiment(made.experiment_id)).lifecycle_stage, 'deleted');
      await page.getByRole('button', { name: 'Undo' }).click();
      await experimentLink(page, 'renamed').waitFor();
      assert.equal((await experiment(made.experiment_id)).lifecycle_stage, 'active');
    });

    page('the deleted are a view of their own, from which they come back', async (page) => {
      await open(page);
      await experimentLink(page, 'cats').waitFor();
      assert.equal(await experimentLink(page, 'gone').count(), 0);
      await page.getByRole('combobox', { name: 'Which experiments' }).selectOption('Deleted');
      await experimentLink(page, 'gone').waitFor();
      await rowMenu(page, 'gone', 'Restore');
      await experimentLink(page, 'gone').waitFor({ state: 'detached' });
      assert.equal((await experiment(ids().gone)).lifecycle_stage, 'active');
    });

    page('the keyboard goes through the list, chooses and opens', async (page) => {
      await open(page);
      await experimentLink(page, 'cats').waitFor();
      const links = await page.locator('table.experiments th a').allInnerTexts();
      const focus = (name) => page.waitForFunction((name) => document.activeElement?.textContent === name, name);
      await page.keyboard.press('j');
      await focus(links[0]);
      await page.keyboard.press('j');
      await focus(links[1]);
      await page.keyboard.press('k');
      await focus(links[0]);
      for (let at = 0; at < links.indexOf('cats'); at++) await page.keyboard.press('j');
      await focus('cats');
      await page.keyboard.press('x');
      assert.ok(await row(page, 'cats').getByRole('checkbox').isChecked());
      await page.keyboard.press('Enter');
      await page.waitForURL(/experiments\/\d+\/runs/);
    });

    page('several are compared', async (page) => {
      await open(page);
      await page.getByRole('checkbox', { name: 'Choose team/vision/cats' }).check();
      await page.getByRole('checkbox', { name: 'Choose team/speech' }).check();
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await page.waitForURL(/#\/compare-experiments\/s\?experiments=/);
      const listed = JSON.parse(new URLSearchParams(page.url().split('?')[1]).get('experiments'));
      assert.deepEqual(listed.sort(), [ids()['team/vision/cats'], ids()['team/speech']].sort());
      const crumbs = page.getByRole('navigation', { name: 'Breadcrumbs' });
      await crumbs.getByText(/^team\/(vision\/cats, team\/speech|speech, team\/vision\/cats)$/).waitFor();
    });

    page('hostile names, notes and tags are text', async (page) => {
      await open(page);
      // Its name has a slash, so it lies in a folder of its own.
      await page.getByRole('link', { name: '<img src=x onerror=alert(1)><b>bold<', exact: true }).waitFor();
      const titles = await page.getByRole('table').locator('th a').evaluateAll((all) => all.map((a) => a.title));
      assert.ok(titles.includes(logged.hostileName), titles.join('\n'));
      assert.equal(await page.locator('main img, main script').count(), 0);
    });
  });
}
