// Inflates raw deflate with the browser's own means, and no more than `most` bytes.
// What is cut in `bytes` ends where it is cut.
export async function inflate(bytes, most) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const out = new Uint8Array(most);
  let done = 0;
  try {
    while (done < most) {
      const part = await reader.read();
      if (part.done) break;
      const taken = part.value.subarray(0, most - done);
      out.set(taken, done);
      done += taken.byteLength;
    }
  } catch (error) {
    if (done === 0) throw new Error("it can't be unpacked");
  } finally {
    reader.cancel().catch(() => {});
  }
  return out.subarray(0, done);
}
