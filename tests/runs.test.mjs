// The table of runs, at an MLflow server and at our own: what is on screen is
// what the Python client logged and what its own search finds.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { deflateRawSync, inflateRawSync, inflateSync } from 'node:zlib';
import { violations } from './support/axe.mjs';
import { bothServers } from './support/both-servers.mjs';
import { launch, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, columnButton, runCell, runNames, runRow, seeText } from './support/pages.mjs';
import { startServe } from './support/serve.mjs';

/** Waits until the names of the runs are these, in this order. */
async function seeNames(page, names) {
  let seen;
  for (let i = 0; i < 100; i++) {
    seen = await runNames(page);
    if (JSON.stringify(seen) === JSON.stringify(names)) return;
    await page.waitForTimeout(50);
  }
  assert.deepEqual(seen, names);
}

const sorted = (names) => [...names].sort();

/** Waits until the runs are these, in any order. */
async function seeRuns(page, names) {
  let seen;
  for (let i = 0; i < 100; i++) {
    seen = await runNames(page);
    if (JSON.stringify(sorted(seen)) === JSON.stringify(sorted(names))) return;
    await page.waitForTimeout(50);
  }
  assert.deepEqual(sorted(seen), sorted(names));
}

/** Reads CSV as RFC 4180 has it. */
function readCsv(text) {
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match; cell.lastIndex < text.length && (match = cell.exec(text)); ) {
    rows.at(-1).push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] === '\r\n' && cell.lastIndex < text.length) rows.push([]);
  }
  return rows;
}

// What MLflow 3.17's page of runs wrote for "Save as new view".
const THEIRS =
  '{"name":"Theirs","createdAt":1795689675697,"updatedAt":1795689675697,"state":"deflate;eJxdUttOAjEQ/RXSZ2IwvhFfFgQlgiaAaEIMlHZgJ+m2pNPiIuHfne7KRR97Zs5lZnoQBNKrvI8mgBdtUUDwqOjGOKLGfeNONIXzGnxn/wz7q/oyNSwv1YyUaAcfoSkoSB+mWAC3Z8Mh9xhcg9orA2ebTAXcAZe0DJIg0Kky/2yKwmkwM/CEzl4YxjTG0RJzCAyoALrrTCwYac+FDBxrFQNwsomLXkHKdo2Okij9Rx9q+6VgW1XJvaZ56hw18I465GxyODaF5wBPqDXYJMep+oPxZLq4bS3Gby8T1t4hfI1kiQV+gxbttTQEFW2IFGrmGUXKlOL18ZRjqNZ4RYkEj97FLeiZNBFoYLs5r5VOS85RQ6/Yhv1feJM4HT6Ujcb8PqlXbqXVSTzNsDFuJc0QLVTUrrNr3HBJlFmJVF+ZAmyru1mYFM6F3AKxR+uy+4/UPKo+Q00Rx+MPSBvRRw=="}';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const [what, start] of Object.entries(bothServers)) {
  describe(`the table of runs at ${what}`, { timeout: 240_000 }, () => {
    let server, logged;
    before(async () => {
      server = await start();
      logged = JSON.parse(await runPython('runs.py', [server.api]));
    });
    after(() => server?.stop());

    const page = (name, body, options) => checkPage(`${what}: ${name}`, () => browser, body, options);
    const runs = (query = {}) => {
      const text = new URLSearchParams({ compareRunsMode: 'TABLE', ...query });
      return at(server.url, `/experiments/${logged.experiment}/runs?${text}`);
    };
    const api = async (call, body, method = 'POST') => {
      const url = new URL(`/api/2.0/mlflow/${call}`, server.api);
      if (method === 'GET') url.search = new URLSearchParams(body);
      const init = method === 'GET' ? {} : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
      const response = await fetch(url, init);
      assert.equal(response.status, 200, await response.clone().text());
      return response.json();
    };
    const byName = (name) => logged.runs.find((run) => run.name === name);

    page('every run is there with its numbers, nested ones under their parents', async (page) => {
      await page.goto(runs());
      await seeNames(page, ['quoted, "name"', 'plain', 'sweep', 'child-b', 'grandchild', 'child-a']);
      const levels = { sweep: '1', 'child-b': '2', grandchild: '3', 'child-a': '2', plain: '1' };
      for (const [name, level] of Object.entries(levels)) {
        assert.equal(await runRow(page, name).getAttribute('aria-level'), level, name);
      }
      for (const { name, metrics, params } of logged.runs) {
        for (const [key, values] of Object.entries(metrics)) {
          assert.equal(await runCell(page, name, key), String(Number(values.at(-1).toPrecision(4))), `${key} of ${name}`);
        }
        for (const [key, value] of Object.entries(params)) {
          assert.equal(await runCell(page, name, key), value.split('\n')[0], `${key} of ${name}`);
        }
      }
      await runRow(page, 'sweep').getByRole('button', { name: 'Fold' }).click();
      await seeNames(page, ['quoted, "name"', 'plain', 'sweep']);
      await runRow(page, 'sweep').getByRole('button', { name: 'Unfold' }).click();
      await runRow(page, 'grandchild').waitFor();
    });

    page("filters find what the client's own search finds", async (page) => {
      await page.goto(runs());
      await runRow(page, 'plain').waitFor();
      const box = page.getByRole('combobox', { name: /Filter runs/ });
      for (const [text, names] of Object.entries(logged.filters)) {
        await box.fill(text);
        await box.press('Enter');
        await seeRuns(page, names);
        assert.equal(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('searchFilter'), text);
      }
      // And the same when the page opens with it, where the server decides.
      for (const [text, names] of Object.entries(logged.filters)) {
        await page.goto('about:blank');
        await page.goto(runs({ searchFilter: text }));
        await seeRuns(page, names);
      }
    });

    page('words search by being typed; OR, parentheses and patterns work; errors are under the word', async (page) => {
      await page.goto(runs());
      await runRow(page, 'plain').waitFor();
      const box = page.getByRole('combobox', { name: /Filter runs/ });
      await box.fill('CHILD mlp');
      await seeRuns(page, ['grandchild']);
      await box.fill("plain OR (metrics.loss < 0.3 AND NOT params.net = 'mlp')");
      await box.press('Enter');
      await seeRuns(page, ['plain', 'child-a']);
      await box.fill("attributes.run_name =~ '^child-[ab]$'");
      await box.press('Enter');
      await seeRuns(page, ['child-a', 'child-b']);
      await box.fill("metrics.loss < 'low'");
      await box.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Expected numeric value type for metric' }).waitFor();
      assert.equal(await page.locator('.token.wrong').innerText(), "'low'");
      await seeRuns(page, ['child-a', 'child-b']);
      await box.fill('metrics.lo');
      await page.getByRole('option', { name: 'metrics.loss' }).waitFor();
      await box.press('ArrowDown');
      await box.press('Enter');
      assert.equal(await box.inputValue(), 'metrics.loss ');
    });

    page("orders are the client's own, several columns at once", async (page) => {
      for (const [order, names] of logged.orders) {
        const [first, ...more] = order.map((clause) => clause.split(/ (?=ASC$|DESC$)/));
        const query = { orderByKey: first[0], orderByAsc: String(first[1] === 'ASC') };
        if (more.length) query.orderByMore = JSON.stringify(more.map(([key, way]) => [key, way === 'ASC']));
        await page.goto('about:blank');
        // Flat, as a search is: a filter that fits all but hides no parent.
        await page.goto(runs({ ...query, groupBy: '[]' }));
        await runRow(page, 'plain').waitFor();
        const roots = (await runNames(page)).filter((name) => ['plain', 'sweep', 'quoted, "name"'].includes(name));
        assert.deepEqual(roots, names.filter((name) => roots.includes(name)), order.join());
        const children = (await runNames(page)).filter((name) => /^child-/.test(name));
        assert.deepEqual(children, names.filter((name) => /^child-/.test(name)), order.join());
      }
      await columnButton(page, 'net').click();
      await columnButton(page, 'loss').click({ modifiers: ['Shift'] });
      await page.getByRole('columnheader', { name: 'loss' }).and(page.locator('[aria-sort=ascending]')).first().waitFor();
      assert.match(decodeURIComponent(page.url()), /orderByKey=params.`net`.*orderByMore=\[\["metrics.`loss`",true\]\]/);
    });

    page('groups have counts and means', async (page) => {
      await page.goto(runs({ groupBy: '["params.net"]' }));
      const group = page.getByRole('row').filter({ hasText: /^mlp/ });
      await group.first().waitFor();
      assert.match(await group.first().innerText(), /mlp\s*3 runs/);
      const losses = logged.runs.filter((run) => run.params.net === 'mlp').map((run) => run.metrics.loss.at(-1));
      const mean = losses.reduce((a, b) => a + b) / losses.length;
      assert.ok((await group.first().innerText()).includes(String(Number(mean.toPrecision(4)))), await group.first().innerText());
    });

    page('columns are hidden, made wider and pinned, and are so after a reload', async (page) => {
      await page.goto(runs());
      await runRow(page, 'plain').waitFor();
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByRole('checkbox', { name: 'lr', exact: true }).uncheck();
      await page.getByRole('checkbox', { name: 'Run id', exact: true }).check();
      await page.keyboard.press('Escape');
      await columnButton(page, 'loss').focus();
      const width = () => page.getByRole('columnheader', { name: 'loss' }).first().evaluate((head) => head.offsetWidth);
      const before = await width();
      await page.keyboard.press('Shift+ArrowRight');
      await page.reload();
      await runRow(page, 'plain').waitFor();
      assert.equal(await columnButton(page, 'lr').count(), 0);
      assert.equal(await runCell(page, 'plain', 'Run id'), byName('plain').id);
      assert.equal(await width(), before + 16);
    });

    page("a metric's minimum is a column, read from its history", async (page) => {
      await page.goto(runs());
      await runRow(page, 'plain').waitFor();
      await page.getByRole('button', { name: 'Column loss' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'Its minimum' }).click();
      for (const [name, least] of [['grandchild', '0.125'], ['child-a', '0.25']]) {
        let seen;
        for (let i = 0; i < 60 && seen !== least; i++) {
          await page.waitForTimeout(50);
          seen = await runCell(page, name, 'min loss');
        }
        assert.equal(seen, least, name);
      }
    });

    page('a brush on a chart is said above the table, stands in the address, and is ended there', async (page) => {
      await page.goto(runs({ compareRunsMode: 'SPLIT' }));
      await runRow(page, 'plain').waitFor();
      const before = await runNames(page);
      await page.getByRole('button', { name: 'Add a chart' }).click();
      await page.getByRole('menuitem', { name: 'Parallel coordinates' }).click();
      await page.getByRole('dialog', { name: 'Chart' }).getByRole('button', { name: 'Done' }).click();
      const upper = page.getByRole('slider', { name: /upper end/ }).first();
      const whole = await upper.getAttribute('aria-valuetext');
      await upper.focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
      const notice = page.getByRole('status').filter({ hasText: /The brush on a chart leaves \d of \d runs/ });
      await notice.waitFor();
      const [left, brushed] = [await runNames(page), await upper.getAttribute('aria-valuetext')];
      assert.ok(left.length < before.length, `${left.length} of ${before.length} runs`);
      await page.reload();
      await notice.waitFor();
      await runRow(page, left[0]).waitFor();
      assert.deepEqual(await runNames(page), left);
      await upper.waitFor();
      assert.equal(await upper.getAttribute('aria-valuetext'), brushed);
      await screenshot(page, `brushed-${what.toLowerCase().replace(/\W+/g, '-')}`);
      await notice.getByRole('button', { name: 'Show all' }).click();
      await notice.waitFor({ state: 'detached' });
      assert.deepEqual(await runNames(page), before);
      assert.equal(await upper.getAttribute('aria-valuetext'), whole);
    });

    page('of a run that goes on, what its history says goes on, too', async (page) => {
      const { run } = await api('runs/create', { experiment_id: logged.experiment, run_name: 'going on', start_time: Date.now() });
      const { run_id } = run.info;
      const log = (step, value) => api('runs/log-batch', { run_id, metrics: [{ key: 'loss', value, step, timestamp: Date.now() }] });
      await log(0, 8);
      await log(1, 7);
      await page.goto(runs());
      await runRow(page, 'going on').waitFor();
      for (const what of ['Its minimum', 'Its history as a line']) {
        await page.getByRole('button', { name: 'Column loss' }).click();
        await page.getByRole('menuitemcheckbox', { name: what }).click();
      }
      const seeMinimum = async (least) => {
        let seen;
        for (let i = 0; i < 600 && seen !== least; i++) {
          await page.waitForTimeout(50);
          seen = await runCell(page, 'going on', 'min loss');
        }
        assert.equal(seen, least);
      };
      const line = runRow(page, 'going on').locator('svg.spark path');
      await seeMinimum('7');
      const before = await line.getAttribute('d');
      await log(2, 0.5);
      // Runs that go on are looked at every 15 seconds.
      await seeMinimum('0.5');
      assert.notEqual(await line.getAttribute('d'), before);
      await api('runs/delete', { run_id });
    });

    page('a file holds what is shown, to the last digit and comma', async (page) => {
      await page.goto(runs({ searchFilter: "params.net = 'mlp'" }));
      await seeRuns(page, ['grandchild', 'plain', 'quoted, "name"']);
      await page.getByRole('button', { name: 'Download' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /CSV/ }).click()]);
      const [head, ...rows] = readCsv(await readFile(await download.path(), 'utf8'));
      const column = (row, name) => row[head.indexOf(name)];
      assert.deepEqual(sorted(rows.map((row) => column(row, 'run_name'))), sorted(['grandchild', 'plain', 'quoted, "name"']));
      for (const row of rows) {
        const run = byName(column(row, 'run_name'));
        assert.equal(column(row, 'run_id'), run.id);
        assert.equal(Number(column(row, 'metrics.loss')), run.metrics.loss.at(-1));
        if (run.params.note) assert.equal(column(row, 'params.note'), run.params.note);
      }
    });

    page('runs are renamed, tagged, deleted, and brought back, on the server too', async (page) => {
      const { id } = byName('plain');
      const stored = async () => (await api('runs/get', { run_id: id }, 'GET')).run;
      await page.goto(runs());
      const bar = page.getByRole('toolbar', { name: 'Selected runs' });
      await runRow(page, 'plain').getByRole('checkbox').check();
      await bar.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('renamed');
      await page.getByRole('button', { name: 'Save' }).click();
      await runRow(page, 'renamed').waitFor();
      assert.equal((await stored()).info.run_name, 'renamed');
      await bar.getByRole('button', { name: 'Tag', exact: true }).click();
      await page.getByRole('textbox', { name: 'Key' }).fill('reviewed');
      await page.getByRole('textbox', { name: 'Value' }).fill('yes & <b>no</b>');
      await page.getByRole('button', { name: 'Save' }).click();
      await seeText(page, '1 run tagged');
      assert.ok((await stored()).data.tags.some((tag) => tag.key === 'reviewed' && tag.value === 'yes & <b>no</b>'));
      await bar.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await runRow(page, 'renamed').waitFor({ state: 'detached' });
      assert.equal((await stored()).info.lifecycle_stage, 'deleted');
      await page.getByRole('button', { name: 'Undo' }).click();
      await runRow(page, 'renamed').waitFor();
      assert.equal((await stored()).info.lifecycle_stage, 'active');
      // From the list of deleted runs, too.
      await api('runs/delete', { run_id: id });
      await page.goto('about:blank');
      await page.goto(runs({ lifecycleFilter: 'Deleted' }));
      await runRow(page, 'renamed').getByRole('checkbox').check();
      await bar.getByRole('button', { name: 'Restore' }).click();
      await runRow(page, 'renamed').waitFor({ state: 'detached' });
      assert.equal((await stored()).info.lifecycle_stage, 'active');
      await api('runs/update', { run_id: id, run_name: 'plain' });
    });

    page('a link restores everything', async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      // Long enough that packing it pays.
      await page.goto(runs({ searchFilter: Array(8).fill("params.net = 'cnn'").join(' and ') }));
      await seeRuns(page, ['sweep', 'child-a', 'child-b']);
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByRole('checkbox', { name: 'Duration', exact: true }).uncheck();
      await page.keyboard.press('Escape');
      await runRow(page, 'child-b').getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Views and links' }).click();
      await page.getByRole('button', { name: 'Copy a link to this view' }).click();
      await seeText(page, 'Copied');
      const link = await page.evaluate(() => navigator.clipboard.readText());
      // Packed, and the same address at full length.
      const packed = new URL(link).hash.match(/^#\/experiments\/\d+\/s\?z=([\w-]+)$/);
      const full = new URL(link);
      full.hash = inflateRawSync(Buffer.from(packed[1], 'base64url')).toString();
      assert.match(full.hash, /^#\/experiments\/\d+\/runs\?/);
      assert.ok(link.length < full.href.length);
      for (const address of [link, full.href]) {
        await page.evaluate(() => localStorage.clear());
        await page.goto('about:blank');
        await page.goto(address);
        await seeRuns(page, ['sweep', 'child-a', 'child-b']);
        await runRow(page, 'child-b').and(page.locator('[aria-selected=true]')).waitFor();
        assert.equal(await columnButton(page, 'Duration').count(), 0);
      }
      await page.goto('about:blank');
      const bomb = deflateRawSync(`/experiments/1/runs?searchFilter=${'a'.repeat(2 << 20)}`).toString('base64url');
      for (const short of [link.slice(0, -8), link.replace(/z=.*/, `z=${bomb}`)]) {
        await page.goto(short);
        await seeText(page, 'This link is broken');
        await page.goto('about:blank');
      }
    });

    page('a view is saved for everybody, in a tag as MLflow writes them', async (page) => {
      await page.goto(runs({ searchFilter: "params.net = 'cnn'" }));
      await seeRuns(page, ['sweep', 'child-a', 'child-b']);
      const views = page.getByRole('button', { name: 'Views and links' });
      await views.click();
      await page.getByLabel('Save this view as').fill('Team');
      await page.getByLabel('For everybody, in a tag of the experiment').check();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('link', { name: 'Team', exact: true }).waitFor();
      assert.deepEqual(await violations(page), []);
      const { experiment } = await (await fetch(`${server.api}/api/2.0/mlflow/experiments/get?experiment_id=${logged.experiment}`)).json();
      const tag = experiment.tags.find(({ key }) => key.startsWith('mlflow.sharedViewState.'));
      const { name, state } = JSON.parse(tag.value);
      const read = JSON.parse(inflateSync(Buffer.from(state.replace(/^deflate;/, ''), 'base64')));
      assert.deepEqual([name, read.searchFilter, read.lifecycleFilter], ['Team', "params.net = 'cnn'", 'Active']);
      // Somebody else finds it there.
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      await page.goto(runs());
      await runRow(page, 'plain').waitFor();
      await views.click();
      await page.getByRole('link', { name: 'Team', exact: true }).click();
      await seeRuns(page, ['sweep', 'child-a', 'child-b']);
      await views.click();
      await page.getByRole('button', { name: 'Remove “Team”' }).click();
      await page.getByRole('link', { name: 'Team', exact: true }).waitFor({ state: 'detached' });
      await page.goto('about:blank');
      await page.goto(at(server.url, `/experiments/${logged.experiment}/runs?viewStateShareKey=${tag.key.split('.').at(-1)}`));
      await seeText(page, 'This view is not there any more');
    });

    page("a link that MLflow's own pages made is opened", async (page) => {
      const tag = { key: 'mlflow.sharedViewState.1795689675697hx8cv3rf', value: THEIRS };
      await api('experiments/set-experiment-tag', { experiment_id: logged.experiment, ...tag });
      await page.goto(at(server.url, `/experiments/${logged.experiment}/runs?viewStateShareKey=1795689675697hx8cv3rf&compareRunsMode=TABLE`));
      await page.waitForURL(/searchFilter=metrics.loss/);
      assert.match(page.url(), /orderByKey=metrics.%60loss%60&orderByAsc=true/);
      await columnButton(page, 'Source').waitFor();
      await columnButton(page, 'Dataset').waitFor();
    });

    page('the keyboard alone moves, selects and opens', async (page) => {
      await page.goto(runs());
      await runRow(page, 'plain').waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await runRow(page, 'plain').and(page.locator('[aria-selected=true]')).waitFor();
      const grid = page.getByRole('treegrid', { name: 'Runs' });
      assert.ok(await grid.evaluate((it) => it === document.activeElement));
      const active = await grid.getAttribute('aria-activedescendant');
      assert.ok(await page.locator(`#${active}`).evaluate((cell) => cell.closest('[role=row]').innerText.includes('plain')));
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowLeft');
      await runRow(page, 'child-a').waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(byName('plain').id));
    });

    page('what may be too long for its column is cut off, and nothing else runs over', async (page) => {
      const { experiment_id } = await api('experiments/create', { name: `table/widths ${Date.now()}` });
      const { run } = await api('runs/create', { experiment_id, run_name: 'widths', start_time: 1 });
      const texts = ['x'.repeat(300), ...['W', 'm', '@', '%', 'Ä', '\u{fdfd}', '漢', '👩‍🚀', '…', 'i'].flatMap((letter) => [6, 10, 14].map((many) => letter.repeat(many)))];
      const params = texts.map((value, nth) => ({ key: `text_${String(nth).padStart(2, '0')}`, value }));
      const metrics = [1.5e-300, -123456789.123, 0.1, 1e15].map((value, nth) => ({ key: `number_${nth}`, value, timestamp: 1, step: 0 }));
      await api('runs/log-batch', { run_id: run.info.run_id, params, metrics });
      await page.goto(at(server.url, `/experiments/${experiment_id}/runs?compareRunsMode=TABLE`));
      await runRow(page, 'widths').waitFor();
      const seen = new Set();
      const grid = page.getByRole('grid', { name: 'Runs' });
      for (let left = 0; left < 6000; left += 600) {
        await grid.evaluate((grid, left) => grid.scrollTo({ left }), left);
        await page.waitForTimeout(100);
        const cells = await grid.locator('.runs-body .row:not([hidden]) .cell').evaluateAll((all) =>
          all.map((cell) => ({ text: cell.textContent, over: cell.scrollWidth > cell.clientWidth + 1, cut: getComputedStyle(cell).textOverflow === 'ellipsis' })),
        );
        assert.deepEqual(cells.filter(({ over, cut }) => over && !cut), []);
        for (const { text, cut } of cells) {
          if (texts.includes(text)) seen.add(text);
          if (text === texts[0]) assert.ok(cut);
        }
      }
      assert.deepEqual([...seen].sort(), [...texts].sort());
    });

    for (const colorScheme of ['light', 'dark']) {
      page(`axe finds nothing, ${colorScheme}`, async (page) => {
        await page.goto(runs({ compareRunsMode: 'SPLIT' }));
        await runRow(page, 'plain').getByRole('checkbox').check();
        assert.deepEqual(await violations(page), []);
      }, { colorScheme });
    }
  });
}

describe('many runs', { timeout: 240_000 }, () => {
  let server, experiment;
  const MANY = 2000;
  before(async () => {
    server = await startServe();
    const post = async (call, body) => {
      const response = await fetch(`${server.url}/api/2.0/mlflow/${call}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 200);
      return response.json();
    };
    experiment = (await post('experiments/create', { name: 'table/many' })).experiment_id;
    const one = async (nth) => {
      const { run } = await post('runs/create', { experiment_id: experiment, run_name: `run-${nth}`, start_time: 1e12 + nth });
      const metrics = [{ key: 'score', value: (nth * 7919) % MANY, timestamp: 1, step: 0 }];
      await post('runs/log-batch', { run_id: run.info.run_id, metrics, params: [{ key: 'third', value: String(nth % 3) }] });
    };
    let next = 0;
    const worker = async () => {
      while (next < MANY) await one(next++);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  });
  after(() => server?.stop());

  checkPage('all of them arrive, sort and filter, and only those that are seen are in the page', () => browser, async (page) => {
    await page.goto(at(server.url, `/experiments/${experiment}/runs`));
    await seeText(page, '2,000 runs');
    assert.equal((await runNames(page))[0], `run-${MANY - 1}`);
    assert.ok((await page.locator('.runs-body [role=row]').count()) < 100);
    await page.getByRole('grid', { name: 'Runs' }).focus();
    await page.keyboard.press('End');
    await runRow(page, 'run-0').waitFor();
    assert.equal(await runRow(page, 'run-0').getAttribute('aria-rowindex'), String(MANY + 1));
    await page.keyboard.press('Home');
    // Fast, rows are drawn with less in them; once it rests, with all again.
    const grid = page.getByRole('grid', { name: 'Runs' });
    await grid.hover();
    for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, 1200);
    await page.waitForFunction(() => document.querySelector('.runs-grid').scrollTop > 4000);
    await page.waitForFunction(() => !document.querySelector('.runs-grid').classList.contains('rushing'));
    const drawn = await grid.evaluate((grid) => {
      const rows = [...grid.querySelectorAll('.runs-body .row:not([hidden])')].map((row) => row.getBoundingClientRect());
      const { top, bottom } = grid.getBoundingClientRect();
      return { above: Math.min(...rows.map((row) => row.top)) < top, below: Math.max(...rows.map((row) => row.bottom)) > bottom, marks: grid.querySelectorAll('.runs-body .row:not([hidden]) .status svg').length === rows.length };
    });
    assert.deepEqual(drawn, { above: true, below: true, marks: true });
    await grid.evaluate((grid) => grid.scrollTo({ top: 0 }));
    await columnButton(page, 'score').click();
    const first = Array.from({ length: MANY }, (_, nth) => nth).find((nth) => (nth * 7919) % MANY === MANY - 1);
    await runRow(page, `run-${first}`).waitFor();
    assert.equal((await runNames(page))[0], `run-${first}`);
    const box = page.getByRole('combobox', { name: /Filter runs/ });
    await box.fill('run-77');
    await seeText(page, '11 of 2,000 runs');
  });
});
