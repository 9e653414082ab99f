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
      logged = JSON.parse(await runPython('files.py', [server.api]));
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
      for (const path of ['data/rows.csv', 'data/nested.json', 'pictures/huge.png', 'study.ipynb', 'data', 'train.py', 'page.html', 'data/arrays.npz', 'data/rows.parquet', 'data/net.onnx', 'data/places.geojson']) {
        await open(page, path);
        await page.locator('.files-view :is(.grid, .json-tree, .file-problem, .notebook, .files-folder, .code-keyword, .file-frame, .onnx-part, .file-map):visible').first().waitFor();
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
