// The built Worker in miniflare, for what workerd alone does not have: R2.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { workerDir } from './environment.mjs';

/** Starts it; `options` are miniflare's, besides. Returns the `Miniflare`. */
export async function startMiniflare(options) {
  const { Miniflare } = await import('miniflare');
  const worker = workerDir();
  const names = (await readdir(worker, { recursive: true })).filter((name) => /\.(js|wasm)$/.test(name)).sort((a) => (a === 'worker.js' ? -1 : 0));
  const modules = names.map((name) => ({ type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule', path: path.join(worker, name) }));
  return new Miniflare({
    modules,
    modulesRoot: worker,
    compatibilityDate: '2026-07-01',
    host: '127.0.0.1',
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    ...options,
  });
}
