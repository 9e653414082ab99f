// The files of a model where they lie on a server, and as this browser keeps them.
//
// A place is {address, folder, plain, headers}: a file's address is `address`
// and the file's path below `folder`, which is one query value unless `plain`.
// What is kept of a place holds as long as `MLmodel`, which names what was logged
// when, is the same to the byte. On a plain host anybody may lay another file
// beside the same `MLmodel`, so there each file has to be the one that the host
// has: of the same version (ETag, or when it was changed) and size.

import { join } from "./bodies.js";
import { content, digestOf, idOf, keep, models, openStore } from "./kept.js";
import { failure } from "./load-model.js";

// What is asked about before it is downloaded, of all files together.
const LARGE = 100_000_000;
// How often a download that broke off is taken up again, and how long that
// waits, in milliseconds, times the attempt.
const RESUMED = 3;
const PAUSE = 300;

// Looks at a place: what is kept of it, and whether that still holds. `state`
// says how it goes: `files` as the list of models has them, whether there is a
// store, whether it is `full`, how much was `downloaded`, and whether something
// kept was `damaged`. `hear` is told of bytes that come; unless `confirmed`, a
// large model is refused with an error that has its size as `large`.
export async function openPlace(place, confirmed, hear) {
  const id = idOf(place);
  const before = (await models()).find((one) => one.id === id);
  const state = { files: {}, hasStore: (await openStore()) !== undefined, full: false, downloaded: 0, damaged: false };
  let known = 0;
  const download = async (path) => {
    const file = await fetchFile(place, path, (size) => {
      if (!confirmed && known + size > LARGE) throw Object.assign(new Error(path), { large: known + size });
    }, hear);
    known += file.bytes.byteLength;
    state.downloaded += 1;
    return file;
  };
  const keepFile = async (path, file) => {
    if (!state.hasStore) return;
    try {
      state.files[path] = await keep(file);
    } catch {
      // A browser without room for it runs the model all the same.
      state.full = true;
    }
  };
  const keptFile = async (path) => {
    const entry = before?.files[path];
    const bytes = entry && (await content(entry.digest));
    state.damaged ||= entry !== undefined && bytes === undefined;
    return bytes && { bytes, version: entry.version };
  };
  // Whether a kept file is still the one that the host has.
  const holds = async (path, { version }) => {
    if (!place.plain) return true;
    const now = await fetch(addressOf(place, path), { method: "HEAD", cache: "no-store" }).catch(() => null);
    // Without its server, what is kept is what there is.
    return isAway(now?.status) || (now.ok && version !== "" && versionOf(now) === version);
  };

  const first = await keptFile("MLmodel");
  const mlmodel = await download("MLmodel").catch((error) => {
    if (first && isAway(error.status)) return first;
    throw error;
  });
  state.downloaded = 0;
  const isSame = first !== undefined && (await digestOf(mlmodel.bytes)) === before.files.MLmodel.digest;
  await keepFile("MLmodel", mlmodel);

  const read = async (path) => {
    if (path === "MLmodel") return mlmodel.bytes;
    const kept = isSame ? await keptFile(path) : undefined;
    if (kept && (await holds(path, kept))) {
      state.files[path] = before.files[path];
      return kept.bytes;
    }
    const file = await download(path);
    await keepFile(path, file);
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

// The same of a model that was opened before as `uri`, without its server;
// undefined if it was not, or not all of it is kept.
export async function openKept(server, uri) {
  const model = (await models()).find((one) => one.uris.includes(uri) && (server === undefined || one.server === server));
  if (!model) return undefined;
  const read = (path) => keptContent(model, path);
  const readText = async (path) => {
    const bytes = model.files[path] && (await content(model.files[path].digest));
    return bytes ? new TextDecoder().decode(bytes) : null;
  };
  return { model, read, readText };
}

// A file of a model that is kept.
export async function keptContent({ files }, path) {
  const bytes = files[path] && (await content(files[path].digest));
  if (!bytes) throw new Error(`this browser no longer keeps ${path}, or not as it was: load the model again`);
  return bytes;
}

// Whether a server gave no answer of its own: none at all, or a gateway's.
const isAway = (status) => status === undefined || (status >= 502 && status <= 504);

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
// asked for, a few times; where it is not what its server says (RFC 9530), all of
// it once more, past what the browser itself has of it.
async function fetchFile(place, path, weigh, hear) {
  const file = { chunks: [], done: 0, total: 0, mark: "", version: "", digest: undefined, whole: false };
  for (let attempt = 1; ; attempt++) {
    await fetchRest(place, path, file, attempt, weigh, hear);
    if (file.whole) {
      const bytes = join(file.chunks);
      const isAsSaid = file.digest === undefined || (await digestOf(bytes)) === file.digest;
      if (isAsSaid) return { bytes, version: file.version };
      Object.assign(file, { chunks: [], done: 0, whole: false });
      if (attempt > 1) {
        throw failure(500, `what came as ${path} is not what its server says: its SHA-256 is another. The file was changed on its way, or is damaged there`);
      }
      continue;
    }
    if (attempt > RESUMED) throw failure(502, `the download of ${path} broke off after ${file.done} of ${file.total || "?"} bytes`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt));
  }
}

// The SHA-256 that a server gives for the whole file, in hexadecimal digits.
function declaredDigest({ headers }) {
  const encoded = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(headers.get("repr-digest") ?? "")?.[1];
  if (!encoded || headers.get("content-encoding")) return undefined;
  return Array.from(atob(encoded), (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
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
  if (!isNext) Object.assign(file, { total: Number(declared ?? 0), mark: markOf(response), version: versionOf(response), digest: declaredDigest(response) });
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
