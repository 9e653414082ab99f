// Every page, in both themes, on a desk and on a phone: nothing sticks out or
// is cut, axe finds nothing, and a picture is kept for people to look at.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { DESKTOP, PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { at, experimentLink, largeChart, metricPage, seeText } from './support/pages.mjs';
import { startWorld } from './support/world.mjs';

const SIZES = { desk: DESKTOP, phone: PHONE };
const THEMES = ['light', 'dark'];

/** Name, address, and what has to be there before the page counts as shown. */
const pages = ({ logged: { experiment, runs }, mlflow }) => [
  ['experiments', '/experiments', (page) => experimentLink(page, experiment.name).waitFor()],
  ['experiments-none', '/experiments?searchFilter=nosuchname', (page) => seeText(page, /No experiment/)],
  ['runs', `/experiments/${experiment.id}/runs`, (page) => seeText(page, 'wide-adam')],
  ['runs-bad-filter', `/experiments/${experiment.id}/runs?searchFilter=${encodeURIComponent('metrics.loss >')}`, (page) => seeText(page, /Invalid|filter/)],
  ['run', `/experiments/${experiment.id}/runs/${runs.spiked.id}`, (page) => seeText(page, 'learning_rate')],
  ['run-artifacts', `/experiments/${experiment.id}/runs/${runs.spiked.id}/artifacts`, (page) => seeText(page, /Choose a file|No files yet/)],
  ['run-model', `/experiments/${experiment.id}/runs/${runs.spiked.id}/model`, (page) => seeText(page, /Signature of|No model yet/)],
  ['run-charts', `/experiments/${experiment.id}/runs/${runs.spiked.id}/model-metrics`, (page) => page.getByRole('figure').first().waitFor()],
  ['experiments-deleted', '/experiments?lifecycleFilter=Deleted', (page) => seeText(page, /No deleted experiments/)],
  ['run-bare', `/experiments/${experiment.id}/runs/${runs.bare.id}`, (page) => seeText(page, 'nothing-logged')],
  ['run-missing', `/experiments/${experiment.id}/runs/${'0'.repeat(32)}`, (page) => seeText(page, /not found/i)],
  ['metric', metricPage([runs.spiked.id, runs.plain.id], 'loss', experiment.id), (page) => largeChart(page).locator('canvas').first().waitFor()],
  ['compare', `/compare-runs?${new URLSearchParams({ runs: JSON.stringify([runs.spiked.id, runs.plain.id]), experiments: JSON.stringify([experiment.id]) })}`, (page) => seeText(page, 'learning_rate')],
  ['try', '/try', (page) => page.getByRole('heading', { level: 1 }).waitFor()],
  ['settings', '/settings', (page) => page.getByLabel('Address of the MLflow server').waitFor()],
  ['not-found', '/no/such/page', (page) => seeText(page, /no\/such\/page/)],
  ['refused', '/experiments', (page) => seeText(page, /not as MLflow does|Check the address/), `${mlflow.uri}/static-files`],
];

/** Elements that stick out of the window to the right, unless a scrolling box of their own holds them. */
const sticksOut = (page) =>
  page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > limit + 1)
      .map((element) => element.outerHTML.slice(0, 120))
      .slice(0, 5);
  });

/** Numbers that do not fit their cell: cut, they read as other numbers. */
const cutNumbers = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('td.number, .runs-body .number')]
      .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
      .map((cell) => `cut: ${cell.textContent}`),
  );

/** How light the page's background is, from 0 to 1. */
const lightness = (page) =>
  page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    return (r + g + b) / 765;
  });

describe('every page', { timeout: 300_000 }, () => {
  let world;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  for (const colorScheme of THEMES) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      checkPage(
        `is sound in the ${colorScheme} theme on a ${size}`,
        () => world.browser,
        async (page) => {
          const wrong = {};
          for (const [name, hash, shown, server] of pages(world)) {
            await page.goto('about:blank');
            await page.goto(at(world.edge.url, hash, server));
            const found = await shown(page).then(() => [], (error) => [error.message.split('\n')[0]]);
            await page.evaluate(() => document.fonts.ready);
            await page.waitForLoadState('networkidle');
            await screenshot(page, `${name}-${colorScheme}-${size}`);
            found.push(...(await violations(page)), ...(await sticksOut(page)), ...(await cutNumbers(page)));
            if ((await lightness(page)) > 0.5 !== (colorScheme === 'light')) found.push('the theme is the other one');
            if (found.length) wrong[name] = found;
          }
          assert.deepEqual(wrong, {});
        },
        { viewport, colorScheme },
      );
    }
  }

  checkPage('the menu opens as a drawer on a phone and closes again', () => world.browser, async (page) => {
    await page.goto(at(world.edge.url));
    const menu = page.getByRole('button', { name: 'Menu', exact: true });
    await menu.and(page.locator('[aria-expanded=false]')).click();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByLabel('Address of the MLflow server').waitFor();
    await menu.and(page.locator('[aria-expanded=false]')).waitFor();
  }, { viewport: PHONE });

  checkPage('the keyboard alone reaches a run', () => world.browser, async (page) => {
    await page.goto(at(world.edge.url));
    const { experiment } = world.logged;
    const link = experimentLink(page, experiment.name);
    await link.waitFor();
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'INPUT', '/ goes to the filter');
    await page.keyboard.type('weekly');
    for (let i = 0; i < 20 && !(await link.evaluate((it) => it === document.activeElement)); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`#/experiments/${experiment.id}/runs`));
  });
});
