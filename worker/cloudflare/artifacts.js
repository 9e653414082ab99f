// What stores and answers of artifacts take from JavaScript. Bodies go by as the
// streams that they are: they never enter a module's memory.

// The answer to a request to a store. What an error says is not read.
export async function send(service, method, url, headers, body) {
  const init = { method, headers: JSON.parse(headers), body, redirect: "manual" };
  const answer = await (service ?? globalThis).fetch(url, init);
  if (answer.status < 400) return answer;
  await answer.body?.cancel();
  return new Response(null, answer);
}

// What has been read of streams that are read in pieces.
const begun = new WeakMap();

// The next `size` bytes of a stream, or what is left of it; null at its end. They
// are there until the next ones are asked for.
export async function nextPiece(stream, size) {
  if (!begun.has(stream)) begun.set(stream, { reader: stream.getReader(), read: new Uint8Array(), piece: new Uint8Array(size) });
  const state = begun.get(stream);
  let length = 0;
  while (length < size) {
    if (state.read.length === 0) {
      const { done, value } = await state.reader.read();
      if (done) break;
      state.read = value;
    }
    const part = state.read.subarray(0, size - length);
    state.piece.set(part, length);
    length += part.length;
    state.read = state.read.subarray(part.length);
  }
  return length === 0 ? null : state.piece.subarray(0, length);
}

// An answer of ours; `body` is a stream, bytes, or nothing.
export function reply(status, headers, body) {
  return new Response(body, { status, headers: JSON.parse(headers) });
}

// What a bucket of R2 says of an object, or null.
export function headObject(bucket, key) {
  return bucket.head(key);
}

// An object of a bucket, or null; of a part of it, if a length is given.
export function getObject(bucket, key, offset, length) {
  return bucket.get(key, length === undefined ? undefined : { range: { offset, length } });
}

export async function putObject(bucket, key, body) {
  await bucket.put(key, body ?? "");
}

// One page of what is in a bucket, as JSON: `[key, size]` of objects, the
// prefixes up to the next slash if they are wanted, and where the next page is.
export async function listObjects(bucket, prefix, delimiter, limit, cursor) {
  const page = await bucket.list({ prefix, delimiter, limit, cursor });
  return JSON.stringify({
    objects: page.objects.map(({ key, size }) => [key, size]),
    prefixes: page.delimitedPrefixes,
    cursor: page.truncated ? page.cursor : null,
  });
}

// `keys` is JSON: at most 1000.
export async function deleteObjects(bucket, keys) {
  await bucket.delete(JSON.parse(keys));
}

export async function createUpload(bucket, key) {
  return (await bucket.createMultipartUpload(key)).uploadId;
}

export async function uploadPart(bucket, key, id, part, body) {
  return (await bucket.resumeMultipartUpload(key, id).uploadPart(part, body ?? "")).etag;
}

// `parts` is JSON: `[number, etag]` of each.
export async function completeUpload(bucket, key, id, parts) {
  const uploaded = JSON.parse(parts).map(([partNumber, etag]) => ({ partNumber, etag }));
  await bucket.resumeMultipartUpload(key, id).complete(uploaded);
}

export async function abortUpload(bucket, key, id) {
  await bucket.resumeMultipartUpload(key, id).abort();
}
