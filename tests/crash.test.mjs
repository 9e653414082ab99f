// Nothing that was acknowledged is lost: workerd is killed in the middle of a
// storm of writes, again and again; and clients write to one run at once.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { check } from './support/check.mjs';
import { startServe, workerdOf } from './support/serve.mjs';

const KILLS = 50;
const CLIENTS = 4;
const VALUES = 20;

/** Posts, and gives the status and the body; nothing when the server went away. */
async function post(url, path, body) {
  try {
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined;
  }
}

const get = async (url, path) => (await fetch(`${url}/api/2.0/mlflow/${path}`)).json();

/** A batch that is whole or not there: `VALUES` values and a tag, all of the same number. */
const batchOf = (number) => ({
  metrics: Array.from({ length: VALUES }, (_, i) => ({ key: `m${i}`, value: number, timestamp: number, step: number })),
  tags: [{ key: `batch-${number}`, value: 'whole' }],
});

describe('a workspace', () => {
  let dir;
  before(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-crash-'))));
  after(() => rm(dir, { recursive: true, force: true }));

  check(`loses nothing that it acknowledged when it is killed ${KILLS} times`, async () => {
    const acknowledged = new Map();
    let next = 0;
    for (let round = 0; round < KILLS; round++) {
      const edge = await startServe([], {}, dir);
      const workerd = await workerdOf(edge);
      const { run } = (await post(edge.url, 'runs/create', { experiment_id: '0' })).body;
      const { run_id } = run.info;
      const numbers = [];
      acknowledged.set(run_id, numbers);
      let isAlive = true;
      const client = async () => {
        while (isAlive) {
          const number = next++;
          const answer = await post(edge.url, 'runs/log-batch', { run_id, ...batchOf(number) });
          if (answer?.status === 200) numbers.push(number);
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      // Somewhere in the storm, another place each time.
      await new Promise((resolve) => setTimeout(resolve, 20 + ((round * 37) % 180)));
      process.kill(workerd, 'SIGKILL');
      isAlive = false;
      await Promise.all(clients);
      await edge.stop();
    }
    const edge = await startServe([], {}, dir);
    let [written, extra] = [0, 0];
    for (const [run_id, numbers] of acknowledged) {
      const { run } = await get(edge.url, `runs/get?run_id=${run_id}`);
      assert.ok(run, `the run ${run_id} is gone`);
      const tagged = new Set((run.data.tags ?? []).filter((tag) => tag.value === 'whole').map((tag) => Number(tag.key.slice(6))));
      for (let i = 0; i < VALUES; i++) {
        const { metrics = [] } = await get(edge.url, `metrics/get-history?run_id=${run_id}&metric_key=m${i}`);
        const values = new Set(metrics.map((metric) => metric.value));
        for (const number of numbers) assert.ok(values.has(number), `the batch ${number} lost m${i}`);
        // A batch whose answer the kill cut off is there whole, or not at all.
        assert.deepEqual([...values].sort(), [...tagged].sort(), `half a batch is in ${run_id}`);
      }
      written += numbers.length;
      extra += tagged.size - numbers.length;
    }
    await edge.stop();
    assert.ok(written > KILLS, `only ${written} batches were written`);
    console.error(`${KILLS} kills, ${written} acknowledged batches of ${VALUES} values: all there; ${extra} more without an answer, whole`);
  });

  check('keeps what clients log to one run at once, and one value of a parameter', async () => {
    const edge = await startServe([], {}, dir);
    const { run } = (await post(edge.url, 'runs/create', { experiment_id: '0' })).body;
    const { run_id } = run.info;
    const client = async (index) => {
      const answers = [];
      for (let step = 0; step < 100; step++) {
        const metric = { key: 'shared', value: index, timestamp: step, step: step * 8 + index };
        answers.push((await post(edge.url, 'runs/log-metric', { run_id, ...metric })).status);
      }
      const param = await post(edge.url, 'runs/log-parameter', { run_id, key: 'winner', value: String(index) });
      return { answers, param };
    };
    const all = await Promise.all(Array.from({ length: 8 }, (_, index) => client(index)));
    assert.deepEqual(new Set(all.flatMap(({ answers }) => answers)), new Set([200]));
    const { metrics } = await get(edge.url, `metrics/get-history?run_id=${run_id}&metric_key=shared`);
    assert.deepEqual(metrics.map((m) => m.step).sort((a, b) => a - b), Array.from({ length: 800 }, (_, step) => step));
    const won = all.filter(({ param }) => param.status === 200);
    assert.equal(won.length, 1);
    for (const { param } of all) {
      if (param.status !== 200) assert.equal(param.body.error_code, 'INVALID_PARAMETER_VALUE');
    }
    const { params } = (await get(edge.url, `runs/get?run_id=${run_id}`)).run.data;
    assert.deepEqual(params, [{ key: 'winner', value: String(all.indexOf(won[0])) }]);
    await edge.stop();
  });
});
