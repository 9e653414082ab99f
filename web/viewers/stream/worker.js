// Answers the player beside it, for `file-<id>`, with a part of a file that a page of
// this site reads for it.

// The site that this belongs to: others may share its origin.
const site = new URL("../../", registration.scope).href;
// How long a page may take to read a part.
const PATIENCE = 60_000;

addEventListener("install", (event) => event.waitUntil(skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (!/^(?:audio|video)$/.test(event.request.destination)) return;
  const [, file] = /\/file-([0-9a-f-]{36})$/.exec(new URL(event.request.url).pathname) ?? [];
  if (file) event.respondWith(answer(file, event.request.headers.get("range") ?? "bytes=0-"));
});

async function answer(file, range) {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range);
  if (!asked) return new Response(null, { status: 416 });
  const [start, end] = [Number(asked[1]), asked[2] === "" ? undefined : Number(asked[2]) + 1];
  const { bytes, total, media } = await ask({ file, start, end });
  if (!bytes) return new Response(null, { status: 502 });
  const headers = {
    "accept-ranges": "bytes",
    "cache-control": "no-store",
    "content-type": media,
    "content-length": bytes.byteLength,
    "x-content-type-options": "nosniff",
  };
  if (bytes.byteLength === 0) return new Response(null, { status: 416, headers: { "content-range": `bytes */${total}` } });
  headers["content-range"] = `bytes ${start}-${start + bytes.byteLength - 1}/${total}`;
  return new Response(bytes, { status: 206, headers });
}

// The page of the site that has the file answers; the others do not.
async function ask(what) {
  const all = await clients.matchAll({ includeUncontrolled: true, type: "window" });
  const pages = all.filter(({ url }) => url.startsWith(site) && !url.startsWith(registration.scope));
  return new Promise((done) => {
    setTimeout(done, PATIENCE, {});
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => done(data);
      page.postMessage(what, [port2]);
    }
  });
}
