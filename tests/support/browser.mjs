// A real Chromium with one page a test. A page's uncaught errors fail the test.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromium as executable, screenshotsDir } from './environment.mjs';

const ARGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--no-sandbox',
];

/** The window sizes that every page must work in. */
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A host name that is no name of this machine, mapped to it: an origin that MLflow does not trust. */
export const FOREIGN_HOST = 'dash.test';

const launched = [];

/** Starts the browser. */
export async function launch() {
  const browser = await chromium.launch({
    executablePath: executable(),
    args: [...ARGS, `--host-resolver-rules=MAP ${FOREIGN_HOST} 127.0.0.1`],
  });
  launched.push(browser);
  return browser;
}

/** Ends every browser that a failed set-up has left running. */
export const closeAll = () => Promise.all(launched.map((browser) => browser.close()));

/**
 * Opens an empty page in a storage of its own.
 * `page.problems` holds uncaught errors and `console.error` lines as they come;
 * `page.requested` holds the URL of every request.
 */
export async function newPage(browser, { viewport = DESKTOP, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.problems = { uncaught: [], console: [] };
  page.requested = [];
  page.on('pageerror', (error) => page.problems.uncaught.push(error.stack ?? String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.console.push(`${message.text()} (at ${message.location().url})`);
  });
  page.on('request', (request) => page.requested.push(request.url()));
  return page;
}

/** Saves a picture of the page as `target/screenshots/NAME.png`. */
export async function screenshot(page, name, options = {}) {
  await mkdir(screenshotsDir, { recursive: true });
  await page.screenshot({ path: path.join(screenshotsDir, `${name}.png`), ...options });
}
