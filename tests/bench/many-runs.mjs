// A hundred thousand runs in the table: what they take to come, and to use.
import { frames, heap, watchMemories } from './frames.mjs';

/** What it takes: `{ row, all, heap }`, in milliseconds and bytes, and the times of frames, `{ scrolled, sorted, filtered }`. */
export async function manyRuns(browser, url, count) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await watchMemories(page);
  const start = performance.now();
  await page.goto(`${url}?compareRunsMode=TABLE`, { waitUntil: 'commit' });
  await page.getByText(`run-${count - 1}`, { exact: true }).first().waitFor({ timeout: 120_000 });
  const row = performance.now() - start;
  const table = page.getByRole('grid', { name: 'Runs' });
  await page.waitForFunction((rows) => Number(document.querySelector('[role=grid]')?.ariaRowCount) > rows, count, { timeout: 1_800_000 });
  const all = performance.now() - start;
  await page.waitForTimeout(3000);
  const box = await table.boundingBox();
  await page.mouse.move(box.x + 300, box.y + 200);
  const scrolled = await frames(page, async () => {
    for (let turn = 0; turn < 120; turn++) {
      await page.mouse.wheel(0, turn % 40 < 30 ? 900 : -900);
      await page.waitForTimeout(16);
    }
  });
  const sorted = await frames(page, async () => {
    await page.getByRole('columnheader').getByRole('button', { name: 'Duration', exact: true }).click();
    await page.waitForTimeout(2000);
  });
  const filter = page.getByRole('search').getByRole('combobox');
  await filter.fill('metrics.metric_0 > 0.5');
  const filtered = await frames(page, async () => {
    await filter.press('Enter');
    await page.waitForTimeout(2000);
  });
  const held = await heap(page);
  await page.context().close();
  return { row, all, heap: held, scrolled, sorted, filtered };
}
