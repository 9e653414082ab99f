"""Logs one run with files of many kinds: files.py TRACKING_URI.

Prints the run, its experiment, and what the files hold, as JSON.
"""

import csv
import json
import os
import struct
import sys
import tempfile
import zlib

import mlflow
import numpy as np



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
        print(
            json.dumps(
                {
                    "run": run.info.run_id,
                    "experiment": run.info.experiment_id,
                    "rows": ROWS,
                    "big": BIG // 16 * 16,
                }
            )
        )


if __name__ == "__main__":
    main()
