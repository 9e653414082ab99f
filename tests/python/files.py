"""Logs one run with files of many kinds: files.py TRACKING_URI ["large"].

With the second word, large ones as well.

Prints the run, its experiment, and what the files hold, as JSON.
"""

import base64
import csv
import io
import json
import os
import struct
import sys
import tempfile
import wave
import zipfile
import zlib

import mlflow
import numpy as np
import onnx
import PIL.Image
import plotly.graph_objects
import pyarrow as pa
import pyarrow.parquet as pq


def picture(kind: str, colour: str = "teal") -> bytes:
    """A picture of a format that Pillow writes."""
    out = io.BytesIO()
    PIL.Image.new("RGB", (40, 24), colour).save(out, kind)
    return out.getvalue()


def sound(seconds: float = 0.5) -> bytes:
    """A tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        tone = 8000 * np.sin(np.arange(int(8000 * seconds)) * 2 * np.pi * 440 / 8000)
        file.writeframes(tone.astype("<i2").tobytes())
    return out.getvalue()


def film() -> bytes:
    """WebM of one frame: that of a WebP, which is VP8 as well."""

    def element(name: str, data: bytes) -> bytes:
        return bytes.fromhex(name) + struct.pack(">Q", len(data) | 1 << 56) + data

    def number(name: str, value: int) -> bytes:
        return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))

    webp = picture("WEBP")
    at = webp.index(b"VP8 ")
    frame = webp[at + 8 : at + 8 + struct.unpack("<I", webp[at + 4 : at + 8])[0]]
    head = number("4286", 1) + number("42f7", 1) + number("42f2", 4) + number("42f3", 8)
    head += element("4282", b"webm") + number("4287", 2) + number("4285", 2)
    info = number("2ad7b1", 1_000_000) + element("4489", struct.pack(">d", 1000.0))
    info += element("4d80", b"files.py") + element("5741", b"files.py")
    sides = number("b0", 40) + number("ba", 24)
    track = number("d7", 1) + number("73c5", 1) + number("83", 1) + element("86", b"V_VP8")
    track += element("e0", sides)
    blocks = element("a3", b"\x81\0\0\x80" + frame) + element("a3", b"\x81\x03\x20\x80" + frame)
    cluster = number("e7", 0) + blocks
    segment = element("1549a966", info) + element("1654ae6b", element("ae", track))
    segment += element("1f43b675", cluster)
    return element("1a45dfa3", head) + element("18538067", segment)


def drawn(words: str, parent: int, number: int, font: int, turned: int = 0) -> list[bytes]:
    """The page that is the object of a number, and what is on it."""
    content = b"BT /F1 24 Tf 20 60 Td (%s) Tj ET" % words.encode()
    page = (
        b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 200 120] /Rotate %d /Contents %d 0 R"
        b" /Resources << /Font << /F1 %d 0 R >> >> >>"
    )
    return [
        page % (parent, turned, number + 1, font),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]


HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(pages: list[str], comment: int = 0, turned: int = 0, between: int = 0) -> bytes:
    """A document of a page for each text, turned by so many degrees; with a comment of
    so many letters, and a stream of so many bytes after each page."""
    kids = " ".join(f"{4 + 3 * nth} 0 R" for nth in range(len(pages)))
    filler = b"<< /Length %d >>\nstream\n%s\nendstream" % (between, bytes(between))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids.encode(), len(pages))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", tree, HELVETICA]
    for words in pages:
        objects += drawn(words, parent=2, number=len(objects) + 1, font=3, turned=turned)
        objects.append(filler)
    return pdf_of(objects, comment)


def million_pages() -> bytes:
    """One page, named ten times by each of six levels."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    for level in range(6):
        own = level + 2
        kids = b" ".join([b"%d 0 R" % (own + 1)] * 10)
        parent = b"/Parent %d 0 R " % (own - 1) if level else b""
        count = 10 ** (6 - level)
        objects.append(b"<< /Type /Pages %s/Kids [%s] /Count %d >>" % (parent, kids, count))
    objects += drawn("Here", parent=7, number=8, font=10)
    return pdf_of([*objects, HELVETICA])


def pdf_of(objects: list[bytes], comment: int = 0) -> bytes:
    out, places = b"%PDF-1.4\n%" + b"." * comment + b"\n", []
    for nth, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (nth, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(objects) + 1, start)


def long_notebook() -> dict:
    """More cells than are shown at once, and pictures of each kind."""
    shown = [
        {"image/jpeg": base64.b64encode(picture("JPEG")).decode()},
        {"image/svg+xml": SVG.splitlines(keepends=True)},
        {"image/png": "bro*ken"},
    ]
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}} for data in shown]
    cells = [{"cell_type": "code", "source": "draw()", "metadata": {}, "outputs": outputs}]
    cells += [
        {"cell_type": "code", "source": f"cell {nth}", "metadata": {}, "outputs": []}
        for nth in range(700)
    ]
    return {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}


def many_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for nth in range(1_200):
            archive.writestr(f"file {nth:04}.txt", f"words {nth}")
    return packed.getvalue()


def large(folder: str) -> None:
    """Files that are larger than what the page holds or browsers draw."""
    for nth in range(1_100):
        write(folder, f"many/{nth:04}.txt", b"")
    os.makedirs(os.path.join(folder, "large"))
    with open(os.path.join(folder, "large", "tall.csv"), "w") as file:
        file.write("number,text,square\n")
        for row in range(TALL):
            file.write(f"{row},{'x' * 200} {row},{row * row}\n")
    columns = {f"c{nth}": np.random.default_rng(nth).random(900_000) for nth in range(5)}
    table = pa.table(columns)
    path = os.path.join(folder, "large", "flat.parquet")
    pq.write_table(table, path, row_group_size=900_000, use_dictionary=False)
    write(folder, "large/scan.pdf", pdf([f"Page {nth}" for nth in range(1, 31)], 20_000_000))
    scattered = pdf([f"Page {nth}" for nth in range(1, 101)], between=300_000)
    write(folder, "large/scattered.pdf", scattered)
    write(folder, "large/turned.pdf", pdf(["Turned"], turned=90))
    write(folder, "large/million.pdf", million_pages())
    write(folder, "large/talk.wav", sound(2_000))
    wide = pa.table({f"column {nth}": [nth] for nth in range(1_100)})
    pq.write_table(wide, os.path.join(folder, "large", "wide.parquet"))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    """A grey picture; of a large one, only what a viewer reads first is true."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\x00" + b"\x80" * min(width, 64)) * min(height, 64)
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">'
    "<script>parent.ran = top.ran = 'svg'; fetch('/svg-ran')</script>"
    '<rect width="20" height="10" onload="top.ran = 1"/></svg>'
)
MARKDOWN = "# Report\n\n*fine* <script>window.ran = 'markdown'</script>\n"
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Study\n"]},
        {
            "cell_type": "code",
            "source": "print(6 * 7)",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["42\n"]}],
        },
    ],
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
}
ROWS = 20_000
TALL = 400_000
BIG = 3_000_000
# Tries every way out; what it says of them stands in the report.
REPORT = """<!doctype html><title>r</title><p id=drawn></p><ul id=tried></ul><script src="https://cdn.example/plot.js"></script>
<style>p { color: rgb(1, 2, 3) }</style>
<script>
document.getElementById("drawn").textContent = "drawn by " + new Function("return 'script'")();
const say = (name, what) => {
  const item = document.createElement("li");
  item.textContent = name + ": " + what;
  document.getElementById("tried").append(item);
};
const attempt = (name, way) => { try { way(); say(name, "open"); } catch { say(name, "shut"); } };
attempt("parent", () => parent.document.title);
attempt("storage", () => localStorage.length);
attempt("cookies", () => document.cookie);
fetch("/frame-ran").then(() => say("network", "open"), () => say("network", "shut"));
new Image().src = location.ancestorOrigins?.[0] + "/frame-ran.png";
attempt("top", () => { top.location = "about:blank"; });
setTimeout(() => { location.href = "https://elsewhere.example/frame-ran"; }, 2500);
</script>"""
PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "<b>Kiel</b>", "size": 3},
            "geometry": {"type": "Point", "coordinates": [10.1, 54.3]},
        },
        {
            "type": "Feature",
            "properties": {"name": "field"},
            "geometry": {"type": "Polygon", "coordinates": [[[9, 53], [11, 53], [11, 54], [9, 53]]]},
        },
        {"type": "Feature", "properties": None, "geometry": None},
    ],
}
TRAINING = 'import os\n\n\ndef train(rate: float) -> str:  # <b>not bold</b>\n    return "done" + str(rate)\n'


def npz() -> bytes:
    """Arrays as NumPy packs them, a file that is cut, and one that is larger than it says."""
    packed = io.BytesIO()
    np.savez_compressed(packed, weights=np.arange(6.0).reshape(2, 3), bias=np.array([7, 8, 9]))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("torn.txt", "".join(f"{line}\n" for line in range(20_000)))
        archive.writestr("bomb.bin", b"\0" * 5_000_000)
        torn = archive.getinfo("torn.txt").compress_size // 2
    data = bytearray(packed.getvalue())
    # In the directory: it says that it has half of its bytes.
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x01\x02"))
    data[at + 20 : at + 24] = struct.pack("<I", torn)
    # In the directory: it says that it has a hundred bytes.
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def network(operator: str) -> bytes:
    """A model of two nodes, the second of which is this operator."""
    side = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", 2])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["batch", 2])
    weights = onnx.numpy_helper.from_array(np.zeros((2, 2), np.float32), "weights")
    nodes = [
        onnx.helper.make_node("MatMul", ["x", "weights"], ["h"], name="first"),
        onnx.helper.make_node(operator, ["h"], ["y"], name="second"),
    ]
    graph = onnx.helper.make_graph(nodes, "net", [side], [out], [weights])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    model.producer_name = "files.py"
    model.ir_version = 8
    return model.SerializeToString()


def parquet(rows: int) -> bytes:
    table = pa.table(
        {
            "number": pa.array(range(rows), pa.int64()),
            "text": [f"row {row}" for row in range(rows)],
            "list": [[row, row + 1] for row in range(rows)],
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=5_000)
    return out.getvalue()


def bundle() -> bytes:
    """Files of formats that are read by parts, packed and not."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("packed.parquet", parquet(1_000))
        archive.writestr("stored.parquet", parquet(2_000), zipfile.ZIP_STORED)
        archive.writestr("packed.onnx", network("Relu"))
        archive.writestr("stored.onnx", network("Frobnicate"), zipfile.ZIP_STORED)
    return packed.getvalue()


def write(folder: str, name: str, data: bytes) -> None:
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def main() -> None:
    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.set_experiment("files")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        write(folder, "pictures/dot.png", png(30, 20))
        write(folder, "pictures/broken.png", png(30, 20)[:40] + b"\x00" * 50)
        write(folder, "pictures/huge.png", png(60_000, 60_000))
        write(folder, "pictures/drawn.svg", SVG.encode())
        write(folder, "report.md", MARKDOWN.encode())
        write(folder, "page.html", b"<p>shut in</p><script>top.ran = 'html'</script>")
        write(folder, "study.ipynb", json.dumps(NOTEBOOK).encode())
        nested = {"deep": {"list": [1, 2.5, "<b>three</b>", None]}}
        write(folder, "data/nested.json", json.dumps(nested).encode())
        write(folder, "data/deep.json", b"[" * 5000 + b"]" * 5000)
        write(folder, "data/raw.bin", bytes(range(256)) * 40)
        write(folder, "data/big.txt", b"0123456789abcde\n" * (BIG // 16))
        write(folder, "data/empty.txt", b"")
        genes = [",".join(f"{what}{n:012}" for n in range(30_000)) for what in ("gene", "")]
        write(folder, "data/wide.csv", "\n".join(genes).encode() + b"\n")
        write(folder, "data/semicolons.csv", b"name;value\n\"a;b\";1,5\n")
        write(folder, "data/none.csv", b"")
        write(folder, "report.html", REPORT.encode())
        points = plotly.graph_objects.Scatter(x=[1, 2, 3, 4], y=[2, 3, 5, 7], mode="markers")
        figure = plotly.graph_objects.Figure(points, layout={"title": {"text": "Primes"}})
        figure.write_html(os.path.join(folder, "plotly.html"), include_plotlyjs=True)
        write(folder, "train.py", TRAINING.encode())
        write(folder, "data/arrays.npz", npz())
        write(folder, "data/net.onnx", network("Relu"))
        write(folder, "data/odd.onnx", network("Frobnicate"))
        write(folder, "data/cut.onnx", network("Relu")[:-30])
        write(folder, "data/places.geojson", json.dumps(PLACES).encode())
        write(folder, "data/bundle.zip", bundle())
        write(folder, "data/cut.npz", npz()[:-60])
        write(folder, "data/rows.parquet", parquet(ROWS))
        write(folder, "data/cut.parquet", parquet(1_000)[:-100])
        header = b"\x93NUMPY\x02\0" + struct.pack("<I", 1 << 30)
        write(folder, "data/huge.npy", header + b"{'descr'" * 100)
        np.save(os.path.join(folder, "data", "long.npy"), np.append(np.zeros(500_000), [-5.5, 12.25]))
        with open(os.path.join(folder, "data", "rows.csv"), "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["number", "text, quoted", "cube"])
            for row in range(ROWS):
                rows.writerow([row, f'row "{row}",\nü', row**3])
        np.save(
            os.path.join(folder, "data", "array.npy"),
            np.arange(12, dtype=np.float32).reshape(3, 4) / 10,
        )
        for kind in ("webp", "avif", "jpeg"):
            write(folder, f"media/dot.{kind}", picture(kind.upper()))
            write(folder, f"media/broken.{kind}", picture(kind.upper())[:16] + b"\xff\0" * 50)
        for name, data in (("tone.wav", sound()), ("still.webm", film()), ("paper.pdf", pdf(["Two words", "More words"]))):
            write(folder, f"media/{name}", data)
            write(folder, f"media/broken-{name}", data[:16] + b"\xff\0" * 50)
        write(folder, "media/old.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + b"\0" * 100)
        write(folder, "media/old.avi", b"RIFF\x64\0\0\0AVI LIST" + b"\0" * 100)
        write(folder, "long.ipynb", json.dumps(long_notebook()).encode())
        rows = "".join(f"|{nth}|r{nth}|\n" for nth in range(60_000))
        write(folder, "table.md", f"# Table\n\n| a | b |\n|---|---|\n{rows}\nThe end.\n".encode())
        write(folder, "data/many.zip", many_zip())
        write(folder, "data/old.csv", "Größe;Ort\n5 €;München\n".encode("cp1252"))
        write(folder, "data/old.txt", "Schöne Grüße – „aus München“\n".encode("cp1252"))
        write(folder, "data/list.json", json.dumps({"list": list(range(1_200))}).encode())
        write(folder, "data/open.csv", b'a,b\n1,2\n3,"' + b"open " * 10)
        if "large" in sys.argv:
            large(folder)
        mlflow.log_artifacts(folder)
        mlflow.log_table({"question": ["a", "b"], "score": [0.5, 1]}, "scores.json")
        pictures = [PIL.Image.new("RGB", (400, 300), colour) for colour in ("teal", "orange")]
        mlflow.log_table({"name": ["teal", "orange"], "picture": pictures}, "seen.json")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as other:
        write(folder, "report.md", MARKDOWN.encode())
        write(folder, "train.py", TRAINING.replace("done", "over").encode())
        write(folder, "pictures/dot.png", png(31, 20))
        write(folder, "pictures/new.png", png(5, 5))
        mlflow.log_artifacts(folder)
    client = mlflow.MlflowClient()
    client.create_registered_model("files")
    version = client.create_model_version("files", f"runs:/{run.info.run_id}/data", run.info.run_id)
    print(
        json.dumps(
            {
                "run": run.info.run_id,
                "other": other.info.run_id,
                "version": version.version,
                "experiment": run.info.experiment_id,
                "rows": ROWS,
                "tall": TALL,
                "big": BIG // 16 * 16,
            }
        )
    )


if __name__ == "__main__":
    main()
