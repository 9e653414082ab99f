// The whole thing: an MLflow server with what a team logged, and the edge
// before it, serving the model that was logged.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { launch } from './browser.mjs';
import { seed, startMlflow } from './mlflow.mjs';
import { startServe } from './serve.mjs';

/**
 * Starts it all. Returns `{ browser, mlflow, edge, logged, stop }`, where
 * `logged` is what seed.py says that it logged.
 */
export async function startWorld() {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'millrace-world-'));
  const world = {};
  world.stop = async () => {
    await world.browser?.close();
    await world.edge?.stop();
    await world.mlflow?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    [world.browser, world.mlflow] = await Promise.all([launch(), startMlflow()]);
    world.logged = await seed(world.mlflow.uri, path.join(dir, 'model'));
    world.edge = await startServe(['--tracking-uri', world.mlflow.uri, '--model', world.logged.model.folder]);
    return world;
  } catch (error) {
    await world.stop();
    throw error;
  }
}
