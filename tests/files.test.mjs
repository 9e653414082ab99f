// Files of a run, logged by the Python client and shown by the page: what is on
// screen is what was written, hostile files do nothing, and big ones stay where they are.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { launch, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, seeText } from './support/pages.mjs';

for (const [name, start] of Object.entries(bothServers)) {
  describe(`files on ${name}`, { timeout: 300_000 }, () => {
    let browser, server, logged;
    before(async () => {
      [browser, server] = await Promise.all([launch(), start()]);
      logged = JSON.parse(await runPython('files.py', name === 'our server' ? [server.api, 'large'] : [server.api]));
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });
    const page = (words, body, options) => checkPage(`${words} (${name})`, () => browser, body, options);
    // What is the page's own affair is tested with one of the servers.
    const pageOnce = name === 'our server' ? page : () => {};
    const open = (page, path) =>
      page.goto(at(server.url, `/experiments/${logged.experiment}/runs/${logged.run}/${path ? `artifactPath/${path}` : 'artifacts'}`));
    /** Shows another file of the page that is open. */
    const go = async (page, path) => {
      await open(page, path);
      await page.getByRole('heading', { name: path.split('/').at(-1), level: 2 }).waitFor();
    };
    const show = (page, way) => page.getByRole('group', { name: 'Show the file as' }).getByRole('button', { name: way, exact: true }).click();
    /** Counts the bytes that are read of a file. */
    const bytesOf = (page, file) => {
      let bytes = 0;
      page.on('response', async (response) => {
        if (response.url().includes(file)) bytes += Number((await response.allHeaders())['content-length'] ?? Infinity);
      });
      return () => bytes;
    };
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

    page('a report runs its scripts when asked to, and gets nowhere', async (page) => {
      await go(page, 'report.html');
      await seeText(page, /This page has scripts at cdn\.example, which are not fetched/);
      const still = page.frameLocator('iframe.file-frame[sandbox=""]').locator('#drawn');
      assert.equal(await still.textContent(), '');
      const frame = page.frameLocator('iframe.file-frame[sandbox="allow-scripts"]');
      const left = [];
      page.on('requestfinished', (request) => left.push(request.url()));
      await page.getByRole('button', { name: 'Run its scripts' }).click();
      await frame.getByText('drawn by script').waitFor();
      assert.equal(await frame.locator('#drawn').evaluate((p) => getComputedStyle(p).color), 'rgb(1, 2, 3)');
      await frame.getByText('network: shut').waitFor();
      assert.deepEqual((await frame.locator('#tried li').allInnerTexts()).sort(), ['cookies: shut', 'network: shut', 'parent: shut', 'storage: shut', 'top: shut']);
      await page.getByRole('heading', { name: 'report.html', level: 2 }).waitFor();
      // It tries to leave: the page's own policy refuses that as well.
      await frame.getByText('drawn by script').waitFor({ state: 'detached' });
      assert.deepEqual(left.filter((url) => url.includes('frame-ran') || url.includes('cdn.example')), []);
      await page.getByRole('button', { name: 'Stop its scripts' }).click();
      await page.locator('iframe.file-frame[sandbox=""]').waitFor();
      // What the report was refused is what this is about.
      page.problems.console = [];
    });

    pageOnce('a report of Plotly draws itself where it is shut in', async (page) => {
      await go(page, 'plotly.html');
      await page.getByRole('button', { name: 'Run its scripts' }).click();
      const frame = page.frameLocator('iframe.file-frame[sandbox="allow-scripts"]');
      await frame.locator('.main-svg').getByText('Primes').waitFor();
      await frame.locator('.scatterlayer .point').nth(3).waitFor();
      assert.equal(await frame.locator('.scatterlayer .point').count(), 4);
      const [first, second] = await frame.locator('.scatterlayer .point').evaluateAll((points) => points.map((point) => point.getBoundingClientRect().x));
      assert.ok(second > first, `${first} ${second}`);
      assert.deepEqual(page.requested.filter((url) => !url.startsWith(new URL(server.url).origin) && /^https?:/.test(url)), []);
      await screenshot(page, 'files-plotly');
    });

    pageOnce('frame.html does nothing for whoever else asks', async (page) => {
      await page.goto(new URL('frame.html', server.url).href);
      await page.evaluate(() => postMessage('<p>taken</p>', '*'));
      await page.evaluate(() => new Promise((done) => setTimeout(done)));
      assert.doesNotMatch(await page.content(), /<p>taken/);
    });

    pageOnce('code is coloured, and stays what it is', async (page) => {
      await go(page, 'train.py');
      const text = page.getByRole('region', { name: 'Text of the file' });
      await text.locator('.code-keyword').getByText('return').waitFor();
      assert.equal(await text.textContent(), 'import os\n\n\ndef train(rate: float) -> str:  # <b>not bold</b>\n    return "done" + str(rate)\n');
      await text.locator('.code-string').getByText('"done"').waitFor();
    });

    pageOnce('a table has whichever separator its first line has, however long that is', async (page) => {
      const table = page.getByRole('table', { name: 'Table of the file' });
      await go(page, 'data/semicolons.csv');
      await table.getByRole('columnheader', { name: 'value', exact: true }).waitFor();
      await table.getByRole('cell', { name: 'a;b', exact: true }).waitFor();
      await go(page, 'data/wide.csv');
      await table.getByRole('columnheader', { name: 'gene000000000000', exact: true }).waitFor();
      await table.getByRole('cell', { name: '000000000000', exact: true }).waitFor();
      await go(page, 'data/none.csv');
      await seeText(page, 'The file is empty.');
    });

    page('Parquet is read by ranges as it scrolls', async (page) => {
      await go(page, 'data/rows.parquet');
      const table = page.getByRole('table', { name: 'Table of the file' });
      await table.getByText('row 3', { exact: true }).waitFor();
      await seeText(page, 'ZSTD');
      await page.getByText('Schema').click();
      await page.getByRole('row', { name: 'number INT64' }).waitFor();
      await page.locator('.sheet .grid-scroll').evaluate((scroller) => scroller.scrollTo(0, 1e9));
      await table.getByText('[19999,20000]').waitFor();
      await go(page, 'data/cut.parquet');
      await page.getByRole('alert').getByText(/no Parquet that can be read: it does not end as one/).waitFor();
    });

    pageOnce('archives show their arrays, and no bomb goes off', async (page) => {
      await go(page, 'data/arrays.npz');
      await page.getByRole('button', { name: 'weights.npy' }).click();
      await page.getByText('(2, 3)').waitFor();
      const second = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '2', exact: true }) });
      assert.deepEqual(await second.getByRole('cell').allInnerTexts(), ['3', '4', '5']);
      await page.getByRole('button', { name: 'bomb.bin' }).click();
      await page.getByRole('alert').getByText(/bomb\.bin is larger than the archive says/).waitFor();
      await page.getByRole('button', { name: 'torn.txt' }).click();
      await page.getByRole('alert').getByText("torn.txt can't be unpacked: the archive is broken.").waitFor();
      await page.getByRole('button', { name: 'bias.npy' }).click();
      await page.getByRole('cell', { name: '8', exact: true }).waitFor();
      await go(page, 'data/cut.npz');
      await page.getByRole('alert').getByText(/no archive that can be read/).waitFor();
      await go(page, 'data/huge.npy');
      await page.getByRole('alert').getByText(/no array that can be read: its header is too long/).waitFor();
      await go(page, 'data/long.npy');
      await page.locator('dd').getByText('12.25').waitFor();
      await page.locator('dd').getByText('-5.5').waitFor();
    });

    pageOnce('Parquet and models within an archive are shown as outside of it', async (page) => {
      await go(page, 'data/bundle.zip');
      const table = page.getByRole('table', { name: 'Table of the file' });
      for (const [name, last] of [['packed.parquet', '[999,1000]'], ['stored.parquet', '[1999,2000]']]) {
        await page.getByRole('button', { name }).click();
        await page.getByRole('heading', { name, level: 3 }).waitFor();
        await table.getByText('row 3', { exact: true }).waitFor();
        await page.locator('.sheet .grid-scroll').evaluate((scroller) => scroller.scrollTo(0, 1e9));
        await table.getByText(last).waitFor();
      }
      const check = () => page.getByRole('button', { name: 'See whether it runs here' }).click();
      await page.getByRole('button', { name: 'packed.onnx' }).click();
      await page.getByRole('row', { name: 'x float32[batch, 2]' }).waitFor();
      await check();
      await page.getByRole('status').getByText('It runs here.').waitFor();
      await page.getByRole('button', { name: 'stored.onnx' }).click();
      await page.getByRole('row', { name: 'Frobnicate ai.onnx 1' }).waitFor();
      await check();
      await page.getByRole('status').getByText(/It does not run here: .*Frobnicate/).waitFor();
    });

    pageOnce('an ONNX model says what it is, and the engine whether it runs', async (page) => {
      await go(page, 'data/net.onnx');
      await page.getByRole('row', { name: 'x float32[batch, 2]' }).waitFor();
      await page.getByRole('row', { name: 'MatMul ai.onnx 1' }).waitFor();
      await page.locator('dd').getByText('ai.onnx 17').waitFor();
      const check = () => page.getByRole('button', { name: 'See whether it runs here' }).click();
      await check();
      await page.getByRole('status').getByText('It runs here.').waitFor();
      await go(page, 'data/odd.onnx');
      await check();
      await page.getByRole('status').getByText(/It does not run here: .*Frobnicate .*in node 'second'/).waitFor();
      await go(page, 'data/cut.onnx');
      await page.getByRole('alert').getByText(/no ONNX model that can be read/).waitFor();
    });

    page('a folder is downloaded as a zip', async (page) => {
      // Where files can be written as they come, a dialog of the browser asks for the place.
      await page.addInitScript(() => { delete globalThis.showSaveFilePicker; });
      await open(page, 'pictures');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download as zip' }).click();
      const file = await download;
      assert.equal(file.suggestedFilename(), 'pictures.zip');
      const listed = JSON.parse(await runPython('zip_list.py', [await file.path()]));
      assert.deepEqual(listed.map(([name]) => name).sort(), ['broken.png', 'dot.png', 'drawn.svg', 'huge.png']);
      await page.getByRole('status').getByText(/^4 files/).waitFor();
    });

    // Only the browser's dialog is not its own: the file and what writes it are.
    const picker = (page) =>
      page.addInitScript(() => {
        globalThis.showSaveFilePicker = async ({ suggestedName }) => {
          const folder = await navigator.storage.getDirectory();
          return (globalThis.picked = await folder.getFileHandle(suggestedName, { create: true }));
        };
      });
    const picked = (page) =>
      page.evaluate(async () => {
        const bytes = new Uint8Array(await (await globalThis.picked.getFile()).arrayBuffer());
        return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
      });

    pageOnce('a zip is written to the place that was picked, as it comes', async (page) => {
      await picker(page);
      // A disk that takes nothing until it is told to.
      await page.addInitScript(() => {
        const writes = new Promise((resolve) => { globalThis.writes = resolve; });
        const goes = new Promise((resolve) => { globalThis.go = resolve; });
        const { createWritable } = FileSystemFileHandle.prototype;
        FileSystemFileHandle.prototype.createWritable = async function () {
          const file = await createWritable.call(this);
          const write = async (chunk) => { globalThis.writes(); await goes; await file.write(chunk); };
          return new WritableStream({ write, close: () => file.close(), abort: (why) => file.abort(why) });
        };
        globalThis.writing = () => writes;
      });
      await open(page, 'data');
      await page.getByRole('button', { name: 'Download as zip' }).click();
      await page.evaluate(() => globalThis.writing());
      // What the disk does not take is not fetched: the page holds a few pieces, never the folder.
      await page.waitForTimeout(1_000);
      const progress = page.getByRole('progressbar', { name: 'Download' });
      const [done, total] = await progress.evaluate(({ value, max }) => [value, max]);
      assert.ok(total > 8e6 && done < 3e6, `${done} of ${total}`);
      await page.evaluate(() => globalThis.go());
      await page.getByRole('status').getByText(/^\d+ files, /).waitFor();
      const folder = await mkdtemp(path.join(os.tmpdir(), 'millrace-zip-'));
      try {
        const file = path.join(folder, 'data.zip');
        await writeFile(file, Buffer.from(await picked(page), 'latin1'));
        const listed = Object.fromEntries(JSON.parse(await runPython('zip_list.py', [file])));
        assert.equal(listed['big.txt'], logged.big);
        assert.equal(listed['empty.txt'], 0);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    for (const [place, prepare] of [['a place that was picked', picker], ['memory', (page) => page.addInitScript(() => { delete globalThis.showSaveFilePicker; })]]) {
      pageOnce(`a running download of a folder to ${place} is cancelled`, async (page) => {
        await prepare(page);
        const offered = [];
        page.on('download', (download) => offered.push(download));
        // One file comes when it is let go, which it never is.
        await page.route(/get-artifact.*raw\.bin/, () => {});
        await open(page, 'data');
        const held = page.waitForRequest(/raw\.bin/);
        const given_up = page.waitForEvent('requestfailed', (request) => request.url().includes('raw.bin'));
        await page.getByRole('button', { name: 'Download as zip' }).click();
        await held;
        await page.getByRole('progressbar', { name: 'Download' }).waitFor();
        await page.getByRole('button', { name: 'Cancel' }).click();
        await given_up;
        await page.getByRole('progressbar', { name: 'Download' }).waitFor({ state: 'detached' });
        assert.equal(await page.locator('.files-view').getByRole('alert').count(), 0);
        assert.deepEqual(offered, []);
        if (prepare === picker) assert.equal(await picked(page), '', 'nothing of it is left in the file');
        // And it can be asked for again.
        await page.unroute(/get-artifact.*raw\.bin/);
        await page.getByRole('button', { name: 'Download as zip' }).click();
        await page.getByRole('status').getByText(/^\d+ files, /).waitFor();
      });
    }

    pageOnce('a large file is written as it comes, for somebody who signed in as well', async (page) => {
      // Credentials can't stand in an address, so that the browser can't ask by itself.
      await page.addInitScript(() => sessionStorage.setItem('millrace.credentials ', JSON.stringify({ bearer: { token: 'anything' } })));
      await picker(page);
      await go(page, 'large/tall.csv');
      await page.getByRole('button', { name: 'Download', exact: true }).click();
      await page.getByRole('status').getByText(/^1 file, \d+ MB/).waitFor({ timeout: 60_000 });
      const [size, last] = await page.evaluate(async () => {
        const file = await globalThis.picked.getFile();
        return [file.size, await file.slice(-20).text()];
      });
      assert.ok(size > 64 << 20, `${size}`);
      assert.ok(last.endsWith(`,${(logged.tall - 1) ** 2}\n`), last);
      // A small one needs no place: it comes as any other download.
      await go(page, 'data/raw.bin');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download', exact: true }).click();
      const file = await download;
      assert.equal(file.suggestedFilename(), 'raw.bin');
      assert.equal((await readFile(await file.path())).length, 10_240);
      await screenshot(page, 'files-download');
      // And one that is gone says so, in place.
      await page.route(/get-artifact.*raw\.bin/, (route) => route.fulfill({ status: 503 }));
      await page.getByRole('button', { name: 'Download', exact: true }).click();
      await page.getByRole('alert').getByText(/The file is not downloaded: .*503/).waitFor();
    });

    pageOnce('all of a long folder, archive, list and notebook can be reached', async (page) => {
      const more = (place) => place.getByRole('button', { name: 'Show more' });
      await open(page, 'many');
      const view = page.locator('.files-view');
      await view.getByText('and 600 more').waitFor();
      await more(view).click();
      await view.getByText('and 100 more').waitFor();
      await more(view).click();
      await view.getByRole('link', { name: '1099.txt' }).waitFor();
      assert.equal(await more(view).count(), 0);
      await more(tree(page)).click();
      await tree(page).getByRole('link', { name: '0999.txt' }).waitFor();
      await screenshot(page, 'files-many');
      await go(page, 'data/many.zip');
      await seeText(page, '1,200 files');
      await more(view).click();
      await more(view).click();
      await page.getByRole('button', { name: 'file 1199.txt' }).click();
      await page.locator('pre').getByText('words 1199').waitFor();
      await go(page, 'data/list.json');
      await page.getByRole('button', { name: /^list: list of 1,200 values/ }).click();
      await more(view).click();
      await more(view).click();
      await view.locator('.json-leaf').getByText('1199:').waitFor();
      await go(page, 'long.ipynb');
      const pictures = page.locator('.notebook img');
      await page.locator('.notebook').getByText('40 × 24 pixels').waitFor();
      await page.locator('.notebook').getByText('20 × 10 pixels').waitFor();
      assert.equal(await pictures.count(), 2);
      await page.getByRole('alert').getByText('A picture of this notebook is broken.').waitFor();
      assert.equal(await page.evaluate(() => globalThis.ran), undefined);
      await more(view).click();
      await page.locator('.notebook').getByText('cell 699').waitFor();
      await screenshot(page, 'files-notebook');
    });

    pageOnce('a table taller than browsers draw is reached to its last row, and kept in part', async (page) => {
      await go(page, 'large/tall.csv');
      const table = page.getByRole('table', { name: 'Table of the file' });
      const scroller = page.locator('.sheet .grid-scroll');
      const rows = () => table.getAttribute('aria-rowcount').then(Number);
      await table.getByRole('columnheader', { name: 'square' }).waitFor();
      for (const end = Date.now() + 60_000; (await rows()) <= logged.tall; ) {
        assert.ok(Date.now() < end, `${await rows()} rows`);
        const before = await rows();
        await scroller.evaluate((scroller) => scroller.scrollTo(0, 1e9));
        await page.waitForFunction((before) => Number(document.querySelector('.sheet [role=table]').getAttribute('aria-rowcount')) > before, before);
      }
      await seeText(page, '400,000 rows');
      await scroller.evaluate((scroller) => scroller.scrollTo(0, 1e9));
      await table.getByRole('cell', { name: String((logged.tall - 1) ** 2), exact: true }).waitFor();
      const height = await table.evaluate((table) => table.offsetHeight);
      assert.ok(height <= 8e6 && logged.tall * 28 > 8e6, `${height}`);
      await screenshot(page, 'files-tall');
      // The first rows were let go, and are read again.
      const again = page.waitForRequest((request) => request.url().includes('tall.csv') && /^bytes=0-/.test(request.headers().range));
      await scroller.evaluate((scroller) => scroller.scrollTo(0, 0));
      await again;
      await table.getByRole('cell', { name: `${'x'.repeat(200)} 3`, exact: true }).waitFor();
      // A wheel goes on row by row.
      const seen = () => table.getByRole('rowheader').evaluateAll((all) => all.map((one) => one.textContent));
      await scroller.evaluate((scroller) => scroller.scrollTo(0, 4e6));
      await table.getByRole('rowheader', { name: /^1\d\d,\d\d\d$|^2\d\d,\d\d\d$/ }).first().waitFor();
      const before = await seen();
      await scroller.hover();
      await page.mouse.wheel(0, 280);
      await page.waitForTimeout(400);
      const after = await seen();
      assert.ok(before.filter((row) => after.includes(row)).length > before.length / 2, `${before} ${after}`);
      await go(page, 'data/open.csv');
      await table.getByRole('cell', { name: '2', exact: true }).waitFor();
    });

    pageOnce('texts that are no UTF-8 are read, and it is said', async (page) => {
      await go(page, 'data/old.csv');
      const table = page.getByRole('table', { name: 'Table of the file' });
      await table.getByRole('columnheader', { name: 'Größe', exact: true }).waitFor();
      await table.getByRole('cell', { name: '5 €', exact: true }).waitFor();
      await seeText(page, 'It is no UTF-8, and shown as Windows-1252.');
      await screenshot(page, 'files-windows');
      await go(page, 'data/old.txt');
      await page.locator('pre').getByText('Schöne Grüße – „aus München“').waitFor();
      await show(page, 'Bytes');
      await page.locator('pre').getByText(/53 63 68 f6/).waitFor();
      assert.equal(await page.getByText('Windows-1252').count(), 0);
    });

    page('pictures are enlarged, those in a logged table too', async (page) => {
      await go(page, 'pictures/dot.png');
      await page.getByRole('button', { name: 'Enlarge dot.png' }).press('Enter');
      const dialog = page.getByRole('dialog', { name: 'dot.png' });
      const picture = dialog.getByRole('img', { name: 'dot.png' });
      await picture.waitFor();
      const width = () => picture.evaluate((img) => img.getBoundingClientRect().width);
      assert.ok((await width()) > 300);
      await screenshot(page, `files-zoom-${name === 'MLflow' ? 'mlflow' : 'ours'}`);
      await dialog.getByRole('button', { name: 'Actual size' }).click();
      assert.equal(await width(), 30);
      await dialog.getByRole('button', { name: 'Fit into the window' }).waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' }).catch(() => dialog.waitFor({ state: 'hidden' }));
      await go(page, 'seen.json');
      const table = page.getByRole('table', { name: 'Table of the file' });
      await table.getByRole('cell', { name: 'orange', exact: true }).waitFor();
      const thumbs = table.locator('.thumb img');
      await thumbs.nth(1).waitFor();
      await page.waitForFunction(() => [...document.querySelectorAll('.thumb img')].every((img) => img.naturalWidth > 0));
      assert.deepEqual(page.requested.filter((url) => /table_images.*\.png/.test(url)), []);
      await screenshot(page, `files-table-${name === 'MLflow' ? 'mlflow' : 'ours'}`);
      await table.getByRole('button', { name: /^Enlarge .*\.png$/ }).first().click();
      const large = page.getByRole('dialog').getByRole('img');
      await large.waitFor();
      await page.waitForFunction(() => document.querySelector('dialog[open] img')?.naturalWidth === 400);
      await page.keyboard.press('Escape');
    });

    page('sound, film, documents and newer pictures are shown; broken ones say so', async (page) => {
      for (const kind of ['webp', 'avif', 'jpeg']) {
        await go(page, `media/dot.${kind}`);
        await seeText(page, '40 × 24 pixels');
        await go(page, `media/broken.${kind}`);
        await page.getByRole('alert').getByText(/can't show this file/).waitFor();
      }
      for (const [file, tag] of [['tone.wav', 'audio'], ['still.webm', 'video']]) {
        await go(page, `media/${file}`);
        const player = page.locator(`.files-view ${tag}`);
        await player.waitFor();
        await page.waitForFunction((tag) => document.querySelector(`.files-view ${tag}`)?.duration > 0, tag);
        // It comes from where the page does, by ranges, and not through the page's memory.
        assert.match(await player.evaluate((player) => player.currentSrc), /^http.*get-artifact/);
        await player.evaluate((player) => { player.muted = true; return player.play(); });
        await page.waitForFunction((tag) => document.querySelector(`.files-view ${tag}`).currentTime > 0, tag);
        await go(page, `media/broken-${file}`);
        await page.getByRole('alert').getByText(/This browser can't play broken-/).waitFor();
      }
      await go(page, 'media/still.webm');
      await page.waitForFunction(() => document.querySelector('.files-view video')?.videoWidth === 40);
      await go(page, 'media/paper.pdf');
      const paper = page.getByRole('region', { name: 'paper.pdf' });
      await paper.getByText('Two words').waitFor();
      await paper.getByText('More words').waitFor();
      await page.waitForFunction(() => {
        const canvas = document.querySelector('.pdf-page canvas');
        const shown = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return shown?.some((value, nth) => nth % 4 === 0 && value < 64);
      });
      await screenshot(page, `files-paper-${name === 'MLflow' ? 'mlflow' : 'ours'}`);
      assert.deepEqual(await violations(page), []);
      await go(page, 'media/broken-paper.pdf');
      await page.getByRole('alert').getByText(/This document can't be shown: Invalid PDF/).waitFor();
      for (const file of ['old.wma', 'old.avi']) {
        await go(page, `media/${file}`);
        await page.getByRole('alert').getByText(`This browser can't play ${file}`).waitFor();
        await page.locator('.files-view').getByText('Download', { exact: true }).waitFor();
      }
      await screenshot(page, `files-old-${name === 'MLflow' ? 'mlflow' : 'ours'}`);
      // What the browser says of broken files is not the page's affair.
      page.problems.console = [];
    });

    pageOnce('sound is fetched by the page itself where that needs credentials', async (page) => {
      await page.addInitScript(() => sessionStorage.setItem('millrace.credentials ', JSON.stringify({ bearer: { token: 'anything' } })));
      await go(page, 'media/tone.wav');
      await page.waitForFunction(() => document.querySelector('.files-view audio')?.duration > 0);
      assert.match(await page.locator('.files-view audio').evaluate((player) => player.currentSrc), /^blob:/);
    });

    pageOnce('of a large recording that needs credentials only what is played is read', async (page) => {
      await page.addInitScript(() => sessionStorage.setItem('millrace.credentials ', JSON.stringify({ bearer: { token: 'anything' } })));
      const read = bytesOf(page, 'talk.wav');
      await go(page, 'large/talk.wav');
      const player = page.frameLocator('iframe.file-player').locator('audio');
      await player.evaluate(async (player) => {
        const heard = (what) => new Promise((done) => player.addEventListener(what, done, { once: true }));
        while (!(player.duration > 0)) await new Promise((done) => setTimeout(done, 50));
        player.muted = true;
        player.currentTime = 1_500;
        await heard('seeked');
        await player.play();
        while (player.currentTime <= 1_500.2) await new Promise((done) => setTimeout(done, 50));
        player.pause();
      });
      assert.equal(Math.round(await player.evaluate((player) => player.duration)), 2_000);
      assert.ok(read() < 16e6, `${read()} of 32 MB`);
      await screenshot(page, 'files-talk');
      assert.deepEqual(await violations(page), []);
    });

    pageOnce('a document of a million pages has its first ones', async (page) => {
      await go(page, 'large/million.pdf');
      await seeText(page, 'The first 5,000 of 1,000,000 pages are shown.');
      await page.getByRole('region', { name: 'million.pdf' }).getByText('Here', { exact: true }).first().waitFor();
    });

    pageOnce('of a large document only the pages that are seen are read', async (page) => {
      const read = bytesOf(page, 'scan.pdf');
      await go(page, 'large/scan.pdf');
      const pages = page.getByRole('region', { name: 'scan.pdf' });
      await pages.getByText('Page 1', { exact: true }).waitFor();
      const turn = page.getByRole('textbox', { name: 'Page' });
      await turn.fill('30');
      await turn.press('Enter');
      await pages.getByText('Page 30', { exact: true }).waitFor();
      await pages.getByText('Page 1', { exact: true }).waitFor({ state: 'detached' });
      assert.equal(await turn.inputValue(), '30');
      const width = () => pages.locator('.pdf-page').last().evaluate((sheet) => sheet.clientWidth);
      const before = await width();
      await page.getByRole('button', { name: 'Larger' }).click();
      await seeText(page, '125 %');
      assert.ok(Math.abs((await width()) - before * 1.25) <= 1);
      await pages.evaluate((pages) => (pages.scrollTop = 0));
      await page.waitForFunction(() => document.querySelector('.pdf-turn input').value === '1');
      await pages.getByText('Page 1', { exact: true }).waitFor();
      assert.ok(read() < 3e6, `${read()} of 20 MB`);
    });

    pageOnce('a document whose pages lie all over a large file is asked about', async (page) => {
      const read = bytesOf(page, 'scattered.pdf');
      await go(page, 'large/scattered.pdf');
      await seeText(page, 'To be shown, all of it has to be read: 30 MB.');
      assert.ok(read() < 18e6, `${read()} of 30 MB`);
      await page.getByRole('button', { name: 'Read it' }).click();
      await page.getByRole('region', { name: 'scattered.pdf' }).getByText('Page 1', { exact: true }).waitFor();
    });

    pageOnce('the words of a turned page lie on it', async (page) => {
      await go(page, 'large/turned.pdf');
      const words = page.getByRole('region', { name: 'turned.pdf' }).getByText('Turned');
      await words.waitFor();
      const [on, of] = await Promise.all([words.boundingBox(), page.locator('.pdf-page').boundingBox()]);
      assert.ok(of.height > of.width && on.height > on.width, 'both stand upright');
      // From the right edge as far as they are from the bottom, unturned: 60 of 120 points.
      const fromRight = (of.x + of.width - on.x) / of.width;
      assert.ok(fromRight > 0.3 && fromRight < 0.7, `${fromRight}`);
      assert.ok(on.y >= of.y && on.y + on.height <= of.y + of.height);
    });

    pageOnce('a part of a document that does not come is asked for again', async (page) => {
      // The first two tell what the file is, and whether there are parts.
      let asked = 0;
      await page.route(/scan\.pdf/, (route) => {
        if (route.request().headers().range) asked++;
        return asked === 3 || asked === 4 ? route.fulfill({ status: 503 }) : route.continue();
      });
      await go(page, 'large/scan.pdf');
      await page.getByRole('region', { name: 'scan.pdf' }).getByText('Page 1', { exact: true }).waitFor();
      assert.ok(asked > 4, `${asked}`);
      page.problems.console = [];
    });

    pageOnce('Parquet without an index of pages asks before it reads much', async (page) => {
      const read = bytesOf(page, 'flat.parquet');
      await go(page, 'large/flat.parquet');
      await seeText(page, /The file has no index of its pages: \d+ MB have to be read/);
      await page.locator('dd').getByText('900,000').waitFor();
      assert.ok(read() < 2e6, `${read()}`);
      await screenshot(page, 'files-parquet-asks');
      await page.getByRole('button', { name: 'Read them' }).click();
      const table = page.getByRole('table', { name: 'Table of the file' });
      await table.getByRole('cell', { name: /^0\.\d+$/ }).first().waitFor({ timeout: 30_000 });
      const once = read();
      await page.locator('.sheet .grid-scroll').evaluate((scroller) => scroller.scrollTo(0, 28 * 600));
      await page.waitForTimeout(1_500);
      assert.equal(read(), once, 'what follows lies in what was read');
      await go(page, 'large/wide.parquet');
      await seeText(page, 'The first 1,000 of 1,100 columns are shown.');
    });

    pageOnce('a long table in Markdown does not block the page', async (page) => {
      await go(page, 'table.md');
      const rows = page.locator('.markdown tr');
      await page.locator('.markdown').getByText('The end.').waitFor();
      assert.ok((await rows.count()) <= 201);
      await page.locator('.markdown').getByRole('button', { name: 'Show more' }).click();
      await page.locator('.markdown').getByRole('cell', { name: 'r390', exact: true }).waitFor();
      await screenshot(page, 'files-markdown-table');
    });

    pageOnce('GeoJSON is drawn without a map', async (page) => {
      await go(page, 'data/places.geojson');
      const map = page.getByRole('listbox', { name: '2 shapes' });
      await map.waitFor();
      assert.equal(await map.locator('circle').count(), 1);
      assert.equal(await map.locator('path').count(), 1);
      const said = page.locator('figcaption dl');
      const says = (text) => page.waitForFunction((text) => document.querySelector('figcaption dl')?.innerText.replace(/\s+/g, ' ') === text, text);
      await map.locator('circle').hover();
      await says('name <b>Kiel</b> size 3');
      // What the pointer left is gone; what the keyboard chose stays, and a screen reader is told.
      await page.getByRole('heading', { name: 'places.geojson', level: 2 }).hover();
      await said.waitFor({ state: 'detached' });
      await map.focus();
      const active = async () => {
        const id = await map.getAttribute('aria-activedescendant');
        return page.getByRole('option', { selected: true }).and(page.locator(`#${id}`)).getAttribute('aria-label');
      };
      await page.keyboard.press('ArrowRight');
      await says('name <b>Kiel</b> size 3');
      assert.equal(await active(), 'name: <b>Kiel</b>, size: 3');
      await page.keyboard.press('End');
      await says('name field');
      assert.equal(await active(), 'name: field');
      await screenshot(page, 'files-map');
      await page.keyboard.press('ArrowDown');
      await says('name <b>Kiel</b> size 3');
      await page.keyboard.press('Escape');
      await said.waitFor({ state: 'detached' });
    });

    page('a version has its files', async (page) => {
      await page.goto(at(server.url, `/models/files/versions/${logged.version}/artifacts/raw.bin`));
      await page.getByRole('heading', { name: 'raw.bin', level: 2 }).waitFor();
      await page.getByRole('region', { name: 'Bytes of the file' }).getByText('00000040  40 41 42 43').waitFor();
      await tree(page).getByRole('link', { name: /big\.txt/ }).click();
      assert.match(page.url(), /versions\/1\/artifacts\/big\.txt$/);
    });

    const compare = (page, query = '') => {
      const runs = encodeURIComponent(JSON.stringify([logged.run, logged.other]));
      return page.goto(at(server.url, `/compare-runs?runs=${runs}&experiments=["${logged.experiment}"]${query}`));
    };

    page('the files of two runs stand side by side', async (page) => {
      await compare(page);
      await page.getByRole('group', { name: 'What is compared' }).getByRole('button', { name: 'Artifacts' }).click();
      const row = (name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
      await row('train.py').getByText('same size').waitFor();
      await row('page.html').getByText('not in all').waitFor();
      await page.getByRole('link', { name: 'pictures' }).click();
      await row('dot.png').waitFor();
      await row('new.png').getByText('not there').waitFor();
      await page.getByRole('link', { name: 'dot.png' }).click();
      await seeText(page, '30 × 20 pixels');
      await seeText(page, '31 × 20 pixels');
      assert.match(page.url(), /artifact=pictures%2Fdot\.png/);
      await compare(page, '&view=artifacts&artifact=train.py');
      await seeText(page, 'They differ.');
      assert.equal(await page.getByRole('region', { name: /^Text of the file, / }).count(), 2);
      await page.getByRole('group', { name: 'Show the file as' }).getByRole('button', { name: 'Differences' }).click();
      await page.locator('.text-diff .come').getByText('return "over"').waitFor();
      await page.locator('.text-diff .gone').getByText('return "done"').waitFor();
      await compare(page, '&view=artifacts&artifact=report.md');
      await seeText(page, 'All are the same.');
      await compare(page, '&view=artifacts&artifact=page.html');
      await seeText(page, 'This run has no such file.');
    });

    const axe = async (page) => {
      for (const path of ['data/rows.csv', 'data/nested.json', 'pictures/huge.png', 'study.ipynb', 'data', 'train.py', 'page.html', 'data/arrays.npz', 'data/rows.parquet', 'data/net.onnx', 'data/places.geojson', 'seen.json', 'table.md', 'data/old.csv']) {
        await open(page, path);
        await page.locator('.files-view :is(.grid, .json-tree, .file-problem, .notebook, .files-folder, .code-keyword, .file-frame, .onnx-part, .file-map, .markdown):visible').first().waitFor();
        assert.deepEqual(await violations(page), [], path);
      }
      for (const query of ['', '&artifact=train.py']) {
        await compare(page, `&view=artifacts${query}`);
        await page.locator('.files-view :is(.compared-table, .code-keyword)').first().waitFor();
        assert.deepEqual(await violations(page), [], `comparison ${query}`);
      }
    };
    page('axe finds nothing', axe);
    pageOnce('axe finds nothing in the dark', axe, { colorScheme: 'dark' });
  });
}
