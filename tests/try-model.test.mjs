// A picked MLmodel folder runs in the page, by the crate that answers at the
// edge, and nothing of it leaves the page.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { rootDir, siteDir, testsDir } from './support/environment.mjs';
import { pyfunc } from './support/mlflow.mjs';
import { at, runBody, seeText } from './support/pages.mjs';
import { startServe } from './support/serve.mjs';
import { startStatic } from './support/static-server.mjs';

const golden = (name) => path.join(testsDir, 'golden', 'models', name);
const DEMO = path.join(rootDir, 'examples', 'demo-model', 'model');
const LOAD_MS = 60_000;

const row = [0.5, -1, 2.25, 3];
const records = [{ a: 0.5, b: -1, c: 2.25, d: 3 }];
/** Folder, and bodies that its signature takes. */
const MODELS = [
  ['df', golden('df'), [{ dataframe_split: { columns: ['a', 'b', 'c', 'd'], data: [row] } }, { dataframe_records: records }, { instances: records }, { inputs: { a: [0.5], b: [-1], c: [2.25], d: [3] } }]],
  ['tensor', golden('tensor'), [{ inputs: [row, row] }, { instances: [row] }]],
  ['two', golden('two'), [{ inputs: { x: [1, 2], y: [3, 4.5] } }]],
  ['big (external data)', golden('big'), [{ inputs: [row] }]],
  ['demo', DEMO, [{ dataframe_split: { columns: ['age', 'sex', 'bmi', 'blood_pressure', 'cholesterol', 'ldl', 'hdl', 'cholesterol_per_hdl', 'log_triglycerides', 'glucose'], data: [[48, 2, 26.4, 94.6, 189.1, 115.4, 49.8, 3.8, 4.6, 91.3]] } }]],
];

describe('a model in the page', { timeout: 240_000 }, () => {
  let browser, site, origin, scratch;
  before(async () => {
    [browser, site, scratch] = await Promise.all([launch(), startStatic(siteDir(), '/sub/'), mkdtemp(path.join(os.tmpdir(), 'millrace-models-'))]);
    origin = `http://127.0.0.1:${site.port}`;
  });
  after(() => Promise.all([browser?.close(), site?.stop(), scratch && rm(scratch, { recursive: true, force: true })]));

  const open = (page) => page.goto(at(`${origin}/sub/`, '/try'));
  const pick = (page, folder) => page.locator('input[type=file]').setInputFiles(folder);
  const loaded = async (page) => {
    const ready = page.getByRole('button', { name: 'Run' }).and(page.locator('[aria-disabled=false]'));
    const failed = page.getByRole('alert');
    await ready.or(failed).first().waitFor({ timeout: LOAD_MS });
    if (await failed.isVisible()) assert.fail(await failed.innerText());
  };
  const page = (name, body) => checkPage(name, () => browser, body);

  for (const [name, folder, bodies] of MODELS) {
    page(`${name} gives the numbers of mlflow.pyfunc, offline`, async (page) => {
      const expected = pyfunc(folder, bodies);
      await open(page);
      await pick(page, folder);
      await loaded(page);
      for (const [i, body] of bodies.entries()) {
        const answer = await runBody(page, JSON.stringify(body));
        const { status, body: text } = (await expected)[i];
        assert.equal(answer.status, status, text);
        assertClose(JSON.parse(answer.text), JSON.parse(text));
      }
      const strangers = page.requested.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(`${origin}/sub/`));
      assert.deepEqual(strangers, []);
      assert.ok(site.requests.every((request) => request.startsWith('GET ')), 'nothing was posted');
    });
  }

  page('the body that stands there at first runs as it is', async (page) => {
    await open(page);
    await pick(page, DEMO);
    await loaded(page);
    const answer = await runBody(page);
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.text), { predictions: [{ progression: 125.9 }, { progression: 268.2 }] });
    await page.getByRole('table').filter({ hasText: 'Inputs' }).getByText('blood_pressure').waitFor();
  });

  page("a body that does not fit gets MLflow's words, and the next one an answer", async (page) => {
    await open(page);
    await pick(page, golden('df'));
    await loaded(page);
    const refused = await runBody(page, '{"dataframe_records": [{"a": 1}]}');
    assert.equal(refused.status, 400);
    assert.match(refused.text, /missing inputs/i);
    await page.getByLabel('Request body').fill('{"inputs": ');
    await page.getByRole('button', { name: 'Run' }).click();
    await seeText(page, /not JSON/);
    assert.equal((await runBody(page, JSON.stringify({ dataframe_records: records }))).status, 200);
  });

  page('a folder that is no model, and one that is broken, are told so; the next one loads', async (page) => {
    await open(page);
    await pick(page, path.join(testsDir, 'support'));
    await seeText(page, /No file named MLmodel/);
    const broken = path.join(scratch, 'truncated');
    await cp(golden('df'), broken, { recursive: true });
    await truncate(path.join(broken, 'model.onnx'), 60);
    await pick(page, broken);
    await seeText(page, /cannot run here/, { timeout: LOAD_MS });
    const incomplete = path.join(scratch, 'no-data');
    await cp(golden('big'), incomplete, { recursive: true, filter: (file) => !file.endsWith('.data') });
    await pick(page, incomplete);
    await seeText(page, /\.data/, { timeout: LOAD_MS });
    await pick(page, golden('df'));
    await loaded(page);
    assert.equal((await runBody(page, JSON.stringify({ dataframe_records: records }))).status, 200);
  });
});

describe('a model at the edge', { timeout: 120_000 }, () => {
  let browser, edge;
  before(async () => {
    [browser, edge] = await Promise.all([launch(), startServe()]);
  });
  after(() => Promise.all([browser?.close(), edge?.stop()]));

  checkPage('is offered by name and answers', () => browser, async (page) => {
    await page.goto(at(edge.url, '/try'));
    await page.getByRole('button', { name: /demo/ }).click();
    const answer = await runBody(page, JSON.stringify(MODELS.at(-1)[2][0]));
    assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, { predictions: [{ progression: 125.9 }] }]);
  });
});
