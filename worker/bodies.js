// Bodies of requests and answers, taken in up to a limit.

// How many times the limit is taken in from a client that sends too much: it
// reads the answer only once it has sent its body.
const DRAINED = 4;

// Chunks as one array; a single one is not copied.
export function join(chunks) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

// Whether a request says how long its body is, and keeps to the limit.
export function keepsTo(request, limit) {
  return Number(request.headers.get("content-length") ?? Number.NaN) <= limit;
}

// The body of a request that keeps to its limit.
export async function wholeBody(request) {
  return new Uint8Array(await request.arrayBuffer());
}

// The body of a request, or null if it is over the limit.
export async function readBody(request, limit) {
  if (!request.body) return new Uint8Array(0);
  return keepsTo(request, limit) ? wholeBody(request) : takeIn(request.body, limit);
}

// A stream's bytes, or null if they are over the limit.
export async function takeIn(stream, limit) {
  let chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length <= limit) chunks.push(chunk);
    else chunks = [];
    if (length > limit * DRAINED) return null;
  }
  return length > limit ? null : join(chunks);
}
