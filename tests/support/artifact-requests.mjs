// Requests for artifacts as they are written, and what two servers should have in
// common of the answers.
import { request as httpRequest } from 'node:http';

export const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Sends a request with its path as it is written; gives `{ status, headers, body }`, body being bytes. */
export function raw(uri, method, target, { headers = {}, body } = {}) {
  const { hostname, port } = new URL(uri);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path: target, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

// What is compared of an answer's headers.
const HEADERS = ['content-type', 'content-disposition', 'content-length', 'content-range', 'accept-ranges'];

/** What two servers should have in common of an answer. */
export function comparable({ status, headers, body }, run) {
  const text = body.toString().replaceAll(run, 'RUN');
  if (status >= 400) return { status, error: JSON.parse(text.startsWith('{') ? text : '{}').error_code };
  const isJson = headers['content-type'] === 'application/json';
  const kept = HEADERS.filter((name) => headers[name] !== undefined && !(isJson && name === 'content-length'));
  // MLflow says `nosniff` of everything, and knows `ü` as a `u`.
  const value = (name) => headers[name].replace(/filename=[^;]+; filename\*/, 'filename*');
  const isFile = 'content-disposition' in headers;
  return {
    status,
    body: isJson && text ? JSON.parse(text) : text,
    ...(isFile && { nosniff: headers['x-content-type-options'] === 'nosniff' }),
    ...Object.fromEntries(kept.map((name) => [name, value(name)])),
  };
}
