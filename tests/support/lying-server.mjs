// A server in front of a real one, with the site on its own origin, which now and
// then does not do what it is asked: what fails, and how, a test decides.
import { createServer, request as ask } from 'node:http';

const OF_MLFLOW = /^\/(api|ajax-api|get-artifact|health|version|model-versions)\b/;

/** Answers as a broken server would. Each takes the response, and the request as it would have gone on. */
export const faults = {
  /** A status with a text that is no JSON of MLflow's. */
  status: (status, headers = {}, body = '') => (response) => {
    response.writeHead(status, { 'Content-Type': 'text/html', ...headers });
    response.end(body);
  },
  /** JSON of one's own. */
  json: (value) => (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  },
  /** The first half of the real answer, as if it were all of it. */
  half: async (response, real) => {
    const { status, headers, body } = await real();
    response.writeHead(status, { 'Content-Type': headers['content-type'] });
    response.end(body.subarray(0, body.length / 2));
  },
  /** The first half, and then the connection ends. */
  cut: async (response, real) => {
    const { status, headers, body } = await real();
    response.writeHead(status, { 'Content-Type': headers['content-type'], 'Content-Length': body.length });
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  },
  /** The real answer, late. */
  late: (milliseconds) => async (response, real) => {
    const { status, headers, body } = await real();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    response.writeHead(status, { 'Content-Type': headers['content-type'] });
    response.end(body);
  },
};

/**
 * Starts the server. Its `lie` is undefined, or a function of
 * `{ method, path, json }` that gives the fault to answer with, if any;
 * `asked` holds the requests of MLflow's that came, as `{ method, path, json }`.
 */
export async function startLying(mlflow, site) {
  const lying = { lie: undefined, asked: [] };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { pathname } = new URL(request.url, 'http://lying');
    const isApi = OF_MLFLOW.test(pathname);
    const real = () => forward(isApi ? mlflow : site, request, body);
    if (!isApi) return pass(response, await real());
    let json;
    try {
      json = JSON.parse(body);
    } catch {
      json = undefined;
    }
    const asked = { method: request.method, path: pathname, json };
    lying.asked.push(asked);
    const fault = lying.lie?.(asked);
    if (fault) await fault(response, real);
    else pass(response, await real());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  lying.url = `http://127.0.0.1:${server.address().port}`;
  lying.stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return lying;
}

/** The answer of the server behind. */
const forward = (base, { method, url, headers }, body) =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(base);
    const own = { ...headers, host, 'accept-encoding': 'identity', connection: 'close' };
    delete own.origin;
    const onward = ask({ hostname, port, method, path: url, headers: own }, async (answer) => {
      const chunks = await answer.toArray();
      resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) });
    });
    onward.on('error', reject);
    onward.end(body);
  });

const pass = (response, { status, headers, body }) => {
  response.writeHead(status, { 'Content-Type': headers['content-type'] ?? 'application/octet-stream' });
  response.end(body);
};
