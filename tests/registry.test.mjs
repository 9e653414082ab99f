// The pages of models, logged models and prompts, on MLflow's server and on
// ours: what Python registered is on screen, and what is changed there Python
// finds changed.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { DESKTOP, launch, PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython, startMlflow } from './support/mlflow.mjs';
import { at, fillDialog, metricChart, seeText } from './support/pages.mjs';
import { startServe } from './support/serve.mjs';
import { ask } from './support/tracking.mjs';

const NAME = 'house prices';
const HOSTILE = '<img src=x onerror=alert(1)>';

for (const [server, start] of Object.entries(bothServers)) {
  describe(`the registry on ${server}`, { timeout: 300_000 }, () => {
    let browser, site, logged;
    before(async () => {
      [browser, site] = await Promise.all([launch(), start()]);
      logged = JSON.parse(await runPython('registered.py', [site.api]));
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
    });
    const page = (words, body, options) => checkPage(`${words} (${server})`, () => browser, body, options);
    const open = (page, hash) => page.goto(at(site.url, hash));
    const link = (page, name) => page.getByRole('table').getByRole('link', { name, exact: true });
    const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    const model = async (name) => (await ask(site.api, { get: `registered-models/get?name=${encodeURIComponent(name)}` })).body.registered_model;
    const read = (...words) => runPython('read_registry.py', [site.api, ...words]).then(JSON.parse);
    const prompt = (name, number) => runPython('read_prompt.py', [site.api, name, String(number)]).then(JSON.parse);
    const version = (number) => `/models/${encodeURIComponent(NAME)}/versions/${number}`;

    page('the list has the models, without prompts, and finds them', async (page) => {
      await open(page, '/models');
      await link(page, NAME).waitFor();
      const text = await row(page, NAME).innerText();
      for (const part of ['2', '@champion → 1', '@old → 1', 'Prices of houses', 'team']) assert.ok(text.includes(part), `${part} in ${text}`);
      assert.equal(await link(page, 'greeting').count(), 0, 'prompts are no models');
      await link(page, HOSTILE).waitFor();
      const box = page.getByRole('textbox', { name: /^Search models/ });
      await box.fill('prices HOUSE');
      await link(page, 'empty one').waitFor({ state: 'detached' });
      await link(page, NAME).waitFor();
      await box.fill("tags.`team` = 'vision'");
      await link(page, NAME).waitFor();
      await box.fill("nonsense = 'x'");
      await page.getByRole('alert').waitFor();
      await link(page, NAME).waitFor();
      await box.fill('nothing such');
      await seeText(page, 'No model fits the search');
    });

    page('a model that runs in the page has a mark in the lists', async (page) => {
      await open(page, '/models');
      const mark = (line) => line.getByTitle('Runs in this page: try it');
      await mark(row(page, 'same number')).waitFor();
      assert.equal(await mark(row(page, NAME)).count(), 0);
      await link(page, 'same number').click();
      await mark(page.getByRole('row').filter({ hasText: 'Version 1' })).waitFor();
    });

    page('the palette finds commands, experiments, models, and runs of the experiment that is open', async (page) => {
      const box = page.getByRole('combobox', { name: 'A page, an experiment, a run, a model or a command' });
      const found = page.getByRole('listbox', { name: 'Found' });
      // No letter is lost, however early it is typed.
      const look = async (words) => {
        await page.keyboard.press('Control+k');
        await page.keyboard.type(words);
      };
      let searches = 0;
      page.on('request', (request) => (searches += request.url().includes('/runs/search')));
      const hit = (words, kind) => found.getByRole('option').filter({ hasText: words }).filter({ hasText: kind });
      await open(page, '/models');
      await link(page, NAME).waitFor();
      const answered = page.waitForResponse(/registered-models\/search.*house/i);
      await look('HOUSE prices');
      await answered;
      assert.equal(searches, 0, 'no experiment is open');
      await hit(NAME, 'model').waitFor();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
      await open(page, `/experiments/${logged.experiment}/runs`);
      await page.getByText('fit-1', { exact: true }).first().waitFor();
      await look('fit-1');
      await hit('fit-1', 'run').waitFor();
      await screenshot(page, `palette-${server === 'MLflow' ? 'mlflow' : 'ours'}`);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'fit-1' }).waitFor();
      await look('no such thing');
      assert.equal(await box.inputValue(), 'no such thing');
      await seeText(page, 'Nothing was found.');
      await box.fill('gosettings');
      await hit('Go to settings', 'g s').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    });

    page('a head sorts at the server', async (page) => {
      await open(page, '/models');
      await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
      await page.locator('th[aria-sort=ascending]').waitFor();
      await page.waitForFunction(() => document.querySelector('tbody th a')?.textContent.startsWith('<img'));
      assert.match(page.url(), /orderByKey=name&orderByAsc=true/);
    });

    page('a model is made, renamed, described and deleted, and its versions are counted', async (page) => {
      await open(page, '/models');
      await page.getByRole('button', { name: 'New model' }).click();
      await fillDialog(page, 'New model', { Name: NAME }, 'Create');
      await page.getByRole('alert').filter({ hasText: /already exists/i }).waitFor();
      await fillDialog(page, 'New model', { Name: `made on ${server}` }, 'Create');
      await page.getByRole('heading', { level: 1, name: `made on ${server}` }).waitFor();
      await page.getByRole('button', { name: 'Rename the model' }).click();
      await page.getByRole('textbox', { name: 'Rename the model' }).fill('made anew');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(/made%20anew/);
      assert.equal((await model('made anew')).name, 'made anew');

      await open(page, '/models/to%20go%200');
      await page.getByRole('link', { name: 'Version 1' }).waitFor();
      await page.getByRole('button', { name: 'More about this model' }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Delete the model to go 0?' });
      await dialog.getByText('1 version goes with it, for good.').waitFor();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.waitForURL(/#\/models$/);
      assert.equal(await model('to go 0'), undefined);
    });

    page('an alias that is set on screen is read back by Python', async (page) => {
      await open(page, `/models/${encodeURIComponent(NAME)}`);
      await page.getByRole('button', { name: 'Add an alias to version 2' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add an alias to version 2' });
      await dialog.getByLabel('Alias').fill('champion');
      await dialog.getByText('It moves here from version 1.').waitFor();
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('row').filter({ hasText: 'Version 2' }).getByText('@champion').waitFor();
      await page.getByRole('row').filter({ hasText: 'Version 1' }).getByRole('button', { name: 'Remove the alias old' }).click();
      await page.getByText('@old').waitFor({ state: 'detached' });
      assert.deepEqual(await read(NAME), { champion: '2' });
    });

    page('a version shows its facts, schema and lineage, and is described, tagged and staged', async (page) => {
      await open(page, version(2));
      await page.getByRole('table', { name: 'Inputs' }).waitFor();
      const inputs = await page.getByRole('table', { name: 'Inputs' }).innerText();
      for (const part of ['rooms', 'double', 'messages', 'array of object', 'role', 'optional']) assert.ok(inputs.includes(part), part);
      assert.match(await page.getByRole('table', { name: 'Parameters of a request' }).innerText(), /scale\s+double\s+0\.5/);
      await page.getByRole('link', { name: 'fit-1' }).waitFor();
      await page.getByRole('link', { name: 'line-1' }).waitFor();
      await page.getByRole('table', { name: 'Metrics' }).getByText('coefficients').waitFor();
      await seeText(page, /no ONNX flavor: it does not run in the page/);
      assert.equal(await page.getByRole('link', { name: 'Try it' }).count(), 0);

      await page.getByRole('button', { name: 'Edit the description' }).click();
      await page.getByRole('textbox', { name: 'Description, in Markdown' }).fill('Said *here*');
      await page.getByRole('button', { name: 'Save' }).click();
      await seeText(page, 'Said here');
      await page.getByRole('button', { name: 'Add a tag' }).click();
      await fillDialog(page, 'Add a tag', { Key: 'seen', Value: 'yes' }, 'Save');
      await page.getByRole('button', { name: 'Edit the tag seen yes' }).waitFor();
      await page.getByRole('checkbox', { name: 'Stages' }).check();
      await page.getByRole('combobox', { name: 'Stage' }).selectOption('Staging');
      await page.getByRole('listitem').filter({ hasText: 'The stage is Staging' }).waitFor();
      const { body } = await ask(site.api, { get: `model-versions/get?name=${encodeURIComponent(NAME)}&version=2` });
      assert.equal(body.model_version.description, 'Said *here*');
      assert.equal(body.model_version.current_stage, 'Staging');
      assert.deepEqual(body.model_version.tags, [{ key: 'seen', value: 'yes' }]);
    });

    page('a version is promoted to another model, new or not', async (page) => {
      await open(page, version(1));
      await page.getByRole('button', { name: 'Promote…' }).click();
      await fillDialog(page, 'Promote', { Model: 'promoted' }, 'Register');
      await page.waitForURL(/#\/models\/promoted\/versions\/1/);
      await page.getByRole('link', { name: `${NAME}, version 1` }).waitFor();
      // The copy's files are found, too.
      await page.getByRole('table', { name: 'Inputs' }).waitFor();
    });

    page('versions are compared', async (page) => {
      await open(page, `/models/${encodeURIComponent(NAME)}`);
      await page.getByRole('checkbox', { name: 'Choose version 1' }).check();
      await page.getByRole('checkbox', { name: 'Choose version 2' }).check();
      await page.getByRole('button', { name: 'Compare 2' }).click();
      await page.getByRole('row', { name: /alpha/ }).waitFor();
      assert.match(await page.getByRole('row', { name: /alpha/ }).innerText(), /0\s+1/);
      await page.getByRole('row', { name: /price/ }).first().waitFor();
      assert.equal(await page.getByRole('row', { name: /seed/ }).count(), 0, 'what is the same is hidden');
      // What the schema gained, and the metric of the logged models by its dataset.
      await page.getByRole('cell', { name: /double added/ }).waitFor();
      assert.match(await page.getByRole('row', { name: /loss · coefficients/ }).innerText(), /0\.5\s+0\.375/);
      await page.getByRole('checkbox', { name: 'Only differences' }).uncheck();
      await page.getByRole('row', { name: /seed/ }).waitFor();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
      const csv = await readFile(await file.path(), 'utf8');
      assert.match(csv, /^,,Version 1,Version 2\r\n/);
      for (const line of ['param,alpha,0,1', 'metric,loss,0.5,0.375', 'output,price,,double']) assert.ok(csv.includes(`${line}\r\n`), `${line} in ${csv}`);
      await page.getByRole('textbox', { name: /^Find a parameter/ }).fill('alph');
      await page.getByRole('row', { name: /seed/ }).waitFor({ state: 'detached' });
      assert.equal(await page.getByRole('table').locator('tbody tr:not(.compare-heading)').count(), 1);
      await page.getByRole('button', { name: 'Charts', exact: true }).click();
      const chart = metricChart(page, 'loss');
      await chart.getByRole('img').waitFor();
      assert.match(await chart.getByRole('img').getAttribute('aria-label'), /2 runs/);
    });

    page('logged models are listed, searched, shown and registered', async (page) => {
      await open(page, `/experiments/${logged.experiment}/runs`);
      await page.getByRole('navigation', { name: 'Parts of the experiment' }).getByRole('link', { name: 'Models' }).click();
      await link(page, 'line-1').waitFor();
      assert.match(await row(page, 'line-1').innerText(), new RegExp(`${NAME} v2`));
      assert.match(await row(page, 'line-1').innerText(), /0\.375/);
      // Names of runs, columns by dataset, and the server's order by one of them.
      const order = (first) => page.waitForFunction((first) => document.querySelector('.logged tbody tr:not(.logged-run) th a')?.textContent === first, first);
      await row(page, 'line-1').getByRole('link', { name: 'fit-1' }).waitFor();
      await page.getByRole('columnheader', { name: 'Metrics on coefficients' }).waitFor();
      await order('line-1');
      const loss = page.getByRole('columnheader', { name: 'loss' }).getByRole('button');
      await loss.click();
      await order('line-0');
      await loss.click();
      await order('line-1');
      await page.getByRole('checkbox', { name: 'By run' }).check();
      await page.getByRole('rowheader', { name: 'fit-0 1 model' }).waitFor();
      await page.getByRole('combobox', { name: 'Dataset' }).selectOption({ label: 'coefficients' });
      await page.waitForURL(/dataset=/);
      await link(page, 'line-0').waitFor();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
      const csv = await readFile(await file.path(), 'utf8');
      assert.match(csv, /^name,model_id,status,created,source_run_id,registered_versions,metrics\.loss \(coefficients \w+\),params\.alpha,params\.seed,params\.slope\r\n/);
      assert.match(csv, /line-1,m-\w+,LOGGED_MODEL_READY,.*,house prices\/2,0\.375,1,7,3\r\n/);
      await page.getByRole('button', { name: 'Charts', exact: true }).click();
      const image = metricChart(page, 'loss · coefficients').getByRole('img');
      assert.match(await image.getAttribute('aria-label'), /2 runs/);
      await page.getByRole('button', { name: 'Table', exact: true }).click();
      await page.getByRole('textbox', { name: /^Search models/ }).fill('metrics.loss > 0.4');
      await link(page, 'line-1').waitFor({ state: 'detached' });
      await link(page, 'line-0').click();
      await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'houses' }).waitFor();
      await page.getByRole('table', { name: 'Metrics' }).getByText('coefficients').waitFor();
      await page.getByRole('table', { name: 'Inputs' }).waitFor();
      await page.getByRole('link', { name: /^MLmodel/ }).click();
      await page.waitForURL(/\/artifacts\/MLmodel$/);
      await page.getByText(/model_uuid|flavors:/).first().waitFor();
      await page.getByRole('button', { name: 'Register…' }).click();
      await fillDialog(page, 'Register', { Model: 'from a logged model' }, 'Register');
      await page.waitForURL(/from%20a%20logged%20model\/versions\/1/);
    });

    page('columns of logged models are chosen, and kept for the experiment and in the address', async (page) => {
      const heads = () => page.getByRole('table', { name: 'Logged models' }).locator('thead tr').last().getByRole('columnheader').allInnerTexts();
      await open(page, `/experiments/${logged.experiment}/models`);
      await link(page, 'line-1').waitFor();
      const first = await heads();
      await page.getByRole('button', { name: 'Columns' }).click();
      const panel = page.getByRole('dialog', { name: 'Columns' });
      await panel.getByRole('textbox', { name: 'Find a column' }).fill('team');
      await panel.getByRole('checkbox', { name: 'seed' }).waitFor({ state: 'detached' });
      await panel.getByRole('checkbox', { name: 'team', exact: true }).check();
      await panel.getByRole('textbox', { name: 'Find a column' }).fill('');
      await panel.getByRole('checkbox', { name: 'Parameters: all' }).uncheck();
      await panel.getByRole('checkbox', { name: 'Status' }).uncheck();
      await panel.getByRole('checkbox', { name: 'Model id' }).check();
      const chosen = ['Name', 'Created', 'Source run', 'Registered versions', 'Model id', 'loss', 'team'];
      assert.deepEqual(await heads(), chosen);
      const text = await row(page, 'line-1').innerText();
      for (const part of [logged.models[1], 'team 1', '0.375']) assert.ok(text.includes(part), `${part} in ${text}`);
      // The address says it, to somebody else too; this device knows it without the address.
      const address = page.url();
      await page.goto('about:blank');
      await open(page, `/experiments/${logged.experiment}/models`);
      await page.waitForFunction((address) => location.href === address, address);
      await link(page, 'line-1').waitFor();
      assert.deepEqual(await heads(), chosen);
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      await page.goto(address);
      await link(page, 'line-1').waitFor();
      assert.deepEqual(await heads(), chosen);
      await page.getByRole('button', { name: 'Columns' }).click();
      await panel.getByRole('button', { name: 'Reset' }).click();
      assert.deepEqual(await heads(), first);
      assert.doesNotMatch(page.url(), /columns=/);
    });

    page('the prompts of an experiment are those that were registered in it', async (page) => {
      await open(page, `/experiments/${logged.experiment}/runs`);
      const parts = page.getByRole('navigation', { name: 'Parts of the experiment' });
      await parts.getByRole('link', { name: 'Prompts' }).click();
      await page.waitForURL(new RegExp(`#/experiments/${logged.experiment}/prompts$`));
      await link(page, 'greeting').waitFor();
      assert.equal(await link(page, 'elsewhere').count(), 0);
      await parts.locator('[aria-current=page]').getByText('Prompts').waitFor();
      await page.getByRole('textbox', { name: /^Search prompts/ }).fill('answ');
      await link(page, 'greeting').waitFor({ state: 'detached' });
      await link(page, 'answer').waitFor();
      // One that is made there is linked to it, as Python links it.
      await page.getByRole('button', { name: 'New prompt' }).click();
      const form = page.getByRole('region', { name: 'Prompt', exact: true });
      await form.getByLabel('Name').fill('linked');
      await form.getByLabel('Text', { exact: true }).last().fill('x');
      await form.getByRole('button', { name: 'Create the prompt' }).click();
      await page.waitForURL(/#\/prompts\/linked$/);
      const tag = (await model('linked')).tags.find(({ key }) => key === '_mlflow_experiment_ids');
      assert.equal(tag.value, `,${logged.experiment},`);
      await open(page, '/prompts');
      await link(page, 'elsewhere').waitFor();
      await link(page, 'linked').waitFor();
    });

    page('prompts are listed, read and compared', async (page) => {
      await open(page, '/prompts');
      await link(page, 'greeting').click();
      await seeText(page, 'Hi {{name}}');
      await seeText(page, 'load_prompt("prompts:/greeting/2")');
      await page.getByText('@live').first().waitFor();
      await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: 'Version 1' });
      await page.getByRole('region', { name: 'Version 1' }).getByText('Hello {{name}}').waitFor();
      await page.getByRole('region', { name: 'Version 2' }).getByText('Hi {{name}}').waitFor();
      await open(page, '/prompts/answer');
      await page.getByRole('region', { name: 'system' }).getByText('Be brief.').waitFor();
    });

    page('a prompt made on screen is loaded by Python', async (page) => {
      const form = page.getByRole('region', { name: 'Prompt', exact: true });
      await open(page, '/prompts');
      await page.getByRole('button', { name: 'New prompt' }).click();
      await form.getByLabel('Name').fill('a summary');
      await form.getByRole('button', { name: 'Create the prompt' }).click();
      await page.getByRole('alert').filter({ hasText: /letters of ASCII/ }).waitFor();
      await form.getByLabel('Name').fill('summary');
      await form.getByLabel('Text', { exact: true }).last().fill('Sum {{text}} up in {{ words }} words, "please".\n\tÜber {{text}}');
      await form.getByText('text, words').waitFor();
      await form.getByLabel('What changed (optional)').fill('the first');
      await form.getByText('Response format and model settings').click();
      await form.getByLabel('Response format, a JSON schema').fill('{"type": "string"}');
      await form.getByLabel('Model settings, in JSON').fill('{"model_name": "m", "temperature": "hot"}');
      await form.getByRole('button', { name: 'Add a tag' }).click();
      await fillDialog(page, 'Add a tag', { Key: 'team', Value: 'text' }, 'Save');
      await form.getByRole('button', { name: 'Edit the tag team text' }).waitFor();
      await form.getByRole('button', { name: 'Create the prompt' }).click();
      await page.getByRole('alert').filter({ hasText: 'temperature cannot be "hot".' }).waitFor();
      await form.getByLabel('Model settings, in JSON').fill('{"model_name": "m", "temperature": 0.5}');
      await form.getByRole('button', { name: 'Create the prompt' }).click();
      await page.waitForURL(/#\/prompts\/summary$/);
      await page.getByRole('heading', { level: 1, name: 'summary' }).waitFor();
      const text = 'Sum {{text}} up in {{ words }} words, "please".\n\tÜber {{text}}';
      const made = {
        template: text, message: 'the first', tags: { team: 'text' }, variables: ['text', 'words'],
        format: { type: 'string' }, config: { model_name: 'm', temperature: 0.5 }, prompt: { team: 'text' }, found: ['summary'],
      };
      assert.deepEqual(await prompt('summary', 1), made);

      // A chat is the next version, and keeps what the form leaves folded.
      await page.getByRole('button', { name: 'New version' }).click();
      await form.getByRole('radio', { name: 'Chat' }).check({ force: true });
      assert.equal(await form.getByLabel('Content · message 2').inputValue(), text);
      await form.getByLabel('Content · message 1').fill('Be {{tone}}.');
      await form.getByRole('button', { name: 'Add a message' }).click();
      assert.equal(await form.getByLabel('Role of message 3').inputValue(), 'assistant');
      await form.getByRole('button', { name: 'Remove message 3' }).click();
      await form.getByLabel('Content · message 2').press('Control+Enter');
      await page.waitForURL(/promptVersion=2/);
      await page.getByRole('region', { name: 'system' }).getByText('Be {{tone}}.').waitFor();
      assert.deepEqual(await prompt('summary', 2), {
        ...made,
        template: [{ role: 'system', content: 'Be {{tone}}.' }, { role: 'user', content: text }],
        message: '', tags: {}, variables: ['text', 'tone', 'words'],
      });
      // No other of its name, and none of a model's.
      for (const taken of ['summary', 'promptly']) {
        await ask(site.api, { post: 'registered-models/create', body: { name: 'promptly' } });
        await open(page, '/prompts?new=prompt');
        await form.getByLabel('Name').fill(taken);
        await form.getByLabel('Text', { exact: true }).last().fill('x');
        await form.getByRole('button', { name: 'Create the prompt' }).click();
        await page.getByRole('alert').filter({ hasText: /already/i }).waitFor();
      }
    });

    page('a prompt of Python is changed, tagged, aliased and deleted on screen', async (page) => {
      await open(page, '/prompts/going');
      await seeText(page, 'Stay {{here}}');
      await page.getByRole('region', { name: 'Model settings' }).getByText('"max_tokens": 7').waitFor();
      await page.getByRole('button', { name: 'New version' }).click();
      const form = page.getByRole('region', { name: 'Prompt', exact: true });
      assert.equal(await form.getByLabel('Text', { exact: true }).last().inputValue(), 'Stay {{here}}');
      await form.getByLabel('Text', { exact: true }).last().fill('Go {{there}}');
      await form.getByRole('button', { name: 'Save the version' }).click();
      await page.getByRole('button', { name: /^Version 3/ }).waitFor();
      assert.deepEqual((await prompt('going', 3)).config, { max_tokens: 7 });
      const tags = page.getByRole('region', { name: 'Tags of the version' });
      await tags.getByRole('button', { name: 'Add a tag' }).click();
      await fillDialog(page, 'Add a tag', { Key: 'seen', Value: 'yes' }, 'Save');
      await tags.getByRole('button', { name: 'Edit the tag seen yes' }).waitFor();
      await page.getByRole('button', { name: 'Add an alias to version 3' }).click();
      await fillDialog(page, 'Add an alias to version 3', { Alias: 'best' }, 'Save');
      await page.getByRole('button', { name: /^Version 3.*@best/ }).waitFor();
      assert.deepEqual((await prompt('going', 3)).tags, { seen: 'yes' });
      assert.deepEqual((await model('going')).aliases, [{ alias: 'best', version: '3' }]);

      const more = page.getByRole('button', { name: 'More about this prompt' });
      await more.click();
      await page.getByRole('menuitem', { name: 'Delete version 3…' }).click();
      let dialog = page.getByRole('dialog', { name: 'Delete version 3 of going?' });
      await dialog.getByText('So do its aliases: best.').waitFor();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: /^Version 3/ }).waitFor({ state: 'detached' });
      await seeText(page, 'Stay {{here}}');
      await more.click();
      await page.getByRole('menuitem', { name: 'Delete the prompt…' }).click();
      dialog = page.getByRole('dialog', { name: 'Delete the prompt going?' });
      await dialog.getByText('2 versions go with it, for good.').waitFor();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.waitForURL(/#\/prompts$/);
      assert.equal(await model('going'), undefined);
    });

    for (const [colorScheme, viewport] of [['light', DESKTOP], ['dark', PHONE]]) {
      page(`nothing for axe in the ${colorScheme} theme`, async (page) => {
        const found = [];
        const pages = {
          models: ['/models', NAME],
          model: [`/models/${encodeURIComponent(NAME)}`, 'Version 2'],
          version: [version(2), 'rooms'],
          compare: [`/compare-model-versions?${new URLSearchParams({ name: JSON.stringify(NAME), runs: JSON.stringify({ a: '1', b: '2' }) })}`, 'alpha'],
          'logged-models': [`/experiments/${logged.experiment}/models`, 'line-1'],
          'logged-models-by-run': [`/experiments/${logged.experiment}/models?group=run`, 'fit-1'],
          'logged-model': [`/experiments/${logged.experiment}/models/${logged.models[1]}`, 'rooms'],
          prompts: ['/prompts', 'greeting'],
          'experiment-prompts': [`/experiments/${logged.experiment}/prompts`, 'greeting'],
          prompt: ['/prompts/greeting', 'Hi {{name}}'],
          'prompts-new': ['/prompts?new=prompt', 'Create the prompt'],
        };
        for (const [name, [hash, shown]] of Object.entries(pages)) {
          await page.goto('about:blank');
          await open(page, hash);
          await seeText(page, shown);
          await page.waitForLoadState('networkidle');
          await screenshot(page, `registry-${name}-${colorScheme}`);
          found.push(...(await violations(page)).map((line) => `${name}: ${line}`));
          const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
          if (wide) found.push(`${name}: sticks out`);
        }
        assert.deepEqual(found, []);
      }, { colorScheme, viewport });
    }
  });
}

// MLflow 2 has stages in earnest, prompts of its last versions, and no logged models.
describe('the registry on MLflow 2', { timeout: 120_000 }, () => {
  let browser, mlflow, edge;
  before(async () => {
    [browser, mlflow] = await Promise.all([launch(), startMlflow({ older: true })]);
    edge = await startServe(['--tracking-uri', mlflow.uri]);
    await runPython('staged.py', [mlflow.uri], { older: true });
  });
  after(async () => {
    await browser?.close();
    await Promise.all([edge?.stop(), mlflow?.stop()]);
  });
  const page = (words, body) => checkPage(`${words} (MLflow 2)`, () => browser, body);
  const open = (page, hash) => page.goto(at(edge.url, hash));
  const stage = async (version) =>
    (await ask(mlflow.uri, { get: `model-versions/get?name=staged&version=${version}` })).body.model_version.current_stage;

  page('stages are shown in the lists and changed', async (page) => {
    await open(page, '/models/staged');
    await page.getByRole('link', { name: 'Version 3' }).waitFor();
    await page.getByRole('checkbox', { name: 'Stages' }).check();
    await page.getByRole('row').filter({ hasText: 'Version 1' }).getByText('Production').waitFor();
    await page.getByRole('checkbox', { name: 'In use only' }).check();
    await page.getByRole('link', { name: 'Version 3' }).waitFor({ state: 'detached' });
    await open(page, '/models');
    await page.getByRole('columnheader', { name: 'Production' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'staged' }).getByRole('link', { name: '1', exact: true }).waitFor();

    await open(page, '/models/staged/versions/2');
    await seeText(page, 'fit-1');
    await page.getByRole('checkbox', { name: 'Archive what is in that stage' }).check();
    await page.getByRole('combobox', { name: 'Stage' }).selectOption('Production');
    await page.getByRole('listitem').filter({ hasText: 'The stage is Production' }).waitFor();
    assert.deepEqual(await Promise.all([1, 2].map(stage)), ['Archived', 'Production']);
  });

  page('versions are compared by their runs, and a prompt is made', async (page) => {
    const compared = { name: JSON.stringify('staged'), runs: JSON.stringify({ a: '1', b: '3' }) };
    await open(page, `/compare-model-versions?${new URLSearchParams(compared)}`);
    assert.match(await page.getByRole('row', { name: /loss/ }).innerText(), /0\s+0\.5/);
    await open(page, '/prompts?new=prompt');
    const form = page.getByRole('region', { name: 'Prompt', exact: true });
    await form.getByLabel('Name').fill('older');
    await form.getByLabel('Text', { exact: true }).last().fill('Hi {{name}}');
    await form.getByRole('button', { name: 'Create the prompt' }).click();
    await page.waitForURL(/#\/prompts\/older$/);
    await seeText(page, 'Hi {{name}}');
  });

  page('a server without logged models says so', async (page) => {
    await open(page, '/experiments/0/models');
    await page.getByRole('heading', { name: 'This server has no logged models' }).waitFor();
    await seeText(page, /came with MLflow 3/);
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.getByRole('navigation', { name: 'Parts of the experiment' }).getByRole('link', { name: 'Runs' }).waitFor();
    await screenshot(page, 'registry-logged-models-older');
  });

  page('what is in use as its stage says is not deleted', async (page) => {
    const move = (version, to) =>
      ask(mlflow.uri, { post: 'model-versions/transition-stage', body: { name: 'staged', version, stage: to, archive_existing_versions: false } });
    const ask_delete = async (of) => {
      await page.getByRole('button', { name: `More about this ${of}` }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
    };
    await move('2', 'Production');
    await move('3', 'Staging');
    await open(page, '/models/staged');
    await ask_delete('model');
    let dialog = page.getByRole('dialog', { name: 'The model staged is in use' });
    for (const words of [/Version 2 is in Production\./, /Version 3 is in Staging\./, /None or Archived first/]) await dialog.getByText(words).waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Delete' }).count(), 0);
    await screenshot(page, 'registry-model-in-use');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await open(page, '/models/staged/versions/3');
    await ask_delete('version');
    dialog = page.getByRole('dialog', { name: 'Version 3 of staged is in use' });
    await dialog.getByText(/Version 3 is in Staging\./).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    assert.equal(await stage(3), 'Staging');
    // What is archived goes.
    await page.getByRole('checkbox', { name: 'Stages' }).check();
    await page.getByRole('combobox', { name: 'Stage' }).selectOption('Archived');
    await page.getByRole('listitem').filter({ hasText: 'The stage is Archived' }).waitFor();
    await ask_delete('version');
    await page.getByRole('dialog', { name: 'Delete version 3 of staged?' }).getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/#\/models\/staged$/);
    assert.equal((await ask(mlflow.uri, { get: 'model-versions/get?name=staged&version=3' })).status, 404);
  });
});
