// A host of a model that sends its ONNX file badly: for what a page does then.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

/**
 * Serves `dir` to any origin. How its `model.onnx` is sent is set by `how`, at
 * any time: `{ cut }` breaks each answer off after so many bytes (`times` says
 * how often, else always), `{ slow }` sends so many bytes and then no more,
 * `{ claims }` says that it is so long, `{ renewed }` that it changed before the
 * rest of it was asked for, `{ digest }` is its `Repr-Digest`. Ranges are answered.
 */
export async function startUnruly(dir) {
  const host = { how: {}, requests: [] };
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://host').pathname).slice(1);
    host.requests.push({ name, range: request.headers.range });
    let body;
    try {
      body = await readFile(path.join(dir, path.basename(name)));
    } catch {
      return response.writeHead(404, { 'Access-Control-Allow-Origin': '*' }).end();
    }
    const start = Number(/^bytes=(\d+)-\d*$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = body.subarray(start);
    const { cut, times = Infinity, slow, claims, renewed, digest } = name === 'model.onnx' ? host.how : {};
    response.writeHead(start > 0 ? 206 : 200, {
      'Access-Control-Allow-Origin': '*',
      'Content-Length': claims ?? rest.length,
      'Last-Modified': `Thu, 01 Jan 2026 00:00:0${renewed && start > 0 ? 1 : 0} GMT`,
      ...(digest && { 'Repr-Digest': digest, 'Access-Control-Expose-Headers': 'Repr-Digest' }),
      ...(start > 0 && { 'Content-Range': `bytes ${start}-${body.length - 1}/${body.length}` }),
    });
    if (cut !== undefined && times > 0) {
      host.how.times = times - 1;
      response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
    } else if (slow !== undefined || claims !== undefined) {
      response.write(rest.subarray(0, slow ?? 1));
    } else {
      response.end(rest);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  host.url = `http://127.0.0.1:${server.address().port}/`;
  host.stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return host;
}
