// The page of a run, on MLflow's server and on ours: what is on screen is what
// the Python client logged, and what is changed there is changed on the server.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { bothServers } from './support/both-servers.mjs';
import { launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, fillDialog, seeText } from './support/pages.mjs';
import { ask } from './support/tracking.mjs';

for (const [name, start] of Object.entries(bothServers)) {
  describe(`a run on ${name}`, { timeout: 300_000 }, () => {
    let browser, server, logged, cats;
    before(async () => {
      [browser, server] = await Promise.all([launch(), start()]);
      logged = JSON.parse(await runPython('pages.py', [server.api]));
      cats = logged.experiments['team/vision/cats'];
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });
    const page = (words, body, options) => checkPage(`${words} (${name})`, () => browser, body, options);
    const open = (page, run, tab = '', experiment = cats) =>
      page.goto(at(server.url, `/experiments/${experiment}/runs/${run}${tab && `/${tab}`}`));
    const run = async (id) => (await ask(server.api, { get: `runs/get?run_id=${id}` })).body.run;
    const tag = (found, key) => found.data.tags?.find((one) => one.key === key)?.value;
    const first = () => logged.children[0];

    page('parameters, metrics with their histories, and lineage', async (page) => {
      await open(page, first());
      const row = (key) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: key, exact: true }) });
      await row('lr').getByText('0.1', { exact: true }).waitFor();
      await row('loss').getByText('50', { exact: true }).waitFor();
      assert.deepEqual((await row('loss').innerText()).trim().split(/\s+/).slice(0, 6), ['loss', '0.04', '0.04', '2', '49', '50']);
      assert.ok((await row('loss').locator('svg path').getAttribute('d')).length > 50, 'a line in small');
      assert.equal(await row('exact').locator('td').first().getAttribute('title'), '0.123456789');
      assert.match(await row('loss').getByRole('link').getAttribute('href'), /^#\/metric/);
      const lineage = page.getByRole('complementary', { name: 'Where the run belongs' });
      await lineage.getByRole('link', { name: 'sweep' }).waitFor();
      await lineage.getByText('11 siblings').waitFor();
      assert.equal(
        await lineage.getByRole('link', { name: '0a1b2c3d4e' }).getAttribute('href'),
        'https://github.com/team/pets/commit/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
      );
      await page.getByRole('textbox', { name: 'Find a parameter or a metric' }).fill('exa');
      await row('loss').waitFor({ state: 'detached' });
      await row('exact').waitFor();
    });

    page('hundreds of parameters come as they are scrolled to, and all are found', async (page) => {
      const post = async (call, body) => assert.equal((await ask(server.api, { post: call, body })).status, 200);
      const { body } = await ask(server.api, { post: 'runs/create', body: { experiment_id: cats, run_name: 'wide' } });
      const run_id = body.run.info.run_id;
      const keys = Array.from({ length: 450 }, (_, nth) => `layer_${String(nth).padStart(3, '0')}`);
      for (let nth = 0; nth < keys.length; nth += 100) {
        await post('runs/log-batch', { run_id, params: keys.slice(nth, nth + 100).map((key) => ({ key, value: `${key} units` })) });
      }
      await open(page, run_id);
      const table = page.getByRole('table').filter({ has: page.getByRole('columnheader', { name: 'Value', exact: true }) });
      await table.getByText('layer_000', { exact: true }).waitFor();
      assert.ok((await table.getByRole('rowheader').count()) < 300, 'not all at once');
      await page.getByRole('textbox', { name: 'Find a parameter or a metric' }).fill('layer_449');
      await table.getByText('layer_449', { exact: true }).waitFor();
      await table.getByText('layer_000', { exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('textbox', { name: 'Find a parameter or a metric' }).fill('');
      await table.getByText('layer_000', { exact: true }).waitFor();
      const end = table.getByRole('row').filter({ hasText: /and \d+ more/ });
      for (let turn = 0; turn < 100 && (await end.count()) > 0; turn++) {
        await end.scrollIntoViewIfNeeded().catch(() => {});
        await page.waitForTimeout(100);
      }
      await table.getByText('layer_449', { exact: true }).waitFor();
      assert.equal(await table.getByRole('rowheader').count(), keys.length);
      await page.reload();
      await page.getByRole('region', { name: 'Parameters' }).getByRole('button', { name: 'Show all' }).click();
      await table.getByText('layer_449', { exact: true }).waitFor();
    });

    page('a dataset has its schema and its source', async (page) => {
      await open(page, first());
      await page.getByRole('button', { name: 'pets' }).click();
      const dialog = page.getByRole('dialog', { name: 'pets' });
      await dialog.getByText(logged.digest).waitFor();
      await dialog.getByRole('row').filter({ hasText: 'label' }).getByText('string').waitFor();
      await dialog.getByText(/example\.com\/pets\.csv/).waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    });

    page('children come some at a time', async (page) => {
      await open(page, logged.parent);
      const children = page.getByRole('complementary').getByRole('link', { name: /^child-/ });
      await page.getByRole('button', { name: 'More children' }).click();
      await page.waitForFunction(() => document.querySelectorAll('aside .child').length === 12);
      assert.equal(await children.count(), 12);
    });

    page('rename, describe and tag: all of it is on the server', async (page) => {
      const id = logged.children[1];
      await open(page, id);
      await page.getByRole('button', { name: 'Rename the run' }).click();
      await page.getByRole('textbox', { name: 'Rename the run' }).fill('renamed <i>run</i>');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'renamed <i>run</i>', level: 1 }).waitFor();
      assert.equal((await run(id)).info.run_name, 'renamed <i>run</i>');

      await page.getByRole('button', { name: 'Edit the description' }).click();
      await page.getByLabel('Description, in Markdown').fill('It *works*.');
      await page.keyboard.press('Control+Enter');
      await page.locator('.markdown em').getByText('works').waitFor();
      assert.equal(tag(await run(id), 'mlflow.note.content'), 'It *works*.');

      await page.getByRole('button', { name: 'Add a tag' }).click();
      await fillDialog(page, 'Add a tag', { Key: 'k', Value: '1' }, 'Save');
      await page.getByRole('button', { name: 'Edit the tag k' }).click();
      await fillDialog(page, 'Edit the tag k', { Value: '2' }, 'Save');
      await page.locator('.tag-value').getByText('2', { exact: true }).waitFor();
      assert.equal(tag(await run(id), 'k'), '2');
      await page.getByRole('button', { name: 'Edit the tag k' }).click();
      await page.getByRole('dialog', { name: 'Edit the tag k' }).getByRole('button', { name: 'Delete' }).click();
      await page.getByText('Tag k deleted').filter({ visible: true }).first().waitFor();
      assert.equal(tag(await run(id), 'k'), undefined);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('button', { name: 'Edit the tag k' }).waitFor();
      assert.equal(tag(await run(id), 'k'), '2');
    });

    page('delete and restore', async (page) => {
      const id = logged.children[2];
      await open(page, id);
      await page.getByRole('button', { name: 'More about this run' }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('dialog', { name: /Delete the run/ }).getByRole('button', { name: 'Delete' }).click();
      await page.waitForURL(/\/runs$/);
      assert.equal((await run(id)).info.lifecycle_stage, 'deleted');
      await open(page, id);
      await seeText(page, 'This run was deleted.');
      await page.getByRole('button', { name: 'Restore' }).click();
      await page.getByText('This run was deleted.').waitFor({ state: 'detached' });
      assert.equal((await run(id)).info.lifecycle_stage, 'active');
    });

    page('the run as JSON', async (page) => {
      await open(page, first());
      await page.getByRole('button', { name: 'More about this run' }).click();
      const download = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: 'Download as JSON' }).click();
      assert.equal((await download).suggestedFilename(), 'child-0.json');
    });

    page('files are a tree, and a text is shown as text', async (page) => {
      await open(page, first(), 'artifacts');
      const files = page.getByRole('navigation', { name: 'Files' });
      await files.getByRole('button', { name: 'notes' }).click();
      await files.getByRole('link', { name: /hello\.txt/ }).click();
      await page.locator('pre').getByText('hello <b>world</b>').waitFor();
      assert.match(page.url(), /artifactPath\/notes\/hello\.txt$/);
      await page.reload();
      await page.locator('pre').getByText('hello <b>world</b>').waitFor();
      await files.getByRole('link', { name: /config\.json/ }).waitFor();
    });

    page('a running run is read again without losing its place', async (page) => {
      await open(page, logged.running);
      await seeText(page, '3.25');
      await page.getByRole('textbox', { name: 'Find a parameter or a metric' }).fill('lo');
      await ask(server.api, { post: 'runs/log-metric', body: { run_id: logged.running, key: 'loss', value: 1.75, step: 2, timestamp: Date.now() } });
      await page.getByText('1.75').first().waitFor({ timeout: 30_000 });
      assert.equal(await page.getByRole('textbox', { name: 'Find a parameter or a metric' }).inputValue(), 'lo');
    });

    page('hostile texts are text, and break nothing', async (page) => {
      await open(page, logged.hostile, '', logged.experiments.hostile);
      await page.getByRole('rowheader', { name: 'p-html' }).waitFor();
      for (const [key, value] of Object.entries(logged.texts)) {
        const shown = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: `p-${key}`, exact: true }) }).locator('td').first();
        assert.equal(await shown.evaluate((cell) => cell.textContent), value, key);
      }
      assert.equal(await page.locator('main img, main script, main [onclick], main [onerror]').count(), 0);
      const links = await page.locator('.markdown a').evaluateAll((all) => all.map((a) => [a.textContent, a.getAttribute('href'), a.rel]));
      assert.deepEqual(links, [
        ['good', 'https://example.com/a', 'noopener noreferrer nofollow'],
        ['cat', 'https://example.com/cat.png', 'noopener noreferrer nofollow'],
      ]);
      await page.locator('.markdown').getByText('<script>alert(1)</script>').waitFor();
      assert.equal(await page.locator('.markdown table td').first().innerText(), '1');
      const wide = await page.evaluate(() => {
        const main = document.querySelector('main');
        return main.scrollWidth - main.clientWidth;
      });
      assert.ok(wide <= 1, `it sticks out by ${wide} pixels`);
      assert.deepEqual(page.requested.filter((url) => url.includes('example.com')), []);
    });

    page('a run that does not exist, and one without its experiment', async (page) => {
      await open(page, '0'.repeat(32));
      await seeText(page, /not found/i);
      await page.goto(at(server.url, `/runs/${first()}`));
      await page.waitForURL(new RegExp(`#/experiments/${cats}/runs/${first()}`));
    });
  });
}
