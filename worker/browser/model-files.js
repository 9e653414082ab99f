// The files of a model where they lie on a server, and in this browser's cache.
//
// A place is {address, folder, plain, headers}: a file's address is `address`
// and the file's path below `folder`, which is one query value unless `plain`.
// Each place has a cache of its own; it holds as long as `MLmodel`, which names
// what was logged when, is the same to the byte.

import { join } from "./bodies.js";
import { failure } from "./load-model.js";

// What is asked about before it is downloaded.
const LARGE = 100_000_000;

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
    return answer && new Uint8Array(await answer.arrayBuffer());
  };
  const keep = async (path, bytes) => {
    // A browser without room for it runs the model all the same.
    await cache?.put(keyOf(path), new Response(bytes)).catch(() => {
      state.full = true;
    });
  };
  const download = async (path) => {
    const bytes = await fetchFile(place, path, (size) => {
      if (!confirmed && size > LARGE) throw Object.assign(new Error(path), { large: size });
    }, hear);
    state.downloaded += 1;
    return bytes;
  };

  const before = await kept("MLmodel");
  // Without a network, what is kept is what there is.
  const mlmodel = await download("MLmodel").catch((error) => {
    if (before && error.status === undefined) return before;
    throw error;
  });
  state.downloaded = 0;
  if (before && !same(before, mlmodel)) {
    await caches.delete(cacheOf(place));
    cache = await caches.open(cacheOf(place));
  }
  if (!before || !same(before, mlmodel)) await keep("MLmodel", mlmodel);

  const read = async (path) => {
    if (path === "MLmodel") return mlmodel;
    const found = await kept(path);
    if (found) return found;
    const bytes = await download(path);
    await keep(path, bytes);
    return bytes;
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

async function fetchFile({ address, folder, plain, headers }, path, weigh, hear) {
  const whole = folder ? `${folder}/${path}` : path;
  const escaped = plain ? path.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(whole);
  const response = await fetch(address + escaped, { headers }).catch(() => {
    throw new Error(`${path} could not be fetched: the server did not answer, or does not allow this page's origin`);
  });
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
  const length = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  const total = Number(length ?? 0);
  const chunks = [];
  let done = 0;
  const reader = response.body?.getReader();
  try {
    weigh(total);
    while (reader) {
      const part = await reader.read().catch(() => {
        throw brokeOff(path, done, total);
      });
      if (part.done) break;
      chunks.push(part.value);
      done += part.value.byteLength;
      hear(done, total);
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
  if (length !== null && done !== total) throw brokeOff(path, done, total);
  return join(chunks);
}

function brokeOff(path, done, total) {
  return failure(502, `the download of ${path} broke off after ${done} of ${total || "?"} bytes`);
}

function same(a, b) {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}
