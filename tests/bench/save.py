"""Saves ONNX files as MLflow models: `save.py FOLDER OUT NAME…`.

Runs where MLflow is. The signature is of columns where requests bring a data
frame, and none where they bring tensors.
"""

import json
import sys
from pathlib import Path

import mlflow.onnx
import onnx
import pandas as pd
from mlflow.models import infer_signature


def main(folder, out, names):
    for name in names:
        body = json.loads((folder / f"{name}.1.json").read_text())
        columns = body.get("dataframe_split")
        signature = infer_signature(pd.DataFrame(**columns)) if columns else None
        model = onnx.load(folder / f"{name}.onnx")
        # One file, as other servers would get it; the signature's columns are all of double.
        mlflow.onnx.save_model(model, out / name, signature=signature, save_as_external_data=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
