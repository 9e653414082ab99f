// What axe finds on a page.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

let source;

/** Violations as short lines: the rule, and the elements that break it. */
export async function violations(page) {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Not a script element, which the page's content policy would refuse.
  await page.evaluate(`${await source}; void 0`);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`));
}
