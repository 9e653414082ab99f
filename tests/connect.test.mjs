// The page on one origin, the MLflow server on another: the way that a team
// hosts it, and everything that a user meets first when it goes wrong.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { FOREIGN_HOST, launch } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { siteDir } from './support/environment.mjs';
import { startMlflow } from './support/mlflow.mjs';
import { at, connect, experimentLink, seeText, serverState, signIn } from './support/pages.mjs';
import { freePort } from './support/processes.mjs';
import { startStatic } from './support/static-server.mjs';

const ADMIN = { user: 'admin', password: 'correct horse battery' };
const SUB_PATH = '/tools/millrace/';

describe('the page on another origin than the server', { timeout: 240_000 }, () => {
  let browser, root, nested, closed, open, locked, origin, nestedOrigin;

  before(async () => {
    [browser, root, nested] = await Promise.all([launch(), startStatic(siteDir()), startStatic(siteDir(), SUB_PATH)]);
    // MLflow always allows localhost, so the page needs another name.
    origin = `http://${FOREIGN_HOST}:${root.port}`;
    nestedOrigin = `http://${FOREIGN_HOST}:${nested.port}`;
    const allow = ['--cors-allowed-origins', `${origin},${nestedOrigin}`];
    [closed, open, locked] = await Promise.all([
      startMlflow(),
      startMlflow({ flags: allow }),
      startMlflow({
        flags: ['--app-name', 'basic-auth', ...allow],
        env: { MLFLOW_FLASK_SERVER_SECRET_KEY: 'only for this test', MLFLOW_AUTH_ADMIN_PASSWORD: ADMIN.password },
      }),
    ]);
  });
  after(() => Promise.all([browser?.close(), ...[root, nested, closed, open, locked].map((it) => it?.stop())]));

  const page = (name, body) => checkPage(name, () => browser, body);

  page('asks for a server when none is known, and connects to the one typed', async (page) => {
    await page.goto(at(origin));
    await page.getByRole('heading', { name: 'Connect to a server' }).waitFor();
    await connect(page, open.uri);
    await experimentLink(page, 'Default').waitFor();
    await serverState(page).filter({ hasText: /connected · .*3\.\d+/ }).waitFor();
    await page.reload();
    await experimentLink(page, 'Default').waitFor();
  });

  page('prints the exact flag when the server refuses the origin', async (page) => {
    await page.goto(at(origin, '/experiments', closed.uri));
    const flag = `--cors-allowed-origins ${origin}`;
    await seeText(page, new RegExp(`mlflow server.* ${flag.replaceAll('.', '\\.')}\\b`));
    assert.equal(await page.getByRole('table').getByRole('link').count(), 0);
    // The advice is right: it is the very flag that the other server was started with.
    await page.goto(at(origin, '/experiments', open.uri));
    await experimentLink(page, 'Default').waitFor();
  });

  page('prints the same flag in the form that connects', async (page) => {
    await page.goto(at(origin));
    await connect(page, closed.uri);
    await seeText(page, new RegExp(`--cors-allowed-origins ${origin}`));
  });

  page('works from a sub-path, asking nobody else', async (page) => {
    await page.goto(at(nestedOrigin + SUB_PATH, '/experiments', open.uri));
    await experimentLink(page, 'Default').waitFor();
    await experimentLink(page, 'Default').click();
    await page.waitForURL(/#\/experiments\/0/);
    await page.goto(at(nestedOrigin + SUB_PATH, '/try'));
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    const strangers = page.requested
      .filter((url) => !url.startsWith('data:') && !url.startsWith('blob:'))
      .filter((url) => !url.startsWith(nestedOrigin + SUB_PATH) && !url.startsWith(`${open.uri}/`));
    assert.deepEqual(strangers, []);
  });

  page('says that a server does not answer, and retries when told to', async (page) => {
    const port = await freePort();
    await page.goto(at(origin, '/experiments', `http://127.0.0.1:${port}`));
    await seeText(page, /Check the address, and that the server is running/);
    await serverState(page).filter({ hasText: 'not reachable' }).waitFor();
    const before = page.requested.length;
    await page.getByRole('button', { name: /Retry|Try again/ }).click();
    await page.waitForTimeout(300);
    assert.ok(page.requested.length > before, 'a new request');
  });

  page('signs in where the server asks for it, and says when it is wrong', async (page) => {
    await page.goto(at(origin, '/experiments', locked.uri));
    await signIn(page, ADMIN.user, 'wrong');
    await seeText(page, /does not accept these credentials/);
    await signIn(page, ADMIN.user, ADMIN.password);
    await experimentLink(page, 'Default').waitFor();
    const kept = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)) + location.href);
    assert.ok(!kept.includes(ADMIN.password), 'the password is kept on the device without being asked to');
    await page.reload();
    await experimentLink(page, 'Default').waitFor();
  });

  page('signs in from the form that connects', async (page) => {
    await page.goto(at(origin));
    await page.getByText('Password', { exact: true }).click();
    await page.getByLabel('User').fill(ADMIN.user);
    await page.locator('input[type=password]').fill(ADMIN.password);
    await connect(page, locked.uri);
    await experimentLink(page, 'Default').waitFor();
  });

  page('says that a page came where MLflow was expected', async (page) => {
    await page.goto(at(origin, '/experiments', origin));
    await seeText(page, /not as MLflow does/);
  });

  page('says so when its program does not come', async (page) => {
    await page.route('**/web_bg.wasm', (route) => route.fulfill({ status: 503, body: 'resting' }));
    await page.goto(at(origin));
    await page.getByRole('alert').getByRole('heading', { name: 'The page could not start' }).waitFor();
    // That is what this is about.
    page.problems.uncaught = [];
  });

  page('fetches a part in few files, and again where one did not come', async (page) => {
    const lost = new Set();
    await page.route(/\/(split|shared|chunk)\w*\.wasm$/, (route) => {
      const url = route.request().url();
      if (lost.has(url)) return route.continue();
      lost.add(url);
      return route.abort();
    });
    await page.goto(at(origin, '/experiments', open.uri));
    await page.getByRole('alert').getByText('This part of the page did not load.').waitFor();
    const files = page.requested.filter((url) => url.endsWith('.wasm') && !url.endsWith('web_bg.wasm'));
    assert.ok(files.length > 1 && files.length <= 12, files.join(' '));
    await page.getByRole('button', { name: 'Try again' }).click();
    await experimentLink(page, 'Default').waitFor();
  });

  for (const [typed, words] of [
    ['ftp://example.org', /http:\/\/ or https:\/\//],
    ['http://', /an address looks like/],
  ]) {
    page(`refuses the address ${typed} in words`, async (page) => {
      await page.goto(at(origin));
      await connect(page, typed);
      await seeText(page, words);
    });
  }
});
