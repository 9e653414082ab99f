// The two servers that a page is tested at: MLflow's, behind the edge's proxy, and ours.
import { startMlflow } from './mlflow.mjs';
import { startServe } from './serve.mjs';

/** Names, and what starts each: `{ url, api, stop }`, the page's address and the server's. */
export const bothServers = {
  MLflow: async () => {
    const mlflow = await startMlflow();
    const edge = await startServe(['--tracking-uri', mlflow.uri]);
    return { url: edge.url, api: mlflow.uri, stop: () => Promise.all([edge.stop(), mlflow.stop()]) };
  },
  'our server': async () => {
    const edge = await startServe();
    return { url: edge.url, api: edge.url, stop: () => edge.stop() };
  },
};
