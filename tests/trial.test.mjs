// A model that was logged and registered by the Python client is opened from
// its server, runs in the page, is kept there, and is served by the page itself.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, truncate, utimes, writeFile, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { DESKTOP, FOREIGN_HOST, launch, PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { python, siteDir, testsDir } from './support/environment.mjs';
import { pyfunc, pyfuncAll, runPython, startMlflow } from './support/mlflow.mjs';
import { at, download, runBody, runForm, seeText, serverState, signIn } from './support/pages.mjs';
import { run } from './support/processes.mjs';
import { startRelogged } from './support/relogged.mjs';
import { startServe } from './support/serve.mjs';
import { startStatic } from './support/static-server.mjs';
import { startUnruly } from './support/unruly-server.mjs';

const FOREST = path.join(testsDir, 'golden', 'models', 'forest');
const ROW = { dataframe_split: { columns: ['age', 'bmi'], data: [[51, 27.5]] } };
const tryPage = (model) => `/try?model=${encodeURIComponent(model)}`;
const files = (page) => page.requested.filter((url) => /\.onnx/.test(decodeURIComponent(url)));

/** Fails where axe finds anything. */
const accessible = async (page) => assert.deepEqual(await violations(page), []);

describe('a model on an MLflow server', { timeout: 240_000 }, () => {
  let browser, edge, logged, expected, stop;
  before(async () => {
    ({ browser, edge, logged, expected, stop } = await startRelogged(FOREST, 'risk', ROW));
  });
  after(() => stop?.());

  const page = (name, body, options) => checkPage(name, () => browser, body, options);
  const answers = async (page) => {
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
    assertClose(JSON.parse(text), expected);
  };

  const ADDRESSES = { version: () => `models:/risk/${logged.version}`, alias: () => 'models:/risk@best', 'logged model': () => `models:/${logged.model}` };
  const NAMES = { version: () => `risk, version ${logged.version}`, alias: () => 'risk @best', 'logged model': () => 'model' };
  for (const [kind, uri] of Object.entries(ADDRESSES)) {
    page(`one named by its ${kind} gives the numbers of mlflow.pyfunc`, async (page) => {
      await page.goto(at(edge.url, tryPage(uri())));
      await answers(page);
      await page.getByRole('heading', { level: 1, name: NAMES[kind](), exact: true }).waitFor();
      assert.equal(await page.title(), `${NAMES[kind]()} · Millrace`);
      await screenshot(page, `try-${kind.replace(' ', '-')}`);
      await page.getByRole('table').filter({ hasText: 'Inputs' }).getByText('bmi').waitFor();
    });
  }

  page('a version that can run here leads to it', async (page) => {
    await page.goto(at(edge.url, `/models/risk/versions/${logged.version}`));
    await page.getByRole('table', { name: 'Inputs' }).waitFor();
    await page.getByRole('link', { name: 'Try it' }).click();
    await answers(page);
  });

  page('the form begins with the example, names what is wrong, and makes the body', async (page) => {
    await page.goto(at(edge.url, tryPage('models:/risk@best')));
    const form = page.getByRole('form', { name: 'Form' });
    await form.waitFor({ timeout: 60_000 });
    assert.equal(await form.getByLabel('age').inputValue(), '30.0');
    await form.getByLabel('bmi').fill('heavy');
    await page.getByRole('button', { name: 'Run the model' }).click();
    await seeText(page, /This is no double/);
    assert.equal(await page.evaluate(() => document.activeElement.labels?.[0]?.innerText.includes('bmi')), true);
    await runForm(page, { age: 51, bmi: 27.5 });
    const text = await page.getByRole('region', { name: 'Answer', exact: true }).innerText();
    assertClose(JSON.parse(text), expected);
    await page.getByText('Python', { exact: true }).click();
    await seeText(page, /mlflow models serve -m models:\/risk@best/);
    await accessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await accessible(page);
    await screenshot(page, 'try-form');
    await page.setViewportSize(PHONE);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await screenshot(page, 'try-form-phone');
  });

  page('after a reload it comes from the cache', async (page) => {
    await page.goto(at(edge.url, tryPage(`models:/risk/${logged.version}`)));
    await seeText(page, /Downloaded, and kept/, { timeout: 60_000 });
    assert.equal(files(page).length, 1);
    await page.reload();
    await seeText(page, /From this browser's cache/);
    assert.equal(files(page).length, 1);
    await answers(page);
  });

  page('one is opened by an address that is typed, and from the page of its logged model', async (page) => {
    await page.goto(at(edge.url, '/try'));
    await page.getByLabel('Or the address of a model').fill('models:/risk@best');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await answers(page);
    await page.goto(at(edge.url, `/experiments/0/models/${logged.model}`));
    await page.getByRole('link', { name: 'Try it' }).click();
    await page.getByRole('heading', { level: 1, name: 'model', exact: true }).waitFor();
    await answers(page);
  });

  page('the page of the model has the schema of a version and a form beside it', async (page) => {
    await page.goto(at(edge.url, '/models/risk'));
    await page.getByLabel('The version whose schema is shown').waitFor();
    await page.getByRole('table', { name: 'Inputs' }).getByText('bmi').waitFor();
    assert.equal(files(page).length, 0, 'nothing is downloaded unasked');
    await screenshot(page, 'model-panel');
    await page.getByRole('button', { name: 'Open the form' }).click();
    await runForm(page, { age: 51, bmi: 27.5 });
    assertClose(JSON.parse(await page.getByRole('region', { name: 'Answer', exact: true }).innerText()), expected);
    await accessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await accessible(page);
    await screenshot(page, 'model-panel-form', { fullPage: true });
    await page.setViewportSize(PHONE);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await screenshot(page, 'model-panel-phone', { fullPage: true });
  });

  page('its mark leads to it from its run', async (page) => {
    const mark = page.getByRole('link', { name: 'Runs in this page: try it' });
    await page.goto(at(edge.url, `/experiments/0/runs/${logged.run}/model`));
    await mark.first().waitFor({ timeout: 30_000 });
    assert.equal(await mark.count(), 2, 'of the logged model, and of the version');
    await screenshot(page, 'run-models');
    await mark.first().click();
    await answers(page);
  });

  page('one that is served says at which address, however it was opened', async (page) => {
    await page.goto(at(edge.url, tryPage(`models:/risk/${logged.version}`)));
    await page.getByLabel('Serve it here').check({ timeout: 60_000 });
    const address = page.getByRole('region', { name: 'Address' });
    await address.waitFor();
    await page.goto(at(edge.url, tryPage('models:/risk@best')));
    await page.getByRole('heading', { level: 1, name: 'risk @best', exact: true }).waitFor();
    const said = await address.innerText();
    assert.ok(said.endsWith(`/models/risk/${logged.version}/invocations`), said);
    const status = await page.evaluate(async ([said, body]) => {
      const answer = await fetch(said, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return answer.status;
    }, [said, JSON.stringify(ROW)]);
    assert.equal(status, 200);
    await page.getByLabel('Serve it here').uncheck();
    await address.waitFor({ state: 'detached' });
  });

  page('of a long request and a long answer the beginning is shown, and all of it is there', async (page) => {
    await page.goto(at(edge.url, tryPage('models:/risk@best')));
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    const data = Array.from({ length: 20_000 }, (_, nth) => [20 + (nth % 60), 20 + (nth % 150) / 10]);
    await page.getByRole('group', { name: 'The request as' }).getByRole('button', { name: 'JSON' }).click();
    await page.getByLabel('Request body').fill(JSON.stringify({ dataframe_split: { columns: ['age', 'bmi'], data } }));
    await page.getByRole('button', { name: 'Edit it all the same' }).waitFor();
    await page.getByRole('button', { name: 'Run the model' }).click();
    await seeText(page, /The first 100 of 20,000 rows/);
    assert.ok((await page.getByRole('region', { name: 'Answer', exact: true }).innerText()).length < 50_000);
    const { name, text } = await download(page, 'Download');
    assert.equal(name, 'answer.json');
    assert.equal(JSON.parse(text).predictions.length, 20_000);
    await accessible(page);
    await page.getByRole('button', { name: 'Edit it all the same' }).click();
    assert.equal(JSON.parse(await page.getByRole('textbox', { name: 'Request body' }).inputValue()).dataframe_split.data.length, 20_000);
  });

  page('the same request as code gives the same answer', async (page) => {
    await page.goto(at(edge.url, '/try'));
    await page.getByRole('button', { name: 'demo' }).click();
    const columns = ['age', 'sex', 'bmi', 'blood_pressure', 'cholesterol', 'ldl', 'hdl', 'cholesterol_per_hdl', 'log_triglycerides', 'glucose'];
    const data = [[48, 2, 26.4, 94.6, 189.1, 115.4, 49.8, 3.8, 4.6, 91.3]];
    const body = JSON.stringify({ dataframe_split: { columns, data }, params: { note: "it's `${1}` and \\ \"so\"" } }, null, 2);
    const answer = await runBody(page, body);
    assert.equal(answer.status, 200, answer.text);
    const code = async (language) => {
      await page.getByText(language, { exact: true }).click();
      const shown = page.getByRole('region', { name: language });
      // It is written once it is looked at.
      await shown.filter({ hasText: 'invocations' }).waitFor();
      return shown.innerText();
    };
    const python3 = python();
    const runs = {
      curl: (text) => run('bash', ['-c', text]),
      Python: (text) => run(python3, ['-c', text.replace('print(json.load(', 'print(json.dumps(json.load(').replace(/\)$/, '))')]),
      fetch: (text) => run(process.execPath, ['--input-type=module', '-e', text]),
    };
    for (const [language, execute] of Object.entries(runs)) {
      const { code: status, stdout, stderr } = await execute(await code(language));
      assert.equal(status, 0, `${language}: ${stderr}`);
      assert.deepEqual(JSON.parse(stdout), JSON.parse(answer.text), language);
    }
  });

  page('what is not there is said so', async (page) => {
    await page.goto(at(edge.url, tryPage('models:/nobody/1')));
    await seeText(page, /cannot run here/);
    await accessible(page);
    await seeText(page, /nobody/);
    await page.goto(at(edge.url, tryPage(`runs:/${logged.run}/nothing`)));
    await seeText(page, /MLmodel is not there/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await seeText(page, /MLmodel is not there/);
    await page.goto(at(edge.url, tryPage('s3://bucket/model')));
    await seeText(page, /names no model/);
  });
});

describe('a model on a server that asks who is asking', { timeout: 240_000 }, () => {
  const PASSWORD = 'the-admins-password';
  const TOKEN = 'the-token-of-the-admin';
  let browser, edge, mlflow, site, logged, expected;
  before(async () => {
    site = await startStatic(siteDir());
    const origin = `http://${FOREIGN_HOST}:${site.port}`;
    [browser, edge, mlflow] = await Promise.all([
      launch(),
      startServe([], { MILLRACE_AUTH: 'basic', MILLRACE_ADMIN_PASSWORD: PASSWORD, MILLRACE_ADMIN_TOKEN: TOKEN }),
      startMlflow({
        flags: ['--app-name', 'basic-auth', '--cors-allowed-origins', origin],
        env: { MLFLOW_FLASK_SERVER_SECRET_KEY: 'only for this test', MLFLOW_AUTH_ADMIN_PASSWORD: PASSWORD },
      }),
    ]);
    const env = { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: PASSWORD };
    const relog = async ({ uri, url }) => JSON.parse(await runPython('relog.py', [uri ?? url, FOREST, 'risk'], { env }));
    logged = await Promise.all([edge, mlflow].map(relog));
    expected = JSON.parse((await pyfunc(FOREST, [ROW]))[0].body);
  });
  after(() => Promise.all([browser?.close(), edge?.stop(), mlflow?.stop(), site?.stop()]));

  const page = (name, body) => checkPage(name, () => browser, body);
  const answers = async (page) => {
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
    assertClose(JSON.parse(text), expected);
    for (const secret of [PASSWORD, TOKEN, btoa(`admin:${PASSWORD}`)]) {
      assert.ok(!page.requested.some((url) => decodeURIComponent(url).includes(secret)), 'no credentials stand in an address');
    }
  };

  page('is opened once the right password is given, and again after a reload', async (page) => {
    await page.goto(at(edge.url, tryPage(`models:/risk/${logged[0].version}`)));
    await page.getByRole('alert').getByText('The server asks who you are').waitFor();
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'try-sign-in');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(PHONE);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await screenshot(page, 'try-sign-in-phone');
    await page.setViewportSize(DESKTOP);
    await signIn(page, 'admin', 'not the password');
    await page.getByRole('alert').getByText('The server did not accept these credentials').waitFor();
    assert.equal(await page.getByRole('alert').filter({ visible: true }).count(), 1);
    await signIn(page, 'admin', PASSWORD);
    await answers(page);
    await serverState(page).filter({ hasText: 'connected' }).waitFor();
    await page.reload();
    await answers(page);
  });

  page('is opened with a token', async (page) => {
    await page.goto(at(edge.url, tryPage(`models:/${logged[0].model}`)));
    await page.getByText('Bearer token', { exact: true }).click();
    await page.getByLabel('Token', { exact: true }).fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await answers(page);
  });

  page('is opened among the files of a run, where only those are asked for', async (page) => {
    await page.goto(at(edge.url, tryPage(`runs:/${logged[0].run}/model`)));
    await page.getByRole('alert').getByText('The server asks who you are').waitFor();
    await signIn(page, 'admin', PASSWORD);
    await answers(page);
  });

  page('is opened from an MLflow server on another origin', async (page) => {
    await page.goto(at(`http://${FOREIGN_HOST}:${site.port}/`, tryPage('models:/risk@best'), mlflow.uri));
    await page.getByRole('alert').getByText('The server asks who you are').waitFor();
    await signIn(page, 'admin', PASSWORD);
    await answers(page);
  });
});

for (const [server, startServer] of Object.entries(bothServers)) {
  describe(`models of three libraries on ${server}`, { timeout: 240_000 }, () => {
    let browser, edge, scratch, logged, expected;
    before(async () => {
      scratch = await mkdtemp(path.join(os.tmpdir(), 'millrace-converted-'));
      [browser, edge] = await Promise.all([launch(), startServer()]);
      const exported = path.join(path.dirname(path.dirname(python())), 'lib/python3.11/site-packages/onnx/backend/test/data/pytorch-converted/test_Conv2d/model.onnx');
      logged = JSON.parse(await runPython('converted.py', [edge.api, exported, scratch]));
      const answers = await pyfuncAll(Object.values(logged).map(({ folder, body }) => ({ model: folder, body })));
      expected = Object.fromEntries(Object.keys(logged).map((name, nth) => [name, JSON.parse(answers[nth].body)]));
    });
    after(() => Promise.all([browser?.close(), edge?.stop(), scratch && rm(scratch, { recursive: true, force: true })]));

    const page = (name, body) => checkPage(name, () => browser, body);
    const answers = async (page, name) => {
      await page.getByRole('table').filter({ hasText: 'Inputs' }).waitFor({ timeout: 60_000 });
      const { status, text } = await runBody(page, logged[name].body);
      assert.equal(status, 200, text);
      assertClose(JSON.parse(text), expected[name]);
    };

    const KINDS = {
      pipeline: ['scikit-learn', 'float32 (-1, 4)'],
      booster: ['XGBoost', 'float32 (-1, 8)'],
      network: ['PyTorch', 'float32 (-1, 3, 7, 5)'],
    };
    for (const [name, [library, input]] of Object.entries(KINDS)) {
      page(`one of ${library} is found, described, and gives the numbers of mlflow.pyfunc`, async (page) => {
        await page.goto(at(edge.url, '/models'));
        await page.getByRole('link', { name, exact: true }).click();
        await page.getByRole('link', { name: 'Version 1', exact: true }).click();
        await page.getByRole('table', { name: 'Inputs' }).getByText(input).waitFor();
        await page.getByRole('link', { name: 'Try it' }).click();
        await answers(page, name);
      });
    }

    page('one among the files of a run, and one that the run logged, by the address of the run', async (page) => {
      for (const where of [logged.booster.path, 'booster']) {
        await page.goto(at(edge.url, tryPage(`runs:/${logged.booster.run}/${where}`)));
        await page.reload();
        await answers(page, 'booster');
      }
    });

    page('one among the files of a run, by the mark in its folder', async (page) => {
      const { run, path } = logged.booster;
      await page.goto(at(edge.url, `/experiments/0/runs/${run}/artifactPath/${path}`));
      await page.getByRole('link', { name: 'Runs in this page: try it' }).click();
      await answers(page, 'booster');
    });

    page('a network that the page then serves', async (page) => {
      await page.goto(at(edge.url, tryPage('models:/network/1')));
      await answers(page, 'network');
      await page.getByLabel('Serve it here').check();
      await seeText(page, /This browser answers here/);
      const [status, text] = await page.evaluate(async (body) => {
        const answer = await fetch('./models/network/1/invocations', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
        return [answer.status, await answer.text()];
      }, logged.network.body);
      assert.equal(status, 200, text);
      assertClose(JSON.parse(text), expected.network);
    });
  });
}

describe('a model on a host that fails', { timeout: 240_000 }, () => {
  let browser, site, host, url;
  before(async () => {
    [browser, host, site] = await Promise.all([launch(), startUnruly(FOREST), startStatic(siteDir())]);
    url = `http://127.0.0.1:${site.port}/`;
  });
  after(() => Promise.all([browser?.close(), host?.stop(), site?.stop()]));

  const page = (name, how, body) =>
    checkPage(name, () => browser, async (page) => {
      host.how = how;
      host.requests.length = 0;
      await body(page, () => page.goto(at(url, tryPage(host.url))));
    });
  const downloads = () => host.requests.filter(({ name }) => name === 'model.onnx');

  page('a download that breaks off is taken up where it ended', { cut: 1000, times: 2 }, async (page, open) => {
    await open();
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    assert.deepEqual(downloads().map(({ range }) => range), [undefined, 'bytes=1000-', 'bytes=2000-']);
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
  });

  page('one whose file changes meanwhile is begun again', { cut: 1000, times: 1, renewed: true }, async (page, open) => {
    await open();
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    assert.deepEqual(downloads().map(({ range }) => range), [undefined, 'bytes=1000-', undefined]);
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
  });

  page('one that always does is said so, and can be tried again', { cut: 100 }, async (page, open) => {
    await open();
    await seeText(page, /broke off after 400 of \d+ bytes/, { timeout: 60_000 });
    host.how = {};
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
  });

  page('one that does not come is ended by who waits', { slow: 500 }, async (page, open) => {
    await open();
    await seeText(page, /500 B of/, { timeout: 60_000 });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await seeText(page, /Cancelled/);
  });

  page('a large one is asked about first', { claims: 150_000_000 }, async (page, open) => {
    await open();
    await page.getByRole('heading', { name: 'This model is 150 MB' }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Download it' }).click();
    await seeText(page, /of 150 MB/);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await seeText(page, /Cancelled/);
  });

  page('one that is not what its server says is refused', { digest: `sha-256=:${createHash('sha256').update('another').digest('base64')}:` }, async (page, open) => {
    await open();
    await seeText(page, /what came as model\.onnx is not what its server says/, { timeout: 60_000 });
    await screenshot(page, 'try-wrong-digest');
    const bytes = await readFile(path.join(FOREST, 'model.onnx'));
    host.how = { digest: `md5=:AAAA:, sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` };
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
  });

  page('a browser without room runs it all the same', {}, async (page, open) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize: 2000 });
    await open();
    await seeText(page, /no room to keep the model/, { timeout: 60_000 });
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
  });
});

describe('a model that takes long', { timeout: 240_000 }, () => {
  let browser, edge, model;
  before(async () => {
    [browser, edge] = await Promise.all([launch(), startServe()]);
    ({ model } = JSON.parse(await runPython('slow.py', [edge.url])));
  });
  after(() => Promise.all([browser?.close(), edge?.stop()]));

  checkPage('is stopped by who waits, and answers again', () => browser, async (page) => {
    await page.goto(at(edge.url, tryPage(`models:/${model}`)));
    const body = (times) => JSON.stringify({ inputs: { x: [1, 2], times: [times] } });
    await page.getByRole('table').filter({ hasText: 'Inputs' }).waitFor({ timeout: 60_000 });
    assert.deepEqual(await runBody(page, body(3)).then(({ text }) => JSON.parse(text)), { predictions: { y: [4, 5] } });
    await page.getByLabel('Request body').fill(body(1e9));
    await page.getByRole('button', { name: 'Run the model' }).click();
    await seeText(page, 'Running…');
    await page.locator('.answer').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Running…').waitFor({ state: 'detached' });
    await page.getByRole('table').filter({ hasText: 'Inputs' }).waitFor();
    assert.equal(await page.getByLabel('Request body').inputValue(), body(1e9), 'what was typed stands there');
    assert.deepEqual(await runBody(page, body(5)).then(({ text }) => JSON.parse(text)), { predictions: { y: [6, 7] } });
  });
});

describe('a model on a static host', { timeout: 240_000 }, () => {
  let browser, site, scratch, url;
  before(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), 'millrace-trial-'));
    await cp(siteDir(), scratch, { recursive: true });
    browser = await launch();
    site = await startStatic(scratch, '/sub/');
    url = `http://127.0.0.1:${site.port}/sub/`;
  });
  after(() => Promise.all([browser?.close(), site?.stop(), scratch && rm(scratch, { recursive: true, force: true })]));

  const demo = `/demo?model=${encodeURIComponent('./models/demo')}`;
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries({ desk: undefined, phone: PHONE })) {
      checkPage(`the public page, ${colorScheme}, ${size}`, () => browser, async (page) => {
        await page.goto(at(url, demo));
        assert.deepEqual(await runForm(page), ['125.9']);
        await page.getByRole('heading', { level: 1, name: 'Diabetes within a year' }).waitFor();
        assert.equal(await page.getByRole('navigation').count(), 0, 'nothing else');
        await accessible(page);
        const { width, height } = page.viewportSize();
        assert.deepEqual(await page.getByRole('main').evaluate((main) => [main.offsetWidth, main.offsetHeight]), [width, height], 'it has the window');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
        await screenshot(page, `demo-${size}-${colorScheme}`, { fullPage: true });
      }, { colorScheme, ...(viewport && { viewport }) });
    }
  }

  checkPage('a download that breaks off is said so, and a file of no use', () => browser, async (page) => {
    await cp(path.join(scratch, 'models/demo'), path.join(scratch, 'models/cut'), { recursive: true });
    await truncate(path.join(scratch, 'models/cut/model.onnx'), 60);
    await page.goto(at(url, tryPage('./models/cut')));
    await seeText(page, /cannot run here/);
    await rm(path.join(scratch, 'models/cut/model.onnx'));
    await page.goto(at(url, tryPage('./models/cut/')));
    await seeText(page, /cannot run here/);
  });

  checkPage('what was served changes with the model in its place', () => browser, async (page) => {
    const place = path.join(scratch, 'models/changing');
    await cp(path.join(scratch, 'models/demo'), place, { recursive: true });
    await page.goto(at(url, tryPage('./models/changing')));
    await page.getByLabel('Serve it here').check({ timeout: 60_000 });
    await seeText(page, /This browser answers here/);
    const post = () => page.evaluate(async (body) => {
      const answer = await fetch('./invocations', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return [answer.status, await answer.text()];
    }, JSON.stringify(ROW));
    assert.equal((await post())[0], 400, 'the first model has other columns');
    await rm(place, { recursive: true });
    await cp(FOREST, place, { recursive: true });
    await page.reload();
    await page.getByRole('table').filter({ hasText: 'Inputs' }).getByText('bmi').waitFor();
    const [status, text] = await post();
    assert.equal(status, 200, text);
    assertClose(JSON.parse(text), JSON.parse((await pyfunc(FOREST, [ROW]))[0].body));
    await page.getByLabel('Serve it here').uncheck();
    await page.getByText(/This browser answers here/).waitFor({ state: 'detached' });
  });

  checkPage('of two models of one name the one is served that was told to last', () => browser, async (page) => {
    const [one, other] = ['one', 'other'].map((folder) => `./models/${folder}/same`);
    await cp(path.join(scratch, 'models/demo'), path.join(scratch, one), { recursive: true });
    await cp(FOREST, path.join(scratch, other), { recursive: true });
    for (const model of [one, other]) {
      await page.goto(at(url, tryPage(model)));
      await page.getByRole('table').filter({ hasText: 'Inputs' }).getByText(model === one ? 'glucose' : 'age').waitFor({ timeout: 60_000 });
      await page.getByLabel('Serve it here').check();
      await seeText(page, /This browser answers here/);
    }
    await page.goto(at(url, tryPage(one)));
    await page.getByRole('table').filter({ hasText: 'Inputs' }).getByText('glucose').waitFor();
    assert.equal(await page.getByLabel('Serve it here').isChecked(), false);
    assert.equal(await page.getByText(/This browser answers here/).count(), 0);
    const status = await page.evaluate(async (body) => {
      const answer = await fetch('./models/same/1/invocations', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return answer.status;
    }, JSON.stringify(ROW));
    assert.equal(status, 200);
    await page.goto(at(url, tryPage(other)));
    await page.getByRole('table').filter({ hasText: 'Inputs' }).getByText('bmi').waitFor();
    await page.getByLabel('Serve it here').uncheck();
    await page.getByText(/This browser answers here/).waitFor({ state: 'detached' });
  });

  checkPage('another ONNX file beside the same MLmodel is not answered for by the one that was kept', () => browser, async (page) => {
    const place = path.join(scratch, 'models/replaced');
    await cp(FOREST, place, { recursive: true });
    await page.goto(at(url, tryPage('./models/replaced')));
    const first = await runForm(page, { age: 51, bmi: 27.5 });
    await page.reload();
    await seeText(page, /From this browser's cache/);
    // As long as before, and with another leaf in each tree.
    const bytes = await readFile(path.join(place, 'model.onnx'));
    const leaf = Buffer.from(new Float32Array([0.25]).buffer);
    for (let found = bytes.indexOf(leaf); found !== -1; found = bytes.indexOf(leaf, found + 4)) bytes.writeFloatLE(0.125, found);
    await writeFile(path.join(place, 'model.onnx'), bytes);
    await utimes(path.join(place, 'model.onnx'), new Date(), new Date(Date.now() - 3_600_000));
    await page.reload();
    await seeText(page, /Downloaded, and kept/);
    assert.notDeepEqual(await runForm(page, { age: 51, bmi: 27.5 }), first);
  });

  checkPage('the page serves it itself, after a reload and without a network', () => browser, async (page) => {
    await page.goto(at(url, tryPage('./models/demo')));
    await page.getByLabel('Serve it here').check({ timeout: 60_000 });
    await seeText(page, /This browser answers here/);
    const body = JSON.stringify({ dataframe_split: { columns: ['age', 'sex', 'bmi', 'blood_pressure', 'cholesterol', 'ldl', 'hdl', 'cholesterol_per_hdl', 'log_triglycerides', 'glucose'], data: [[48, 2, 26.4, 94.6, 189.1, 115.4, 49.8, 3.8, 4.6, 91.3]] } });
    const post = (path) => page.evaluate(async ([path, body]) => {
      const answer = await fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return [answer.status, await answer.text()];
    }, [path, body]);
    assert.deepEqual(await post('./invocations'), [200, '{"predictions": [{"progression": 125.9}]}']);
    await site.stop();
    await page.reload();
    await seeText(page, /This browser answers here/);
    for (const path of ['./invocations', './models/demo/1/invocations']) {
      assert.deepEqual(await post(path), [200, '{"predictions": [{"progression": 125.9}]}']);
    }
    assert.equal(await page.evaluate(() => fetch('./ping').then((answer) => answer.status)), 200);
    await page.getByLabel('Serve it here').uncheck();
    await page.getByText(/This browser answers here/).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 0);
  });
});
