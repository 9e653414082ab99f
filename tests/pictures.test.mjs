// Pictures as a model's input: read in the page, they go in as the pixels that
// Pillow reads, so that the answers are those of mlflow.pyfunc.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { deflateSync } from 'node:zlib';
import { violations } from './support/axe.mjs';
import { launch, PHONE, screenshot } from './support/browser.mjs';
import { checkPage } from './support/check.mjs';
import { assertClose } from './support/close.mjs';
import { siteDir } from './support/environment.mjs';
import { runPython } from './support/mlflow.mjs';
import { at, runBody, seeText } from './support/pages.mjs';
import { startStatic } from './support/static-server.mjs';

describe('pictures in the page', { timeout: 240_000 }, () => {
  let browser, site, scratch, url, said;
  before(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), 'millrace-pictures-'));
    await cp(siteDir(), scratch, { recursive: true });
    [browser, said] = await Promise.all([launch(), runPython('pictures.py', [scratch]).then(JSON.parse)]);
    site = await startStatic(scratch, '/');
    url = `http://127.0.0.1:${site.port}/`;
  });
  after(() => Promise.all([browser?.close(), site?.stop(), scratch && rm(scratch, { recursive: true, force: true })]));

  const page = (name, body, options) => checkPage(name, () => browser, body, options);
  const open = async (page, name) => {
    await page.goto(at(url, `/try?model=${encodeURIComponent(`./${name}`)}`));
    await page.getByRole('button', { name: 'Choose a picture' }).waitFor({ timeout: 60_000 });
  };
  const choose = async (page, file) => {
    await page.locator('.picture input[type=file]').setInputFiles(file);
  };
  const seen = (page) => page.getByRole('img', { name: 'What the model sees' });
  const answered = async (page) => {
    const answer = page.locator('.answer');
    const before = await answer.locator('.answer-head').first().elementHandle({ timeout: 100 }).catch(() => null);
    await page.getByRole('button', { name: 'Run the model' }).click();
    if (before) await before.waitForElementState('hidden').catch(() => {});
    const text = await answer.getByRole('region', { name: 'Answer' }).innerText();
    return JSON.parse(text).predictions.scores;
  };

  for (const name of ['first', 'free', 'last', 'alpha', 'plane']) {
    page(`one for the network '${name}' gives the numbers of mlflow.pyfunc`, async (page) => {
      await open(page, name);
      await choose(page, path.join(scratch, 'photo.png'));
      await seeText(page, /photo\.png, as the model sees it: 32 × 24 pixels/);
      const scales = page.getByLabel('Values of a pixel');
      const ways = Object.entries(said[name]);
      // Bytes have no ways: there is nothing to choose.
      assert.equal(await scales.count(), ['last', 'alpha'].includes(name) ? 0 : 1);
      for (const [scale, expected] of ways) {
        if ((await scales.count()) > 0) await scales.selectOption(scale);
        assertClose(await answered(page), expected);
      }
    });
  }

  page('another size is made to fit, and the request is there as JSON', async (page) => {
    await open(page, 'last');
    await choose(page, path.join(scratch, 'large.png'));
    await seeText(page, /large\.png, as the model sees it: 32 × 24 pixels/);
    assert.deepEqual(await seen(page).evaluate(({ width, height }) => [width, height]), [32, 24]);
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'try-picture');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'try-picture-dark');
    await page.setViewportSize(PHONE);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await screenshot(page, 'try-picture-phone');
    const { status } = await runBody(page);
    assert.equal(status, 200);
    const { inputs } = JSON.parse(await page.getByLabel('Request body').inputValue());
    assert.deepEqual([inputs.length, inputs[0].length, inputs[0][0].length, inputs[0][0][0].length], [1, 24, 32, 3]);
  });

  page('what is no picture, broken, or far too large is refused, and the picture before stays', async (page) => {
    const chunk = (kind, data) => {
      const bytes = Buffer.concat([Buffer.from(kind), data]);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc(bytes));
      return Buffer.concat([length, bytes, sum]);
    };
    const sides = Buffer.alloc(13);
    sides.writeUInt32BE(30_000, 0);
    sides.writeUInt32BE(30_000, 4);
    sides.set([8, 2], 8);
    const huge = Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', sides),
      chunk('IDAT', deflateSync(Buffer.alloc(90_001))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    const photo = await readFile(path.join(scratch, 'photo.png'));
    await open(page, 'last');
    await choose(page, path.join(scratch, 'photo.png'));
    await seeText(page, /photo\.png, as the model sees it/);
    const of = (name, mimeType, buffer) => ({ name, mimeType, buffer });
    for (const [file, words] of [
      [of('notes.png', 'image/png', Buffer.from('no picture at all')), /notes\.png is no picture that this browser reads, or a broken one/],
      [of('table.csv', 'text/csv', Buffer.from('a,b\n1,2\n')), /table\.csv is no picture/],
      [of('cut.png', 'image/png', photo.subarray(0, 20)), /cut\.png is no picture/],
      [of('huge.png', 'image/png', huge), /huge\.png has 30,000 × 30,000 pixels: at most 100,000,000 are read/],
    ]) {
      await choose(page, file);
      await page.getByRole('alert').getByText(words).waitFor();
    }
    assert.equal(await page.getByRole('alert').filter({ visible: true }).count(), 1);
    assertClose(await answered(page), said.last.bytes);
    await choose(page, path.join(scratch, 'photo.png'));
    await page.getByRole('alert').filter({ visible: true }).waitFor({ state: 'detached' });
  });

  page('a model that takes no pictures has no place for them', async (page) => {
    await page.goto(at(url, `/try?model=${encodeURIComponent('./models/demo')}`));
    await page.getByRole('form', { name: 'Form' }).waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('button', { name: 'Picture', exact: true }).count(), 0);
  });
});

/** The checksum of a part of a PNG. */
function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}
