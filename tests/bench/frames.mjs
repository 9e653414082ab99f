// How long a page's frames take.

/** How long frames took while something was done, in milliseconds, in ascending order. */
export async function frames(page, act) {
  await page.evaluate(() => {
    window.frameTimes = [];
    let last;
    const tick = (now) => {
      if (last !== undefined) window.frameTimes.push(now - last);
      last = now;
      window.frame = requestAnimationFrame(tick);
    };
    window.frame = requestAnimationFrame(tick);
  });
  await act();
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.frame);
    return window.frameTimes;
  });
  return times.toSorted((a, b) => a - b);
}

/** The value that a share of the ascending numbers is below. */
export const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** The memories of wasm modules, which no browser counts in a page's heap: call before the page loads. */
export const watchMemories = (page) =>
  page.addInitScript(() => {
    window.memories = [];
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...given) => {
        const made = await original(...given);
        const memory = (made.instance ?? made).exports.memory;
        // The files of one program share theirs.
        if (memory && !window.memories.includes(memory)) window.memories.push(memory);
        return made;
      };
    }
  });

/** What a page holds once its garbage is collected, in bytes: JavaScript's heap and the memories of wasm. */
export async function heap(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  await cdp.detach();
  const wasm = await page.evaluate(() => (window.memories ?? []).reduce((sum, memory) => sum + memory.buffer.byteLength, 0));
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value + wasm;
}
