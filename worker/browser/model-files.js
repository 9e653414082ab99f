// The files of a model where they lie on a server, and in this browser's cache.
//
// A place is {address, folder, plain, headers}: a file's address is `address`
// and the file's path below `folder`, which is one query value unless `plain`.
// Each place has a cache of its own; it holds as long as `MLmodel`, which names
// what was logged when, is the same to the byte. On a plain host anybody may lay
// another file beside the same `MLmodel`, so there each file has to be the one
// that the host has: of the same version (ETag, or when it was changed) and size.

import { join } from "./bodies.js";
import { failure } from "./load-model.js";

// What is asked about before it is downloaded.
const LARGE = 100_000_000;
// How often a download that broke off is taken up again, and how long that
// waits, in milliseconds, times the attempt.
const RESUMED = 3;
const PAUSE = 300;
// Where a kept file has its version.
const VERSION = "x-version";

export const cacheOf = ({ address, folder }) => `millrace-model ${address}${folder}`;

// The key of a file in its model's cache.
export const keyOf = (path) => new URL(`./kept/${encodeURIComponent(path)}`, import.meta.url).href;

// Looks at a place: what the cache has of it, and whether that still holds.
// `hear` is told of bytes that come; unless `confirmed`, a large file is refused
// with an error that has its size as `large`.
export async function openPlace(place, confirmed, hear) {
  let cache = await globalThis.caches?.open(cacheOf(place)).catch(() => undefined);
  const state = { downloaded: 0, full: false, hasCache: cache !== undefined };
  const kept = async (path) => {
    const answer = await cache?.match(keyOf(path));
    return answer && { bytes: new Uint8Array(await answer.arrayBuffer()), version: answer.headers.get(VERSION) ?? "" };
  };
  const keep = async (path, { bytes, version }) => {
    // A browser without room for it runs the model all the same.
    await cache?.put(keyOf(path), new Response(bytes, { headers: { [VERSION]: version } })).catch(() => {
      state.full = true;
    });
  };
  const download = async (path) => {
    const file = await fetchFile(place, path, (size) => {
      if (!confirmed && size > LARGE) throw Object.assign(new Error(path), { large: size });
    }, hear);
    state.downloaded += 1;
    return file;
  };
  // Whether a kept file is still the one that the host has.
  const holds = async (path, { version }) => {
    if (!place.plain) return true;
    const now = await fetch(addressOf(place, path), { method: "HEAD", cache: "no-store" }).catch(() => null);
    // Without a network, what is kept is what there is.
    return now === null || (now.ok && version !== "" && versionOf(now) === version);
  };

  const before = await kept("MLmodel");
  // Without a network, what is kept is what there is.
  const mlmodel = await download("MLmodel").catch((error) => {
    if (before && error.status === undefined) return before;
    throw error;
  });
  state.downloaded = 0;
  const isSame = before && same(before.bytes, mlmodel.bytes);
  if (before && !isSame) {
    await caches.delete(cacheOf(place));
    cache = await caches.open(cacheOf(place));
  }
  if (!isSame) await keep("MLmodel", mlmodel);

  const read = async (path) => {
    if (path === "MLmodel") return mlmodel.bytes;
    const found = await kept(path);
    if (found && (await holds(path, found))) return found.bytes;
    const file = await download(path);
    await keep(path, file);
    return file.bytes;
  };
  // A file that need not be there.
  const readText = async (path) => {
    try {
      return new TextDecoder().decode(await read(path));
    } catch (error) {
      if (error.large) throw error;
      return null;
    }
  };
  return { read, readText, state };
}

function addressOf({ address, folder, plain }, path) {
  const whole = folder ? `${folder}/${path}` : path;
  return address + (plain ? path.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(whole));
}

// What tells one content of an address from another; empty where nothing does.
const markOf = ({ headers }) => headers.get("etag") ?? headers.get("last-modified") ?? "";

function versionOf(response) {
  const mark = markOf(response);
  return mark && `${mark} ${response.headers.get("content-length") ?? ""}`;
}

// The file as {bytes, version}. Where its download breaks off, the rest is
// asked for, a few times.
async function fetchFile(place, path, weigh, hear) {
  const file = { chunks: [], done: 0, total: 0, mark: "", version: "", whole: false };
  for (let attempt = 1; ; attempt++) {
    await fetchRest(place, path, file, attempt, weigh, hear);
    if (file.whole) return { bytes: join(file.chunks), version: file.version };
    if (attempt > RESUMED) throw failure(502, `the download of ${path} broke off after ${file.done} of ${file.total || "?"} bytes`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt));
  }
}

// Fetches what a file lacks, as far as it comes.
async function fetchRest(place, path, file, attempt, weigh, hear) {
  const isRest = file.done > 0;
  const response = await fetch(addressOf(place, path), {
    headers: { ...place.headers, ...(isRest && { range: `bytes=${file.done}-` }) },
    // Of what it has itself of a file that broke off the browser would ask for
    // other parts, of the whole file too.
    cache: attempt > 1 ? "no-store" : "default",
  }).catch(() => {
    if (isRest) return null;
    throw new Error(`${path} could not be fetched: the server did not answer, or does not allow this page's origin`);
  });
  if (response === null) return;
  // A host that answers any address with its page has no such file either.
  const isPage = response.headers.get("content-type")?.startsWith("text/html");
  if (!response.ok || isPage) {
    await response.body?.cancel();
    const status = isPage ? 404 : response.status;
    throw failure(status, status === 401 || status === 403
      ? `the server did not let this page read ${path} (status ${status})`
      : `the file ${path} is not there (status ${status})`);
  }
  // What is compressed on its way is as long as it turns out to be.
  const declared = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  const isNext = response.status === 206 && file.mark === markOf(response) && file.done + Number(declared) === file.total;
  if (!isNext) Object.assign(file, { chunks: [], done: 0 });
  if (response.status === 206 && !isNext) {
    // A part of another file than the one that broke off: all of it is asked for.
    await response.body?.cancel();
    return;
  }
  if (!isNext) Object.assign(file, { total: Number(declared ?? 0), mark: markOf(response), version: versionOf(response) });
  const reader = response.body?.getReader();
  try {
    weigh(file.total);
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      file.chunks.push(value);
      file.done += value.byteLength;
      weigh(file.done);
      hear(file.done, file.total);
    }
    file.whole = declared === null || file.done === file.total;
  } catch (error) {
    if (error.large) throw error;
    // Of what comes compressed no rest can be asked for.
    if (declared === null) Object.assign(file, { chunks: [], done: 0 });
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

function same(a, b) {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}
