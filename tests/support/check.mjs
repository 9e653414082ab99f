// `node:test`'s test with a failure that can be understood from its text alone.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { closeAll, newPage, screenshot } from './browser.mjs';
import { logs, stopAll } from './processes.mjs';

// When a `before` fails half-way, nobody knows what it had started.
after(async () => {
  await closeAll();
  await stopAll();
});

/** A test whose failure shows what every running process has printed. */
export const check = (name, body) =>
  test(name, async () => {
    try {
      await body();
    } catch (error) {
      console.error(`\n${name}: what was running said:\n${logs()}\n`);
      throw error;
    }
  });

/**
 * A test in a page of its own. It fails when the page throws or breaks its own
 * content policy, whatever else it asserted, and then leaves a picture `failed-….png`. `browser` is a function,
 * since browsers start in `before`.
 */
export const checkPage = (name, browser, body, options = {}) =>
  check(name, async () => {
    const page = await newPage(browser(), options);
    try {
      await body(page);
      assert.deepEqual(page.problems.uncaught, [], 'uncaught errors in the page');
      // A file that is shown without its scripts is a `blob:` that inherits the policy: its styles are to be refused.
      const refused = page.problems.console.filter((line) => /Content Security Policy/.test(line) && !/\(at blob:/.test(line));
      assert.deepEqual(refused, [], "what the page's own policy refused");
    } catch (error) {
      await screenshot(page, `failed-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`).catch(() => {});
      console.error(
        [`at ${page.url()}`, ...page.problems.uncaught, ...page.problems.console].join('\n'),
        `\n${await page.locator('body').innerText().catch(() => '')}`.slice(0, 4000),
      );
      throw error;
    } finally {
      await page.context().close();
    }
  });
