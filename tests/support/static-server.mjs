// A plain static host, as dumb as the ones that people put the site on: no
// rewriting, no headers but those asked for, optionally under a sub-path.
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Serves `dir` at `base` (such as `/` or `/tools/millrace/`), with `headers` besides, and bodies as `encode(file, body)` has them; returns `{ port, requests, stop }`. */
export async function startStatic(dir, base = '/', headers = {}, encode = (_file, body) => body) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://static');
    requests.push(`${request.method} ${pathname}`);
    const inside = pathname.startsWith(base) ? decodeURIComponent(pathname.slice(base.length)) : undefined;
    const file = path.join(dir, inside?.endsWith('/') || inside === '' ? `${inside}index.html` : (inside ?? ''));
    try {
      if (inside === undefined || !file.startsWith(path.resolve(dir) + path.sep)) throw new Error('outside');
      if (!['GET', 'HEAD'].includes(request.method)) throw new Error('read only');
      const body = encode(file, await readFile(file));
      const { mtime } = await stat(file);
      response.writeHead(200, {
        'Content-Length': Buffer.byteLength(body),
        'Last-Modified': mtime.toUTCString(),
        ...headers,
        'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      });
      response.end(body);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>404</title><h1>Not found</h1>');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { port: server.address().port, requests, stop };
}
