// What a browser keeps of models: told by its content, listed, removed, and there
// when the server is not.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { violations } from './support/axe.mjs';
import { PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { testsDir } from './support/environment.mjs';
import { at, runBody, seeText } from './support/pages.mjs';
import { startRelogged } from './support/relogged.mjs';

const FOREST = path.join(testsDir, 'golden', 'models', 'forest');
const ROW = { dataframe_split: { columns: ['age', 'bmi'], data: [[51, 27.5]] } };
const tryPage = (model) => `/try?model=${encodeURIComponent(model)}`;
const files = (page) => page.requested.filter((url) => /\.onnx/.test(decodeURIComponent(url)));

describe('models that a browser keeps', { timeout: 300_000 }, () => {
  let browser, mlflow, edge, logged, expected, stop;
  before(async () => {
    ({ browser, mlflow, edge, logged, expected, stop } = await startRelogged(FOREST, 'risk', ROW));
  });
  after(() => stop?.());

  const page = (name, body) => checkPage(name, () => browser, body);
  const open = async (page, model) => {
    await page.goto(at(edge.url, tryPage(model)));
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
  };
  const answers = async (page) => {
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    const { status, text } = await runBody(page, JSON.stringify(ROW));
    assert.equal(status, 200, text);
    assertClose(JSON.parse(text), expected);
  };
  const post = (page, address) =>
    page.evaluate(async ([address, body]) => {
      const answer = await fetch(address, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return [answer.status, await answer.text()];
    }, [address, JSON.stringify(ROW)]);
  const kept = (page) => page.getByRole('region', { name: 'Models kept in this browser' });
  /** The addresses in the store. */
  const stored = (page) => page.evaluate(async () => (await (await caches.open('millrace-models')).keys()).map(({ url }) => url));

  page('the content of a file is kept once, whatever the model was opened as', async (page) => {
    await open(page, `models:/risk/${logged.version}`);
    await open(page, 'models:/risk@best');
    await seeText(page, "From this browser's cache");
    assert.equal(files(page).length, 1);
    const before = (await stored(page)).length;
    // The same files among a version's, which is another place.
    await page.goto(at(edge.url, '/try'));
    await kept(page).getByRole('link', { name: `risk, version ${logged.version}` }).click();
    await answers(page);
    assert.equal((await stored(page)).length, before);
  });

  page('what is kept is listed, and removed with what is served of it', async (page) => {
    await open(page, `models:/risk/${logged.version}`);
    await page.getByLabel('Serve it here').check();
    const address = `./models/risk/${logged.version}/invocations`;
    await seeText(page, /This browser answers here/);
    assert.equal((await post(page, address))[0], 200);
    await page.goto(at(edge.url, '/settings'));
    await kept(page).getByText(`served as risk, version ${logged.version}`).waitFor();
    await kept(page).getByText(/^1 model, \d/).waitFor();
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'kept-settings');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(PHONE);
    assert.deepEqual(await violations(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await screenshot(page, 'kept-settings-phone');
    await kept(page).getByRole('button', { name: 'Stop serving' }).click();
    await kept(page).getByText(/served as/).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 0);
    await kept(page).getByRole('button', { name: 'Remove risk' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await kept(page).getByText(/^None\./).waitFor();
    assert.deepEqual((await stored(page)).map((url) => url.split('/').at(-1)), ['models.json']);
  });

  page('what is no longer what it was is downloaded again', async (page) => {
    await open(page, 'models:/risk@best');
    await answers(page);
    const damaged = await page.evaluate(async () => {
      const store = await caches.open('millrace-models');
      let damaged = 0;
      for (const request of await store.keys()) {
        const bytes = new Uint8Array(await (await store.match(request)).arrayBuffer());
        // The ONNX file alone is no text.
        if (bytes[0] !== 8) continue;
        bytes[bytes.length >> 1] ^= 1;
        await store.put(request, new Response(bytes));
        damaged += 1;
      }
      return damaged;
    });
    assert.equal(damaged, 1);
    await page.reload();
    await seeText(page, /was damaged: it was downloaded again/);
    await answers(page);
    await page.reload();
    await seeText(page, "From this browser's cache");
    assert.equal(files(page).length, 2);
  });

  page('a model whose server is away opens as it was kept, and is served no longer when told so', async (page) => {
    await open(page, 'models:/risk@best');
    await page.getByLabel('Serve it here').check();
    await seeText(page, /This browser answers here/);
    await mlflow.stop();
    await page.reload();
    await seeText(page, /its server does not answer/, { timeout: 60_000 });
    await answers(page);
    const served = await post(page, './models/risk/best/invocations');
    assert.equal(served[0], 200, served[1]);
    assertClose(JSON.parse(served[1]), expected);
    await page.getByLabel('Serve it here').uncheck();
    await page.getByText(/This browser answers here/).waitFor({ state: 'detached' });
    assert.notEqual((await post(page, './models/risk/best/invocations'))[0], 200);
    // What was never opened is not there.
    await page.goto(at(edge.url, tryPage('models:/risk/9')));
    await page.getByRole('heading', { name: 'This model cannot run here' }).waitFor({ timeout: 60_000 });
  });
});
