"""Logs one run with files of many kinds: files.py TRACKING_URI.

Prints the run, its experiment, and what the files hold, as JSON.
"""

import csv
import io
import json
import os
import struct
import sys
import tempfile
import zipfile
import zlib

import mlflow
import numpy as np
import onnx
import plotly.graph_objects
import pyarrow as pa
import pyarrow.parquet as pq


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
        mlflow.log_artifacts(folder)
        mlflow.log_table({"question": ["a", "b"], "score": [0.5, 1]}, "scores.json")
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
                "big": BIG // 16 * 16,
            }
        )
    )


if __name__ == "__main__":
    main()
