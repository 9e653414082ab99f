// Reads a part of a file from a server that may not know ranges: {url, headers}, where
// the file may begin at an `offset`; or of the `bytes` that are here.

// What is taken of an answer, however large the file.
const MOST = 256 << 20;

export async function read({ url, headers, bytes: all, offset = 0 }, start, end, signal) {
  if (end - start > MOST) throw new Error(`a part of ${end - start} bytes is too large to be read here`);
  if (end <= start) return new Uint8Array();
  if (all && all.byteLength < end) throw new Error("the file is cut short");
  if (all) return all.slice(start, end);
  const range = `bytes=${offset + start}-${offset + end - 1}`;
  const response = await fetch(url, { headers: { ...headers, range }, signal }).catch(() => {
    throw passing("the server did not answer");
  });
  const whole = response.status === 200;
  if (!response.ok || (whole && Number(response.headers.get("content-length")) > MOST)) {
    await response.body?.cancel();
    if (whole) throw new Error("the server sends no parts of files");
    const words = `the server answered ${response.status}`;
    throw response.status === 429 || response.status >= 500 ? passing(words) : new Error(words);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const part = whole ? bytes.slice(offset + start, offset + end) : bytes;
  if (part.byteLength !== end - start) throw new Error("the file is cut short");
  return part;
}

// How long to wait before a part is asked for again, in milliseconds.
const PAUSES = [500, 2000];

// The same; what may pass is waited for.
export async function readPatiently(source, start, end, signal) {
  for (const pause of PAUSES) {
    try {
      return await read(source, start, end, signal);
    } catch (error) {
      if (!error.passing || signal?.aborted) throw error;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
  return read(source, start, end, signal);
}

const passing = (words) => Object.assign(new Error(words), { passing: true });

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
