// Downloads a file, or files as one zip that is packed as they come: nothing is held
// in memory where the browser lets a page write a file.

// What is held in memory where it does not.
const MOST = 512 << 20;

// Begins: where the browser asks for a place, it must do so while it still knows
// of the click. It is not asked for what is `small`. `done` counts bytes; `save`
// takes what is in the file, [{path, url, headers}]: several as a zip.
export function start(name, zipped, small) {
  const abort = new AbortController();
  const types = zipped ? { types: [{ accept: { "application/zip": [".zip"] } }] } : {};
  const place = small ? undefined : globalThis.showSaveFilePicker?.({ suggestedName: name, ...types });
  // Who waits for it hears of a refusal later.
  place?.catch(() => {});
  const job = {
    done: 0,
    cancel: () => abort.abort(),
    save: async (files) => {
      const { signal } = abort;
      const file = await place?.catch(() => {
        throw new Error("");
      });
      try {
        const parts = inputs(files, job, file ? Infinity : MOST, signal);
        const stream = zipped ? await pack(parts) : await only(parts);
        if (file) await stream.pipeTo(await file.createWritable(), { signal });
        else offer(name, await new Response(stream).blob());
      } catch (error) {
        throw signal.aborted ? new Error("") : error;
      }
    },
  };
  return job;
}

async function pack(parts) {
  const { makeZip } = await import("./client-zip.js");
  return makeZip(parts, { buffersAreUTF8: true });
}

async function only(parts) {
  const { value } = await parts.next();
  return value.input || new Blob().stream();
}

async function* inputs(files, job, most, signal) {
  for (const { path, url, headers } of files) {
    signal.throwIfAborted();
    const response = await fetch(url, { headers, signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${path}: the server answered ${response.status}`);
    }
    const input = response.body?.pipeThrough(counted(job, most)) ?? "";
    yield { name: path, input, lastModified: new Date(response.headers.get("last-modified") ?? Date.now()) };
  }
}

const counted = (job, most) =>
  new TransformStream({
    transform(chunk, controller) {
      job.done += chunk.byteLength;
      if (job.done > most) throw new Error(`this browser has to hold all of it, and takes no more than ${most >> 20} MB; Chromium writes it to a file as it comes`);
      controller.enqueue(chunk);
    },
  });

function offer(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
