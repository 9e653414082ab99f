// How tests name the things of the page: by role and by what a user reads.

import { readFile } from 'node:fs/promises';

/** The address of a page of the site at `base`, talking to the MLflow server at `server` if one is given. */
export const at = (base, hash = '/experiments', server) => {
  const url = new URL(base);
  if (server) url.searchParams.set('server', server);
  url.hash = hash;
  return url.href;
};

/** The link to an experiment in the list of experiments; in a folder it shows the last part of its name. */
export const experimentLink = (page, name) =>
  page.getByRole('table').getByRole('link', { name: name.split('/').at(-1), exact: true });

/** The link in the rail that says which server is in use and how it fares. */
export const serverState = (page) => page.getByRole('navigation', { name: 'Main' }).locator('a.server-state');

/** Types a server's address into the form and connects. */
export async function connect(page, address) {
  await page.getByLabel('Address of the MLflow server').fill(address);
  await page.getByRole('button', { name: 'Connect' }).click();
}

/** Fills the form that stands where the server asked who is asking. */
export async function signIn(page, user, password) {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password', { exact: true }).and(page.locator('input[type=password]')).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits until a text is to be seen. */
export const seeText = (page, pattern, options) => page.getByText(pattern).filter({ visible: true }).first().waitFor(options);

/**
 * On the page `#/try`: runs the model on `body`, or on the body that stands
 * there, and returns `{ status, text }` of the answer.
 */
export async function runBody(page, body) {
  const asJson = page.getByRole('group', { name: 'The request as' }).getByRole('button', { name: 'JSON' });
  if (await asJson.isVisible()) await asJson.click();
  if (body !== undefined) await page.getByLabel('Request body').fill(body);
  const answer = page.locator('.answer');
  // The answer before must not be taken for the one to come.
  const before = await answer.locator('.answer-head').first().elementHandle({ timeout: 100 }).catch(() => null);
  await page.getByRole('button', { name: 'Run' }).click();
  if (before) await before.waitForElementState('hidden').catch(() => {});
  await answer.getByRole('region', { name: 'Answer' }).first().waitFor();
  const status = Number(await answer.locator('.answer-head').getByText(/^\d{3}$/).innerText());
  return { status, text: await answer.getByRole('region', { name: 'Answer' }).innerText() };
}

/** On the page `#/try` or `#/demo`: waits for the model, types into the form, runs it, and returns the first row of predictions as texts. */
export async function runForm(page, fields = {}) {
  const form = page.getByRole('form', { name: 'Form' });
  await form.waitFor();
  for (const [name, value] of Object.entries(fields)) await form.getByLabel(name, { exact: false }).first().fill(String(value));
  const answer = page.locator('.answer');
  const before = await answer.locator('.answer-head').first().elementHandle({ timeout: 100 }).catch(() => null);
  await page.getByRole('button', { name: 'Run the model' }).click();
  if (before) await before.waitForElementState('hidden').catch(() => {});
  await answer.locator('.answer-head').first().waitFor();
  return page.getByRole('region', { name: 'Predictions' }).locator('tbody tr').first().locator('td').allInnerTexts();
}

/** The names of the runs in the table that are in the page, from the top. */
export const runNames = (page) =>
  page.locator('.runs-body [role=row]:not([hidden])').evaluateAll((rows) =>
    rows
      .filter((row) => row.querySelector('a[href]'))
      .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
      .map((row) => row.querySelector('a[href]').textContent),
  );

/** The button in the heading of a column of the table of runs. */
export const columnButton = (page, heading) => page.getByRole('columnheader').getByRole('button', { name: heading, exact: true });

/** What stands in the table of runs in the row of a run and under a heading, without the mark of the best. */
export async function runCell(page, name, heading) {
  const index = await columnButton(page, heading).locator('xpath=ancestor::*[@role="columnheader"]').getAttribute('aria-colindex');
  const text = await runRow(page, name).locator(`[aria-colindex="${index}"]`).innerText();
  return text.replace(/\s*\(best\)$/, '').trim();
}

/** The row of a run in the table of runs. */
export const runRow = (page, name) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

/** Types a filter for runs and applies it. */
export async function filterRuns(page, filter) {
  const box = page.getByRole('search').getByRole('combobox');
  await box.fill(filter);
  await box.press('Enter');
}

/** The chart of one metric on the page of a run. */
export const metricChart = (page, key) => page.getByRole('figure').filter({ has: page.getByRole('heading', { name: key, exact: true }) });

/** The address of the page of a metric of some runs. */
export const metricPage = (runs, metric, experiment, choices = {}) => {
  const query = new URLSearchParams({
    runs: JSON.stringify(runs),
    metric: JSON.stringify(metric),
    experiments: JSON.stringify([experiment]),
    ...choices,
  });
  return `/metric?${query}`;
};

/** The large chart on the page of a metric. */
export const largeChart = (page) => page.getByRole('main').getByRole('figure').first();

/** The canvas with the lines of a chart; the crosshair has one of its own above it. */
export const linesOf = (chart) => chart.locator('canvas').first();

/** Opens the menu of a chart and chooses from it. */
export async function chartMenu(chart, item) {
  await chart.getByRole('button', { name: /^More for the chart/ }).click();
  await chart.getByRole('menuitem', { name: item, exact: true }).click();
}

/** Fills the fields of a dialog by their labels, and presses one of its buttons. */
export async function fillDialog(page, name, fields, button) {
  const dialog = page.getByRole('dialog', { name }).last();
  for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(text);
  await dialog.getByRole('button', { name: button, exact: true }).click();
}

/** Opens the menu of an experiment in the list and chooses from it. */
export async function rowMenu(page, name, item) {
  await page.getByRole('button', { name: `More about ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** On the page `#/try`: waits for the model, and scores the rows of a table: a file for Playwright, the `{ path }` of one, or a text to paste. `labels` is the column that has them. */
export async function scoreTable(page, table, labels) {
  await page.getByRole('group', { name: 'The request as' }).getByRole('button', { name: 'Table' }).click({ timeout: 60_000 });
  if (typeof table === 'string') await page.getByLabel(/Or paste rows/).fill(table);
  else await page.locator('.rows input[type=file]').setInputFiles(table.path ?? table);
  if (labels) await page.getByLabel('Column with the true labels').selectOption({ label: labels });
  await page.getByRole('button', { name: 'Score the rows' }).click();
}

/** Presses a button that saves a file; answers its `{ name, text }`. */
export async function download(page, button) {
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return { name: saved.suggestedFilename(), text: await readFile(await saved.path(), 'utf8') };
}
