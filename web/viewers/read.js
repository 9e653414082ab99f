// Reads a part of a file from a server that may not know ranges: {url, headers}, where
// the file may begin at an `offset`; or of the `bytes` that are here.

// What is taken of an answer, however large the file.
const MOST = 256 << 20;

export async function read({ url, headers, bytes: all, offset = 0 }, start, end) {
  if (end - start > MOST) throw new Error(`a part of ${end - start} bytes is too large to be read here`);
  if (end <= start) return new Uint8Array();
  if (all) return all.slice(start, end);
  const range = `bytes=${offset + start}-${offset + end - 1}`;
  const response = await fetch(url, { headers: { ...headers, range } }).catch(() => {
    throw new Error("the server did not answer");
  });
  const whole = response.status === 200;
  if (!response.ok || (whole && Number(response.headers.get("content-length")) > MOST)) {
    await response.body?.cancel();
    throw new Error(whole ? "the server sends no parts of files" : `the server answered ${response.status}`);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const part = whole ? bytes.slice(offset + start, offset + end) : bytes;
  if (part.byteLength !== end - start) throw new Error("the file is cut short");
  return part;
}

// Whether the server sends parts of a file: else each would cost all of it.
export async function sendsParts({ url, headers, bytes, offset = 0 }) {
  if (bytes) return true;
  const response = await fetch(url, { headers: { ...headers, range: `bytes=${offset}-${offset}` } }).catch(() => {
    throw new Error("the server did not answer");
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.status === 206;
}
