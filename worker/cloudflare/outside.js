// Reads files from outside: by a request, from a service, from a bucket.
// Bodies stay streams until the one who asked for them takes them in.

import { join } from "./bodies.js";

// A server that says nothing for this long counts as gone, in milliseconds.
const TIMEOUT = 60_000;

// The answer to a GET, through a service where one is bound for the host.
export function get(service, url, headers, redirect) {
  const signal = AbortSignal.timeout(TIMEOUT);
  return (service ?? globalThis).fetch(url, { headers: JSON.parse(headers), redirect, signal });
}

// The answer to a POST, likewise. Where the answer points on to is not followed.
export function post(service, url, headers, body, timeout) {
  const signal = AbortSignal.timeout(timeout);
  const init = { method: "POST", headers: JSON.parse(headers), body, redirect: "manual", signal };
  return (service ?? globalThis).fetch(url, init);
}

// An object of a bucket as an answer.
export async function getObject(bucket, key) {
  const object = await bucket.get(key);
  if (!object) return new Response(null, { status: 404 });
  return new Response(object.body, { headers: { "content-length": String(object.size) } });
}

// The body, or undefined where it is over the limit.
export async function readAll(response, limit) {
  const chunks = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return join(chunks);
}
