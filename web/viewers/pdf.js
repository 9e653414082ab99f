// Documents (PDF), page by page as they are seen, from parts of the file that the
// pages need. Scripts in a document are not run.
import * as pdfjs from "./pdfjs/pdf.js";
import { readPatiently, sendsParts } from "./read.js";

const beside = (path) => new URL(`./pdfjs/${path}`, import.meta.url).href;
pdfjs.GlobalWorkerOptions.workerSrc = beside("pdf.worker.js");

// How much is read at once.
const PART = 256 << 10;
const AT_ONCE = 6;
// More than this is not read before the first page is there, unless the user agrees:
// where pages lie far apart, their list alone leads through the whole file.
const UNASKED = 16 << 20;
// A page is drawn with at most so many pixels, and so many on a side.
const MOST_PIXELS = 16e6;
const MOST_SIDE = 16_384;
// A larger picture in a document is left out.
const MOST_PICTURE = 100e6;
// So many pages are laid out: a file may claim any number.
const MOST_PAGES = 5000;
// CSS pixels of a point, which is what pages are measured in.
const POINT = 96 / 72;

// The parts of the file that the library asks for. What can't be read ends the document.
class Parts extends pdfjs.PDFDataRangeTransport {
  constructor(source, total) {
    super(total, null);
    Object.assign(this, { source, queue: [], reading: 0, wanted: 0 });
    this.most = source.bytes ? Infinity : UNASKED;
    this.ended = new AbortController();
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => {});
  }

  requestDataRange(start, end) {
    this.wanted += end - start;
    if (this.wanted > this.most) return this.fail(new TooMuch());
    this.queue.push([start, end]);
    this.next();
  }

  async next() {
    if (this.reading >= AT_ONCE || this.queue.length === 0) return;
    const [start, end] = this.queue.shift();
    const { signal } = this.ended;
    this.reading++;
    try {
      const part = await readPatiently(this.source, start, end, signal);
      if (!signal.aborted) this.onDataRange(start, part);
    } catch (error) {
      this.fail(error);
    }
    this.reading--;
    if (!signal.aborted) this.next();
  }

  abort() {
    this.queue = [];
    this.ended.abort();
  }
}

class TooMuch extends Error {}

// Nothing where that would take the whole file, or the server sends no parts.
export async function open(source, total) {
  if (!(await sendsParts(source))) return null;
  const parts = new Parts(source, total);
  const task = pdfjs.getDocument({
    range: parts,
    length: total,
    rangeChunkSize: PART,
    disableStream: true,
    disableAutoFetch: true,
    isEvalSupported: false,
    maxImageSize: MOST_PICTURE,
    cMapUrl: beside("cmaps/"),
    iccUrl: beside("iccs/"),
    standardFontDataUrl: beside("standard_fonts/"),
    wasmUrl: beside("wasm/"),
    verbosity: 0,
  });
  try {
    const file = await Promise.race([task.promise, parts.failed]);
    const first = await Promise.race([file.getPage(1), parts.failed]);
    parts.most = Infinity;
    return new Document(task, file, parts, first.getViewport({ scale: POINT }));
  } catch (error) {
    parts.abort();
    task.destroy();
    if (error instanceof TooMuch) return null;
    throw error.name === "PasswordException" ? new Error("it is locked with a password") : error;
  }
}

class Document {
  constructor(task, file, parts, first) {
    const pages = Math.min(file.numPages, MOST_PAGES);
    Object.assign(this, { task, file, parts, first, pages, all: file.numPages, zoom: 1 });
  }

  // Lays the pages out in an element. Hears `turned` with the number of the page that
  // is seen, and `failed` with words for what can't be shown.
  show(host, turned, failed) {
    Object.assign(this, { host, failed });
    this.parts.failed.catch((error) => failed(error.message));
    this.sheets = Array.from({ length: this.pages }, (_, nth) => {
      const sheet = document.createElement("div");
      sheet.className = "pdf-page";
      sheet.dataset.page = nth + 1;
      shape(sheet, this.first);
      return sheet;
    });
    host.replaceChildren(...this.sheets);
    this.drawn = new Map();
    this.seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? this.draw(target) : this.drop(target);
    }, { root: host, rootMargin: "50% 0px" });
    for (const sheet of this.sheets) this.seen.observe(sheet);
    let now = 1;
    host.addEventListener("scroll", () => {
      const page = this.turned ?? this.current();
      delete this.turned;
      if (page !== now) turned((now = page));
    }, { passive: true });
    // Pages are as wide as there is room: another width needs other pixels.
    let width = host.clientWidth;
    this.sized = new ResizeObserver(() => {
      if (host.clientWidth === width) return;
      width = host.clientWidth;
      this.redraw();
    });
    this.sized.observe(host);
  }

  // The number of the page that is seen: the first of which half is, and at the end
  // the last one, however short.
  current() {
    const { scrollTop, scrollHeight, clientHeight } = this.host;
    if (scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 1) return this.pages;
    const page = this.at(scrollTop);
    const { offsetTop, offsetHeight } = this.sheets[page - 1];
    return offsetTop + offsetHeight / 2 < scrollTop ? Math.min(page + 1, this.pages) : page;
  }

  // The number of the page at a height.
  at(height) {
    let [low, high] = [0, this.sheets.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sheets[middle].offsetTop <= height) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  go(page) {
    const { host, sheets } = this;
    const before = host.scrollTop;
    host.scrollTop = sheets[page - 1].offsetTop - sheets[0].offsetTop;
    // Several of the last pages may be seen at once: it is the one that was asked for.
    if (host.scrollTop !== before) this.turned = page;
  }

  // The place in the document stays where it is.
  magnify(zoom) {
    const page = this.at(this.host.scrollTop);
    const into = (this.host.scrollTop - this.sheets[page - 1].offsetTop) / this.zoom;
    this.zoom = zoom;
    this.host.style.setProperty("--zoom", zoom);
    this.host.scrollTop = this.sheets[page - 1].offsetTop + into * zoom;
    this.redraw();
  }

  redraw() {
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      for (const sheet of [...this.drawn.keys()]) this.draw(sheet);
    }, 100);
  }

  async draw(sheet) {
    this.drawn.get(sheet)?.cancel();
    let page;
    let task;
    let cancelled = false;
    const cancel = () => ((cancelled = true), task?.cancel());
    // Its pictures go with it, which may be large.
    this.drawn.set(sheet, { cancel, free: () => page?.cleanup() });
    try {
      page = await this.file.getPage(Number(sheet.dataset.page));
      if (cancelled) return;
      const natural = page.getViewport({ scale: POINT });
      shape(sheet, natural);
      const scale = sheet.clientWidth / natural.width;
      const wanted = scale * (globalThis.devicePixelRatio || 1);
      const { width, height } = natural;
      const most = Math.min(Math.sqrt(MOST_PIXELS / (width * height)), MOST_SIDE / Math.max(width, height));
      const viewport = page.getViewport({ scale: POINT * Math.min(wanted, most) });
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [Math.max(1, Math.floor(viewport.width)), Math.max(1, Math.floor(viewport.height))];
      task = page.render({ canvas, viewport });
      await task.promise;
      if (cancelled) return;
      const words = document.createElement("div");
      words.className = "pdf-words";
      words.style.setProperty("--total-scale-factor", POINT * scale);
      empty(sheet);
      sheet.replaceChildren(canvas, words);
      const textContentSource = page.streamTextContent();
      task = new pdfjs.TextLayer({ textContentSource, container: words, viewport: page.getViewport({ scale: POINT * scale }) });
      await task.render();
      sheet.dataset.drawn = "";
    } catch (error) {
      if (!cancelled) this.failed(error.message);
    }
  }

  drop(sheet) {
    const drawing = this.drawn.get(sheet);
    drawing?.cancel();
    drawing?.free();
    this.drawn.delete(sheet);
    delete sheet.dataset.drawn;
    empty(sheet);
  }

  close() {
    clearTimeout(this.later);
    this.seen?.disconnect();
    this.sized?.disconnect();
    this.parts.abort();
    this.task.destroy();
    this.sheets?.forEach(empty);
  }
}

// A sheet has its page's shape before the page is there.
function shape(sheet, { width, height }) {
  sheet.style.setProperty("--width", `${width}px`);
  sheet.style.aspectRatio = `${width} / ${height}`;
}

// Some browsers keep a canvas' memory until it has no size.
function empty(sheet) {
  for (const canvas of sheet.querySelectorAll("canvas")) canvas.width = canvas.height = 0;
  sheet.replaceChildren();
}
