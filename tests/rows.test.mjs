// Many rows given to a model in the page, and to two: what comes back is what
// mlflow.pyfunc says of them, and as right as scikit-learn says.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { launch, PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { siteDir, testsDir } from './support/environment.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, download, runForm, scoreTable, seeText } from './support/pages.mjs';
import { startStatic } from './support/static-server.mjs';

const FOREST = path.join(testsDir, 'golden', 'models', 'forest');
const ROWS = 3000;
const NOTES = ['plain', 'with, comma', 'with "quotes"', 'on\ntwo lines', ''];

/** The rows of a table, whose values do not repeat soon. */
const people = Array.from({ length: ROWS }, (_, n) => [NOTES[n % 5], 20 + ((n * 7919) % 600) / 10, 15 + ((n * 104729) % 250) / 10, n % 3]);
const quoted = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value);
/** As spreadsheets write it: a mark of the byte order, lines that end in CRLF. */
const csv = `\ufeff${[['note', 'bmi', 'age', 'risk'], ...people.map(([note, age, bmi, risk]) => [note, bmi, age, risk])].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
const tryPage = (model, against) => `/try?model=${encodeURIComponent(model)}${against ? `&against=${encodeURIComponent(against)}` : ''}`;
const file = (text, name = 'people.csv') => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

/** Reads a table as RFC 4180 has it. */
function read(text) {
  const rows = [[]];
  for (const [, value, end] of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g)) {
    rows.at(-1).push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('many rows in the page', { timeout: 240_000 }, () => {
  let browser, site, scratch, url, said;
  before(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), 'millrace-rows-'));
    await cp(siteDir(), scratch, { recursive: true });
    await cp(FOREST, path.join(scratch, 'models/forest'), { recursive: true });
    await writeFile(path.join(scratch, 'people.csv'), csv);
    // The same with a column of times, which the graph does not take.
    await cp(FOREST, path.join(scratch, 'models/dated'), { recursive: true });
    const about = await readFile(path.join(FOREST, 'MLmodel'), 'utf8');
    await writeFile(path.join(scratch, 'models/dated/MLmodel'), about.replace("inputs: '[", `inputs: '[{"type": "datetime", "name": "at", "required": true}, `));
    [browser, said] = await Promise.all([
      launch(),
      runPython('rows.py', [FOREST, path.join(scratch, 'people.csv'), 'risk', path.join(scratch, 'models/variant')]).then(JSON.parse),
    ]);
    site = await startStatic(scratch, '/');
    url = `http://127.0.0.1:${site.port}/`;
  });
  after(() => Promise.all([browser?.close(), site?.stop(), scratch && rm(scratch, { recursive: true, force: true })]));

  const page = (name, body, options) => checkPage(name, () => browser, body, options);
  const FOUND = { forest: './models/forest', variant: './models/variant' };

  page('a table comes back with the predictions of mlflow.pyfunc', async (page) => {
    await page.goto(at(url, tryPage(FOUND.forest)));
    await scoreTable(page, file(csv));
    await seeText(page, /3,000 rows scored in/);
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'rows');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'rows-dark');
    await page.setViewportSize(PHONE);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await screenshot(page, 'rows-phone');
    const { name, text } = await download(page, 'Download with predictions');
    assert.equal(name, 'people-predictions.csv');
    const [header, ...rows] = read(text);
    assert.deepEqual(header, ['note', 'bmi', 'age', 'risk', ...said[0].columns]);
    assert.equal(rows.length, ROWS);
    assert.deepEqual(rows.map(([note, bmi, age]) => [note, Number(age), Number(bmi)]), people.map(([note, age, bmi]) => [note, age, bmi]));
    assertClose(rows.map((row) => [Number(row[4]), JSON.parse(row[5])]), said[0].rows);
    const table = page.getByRole('table', { name: 'Rows with predictions' });
    assert.equal(await table.getAttribute('aria-rowcount'), '1001');
    assert.deepEqual(await table.getByRole('row').nth(1).getByRole('cell').allInnerTexts(), [...rows[0].slice(4), ...rows[0].slice(0, 4)]);
    await seeText(page, /The first 1,000 of 3,000 rows/);
  });

  page('labels make it as right as scikit-learn says, by the metric that is chosen', async (page) => {
    await page.goto(at(url, tryPage(FOUND.forest)));
    await scoreTable(page, file(csv), 'risk');
    await seeText(page, /3,000 rows scored in/);
    const metric = page.getByLabel('Metric');
    for (const [key, expected] of Object.entries(said[0].metrics)) {
      await metric.selectOption(key);
      const value = await page.locator('.scores dd').getAttribute('title');
      assert.ok(Math.abs(Number(value) - expected) < 1e-6, `${key}: ${value} is not ${expected}`);
    }
  });

  page('two models are given the same rows, and those that differ are named first', async (page) => {
    await page.goto(at(url, tryPage(FOUND.forest, FOUND.variant)));
    await page.locator('.try-model .model-card').nth(1).waitFor({ timeout: 60_000 });
    const [one, other] = said.map(({ rows }) => rows);
    await runForm(page, { age: people[0][1], bmi: people[0][2] });
    await page.locator('.against').getByText(/rows differ|say the same/).waitFor();
    await scoreTable(page, file(csv), 'risk');
    await seeText(page, /3,000 rows scored in/);
    const by = one.map(([label, chances], n) => [label !== other[n][0], Math.max(...Object.entries(chances).map(([key, value]) => Math.abs(value - other[n][1][key])))]);
    const labels = by.filter(([disagree]) => disagree).length;
    const differing = by.filter(([disagree, most]) => disagree || most > 0);
    assert.ok(labels > 0 && differing.length < ROWS, 'some differ');
    const words = await page.locator('.rows .differ').innerText();
    assert.match(words, new RegExp(`^${differing.length.toLocaleString('en')} of 3,000 rows differ · another label: ${labels.toLocaleString('en')} · largest difference`));
    const most = Number(/largest difference ([\d.e-]+)/.exec(words)[1]);
    assert.ok(Math.abs(most - Math.max(...by.map(([, most]) => most))) < 1e-4);
    const first = page.getByRole('table', { name: 'Rows that differ' }).getByRole('row').nth(1).getByRole('cell');
    assert.equal(await first.nth(1).innerText(), 'another label');
    await page.getByLabel('Metric').selectOption('accuracy');
    const values = await page.locator('.scores dd').evaluateAll((all) => all.map((one) => Number(one.title)));
    said.forEach(({ metrics }, n) => assert.ok(Math.abs(values[n] - metrics.accuracy) < 1e-6));
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'rows-against');
    await page.getByRole('button', { name: 'End comparing' }).click();
    await page.locator('.try-model .model-card').nth(1).waitFor({ state: 'detached' });
  });

  page('what is wrong with a table is said by row and column, and what was scored is kept', async (page) => {
    await page.goto(at(url, tryPage(FOUND.forest)));
    await scoreTable(page, file('age;weight\n1;2\n', 'wrong.csv'));
    await seeText(page, /lacks columns that the model needs: bmi/);
    await scoreTable(page, `age\tbmi\n${'30\t22.5\n'.repeat(40)}old\t1\n`);
    await seeText(page, /Row 41, column age: “old” is no double/);
    await scoreTable(page, file('age,bmi\n1,2\n1,2,3\n', 'wide.csv'));
    await seeText(page, /Row 2 has 3 values/);
    await scoreTable(page, 'age\tbmi\n30\t22.5\n51\t\n');
    await seeText(page, /2 rows scored in/);
    const { name, text } = await download(page, 'Download with predictions');
    assert.equal(name, 'rows-predictions.tsv');
    assert.equal(read(text.replaceAll('\t', ','))[2][0], '51');
  });

  page('a time that is none is named by row and column, before anything is sent', async (page) => {
    await page.goto(at(url, tryPage('./models/dated')));
    for (const [time, words] of [
      ['31.01.2026', /Row 42, column at: “31\.01\.2026” is no datetime/],
      ['2026-02-30', /Row 42, column at: “2026-02-30” is no datetime/],
      ['2026-01-31T12:00:00Z', /Row 42, column at: “2026-01-31T12:00:00Z” names an offset from UTC, and a datetime has none/],
    ]) {
      await scoreTable(page, `at\tage\tbmi\n${'2026-01-31 12:00:00.5\t30\t22.5\n'.repeat(40)}\t30\t22.5\n${time}\t30\t22.5\n`);
      await seeText(page, words);
    }
  });

  page('a first line of any length has the names', async (page) => {
    await page.goto(at(url, tryPage(FOUND.forest)));
    const others = Array.from({ length: 8000 }, (_, n) => `another_${n}`);
    const line = (first, second, rest) => `${first},${rest.join(',')},${second}\n`;
    await scoreTable(page, file(line('age', 'bmi', others) + line(30, 22.5, others.map(() => 1)) + line('old', 1, others.map(() => 1)), 'wide.csv'));
    await seeText(page, /Row 2, column age: “old” is no double/);
  });

  page('it can be ended', async (page) => {
    await page.goto(at(url, tryPage(FOUND.forest)));
    const many = path.join(scratch, 'many.csv');
    await writeFile(many, `age,bmi\n${'30.5,22.5\n'.repeat(2_000_000)}`);
    await scoreTable(page, { path: many });
    await seeText(page, /of about [\d,]+ rows/);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await seeText(page, /rows scored, then ended/);
    await page.getByRole('button', { name: 'Score the rows' }).and(page.locator('[aria-disabled=false]')).waitFor();
  });
});
