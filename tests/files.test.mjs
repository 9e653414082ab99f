// Files of a run, logged by the Python client and shown by the page: what is on
// screen is what was written, hostile files do nothing, and big ones stay where they are.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, seeText } from './support/pages.mjs';

for (const [name, start] of Object.entries(bothServers)) {
  describe(`files on ${name}`, { timeout: 300_000 }, () => {
    let browser, server, logged;
    before(async () => {
      [browser, server] = await Promise.all([launch(), start()]);
      logged = JSON.parse(await runPython('files.py', [server.api]));
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });
    const page = (words, body, options) => checkPage(`${words} (${name})`, () => browser, body, options);
    const open = (page, path) =>
      page.goto(at(server.url, `/experiments/${logged.experiment}/runs/${logged.run}/${path ? `artifactPath/${path}` : 'artifacts'}`));
    /** Shows another file of the page that is open. */
    const go = async (page, path) => {
      await open(page, path);
      await page.getByRole('heading', { name: path.split('/').at(-1), level: 2 }).waitFor();
    };
    const show = (page, way) => page.getByRole('group', { name: 'Show the file as' }).getByRole('button', { name: way, exact: true }).click();
    const tree = (page) => page.getByRole('navigation', { name: 'Files' });

    page('the tree opens, is searched, and its links are the addresses', async (page) => {
      await open(page);
      await tree(page).getByRole('button', { name: 'data' }).click();
      await tree(page).getByRole('link', { name: /raw\.bin.*10 kB/ }).waitFor();
      await tree(page).getByRole('textbox').fill('raw');
      await tree(page).getByRole('link', { name: /report\.md/ }).waitFor({ state: 'detached' });
      await tree(page).getByRole('link', { name: /raw\.bin/ }).click();
      assert.match(page.url(), /artifactPath\/data\/raw\.bin$/);
      const bytes = page.getByRole('region', { name: 'Bytes of the file' });
      await bytes.getByText('00000040  40 41 42 43').waitFor();
      await page.getByRole('navigation', { name: 'Path of the file' }).getByRole('link', { name: 'data' }).click();
      await page.getByRole('table').getByRole('link', { name: 'rows.csv' }).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'raw.bin' }).last().click();
      await page.getByRole('main').getByText('Download', { exact: true }).click();
      const content = await readFile(await (await download).path());
      assert.deepEqual(content, Buffer.concat(Array(40).fill(Buffer.from([...Array(256).keys()]))));
    });

    page('pictures are drawn, and the script in one does not run', async (page) => {
      await go(page, 'pictures/dot.png');
      await seeText(page, '30 × 20 pixels');
      await go(page, 'pictures/drawn.svg');
      await seeText(page, '20 × 10 pixels');
      await show(page, 'Text');
      await page.locator('pre').getByText(/<script>parent\.ran/).waitFor();
      assert.equal(await page.evaluate(() => globalThis.ran), undefined);
      assert.deepEqual(page.requested.filter((url) => url.includes('svg-ran')), []);
      await go(page, 'pictures/broken.png');
      await page.getByRole('alert').getByText(/can't show this file/).waitFor();
      await show(page, 'Bytes');
      await page.locator('pre').getByText(/89 50 4e 47/).waitFor();
      await go(page, 'pictures/huge.png');
      await page.getByRole('alert').getByText(/60000 × 60000 pixels/).waitFor();
    });

    page('a table of any size is read as it scrolls, quotes and all', async (page) => {
      await go(page, 'data/rows.csv');
      const table = page.getByRole('table', { name: 'Table of the file' });
      await table.getByRole('columnheader', { name: 'text, quoted' }).waitFor();
      const row = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '3', exact: true }) });
      assert.deepEqual(await row.getByRole('cell').evaluateAll((cells) => cells.map((cell) => cell.textContent)), ['2', 'row "2",\nü', '8']);
      const rows = () => table.getAttribute('aria-rowcount').then(Number);
      assert.ok((await rows()) < logged.rows, 'only the beginning is read at first');
      await page.locator('.sheet .grid-scroll').evaluate((scroller) => scroller.scrollTo(0, 1e9));
      await seeText(page, '20,000 rows');
      assert.equal(await rows(), logged.rows + 1);
      await page.locator('.sheet .grid-scroll').evaluate((scroller) => scroller.scrollTo(0, 1e9));
      const last = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '20,000', exact: true }) });
      await last.getByText(String(19_999 ** 3)).waitFor();
    });

    page('JSON is a tree, Markdown is rendered, an array has its shape', async (page) => {
      await go(page, 'data/nested.json');
      await page.getByRole('button', { name: /^deep: object of 1 value/ }).click();
      await page.getByRole('button', { name: /^list: list of 4 values/ }).click();
      await page.getByText('"<b>three</b>"').waitFor();
      await go(page, 'data/deep.json');
      await page.getByRole('alert').getByText(/no JSON that can be read: recursion limit/).waitFor();
      await go(page, 'report.md');
      await page.locator('.markdown em').getByText('fine').waitFor();
      assert.equal(await page.evaluate(() => globalThis.ran), undefined);
      await show(page, 'Text');
      await page.locator('pre').getByText('# Report').waitFor();
      await go(page, 'data/array.npy');
      await seeText(page, '(3, 4)');
      await seeText(page, '<f4');
      const second = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '2', exact: true }) });
      assert.deepEqual(await second.getByRole('cell').allInnerTexts(), ['0.4', '0.5', '0.6', '0.7']);
    });

    page('notebooks, logged tables, and pages that are shut in', async (page) => {
      await go(page, 'study.ipynb');
      await page.locator('.notebook-output').getByText('42').waitFor();
      await page.locator('.notebook').getByRole('heading', { name: 'Study' }).waitFor();
      await go(page, 'scores.json');
      await page.getByRole('columnheader', { name: 'question' }).waitFor();
      await page.getByRole('cell', { name: '0.5' }).waitFor();
      await go(page, 'page.html');
      await page.frameLocator('iframe.file-frame').getByText('shut in').waitFor();
      assert.equal(await page.evaluate(() => globalThis.ran), undefined);
    });

    page('a big text is not fetched whole; empty and missing files say so', async (page) => {
      let bytes = 0;
      page.on('response', async (response) => {
        if (response.url().includes('get-artifact')) bytes += Number((await response.allHeaders())['content-length'] ?? Infinity);
      });
      await go(page, 'data/big.txt');
      await seeText(page, '262 kB of 3.0 MB are shown.');
      const text = page.getByRole('region', { name: 'Text of the file' });
      assert.equal((await text.evaluate((pre) => pre.textContent)).length, 1 << 18);
      await page.getByRole('button', { name: 'Show more' }).click();
      await seeText(page, '524 kB of 3.0 MB are shown.');
      assert.equal(await text.evaluate((pre) => pre.textContent === '0123456789abcde\n'.repeat(1 << 15)), true);
      assert.equal(bytes, 1 << 19);
      await go(page, 'data/empty.txt');
      assert.equal(await text.evaluate((pre) => pre.textContent), '');
      await go(page, 'data/none.txt');
      await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
      await tree(page).getByRole('link', { name: /big\.txt/ }).waitFor();
    });

    page('axe finds nothing', async (page) => {
      for (const path of ['data/rows.csv', 'data/nested.json', 'pictures/huge.png', 'study.ipynb', 'data']) {
        await open(page, path);
        await page.locator('.files-view :is(.grid, .json-tree, .file-problem, .notebook, .files-folder)').waitFor();
        assert.deepEqual(await violations(page), [], path);
      }
    });
  });
}
