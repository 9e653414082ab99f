// Plays sound and film by ranges where the browser may not load them itself: of
// another origin, behind a password, or stored in an archive. The player is a page
// of its own, `stream/player.html`; its Service Worker asks here for the parts that
// the player wants. So neither has the file's address or its credentials.
import { readPatiently, sendsParts } from "./read.js";

// How much is given at once.
const PART = 1 << 20;
// How long the player's page may take, in milliseconds, and how often a recording that
// broke off goes on where it was.
const PATIENCE = 10_000;
const MOST_TURNS = 3;
// Files that are played now, by their ids.
const playing = new Map();

const workers = navigator.serviceWorker;
workers?.addEventListener("message", async ({ data, ports: [port] }) => {
  const file = playing.get(data?.file);
  if (!file || !port) return;
  const { source, total, media } = file;
  const { start } = data;
  const end = Math.min(data.end ?? total, start + PART, total);
  try {
    const bytes = start < end ? await readPatiently(source, start, end) : new Uint8Array();
    port.postMessage({ bytes, total, media }, [bytes.buffer]);
  } catch (error) {
    port.postMessage({ error: error.message });
  }
});
workers?.startMessages();

// Puts a player into an element; `lost` hears when it can't be played. Fails where
// there are no Service Workers, and where the server sends no parts.
export async function play(host, source, about, lost) {
  if (!workers) throw new Error("there are no Service Workers here");
  if (!(await sendsParts(source))) throw new Error("the server sends no parts of files");
  const script = new URL("./stream/worker.js", import.meta.url);
  const registration = await workers.register(script, { type: "module" });
  await active(registration);
  const frame = document.createElement("iframe");
  frame.src = new URL("./stream/player.html", import.meta.url);
  frame.title = about.name;
  frame.className = "file-player";
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  host.replaceChildren(frame);
  const late = new Promise((_, failed) => setTimeout(failed, PATIENCE, new Error("the player did not start")));
  await Promise.race([loaded, late]);
  const inner = frame.contentDocument;
  if (!inner?.body || !frame.contentWindow.navigator.serviceWorker.controller) throw new Error("the player did not start");
  const id = crypto.randomUUID();
  playing.set(id, { source, ...about });
  const player = inner.createElement(about.media.startsWith("video/") ? "video" : "audio");
  player.controls = true;
  player.preload = "metadata";
  player.setAttribute("aria-label", about.name);
  let turns = 0;
  player.addEventListener("error", () => {
    // What was played once can be played: a part of it did not come.
    const [at, goesOn] = [player.currentTime, !player.paused];
    if (!(player.duration > 0) || turns++ >= MOST_TURNS) return lost();
    player.load();
    player.currentTime = at;
    if (goesOn) player.play().catch(() => {});
  });
  player.addEventListener("loadedmetadata", () => {
    if (player.videoWidth) frame.style.aspectRatio = `${player.videoWidth} / ${player.videoHeight}`;
    if (player.videoWidth) frame.style.maxWidth = `${Math.max(player.videoWidth, 300)}px`;
  });
  frame.dataset.kind = player.localName;
  inner.documentElement.style.colorScheme = getComputedStyle(host).colorScheme;
  player.src = `./file-${id}`;
  inner.body.replaceChildren(player);
  return { close: () => playing.delete(id) };
}

async function active(registration) {
  if (registration.active) return;
  const worker = registration.installing ?? registration.waiting;
  await new Promise((done, failed) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") done();
      if (worker.state === "redundant") failed(new Error("the player did not start"));
    });
    if (worker.state === "activated") done();
  });
}
